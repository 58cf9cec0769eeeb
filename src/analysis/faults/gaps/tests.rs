//! Silence is cut into noise with a beat: as a fault cuts it, and as music stops by itself.

use super::*;
use crate::analysis::slice::Slice;

const RATE_HZ: f64 = 44_100.0;
const FRAMES: usize = 4410;

/// Noise of 8 s that swells and falls twice a second.
fn music() -> Vec<f32> {
    let mut state = 9_u64;
    (0..8 * RATE_HZ as usize)
        .map(|n| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let noise = (state >> 33) as f32 / (1_u32 << 30) as f32 - 1.0;
            let beat = (n as f64 / RATE_HZ * 2.0).fract();
            noise * (0.8 - 0.5 * beat) as f32
        })
        .collect()
}

/// Silence over frames, and fades of `fade` frames towards and from it.
fn silenced(music: &mut [f32], from: usize, to: usize, fades: (usize, usize)) {
    music[from..to].fill(0.0);
    for n in 0..fades.0 {
        music[from - 1 - n] *= n as f32 / fades.0 as f32;
    }
    for n in 0..fades.1 {
        music[to + n] *= n as f32 / fades.1 as f32;
    }
}

fn slices(music: &[f32]) -> Vec<(usize, Slice)> {
    let slice = |music: &[f32]| {
        let mut slice = Slice::default();
        slice.faults.frames = music.len() as u32;
        slice.faults.peaks = [music.iter().fold(0.0, |top, x| x.abs().max(top)); 10];
        slice.faults.gap = part(music, music, RATE_HZ);
        slice
    };
    music.chunks(FRAMES).map(slice).enumerate().collect()
}

fn found_in(slices: &[(usize, Slice)]) -> Vec<(f64, f64)> {
    let spans = report(&Slices {
        all: slices
            .iter()
            .map(|(number, slice)| (*number, slice))
            .collect(),
        gated: vec![true; slices.len()],
        loud: vec![true; slices.len()],
        reference_lufs: -10.0,
    });
    spans
        .iter()
        .map(|span| (span.start_s, span.end_s))
        .collect()
}

fn found(music: &[f32]) -> Vec<(f64, f64)> {
    found_in(&slices(music))
}

#[test]
fn dropouts_of_any_length_are_found_wherever_they_begin() {
    for length in [60, 882, 4409, 4410, 4411, 6615, 22_050, 88_000] {
        // At a slice's border, right beside it, within the edges' reach of it, and inside.
        for start in [0, 1, 2, 20, 85, 500, 2205, 4300, 4408, 4409] {
            for end_early in [0, 1, 40] {
                let from = 20 * FRAMES + start;
                let to = from + length - end_early;
                let mut broken = music();
                silenced(&mut broken, from, to, (0, 0));
                let found = found(&broken);
                let tenths = |frame: usize| (frame / FRAMES) as f64 / 10.0;
                let expected = (tenths(from), tenths(to - 1) + 0.1);
                let is_so = found.len() == 1
                    && (found[0].0 - expected.0).abs() < 1e-9
                    && (found[0].1 - expected.1).abs() < 1e-9;
                let is_long = to - from >= 45;
                assert!(
                    is_so == is_long,
                    "{length} {start}: {found:?}, {expected:?}"
                );
            }
        }
    }
}

#[test]
fn stops_of_the_music_are_no_dropouts() {
    let second = RATE_HZ as usize;
    let with = |from: usize, to: usize, fades: (usize, usize)| {
        let mut music = music();
        silenced(&mut music, from, to, fades);
        found(&music)
    };
    assert_eq!(with(second, second + 10_000, (0, 0)).len(), 1);
    // 8 ms of fade, or more: out, in, both.
    for fade in [353, 882, 8820] {
        for fades in [(fade, 0), (0, fade), (fade, fade)] {
            for shift in [0, 1000, 4000] {
                let from = second + shift;
                assert_eq!(with(from, from + 10_000, fades), [], "{shift} {fades:?}");
            }
        }
    }
    // Longer than 2 s, and before and after the song.
    assert_eq!(with(second, 3 * second + 50, (0, 0)), []);
    assert_eq!(with(0, second, (0, 0)), []);
    assert_eq!(with(0, 100, (0, 0)), []);
    assert_eq!(with(7 * second, 8 * second, (0, 0)), []);
    assert_eq!(with(8 * second - 100, 8 * second, (0, 0)), []);
    // A style of its own: cut up all through.
    let mut cut_up = music();
    for n in 0..40 {
        silenced(&mut cut_up, 300 + n * 8820, 1300 + n * 8820, (0, 0));
    }
    assert_eq!(found(&cut_up), []);
    assert_eq!(found(&vec![0.0; 8 * second]), []);
    assert_eq!(found(&[]), []);
}

#[test]
fn an_edge_at_a_border_is_heard_beyond_it() {
    for length in [882, 22_050] {
        // A few frames at a zero crossing lie between border and silence, before it or after.
        let mut broken = music();
        broken[20 * FRAMES..20 * FRAMES + 4].fill(1e-4);
        silenced(&mut broken, 20 * FRAMES + 4, 20 * FRAMES + length, (0, 0));
        assert_eq!(found(&broken).len(), 1, "before {length}");
        let mut broken = music();
        broken[30 * FRAMES - 4..30 * FRAMES].fill(1e-4);
        silenced(&mut broken, 30 * FRAMES - length, 30 * FRAMES - 4, (0, 0));
        assert_eq!(found(&broken).len(), 1, "after {length}");
    }
}

#[test]
fn in_quiet_passages_only_what_is_cut_off_is_a_dropout() {
    let second = RATE_HZ as usize;
    let with = |gain: f32, fades: (usize, usize)| {
        let mut music = music();
        music[4 * second..].iter_mut().for_each(|x| *x *= gain);
        silenced(&mut music, 6 * second + 500, 6 * second + 1000, fades);
        found(&music).len()
    };
    assert_eq!(with(0.05, (0, 0)), 1);
    assert_eq!(with(0.15, (360, 0)), 0);
    assert_eq!(with(0.15, (0, 360)), 0);
}

#[test]
fn what_was_not_heard_joins_nothing() {
    let mut broken = music();
    silenced(&mut broken, 20 * FRAMES + 100, 24 * FRAMES + 100, (0, 0));
    let whole = slices(&broken);
    assert_eq!(found_in(&whole).len(), 1);
    for missing in 20..=24 {
        let mut heard = whole.clone();
        heard.remove(missing);
        assert_eq!(found_in(&heard), [], "slice {missing}");
    }
    // One more or less elsewhere is nothing to it.
    let mut heard = whole;
    heard.remove(40);
    heard.remove(3);
    assert_eq!(found_in(&heard).len(), 1);
}
