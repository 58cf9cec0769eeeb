//! What the editor looks like: every panel in its main states, held against small pictures in
//! `tests/editor/snapshots`. `cargo xtask bless` writes them anew after a change that is meant; whole pictures
//! lie in `target/editor` after each run.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{Pos2, pos2};

use finalcoat::assistant::advice::{Advice, AdviceFinding};
use finalcoat::assistant::finding::{FindingKind, Reach, Severity};
use finalcoat::assistant::verdict::VerdictKind;
use finalcoat::editor::assistant::findings::named;
use finalcoat::editor::fields::EqBand;
use finalcoat::editor::theme::Theme;
use finalcoat::editor::view::{Menu, Page, Part, ViewModel};
use finalcoat::engine::audition::settings::{AuditionSettings, Channels, Listen};
use finalcoat::engine::settings::fields::Group;
use finalcoat::handoff::player::{PlayerView, Tape};
use finalcoat::params::kept::{WINDOW_DEFAULT, WINDOW_MIN, WINDOW_STEM};

use super::assistant::{listening, proposed};
use super::harness::Stage;
use super::linked::{advised, alone, blocked, choosing, crowded, elder, with_stems};
use super::transport::{song, with};
use super::views::{extreme, fresh, playing};

const LARGE: [f32; 2] = [1920.0, 1080.0];
const TALL: [f32; 2] = [1280.0, 1000.0];
/// Pixels of a picture, in each direction, that make one of a small one.
const SHRUNK: usize = 4;
/// A pixel of a small picture that differs by more in any colour, of 255, is another one.
const OTHER: u8 = 12;
/// As many may differ: floating-point is not the same everywhere.
const OTHERS_MAX: usize = 3;

/// A picture: its name, what is shown, and what was done before.
struct Shot {
    name: &'static str,
    view: ViewModel,
    size: [f32; 2],
    scale: f32,
    page: Page,
    part: Part,
    menu: Option<Menu>,
    findings: Option<usize>,
    pointer: Option<Pos2>,
}

fn shot(name: &'static str, view: ViewModel) -> Shot {
    Shot {
        name,
        view,
        size: WINDOW_DEFAULT,
        scale: 1.0,
        page: Page::Spectrum,
        part: Part::Limiter,
        menu: None,
        findings: None,
        pointer: None,
    }
}

fn light(mut view: ViewModel) -> ViewModel {
    view.preferences.theme = Theme::Light;
    view
}

fn applied() -> ViewModel {
    let mut view = proposed();
    view.assistant.applied = true;
    view
}

fn heard(listen: Listen, channels: Channels, solo_band: Option<u8>) -> ViewModel {
    let mut view = applied();
    view.audition = AuditionSettings {
        listen,
        channels,
        solo_band,
    };
    view.snapshot.reading.audition.match_gains_db = [-6.2, 0.0];
    view
}

fn judged(kind: VerdictKind, summary: &str) -> ViewModel {
    let mut view = proposed();
    let mut advice = Advice::clone(view.assistant.advice.as_deref().expect("advice"));
    advice.verdict.kind = kind;
    advice.verdict.summary = summary.to_owned();
    view.assistant.advice = Some(Arc::new(advice));
    view
}

/// One of each kind.
fn all_findings() -> ViewModel {
    const KINDS: [FindingKind; 27] = [
        FindingKind::Clipping,
        FindingKind::OverLimited,
        FindingKind::DcOffset,
        FindingKind::LowEndOutOfPhase,
        FindingKind::Mono,
        FindingKind::Narrow,
        FindingKind::WideLowEnd,
        FindingKind::OneSided,
        FindingKind::Dull,
        FindingKind::Bright,
        FindingKind::Boomy,
        FindingKind::Thin,
        FindingKind::Muddy,
        FindingKind::Harsh,
        FindingKind::Sibilant,
        FindingKind::ResonantNote,
        FindingKind::LowEndClash,
        FindingKind::VocalBuried,
        FindingKind::VocalLoud,
        FindingKind::CymbalsLoud,
        FindingKind::LimiterTrigger,
        FindingKind::Quiet,
        FindingKind::Silence,
        FindingKind::Noise,
        FindingKind::LossySource,
        FindingKind::MonoLoss,
        FindingKind::SmallSpeakerBass,
    ];
    let mut view = proposed();
    let mut advice = Advice::clone(view.assistant.advice.as_deref().expect("advice"));
    let severities = [Severity::High, Severity::Low, Severity::Info];
    let finding = |(n, kind): (usize, FindingKind)| AdviceFinding {
        kind,
        severity: severities[n * 3 / KINDS.len()],
        value: 3.0,
        unit: "dB".to_owned(),
        places: vec![[n as f64 * 3.0, n as f64 * 3.0 + 2.0]],
        text: "What was found here is said in one sentence with its number, 3.0 dB.".to_owned(),
        advice: "What to do about it is said in another one.".to_owned(),
        stereo: Reach::Limited,
        stems: Reach::Yes,
        better: "Mend it where it comes from.".to_owned(),
    };
    advice.findings = KINDS.into_iter().enumerate().map(finding).collect();
    view.assistant.advice = Some(Arc::new(advice));
    view
}

/// The limiter takes more than 10 dB.
fn limiting_hard() -> ViewModel {
    let mut view = applied();
    for column in &mut view.history {
        column.min_gain *= 0.45;
        column.output_peak = 0.891;
    }
    view.snapshot.reading.loudness.min_gain = 0.28;
    view.snapshot.reading.loudness.clip_gain = 0.8;
    view.snapshot.output.true_peak_dbtp = Some(-0.4);
    view.snapshot.output.plr_db = Some(5.9);
    view
}

fn shots() -> Vec<Shot> {
    let mut all = vec![
        shot("fresh", fresh()),
        shot("listening", listening()),
        shot("proposal", proposed()),
        shot("applied", applied()),
        shot("limiting-hard", limiting_hard()),
        shot("extreme", extreme()),
        Shot {
            findings: Some(2),
            ..shot("findings", all_findings())
        },
        Shot {
            findings: Some(0),
            size: LARGE,
            ..shot("findings-large", all_findings())
        },
        shot(
            "verdict-stems",
            judged(
                VerdictKind::Stems,
                "The voice is sharp where the hats are not: stems would help.",
            ),
        ),
        shot(
            "verdict-mix",
            judged(
                VerdictKind::Mix,
                "It is clipped all through: mend the mix first.",
            ),
        ),
        shot(
            "verdict-done",
            judged(VerdictKind::Done, "Nothing needs to be done."),
        ),
        shot("before", heard(Listen::Original, Channels::Stereo, None)),
        shot("delta-mono", heard(Listen::Delta, Channels::Mono, Some(1))),
        Shot {
            pointer: Some(pos2(700.0, 300.0)),
            ..shot("read-out", playing())
        },
        Shot {
            pointer: Some(pos2(576.0, 289.0)),
            page: Page::Stage(Group::Equalizer),
            ..shot("band-read-out", playing())
        },
        Shot {
            scale: 2.0,
            ..shot("applied-2x", applied())
        },
        Shot {
            scale: 2.0,
            ..shot("applied-light-2x", light(applied()))
        },
        shot("fresh-light", light(fresh())),
        shot("proposal-light", light(proposed())),
        shot(
            "before-light",
            light(heard(Listen::Original, Channels::Stereo, None)),
        ),
        Shot {
            size: LARGE,
            ..shot("applied-large", applied())
        },
        Shot {
            size: TALL,
            ..shot("listening-tall", listening())
        },
        Shot {
            size: WINDOW_MIN,
            ..shot("least", applied())
        },
        Shot {
            size: WINDOW_MIN,
            page: Page::Assistant,
            ..shot("least-assistant", proposed())
        },
        Shot {
            size: WINDOW_MIN,
            page: Page::Assistant,
            findings: Some(0),
            ..shot("least-findings-light", light(all_findings()))
        },
        Shot {
            size: WINDOW_MIN,
            scale: 2.0,
            ..shot(
                "least-before-2x",
                heard(Listen::Original, Channels::Stereo, None),
            )
        },
    ];
    let failed = PlayerView {
        tape: Tape::Failed("no.wav cannot be played: there is no such file.".to_owned()),
        ..song()
    };
    let mut found = with(song());
    found.assistant = all_findings().assistant;
    let mut matched = with(song());
    matched.audition.listen = Listen::Processed;
    all.extend([
        shot("player", with(song())),
        shot("player-after", matched),
        Shot {
            findings: Some(2),
            ..shot("player-finding", found)
        },
        Shot {
            size: WINDOW_MIN,
            ..shot("least-player-light", light(with(song())))
        },
        shot("player-failed", with(failed)),
    ]);
    for (name, part) in [("stereo", Part::Stereo), ("cost", Part::Cost)] {
        all.push(Shot {
            part,
            ..shot(name, applied())
        });
    }
    for (name, part) in [
        ("least-limiter", Part::Limiter),
        ("least-stereo", Part::Stereo),
        ("least-cost", Part::Cost),
    ] {
        all.push(Shot {
            size: WINDOW_MIN,
            page: Page::Part(part),
            ..shot(name, applied())
        });
    }
    all.extend(linked_shots());
    let stages = [
        ("input", Group::Input),
        ("equalizer", Group::Equalizer),
        ("multiband", Group::Multiband),
        ("image", Group::Image),
        ("glue", Group::Glue),
        ("colour", Group::Colour),
        ("loudness", Group::Loudness),
    ];
    for (name, stage) in stages {
        all.push(Shot {
            page: Page::Stage(stage),
            ..shot(name, playing())
        });
    }
    for (name, stage) in [
        ("least-equalizer", Group::Equalizer),
        ("least-multiband", Group::Multiband),
        ("least-loudness", Group::Loudness),
    ] {
        all.push(Shot {
            size: WINDOW_MIN,
            page: Page::Stage(stage),
            ..shot(name, playing())
        });
    }
    for (name, menu) in [
        ("menu-presets", Menu::Presets),
        ("menu-styles", Menu::Styles),
        ("menu-history", Menu::History),
        ("menu-help", Menu::Help),
        ("menu-service", Menu::Service),
        ("menu-band", Menu::Band(EqBand(4), pos2(620.0, 250.0))),
    ] {
        all.push(Shot {
            menu: Some(menu),
            ..shot(name, proposed())
        });
    }
    all
}

/// Stems and their master.
fn linked_shots() -> Vec<Shot> {
    let stem = |name, view| Shot {
        size: WINDOW_STEM,
        page: Page::Stem,
        ..shot(name, view)
    };
    let stems = |name, view| Shot {
        page: Page::Stems,
        ..shot(name, view)
    };
    vec![
        stem("stem-alone", alone()),
        stem("stem-choosing", choosing()),
        stem("stem-advised", advised()),
        Shot {
            scale: 2.0,
            ..stem("stem-advised-light-2x", light(advised()))
        },
        stem("stem-blocked", blocked()),
        Shot {
            menu: Some(Menu::Roles),
            ..stem("stem-roles", advised())
        },
        Shot {
            page: Page::Spectrum,
            ..stem("stem-spectrum", advised())
        },
        Shot {
            page: Page::Spectrum,
            ..shot("stem-roomy", advised())
        },
        Shot {
            size: WINDOW_MIN,
            ..stem("least-stem", advised())
        },
        stems("stems", with_stems(proposed())),
        Shot {
            scale: 2.0,
            ..stems("stems-2x", with_stems(proposed()))
        },
        stems("stems-light", light(with_stems(proposed()))),
        stems("stems-crowded", crowded()),
        stems("stems-elder", elder()),
        Shot {
            size: WINDOW_MIN,
            ..stems("least-stems", with_stems(proposed()))
        },
        stems(
            "stems-none",
            judged(
                VerdictKind::Stems,
                "The voice is sharp where the hats are not: stems would help.",
            ),
        ),
    ]
}

fn draw(shot: &Shot) -> Stage {
    let mut stage = Stage::new(shot.size, shot.scale);
    stage.memory.page = shot.page;
    stage.memory.part = shot.part;
    stage.memory.menu = shot.menu;
    stage.memory.findings = shot.findings.is_some();
    let found = shot.view.assistant.advice.iter();
    let mut found = named(found.flat_map(|advice| &advice.findings));
    let opened = shot.findings.and_then(|place| found.nth(place));
    stage.memory.finding = opened.map(|(which, _)| which);
    if matches!(shot.page, Page::Stage(Group::Glue | Group::Colour)) {
        stage.play(&shot.view);
    }
    stage.still(&shot.view);
    if let Some(at) = shot.pointer {
        let moved = vec![egui::Event::PointerMoved(at)];
        stage.frame(&shot.view, moved, egui::Modifiers::NONE);
        stage.frame(&shot.view, Vec::new(), egui::Modifiers::NONE);
    }
    stage
}

#[test]
fn it_looks_as_it_did() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/editor/snapshots");
    let bless = std::env::var_os("FINALCOAT_BLESS").is_some();
    let mut wrong = Vec::new();
    let mut names = Vec::new();
    for shot in shots() {
        let stage = draw(&shot);
        stage.save(&format!("{}.png", shot.name));
        assert_eq!(stage.raster.outside, 0, "{}: drawn outside", shot.name);
        let [width, height] = shot.size.map(|side| (side * shot.scale) as usize);
        let small = shrunk(&stage.raster.rgba(), width, height);
        let size = [width / SHRUNK, height / SHRUNK];
        let file = folder.join(format!("{}.png", shot.name));
        if bless {
            write(&file, size, &small);
        }
        names.push(file.clone());
        match read(&file) {
            None => wrong.push(format!("{}: there is no picture yet", shot.name)),
            Some((its_size, _)) if its_size != size => {
                wrong.push(format!("{}: {size:?}, not {its_size:?}", shot.name));
            }
            Some((_, before)) => {
                let others = others(&small, &before);
                if others > OTHERS_MAX {
                    wrong.push(format!("{}: {others} pixels are other ones", shot.name));
                }
            }
        }
    }
    let left_over = |path: &PathBuf| !names.contains(path);
    let stored = std::fs::read_dir(&folder).expect("the folder of pictures");
    let stored: Vec<PathBuf> = stored.map(|entry| entry.unwrap().path()).collect();
    for path in stored.into_iter().filter(left_over) {
        wrong.push(format!("{}: no such picture is made", path.display()));
    }
    assert!(
        wrong.is_empty(),
        "{}\nLook at target/editor; if it is meant: cargo xtask bless",
        wrong.join("\n")
    );
}

#[test]
fn another_picture_is_seen() {
    let plain = Stage::picture(&fresh());
    let mut view = fresh();
    view.settings.glue.on = true;
    let other = Stage::picture(&view);
    let [width, height] = WINDOW_DEFAULT.map(|side| side as usize);
    let [one, two] = [plain, other].map(|rgba| shrunk(&rgba, width, height));
    assert_eq!(others(&one, &one), 0);
    assert!(others(&one, &two) > OTHERS_MAX, "a light went on");
}

impl Stage {
    fn picture(view: &ViewModel) -> Vec<u8> {
        let mut stage = Self::new(WINDOW_DEFAULT, 1.0);
        stage.still(view);
        stage.raster.rgba()
    }
}

/// Means of squares of pixels, without their opacity.
fn shrunk(rgba: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut small = Vec::new();
    for top in (0..height / SHRUNK).map(|row| row * SHRUNK) {
        for left in (0..width / SHRUNK).map(|column| column * SHRUNK) {
            for color in 0..3 {
                let mut sum = 0_usize;
                for y in top..top + SHRUNK {
                    for x in left..left + SHRUNK {
                        sum += usize::from(rgba[(y * width + x) * 4 + color]);
                    }
                }
                small.push((sum / (SHRUNK * SHRUNK)) as u8);
            }
        }
    }
    small
}

/// Pixels that differ.
fn others(one: &[u8], other: &[u8]) -> usize {
    let differ = |(a, b): (&[u8], &[u8])| a.iter().zip(b).any(|(a, b)| a.abs_diff(*b) > OTHER);
    let pixels = one.chunks(3).zip(other.chunks(3));
    pixels.filter(|pair| differ(*pair)).count()
}

fn write(path: &Path, [width, height]: [usize; 2], rgb: &[u8]) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let file = std::io::BufWriter::new(File::create(path).unwrap());
    let mut encoder = png::Encoder::new(file, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(rgb).unwrap();
}

fn read(path: &Path) -> Option<([usize; 2], Vec<u8>)> {
    let file = std::io::BufReader::new(File::open(path).ok()?);
    let mut reader = png::Decoder::new(file).read_info().ok()?;
    let mut rgb = vec![0; reader.output_buffer_size()?];
    let info = reader.next_frame(&mut rgb).ok()?;
    Some(([info.width as usize, info.height as usize], rgb))
}
