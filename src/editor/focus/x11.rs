//! The X server, as far as keys and focus go. Whatever it refuses changes nothing.
#![allow(unsafe_code)] // for the framework's connection, which is lent as a pointer

use nice_plug_egui::baseview::{PlatformHandle, WindowContext};
use raw_window_handle::{HasDisplayHandle, HasWindowHandle, RawDisplayHandle, RawWindowHandle};
use x11rb::CURRENT_TIME;
use x11rb::errors::ReplyError;
use x11rb::properties::WmHints;
use x11rb::protocol::sync::ConnectionExt as _;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ChangeWindowAttributesAux, ClientMessageEvent, ConnectionExt as _, EventMask,
    InputFocus, KeyButMask, Timestamp, Window,
};
use x11rb::xcb_ffi::XCBConnection;

/// The server that shows our window.
pub(super) struct Server {
    /// Borrows from `_lender`, and is dropped before it.
    connection: XCBConnection,
    _lender: PlatformHandle,
    /// Our window.
    window: Window,
    wm_state: Atom,
    wm_protocols: Atom,
    wm_take_focus: Atom,
}

impl Server {
    /// The server of `window`, if it is one of X11.
    pub(super) fn of(window: &WindowContext) -> Option<Self> {
        let lender = window.platform_handle();
        let RawDisplayHandle::Xcb(display) = lender.display_handle().ok()?.as_raw() else {
            return None;
        };
        let RawWindowHandle::Xcb(own) = lender.window_handle().ok()?.as_raw() else {
            return None;
        };
        let pointer = display.connection?.as_ptr();
        // SAFETY: the pointer is of the framework's open connection, which `lender` keeps open. It is
        // not closed from here, and XCB may be called from any thread.
        let connection = unsafe { XCBConnection::from_raw_xcb_connection(pointer, false) }.ok()?;
        let atom = |name: &str| -> Option<Atom> {
            let cookie = connection.intern_atom(false, name.as_bytes()).ok()?;
            Some(cookie.reply().ok()?.atom)
        };
        Some(Self {
            wm_state: atom("WM_STATE")?,
            wm_protocols: atom("WM_PROTOCOLS")?,
            wm_take_focus: atom("WM_TAKE_FOCUS")?,
            window: own.window.get(),
            connection,
            _lender: lender,
        })
    }

    /// Whether keys come to our window. Those that do not go on to the window around it, even while
    /// the pointer is over ours.
    pub(super) fn hear_keys(&self, hear: bool) {
        let _ = self.try_hear_keys(hear);
    }

    fn try_hear_keys(&self, hear: bool) -> Result<(), ReplyError> {
        let connection = &self.connection;
        let now = connection.get_window_attributes(self.window)?.reply()?;
        let keys = EventMask::KEY_PRESS | EventMask::KEY_RELEASE;
        let mask = match hear {
            true => now.your_event_mask | keys,
            false => now.your_event_mask.remove(keys),
        };
        let change = ChangeWindowAttributesAux::new().event_mask(mask);
        connection
            .change_window_attributes(self.window, &change)?
            .check()
    }

    /// Whether Shift, Ctrl, Alt or Super is held.
    pub(super) fn modifier_held(&self) -> bool {
        let asked = self.connection.query_pointer(self.window);
        let Some(answer) = asked.ok().and_then(|cookie| cookie.reply().ok()) else {
            return false;
        };
        let modifiers =
            KeyButMask::SHIFT | KeyButMask::CONTROL | KeyButMask::MOD1 | KeyButMask::MOD4;
        u16::from(answer.mask) & u16::from(modifiers) != 0
    }

    /// Hands the input focus to the host, as a window manager does it, if our window holds it.
    pub(super) fn give_focus_to_host(&self) {
        let _ = self.try_give_focus();
    }

    fn try_give_focus(&self) -> Result<(), ReplyError> {
        let connection = &self.connection;
        let holder = connection.get_input_focus()?.reply()?.focus;
        if holder != self.window {
            return Ok(());
        }
        let host = self.hosts_window()?;
        if host == self.window {
            return Ok(());
        }
        // With the true time, a host that answers late does not take the focus from somebody who has
        // begun to type since.
        let time = self.time().unwrap_or(CURRENT_TIME);
        let hints = WmHints::get(connection, host)?.reply()?;
        let takes_itself = self.takes_focus_itself(host)?;
        let wants_it = hints.is_none_or(|hints| hints.input.unwrap_or(true));
        if wants_it || !takes_itself {
            connection
                .set_input_focus(InputFocus::POINTER_ROOT, host, time)?
                .check()?;
        }
        if takes_itself {
            let data = [self.wm_take_focus, time, 0, 0, 0];
            let message = ClientMessageEvent::new(32, host, self.wm_protocols, data);
            connection
                .send_event(false, host, EventMask::NO_EVENT, message)?
                .check()?;
        }
        Ok(())
    }

    /// The outermost window around ours that the window manager knows; without one, the outermost.
    fn hosts_window(&self) -> Result<Window, ReplyError> {
        let connection = &self.connection;
        let (mut window, mut known) = (self.window, None);
        loop {
            let state =
                connection.get_property(false, window, self.wm_state, AtomEnum::ANY, 0, 0)?;
            if state.reply()?.type_ != u32::from(AtomEnum::NONE) {
                known = Some(window);
            }
            let tree = connection.query_tree(window)?.reply()?;
            if tree.parent == tree.root || tree.parent == x11rb::NONE {
                return Ok(known.unwrap_or(window));
            }
            window = tree.parent;
        }
    }

    /// Whether `window` wants to be told of the focus, and to pass it on within.
    fn takes_focus_itself(&self, window: Window) -> Result<bool, ReplyError> {
        let connection = &self.connection;
        let protocols =
            connection.get_property(false, window, self.wm_protocols, AtomEnum::ATOM, 0, 64)?;
        let protocols = protocols.reply()?;
        Ok(protocols
            .value32()
            .is_some_and(|mut all| all.any(|one| one == self.wm_take_focus)))
    }

    /// The server's time.
    fn time(&self) -> Option<Timestamp> {
        let connection = &self.connection;
        connection.sync_initialize(3, 1).ok()?.reply().ok()?;
        let counters = connection.sync_list_system_counters().ok()?.reply().ok()?;
        let clock = counters
            .counters
            .iter()
            .find(|one| one.name == b"SERVERTIME")?;
        let now = connection.sync_query_counter(clock.counter).ok()?;
        Some(now.reply().ok()?.counter_value.lo)
    }
}
