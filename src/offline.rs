//! Files in, files out: the same engine without a host, latency removed.
