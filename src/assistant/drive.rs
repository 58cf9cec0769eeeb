//! Solves the drive that brings a programme to a loudness goal through the real limiter.
