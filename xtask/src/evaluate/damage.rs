//! What is done to songs: degradations a master should take back, and faults a check should name.

use super::filter::{Filter, chain, split};
use super::sound::Sound;
use std::f64::consts::PI;

/// The note that is made to ring, in Hz.
pub(crate) const NOTE_HZ: f64 = 73.4;
/// Of the bell that makes sibilance: about 7 dB are left at 6 and 9 kHz.
const SIBILANCE_Q: f64 = 1.2;
/// Full scale, for noise out of a generator of 32 bits.
const RANDOM_SCALE: f64 = 1.0 / 4_294_967_296.0;

/// Both sides through filters made for the sound's rate.
fn filtered(sound: &Sound, filters: &[Filter]) -> Sound {
    sound.each_channel(|_, samples| chain(filters, samples))
}

/// A low shelf at 300 Hz by `low_db` and a high shelf at 3 kHz by as much the other way.
pub(crate) fn tilted(sound: &Sound, low_db: f64) -> Sound {
    let rate_hz = sound.rate();
    let low = Filter::low_shelf(300.0, low_db, rate_hz);
    let high = Filter::high_shelf(3000.0, -low_db, rate_hz);
    filtered(sound, &[low, high])
}

/// −6 dB above 6 kHz.
pub(crate) fn dull(sound: &Sound) -> Sound {
    filtered(sound, &[Filter::high_shelf(6000.0, -6.0, sound.rate())])
}

/// +5 dB at 120 Hz.
pub(crate) fn boomy(sound: &Sound) -> Sound {
    filtered(sound, &[Filter::bell(120.0, 1.0, 5.0, sound.rate())])
}

/// +5 dB at 3.5 kHz.
pub(crate) fn harsh(sound: &Sound) -> Sound {
    filtered(sound, &[Filter::bell(3500.0, 1.0, 5.0, sound.rate())])
}

/// One note 9 dB up.
pub(crate) fn ringing(sound: &Sound) -> Sound {
    filtered(sound, &[Filter::bell(NOTE_HZ, 12.0, 9.0, sound.rate())])
}

/// Side −6 dB.
pub(crate) fn narrow(sound: &Sound) -> Sound {
    let gain = gain(-6.0);
    sound.mid_and_side(|_, side| side.iter_mut().for_each(|x| *x *= gain))
}

/// All of it by `db`.
pub(crate) fn level(sound: &Sound, db: f64) -> Sound {
    scaled(sound, [gain(db); 2])
}

/// The right side −4 dB.
pub(crate) fn one_sided(sound: &Sound) -> Sound {
    scaled(sound, [1.0, gain(-4.0)])
}

/// Mid alone.
pub(crate) fn mono(sound: &Sound) -> Sound {
    sound.mid_and_side(|_, side| side.fill(0.0))
}

/// 0.02 of full scale on both sides.
pub(crate) fn dc(sound: &Sound) -> Sound {
    sound.each_channel(|_, samples| samples.iter().map(|x| x + 0.02).collect())
}

/// Cut off at the level that `share` of all samples exceed.
pub(crate) fn clipped(sound: &Sound, share: f64) -> Sound {
    let most = level_exceeded_by(sound, share);
    sound.each_channel(|_, samples| samples.iter().map(|x| x.clamp(-most, most)).collect())
}

/// Through a limiter with no attack and 1.5 ms of release, linked, its threshold the level that `share` of
/// all samples exceed.
pub(crate) fn limited(sound: &Sound, share: f64) -> Sound {
    const RELEASE_S: f64 = 0.0015;
    let most = level_exceeded_by(sound, share);
    let keep = (-1.0 / (RELEASE_S * sound.rate())).exp();
    let mut peak = 0.0;
    let gains: Vec<f64> = (0..sound.frames())
        .map(|frame| {
            let now = sound
                .channels
                .iter()
                .map(|side| f64::from(side[frame]).abs());
            peak = now.fold(peak * keep, f64::max);
            if peak > most { most / peak } else { 1.0 }
        })
        .collect();
    sound.each_channel(|_, samples| samples.iter().zip(&gains).map(|(x, g)| x * g).collect())
}

/// The right side turned over below 150 Hz. The left goes through the same all-pass as the right, so that
/// nothing else changes between them.
pub(crate) fn low_inverted(sound: &Sound) -> Sound {
    sound.each_channel(|side, samples| {
        let (low, high) = split(samples, 150.0, sound.rate());
        let sign = if side == 0 { 1.0 } else { -1.0 };
        low.iter().zip(&high).map(|(l, h)| sign * l + h).collect()
    })
}

/// Below 150 Hz, side gets what mid has, 11 ms later and 1 dB lower: nearly as much side as mid.
pub(crate) fn bass_widened(sound: &Sound) -> Sound {
    let delay = (0.011 * sound.rate()) as usize;
    sound.mid_and_side(|mid, side| {
        let (low, _) = split(mid, 150.0, sound.rate());
        for (x, l) in side.iter_mut().skip(delay).zip(&low) {
            *x += gain(-1.0) * l;
        }
    })
}

/// Bursts of 20 to 120 ms, three to five in a second, in which mid is 10 dB up around 6 to 9 kHz; only
/// where mid is above its median level.
pub(crate) fn sibilant(sound: &Sound) -> Sound {
    let rate_hz = sound.rate();
    let centre_hz = (6000.0f64 * 9000.0).sqrt();
    let bell = Filter::bell(centre_hz, SIBILANCE_Q, 10.0, rate_hz);
    sound.mid_and_side(|mid, _| {
        let raised = bell.run(mid);
        let block = (0.05 * rate_hz) as usize;
        let power = |samples: &[f64]| samples.iter().map(|x| x * x).sum::<f64>();
        let powers: Vec<f64> = mid.chunks(block).map(power).collect();
        let mut sorted = powers.clone();
        sorted.sort_by(f64::total_cmp);
        let median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
        let mut random = Random(7);
        let mut start = 0;
        while start < mid.len() {
            let length = ((0.02 + 0.1 * random.next()) * rate_hz) as usize;
            let end = (start + length).min(mid.len());
            if powers[start / block] > median {
                for frame in start..end {
                    // A raised cosine, so that no burst clicks.
                    let phase = (frame - start) as f64 / length as f64 * std::f64::consts::TAU;
                    let share = 0.5 - 0.5 * phase.cos();
                    mid[frame] += share.sqrt() * (raised[frame] - mid[frame]);
                }
            }
            start += (rate_hz / (3.0 + 2.0 * random.next())) as usize;
        }
    })
}

/// Side twice what it was.
pub(crate) fn widened(sound: &Sound) -> Sound {
    sound.mid_and_side(|_, side| side.iter_mut().for_each(|x| *x *= 2.0))
}

/// Upside down.
pub(crate) fn inverted(sound: &Sound) -> Sound {
    scaled(sound, [-1.0; 2])
}

/// So many frames later, its end lost.
pub(crate) fn late(sound: &Sound, frames: usize) -> Sound {
    sound.each_channel(|_, samples| {
        let silence = std::iter::repeat_n(0.0, frames);
        let all = silence.chain(samples.iter().copied());
        all.take(samples.len()).collect()
    })
}

/// Without its last frames.
pub(crate) fn cut_short(sound: &Sound, frames: usize) -> Sound {
    let left = sound.frames().saturating_sub(frames);
    sound.each_channel(|_, samples| samples[..left].to_vec())
}

/// Its highest sample at full scale, and by how many dB that is louder.
pub(crate) fn normalised(sound: &Sound) -> (Sound, f64) {
    let db = -20.0 * f64::from(peak(sound)).log10();
    (level(sound, db), db)
}

/// Through a linked limiter that looks ahead, its threshold so many dB under the highest peak: the gain is
/// the mean, over 10 ms, of the lowest that the peaks of 10 ms ask for.
pub(crate) fn printed_limiter(sound: &Sound, db: f64) -> Sound {
    let most = f64::from(peak(sound)) * gain(-db);
    let reach = (0.005 * sound.rate()) as usize;
    let wanted: Vec<f64> = (0..sound.frames())
        .map(|frame| {
            let sides = sound.channels.each_ref();
            let now = sides.map(|side| f64::from(side[frame].abs()));
            (most / now[0].max(now[1])).min(1.0)
        })
        .collect();
    // Gains are 1 nearly everywhere: the few that are not reach to both sides.
    let mut lowest = vec![1.0f64; wanted.len()];
    for (frame, &gain) in wanted.iter().enumerate().filter(|(_, gain)| **gain < 1.0) {
        let end = (frame + reach + 1).min(lowest.len());
        for low in &mut lowest[frame.saturating_sub(reach)..end] {
            *low = low.min(gain);
        }
    }
    let sums: Vec<f64> = std::iter::once(0.0)
        .chain(lowest.iter().scan(0.0, |sum, gain| {
            *sum += gain;
            Some(*sum)
        }))
        .collect();
    let gains: Vec<f64> = (0..lowest.len())
        .map(|frame| {
            let (start, end) = (
                frame.saturating_sub(reach),
                (frame + reach + 1).min(lowest.len()),
            );
            (sums[end] - sums[start]) / (end - start) as f64
        })
        .collect();
    sound.each_channel(|_, samples| samples.iter().zip(&gains).map(|(x, g)| x * g).collect())
}

/// Through a linked bus compressor: 4:1 on the power of both sides together, 10 ms of attack and 120 ms of
/// release, its threshold so many dB under the highest level that it sees.
pub(crate) fn compressed(sound: &Sound, db: f64) -> Sound {
    const RATIO: f64 = 4.0;
    let keep = |seconds: f64| (-1.0 / (seconds * sound.rate())).exp();
    let (attack, release) = (keep(0.01), keep(0.12));
    let mut power = 0.0;
    let powers: Vec<f64> = (0..sound.frames())
        .map(|frame| {
            let squares = sound
                .channels
                .each_ref()
                .map(|side| f64::from(side[frame]).powi(2));
            let now = squares[0] + squares[1];
            let keep = if now > power { attack } else { release };
            power = now + keep * (power - now);
            power
        })
        .collect();
    let most = powers.iter().copied().fold(0.0, f64::max);
    let threshold = most * gain(-db).powi(2);
    let gains: Vec<f64> = powers
        .iter()
        .map(|power| (threshold / power.max(threshold)).powf((1.0 - 1.0 / RATIO) / 2.0))
        .collect();
    sound.each_channel(|_, samples| samples.iter().zip(&gains).map(|(x, g)| x * g).collect())
}

/// The same sound at another sample rate: a sinc under a Blackman window, 32 samples to each side.
pub(crate) fn resampled(sound: &Sound, rate_hz: u32) -> Sound {
    const REACH: i64 = 32;
    let (from, to) = (u64::from(sound.sample_rate_hz), u64::from(rate_hz));
    // Above the lower of both Nyquist frequencies nothing may be left.
    let cut = (to as f64 / from as f64).min(1.0) * 0.96;
    let taps_at = |place: f64| -> Vec<f64> {
        (1 - REACH..=REACH)
            .map(|tap| {
                let x = tap as f64 - place;
                let turn = PI * x / (REACH as f64);
                let window = 0.42 + 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos();
                let phase = PI * x * cut;
                let sinc = if x == 0.0 { 1.0 } else { phase.sin() / phase };
                cut * sinc * window
            })
            .collect()
    };
    // A place between samples is one of as many as the target's rate has.
    let phases: Vec<Vec<f64>> = {
        let step = greatest_divisor(from, to);
        (0..to / step)
            .map(|phase| taps_at((phase * step) as f64 / to as f64))
            .collect()
    };
    let step = to / phases.len() as u64;
    let frames = sound.frames() as u64 * to / from;
    let channel = |side: &Vec<f32>| {
        (0..frames)
            .map(|frame| {
                let (whole, part) = (frame * from / to, frame * from % to / step);
                let sample = |tap: i64| {
                    let at = usize::try_from(whole as i64 + tap).ok();
                    f64::from(at.and_then(|at| side.get(at)).copied().unwrap_or(0.0))
                };
                let taps = &phases[part as usize];
                let sum: f64 = (1 - REACH..=REACH)
                    .zip(taps)
                    .map(|(tap, h)| h * sample(tap))
                    .sum();
                sum as f32
            })
            .collect()
    };
    Sound {
        channels: sound.channels.each_ref().map(channel),
        sample_rate_hz: rate_hz,
    }
}

fn greatest_divisor(a: u64, b: u64) -> u64 {
    if b == 0 {
        a
    } else {
        greatest_divisor(b, a % b)
    }
}

/// The highest sample.
fn peak(sound: &Sound) -> f32 {
    let samples = sound.channels.iter().flatten();
    samples.fold(0.0, |peak, x| peak.max(x.abs()))
}

fn scaled(sound: &Sound, gains: [f64; 2]) -> Sound {
    sound.each_channel(|side, samples| samples.iter().map(|x| x * gains[side]).collect())
}

fn gain(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

/// The level that `share` of the samples of both sides exceed.
fn level_exceeded_by(sound: &Sound, share: f64) -> f64 {
    let mut levels: Vec<f32> = sound.channels.iter().flatten().map(|x| x.abs()).collect();
    let at = ((1.0 - share) * levels.len() as f64) as usize;
    let at = at.min(levels.len().saturating_sub(1));
    let (_, level, _) = levels.select_nth_unstable_by(at, f32::total_cmp);
    f64::from(*level)
}

/// The same numbers every time (Numerical Recipes' generator of 32 bits), 0 to 1.
struct Random(u32);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(self.0) * RANDOM_SCALE
    }
}

#[cfg(test)]
mod tests {
    use super::super::measure::{ltas_db, note_db, side_to_mid_db};
    use super::*;

    /// Ten seconds of noise, different on both sides.
    fn noise() -> Sound {
        let mut random = Random(1);
        let mut channel = || {
            (0..441_000)
                .map(|_| (random.next() + random.next() + random.next() - 1.5) as f32 * 0.4)
                .collect()
        };
        Sound {
            channels: [channel(), channel()],
            sample_rate_hz: 44_100,
        }
    }

    #[test]
    fn as_many_samples_are_clipped_as_said() {
        let clipped = clipped(&noise(), 0.005);
        let most = clipped
            .channels
            .iter()
            .flatten()
            .fold(0.0f32, |most, x| most.max(x.abs()));
        let count = clipped
            .channels
            .iter()
            .flatten()
            .filter(|x| x.abs() == most)
            .count();
        let share = count as f64 / 882_000.0;
        assert!((0.0049..0.0051).contains(&share), "{share}");
    }

    #[test]
    fn the_limiter_lets_nothing_past_its_threshold_and_lets_go() {
        let noise = noise();
        let threshold = level_exceeded_by(&noise, 0.1) as f32;
        let limited = limited(&noise, 0.1);
        assert!(
            limited
                .channels
                .iter()
                .flatten()
                .all(|x| x.abs() <= threshold * 1.000_01)
        );
        let mut quiet = noise.clone();
        quiet
            .channels
            .iter_mut()
            .for_each(|side| side[44_100..].fill(0.01));
        let after = super::limited(&quiet, 0.01);
        assert_eq!(after.channels[0][44_100 + 4410], 0.01);
    }

    #[test]
    fn an_inverted_low_end_changes_nothing_else() {
        let noise = noise();
        let mono = mono(&noise);
        let inverted = low_inverted(&mono);
        // What was mid below 150 Hz is side now.
        let (mid, side) = (super::mono(&inverted), sides(&inverted));
        let (before, mid, side) = (ltas_db(&mono), ltas_db(&mid), ltas_db(&side));
        assert!((side[3] - before[3]).abs() < 0.1);
        assert!(mid[3] < before[3] - 30.0);
        assert!((mid[24] - before[24]).abs() < 0.01);
        assert!(side[24] < before[24] - 60.0);
    }

    fn sides(sound: &Sound) -> Sound {
        sound.mid_and_side(|mid, side| {
            mid.copy_from_slice(side);
            side.fill(0.0);
        })
    }

    #[test]
    fn a_widened_bass_is_about_as_much_side_as_mid() {
        let mono = mono(&noise());
        let widened = bass_widened(&mono);
        let below = |sound: &Sound| {
            let low = Filter::low_pass(80.0, sound.rate());
            side_to_mid_db(&filtered(sound, &[low, low]))
        };
        let db = below(&widened);
        assert!((-2.5..0.0).contains(&db), "{db}");
        // Folded to mono it is as before.
        assert!((0..40_000).all(|frame| {
            let sum = |s: &Sound| s.channels[0][frame] + s.channels[1][frame];
            (sum(&widened) - sum(&mono)).abs() < 1e-5
        }));
    }

    #[test]
    fn sibilance_comes_in_bursts_of_ten_db_where_the_song_is_loud() {
        let rate_hz = 44_100.0;
        let sine = |frequency_hz: f64| {
            let channel: Vec<f32> = (0..441_000)
                .map(|n| {
                    let phase = std::f64::consts::TAU * frequency_hz * f64::from(n) / rate_hz;
                    (phase.sin() * f64::from(n) / 882_000.0) as f32
                })
                .collect();
            Sound {
                channels: [channel.clone(), channel],
                sample_rate_hz: 44_100,
            }
        };
        let rises = |frequency_hz: f64| -> Vec<f64> {
            let before = sine(frequency_hz);
            let powers = |sound: &Sound| -> Vec<f64> {
                let power = |chunk: &[f32]| chunk.iter().map(|&x| f64::from(x).powi(2)).sum();
                sound.channels[0].chunks(441).map(power).collect()
            };
            let pairs = powers(&before).into_iter().zip(powers(&sibilant(&before)));
            pairs.map(|(b, a)| 10.0 * (a / b).log10()).collect()
        };
        let most = |rises: &[f64]| rises.iter().fold(0.0f64, |most, &db| most.max(db));
        let at_centre = rises((6000.0f64 * 9000.0).sqrt());
        assert!(
            (most(&at_centre) - 10.0).abs() < 0.1,
            "{}",
            most(&at_centre)
        );
        let share = |of: &[f64]| of.iter().filter(|db| **db > 3.0).count() as f64 / of.len() as f64;
        let loud = share(&at_centre[500..]);
        assert!((0.1..0.4).contains(&loud), "{loud}");
        assert_eq!(share(&at_centre[..490]), 0.0);
        for edge_hz in [6000.0, 9000.0] {
            let db = most(&rises(edge_hz));
            assert!((6.5..8.5).contains(&db), "{db} at {edge_hz} Hz");
        }
        assert!(most(&rises(1000.0)) < 0.3);
    }

    #[test]
    fn a_ringing_note_is_nine_db_up() {
        // A sine at the note in noise.
        let mut sound = noise();
        for side in &mut sound.channels {
            for (n, x) in side.iter_mut().enumerate() {
                let phase = std::f64::consts::TAU * NOTE_HZ * n as f64 / 44_100.0;
                *x = *x * 0.1 + 0.1 * phase.sin() as f32;
            }
        }
        let rest = |sound: &Sound| note_db(sound, NOTE_HZ);
        let rise = rest(&ringing(&sound)) - rest(&sound);
        assert!((rise - 9.0).abs() < 0.1, "{rise}");
    }

    #[test]
    fn another_rate_is_the_same_sound() {
        let rate = |rate_hz: u32| Sound {
            channels: [0.5, 0.25].map(|gain| {
                (0..rate_hz)
                    .map(|n| {
                        let turn = std::f64::consts::TAU * f64::from(n) / f64::from(rate_hz);
                        (gain * ((440.0 * turn).sin() + (12_000.0 * turn).cos())) as f32
                    })
                    .collect()
            }),
            sample_rate_hz: rate_hz,
        };
        for (from, to) in [(44_100, 48_000), (48_000, 44_100)] {
            let (made, expected) = (resampled(&rate(from), to), rate(to));
            assert_eq!(made.frames(), expected.frames());
            for side in 0..2 {
                // The ends are those of a sound that starts and stops at once.
                let off = (100..to as usize - 100)
                    .map(|n| (made.channels[side][n] - expected.channels[side][n]).abs())
                    .fold(0.0, f32::max);
                assert!(off < 1e-3, "{off}");
            }
        }
    }

    #[test]
    fn a_printed_limiter_holds_its_threshold_and_leaves_the_rest() {
        let mut sound = noise();
        sound.channels.iter_mut().for_each(|side| {
            side[200_000..].iter_mut().for_each(|x| *x *= 0.01);
        });
        let limited = printed_limiter(&sound, 6.0);
        assert!(peak(&limited) <= peak(&sound) * 0.502 && peak(&limited) > peak(&sound) * 0.49);
        let quiet = |sound: &Sound| sound.channels[1][201_000..].to_vec();
        assert_eq!(quiet(&limited), quiet(&sound));
    }

    #[test]
    fn a_bus_compressor_turns_down_what_is_loud() {
        let mut sound = noise();
        sound.channels.iter_mut().for_each(|side| {
            side[..200_000].iter_mut().for_each(|x| *x *= 0.1);
        });
        let compressed = compressed(&sound, 8.0);
        assert_eq!(compressed.channels[0][100_000], sound.channels[0][100_000]);
        // Of 8 dB above the threshold a quarter is left, but for what the highest level is above the usual.
        let db =
            20.0 * f64::from(compressed.channels[0][400_000] / sound.channels[0][400_000]).log10();
        assert!((-6.0..-3.0).contains(&db), "{db}");
    }

    #[test]
    fn a_normalised_sound_tells_its_gain() {
        let (made, db) = normalised(&noise());
        assert!((peak(&made) - 1.0).abs() < 1e-6);
        let back = level(&made, -db);
        assert!((peak(&back) - peak(&noise())).abs() < 1e-6);
    }
}
