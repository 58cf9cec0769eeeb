//! Correlation of left and right: since reset, and over the last 400 ms.

use super::loudness::MOMENTARY_SLOTS;

/// Sums over frames of left², right² and left·right.
#[derive(Debug, Clone, Copy, Default)]
struct Products {
    squares: [f64; 2],
    cross: f64,
}

impl Products {
    fn add(&mut self, other: &Products) {
        self.squares[0] += other.squares[0];
        self.squares[1] += other.squares[1];
        self.cross += other.cross;
    }

    /// −1 to 1; nothing while a channel is silent.
    fn correlation(&self) -> Option<f64> {
        let scale = libm::sqrt(self.squares[0]) * libm::sqrt(self.squares[1]);
        (scale > 0.0).then(|| (self.cross / scale).clamp(-1.0, 1.0))
    }
}

/// Gathers products slot by slot; who feeds it says where a slot ends.
#[derive(Debug, Clone)]
pub(super) struct Correlation {
    open: Products,
    /// The slots of the last 400 ms, in a ring.
    slots: Vec<Products>,
    position: usize,
    total: Products,
}

impl Correlation {
    /// Allocates all it will ever need.
    pub(super) fn new() -> Self {
        Self {
            open: Products::default(),
            slots: vec![Products::default(); MOMENTARY_SLOTS],
            position: 0,
            total: Products::default(),
        }
    }

    /// Forgets everything heard.
    pub(super) fn reset(&mut self) {
        self.open = Products::default();
        self.slots.fill(Products::default());
        self.position = 0;
        self.total = Products::default();
    }

    /// Listens to frames of the open slot.
    pub(super) fn process(&mut self, left: &[f32], right: &[f32]) {
        let mut sum = self.open;
        for (&l, &r) in left.iter().zip(right) {
            let x = [f64::from(l), f64::from(r)];
            sum.squares[0] += x[0] * x[0];
            sum.squares[1] += x[1] * x[1];
            sum.cross += x[0] * x[1];
        }
        self.open = sum;
    }

    /// The open slot has got all its frames.
    pub(super) fn close_slot(&mut self) {
        self.total.add(&self.open);
        self.slots[self.position] = core::mem::take(&mut self.open);
        self.position = (self.position + 1) % MOMENTARY_SLOTS;
    }

    /// Correlation since reset.
    pub(super) fn since_reset(&self) -> Option<f64> {
        let mut sum = self.total;
        sum.add(&self.open);
        sum.correlation()
    }

    /// Correlation over the last 400 ms.
    pub(super) fn momentary(&self) -> Option<f64> {
        let mut sum = Products::default();
        self.slots.iter().for_each(|slot| sum.add(slot));
        sum.correlation()
    }
}
