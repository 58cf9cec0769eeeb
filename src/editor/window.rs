//! The thin adapter between the window and the host's frame around it.

use std::error::Error;
use std::sync::{Arc, Mutex};

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize, PhysicalSize, Size};
use nice_plug::editor::{Editor, HostMethods, SpawnedEditor};
use nice_plug::prelude::*;
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{
    EguiEditor, EguiEditorHandle, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp,
    RepaintNotifier, create_egui_editor,
};

use super::app::{App, lock};
use super::preferences::Preferences;
use super::undo::Undo;
use crate::handoff::EditorSide;
use crate::params::FinalcoatParams;
use crate::params::kept::WINDOW_MIN;

/// Share of the least window that is left where the panels are drawn smaller.
const ZOOM_MIN: f32 = 0.75;

/// What the host opens windows of. The framework's own editor has a fixed first size; ours opens in
/// the size that the session kept, so each opening makes a new one.
pub struct Window {
    params: Arc<FinalcoatParams>,
    side: Arc<Mutex<EditorSide>>,
    undo: Arc<Mutex<Undo>>,
    open: Mutex<Option<Arc<EguiEditorState>>>,
}

impl Window {
    /// Nothing is opened yet.
    pub fn new(params: Arc<FinalcoatParams>, side: EditorSide) -> Self {
        Self {
            params,
            side: Arc::new(Mutex::new(side)),
            undo: Arc::default(),
            open: Mutex::new(None),
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

    /// The window may get smaller than the panels need: then they are drawn smaller.
    fn hint() -> ResizeHint {
        let [width, height] = WINDOW_MIN.map(|side| side * ZOOM_MIN);
        ResizeHint::resizable().with_min_logical_size(LogicalSize { width, height })
    }
}

impl Editor for Window {
    type Handle = EguiEditorHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        let app = self.app();
        let zoom = app.liked_zoom();
        let state = EguiEditorState::from_size(Size::Logical(self.kept_size().cast()), zoom);
        let settings = EguiNiceSettings::new()
            .with_tile("Finalcoat")
            .with_resize_hint(Self::hint());
        let editor: EguiEditor<App> =
            create_egui_editor(state.clone(), RepaintNotifier::new(), settings, app)
                .ok_or("The editor could not be made.")?;
        let spawned = editor.spawn(
            parent,
            wait_for_parent,
            fallback_scale_factor,
            gui_context,
            host,
        )?;
        *lock(&self.open) = Some(state);
        Ok(spawned)
    }

    fn size(&self) -> NativeSize<u32> {
        match &*lock(&self.open) {
            Some(state) if state.is_open() => {
                // The state tells sizes in points as they are drawn.
                let zoom = state.user_scale_factor();
                let (points, pixels) = (state.logical_size(), state.physical_size());
                let pixels = PhysicalSize {
                    width: (pixels.width as f32 * zoom).round() as u32,
                    height: (pixels.height as f32 * zoom).round() as u32,
                };
                let logical = scaled(points, zoom);
                NativeSize::from_logical_or_physical(logical.cast(), pixels)
            }
            _ => {
                let size = scaled(self.kept_size(), Preferences::of_this_user().zoom());
                NativeSize::from_size(Size::Logical(size.cast()), 1.0)
            }
        }
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

impl NiceEguiApp for App {
    fn build(
        &mut self,
        egui_ctx: egui::Context,
        nice_gui_ctx: GuiContext,
        _frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        self.begin(&egui_ctx, nice_gui_ctx);
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut Frame) {
        self.frame(ui);
    }

    fn resized(&mut self, new_size: WindowSize) {
        let size = new_size.logical;
        self.keep_size([size.width as f32, size.height as f32]);
    }
}
