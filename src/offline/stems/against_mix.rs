//! The stems held against the mix: what does not null, and why.

use super::reading::Stem;
use super::sound;
use crate::dsp::units::{gain_to_db, hertz};
use crate::offline::failure::Outcome;
use crate::offline::watch::Watch;
use crate::stems::delivery::null::Fit;
use crate::stems::delivery::place::{LENGTHS_S, Place, Search, WINDOWS_MAX, windows};
use crate::stems::delivery::pressed::{Pressed, pressed};
use crate::stems::delivery::products::Products;
use crate::stems::delivery::residue::Residue;
use crate::stems::delivery::{Problem, ProblemKind, at_time, in_samples};

/// Down to here the stems are the mix, in dB re the mix.
const SAME_DB: f64 = -60.0;
/// From here on processing of the mix is told.
const PROCESSED_DB: f64 = -30.0;
/// From here on the stems are not the mix.
const OTHER_DB: f64 = -15.0;
/// A part that is in no stem is looked for down to here.
const MISSING_DB: f64 = -50.0;
/// Where one is missing, it stands in the mix at least so high, in dB, and in at least this share of moments and bands
/// the stems give the mix exactly. Of 25 sums with one stem missing those that only this shows have 20 % and more; of
/// MP3, AAC and Vorbis from 64 to 256 kbit/s, which stand as high in places, none has more than 7 %.
const MISSING_THERE_DB: f64 = -12.0;
const MISSING_EXACT_SHARE: f64 = 0.12;
/// Stems are moved and looked at again so often.
const ROUNDS: usize = 3;
/// Down to here stems are looked for that lie a little beside their place in the mix, in dB.
const NEAR_DB: f64 = -40.0;
/// Moving a stem to where its windows say is right where the residue falls so far, in dB; to where only all of them
/// together say, so far.
const BETTER_DB: [f64; 2] = [0.5, 6.0];
/// A level that mix and stems differ in is told from here on, in dB.
const LEVEL_DB: f64 = 0.1;

/// What came of it.
#[derive(Debug)]
pub(super) struct Against {
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<String>,
    /// What remains of the mix when the stems are taken from it as delivered, in dB re the mix.
    pub(super) residue_db: f64,
    /// By how many frames each stem lies later in the mix.
    pub(super) late: Vec<i64>,
    /// Whether each stem is upside down.
    pub(super) inverted: Vec<bool>,
}

/// Holds stems against the mix, those that are `counted`: the others are there twice. `products` are of all stems
/// in order and the mix. `None` of a silent mix.
pub(super) fn hold(
    stems: &mut [Stem],
    mix: &mut Stem,
    products: Products,
    counted: &[usize],
    watch: Watch<'_>,
) -> Outcome<Option<Against>> {
    let count = stems.len();
    let names: Vec<String> = stems.iter().map(|stem| stem.name.clone()).collect();
    let mix_name = mix.name.clone();
    let rate_hz = mix.audio.sample_rate_hz;
    let frames = sound::span(stems, Some(mix));
    let Some(delivered) = Fit::of(&products.total(), count, counted) else {
        return Ok(None);
    };
    let mut songs: Vec<&mut Stem> = stems.iter_mut().chain([mix]).collect();
    let mut state = Held {
        late: vec![0; count + 1],
        found: vec![None; count],
        drifts: vec![None; count],
        fit: delivered.clone(),
        counted,
        products,
    };
    if delivered.residue_db > SAME_DB {
        for near in [false, true] {
            for _ in 0..ROUNDS {
                let is_left = state.fit.residue_db > if near { NEAR_DB } else { SAME_DB };
                if !is_left || !state.look(&mut songs, near, frames, watch)? {
                    break;
                }
            }
        }
    }
    let Held {
        late,
        found,
        drifts,
        fit,
        products,
        ..
    } = state;

    let mut problems = Vec::new();
    let mut notes = Vec::new();
    let mut inverted = vec![false; count];
    for (at, &stem) in fit.stems.iter().enumerate() {
        inverted[stem] = drifts[stem].is_none() && fit.is_inverted(at);
    }
    // Where most are upside down, it is the mix.
    let turned = inverted.iter().filter(|&&is| is).count();
    if 2 * turned > fit.stems.len() {
        notes.push(format!(
            "The mix {mix_name} is upside down against the stems: it was turned over to compare."
        ));
        for &stem in &fit.stems {
            inverted[stem] = !inverted[stem];
        }
    }
    for (at, &stem) in fit.stems.iter().enumerate() {
        let name = &names[stem];
        if let Some(per_minute) = drifts[stem] {
            problems.push(drift(name, per_minute));
            continue;
        }
        if let Some(frames) = found[stem] {
            problems.push(offset(name, frames, rate_hz));
        }
        if inverted[stem] {
            problems.push(Problem::new(
                name,
                ProblemKind::Polarity,
                -1.0,
                "",
                "It is upside down against the mix (inverted polarity), and takes away from the other stems instead of \
                 adding to them: switch the polarity button of its bus back and export it again.",
            ));
        }
        if let Some(change_db) = fit.gain_change_db(at) {
            problems.push(gain_changed(name, change_db));
        } else if fit.is_absent(at) && found[stem].is_none() {
            problems.push(Problem::new(
                name,
                ProblemKind::DoesNotNull,
                gain_to_db(fit.gains[at].abs().max(1e-5)),
                "dB",
                "The mix holds nothing of it: it is of another version, or was muted in the mix. Leave it out, or export \
                 mix and stems from one session in one go.",
            ));
        }
    }
    let common_db = gain_to_db(fit.common_gain);
    if common_db.abs() > LEVEL_DB && fit.residue_db <= PROCESSED_DB {
        notes.push(format!(
            "The mix is {:.1} dB {} than the sum of the stems, all of them alike: that is harmless.",
            common_db.abs(),
            if common_db > 0.0 { "louder" } else { "softer" }
        ));
    }
    let is_left = fit.residue_db > MISSING_DB && !fit.is_explained_by(&drifts);
    let pressed = match is_left && drifts.iter().all(Option::is_none) {
        true => pressed(&products, count, &fit),
        false => None,
    };
    if let Some(pressed) = &pressed {
        problems.push(limited(&names[pressed.stem], pressed));
    }
    if is_left && (pressed.is_none() || fit.residue_db > OTHER_DB) {
        let mut gains = vec![0.0; count];
        for (&stem, &gain) in fit.stems.iter().zip(&fit.gains) {
            gains[stem] = gain;
        }
        if let Some(residue) = sound::residue(&mut songs, &late, &gains, frames, watch)? {
            let is_lossy = songs.last().is_some_and(|mix| mix.facts.lossy.is_some());
            problems.extend(left_over(&mix_name, &residue, is_lossy));
        }
    }
    let mix_late = late[count];
    if mix_late != 0 {
        notes.push(format!(
            "The mix {mix_name} begins {} {} than the stems, all of them alike: it was moved to compare, the stems were \
             not.",
            in_samples(mix_late as f64, rate_hz),
            if mix_late > 0 { "earlier" } else { "later" }
        ));
    }
    Ok(Some(Against {
        problems,
        notes,
        residue_db: if mix_late != 0 {
            fit.residue_db
        } else {
            delivered.residue_db
        },
        late: late[..count].to_vec(),
        inverted,
    }))
}

/// Where the stems lie, as far as it is known.
struct Held<'a> {
    counted: &'a [usize],
    /// By how many frames each stem lies later in the mix, and last the mix itself against all of them.
    late: Vec<i64>,
    /// The same, exactly, of the stems that were found elsewhere.
    found: Vec<Option<f64>>,
    /// In frames per minute.
    drifts: Vec<Option<f64>>,
    fit: Fit,
    products: Products,
}

impl Held<'_> {
    /// Looks for the stems that are not where they should be. Whether one was moved.
    fn look(
        &mut self,
        songs: &mut [&mut Stem],
        near: bool,
        frames: u64,
        watch: Watch<'_>,
    ) -> Outcome<bool> {
        let count = songs.len() - 1;
        let suspects: Vec<usize> = self
            .fit
            .out_of_place(near)
            .into_iter()
            .map(|at| self.fit.stems[at])
            .filter(|&stem| self.found[stem].is_none() && self.drifts[stem].is_none())
            .collect();
        let mut places: Vec<(usize, f64, bool)> = Vec::new();
        for (n, &stem) in suspects.iter().enumerate() {
            watch.at(
                "looking for stems in the mix",
                n as u64,
                suspects.len() as u64,
            )?;
            match self.search(songs, stem, near, watch)? {
                Some(Place::Drift { frames_per_minute }) => {
                    self.drifts[stem] = Some(frames_per_minute);
                }
                Some(Place::Offset { frames, is_certain }) if frames.abs() >= 0.5 => {
                    places.push((stem, frames, is_certain));
                }
                _ => {}
            }
        }
        if places.is_empty() {
            return Ok(false);
        }
        // All of them alike: it is the mix that was moved.
        let same = |a: f64, b: f64| (a - b).abs() < 1.0;
        if count > 1
            && places.len() == self.fit.stems.len()
            && places.iter().all(|place| same(place.1, places[0].1))
        {
            let mut late = self.late.clone();
            late[count] -= libm::round(places[0].1) as i64;
            return self.move_if_better(songs, late, BETTER_DB[0], frames, watch);
        }
        let mut moved = false;
        let certain: Vec<_> = places.iter().filter(|place| place.2).copied().collect();
        let uncertain = places
            .iter()
            .filter(|place| !place.2)
            .map(|&place| vec![place]);
        for places in std::iter::once(certain).chain(uncertain) {
            if places.is_empty() {
                continue;
            }
            let mut late = self.late.clone();
            for &(stem, frames, _) in &places {
                late[stem] += libm::round(frames) as i64;
            }
            let better_db = BETTER_DB[usize::from(!places[0].2)];
            if self.move_if_better(songs, late, better_db, frames, watch)? {
                moved = true;
                for (stem, frames, _) in places {
                    self.found[stem] = Some(frames);
                }
            }
        }
        Ok(moved)
    }

    fn search(
        &self,
        songs: &mut [&mut Stem],
        stem: usize,
        near: bool,
        watch: Watch<'_>,
    ) -> Outcome<Option<Place>> {
        let rate_hz = f64::from(songs[stem].audio.sample_rate_hz);
        let mut gains = vec![0.0; songs.len()];
        for (&other, &gain) in self.fit.stems.iter().zip(&self.fit.gains) {
            gains[other] = gain;
        }
        let most = WINDOWS_MAX[usize::from(near)];
        let mut guess = None;
        for length_s in LENGTHS_S {
            let length = (length_s * rate_hz) as usize;
            let mut search = Search::new(rate_hz);
            for start in windows(&self.products, stem, length_s, most, rate_hz) {
                let (own, left) = sound::window(songs, &self.late, &gains, stem, (start, length))?;
                search.look(start as f64 / rate_hz, own, left);
                watch.at("looking for stems in the mix", 0, 1)?;
            }
            match search.place() {
                Some(Place::Offset {
                    is_certain: false,
                    frames,
                }) => {
                    guess.get_or_insert(Place::Offset {
                        is_certain: false,
                        frames,
                    });
                }
                Some(place) => return Ok(Some(place)),
                None => {}
            }
        }
        Ok(guess)
    }

    fn move_if_better(
        &mut self,
        songs: &mut [&mut Stem],
        late: Vec<i64>,
        better_db: f64,
        frames: u64,
        watch: Watch<'_>,
    ) -> Outcome<bool> {
        let count = songs.len() - 1;
        let products = sound::products(songs, &late, frames, watch)?;
        match Fit::of(&products.total(), count, self.counted) {
            Some(fit) if fit.residue_db < self.fit.residue_db - better_db => {
                self.late = late;
                self.fit = fit;
                self.products = products;
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

fn offset(name: &str, frames: f64, rate_hz: u32) -> Problem {
    Problem::new(
        name,
        ProblemKind::Offset,
        -frames,
        "samples",
        format!(
            "It begins {} {} than in the mix: export it again from the same start as the others, with delay compensation on.",
            in_samples(frames, rate_hz),
            if frames > 0.0 { "earlier" } else { "later" }
        ),
    )
}

fn drift(name: &str, per_minute: f64) -> Problem {
    Problem::new(
        name,
        ProblemKind::Drift,
        per_minute,
        "samples/min",
        format!(
            "It runs {} than the mix, by {:.0} samples a minute: it was recorded or converted at another clock. Export it \
             again from the session that the mix comes from; nothing is stretched here.",
            if per_minute > 0.0 { "faster" } else { "slower" },
            per_minute.abs()
        ),
    )
}

fn gain_changed(name: &str, change_db: f64) -> Problem {
    let (is, turn) = if change_db > 0.0 {
        ("louder", "down")
    } else {
        ("softer", "up")
    };
    Problem::new(
        name,
        ProblemKind::GainChanged,
        change_db,
        "dB",
        format!(
            "It is {:.1} dB {is} than in the mix, against the other stems (normalised, or its fader was moved). It is \
             brought back as far as a master moves a stem; better turn it {turn} by {:.1} dB, or export it again \
             without normalising. If it is meant: --accept gain_changed.",
            change_db.abs(),
            change_db.abs()
        ),
    )
}

fn limited(name: &str, pressed: &Pressed) -> Problem {
    let by_db = pressed.by_db;
    Problem::new(
        name,
        ProblemKind::Limited,
        by_db,
        "dB",
        format!(
            "It is turned down at moments, by up to {by_db:.1} dB, where the mix does not turn it down: a limiter or \
             compressor is printed on it, or its fader moved otherwise. Export it as it goes into the mix, without \
             limiter on its bus."
        ),
    )
}

/// What is told of the part of the mix that the stems do not give.
fn left_over(mix: &str, residue: &Residue, is_lossy: bool) -> Option<Problem> {
    let db = residue.db;
    let problem = |kind, text: String| Some(Problem::new(mix, kind, db, "dB", text));
    let missing = |place: String| {
        problem(
            ProblemKind::DoesNotNull,
            format!(
                "Something in the mix is in no stem ({db:.1} dB of it, {place}): a stem is missing, a track was muted or \
                 changed, or a plugin plays differently each time. Export mix and stems from one session in one go, every \
                 track in exactly one stem."
            ),
        )
    };
    let time = |from_s: f64, to_s: f64| {
        format!(
            "from {} to {}",
            at_time(from_s),
            at_time(to_s.max(from_s + 1.0))
        )
    };
    let band = |low_hz: f64, high_hz: f64| format!("from {} to {}", hertz(low_hz), hertz(high_hz));
    let place = format!(
        "most of it {} and {}, where it stands {:.1} dB against the mix",
        time(residue.from_s, residue.to_s),
        band(residue.low_hz, residue.high_hz),
        residue.there_db
    );
    let is_processing = residue.is_processing() && residue.left_db() <= OTHER_DB;
    let is_part = residue.there_db > MISSING_THERE_DB && residue.exact_share > MISSING_EXACT_SHARE;
    if !is_processing && (db > OTHER_DB || is_part) {
        return missing(place);
    }
    // An equalizer may raise a band so far that most of it is new; a gain that moves does not.
    let alone = residue
        .alone
        .filter(|_| !is_processing || residue.is_moving());
    if let Some(alone) = alone {
        return missing(format!(
            "heard {}, where for {:.0} s in all more than half of the mix is from none of them, most of it {}",
            band(alone.low_hz, alone.high_hz),
            alone.seconds,
            time(alone.from_s, alone.to_s)
        ));
    }
    if is_processing {
        if db <= PROCESSED_DB {
            return None;
        }
        let what = if residue.is_moving() {
            "by a gain that moves, as of a compressor or limiter"
        } else {
            "by a gain that differs from band to band, as of an equalizer"
        };
        return problem(
            ProblemKind::MixBusProcessing,
            format!(
                "The mix is the stems with processing on its bus: they differ by {db:.1} dB, {what}. The master is made of \
                 the stems without it. If it is part of the sound, say so to whoever masters; else it is as it should be."
            ),
        );
    }
    if db > PROCESSED_DB && !is_lossy {
        return problem(
            ProblemKind::MixBusProcessing,
            format!(
                "The stems give the mix but for {db:.1} dB, {place}: saturation or another effect on the mix bus, a lossy \
                 coding of the mix, a soft part that is in no stem, or a plugin that plays differently each time. The \
                 master is made of the stems without it."
            ),
        );
    }
    None
}
