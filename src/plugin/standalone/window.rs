//! The window of the standalone app.

use std::error::Error;

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::NativeSize;
use nice_plug::editor::{Editor, HostMethods, SpawnedEditor};
use nice_plug::prelude::*;

use super::arguments::PROGRAM;
use crate::editor::window::Window;

/// The same window. Where it cannot be opened the app ends: the framework would wait for ever.
pub struct StandaloneWindow(pub(super) Window);

impl StandaloneWindow {
    /// See [`Window::app`].
    pub fn app(&self) -> crate::editor::app::App {
        self.0.app()
    }
}

impl Editor for StandaloneWindow {
    type Handle = <Window as Editor>::Handle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        let opened = self.0.spawn(
            parent,
            wait_for_parent,
            fallback_scale_factor,
            gui_context,
            host,
        );
        opened.map_err(|error| {
            eprintln!("{PROGRAM}: no window can be opened here ({error})");
            std::process::exit(1)
        })
    }

    fn size(&self) -> NativeSize<u32> {
        self.0.size()
    }

    fn resize_hint(&self) -> ResizeHint {
        self.0.resize_hint()
    }
}
