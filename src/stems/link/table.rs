//! The table that instances share: where it lies, how it comes to be, and what lies where in it.
//!
//! ```text
//! head (a page)   magic, layout, length, start of the system
//! slot 0 … 15     lease │ card: board │ a master's advices: boards, one for each stem
//! slot 16 … 127   lease │ card: board │ a stem's summary: board
//! ```
//! The file has one length for ever. It appears complete or not at all, and nothing in it is trusted: what is
//! of another length or another start of the system, or begins with other bytes, is replaced; each
//! snapshot carries its own proof ([`super::board`]). Only the holder of a slot writes there: also advice lies
//! with the master who gives it, and goes when the master goes.
//!
//! Another build with another layout looks for a file of another name, so the two do not meet.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::board::words_for;
use super::card::{CARD_BYTES, Kind};
use super::clock;
use super::fault::LinkFault;
use super::memory::Memory;
use crate::stems::advice::{self, ADVICE_BYTES};
use crate::stems::summary::{self, SUMMARY_BYTES};

/// Masters that fit: songs that are open at once.
pub const MASTERS: usize = 16;
/// Stems that fit, of all songs together.
pub const STEMS: usize = 112;
/// Stems that a master can advise.
pub const ADVICE_ENTRIES: usize = 32;

/// Goes up when anything here changes its meaning without changing its size.
const FORMAT: u64 = 1;
/// "fincoat" and a 1 that tells the order of bytes.
const MAGIC: u64 = 0x0174_616f_636e_6966;
const HEAD_WORDS: usize = 512;
/// The lease has a cache line of its own: others look at it all the time.
const LEASE_WORDS: usize = 8;
const CARD_WORDS: usize = words_for(CARD_BYTES);
const ADVICE_WORDS: usize = words_for(ADVICE_BYTES);
const SUMMARY_WORDS: usize = words_for(SUMMARY_BYTES);
const MASTER_WORDS: usize =
    (LEASE_WORDS + CARD_WORDS + ADVICE_ENTRIES * ADVICE_WORDS).next_multiple_of(8);
const STEM_WORDS: usize = (LEASE_WORDS + CARD_WORDS + SUMMARY_WORDS).next_multiple_of(8);
const WORDS: usize = HEAD_WORDS + MASTERS * MASTER_WORDS + STEMS * STEM_WORDS;
/// Slots of both kinds.
pub(super) const SLOTS: usize = MASTERS + STEMS;

/// Length of the file.
pub const TABLE_BYTES: u64 = (WORDS * 8) as u64;
/// What two builds must have in common to share a table.
const LAYOUT: u64 = {
    let facts = [
        FORMAT,
        MASTERS as u64,
        MASTER_WORDS as u64,
        STEMS as u64,
        STEM_WORDS as u64,
        CARD_BYTES as u64,
        ADVICE_ENTRIES as u64,
        ADVICE_BYTES as u64,
        advice::VERSION as u64,
        SUMMARY_BYTES as u64,
        summary::VERSION as u64,
    ];
    // FNV-1a, by words.
    let (mut hash, mut n) = (0xcbf2_9ce4_8422_2325_u64, 0);
    while n < facts.len() {
        hash = (hash ^ facts[n]).wrapping_mul(0x0100_0000_01b3);
        n += 1;
    }
    hash
};

/// How often somebody else may be quicker in making or replacing the file.
const ATTEMPTS: usize = 8;
/// Drafts of the file that a process left when it was killed in making one are cleared after so long.
const DRAFT_S: u64 = 60;
const DRAFT: &str = ".draft-";

/// The table, as long as it is used.
pub(super) struct Table {
    memory: Memory,
    file: Option<Opened>,
}

/// The file, to ask it whether it is still there in full.
struct Opened {
    file: File,
    path: PathBuf,
    identity: Identity,
}

/// One slot's words.
pub(super) struct Slot<'a> {
    words: &'a [AtomicU64],
}

impl Table {
    /// Shares with every process of this user that looks into the same folder.
    pub(super) fn open(folder: &Path) -> Result<Self, LinkFault> {
        let path = folder.join(file_name());
        let fault =
            |error: io::Error| LinkFault::Unavailable(format!("{}: {error}", path.display()));
        for _ in 0..ATTEMPTS {
            let (file, identity) = match examine(&path)? {
                Found::Fit(file, identity) => (file, identity),
                Found::Missing => {
                    match draft(folder).map_err(fault)?.persist_noclobber(&path) {
                        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => {
                            return Err(fault(error.error));
                        }
                        // It is looked at like anybody's.
                        _ => continue,
                    }
                }
                Found::Damaged(damaged) => {
                    let draft = draft(folder).map_err(fault)?;
                    // Unless another has just done so. Renamed over it in one step: should two do so all
                    // the same, the first follows the second when it next asks whether its table is sound.
                    if fs::symlink_metadata(&path).is_ok_and(|m| identity(&m) == damaged) {
                        draft.persist(&path).map_err(|error| fault(error.error))?;
                    }
                    continue;
                }
            };
            let memory = Memory::of_file(&file, WORDS).map_err(fault)?;
            let path = path.clone();
            return Ok(Self {
                memory,
                file: Some(Opened {
                    file,
                    path,
                    identity,
                }),
            });
        }
        Err(LinkFault::Unavailable(format!(
            "{} is replaced over and over",
            path.display()
        )))
    }

    /// Shares with this process only.
    pub(super) fn local() -> Self {
        /// Gone with its last user: nothing stays behind when the library is unloaded.
        static LOCAL: Mutex<Weak<[AtomicU64]>> = Mutex::new(Weak::<[AtomicU64; 0]>::new());
        let mut known = LOCAL.lock().unwrap_or_else(PoisonError::into_inner);
        let words = known.upgrade().unwrap_or_else(|| {
            let words: Arc<[AtomicU64]> = (0..WORDS).map(|_| AtomicU64::new(0)).collect();
            *known = Arc::downgrade(&words);
            words
        });
        Self {
            memory: Memory::Local(words),
            file: None,
        }
    }

    /// Whether other processes can see it.
    pub(super) fn is_shared(&self) -> bool {
        self.file.is_some()
    }

    /// Whether the file is still there, in full, under its name. To be asked before every use; who hears no
    /// lets go and opens anew. So all follow the name, and meet again.
    pub(super) fn sound(&self) -> bool {
        let Some(opened) = &self.file else {
            return true;
        };
        let whole = |found: io::Result<fs::Metadata>| {
            found.is_ok_and(|m| m.len() == TABLE_BYTES && identity(&m) == opened.identity)
        };
        whole(opened.file.metadata()) && whole(fs::symlink_metadata(&opened.path))
    }

    /// A slot by its number, below [`SLOTS`].
    pub(super) fn slot(&self, number: usize) -> Slot<'_> {
        let (start, length) = match number.checked_sub(MASTERS) {
            None => (number * MASTER_WORDS, MASTER_WORDS),
            Some(stem) => (MASTERS * MASTER_WORDS + stem * STEM_WORDS, STEM_WORDS),
        };
        let start = HEAD_WORDS + start;
        Slot {
            words: &self.memory.words()[start..start + length],
        }
    }
}

impl<'a> Slot<'a> {
    /// Who holds it.
    pub(super) fn lease(&self) -> &'a AtomicU64 {
        &self.words[0]
    }

    /// What its holder tells of itself.
    pub(super) fn card(&self) -> &'a [AtomicU64] {
        &self.words[LEASE_WORDS..LEASE_WORDS + CARD_WORDS]
    }

    /// What a stem hears; of its slots only.
    pub(super) fn summary(&self) -> &'a [AtomicU64] {
        &self.load()[..SUMMARY_WORDS]
    }

    /// What a master advises; of its slots only. By entry below [`ADVICE_ENTRIES`].
    pub(super) fn advice(&self, entry: usize) -> &'a [AtomicU64] {
        &self.load()[entry * ADVICE_WORDS..(entry + 1) * ADVICE_WORDS]
    }

    fn load(&self) -> &'a [AtomicU64] {
        &self.words[LEASE_WORDS + CARD_WORDS..]
    }
}

/// The slots that are for one kind of instance.
pub(super) fn slots_for(kind: Kind) -> Range<usize> {
    match kind {
        Kind::Master => 0..MASTERS,
        Kind::Stem => MASTERS..SLOTS,
    }
}

/// What the file is called in its folder.
pub fn file_name() -> String {
    format!("link-{FORMAT}-{LAYOUT:016x}")
}

/// What lies under the table's name.
enum Found {
    Fit(File, Identity),
    Missing,
    Damaged(Identity),
}

/// Looks without believing, and without following a link.
fn examine(path: &Path) -> Result<Found, LinkFault> {
    let fault = |why: String| LinkFault::Unavailable(format!("{}: {why}", path.display()));
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Missing),
        found => found.map_err(|error| fault(error.to_string()))?,
    };
    if !is_ours(&found) {
        return Err(fault("is somebody else's".to_owned()));
    }
    if found.is_dir() {
        return Err(fault("is a folder".to_owned()));
    }
    let damaged = Ok(Found::Damaged(identity(&found)));
    if !found.is_file() || found.len() != TABLE_BYTES || !is_private(&found) {
        return damaged;
    }
    let mut file = match open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Missing),
        opened => opened.map_err(|error| fault(error.to_string()))?,
    };
    // What was opened may be another than what was looked at.
    let opened = file.metadata().map_err(|error| fault(error.to_string()))?;
    if !is_ours(&opened) || !opened.is_file() || opened.len() != TABLE_BYTES {
        return damaged;
    }
    let mut head = [0; 32];
    if file.read_exact(&mut head).is_err() {
        return damaged;
    }
    let [magic, layout, length, boot] = head_of(&head);
    if magic != MAGIC {
        return damaged;
    }
    if layout != LAYOUT || length != TABLE_BYTES {
        // Perhaps in use, by a build that knows what it is.
        return Err(fault("belongs to another build of Finalcoat".to_owned()));
    }
    if boot != clock::boot() {
        return damaged;
    }
    Ok(Found::Fit(file, identity(&opened)))
}

/// A complete table under a name of its own. All of it is written, so that room that is not there is missed
/// here and not when it is used.
fn draft(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    clear_drafts(folder);
    let mut draft = tempfile::Builder::new().prefix(DRAFT).tempfile_in(folder)?;
    let mut bytes = vec![0; TABLE_BYTES as usize];
    for (to, word) in bytes
        .chunks_mut(8)
        .zip([MAGIC, LAYOUT, TABLE_BYTES, clock::boot()])
    {
        to.copy_from_slice(&word.to_le_bytes());
    }
    draft.write_all(&bytes)?;
    draft.flush()?;
    Ok(draft)
}

/// Those of processes that were killed in making one. What cannot be cleared stays.
fn clear_drafts(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let left = entry.metadata().and_then(|found| found.modified());
        let age_s = left.ok().and_then(|at| at.elapsed().ok());
        if entry.file_name().to_string_lossy().starts_with(DRAFT)
            && age_s.is_some_and(|age| age.as_secs() > DRAFT_S)
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn head_of(bytes: &[u8; 32]) -> [u64; 4] {
    core::array::from_fn(|n| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[n * 8..n * 8 + 8]);
        u64::from_le_bytes(word)
    })
}

#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(unix)]
fn identity(found: &fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (found.dev(), found.ino())
}
#[cfg(unix)]
fn is_ours(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    found.uid() == rustix::process::geteuid().as_raw()
}
#[cfg(unix)]
fn is_private(found: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    found.mode() & 0o777 == 0o600
}
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    // Should it have become a pipe meanwhile: not waiting for its other end.
    let careful = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(careful.bits() as i32)
        .open(path)
}

// Windows neither cuts nor removes a file that is mapped, and the folder is in the user's profile.
#[cfg(windows)]
type Identity = ();
#[cfg(windows)]
fn identity(_: &fs::Metadata) -> Identity {}
#[cfg(windows)]
fn is_ours(_: &fs::Metadata) -> bool {
    true
}
#[cfg(windows)]
fn is_private(_: &fs::Metadata) -> bool {
    true
}
#[cfg(windows)]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::sync::atomic::Ordering;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(file_name());
        (folder, path)
    }

    fn mark(table: &Table) {
        table.slot(5).lease().store(77, Ordering::Relaxed);
    }

    fn is_marked(table: &Table) -> bool {
        table.slot(5).lease().load(Ordering::Relaxed) == 77
    }

    #[test]
    fn a_table_is_private_of_one_length_and_shared() {
        let (folder, path) = folder();
        let first = Table::open(folder.path()).expect("made");
        mark(&first);
        let found = fs::metadata(&path).expect("there");
        assert_eq!(found.mode() & 0o7777, 0o600);
        assert_eq!(found.len(), TABLE_BYTES);
        // All of it has its room: a write cannot fail for want of it.
        assert!(found.blocks() * 512 >= TABLE_BYTES);
        assert!(is_marked(&Table::open(folder.path()).expect("found")));
        drop(first);
        assert!(is_marked(&Table::open(folder.path()).expect("found again")));
        let names = fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(names, 1, "no draft is left");
    }

    #[test]
    fn slots_do_not_overlap_and_fill_the_file() {
        let table = Table::local();
        for number in 0..SLOTS {
            let slot = table.slot(number);
            slot.words
                .iter()
                .for_each(|word| assert_eq!(word.fetch_add(1, Ordering::Relaxed), 0));
            if slots_for(Kind::Master).contains(&number) {
                assert_eq!(slot.advice(ADVICE_ENTRIES - 1).len(), ADVICE_WORDS);
            } else {
                assert_eq!(slot.summary().len(), SUMMARY_WORDS);
            }
        }
        let words = table.memory.words().iter();
        let unused = words.filter(|word| word.load(Ordering::Relaxed) == 0);
        assert_eq!(unused.count(), HEAD_WORDS);
        assert!(!table.is_shared() && table.sound());
    }

    #[test]
    fn what_is_damaged_is_replaced() {
        type Damage = fn(&Path);
        let damages: [(&str, Damage); 7] = [
            ("cut", |path| cut(path, 100)),
            ("empty", |path| cut(path, 0)),
            ("too long", |path| cut(path, TABLE_BYTES + 1)),
            ("garbage", |path| {
                let garbage: Vec<u8> = (0..TABLE_BYTES).map(|n| (n * 37 % 251) as u8).collect();
                fs::write(path, garbage).expect("ours");
            }),
            ("of another start", |path| {
                let mut bytes = fs::read(path).expect("ours");
                bytes[24] ^= 1;
                fs::write(path, bytes).expect("ours");
            }),
            ("open to others", |path| {
                fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("ours");
            }),
            ("a link", |path| {
                let target = path.with_file_name("target");
                fs::rename(path, &target).expect("ours");
                symlink(&target, path).expect("ours");
            }),
        ];
        for (name, damage) in damages {
            let (folder, path) = folder();
            let old = Table::open(folder.path()).expect("made");
            mark(&old);
            assert!(old.sound());
            damage(&path);
            let new = Table::open(folder.path()).expect("replaced");
            assert!(!is_marked(&new), "{name}");
            assert!(new.sound() && !old.sound(), "{name}");
            assert!(fs::symlink_metadata(&path).expect("there").is_file());
        }
    }

    #[test]
    fn the_target_of_a_link_is_left_alone() {
        let (folder, path) = folder();
        let target = folder.path().join("target");
        fs::write(&target, "somebody's").expect("a file");
        symlink(&target, &path).expect("a link");
        Table::open(folder.path()).expect("made in the link's place");
        assert_eq!(fs::read(&target).expect("there"), b"somebody's");
    }

    #[test]
    fn another_builds_table_is_left_alone() {
        let (folder, path) = folder();
        drop(Table::open(folder.path()).expect("made"));
        let mut bytes = fs::read(&path).expect("ours");
        bytes[8] ^= 1;
        fs::write(&path, &bytes).expect("ours");
        let fault = Table::open(folder.path()).err().expect("not ours to use");
        assert!(fault.is_quiet() && fault.to_string().contains("another build"));
        assert_eq!(fs::read(&path).expect("there"), bytes);
    }

    #[test]
    fn a_folder_in_its_place_is_left_alone() {
        let (folder, path) = folder();
        fs::create_dir(&path).expect("a folder");
        assert!(Table::open(folder.path()).is_err());
        assert!(Table::open(&path.join("missing")).is_err());
    }

    #[test]
    fn a_table_that_was_removed_or_replaced_is_not_sound() {
        let (folder, path) = folder();
        let table = Table::open(folder.path()).expect("made");
        fs::remove_file(&path).expect("ours");
        assert!(!table.sound());
        let second = Table::open(folder.path()).expect("made anew");
        assert!(second.sound() && !table.sound());
    }

    #[test]
    fn old_drafts_are_cleared_and_new_ones_left() {
        let (folder, _) = folder();
        let (old, new) = (
            folder.path().join(format!("{DRAFT}old")),
            folder.path().join(format!("{DRAFT}new")),
        );
        for path in [&old, &new] {
            fs::write(path, "half").expect("a file");
        }
        let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
        File::options()
            .write(true)
            .open(&old)
            .and_then(|file| file.set_modified(long_ago))
            .expect("ours");
        Table::open(folder.path()).expect("made");
        assert!(!old.exists() && new.exists());
    }

    fn cut(path: &Path, length: u64) {
        let file = File::options().write(true).open(path).expect("ours");
        file.set_len(length).expect("ours");
    }
}
