//! A master's page of its stems: how loud each is, where in the spectrum it lies, who makes the peaks, where they
//! fight, and the nudges that are proposed; and the row that opens it.

use egui::{Align2, Color32, Painter, Rect, Sense, Stroke, Ui, pos2, vec2};

use super::told;
use crate::assistant::verdict::VerdictKind;
use crate::editor::desk::{Desk, column, cut_left, cut_right, cut_top, panel};
use crate::editor::meters::tenths;
use crate::editor::stages;
use crate::editor::theme::{self, GAP, GRID};
use crate::editor::view::{Gesture, Page, ViewModel};
use crate::editor::widgets::list::{heading, list, true_minus, words};
use crate::editor::widgets::{
    button, button_of, clock, light, one_line, paragraph, text, tip_in, title,
};
use crate::handoff::linked::{Holds, Linked, State, Stem, Wish};

/// Why nothing is known of a stem.
const UNHEARD: &str = "Not enough of it was heard beside the others yet: play the song.";
/// Height of the row in the assistant's panel.
const ROW: f32 = 24.0;
/// Height of a stem's line.
const LINE: f32 = 34.0;
/// Least widths of a line's parts, from the right: button, peaks, spectrum, loudness.
const PARTS: [f32; 4] = [70.0, 48.0, 156.0, 62.0];
/// How much of what a line is wider than the least window's each of them takes.
const MORE: [f32; 4] = [0.0, 0.1, 0.4, 0.1];
/// Width of a line in the least window.
const LEAST: f32 = 440.0;
/// What the spectrum's parts are called.
const BANDS: [&str; 4] = ["Low", "Lo-mid", "Hi-mid", "High"];

/// Height of the row that opens the page; 0 where there is nothing to tell.
pub fn row_height(view: &ViewModel) -> f32 {
    if told_in_row(view).is_some() {
        ROW
    } else {
        0.0
    }
}

/// What the row says, its colour, and whether stems are there.
fn told_in_row(view: &ViewModel) -> Option<(String, Color32, bool)> {
    let linked = &view.linked;
    let colors = theme::colors();
    let verdict = view
        .assistant
        .advice
        .as_ref()
        .map(|advice| advice.verdict.kind);
    Some(match (&linked.fault, linked.stems.len()) {
        (Some(_), _) => ("Stems cannot be reached".to_owned(), colors.over, false),
        (None, 0) if verdict == Some(VerdictKind::Stems) => (
            "Stems would help: here is how".to_owned(),
            colors.text,
            false,
        ),
        (None, 0) => return None,
        (None, count) => {
            let stems = if count == 1 { "stem" } else { "stems" };
            if linked.remix.is_some() {
                let said = format!("{count} {stems}: that is a remix");
                return Some((said, colors.reduction, true));
            }
            let said = match linked.conflicts.len() {
                0 => format!("{count} {stems} linked"),
                1 => format!("{count} {stems}, 1 conflict"),
                many => format!("{count} {stems}, {many} conflicts"),
            };
            (said, colors.text, true)
        }
    })
}

/// Draws the row into `rect`.
pub fn draw_row(desk: &mut Desk<'_>, mut rect: Rect) {
    let Some((said, ink, linked)) = told_in_row(desk.view) else {
        return;
    };
    let open = desk.memory.page == Page::Stems;
    let place = cut_right(&mut rect, 64.0, GRID);
    let label = if open { "Close" } else { "Stems" };
    let why = "The stems of this song: levels, who fights whom, and what is proposed for each.";
    let id = egui::Id::unique("page of stems");
    if button_of(desk.ui, id, place, label, why, None, true) {
        desk.memory.page = if open { Page::Spectrum } else { Page::Stems };
    }
    let painter = desk.painter();
    let at = pos2(rect.left() + 5.0, rect.center().y);
    light(&painter, at, linked, theme::colors().goal);
    rect.min.x += 4.0 * GRID;
    one_line(&painter, rect, &said, theme::body(), ink);
}

/// Draws the page into `rect`.
pub fn draw(desk: &mut Desk<'_>, rect: Rect) {
    let mut content = panel(&desk.painter(), rect);
    let linked = desk.view.linked.clone();
    draw_head(desk, &linked, &mut content);
    if let Some((said, ink, part)) = notice(&linked) {
        let mut place = cut_top(&mut content, 32.0, GRID);
        if part {
            let own = cut_right(&mut place, 96.0, GAP);
            let own = Rect::from_min_size(own.min, vec2(own.width(), ROW));
            let why = "This master gets a session of its own; its stems stay with the other until you choose this one in each.";
            if button(desk.ui, own, "Own session", why, None, true) {
                desk.push(Gesture::Link(Wish::Part));
            }
        }
        paragraph(&desk.painter(), place, &said, theme::label(), ink);
    }
    if linked.stems.is_empty() {
        list(desk, "no stems", content, how_to);
        return;
    }
    let mut head = cut_top(&mut content, 18.0, 2.0);
    head.max.x -= 2.0 * GRID;
    draw_columns(&desk.painter(), head);
    let mut gestures = Vec::new();
    let heeded = is_heeded(&linked);
    list(desk, "stems", content, |ui| {
        for (place, stem) in linked.stems.iter().enumerate() {
            gestures.extend(draw_stem(ui, stem, place, heeded).map(Gesture::Link));
        }
        let left: Vec<&String> = left_alone(&linked).collect();
        if !left.is_empty() {
            ui.add_space(GRID);
            heading(ui, "Conflicts left as they are");
            for conflict in left {
                words(ui, conflict, theme::label(), theme::colors().label);
                ui.add_space(GRID);
            }
        }
    });
    desk.memory.gestures.append(&mut gestures);
}

/// Why nothing can be sent.
const UNHEEDED: &str = "Stems obey the other master of this session, which was opened last: accept there, or give \
                        this one a session of its own.";

/// Whether stems listen to this master.
fn is_heeded(linked: &Linked) -> bool {
    linked.state != State::Elder
}

/// Conflicts that are no reason of a move.
fn left_alone(linked: &Linked) -> impl Iterator<Item = &String> {
    let moves = || linked.stems.iter().flat_map(|stem| &stem.moves);
    let conflicts = linked.conflicts.iter();
    conflicts.filter(move |&text| moves().all(|one| one.text != *text))
}

fn draw_head(desk: &mut Desk<'_>, linked: &Linked, content: &mut Rect) {
    let mut head = cut_top(content, ROW, 2.0 * GRID);
    stages::close(desk, cut_right(&mut head, 22.0, GAP));
    let back = cut_right(&mut head, 96.0, GRID);
    let holding = linked.stems.iter().filter(|stem| can_withdraw(stem));
    let said = "Takes back what was sent to every stem; knobs that took it over stay as they are.";
    let heeded = is_heeded(linked);
    let said = if heeded { said } else { UNHEEDED };
    let any = heeded && holding.clone().next().is_some();
    if button(desk.ui, back, "Withdraw all", said, None, any) {
        let wishes = holding.map(|stem| Gesture::Link(Wish::Withdraw(stem.id)));
        desk.memory.gestures.extend(wishes);
    }
    let all = cut_right(&mut head, 86.0, GAP);
    let news = linked.stems.iter().filter(|stem| stem.is_news());
    let said = "Sends every stem what is proposed for it; the stems keep it in their own saved state, so \
                save the project.";
    let said = if heeded { said } else { UNHEEDED };
    let any = heeded && news.clone().next().is_some();
    let fill = (any && linked.remix.is_none()).then_some(theme::colors().goal);
    if button(desk.ui, all, "Accept all", said, fill, any) {
        let wishes = news.map(accepted).map(Gesture::Link);
        desk.memory.gestures.extend(wishes);
    }
    let painter = desk.painter();
    let name = title(&painter, head, "Stems");
    cut_left(&mut head, name.width(), 2.0 * GRID);
    let said = match linked.heard_s {
        0.0 => "play the song: not enough heard yet".to_owned(),
        heard_s => format!("{} of the song heard", clock(heard_s)),
    };
    one_line(&painter, head, &said, theme::label(), theme::colors().label);
}

/// What is above all else to be known; whether a session of its own would mend it.
fn notice(linked: &Linked) -> Option<(String, Color32, bool)> {
    let colors = theme::colors();
    if let Some(fault) = &linked.fault {
        return Some((fault.clone(), colors.over, false));
    }
    let obeyed = match linked.state {
        State::Twins => Some("this one, which"),
        State::Elder => Some("that one, which"),
        _ => None,
    };
    if let Some(obeyed) = obeyed {
        let said = format!(
            "Another Finalcoat has this session too, as after a copied project: stems obey {obeyed} was opened \
             last."
        );
        return Some((said, colors.reduction, true));
    }
    if let Some(remix) = &linked.remix {
        let said = true_minus(&format!("More than a master should do: {remix}"));
        return Some((said, colors.reduction, false));
    }
    // Where some are seen nothing is amiss.
    let unseen = linked.unseen.as_ref().filter(|_| linked.stems.is_empty());
    unseen.map(|_| {
        let said = "This system does not let instances in different processes link: stems are found where the host \
                    runs them in one process with this master.";
        (said.to_owned(), colors.label, false)
    })
}

fn how_to(ui: &mut Ui) {
    let colors = theme::colors();
    heading(ui, "No stems are linked");
    for said in [
        "1. Put Finalcoat Stem on each group of the song: drums, bass, lead vocal, backing vocals, music, FX; \
         four to eight of them. Leave the group faders at 0 dB: each has one of its own.",
        "2. They find this master by themselves and appear here, also with their windows closed.",
        "3. Play the song once: levels, conflicts and proposals appear, each with its reason.",
        "4. Accept what you like: the stems keep it in the project, and a bounce needs nothing live.",
    ] {
        words(ui, said, theme::label(), colors.text);
        ui.add_space(2.0 * GRID);
    }
}

/// The parts of a line: name, loudness, spectrum, peaks, button.
fn parts(mut line: Rect) -> [Rect; 5] {
    let more = (line.width() - LEAST).clamp(0.0, LEAST);
    let widths: [f32; 4] = core::array::from_fn(|n| PARTS[n] + MORE[n] * more);
    let [button, peaks, spectrum, loudness] =
        widths.map(|width| cut_right(&mut line, width, 3.0 * GRID));
    [line, loudness, spectrum, peaks, button]
}

fn draw_columns(painter: &Painter, line: Rect) {
    let [name, loudness, spectrum, peaks, _] = parts(line);
    let ink = theme::colors().label;
    let put = |rect: Rect, align: Align2, said: &str| {
        text(
            painter,
            align.pos_in_rect(&rect),
            align,
            said,
            theme::tiny(),
            ink,
        );
    };
    put(name, Align2::LEFT_CENTER, "Stem");
    put(loudness, Align2::LEFT_CENTER, "Short-term");
    for (index, band) in BANDS.into_iter().enumerate() {
        put(
            column(spectrum, index, BANDS.len(), GRID),
            Align2::LEFT_CENTER,
            band,
        );
    }
    put(peaks, Align2::LEFT_CENTER, "Peaks");
}

/// What is proposed for a stem, accepted.
fn accepted(stem: &Stem) -> Wish {
    Wish::Advise(stem.id, stem.moves.clone())
}

/// Whether there is anything of a stem's to take back.
fn can_withdraw(stem: &Stem) -> bool {
    stem.held > 0 || stem.holds == Holds::OnItsWay
}

/// One stem and what is proposed for it, at its place from 0; `heeded`: it listens. Returns what the user wants of
/// it.
fn draw_stem(ui: &mut Ui, stem: &Stem, place: usize, heeded: bool) -> Option<Wish> {
    let size = vec2(ui.available_width(), LINE);
    let (line, _) = ui.allocate_exact_size(size, Sense::hover());
    let colors = theme::colors();
    let painter = ui.painter().clone();
    let [name, loudness, spectrum, peaks, button] = parts(line);
    // Not every host tells what a track is called.
    let title = match stem.name.as_str() {
        "" => format!("Stem {}", place + 1),
        name => name.to_owned(),
    };
    let upper = Rect::from_min_size(name.min, vec2(name.width(), 18.0));
    one_line(&painter, upper, &title, theme::body(), colors.text);
    let lower = Rect::from_min_max(pos2(name.left(), name.top() + 17.0), name.max);
    let stands = standing(stem);
    let (role, ink) = match &stands {
        Some((said, ink)) => (format!("{said} \u{b7} {}", stem.role.name()), *ink),
        None => (stem.role.name().to_owned(), colors.label),
    };
    one_line(&painter, lower, &role, theme::tiny(), ink);
    if let Some((said, _)) = stands.filter(|_| stem.laid() < stem.held) {
        let said = format!(
            "{said}: what it has set itself comes first. Its own window says what is in the way, and how to make \
             room."
        );
        tip_in(ui, id(stem, "standing"), lower, &said);
    }
    let level = stem.short_term_lufs.filter(|_| stem.playing);
    let share = level.map_or(0.0, |lufs| (f64::from(lufs) + 48.0) / 48.0);
    let said = tenths(level.map(f64::from));
    cell(&painter, loudness, &said, share as f32, colors.output);
    tip_in(
        ui,
        id(stem, "loudness"),
        loudness,
        "Loudness of the last 3 s in LUFS, as its knobs leave it: without advice and compression.",
    );
    let shown = |place: Rect, share: Option<f32>, ink| {
        let said = share.map_or_else(|| "\u{2013}".to_owned(), percent);
        cell(&painter, place, &said, share.unwrap_or(0.0), ink);
    };
    for index in 0..BANDS.len() {
        let share = stem.shares.map(|shares| shares.spectrum[index]);
        let place = column(spectrum, index, BANDS.len(), GRID);
        shown(place, share, colors.input);
    }
    let about = |said| stem.shares.map_or(UNHEARD, |_| said);
    let said = about("Its share of what all stems together have in this part of the spectrum.");
    tip_in(ui, id(stem, "spectrum"), spectrum, said);
    shown(
        peaks,
        stem.shares.map(|shares| shares.peaks),
        colors.reduction,
    );
    let said = about("Its share of the song's highest peaks: who eats the headroom.");
    tip_in(ui, id(stem, "peaks"), peaks, said);
    let wish = draw_button(ui, stem, button, heeded);
    let heard = stem.holds == Holds::Proposed && stem.obeyed_pct > 0;
    let ink = if heard || stem.is_news() {
        colors.goal
    } else {
        colors.label
    };
    // What is proposed and held is in the same order.
    let is_blocked = |place: usize| heard && stem.blocked.get(place) == Some(&true);
    for (place, one) in stem.moves.iter().enumerate() {
        let ink = if is_blocked(place) { colors.label } else { ink };
        told(ui, one, 2.0 * GRID, ink);
    }
    ui.add_space(GRID);
    let line = Stroke::new(1.0, colors.line);
    let y = ui.cursor().top();
    painter.hline(ui.max_rect().x_range(), y, line);
    ui.add_space(GRID);
    wish
}

/// What a stem holds, in a few words.
fn standing(stem: &Stem) -> Option<(String, Color32)> {
    let colors = theme::colors();
    let share = match stem.obeyed_pct {
        100 => String::new(),
        pct => format!(" at {pct} %"),
    };
    let (laid, held) = (stem.laid(), stem.held);
    let heard = stem.obeyed_pct > 0 && laid > 0;
    Some(match stem.holds {
        Holds::OnItsWay => ("on its way".to_owned(), colors.label),
        _ if held == 0 => return None,
        Holds::Proposed if !heard => ("held, not heard".to_owned(), colors.reduction),
        Holds::Proposed if laid < held => {
            let said = format!("{laid} of {held} in effect{share}");
            (said, colors.reduction)
        }
        Holds::Proposed => (format!("in effect{share}"), colors.goal),
        _ if laid < held => {
            let said = format!("obeys {laid} of {held} other moves{share}");
            (said, colors.label)
        }
        _ if held == 1 => (format!("obeys another move{share}"), colors.label),
        _ => (format!("obeys {held} other moves{share}"), colors.label),
    })
}

/// What can be done with a stem now.
fn draw_button(ui: &Ui, stem: &Stem, place: Rect, heeded: bool) -> Option<Wish> {
    let place = Rect::from_center_size(place.center(), vec2(place.width(), ROW));
    let colors = theme::colors();
    if stem.is_news() {
        let (label, said) = match stem.holds {
            Holds::Other => (
                "Update",
                "Sends what is proposed now in place of what the stem obeys.",
            ),
            _ => (
                "Accept",
                "Sends the stem what is proposed; it keeps it in its own saved state, so save the project.",
            ),
        };
        let said = if heeded { said } else { UNHEEDED };
        let pressed = button_of(ui, id(stem, "accept"), place, label, said, None, heeded);
        return pressed.then(|| accepted(stem));
    }
    if can_withdraw(stem) {
        let said = match heeded {
            true => "The stem forgets what it was sent; its own knobs stay as they are.",
            false => UNHEEDED,
        };
        let pressed = button_of(
            ui,
            id(stem, "withdraw"),
            place,
            "Withdraw",
            said,
            None,
            heeded,
        );
        return pressed.then_some(Wish::Withdraw(stem.id));
    }
    let at = place.center();
    text(
        ui.painter(),
        at,
        Align2::CENTER_CENTER,
        "as it is",
        theme::label(),
        colors.label,
    );
    None
}

fn id(stem: &Stem, what: &str) -> egui::Id {
    egui::Id::unique(("stem", stem.id, what))
}

fn percent(share: f32) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A number over a strip that shows it as a length.
fn cell(painter: &Painter, rect: Rect, said: &str, share: f32, ink: Color32) {
    let colors = theme::colors();
    let words = Rect::from_min_size(rect.min, vec2(rect.width(), 20.0));
    let at = words.left_center();
    text(
        painter,
        at,
        Align2::LEFT_CENTER,
        said,
        theme::label(),
        colors.text,
    );
    let track = Rect::from_min_size(
        pos2(rect.left(), rect.top() + 21.0),
        vec2(rect.width(), 4.0),
    );
    painter.rect_filled(track, 2.0, colors.raised);
    let width = track.width() * share.clamp(0.0, 1.0);
    if width >= 1.0 {
        let filled = Rect::from_min_size(track.min, vec2(width, track.height()));
        painter.rect_filled(filled, 2.0, ink);
    }
}
