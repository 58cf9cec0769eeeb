//! The window: draws a view model, returns gestures.
//!
//! [`draw::draw`] knows no host: plain data in, plain data out, so that a test can render it without a
//! window. [`window`] is the thin adapter between it and the host.

pub mod draw;
pub mod graph;
pub mod meters;
pub mod theme;
pub mod view;
pub mod widgets;
pub mod window;
