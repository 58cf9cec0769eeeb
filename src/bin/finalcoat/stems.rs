//! `finalcoat stems`: a folder of stems checked, summed and mastered.

use crate::arguments::{MasterFlags, is_folder_name};
use crate::batch::{Batch, Done, canonical};
use crate::report::print_stems;
use crate::{SOME_FAILED, STOP, exit_code, print_json, wrong_usage};
use clap::Args;
use finalcoat::offline::master::Job;
use finalcoat::offline::stems::{
    Listing, StemsJob, StemsReport, check_stems, default_output, master_stems,
};
use finalcoat::stems::delivery::ProblemKind;
use finalcoat::stems::role::Role;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const GUIDE: &str = include_str!("guide.txt");

#[derive(Debug, Args)]
pub(crate) struct StemsArguments {
    /// The folder that the stems are in (not searched any deeper)
    #[arg(value_name = "FOLDER", required_unless_present = "guide")]
    folder: Option<PathBuf>,
    /// Print the delivery sheet: what to export, how, and how to name it
    #[arg(long)]
    guide: bool,
    /// The master's file [default: FOLDER.master.wav beside the folder]
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// The mix that the stems add up to: they are held against it, and its tags go to the master
    #[arg(long, value_name = "FILE")]
    mix: Option<PathBuf>,
    /// What a stem is, where its name does not say it; may be given several times
    #[arg(long = "role", value_name = "FILE=ROLE")]
    roles: Vec<String>,
    /// Make a master in spite of this kind of problem; may be given several times
    #[arg(long = "accept", value_name = "KIND")]
    accepted: Vec<String>,
    /// Only check the delivery
    #[arg(long)]
    check: bool,
    /// A folder for the stems as they went into the master
    #[arg(long, value_name = "FOLDER")]
    stems_out: Option<PathBuf>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
    /// Print nothing but errors
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    flags: MasterFlags,
}

/// Runs it.
pub(crate) fn run_stems(arguments: &StemsArguments) -> ExitCode {
    if arguments.guide {
        print!("{GUIDE}");
        return ExitCode::SUCCESS;
    }
    let (folder, listing, output, job) = match prepared(arguments) {
        Ok(prepared) => prepared,
        Err(error) => return wrong_usage(&error),
    };
    let batch = Batch::new(vec![folder.clone()], None, !arguments.quiet, &STOP);
    let mut results = batch.run(
        |_, watch| {
            if arguments.check {
                check_stems(&listing, &job.accepted, watch)
            } else {
                master_stems(&listing, &output, &job, watch)
            }
        },
        |done: &Done<StemsReport>| {
            if !arguments.json && !arguments.quiet {
                print_stems(&folder, &done.result);
            }
            if let Some(error) = &done.result.error {
                eprintln!("finalcoat: {}: {error}", folder.display());
            }
        },
    );
    let Some(Done { result, .. }) = results.pop() else {
        return ExitCode::from(SOME_FAILED);
    };
    if arguments.json
        && let Err(code) = print_json(&result)
    {
        return code;
    }
    exit_code(result.error.is_some())
}

fn prepared(arguments: &StemsArguments) -> Result<(PathBuf, Listing, PathBuf, StemsJob), String> {
    let folder = arguments.folder.clone().unwrap_or_default();
    let roles = arguments
        .roles
        .iter()
        .map(|text| parse_role(text))
        .collect::<Result<Vec<_>, _>>()?;
    let accepted = arguments
        .accepted
        .iter()
        .map(|text| parse_accepted(text))
        .collect::<Result<Vec<_>, _>>()?;
    let mix = arguments.mix.as_deref();
    let listing = Listing::of(&folder, mix, &roles, &arguments.flags.references)?;
    let (output, master) = output_and_job(arguments, &folder)?;
    if let Some(input) = listing
        .files
        .iter()
        .chain(&listing.mix)
        .find(|input| canonical(input) == canonical(&output))
    {
        return Err(format!(
            "the output {} is one of the inputs, which are never overwritten: give another name with -o",
            input.display()
        ));
    }
    let stems_out = arguments.stems_out.clone();
    let job = StemsJob {
        accepted,
        stems_out,
        page: arguments.flags.report,
        master,
    };
    Ok((folder, listing, output, job))
}

fn output_and_job(arguments: &StemsArguments, folder: &Path) -> Result<(PathBuf, Job), String> {
    let (flags, quiet) = (&arguments.flags, arguments.quiet);
    let file = arguments.output.as_deref();
    if let Some(path) = file.filter(|path| is_folder_name(path, 1)) {
        let container = flags.container(None, false)?;
        let name = default_output(folder, container.extension());
        drop(std::fs::create_dir_all(path));
        let output = path.join(name.file_name().unwrap_or_default());
        return Ok((output, flags.job(container, quiet)?));
    }
    let container = flags.container(file, false)?;
    let output = match file {
        Some(file) => file.to_owned(),
        None => default_output(folder, container.extension()),
    };
    Ok((output, flags.job(container, quiet)?))
}

/// `FILE=ROLE`; a file's name may hold `=` itself.
fn parse_role(text: &str) -> Result<(String, Role), String> {
    let known = || {
        let keys: Vec<&str> = Role::ALL.iter().map(|role| role.key()).collect();
        keys.join(", ")
    };
    let (file, key) = text
        .rsplit_once('=')
        .ok_or_else(|| format!("--role {text}: give FILE=ROLE, as in 03.wav=bass"))?;
    let role =
        Role::of_key(&key.trim().to_lowercase().replace([' ', '-'], "_")).ok_or_else(|| {
            format!(
                "--role {text}: there is no role \u{201c}{key}\u{201d}; the roles are {}",
                known()
            )
        })?;
    Ok((file.trim().to_owned(), role))
}

fn parse_accepted(text: &str) -> Result<ProblemKind, String> {
    let key = text.trim().to_lowercase().replace('-', "_");
    ProblemKind::of_key(&key)
        .filter(|kind| kind.can_be_accepted())
        .ok_or_else(|| {
            let keys: Vec<&str> = ProblemKind::ALL
                .into_iter()
                .filter(|kind| kind.can_be_accepted())
                .map(ProblemKind::key)
                .collect();
            format!(
                "--accept {text}: that cannot be accepted; what can is {}",
                keys.join(", ")
            )
        })
}
