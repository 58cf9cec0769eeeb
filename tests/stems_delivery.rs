//! Stems delivered wrongly on purpose: each fault is named, with its file and its number, and nothing is said of
//! stems that are right.

#[path = "support/cli.rs"]
mod cli;

use cli::*;
use finalcoat::offline::read::SoundFile;
use serde_json::Value;
use std::path::Path;
use std::sync::OnceLock;
use tempfile::TempDir;

type Stereo = [Vec<f32>; 2];

const NAMES: [&str; 4] = ["arp_organ", "dirt_bass", "drums", "rhodes"];
const FILES: [&str; 4] = [
    "01_arp_organ",
    "03_dirt_bass",
    "04_drums",
    "07_rhodes_psynth",
];
const SECONDS: usize = 16;

/// Four stems of the demo song.
fn stems() -> &'static [Stereo; 4] {
    static STEMS: OnceLock<[Stereo; 4]> = OnceLock::new();
    STEMS.get_or_init(|| {
        FILES.map(|name| {
            let path = Path::new("assets/demo/stems").join(format!("{name}.flac"));
            let mut file = SoundFile::open(&path).expect("a stem of the demo");
            let (mut part, mut all) = (Vec::new(), Vec::new());
            while all.len() < SECONDS * RATE_HZ as usize * 2 {
                file.read(&mut part).expect("read");
                all.extend_from_slice(&part);
            }
            all.truncate(SECONDS * RATE_HZ as usize * 2);
            [0, 1].map(|channel| all.iter().copied().skip(channel).step_by(2).collect())
        })
    })
}

fn each(stem: &Stereo, f: impl Fn(&[f32]) -> Vec<f32>) -> Stereo {
    [f(&stem[0]), f(&stem[1])]
}

fn sum(stems: &[&Stereo]) -> Stereo {
    [0, 1].map(|channel| {
        (0..stems[0][channel].len())
            .map(|n| {
                let sum: f64 = stems.iter().map(|s| f64::from(s[channel][n])).sum();
                sum as f32
            })
            .collect()
    })
}

/// As floats, so that nothing is rounded.
fn write(folder: &TempDir, path: &str, rate_hz: u32, stem: &Stereo) {
    let path = folder.path().join(path);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    let spec = hound::WavSpec {
        sample_rate: rate_hz,
        ..spec(2, 32)
    };
    let mut writer = hound::WavWriter::create(&path, spec).expect("a WAV file");
    for (l, r) in stem[0].iter().zip(&stem[1]) {
        writer.write_sample(*l).expect("a sample");
        writer.write_sample(*r).expect("a sample");
    }
    writer.finalize().expect("a WAV file");
}

/// A delivery in which the stem `at` is another, and the mix of the intact ones.
fn broken(at: usize, stem: Option<&Stereo>) -> TempDir {
    let folder = folder();
    for (n, intact) in stems().iter().enumerate() {
        match stem {
            Some(stem) if n == at => write(&folder, &path(n), RATE_HZ, stem),
            None if n == at => {}
            _ => write(&folder, &path(n), RATE_HZ, intact),
        }
    }
    write(&folder, "mix.wav", RATE_HZ, &mix());
    folder
}

fn intact() -> TempDir {
    broken(NAMES.len(), None)
}

fn path(at: usize) -> String {
    format!("stems/{}.wav", NAMES[at])
}

fn mix() -> Stereo {
    sum(&stems().iter().collect::<Vec<_>>())
}

fn check(folder: &TempDir, code: i32) -> Value {
    json(
        folder,
        &["stems", "stems", "--mix", "mix.wav", "--check"],
        code,
    )
}

/// What was found, as `file kind`, in order of their names.
fn found(report: &Value) -> Vec<String> {
    let mut found: Vec<String> = problems(report)
        .iter()
        .map(|problem| {
            let text = |key: &str| problem[key].as_str().expect("a text").to_owned();
            format!("{} {}", text("file"), text("kind"))
        })
        .collect();
    found.sort();
    found
}

fn problems(report: &Value) -> &Vec<Value> {
    report["delivery"]["problems"].as_array().expect("a list")
}

fn value(report: &Value, kind: &str) -> f64 {
    let problem = problems(report).iter().find(|p| p["kind"] == kind);
    number(&problem.unwrap_or_else(|| panic!("no {kind}: {report}"))["value"])
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found}, and {expected} was expected"
    );
}

#[test]
fn nothing_is_said_of_stems_that_are_right() {
    let folder = intact();
    let report = check(&folder, 0);
    assert_eq!(found(&report), Vec::<String>::new());
    assert_eq!(report["delivery"]["ok"], true);
    assert!(number(&report["null_residue_db"]) < -100.0);
    let role = |name: &str| report["roles"][name].as_str().expect("a role").to_owned();
    assert_eq!(
        NAMES.map(|name| role(&format!("{name}.wav"))),
        ["music", "bass", "drums", "music"]
    );
    assert!(report.get("output").is_none() && names(folder.path()) == ["mix.wav", "stems"]);
    assert_eq!(lacks_a_mix(&report), 0);
    // Nor without the mix; then nothing is known of a residue, and it is said what is not known.
    let arguments = ["stems", "stems", "--check"];
    let alone = json(&folder, &arguments, 0);
    assert_eq!(found(&alone), Vec::<String>::new());
    assert!(alone["null_residue_db"].is_null());
    assert_eq!(lacks_a_mix(&alone), 1);
    let told = run(&folder, &arguments).stdout;
    let told = String::from_utf8_lossy(&told);
    assert_eq!(told.matches("There is no mix").count(), 1, "{told}");
    assert!(told.contains("Nothing is wrong with the stems by themselves."));
    // One that was found among them will do; a silent one will not.
    write(&folder, "stems/mix.wav", RATE_HZ, &mix());
    assert_eq!(lacks_a_mix(&json(&folder, &arguments, 0)), 0);
    std::fs::remove_file(folder.path().join("stems/mix.wav")).expect("removed");
    write(
        &folder,
        "mix.wav",
        RATE_HZ,
        &each(&mix(), |x| vec![0.0; x.len()]),
    );
    assert_eq!(lacks_a_mix(&check(&folder, 0)), 1);
}

/// How often it is said that nothing is there to hold the stems against.
fn lacks_a_mix(report: &Value) -> usize {
    let notes = report["delivery"]["notes"].as_array().expect("a list");
    let told = notes.iter().filter_map(Value::as_str);
    told.filter(|note| note.contains("to hold the stems against"))
        .count()
}

#[test]
fn an_offset_is_named_by_its_samples() {
    let late = each(&stems()[2], |x| {
        let mut late = vec![0.0; 441];
        late.extend_from_slice(&x[..x.len() - 441]);
        late
    });
    let folder = broken(2, Some(&late));
    let report = check(&folder, 1);
    assert_eq!(found(&report), ["drums.wav offset"]);
    near(value(&report, "offset"), 441.0, 0.05);
    let text = problems(&report)[0]["text"].as_str().expect("a text");
    assert!(text.contains("441 samples (10.0 ms) later"), "{text}");
    let error = report["error"].as_str().expect("why");
    assert!(error.contains("drums.wav: offset"), "{error}");

    // Accepted, it goes to where it belongs, and the sum is that of the intact stems.
    let master = [
        "stems",
        "stems",
        "--mix",
        "mix.wav",
        "-o",
        "out.wav",
        "--accept",
        "offset",
        "--intensity",
        "0",
        "--loudness",
        "off",
        "--bit-depth",
        "32f",
    ];
    let report = json(&folder, &master, 0);
    assert_eq!(problems(&report)[0]["level"], "warn");
    let (_, made) = read_wav(&folder.path().join("out.wav"));
    let mix = mix();
    for channel in 0..2 {
        let worst = (0..made[channel].len() - 441)
            .map(|n| (made[channel][n] - f64::from(mix[channel][n])).abs())
            .fold(0.0, f64::max);
        assert!(worst < 1e-7, "{worst}");
    }
}

#[test]
fn a_bass_a_millisecond_early_is_named_too() {
    let early = each(&stems()[1], |x| {
        let mut early = x[37..].to_vec();
        early.resize(x.len(), 0.0);
        early
    });
    let report = check(&broken(1, Some(&early)), 1);
    assert_eq!(found(&report), ["dirt_bass.wav offset"]);
    near(value(&report, "offset"), -37.0, 0.05);
}

#[test]
fn a_stem_upside_down_is_named() {
    let turned = each(&stems()[3], |x| x.iter().map(|x| -x).collect());
    let report = check(&broken(3, Some(&turned)), 1);
    assert_eq!(found(&report), ["rhodes.wav polarity"]);
}

#[test]
fn a_drift_is_named_by_its_speed() {
    let fast = each(&stems()[1], |x| {
        let frames = (x.len() as f64 / 1.0001) as usize - 1;
        (0..frames)
            .map(|n| {
                let at = n as f64 * 1.0001;
                let (whole, part) = (at as usize, at.fract() as f32);
                x[whole] + part * (x[whole + 1] - x[whole])
            })
            .collect()
    });
    let report = check(&broken(1, Some(&fast)), 1);
    assert_eq!(
        found(&report),
        ["dirt_bass.wav drift", "dirt_bass.wav length_mismatch"]
    );
    // 0.01 % of 44100 samples in 60 s.
    near(value(&report, "drift"), 264.6, 20.0);
}

#[test]
fn lengths_and_rates_are_held_together() {
    let short = each(&stems()[1], |x| x[..x.len() - 22_050].to_vec());
    let folder = broken(1, Some(&short));
    let report = check(&folder, 1);
    assert_eq!(
        found(&report),
        ["dirt_bass.wav cut_tail", "dirt_bass.wav length_mismatch"]
    );
    near(value(&report, "length_mismatch"), -22_050.0, 0.0);
    let arguments = ["stems", "stems", "--check", "--accept", "length_mismatch"];
    let report = json(&folder, &arguments, 0);
    assert_eq!(report["delivery"]["ok"], true);

    let folder = intact();
    write(&folder, &path(1), 48_000, &stems()[1]);
    let report = check(&folder, 1);
    assert!(found(&report).contains(&"dirt_bass.wav rate_mismatch".to_owned()));
    near(value(&report, "rate_mismatch"), 48_000.0, 0.0);
}

/// Peaks held by a gain that looks ahead 5 ms.
fn limited(stem: &Stereo, ceiling: f32) -> Stereo {
    let frames = stem[0].len();
    let wanted: Vec<f32> = (0..frames)
        .map(|n| (ceiling / stem[0][n].abs().max(stem[1][n].abs())).min(1.0))
        .collect();
    let reach = 220;
    let lowest: Vec<f32> = (0..frames)
        .map(|n| {
            let around = n.saturating_sub(reach)..(n + reach).min(frames);
            wanted[around].iter().copied().fold(1.0, f32::min)
        })
        .collect();
    let gain = |n: usize| {
        let around = &lowest[n.saturating_sub(reach)..(n + reach).min(frames)];
        around.iter().sum::<f32>() / around.len() as f32
    };
    let gains: Vec<f32> = (0..frames).map(gain).collect();
    each(stem, |x| x.iter().zip(&gains).map(|(x, g)| x * g).collect())
}

#[test]
fn a_printed_limiter_is_named() {
    let peak = stems()[1]
        .iter()
        .flatten()
        .fold(0.0_f32, |p, x| p.max(x.abs()));
    let report = check(&broken(1, Some(&limited(&stems()[1], 0.5 * peak))), 0);
    assert!(found(&report).contains(&"dirt_bass.wav limited".to_owned()));
    assert!(value(&report, "limited") > 20.0);
}

#[test]
fn a_stem_that_only_the_mix_shows_to_be_pressed_is_named_and_not_the_mix() {
    // Down by up to 4 dB twice a second: its own peaks say nothing of it.
    let gain = |n: usize| 1.0 - 0.37 * (-((n % 22_050) as f32) / 4000.0).exp();
    let pressed = each(&stems()[1], |x| {
        x.iter().enumerate().map(|(n, x)| x * gain(n)).collect()
    });
    let folder = broken(1, Some(&pressed));
    let report = check(&folder, 0);
    assert_eq!(found(&report), ["dirt_bass.wav limited"]);
    assert!((1.0..4.0).contains(&value(&report, "limited")));
    // Without the mix nothing is known of it.
    let alone = json(&folder, &["stems", "stems", "--check"], 0);
    assert_eq!(found(&alone), Vec::<String>::new());
}

#[test]
fn a_normalised_stem_is_named_by_its_gain() {
    let peak = stems()[3]
        .iter()
        .flatten()
        .fold(0.0_f32, |p, x| p.max(x.abs()));
    let louder = each(&stems()[3], |x| x.iter().map(|x| x / peak).collect());
    let report = check(&broken(3, Some(&louder)), 0);
    assert_eq!(found(&report), ["rhodes.wav gain_changed"]);
    near(
        value(&report, "gain_changed"),
        -20.0 * f64::from(peak).log10(),
        0.02,
    );
}

#[test]
fn what_is_in_no_stem_is_named() {
    // The quietest of them too: 18 dB below the mix.
    for at in [0, 3] {
        let folder = broken(at, None);
        let report = check(&folder, 1);
        let found = found(&report);
        assert_eq!(found, ["mix.wav does_not_null", "stems too_few"], "{at}");
    }
    // A stem that the mix does not have.
    let folder = intact();
    let other = each(&stems()[3], |x| x.iter().rev().copied().collect());
    write(&folder, "stems/strings.wav", RATE_HZ, &other);
    assert_eq!(found(&check(&folder, 1)), ["strings.wav does_not_null"]);
}

/// Struck three times a second, 32 dB under a mix: most of it a low tone that hides there, and a little noise above
/// 7 kHz, where nothing else plays.
fn shaker(under: &Stereo) -> Stereo {
    let energy = |stereo: &Stereo| -> f64 {
        let samples = stereo.iter().flatten();
        samples.map(|&x| f64::from(x).powi(2)).sum()
    };
    let mut random = 1_u32;
    let mut before = [0.0_f32; 2];
    let noise: Vec<f32> = (0..under[0].len())
        .map(|n| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let x = random as f32 / u32::MAX as f32 - 0.5;
            let high = x - 2.0 * before[0] + before[1];
            before = [x, before[0]];
            let struck = (n % 14_700) as f32;
            let tone = (struck * std::f32::consts::TAU * 220.0 / RATE_HZ as f32).sin();
            (2.0 * tone + high) * (-struck / 1500.0).exp()
        })
        .collect();
    let strikes = [noise.clone(), noise];
    let gain = (energy(under) / energy(&strikes)).sqrt() * 10f64.powf(-32.0 / 20.0);
    each(&strikes, |x| x.iter().map(|x| x * gain as f32).collect())
}

#[test]
fn a_quiet_stem_that_is_missing_is_named_by_where_it_plays() {
    let others: Vec<&Stereo> = [0, 1, 3].iter().map(|&at| &stems()[at]).collect();
    let shaker = shaker(&sum(&others));
    let folder = folder();
    for at in [0, 1, 3] {
        write(&folder, &path(at), RATE_HZ, &stems()[at]);
    }
    let whole: Vec<&Stereo> = others.iter().copied().chain([&shaker]).collect();
    write(&folder, "mix.wav", RATE_HZ, &sum(&whole));
    let report = check(&folder, 1);
    let told = ["mix.wav does_not_null", "stems too_few"];
    assert_eq!(found(&report), told);
    near(number(&report["null_residue_db"]), -32.0, 0.2);
    let text = problems(&report)[0]["text"].as_str().expect("a text");
    assert!(
        text.contains("in no stem") && text.contains("kHz"),
        "{text}"
    );
    // With it nothing is wrong.
    write(&folder, "stems/shaker.wav", RATE_HZ, &shaker);
    assert_eq!(found(&check(&folder, 0)), Vec::<String>::new());
}

#[test]
fn a_mix_that_was_rounded_or_coded_misses_no_stem() {
    let folder = intact();
    // To 16 bits with a triangular dither.
    let mut random = 7_u32;
    let mut next = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        random as f32 / u32::MAX as f32
    };
    let rounded = mix().map(|channel| {
        let rounded = channel
            .iter()
            .map(|x| (x * 32_768.0 + next() - next()).round() / 32_768.0);
        rounded.collect::<Vec<f32>>()
    });
    write(&folder, "mix.wav", RATE_HZ, &rounded);
    assert_eq!(found(&check(&folder, 0)), Vec::<String>::new());
    // Through MP3, as that and as WAV again: the second looks like an effect on the mix, and never like a stem less.
    let flags = ["--intensity", "0", "--loudness", "off"];
    for (rate, may_be) in [("96", true), ("128", true), ("192", true), ("320", false)] {
        write(&folder, "mix.wav", RATE_HZ, &mix());
        let mp3 = format!("--mp3={rate}");
        let mut arguments = vec!["master", "mix.wav", "-o", "coded.wav", "--force", &mp3];
        arguments.extend(flags);
        json(&folder, &arguments, 0);
        let arguments = ["stems", "stems", "--mix", "coded.mp3", "--check"];
        assert_eq!(found(&json(&folder, &arguments, 0)), Vec::<String>::new());
        let mut file = SoundFile::open(&folder.path().join("coded.mp3")).expect("an MP3");
        let (mut part, mut decoded) = (Vec::new(), [Vec::new(), Vec::new()]);
        while file.read(&mut part).is_ok() && !part.is_empty() {
            for (channel, samples) in decoded.iter_mut().enumerate() {
                samples.extend(part.iter().skip(channel).step_by(2));
            }
        }
        write(&folder, "mix.wav", RATE_HZ, &decoded);
        let found = found(&check(&folder, 0));
        let is_effect = found == ["mix.wav mix_bus_processing"];
        assert!(found.is_empty() || may_be && is_effect, "{rate}: {found:?}");
    }
}

#[test]
fn what_is_there_twice_is_named() {
    let folder = intact();
    let softer = each(&stems()[2], |x| x.iter().map(|x| 0.5 * x).collect());
    write(&folder, "stems/percussion.wav", RATE_HZ, &softer);
    let report = check(&folder, 1);
    assert_eq!(found(&report), ["percussion.wav duplicate"]);

    // A group beside its own member.
    let folder = intact();
    write(
        &folder,
        &path(2),
        RATE_HZ,
        &sum(&[&stems()[2], &stems()[1]]),
    );
    let found = found(&json(&folder, &["stems", "stems", "--check"], 1));
    assert_eq!(found, ["dirt_bass.wav duplicate"]);
}

#[test]
fn a_mix_among_the_stems_is_held_against_and_never_summed() {
    let folder = intact();
    let driven = each(&mix(), |x| {
        x.iter().map(|x| (3.0 * x).tanh() * 0.7).collect()
    });
    for (name, mix) in [
        ("stems/take 7.wav", &mix()),
        ("stems/Rough Mix.wav", &driven),
    ] {
        write(&folder, name, RATE_HZ, mix);
        let file = name.trim_start_matches("stems/");
        let report = json(&folder, &["stems", "stems", "--check"], 0);
        assert!(
            found(&report).contains(&format!("{file} looks_like_mix")),
            "{report}"
        );
        assert_eq!(report["roles"][file], "reference");
        assert!(number(&report["null_residue_db"]) < -8.0);
        std::fs::remove_file(folder.path().join(name)).expect("removed");
    }
    write(&folder, "stems/mixdown.wav", RATE_HZ, &mix());
    let exact = [
        "--intensity",
        "0",
        "--loudness",
        "off",
        "--bit-depth",
        "32f",
    ];
    json(
        &folder,
        &[&["stems", "stems", "-o", "out.wav"][..], &exact].concat(),
        0,
    );
    let (_, made) = read_wav(&folder.path().join("out.wav"));
    let mix = mix();
    for channel in 0..2 {
        let same = made[channel].iter().zip(&mix[channel]);
        assert!(
            same.clone().all(|(a, &b)| *a == f64::from(b)),
            "summed bit by bit"
        );
    }
}

#[test]
fn a_compressor_on_the_mix_bus_is_no_missing_stem() {
    let folder = intact();
    let mut mix = mix();
    let mut level = 0.0_f32;
    for n in 0..mix[0].len() {
        let now = mix[0][n].abs().max(mix[1][n].abs());
        let speed = if now > level { 0.002 } else { 0.000_15 };
        level += speed * (now - level);
        let gain = (0.12 / level.max(0.12)).powf(0.6);
        mix[0][n] *= gain;
        mix[1][n] *= gain;
    }
    write(&folder, "mix.wav", RATE_HZ, &mix);
    let report = check(&folder, 0);
    assert_eq!(found(&report), ["mix.wav mix_bus_processing"]);
    assert!((-30.0..-12.0).contains(&value(&report, "mix_bus_processing")));
    let text = problems(&report)[0]["text"].as_str().expect("a text");
    assert!(text.contains("compressor"), "{text}");
}

#[test]
fn what_cannot_be_read_or_was_coded_is_named() {
    let folder = intact();
    let mut broken = stems()[0].clone();
    broken[0][1000] = f32::NAN;
    write(&folder, &path(0), RATE_HZ, &broken);
    std::fs::write(folder.path().join("stems/notes.wav"), "not a sound").expect("written");
    std::fs::copy("tests/data/tone.mp3", folder.path().join("stems/FX.mp3")).expect("copied");
    let report = check(&folder, 1);
    let found = found(&report);
    for wanted in [
        "arp_organ.wav unreadable",
        "notes.wav unreadable",
        "FX.mp3 lossy",
    ] {
        assert!(found.contains(&wanted.to_owned()), "{found:?}");
    }
    // Nothing else is said to be missing when a stem could not be read.
    assert!(!found.iter().any(|found| found.contains("does_not_null")));
}

#[test]
fn wrong_usage_is_told_before_anything_is_read() {
    let folder = intact();
    for (arguments, said) in [
        (&["stems", "nowhere"][..], "no folder"),
        (&["stems"], "FOLDER"),
        (
            &["stems", "stems", "--accept", "unreadable"],
            "length_mismatch",
        ),
        (
            &["stems", "stems", "--role", "drums.wav=loud"],
            "lead_vocal",
        ),
        (&["stems", "stems", "--role", "kazoo=music"], "no such file"),
        (&["stems", "stems", "--mix", "none.wav"], "no such file"),
        (
            &["stems", "stems", "-o", "stems/drums.wav", "--force"],
            "never overwritten",
        ),
    ] {
        let output = run(&folder, arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(said), "{arguments:?}: {told}");
    }
    let guide = run(&folder, &["stems", "--guide"]);
    assert_eq!(guide.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&guide.stdout).contains("24-bit"));
}

#[test]
fn a_role_that_is_given_wins() {
    let folder = intact();
    let report = json(
        &folder,
        &["stems", "stems", "--check", "--role", "rhodes=lead_vocal"],
        0,
    );
    assert_eq!(report["roles"]["rhodes.wav"], "lead_vocal");
}
