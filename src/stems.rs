//! Stems: what each group of a song is, whether the groups were delivered well, and how they are brought into
//! balance.
//!
//! Plain data in, plain data out: [`role`] says what a stem is, by its name and its sound. What reads files
//! is in `offline::stems`, what speaks to a host in `plugin`.

pub mod balance;
pub mod delivery;
pub mod moves;
pub mod role;
pub mod settings;
pub mod track;
pub mod voice;
