//! What the framework has to say, on the terminal: which sound device it found, and what is wrong with it.

use std::fmt::{Debug, Write};

use nice_plug::tracing::field::{Field, Visit};
use nice_plug::tracing::span::{Attributes, Id, Record};
use nice_plug::tracing::{Event, Level, Metadata, Subscriber, subscriber};

use super::arguments::PROGRAM;

/// What is not so (Ctrl-C is caught by us), or was said before.
const LEFT_OUT: [&str; 2] = [
    "Error setting close signal callback",
    "Falling back to the dummy audio backend",
];

/// Nobody misses an input while a file is played.
const OF_INPUTS: &str = "Audio inputs are not connected automatically";

/// From now on what is said is printed; of inputs only if they are to be heard.
pub fn begin(hears_inputs: bool) {
    // Where somebody listens already, he goes on.
    let _ = subscriber::set_global_default(Terminal { hears_inputs });
}

struct Terminal {
    hears_inputs: bool,
}

impl Subscriber for Terminal {
    fn enabled(&self, about: &Metadata<'_>) -> bool {
        let ours = about.target().starts_with("nice_plug");
        *about.level() <= if ours { Level::INFO } else { Level::ERROR }
    }

    fn event(&self, event: &Event<'_>) {
        let mut said = Said::default();
        event.record(&mut said);
        let left_out = LEFT_OUT.iter().any(|start| said.0.starts_with(start));
        if !left_out && (self.hears_inputs || !said.0.starts_with(OF_INPUTS)) {
            eprintln!("{PROGRAM}: {}", said.0);
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Said(String);

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            // A string takes everything.
            let _ = write!(self.0, "{value:?}");
        }
    }
}
