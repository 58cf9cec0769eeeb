//! Stage 6, colour: saturation in the parallel form, as loud as what came in.
//!
//! ```text
//! x ─┬─────────────────── delay ────────────────── × direct ─► + ─► y
//!    └─► emphasis ─► up ─► f(e) − e ─► down ─► emphasis back ─► × added ─┘
//! ```
//!
//! With the amount `a` and the make-up `g`, `y = x + a·(g·f(x) − x)`: direct is `1 + a·(g − 1)` and added
//! `a·g`. Only what the curve adds goes through filters, so that nothing of the sound itself does, and no
//! amount is the delayed input bit for bit. The make-up is a number that follows from settings alone (see
//! [`curve`]): a follower of the signal would make the same passage sound different by what came before.

mod curve;
mod emphasis;

use super::reading::ColourReading;
use super::settings::colour::{AMOUNT_PCT, ColourSettings};
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::delay::Delay;
use crate::dsp::glide::Glide;
use crate::dsp::oversampler::{CHUNK_FRAMES, Oversampler, Plane};
use curve::Curve;
use emphasis::Emphasis;
use wide::f64x2;

const GLIDE_MS: f64 = 50.0;
/// What is added ends here: the filters would ring on in numbers that some processors are slow with.
const ADDED_MIN: f64 = 1e-15;

/// The saturation.
#[derive(Debug)]
pub struct Colour {
    settings: ColourSettings,
    dry: [Delay; 2],
    oversamplers: [Oversampler; 2],
    emphasis: Emphasis,
    glides: Glides,
    shape: Shape,
    added_peak: f32,
}

/// Everything that moves.
#[derive(Debug)]
struct Glides {
    direct: Glide,
    added: Glide,
    scale: Glide,
    bias: Glide,
    bend: Glide,
    highs: Glide,
}

/// What the settings ask for.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Aim {
    curve: Curve,
    direct: f64,
    added: f64,
}

impl Aim {
    fn of(settings: &ColourSettings) -> Self {
        let (curve, makeup) = Curve::of(settings);
        let amount_pct = settings.amount_pct.clamp(AMOUNT_PCT.min, AMOUNT_PCT.max);
        let amount = match settings.on {
            true if !amount_pct.is_nan() => 0.01 * f64::from(amount_pct),
            _ => 0.0,
        };
        Self {
            curve,
            direct: 1.0 + amount * (makeup - 1.0),
            added: amount * makeup,
        }
    }
}

impl Colour {
    /// Allocates all it will ever need.
    pub fn new(stream: Stream, settings: &ColourSettings) -> Self {
        let oversampler = Oversampler::new(stream);
        let dry = Delay::new(oversampler.latency_samples());
        let aim = Aim::of(settings);
        let glide = |value: f64| Glide::new(stream, GLIDE_MS, value as f32);
        let glides = Glides {
            direct: glide(aim.direct),
            added: glide(aim.added),
            scale: glide(aim.curve.scale),
            bias: glide(aim.curve.bias),
            bend: glide(aim.curve.bend),
            highs: glide(aim.curve.highs),
        };
        let mut colour = Self {
            settings: *settings,
            dry: [dry.clone(), dry],
            oversamplers: [oversampler.clone(), oversampler],
            emphasis: Emphasis::new(stream, aim.curve.highs),
            glides,
            shape: Shape::new(),
            added_peak: 0.0,
        };
        colour.land();
        colour
    }

    /// Takes effect from the next sample, gliding.
    pub fn set(&mut self, settings: &ColourSettings) {
        if *settings == self.settings {
            return;
        }
        self.settings = *settings;
        let aim = Aim::of(settings);
        let starts = self.neutral() && aim.added != 0.0;
        let glides = &mut self.glides;
        glides.direct.set(aim.direct as f32);
        glides.added.set(aim.added as f32);
        glides.scale.set(aim.curve.scale as f32);
        glides.bias.set(aim.curve.bias as f32);
        glides.bend.set(aim.curve.bend as f32);
        glides.highs.set(aim.curve.highs as f32);
        if starts {
            // Nothing was added so far: the curve need not glide, and the filters start from silence
            // however long they have rested.
            self.clear();
            self.land();
        }
    }

    /// Back to silence; glides land.
    pub fn reset(&mut self) {
        self.dry.iter_mut().for_each(Delay::reset);
        self.clear();
        self.glides.direct.reset();
        self.glides.added.reset();
        self.land();
        self.added_peak = 0.0;
    }

    fn clear(&mut self) {
        self.oversamplers.iter_mut().for_each(Oversampler::reset);
        self.emphasis.reset();
    }

    /// The curve arrives at once.
    fn land(&mut self) {
        let glides = &mut self.glides;
        for glide in [
            &mut glides.scale,
            &mut glides.bias,
            &mut glides.bend,
            &mut glides.highs,
        ] {
            glide.reset();
        }
        self.emphasis.set_highs(f64::from(glides.highs.value()));
        self.shape.fill(glides.curve());
    }

    /// Whether it is a pure delay.
    fn neutral(&self) -> bool {
        self.glides.added.settled()
            && self.glides.direct.settled()
            && self.glides.added.value() == 0.0
    }

    /// In place; any length.
    pub fn process(&mut self, block: &mut StereoBlock<'_>) {
        block.for_each_part(CHUNK_FRAMES, |chunk| self.process_chunk(chunk));
    }

    fn process_chunk(&mut self, chunk: &mut StereoBlock<'_>) {
        let frames = chunk.frames();
        let mut dry = [[0.0; CHUNK_FRAMES]; 2];
        self.dry[0].process(chunk.left, &mut dry[0][..frames]);
        self.dry[1].process(chunk.right, &mut dry[1][..frames]);
        if self.neutral() {
            chunk.left.copy_from_slice(&dry[0][..frames]);
            chunk.right.copy_from_slice(&dry[1][..frames]);
            return;
        }
        let mut wet = [[0.0_f32; CHUNK_FRAMES]; 2];
        let mut highs = [self.glides.highs.value(); CHUNK_FRAMES];
        let moves = !self.glides.curve_settled();
        self.emphasize(chunk, &mut wet, &mut highs);
        let shape = &self.shape;
        for (oversampler, wet) in self.oversamplers.iter_mut().zip(&mut wet) {
            let input = *wet;
            oversampler.process(&input[..frames], &mut wet[..frames], |planes, frames| {
                for plane in planes {
                    shape.added(plane, frames);
                }
            });
        }
        if moves && self.glides.curve_settled() {
            self.shape.fill(self.glides.curve());
        }
        self.mix(chunk, &dry, &wet, &highs[..frames]);
    }

    /// The emphasised input, and the curve's shape for each frame where it moves.
    /// Into `highs` their gain of each frame, for the way back.
    fn emphasize(
        &mut self,
        chunk: &StereoBlock<'_>,
        wet: &mut [[f32; CHUNK_FRAMES]; 2],
        highs: &mut Plane,
    ) {
        let glides = &mut self.glides;
        let moves = !glides.curve_settled();
        let [wet_left, wet_right] = wet;
        let inputs = chunk.left.iter().zip(chunk.right.iter());
        let outputs = wet_left.iter_mut().zip(wet_right);
        for (n, ((left, right), (wet_left, wet_right))) in inputs.zip(outputs).enumerate() {
            if moves {
                self.shape.put(n, glides.tick_curve());
                highs[n] = glides.highs.tick();
                self.emphasis.set_highs(f64::from(highs[n]));
            }
            let input = f64x2::new([f64::from(*left), f64::from(*right)]);
            let [left, right] = self.emphasis.apply(input).to_array();
            *wet_left = left as f32;
            *wet_right = right as f32;
        }
    }

    fn mix(
        &mut self,
        chunk: &mut StereoBlock<'_>,
        dry: &[[f32; CHUNK_FRAMES]; 2],
        wet: &[[f32; CHUNK_FRAMES]; 2],
        highs: &[f32],
    ) {
        let moves = highs.first() != highs.last();
        let mut peak = f64x2::splat(f64::from(self.added_peak));
        let outputs = chunk.left.iter_mut().zip(chunk.right.iter_mut());
        let dry = dry[0].iter().zip(&dry[1]);
        let wet = wet[0].iter().zip(&wet[1]);
        for (((left, right), (dry, wet)), highs) in outputs.zip(dry.zip(wet)).zip(highs) {
            if moves {
                self.emphasis.set_highs(f64::from(*highs));
            }
            let direct = f64x2::splat(f64::from(self.glides.direct.tick()));
            let added = f64x2::splat(f64::from(self.glides.added.tick()));
            let dry = f64x2::new([f64::from(*dry.0), f64::from(*dry.1)]);
            let wet = f64x2::new([f64::from(*wet.0), f64::from(*wet.1)]);
            let undone = self.emphasis.undo(wet);
            let heard = undone & undone.abs().simd_ge(f64x2::splat(ADDED_MIN));
            let output = dry * direct + heard * added;
            peak = peak.fast_max((output - dry).abs());
            let [output_left, output_right] = output.to_array();
            *left = output_left as f32;
            *right = output_right as f32;
        }
        let [left, right] = peak.to_array();
        self.added_peak = left.max(right) as f32;
    }

    /// Depends on the stream alone.
    pub fn latency_samples(&self) -> usize {
        self.dry[0].samples()
    }

    /// What it did since last asked.
    pub fn take_reading(&mut self) -> ColourReading {
        ColourReading {
            added_peak: core::mem::take(&mut self.added_peak),
        }
    }
}

impl Glides {
    fn curve_settled(&self) -> bool {
        self.scale.settled() && self.bias.settled() && self.bend.settled() && self.highs.settled()
    }

    fn curve(&self) -> Curve {
        Curve {
            scale: f64::from(self.scale.value()),
            bias: f64::from(self.bias.value()),
            bend: f64::from(self.bend.value()),
            highs: f64::from(self.highs.value()),
        }
    }

    fn tick_curve(&mut self) -> Curve {
        self.scale.tick();
        self.bias.tick();
        self.bend.tick();
        self.curve()
    }
}

/// The curve's numbers for each frame of a chunk, so that a moving curve is no special case.
#[derive(Debug)]
struct Shape {
    scale: Plane,
    bias: Plane,
    bend: Plane,
    offset: Plane,
    gain: Plane,
}

impl Shape {
    fn new() -> Self {
        Self {
            scale: [0.0; CHUNK_FRAMES],
            bias: [0.0; CHUNK_FRAMES],
            bend: [0.0; CHUNK_FRAMES],
            offset: [0.0; CHUNK_FRAMES],
            gain: [0.0; CHUNK_FRAMES],
        }
    }

    fn put(&mut self, frame: usize, curve: Curve) {
        let (offset, gain) = curve.offset_and_gain();
        self.scale[frame] = curve.scale as f32;
        self.bias[frame] = curve.bias as f32;
        self.bend[frame] = curve.bend as f32;
        self.offset[frame] = offset as f32;
        self.gain[frame] = gain as f32;
    }

    fn fill(&mut self, curve: Curve) {
        (0..CHUNK_FRAMES).for_each(|frame| self.put(frame, curve));
    }

    /// Turns `x` into `f(x) − x`. In f32: off by less than 3e-7 of the curve's saturation level.
    #[inline(always)]
    fn added(&self, plane: &mut Plane, frames: usize) {
        for (n, sample) in plane.iter_mut().enumerate().take(frames) {
            let x = *sample;
            let v = self.scale[n] * x + self.bias[n];
            let square = v * v;
            let below = 1.0 + square * (self.bend[n] + square);
            // Roots and quotients are rounded exactly on every machine.
            let shaped = v / below.sqrt().sqrt();
            *sample = (shaped - self.offset[n]) * self.gain[n] - x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::colour::Kind;

    /// The whole stage where nothing is oversampled, computed in f64 throughout.
    #[test]
    fn single_precision_stays_120_db_below_full_scale() {
        let stream = Stream::new(192_000.0);
        let tone = |n: usize, hz: f64| libm::sin(core::f64::consts::TAU * hz * n as f64 / 192e3);
        let input: Vec<f64> = (0..96_000)
            .map(|n| 0.4 * tone(n, 997.0) + 0.3 * tone(n, 60.0) + 0.1 * tone(n, 11e3))
            .map(|x| f64::from(x as f32))
            .collect();
        for kind in [Kind::Tape, Kind::Tube, Kind::Clean] {
            let settings = ColourSettings {
                on: true,
                kind,
                drive_db: 12.0,
                ..ColourSettings::default()
            };
            let mut colour = Colour::new(stream, &settings);
            let curve = colour.glides.curve();
            let (direct, added) = (
                f64::from(colour.glides.direct.value()),
                f64::from(colour.glides.added.value()),
            );
            let mut left: Vec<f32> = input.iter().map(|&x| x as f32).collect();
            let mut right = left.clone();
            colour.process(&mut StereoBlock::new(&mut left, &mut right));

            let mut emphasis = Emphasis::new(stream, curve.highs);
            let mut error = 0.0;
            for (x, y) in input.iter().zip(&left) {
                let [hot, _] = emphasis.apply(f64x2::splat(*x)).to_array();
                let bent = curve.at(hot) - hot;
                let [wet, _] = emphasis.undo(f64x2::splat(bent)).to_array();
                let expected = x * direct + wet * added;
                error += (expected - f64::from(*y)) * (expected - f64::from(*y));
            }
            let error_dbfs = 10.0 * libm::log10(error / input.len() as f64);
            assert!(error_dbfs <= -120.0, "{kind:?}: {error_dbfs:.1} dBFS");
            println!("{kind:?}: {error_dbfs:.1} dBFS");
        }
    }
}
