//! low_end
