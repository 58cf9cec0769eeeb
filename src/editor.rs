//! The window: draws a view model, returns gestures.
//!
//! [`draw::draw`] knows no host: plain data in, plain data out, so that a test can render it without a
//! window. [`app`] stands between it and the plugin, [`window`] between that and the host's window.

pub mod activity;
pub mod app;
pub mod apply;
pub mod assistant;
pub mod banner;
pub mod chain;
pub mod closing;
pub mod desk;
pub mod draw;
pub mod fields;
#[cfg(target_os = "linux")]
pub mod focus;
pub mod header;
pub mod help;
pub mod intensity;
pub mod layout;
pub mod library;
pub mod linked;
pub mod meters;
pub mod plot;
pub mod preferences;
pub mod scale;
pub mod spectrum;
pub mod stages;
pub mod theme;
pub mod trace;
pub mod transport;
pub mod undo;
pub mod view;
pub mod wake;
pub mod widgets;
pub mod window;
pub mod zoom;
