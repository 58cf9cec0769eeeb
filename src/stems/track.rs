//! What is remembered of a stem over time: enough to hold stems against each other, and small enough to be
//! told to another process.

use crate::analysis::bands::THIRDS;
use crate::analysis::slice::Slice;

/// A tenth of a second of a stem. Powers are mean squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// K-weighted power of left and right together (BS.1770).
    pub weighted: f32,
    /// Highest sample, linear.
    pub peak: f32,
    /// Power of `(L+R)/2` in third-octaves.
    pub mid: [f32; THIRDS],
    /// Power of `(L−R)/2` in third-octaves.
    pub side: [f32; THIRDS],
}

impl Moment {
    /// Nothing heard.
    pub const SILENCE: Self = Self {
        weighted: 0.0,
        peak: 0.0,
        mid: [0.0; THIRDS],
        side: [0.0; THIRDS],
    };

    /// What a slice holds of it.
    pub fn of(slice: &Slice) -> Self {
        Self {
            weighted: slice.weighted_power as f32,
            peak: slice.loudness.sample_peak,
            mid: slice.spectrum.thirds.map(|third| third.wide().mid() as f32),
            side: slice
                .spectrum
                .thirds
                .map(|third| third.wide().side() as f32),
        }
    }

    /// Power of left and right together in a third-octave.
    pub fn power(&self, third: usize) -> f64 {
        2.0 * (f64::from(self.mid[third]) + f64::from(self.side[third]))
    }

    /// The same over some of them.
    pub fn powers(&self, thirds: core::ops::Range<usize>) -> f64 {
        thirds.map(|third| self.power(third)).sum()
    }

    /// As it would be after a gain (linear).
    #[must_use]
    pub fn times(&self, gain: f64) -> Self {
        let power = (gain * gain) as f32;
        Self {
            weighted: self.weighted * power,
            peak: self.peak * gain as f32,
            mid: self.mid.map(|x| x * power),
            side: self.side.map(|x| x * power),
        }
    }
}

/// A stem over the song: entry `n` begins at `n / 10` s; what was not heard is silent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Track {
    /// The moments, in order, none missing.
    pub moments: Vec<Moment>,
}

impl Track {
    /// What numbered slices hold, in any order.
    pub fn of<'a>(slices: impl IntoIterator<Item = (usize, &'a Slice)>) -> Self {
        let mut track = Self::default();
        for (number, slice) in slices {
            track.put(number, Moment::of(slice));
        }
        track
    }

    /// Remembers a moment; what is heard again replaces what was there.
    pub fn put(&mut self, number: usize, moment: Moment) {
        if number >= self.moments.len() {
            self.moments.resize(number + 1, Moment::SILENCE);
        }
        self.moments[number] = moment;
    }

    /// A moment; silence behind the end.
    pub fn at(&self, number: usize) -> &Moment {
        self.moments.get(number).unwrap_or(&Moment::SILENCE)
    }
}
