//! The factory presets: each is worth its name, and none of them wins by being louder.

#[path = "support/song.rs"]
mod song;

use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::dsp::meter::{Meter, MeterReading};
use finalcoat::engine::Engine;
use finalcoat::engine::settings::Settings;
use finalcoat::preset::{self, factory};
use std::collections::HashSet;

/// Loudness before the limiter may differ by this, in LU: songs differ by more.
const LEVEL_LU: f64 = 1.0;
const SECONDS: f64 = 25.0;

fn heard(stream: Stream, channels: &[Vec<f32>; 2]) -> MeterReading {
    let mut meter = Meter::new(stream);
    meter.process(&channels[0], &channels[1]);
    meter.finish();
    meter.reading()
}

fn rendered(stream: Stream, settings: &Settings, channels: &[Vec<f32>; 2]) -> [Vec<f32>; 2] {
    let [mut left, mut right] = channels.clone();
    let mut engine = Engine::new(stream, &settings.quantized());
    engine.process(&mut StereoBlock::new(&mut left, &mut right));
    left.drain(..engine.latency_samples());
    right.drain(..engine.latency_samples());
    [left, right]
}

#[test]
fn there_are_a_dozen_and_each_says_what_it_is_for() {
    let all = factory::all();
    assert!(all.len() >= 12, "only {} presets are whole", all.len());
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/presets"));
    assert_eq!(files.expect("the folder").count(), all.len());
    let names: HashSet<_> = all.iter().map(|factory| factory.name).collect();
    assert_eq!(names.len(), all.len());
    for factory in all {
        assert!(factory.description.ends_with('.'), "{}", factory.name);
        assert!(factory.settings.shapes_sound(), "{}", factory.name);
        assert_eq!(factory.settings.loudness.drive_db, 0.0, "{}", factory.name);
        assert_eq!(factory::named(&factory.name.to_uppercase()), Some(factory));
        let text = preset::text(&factory.settings, Some(&factory.description));
        let again = preset::parse(&text).expect("it is written as it is read");
        assert_eq!(again.settings, factory.settings, "{}", factory.name);
    }
}

#[test]
fn none_is_louder_than_the_mix_and_at_0_percent_each_is_the_mix() {
    let (rate_hz, channels) = song::demo();
    let stream = Stream::new(rate_hz);
    let channels = channels.map(|channel| {
        channel
            .into_iter()
            .take((SECONDS * rate_hz) as usize)
            .collect::<Vec<_>>()
    });
    let before = heard(stream, &channels);
    for factory in factory::all() {
        let mut settings = factory.settings;
        settings.loudness.on = false;
        settings.input.reference_level_db = before.max_short_term_lufs.expect("it is music") as f32;
        let after = heard(stream, &rendered(stream, &settings, &channels));
        let change_lu =
            after.integrated_lufs.expect("music") - before.integrated_lufs.expect("music");
        println!("{:>20} {change_lu:+.2} LU", factory.name);
        assert!(
            change_lu.abs() <= LEVEL_LU,
            "{}: {change_lu:+.2} LU",
            factory.name
        );

        settings.intensity = 0.0;
        let second = channels
            .clone()
            .map(|channel| channel[..rate_hz as usize].to_vec());
        let same = rendered(stream, &settings, &second);
        assert!(same[0] == second[0][..same[0].len()], "{}", factory.name);
        assert!(same[1] == second[1][..same[1].len()], "{}", factory.name);
    }
}
