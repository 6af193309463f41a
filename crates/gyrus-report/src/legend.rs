//! What each line, point and band of a figure stands for, as rows of entries above the panels.

use plotters::style::RGBColor;

use crate::canvas::{Anchor, Canvas, Font, Point, Stroke};
use crate::palette::Look;
use crate::{Error, text};

const SIZE: f64 = 13.0;
const SAMPLE: f64 = 30.0;
const ROW: f64 = 21.0;

/// The sample beside a name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sample {
    /// A line with a marker.
    Curve(Look),
    /// A marker alone, perhaps hollow.
    Marker { look: Look, hollow: bool },
    /// A dashed line.
    Dashes(RGBColor),
    /// A solid line in a band.
    Band(RGBColor),
    /// A dotted line.
    Dots(RGBColor),
}

/// The entries of a figure, broken into rows.
pub(crate) struct Legend {
    entries: Vec<(Sample, String, Point)>,
    rows: usize,
}

impl Legend {
    /// `entries` in order for a figure `width` pixels wide.
    pub fn new(entries: Vec<(Sample, String)>, width: f64) -> Self {
        let (mut x, mut row) = (0.0, 0);
        let mut placed = Vec::with_capacity(entries.len());
        for (sample, name) in entries {
            let name = text::shortened(&name, SIZE, 300.0);
            let wide = SAMPLE + 7.0 + text::width(&name, SIZE) + 18.0;
            if x > 0.0 && x + wide > width - 40.0 {
                (x, row) = (0.0, row + 1);
            }
            placed.push((sample, name, (20.0 + x, ROW * row as f64)));
            x += wide;
        }
        let rows = if placed.is_empty() { 0 } else { row + 1 };
        Self { entries: placed, rows }
    }

    /// Pixels from the top of the legend to its end.
    pub fn height(&self) -> f64 {
        ROW * self.rows as f64 + 6.0
    }

    /// Draws the legend with its upper edge at `top` pixels.
    pub fn draw(&self, canvas: &Canvas<'_>, top: f64) -> Result<(), Error> {
        for (sample, name, (x, y)) in &self.entries {
            let at = (*x, top + y + ROW / 2.0);
            sample.draw(canvas, at)?;
            canvas.text(name, (at.0 + SAMPLE + 7.0, at.1), Font::new(SIZE, Anchor::Start))?;
        }
        Ok(())
    }
}

impl Sample {
    fn draw(self, canvas: &Canvas<'_>, (x, y): Point) -> Result<(), Error> {
        let (ends, middle) = ([(x, y), (x + SAMPLE, y)], (x + SAMPLE / 2.0, y));
        match self {
            Self::Curve(look) => {
                canvas.line(&ends, Stroke::new(look.color, 2.0))?;
                canvas.marker(middle, look.marker, 4.0, look.color, false)
            }
            Self::Marker { look, hollow } => canvas.marker(middle, look.marker, 4.5, look.color, hollow),
            Self::Dashes(color) => canvas.dashes(&ends, 6.0, 4.0, Stroke::new(color, 1.8)),
            Self::Band(color) => {
                let corners = [(x, y - 6.0), (x + SAMPLE, y - 6.0), (x + SAMPLE, y + 6.0), (x, y + 6.0)];
                canvas.polygon(&corners, color, 0.18)?;
                canvas.line(&ends, Stroke::new(color, 1.6))
            }
            Self::Dots(color) => canvas.dashes(&ends, 1.8, 2.6, Stroke::new(color, 1.8)),
        }
    }
}
