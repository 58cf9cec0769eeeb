//! `demo`: a real song, mastered through the built plugin in a host without a window.

use crate::bundle;
use crate::host::Hosted;
use crate::packages::{self, MAKE};
use crate::shell::{Result, cargo, output, root, run, target};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SONG: &str = "assets/demo/twilight_area.flac";
const STEMS: &str = "assets/demo/stems";
const PLUGIN_ID: &str = "org.finalcoat.finalcoat";
/// Block sizes of the host, repeated: none a multiple of what the engine works in.
const BLOCKS: [usize; 6] = [512, 64, 1, 333, 1024, 77];

/// Plugin and command line make the same of the song but for rounding, in dB.
const SAME_DB: f64 = -120.0;
/// Bytes in front of a state that say how long it is.
const LENGTH_BYTES: usize = 8;

/// Builds everything, masters the song through the CLAP bundle, finishes it as WAV and MP3, and says
/// what changed. Then masters its stems.
pub(crate) fn demo() -> Result<()> {
    packages::ensure(&[MAKE])?;
    let bundles = bundle::bundle()?;
    run(&mut cargo(&[
        "build",
        "--release",
        "--no-default-features",
        "--features",
        "mp3",
        "--bin",
        "finalcoat",
    ]))?;
    let target = target()?;
    let folder = target.join("demo");
    fs::create_dir_all(&folder)?;
    let song = root().join(SONG);
    let finalcoat = CommandLine {
        program: target
            .join("release")
            .join(format!("finalcoat{}", std::env::consts::EXE_SUFFIX)),
    };

    // The command line finds what the song needs, and its own render stands beside the plugin's.
    let own = folder.join("command_line.wav");
    let solved = finalcoat.master(&song, &own, &["--bit-depth", "32f", "--report"])?;
    let report = own.with_extension("report.html");
    let settings = &solved["settings"];
    // The song as it is, in the format that is read here.
    let source = folder.join("source.wav");
    let untouched = ["--intensity", "0", "--loudness", "off", "--bit-depth"];
    finalcoat.master(&song, &source, &[&untouched[..], &["32f"]].concat())?;

    let (input, sample_rate_hz) = read(&source)?;
    let output = through_the_plugin(&bundles.clap, &input, sample_rate_hz, settings)?;
    let live = folder.join("plugin.wav");
    write(&live, &output, sample_rate_hz)?;

    let wav = folder.join("twilight_area.master.wav");
    // It is mastered: only another format, and nothing done to it twice.
    finalcoat.master(&live, &wav, &[&untouched[..], &["24", "--mp3"]].concat())?;
    let mp3 = wav.with_extension("mp3");

    println!("\nTwilight Area, mastered through Finalcoat.clap\n");
    println!(
        "  all {} settings of the command line's proposal, among them a drive of {} dB and a ceiling of {} dBTP",
        values(settings).len(),
        settings["loudness"]["drive_db"],
        settings["loudness"]["ceiling_dbtp"]
    );
    if let Some(reason) = solved["target"]["stopped_by"].as_str() {
        println!("  stopped before the goal: {reason}");
    }
    println!();
    table(&finalcoat.meter(&song)?, &finalcoat.meter(&wav)?);
    let (trim_db, residue_db) = compared(&output, &read(&own)?.0);
    println!(
        "\n  plugin against command line: after the file's final trim of {trim_db:.3} dB, a residue of {residue_db:.1} dB"
    );
    if residue_db > SAME_DB {
        return Err("the plugin makes another master of it than the command line".into());
    }
    let stems = folder.join("twilight_area.stems.master.wav");
    println!();
    println!("{}", finalcoat.stems(&root().join(STEMS), &song, &stems)?);
    println!();
    for (what, path) in [
        ("WAV", &wav),
        ("MP3", &mp3),
        ("stems", &stems),
        ("report", &report),
        ("CLAP", &bundles.clap),
        ("VST3", &bundles.vst3),
    ] {
        if !path.exists() {
            return Err(format!("{} was not written", path.display()).into());
        }
        println!("  {what:<6} {}", path.display());
    }
    Ok(())
}

/// The built command line.
struct CommandLine {
    program: PathBuf,
}

impl CommandLine {
    fn master(&self, input: &Path, result: &Path, flags: &[&str]) -> Result<Value> {
        let mut command = Command::new(&self.program);
        command.arg("master").arg(input).arg("-o").arg(result);
        command.args(["--force", "--json"]).args(flags);
        self.first_file(&mut command)
    }

    /// Masters stems beside their mix; what came out, in two lines.
    fn stems(&self, folder: &Path, mix: &Path, result: &Path) -> Result<String> {
        let mut command = Command::new(&self.program);
        command.arg("stems").arg(folder).arg("--mix").arg(mix);
        command.arg("-o").arg(result).args(["--force", "--json"]);
        let said: Value = serde_json::from_str(&output(&mut command)?)?;
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let moves = list(&said["moves"]);
        let moved: Vec<String> = moves
            .iter()
            .map(|one| {
                let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
                let stem = text("file");
                let stem = stem.trim_end_matches(".flac");
                format!("{stem} {} {}{}", text("stage"), one["value"], text("unit"))
            })
            .collect();
        let problems = list(&said["delivery"]["problems"]).len();
        let number = |value: &Value| {
            let value = value.as_f64().ok_or("the stems were not mastered")?;
            Ok::<String, &str>(format!("{value:.1}"))
        };
        let moved = match moved.is_empty() {
            true => "none".to_owned(),
            false => moved.join(", "),
        };
        Ok(format!(
            "  stems: {problems} problems, the song but for {} dB; moved: {moved}\n  \
             their master: from {} to {} LUFS, true peak {} dBTP",
            number(&said["null_residue_db"])?,
            number(&said["before"]["integrated_lufs"])?,
            number(&said["after"]["integrated_lufs"])?,
            number(&said["after"]["true_peak_dbtp"])?,
        ))
    }

    fn meter(&self, input: &Path) -> Result<Value> {
        self.first_file(
            Command::new(&self.program)
                .arg("meter")
                .arg(input)
                .arg("--json"),
        )
    }

    fn first_file(&self, command: &mut Command) -> Result<Value> {
        let answer: Value = serde_json::from_str(&output(command)?)?;
        Ok(answer["files"][0].clone())
    }
}

/// What the plugin makes of `input` at `settings`, its reported latency removed.
fn through_the_plugin(
    bundle: &Path,
    input: &[Vec<f32>; 2],
    sample_rate_hz: u32,
    settings: &Value,
) -> Result<Vec<Vec<f32>>> {
    let mut host = Hosted::open(bundle, PLUGIN_ID)?;
    // What is no parameter is in the state, which the rest is set on top of.
    let state = with_trims(&host.save()?, &settings["loudness"]["drive_trim_db"])?;
    host.load(&state)?;
    for (id, text) in values(settings) {
        // As a user would type it.
        let value = host
            .value_of(&id, &text)
            .ok_or_else(|| format!("the plugin does not understand {id} = {text}"))?;
        host.set(&id, value)?;
    }
    host.activate(f64::from(sample_rate_hz), 1024)?;
    let latency = host.latency_samples();
    let padded: Vec<Vec<f32>> = input
        .iter()
        .map(|channel| [channel.as_slice(), &vec![0.0; latency]].concat())
        .collect();
    let output = host.process(&padded, &BLOCKS, &[])?;
    Ok(output
        .into_iter()
        .map(|channel| channel[latency..].to_vec())
        .collect())
}

/// Every value of the settings that is a host parameter: its id, and how it is typed.
fn values(settings: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut add = |id: String, value: &Value| {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Bool(on) => if *on { "on" } else { "off" }.to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return,
        };
        found.push((id, text));
    };
    for (group, value) in settings.as_object().into_iter().flatten() {
        let Value::Object(stage) = value else {
            add(group.clone(), value);
            continue;
        };
        let prefix = match group.as_str() {
            "equalizer" => "eq",
            "multiband" => "mb",
            group => group,
        };
        for (key, value) in stage {
            match value {
                Value::Array(bands) => {
                    for (band, values) in bands.iter().enumerate() {
                        for (key, value) in values.as_object().into_iter().flatten() {
                            add(format!("{prefix}{}_{key}", band + 1), value);
                        }
                    }
                }
                _ if group == "input" || group == "loudness" && key != "on" => {
                    add(key.clone(), value);
                }
                _ => add(format!("{prefix}_{key}"), value),
            }
        }
    }
    found
}

/// A saved state that keeps these trims of the drive.
fn with_trims(state: &[u8], trims_db: &Value) -> Result<Vec<u8>> {
    let state = state.get(LENGTH_BYTES..).ok_or("the state is empty")?;
    let mut state: Value = serde_json::from_slice(state)?;
    let kept = state["fields"]["kept"].as_str();
    let mut kept: Value = serde_json::from_str(kept.ok_or("the state keeps no trims")?)?;
    kept["drive_trim_db"] = trims_db.clone();
    state["fields"]["kept"] = Value::String(kept.to_string());
    let state = state.to_string().into_bytes();
    let length = (state.len() as u64).to_le_bytes();
    Ok(length.into_iter().chain(state).collect())
}

fn table(before: &Value, after: &Value) {
    println!("  {:<22}{:>10}{:>10}", "", "before", "after");
    for (key, name, unit) in [
        ("integrated_lufs", "loudness", "LUFS"),
        ("max_short_term_lufs", "loudest 3 s", "LUFS"),
        ("loudness_range_lu", "loudness range", "LU"),
        ("true_peak_dbtp", "true peak", "dBTP"),
        ("plr_db", "peak to loudness", "dB"),
    ] {
        let number = |side: &Value| {
            side[key]
                .as_f64()
                .map_or("–".to_owned(), |value| format!("{value:.2}"))
        };
        println!(
            "  {name:<22}{:>10}{:>10} {unit}",
            number(before),
            number(after)
        );
    }
}

/// How far two renders are apart, in dB: in level, and what remains then.
fn compared(plugin: &[Vec<f32>], own: &[Vec<f32>; 2]) -> (f64, f64) {
    // The command line trims a finished file so that it ends exactly under the ceiling.
    let energy = |pairs: &mut dyn Iterator<Item = (f32, f32)>| {
        pairs.fold((0.0, 0.0), |(cross, own), (a, b)| {
            let (a, b) = (f64::from(a), f64::from(b));
            (cross + a * b, own + a * a)
        })
    };
    let pairs = || {
        plugin
            .iter()
            .zip(own)
            .flat_map(|(a, b)| a.iter().copied().zip(b.iter().copied()))
    };
    let (cross, square) = energy(&mut pairs());
    let trim = cross / square;
    let residue: f64 = pairs()
        .map(|(a, b)| (f64::from(a) * trim - f64::from(b)).powi(2))
        .sum();
    // Nothing is told lower: the same samples.
    let residue_db = 10.0 * (residue / square).max(1e-20).log10();
    (20.0 * trim.log10(), residue_db)
}

fn read(path: &Path) -> Result<([Vec<f32>; 2], u32)> {
    let mut reader = hound::WavReader::open(path)?;
    let samples = reader
        .samples::<f32>()
        .collect::<std::result::Result<Vec<_>, _>>()?;
    let channel = |offset: usize| samples.iter().skip(offset).step_by(2).copied().collect();
    Ok(([channel(0), channel(1)], reader.spec().sample_rate))
}

fn write(path: &Path, channels: &[Vec<f32>], sample_rate: u32) -> Result<()> {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, spec)?;
    for (left, right) in channels[0].iter().zip(&channels[1]) {
        writer.write_sample(*left)?;
        writer.write_sample(*right)?;
    }
    Ok(writer.finalize()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_named_as_the_host_knows_them() {
        let settings = serde_json::json!({
            "intensity": 50.0,
            "equalizer": {"on": true, "bands": [{"gain_db": -0.5}, {"shape": "high_shelf"}]},
            "input": {"subsonic_on": false},
            "loudness": {"on": true, "drive_db": 9.48, "drive_trim_db": [-0.5, 0.0]},
            "multiband": {"bands": [{"ratio": 1.5}], "knee_db": 8.0},
        });
        let mut found: Vec<String> = values(&settings)
            .into_iter()
            .map(|(id, text)| format!("{id} {text}"))
            .collect();
        found.sort();
        assert_eq!(
            found,
            [
                "drive_db 9.48",
                "eq1_gain_db -0.5",
                "eq2_shape high_shelf",
                "eq_on on",
                "intensity 50.0",
                "loudness_on on",
                "mb1_ratio 1.5",
                "mb_knee_db 8.0",
                "subsonic_on off",
            ]
        );
    }
}
