//! Files in, files out: the same engine without a host, latency removed.
//!
//! A song is decoded once into a raw temporary file ([`raw`]) and read again for every pass, so memory
//! does not grow with it. [`master`] is the whole way of one file; [`measure`] only reads, [`check`] reads and
//! judges, [`compare`] holds two files against each other, and [`page`] tells it all on one page.

pub mod check;
pub mod compare;
pub mod convert;
pub mod failure;
pub mod folder;
pub mod master;
pub mod measure;
#[cfg(feature = "mp3")]
pub mod mp3;
pub mod output;
pub mod page;
pub mod quantize;
pub mod raw;
pub mod read;
pub mod render;
pub mod stems;
pub mod tags;
pub mod watch;
pub mod write;
