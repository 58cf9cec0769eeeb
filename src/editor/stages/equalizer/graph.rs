//! The equalizer's curve over the spectrum, with a handle for each band that is on.
//!
//! Drag: frequency and gain (Shift or Ctrl: finer). Wheel: Q. Alt-click: no gain. Double-click: on empty ground a
//! new band, on a handle the band is off. Right-click on a handle: a menu.

use egui::{
    Align2, Color32, CursorIcon, Id, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, pos2,
};

use super::menu;
use crate::assistant::advice::Corridor;
use crate::editor::desk::Desk;
use crate::editor::fields::{EQUALIZER_ON, EqBand};
use crate::editor::help;
use crate::editor::plot::{Plot, between, fill};
use crate::editor::theme;
use crate::editor::view::{Gesture, Handle, Menu, Page, ViewModel};
use crate::editor::widgets::number::{dragged_by, modifiers, turned, wheel};
use crate::editor::widgets::{decibels, text, tip_at_rest};
use crate::engine::equalizer::response::{Lane, band_response_db, response_db};
use crate::engine::settings::equalizer::{
    BANDS, BandSettings, EqualizerSettings, FREQUENCIES_HZ, GAIN_DB, Placement, Q, Shape as Curve,
};
use crate::engine::settings::fields::{Choice, Group};

/// Scales in dB: from the middle to each end, and where the lines are. A master moves little: the widest is
/// for what somebody means.
const SCALES_DB: [(f32, [f32; 5]); 3] = [
    (5.0, [-4.0, -2.0, 0.0, 2.0, 4.0]),
    (9.0, [-8.0, -4.0, 0.0, 4.0, 8.0]),
    (15.0, [-12.0, -6.0, 0.0, 6.0, 12.0]),
];
/// Gains reach at most this share of a scale.
const FILLED: f32 = 0.86;
/// How near the pointer takes hold of a handle.
const REACH: f32 = 13.0;
const HANDLE: f32 = 8.5;
/// Moves smaller than this are not drawn.
const SMALLEST_MOVE_DB: f32 = 0.05;

/// Whether mid and side are treated differently.
pub fn has_sides(settings: &EqualizerSettings) -> bool {
    settings
        .bands
        .iter()
        .any(|band| band.on && band.placement != Placement::Stereo)
}

/// The narrowest scale that all gains and ranges fit into. While a handle is held it gets wider where one passes
/// the edge, and never narrower.
fn scale(desk: &mut Desk<'_>) -> (f32, [f32; 5]) {
    let in_hand = desk.memory.handle.map(|handle| usize::from(handle.band.0));
    let bands = desk.view.settings.equalizer.bands.iter().enumerate();
    let most_db = bands
        .filter(|(index, band)| band.on || in_hand == Some(*index))
        .map(|(_, band)| (band.gain_db.abs()).max((band.gain_db + band.range_db).abs()))
        .fold(0.0, f32::max);
    let (held, filled) = match desk.memory.handle {
        Some(_) => (desk.memory.scale, 1.0),
        None => (0, FILLED),
    };
    let fits = |(end, _): &(f32, _)| most_db <= end * filled;
    let widest = SCALES_DB.len() - 1;
    let needed = SCALES_DB.iter().position(fits).unwrap_or(widest);
    desk.memory.scale = needed.max(held).min(widest);
    SCALES_DB[desk.memory.scale]
}

/// Draws the graph into `rect`; says where its axes lie, and which band is held or lies under the pointer.
/// `live`: the stage is heard.
pub fn draw(desk: &mut Desk<'_>, rect: Rect, live: bool) -> (Plot, Option<EqBand>) {
    let painter = desk.painter();
    let (end_db, lines_db) = scale(desk);
    let plot = Plot::new(&painter, rect, [-end_db, end_db], &lines_db, |db| {
        decibels(db, 0, true)
    });
    plot.spectra(&painter, &desk.view.spectra);
    if let Some(corridor) = crate::editor::spectrum::corridor(desk) {
        plot.corridor(&painter, &desk.view.spectra, corridor);
    } else {
        plot.corridor(&painter, &desk.view.spectra, &Corridor::default());
    }
    let id = Id::unique("equalizer graph");
    let response = desk.ui.interact(plot.rect, id, Sense::click_and_drag());
    let over = response.hover_pos().and_then(|at| nearest(desk, &plot, at));
    use_pointer(desk, &plot, &response, over);
    let inside = painter.with_clip_rect(plot.rect);
    curves(&inside, desk, &plot, live);
    // A handle at the edge stays whole.
    handles(&painter, desk, &plot, live, over);
    let held = desk.memory.handle.map(|handle| handle.band);
    match (held, over) {
        (Some(_), _) => {
            response.on_hover_cursor(CursorIcon::Grab);
        }
        (None, Some(_)) => {
            let response = response.on_hover_cursor(CursorIcon::Grab);
            tip_at_rest(response, help::HANDLE);
        }
        (None, None) => {
            if let Some(at) = response.hover_pos() {
                let hair = theme::colors().label.gamma_multiply(0.5);
                inside.vline(at.x, plot.rect.y_range(), Stroke::new(1.0, hair));
            }
            tip_at_rest(response, help::GRAPH);
        }
    }
    menu::draw(desk);
    (plot, held.or(over))
}

/// The rate whose response is drawn.
pub fn rate_hz(view: &ViewModel) -> f64 {
    if view.snapshot.sample_rate_hz > 0.0 {
        view.snapshot.sample_rate_hz
    } else {
        48_000.0
    }
}

fn curves(painter: &Painter, desk: &Desk<'_>, plot: &Plot, live: bool) {
    let rate_hz = rate_hz(desk.view);
    let limit_hz = rate_hz / 2.0;
    let (set, effect) = (&desk.view.settings.equalizer, &desk.effect.equalizer);
    let zero = plot.y(0.0);
    let selected = &effect.bands[usize::from(desk.memory.band.0)];
    if selected.on {
        let curve = plot.curve(limit_hz, |hz| band_response_db(selected, 0.0, rate_hz, hz));
        let ink = if live {
            color(selected)
        } else {
            theme::colors().label
        };
        fill(painter, &curve, zero, ink.gamma_multiply(0.16));
        let edge = Stroke::new(1.0, ink.gamma_multiply(0.55));
        painter.add(Shape::line(curve, edge));
    }
    let lanes: &[_] = if has_sides(set) {
        &[
            (Lane::Side, theme::colors().side),
            (Lane::Mid, theme::colors().goal),
        ]
    } else {
        &[(Lane::Mid, theme::colors().goal)]
    };
    for &(lane, ink) in lanes {
        let ink = if live { ink } else { theme::colors().label };
        // Drawn also while the stage is off, as what it would do.
        let shape = |settings: &EqualizerSettings| {
            let on = EqualizerSettings {
                on: true,
                ..*settings
            };
            plot.curve(limit_hz, |hz| response_db(&on, rate_hz, hz, lane))
        };
        let curve = shape(effect);
        if set.bands != effect.bands {
            let faint = Stroke::new(1.25, theme::mix(ink, theme::colors().graph, 0.45));
            painter.add(Shape::line(shape(set), faint));
        }
        let moved = moved(desk, lane);
        if live && moved.iter().any(Option::is_some) {
            let still = |hz: f64| response_db(effect, rate_hz, hz, lane);
            let now = plot.curve(limit_hz, |hz| {
                let moves = effect.bands.iter().zip(&moved).map(|(band, moved)| {
                    moved.as_ref().map_or(0.0, |(placed, move_db)| {
                        band_response_db(placed, *move_db, rate_hz, hz)
                            - band_response_db(band, 0.0, rate_hz, hz)
                    })
                });
                still(hz) + moves.sum::<f64>()
            });
            between(painter, &curve, &now, theme::colors().taken);
            painter.add(Shape::line(
                now,
                Stroke::new(1.25, theme::colors().reduction),
            ));
        }
        painter.add(Shape::line(curve, Stroke::new(2.0, ink)));
    }
}

/// The bands whose dynamics move now or whose note is elsewhere, and by how much.
fn moved(desk: &Desk<'_>, lane: Lane) -> [Option<(BandSettings, f32)>; BANDS] {
    core::array::from_fn(|index| {
        let band = desk.effect.equalizer.bands[index];
        let heard = match band.placement {
            Placement::Stereo => true,
            Placement::Mid => lane == Lane::Mid,
            Placement::Side => lane == Lane::Side,
        };
        let move_db = desk.memory.activity.now.equalizer_db[index];
        let note_hz = note_hz(desk, index);
        let moves = band.on && heard && (move_db.abs() > SMALLEST_MOVE_DB || note_hz.is_some());
        moves.then(|| {
            let frequency_hz = note_hz.unwrap_or(band.frequency_hz);
            let placed = BandSettings {
                frequency_hz,
                ..band
            };
            (placed, move_db)
        })
    })
}

/// Where a bass-note band stands now.
pub fn note_hz(desk: &Desk<'_>, index: usize) -> Option<f32> {
    let band = &desk.effect.equalizer.bands[index];
    let note_hz = desk.view.snapshot.reading.equalizer.notes_hz[index];
    let follows = band.on && band.shape == Curve::BassNote && desk.view.running;
    (follows && note_hz > 0.0).then_some(note_hz)
}

fn handles(painter: &Painter, desk: &Desk<'_>, plot: &Plot, live: bool, over: Option<EqBand>) {
    // The chosen one last, so that nothing covers it.
    let last = chosen(desk);
    let chosen = desk.memory.band;
    let order = shown(desk).filter(|&band| band != chosen).chain(last);
    for band in order {
        let index = usize::from(band.0);
        let settings = &desk.view.settings.equalizer.bands[index];
        let at = place(plot, settings);
        let ink = if live && settings.on {
            color(settings)
        } else {
            theme::colors().label
        };
        let reach = |db: f32| {
            let end = pos2(at.x, plot.y(settings.gain_db + db));
            plot.rect.clamp(end)
        };
        if settings.on && settings.dynamic() {
            let strong = if live {
                theme::colors().reduction
            } else {
                theme::colors().label
            };
            let faint = strong.gamma_multiply(0.5);
            let range = desk.effect.equalizer.bands[index].range_db;
            painter.line_segment([at, reach(range)], Stroke::new(1.5, faint));
            let moved = reach(desk.memory.activity.now.equalizer_db[index]);
            painter.line_segment([at, moved], Stroke::new(4.0, strong));
        }
        if let Some(note_hz) = note_hz(desk, index) {
            let note = pos2(plot.x(note_hz), at.y);
            painter.line_segment([at, note], Stroke::new(1.5, ink));
            painter.circle_filled(note, 3.5, ink);
        }
        let (ground, number) = if band == chosen && settings.on {
            (ink, theme::colors().on_fill)
        } else {
            (theme::colors().graph, ink)
        };
        let grown = if over == Some(band) { 1.5 } else { 0.0 };
        painter.circle_filled(at, HANDLE + grown, ground);
        painter.circle_stroke(at, HANDLE + grown, Stroke::new(1.5, ink));
        let label = (band.0 + 1).to_string();
        text(
            painter,
            at,
            Align2::CENTER_CENTER,
            label,
            theme::tiny(),
            number,
        );
    }
}

/// The colour of what a band works on.
pub fn color(band: &BandSettings) -> Color32 {
    match band.placement {
        Placement::Stereo | Placement::Mid => theme::colors().goal,
        Placement::Side => theme::colors().side,
    }
}

/// Whether a shape has a gain.
pub fn has_gain(shape: Curve) -> bool {
    !matches!(shape, Curve::LowCut | Curve::HighCut)
}

/// Where the handle of a band lies: what is beyond the scale is held at the edge.
fn place(plot: &Plot, band: &BandSettings) -> Pos2 {
    let gain_db = if has_gain(band.shape) {
        band.gain_db
    } else {
        0.0
    };
    let at = pos2(plot.x(band.frequency_hz), plot.y(gain_db));
    plot.rect.clamp(at)
}

/// The chosen band, where it has a handle: a band that is off has one only beside its controls.
fn chosen(desk: &Desk<'_>) -> Option<EqBand> {
    let band = desk.memory.band;
    let on = desk.view.settings.equalizer.bands[usize::from(band.0)].on;
    let open = desk.memory.page == Page::Stage(Group::Equalizer);
    (on || open).then_some(band)
}

/// The bands that are on.
fn shown<'a>(desk: &'a Desk<'_>) -> impl Iterator<Item = EqBand> + 'a {
    let bands = &desk.view.settings.equalizer.bands;
    let all = (0..BANDS).filter(|&index| bands[index].on);
    all.map(|index| EqBand(index as u8))
}

fn nearest(desk: &Desk<'_>, plot: &Plot, at: Pos2) -> Option<EqBand> {
    let bands = &desk.view.settings.equalizer.bands;
    let distance = |band: EqBand| place(plot, &bands[usize::from(band.0)]).distance(at);
    // Of two as near, the chosen one: it lies on top.
    let order = chosen(desk).into_iter().chain(shown(desk));
    order
        .filter(|&band| distance(band) <= REACH)
        .min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
}

fn use_pointer(desk: &mut Desk<'_>, plot: &Plot, response: &Response, over: Option<EqBand>) {
    let (_, alt) = modifiers(desk.ui);
    if let Some(band) = over.filter(|_| response.clicked() && alt) {
        desk.memory.band = band;
        if has_gain(desk.view.settings.equalizer.bands[usize::from(band.0)].shape) {
            desk.memory.set(band.gain(), GAIN_DB.default);
        }
        return;
    }
    if response.double_clicked() {
        match (over, response.interact_pointer_pos()) {
            (Some(band), _) => {
                let on = desk.view.settings.equalizer.bands[usize::from(band.0)].on;
                desk.push(Gesture::Switch(band.on(), !on));
            }
            (None, Some(at)) => new_band(desk, plot, at),
            (None, None) => {}
        }
        return;
    }
    if let Some(band) = over.filter(|_| response.clicked()) {
        desk.memory.band = band;
    }
    if let (Some(band), Some(at)) = (over, response.interact_pointer_pos())
        && response.secondary_clicked()
    {
        desk.memory.band = band;
        desk.memory.toggle(Menu::Band(band, at));
    }
    drag(desk, plot, response);
    let notches = desk.ui.input(|input| wheel(&input.events));
    if let Some(band) = over.filter(|_| notches != 0.0 && desk.memory.handle.is_none()) {
        let q = desk.value(band.q());
        let (speed, _) = modifiers(desk.ui);
        desk.memory.band = band;
        desk.memory.set(band.q(), turned(&Q, q, notches * speed));
    }
}

fn drag(desk: &mut Desk<'_>, plot: &Plot, response: &Response) {
    if response.drag_started() {
        let origin = desk.ui.input(|input| input.pointer.press_origin());
        if let Some(band) = origin.and_then(|at| nearest(desk, plot, at)) {
            let settings = &desk.view.settings.equalizer.bands[usize::from(band.0)];
            // Of a cut only the frequency moves.
            let handle = Handle {
                band,
                share: Plot::share(settings.frequency_hz),
                gain_db: has_gain(settings.shape).then_some(settings.gain_db),
            };
            desk.memory.band = band;
            desk.memory.handle = Some(handle);
            for number in handle.numbers() {
                desk.push(Gesture::Begin(number));
            }
        }
    }
    let Some(mut handle) = desk.memory.handle else {
        return;
    };
    let delta = dragged_by(response);
    if delta != egui::Vec2::ZERO {
        let (speed, _) = modifiers(desk.ui);
        let band = handle.band;
        handle.share = (handle.share + delta.x * speed / plot.rect.width()).clamp(0.0, 1.0);
        let range = &FREQUENCIES_HZ[usize::from(band.0)];
        let hz = range.quantized(Plot::hz(handle.share));
        desk.push(Gesture::Set(band.frequency(), hz));
        if let Some(gain_db) = &mut handle.gain_db {
            let per_point = (plot.top - plot.bottom) / plot.rect.height();
            *gain_db = (*gain_db - delta.y * speed * per_point).clamp(GAIN_DB.min, GAIN_DB.max);
            let gain_db = GAIN_DB.quantized(*gain_db);
            desk.push(Gesture::Set(band.gain(), gain_db));
        }
        desk.memory.handle = Some(handle);
    }
    if response.drag_stopped() {
        for number in handle.numbers() {
            desk.push(Gesture::End(number));
        }
        desk.memory.handle = None;
    }
}

/// Turns on a bell where the pointer is: of the bands that are off, the one whose own place is nearest.
fn new_band(desk: &mut Desk<'_>, plot: &Plot, at: Pos2) {
    let bands = &desk.view.settings.equalizer.bands;
    let share = plot.share_at(at.x);
    let away = |index: &usize| (Plot::share(FREQUENCIES_HZ[*index].default) - share).abs();
    let free = (0..BANDS).filter(|&index| !bands[index].on);
    let Some(index) = free.min_by(|a, b| away(a).total_cmp(&away(b))) else {
        desk.memory.crowded_s = desk.ui.input(|input| input.time);
        return;
    };
    let band = EqBand(index as u8);
    desk.memory.band = band;
    desk.memory.set(band.frequency(), Plot::hz(share));
    desk.memory.set(band.gain(), plot.value_at(at.y));
    for number in [band.q(), band.range()].into_iter().chain(band.dynamics()) {
        desk.memory.set(number, number.range().default);
    }
    desk.push(Gesture::Choose(band.shape(), Curve::Bell.index()));
    let stereo = Placement::Stereo.index();
    desk.push(Gesture::Choose(band.placement(), stereo));
    desk.push(Gesture::Switch(band.on(), true));
    if !desk.view.settings.equalizer.on {
        desk.push(Gesture::Switch(EQUALIZER_ON, true));
    }
}
