//! `finalcoat-standalone`: Finalcoat without a DAW.

use std::process::ExitCode;

use finalcoat::plugin::standalone::arguments::Start;
use finalcoat::plugin::standalone::run;

fn main() -> ExitCode {
    match Start::read(std::env::args_os()) {
        Ok(start) => run(&start),
        Err(refusal) => ExitCode::from(refusal.tell()),
    }
}
