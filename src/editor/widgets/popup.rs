//! What opens over everything else: a list below what was pressed.

use egui::{
    Align2, Color32, CursorIcon, Id, Key, Order, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    Vec2, pos2, vec2,
};

use super::icon::{self, Icon, right_of};
use super::press::{ring, tip};
use super::{one_line, text};
use crate::editor::theme::{self, GRID};

/// Height of a row.
pub const ROW: f32 = 24.0;

/// Opens a list at `anchor`, below it or, where there is more room, above. `add` draws the rows. Returns
/// whether the user went elsewhere, so that it is to be closed.
pub fn popup(ui: &Ui, id: &str, anchor: Rect, size: Vec2, add: impl FnOnce(&mut Ui)) -> bool {
    let window = ui.ctx().content_rect().shrink(GRID);
    let [above, below] = [
        anchor.top() - GRID - window.top(),
        window.bottom() - anchor.bottom() - GRID,
    ];
    let wanted = vec2(size.x, size.y + 2.0 * GRID);
    let upwards = below < wanted.y && above > below;
    let room = if upwards { above } else { below };
    let size = vec2(wanted.x.min(window.width()), wanted.y.min(room));
    let left = anchor
        .left()
        .min(window.right() - size.x)
        .max(window.left());
    let top = if upwards {
        anchor.top() - GRID - size.y
    } else {
        anchor.bottom() + GRID
    };
    let area = Rect::from_min_size(pos2(left, top), size);
    let id = Id::unique(("popup", id));
    egui::Area::new(id)
        .order(Order::Foreground)
        .fixed_pos(area.min)
        .fade_in(false)
        .show(ui.ctx(), |ui| {
            ui.set_clip_rect(area.expand(2.0));
            let painter = ui.painter().clone();
            painter.rect_filled(area, theme::PANEL_RADIUS, theme::colors().raised);
            let edge = Stroke::new(
                1.0,
                theme::mix(theme::colors().label, theme::colors().raised, 0.4),
            );
            painter.rect_stroke(area, theme::PANEL_RADIUS, edge, StrokeKind::Inside);
            // Nothing below hears the pointer.
            // The keys stay with the host: presets are auditioned while it plays.
            ui.interact(area, id.with("ground"), Sense::CLICK | Sense::DRAG);
            let mut child = ui.new_child(egui::UiBuilder::new().max_rect(area.shrink(GRID)));
            child.spacing_mut().item_spacing = Vec2::ZERO;
            ScrollArea::vertical()
                .auto_shrink(false)
                .show(&mut child, add);
        });
    ui.input(|input| {
        let pressed = input.pointer.any_pressed();
        let at = input.pointer.interact_pos();
        let elsewhere = at.is_some_and(|at| !area.contains(at) && !anchor.contains(at));
        input.key_pressed(Key::Escape) || (pressed && elsewhere)
    })
}

/// A line that says what follows.
pub fn caption(ui: &mut Ui, label: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let at = pos2(rect.left() + 2.0 * GRID, rect.center().y + 1.0);
    let ink = theme::colors().label;
    text(
        ui.painter(),
        at,
        Align2::LEFT_CENTER,
        label,
        theme::tiny(),
        ink,
    );
}

/// A line that can be chosen, with something in small at its right end, and a sentence on what that does.
/// Returns whether it was.
pub fn row(ui: &mut Ui, name: &str, aside: &str, chosen: bool, said: &str) -> bool {
    let size = vec2(ui.available_width(), ROW);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let painter = ui.painter();
    let colors = theme::colors();
    if response.hovered() || response.has_focus() {
        painter.rect_filled(rect, theme::RADIUS, colors.hovered);
    }
    let mut inside = rect.shrink2(vec2(2.0 * GRID, 0.0));
    if chosen {
        // Not by colour alone.
        let dot = pos2(inside.left() + 2.0, inside.center().y);
        painter.circle_filled(dot, 2.5, colors.goal);
    }
    inside.min.x += 3.0 * GRID;
    // A short word at the end keeps its room; of a long one there is as much as the name leaves.
    let width = |words: &str, font| {
        let galley = painter.layout_no_wrap(words.to_owned(), font, colors.text);
        galley.size().x.ceil() + 1.0
    };
    let gap = 3.0 * GRID;
    let named = width(name, theme::body());
    let left = (inside.width() - named - gap).max(inside.width() * 0.4);
    let asided = width(aside, theme::tiny()).min(left);
    let shows = !aside.is_empty() && asided > 24.0;
    let taken = if shows { asided + gap } else { 0.0 };
    let mut name_at = inside;
    name_at.max.x -= taken;
    one_line(painter, name_at, name, theme::body(), colors.text);
    if shows {
        inside.min.x = inside.right() - asided;
        one_line(painter, inside, aside, theme::tiny(), colors.label);
    }
    let clicked = response.clicked();
    tip(response.on_hover_cursor(CursorIcon::PointingHand), said);
    clicked
}

/// A box that says what is chosen, and opens a list; `words` and their colour. Returns whether it was pressed.
pub fn drop_down(
    ui: &Ui,
    id: &str,
    rect: Rect,
    (words, ink): (&str, Color32),
    said: &str,
    open: bool,
) -> bool {
    let response = ui.interact(rect, Id::unique(("drop-down", id)), Sense::click());
    let painter = ui.painter();
    let colors = theme::colors();
    let ground = if response.hovered() || open {
        colors.hovered
    } else {
        colors.raised
    };
    painter.rect_filled(rect, theme::RADIUS, ground);
    let mut inside = rect.shrink2(vec2(2.0 * GRID, 0.0));
    inside.max.x -= 3.0 * GRID;
    one_line(painter, inside, words, theme::body(), ink);
    icon::draw(painter, right_of(rect), Icon::Down, colors.label);
    ring(ui, &response, rect);
    let clicked = response.clicked();
    tip(response.on_hover_cursor(CursorIcon::PointingHand), said);
    clicked
}
