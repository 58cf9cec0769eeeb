//! The editor, drawn without a window and used without a mouse.
#![cfg(feature = "plugin")]

#[path = "support/raster.rs"]
mod raster;
#[path = "support/song.rs"]
mod song;

use std::path::PathBuf;

use egui::epaint::Shape;
use egui::{Color32, Event, Key, Modifiers, PointerButton, Pos2, RawInput, Rect, pos2, vec2};

use finalcoat::dsp::meter::MeterReading;
use finalcoat::editor::draw::draw;
use finalcoat::editor::theme;
use finalcoat::editor::view::{Gesture, Memory, Number, ViewModel};
use finalcoat::engine::reading::{LoudnessReading, Reading};
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::loudness::{Character, DRIVE_DB, LoudnessSettings};
use finalcoat::handoff::errand::{Answer, Errand};
use finalcoat::handoff::history::Column;
use finalcoat::handoff::snapshot::Snapshot;
use finalcoat::params::kept::{WINDOW_DEFAULT, WINDOW_MIN};
use raster::Raster;

/// A rock song under moderate limiting.
fn playing() -> ViewModel {
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
    ViewModel {
        settings: Settings {
            bypass: false,
            loudness: LoudnessSettings {
                on: true,
                drive_db: 6.02,
                ceiling_dbtp: -1.0,
                character: Character::Transparent,
                release_ms: 60.0,
            },
        },
        goal_lufs: -11.0,
        reset_on_start: true,
        snapshot: Snapshot {
            reading: Reading {
                loudness: LoudnessReading {
                    min_gain: 0.7,
                    peak_in: 1.3,
                },
            },
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
                ..MeterReading::default()
            },
            sample_rate_hz: 44_100.0,
            latency_samples: 243,
        },
        history,
        errand: Errand::Done(Answer {
            drive_db: 6.02,
            reached_lufs: -11.0,
            text: "Drive +6.02 dB brings the 1:23 heard to -11.0 LUFS.".to_owned(),
        }),
    }
}

/// Inserted, nothing played, nothing known.
fn fresh() -> ViewModel {
    ViewModel {
        settings: Settings::default(),
        goal_lufs: -14.0,
        reset_on_start: false,
        snapshot: Snapshot::default(),
        history: Vec::new(),
        errand: Errand::Idle,
    }
}

/// Everything as long as it gets.
fn extreme() -> ViewModel {
    let mut view = playing();
    view.settings.loudness.drive_db = -24.0;
    view.settings.loudness.ceiling_dbtp = -12.0;
    view.settings.loudness.release_ms = 500.0;
    view.settings.bypass = true;
    view.goal_lufs = -36.0;
    let low = Some(-123.4);
    view.snapshot.output = MeterReading {
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
    view.snapshot.sample_rate_hz = 192_000.0;
    view.snapshot.latency_samples = 1_056;
    view.history.fill(Column {
        min_gain: 0.01,
        input_peak: 0.001,
        output_peak: 0.001,
    });
    view.errand =
        Errand::Failed("Play at least 3 s of the song first; 0.0 s were heard.".to_owned());
    view
}

struct Stage {
    context: egui::Context,
    raster: Raster,
    memory: Memory,
    size: [f32; 2],
    scale: f32,
    time: f64,
}

impl Stage {
    fn new(size: [f32; 2], scale: f32) -> Self {
        let context = egui::Context::default();
        context.options_mut(|options| options.max_passes = std::num::NonZeroUsize::MIN);
        Self {
            context,
            raster: Raster::new((size[0] * scale) as usize, (size[1] * scale) as usize),
            memory: Memory::default(),
            size,
            scale,
            time: 0.0,
        }
    }

    /// One frame: what was drawn and what it returned.
    fn frame(
        &mut self,
        view: &ViewModel,
        mut events: Vec<Event>,
        modifiers: Modifiers,
    ) -> (Vec<egui::epaint::ClippedShape>, Vec<Gesture>) {
        self.time += 1.0 / 60.0;
        events.insert(0, Event::ModifiersChanged(modifiers));
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(
                Pos2::ZERO,
                vec2(self.size[0], self.size[1]),
            )),
            time: Some(self.time),
            events,
            ..RawInput::default()
        };
        let viewport = input.viewports.entry(egui::ViewportId::ROOT).or_default();
        viewport.native_pixels_per_point = Some(self.scale);
        let mut gestures = Vec::new();
        let memory = &mut self.memory;
        let output = self
            .context
            .run_ui(input, |ui| gestures = draw(ui, view, memory));
        self.raster.update_textures(&output.textures_delta);
        let shapes = output.shapes.clone();
        let primitives = self
            .context
            .tessellate(output.shapes.clone(), output.pixels_per_point);
        self.raster.paint(&primitives, self.scale);
        output.drop_without_applying_deltas();
        (shapes, gestures)
    }

    fn still(&mut self, view: &ViewModel) -> Vec<egui::epaint::ClippedShape> {
        // The first frame loads the fonts.
        self.frame(view, Vec::new(), Modifiers::NONE);
        self.frame(view, Vec::new(), Modifiers::NONE).0
    }

    fn save(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../editor");
        std::fs::create_dir_all(&folder).unwrap();
        write_png(&folder.join(name), self);
    }
}

fn write_png(path: &std::path::Path, stage: &Stage) {
    let file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let (width, height) = (stage.size[0] * stage.scale, stage.size[1] * stage.scale);
    let mut encoder = png::Encoder::new(file, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&stage.raster.rgba()).unwrap();
}

struct Text {
    words: String,
    rect: Rect,
    clip: Rect,
    color: Color32,
}

fn texts(shapes: &[egui::epaint::ClippedShape]) -> Vec<Text> {
    fn collect(shape: &Shape, clip: Rect, into: &mut Vec<Text>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, into)),
            Shape::Text(text) if !text.galley.text().trim().is_empty() => into.push(Text {
                words: text.galley.text().to_owned(),
                rect: text.galley.mesh_bounds.translate(text.pos.to_vec2()),
                clip,
                color: text.galley.job.sections[0].format.color,
            }),
            _ => {}
        }
    }
    let mut into = Vec::new();
    for clipped in shapes {
        collect(&clipped.shape, clipped.clip_rect, &mut into);
    }
    into
}

const SIZES: [([f32; 2], f32); 4] = [
    (WINDOW_DEFAULT, 1.0),
    (WINDOW_DEFAULT, 2.0),
    (WINDOW_MIN, 1.0),
    ([1600.0, 1000.0], 1.0),
];

#[test]
fn the_window_is_drawn_in_every_size_and_state() {
    for (name, view) in [
        ("playing", playing()),
        ("fresh", fresh()),
        ("extreme", extreme()),
    ] {
        for (size, scale) in SIZES {
            let mut stage = Stage::new(size, scale);
            stage.still(&view);
            stage.save(&format!("{name}-{}x{}@{scale}x.png", size[0], size[1]));
            assert_eq!(
                stage.raster.outside, 0,
                "{name}: something was drawn outside"
            );
            let rgba = stage.raster.rgba();
            assert!(
                rgba.chunks(4).all(|pixel| pixel[3] == 255),
                "{name}: a hole in the window"
            );
            let mut colors: Vec<&[u8]> = rgba.chunks(4).collect();
            colors.sort_unstable();
            colors.dedup();
            assert!(colors.len() > 100, "{name}: only {} colours", colors.len());
        }
    }
}

#[test]
fn no_text_is_cut_or_covers_another() {
    for (name, view) in [
        ("playing", playing()),
        ("fresh", fresh()),
        ("extreme", extreme()),
    ] {
        for (size, scale) in SIZES {
            let mut stage = Stage::new(size, scale);
            let texts = texts(&stage.still(&view));
            let window = Rect::from_min_size(Pos2::ZERO, vec2(size[0], size[1]));
            for (n, a) in texts.iter().enumerate() {
                assert!(
                    window.shrink(8.0).contains_rect(a.rect) && a.clip.contains_rect(a.rect),
                    "{name} {size:?}: {:?} is cut at {:?}",
                    a.words,
                    a.rect
                );
                for b in &texts[n + 1..] {
                    let shared = a.rect.intersect(b.rect);
                    assert!(
                        !shared.is_positive(),
                        "{name} {size:?}: {:?} and {:?} overlap at {shared:?}",
                        a.words,
                        b.words
                    );
                }
            }
        }
    }
}

#[test]
fn what_matters_can_be_read() {
    let mut stage = Stage::new(WINDOW_DEFAULT, 1.0);
    let all: Vec<String> = texts(&stage.still(&playing()))
        .into_iter()
        .map(|text| text.words)
        .collect();
    for wanted in [
        "Integrated",
        "\u{2212}11.0",
        "Short-term",
        "\u{2212}10.9",
        "Momentary",
        "\u{2212}10.4",
        "6.3",
        "10.0",
        "9.9",
        "\u{2212}1.0",
        "Drive",
        "+6.02",
        "Ceiling",
        "\u{2212}1.00",
        "Release",
        "60",
        "Transparent",
        "Punchy",
        "Dense",
        "Bypass",
        "Latency 5.5 ms (243 samples) at 44.1 kHz",
        "Set drive from what was heard",
        "Drive +6.02 dB brings the 1:23 heard to \u{2212}11.0 LUFS.",
    ] {
        assert!(
            all.iter().any(|text| text == wanted),
            "{wanted:?} is missing in {all:?}"
        );
    }
}

#[test]
fn the_same_view_gives_the_same_picture() {
    let picture = || {
        let mut stage = Stage::new(WINDOW_DEFAULT, 1.0);
        stage.still(&playing());
        stage.raster.rgba()
    };
    assert_eq!(picture(), picture());
}

/// WCAG 2.2, definition of contrast ratio.
fn contrast(a: Color32, b: Color32) -> f64 {
    let luminance = |color: Color32| {
        let linear = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_text_stands_out_from_its_ground() {
    for view in [playing(), fresh(), extreme()] {
        let mut stage = Stage::new(WINDOW_DEFAULT, 2.0);
        for text in texts(&stage.still(&view)) {
            // The ground: the commonest colour of the text's box.
            let area = text.rect.expand(1.0);
            let mut counts = std::collections::HashMap::new();
            for y in (area.top() * 2.0) as usize..(area.bottom() * 2.0) as usize {
                for x in (area.left() * 2.0) as usize..(area.right() * 2.0) as usize {
                    let pixel = stage.raster.pixel(x, y);
                    if pixel != text.color {
                        *counts.entry(pixel).or_insert(0) += 1;
                    }
                }
            }
            let ground = counts
                .into_iter()
                .max_by_key(|(_, count)| *count)
                .unwrap()
                .0;
            let ratio = contrast(text.color, ground);
            assert!(ratio >= 4.5, "{:?}: {ratio:.2}:1 on {ground:?}", text.words);
        }
    }
}

#[test]
fn the_palette_keeps_its_contrast() {
    for ink in [
        theme::TEXT,
        theme::LABEL,
        theme::REDUCTION,
        theme::GOAL,
        theme::OVER,
    ] {
        for ground in [theme::GROUND, theme::PANEL] {
            assert!(contrast(ink, ground) >= 4.5, "{ink:?} on {ground:?}");
        }
    }
}

fn press(at: Pos2, pressed: bool) -> Event {
    Event::PointerButton {
        pos: at,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    }
}

/// Where a text stands.
fn find(stage: &mut Stage, view: &ViewModel, words: &str) -> Rect {
    let all = texts(&stage.still(view));
    let found = all.iter().find(|text| text.words == words);
    found
        .unwrap_or_else(|| panic!("{words:?} is not shown"))
        .rect
}

fn click(stage: &mut Stage, view: &ViewModel, at: Pos2, modifiers: Modifiers) -> Vec<Gesture> {
    let mut out = Vec::new();
    for events in [
        vec![Event::PointerMoved(at)],
        vec![press(at, true)],
        vec![press(at, false)],
        vec![],
    ] {
        out.extend(stage.frame(view, events, modifiers).1);
    }
    out
}

/// The middle of the knob whose name is given.
fn knob(stage: &mut Stage, view: &ViewModel, name: &str) -> Pos2 {
    find(stage, view, name).center_bottom() + vec2(0.0, 45.0)
}

fn drag(
    stage: &mut Stage,
    view: &mut ViewModel,
    from: Pos2,
    by: f32,
    modifiers: Modifiers,
) -> Vec<Gesture> {
    let mut out = Vec::new();
    let steps = 30;
    let mut frames = vec![vec![Event::PointerMoved(from)], vec![press(from, true)]];
    for step in 1..=steps {
        let at = from - vec2(0.0, by * step as f32 / steps as f32);
        frames.push(vec![Event::PointerMoved(at)]);
    }
    frames.push(vec![press(from - vec2(0.0, by), false)]);
    for events in frames {
        for gesture in stage.frame(view, events, modifiers).1 {
            // As the host would.
            if let Gesture::Set(Number::Drive, value) = gesture {
                view.settings.loudness.drive_db = value;
            }
            out.push(gesture);
        }
    }
    out
}

#[test]
fn a_drag_is_one_gesture_and_shift_makes_it_finer() {
    let moved = |modifiers| {
        let mut stage = Stage::new(WINDOW_DEFAULT, 1.0);
        let mut view = fresh();
        let at = knob(&mut stage, &view, "Drive");
        let out = drag(&mut stage, &mut view, at, 60.0, modifiers);
        assert_eq!(out.first(), Some(&Gesture::Begin(Number::Drive)));
        assert_eq!(out.last(), Some(&Gesture::End(Number::Drive)));
        let middle = &out[1..out.len() - 1];
        assert!(middle.len() > 10);
        for gesture in middle {
            let Gesture::Set(Number::Drive, value) = gesture else {
                panic!("{gesture:?} inside the drag");
            };
            assert_eq!(*value, DRIVE_DB.quantized(*value), "off the grid");
        }
        view.settings.loudness.drive_db
    };
    let coarse = moved(Modifiers::NONE);
    let fine = moved(Modifiers::SHIFT);
    assert!((10.0..=12.5).contains(&coarse), "{coarse} dB");
    assert!(
        (coarse / fine - 10.0).abs() < 0.5,
        "{coarse} dB, finer {fine} dB"
    );
}

#[test]
fn wheel_double_click_and_alt_click_work_on_a_knob() {
    let mut stage = Stage::new(WINDOW_DEFAULT, 1.0);
    let view = playing();
    let at = knob(&mut stage, &view, "Drive");
    stage.frame(&view, vec![Event::PointerMoved(at)], Modifiers::NONE);
    let notch = Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta: vec2(0.0, 1.0),
        modifiers: Modifiers::NONE,
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
    };
    let out = stage.frame(&view, vec![notch], Modifiers::NONE).1;
    assert!(
        matches!(out[..], [
            Gesture::Begin(Number::Drive),
            Gesture::Set(Number::Drive, value),
            Gesture::End(Number::Drive),
        ] if (value - 6.98).abs() < 0.01),
        "{out:?}"
    );

    let whole = [
        Gesture::Begin(Number::Drive),
        Gesture::Set(Number::Drive, 0.0),
        Gesture::End(Number::Drive),
    ];
    assert_eq!(click(&mut stage, &view, at, Modifiers::NONE), []);
    assert_eq!(click(&mut stage, &view, at, Modifiers::NONE), whole);
    stage.time += 5.0;
    assert_eq!(click(&mut stage, &view, at, Modifiers::ALT), whole);
}

#[test]
fn a_number_can_be_typed_with_its_unit() {
    for (typed, ending, set) in [
        ("-3.5 dB", Key::Enter, Some(-3.5)),
        ("99", Key::Enter, Some(24.0)),
        ("loud", Key::Enter, None),
        ("-3.5", Key::Escape, None),
    ] {
        let mut stage = Stage::new(WINDOW_DEFAULT, 1.0);
        let view = playing();
        let at = find(&mut stage, &view, "+6.02").center();
        assert_eq!(click(&mut stage, &view, at, Modifiers::NONE), []);
        stage.frame(&view, vec![Event::Text(typed.to_owned())], Modifiers::NONE);
        let key = |pressed| Event::Key {
            key: ending,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::NONE,
        };
        let mut out = stage.frame(&view, vec![key(true)], Modifiers::NONE).1;
        out.extend(stage.frame(&view, vec![key(false)], Modifiers::NONE).1);
        let expected = set.map(|value| {
            vec![
                Gesture::Begin(Number::Drive),
                Gesture::Set(Number::Drive, value),
                Gesture::End(Number::Drive),
            ]
        });
        assert_eq!(out, expected.unwrap_or_default(), "{typed:?}");
        assert!(stage.memory.typed.is_none());
    }
}

#[test]
fn every_button_says_what_it_does() {
    let view = playing();
    for (words, gesture) in [
        ("Reset", Gesture::ResetMeters),
        ("Bypass", Gesture::Bypass(true)),
        ("On", Gesture::Loudness(false)),
        ("Punchy", Gesture::Character(Character::Punchy)),
        ("Dense", Gesture::Character(Character::Dense)),
        ("Reset when playback starts", Gesture::ResetOnStart(false)),
        ("Set drive from what was heard", Gesture::FindDrive),
    ] {
        let mut stage = Stage::new(WINDOW_DEFAULT, 1.0);
        let at = find(&mut stage, &view, words).center();
        assert_eq!(
            click(&mut stage, &view, at, Modifiers::NONE),
            [gesture],
            "{words}"
        );
    }
    let mut working = playing();
    working.errand = Errand::Working(0.4);
    let mut stage = Stage::new(WINDOW_DEFAULT, 1.0);
    let at = find(&mut stage, &working, "Stop").center();
    assert_eq!(
        click(&mut stage, &working, at, Modifiers::NONE),
        [Gesture::StopFinding]
    );
    let nowhere = pos2(2.0, 2.0);
    assert_eq!(click(&mut stage, &working, nowhere, Modifiers::NONE), []);
}

/// The picture in the README: the demo song, driven to −11 LUFS, 20 s into it.
#[test]
fn a_real_song_makes_a_picture() {
    use finalcoat::dsp::block::{StereoBlock, Stream};
    let (rate_hz, [mut left, mut right]) = song::demo();
    let (mut out, mut editor, _worker_side) = finalcoat::handoff::new();
    let mut view = fresh();
    view.settings.loudness.on = true;
    view.settings.loudness.drive_db = README_DRIVE_DB;
    view.goal_lufs = -11.0;
    let stream = Stream::new(rate_hz);
    let mut live = finalcoat::plugin::live::Live::new(stream, &view.settings);
    for (left, right) in left.chunks_mut(512).zip(right.chunks_mut(512)) {
        live.process(&mut StereoBlock::new(left, right), &mut out);
        view.snapshot = editor.snapshot.read();
    }
    view.errand = Errand::Done(Answer {
        drive_db: README_DRIVE_DB,
        reached_lufs: -11.0,
        text: "Drive +7.83 dB brings the 0:23 heard to -11.0 LUFS.".to_owned(),
    });
    assert_eq!(
        editor.history.read(&mut view.history) as usize,
        left.len() * 50 / rate_hz as usize
    );
    let loudness = view.snapshot.output.integrated_lufs.unwrap();
    assert!((loudness + 11.0).abs() < 0.2, "{loudness} LUFS");
    assert!(view.history.iter().any(|column| column.min_gain < 0.9));
    assert!(view.snapshot.output.true_peak_dbtp.unwrap() < -0.95);
    let mut stage = Stage::new(WINDOW_DEFAULT, 2.0);
    stage.still(&view);
    stage.save("readme.png");
}

/// What the button finds for −11 LUFS.
const README_DRIVE_DB: f32 = 7.83;
