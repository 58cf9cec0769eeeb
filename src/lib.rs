//! **Finalcoat**: mastering for the last 5–10 %, as a CLAP/VST3 plugin and as a command line.
//!
//! ```text
//! host buffer ─► plugin ─► Engine ─► host buffer
//!    host params ─► Settings ──┘  │
//!                                 ├─► Reading ─► handoff ─► editor
//!               captured audio ◄── handoff
//!                       │
//!      worker:  analysis ─► Report ─► assistant: Proposal, rehearsed (the same Engine)
//!                                        └─► handoff ─► editor ─► host params
//!
//! files ─► offline ─► Report, Proposal ─► the same Engine ─► files
//! ```
//!
//! Three sentences carry the design. [`engine::settings::Settings`] is the only language in which
//! anything tells the engine what to do. [`engine::reading::Reading`] is the only language in which the
//! engine tells what it did. [`analysis::report::Report`] is the only language in which anything tells what
//! a song is like.
//!
//! Imports point one way (`tests/tidy.rs` holds it):
//! `dsp` ← `engine` ← `analysis` ← `assistant` ← `stems` ← `offline`; `preset` sees settings and styles only; `params`
//! and `handoff` see plain data only; `editor` sees params, handoff and data, never an engine; `plugin` ties
//! it together. What knows a host or a window sits behind the feature `plugin`. The standalone app is that
//! plugin with a player in front of it; the feature `standalone` only adds what speaks to sound devices.

pub mod analysis;
pub mod assistant;
pub mod dsp;
pub mod engine;
pub mod offline;
pub mod preset;
pub mod stems;

#[cfg(feature = "plugin")]
pub mod editor;
#[cfg(feature = "plugin")]
pub mod handoff;
#[cfg(feature = "plugin")]
pub mod params;
#[cfg(feature = "plugin")]
pub mod plugin;

#[cfg(feature = "plugin")]
nice_plug::nice_export_clap!(plugin::Finalcoat, plugin::FinalcoatStem);
#[cfg(feature = "plugin")]
nice_plug::nice_export_vst3!(plugin::Finalcoat, plugin::FinalcoatStem);
