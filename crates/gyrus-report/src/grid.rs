//! Panels side by side in rows, all of one size.

use crate::Error;
use crate::canvas::Canvas;
use crate::frame::Frame;
use crate::scale::Scale;

/// Width of the figure in pixels.
pub(crate) const WIDTH: f64 = 1200.0;
const PANEL_HEIGHT: f64 = 205.0;
const PANEL_GAP: f64 = 16.0;
const PANEL_TITLE: f64 = 24.0;

/// Where the panels stand.
pub(crate) struct Grid {
    n: usize,
    columns: usize,
    left: f64,
    top: f64,
    panel_width: f64,
}

impl Grid {
    /// A grid for `n` panels below `top` pixels, with `tick_width` pixels for the tick labels on the left.
    pub fn new(n: usize, top: f64, tick_width: f64) -> Self {
        let columns = match n {
            1..=4 => n,
            5 | 6 => 3,
            _ => 4,
        };
        let left = 40.0 + tick_width;
        let inner = WIDTH - left - 24.0;
        let panel_width = (inner - PANEL_GAP * (columns as f64 - 1.0)) / columns as f64;
        Self { n, columns, left, top, panel_width }
    }

    fn row_height(&self) -> f64 {
        let tall = if self.columns < 3 { 1.6 } else { 1.0 };
        tall * PANEL_HEIGHT + PANEL_TITLE + 14.0
    }

    /// Pixels from the top of the figure to the end of the lowest panel.
    pub fn bottom(&self) -> f64 {
        self.top + self.n.div_ceil(self.columns) as f64 * self.row_height()
    }

    /// The frame of panel `i`.
    pub fn frame(&self, i: usize, x: Scale, y: Scale) -> Frame {
        let (row, column) = (i / self.columns, i % self.columns);
        Frame {
            left: self.left + column as f64 * (self.panel_width + PANEL_GAP),
            top: self.top + row as f64 * self.row_height() + PANEL_TITLE,
            width: self.panel_width,
            height: self.row_height() - PANEL_TITLE - 14.0,
            x,
            y,
        }
    }

    /// Tick labels only where no panel stands to the left or below.
    pub fn label(&self, canvas: &Canvas<'_>, i: usize, frame: &Frame, depth: &str) -> Result<(), Error> {
        if i.is_multiple_of(self.columns) {
            frame.label_y_ticks(canvas)?;
        }
        if i + self.columns >= self.n {
            frame.label_x_ticks(canvas)?;
            frame.name_x(canvas, depth)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_panel_lies_inside_the_figure() {
        for n in 1..=13 {
            let grid = Grid::new(n, 60.0, 40.0);
            let scale = Scale::exactly(0.0, 1.0, 5).expect("a unit scale");
            let frame = grid.frame(n - 1, scale, scale);
            assert!(frame.right() <= WIDTH && frame.bottom() <= grid.bottom(), "{n} panels");
        }
    }
}
