//! Settings as the host sees them.
