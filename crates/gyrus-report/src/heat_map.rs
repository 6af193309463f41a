//! A square of coloured cells: how alike two things are, for every pair of them.

use serde::Serialize;

use crate::canvas::{self, Anchor, Canvas, Font, INK, MUTED, Stroke};
use crate::cells::{self, shade, shade_color};
use crate::color_map::{UNDEFINED, luminance};
use crate::frame::{self, LABEL_SIZE, TICK_SIZE, Title};
use crate::scale::Scale;
use crate::{Error, Svg, text};

/// Largest side of the square in pixels.
const SIDE: f64 = 760.0;
/// Largest side of a cell in pixels.
const CELL: f64 = 52.0;
/// Most pixels that the name of a group may take.
const NAME: f64 = 210.0;
/// Width of the colour bar in pixels.
const BAR: f64 = 18.0;
/// Smallest side in pixels of a cell that shows its value.
const READABLE: f64 = 34.0;

/// Neighbouring rows (and columns) that belong together, such as the layers of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TickGroup {
    /// Name of the group.
    pub name: String,
    /// Label of each row in order.
    pub ticks: Vec<String>,
}

/// A symmetric or asymmetric square of values, rows and columns in the same groups.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeatMap {
    /// Title of the figure.
    pub title: String,
    /// What the colour shows, with its unit.
    pub value: String,
    /// The groups, top to bottom and left to right.
    pub groups: Vec<TickGroup>,
    /// Row after row, `ticks * ticks` values for all ticks of all groups; NaN is drawn grey as undefined.
    pub values: Vec<f64>,
    /// The values at the two ends of the colours; values beyond them take the colour of the end.
    /// `None` takes the lowest and the highest value.
    pub range: Option<(f64, f64)>,
}

impl HeatMap {
    /// Draws the figure, as large as its cells need.
    ///
    /// # Errors
    /// [`Error::Empty`] without cells, [`Error::Cells`] if the values do not fill the square, [`Error::NotFinite`] for
    /// an infinite value, [`Error::Span`] for a range that is reversed or too wide.
    pub fn svg(&self) -> Result<Svg, Error> {
        let n = self.check()?;
        let layout = Layout::new(self, n);
        let colors = self.colors()?;
        let (corner, cell) = ((layout.left, layout.top), (layout.cell, layout.cell));
        let cells = cells::elements(&self.values, n, &colors, corner, cell);
        let bar = cells::bar(&colors, layout.bar(), (BAR, layout.bar_height()));
        canvas::paint_over(&(cells + &bar), layout.size, &self.title, &self.description(), |canvas| {
            layout.title.draw(canvas)?;
            if layout.cell >= READABLE {
                self.draw_values(canvas, &layout, &colors)?;
            }
            self.draw_groups(canvas, &layout)?;
            self.draw_bar(canvas, &layout, &colors)
        })
    }

    fn check(&self) -> Result<usize, Error> {
        let n = self.groups.iter().map(|group| group.ticks.len()).sum();
        if n == 0 || self.groups.iter().any(|group| group.ticks.is_empty()) {
            return Err(Error::Empty(format!("heat map `{}`", self.title)));
        }
        if self.values.len() != n * n {
            return Err(Error::Cells { title: self.title.clone(), values: self.values.len(), ticks: n });
        }
        match self.values.iter().position(|value| value.is_infinite()) {
            Some(i) => {
                let what = format!("cell in row {}, column {} (from 0) of `{}`", i / n, i % n, self.title);
                Err(Error::NotFinite { what, value: self.values[i] })
            }
            None => Ok(n),
        }
    }

    fn colors(&self) -> Result<Scale, Error> {
        let defined = self.values.iter().copied().filter(|value| !value.is_nan());
        let (low, high) = self.range.unwrap_or_else(|| {
            let grow = |(low, high): (f64, f64), v: f64| (low.min(v), high.max(v));
            defined.fold((f64::INFINITY, f64::NEG_INFINITY), grow)
        });
        if self.range.is_none() && low > high { Scale::exactly(0.0, 1.0, 5) } else { Scale::exactly(low, high, 5) }
    }

    fn undefined(&self) -> usize {
        self.values.iter().filter(|value| value.is_nan()).count()
    }

    fn description(&self) -> String {
        let names: Vec<&str> = self.groups.iter().map(|group| group.name.as_str()).collect();
        format!("{}; groups: {}; undefined cells: {}", self.value, names.join(", "), self.undefined())
    }

    fn draw_values(&self, canvas: &Canvas<'_>, layout: &Layout, colors: &Scale) -> Result<(), Error> {
        for (i, &value) in self.values.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
            let (row, column) = ((i / layout.n) as f64, (i % layout.n) as f64);
            let at = (layout.left + (column + 0.5) * layout.cell, layout.top + (row + 0.5) * layout.cell);
            let dark = luminance(shade_color(shade(colors, value))) < 0.25;
            let ink = if dark { plotters::style::WHITE } else { INK };
            let digits = text::number(value, 2);
            let size = 11.5f64.min((layout.cell - 4.0) / text::width(&digits, 1.0));
            canvas.text(&digits, at, Font::new(size, Anchor::Middle).color(ink))?;
        }
        Ok(())
    }

    fn draw_groups(&self, canvas: &Canvas<'_>, layout: &Layout) -> Result<(), Error> {
        let Layout { cell, left, top, .. } = *layout;
        let (right, bottom) = (left + layout.side(), top + layout.side());
        let mut start = 0;
        for group in &self.groups {
            let edge = start as f64 * cell;
            if start > 0 && layout.separated {
                let white = Stroke::new(plotters::style::WHITE, 1.6);
                canvas.line(&[(left, top + edge), (right, top + edge)], white)?;
                canvas.line(&[(left + edge, top), (left + edge, bottom)], white)?;
            }
            self.label_group(canvas, layout, group, edge)?;
            start += group.ticks.len();
        }
        canvas.outline((left, top), (layout.side(), layout.side()), Stroke::new(MUTED, 1.0))
    }

    /// Names a group, and as many of its ticks as there is room for, on both sides; `edge` is where it starts.
    fn label_group(&self, canvas: &Canvas<'_>, layout: &Layout, group: &TickGroup, edge: f64) -> Result<(), Error> {
        let Layout { cell, left, top, ticks, .. } = *layout;
        let bottom = top + layout.side();
        let every = round_step((layout.tick_room / cell).ceil().max(1.0) as usize);
        if ticks > 0.0 {
            // A tick too close to the next group's first one would run into it.
            let fits = |i: usize| i == 0 || (group.ticks.len() - i) as f64 * cell > layout.tick_room;
            for (i, tick) in group.ticks.iter().enumerate().step_by(every).filter(|(i, _)| fits(*i)) {
                let middle = edge + (i as f64 + 0.5) * cell;
                canvas.text(tick, (left - 5.0, top + middle), Font::new(10.5, Anchor::End).color(MUTED))?;
                canvas.text(tick, (left + middle, bottom + 10.0), Font::new(10.5, Anchor::Middle).color(MUTED))?;
            }
        }
        let long = group.ticks.len() as f64 * cell;
        let middle = edge + long / 2.0;
        let name = text::shortened(&group.name, TICK_SIZE, NAME);
        let font = Font::new(TICK_SIZE, Anchor::End);
        canvas.text(&name, (left - ticks - 6.0, top + middle), font)?;
        let below = bottom + if ticks > 0.0 { 20.0 } else { 6.0 };
        if layout.upright {
            canvas.text(&name, (left + middle, below + 8.0), Font { anchor: Anchor::Middle, ..font })
        } else {
            canvas.text(&name, (left + middle, below), font.upward())
        }
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
        frame::name_upward(canvas, &self.value, (x, top + height / 2.0), height.max(200.0))?;
        if self.undefined() > 0 {
            let y = top + height + 22.0;
            canvas.rectangle((left, y - 6.0), (BAR, 12.0), UNDEFINED)?;
            canvas.text("undefined", (left + 24.0, y), Font::new(TICK_SIZE, Anchor::Start))?;
        }
        Ok(())
    }
}

/// Where everything stands, in pixels.
struct Layout {
    title: Title,
    n: usize,
    cell: f64,
    left: f64,
    top: f64,
    /// Pixels for tick labels beside the square; 0 if every group is one cell and its name says it all.
    ticks: f64,
    /// Pixels between tick labels that are shown.
    tick_room: f64,
    /// Whether names of groups below the square fit side by side.
    upright: bool,
    /// Whether white lines part the groups.
    separated: bool,
    size: (f64, f64),
}

impl Layout {
    fn new(map: &HeatMap, n: usize) -> Self {
        let cell = cell_side(n);
        let side = cell * n as f64;
        let separated = map.groups.iter().any(|group| group.ticks.len() > 1);
        let widest = |size, labels: &mut dyn Iterator<Item = &String>| {
            labels.map(|label| text::width(label, size)).fold(0.0, f64::max)
        };
        let tick = widest(10.5, &mut map.groups.iter().flat_map(|group| &group.ticks));
        let ticks = if separated { tick.min(120.0) + 6.0 } else { 0.0 };
        let names = widest(TICK_SIZE, &mut map.groups.iter().map(|group| &group.name)).min(NAME);
        let upright = map
            .groups
            .iter()
            .all(|group| text::width(&group.name, TICK_SIZE).min(NAME) + 8.0 <= group.ticks.len() as f64 * cell);
        let left = (20.0 + names + 6.0 + ticks).ceil();
        let bar = 28.0 + BAR + 26.0 + 90.0 + LABEL_SIZE;
        let width = (left + side + bar).max(460.0);
        let title = Title::new(&map.title, width);
        let top = title.height() + 12.0;
        let below = if separated { 20.0 } else { 6.0 } + if upright { 20.0 } else { names } + 16.0;
        let bar_height = 160.0 + 40.0;
        let size = (width, top + (side + below).max(bar_height));
        Self { title, n, cell, left, top, ticks, tick_room: tick.max(10.5) + 6.0, upright, separated, size }
    }

    fn side(&self) -> f64 {
        self.cell * self.n as f64
    }

    /// The upper left corner of the colour bar.
    fn bar(&self) -> (f64, f64) {
        (self.left + self.side() + 28.0, self.top)
    }

    fn bar_height(&self) -> f64 {
        self.side().clamp(160.0, 420.0)
    }
}

/// Side of a cell in pixels: whole pixels while that fills the square well, then tenths.
fn cell_side(n: usize) -> f64 {
    let side = (SIDE / n as f64).min(CELL);
    if side >= 8.0 { side.floor() } else { ((side * 10.0).floor() / 10.0).max(0.5) }
}

/// The smallest of 1, 2, 5, 10, 20, ... that is not below `least`.
fn round_step(least: usize) -> usize {
    let mut power = 1;
    loop {
        match [1, 2, 5].into_iter().map(|factor| factor * power).find(|&step| step >= least) {
            Some(step) => return step,
            None => power *= 10,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(values: Vec<f64>) -> HeatMap {
        let group = |name: &str| TickGroup { name: name.into(), ticks: vec!["0".into()] };
        HeatMap {
            title: "Similarity".into(),
            value: "CKA".into(),
            groups: vec![group("a"), group("b")],
            values,
            range: None,
        }
    }

    #[test]
    fn wrong_number_of_values_is_an_error() {
        let error = map(vec![1.0, 0.5, 0.5]).svg().expect_err("three values for four cells");
        assert_eq!(error.to_string(), "heat map `Similarity` has 3 values for 2 by 2 cells");
    }

    #[test]
    fn infinite_value_is_named_by_row_and_column() {
        let error = map(vec![1.0, 0.5, f64::INFINITY, 1.0]).svg().expect_err("an infinite value");
        assert!(error.to_string().contains("row 1, column 0"), "{error}");
    }

    #[test]
    fn undefined_cell_is_grey_and_counted() -> Result<(), Error> {
        let svg = map(vec![1.0, f64::NAN, 0.5, 1.0]).svg()?;
        assert!(svg.as_str().contains("#C8C8C8") && svg.as_str().contains("undefined cells: 1"));
        Ok(())
    }

    #[test]
    fn all_undefined_still_draws() -> Result<(), Error> {
        map(vec![f64::NAN; 4]).svg().map(|_| ())
    }

    #[test]
    fn reversed_range_is_an_error() {
        let reversed = HeatMap { range: Some((1.0, 0.0)), ..map(vec![1.0; 4]) };
        assert!(matches!(reversed.svg(), Err(Error::Span { .. })));
    }

    #[test]
    fn no_groups_is_an_error() {
        let none = HeatMap { groups: vec![], ..map(vec![]) };
        assert!(matches!(none.svg(), Err(Error::Empty(_))));
    }

    #[test]
    fn squares_stay_in_their_bounds() {
        for n in [1, 2, 7, 42, 100, 396, 1500] {
            assert!(cell_side(n) >= 0.5 && cell_side(n) * n as f64 <= SIDE.max(0.5 * n as f64), "{n}");
        }
    }
}
