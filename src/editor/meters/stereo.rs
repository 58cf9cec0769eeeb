//! The stereo image of the master: goniometer, correlation of the whole and of each band, and listening in
//! mono.

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Align2, Color32, Id, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use super::numbers::{NOTHING, shown};
use crate::editor::desk::{Desk, cut_bottom, cut_left, cut_top};
use crate::editor::help;
use crate::editor::theme::{self, GRID};
use crate::editor::view::Gesture;
use crate::editor::widgets::{decibels, segments, text, tip_in, zero_bar};
use crate::engine::audition::settings::{AuditionSettings, Channels};
use crate::engine::settings::image::{BAND_NAMES, BANDS};

const CHANNELS: [(Channels, &str, &str); 3] = [
    (
        Channels::Stereo,
        "Stereo",
        "Hear both channels as they are.",
    ),
    (Channels::Mono, "Mono", "Hear what is left on one speaker."),
    (Channels::Side, "Side", "Hear only what mono loses."),
];
/// Side of a dot of the goniometer, in points.
const DOT: f32 = 1.25;

/// Draws it into `rect`.
pub(super) fn draw(desk: &mut Desk<'_>, mut rect: Rect) {
    let listen = cut_bottom(&mut rect, 24.0, 2.0 * GRID);
    check(desk, listen);
    if under(rect) {
        let height = (rect.height() * 0.4).clamp(CORRELATIONS_MIN, CORRELATIONS);
        let bars = cut_bottom(&mut rect, height, GRID);
        goniometer(desk, rect);
        correlations(desk, bars);
    } else {
        let beside = rect.width() - 3.0 * GRID - BARS_MIN;
        let width = rect.height().min(rect.width() * 0.5).min(beside);
        let scope = cut_left(&mut rect, width, 3.0 * GRID);
        goniometer(desk, scope);
        rect.set_width(rect.width().min(320.0));
        correlations(desk, rect);
    }
}

/// Height of the correlations where there is room, and where there is little.
const CORRELATIONS: f32 = 72.0;
const CORRELATIONS_MIN: f32 = 58.0;
/// Width of their names and numbers.
const NAME: f32 = 54.0;
const NUMBER: f32 = 34.0;
/// Least width of all of them.
const BARS_MIN: f32 = NAME + 36.0 + NUMBER;
/// From this width on they stand beside the goniometer: what is less leaves them no bars.
const WIDE: f32 = 300.0;
/// A goniometer under which they stand is not smaller.
const SCOPE_MIN: f32 = 52.0;

/// The least height in which it can be read in a column of some width.
pub(super) fn height_min(width: f32) -> f32 {
    if width >= WIDE { 150.0 } else { 200.0 }
}

/// Whether the correlations stand under the goniometer.
fn under(rect: Rect) -> bool {
    let tall = rect.width() <= 1.5 * rect.height();
    let room = rect.height() >= SCOPE_MIN + GRID + CORRELATIONS_MIN;
    tall || (rect.width() < WIDE && room)
}

/// What of the channels is heard.
fn check(desk: &mut Desk<'_>, rect: Rect) {
    let now = desk.view.audition;
    let chosen = CHANNELS.iter().position(|(one, ..)| *one == now.channels);
    let labels = CHANNELS.map(|(_, label, said)| (label, said));
    let colors = theme::colors();
    let ink = match now.channels {
        Channels::Stereo => colors.label,
        _ => colors.over,
    };
    let mut place = rect;
    place.set_width(rect.width().min(260.0));
    if let Some(index) = segments(
        desk.ui,
        "channels",
        place,
        &labels,
        chosen.unwrap_or(0),
        ink,
    ) {
        let channels = CHANNELS[index].0;
        desk.push(Gesture::Audition(AuditionSettings { channels, ..now }));
    }
}

/// Left and right against each other, turned so that mono stands upright; older frames are fainter. Quiet
/// music is drawn larger, so that its shape can be seen.
fn goniometer(desk: &mut Desk<'_>, rect: Rect) {
    tip_in(desk.ui, Id::unique("goniometer"), rect, help::GONIOMETER);
    let painter = desk.painter();
    let colors = theme::colors();
    let radius = (rect.width().min(rect.height()) / 2.0).max(8.0);
    let center = rect.center();
    painter.circle_filled(center, radius, colors.graph);
    let hair = Stroke::new(1.0, theme::mix(colors.label, colors.graph, 0.25));
    let diagonal = std::f32::consts::FRAC_1_SQRT_2 * radius;
    for [x, y] in [
        [0.0, radius],
        [radius, 0.0],
        [diagonal, diagonal],
        [diagonal, -diagonal],
    ] {
        painter.line_segment([center - vec2(x, y), center + vec2(x, y)], hair);
    }
    // Outside of the circle, where the diagonals leave it.
    for (label, x) in [("L", -1.0), ("R", 1.0)] {
        let at = center + vec2(x * (diagonal + 7.0), -diagonal - 4.0);
        text(
            &painter,
            at,
            Align2::CENTER_CENTER,
            label,
            theme::tiny(),
            colors.label,
        );
    }
    if !desk.view.running {
        return;
    }
    let scope = &desk.view.scope;
    let top = scope
        .iter()
        .map(|[left, right]| left.abs().max(right.abs()))
        .fold(0.05_f32, f32::max);
    let scale = radius / top * 0.7;
    let inside = painter.with_clip_rect(rect);
    dots(&inside, scope, |[left, right]| {
        let (side, mid) = ((right - left) * scale * 0.7, (left + right) * scale * 0.7);
        let out = (side * side + mid * mid).sqrt();
        let within = if out > radius - 1.0 {
            (radius - 1.0) / out
        } else {
            1.0
        };
        center + vec2(side, -mid) * within
    });
}

fn dots(painter: &Painter, scope: &[[f32; 2]], place: impl Fn([f32; 2]) -> Pos2) {
    let mut mesh = Mesh::default();
    mesh.reserve_vertices(4 * scope.len());
    mesh.reserve_triangles(2 * scope.len());
    let ink = theme::colors().output;
    let count = scope.len().max(1) as f32;
    for (n, frame) in scope.iter().enumerate() {
        let at = place(*frame);
        let color: Color32 = ink.gamma_multiply(0.15 + 0.6 * n as f32 / count);
        let first = mesh.vertices.len() as u32;
        for [x, y] in [[-DOT, -DOT], [DOT, -DOT], [DOT, DOT], [-DOT, DOT]] {
            mesh.vertices.push(Vertex {
                pos: at + vec2(x, y) * 0.5,
                uv: WHITE_UV,
                color,
            });
        }
        mesh.add_triangle(first, first + 1, first + 2);
        mesh.add_triangle(first, first + 2, first + 3);
    }
    painter.add(Shape::mesh(mesh));
}

/// The whole and each band, −1 to 1.
fn correlations(desk: &mut Desk<'_>, mut rect: Rect) {
    tip_in(desk.ui, Id::unique("correlations"), rect, help::CORRELATION);
    let running = desk.view.running;
    let whole = shown(desk.view).momentary_correlation;
    let bands = desk.view.snapshot.reading.image.correlations;
    let rows = BANDS + 1;
    let height = (rect.height() / rows as f32).min(24.0);
    let all = std::iter::once(("All", whole.map(|value| value as f32)));
    let bands = (0..BANDS).map(|band| (BAND_NAMES[band], running.then_some(bands[band])));
    for (name, value) in all.chain(bands) {
        let row = cut_top(&mut rect, height, 0.0);
        correlation(&desk.painter(), row, name, value);
    }
}

fn correlation(painter: &Painter, mut row: Rect, name: &str, value: Option<f32>) {
    let colors = theme::colors();
    let words = cut_left(&mut row, NAME, 0.0);
    let at = words.left_center();
    text(
        painter,
        at,
        Align2::LEFT_CENTER,
        name,
        theme::tiny(),
        colors.label,
    );
    let number = value.map_or(NOTHING.to_owned(), |value| decibels(value, 2, true));
    let bad = value.is_some_and(|value| value < 0.0);
    let ink = if bad { colors.over } else { colors.text };
    let at = row.right_center();
    text(
        painter,
        at,
        Align2::RIGHT_CENTER,
        number,
        theme::tiny(),
        ink,
    );
    let bar = Rect::from_min_max(
        pos2(row.left(), row.center().y - 2.5),
        pos2(row.right() - NUMBER, row.center().y + 2.5),
    );
    let ink = if bad { colors.over } else { colors.output };
    let share = value.unwrap_or(0.0);
    zero_bar(painter, bar, colors.raised, 0.5, share, ink);
}
