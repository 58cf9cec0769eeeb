//! Type scale, spacing grid, and colours by meaning, dark and light. Text stands at least 4.5:1 against its
//! ground (`tests/editor.rs` measures it).

use std::cell::Cell;
use std::sync::Arc;

use egui::{Color32, Context, FontData, FontDefinitions, FontFamily, FontId, Stroke, Visuals};
use serde::{Deserialize, Serialize};

/// The grid: every distance is a multiple of it.
pub const GRID: f32 = 4.0;
/// Around the window and inside panels.
pub const MARGIN: f32 = 3.0 * GRID;
/// Between panels, and around what is in them.
pub const GAP: f32 = 3.0 * GRID;
/// Corners of panels.
pub const PANEL_RADIUS: f32 = 6.0;
/// Corners of small things.
pub const RADIUS: f32 = 4.0;

/// Which palette is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// For dark rooms.
    #[default]
    Dark,
    /// For daylight.
    Light,
}

impl Theme {
    /// Its colours.
    pub const fn palette(self) -> &'static Palette {
        match self {
            Self::Dark => &DARK,
            Self::Light => &LIGHT,
        }
    }

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Dark,
        }
    }
}

/// Colours by what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// Behind everything.
    pub ground: Color32,
    /// Inside graphs.
    pub graph: Color32,
    /// A panel.
    pub panel: Color32,
    /// Something to take hold of, or the empty part of a bar.
    pub raised: Color32,
    /// The same under the pointer.
    pub hovered: Color32,
    /// Hair lines.
    pub line: Color32,
    /// What is read first.
    pub text: Color32,
    /// Labels and units.
    pub label: Color32,
    /// What goes out.
    pub output: Color32,
    /// What comes in.
    pub input: Color32,
    /// What is taken away, and whatever is not as usual (bypass).
    pub reduction: Color32,
    /// The goal, and whatever the user has set.
    pub goal: Color32,
    /// Over the limit.
    pub over: Color32,
    /// The difference of the channels, and what the user made their own.
    pub side: Color32,
    /// Behind the warning that something else than the master is heard.
    pub alarm: Color32,
    /// Text on the warning.
    pub on_alarm: Color32,
    /// Text on a filled button.
    pub on_fill: Color32,
    /// Over a graph, between a curve and what is taken away from it.
    pub taken: Color32,
    /// Over a graph, where finished music of the style lies.
    pub usual: Color32,
}

impl Palette {
    /// The ground of what cannot be pressed now.
    pub fn disabled_ground(&self) -> Color32 {
        mix(self.raised, self.panel, 0.5)
    }

    /// A picture on it: held back, and still at least 3:1 (WCAG 2.2, 1.4.11).
    pub fn disabled_picture(&self) -> Color32 {
        mix(self.label, self.panel, 0.65)
    }
}

const DARK: Palette = Palette {
    ground: Color32::from_rgb(0x10, 0x12, 0x15),
    graph: Color32::from_rgb(0x10, 0x12, 0x15),
    panel: Color32::from_rgb(0x1a, 0x1d, 0x22),
    raised: Color32::from_rgb(0x29, 0x2e, 0x36),
    hovered: Color32::from_rgb(0x36, 0x3d, 0x47),
    line: Color32::from_rgb(0x2c, 0x31, 0x39),
    text: Color32::from_rgb(0xee, 0xf0, 0xf3),
    label: Color32::from_rgb(0xa6, 0xb0, 0xbc),
    output: Color32::from_rgb(0x5b, 0xa7, 0xd9),
    input: Color32::from_rgb(0xb4, 0xc3, 0xd1),
    reduction: Color32::from_rgb(0xf2, 0xa8, 0x5c),
    goal: Color32::from_rgb(0x7e, 0xd3, 0x9b),
    over: Color32::from_rgb(0xff, 0x83, 0x79),
    side: Color32::from_rgb(0xc0, 0x9c, 0xf2),
    alarm: Color32::from_rgb(0xa3, 0x2a, 0x23),
    on_alarm: Color32::from_rgb(0xff, 0xff, 0xff),
    on_fill: Color32::from_rgb(0x10, 0x12, 0x15),
    taken: thin([0xf2, 0xa8, 0x5c], 35),
    usual: thin([0x7e, 0xd3, 0x9b], 13),
};

const LIGHT: Palette = Palette {
    ground: Color32::from_rgb(0xcf, 0xd5, 0xdc),
    graph: Color32::from_rgb(0xe9, 0xed, 0xf1),
    panel: Color32::from_rgb(0xf4, 0xf5, 0xf7),
    raised: Color32::from_rgb(0xe2, 0xe6, 0xeb),
    hovered: Color32::from_rgb(0xc2, 0xc9, 0xd2),
    line: Color32::from_rgb(0xc6, 0xcd, 0xd5),
    text: Color32::from_rgb(0x12, 0x16, 0x1b),
    label: Color32::from_rgb(0x3e, 0x48, 0x53),
    output: Color32::from_rgb(0x15, 0x5f, 0x96),
    input: Color32::from_rgb(0x4b, 0x5a, 0x69),
    reduction: Color32::from_rgb(0x80, 0x40, 0x00),
    goal: Color32::from_rgb(0x10, 0x5c, 0x33),
    over: Color32::from_rgb(0x9e, 0x16, 0x10),
    side: Color32::from_rgb(0x5c, 0x32, 0xa4),
    alarm: Color32::from_rgb(0xb0, 0x22, 0x1a),
    on_alarm: Color32::from_rgb(0xff, 0xff, 0xff),
    on_fill: Color32::from_rgb(0xff, 0xff, 0xff),
    taken: thin([0x80, 0x40, 0x00], 22),
    usual: thin([0x10, 0x5c, 0x33], 8),
};

/// A colour through which what is below is seen, covering so much of it, in %.
const fn thin([red, green, blue]: [u8; 3], cover_pct: u16) -> Color32 {
    const fn part(of: u8, pct: u16) -> u8 {
        ((of as u16 * pct + 50) / 100) as u8
    }
    Color32::from_rgba_premultiplied(
        part(red, cover_pct),
        part(green, cover_pct),
        part(blue, cover_pct),
        part(255, cover_pct),
    )
}

thread_local! {
    // A window is drawn by one thread, and each frame says anew which palette it is drawn in.
    static NOW: Cell<&'static Palette> = const { Cell::new(&DARK) };
}

/// The colours of the frame that is being drawn.
pub fn colors() -> &'static Palette {
    NOW.get()
}

/// Draws what follows in a theme, and what egui draws by itself too.
pub fn set(context: &Context, theme: Theme) {
    let palette = theme.palette();
    NOW.set(palette);
    let id = egui::Id::unique("theme in use");
    if context.data(|data| data.get_temp(id)) == Some(theme == Theme::Light) {
        return;
    }
    context.data_mut(|data| data.insert_temp(id, theme == Theme::Light));
    let mut visuals = match theme {
        Theme::Dark => Visuals::dark(),
        Theme::Light => Visuals::light(),
    };
    let edge = Stroke::new(1.0, palette.hovered);
    visuals.window_fill = palette.raised;
    visuals.window_stroke = edge;
    visuals.panel_fill = palette.panel;
    visuals.extreme_bg_color = palette.ground;
    visuals.override_text_color = Some(palette.text);
    visuals.selection.bg_fill = mix(palette.output, palette.ground, 0.45);
    visuals.selection.stroke = Stroke::new(1.0, palette.text);
    visuals.popup_shadow = egui::Shadow::NONE;
    visuals.widgets.noninteractive.bg_stroke = edge;
    visuals.widgets.noninteractive.fg_stroke.color = palette.text;
    context.all_styles_mut(|style| {
        style.visuals = visuals.clone();
        style.interaction.tooltip_delay = 0.6;
        style.interaction.selectable_labels = false;
        for font in style.text_styles.values_mut() {
            *font = label();
        }
    });
}

/// Gives a fresh surface our type; the frame after the next is drawn in it.
pub fn install(context: &Context) {
    let mut fonts = FontDefinitions::empty();
    for (name, bytes) in [("regular", REGULAR), ("strong", STRONG)] {
        let data = Arc::new(FontData::from_static(bytes));
        fonts.font_data.insert(name.to_owned(), data);
    }
    for (family, name) in [
        (FontFamily::Proportional, "regular"),
        (FontFamily::Monospace, "regular"),
        (FontFamily::Name("strong".into()), "strong"),
    ] {
        fonts.families.insert(family, vec![name.to_owned()]);
    }
    context.set_fonts(fonts);
}

/// See `assets/fonts/README.md`.
const REGULAR: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.otf");
const STRONG: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");

/// The one number that matters most.
pub fn huge() -> FontId {
    strong(36.0)
}
/// The value of the one big knob.
pub fn large_number() -> FontId {
    strong(26.0)
}
/// Numbers one looks for.
pub fn large() -> FontId {
    strong(18.0)
}
/// The name of the plugin.
pub fn title() -> FontId {
    strong(16.0)
}
/// Headings, and what is to be done.
pub fn heading() -> FontId {
    strong(12.5)
}
/// Values of controls and small readings.
pub fn value() -> FontId {
    FontId::proportional(14.0)
}
/// Running text and buttons.
pub fn body() -> FontId {
    FontId::proportional(12.5)
}
/// Labels.
pub fn label() -> FontId {
    FontId::proportional(11.5)
}
/// Scales.
pub fn tiny() -> FontId {
    FontId::proportional(10.0)
}

fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("strong".into()))
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
