//! Type scale, spacing grid, and colours by meaning. Text stands at least 4.5:1 against its ground
//! (`tests/editor.rs` measures it).

use egui::{Color32, FontId};

/// The grid: every distance is a multiple of it.
pub const GRID: f32 = 4.0;
/// Around the window and inside panels.
pub const MARGIN: f32 = 4.0 * GRID;
/// Between panels.
pub const GAP: f32 = 3.0 * GRID;
/// Corners of panels.
pub const PANEL_RADIUS: f32 = 6.0;
/// Corners of small things.
pub const RADIUS: f32 = 4.0;

/// Behind everything.
pub const GROUND: Color32 = Color32::from_rgb(0x12, 0x14, 0x17);
/// A panel.
pub const PANEL: Color32 = Color32::from_rgb(0x1b, 0x1e, 0x23);
/// Something to take hold of, or the empty part of a bar.
pub const RAISED: Color32 = Color32::from_rgb(0x2a, 0x2f, 0x37);
/// The same under the pointer.
pub const HOVERED: Color32 = Color32::from_rgb(0x36, 0x3d, 0x47);
/// Hair lines.
pub const LINE: Color32 = Color32::from_rgb(0x2c, 0x31, 0x39);
/// What is read first.
pub const TEXT: Color32 = Color32::from_rgb(0xee, 0xf0, 0xf3);
/// Labels and units.
pub const LABEL: Color32 = Color32::from_rgb(0xa3, 0xad, 0xb9);
/// What goes out.
pub const OUTPUT: Color32 = Color32::from_rgb(0x5b, 0xa7, 0xd9);
/// What comes in.
pub const INPUT: Color32 = Color32::from_rgb(0xb4, 0xc3, 0xd1);
/// What the limiter takes away, and whatever is not as usual (bypass).
pub const REDUCTION: Color32 = Color32::from_rgb(0xf2, 0xa8, 0x5c);
/// The goal, and whatever the user has set.
pub const GOAL: Color32 = Color32::from_rgb(0x7e, 0xd3, 0x9b);
/// Over the limit.
pub const OVER: Color32 = Color32::from_rgb(0xff, 0x7d, 0x73);
/// The difference of the channels.
pub const SIDE: Color32 = Color32::from_rgb(0xc0, 0x9c, 0xf2);
/// Behind the warning that something else than the master is heard.
pub const ALARM: Color32 = Color32::from_rgb(0x8c, 0x26, 0x20);
/// Text on a filled button.
pub const ON_FILL: Color32 = Color32::from_rgb(0x12, 0x14, 0x17);

/// The one number that matters most.
pub fn huge() -> FontId {
    FontId::proportional(46.0)
}
/// Numbers one looks for.
pub fn large() -> FontId {
    FontId::proportional(22.0)
}
/// The name of the plugin.
pub fn title() -> FontId {
    FontId::proportional(20.0)
}
/// Values of controls and small readings.
pub fn value() -> FontId {
    FontId::proportional(16.0)
}
/// Running text and buttons.
pub fn body() -> FontId {
    FontId::proportional(13.5)
}
/// Labels.
pub fn label() -> FontId {
    FontId::proportional(12.5)
}
/// Scales.
pub fn tiny() -> FontId {
    FontId::proportional(11.0)
}

/// A colour that is there but holds back: `share` of `color` over `ground`.
pub fn mix(color: Color32, ground: Color32, share: f32) -> Color32 {
    let part = |a: u8, b: u8| (f32::from(a) * share + f32::from(b) * (1.0 - share)).round() as u8;
    Color32::from_rgb(
        part(color.r(), ground.r()),
        part(color.g(), ground.g()),
        part(color.b(), ground.b()),
    )
}
