//! What a session keeps of the assistant: wishes, what was listened to, the proposal, and what was applied.
//!
//! Shared by editor and worker, who have time, so a short lock is fine. The audio thread never looks.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::advised::{Advised, Changes};
use crate::assistant::advice::{Advice, Switch, compact};
use crate::assistant::wishes::Wishes;
use crate::engine::settings::Settings;
use crate::engine::settings::equalizer::BANDS;
use crate::engine::settings::fields::Group;
use crate::engine::settings::range::Range;
use crate::engine::settings::trim::{self, TrimSettings};
use crate::stems::moves::{CHANGES_MAX, StemMove};
use crate::stems::settings::ADVICE_PCT;

/// Version of the layout of [`Session`]; goes up when a field changes its meaning.
pub const FORMAT: u32 = 1;
/// Most references of a session.
pub const REFERENCES_MAX: usize = 6;
/// How much a side of the references counts, in percent.
pub const WEIGHT_PCT: Range = Range::linear(0.0, 100.0, 100.0, 5.0, "%");
/// Most that is kept of what was listened to.
const SPANS_MAX: usize = 64;
const LEVELS_MAX: usize = 900;
/// Longest reason of a move that is kept, in bytes.
const TEXT_MAX: usize = 400;

/// What a session keeps of the assistant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// See [`FORMAT`].
    pub format: u32,
    /// What the user wants.
    pub wishes: Wishes,
    /// Paths of the references.
    pub references: Vec<String>,
    /// The moves that the user switched.
    pub switches: Vec<Switch>,
    /// Stages of the user's that the next proposal may take over anyway, in the order of
    /// [`Group::STAGES`].
    pub take_over: [bool; Group::STAGES.len()],
    /// What was listened to.
    #[serde(with = "shared")]
    pub listened: Arc<Listened>,
    /// What is proposed.
    #[serde(with = "shared_option")]
    pub advice: Option<Arc<Advice>>,
    /// The settings that were applied last, if any were.
    #[serde(with = "compact::optional")]
    pub applied: Option<Box<Settings>>,
    /// The equalizer bands of them that are the assistant's.
    pub applied_bands: [bool; BANDS],
    /// Whether a proposal was ever applied: the first one sets the intensity.
    pub was_applied: bool,
    /// The four places for settings to compare, A to D. The one that is open is in the parameters.
    pub slots: [Slot; SLOTS],
    /// Which one is open, from 0.
    pub slot: usize,
    /// The preset that was loaded or saved last.
    pub preset: Option<Chosen>,
    /// What links a master with its stems: its own in a master, its master's in a stem; 0 before there is one.
    pub link: u64,
    /// In a stem: the user picked that session.
    pub link_picked: bool,
    /// What a stem was advised by its master and obeys, in the share that its parameter says.
    pub advised: Vec<StemMove>,
}

/// A preset of the list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Chosen {
    /// What it is called.
    pub name: String,
    /// Whether the user made it.
    pub own: bool,
}

/// Places for settings to compare.
pub const SLOTS: usize = 4;

/// A place for settings to compare; empty until it is left for the first time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Slot {
    /// The settings.
    #[serde(with = "compact::optional")]
    pub settings: Option<Box<Settings>>,
    /// In a stem, what belongs to them beside the chain; `None` in old states.
    pub stem: Option<SlotStem>,
    /// What of the assistant had been applied to them last.
    #[serde(with = "compact::optional")]
    pub applied: Option<Box<Settings>>,
    /// The equalizer bands of them that are the assistant's.
    pub bands: [bool; BANDS],
    /// The preset that was loaded into it or saved from it last.
    pub preset: Option<Chosen>,
}

/// What a stem's slot holds beside the chain. What was advised is not of a slot, only how much of it is obeyed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SlotStem {
    /// Gain and width.
    pub fader: TrimSettings,
    /// Share of the advice, in %.
    pub advice_pct: f32,
}

/// What was listened to: no sound, only where and how loud.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Listened {
    /// Start and end in seconds of the song, in order.
    pub spans: Vec<[f64; 2]>,
    /// Per second of song: its number, its K-weighted and its plain level in tenths of a dB.
    pub levels: Vec<[i32; 3]>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            format: FORMAT,
            wishes: Wishes::default(),
            references: Vec::new(),
            switches: Vec::new(),
            take_over: [false; Group::STAGES.len()],
            listened: Arc::default(),
            advice: None,
            applied: None,
            applied_bands: [false; BANDS],
            was_applied: false,
            slots: Default::default(),
            slot: 0,
            preset: None,
            link: 0,
            link_picked: false,
            advised: Vec::new(),
        }
    }
}

impl Session {
    /// Within what a state may hold.
    fn bounded(mut self) -> Self {
        self.references.truncate(REFERENCES_MAX);
        self.switches.truncate(64);
        self.advised.truncate(CHANGES_MAX);
        for one in &mut self.advised {
            one.bound(TEXT_MAX);
        }
        self.slot = self.slot.min(SLOTS - 1);
        for stem in self.slots.iter_mut().filter_map(|slot| slot.stem.as_mut()) {
            stem.fader.gain_db = trim::GAIN_DB.quantized(stem.fader.gain_db);
            stem.fader.width_pct = trim::WIDTH_PCT.quantized(stem.fader.width_pct);
            stem.advice_pct = ADVICE_PCT.quantized(stem.advice_pct);
        }
        let listened = &self.listened;
        if listened.spans.len() > SPANS_MAX || listened.levels.len() > LEVELS_MAX {
            let mut less = Listened::clone(listened);
            less.spans.truncate(SPANS_MAX);
            less.levels.truncate(LEVELS_MAX);
            self.listened = Arc::new(less);
        }
        self
    }
}

/// The session's place, shared.
#[derive(Debug, Default)]
pub struct Shared {
    session: Mutex<Session>,
    changes: AtomicU64,
    loads: AtomicU64,
    /// What of it the audio thread needs.
    advised: Advised,
    /// Counts what the engine has to hear of.
    of_the_engine: Arc<AtomicU32>,
}

impl Shared {
    /// An empty session; `of_the_engine` counts what the engine has to hear of.
    pub(super) fn new(of_the_engine: Arc<AtomicU32>) -> Self {
        Self {
            of_the_engine,
            ..Self::default()
        }
    }

    /// What the saved advice changes, for the audio thread.
    pub fn advised(&self) -> &Advised {
        &self.advised
    }

    /// What is kept now.
    pub fn get(&self) -> Session {
        self.lock().clone()
    }

    /// Looks at it in place.
    pub fn with<R>(&self, look: impl FnOnce(&Session) -> R) -> R {
        look(&self.lock())
    }

    /// Changes it.
    pub fn edit<R>(&self, change: impl FnOnce(&mut Session) -> R) -> R {
        let mut session = self.lock();
        let changes_of =
            |session: &Session| Changes::of(session.advised.iter().map(|one| &one.change));
        let before = changes_of(&session);
        let result = change(&mut session);
        let after = changes_of(&session);
        if after != before {
            self.advised.write(&after);
            self.of_the_engine.fetch_add(1, Ordering::Release);
        }
        self.changes.fetch_add(1, Ordering::Release);
        result
    }

    /// Changes it, unless another was loaded since [`Self::loads`] gave `loads`: what was worked out for one is not
    /// for another.
    pub fn edit_same<R>(&self, loads: u64, change: impl FnOnce(&mut Session) -> R) -> Option<R> {
        self.edit(|session| (self.loads() == loads).then(|| change(session)))
    }

    /// Takes over a loaded one.
    pub fn store(&self, session: Session) {
        self.edit(|place| {
            *place = session.bounded();
            self.loads.fetch_add(1, Ordering::Release);
        });
    }

    /// How many were loaded.
    pub fn loads(&self) -> u64 {
        self.loads.load(Ordering::Acquire)
    }

    /// A number that is another one after every change.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Whoever panicked while holding the lock left a plain value behind.
    fn lock(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

mod shared {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::sync::Arc;

    pub(super) fn serialize<T: Serialize, S: Serializer>(
        value: &Arc<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        T::serialize(value, serializer)
    }

    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Arc<T>, D::Error> {
        T::deserialize(deserializer).map(Arc::new)
    }
}

mod shared_option {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::sync::Arc;

    pub(super) fn serialize<T: Serialize, S: Serializer>(
        value: &Option<Arc<T>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_deref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Arc<T>>, D::Error> {
        Option::<T>::deserialize(deserializer).map(|value| value.map(Arc::new))
    }
}
