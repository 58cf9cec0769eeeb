//! Stems brought into balance: the moves worked out and each stem rendered with its own.

use super::reading::Stem;
use crate::engine::settings::Settings;
use crate::engine::settings::trim::TrimSettings;
use crate::offline::failure::Outcome;
use crate::offline::render::render_shaping;
use crate::offline::watch::Watch;
use crate::stems::balance::{Balance, Heard, balance};
use crate::stems::moves::{StemChange, laid_over};
use crate::stems::track::Track;
use crate::stems::traits::Traits;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Stems rendered at a time.
const THREADS: usize = 2;

/// Works out what the stems need beside each other.
/// `mix_gains_db` are the gains at which they stand in the mix, where that is known.
pub(super) fn work_out(stems: &[Stem], mix_gains_db: &[Option<f64>]) -> Balance {
    let tracks: Vec<Track> = stems
        .iter()
        .map(|stem| Track::of(stem.analyzer.kept()))
        .collect();
    let reports: Vec<_> = stems.iter().map(|stem| stem.analyzer.report()).collect();
    let names: Vec<String> = stems.iter().map(|stem| spoken(&stem.name)).collect();
    let heard: Vec<Heard<'_>> = (0..stems.len())
        .map(|place| Heard {
            name: &names[place],
            role: stems[place].role,
            track: &tracks[place],
            input: &tracks[place],
            traits: reports[place].as_ref().map(Traits::of).unwrap_or_default(),
            report: reports[place].as_ref(),
            mix_gain_db: mix_gains_db[place],
        })
        .collect();
    balance(&heard)
}

/// A file's name as sentences call it: without the extension.
fn spoken(name: &str) -> String {
    let stem = std::path::Path::new(name).file_stem();
    stem.map_or_else(
        || name.to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

/// Renders every stem that has moves with `share` (0 to 1) of them, latency removed; the others stay bit for
/// bit what they are.
pub(super) fn apply(
    stems: &mut [Stem],
    balance: &Balance,
    share: f32,
    watch: Watch<'_>,
) -> Outcome<()> {
    if share <= 0.0 {
        return Ok(());
    }
    let changes_of = |place: usize| -> Vec<StemChange> {
        let moves = balance.moves.iter().filter(|(stem, _)| *stem == place);
        moves.map(|(_, one)| one.change).collect()
    };
    let waiting: Vec<(&mut Stem, Vec<StemChange>)> = stems
        .iter_mut()
        .enumerate()
        .map(|(place, stem)| (stem, changes_of(place)))
        .filter(|(_, changes)| !changes.is_empty())
        .collect();
    let total: u64 = waiting.iter().map(|(stem, _)| stem.audio.frames).sum();
    let done = AtomicU64::new(0);
    let workers = THREADS.min(waiting.len());
    let waiting = Mutex::new(waiting);
    let next = || waiting.lock().ok().and_then(|mut waiting| waiting.pop());
    let work = || -> Outcome<()> {
        while let Some((stem, changes)) = next() {
            let (settings, fader) = laid_over(
                &Settings::default(),
                &TrimSettings::default(),
                &changes,
                share,
            );
            stem.audio = render_shaping(&mut stem.audio, &settings, &fader, |frames| {
                let done = done.fetch_add(frames, Ordering::Relaxed) + frames;
                watch.at("balancing stems", done, total)
            })?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or(Ok(())))
    })
}
