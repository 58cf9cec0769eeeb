//! What is to be done with a song: the flags that `master` and `stems` share.

use super::MixStateChoice;
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use finalcoat::assistant::ownership::FIRST_INTENSITY_PCT;
use finalcoat::assistant::services::{self, SERVICES};
use finalcoat::assistant::wishes::{LoudnessWish, ReferenceWeights, Wishes};
use finalcoat::engine::settings::Settings;
use finalcoat::engine::settings::loudness::{CEILING_DBTP, Character, RELEASE_MS};
use finalcoat::engine::settings::range::Range;
use finalcoat::offline::master::{Assist, Job, Loudness, is_sample_rate};
use finalcoat::offline::quantize::BitDepth;
use finalcoat::offline::write::Container;
use finalcoat::preset::styles::{Styles, styles};
use finalcoat::preset::{self, Preset, factory};
use std::path::{Path, PathBuf};

/// Loudness goals that make sense, in LUFS.
const TARGET_LUFS: std::ops::RangeInclusive<f64> = -50.0..=0.0;

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum LoudnessChoice {
    /// What music of the style usually carries, at most where each further dB costs more than it gives, and
    /// never lower than the song is already
    Auto,
    /// As loud as the song is already
    Keep,
    /// No drive and no limiter: only the format changes, and no ceiling is promised
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum CharacterChoice {
    /// Least change at equal loudness
    Transparent,
    /// Lets go sooner after hits
    Punchy,
    /// Holds longer: even, thick
    Dense,
}

impl CharacterChoice {
    fn character(self) -> Character {
        match self {
            Self::Transparent => Character::Transparent,
            Self::Punchy => Character::Punchy,
            Self::Dense => Character::Dense,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum DepthChoice {
    #[value(name = "16")]
    Int16,
    #[value(name = "24")]
    Int24,
    #[value(name = "32f")]
    Float32,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum FormatChoice {
    Wav,
    Flac,
}

/// What is to be done, of `master` and `stems` alike.
#[derive(Debug, Args)]
pub(crate) struct MasterFlags {
    /// How much of what the song needs is done, in %: 0 leaves its sound as it is [default: 50]
    #[arg(
        long,
        value_name = "PERCENT",
        allow_hyphen_values = true,
        conflicts_with = "preset"
    )]
    pub(crate) intensity: Option<f32>,
    /// What to measure the song against: a style's name, or auto for what it is closest to [default: auto]
    #[arg(long, value_name = "NAME", conflicts_with = "preset")]
    pub(crate) style: Option<String>,
    /// A track to sound like; may be given several times
    #[arg(long = "reference", value_name = "FILE", conflicts_with = "preset")]
    pub(crate) references: Vec<PathBuf>,
    /// How much each side of the references counts, 0 to 1; what is not named counts in full [default:
    /// tone=1,dynamics=1,width=1,loudness=1]
    #[arg(long, value_name = "WEIGHTS", requires = "references")]
    pub(crate) reference_weights: Option<String>,
    /// Whether the mix can be reopened [default: unknown]
    #[arg(long, value_name = "STATE")]
    pub(crate) mix_state: Option<MixStateChoice>,
    /// Also write a page that shows and plays before and after: NAME.report.html beside the master
    #[arg(long)]
    pub(crate) report: bool,
    /// Integrated loudness to reach, in LUFS
    #[arg(
        long,
        value_name = "LUFS",
        allow_hyphen_values = true,
        conflicts_with = "loudness"
    )]
    pub(crate) target_lufs: Option<f64>,
    /// How loud, if not by number [default: auto]
    #[arg(long, value_name = "HOW")]
    pub(crate) loudness: Option<LoudnessChoice>,
    /// Where the master goes: takes the ceiling advised there and says what will be done to the master; the
    /// broadcast names also set the loudness
    #[arg(long = "for", value_name = "NAME", value_parser = PossibleValuesParser::new(SERVICES.map(|s| s.name)))]
    pub(crate) service: Option<String>,
    /// Highest true peak of the master, in dBTP [default: -1]
    #[arg(long, value_name = "DBTP", allow_hyphen_values = true)]
    pub(crate) ceiling_dbtp: Option<f32>,
    /// What the limiter sounds like [default: chosen for the song]
    #[arg(long, value_name = "NAME")]
    pub(crate) character: Option<CharacterChoice>,
    /// Time constant of the limiter's release, in ms [default: chosen for the song]
    #[arg(long, value_name = "MS")]
    pub(crate) release_ms: Option<f32>,
    /// Reach the loudness even if that crushes the song
    #[arg(long)]
    pub(crate) force_loudness: bool,
    #[arg(long, value_name = "FILE", help = format!("Settings to master with: a file (TOML or JSON, as the plugin saves or --json prints them) or one of: {}; other flags win over it", factory::all().iter().map(|factory| factory.name).collect::<Vec<_>>().join(", ")))]
    pub(crate) preset: Option<PathBuf>,
    /// Bits per sample [default: 24]
    #[arg(long, value_name = "BITS")]
    pub(crate) bit_depth: Option<DepthChoice>,
    /// Kind of file [default: by -o's name, else wav]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<FormatChoice>,
    /// Sample rate of the master, in Hz [default: the song's]
    #[arg(long, value_name = "HZ")]
    pub(crate) sample_rate: Option<u32>,
    /// Also write an MP3 beside the master [default rate: 320 kbit/s; below that LAME lowers the level a
    /// little, by 0.45 dB at most, for headroom]
    #[arg(long, value_name = "KBPS", num_args = 0..=1, require_equals = true, default_missing_value = "320")]
    pub(crate) mp3: Option<u32>,
    /// Overwrite existing files
    #[arg(long)]
    pub(crate) force: bool,
}

/// All styles; says which of the user's own cannot be used.
pub(super) fn known_styles(quiet: bool) -> Styles {
    let styles = styles();
    for fault in styles.faults.iter().filter(|_| !quiet) {
        eprintln!("finalcoat: warning: {fault}");
    }
    styles
}

/// The style of that name; none for `auto`.
pub(super) fn chosen_style(name: Option<&str>, styles: &Styles) -> Result<Option<String>, String> {
    match name {
        None => Ok(None),
        Some(name) if name.trim().eq_ignore_ascii_case("auto") => Ok(None),
        Some(name) => styles
            .named(name)
            .map(Some)
            .map_err(|failure| format!("--style: {failure}")),
    }
}

/// `tone=1,width=0.5`: what is not named counts in full.
fn parse_weights(text: &str) -> Result<ReferenceWeights, String> {
    let mut weights = ReferenceWeights::default();
    for part in text.split(',').filter(|part| !part.trim().is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let weight = match name.trim() {
            "tone" => &mut weights.tone,
            "dynamics" => &mut weights.dynamics,
            "width" => &mut weights.width,
            "loudness" => &mut weights.loudness,
            name => {
                return Err(format!(
                    "--reference-weights knows no \u{201c}{name}\u{201d}: give tone, dynamics, width or \
                     loudness, as in tone=1,width=0.5"
                ));
            }
        };
        *weight = value
            .trim()
            .parse()
            .ok()
            .filter(|weight| (0.0..=1.0).contains(weight))
            .ok_or_else(|| {
                format!(
                    "--reference-weights {}: give a number from 0 to 1, as in tone=0.5",
                    part.trim()
                )
            })?;
    }
    Ok(weights)
}

impl MasterFlags {
    /// What is to be done with every song, or why that cannot be. Files are of kind `container`.
    pub(crate) fn job(&self, container: Container, quiet: bool) -> Result<Job, String> {
        let preset = self.preset()?;
        let mut settings = preset
            .as_ref()
            .map_or_else(Settings::default, |preset| preset.settings);
        if let Some(ceiling_dbtp) = self.ceiling_dbtp {
            settings.loudness.ceiling_dbtp =
                in_range("--ceiling-dbtp", ceiling_dbtp, &CEILING_DBTP, "dBTP")?;
        }
        if let Some(release_ms) = self.release_ms {
            settings.loudness.release_ms = in_range("--release-ms", release_ms, &RELEASE_MS, "ms")?;
        }
        if let Some(character) = self.character {
            settings.loudness.character = character.character();
        }
        let service = self.service.as_deref().and_then(services::find);
        let loudness = self.wanted_loudness(
            service.is_some_and(|service| service.sets_loudness),
            preset.as_ref(),
        )?;
        if let Some(rate_hz) = self.sample_rate.filter(|&rate_hz| !is_sample_rate(rate_hz)) {
            return Err(format!(
                "--sample-rate {rate_hz} is out of range: give 8000 to 384000 Hz"
            ));
        }
        let depth = match self.bit_depth.unwrap_or(DepthChoice::Int24) {
            DepthChoice::Int16 => BitDepth::Int16,
            DepthChoice::Int24 => BitDepth::Int24,
            DepthChoice::Float32 => BitDepth::Float32,
        };
        if container == Container::Flac && depth == BitDepth::Float32 {
            return Err("FLAC holds no floats: give --bit-depth 24, or --format wav".to_owned());
        }
        self.check_mp3()?;
        let assist = match preset {
            Some(_) => None,
            None => Some(self.assist(loudness, settings.loudness.ceiling_dbtp, quiet)?),
        };
        Ok(Job {
            loudness,
            force_loudness: self.force_loudness,
            settings,
            ceiling_is_set: self.ceiling_dbtp.is_some()
                || preset.as_ref().is_some_and(|preset| preset.sets_ceiling),
            reference_level_is_set: preset.is_some_and(|preset| preset.sets_reference_level),
            service,
            container,
            depth,
            sample_rate_hz: self.sample_rate,
            mp3_kbps: self.mp3,
            overwrite: self.force,
            assist,
        })
    }

    /// What the assistant is told.
    fn assist(&self, loudness: Loudness, ceiling_dbtp: f32, quiet: bool) -> Result<Assist, String> {
        let intensity_pct = self.intensity.unwrap_or(FIRST_INTENSITY_PCT);
        if !(0.0..=100.0).contains(&intensity_pct) {
            return Err(format!(
                "--intensity {intensity_pct} is out of range: give 0 to 100 %"
            ));
        }
        if let Some(missing) = self.references.iter().find(|path| !path.is_file()) {
            return Err(format!(
                "--reference {}: there is no such file",
                missing.display()
            ));
        }
        let weights = self.reference_weights.as_deref();
        let styles = known_styles(quiet);
        Ok(Assist {
            intensity_pct,
            wishes: Wishes {
                loudness: match loudness {
                    Loudness::Auto | Loudness::AsSet => LoudnessWish::Auto,
                    Loudness::Keep => LoudnessWish::Keep,
                    Loudness::Off => LoudnessWish::Off,
                    Loudness::Target(lufs) => LoudnessWish::Target(lufs),
                },
                ceiling_dbtp,
                force_loudness: self.force_loudness,
                character: self.character.map(CharacterChoice::character),
                release_ms: self.release_ms,
                style: chosen_style(self.style.as_deref(), &styles)?,
                reference_weights: weights.map_or_else(|| Ok(Default::default()), parse_weights)?,
                mix_state: MixStateChoice::state(self.mix_state),
            },
            references: self.references.clone(),
            styles: styles.all,
        })
    }

    /// The preset of that file, or of that name where there is no such file.
    fn preset(&self) -> Result<Option<Preset>, String> {
        let Some(path) = &self.preset else {
            return Ok(None);
        };
        if !path.exists()
            && let Some(found) = path.to_str().and_then(factory::named)
        {
            return Ok(Some(Preset {
                settings: found.settings,
                sets_ceiling: false,
                sets_drive: false,
                sets_reference_level: false,
                description: None,
            }));
        }
        preset::read(path)
            .map(Some)
            .map_err(|fault| format!("--preset {}: {fault}", path.display()))
    }

    fn wanted_loudness(
        &self,
        service_sets_it: bool,
        preset: Option<&Preset>,
    ) -> Result<Loudness, String> {
        if let Some(lufs) = self.target_lufs {
            if !TARGET_LUFS.contains(&lufs) {
                return Err(format!(
                    "--target-lufs {lufs} makes no sense: give {} to {} LUFS, such as -14",
                    TARGET_LUFS.start(),
                    TARGET_LUFS.end()
                ));
            }
            return Ok(Loudness::Target(lufs));
        }
        Ok(match self.loudness {
            Some(LoudnessChoice::Auto) => Loudness::Auto,
            Some(LoudnessChoice::Keep) => Loudness::Keep,
            Some(LoudnessChoice::Off) => Loudness::Off,
            // A preset that is to be loud and does not say how much leaves it to the song.
            None => match preset {
                Some(preset)
                    if !service_sets_it && (preset.sets_drive || !preset.settings.loudness.on) =>
                {
                    Loudness::AsSet
                }
                _ => Loudness::Auto,
            },
        })
    }

    /// The kind of file, from `--format` and the name of the master where one was given. `is_loose`: a name
    /// that says nothing may be a folder's.
    pub(crate) fn container(
        &self,
        output: Option<&Path>,
        is_loose: bool,
    ) -> Result<Container, String> {
        let by_name = match output {
            Some(path) => {
                let extension = path.extension().unwrap_or_default().to_string_lossy();
                match extension.to_ascii_lowercase().as_str() {
                    "wav" | "wave" => Some(Container::Wav),
                    "flac" => Some(Container::Flac),
                    "mp3" => {
                        return Err(format!(
                            "-o {}: the master itself is WAV or FLAC; name it so and add --mp3 for an MP3 \
                             beside it",
                            path.display()
                        ));
                    }
                    _ if is_loose => None,
                    _ => {
                        return Err(format!(
                            "-o {}: give a name that ends in .wav or .flac, or a folder (with / at its end)",
                            path.display()
                        ));
                    }
                }
            }
            None => None,
        };
        match (self.format, by_name) {
            (Some(FormatChoice::Wav), Some(Container::Flac))
            | (Some(FormatChoice::Flac), Some(Container::Wav)) => {
                Err("--format and the name given with -o disagree: drop one of them".to_owned())
            }
            (Some(FormatChoice::Flac), _) => Ok(Container::Flac),
            (Some(FormatChoice::Wav), _) => Ok(Container::Wav),
            (None, by_name) => Ok(by_name.unwrap_or(Container::Wav)),
        }
    }

    #[cfg(feature = "mp3")]
    fn check_mp3(&self) -> Result<(), String> {
        use finalcoat::offline::mp3::BIT_RATES_KBPS;
        match self.mp3 {
            Some(kbps) if !BIT_RATES_KBPS.contains(&kbps) => Err(format!(
                "--mp3={kbps} is no MP3 bit rate: give one of {}",
                BIT_RATES_KBPS.map(|rate| rate.to_string()).join(", ")
            )),
            _ => Ok(()),
        }
    }

    #[cfg(not(feature = "mp3"))]
    fn check_mp3(&self) -> Result<(), String> {
        match self.mp3 {
            Some(_) => Err(
                "this finalcoat was built without MP3: build it with --features mp3, or drop \
                            --mp3"
                    .to_owned(),
            ),
            None => Ok(()),
        }
    }
}

fn in_range(flag: &str, value: f32, range: &Range, unit: &str) -> Result<f32, String> {
    if (range.min..=range.max).contains(&value) {
        Ok(value)
    } else {
        Err(format!(
            "{flag} {value} is out of range: give {} to {} {unit}",
            range.min, range.max
        ))
    }
}
