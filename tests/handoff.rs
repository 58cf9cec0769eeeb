//! Two threads, no tearing, no waiting.
#![cfg(feature = "plugin")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use finalcoat::dsp::meter::MeterReading;
use finalcoat::engine::audition::settings::{AuditionSettings, Channels, Listen};
use finalcoat::engine::settings::Settings;
use finalcoat::handoff::capture::Place;
use finalcoat::handoff::errand::{self, Answer, Errand, Request};
use finalcoat::handoff::history::{self, COLUMNS, Column};
use finalcoat::handoff::snapshot::{self, Snapshot};
use finalcoat::handoff::{audition, capture, reset};

/// Runs `write` over and over in a second thread while `read` runs here; ends when `read` is done.
fn together(mut write: impl FnMut(u64) + Send, read: impl FnOnce()) {
    /// Ends the writer also when the reader panics.
    struct Finally<'a>(&'a AtomicBool);
    impl Drop for Finally<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let done = &done;
        let _finally = Finally(done);
        scope.spawn(move || {
            let mut n = 1;
            while !done.load(Ordering::Relaxed) {
                write(n);
                n += 1;
            }
        });
        read();
    });
}

#[test]
fn a_snapshot_is_whole_and_never_older_than_the_one_before() {
    let (mut writer, mut reader) = snapshot::new();
    let write = move |n: u64| {
        let value = Some(n as f64);
        let meter = MeterReading {
            momentary_lufs: value,
            integrated_lufs: value,
            duration_s: n as f64,
            ..MeterReading::default()
        };
        writer.write(Snapshot {
            output: meter,
            input: meter,
            sample_rate_hz: n as f64,
            latency_samples: n as u32,
            ..Snapshot::default()
        });
    };
    together(write, || {
        let mut last = 0.0;
        let mut reads = 0;
        while reads < 200_000 {
            let seen = reader.read();
            let n = seen.sample_rate_hz;
            reads += u32::from(n > 0.0);
            assert!(n >= last);
            last = n;
            if n > 0.0 {
                assert_eq!(seen.input, seen.output);
                assert_eq!(seen.output.integrated_lufs, Some(n));
                assert_eq!(f64::from(seen.latency_samples), n);
            }
        }
    });
}

#[test]
fn a_snapshot_is_wanted_once_the_last_one_was_read() {
    let (mut writer, mut reader) = snapshot::new();
    writer.write(Snapshot::default());
    assert!(!writer.wanted());
    reader.read();
    assert!(writer.wanted());
}

/// Column `n`: each value tells the number.
fn column(n: u64) -> Column {
    let value = n as f32;
    Column {
        min_gain: value,
        input_peak: value + 0.25,
        output_peak: value + 0.5,
    }
}

#[test]
fn history_gives_whole_columns_in_order_while_it_is_written() {
    let (mut writer, reader) = history::new();
    // Numbers stay below 2^21, where f32 still tells quarters apart.
    let write = move |n: u64| {
        writer.push(column((n - 1) % (1 << 20)));
        // Still a thousand times as fast as a render, but the reader is not lapped every time.
        (0..100).for_each(|_| std::hint::spin_loop());
    };
    together(write, || {
        let mut columns = Vec::new();
        let mut seen = 0;
        // Until the other thread has begun there is nothing to see.
        while seen < 2_000_000 {
            let written = reader.read(&mut columns);
            seen += columns.len();
            for (from_end, column_seen) in columns.iter().rev().enumerate() {
                let n = written - 1 - from_end as u64;
                assert_eq!(
                    *column_seen,
                    column(n % (1 << 20)),
                    "column {n} of {written}"
                );
            }
        }
    });
}

#[test]
fn history_keeps_the_newest_with_nobody_reading() {
    let (mut writer, reader) = history::new();
    let mut columns = Vec::new();
    assert_eq!(reader.read(&mut columns), 0);
    assert!(columns.is_empty());
    for n in 0..5000 {
        writer.push(column(n));
    }
    assert_eq!(reader.read(&mut columns), 5000);
    // The oldest slot is the one that the next column will overwrite.
    let expected: Vec<Column> = (5000 - COLUMNS as u64 + 1..5000).map(column).collect();
    assert_eq!(columns, expected);
}

/// Frame `n`: left tells the number, right its opposite.
fn frames(from: u64, count: usize) -> (Vec<f32>, Vec<f32>) {
    let left: Vec<f32> = (0..count as u64)
        .map(|k| ((from + k) % (1 << 23)) as f32)
        .collect();
    let right = left.iter().map(|x| -x).collect();
    (left, right)
}

#[test]
fn captured_audio_arrives_in_order_or_is_counted_as_dropped() {
    let (mut writer, mut reader) = capture::new(4096);
    writer.start(48_000.0);
    let total = 2_000_000_u64;
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut n = 0;
            let mut size = 1;
            while n < total {
                let (left, right) = frames(n, size.min((total - n) as usize));
                writer.write(&left, &right, Place::Unknown);
                n += left.len() as u64;
                size = size % 700 + 13;
            }
        });
        let mut taken = vec![[0.0; 2]; 1000];
        let (mut got, mut dropped, mut last) = (0_u64, 0, -1.0_f32);
        while got + dropped < total {
            let (count, news) = reader.read(&mut taken);
            for frame in &taken[..count] {
                assert_eq!(frame[0], -frame[1], "torn");
                assert!(frame[0] > last, "{} after {last}", frame[0]);
                last = frame[0];
            }
            got += count as u64;
            dropped = news.dropped;
            assert!(got + dropped <= total);
            if count == 0 {
                thread::yield_now();
            }
        }
    });
}

#[test]
fn a_full_ring_drops_counts_and_recovers_in_one_piece() {
    let (mut writer, mut reader) = capture::new(1000);
    writer.start(44_100.0);
    let mut taken = vec![[0.0; 2]; 2000];
    assert!(reader.read(&mut taken).1.new_passage);
    let (left, right) = frames(0, 1500);
    writer.write(&left, &right, Place::Unknown);
    // Until half of the ring is free nothing comes in.
    let mut few = vec![[0.0; 2]; 400];
    assert_eq!(reader.read(&mut few).0, 400);
    writer.write(&left[..100], &right[..100], Place::Unknown);
    let (count, news) = reader.read(&mut taken);
    assert_eq!((count, news.dropped), (600, 600));
    writer.write(&left[..100], &right[..100], Place::Unknown);
    let (count, news) = reader.read(&mut taken);
    assert_eq!((count, news.dropped), (100, 600));
    assert_eq!(news.sample_rate_hz, 44_100.0);
}

#[test]
fn a_new_passage_leaves_the_old_one_behind() {
    let (mut writer, mut reader) = capture::new(1000);
    let mut taken = vec![[0.0; 2]; 2000];
    let (left, right) = frames(1, 300);
    writer.start(48_000.0);
    writer.write(&left, &right, Place::Unknown);
    writer.start(96_000.0);
    writer.write(&left[100..200], &right[100..200], Place::Unknown);
    let (count, news) = reader.read(&mut taken);
    assert!(news.new_passage);
    assert_eq!(news.sample_rate_hz, 96_000.0);
    assert_eq!((count, taken[0]), (100, [101.0, -101.0]));
    writer.start(96_000.0);
    let (count, news) = reader.read(&mut taken);
    assert!(news.new_passage && count == 0);
    assert!(!reader.read(&mut taken).1.new_passage);
}

/// Reads all there is: each run with its place, and how many were lost.
fn runs(reader: &mut capture::Reader) -> (Vec<(Place, Vec<f32>)>, u64) {
    let mut runs: Vec<(Place, Vec<f32>)> = Vec::new();
    let mut taken = vec![[0.0; 2]; 100];
    loop {
        let (count, news) = reader.read(&mut taken);
        if count == 0 && reader.waiting() == 0 {
            return (runs, news.dropped);
        }
        let sound = taken[..count].iter().map(|frame| frame[0]);
        match runs.last_mut() {
            Some((place, run)) if place.after(run.len() as u64) == news.place => run.extend(sound),
            _ => runs.push((news.place, sound.collect())),
        }
    }
}

#[test]
fn frames_come_with_their_place_in_the_song() {
    let (mut writer, mut reader) = capture::new(100_000);
    writer.start(48_000.0);
    let mut write = |from: u64, count: usize, place: Place| {
        let (left, right) = frames(from, count);
        writer.write(&left, &right, place);
    };
    write(0, 300, Place::Stopped);
    write(1000, 300, Place::At(9000));
    write(1300, 300, Place::At(9300));
    // Rounded by the host: a sample early, two late.
    write(1600, 300, Place::At(9599));
    write(1900, 300, Place::At(9902));
    // A loop back, and a jump ahead.
    write(3000, 250, Place::At(5000));
    write(4000, 250, Place::At(100_000));
    write(6000, 10, Place::Unknown);
    let (runs, dropped) = runs(&mut reader);
    assert_eq!(dropped, 0);
    let told: Vec<(Place, f32, usize)> = runs
        .iter()
        .map(|(place, run)| (*place, run[0], run.len()))
        .collect();
    assert_eq!(
        told,
        [
            (Place::Stopped, 0.0, 300),
            (Place::At(9000), 1000.0, 1200),
            (Place::At(5000), 3000.0, 250),
            (Place::At(100_000), 4000.0, 250),
            (Place::Unknown, 6000.0, 10),
        ]
    );
}

#[test]
fn frames_behind_a_gap_still_know_their_place() {
    let (mut writer, mut reader) = capture::new(1000);
    writer.start(48_000.0);
    let mut position = 0_u64;
    let mut heard = 0;
    let mut lost = 0;
    for turn in 0..440_u64 {
        let (left, right) = frames(position, 130);
        writer.write(&left, &right, Place::At(position as i64));
        position += 130;
        if turn % 11 == 0 {
            let (runs, dropped) = runs(&mut reader);
            for (place, run) in runs {
                heard += run.len() as u64;
                assert_eq!(
                    place,
                    Place::At(run[0] as i64),
                    "each frame tells its place"
                );
            }
            lost = dropped;
        }
    }
    assert!(lost > 1000 && heard > 1000);
    // Jumps without end, and nobody who reads: bounded, and never a wrong place.
    for jump in 0..5_000_u64 {
        let (left, right) = frames(jump * 997, 1);
        writer.write(&left, &right, Place::At(jump as i64 * 997));
    }
    for (place, run) in runs(&mut reader).0.into_iter().skip(1) {
        assert_eq!(place, Place::At(run[0] as i64));
    }
}

#[test]
fn a_reset_is_seen_once() {
    let (writer, mut reader) = reset::new();
    assert!(!reader.take());
    writer.ask();
    writer.ask();
    assert!(reader.take());
    assert!(!reader.take());
}

#[test]
fn what_is_listened_to_arrives_whole_and_can_be_turned_off_by_both() {
    let (writer, reader) = audition::new();
    assert!(!reader.get().on());
    let solo = AuditionSettings {
        listen: Listen::Delta,
        solo_band: Some(3),
        ..AuditionSettings::default()
    };
    let side = AuditionSettings {
        channels: Channels::Side,
        ..AuditionSettings::default()
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..100_000 {
                writer.set(if n % 2 == 0 { &solo } else { &side });
            }
        });
        for _ in 0..100_000 {
            let heard = reader.get();
            assert!(!heard.on() || heard == solo || heard == side);
        }
    });
    reader.turn_off();
    assert!(!writer.get().on());
    writer.set(&solo);
    assert_eq!(reader.get(), solo);
    writer.turn_off();
    assert!(!reader.get().on());
}

fn request(goal_lufs: f64) -> Request {
    Request {
        settings: Settings::default(),
        goal_lufs,
        input: MeterReading::default(),
    }
}

fn done(drive_db: f32) -> Result<Answer, String> {
    Ok(Answer {
        drive_trim_db: [0.0; 4],
        drive_db,
        reached_lufs: -14.0,
        text: String::new(),
    })
}

#[test]
fn an_errand_runs_through_its_states() {
    let (sender, receiver) = errand::new();
    assert_eq!(sender.look(), Errand::Idle);
    assert!(receiver.take().is_none());
    sender.ask(request(-14.0));
    assert_eq!(sender.look(), Errand::Working(0.0));
    let job = receiver.take().unwrap();
    assert_eq!(job.request, request(-14.0));
    assert!(receiver.take().is_none());
    job.progress(0.5);
    assert_eq!(sender.look(), Errand::Working(0.5));
    job.finish(done(3.0));
    assert_eq!(sender.look(), Errand::Done(done(3.0).unwrap()));
    sender.ask(request(-9.0));
    receiver.take().unwrap().finish(Err("why".to_owned()));
    assert_eq!(sender.look(), Errand::Failed("why".to_owned()));
}

#[test]
fn a_cancelled_or_overtaken_errand_is_void() {
    let (sender, receiver) = errand::new();
    sender.ask(request(-14.0));
    let job = receiver.take().unwrap();
    sender.cancel();
    assert!(job.cancelled());
    job.finish(done(3.0));
    assert_eq!(sender.look(), Errand::Idle);

    sender.ask(request(-14.0));
    let old = receiver.take().unwrap();
    sender.ask(request(-9.0));
    assert!(old.cancelled());
    old.finish(done(3.0));
    assert_eq!(sender.look(), Errand::Working(0.0));
    let new = receiver.take().unwrap();
    assert_eq!(new.request.goal_lufs, -9.0);
}
