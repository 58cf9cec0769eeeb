//! Gain and level over time, audio to editor: a ring of columns, always written, read at any time.
//!
//! A sequence lock without the lock: the writer never waits for the reader, and the reader leaves out
//! the columns that were overwritten while it read (H.-J. Boehm, *Can seqlocks get along with
//! programming language memory models?*, 2012, figure 4).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering, fence};

use atomic_float::AtomicF32;

/// Columns held.
pub const COLUMNS: usize = 1024;
/// Time that one column stands for.
pub const COLUMN_MS: f64 = 20.0;

/// What happened during [`COLUMN_MS`]; linear magnitudes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// Smallest gain of the limiter, 0 to 1; 1 = nothing was limited.
    pub min_gain: f32,
    /// Highest sample before the chain.
    pub input_peak: f32,
    /// Highest sample behind the chain.
    pub output_peak: f32,
}

/// Peaks lower than this are not seen.
const SILENT: f32 = 1e-5;

impl Column {
    /// Whether nothing is seen of it.
    pub fn is_silent(&self) -> bool {
        self.min_gain >= 1.0 && self.input_peak + self.output_peak < SILENT
    }
}

impl Default for Column {
    fn default() -> Self {
        Self {
            min_gain: 1.0,
            input_peak: 0.0,
            output_peak: 0.0,
        }
    }
}

#[derive(Debug)]
struct Ring {
    /// Columns written since birth.
    written: AtomicU64,
    columns: Vec<[AtomicF32; 3]>,
}

/// The audio thread's end.
#[derive(Debug)]
pub struct Writer(Arc<Ring>);

/// The editor's end.
#[derive(Debug)]
pub struct Reader(Arc<Ring>);

/// An empty history.
pub fn new() -> (Writer, Reader) {
    let column = || [1.0, 0.0, 0.0].map(AtomicF32::new);
    let ring = Arc::new(Ring {
        written: AtomicU64::new(0),
        columns: (0..COLUMNS).map(|_| column()).collect(),
    });
    (Writer(ring.clone()), Reader(ring))
}

impl Writer {
    /// Adds a column; the oldest makes way. Never waits.
    pub fn push(&mut self, column: Column) {
        let index = self.0.written.load(Ordering::Relaxed);
        // Whoever sees one of the values below also sees that `index` columns were written before.
        fence(Ordering::Release);
        let slot = &self.0.columns[index as usize % COLUMNS];
        slot[0].store(column.min_gain, Ordering::Relaxed);
        slot[1].store(column.input_peak, Ordering::Relaxed);
        slot[2].store(column.output_peak, Ordering::Relaxed);
        self.0.written.store(index + 1, Ordering::Release);
    }
}

impl Reader {
    /// How many columns were ever written.
    pub fn written(&self) -> u64 {
        self.0.written.load(Ordering::Acquire)
    }

    /// The same, if the last of them is not silent.
    pub fn sounds(&self) -> Option<u64> {
        let written = self.written();
        let last = written.checked_sub(1)?;
        // Half another column tells as much.
        (!self.column(last).is_silent()).then_some(written)
    }

    /// Replaces `columns` by what is held, oldest first, and returns how many were ever written: the
    /// last of `columns` is number `returned − 1`.
    pub fn read(&self, columns: &mut Vec<Column>) -> u64 {
        columns.clear();
        let written = self.0.written.load(Ordering::Acquire);
        let first = written.saturating_sub(COLUMNS as u64);
        columns.extend((first..written).map(|index| self.column(index)));
        fence(Ordering::Acquire);
        let now = self.0.written.load(Ordering::Relaxed);
        // Column `now` may be half written, into the slot of column `now − COLUMNS`.
        let first_whole = (now + 1).saturating_sub(COLUMNS as u64);
        let torn = first_whole.saturating_sub(first).min(columns.len() as u64);
        columns.drain(..torn as usize);
        written
    }

    fn column(&self, index: u64) -> Column {
        let [min_gain, input_peak, output_peak] = &self.0.columns[index as usize % COLUMNS];
        Column {
            min_gain: min_gain.load(Ordering::Relaxed),
            input_peak: input_peak.load(Ordering::Relaxed),
            output_peak: output_peak.load(Ordering::Relaxed),
        }
    }
}
