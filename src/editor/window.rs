//! The thin adapter between the window and the host's frame around it.

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize, PhysicalSize, Size};
use nice_plug::editor::{Editor, HostMethods, SpawnedEditor};
use nice_plug::prelude::*;
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, RepaintNotifier,
    create_egui_editor,
};

use super::app::App;
use super::closing::{self, Ending, Handle};
#[cfg(target_os = "linux")]
use super::focus::Focus;
use super::preferences::Preferences;
use super::undo::Undo;
use super::{scale, theme};
use crate::handoff::{EditorSide, lock};
use crate::params::kept::WINDOW_MIN;
use crate::params::{Face, FinalcoatParams};

/// Share of the least window that is left where the panels are drawn smaller.
const ZOOM_MIN: f32 = 0.75;

/// How often the framework looks whether it was asked for a frame: [`super::wake`] does that. A look before
/// the window is on the screen would ask the X server too early, and no frame would ever come.
const NEVER: Duration = Duration::from_secs(24 * 3600);

/// What the host opens windows of. The framework's own editor has a fixed first size; ours opens in
/// the size that the session kept, so each opening makes a new one.
pub struct Window {
    params: Arc<FinalcoatParams>,
    side: Arc<Mutex<EditorSide>>,
    undo: Arc<Mutex<Undo>>,
    open: Arc<Mutex<Option<Extent>>>,
}

/// How large an open window is, and the factor from points to pixels without our zoom.
#[derive(Debug, Clone, Copy)]
struct Extent {
    pixels: PhysicalSize<u32>,
    scale_factor: f64,
}

impl Window {
    /// Nothing is opened yet.
    pub fn new(params: Arc<FinalcoatParams>, side: EditorSide) -> Self {
        Self {
            params,
            side: Arc::new(Mutex::new(side)),
            undo: Arc::default(),
            open: Arc::default(),
        }
    }

    /// What a window opened now would show, without the window.
    pub fn app(&self) -> App {
        App::new(self.params.clone(), self.side.clone(), self.undo.clone())
    }

    fn kept_size(&self) -> LogicalSize<f32> {
        let [width, height] = self.params.kept.window_points();
        LogicalSize { width, height }
    }

    fn title(&self) -> &'static str {
        match self.params.face() {
            Face::Master => "Finalcoat",
            Face::Stem => "Finalcoat Stem",
        }
    }

    /// The window may get smaller than the panels need: then they are drawn smaller.
    fn hint() -> ResizeHint {
        let [width, height] = WINDOW_MIN.map(|side| side * ZOOM_MIN);
        ResizeHint::resizable().with_min_logical_size(LogicalSize { width, height })
    }
}

impl Editor for Window {
    type Handle = Handle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        let mut app = self.app();
        let zoom = app.liked_zoom();
        // The framework takes the host's factor for its sizes in points only, not for its first in pixels.
        let magnified = match scale::of_system() {
            Some(_) => 1.0,
            None => fallback_scale_factor.unwrap_or(1.0) as f32,
        };
        let size = scaled(self.kept_size(), magnified);
        let state = EguiEditorState::from_size(Size::Logical(size.cast()), zoom);
        let settings = EguiNiceSettings::new()
            .with_tile(self.title())
            .with_resize_hint(Self::hint())
            .with_repaint_poll_interval(NEVER);
        let (ending, ended) = closing::ending();
        let opening = Opening {
            app,
            ending: Some(ending),
            extent: self.open.clone(),
            failed: false,
            // A window of its own has nobody to leave the keys to.
            #[cfg(target_os = "linux")]
            focus: (parent.is_some() || wait_for_parent).then(Focus::default),
        };
        let editor: EguiEditor<Opening> =
            create_egui_editor(state, RepaintNotifier::new(), settings, opening)
                .ok_or("The editor could not be made.")?;
        let spawned = editor.spawn(
            parent,
            wait_for_parent,
            fallback_scale_factor,
            gui_context,
            host,
        )?;
        Ok(closing::held(spawned, ended))
    }

    fn size(&self) -> NativeSize<u32> {
        if let Some(extent) = *lock(&self.open) {
            let points = extent.pixels.to_logical(extent.scale_factor);
            return NativeSize::from_logical_or_physical(points, extent.pixels);
        }
        let size = scaled(self.kept_size(), Preferences::of_this_user().zoom());
        let scale_factor = scale::of_system().unwrap_or(1.0);
        NativeSize::from_size(Size::Logical(size.cast()), scale_factor)
    }

    fn track_info_updated(&self, info: TrackInfo) {
        lock(&self.side).linked.name_track(info.name());
    }

    fn resize_hint(&self) -> ResizeHint {
        Self::hint()
    }
}

fn scaled(size: LogicalSize<f32>, zoom: f32) -> LogicalSize<f32> {
    LogicalSize {
        width: size.width * zoom,
        height: size.height * zoom,
    }
}

/// One opening.
struct Opening {
    app: App,
    /// Until the window's thread has it.
    ending: Option<Ending>,
    extent: Arc<Mutex<Option<Extent>>>,
    /// A frame could not be drawn.
    failed: bool,
    #[cfg(target_os = "linux")]
    focus: Option<Focus>,
}

impl Opening {
    fn note_extent(&self, frame: &Frame) {
        let size = frame.baseview_window().size();
        *lock(&self.extent) = Some(Extent {
            pixels: size.physical,
            scale_factor: size.scale_factor,
        });
    }
}

impl NiceEguiApp for Opening {
    fn build(
        &mut self,
        egui_ctx: egui::Context,
        nice_gui_ctx: GuiContext,
        frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        if let Some(ending) = self.ending.take() {
            ending.of_this_thread();
        }
        self.note_extent(frame);
        self.app.begin(&egui_ctx, nice_gui_ctx);
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut Frame) {
        self.note_extent(frame);
        let app = &mut self.app;
        contained(&mut self.failed, ui, |ui| app.frame(ui));
        #[cfg(target_os = "linux")]
        if let Some(focus) = &mut self.focus {
            focus.follow(ui.ctx(), frame.baseview_window());
        }
    }

    fn resized(&mut self, new_size: WindowSize) {
        if let Some(extent) = &mut *lock(&self.extent) {
            extent.pixels = new_size.physical;
        }
        // In another size it may work.
        self.failed = false;
        let size = new_size.logical;
        self.app.keep_size([size.width as f32, size.height as f32]);
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        *lock(&self.extent) = None;
    }
}

/// Draws, unless that has failed before. A panic that got out of the window's thread would end the host
/// when the window closes, and the user's work with it.
fn contained(failed: &mut bool, ui: &mut egui::Ui, draw: impl FnOnce(&mut egui::Ui)) {
    if !*failed {
        *failed = catch_unwind(AssertUnwindSafe(|| draw(ui))).is_err();
    }
    if *failed {
        let colors = theme::colors();
        let window = ui.ctx().content_rect();
        ui.painter().rect_filled(window, 0.0, colors.ground);
        ui.painter().text(
            window.center(),
            egui::Align2::CENTER_CENTER,
            "This could not be drawn. The sound goes on; closing and opening the window may help.",
            theme::body(),
            colors.text,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_while_drawing_stays_in_the_window() {
        let surface = egui::Context::default();
        theme::install(&surface);
        let (mut failed, mut drawn) = (false, 0);
        for frame in 0..4 {
            let output = surface.run_ui(egui::RawInput::default(), |ui| {
                contained(&mut failed, ui, |_| {
                    drawn += 1;
                    assert!(frame < 2, "on purpose");
                });
            });
            output.drop_without_applying_deltas();
        }
        assert!(failed);
        assert_eq!(drawn, 3);
    }
}
