//! The picture in the README: the demo song, listened to, and the proposal for it applied.

use std::sync::Arc;
use std::time::Duration;

use finalcoat::analysis::analyzer::Analyzer;
use finalcoat::analysis::report::Span;
use finalcoat::assistant::advice::Advice;
use finalcoat::assistant::ownership;
use finalcoat::assistant::proposal::{Owned, draft};
use finalcoat::assistant::rehearsal::{Material, Passage, programme, rehearse, spans};
use finalcoat::assistant::style::{factory, target};
use finalcoat::assistant::wishes::Wishes;
use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::dsp::spectrum::Spectrum;
use finalcoat::editor::assistant::findings::named;
use finalcoat::editor::theme::Theme;
use finalcoat::editor::view::{Page, Part, Spectra};
use finalcoat::engine::settings::Settings;
use finalcoat::handoff::linked::Linked;
use finalcoat::handoff::listen::Status;
use finalcoat::params::Face;
use finalcoat::params::kept::WINDOW_DEFAULT;

use super::harness::Stage;
use super::instances::{Instance, RATE_HZ};
use super::song;
use super::views::{chosen, fresh};

#[test]
fn a_real_song_makes_a_picture() {
    let (rate_hz, song) = song::demo();
    let stream = Stream::new(rate_hz);
    let (status, advice) = listened(stream, &song);
    let goal_lufs = advice.goal_lufs.expect("a goal");
    let mut view = fresh();
    view.settings = ownership::applied(&advice, &Settings::default(), &Owned::default(), false);
    view.running = true;
    view.presets.current = chosen("Demo song");
    view.assistant.status = status;
    view.assistant.bands = advice.assistant_bands;
    view.assistant.advice = Some(Arc::new(advice));
    view.assistant.applied = true;
    view.undo = [vec!["Apply".to_owned()], vec![]];

    let (mut out, mut editor, _worker_side) = finalcoat::handoff::new();
    let mut live = finalcoat::plugin::live::Live::new(stream, &view.settings);
    let [mut before, mut behind] = [Spectrum::new(rate_hz), Spectrum::new(rate_hz)];
    editor.spectrum.want(true);
    let [mut left, mut right] = song;
    for (left, right) in left.chunks_mut(512).zip(right.chunks_mut(512)) {
        live.process(&mut StereoBlock::new(left, right), &mut out);
        view.snapshot = editor.snapshot.read();
        editor.spectrum.read_input(|frames| before.push(frames));
        editor.spectrum.read_output(|frames| {
            behind.push(frames);
            view.scope.extend_from_slice(frames);
        });
        before.advance(512.0 / rate_hz);
        behind.advance(512.0 / rate_hz);
    }
    view.spectra = Spectra {
        input_db: before.levels_db().to_vec(),
        output_db: behind.levels_db().to_vec(),
        average_db: behind.average_db().to_vec(),
    };
    assert_eq!(
        editor.history.read(&mut view.history) as usize,
        left.len() * 50 / rate_hz as usize
    );
    let loudness = view.snapshot.output.integrated_lufs.unwrap();
    assert!(
        (loudness - goal_lufs).abs() < 0.3,
        "{loudness} LUFS for {goal_lufs}"
    );
    assert!(view.history.iter().any(|column| column.min_gain < 0.9));
    assert!(view.snapshot.output.true_peak_dbtp.unwrap() < -0.95);
    let before = view.scope.len().saturating_sub(2048);
    view.scope.drain(..before);
    let bless = std::env::var_os("FINALCOAT_BLESS").is_some();
    let linked = heard_stems();
    for (name, theme, page) in [
        ("editor", Theme::Dark, Page::Spectrum),
        ("editor-light", Theme::Light, Page::Spectrum),
        ("editor-stems", Theme::Dark, Page::Stems),
    ] {
        let mut stage = Stage::new(WINDOW_DEFAULT, 2.0);
        view.preferences.theme = theme;
        stage.memory.page = page;
        if page == Page::Spectrum {
            view.linked = Arc::default();
        } else {
            view.linked = Arc::new(linked.clone());
        }
        if theme == Theme::Light {
            stage.memory.findings = true;
            let advice = view.assistant.advice.as_ref().expect("advice");
            stage.memory.finding = named(&advice.findings).next().map(|(which, _)| which);
            stage.memory.part = Part::Stereo;
        }
        stage.still(&view);
        stage.save(&format!("readme-{name}.png"));
        if bless {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
            stage.write_png(&folder.join(format!("assets/{name}.png")));
        }
    }
}

/// What a master knows of the demo's stems, of which one is too loud and too wide.
fn heard_stems() -> Linked {
    const STEMS: [(&str, &str); 6] = [
        ("04_drums", "Drums"),
        ("03_dirt_bass", "Bass"),
        ("05_lead", "Lead"),
        ("01_arp_organ", "Arp + organ"),
        ("06_pads", "Pads"),
        ("07_rhodes_psynth", "Rhodes"),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let master = Instance::new(Face::Master, "Master", folder.path());
    let mut stems = STEMS.map(|(file, name)| {
        let (_, mut sound) = song::stem(file);
        if name == "Bass" {
            let [left, right] = &mut sound;
            for (left, right) in left.iter_mut().zip(right) {
                let (mid, side) = (0.5 * (*left + *right), 0.75 * (*left - *right));
                [*left, *right] = [mid + side, mid - side].map(|x| 1.3 * x);
            }
        }
        (Instance::new(Face::Stem, name, folder.path()), sound)
    });
    master.shows("all of them", |view| view.stems.len() == STEMS.len());
    let second = RATE_HZ as usize;
    let seconds = 24.min(stems[0].1[0].len() / second);
    for n in 0..seconds {
        for (instance, sound) in &mut stems {
            instance.play(sound, n * second, (n + 1) * second);
        }
        stems.iter().for_each(|(instance, _)| instance.settle());
        // No faster than they tell each other.
        std::thread::sleep(Duration::from_millis(100));
    }
    let heard_s = seconds as f64 - 2.0;
    let linked = master.shows("moves", |view| {
        let bass = view.stems.iter().find(|stem| stem.name == "Bass");
        view.heard_s >= heard_s && bass.is_some_and(|bass| !bass.moves.is_empty())
    });
    // As they were while they played.
    let mut playing = Linked::clone(&linked);
    playing
        .stems
        .iter_mut()
        .for_each(|stem| stem.playing = true);
    playing
}

/// What the assistant makes of all of a song.
fn listened(stream: Stream, [left, right]: &[Vec<f32>; 2]) -> (Status, Advice) {
    let mut analyzer = Analyzer::new(stream);
    analyzer.process(left, right, None);
    let report = analyzer.report().expect("enough music");
    let passages = analyzer.passages().expect("passages");
    let frames = |seconds: f64| ((seconds * stream.sample_rate_hz) as usize).min(left.len());
    let cut = |span: &Span| {
        let range = frames(span.start_s)..frames(span.end_s);
        Passage {
            left: left[range.clone()].to_vec(),
            right: right[range].to_vec(),
            start_s: span.start_s,
        }
    };
    let cuts: Vec<Passage> = spans(&passages).iter().map(cut).collect();
    let material = Material {
        stream,
        passages: &cuts,
        song: programme(&report).expect("a loudness"),
        report: &report,
    };
    let wishes = Wishes::default();
    let target = target(&report, &factory(), None).expect("styles");
    let draft = draft(
        &report,
        &target,
        &wishes,
        &Settings::default(),
        &Owned::default(),
        &[],
    );
    let proposal = rehearse(
        draft,
        &material,
        &wishes,
        &Owned::default(),
        &[],
        &mut |_| true,
    )
    .expect("nobody cancels");
    let seconds = left.len() as f64 / stream.sample_rate_hz;
    let status = Status {
        covered: vec![Span {
            start_s: 0.0,
            end_s: seconds,
        }],
        covered_s: seconds,
        gated_s: report.heard.gated_s,
        confidence: report.heard.confidence,
        position_s: Some(seconds),
        ..Status::default()
    };
    (status, Advice::of(&proposal, &report))
}
