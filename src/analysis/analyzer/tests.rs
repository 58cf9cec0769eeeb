use super::*;
use crate::dsp::meter::Meter;
use core::f64::consts::TAU;

/// A made-up song, the same at every rate: bass line, chords, kicks and a gated cloud of high partials, each
/// with its own place between left and right.
pub(crate) fn song(rate_hz: f64, seconds: f64) -> [Vec<f32>; 2] {
    let frames = (rate_hz * seconds) as usize;
    let mut out = [vec![0.0; frames], vec![0.0; frames]];
    let mut voice = |hz: f64, gains: [f64; 2], envelope: &dyn Fn(f64) -> f64| {
        let (cos, sin) = (libm::cos(TAU * hz / rate_hz), libm::sin(TAU * hz / rate_hz));
        let (mut re, mut im) = (1.0, 0.0);
        let mut level = 0.0;
        let [left, right] = &mut out;
        for (n, (left, right)) in left.iter_mut().zip(right).enumerate() {
            // Envelopes every 16th of a ms at 48 kHz would be heard as steps: they are smooth enough.
            if n % 4 == 0 {
                level = envelope(n as f64 / rate_hz);
            }
            *left += (gains[0] * level * im) as f32;
            *right += (gains[1] * level * im) as f32;
            (re, im) = (re * cos - im * sin, re * sin + im * cos);
        }
    };
    let notes = [55.0, 65.41, 82.41, 73.42];
    for (n, note_hz) in notes.into_iter().enumerate() {
        for partial in 1..5 {
            let hz = note_hz * f64::from(partial);
            let gain = 0.15 / f64::from(partial * partial);
            voice(hz, [gain, gain], &|t| on(t, 2.0, n as f64 * 0.5, 0.5));
        }
        for partial in 2..12 {
            let hz = note_hz * 4.0 * f64::from(partial);
            let gain = 0.05 / f64::from(partial);
            let pan = if partial % 2 == 0 {
                [gain, 0.5 * gain]
            } else {
                [0.4 * gain, gain]
            };
            voice(hz, pan, &|t| on(t, 2.0, n as f64 * 0.5, 0.5));
        }
    }
    let mut state = 1_u64;
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    for _ in 0..60 {
        let hz = 300.0 * libm::exp2(5.6 * random());
        let gains = [0.012 * random(), 0.012 * random()];
        voice(hz, gains, &|t| libm::exp(-20.0 * (t % 0.25)));
    }
    voice(60.0, [0.3, 0.3], &|t| libm::exp(-15.0 * (t % 0.5)));
    out
}

/// A note of `length` seconds every `period`, with soft edges.
fn on(t: f64, period: f64, start: f64, length: f64) -> f64 {
    let into = (t - start).rem_euclid(period);
    if into > length {
        return 0.0;
    }
    (into / 0.02).min((length - into) / 0.05).clamp(0.0, 1.0)
}

fn heard(rate_hz: f64, [left, right]: &[Vec<f32>; 2]) -> Analyzer {
    let mut analyzer = Analyzer::new(Stream::new(rate_hz));
    analyzer.process(left, right, None);
    analyzer
}

/// Digital silence for a while.
fn drop_out(rate_hz: f64, song: &mut [Vec<f32>; 2], from_s: f64, to_s: f64) {
    for channel in song {
        channel[(from_s * rate_hz) as usize..(to_s * rate_hz) as usize].fill(0.0);
    }
}

/// All numbers of a report that judgements are made from, with their names. Levels as they are are left out.
fn numbers(report: &Report) -> Vec<(String, f64)> {
    fn walk(name: &str, value: &serde_json::Value, into: &mut Vec<(String, f64)>) {
        match value {
            serde_json::Value::Number(number) => {
                into.push((name.to_owned(), number.as_f64().unwrap_or(f64::NAN)));
            }
            serde_json::Value::Array(values) => {
                for (n, value) in values.iter().enumerate() {
                    walk(&format!("{name}[{n}]"), value, into);
                }
            }
            serde_json::Value::Object(fields) => {
                for (field, value) in fields {
                    walk(&format!("{name}.{field}"), value, into);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    let value = serde_json::to_value(report).expect("reports can be written");
    walk("", &value, &mut found);
    // What other helpers' parts say is theirs to hold.
    found.retain(|(name, _)| !name.starts_with(".elements") && !name.starts_with(".faults"));
    found
}

/// Names ending in what is absolute, and mirrored by a swap of channels.
fn absolute(name: &str) -> bool {
    ["_lufs", "_dbtp", "_dbfs"]
        .iter()
        .any(|unit| name.ends_with(unit))
}

fn assert_alike(a: &Report, b: &Report, tolerance: f64, what: &str, skip: impl Fn(&str) -> bool) {
    let (a, b) = (numbers(a), numbers(b));
    assert_eq!(a.len(), b.len(), "{what}: other findings");
    for ((name, x), (_, y)) in a.iter().zip(&b) {
        // Single precision knows a side no better than 50 dB below the mid.
        let faint = name.contains("side") && *x < -45.0 && *y < -45.0;
        if !skip(name) && !faint {
            assert!((x - y).abs() <= tolerance, "{what}: {name} is {x} and {y}");
        }
    }
}

#[test]
fn cutting_changes_nothing() {
    let rate_hz = 44_100.0;
    let mut song = song(rate_hz, 6.0);
    drop_out(rate_hz, &mut song, 2.17, 2.53);
    let whole = heard(rate_hz, &song).report().expect("enough was heard");
    assert_eq!(whole.faults.gaps.len(), 1);
    for sizes in [vec![1, 16, 63, 441], vec![512], vec![4096, 7, 100_000]] {
        let mut analyzer = Analyzer::new(Stream::new(rate_hz));
        let mut at = 0;
        for size in sizes.iter().cycle() {
            let end = (at + size).min(song[0].len());
            // With time-code and without.
            let position = (at % 2 == 0).then_some(at as i64);
            analyzer.process(&song[0][at..end], &song[1][at..end], position);
            at = end;
            if at == song[0].len() {
                break;
            }
        }
        assert_eq!(analyzer.report().as_ref(), Some(&whole));
    }
}

#[test]
fn loudness_and_peaks_are_the_meters() {
    for rate_hz in [44_100.0, 48_000.0, 96_000.0] {
        let mut song = song(rate_hz, 9.0);
        for channel in &mut song {
            let quiet = channel.len() / 3;
            channel[..quiet].iter_mut().for_each(|x| *x *= 0.3);
        }
        let report = heard(rate_hz, &song).report().expect("enough was heard");
        let mut meter = Meter::new(Stream::new(rate_hz));
        meter.process(&song[0], &song[1]);
        let reading = meter.reading();
        let loudness = &report.loudness;
        for (found, expected) in [
            (loudness.integrated_lufs, reading.integrated_lufs),
            (loudness.loudness_range_lu, reading.loudness_range_lu),
            (loudness.max_momentary_lufs, reading.max_momentary_lufs),
            (loudness.max_short_term_lufs, reading.max_short_term_lufs),
            (loudness.true_peak_dbtp, reading.true_peak_dbtp),
            (loudness.sample_peak_dbfs, reading.sample_peak_dbfs),
            (loudness.plr_db, reading.plr_db),
        ] {
            let (found, expected) = (found.expect("there"), expected.expect("there"));
            assert!(
                (found - expected).abs() < 0.02,
                "{rate_hz}: {found} is not {expected}"
            );
        }
        assert_eq!(loudness.short_term_lufs.len(), 9);
    }
}

#[test]
fn gain_polarity_and_sides_change_no_judgement() {
    let rate_hz = 48_000.0;
    let song = song(rate_hz, 6.0);
    let report = heard(rate_hz, &song).report().expect("enough was heard");
    for gain_db in [-12.0, 12.0] {
        let gain = crate::dsp::units::db_to_gain(gain_db) as f32;
        let louder = song
            .clone()
            .map(|c| c.iter().map(|x| gain * x).collect::<Vec<_>>());
        let other = heard(rate_hz, &louder).report().expect("enough was heard");
        // Codes of half a dB may fall on the other side.
        assert_alike(&report, &other, 0.3, "gain", absolute);
        let change = other
            .loudness
            .integrated_lufs
            .zip(report.loudness.integrated_lufs);
        assert!(change.is_some_and(|(a, b)| (a - b - gain_db).abs() < 1e-3));
    }
    let negative = song
        .clone()
        .map(|c| c.iter().map(|x| -x).collect::<Vec<_>>());
    let other = heard(rate_hz, &negative)
        .report()
        .expect("enough was heard");
    assert_alike(&report, &other, 1e-6, "polarity", |_| false);
    let [left, right] = song;
    let other = heard(rate_hz, &[right, left])
        .report()
        .expect("enough was heard");
    let balance = |name: &str| name.contains("balance");
    assert_alike(&report, &other, 1e-4, "sides", balance);
    assert!((report.stereo.balance_lu + other.stereo.balance_lu).abs() < 1e-4);
    assert!(report.stereo.balance_lu.abs() > 0.01);
}

#[test]
fn the_rate_changes_no_judgement() {
    let reports: Vec<Report> = [44_100.0, 48_000.0, 96_000.0]
        .map(|rate_hz| {
            heard(rate_hz, &song(rate_hz, 8.0))
                .report()
                .expect("enough")
        })
        .into();
    let reference = &reports[1];
    for other in [&reports[0], &reports[2]] {
        // Frames last as long, bins are of other widths.
        for n in 5..29 {
            let (a, b) = (reference.tone.level_db[n], other.tone.level_db[n]);
            if a > -45.0 {
                // A partial 2 Hz from the edge of a band is shared out by bins of another width.
                let tolerance = if n < 10 { 1.5 } else { 0.6 };
                assert!((a - b).abs() < tolerance, "third {n}: {a} and {b}");
            }
        }
        for (a, b) in reference.dynamics.bands.iter().zip(&other.dynamics.bands) {
            for (a, b) in [
                (a.p10_db, b.p10_db),
                (a.p50_db, b.p50_db),
                (a.p95_db, b.p95_db),
            ] {
                assert!((a - b).abs() < 0.5, "{a} and {b}");
            }
        }
        for (a, b, tolerance) in [
            (
                reference.rhythm.percussive_db,
                other.rhythm.percussive_db,
                1.0,
            ),
            (reference.rhythm.energy, other.rhythm.energy, 0.05),
            (reference.stereo.correlation, other.stereo.correlation, 0.01),
            (
                reference.stereo.mono_change_lu,
                other.stereo.mono_change_lu,
                0.05,
            ),
            (
                reference.low_end.sub_share_db,
                other.low_end.sub_share_db,
                0.3,
            ),
            (
                reference.sibilance.excess_db,
                other.sibilance.excess_db,
                1.5,
            ),
        ] {
            assert!((a - b).abs() < tolerance, "{a} and {b}");
        }
    }
}

#[test]
fn jumps_drop_what_was_begun_and_loops_fill_the_gaps() {
    let rate_hz = 48_000.0;
    let [left, right] = song(rate_hz, 10.0);
    let mut analyzer = Analyzer::new(Stream::new(rate_hz));
    let hear = |analyzer: &mut Analyzer, from_s: f64, to_s: f64| {
        let (from, to) = ((from_s * rate_hz) as usize, (to_s * rate_hz) as usize);
        for at in (from..to).step_by(500) {
            let end = (at + 500).min(to);
            analyzer.process(&left[at..end], &right[at..end], Some(at as i64));
        }
    };
    let plain = |spans: Vec<Span>| -> Vec<(f64, f64)> {
        let tenths = |s: f64| libm::round(10.0 * s) / 10.0;
        spans
            .iter()
            .map(|s| (tenths(s.start_s), tenths(s.end_s)))
            .collect()
    };
    hear(&mut analyzer, 0.0, 2.05);
    hear(&mut analyzer, 4.03, 6.07);
    assert_eq!(plain(analyzer.covered()), [(0.0, 2.0), (4.1, 6.0)]);
    hear(&mut analyzer, 1.0, 5.0);
    hear(&mut analyzer, 1.0, 5.0);
    assert_eq!(plain(analyzer.covered()), [(0.0, 6.0)]);
    assert!(analyzer.changed().is_empty(), "{:?}", analyzer.changed());
    hear(&mut analyzer, 5.5, 10.0);
    // Piece by piece is the same as in one go, but for the seams.
    let whole = heard(rate_hz, &[left.clone(), right.clone()])
        .report()
        .expect("enough");
    let pieces = analyzer.report().expect("enough");
    assert_alike(&whole, &pieces, 0.35, "pieces", |name| {
        name.contains("places")
    });
}

#[test]
fn a_dropout_is_the_same_however_the_song_was_heard() {
    let rate_hz = 48_000.0;
    let mut song = song(rate_hz, 10.0);
    drop_out(rate_hz, &mut song, 5.13, 5.33);
    let [left, right] = &song;
    let gaps = |pieces: &[(f64, f64)]| {
        let mut analyzer = Analyzer::new(Stream::new(rate_hz));
        for (from_s, to_s) in pieces {
            let (from, to) = ((from_s * rate_hz) as usize, (to_s * rate_hz) as usize);
            analyzer.process(&left[from..to], &right[from..to], Some(from as i64));
        }
        analyzer.report().expect("enough was heard").faults.gaps
    };
    let whole = gaps(&[(0.0, 10.0)]);
    assert_eq!(whole.len(), 1, "{whole:?}");
    assert!((whole[0].start_s - 5.1).abs() < 1e-9 && (whole[0].end_s - 5.4).abs() < 1e-9);
    // A loop that begins and ends within it, and the rest afterwards, out of order.
    assert_eq!(
        gaps(&[(0.0, 5.2), (7.0, 10.0), (5.15, 7.2), (4.9, 5.25)]),
        whole
    );
    // Its end was never heard, nor its beginning.
    assert!(gaps(&[(0.0, 5.25), (6.0, 10.0)]).is_empty());
    assert!(gaps(&[(0.0, 5.0), (5.2, 10.0)]).is_empty());
}

#[test]
fn what_differs_the_second_time_is_told() {
    let rate_hz = 48_000.0;
    let [left, right] = song(rate_hz, 8.0);
    let mut analyzer = heard(rate_hz, &[left.clone(), right.clone()]);
    analyzer.settle();
    // From 3 s to 5 s it is 1 dB louder.
    let louder = |samples: &[f32]| -> Vec<f32> {
        let seconds = |n: usize| n as f64 / rate_hz;
        let change = |n: usize| {
            if (3.0..5.0).contains(&seconds(n)) {
                1.122
            } else {
                1.0
            }
        };
        samples
            .iter()
            .enumerate()
            .map(|(n, x)| change(n) * x)
            .collect()
    };
    analyzer.process(&louder(&left), &louder(&right), Some(0));
    let changed = analyzer.changed();
    assert_eq!(changed.len(), 1, "{changed:?}");
    assert!((changed[0].start_s - 3.0).abs() < 0.15 && (changed[0].end_s - 5.0).abs() < 0.35);
    analyzer.settle();
    assert!(analyzer.changed().is_empty());
    // Another song altogether.
    let other: Vec<f32> = left.iter().rev().copied().collect();
    analyzer.process(&other, &other, Some(0));
    let changed = analyzer.changed();
    let changed_s: f64 = changed.iter().map(|span| span.end_s - span.start_s).sum();
    assert!(changed_s > 4.0, "{changed:?}");
}

#[test]
fn positions_may_be_anything() {
    let rate_hz = 48_000.0;
    let [left, right] = song(rate_hz, 4.0);
    let mut analyzer = Analyzer::new(Stream::new(rate_hz));
    analyzer.process(&left, &right, Some(-48_000));
    let covered = analyzer.covered();
    assert_eq!(covered.len(), 1);
    assert!(covered[0].start_s < 0.15 && (covered[0].end_s - 3.0).abs() < 1e-9);
    for position in [
        i64::MIN,
        i64::MAX,
        i64::MAX - 10,
        1 << 50,
        4 * 3600 * 48_000,
    ] {
        analyzer.process(&left, &right, Some(position));
    }
    assert_eq!(analyzer.covered(), covered);
    analyzer.process(&[], &[], None);
    analyzer.process(
        &[f32::NAN, f32::INFINITY, 1e30],
        &[-1e30, 0.0, f32::NAN],
        Some(7),
    );
    analyzer.process(&left, &right, None);
    let report = analyzer.report();
    assert!(report.is_some_and(|r| numbers(&r).iter().all(|(_, x)| x.is_finite())));
    for rate_hz in [100.0, 3_000.0, 8_000.0, 11_025.0, 384_000.0] {
        let mut analyzer = Analyzer::new(Stream::new(rate_hz));
        let tone: Vec<f32> = (0..(4.0 * rate_hz) as usize)
            .map(|n| (0.5 * libm::sin(TAU * n as f64 / 30.0)) as f32)
            .collect();
        analyzer.process(&tone, &tone, None);
        assert!(
            analyzer
                .report()
                .is_none_or(|r| numbers(&r).iter().all(|(_, x)| x.is_finite()))
        );
    }
}

#[test]
fn silence_is_nothing_and_an_hour_is_small() {
    let mut analyzer = Analyzer::new(Stream::new(48_000.0));
    let silence = vec![0.0; 48_000 * 5];
    analyzer.process(&silence, &silence, None);
    assert!(analyzer.report().is_none());
    assert_eq!(analyzer.covered().len(), 1);
    let [left, right] = song(48_000.0, 4.0);
    analyzer.process(&left, &right, None);
    assert!(analyzer.report().is_some());
    assert!(size_of::<Slice>() <= 1536, "{} bytes", size_of::<Slice>());
}
