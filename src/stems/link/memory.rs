//! The words that instances share: of a mapped file, or of this process alone.
//!
//! Words are atomics and nothing else: whatever other processes do, a load gives some value. What the values
//! are worth is for [`super::lease`] and [`super::board`] to say.
//!
//! One thing remains that no care in here can exclude. Linux kills a process that touches a page of a mapped
//! file that somebody has cut off. The file is the user's own (0600, in a folder of 0700), no part of
//! Finalcoat ever shortens it, and a table is asked for its file's length before every use
//! ([`super::table::Table::sound`]), so a file that was cut off is left untouched and replaced. What is left
//! is a cut by the same user's hand in the microseconds between that question and the end of the copy. (Files
//! can be sealed against it only when they have no name, and then a process that comes later cannot find
//! them. Windows and shared memory on macOS do not let a mapped file be cut.)
#![allow(unsafe_code)] // to see mapped memory as atomics, and for the clock of Windows

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use memmap2::{MmapOptions, MmapRaw};

/// Words that live as long as this.
pub(super) enum Memory {
    /// A file's.
    Mapped { map: MmapRaw, words: usize },
    /// Shared within this process only.
    Local(Arc<[AtomicU64]>),
}

impl Memory {
    /// Maps the first `words` of a file that has at least so many.
    pub(super) fn of_file(file: &File, words: usize) -> io::Result<Self> {
        let map = MmapOptions::new()
            .len(words * size_of::<AtomicU64>())
            .map_raw(file)?;
        Ok(Self::Mapped { map, words })
    }

    /// All of them.
    pub(super) fn words(&self) -> &[AtomicU64] {
        match self {
            Self::Mapped { map, words } => {
                assert!(words * size_of::<AtomicU64>() <= map.len());
                // SAFETY: the mapping begins on a page, is readable and writable, at least that long (just
                // asserted), and lasts as long as `self`. Every bit pattern is an `AtomicU64`. All other
                // accesses, of this and of other processes that run this code, are atomic as well.
                unsafe { std::slice::from_raw_parts(map.as_mut_ptr().cast::<AtomicU64>(), *words) }
            }
            Self::Local(words) => words,
        }
    }
}

/// Milliseconds since the system was started.
#[cfg(windows)]
pub(super) fn tick_ms() -> u64 {
    // SAFETY: takes nothing and returns a number.
    unsafe { windows_sys::Win32::System::SystemInformation::GetTickCount64() }
}
