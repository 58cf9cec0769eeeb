//! Where the panels lie, for windows from small to huge.
//!
//! Wide windows show the assistant, the spectrum and the meters side by side; in smaller ones the meters are a
//! slim column of numbers, and in the smallest the assistant shares its place with the spectrum.

use egui::Rect;

use super::desk::{cut_bottom, cut_left, cut_right, cut_top};
use super::theme::{GRID, MARGIN};

/// Between the panels.
pub const BETWEEN: f32 = 2.0 * GRID;
/// Height of the top row.
const HEADER: f32 = 28.0;
/// Height of the warning below it.
const BANNER: f32 = 28.0;
/// Height of the row of a player.
const TRANSPORT: f32 = 28.0;
/// From this size on the meters are a whole column.
const METERS: [f32; 2] = [1060.0, 690.0];
/// From this size on the assistant stands beside the spectrum.
const ASSISTANT: [f32; 2] = [940.0, 620.0];
/// Width of the slim meters.
const SLIM: f32 = 118.0;

/// Where everything lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    /// Name, presets, what was done.
    pub header: Rect,
    /// The warning that something else than the master is heard, if there is one.
    pub banner: Option<Rect>,
    /// A player's row, if there is one.
    pub transport: Option<Rect>,
    /// Listen and proposal; in the smallest windows they share the place of the spectrum.
    pub left: Option<Rect>,
    /// The spectrum, or whatever is opened.
    pub centre: Rect,
    /// The meters.
    pub right: Rect,
    /// Whether they are only numbers.
    pub slim: bool,
    /// The one big knob.
    pub intensity: Rect,
    /// The stages.
    pub chain: Rect,
}

impl Layout {
    /// For a window in points.
    pub fn new(window: Rect, warned: bool, player: bool) -> Self {
        // What a warning takes for a while must not move everything else.
        let height = window.height() - if player { TRANSPORT + BETWEEN } else { 0.0 };
        let reaches = |[least_width, least_height]: [f32; 2]| {
            window.width() >= least_width && height >= least_height
        };
        let mut rest = window.shrink(MARGIN);
        let header = cut_top(&mut rest, HEADER, BETWEEN);
        let banner = warned.then(|| cut_top(&mut rest, BANNER, BETWEEN));
        let bottom = (window.height() * 0.155).clamp(80.0, 124.0);
        let mut bottom = cut_bottom(&mut rest, bottom, BETWEEN);
        let transport = player.then(|| cut_bottom(&mut rest, TRANSPORT, BETWEEN));
        let left_width = (window.width() * 0.24).clamp(268.0, 480.0);
        let left = reaches(ASSISTANT).then(|| cut_left(&mut rest, left_width, BETWEEN));
        let slim = !reaches(METERS);
        let right_width = match slim {
            true => SLIM,
            false => (window.width() * 0.19).clamp(224.0, 420.0),
        };
        let right = cut_right(&mut rest, right_width, BETWEEN);
        let intensity_width = if left.is_some() {
            left_width
        } else {
            INTENSITY
        };
        let intensity = cut_left(&mut bottom, intensity_width, BETWEEN);
        Self {
            header,
            banner,
            transport,
            left,
            centre: rest,
            right,
            slim,
            intensity,
            chain: bottom,
        }
    }

    /// All panels, for looking at them together.
    pub fn panels(&self) -> impl Iterator<Item = Rect> {
        [Some(self.header), self.banner, self.transport, self.left]
            .into_iter()
            .flatten()
            .chain([self.centre, self.right, self.intensity, self.chain])
    }
}

/// Width of the one big knob's panel where it is narrow.
const INTENSITY: f32 = 210.0;

/// A square at the left end of a row, as high as it.
pub fn square(row: &mut Rect, gap: f32) -> Rect {
    let height = row.height();
    cut_left(row, height, gap)
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Pos2, vec2};

    #[test]
    fn panels_fill_any_window_and_never_overlap() {
        for width in (720..3840).step_by(37) {
            for height in (480..2160).step_by(61) {
                for (warned, player) in [(false, false), (true, true)] {
                    let window = Rect::from_min_size(Pos2::ZERO, vec2(width as f32, height as f32));
                    let layout = Layout::new(window, warned, player);
                    let panels: Vec<Rect> = layout.panels().collect();
                    for (n, one) in panels.iter().enumerate() {
                        assert!(
                            window.shrink(MARGIN - 0.5).contains_rect(*one),
                            "{layout:?}"
                        );
                        assert!(one.width() >= 100.0 && one.height() >= 27.0, "{layout:?}");
                        for other in &panels[n + 1..] {
                            assert!(!one.intersect(*other).is_positive(), "{layout:?}");
                        }
                    }
                    let centre = layout.centre;
                    assert!(centre.width() >= 460.0, "{layout:?}");
                    // The largest thing.
                    assert!(panels.iter().all(|one| one.area() <= centre.area()));
                }
            }
        }
    }
}
