//! What can be said on the command line, and what is refused as wrong usage.

#[path = "arguments/flags.rs"]
mod flags;

pub(crate) use flags::MasterFlags;

use crate::stems::StemsArguments;
use clap::{Args, Parser, Subcommand, ValueEnum};
use finalcoat::assistant::wishes::MixState;
use finalcoat::offline::check::CheckJob;
use finalcoat::offline::folder::has_sound_extension;
use finalcoat::offline::master::Job;
use finalcoat::offline::write::Container;
use flags::{chosen_style, known_styles};
use std::path::{Path, PathBuf};

/// Masters songs, checks and measures them. The same engine as the plugin.
#[derive(Debug, Parser)]
#[command(name = "finalcoat", version, about, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Measure loudness, loudness range, peaks and correlation
    #[command(after_help = "Example:\n  finalcoat meter song.wav mixes/ --json")]
    Meter(MeterArguments),
    /// Listen to songs and say what they need: style, findings, and whether a stereo master is enough
    #[command(
        after_help = "Examples:\n  finalcoat check song.wav\n  finalcoat check mixes/ --mix-state locked --json\n\nThe verdict is one of: master (a stereo master is enough), stems (one element needs its own fader), mix (the mix must be fixed first), done (nothing needs to be done)."
    )]
    Check(CheckArguments),
    /// Master songs: listen, decide what they need, do that much of it, and say why
    #[command(
        after_help = "Examples:\n  finalcoat master song.wav\n  finalcoat master song.wav --intensity 30 --report\n  finalcoat master song.wav -o out.flac --target-lufs -11 --mp3\n  finalcoat master song.wav --reference loved.mp3 --reference-weights tone=1,width=0.5,loudness=0\n  finalcoat master mixes/ -o masters/ --style rock --for spotify --jobs 4\n\nThe \"settings\" that --json prints are a preset: --preset reproduces the master.\nA mono song stays mono and is measured as it is played, on both loudspeakers."
    )]
    Master(MasterArguments),
    /// Check a folder of stems, sum them and master the sum
    #[command(
        after_help = "Examples:\n  finalcoat stems --guide\n  finalcoat stems song_stems/ --mix song.wav --check\n  finalcoat stems song_stems/ --mix song.wav -o song.master.wav\n  finalcoat stems song_stems/ --role 03.wav=lead_vocal --accept length_mismatch --json\n\nRoles are told from the names of the files, and from their sound where the names say nothing."
    )]
    Stems(Box<StemsArguments>),
    /// Compare two files at equal loudness: loudness, tone, dynamics, width, null residue
    #[command(
        after_help = "Examples:\n  finalcoat compare song.wav song.master.wav\n  finalcoat compare mix.wav reference.mp3 --json\n\nB is aligned to A by whole samples, brought to A's sample rate and to A's loudness. All differences are B minus A."
    )]
    Compare(CompareArguments),
}

#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Sound files, or folders of them (not searched any deeper)
    #[arg(value_name = "INPUT", required = true)]
    pub(crate) inputs: Vec<PathBuf>,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(crate) json: bool,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Files worked on at a time [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct MeterArguments {
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) common: Common,
    /// Whether the mix can be reopened [default: unknown]
    #[arg(long, value_name = "STATE")]
    pub(crate) mix_state: Option<MixStateChoice>,
    /// What to measure it against: a style's name, or auto for what it is closest to [default: auto]
    #[arg(long, value_name = "NAME")]
    pub(crate) style: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArguments {
    /// The sound file to compare with
    #[arg(value_name = "A")]
    pub(crate) a: PathBuf,
    /// The sound file that is compared
    #[arg(value_name = "B")]
    pub(crate) b: PathBuf,
    /// Print one JSON object instead of text
    #[arg(long)]
    pub(crate) json: bool,
    /// Print nothing but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum MixStateChoice {
    /// It can be changed
    Open,
    /// It stays as it is
    Locked,
    /// Not said: advice covers both
    Unknown,
}

impl MixStateChoice {
    fn state(choice: Option<Self>) -> MixState {
        match choice {
            Some(Self::Open) => MixState::Open,
            Some(Self::Locked) => MixState::Locked,
            Some(Self::Unknown) | None => MixState::Unknown,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct MasterArguments {
    #[command(flatten)]
    pub(crate) common: Common,
    /// The master's file, or a folder for it [default: NAME.master.wav beside the input]
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) flags: MasterFlags,
}

impl CheckArguments {
    /// How every song is to be checked, or why that cannot be.
    pub(crate) fn job(&self) -> Result<CheckJob, String> {
        let styles = known_styles(self.common.quiet);
        Ok(CheckJob {
            style: chosen_style(self.style.as_deref(), &styles)?,
            styles,
            mix_state: MixStateChoice::state(self.mix_state),
        })
    }
}

impl MasterArguments {
    /// What is to be done with every song, or why that cannot be.
    pub(crate) fn job(&self) -> Result<Job, String> {
        let inputs = &self.common.inputs;
        let file = self.output.as_deref();
        let file = file.filter(|path| !is_folder_name(path, inputs.len()));
        // A folder of songs as the only input makes this a folder's name.
        let is_loose = inputs.iter().any(|input| input.is_dir());
        let container = self.flags.container(file, is_loose)?;
        self.flags.job(container, self.common.quiet)
    }

    /// Where the master of each input goes; makes the folder given with `-o` where it is missing.
    pub(crate) fn outputs(
        &self,
        inputs: &[PathBuf],
        container: Container,
    ) -> Result<Vec<PathBuf>, String> {
        let name_of = |input: &Path| {
            let mut name = input.file_stem().unwrap_or_default().to_owned();
            name.push(format!(".master.{}", container.extension()));
            name
        };
        let Some(output) = &self.output else {
            return Ok(inputs
                .iter()
                .map(|input| input.with_file_name(name_of(input)))
                .collect());
        };
        let takes_many = inputs.len() > 1 || self.common.inputs.iter().any(|input| input.is_dir());
        let count = if takes_many { 2 } else { 1 };
        if !is_folder_name(output, count) {
            return Ok(vec![output.clone(); inputs.len()]);
        }
        if output.is_file() {
            return Err(format!(
                "-o {} is a file, and there are several inputs: give a folder",
                output.display()
            ));
        }
        let is_written_as_folder = output.to_string_lossy().ends_with(std::path::is_separator);
        if has_sound_extension(output) && !output.is_dir() && !is_written_as_folder {
            return Err(format!(
                "-o {} is named as a file, and there are several inputs: give a folder (with / at its end)",
                output.display()
            ));
        }
        // A folder that cannot be made is each song's failure, told when its file is to be made.
        drop(std::fs::create_dir_all(output));
        Ok(inputs
            .iter()
            .map(|input| output.join(name_of(input)))
            .collect())
    }
}

/// Whether `-o` means a folder: for several inputs, if it is one, or if it is written as one.
pub(crate) fn is_folder_name(path: &Path, inputs: usize) -> bool {
    inputs > 1 || path.is_dir() || path.to_string_lossy().ends_with(std::path::is_separator)
}
