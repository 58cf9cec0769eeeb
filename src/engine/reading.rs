//! What the chain did: plain facts. Ballistics, peak hold and colour belong to the editor.

use super::settings::{equalizer, image, multiband};

/// What the engine did since it was last asked.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Reading {
    /// The equalizer.
    pub equalizer: EqualizerReading,
    /// Multiband dynamics.
    pub multiband: MultibandReading,
    /// The stereo image.
    pub image: ImageReading,
    /// The bus compressor.
    pub glue: GlueReading,
    /// Saturation.
    pub colour: ColourReading,
    /// Clipper, limiter and safety.
    pub loudness: LoudnessReading,
    /// What is listened to.
    pub audition: AuditionReading,
}

/// How fair comparison stands, as of now.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct AuditionReading {
    /// How much processed and original are turned down to be as loud as each other, in dB, at most 0.
    pub match_gains_db: [f32; 2],
}

/// What the dynamic bands did since last asked.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EqualizerReading {
    /// The gain that the dynamics added to each band, in dB: the one farthest from 0.
    pub moves_db: [f32; equalizer::BANDS],
    /// Where each bass-note band stood last, in Hz; 0 where there is none.
    pub notes_hz: [f32; equalizer::BANDS],
}

/// What the multiband dynamics did since last asked.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct MultibandReading {
    /// Gain of the dynamics in each band, without the constant gain, in dB: the one farthest from 0.
    pub moves_db: [f32; multiband::BANDS],
}

/// What the image stage did, as of now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImageReading {
    /// Width in effect in each band, in %: what was asked for unless the guard held it back.
    pub widths_pct: [f32; image::BANDS],
    /// Correlation of the output in each band over the last 400 ms or so, −1 to 1; 0 in silence.
    pub correlations: [f32; image::BANDS],
}

impl Default for ImageReading {
    fn default() -> Self {
        Self {
            widths_pct: [100.0; image::BANDS],
            correlations: [0.0; image::BANDS],
        }
    }
}

/// What the bus compressor did since last asked.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct GlueReading {
    /// Lowest gain of the compressor, without make-up, in dB, at most 0.
    pub move_db: f32,
}

/// What the saturation did since last asked.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ColourReading {
    /// Highest magnitude of what was added, linear.
    pub added_peak: f32,
}

/// What drive, clipper, limiter and safety did since last asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoudnessReading {
    /// Smallest gain of limiter and safety together, linear, 0 to 1; 1 = nothing was limited.
    pub min_gain: f32,
    /// Smallest gain of the clipper on any peak, linear, 0 to 1; 1 = nothing was clipped.
    pub clip_gain: f32,
    /// Highest magnitude of the limiter's driven input, linear, 4× interpolated.
    pub peak_in: f32,
}

impl Default for LoudnessReading {
    fn default() -> Self {
        Self {
            min_gain: 1.0,
            clip_gain: 1.0,
            peak_in: 0.0,
        }
    }
}

impl LoudnessReading {
    /// Smallest gain of the clipper and of limiter and safety, one after the other, linear. They may have
    /// been at different moments, so it is at most too low.
    pub fn gain(&self) -> f32 {
        self.clip_gain * self.min_gain
    }
}

impl Reading {
    /// This reading and a later one as if they had been one: extremes stay, what is "now" is the later.
    #[must_use]
    pub fn then(&self, later: &Self) -> Self {
        let mut both = *later;
        for (move_db, earlier) in both
            .equalizer
            .moves_db
            .iter_mut()
            .zip(&self.equalizer.moves_db)
            .chain(
                both.multiband
                    .moves_db
                    .iter_mut()
                    .zip(&self.multiband.moves_db),
            )
        {
            if earlier.abs() > move_db.abs() {
                *move_db = *earlier;
            }
        }
        both.glue.move_db = both.glue.move_db.min(self.glue.move_db);
        both.colour.added_peak = both.colour.added_peak.max(self.colour.added_peak);
        let (now, before) = (&mut both.loudness, &self.loudness);
        now.min_gain = now.min_gain.min(before.min_gain);
        now.clip_gain = now.clip_gain.min(before.clip_gain);
        now.peak_in = now.peak_in.max(before.peak_in);
        both
    }
}
