//! What the editor is shown in the tests.

use std::sync::Arc;

use finalcoat::dsp::meter::MeterReading;
use finalcoat::dsp::spectrum::{POINTS, frequency_hz};
use finalcoat::editor::preferences::Preferences;
use finalcoat::editor::view::{AssistantView, PresetName, Presets, Slots, Spectra, ViewModel};
use finalcoat::engine::audition::settings::AuditionSettings;
use finalcoat::engine::reading::{LoudnessReading, Reading};
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::equalizer::{BandSettings, Placement, Shape};
use finalcoat::handoff::errand::{Answer, Errand};
use finalcoat::handoff::history::Column;
use finalcoat::handoff::snapshot::Snapshot;
use finalcoat::params::session::Chosen;

/// Every stage at work.
pub(crate) fn settings() -> Settings {
    let mut all = Settings::default();
    let band = |shape, frequency_hz, gain_db, q| BandSettings {
        on: true,
        shape,
        frequency_hz,
        gain_db,
        q,
        ..BandSettings::default()
    };
    let bands = &mut all.equalizer.bands;
    bands[0] = band(Shape::LowCut, 28.0, 0.0, 0.71);
    bands[2] = band(Shape::LowShelf, 110.0, 1.5, 0.71);
    bands[4] = band(Shape::Bell, 320.0, -2.2, 1.1);
    bands[9] = BandSettings {
        range_db: -4.0,
        threshold_db: -34.0,
        ..band(Shape::Bell, 3200.0, -0.5, 2.4)
    };
    bands[14] = BandSettings {
        placement: Placement::Side,
        ..band(Shape::HighShelf, 9500.0, 2.4, 0.6)
    };
    all.multiband.on = true;
    for (index, band) in all.multiband.bands.iter_mut().enumerate() {
        band.ratio = 1.5 + 0.25 * index as f32;
        band.gain_db = [0.4, -0.3, 0.0, 0.6][index];
    }
    all.multiband.bands[3].lift_db = 1.5;
    all.image.on = true;
    for (index, band) in all.image.bands.iter_mut().enumerate() {
        band.width_pct = [80.0, 100.0, 120.0, 145.0][index];
    }
    all.image.mono_amount_pct = 80.0;
    all.glue.on = true;
    all.glue.ratio = 2.0;
    all.colour.on = true;
    all.loudness.on = true;
    all.loudness.drive_db = 6.02;
    all.loudness.release_ms = 60.0;
    all.loudness.clip_depth_db = 1.5;
    all
}

/// A rock song through all of it, at 70 % intensity.
pub(crate) fn playing() -> ViewModel {
    let history = (0..1024)
        .map(|n: u32| {
            let t = f64::from(n) * 0.02;
            let beat = (1.0 - (t * 2.1).fract()).powi(3);
            let swell = 0.5 + 0.5 * (t * 0.35).sin();
            let peak = (0.25 + 0.35 * beat + 0.15 * swell) as f32;
            let driven = peak * 2.0;
            Column {
                min_gain: (0.891 / driven).min(1.0),
                input_peak: peak,
                output_peak: driven.min(0.891),
            }
        })
        .collect();
    let mut reading = Reading {
        loudness: LoudnessReading {
            min_gain: 0.7,
            clip_gain: 0.9,
            peak_in: 1.3,
        },
        ..Reading::default()
    };
    reading.equalizer.moves_db[9] = -2.3;
    reading.multiband.moves_db = [-2.4, -1.1, 0.0, 0.9];
    reading.image.widths_pct = [86.0, 100.0, 114.0, 118.0];
    reading.image.correlations = [0.98, 0.71, 0.42, 0.13];
    reading.glue.move_db = -1.8;
    reading.colour.added_peak = 0.012;
    let mut settings = settings();
    settings.intensity = 70.0;
    ViewModel {
        settings,
        goal_lufs: -11.0,
        reset_on_start: true,
        snapshot: Snapshot {
            reading,
            output: MeterReading {
                momentary_lufs: Some(-10.4),
                short_term_lufs: Some(-10.9),
                integrated_lufs: Some(-11.0),
                loudness_range_lu: Some(6.3),
                max_momentary_lufs: Some(-8.1),
                max_short_term_lufs: Some(-9.2),
                true_peak_dbtp: Some(-1.0),
                true_peak_bs1770_dbtp: Some(-1.0),
                short_term_true_peak_dbtp: Some(-1.0),
                sample_peak_dbfs: Some(-1.1),
                plr_db: Some(10.0),
                psr_db: Some(9.9),
                correlation: Some(0.82),
                momentary_correlation: Some(0.86),
                level_dbfs: [Some(-3.0), Some(-4.0)],
                duration_s: 83.4,
            },
            input: MeterReading {
                integrated_lufs: Some(-16.4),
                momentary_lufs: Some(-15.2),
                max_short_term_lufs: Some(-13.7),
                true_peak_dbtp: Some(-0.6),
                plr_db: Some(15.8),
                ..MeterReading::default()
            },
            sample_rate_hz: 44_100.0,
            latency_samples: 243,
        },
        running: true,
        history,
        spectra: spectra(),
        errand: Errand::Done(Answer {
            drive_db: 6.02,
            drive_trim_db: [0.0; 4],
            reached_lufs: -11.0,
            text: "Drive +6.02 dB brings the 1:23 heard to -11.0 LUFS.".to_owned(),
        }),
        presets: presets(),
        audition: AuditionSettings::default(),
        preferences: Preferences::default(),
        slots: Slots {
            current: 1,
            filled: [true, true, false, false],
        },
        undo: [
            vec!["Equalizer 3: Gain".to_owned(), "Apply".to_owned()],
            vec!["Intensity".to_owned()],
        ],
        scope: scope(),
        assistant: AssistantView::default(),
        player: None,
        stem: None,
        linked: Arc::default(),
    }
}

/// A little of everything: a wide pad, a centred voice.
fn scope() -> Vec<[f32; 2]> {
    let frame = |n: u32| {
        let t = f64::from(n) / 44_100.0;
        let sine = |hz: f64, turn: f64| (std::f64::consts::TAU * (hz * t + turn)).sin();
        let mid = 0.3 * sine(180.0, 0.0) + 0.15 * sine(1234.0, 0.3);
        let [left, right] =
            [0.0, 0.31].map(|turn| 0.12 * sine(2210.0, turn) + 0.1 * sine(477.0, turn));
        [(mid + left) as f32, (mid + right) as f32]
    };
    (0..2048).map(frame).collect()
}

/// A factory preset that was loaded.
pub(crate) fn chosen(name: &str) -> Option<Chosen> {
    Some(Chosen {
        name: name.to_owned(),
        own: false,
    })
}

fn presets() -> Presets {
    let preset = |name: &str, description: &str, own| PresetName {
        name: name.to_owned(),
        description: description.to_owned(),
        own,
    };
    Presets {
        all: vec![
            preset(
                "Gentle polish",
                "A little of everything, for a mix that is right.",
                false,
            ),
            preset("Warm tape", "Softens highs and thickens.", false),
            preset(
                "Loud and dense",
                "For styles that live at \u{2212}8 LUFS.",
                false,
            ),
            preset("My rock master", "", true),
        ],
        current: chosen("Warm tape"),
        edited: true,
        fault: None,
    }
}

fn spectra() -> Spectra {
    let level = |point: usize, drive_db: f64| {
        let octave = (frequency_hz(point) / 80.0).log2();
        let tone = -24.0
            - 1.2 * octave.powi(2) * f64::from(u8::from(octave < 0.0))
            - 2.6 * octave.max(0.0);
        let detail = 2.0 * (octave * 9.0).sin() + 1.3 * (octave * 23.0).sin();
        (tone + detail + drive_db) as f32
    };
    Spectra {
        input_db: (0..POINTS).map(|point| level(point, -3.0)).collect(),
        output_db: (0..POINTS).map(|point| level(point, 3.0)).collect(),
        average_db: (0..POINTS).map(|point| level(point, 1.0)).collect(),
    }
}

/// Inserted, nothing played, nothing known.
pub(crate) fn fresh() -> ViewModel {
    ViewModel {
        settings: Settings::default(),
        goal_lufs: -14.0,
        reset_on_start: false,
        snapshot: Snapshot::default(),
        running: false,
        history: Vec::new(),
        spectra: Spectra::default(),
        errand: Errand::Idle,
        presets: Presets::default(),
        audition: AuditionSettings::default(),
        preferences: Preferences::default(),
        slots: Slots::default(),
        undo: Default::default(),
        scope: Vec::new(),
        assistant: AssistantView::default(),
        player: None,
        stem: None,
        linked: Arc::default(),
    }
}

/// Everything as long as it gets.
pub(crate) fn extreme() -> ViewModel {
    let mut view = playing();
    let all = &mut view.settings;
    all.bypass = true;
    all.intensity = 33.3;
    all.input.subsonic_on = true;
    all.input.reference_level_db = -40.0;
    all.loudness.drive_db = -24.0;
    all.loudness.ceiling_dbtp = -12.0;
    all.loudness.release_ms = 300.0;
    for band in &mut all.multiband.bands {
        band.threshold_db = -60.0;
        band.lift_threshold_db = -70.0;
        band.attack_ms = 200.0;
        band.release_ms = 1000.0;
        band.gain_db = -6.0;
    }
    let band = &mut all.equalizer.bands[0];
    band.shape = Shape::BassNote;
    band.frequency_hz = 19_999.9;
    band.gain_db = -12.0;
    band.q = 16.0;
    band.range_db = -12.0;
    band.threshold_db = -60.0;
    band.attack_ms = 199.9;
    band.release_ms = 2000.0;
    band.ratio = 10.0;
    all.glue.threshold_db = -40.0;
    all.glue.attack_ms = 99.9;
    all.glue.release_ms = 2000.0;
    all.glue.makeup_db = 12.0;
    all.glue.sidechain_hz = 500.0;
    view.goal_lufs = -36.0;
    let reading = &mut view.snapshot.reading;
    reading.equalizer.moves_db = [-12.0; 16];
    reading.multiband.moves_db = [-24.5; 4];
    reading.image.correlations = [-1.0; 4];
    reading.glue.move_db = -24.5;
    reading.colour.added_peak = 1.0;
    reading.loudness.clip_gain = 0.1;
    let low = Some(-123.4);
    let longest = MeterReading {
        momentary_lufs: low,
        short_term_lufs: low,
        integrated_lufs: low,
        loudness_range_lu: Some(100.1),
        max_momentary_lufs: low,
        max_short_term_lufs: low,
        true_peak_dbtp: Some(120.4),
        sample_peak_dbfs: low,
        plr_db: low,
        psr_db: low,
        momentary_correlation: Some(-1.0),
        duration_s: 86_399.0,
        ..MeterReading::default()
    };
    view.snapshot.output = longest;
    view.snapshot.input = longest;
    view.snapshot.sample_rate_hz = 192_000.0;
    view.snapshot.latency_samples = 1_056;
    view.history.fill(Column {
        min_gain: 0.01,
        input_peak: 0.001,
        output_peak: 0.001,
    });
    view.errand =
        Errand::Failed("Play at least 3 s of the song first; 0.0 s were heard.".to_owned());
    view.presets.current =
        chosen("A name that somebody made much longer than there is room for it");
    view.audition.solo_band = Some(3);
    view
}
