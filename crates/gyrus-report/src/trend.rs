//! Points with intervals and a straight line through them.

use serde::Serialize;

use crate::canvas::Anchor;
use crate::canvas::{self, Canvas, Font, INK, MUTED, Stroke};
use crate::frame::{self, Frame, Title};
use crate::labels::{self, Taken};
use crate::palette::{Look, Marker};
use crate::scale::Scale;
use crate::{Error, Estimate, Palette, Svg, text};

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 500.0;
const NOTE_SIZE: f64 = 13.0;

/// One point of a trend.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrendPoint {
    /// Text beside the point; empty for none.
    pub label: String,
    /// The model whose colour the point takes; grey without one.
    pub model: Option<String>,
    /// Where it lies across.
    pub x: Estimate,
    /// Where it lies upward.
    pub y: Estimate,
}

/// A straight line: y = `intercept` + `slope` x.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Line {
    /// Rise of y for one unit of x.
    pub slope: f64,
    /// y where x is 0.
    pub intercept: f64,
}

/// Points with intervals and the straight line that the caller fitted through them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trend {
    /// Title of the figure.
    pub title: String,
    /// What the horizontal axis shows, with its unit.
    pub x: String,
    /// What the vertical axis shows, with its unit.
    pub y: String,
    /// The points; one that is undefined in x or y is left out and counted.
    pub points: Vec<TrendPoint>,
    /// The line, drawn over the range of the points.
    pub line: Option<Line>,
    /// The result in words, such as the correlation with its interval, written below the title.
    pub note: String,
}

impl Trend {
    /// Draws the figure, 900 pixels wide.
    ///
    /// # Errors
    /// [`Error::Empty`] without points, [`Error::NotFinite`] for a line that is not finite, [`Error::UnknownModel`]
    /// for a model outside the palette, [`Error::Span`] for values too far apart.
    pub fn svg(&self, palette: &Palette) -> Result<Svg, Error> {
        self.check()?;
        let title = Title::new(&self.title, WIDTH);
        let note = text::wrapped(&self.note, NOTE_SIZE, WIDTH - 40.0);
        let top = title.height() + 19.0 * note.len() as f64 + 14.0;
        let frame = self.frame(top)?;
        canvas::paint((WIDTH, top + HEIGHT + 54.0), &self.title, &self.description(), |canvas| {
            title.draw(canvas)?;
            for (i, line) in note.iter().enumerate() {
                let at = (20.0, title.height() + 8.0 + 19.0 * i as f64);
                canvas.text(line, at, Font::new(NOTE_SIZE, Anchor::Start).color(MUTED))?;
            }
            frame.draw(canvas)?;
            frame.label_x_ticks(canvas)?;
            frame.label_y_ticks(canvas)?;
            frame.name_x(canvas, &self.x)?;
            frame::name_upward(canvas, &self.y, (22.0, top + HEIGHT / 2.0), HEIGHT)?;
            let taken = self.draw_line(canvas, &frame)?;
            self.draw_points(canvas, &frame, palette, taken)
        })
    }

    fn check(&self) -> Result<(), Error> {
        if self.points.is_empty() {
            return Err(Error::Empty(format!("figure `{}`", self.title)));
        }
        let Some(line) = self.line else { return Ok(()) };
        for (what, value) in [("slope", line.slope), ("intercept", line.intercept)] {
            if !value.is_finite() {
                return Err(Error::NotFinite { what: format!("{what} of the line in `{}`", self.title), value });
            }
        }
        Ok(())
    }

    fn frame(&self, top: f64) -> Result<Frame, Error> {
        let x = Scale::around(self.defined().flat_map(|point| point.x.numbers()), 7)?;
        let y = Scale::around(self.defined().flat_map(|point| point.y.numbers()), 6)?;
        let left = 38.0 + frame::tick_width(&y);
        Ok(Frame { left, top, width: WIDTH - left - 30.0, height: HEIGHT, x, y })
    }

    fn defined(&self) -> impl Iterator<Item = &TrendPoint> {
        self.points.iter().filter(|point| point.x.value().is_some() && point.y.value().is_some())
    }

    fn description(&self) -> String {
        let undefined = self.points.len() - self.defined().count();
        let note = if self.note.is_empty() { String::new() } else { format!("; {}", self.note) };
        format!("{} against {}; points: {}; undefined: {undefined}{note}", self.y, self.x, self.points.len())
    }

    /// The line from the leftmost to the rightmost point, cut where it leaves the frame; gives the room it takes.
    fn draw_line(&self, canvas: &Canvas<'_>, frame: &Frame) -> Result<Vec<Taken>, Error> {
        let Some(Line { slope, intercept }) = self.line else { return Ok(Vec::new()) };
        let xs = || self.defined().filter_map(|point| point.x.value());
        let (low, high) = (xs().fold(f64::INFINITY, f64::min), xs().fold(f64::NEG_INFINITY, f64::max));
        let Some((from, to)) = inside((low, high), slope, intercept, frame) else { return Ok(Vec::new()) };
        let end = |x: f64| frame.point(x, (intercept + slope * x).clamp(frame.y.low, frame.y.high));
        canvas.line(&[end(from), end(to)], Stroke { color: INK, opacity: 0.7, width: 1.6 })?;
        let along = |i: i32| end(from + (to - from) * f64::from(i) / 100.0);
        Ok((0..=100).map(|i| Taken::around(along(i), 2.5)).collect())
    }

    fn draw_points(
        &self,
        canvas: &Canvas<'_>,
        frame: &Frame,
        palette: &Palette,
        mut taken: Vec<Taken>,
    ) -> Result<(), Error> {
        let room = Taken { left: frame.left + 2.0, top: frame.top, right: frame.right(), bottom: frame.bottom() - 2.0 };
        let mut names = Vec::new();
        let radius = if self.points.len() > 40 { 3.0 } else { 5.0 };
        for point in self.defined() {
            let (Some(x), Some(y)) = (point.x.value(), point.y.value()) else { continue };
            let look = match &point.model {
                Some(model) => palette.look(model)?,
                None => Look { color: MUTED, marker: Marker::Circle },
            };
            let at = frame.point(x, y);
            taken.extend(draw_intervals(canvas, frame, point, at, look)?);
            canvas.marker(at, look.marker, radius, look.color, false)?;
            taken.push(Taken::around(at, radius + 2.0));
            names.push((point.label.clone(), at));
        }
        labels::draw(canvas, &names, room, taken)
    }
}

/// Draws the bars of a point and gives the room they take.
fn draw_intervals(
    canvas: &Canvas<'_>,
    frame: &Frame,
    point: &TrendPoint,
    (x, y): canvas::Point,
    look: Look,
) -> Result<Vec<Taken>, Error> {
    let stroke = Stroke { color: look.color, opacity: 0.55, width: 1.4 };
    let mut taken = Vec::new();
    if let Some((low, high)) = point.y.interval() {
        let (low, high) = (frame.py(low), frame.py(high));
        canvas.line(&[(x, low), (x, high)], stroke)?;
        taken.push(Taken { left: x - 2.0, right: x + 2.0, top: high, bottom: low });
    }
    if let Some((low, high)) = point.x.interval() {
        let (low, high) = (frame.px(low), frame.px(high));
        canvas.line(&[(low, y), (high, y)], stroke)?;
        taken.push(Taken { left: low, right: high, top: y - 2.0, bottom: y + 2.0 });
    }
    Ok(taken)
}

/// The part of `low` to `high` over which intercept + slope x stays inside the frame.
fn inside((low, high): (f64, f64), slope: f64, intercept: f64, frame: &Frame) -> Option<(f64, f64)> {
    let (mut from, mut to) = (low, high);
    if slope != 0.0 {
        let cuts = [(frame.y.low - intercept) / slope, (frame.y.high - intercept) / slope];
        from = from.max(cuts[0].min(cuts[1]));
        to = to.min(cuts[0].max(cuts[1]));
    } else if intercept < frame.y.low || intercept > frame.y.high {
        return None;
    }
    (from < to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(points: &[(f64, f64)], line: Option<Line>) -> Result<Trend, Error> {
        let point = |&(x, y): &(f64, f64)| {
            Ok(TrendPoint {
                label: "p".into(),
                model: Some("alpha".into()),
                x: Estimate::bare(x)?,
                y: Estimate::bare(y)?,
            })
        };
        let points = points.iter().map(point).collect::<Result<_, Error>>()?;
        Ok(Trend { title: "T".into(), x: "x".into(), y: "y".into(), points, line, note: String::new() })
    }

    fn check(points: &[(f64, f64)], line: Option<Line>) -> Result<String, Error> {
        trend(points, line)?.svg(&Palette::new(["alpha"])).map(String::from)
    }

    #[test]
    fn every_point_is_drawn() -> Result<(), Error> {
        assert_eq!(check(&[(0.0, 1.0), (1.0, 3.0), (2.0, 2.0)], None)?.matches("<circle").count(), 3);
        Ok(())
    }

    #[test]
    fn undefined_point_is_left_out_and_counted() -> Result<(), Error> {
        let svg = check(&[(0.0, 1.0), (1.0, f64::NAN)], None)?;
        assert_eq!(svg.matches("<circle").count(), 1);
        assert!(svg.contains("undefined: 1"));
        Ok(())
    }

    #[test]
    fn all_undefined_still_draws() -> Result<(), Error> {
        check(&[(f64::NAN, f64::NAN)], Some(Line { slope: 1.0, intercept: 0.0 })).map(|_| ())
    }

    #[test]
    fn infinite_slope_is_an_error() {
        let line = Line { slope: f64::INFINITY, intercept: 0.0 };
        assert!(matches!(check(&[(0.0, 1.0)], Some(line)), Err(Error::NotFinite { .. })));
    }

    #[test]
    fn steep_line_is_cut_at_the_frame() -> Result<(), Error> {
        let frame = trend(&[(0.0, 0.0), (1.0, 1.0)], None)?.frame(0.0)?;
        let (from, to) = inside((0.0, 1.0), 10.0, -4.5, &frame).expect("the line crosses the frame");
        assert!((from - 0.445).abs() < 1e-12 && (to - 0.555).abs() < 1e-12, "{from} {to}");
        assert_eq!(inside((0.0, 1.0), 0.0, 7.0, &frame), None);
        Ok(())
    }
}
