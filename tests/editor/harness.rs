//! A window without a window: frames in, shapes, pixels and gestures out.

use std::path::{Path, PathBuf};

use egui::epaint::{ClippedShape, Shape};
use egui::{Color32, Event, Modifiers, PointerButton, Pos2, RawInput, Rect, Vec2, pos2, vec2};

use finalcoat::editor::draw::draw;
use finalcoat::editor::theme;
use finalcoat::editor::view::{Gesture, Memory, Number, Page, ViewModel};
use finalcoat::editor::widgets::Icon;
use finalcoat::engine::settings::fields::{Field, Group, Variant, Visitor};
use finalcoat::engine::settings::range::Range;
use finalcoat::stems::settings::Knobs;

use super::raster::Raster;

/// The editor on a stage.
pub(crate) struct Stage {
    context: egui::Context,
    pub(crate) raster: Raster,
    pub(crate) memory: Memory,
    size: [f32; 2],
    scale: f32,
    pub(crate) time: f64,
    /// Whether pixels are wanted.
    pub(crate) paints: bool,
}

impl Stage {
    pub(crate) fn new(size: [f32; 2], scale: f32) -> Self {
        let context = egui::Context::default();
        context.options_mut(|options| options.max_passes = std::num::NonZeroUsize::MIN);
        theme::install(&context);
        Self {
            context,
            raster: Raster::new((size[0] * scale) as usize, (size[1] * scale) as usize),
            memory: Memory::default(),
            size,
            scale,
            time: 0.0,
            paints: true,
        }
    }

    /// The same with the panel of a stage of the chain, and without pixels.
    pub(crate) fn with(size: [f32; 2], stage: Group) -> Self {
        let mut new = Self::new(size, 1.0);
        new.memory.page = Page::Stage(stage);
        new.paints = false;
        new
    }

    /// One frame: what was drawn and what it returned.
    pub(crate) fn frame(
        &mut self,
        view: &ViewModel,
        mut events: Vec<Event>,
        modifiers: Modifiers,
    ) -> (Vec<ClippedShape>, Vec<Gesture>) {
        self.time += 1.0 / 60.0;
        events.insert(0, Event::ModifiersChanged(modifiers));
        let window = Rect::from_min_size(Pos2::ZERO, vec2(self.size[0], self.size[1]));
        let mut input = RawInput {
            screen_rect: Some(window),
            time: Some(self.time),
            events,
            ..RawInput::default()
        };
        let viewport = input.viewports.entry(egui::ViewportId::ROOT).or_default();
        viewport.native_pixels_per_point = Some(self.scale);
        let mut gestures = Vec::new();
        let memory = &mut self.memory;
        let output = self
            .context
            .run_ui(input, |ui| gestures = draw(ui, view, memory));
        let shapes = output.shapes.clone();
        self.raster.update_textures(&output.textures_delta);
        if self.paints {
            let primitives = self
                .context
                .tessellate(output.shapes.clone(), output.pixels_per_point);
            self.raster.paint(&primitives, self.scale);
        }
        output.drop_without_applying_deltas();
        (shapes, gestures)
    }

    pub(crate) fn still(&mut self, view: &ViewModel) -> Vec<ClippedShape> {
        // The first frame loads the fonts.
        self.frame(view, Vec::new(), Modifiers::NONE);
        self.frame(view, Vec::new(), Modifiers::NONE).0
    }

    /// Lets some seconds go by, with a beat in what the stages do.
    pub(crate) fn play(&mut self, view: &ViewModel) {
        let paints = core::mem::take(&mut self.paints);
        self.still(view);
        for frame in 0..360 {
            let beat = 1.0 - (frame % 36) as f32 / 36.0;
            let mut view = view.clone();
            let reading = &mut view.snapshot.reading;
            reading.glue.move_db *= beat;
            reading.colour.added_peak *= beat * beat;
            self.time += 1.0 / 60.0;
            self.frame(&view, Vec::new(), Modifiers::NONE);
        }
        self.paints = paints;
    }

    /// Where a widget lies that has no words, by its id.
    pub(crate) fn place(&mut self, view: &ViewModel, id: egui::Id) -> Rect {
        self.still(view);
        let response = self.context.read_response(id);
        response
            .unwrap_or_else(|| panic!("{id:?} is not shown"))
            .rect
    }

    /// Gives the keyboard to a widget.
    pub(crate) fn focus(&mut self, id: egui::Id) {
        self.context.memory_mut(|memory| memory.request_focus(id));
    }

    pub(crate) fn has_focus(&self, id: egui::Id) -> bool {
        self.context.memory(|memory| memory.has_focus(id))
    }

    /// Whether the host does not get the keyboard.
    pub(crate) fn wants_keyboard(&self) -> bool {
        self.context.egui_wants_keyboard_input()
    }

    /// All that can be clicked and is not covered.
    pub(crate) fn pressable(&self) -> Vec<(egui::Id, Rect)> {
        self.context.viewport(|viewport| {
            let layers = viewport.prev_pass.widgets.layers();
            let all = layers.flat_map(|(_, widgets)| widgets);
            all.filter(|one| one.sense.senses_click() && one.interact_rect.is_positive())
                .map(|one| (one.id, one.interact_rect))
                .collect()
        })
    }

    pub(crate) fn save(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../editor");
        std::fs::create_dir_all(&folder).unwrap();
        self.write_png(&folder.join(name));
    }

    pub(crate) fn write_png(&self, path: &Path) {
        let file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
        let (width, height) = (self.size[0] * self.scale, self.size[1] * self.scale);
        let mut encoder = png::Encoder::new(file, width as u32, height as u32);
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&self.raster.rgba()).unwrap();
    }
}

pub(crate) struct Text {
    pub(crate) words: String,
    pub(crate) rect: Rect,
    pub(crate) clip: Rect,
    pub(crate) color: Color32,
    /// Whether it goes on where the room ended.
    pub(crate) elided: bool,
}

pub(crate) fn texts(shapes: &[ClippedShape]) -> Vec<Text> {
    fn collect(shape: &Shape, clip: Rect, into: &mut Vec<Text>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, clip, into)),
            Shape::Text(text) if !text.galley.text().trim().is_empty() => into.push(Text {
                words: text.galley.text().to_owned(),
                rect: text.galley.mesh_bounds.translate(text.pos.to_vec2()),
                clip,
                color: text.galley.job.sections[0].format.color,
                elided: text.galley.elided,
            }),
            _ => {}
        }
    }
    let mut into = Vec::new();
    for clipped in shapes {
        collect(&clipped.shape, clipped.clip_rect, &mut into);
    }
    into
}

/// What is filled with a colour, from below.
pub(crate) fn fills(shapes: &[ClippedShape]) -> Vec<(Rect, Color32)> {
    fn collect(shape: &Shape, into: &mut Vec<(Rect, Color32)>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, into)),
            Shape::Rect(one) => into.push((one.rect, one.fill)),
            Shape::Circle(one) => {
                let size = Vec2::splat(2.0 * one.radius);
                into.push((Rect::from_center_size(one.center, size), one.fill));
            }
            _ => {}
        }
    }
    let mut into = Vec::new();
    for clipped in shapes {
        collect(&clipped.shape, &mut into);
    }
    into
}

/// The sentence that appears where the pointer rests.
pub(crate) fn sentence_at(stage: &mut Stage, view: &ViewModel, at: Pos2) -> Option<String> {
    stage.time += 2.0;
    let mut shapes = Vec::new();
    for _ in 0..3 {
        let moved = vec![Event::PointerMoved(at)];
        shapes = stage.frame(view, moved, Modifiers::NONE).0;
    }
    let before: Vec<String> = texts(&shapes).into_iter().map(|text| text.words).collect();
    stage.time += 2.0;
    stage.frame(view, Vec::new(), Modifiers::NONE);
    let after = texts(&stage.frame(view, Vec::new(), Modifiers::NONE).0);
    let sentence = |words: &String| words.ends_with('.') || words.contains(".\n");
    let mut new = after.into_iter().map(|text| text.words);
    new.find(|words| sentence(words) && !before.contains(words))
}

/// The id of a button with a picture.
pub(crate) fn icon(icon: Icon, said: &str) -> egui::Id {
    egui::Id::unique(("icon", icon, said))
}

/// Where a text stands first.
pub(crate) fn find(stage: &mut Stage, view: &ViewModel, words: &str) -> Rect {
    *find_all(stage, view, words)
        .first()
        .unwrap_or_else(|| panic!("{words:?} is not shown"))
}

/// Where a text stands, from the top.
pub(crate) fn find_all(stage: &mut Stage, view: &ViewModel, words: &str) -> Vec<Rect> {
    let mut all: Vec<Rect> = texts(&stage.still(view))
        .into_iter()
        .filter(|text| text.words == words)
        .map(|text| text.rect)
        .collect();
    all.sort_by(|a, b| {
        a.top()
            .total_cmp(&b.top())
            .then(a.left().total_cmp(&b.left()))
    });
    all
}

pub(crate) fn press(at: Pos2, pressed: bool) -> Event {
    Event::PointerButton {
        pos: at,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    }
}

pub(crate) fn click(
    stage: &mut Stage,
    view: &ViewModel,
    at: Pos2,
    modifiers: Modifiers,
) -> Vec<Gesture> {
    let mut out = Vec::new();
    for events in [
        vec![Event::PointerMoved(at)],
        vec![press(at, true)],
        vec![press(at, false)],
        vec![],
    ] {
        out.extend(stage.frame(view, events, modifiers).1);
    }
    out
}

/// Turns the wheel by one notch.
pub(crate) fn notch(stage: &mut Stage, view: &ViewModel, at: Pos2) -> Vec<Gesture> {
    stage.frame(view, vec![Event::PointerMoved(at)], Modifiers::NONE);
    let event = Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta: vec2(0.0, 1.0),
        modifiers: Modifiers::NONE,
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
    };
    stage.frame(view, vec![event], Modifiers::NONE).1
}

/// Drags from a place by some points to the right and upwards; what is set shows in the next frame.
pub(crate) fn drag(
    stage: &mut Stage,
    view: &mut ViewModel,
    from: Pos2,
    [right, up]: [f32; 2],
    modifiers: Modifiers,
) -> Vec<Gesture> {
    let mut out = Vec::new();
    let steps = 30;
    let at = |step: usize| {
        let share = step as f32 / steps as f32;
        pos2(from.x + right * share, from.y - up * share)
    };
    let mut frames = vec![vec![Event::PointerMoved(from)], vec![press(from, true)]];
    frames.extend((1..=steps).map(|step| vec![Event::PointerMoved(at(step))]));
    frames.push(vec![press(at(steps), false)]);
    for events in frames {
        for gesture in stage.frame(view, events, modifiers).1 {
            obey(view, &gesture);
            out.push(gesture);
        }
    }
    out
}

/// Does to the settings what a host would.
pub(crate) fn obey(view: &mut ViewModel, gesture: &Gesture) {
    struct Setter(Field, f32);
    impl Visitor for Setter {
        fn number(&mut self, field: Field, _: &'static Range, value: &mut f32) {
            if field == self.0 {
                *value = self.1;
            }
        }
        fn switch(&mut self, field: Field, value: &mut bool) {
            if field == self.0 {
                *value = self.1 != 0.0;
            }
        }
        fn choice(&mut self, field: Field, _: &'static [Variant], index: &mut usize) {
            if field == self.0 {
                *index = self.1 as usize;
            }
        }
    }
    let mut set = |field, value| {
        let mut knobs = view.knobs();
        knobs.visit(&mut Setter(field, value));
        view.settings = knobs.settings;
        if let Some(stem) = &mut view.stem {
            stem.settings = knobs.stem;
        }
    };
    match *gesture {
        Gesture::Set(Number::Of(field), value) => set(field, value),
        Gesture::Switch(field, on) => set(field, f32::from(u8::from(on))),
        Gesture::Choose(field, place) => set(field, place as f32),
        _ => {}
    }
}

/// Whether the settings have such a value: of a number (0), a switch (1) or a choice (2).
pub(crate) fn kind(field: Field) -> Option<u8> {
    struct Finder(Field, Option<u8>);
    impl Visitor for Finder {
        fn number(&mut self, field: Field, _: &'static Range, _: &mut f32) {
            if field == self.0 {
                self.1 = Some(0);
            }
        }
        fn switch(&mut self, field: Field, _: &mut bool) {
            if field == self.0 {
                self.1 = Some(1);
            }
        }
        fn choice(&mut self, field: Field, _: &'static [Variant], _: &mut usize) {
            if field == self.0 {
                self.1 = Some(2);
            }
        }
    }
    let mut finder = Finder(field, None);
    Knobs::default().visit(&mut finder);
    finder.1
}
