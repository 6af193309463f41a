//! A rectangle of coloured cells: one value for every pair of a row and a column, such as a layer and a lag.

use serde::Serialize;

use crate::canvas::{self, Anchor, Canvas, Font, MUTED, Stroke};
use crate::cells;
use crate::frame::{self, LABEL_SIZE, TICK_SIZE, Title};
use crate::scale::Scale;
use crate::{Error, Svg, text};

/// Largest width and height of all cells together in pixels.
const ROOM: (f64, f64) = (760.0, 480.0);
/// Largest width and height of a cell in pixels.
const CELL: (f64, f64) = (52.0, 26.0);
/// Width of the colour bar in pixels.
const BAR: f64 = 18.0;

/// What the rows or the columns are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ticks {
    /// What they stand for, with its unit.
    pub name: String,
    /// Label of each in order.
    pub labels: Vec<String>,
}

/// A rectangle of values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Raster {
    /// Title of the figure.
    pub title: String,
    /// What the colour shows, with its unit.
    pub value: String,
    /// The rows, top to bottom.
    pub rows: Ticks,
    /// The columns, left to right.
    pub columns: Ticks,
    /// Row after row; NaN is drawn grey as undefined.
    pub values: Vec<f64>,
}

impl Raster {
    /// Draws the figure, colours from the lowest value to the highest.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows, columns or a value for each pair, [`Error::NotFinite`] for an infinite value.
    pub fn svg(&self) -> Result<Svg, Error> {
        self.check()?;
        let (layout, colors) = (Layout::new(self), self.colors()?);
        let cells = cells::elements(&self.values, self.columns.labels.len(), &colors, layout.corner, layout.cell);
        let bar = cells::bar(&colors, layout.bar(), (BAR, layout.bar_height()));
        canvas::paint_over(&(cells + &bar), layout.size(), &self.title, &self.description(), |canvas| {
            layout.title.draw(canvas)?;
            let (left, top) = layout.corner;
            canvas.outline((left, top), layout.extent(), Stroke::new(MUTED, 1.0))?;
            self.label(canvas, &layout)?;
            self.draw_bar(canvas, &layout, &colors)
        })
    }

    fn check(&self) -> Result<(), Error> {
        let (rows, columns) = (self.rows.labels.len(), self.columns.labels.len());
        if rows == 0 || columns == 0 || self.values.len() != rows * columns {
            return Err(Error::Empty(format!("raster `{}` of {rows} by {columns} cells", self.title)));
        }
        match self.values.iter().position(|value| value.is_infinite()) {
            Some(i) => {
                let what = format!("cell in row {}, column {} (from 0) of `{}`", i / columns, i % columns, self.title);
                Err(Error::NotFinite { what, value: self.values[i] })
            }
            None => Ok(()),
        }
    }

    fn colors(&self) -> Result<Scale, Error> {
        let grow = |(low, high): (f64, f64), v: &f64| (low.min(*v), high.max(*v));
        let defined = self.values.iter().filter(|value| !value.is_nan());
        let (low, high) = defined.fold((f64::INFINITY, f64::NEG_INFINITY), grow);
        if low > high { Scale::exactly(0.0, 1.0, 5) } else { Scale::exactly(low, high, 5) }
    }

    fn description(&self) -> String {
        let undefined = self.values.iter().filter(|value| value.is_nan()).count();
        format!("{} by {} and {}; undefined cells: {undefined}", self.value, self.rows.name, self.columns.name)
    }

    /// As many labels as there is room for, and what they stand for.
    fn label(&self, canvas: &Canvas<'_>, layout: &Layout) -> Result<(), Error> {
        let ((left, top), (wide, high), extent) = (layout.corner, layout.cell, layout.extent());
        let every = |room: f64, cell: f64| ((room / cell).ceil() as usize).max(1);
        for (i, label) in self.rows.labels.iter().enumerate().step_by(every(TICK_SIZE + 2.0, high)) {
            let at = (left - 6.0, top + (i as f64 + 0.5) * high);
            canvas.text(label, at, Font::new(TICK_SIZE, Anchor::End))?;
        }
        for (i, label) in self.columns.labels.iter().enumerate().step_by(every(widest(&self.columns) + 8.0, wide)) {
            let at = (left + (i as f64 + 0.5) * wide, top + extent.1 + 12.0);
            canvas.text(label, at, Font::new(TICK_SIZE, Anchor::Middle))?;
        }
        let below = (left + extent.0 / 2.0, top + extent.1 + 34.0);
        canvas.text(&self.columns.name, below, Font::new(LABEL_SIZE, Anchor::Middle))?;
        frame::name_upward(canvas, &self.rows.name, (14.0, top + extent.1 / 2.0), extent.1.max(120.0))
    }

    fn draw_bar(&self, canvas: &Canvas<'_>, layout: &Layout, colors: &Scale) -> Result<(), Error> {
        let ((left, top), height) = (layout.bar(), layout.bar_height());
        canvas.outline((left, top), (BAR, height), Stroke::new(MUTED, 0.8))?;
        for tick in colors.ticks() {
            let y = top + height * (1.0 - colors.share(tick));
            canvas.line(&[(left + BAR, y), (left + 22.0, y)], Stroke::new(MUTED, 1.0))?;
            canvas.text(&colors.label(tick), (left + 26.0, y), Font::new(TICK_SIZE, Anchor::Start))?;
        }
        let x = left + 26.0 + frame::tick_width(colors) + 8.0;
        frame::name_upward(canvas, &self.value, (x, top + height / 2.0), height.max(200.0))
    }
}

/// Where everything stands, in pixels.
struct Layout {
    title: Title,
    /// Upper left corner of the cells.
    corner: (f64, f64),
    /// Of one cell.
    cell: (f64, f64),
    rows: usize,
    columns: usize,
}

impl Layout {
    fn new(raster: &Raster) -> Self {
        let (rows, columns) = (raster.rows.labels.len(), raster.columns.labels.len());
        let cell = ((ROOM.0 / columns as f64).min(CELL.0), (ROOM.1 / rows as f64).min(CELL.1));
        let left = (24.0 + widest(&raster.rows) + 12.0).ceil();
        let title = Title::new(&raster.title, (left + cell.0 * columns as f64 + 160.0).max(460.0));
        Self { corner: (left, title.height() + 12.0), title, cell, rows, columns }
    }

    fn extent(&self) -> (f64, f64) {
        (self.cell.0 * self.columns as f64, self.cell.1 * self.rows as f64)
    }

    fn bar(&self) -> (f64, f64) {
        (self.corner.0 + self.extent().0 + 28.0, self.corner.1)
    }

    fn bar_height(&self) -> f64 {
        self.extent().1.max(160.0)
    }

    fn size(&self) -> (f64, f64) {
        ((self.bar().0 + 132.0).max(460.0), self.corner.1 + self.bar_height() + 56.0)
    }
}

/// Pixels of the widest label.
fn widest(ticks: &Ticks) -> f64 {
    ticks.labels.iter().map(|label| text::width(label, TICK_SIZE)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raster(values: Vec<f64>) -> Raster {
        let ticks = |name: &str, n: usize| Ticks { name: name.into(), labels: (0..n).map(|i| i.to_string()).collect() };
        Raster {
            title: "Lags".into(),
            value: "r".into(),
            rows: ticks("layer", 2),
            columns: ticks("lag (s)", 3),
            values,
        }
    }

    #[test]
    fn undefined_cells_are_grey_and_counted() -> Result<(), Error> {
        let svg = raster(vec![0.1, f64::NAN, 0.3, 0.1, 0.2, 0.3]).svg()?;
        assert!(svg.as_str().contains("#C8C8C8") && svg.as_str().contains("undefined cells: 1"));
        raster(vec![f64::NAN; 6]).svg().map(|_| ())
    }

    #[test]
    fn values_that_do_not_fill_the_rectangle_are_an_error() {
        assert!(raster(vec![1.0; 5]).svg().is_err_and(|error| error.to_string().contains("2 by 3 cells")));
        let error = raster(vec![1.0, 1.0, 1.0, 1.0, f64::INFINITY, 1.0]).svg().expect_err("an infinite value");
        assert!(error.to_string().contains("row 1, column 1"), "{error}");
    }

    #[test]
    fn a_hundred_lags_have_room() -> Result<(), Error> {
        let ticks = |name: &str, n: usize| Ticks { name: name.into(), labels: vec!["-1.25".into(); n] };
        let values = (0..33 * 128).map(f64::from).collect();
        let (rows, columns) = (ticks("layer", 33), ticks("lag", 128));
        Raster { rows, columns, values, ..raster(Vec::new()) }.svg().map(|_| ())
    }
}
