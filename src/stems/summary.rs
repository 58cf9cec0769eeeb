//! What a stem tells its master: how loud it is, and what it heard in the last ten seconds.
//!
//! Everything that is needed to line stems up by the song's time and to see where they fight, and no audio.

use super::encoding::{Eye, Pen};
use super::moves::{CHANGES_MAX, CODE_NUMBERS, StemChange};
use super::output::Output;
use super::traits::{TRAITS_BYTES, Traits};
use crate::analysis::bands::THIRDS;
use crate::analysis::code;
use crate::analysis::slice::Slice;

/// Slices of 100 ms that a summary holds. Who looks at least every ten seconds misses none.
pub const RECENT: usize = 100;
/// Length of a summary as bytes.
pub const SUMMARY_BYTES: usize = HEAD_BYTES + RECENT * NOTE_BYTES;

/// Goes up when the bytes change their meaning.
pub(super) const VERSION: u16 = 3;
const HEAD_BYTES: usize = 36 + 4 * THIRDS + TRAITS_BYTES + 2 * CHANGES_MAX * (4 + 4 * CODE_NUMBERS);
const NOTE_BYTES: usize = 80;

/// What a stem tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Where the song is, in seconds from its start; below 0 in a count-in.
    pub position_s: f64,
    /// Whether the host plays.
    pub playing: bool,
    /// What it makes of what it hears.
    pub output: Output,
    /// What it brings along, as far as it was heard.
    pub traits: Traits,
    /// What it does itself that this does not count, the first so many ([`super::output::own_changes`]).
    pub own: [Option<StemChange>; CHANGES_MAX],
    /// What it holds of what it was advised, the first so many.
    pub held: [Option<StemChange>; CHANGES_MAX],
    /// Which of them find no room beside what the stem has set itself.
    pub blocked: [bool; CHANGES_MAX],
    /// In what share it obeys that, in %; 0 also where it is bypassed.
    pub obeyed_pct: u8,
    /// Loudness of the last 400 ms in LUFS; `None` in silence, as for the others.
    pub momentary_lufs: Option<f32>,
    /// Loudness of the last 3 s in LUFS.
    pub short_term_lufs: Option<f32>,
    /// Highest true peak since the meters were reset, in dBTP.
    pub true_peak_dbtp: Option<f32>,
    /// What was heard last.
    pub recent: Recent,
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            position_s: 0.0,
            playing: false,
            output: Output::default(),
            traits: Traits::default(),
            own: [None; CHANGES_MAX],
            held: [None; CHANGES_MAX],
            blocked: [false; CHANGES_MAX],
            obeyed_pct: 0,
            momentary_lufs: None,
            short_term_lufs: None,
            true_peak_dbtp: None,
            recent: Recent::default(),
        }
    }
}

/// The last [`RECENT`] slices that were heard, in the order of hearing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recent {
    /// Slices heard since the instance was loaded. Slice n lies at n modulo [`RECENT`].
    heard: u64,
    notes: [SliceNote; RECENT],
}

impl Default for Recent {
    fn default() -> Self {
        Self {
            heard: 0,
            notes: [SliceNote::default(); RECENT],
        }
    }
}

impl Recent {
    /// Adds what was heard now; the oldest makes room.
    pub fn push(&mut self, note: SliceNote) {
        self.notes[(self.heard % RECENT as u64) as usize] = note;
        // Fifty-eight thousand million years.
        self.heard += 1;
    }

    /// So many slices before the next [`RECENT`] are lost: readers are told.
    pub fn miss(&mut self, slices: u64) {
        self.heard += slices;
    }

    /// Slices heard since the instance was loaded: what a reader passes to [`Self::since`] the next time.
    pub fn heard(&self) -> u64 {
        self.heard
    }

    /// What was heard after the first `seen` slices, oldest first, and how many before them are lost.
    /// An instance that starts afresh is read from its first.
    pub fn since(&self, seen: u64) -> (u64, impl Iterator<Item = &SliceNote>) {
        let seen = if seen > self.heard { 0 } else { seen };
        let first = seen.max(self.heard.saturating_sub(RECENT as u64));
        let notes = (first..self.heard).map(|n| &self.notes[(n % RECENT as u64) as usize]);
        (first - seen, notes)
    }
}

/// What is told of 100 ms.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SliceNote {
    /// Number in the song: the slice begins at a tenth of it in seconds. What lines stems up.
    pub number: i64,
    /// K-weighted mean square of left and right together (`loudness = −0.691 + 10·log10` of it).
    pub weighted_power: f32,
    /// Highest true peak, linear.
    pub true_peak: f32,
    /// Whether the bands are known: not in the first 171 ms after a jump.
    pub known: bool,
    /// Power of `(L+R)/2` in third-octaves, as codes of half a dB ([`code`]).
    pub mid: [u8; THIRDS],
    /// Power of `(L−R)/2`, likewise.
    pub side: [u8; THIRDS],
}

impl SliceNote {
    /// What is told of a slice of the song.
    pub fn of(number: i64, slice: &Slice) -> Self {
        let thirds = &slice.spectrum.thirds;
        let coded = |power: f64| code::code(power as f32);
        Self {
            number,
            weighted_power: slice.weighted_power as f32,
            true_peak: slice.loudness.true_peak,
            known: slice.spectrum.known,
            mid: core::array::from_fn(|third| coded(thirds[third].wide().mid())),
            side: core::array::from_fn(|third| coded(thirds[third].wide().side())),
        }
    }

    /// Mean square of `(L+R)/2` in a third-octave.
    pub fn mid_power(&self, third: usize) -> f64 {
        code::power(self.mid[third])
    }

    /// Mean square of `(L−R)/2` in a third-octave.
    pub fn side_power(&self, third: usize) -> f64 {
        code::power(self.side[third])
    }

    fn write(&self, pen: &mut Pen<'_>) {
        pen.i64(self.number);
        pen.f32(self.weighted_power);
        pen.f32(self.true_peak);
        pen.bytes(&self.mid);
        pen.bytes(&self.side);
        pen.u16(u16::from(self.known));
    }

    fn read(eye: &mut Eye<'_>) -> Self {
        // A power that is none is silence: what reads sums without looking.
        let power = |value: f32| {
            if value.is_finite() {
                value.max(0.0)
            } else {
                0.0
            }
        };
        Self {
            number: eye.i64(),
            weighted_power: power(eye.f32()),
            true_peak: power(eye.f32()),
            mid: eye.array(),
            side: eye.array(),
            known: eye.u16() & 1 != 0,
        }
    }
}

impl Summary {
    /// The summary as bytes.
    pub fn bytes(&self) -> [u8; SUMMARY_BYTES] {
        let mut bytes = [0; SUMMARY_BYTES];
        let mut pen = Pen::new(&mut bytes);
        pen.u16(VERSION);
        pen.u8(u8::from(self.playing));
        pen.u8(self.obeyed_pct);
        pen.u16(RECENT as u16);
        let blocked = self.blocked.iter().enumerate();
        pen.u16(blocked.fold(0, |bits, (place, &is)| bits | u16::from(is) << place));
        pen.f64(self.position_s);
        for loudness in [
            self.momentary_lufs,
            self.short_term_lufs,
            self.true_peak_dbtp,
        ] {
            pen.known(loudness);
        }
        pen.u64(self.recent.heard);
        self.output.write(&mut pen);
        self.traits.write(&mut pen);
        for change in self.held.iter().chain(&self.own) {
            let (names, numbers) = change.map_or(([0; 4], [0.0; CODE_NUMBERS]), |one| one.code());
            pen.bytes(&names);
            numbers.into_iter().for_each(|number| pen.f32(number));
        }
        for note in &self.recent.notes {
            note.write(&mut pen);
        }
        bytes
    }

    /// The summary of such bytes; `None` where they are of another layout.
    pub fn of_bytes(bytes: &[u8; SUMMARY_BYTES]) -> Option<Self> {
        let mut eye = Eye::new(bytes);
        if eye.u16() != VERSION {
            return None;
        }
        let (flags, obeyed_pct) = (eye.u8(), eye.u8());
        if eye.u16() != RECENT as u16 {
            return None;
        }
        let blocked = eye.u16();
        let position_s = Some(eye.f64()).filter(|s| s.is_finite())?;
        let [momentary_lufs, short_term_lufs, true_peak_dbtp] =
            core::array::from_fn(|_| eye.known());
        let heard = eye.u64();
        let output = Output::read(&mut eye);
        let traits = Traits::read(&mut eye);
        let mut changes = || {
            core::array::from_fn(|_| {
                let names = eye.array();
                let numbers = core::array::from_fn(|_| eye.f32());
                StemChange::of_code(names, numbers)
            })
        };
        let (held, own) = (changes(), changes());
        Some(Self {
            position_s,
            playing: flags & 1 != 0,
            output,
            traits,
            own,
            held,
            blocked: core::array::from_fn(|place| blocked >> place & 1 != 0),
            obeyed_pct,
            momentary_lufs,
            short_term_lufs,
            true_peak_dbtp,
            recent: Recent {
                heard,
                notes: core::array::from_fn(|_| SliceNote::read(&mut eye)),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stems::settings::Knobs;
    use crate::stems::traits::Consonants;

    fn note(n: u64) -> SliceNote {
        SliceNote {
            number: n as i64 - 20,
            weighted_power: n as f32 * 0.001,
            true_peak: 0.5,
            known: n.is_multiple_of(2),
            mid: core::array::from_fn(|third| (n as usize + third) as u8),
            side: core::array::from_fn(|third| (n as usize * 3 + third) as u8),
        }
    }

    fn summary(heard: u64) -> Summary {
        let mut turned = Knobs::default();
        turned.stem.fader.gain_db = -1.5;
        let mut summary = Summary {
            position_s: 61.25,
            playing: true,
            obeyed_pct: 50,
            momentary_lufs: Some(-14.5),
            true_peak_dbtp: Some(-0.25),
            traits: Traits {
                consonants: Some(Consonants {
                    sharp_db: 1.5,
                    center_hz: 6000.0,
                    threshold_db: -24.0,
                }),
                note: None,
            },
            ..Summary::default()
        };
        summary.held[0] = Some(StemChange::Gain(-0.75));
        summary.own[0] = Some(StemChange::Compression(2, -30.0, 2.0));
        summary.blocked[1] = true;
        summary.blocked[7] = true;
        summary.output = Output::of(&turned);
        (0..heard).for_each(|n| summary.recent.push(note(n)));
        summary
    }

    #[test]
    fn bytes_come_back_as_they_were() {
        for heard in [0, 1, 99, 100, 101, 250] {
            let summary = summary(heard);
            assert_eq!(Summary::of_bytes(&summary.bytes()), Some(summary));
        }
    }

    /// Two builds of one version must read each other: the places of the fields are frozen.
    #[test]
    fn the_places_of_the_fields_stay() {
        let bytes = summary(1).bytes();
        let mut head = vec![3, 0, 1, 50, 100, 0, 0b1000_0010, 0];
        head.extend(61.25_f64.to_le_bytes());
        head.extend((-14.5_f32).to_le_bytes());
        head.extend(f32::NAN.to_le_bytes());
        head.extend((-0.25_f32).to_le_bytes());
        head.extend(1_u64.to_le_bytes());
        assert_eq!(bytes[..36], head);
        assert!(
            bytes[36..160]
                .chunks(2)
                .all(|gain| gain == (-150_i16).to_le_bytes())
        );
        let traits = [1.5_f32, 6000.0, -24.0].map(f32::to_le_bytes);
        assert_eq!(bytes[160..172], traits.concat());
        assert!(
            bytes[172..192]
                .chunks(4)
                .all(|x| x == f32::NAN.to_le_bytes())
        );
        let mut held = vec![1, 0, 0, 0];
        held.extend((-0.75_f32).to_le_bytes());
        held.resize(8 * 36, 0);
        assert_eq!(bytes[192..480], held);
        let mut own = vec![5, 2, 0, 0];
        own.extend((-30.0_f32).to_le_bytes());
        own.extend(2.0_f32.to_le_bytes());
        own.resize(8 * 36, 0);
        assert_eq!(bytes[480..768], own);
        let mut first = (-20_i64).to_le_bytes().to_vec();
        first.extend(0_f32.to_le_bytes());
        first.extend(0.5_f32.to_le_bytes());
        first.extend(0..31_u8);
        first.extend(0..31_u8);
        first.extend([1, 0]);
        assert_eq!(bytes[768..848], first);
        assert_eq!(bytes.len(), 8768);
    }

    #[test]
    fn bytes_of_another_layout_are_refused_and_damage_is_not_believed() {
        let good = summary(3).bytes();
        for (at, value) in [(0, 1), (4, 99), (15, 0x7f)] {
            let mut bytes = good;
            bytes[at] = value;
            bytes[14] = 0xf0;
            if at == 15 {
                assert_eq!(Summary::of_bytes(&bytes), None, "a place that is no number");
            } else {
                assert_eq!(Summary::of_bytes(&bytes), None, "{at}");
            }
        }
        let mut bytes = good;
        bytes[776..780].copy_from_slice(&f32::INFINITY.to_le_bytes());
        bytes[780..784].copy_from_slice(&(-1.0_f32).to_le_bytes());
        let read = Summary::of_bytes(&bytes).expect("the layout is right");
        let (_, mut notes) = read.recent.since(0);
        let first = notes.next().expect("three were heard");
        assert_eq!((first.weighted_power, first.true_peak), (0.0, 0.0));
    }

    #[test]
    fn a_reader_gets_each_slice_once_and_is_told_what_it_missed() {
        let recent = summary(250).recent;
        let numbers = |seen| {
            let (lost, notes) = recent.since(seen);
            (lost, notes.map(|note| note.number + 20).collect::<Vec<_>>())
        };
        assert_eq!(numbers(250), (0, vec![]));
        assert_eq!(numbers(247), (0, vec![247, 248, 249]));
        assert_eq!(numbers(150), (0, (150..250).collect()));
        assert_eq!(numbers(140), (10, (150..250).collect()));
        let mut late = recent;
        late.miss(30);
        (280..380).for_each(|n| late.push(note(n)));
        let (lost, notes) = late.since(250);
        assert_eq!((lost, notes.count()), (30, 100));
        // The instance was loaded anew, and counts from zero.
        assert_eq!(numbers(900).1.len(), 100);
    }

    #[test]
    fn a_slice_is_told_within_a_quarter_db() {
        let mut slice = Slice::default();
        slice.spectrum.known = true;
        for (n, third) in slice.spectrum.thirds.iter_mut().enumerate() {
            let power = libm::exp10f(-0.2 * n as f32);
            (third.left, third.right, third.cross) = (power, power, 0.5 * power);
        }
        let note = SliceNote::of(7, &slice);
        for (n, third) in slice.spectrum.thirds.iter().enumerate() {
            let db = |power: f64| 10.0 * libm::log10(power);
            let (mid, side) = (third.wide().mid(), third.wide().side());
            assert!((db(note.mid_power(n)) - db(mid)).abs() < 0.251);
            assert!((db(note.side_power(n)) - db(side)).abs() < 0.251);
        }
        assert!(note.known && note.number == 7);
    }
}
