//! The chores of the project: `cargo xtask`.

mod bench;
mod bundle;
mod check;
mod demo;
mod evaluate;
#[path = "../../tests/support/host.rs"]
mod host;
mod install;
mod packages;
mod run;
mod shell;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask <COMMAND>

  run       builds and opens the standalone app: plays the demo song through Finalcoat, or the file
            named (arguments go to the app; --help says more)
  demo      builds everything, masters the demo song through the built plugin in a headless host
  test      builds the bundles, then checks and tests everything; this is all of CI
  bundle    builds the plugin bundles into target/bundled
  install   copies the plugin bundles to your plugin folders, building them first
  bless     writes anew what tests hold frozen (host parameters), after a change that is meant
  bench     counts instructions per frame (arguments go to `cargo bench`)
  evaluate  tries every promise about judgement and sound on a folder of music (--help says more)

Missing Debian and Ubuntu packages are installed after saying so, with sudo unless root; elsewhere
they are named.";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    if !rest.is_empty() && !["run", "bench", "evaluate"].contains(&command.as_str()) {
        eprintln!("`cargo xtask {command}` takes no arguments\n\n{USAGE}");
        return ExitCode::from(2);
    }
    let done = match command.as_str() {
        "run" => run::run(&rest),
        "demo" => demo::demo(),
        "test" => check::test(),
        "bundle" => bundle::bundle().map(|_| ()),
        "install" => install::install(),
        "bless" => check::bless(),
        "bench" => bench::bench(&rest),
        "evaluate" => evaluate::evaluate(&rest),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
