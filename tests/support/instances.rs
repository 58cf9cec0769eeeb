//! What of masters and stems is behind their windows, in one process.
#![allow(dead_code, unreachable_pub)]

use finalcoat::dsp::block::{StereoBlock, Stream};
use finalcoat::engine::settings::Settings;
use finalcoat::handoff::capture::Place;
use finalcoat::handoff::linked::Linked;
use finalcoat::handoff::{self, AudioSide, EditorSide};
use finalcoat::params::{Face, FinalcoatParams};
use finalcoat::plugin::linked::MakeGround;
use finalcoat::plugin::live::Live;
use finalcoat::plugin::shelf::Shelf;
use finalcoat::plugin::worker::Worker;
use finalcoat::stems::link::{Ground, system_ms};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The demo's rate.
pub const RATE_HZ: f64 = 44_100.0;

/// A place for the table that is not the user's.
pub fn ground(folder: &Path) -> MakeGround {
    let folder = folder.to_owned();
    Box::new(move || Ground {
        folder: Some(folder.clone()),
        clock: Box::new(system_ms),
    })
}

/// What of an instance is behind the window: parameters, worker and sound.
pub struct Instance {
    pub params: Arc<FinalcoatParams>,
    pub side: EditorSide,
    audio: AudioSide,
    live: Live,
    played: u64,
    _worker: Worker,
}

impl Instance {
    /// A new one, on a track of this name.
    pub fn new(face: Face, name: &str, folder: &Path) -> Self {
        Self::of(Arc::new(FinalcoatParams::new(face)), name, folder)
    }

    /// One with parameters that were loaded.
    pub fn of(params: Arc<FinalcoatParams>, name: &str, folder: &Path) -> Self {
        let (mut audio, side, worker_side) = handoff::new();
        side.linked.name_track(name);
        let mut live = Live::new(Stream::new(RATE_HZ), &Settings::default());
        live.measure_anew(&mut audio);
        let worker = Worker::start_on(
            worker_side,
            params.clone(),
            Shelf::default(),
            Some(ground(folder)),
        );
        Self {
            params,
            side,
            audio,
            live,
            played: 0,
            _worker: worker,
        }
    }

    /// Plays frames of a sound, as the song's of the same places.
    pub fn play(&mut self, sound: &[Vec<f32>; 2], from: usize, to: usize) {
        self.live.set_place(Place::At(from as i64));
        let mut left = sound[0][from..to].to_vec();
        let mut right = sound[1][from..to].to_vec();
        let mut block = StereoBlock::new(&mut left, &mut right);
        self.live.process(&mut block, &mut self.audio);
        self.played += (to - from) as u64;
    }

    /// Waits until the worker has what was played, but for what it lets gather.
    pub fn settle(&self) {
        const GATHERED: u64 = 4096;
        for _ in 0..60_000 {
            if self.side.listen.status().taken_frames + GATHERED > self.played {
                return;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        panic!("the worker takes nothing of {} frames", self.played);
    }

    /// Looks until what is shown is as wanted.
    pub fn shows(&self, what: &str, wanted: impl Fn(&Linked) -> bool) -> Arc<Linked> {
        for _ in 0..1200 {
            let view = self.side.linked.view();
            if wanted(&view) {
                return view;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("{what}: {:#?}", self.side.linked.view());
    }
}
