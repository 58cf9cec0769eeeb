//! The song as far as it was heard: one [`Slice`](super::slice::Slice) per 100 ms of it, by position.
