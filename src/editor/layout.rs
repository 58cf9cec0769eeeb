//! Where the panels lie, for windows from small to huge.
//!
//! Wide windows show the assistant, the spectrum and the meters side by side. In narrow ones the assistant
//! shares its place with the spectrum, and the meters are a slim column of numbers.

use egui::{Rect, pos2};

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
/// From this width on there are three columns.
const WIDE: f32 = 1000.0;
/// Width of the meters in narrow windows.
const SLIM: f32 = 118.0;

/// Where everything lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layout {
    /// Whether there are three columns.
    pub wide: bool,
    /// Name, presets, what was done.
    pub header: Rect,
    /// The warning that something else than the master is heard, if there is one.
    pub banner: Option<Rect>,
    /// A player's row, if there is one.
    pub transport: Option<Rect>,
    /// Listen and proposal; in narrow windows the same as `centre`.
    pub left: Rect,
    /// The spectrum, or whatever is opened.
    pub centre: Rect,
    /// The meters.
    pub right: Rect,
    /// The one big knob.
    pub intensity: Rect,
    /// The stages.
    pub chain: Rect,
}

impl Layout {
    /// For a window in points.
    pub fn new(window: Rect, warned: bool, player: bool) -> Self {
        let wide = window.width() >= WIDE;
        let mut rest = window.shrink(MARGIN);
        let header = cut_top(&mut rest, HEADER, BETWEEN);
        let banner = warned.then(|| cut_top(&mut rest, BANNER, BETWEEN));
        let bottom = (window.height() * 0.155).clamp(80.0, 124.0);
        let mut bottom = cut_bottom(&mut rest, bottom, BETWEEN);
        let transport = player.then(|| cut_bottom(&mut rest, TRANSPORT, BETWEEN));
        if !wide {
            let intensity = cut_left(&mut bottom, 204.0, BETWEEN);
            let right = cut_right(&mut rest, SLIM, BETWEEN);
            return Self {
                wide,
                header,
                banner,
                transport,
                left: rest,
                centre: rest,
                right,
                intensity,
                chain: bottom,
            };
        }
        let left_width = (window.width() * 0.25).clamp(272.0, 380.0);
        let right_width = (window.width() * 0.2).clamp(224.0, 320.0);
        let left = cut_left(&mut rest, left_width, BETWEEN);
        let right = cut_right(&mut rest, right_width, BETWEEN);
        let intensity = cut_left(&mut bottom, left_width, BETWEEN);
        Self {
            wide,
            header,
            banner,
            transport,
            left,
            centre: rest,
            right,
            intensity,
            chain: bottom,
        }
    }

    /// All panels, for looking at them together.
    pub fn panels(&self) -> impl Iterator<Item = Rect> {
        let left = self.wide.then_some(self.left);
        [Some(self.header), self.banner, self.transport, left]
            .into_iter()
            .flatten()
            .chain([self.centre, self.right, self.intensity, self.chain])
    }
}

/// A square at the left end of a row, as high as it.
pub fn square(row: &mut Rect, gap: f32) -> Rect {
    let height = row.height();
    cut_left(row, height, gap)
}

/// The middle of a row, of some height.
pub fn middle(row: Rect, height: f32) -> Rect {
    Rect::from_min_max(
        pos2(row.left(), row.center().y - height / 2.0),
        pos2(row.right(), row.center().y + height / 2.0),
    )
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
                    assert!(centre.width() >= 468.0, "{layout:?}");
                    // The largest thing.
                    assert!(panels.iter().all(|one| one.area() <= centre.area()));
                }
            }
        }
    }
}
