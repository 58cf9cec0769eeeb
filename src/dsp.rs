//! Building blocks of signal processing. They know no mastering, no host, no thread, no file.

pub mod block;
pub mod box_smoother;
mod correlation;
pub mod delay;
pub mod float_mode;
pub mod glide;
pub mod interpolator;
mod loudness;
pub mod meter;
pub mod oversampler;
pub mod sliding_min;
pub mod svf;
mod true_peak;
pub mod units;
pub mod window_min;
