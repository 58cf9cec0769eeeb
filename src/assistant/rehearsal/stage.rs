//! Where passages are played: the shaping stages once per set of settings, the loudness stage as often as
//! drives are tried over the result.

use super::{Cancelled, Material, Passage};
use crate::assistant::limiting::{FRAMES_PER_SECOND, Reductions};
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::float_mode::FlushDenormals;
use crate::dsp::loudness::GatedLoudness;
use crate::dsp::units::{energy_to_db, gain_to_db, ms_to_samples};
use crate::dsp::weighted::WeightedLanes;
use crate::engine::loudness::Loudness;
use crate::engine::settings::Settings;
use crate::engine::settings::loudness::LoudnessSettings;
use crate::engine::shaping::Shaping;
use wide::f32x4;

/// Plays that a rehearsal usually takes, in units of one pass of the loudness stage; only the progress bar
/// believes it.
const PLAYS_USUAL: f32 = 45.0;
/// What a pass of the shaping stages costs in those units.
const SHAPING_COST: f32 = 2.0;
/// Frames of 10 ms over which gain is matched when distortion is told.
const MATCH_FRAMES: usize = 5;
/// Frames of 10 ms in a step of the loudness measure.
const STEP_FRAMES: usize = 10;

/// Left and right.
pub(super) type Stereo = [Vec<f32>; 2];

/// The passages before the loudness stage.
#[derive(Debug, Clone)]
pub(super) struct Shaped {
    /// With the delay of the shaping stages before them and silence for that of the loudness stage behind: so
    /// that the loudness stage begins as in the whole engine.
    delayed: Vec<Stereo>,
    delay: usize,
    /// Delay of the loudness stage.
    after: usize,
    /// Gated loudness of them all.
    pub(super) lufs: f64,
    /// Highest sample in dBFS.
    pub(super) peak_dbfs: f64,
}

impl Shaped {
    /// The passages, left and right, without delay and silence.
    pub(super) fn passages(&self) -> impl Iterator<Item = [&[f32]; 2]> {
        self.delayed.iter().map(|[left, right]| {
            let range = self.delay..left.len() - self.after;
            [&left[range.clone()], &right[range]]
        })
    }
}

/// What the loudness stage made of them.
#[derive(Debug, Clone)]
pub(super) struct Played {
    /// Gated loudness of them all.
    pub(super) lufs: f64,
    /// 95th percentile of the gain reduction, gated, in dB.
    pub(super) p95_gain_reduction_db: f64,
    /// What is left of the difference to the input when the gain of each 50 ms is matched, re the output.
    pub(super) distortion_db: f64,
    /// Peak over RMS lost in the mean of 50 ms, in dB.
    pub(super) crest_lost_db: f64,
    /// Gain reduction of each 10 ms of each passage in dB, positive.
    pub(super) reductions_db: Vec<Vec<f32>>,
    /// What came out, when it was to be kept.
    pub(super) output: Vec<Stereo>,
}

/// The room, and who may stop the music.
pub(super) struct Stage<'a> {
    stream: Stream,
    go_on: &'a mut dyn FnMut(f32) -> bool,
    frame_samples: usize,
    /// Work done, in plays.
    done: f32,
}

impl<'a> Stage<'a> {
    pub(super) fn new(material: &Material<'_>, go_on: &'a mut dyn FnMut(f32) -> bool) -> Self {
        let frame_ms = 1e3 / FRAMES_PER_SECOND as f64;
        Self {
            stream: material.stream,
            go_on,
            frame_samples: ms_to_samples(frame_ms, material.stream.sample_rate_hz, 1),
            done: 0.0,
        }
    }

    /// Asks whether to go on, `plays` of work later.
    pub(super) fn ask(&mut self, plays: f32) -> Result<(), Cancelled> {
        self.done += plays;
        if (self.go_on)((self.done / PLAYS_USUAL).min(0.99)) {
            Ok(())
        } else {
            Err(Cancelled)
        }
    }

    /// The passages as they are.
    pub(super) fn plain(&mut self, passages: &[Passage]) -> Result<Shaped, Cancelled> {
        self.shape(passages, &Settings::default())
    }

    /// The passages through the shaping stages, at the intensity of `settings`.
    pub(super) fn shape(
        &mut self,
        passages: &[Passage],
        settings: &Settings,
    ) -> Result<Shaped, Cancelled> {
        let settings = settings.quantized();
        let idle = !settings.shapes_sound() && !settings.input.subsonic_on;
        let effect = settings.in_effect();
        let total: usize = passages.iter().map(|passage| passage.left.len()).sum();
        let delay = Shaping::new(self.stream, &effect).latency_samples();
        let after = Loudness::new(self.stream, &effect.loudness).latency_samples();
        let mut shaped = Shaped {
            delayed: Vec::with_capacity(passages.len()),
            delay,
            after,
            lufs: f64::NEG_INFINITY,
            peak_dbfs: -180.0,
        };
        let frames = self.frame_samples;
        for passage in passages {
            let padded = |samples: &[f32]| {
                let mut padded = vec![0.0; if idle { delay } else { 0 }];
                padded.extend_from_slice(samples);
                padded.resize(samples.len() + delay + after, 0.0);
                padded
            };
            let (mut left, mut right) = (padded(&passage.left), padded(&passage.right));
            if !idle {
                let mut shaping = Shaping::new(self.stream, &effect);
                for (left, right) in left.chunks_mut(frames).zip(right.chunks_mut(frames)) {
                    shaping.process(&mut StereoBlock::new(left, right));
                    self.ask(SHAPING_COST * left.len() as f32 / total.max(1) as f32)?;
                }
            }
            shaped.delayed.push([left, right]);
        }
        let mut measure = Measure::new(self.stream, frames);
        let mut peak = 0.0_f32;
        for [left, right] in shaped.passages() {
            for (left, right) in left.chunks(frames).zip(right.chunks(frames)) {
                measure.hear(left, right);
                let magnitudes = left.iter().chain(right).map(|x| x.abs());
                peak = magnitudes.fold(peak, f32::max);
                self.ask(0.0)?;
            }
        }
        shaped.lufs = measure.lufs();
        shaped.peak_dbfs = gain_to_db(f64::from(peak.max(1e-9)));
        Ok(shaped)
    }

    /// The loudness stage over what was shaped.
    pub(super) fn play(
        &mut self,
        shaped: &Shaped,
        settings: &LoudnessSettings,
        keep: bool,
    ) -> Result<Played, Cancelled> {
        let _mode = FlushDenormals::on();
        let total: usize = shaped.delayed.iter().map(|[left, _]| left.len()).sum();
        let skip = shaped.delay + shaped.after;
        let mut measure = Measure::new(self.stream, self.frame_samples);
        let mut reductions = Reductions::new();
        let mut residue = Residue::default();
        let (mut reductions_db, mut output) = (Vec::new(), Vec::new());
        for (delayed, input) in shaped.delayed.iter().zip(shaped.passages()) {
            let mut loudness = Loudness::new(self.stream, settings);
            let mut out = delayed.clone();
            let mut of_frames = Vec::with_capacity(delayed[0].len() / self.frame_samples + 1);
            let frames = self.frame_samples;
            let [out_left, out_right] = &mut out;
            for (left, right) in out_left
                .chunks_mut(frames)
                .zip(out_right.chunks_mut(frames))
            {
                loudness.process(&mut StereoBlock::new(left, right));
                let gain = loudness.take_reading().gain();
                of_frames.push(gain);
                self.ask(left.len() as f32 / total.max(1) as f32)?;
            }
            out_left.drain(..skip);
            out_right.drain(..skip);
            for (n, (left, right)) in out_left
                .chunks(frames)
                .zip(out_right.chunks(frames))
                .enumerate()
            {
                measure.hear(left, right);
                let gain = of_frames.get(n).copied().unwrap_or(1.0);
                reductions.push(gain, || Some(measure.momentary_lufs()));
            }
            residue.hear(input, &out, frames * MATCH_FRAMES);
            let in_db = |gain: &f32| -gain_to_db(f64::from(gain.clamp(1e-6, 1.0))) as f32;
            reductions_db.push(of_frames.iter().map(in_db).collect());
            if keep {
                output.push(out);
            }
        }
        let lufs = measure.lufs();
        Ok(Played {
            lufs,
            p95_gain_reduction_db: reductions.limiting(Some(lufs)).p95_gain_reduction_db,
            distortion_db: residue.distortion_db(),
            crest_lost_db: residue.crest_lost_db(),
            reductions_db,
            output,
        })
    }
}

/// Gated and momentary loudness, in steps of 100 ms.
struct Measure {
    weighting: WeightedLanes,
    gated: GatedLoudness,
    energy: f64,
    frames: usize,
    step_samples: usize,
    /// Mean energies of the last 400 ms.
    last: [f64; 4],
}

impl Measure {
    fn new(stream: Stream, frame_samples: usize) -> Self {
        Self {
            weighting: WeightedLanes::new(stream),
            gated: GatedLoudness::new(),
            energy: 0.0,
            frames: 0,
            step_samples: frame_samples * STEP_FRAMES,
            last: [0.0; 4],
        }
    }

    fn hear(&mut self, left: &[f32], right: &[f32]) {
        for (&left, &right) in left.iter().zip(right) {
            let [left, right, _, _] = self
                .weighting
                .tick(f32x4::new([left, right, 0.0, 0.0]))
                .to_array();
            self.energy += f64::from(left * left + right * right);
        }
        self.frames += left.len();
        if self.frames >= self.step_samples {
            let mean = self.energy / self.frames as f64;
            self.gated.add_step(mean);
            self.last.rotate_left(1);
            self.last[3] = mean;
            (self.energy, self.frames) = (0.0, 0);
        }
    }

    fn momentary_lufs(&self) -> f64 {
        -0.691 + energy_to_db((self.last.iter().sum::<f64>() / 4.0).max(1e-15))
    }

    fn lufs(&self) -> f64 {
        self.gated.lufs().unwrap_or(f64::NEG_INFINITY)
    }
}

/// Input beside output, window by window.
#[derive(Default)]
struct Residue {
    residue: f64,
    output: f64,
    crest_lost_db: f64,
    windows: f64,
}

impl Residue {
    fn hear(&mut self, input: [&[f32]; 2], output: &Stereo, window: usize) {
        let windows = input[0].len() / window.max(1);
        for n in 0..windows {
            let range = n * window..(n + 1) * window;
            let (mut xx, mut yy, mut xy) = (0.0_f64, 0.0_f64, 0.0_f64);
            let (mut peak_in, mut peak_out) = (0.0_f32, 0.0_f32);
            for channel in 0..2 {
                let pairs = input[channel][range.clone()]
                    .iter()
                    .zip(&output[channel][range.clone()]);
                for (&x, &y) in pairs {
                    peak_in = peak_in.max(x.abs());
                    peak_out = peak_out.max(y.abs());
                    let (x, y) = (f64::from(x), f64::from(y));
                    xx += x * x;
                    yy += y * y;
                    xy += x * y;
                }
            }
            if xx <= 1e-9 || yy <= 1e-9 {
                continue;
            }
            self.residue += (yy - xy * xy / xx).max(0.0);
            self.output += yy;
            let crest_db = |peak: f32, energy: f64| {
                gain_to_db(f64::from(peak.max(1e-9))) - energy_to_db(energy)
            };
            self.crest_lost_db += (crest_db(peak_in, xx) - crest_db(peak_out, yy)) * weight(yy);
            self.windows += weight(yy);
        }
    }

    fn distortion_db(&self) -> f64 {
        energy_to_db(self.residue.max(1e-12) / self.output.max(1e-12)).max(-120.0)
    }

    fn crest_lost_db(&self) -> f64 {
        self.crest_lost_db / self.windows.max(1e-12)
    }
}

/// Loud windows count more: by their amplitude.
fn weight(energy: f64) -> f64 {
    libm::sqrt(energy)
}
