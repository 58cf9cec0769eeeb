//! A process of a test that is told what to do line by line, and an advice that one sends to another.

use std::io::BufReader;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use finalcoat::stems::advice::StemAdvice;
use finalcoat::stems::moves::{StemChange, StemMove, StemStage};

/// Starts it: what it hears and what it says are ours, its complaints are the test's.
pub(crate) fn started(command: &mut Command) -> (Child, ChildStdin, BufReader<ChildStdout>) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("this test starts processes");
    let input = child.stdin.take().expect("piped");
    let output = BufReader::new(child.stdout.take().expect("piped"));
    (child, input, output)
}

/// An advice of one move.
pub(crate) fn gain(db: f32) -> StemAdvice {
    StemAdvice {
        moves: vec![StemMove {
            stage: StemStage::Gain,
            band_hz: None,
            value: f64::from(db),
            unit: "dB".to_owned(),
            text: "It stands out.".to_owned(),
            change: StemChange::Gain(db),
        }],
        ..StemAdvice::default()
    }
}
