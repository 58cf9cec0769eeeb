//! How large everything is drawn: what the user likes, as far as the window has room for all panels.
//!
//! The surface takes a new zoom at the start of the next frame, says from then on the window's size in points
//! of it, and asks for a window as much larger unless it is told another size in that frame.

use egui::{Context, Rect, Vec2, ViewportCommand, vec2};

use crate::params::kept::WINDOW_MIN;

/// Never smaller than this, whatever the window.
const LEAST: f32 = 0.5;

/// Follows the user's liking and the window's size.
#[derive(Debug)]
pub struct Zoom {
    /// The one of the frame before.
    shown: f32,
    /// What the user likes.
    liked: f32,
    /// Whether the one on its way is for the window as it is.
    fits: bool,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Nothing,
    /// The surface takes a zoom.
    Take(f32),
    /// The window gets a size, in points of the zoom that was just taken.
    Resize(Vec2),
}

impl Zoom {
    /// A window that was opened with what the user likes.
    pub fn new(liked: f32) -> Self {
        Self {
            shown: liked,
            liked,
            fits: false,
        }
    }

    /// Once each frame. `liked`: as a factor; `points`: the size that the session keeps.
    pub fn follow(&mut self, surface: &Context, liked: f32, points: [f32; 2]) {
        let step = self.step(surface.zoom_factor(), surface.content_rect(), liked, points);
        match step {
            Step::Nothing => {}
            Step::Take(zoom) => surface.set_zoom_factor(zoom),
            Step::Resize(points) => surface.send_viewport_cmd(ViewportCommand::InnerSize(points)),
        }
    }

    fn step(&mut self, now: f32, surface: Rect, liked: f32, points: [f32; 2]) -> Step {
        let window = surface.size() * now;
        if now != self.shown {
            self.shown = now;
            let points = if self.fits {
                window / now
            } else {
                vec2(points[0], points[1])
            };
            return Step::Resize(points);
        }
        if liked != self.liked {
            self.liked = liked;
            self.fits = false;
            return Step::Take(liked);
        }
        if window.min_elem() < 1.0 {
            return Step::Nothing;
        }
        let room = (window.x / WINDOW_MIN[0]).min(window.y / WINDOW_MIN[1]);
        let fit = ((room * 100.0).floor() / 100.0).clamp(LEAST, liked);
        if (fit - now).abs() > 0.005 {
            self.fits = true;
            return Step::Take(fit);
        }
        Step::Nothing
    }

    /// The size to keep for the next opening, from one in points of the zoom that is shown.
    pub fn kept(&self, points: [f32; 2]) -> [f32; 2] {
        points.map(|side| side * self.shown / self.liked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::Pos2;

    /// A surface in a frame as the framework makes it, and a host that gives the window any size, or none.
    struct Host {
        surface: Context,
        zoom: f32,
        window: Vec2,
        obeys: bool,
    }

    impl Host {
        fn new(obeys: bool) -> Self {
            Self {
                surface: Context::default(),
                zoom: 1.0,
                window: vec2(1200.0, 740.0),
                obeys,
            }
        }

        /// Some frames; returns how often another size was asked for.
        fn frames(&mut self, zoom: &mut Zoom, liked: f32) -> usize {
            let mut asked_for = 0;
            for _ in 0..12 {
                let points = self.window / self.zoom;
                let input = egui::RawInput {
                    screen_rect: Some(Rect::from_min_size(Pos2::ZERO, points)),
                    ..Default::default()
                };
                let output = self
                    .surface
                    .run_ui(input, |ui| zoom.follow(ui.ctx(), liked, [1200.0, 740.0]));
                let mut asked = None;
                let taken = self.surface.zoom_factor();
                if taken != self.zoom {
                    self.zoom = taken;
                    asked = Some(points * taken);
                }
                for command in &output.viewport_output[&egui::ViewportId::ROOT].commands {
                    if let ViewportCommand::InnerSize(points) = command {
                        asked = Some(*points * taken);
                    }
                }
                output.drop_without_applying_deltas();
                if let Some(asked) = asked.filter(|asked| (*asked - self.window).length() > 1.0) {
                    asked_for += 1;
                    if self.obeys {
                        self.window = asked;
                    }
                }
            }
            asked_for
        }
    }

    #[test]
    fn the_window_grows_with_the_zoom_or_the_zoom_fits_the_window() {
        let (mut zoom, mut host) = (Zoom::new(1.0), Host::new(true));
        assert_eq!(host.frames(&mut zoom, 1.5), 1);
        assert_eq!((host.zoom, host.window), (1.5, vec2(1800.0, 1110.0)));
        assert_eq!(zoom.kept([1200.0, 740.0]), [1200.0, 740.0]);
        // The user drags it smaller than all panels need: what is drawn gets smaller, the window stays.
        host.window = vec2(900.0, 600.0);
        assert_eq!(host.frames(&mut zoom, 1.5), 0);
        assert!((host.zoom - 1.25).abs() < 0.01, "{}", host.zoom);
        let kept = zoom.kept([900.0 / host.zoom, 600.0 / host.zoom]);
        assert!((kept[0] * 1.5 - 900.0).abs() < 1.0 && (kept[1] * 1.5 - 600.0).abs() < 1.0);
    }

    #[test]
    fn a_host_that_gives_no_more_room_is_asked_once() {
        let (mut zoom, mut host) = (Zoom::new(1.0), Host::new(false));
        assert_eq!(host.frames(&mut zoom, 2.0), 1);
        assert!((host.zoom - 1.54).abs() < 0.01, "{}", host.zoom);
        assert_eq!(host.frames(&mut zoom, 2.0), 0);
        host.window = Vec2::ZERO;
        host.frames(&mut zoom, 2.0);
        assert!(host.zoom.is_finite());
    }

    #[test]
    fn a_window_smaller_than_the_panels_need_keeps_its_size() {
        let (mut zoom, mut host) = (Zoom::new(1.0), Host::new(true));
        host.frames(&mut zoom, 1.0);
        for size in [
            vec2(540.0, 360.0),
            vec2(600.0, 480.0),
            vec2(1.0, 1.0),
            vec2(720.0, 480.0),
        ] {
            host.window = size;
            assert_eq!(host.frames(&mut zoom, 1.0), 0, "{size:?}");
            assert_eq!(host.window, size);
        }
        assert_eq!(host.zoom, 1.0);
    }
}
