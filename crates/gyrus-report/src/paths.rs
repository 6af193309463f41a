//! Paths over a plane on which both axes have the same unit: a map of what changes step by step.

use serde::Serialize;

use crate::canvas::{self, Canvas, Stroke};
use crate::frame::{self, Frame, Title};
use crate::labels::{self, Taken};
use crate::scale::Scale;
use crate::{Error, Estimate, Palette, Svg, Training};

const WIDTH: f64 = 900.0;

/// The lowest frame as a part of its width, so that names find room.
const LEAST_HEIGHT: f64 = 0.35;

/// The steps of one model, in order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Path {
    /// Name of the model, known to the palette; written at the last step.
    pub model: String,
    /// Untrained models are drawn dashed and hollow.
    pub training: Training,
    /// Where each step lies, across and upward; an undefined one leaves a gap.
    pub steps: Vec<(Estimate, Estimate)>,
}

/// Paths of models over a plane, from a small point to a large one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Paths {
    /// Title of the figure.
    pub title: String,
    /// What the horizontal axis shows, with its unit.
    pub x: String,
    /// What the vertical axis shows, with the same unit.
    pub y: String,
    /// The paths.
    pub paths: Vec<Path>,
}

impl Paths {
    /// Draws the figure, 900 pixels wide.
    ///
    /// # Errors
    /// [`Error::Empty`] without paths, [`Error::UnknownModel`] for a model outside the palette, [`Error::Span`] for values
    /// too far apart.
    pub fn svg(&self, palette: &Palette) -> Result<Svg, Error> {
        if self.paths.is_empty() {
            return Err(Error::Empty(format!("figure `{}`", self.title)));
        }
        let title = Title::new(&self.title, WIDTH);
        let frame = self.frame(title.height() + 14.0)?;
        let height = frame.bottom() + 54.0;
        canvas::paint((WIDTH, height), &self.title, &self.description(), |canvas| {
            title.draw(canvas)?;
            frame.draw(canvas)?;
            frame.label_x_ticks(canvas)?;
            frame.label_y_ticks(canvas)?;
            frame.name_x(canvas, &self.x)?;
            frame::name_upward(canvas, &self.y, (22.0, frame.top + frame.height / 2.0), frame.height)?;
            self.draw_paths(canvas, &frame, palette)
        })
    }

    /// A frame as high as its unit is across.
    fn frame(&self, top: f64) -> Result<Frame, Error> {
        let x = Scale::around(self.places().map(|(x, _)| x), 8)?;
        let (low, high) =
            self.places().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (_, y)| (low.min(y), high.max(y)));
        let (middle, span) = ((low + high) / 2.0, (x.high - x.low) * LEAST_HEIGHT);
        let room = if middle.is_finite() { [middle - span / 2.0, middle + span / 2.0] } else { [0.0, LEAST_HEIGHT] };
        let y = Scale::around(self.places().map(|(_, y)| y).chain(room), 5)?;
        let left = 38.0 + frame::tick_width(&y);
        let width = WIDTH - left - 30.0;
        Ok(Frame { left, top, width, height: width * (y.high - y.low) / (x.high - x.low), x, y })
    }

    fn places(&self) -> impl Iterator<Item = (f64, f64)> {
        self.paths.iter().flat_map(|path| path.steps.iter().filter_map(|(x, y)| Some((x.value()?, y.value()?))))
    }

    fn description(&self) -> String {
        let steps: usize = self.paths.iter().map(|path| path.steps.len()).sum();
        let undefined = steps - self.places().count();
        format!("{} against {}; paths: {}; steps: {steps}; undefined: {undefined}", self.y, self.x, self.paths.len())
    }

    fn draw_paths(&self, canvas: &Canvas<'_>, frame: &Frame, palette: &Palette) -> Result<(), Error> {
        let (mut taken, mut names) = (Vec::new(), Vec::new());
        for path in &self.paths {
            let (look, hollow) = (palette.look(&path.model)?, path.training == Training::Untrained);
            let at = |(x, y): &(Estimate, Estimate)| Some(frame.point(x.value()?, y.value()?));
            let steps: Vec<Option<canvas::Point>> = path.steps.iter().map(at).collect();
            let stroke = Stroke { color: look.color, opacity: if hollow { 0.4 } else { 0.8 }, width: 1.6 };
            for pair in steps.windows(2) {
                if let [Some(from), Some(to)] = pair {
                    canvas.line(&[*from, *to], stroke)?;
                }
            }
            let last = steps.iter().rposition(Option::is_some);
            for (step, at) in steps.iter().enumerate().filter_map(|(step, at)| Some((step, (*at)?))) {
                let radius = if Some(step) == last { 6.0 } else { 2.5 + step as f64 / steps.len() as f64 };
                canvas.marker(at, look.marker, radius, look.color, hollow)?;
                taken.push(Taken::around(at, radius + 2.0));
            }
            if let Some(at) = last.and_then(|last| steps[last]) {
                let name = if hollow { format!("{} untrained", path.model) } else { path.model.clone() };
                names.push((name, at));
            }
        }
        let room = Taken { left: frame.left + 2.0, top: frame.top, right: frame.right(), bottom: frame.bottom() - 2.0 };
        labels::draw(canvas, &names, room, taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(steps: &[(f64, f64)]) -> Result<Paths, Error> {
        let step = |(x, y): &(f64, f64)| Ok((Estimate::bare(*x)?, Estimate::bare(*y)?));
        let steps: Vec<(Estimate, Estimate)> = steps.iter().map(step).collect::<Result<_, Error>>()?;
        let path = |training| Path { model: "alpha".into(), training, steps: steps.clone() };
        let paths = vec![path(Training::Trained), path(Training::Untrained)];
        Ok(Paths { title: "T".into(), x: "x".into(), y: "y".into(), paths })
    }

    fn drawn(steps: &[(f64, f64)]) -> Result<String, Error> {
        paths(steps)?.svg(&Palette::new(["alpha"])).map(String::from)
    }

    #[test]
    fn every_step_is_drawn_and_undefined_ones_are_counted() -> Result<(), Error> {
        let svg = drawn(&[(0.0, 0.0), (f64::NAN, f64::NAN), (1.0, 0.5)])?;
        // The hollow ones have a white heart.
        assert_eq!(svg.matches("<circle").count(), 2 + 4);
        assert!(svg.contains("steps: 6; undefined: 2") && svg.contains("alpha untrained"));
        Ok(())
    }

    #[test]
    fn both_axes_have_the_same_unit() -> Result<(), Error> {
        for steps in [[(0.0, 0.0), (4.0, 3.0)], [(0.0, 0.0), (4.0, 0.1)], [(2.0, 2.0), (2.0, 2.0)]] {
            let frame = paths(&steps)?.frame(0.0)?;
            let (across, upward) = (frame.px(1.0) - frame.px(0.0), frame.py(0.0) - frame.py(1.0));
            assert!((across - upward).abs() < 1e-6 * across, "{across} {upward}");
        }
        Ok(())
    }

    #[test]
    fn nothing_defined_still_draws_and_no_path_is_an_error() -> Result<(), Error> {
        drawn(&[(f64::NAN, 0.0)])?;
        let empty = Paths { paths: Vec::new(), ..paths(&[])? };
        assert!(matches!(empty.svg(&Palette::new(["alpha"])), Err(Error::Empty(_))));
        Ok(())
    }
}
