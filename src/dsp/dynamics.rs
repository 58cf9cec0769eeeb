//! Parts of compressors: how loud it is, what gain that asks for, and how fast the gain follows.
//!
//! All of it runs on a grid of a few samples counted by the unit ([`grid::Grid`]), so that it does not
//! depend on blocks. Giannoulis, Massberg & Reiss, "Digital Dynamic Range Compressor Design: A Tutorial
//! and Analysis", JAES 60(6), 2012.

pub mod ballistics;
pub mod curve;
pub mod grid;
pub mod level;
pub mod split;
