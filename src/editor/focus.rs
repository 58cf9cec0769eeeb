//! The keyboard belongs to the host, so that its space bar plays, except while the user types here.
//!
//! Elsewhere the framework hands the host what nobody types into; under X11 a window that is pressed
//! takes the input focus, and the keys that it does not use are lost. So the focus goes back as soon as
//! nothing here is typed into. What the server is asked is asked when something changed, not each frame.

mod x11;

use egui::{Context, Event};
use nice_plug_egui::baseview::WindowContext;

/// Watches one embedded window.
#[derive(Default)]
pub struct Focus {
    watch: Watch,
    /// From the first frame on, if there is a server to talk to.
    server: Option<x11::Server>,
    looked: bool,
}

impl Focus {
    /// To be called at the end of each frame.
    pub fn follow(&mut self, surface: &Context, window: &WindowContext) {
        if !core::mem::replace(&mut self.looked, true) {
            self.server = x11::Server::of(window);
        }
        let Some(server) = &self.server else {
            return;
        };
        let mut seen = Seen::in_frame(surface);
        // What the framework tells of a modifier that is let go is one event old.
        if self.watch.leaves(seen) {
            seen.modified &= server.modifier_held();
        }
        match self.watch.turn(seen) {
            Turn::Take => {
                server.hear_keys(true);
                // Fails only for a window that cannot be seen, which nobody types into.
                let _ = window.focus();
            }
            Turn::Give => {
                server.hear_keys(false);
                server.give_focus_to_host();
            }
            Turn::Wait => surface.request_repaint(),
            Turn::Stay => {}
        }
    }
}

/// What a frame tells.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// Something in the window wants the keys.
    typing: bool,
    /// The window may have taken the focus.
    took: bool,
    /// A button of the mouse is held.
    held: bool,
    /// Shift, Ctrl, Alt or the like is held.
    modified: bool,
}

impl Seen {
    fn in_frame(surface: &Context) -> Self {
        let typing = surface.memory(|memory| memory.focused()).is_some();
        surface.input(|input| Self {
            typing,
            took: input.events.iter().any(|event| {
                matches!(
                    event,
                    Event::PointerButton { pressed: true, .. } | Event::WindowFocused(true)
                )
            }),
            held: input.pointer.any_down(),
            modified: input.modifiers.any(),
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// The keys come here.
    Take,
    /// The keys go to the host.
    Give,
    /// The next frame decides.
    Wait,
    /// As it is.
    Stay,
}

/// Whose turn it is.
struct Watch {
    typing: bool,
    /// The window may hold the focus though nobody types.
    suspect: bool,
    waited: bool,
}

impl Default for Watch {
    fn default() -> Self {
        // A window that opens hears keys until it is told not to.
        Self {
            typing: false,
            suspect: true,
            waited: false,
        }
    }
}

impl Watch {
    /// Typing has ended, as far as this frame tells.
    fn leaves(&self, seen: Seen) -> bool {
        self.typing && !seen.typing
    }

    fn turn(&mut self, seen: Seen) -> Turn {
        // A Shift that is let go where nobody hears it would be held for all that is typed later.
        let changes = seen.typing != self.typing && (seen.typing || !seen.modified);
        if changes {
            self.typing = seen.typing;
            self.suspect = false;
            return if seen.typing { Turn::Take } else { Turn::Give };
        }
        if seen.took {
            self.suspect = true;
            self.waited = false;
        }
        if self.typing || !self.suspect || seen.held {
            return Turn::Stay;
        }
        // A click on a number opens its field one frame after the button is released.
        if !core::mem::replace(&mut self.waited, true) {
            return Turn::Wait;
        }
        self.suspect = false;
        Turn::Give
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Seen = Seen {
        typing: false,
        took: false,
        held: false,
        modified: false,
    };
    const PRESS: Seen = Seen {
        took: true,
        held: true,
        ..NOTHING
    };
    const HOLD: Seen = Seen {
        held: true,
        ..NOTHING
    };
    const TYPING: Seen = Seen {
        typing: true,
        ..NOTHING
    };

    fn turns(watch: &mut Watch, frames: &[Seen]) -> Vec<Turn> {
        frames.iter().map(|seen| watch.turn(*seen)).collect()
    }

    fn settled() -> Watch {
        let mut watch = Watch::default();
        let first = turns(&mut watch, &[NOTHING, NOTHING, NOTHING]);
        assert_eq!(first, [Turn::Wait, Turn::Give, Turn::Stay]);
        watch
    }

    #[test]
    fn a_window_that_opens_leaves_the_keys_to_the_host_once() {
        settled();
    }

    #[test]
    fn the_focus_goes_back_after_the_button_is_released() {
        let frames = [PRESS, HOLD, HOLD, NOTHING, NOTHING, NOTHING];
        assert_eq!(
            turns(&mut settled(), &frames),
            [
                Turn::Stay,
                Turn::Stay,
                Turn::Stay,
                Turn::Wait,
                Turn::Give,
                Turn::Stay
            ]
        );
    }

    #[test]
    fn a_press_and_release_within_one_frame_is_seen() {
        let click = Seen {
            took: true,
            ..NOTHING
        };
        let frames = [click, NOTHING, NOTHING];
        assert_eq!(
            turns(&mut settled(), &frames),
            [Turn::Wait, Turn::Give, Turn::Stay]
        );
    }

    #[test]
    fn a_click_that_opens_a_field_does_not_go_by_way_of_the_host() {
        let press_in_field = Seen {
            typing: true,
            ..PRESS
        };
        let frames = [
            PRESS,
            NOTHING,
            TYPING,
            TYPING,
            press_in_field,
            TYPING,
            NOTHING,
            NOTHING,
        ];
        assert_eq!(
            turns(&mut settled(), &frames),
            [
                Turn::Stay,
                Turn::Wait,
                Turn::Take,
                Turn::Stay,
                Turn::Stay,
                Turn::Stay,
                Turn::Give,
                Turn::Stay
            ]
        );
    }

    #[test]
    fn the_keys_stay_until_shift_is_let_go() {
        let shift_press = Seen {
            modified: true,
            ..PRESS
        };
        let shift = Seen {
            modified: true,
            ..NOTHING
        };
        let frames = [TYPING, shift_press, shift, shift, NOTHING, NOTHING];
        assert_eq!(
            turns(&mut settled(), &frames),
            [
                Turn::Take,
                Turn::Stay,
                Turn::Stay,
                Turn::Stay,
                Turn::Give,
                Turn::Stay
            ]
        );
    }

    #[test]
    fn a_frame_tells_who_types_and_what_is_pressed() {
        let surface = Context::default();
        let mut seen = Seen::default();
        let mut typed = String::new();
        let mut frame = |focus: bool, events: Vec<Event>| {
            let input = egui::RawInput {
                events,
                ..Default::default()
            };
            let mut output = surface.run_ui(input, |ui| {
                let response = ui.text_edit_singleline(&mut typed);
                if focus {
                    response.request_focus();
                }
                seen = Seen::in_frame(ui.ctx());
            });
            output.textures_delta.clear();
            [seen.typing, seen.took, seen.held]
        };
        let button = |pressed| Event::PointerButton {
            pos: egui::pos2(900.0, 900.0),
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: egui::Modifiers::NONE,
        };
        let escape = Event::Key {
            key: egui::Key::Escape,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: egui::Modifiers::NONE,
        };
        assert_eq!(frame(false, vec![]), [false, false, false]);
        let got = frame(false, vec![Event::WindowFocused(true)]);
        assert_eq!(got, [false, true, false]);
        assert_eq!(frame(false, vec![button(true)]), [false, true, true]);
        assert_eq!(frame(false, vec![button(false)]), [false, false, false]);
        assert_eq!(frame(true, vec![]), [true, false, false]);
        assert_eq!(frame(false, vec![]), [true, false, false]);
        assert_eq!(frame(false, vec![escape]), [false, false, false]);
    }
}
