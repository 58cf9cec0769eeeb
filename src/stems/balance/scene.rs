//! The stems beside each other: what each holds, and what stands against it.

use super::Heard;
use crate::analysis::bands::{THIRDS, center_hz};
use crate::analysis::loudness::lufs;
use crate::analysis::report::Span;
use crate::analysis::slice::spans;
use crate::stems::role::Role;
use crate::stems::track::Moment;
use core::ops::Range;

/// A stem is heard where it is no further below its loud moments than this, in dB.
const ACTIVE_DB: f64 = 15.0;
/// What is further below the loud moments of the whole is a pause, in dB.
const PAUSE_DB: f64 = 20.0;
/// Share of the moments that are loud.
const LOUD_SHARE: f64 = 0.1;
/// A drum stem with so much of its power above or below a frequency is cymbals or kick alone.
const ALONE_SHARE: f64 = 0.75;
const CYMBALS_FROM_HZ: f64 = 3500.0;
const KICK_TO_HZ: f64 = 180.0;
/// Seconds of a stem from which something can be told, and from which it is believed.
const TRUST_S: [f64; 2] = [1.0, 6.0];

/// What a drum stem holds, as its spectrum says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kit {
    Kick,
    Cymbals,
    Whole,
}

/// Some stems taken together over time, against all others.
pub(super) struct Side {
    pub(super) own: Vec<Moment>,
    pub(super) rest: Vec<Moment>,
    /// Moments in which it is heard and the song is no pause.
    pub(super) active: Vec<bool>,
}

/// All stems, brought back to their levels in the mix.
pub(super) struct Scene<'a> {
    pub(super) stems: &'a [Heard<'a>],
    gains: Vec<f64>,
    moments: usize,
    playing: Vec<bool>,
    go_on: &'a dyn Fn() -> bool,
}

impl<'a> Scene<'a> {
    pub(super) fn new(
        stems: &'a [Heard<'a>],
        gains_db: &[f64],
        go_on: &'a dyn Fn() -> bool,
    ) -> Self {
        let gains: Vec<f64> = gains_db
            .iter()
            .map(|&db| crate::dsp::units::db_to_gain(db))
            .collect();
        let moments = stems
            .iter()
            .map(|stem| stem.track.moments.len())
            .max()
            .unwrap_or(0);
        let mut scene = Self {
            stems,
            gains,
            moments,
            playing: Vec::new(),
            go_on,
        };
        let all = scene.sum(|_| true);
        scene.playing = heard(&all, PAUSE_DB);
        scene
    }

    /// Places of the stems of a role.
    pub(super) fn of(&self, role: Role) -> Vec<usize> {
        let all = self.stems.iter().enumerate();
        all.filter(|(_, stem)| stem.role == role)
            .map(|(place, _)| place)
            .collect()
    }

    /// What a drum stem holds.
    pub(super) fn kit(&self, place: usize) -> Kit {
        let moments = &self.stems[place].track.moments;
        let power = |thirds: Range<usize>| -> f64 {
            moments.iter().map(|one| one.powers(thirds.clone())).sum()
        };
        let whole = power(0..THIRDS);
        if whole <= 0.0 {
            return Kit::Whole;
        }
        if power(third_at(CYMBALS_FROM_HZ)..THIRDS) > ALONE_SHARE * whole {
            Kit::Cymbals
        } else if power(0..third_at(KICK_TO_HZ)) > ALONE_SHARE * whole {
            Kit::Kick
        } else {
            Kit::Whole
        }
    }

    /// The moment of one stem, as it stands in the mix.
    pub(super) fn moment(&self, place: usize, number: usize) -> Moment {
        self.stems[place].track.at(number).times(self.gains[place])
    }

    /// Whether what comes of it is still wanted.
    pub(super) fn goes_on(&self) -> bool {
        (self.go_on)()
    }

    /// Number of moments.
    pub(super) fn moments(&self) -> usize {
        self.moments
    }

    /// Powers of some stems together. They are not correlated by much, so that powers add up.
    pub(super) fn sum(&self, picked: impl Fn(usize) -> bool) -> Vec<Moment> {
        if !self.goes_on() {
            return vec![Moment::SILENCE; self.moments];
        }
        let picked: Vec<usize> = (0..self.stems.len()).filter(|&n| picked(n)).collect();
        (0..self.moments)
            .map(|number| {
                let mut sum = Moment::SILENCE;
                for &place in &picked {
                    let one = self.moment(place, number);
                    sum.weighted += one.weighted;
                    sum.peak += one.peak;
                    for third in 0..THIRDS {
                        sum.mid[third] += one.mid[third];
                        sum.side[third] += one.side[third];
                    }
                }
                sum
            })
            .collect()
    }

    /// Some stems against all others but `without`.
    pub(super) fn side(&self, places: &[usize], without: &[Role]) -> Side {
        let own = self.sum(|place| places.contains(&place));
        let rest = self
            .sum(|place| !places.contains(&place) && !without.contains(&self.stems[place].role));
        let mut active = heard(&own, ACTIVE_DB);
        for (active, playing) in active.iter_mut().zip(&self.playing) {
            *active &= playing;
        }
        Side { own, rest, active }
    }

    /// Share of the song's moments, without its pauses.
    pub(super) fn share_of_song(&self, active: &[bool]) -> f64 {
        let count = |these: &[bool]| these.iter().filter(|&&one| one).count() as f64;
        count(active) / count(&self.playing).max(1.0)
    }
}

impl Side {
    /// Seconds in which it is heard.
    pub(super) fn seconds(&self) -> f64 {
        self.active.iter().filter(|&&one| one).count() as f64 / 10.0
    }

    /// 0 to 1: how far what was heard is to be trusted.
    pub(super) fn trust(&self) -> f64 {
        ((self.seconds() - TRUST_S[0]) / (TRUST_S[1] - TRUST_S[0])).clamp(0.0, 1.0)
    }

    /// Moments in which it is heard: own and the rest.
    pub(super) fn heard(&self) -> impl Iterator<Item = (usize, &Moment, &Moment)> {
        (0..self.active.len())
            .filter(|&n| self.active[n])
            .map(|n| (n, &self.own[n], &self.rest[n]))
    }

    /// Loudness less that of the rest, while it is heard, in LU; `None` where either is silent.
    pub(super) fn level_lu(&self) -> Option<f64> {
        let (mut own, mut rest) = (0.0, 0.0);
        for (_, one, other) in self.heard() {
            own += f64::from(one.weighted);
            rest += f64::from(other.weighted);
        }
        (own > 0.0 && rest > 0.0).then(|| lufs(own) - lufs(rest))
    }
}

/// Moments no more than `below_db` under the loud ones.
fn heard(moments: &[Moment], below_db: f64) -> Vec<bool> {
    let mut powers: Vec<f32> = moments.iter().map(|one| one.weighted).collect();
    powers.sort_unstable_by(|a, b| b.total_cmp(a));
    let loud = powers
        .get((powers.len() as f64 * LOUD_SHARE) as usize)
        .copied()
        .unwrap_or(0.0);
    // What is silent most of the time: by its few moments.
    let loud = loud.max(powers.first().map_or(0.0, |most| most * 0.1));
    let least = loud * libm::pow(10.0, -below_db / 10.0) as f32;
    moments
        .iter()
        .map(|one| one.weighted > 0.0 && one.weighted >= least)
        .collect()
}

/// The third-octave that holds a frequency.
pub(super) fn third_at(hz: f64) -> usize {
    let place = 17.0 + 3.0 * libm::log2(hz / 1000.0);
    libm::round(place).clamp(0.0, THIRDS as f64 - 1.0) as usize
}

/// Edges of some third-octaves, in Hz.
pub(super) fn edges_hz(thirds: &Range<usize>) -> [f64; 2] {
    let half = libm::exp2(1.0 / 6.0);
    [
        libm::round(center_hz(thirds.start) / half),
        libm::round(center_hz(thirds.end - 1) * half),
    ]
}

/// Numbers of moments as places in the song, the longest few.
pub(super) fn places(numbers: &[usize]) -> Vec<Span> {
    const GAP_S: f64 = 1.0;
    const MOST: usize = 5;
    spans(numbers, GAP_S, 0.3, MOST)
}

/// The ratio of two powers in dB, within ±60.
pub(super) fn ratio_db(power: f64, beside: f64) -> f64 {
    let ratio = (power.max(1e-30)) / (beside.max(1e-30));
    (10.0 * libm::log10(ratio)).clamp(-60.0, 60.0)
}
