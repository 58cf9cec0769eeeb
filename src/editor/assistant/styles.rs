//! The style: a box that says which, and the list it opens.

use std::sync::Arc;

use egui::{Galley, Painter, Rect, Sense, vec2};

use crate::assistant::wishes::Wishes;
use crate::editor::desk::Desk;
use crate::editor::theme::{self, GRID};
use crate::editor::view::{AssistantView, Gesture, Menu};
use crate::editor::widgets::popup::{ROW, drop_down, popup, row};

const WIDTH_MIN: f32 = 260.0;

/// The style that was chosen, or what was found and how sure that is.
pub fn shown(assistant: &AssistantView) -> String {
    match (&assistant.wishes.style, &assistant.advice) {
        (Some(style), _) => style.clone(),
        (None, Some(advice)) if !advice.style.is_empty() => {
            let pct = (advice.style_confidence * 100.0).round();
            match advice.style.strip_prefix("closest to ") {
                Some(style) => format!("Auto: near {style}, {pct} %"),
                None => format!("Auto: {}", advice.style),
            }
        }
        _ => "Auto".to_owned(),
    }
}

/// Draws the box, which a click opens, and the list.
pub fn draw(desk: &mut Desk<'_>, rect: Rect) {
    let open = desk.opened(Menu::Styles);
    let shown = shown(&desk.view.assistant);
    let ink = theme::colors().text;
    let said = "The finished music that this song is measured against, and how sure that is.";
    if drop_down(desk.ui, "styles", rect, (&shown, ink), said, open) {
        desk.memory.toggle(Menu::Styles);
        if !open {
            desk.push(Gesture::LookForStyles);
        }
    }
    if open {
        draw_list(desk, rect);
    }
}

/// A line of the list: the style it stands for, what it is called, and what is said at its right end.
struct Row {
    style: Option<String>,
    name: String,
    aside: String,
}

/// All lines that can be chosen.
fn rows(assistant: &AssistantView) -> Vec<Row> {
    let nearness = |name: &str| {
        let advice = assistant.advice.as_ref()?;
        let mut near = advice.nearness.iter();
        let (_, weight) = near.find(|(one, _)| one == name)?;
        Some(format!("{} %", (weight * 100.0).round()))
    };
    let styles = &assistant.status.styles;
    let row = |name: &String, whose: &str| {
        let aside = [whose.to_owned(), nearness(name).unwrap_or_default()];
        Row {
            style: Some(name.clone()),
            name: name.clone(),
            aside: aside.join("  ").trim().to_owned(),
        }
    };
    let auto = Row {
        style: None,
        name: "Auto: what it is closest to".to_owned(),
        aside: String::new(),
    };
    let own = styles.own.iter().map(|name| row(name, "yours"));
    let ours = styles.ours.iter().map(|name| row(name, ""));
    std::iter::once(auto).chain(own).chain(ours).collect()
}

/// What is said below them: which files are no styles and why, and where such files belong.
fn notes(assistant: &AssistantView, painter: &Painter, width: f32) -> Vec<Arc<Galley>> {
    let styles = &assistant.status.styles;
    let lay = |said: String, ink| {
        let mut job = egui::text::LayoutJob::simple(said, theme::tiny(), ink, width);
        job.wrap.break_anywhere = true;
        painter.layout_job(job)
    };
    let mut notes = Vec::new();
    for [file, why] in &styles.faults {
        notes.push(lay(
            format!("{file} is left out"),
            theme::colors().reduction,
        ));
        let words =
            egui::text::LayoutJob::simple(why.clone(), theme::tiny(), theme::colors().label, width);
        notes.push(painter.layout_job(words));
    }
    if let Some(folder) = &styles.folder {
        notes.push(lay(format!("Your own: {folder}"), theme::colors().label));
    }
    notes
}

fn draw_list(desk: &mut Desk<'_>, below: Rect) {
    let assistant = &desk.view.assistant;
    let rows = rows(assistant);
    let width = below.width().max(WIDTH_MIN);
    let notes = notes(assistant, desk.ui.painter(), width - 6.0 * GRID);
    let noted: f32 = notes.iter().map(|note| note.size().y + GRID).sum();
    let size = vec2(width, rows.len() as f32 * ROW + noted + 2.0 * GRID);
    let chosen = &assistant.wishes.style;
    let mut picked = None;
    let left = popup(desk.ui, "list of styles", below, size, |ui| {
        for one in &rows {
            let said = match one.style {
                Some(_) => "What is heard is measured against finished music of this style.",
                None => "The style is found from what was heard.",
            };
            if row(ui, &one.name, &one.aside, one.style == *chosen, said) {
                picked = Some(one.style.clone());
            }
        }
        ui.add_space(GRID);
        for note in &notes {
            let size = vec2(ui.available_width(), note.size().y + GRID);
            let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
            let at = rect.min + vec2(2.0 * GRID, 0.0);
            ui.painter().galley(at, note.clone(), theme::colors().label);
        }
    });
    let done = picked.is_some();
    if let Some(style) = picked {
        let wishes = assistant.wishes.clone();
        desk.push(Gesture::Wish(Wishes { style, ..wishes }));
    }
    if left || done {
        desk.memory.menu = None;
    }
}
