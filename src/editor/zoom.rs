//! How large everything is drawn: what the user likes, as far as the window has room for all panels.
//!
//! The surface takes a new zoom at the start of the next frame and asks for a window as much larger; until
//! then what it says of the window's size is of the zoom before.

use egui::{Context, Rect, Vec2, ViewportCommand, vec2};

use crate::params::kept::WINDOW_MIN;

/// Never smaller than this, whatever the window.
const LEAST: f32 = 0.5;

/// Follows the user's liking and the window's size.
#[derive(Debug)]
pub struct Zoom {
    /// The one that the surface's sizes are of.
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
        let window = surface.size() * self.shown;
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

    /// A surface and a host that gives the window any size, or none.
    struct Host {
        zoom: f32,
        taken: f32,
        window: Vec2,
        obeys: bool,
    }

    impl Host {
        /// Some frames, as the surface does them.
        fn frames(&mut self, zoom: &mut Zoom, liked: f32) {
            for _ in 0..6 {
                let rect = Rect::from_min_size(Pos2::ZERO, self.window / self.zoom);
                let step = zoom.step(self.taken, rect, liked, [1200.0, 740.0]);
                let mut asked = None;
                if self.taken != self.zoom {
                    asked = Some(self.window / self.zoom * self.taken);
                    self.zoom = self.taken;
                }
                match step {
                    Step::Nothing => {}
                    Step::Take(zoom) => self.taken = zoom,
                    Step::Resize(points) => asked = Some(points * self.zoom),
                }
                if let Some(asked) = asked.filter(|_| self.obeys) {
                    self.window = asked;
                }
            }
        }
    }

    #[test]
    fn the_window_grows_with_the_zoom_or_the_zoom_fits_the_window() {
        let mut zoom = Zoom::new(1.0);
        let mut host = Host {
            zoom: 1.0,
            taken: 1.0,
            window: vec2(1200.0, 740.0),
            obeys: true,
        };
        host.frames(&mut zoom, 1.5);
        assert_eq!((host.zoom, host.window), (1.5, vec2(1800.0, 1110.0)));
        assert_eq!(zoom.kept([1200.0, 740.0]), [1200.0, 740.0]);
        // The user drags it smaller than all panels need: what is drawn gets smaller, the window stays.
        host.window = vec2(900.0, 600.0);
        host.frames(&mut zoom, 1.5);
        assert!((host.zoom - 1.25).abs() < 0.01, "{}", host.zoom);
        assert!(
            (host.window - vec2(900.0, 600.0)).length() < 1.0,
            "{:?}",
            host.window
        );
        let kept = zoom.kept([900.0 / host.zoom, 600.0 / host.zoom]);
        assert!((kept[0] * 1.5 - 900.0).abs() < 1.0 && (kept[1] * 1.5 - 600.0).abs() < 1.0);
        // A host that gives no more room.
        let mut zoom = Zoom::new(1.0);
        let mut host = Host {
            zoom: 1.0,
            taken: 1.0,
            window: vec2(1200.0, 740.0),
            obeys: false,
        };
        host.frames(&mut zoom, 2.0);
        assert!((host.zoom - 1.54).abs() < 0.01, "{}", host.zoom);
        assert_eq!(host.window, vec2(1200.0, 740.0));
        host.window = Vec2::ZERO;
        host.frames(&mut zoom, 2.0);
        assert!(host.zoom.is_finite());
    }
}
