//! The thin adapter between the window and the host's frame around it.

use std::error::Error;
use std::sync::{Arc, Mutex};

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize, Size};
use nice_plug::editor::{Editor, HostMethods, SpawnedEditor};
use nice_plug::prelude::*;
use nice_plug_egui::baseview::{HandlerError, WindowSize};
use nice_plug_egui::{
    EguiEditor, EguiEditorHandle, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp,
    RepaintNotifier, create_egui_editor,
};

use super::app::{App, lock};
use super::undo::Undo;
use crate::handoff::EditorSide;
use crate::params::FinalcoatParams;
use crate::params::kept::WINDOW_MIN;

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

    fn hint() -> ResizeHint {
        let [width, height] = WINDOW_MIN;
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
        let state = EguiEditorState::from_size(Size::Logical(self.kept_size().cast()), 1.0);
        let settings = EguiNiceSettings::new()
            .with_tile("Finalcoat")
            .with_resize_hint(Self::hint());
        let app = self.app();
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
                let logical: LogicalSize<f32> = state.logical_size();
                NativeSize::from_logical_or_physical(logical.cast(), state.physical_size())
            }
            _ => NativeSize::from_size(Size::Logical(self.kept_size().cast()), 1.0),
        }
    }

    fn resize_hint(&self) -> ResizeHint {
        Self::hint()
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
