//! Differences with their intervals around a line at zero.

use serde::Serialize;

use crate::canvas::{self, Anchor, Canvas, Font, INK, MUTED, Stroke};
use crate::frame::{Frame, TICK_SIZE, Title};
use crate::legend::{Legend, Sample};
use crate::palette::{Look, Marker};
use crate::scale::Scale;
use crate::{Error, Estimate, Palette, Svg, text};

const WIDTH: f64 = 900.0;
const ROW: f64 = 19.0;
const GROUP_GAP: f64 = 15.0;

/// A difference that one model makes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Name of the model, known to the palette.
    pub model: String,
    /// The difference with its interval; undefined is written in words.
    pub estimate: Estimate,
}

/// The differences in one place, such as a region.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DifferenceGroup {
    /// Name of the place.
    pub name: String,
    /// One row per model.
    pub rows: Vec<Difference>,
}

/// Differences such as the unique contribution of a model beyond the controls: one dot with its interval per row.
///
/// A full dot has an interval that leaves out zero, a hollow one an interval that holds zero or no interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Differences {
    /// Title of the figure.
    pub title: String,
    /// What the difference is, with its unit.
    pub difference: String,
    /// The groups, top to bottom.
    pub groups: Vec<DifferenceGroup>,
}

impl Differences {
    /// Draws the figure, 900 pixels wide.
    ///
    /// # Errors
    /// [`Error::Empty`] without groups or with an empty group, [`Error::UnknownModel`] for a model outside the palette,
    /// [`Error::Span`] for values too far apart.
    pub fn svg(&self, palette: &Palette) -> Result<Svg, Error> {
        self.check()?;
        let title = Title::new(&self.title, WIDTH);
        let legend = Legend::new(legend(), WIDTH);
        let top = title.height() + legend.height() + 6.0;
        let frame = self.frame(top)?;
        canvas::paint((WIDTH, frame.bottom() + 54.0), &self.title, &self.description(), |canvas| {
            title.draw(canvas)?;
            legend.draw(canvas, title.height())?;
            frame.label_x_ticks(canvas)?;
            frame.name_x(canvas, &self.difference)?;
            draw_ground(canvas, &frame)?;
            self.draw_groups(canvas, &frame, palette)
        })
    }

    fn check(&self) -> Result<(), Error> {
        match self.groups.iter().find(|group| group.rows.is_empty()) {
            Some(group) => Err(Error::Empty(format!("group `{}` of figure `{}`", group.name, self.title))),
            None if self.groups.is_empty() => Err(Error::Empty(format!("figure `{}`", self.title))),
            None => Ok(()),
        }
    }

    fn rows(&self) -> impl Iterator<Item = &Difference> {
        self.groups.iter().flat_map(|group| &group.rows)
    }

    fn frame(&self, top: f64) -> Result<Frame, Error> {
        let numbers = self.rows().flat_map(|row| row.estimate.numbers());
        let x = Scale::around(numbers.chain([0.0]), 7)?;
        let left = 20.0 + self.group_width() + 18.0 + self.model_width() + 12.0;
        let height = self.rows().count() as f64 * ROW + self.groups.len() as f64 * GROUP_GAP;
        Ok(Frame { left, top, width: WIDTH - left - 30.0, height, x, y: Scale::exactly(0.0, 1.0, 1)? })
    }

    fn group_width(&self) -> f64 {
        let widths = self.groups.iter().map(|group| text::width(&group.name, 13.0 * text::BOLD));
        widths.fold(0.0, f64::max).min(180.0)
    }

    fn model_width(&self) -> f64 {
        self.rows().map(|row| text::width(&row.model, TICK_SIZE)).fold(0.0, f64::max).min(200.0)
    }

    fn description(&self) -> String {
        let undefined = self.rows().filter(|row| row.estimate.value().is_none()).count();
        let groups: Vec<&str> = self.groups.iter().map(|group| group.name.as_str()).collect();
        format!("{}; groups: {}; undefined: {undefined}", self.difference, groups.join(", "))
    }

    fn draw_groups(&self, canvas: &Canvas<'_>, frame: &Frame, palette: &Palette) -> Result<(), Error> {
        let mut y = frame.top;
        for (i, group) in self.groups.iter().enumerate() {
            if i > 0 {
                canvas.line(&[(20.0, y), (frame.right(), y)], Stroke::new(canvas::GRID, 1.0))?;
            }
            let height = group.rows.len() as f64 * ROW;
            let name = text::shortened(&group.name, 13.0 * text::BOLD, self.group_width());
            let at = (20.0, y + GROUP_GAP / 2.0 + height / 2.0);
            canvas.text(&name, at, Font::new(13.0, Anchor::Start).bold())?;
            for (j, row) in group.rows.iter().enumerate() {
                let middle = y + GROUP_GAP / 2.0 + (j as f64 + 0.5) * ROW;
                self.draw_row(canvas, frame, row, middle, palette.look(&row.model)?)?;
            }
            y += height + GROUP_GAP;
        }
        Ok(())
    }

    fn draw_row(&self, canvas: &Canvas<'_>, frame: &Frame, row: &Difference, y: f64, look: Look) -> Result<(), Error> {
        let name = text::shortened(&row.model, TICK_SIZE, self.model_width());
        canvas.text(&name, (frame.left - 12.0, y), Font::new(TICK_SIZE, Anchor::End))?;
        if let Some((low, high)) = row.estimate.interval() {
            canvas.line(&[(frame.px(low), y), (frame.px(high), y)], Stroke::new(look.color, 2.0))?;
        }
        let hollow = row.estimate.excludes_zero() != Some(true);
        match row.estimate.value() {
            Some(value) => canvas.marker((frame.px(value), y), look.marker, 4.8, look.color, hollow),
            None => {
                let font = Font::new(11.0, Anchor::Start).color(MUTED);
                canvas.text("undefined", (frame.px(0.0) + 6.0, y), font)
            }
        }
    }
}

/// The grid across and the line at zero.
fn draw_ground(canvas: &Canvas<'_>, frame: &Frame) -> Result<(), Error> {
    for x in frame.x.ticks() {
        let ends = [(frame.px(x), frame.top), (frame.px(x), frame.bottom())];
        canvas.line(&ends, Stroke::new(canvas::GRID, 0.8))?;
    }
    canvas.line(&[(frame.left, frame.bottom()), (frame.right(), frame.bottom())], Stroke::new(MUTED, 1.0))?;
    canvas.line(&[(frame.px(0.0), frame.top), (frame.px(0.0), frame.bottom())], Stroke::new(INK, 1.2))
}

fn legend() -> Vec<(Sample, String)> {
    let look = Look { color: MUTED, marker: Marker::Circle };
    vec![
        (Sample::Marker { look, hollow: false }, "interval excludes zero".into()),
        (Sample::Marker { look, hollow: true }, "interval includes zero, or no interval".into()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(estimate: Estimate) -> Result<String, Error> {
        let rows = vec![Difference { model: "alpha".into(), estimate }];
        let groups = vec![DifferenceGroup { name: "LATL".into(), rows }];
        let figure = Differences { title: "T".into(), difference: "change of r".into(), groups };
        figure.svg(&Palette::new(["alpha"])).map(String::from)
    }

    /// Circles of the legend: a full one, and a hollow one with its white heart.
    const LEGEND: usize = 3;

    #[test]
    fn interval_that_leaves_out_zero_has_a_full_dot() -> Result<(), Error> {
        assert_eq!(check(Estimate::new(0.2, 0.1, 0.3)?)?.matches("<circle").count(), LEGEND + 1);
        Ok(())
    }

    #[test]
    fn interval_that_holds_zero_has_a_hollow_dot() -> Result<(), Error> {
        assert_eq!(check(Estimate::new(0.2, -0.1, 0.3)?)?.matches("<circle").count(), LEGEND + 2);
        Ok(())
    }

    #[test]
    fn undefined_is_written_in_words() -> Result<(), Error> {
        assert!(check(Estimate::undefined())?.contains(">\nundefined\n<"));
        Ok(())
    }

    #[test]
    fn no_groups_is_an_error() {
        let figure = Differences { title: "T".into(), difference: "d".into(), groups: vec![] };
        assert!(matches!(figure.svg(&Palette::new(["a"])), Err(Error::Empty(_))));
    }
}
