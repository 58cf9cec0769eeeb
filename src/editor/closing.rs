//! Closing a window waits until its thread is gone.
//!
//! Under X11 the framework gives a window a thread of its own, and waits for it when the window closes, but
//! not where the thread was about to end already. A host that then ends, or opens the next window, does so
//! while the first is still being taken down.

use std::cell::RefCell;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use nice_plug::editor::dpi::NativeSize;
use nice_plug::editor::{EditorHandle, ParentWindowHandle, SpawnedEditor};
use nice_plug_egui::{EguiEditorHandle, baseview};

/// A thread that takes longer is not waited for: a host that stands still is worse.
const PATIENCE: Duration = Duration::from_secs(1);

thread_local! {
    /// Dropped when the window's thread ends.
    static LAST: RefCell<Option<Sender<()>>> = const { RefCell::new(None) };
}

/// To be given to the window's thread.
pub(super) struct Ending(Sender<()>);

/// Where the end of a thread is told.
pub(super) struct Ended(Receiver<()>);

/// Both ends.
pub(super) fn ending() -> (Ending, Ended) {
    let (sender, receiver) = channel();
    (Ending(sender), Ended(receiver))
}

impl Ending {
    /// Tells the end of this thread, if the window has it to itself.
    pub(super) fn of_this_thread(self) {
        if cfg!(target_os = "linux") {
            LAST.with(|last| *last.borrow_mut() = Some(self.0));
        }
    }
}

/// The framework's handle.
pub struct Handle(EguiEditorHandle);

/// The framework's window; dropping it waits.
pub struct Held {
    window: Option<baseview::Window>,
    ended: Ended,
}

/// The window as the host gets it.
pub(super) fn held(
    spawned: SpawnedEditor<EguiEditorHandle>,
    ended: Ended,
) -> SpawnedEditor<Handle> {
    let window = Some(spawned.window);
    SpawnedEditor {
        handle: Handle(spawned.handle),
        window: Held { window, ended },
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.window.take());
        // Nothing is ever sent: what comes is that the other end is gone.
        let _ = self.ended.0.recv_timeout(PATIENCE);
    }
}

impl EditorHandle for Handle {
    type Window = Held;
    type Error = baseview::Error;

    fn run_until_closed(mut held: Held) -> Result<(), Self::Error> {
        held.window
            .take()
            .map_or(Ok(()), EguiEditorHandle::run_until_closed)
    }

    fn set_parent(&self, parent: ParentWindowHandle, held: &Held) -> Result<(), Self::Error> {
        held.with(|window| self.0.set_parent(parent, window))
    }

    fn show(&self, held: &Held) -> Result<(), Self::Error> {
        held.with(|window| self.0.show(window))
    }

    fn hide(&self, held: &Held) -> Result<(), Self::Error> {
        held.with(|window| self.0.hide(window))
    }

    fn set_size(&self, size: NativeSize<u32>, held: &Held) -> Result<(), Self::Error> {
        held.with(|window| self.0.set_size(size, window))
    }

    fn host_main_thread_callback(&self, held: &Held) {
        if let Some(window) = &held.window {
            self.0.host_main_thread_callback(window);
        }
    }

    fn adjust_size(&self, size: NativeSize<u32>, held: &Held) -> Option<NativeSize<u32>> {
        self.0.adjust_size(size, held.window.as_ref()?)
    }

    fn set_fallback_scale_factor(&self, factor: f64, held: &Held) -> Result<(), Self::Error> {
        held.with(|window| self.0.set_fallback_scale_factor(factor, window))
    }

    fn state_changed(&self) {
        self.0.state_changed();
    }

    fn param_value_changed(&self, id: &str, normalized_value: f32) {
        self.0.param_value_changed(id, normalized_value);
    }

    fn param_modulation_changed(&self, id: &str, modulation_offset: f32) {
        self.0.param_modulation_changed(id, modulation_offset);
    }
}

impl Held {
    fn with(
        &self,
        act: impl FnOnce(&baseview::Window) -> Result<(), baseview::Error>,
    ) -> Result<(), baseview::Error> {
        self.window.as_ref().map_or(Ok(()), act)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::RecvTimeoutError;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_end_of_a_thread_is_told() {
        let (ending, ended) = ending();
        let (go, wait) = channel::<()>();
        let thread = std::thread::spawn(move || {
            ending.of_this_thread();
            let _ = wait.recv();
        });
        let lives = ended.0.recv_timeout(Duration::from_millis(20));
        assert_eq!(lives, Err(RecvTimeoutError::Timeout));
        drop(go);
        let gone = ended.0.recv_timeout(Duration::from_secs(60));
        assert_eq!(gone, Err(RecvTimeoutError::Disconnected));
        thread.join().unwrap();
    }
}
