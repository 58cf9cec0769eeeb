//! What the music needs, worked out from what was heard. It proposes settings; it never touches sound.
//!
//! [`Report`](crate::analysis::report::Report) + [`Wishes`](wishes::Wishes) → [`proposal::Proposal`]: style
//! ([`style`]), findings ([`findings`]), verdict ([`verdict`]), and [`moves`], each a pure function with its
//! own authority limit and a reason. [`rehearsal`] plays passages through the real engine, finds the drive
//! and backs off what costs more than it gives. [`services`] knows what becomes of the master where it is
//! played.

pub mod advice;
pub mod cost;
pub mod drive;
pub mod finding;
pub mod findings;
pub mod limiting;
pub mod moves;
pub mod own_loudness;
pub mod ownership;
pub mod proposal;
pub mod reference;
pub mod rehearsal;
mod sentence;
pub mod services;
pub mod style;
pub mod verdict;
pub mod wishes;
