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
const PLUGIN_ID: &str = "org.finalcoat.finalcoat";
/// Block sizes of the host, repeated: none a multiple of what the engine works in.
const BLOCKS: [usize; 6] = [512, 64, 1, 333, 1024, 77];

/// Builds everything, masters the song through the CLAP bundle, finishes it as WAV and MP3, and says
/// what changed.
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

    // The command line finds the drive, and its own render stands beside the plugin's.
    let own = folder.join("command_line.wav");
    let solved = finalcoat.master(&song, &own, &["--bit-depth", "32f"])?;
    let settings = &solved["settings"];
    let source = folder.join("source.wav");
    finalcoat.master(&song, &source, &["--loudness", "off", "--bit-depth", "32f"])?;

    let (input, sample_rate_hz) = read(&source)?;
    let output = through_the_plugin(&bundles.clap, &input, sample_rate_hz, settings)?;
    let live = folder.join("plugin.wav");
    write(&live, &output, sample_rate_hz)?;

    let wav = folder.join("twilight_area.master.wav");
    // It is mastered: only another format, and nothing done to it twice.
    finalcoat.master(
        &live,
        &wav,
        &[
            "--intensity",
            "0",
            "--loudness",
            "off",
            "--bit-depth",
            "24",
            "--mp3",
        ],
    )?;
    let mp3 = wav.with_extension("mp3");

    println!("\nTwilight Area, mastered through Finalcoat.clap\n");
    println!(
        "  drive {} dB, ceiling {} dBTP",
        settings["loudness"]["drive_db"], settings["loudness"]["ceiling_dbtp"]
    );
    if let Some(reason) = solved["target"]["stopped_by"].as_str() {
        println!("  stopped before the goal: {reason}");
    }
    println!();
    table(&finalcoat.meter(&song)?, &finalcoat.meter(&wav)?);
    println!(
        "\n  plugin against command line: {}",
        compared(&output, &read(&own)?.0)
    );
    println!();
    for (what, path) in [
        ("WAV", &wav),
        ("MP3", &mp3),
        ("CLAP", &bundles.clap),
        ("VST3", &bundles.vst3),
    ] {
        if !path.exists() {
            return Err(format!("{} was not written", path.display()).into());
        }
        println!("  {what:<5} {}", path.display());
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
    let loudness = &settings["loudness"];
    for (id, value) in [
        ("drive_db", &loudness["drive_db"]),
        ("ceiling_dbtp", &loudness["ceiling_dbtp"]),
        ("release_ms", &loudness["release_ms"]),
        ("character", &loudness["character"]),
        ("loudness_on", &loudness["on"]),
    ] {
        // As a user would type it.
        let text = match value {
            // The plugin spells choices as names.
            Value::String(text) => text[..1].to_uppercase() + &text[1..],
            Value::Bool(on) => if *on { "on" } else { "off" }.to_owned(),
            Value::Number(number) => format!("{:.2}", number.as_f64().unwrap_or_default()),
            _ => return Err(format!("the command line gave no setting for {id}").into()),
        };
        let value = host
            .value_of(id, &text)
            .ok_or_else(|| format!("the plugin does not understand {id} = {text}"))?;
        host.set(id, value)?;
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

/// How far two renders are apart, in words.
fn compared(plugin: &[Vec<f32>], own: &[Vec<f32>; 2]) -> String {
    if plugin.iter().zip(own).all(|(a, b)| a == b) {
        return "the same samples, bit for bit".to_owned();
    }
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
    let residue_db = 10.0 * (residue / square).log10();
    let trim_db = 20.0 * trim.log10();
    format!("after the file's final trim of {trim_db:.3} dB, a residue of {residue_db:.1} dB")
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
