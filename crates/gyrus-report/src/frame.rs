//! The axes of one panel: where values fall in pixels, grid, ticks and labels.

use crate::canvas::{Anchor, Canvas, Font, GRID, INK, MUTED, Point, Stroke};
use crate::scale::Scale;
use crate::{Error, text};

/// Font size of tick labels in pixels.
pub(crate) const TICK_SIZE: f64 = 12.0;

/// Font size of axis labels in pixels.
pub(crate) const LABEL_SIZE: f64 = 13.5;

/// Font size of the title of a figure in pixels.
const TITLE_SIZE: f64 = 17.0;

/// A plotting rectangle in pixels with a scale along each side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub left: f64,
    pub top: f64,
    pub width: f64,
    pub height: f64,
    pub x: Scale,
    pub y: Scale,
}

impl Frame {
    /// The right edge in pixels.
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    /// The bottom edge in pixels.
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// Pixels from the left for `x`.
    pub fn px(&self, x: f64) -> f64 {
        self.left + self.width * self.x.share(x)
    }

    /// Pixels from the top for `y`.
    pub fn py(&self, y: f64) -> f64 {
        self.bottom() - self.height * self.y.share(y)
    }

    /// Where the point (`x`, `y`) falls.
    pub fn point(&self, x: f64, y: f64) -> Point {
        (self.px(x), self.py(y))
    }

    /// Grid lines and the two axis lines.
    pub fn draw(&self, canvas: &Canvas<'_>) -> Result<(), Error> {
        let grid = Stroke::new(GRID, 0.8);
        for y in self.y.ticks() {
            canvas.line(&[(self.left, self.py(y)), (self.right(), self.py(y))], grid)?;
        }
        for x in self.x.ticks() {
            canvas.line(&[(self.px(x), self.top), (self.px(x), self.bottom())], grid)?;
        }
        let corner = (self.left, self.bottom());
        canvas.line(&[(self.left, self.top), corner, (self.right(), self.bottom())], Stroke::new(MUTED, 1.0))
    }

    /// Tick labels below the frame.
    pub fn label_x_ticks(&self, canvas: &Canvas<'_>) -> Result<(), Error> {
        for x in self.x.ticks() {
            let at = (self.px(x), self.bottom());
            canvas.line(&[at, (at.0, at.1 + 4.0)], Stroke::new(MUTED, 1.0))?;
            canvas.text(&self.x.label(x), (at.0, at.1 + 13.0), Font::new(TICK_SIZE, Anchor::Middle))?;
        }
        Ok(())
    }

    /// Tick labels to the left of the frame.
    pub fn label_y_ticks(&self, canvas: &Canvas<'_>) -> Result<(), Error> {
        for y in self.y.ticks() {
            let at = (self.left, self.py(y));
            canvas.line(&[(at.0 - 4.0, at.1), at], Stroke::new(MUTED, 1.0))?;
            canvas.text(&self.y.label(y), (at.0 - 7.0, at.1), Font::new(TICK_SIZE, Anchor::End))?;
        }
        Ok(())
    }

    /// What the horizontal axis shows, below its tick labels.
    pub fn name_x(&self, canvas: &Canvas<'_>, name: &str) -> Result<(), Error> {
        let at = (self.left + self.width / 2.0, self.bottom() + 36.0);
        canvas.text(&text::shortened(name, LABEL_SIZE, self.width), at, Font::new(LABEL_SIZE, Anchor::Middle))
    }
}

/// Pixels that the tick labels of a vertical `scale` need.
pub(crate) fn tick_width(scale: &Scale) -> f64 {
    let widths = scale.ticks().into_iter().map(|tick| text::width(&scale.label(tick), TICK_SIZE));
    widths.fold(0.0, f64::max) + 9.0
}

/// What a vertical axis shows, written upward and centred at `at`, `length` pixels long at most.
pub(crate) fn name_upward(canvas: &Canvas<'_>, name: &str, at: Point, length: f64) -> Result<(), Error> {
    canvas.text(&text::shortened(name, LABEL_SIZE, length), at, Font::new(LABEL_SIZE, Anchor::Middle).upward())
}

/// The title of a figure, broken into lines.
pub(crate) struct Title {
    lines: Vec<String>,
}

impl Title {
    /// `title` for a figure `width` pixels wide.
    pub fn new(title: &str, width: f64) -> Self {
        Self { lines: text::wrapped(title, TITLE_SIZE * text::BOLD, width - 40.0) }
    }

    /// Pixels from the top of the figure to the end of the title.
    pub fn height(&self) -> f64 {
        14.0 + 22.0 * self.lines.len() as f64
    }

    /// Writes the title at the upper left.
    pub fn draw(&self, canvas: &Canvas<'_>) -> Result<(), Error> {
        for (i, line) in self.lines.iter().enumerate() {
            let font = Font::new(TITLE_SIZE, Anchor::Start).bold().color(INK);
            canvas.text(line, (20.0, 24.0 + 22.0 * i as f64), font)?;
        }
        Ok(())
    }
}
