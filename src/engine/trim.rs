//! A stem's fader: gain and width behind the stages that shape it, so that turning it changes none of their
//! thresholds.

use super::settings::trim::TrimSettings;
use crate::dsp::block::{StereoBlock, Stream};
use crate::dsp::glide::Glide;
use crate::dsp::units::db_to_gain;

/// How long a change takes.
const GLIDE_MS: f64 = 50.0;

/// Gain and width of a stem. Neutral, it changes no bit; it has no latency.
#[derive(Debug, Clone)]
pub struct Trim {
    gain: Glide,
    /// Gain of the side less one.
    widening: Glide,
}

impl Trim {
    /// Stands at `settings`.
    pub fn new(stream: Stream, settings: &TrimSettings) -> Self {
        Self {
            gain: Glide::new(stream, GLIDE_MS, gain(settings)),
            widening: Glide::new(stream, GLIDE_MS, widening(settings)),
        }
    }

    /// Glides there from the next sample on.
    pub fn set(&mut self, settings: &TrimSettings) {
        self.gain.set(gain(settings));
        self.widening.set(widening(settings));
    }

    /// Glides land.
    pub fn reset(&mut self) {
        self.gain.reset();
        self.widening.reset();
    }

    /// In place; any length.
    pub fn process(&mut self, block: &mut StereoBlock<'_>) {
        let is_neutral = self.gain.settled()
            && self.widening.settled()
            && self.gain.value() == 1.0
            && self.widening.value() == 0.0;
        if is_neutral {
            return;
        }
        for (left, right) in block.left.iter_mut().zip(block.right.iter_mut()) {
            let gain = self.gain.tick();
            let added = self.widening.tick() * 0.5 * (*left - *right);
            *left = gain * (*left + added);
            *right = gain * (*right - added);
        }
    }

    /// Always 0.
    pub fn latency_samples(&self) -> usize {
        0
    }
}

fn gain(settings: &TrimSettings) -> f32 {
    db_to_gain(f64::from(settings.gain_db)) as f32
}

fn widening(settings: &TrimSettings) -> f32 {
    settings.width_pct / 100.0 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(settings: TrimSettings) -> [f32; 2] {
        let mut trim = Trim::new(Stream::new(48_000.0), &settings);
        let (mut left, mut right) = ([0.5], [-0.1]);
        trim.process(&mut StereoBlock::new(&mut left, &mut right));
        [left[0], right[0]]
    }

    #[test]
    fn gain_and_width_are_what_they_say() {
        let plain = settled(TrimSettings::default());
        assert_eq!(plain, [0.5, -0.1]);
        let doubled = settled(TrimSettings {
            gain_db: 6.020_6,
            width_pct: 100.0,
        });
        assert!((doubled[0] - 1.0).abs() < 1e-5 && (doubled[1] + 0.2).abs() < 1e-5);
        // Mid 0.2, side 0.3.
        let mono = settled(TrimSettings {
            gain_db: 0.0,
            width_pct: 0.0,
        });
        assert!(mono.iter().all(|x| (x - 0.2).abs() < 1e-6));
        let wide = settled(TrimSettings {
            gain_db: 0.0,
            width_pct: 200.0,
        });
        assert!((wide[0] - 0.8).abs() < 1e-6 && (wide[1] + 0.4).abs() < 1e-6);
    }

    #[test]
    fn a_turned_fader_does_not_jump() {
        let mut trim = Trim::new(Stream::new(48_000.0), &TrimSettings::default());
        trim.set(&TrimSettings {
            gain_db: -12.0,
            width_pct: 100.0,
        });
        let (mut left, mut right) = ([1.0_f32; 4800], [1.0_f32; 4800]);
        trim.process(&mut StereoBlock::new(&mut left, &mut right));
        let steepest = left
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).abs())
            .fold(0.0, f32::max);
        assert!(steepest < 1.0 / 2000.0, "{steepest}");
        assert!((left[4799] - 0.251_189).abs() < 1e-5);
        assert_eq!(left, right);
    }
}
