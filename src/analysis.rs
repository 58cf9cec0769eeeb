//! Listening: audio → [`slice::Slice`]s of 100 ms → [`report::Report`].
//!
//! [`analyzer::Analyzer`] is fed blocks of any size, with or without the song's position, by the plugin's
//! worker and by the command line alike. What it keeps of the sound is one slice per 100 ms of song
//! ([`song::Song`]): what is heard again replaces what was there. The report is a pure function of the
//! slices, so it can be asked for at any time.
//!
//! Each topic is a file with three things: a *meter* that listens, the *part* of a slice it leaves, and the
//! *report* that is made from the parts.

pub mod alignment;
pub mod analyzer;
pub mod bands;
pub mod code;
pub mod dynamics;
pub mod elements;
pub mod faults;
mod frame;
pub mod hearing;
pub mod loudness;
pub mod low_end;
pub mod passages;
pub mod report;
pub mod resonances;
pub mod rhythm;
pub mod sibilance;
pub mod slice;
pub mod song;
pub mod spectrum;
mod statistics;
pub mod stereo;
pub mod tone;
pub mod translation;
