//! What was heard of a song, by the number of the slice: wherever the host plays, in any order, and no more than
//! so much of it.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Slices of a piece: a bit of a word each.
const PIECE: usize = u64::BITS as usize;
/// Most pieces that are kept: twenty minutes. What was longest not heard goes first.
const PIECES_MAX: usize = 188;

/// What was heard, a value per slice of 100 ms. Copies share what neither changes.
#[derive(Debug, Clone, Default)]
pub(super) struct Timeline<T> {
    pieces: BTreeMap<i64, Arc<Piece<T>>>,
    /// Counts what was put.
    puts: u64,
}

#[derive(Debug, Clone)]
struct Piece<T> {
    values: [T; PIECE],
    /// Which of them were heard, a bit each.
    known: u64,
    /// When the last of them was.
    put: u64,
}

/// Which piece a slice is of, and which bit in it.
fn place(number: i64) -> (i64, usize) {
    let length = PIECE as i64;
    (
        number.div_euclid(length),
        number.rem_euclid(length) as usize,
    )
}

impl<T: Copy + Default> Timeline<T> {
    /// Remembers a slice; what is heard again replaces what was there.
    pub(super) fn put(&mut self, number: i64, value: T) {
        let (piece, bit) = place(number);
        self.puts += 1;
        if !self.pieces.contains_key(&piece) && self.pieces.len() >= PIECES_MAX {
            let oldest = self.pieces.iter().min_by_key(|(_, piece)| piece.put);
            if let Some(oldest) = oldest.map(|(&number, _)| number) {
                self.pieces.remove(&oldest);
            }
        }
        let new = || {
            Arc::new(Piece {
                values: [T::default(); PIECE],
                known: 0,
                put: 0,
            })
        };
        let piece = Arc::make_mut(self.pieces.entry(piece).or_insert_with(new));
        piece.values[bit] = value;
        piece.known |= 1 << bit;
        piece.put = self.puts;
    }

    /// A slice, if it was heard.
    pub(super) fn get(&self, number: i64) -> Option<&T> {
        let (piece, bit) = place(number);
        let piece = self.pieces.get(&piece)?;
        (piece.known >> bit & 1 == 1).then(|| &piece.values[bit])
    }

    /// What was heard, in the order of the song.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, &T)> {
        self.pieces.iter().flat_map(|(&number, piece)| {
            let heard = (0..PIECE).filter(|bit| piece.known >> bit & 1 == 1);
            heard.map(move |bit| (number * PIECE as i64 + bit as i64, &piece.values[bit]))
        })
    }

    /// The same of what is known.
    pub(super) fn known(&self) -> Known {
        Known(
            self.pieces
                .iter()
                .map(|(&number, piece)| (number, piece.known))
                .collect(),
        )
    }
}

/// Which slices of a song are known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Known(BTreeMap<i64, u64>);

impl Known {
    /// How many.
    pub(super) fn count(&self) -> usize {
        self.0.values().map(|bits| bits.count_ones() as usize).sum()
    }

    /// Those that both know.
    #[must_use]
    pub(super) fn and(&self, other: &Self) -> Self {
        let both = |(number, bits): (&i64, &u64)| {
            let bits = bits & other.0.get(number)?;
            (bits != 0).then_some((*number, bits))
        };
        Self(self.0.iter().filter_map(both).collect())
    }

    /// Their numbers, in order.
    pub(super) fn numbers(&self) -> impl Iterator<Item = i64> {
        self.0.iter().flat_map(|(&number, &bits)| {
            let known = (0..PIECE).filter(move |bit| bits >> bit & 1 == 1);
            known.map(move |bit| number * PIECE as i64 + bit as i64)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_anywhere_is_found_in_the_order_of_the_song() {
        let mut heard = Timeline::default();
        for (number, value) in [(36_005, 1), (-3, 2), (64, 3), (63, 4), (i64::MAX / 2, 5)] {
            heard.put(number, value);
        }
        heard.put(64, 6);
        let all: Vec<(i64, i32)> = heard
            .iter()
            .map(|(number, &value)| (number, value))
            .collect();
        let expected = [(-3, 2), (63, 4), (64, 6), (36_005, 1), (i64::MAX / 2, 5)];
        assert_eq!(all, expected);
        assert!(heard.known().numbers().eq(expected.map(|one| one.0)));
        assert_eq!(heard.get(-3), Some(&2));
        assert_eq!((heard.get(-2), heard.get(65)), (None, None));
    }

    #[test]
    fn what_was_longest_not_heard_makes_room() {
        let length = PIECE as i64;
        let mut heard = Timeline::default();
        for number in 0..PIECES_MAX as i64 * length {
            heard.put(number, number);
        }
        // The first is heard again, and more than there is room for.
        heard.put(5, 5);
        let later = 1_000_000 * length;
        for number in later..later + 10 * length {
            heard.put(number, number);
        }
        assert_eq!(heard.known().count(), PIECES_MAX * PIECE);
        assert!(heard.get(5).is_some());
        assert_eq!(heard.get(length + 5), None);
        assert_eq!(heard.get(10 * length + 5), None);
        assert!(heard.get(11 * length + 5).is_some());
    }

    #[test]
    fn a_copy_stays_as_it_was() {
        let mut heard = Timeline::default();
        (0..200).for_each(|number| heard.put(number, 1));
        let copy = heard.clone();
        heard.put(70, 2);
        assert_eq!((heard.get(70), copy.get(70)), (Some(&2), Some(&1)));
        let shared = heard.pieces.iter().filter(|(number, piece)| {
            let other = &copy.pieces[number];
            Arc::ptr_eq(piece, other)
        });
        assert_eq!(shared.count(), heard.pieces.len() - 1);
    }

    #[test]
    fn both_know_what_each_knows() {
        let of = |numbers: &[i64]| {
            let mut heard = Timeline::default();
            numbers.iter().for_each(|&number| heard.put(number, ()));
            heard.known()
        };
        let both = of(&[-70, 1, 2, 500]).and(&of(&[-70, 2, 3, 501]));
        assert_eq!(both, of(&[-70, 2]));
        assert_eq!(both.count(), 2);
    }
}
