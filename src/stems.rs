//! Stems: what each group of a song is, whether the groups were delivered well, and how they are brought into
//! balance.
//!
//! Plain data in, plain data out: [`role`] says what a stem is, by its name and its sound; [`summary`] is what
//! a stem tells its master, [`advice`] what the master tells a stem. Only `link`, which carries the two between
//! instances, touches the system. What reads files is in `offline::stems`, what speaks to a host in `plugin`.

pub mod advice;
pub mod balance;
pub mod delivery;
mod encoding;
pub mod moves;
pub mod output;
pub mod role;
pub mod settings;
pub mod summary;
pub mod track;
pub mod traits;
pub mod voice;

#[cfg(feature = "plugin")]
pub mod link;
