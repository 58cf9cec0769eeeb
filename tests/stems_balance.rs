//! `finalcoat stems` on real music: what it does to each stem, and that it adds up.

#[path = "support/cli.rs"]
mod cli;

use cli::{RATE_HZ, folder, json, names, number, read_wav, spec};
use finalcoat::offline::read::SoundFile;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Seconds of each stem.
const SECONDS: usize = 16;

type Stereo = [Vec<f32>; 2];

fn read(path: &Path) -> Stereo {
    let mut file = SoundFile::open(path).expect("a stem");
    let mut sound: Stereo = [Vec::new(), Vec::new()];
    let mut interleaved = Vec::new();
    loop {
        file.read(&mut interleaved).expect("sound");
        if interleaved.is_empty() {
            break;
        }
        for frame in interleaved.chunks_exact(2) {
            sound[0].push(frame[0]);
            sound[1].push(frame[1]);
        }
    }
    sound
}

fn decibels(db: f32) -> f32 {
    10.0_f32.powf(db / 20.0)
}

/// The demo's stems, changed by name, as 32-bit float files in a folder of their own. Returns their sum.
fn deliver(at: &TempDir, change: impl Fn(&str, f32, f32) -> [f32; 2]) -> Stereo {
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/demo/stems");
    std::fs::create_dir(at.path().join("stems")).expect("a folder");
    let frames = SECONDS * RATE_HZ as usize;
    let mut sums = [vec![0.0_f64; frames], vec![0.0_f64; frames]];
    for name in names(&source) {
        let [left, right] = read(&source.join(&name));
        let stem = name.trim_end_matches(".flac");
        let path = at.path().join(format!("stems/{stem}.wav"));
        let mut writer = hound::WavWriter::create(path, spec(2, 32)).expect("a file");
        for n in 0..frames {
            let changed = change(stem, left[n], right[n]);
            for (sum, sample) in sums.iter_mut().zip(changed) {
                sum[n] += f64::from(sample);
                writer.write_sample(sample).expect("a sample");
            }
        }
        writer.finalize().expect("a file");
    }
    sums.map(|sum| sum.into_iter().map(|x| x as f32).collect())
}

fn intact(_: &str, left: f32, right: f32) -> [f32; 2] {
    [left, right]
}

/// What was done with a stem, by stage: the sum of the values at 100 %.
fn moved(report: &Value, stem: &str, stage: &str) -> Option<f64> {
    let moves = report["moves"].as_array().expect("moves");
    let of_it: Vec<f64> = moves
        .iter()
        .filter(|one| one["stage"] == stage)
        .filter(|one| one["file"].as_str().unwrap_or_default().starts_with(stem))
        .map(|one| number(&one["full_value"]))
        .collect();
    (!of_it.is_empty()).then(|| of_it.iter().sum())
}

fn residue_db(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let power = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>();
    let (mut rest, mut whole) = (0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        rest += power(&mut a.iter().zip(b).map(|(a, b)| a - b));
        whole += power(&mut a.iter().copied());
    }
    10.0 * libm::log10((rest / whole).max(1e-30))
}

#[test]
fn without_intensity_and_loudness_the_stems_are_only_summed() {
    let folder = folder();
    let sum = deliver(&folder, intact);
    let arguments = [
        "stems",
        "stems",
        "-o",
        "sum.wav",
        "--intensity",
        "0",
        "--loudness",
        "off",
        "--bit-depth",
        "32f",
    ];
    let report = json(&folder, &arguments, 0);
    assert_eq!(report["moves"], Value::Array(Vec::new()));
    assert_eq!(report["delivery"]["ok"], true);
    let (_, written) = read_wav(&folder.path().join("sum.wav"));
    for (channel, expected) in written.iter().zip(&sum) {
        assert_eq!(channel.len(), expected.len());
        assert!(channel.iter().zip(expected).all(|(&a, &b)| a as f32 == b));
    }
}

#[test]
fn stems_in_balance_are_hardly_moved_and_the_master_is_told_by_stem() {
    let folder = folder();
    deliver(&folder, intact);
    let role = "05_lead.wav=lead_vocal";
    let report = json(
        &folder,
        &[
            "stems", "stems", "-o", "out.wav", "--role", role, "--report",
        ],
        0,
    );
    for one in report["moves"].as_array().expect("moves") {
        assert!(number(&one["value"]).abs() < 0.5, "{one}");
        assert_eq!(one["unit"], "dB", "{one}");
    }
    assert_eq!(report["remix"], false);
    assert_eq!(report["roles"]["05_lead.wav"], "lead_vocal");
    assert_eq!(report["roles"]["03_dirt_bass.wav"], "bass");
    let limiting = report["limiting"].as_array().expect("limiting");
    assert_eq!(limiting.len(), 7);
    let whole: f64 = limiting.iter().map(|one| number(&one["share_pct"])).sum();
    assert!((whole - 100.0).abs() < 0.1, "{whole}");
    assert!(number(&report["after"]["true_peak_dbtp"]) <= -1.0);
    let page = std::fs::read_to_string(folder.path().join("out.report.html")).expect("a page");
    for part in [
        "Share of the limiting",
        "There is no mix to hold the stems against",
        "05_lead.wav",
        "Lead vocal",
        "Conflicts",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn what_was_moved_is_moved_back_and_the_finished_stems_add_up() {
    let folder = folder();
    deliver(&folder, |stem, left, right| match stem {
        // Louder and wider.
        "03_dirt_bass" => {
            let (mid, side) = (0.5 * (left + right), left - right);
            [mid + side, mid - side].map(|x| x * decibels(3.0))
        }
        "05_lead" => [left, right].map(|x| x * decibels(-2.0)),
        _ => [left, right],
    });
    let arguments = [
        "stems",
        "stems",
        "-o",
        "master.wav",
        "--stems-out",
        "finished",
        "--intensity",
        "100",
        "--loudness",
        "off",
        "--bit-depth",
        "32f",
        "--role",
        "05_lead=lead_vocal",
    ];
    let report = json(&folder, &arguments, 0);
    let gain = |stem| moved(&report, stem, "gain").unwrap_or(0.0);
    assert!((-2.0..=-0.3).contains(&gain("03_dirt_bass")), "{report:#}");
    assert!((0.0..=2.0).contains(&gain("05_lead")), "{report:#}");
    let width_pct = moved(&report, "03_dirt_bass", "width").expect("less width");
    assert!((50.0..90.0).contains(&width_pct), "{width_pct}");
    for stem in ["01_arp_organ", "04_drums", "06_pads", "07_rhodes_psynth"] {
        assert_eq!(gain(stem), 0.0, "{stem}");
    }

    let (_, master) = read_wav(&folder.path().join("master.wav"));
    let mut sum = vec![vec![0.0; master[0].len()]; 2];
    let finished = folder.path().join("finished");
    let files = names(&finished);
    assert_eq!(files.len(), 7);
    for file in files {
        let (spec, stem) = read_wav(&finished.join(file));
        assert_eq!(spec.bits_per_sample, 32);
        for (sum, channel) in sum.iter_mut().zip(&stem) {
            assert_eq!(sum.len(), channel.len());
            sum.iter_mut().zip(channel).for_each(|(sum, x)| *sum += x);
        }
    }
    let residue_db = residue_db(&master, &sum);
    assert!(residue_db < -130.0, "{residue_db} dB");

    // Nothing is overwritten unasked, and nothing is left half done.
    std::fs::remove_file(folder.path().join("master.wav")).expect("gone");
    let report = json(&folder, &arguments, 1);
    let error = report["error"].as_str().unwrap_or_default();
    assert!(error.contains("there already"), "{error}");
    assert!(!folder.path().join("master.wav").exists());
}
