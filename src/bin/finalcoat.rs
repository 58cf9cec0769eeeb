//! The command line: `finalcoat meter`, `check`, `master`, `stems` and `compare`.

#[path = "finalcoat/arguments.rs"]
mod arguments;
#[path = "finalcoat/batch.rs"]
mod batch;
#[path = "finalcoat/report.rs"]
mod report;
#[path = "finalcoat/stems.rs"]
mod stems;

use arguments::{
    Arguments, CheckArguments, Command, Common, CompareArguments, MasterArguments, MeterArguments,
};
use batch::{Batch, Done, canonical};
use clap::Parser;
use finalcoat::offline::check::{Checked, check};
use finalcoat::offline::compare::{Compared, compare};
use finalcoat::offline::failure::{Failure, Outcome};
use finalcoat::offline::master::{Mastered, master};
use finalcoat::offline::measure::{Measurement, measure};
use finalcoat::offline::page::{master_with_page, page_path};
use finalcoat::offline::watch::Watch;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set when the user asks to stop; every loop over a song looks at it.
static STOP: AtomicBool = AtomicBool::new(false);

const SOME_FAILED: u8 = 1;
const WRONG_USAGE: u8 = 2;
/// As shells count it: 128 and the number of SIGINT.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Without a handler we would be ended at once, and a half-written file would stay behind.
    if let Err(error) = ctrlc::set_handler(|| STOP.store(true, Ordering::Relaxed)) {
        eprintln!("finalcoat: Ctrl-C cannot be caught ({error})");
    }
    match arguments.command {
        Command::Meter(arguments) => run_meter(&arguments),
        Command::Check(arguments) => run_check(&arguments),
        Command::Master(arguments) => run_master(&arguments),
        Command::Stems(arguments) => stems::run_stems(&arguments),
        Command::Compare(arguments) => run_compare(&arguments),
    }
}

fn run_meter(arguments: &MeterArguments) -> ExitCode {
    let common = &arguments.common;
    let inputs = match batch::expand(&common.inputs) {
        Ok(inputs) => inputs,
        Err(error) => return wrong_usage(&error),
    };
    let batch = Batch::new(
        inputs.files.clone(),
        common.jobs,
        shows_progress(common),
        &STOP,
    );
    let mut table = report::MeterTable::new();
    let work = |input: &Path, watch: Watch<'_>| {
        inputs.check(input)?;
        measure(input, watch)
    };
    let results = batch.run(work, |done: &Done<Outcome<Measurement>>| {
        match &done.result {
            Ok(measurement) if prints(common) => table.print(&done.input, measurement),
            Ok(_) => {}
            Err(failure) => complain(&done.input, failure),
        }
    });
    finish(common, results)
}

fn run_check(arguments: &CheckArguments) -> ExitCode {
    let common = &arguments.common;
    let job = match arguments.job() {
        Ok(job) => job,
        Err(error) => return wrong_usage(&error),
    };
    let inputs = match batch::expand(&common.inputs) {
        Ok(inputs) => inputs,
        Err(error) => return wrong_usage(&error),
    };
    let batch = Batch::new(
        inputs.files.clone(),
        common.jobs,
        shows_progress(common),
        &STOP,
    );
    let work = |input: &Path, watch: Watch<'_>| {
        inputs.check(input)?;
        check(input, &job, watch)
    };
    let results = batch.run(work, |done: &Done<Outcome<Checked>>| match &done.result {
        Ok(checked) if prints(common) => report::print_checked(&done.input, checked),
        Ok(_) => {}
        Err(failure) => complain(&done.input, failure),
    });
    finish(common, results)
}

fn run_compare(arguments: &CompareArguments) -> ExitCode {
    let (a, b) = (&arguments.a, &arguments.b);
    let shows = !arguments.quiet;
    let batch = Batch::new(vec![b.clone()], None, shows, &STOP);
    let mut results = batch.run(|b, watch| compare(a, b, watch), |_| ());
    let Some(Done { result, .. }) = results.pop() else {
        return ExitCode::from(SOME_FAILED);
    };
    if let Err((which, failure)) = &result {
        complain([a, b][*which], failure);
    }
    if arguments.json {
        let files = [a, b].into_iter().enumerate().map(|(at, path)| FileReport {
            file: path.display().to_string(),
            result: result.as_ref().ok().map(|compared| &compared.files[at]),
            error: match &result {
                Err((which, failure)) if *which == at => Some(failure.to_string()),
                _ => None,
            },
        });
        let report = ComparedReport {
            files: files.collect(),
            difference: result.as_ref().ok(),
        };
        if let Err(code) = print_json(&report) {
            return code;
        }
    } else if let (Ok(compared), false) = (&result, arguments.quiet) {
        report::print_compared(a, b, compared);
    }
    exit_code(result.is_err())
}

fn run_master(arguments: &MasterArguments) -> ExitCode {
    let common = &arguments.common;
    let job = match arguments.job() {
        Ok(job) => job,
        Err(error) => return wrong_usage(&error),
    };
    let inputs = match batch::expand(&common.inputs) {
        Ok(inputs) => inputs,
        Err(error) => return wrong_usage(&error),
    };
    let outputs = match arguments.outputs(&inputs.files, job.container) {
        Ok(outputs) => outputs,
        Err(error) => return wrong_usage(&error),
    };
    let known: Vec<PathBuf> = inputs.files.iter().map(|file| canonical(file)).collect();
    let output_of = |input: &Path| -> Outcome<PathBuf> {
        inputs.check(input)?;
        let files = &inputs.files;
        let at = files.iter().position(|known| known == input).unwrap_or(0);
        let first = outputs.iter().position(|known| *known == outputs[at]);
        if first != Some(at) {
            return Err(Failure::because(format!(
                "its master would have the same name as another's, {}: master it on its own, with -o",
                outputs[at].display()
            )));
        }
        let mp3 = job.mp3_kbps.map(|_| outputs[at].with_extension("mp3"));
        let page = arguments.flags.report.then(|| page_path(&outputs[at]));
        for path in std::iter::once(&outputs[at]).chain(&mp3).chain(&page) {
            let path_known = canonical(path);
            if known.contains(&path_known) && path_known != known[at] {
                return Err(Failure::because(format!(
                    "its output {} is another input, which is never overwritten: give a folder for the \
                     masters with -o, or leave that input out",
                    path.display()
                )));
            }
        }
        Ok(outputs[at].clone())
    };
    let batch = Batch::new(
        inputs.files.clone(),
        common.jobs,
        shows_progress(common),
        &STOP,
    );
    let results = batch.run(
        |input, watch| {
            let output = output_of(input)?;
            if arguments.flags.report {
                master_with_page(input, &output, &job, watch)
            } else {
                master(input, &output, &job, watch)
            }
        },
        |done: &Done<Outcome<Mastered>>| match &done.result {
            Ok(mastered) => {
                for warning in mastered.warnings.iter().filter(|_| !common.quiet) {
                    eprintln!("finalcoat: {}: warning: {warning}", done.input.display());
                }
                if prints(common) {
                    report::print_mastered(&done.input, mastered);
                }
            }
            Err(failure) => complain(&done.input, failure),
        },
    );
    finish(common, results)
}

/// Whether text goes to the terminal: not beside JSON, and not when asked to be quiet.
fn prints(common: &Common) -> bool {
    !common.json && !common.quiet
}

fn shows_progress(common: &Common) -> bool {
    !common.quiet
}

fn wrong_usage(error: &str) -> ExitCode {
    eprintln!("finalcoat: {error}");
    ExitCode::from(WRONG_USAGE)
}

fn complain(input: &Path, failure: &Failure) {
    eprintln!("finalcoat: {}: {failure}", input.display());
}

/// Everything about one file, as JSON says it.
#[derive(Serialize)]
struct FileReport<'a, T> {
    file: String,
    #[serde(flatten)]
    result: Option<&'a T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct Report<'a, T> {
    files: Vec<FileReport<'a, T>>,
}

#[derive(Serialize)]
struct ComparedReport<'a> {
    files: Vec<FileReport<'a, Measurement>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    difference: Option<&'a Compared>,
}

/// Prints the JSON and says by the exit code how it went.
fn finish<T: Serialize>(common: &Common, results: Vec<Done<Outcome<T>>>) -> ExitCode {
    if common.json {
        let files = results.iter().map(|done| FileReport {
            file: done.input.display().to_string(),
            result: done.result.as_ref().ok(),
            error: done.result.as_ref().err().map(ToString::to_string),
        });
        let report = Report {
            files: files.collect(),
        };
        if let Err(code) = print_json(&report) {
            return code;
        }
    }
    exit_code(results.iter().any(|done| done.result.is_err()))
}

fn print_json(report: &impl Serialize) -> Result<(), ExitCode> {
    match serde_json::to_string_pretty(report) {
        // Nobody reading is no failure of ours.
        Ok(text) => drop(writeln!(std::io::stdout(), "{text}")),
        Err(error) => {
            eprintln!("finalcoat: the report cannot be written ({error})");
            return Err(ExitCode::from(SOME_FAILED));
        }
    }
    Ok(())
}

fn exit_code(some_failed: bool) -> ExitCode {
    if STOP.load(Ordering::Relaxed) {
        ExitCode::from(INTERRUPTED)
    } else if some_failed {
        ExitCode::from(SOME_FAILED)
    } else {
        ExitCode::SUCCESS
    }
}
