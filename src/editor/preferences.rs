//! What the user likes, the same in every instance: theme, zoom, how presets are auditioned.
//!
//! One [`Store`] holds it for all windows of the process, and its file for other processes. A change is of
//! single fields, made to the newest there is: nobody takes back what somebody else has changed.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use toml::Table;

use super::theme::Theme;
use crate::handoff::lock;

/// The steps of the zoom, in percent.
pub const ZOOMS_PCT: [u16; 6] = [75, 100, 125, 150, 175, 200];

/// What the user likes. Each field always has a value: one that can be absent could not be taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Dark or light.
    pub theme: Theme,
    /// Zoom in percent, one of [`ZOOMS_PCT`].
    pub zoom_pct: u16,
    /// Whether a preset or a slot is heard as loud as the mix, until the user wants the master.
    pub match_loudness: bool,
    /// Whether presets leave the loudness stage as it is.
    pub lock_loudness: bool,
    /// The service whose doings are shown, by its name in [`crate::assistant::services`].
    pub service: String,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            zoom_pct: 100,
            match_loudness: true,
            lock_loudness: false,
            service: "spotify".to_owned(),
        }
    }
}

impl Preferences {
    /// The zoom as a factor, within what there is.
    pub fn zoom(&self) -> f32 {
        let [least, .., most] = ZOOMS_PCT;
        f32::from(self.zoom_pct.clamp(least, most)) / 100.0
    }

    /// The newest of this user.
    pub fn of_this_user() -> Self {
        Store::of(place()).get()
    }

    /// Those of a table; the usual ones for what is not there, or makes no sense.
    fn of_table(table: &Table) -> Self {
        let mut sound = Table::try_from(Self::default()).unwrap_or_default();
        for (name, value) in table {
            let mut tried = sound.clone();
            tried.insert(name.clone(), value.clone());
            if tried.clone().try_into::<Self>().is_ok() {
                sound = tried;
            }
        }
        sound.try_into().unwrap_or_default()
    }
}

/// The preferences of a file, one for all windows of the process.
#[derive(Debug)]
pub struct Store {
    file: Option<PathBuf>,
    kept: Mutex<Kept>,
    /// Counts the times that [`Kept::now`] has changed.
    changes: AtomicU64,
}

#[derive(Debug, Default)]
struct Kept {
    now: Preferences,
    /// The file as it was read or written last. What another version put there stays there.
    known: Table,
    /// What was changed here and is not in the file, because it could not be written.
    unsaved: Table,
}

impl Kept {
    /// The file with what it lacks.
    fn all(&self) -> Table {
        let mut all = self.known.clone();
        all.extend(self.unsaved.clone());
        all
    }
}

/// All that were ever asked for, but those without a file.
static STORES: Mutex<Vec<Arc<Store>>> = Mutex::new(Vec::new());

impl Store {
    /// The one of a file. Without a file it is a new one, which nobody else sees.
    pub fn of(file: Option<PathBuf>) -> Arc<Self> {
        let new = |file| Arc::new(Self::new(file));
        let Some(file) = file else { return new(None) };
        let mut stores = lock(&STORES);
        let same = |store: &&Arc<Self>| store.file.as_ref() == Some(&file);
        if let Some(store) = stores.iter().find(same) {
            return store.clone();
        }
        let store = new(Some(file));
        stores.push(store.clone());
        store
    }

    fn new(file: Option<PathBuf>) -> Self {
        let store = Self {
            file,
            kept: Mutex::default(),
            changes: AtomicU64::new(0),
        };
        store.refresh();
        store
    }

    /// A number that is another one after every change.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// The newest.
    pub fn get(&self) -> Preferences {
        lock(&self.kept).now.clone()
    }

    /// Takes in what another process has written.
    pub fn refresh(&self) {
        let mut kept = lock(&self.kept);
        self.read(&mut kept);
        self.take(&mut kept);
    }

    /// Changes what is other in `to` than in `from`, and nothing else, here and in the file. A file that cannot
    /// be written costs only the memory of a liking, so nobody is told.
    pub fn change(&self, from: &Preferences, to: &Preferences) {
        let [Ok(from), Ok(to)] = [from, to].map(Table::try_from) else {
            return;
        };
        let kept = &mut *lock(&self.kept);
        let changed = to
            .into_iter()
            .filter(|(name, value)| from.get(name) != Some(value));
        kept.unsaved.extend(changed);
        self.read(kept);
        self.take(kept);
        let all = kept.all();
        if self.write(&all).is_some() {
            kept.known = all;
            kept.unsaved.clear();
        }
    }

    /// A file that is not there, or is none that can be read, says nothing.
    fn read(&self, kept: &mut Kept) {
        let text = self.file.as_ref().map(std::fs::read_to_string);
        let table = text.and_then(|text| text.ok()?.parse().ok());
        if let Some(table) = table {
            kept.known = table;
        }
    }

    /// Makes the file and what it lacks the newest.
    fn take(&self, kept: &mut Kept) {
        let now = Preferences::of_table(&kept.all());
        if now != kept.now {
            kept.now = now;
            self.changes.fetch_add(1, Ordering::Release);
        }
    }

    /// Writes the file, whole or not at all.
    fn write(&self, table: &Table) -> Option<()> {
        let file: &Path = self.file.as_ref()?;
        let folder = file.parent()?;
        std::fs::create_dir_all(folder).ok()?;
        let text = toml::to_string(table).ok()?;
        let mut new = tempfile::NamedTempFile::new_in(folder).ok()?;
        new.write_all(text.as_bytes()).ok()?;
        new.persist(file).ok()?;
        Some(())
    }
}

/// The preferences as one window follows them.
#[derive(Debug)]
pub struct Likes {
    store: Arc<Store>,
    seen: u64,
    now: Preferences,
}

impl Likes {
    /// Those of a file, as they are in it now; without one, the usual.
    pub fn of(file: Option<PathBuf>) -> Self {
        let store = Store::of(file);
        store.refresh();
        Self {
            seen: store.changes(),
            now: store.get(),
            store,
        }
    }

    /// The newest; costs nothing while nothing changes.
    pub fn newest(&mut self) -> &Preferences {
        let changes = self.store.changes();
        if changes != self.seen {
            self.seen = changes;
            self.now = self.store.get();
        }
        &self.now
    }

    /// Where they come from.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }
}

/// Where they are kept; `None` where the user has no home.
pub fn place() -> Option<PathBuf> {
    Some(dirs::config_dir()?.join("Finalcoat").join("editor.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Changes some of what the newest is.
    fn change(store: &Store, change: impl FnOnce(&mut Preferences)) {
        let before = store.get();
        let mut after = before.clone();
        change(&mut after);
        store.change(&before, &after);
    }

    #[test]
    fn they_come_back_and_a_broken_file_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new").join("editor.toml");
        let open = || Store::new(Some(file.clone()));
        assert_eq!(open().get(), Preferences::default());
        let liked = Preferences {
            theme: Theme::Light,
            zoom_pct: 150,
            match_loudness: false,
            lock_loudness: true,
            service: "apple".to_owned(),
        };
        open().change(&Preferences::default(), &liked);
        assert_eq!(open().get(), liked);
        std::fs::write(&file, "theme = ").unwrap();
        assert_eq!(open().get(), Preferences::default());
        std::fs::write(&file, "theme = 3\nzoom_pct = 9000\nlock_loudness = true").unwrap();
        let sound = open().get();
        assert_eq!(sound.theme, Theme::default());
        assert_eq!(sound.zoom(), 2.0);
        assert!(sound.lock_loudness, "one broken line costs only itself");
    }

    #[test]
    fn a_change_is_seen_by_all_and_takes_nothing_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("editor.toml");
        let [mut one, mut other] = [(); 2].map(|()| Likes::of(Some(file.clone())));
        let shown = other.newest().clone();
        let before = other.store().changes();
        change(one.store(), |liked| liked.theme = Theme::Light);
        assert_ne!(other.store().changes(), before, "what the others look at");
        assert_eq!(other.newest().theme, Theme::Light);
        // A window that was drawn before that sets something else.
        let mut to = shown.clone();
        to.zoom_pct = 150;
        other.store().change(&shown, &to);
        let both = Preferences {
            theme: Theme::Light,
            zoom_pct: 150,
            ..Preferences::default()
        };
        assert_eq!(*one.newest(), both);
        assert_eq!(*other.newest(), both);
        assert_eq!(Store::new(Some(file)).get(), both);
        let before = one.store().changes();
        change(one.store(), |_| {});
        assert_eq!(one.store().changes(), before, "nothing has changed");
    }

    #[test]
    fn what_another_process_writes_survives() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("editor.toml");
        let here = Store::of(Some(file.clone()));
        change(&here, |liked| liked.service = "apple".to_owned());
        // The other process's store is not ours, and it may be of a newer version.
        let there = Store::new(Some(file.clone()));
        change(&there, |liked| liked.zoom_pct = 75);
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, format!("{text}later = \"kept\"\n")).unwrap();
        assert_eq!(here.get().zoom_pct, 100);
        change(&here, |liked| liked.theme = Theme::Light);
        let all = Preferences {
            theme: Theme::Light,
            zoom_pct: 75,
            service: "apple".to_owned(),
            ..Preferences::default()
        };
        assert_eq!(here.get(), all);
        there.refresh();
        assert_eq!(there.get(), all);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("later = \"kept\""), "{text}");
        // A window that is opened sees what came meanwhile.
        change(&there, |liked| liked.zoom_pct = 200);
        assert_eq!(Likes::of(Some(file)).newest().zoom_pct, 200);
    }

    #[test]
    fn without_a_file_that_can_be_written_they_last_as_long_as_the_process() {
        let folder = tempfile::tempdir().unwrap();
        // A file stands where the folder should be.
        let taken = folder.path().join("taken");
        std::fs::write(&taken, "").unwrap();
        for file in [Some(taken.join("editor.toml")), None] {
            let store = Store::of(file);
            change(&store, |liked| liked.zoom_pct = 125);
            change(&store, |liked| liked.theme = Theme::Light);
            store.refresh();
            assert_eq!(store.get().zoom_pct, 125);
            assert_eq!(store.get().theme, Theme::Light);
        }
        let alone = [Store::of(None), Store::of(None)];
        change(&alone[0], |liked| liked.zoom_pct = 125);
        assert_eq!(alone[1].get(), Preferences::default());
    }
}
