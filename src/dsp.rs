//! Building blocks of signal processing. They know no mastering, no host, no thread, no file.

pub mod block;
pub mod box_smoother;
mod correlation;
pub mod delay;
pub mod dynamics;
pub mod float_mode;
pub mod glide;
pub mod interpolator;
pub mod loudness;
pub mod meter;
pub mod oversampler;
pub mod pitch;
pub mod shelf;
pub mod sliding_min;
pub mod spectrum;
pub mod svf;
pub mod true_peak;
pub mod units;
pub mod weighted;
pub mod window_min;
