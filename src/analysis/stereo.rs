//! stereo
