//! Scores of models layer by layer, one panel per region.
//!
//! All panels share their scales, so that heights compare across regions.

use serde::Serialize;

use crate::canvas::{self, Anchor, Canvas, Font, MUTED, Point, Stroke};
use crate::frame::{self, Frame, Title};
use crate::grid::{Grid, WIDTH};
use crate::legend::{Legend, Sample};
use crate::palette::{Look, lighter};
use crate::scale::Scale;
use crate::{Error, Estimate, Palette, Svg, text};

/// What the horizontal axis counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Depth {
    /// Layers, from 0 for the input of the first block.
    #[default]
    Layer,
    /// The fraction of the depth: layer / last layer, from 0 to 1.
    Fraction,
}

/// How the interval of a trained model is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Spread {
    /// A bar at each layer, best for few layers.
    #[default]
    Bars,
    /// A band along the line, best for many layers.
    Band,
}

/// Whether a curve is of a trained model or of its twin with random weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Training {
    /// Drawn as a solid line with markers.
    Trained,
    /// Drawn dashed in a lighter tone of the same colour.
    Untrained,
}

/// The scores of one model, layer by layer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Curve {
    /// Name of the model, known to the palette.
    pub model: String,
    /// Whether the model is trained.
    pub training: Training,
    /// One score per layer, layer 0 first; an undefined one leaves a gap.
    pub scores: Vec<Estimate>,
}

/// What is shown of one region.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Panel {
    /// Name of the region.
    pub name: String,
    /// The models' curves.
    pub curves: Vec<Curve>,
    /// The score of the controls alone, a grey line in its band.
    pub controls: Option<Estimate>,
    /// The noise ceiling, a dotted line.
    pub ceiling: Option<Estimate>,
}

/// Scores by layer in small multiples: one panel per region, one line per model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreByLayer {
    /// Title of the figure.
    pub title: String,
    /// What the vertical axis shows, with its unit.
    pub score: String,
    /// What the horizontal axis counts.
    pub depth: Depth,
    /// How intervals of trained models are drawn.
    pub spread: Spread,
    /// The panels, left to right and top to bottom.
    pub panels: Vec<Panel>,
}

impl ScoreByLayer {
    /// Draws the figure, 1200 pixels wide.
    ///
    /// # Errors
    /// [`Error::Empty`] without a panel or with a panel or curve without content, [`Error::UnknownModel`] for a model
    /// outside the palette, [`Error::Span`] for values too far apart.
    pub fn svg(&self, palette: &Palette) -> Result<Svg, Error> {
        self.check()?;
        let title = Title::new(&self.title, WIDTH);
        let legend = Legend::new(self.legend(palette)?, WIDTH);
        let top = title.height() + legend.height();
        let (x, y) = (self.depth_scale()?, Scale::around(self.numbers(), 5)?);
        let grid = Grid::new(self.panels.len(), top, frame::tick_width(&y));
        canvas::paint((WIDTH, grid.bottom() + 54.0), &self.title, &self.description(), |canvas| {
            title.draw(canvas)?;
            legend.draw(canvas, title.height())?;
            for (i, panel) in self.panels.iter().enumerate() {
                let frame = grid.frame(i, x, y);
                self.draw_panel(canvas, panel, &frame, palette)?;
                grid.label(canvas, i, &frame, self.depth_name())?;
            }
            let middle = (top + grid.bottom()) / 2.0;
            frame::name_upward(canvas, &self.score, (24.0, middle), grid.bottom() - top)
        })
    }

    fn check(&self) -> Result<(), Error> {
        if self.panels.is_empty() {
            return Err(Error::Empty(format!("figure `{}`", self.title)));
        }
        if let Some(panel) = self.panels.iter().find(|panel| panel.curves.is_empty()) {
            return Err(Error::Empty(format!("panel `{}`", panel.name)));
        }
        match self.curves().find(|curve| curve.scores.is_empty()) {
            Some(curve) => Err(Error::Empty(format!("curve of model `{}`", curve.model))),
            None => Ok(()),
        }
    }

    fn curves(&self) -> impl Iterator<Item = &Curve> {
        self.panels.iter().flat_map(|panel| &panel.curves)
    }

    fn numbers(&self) -> impl Iterator<Item = f64> {
        let lines = self.panels.iter().flat_map(|panel| panel.controls.iter().chain(&panel.ceiling));
        self.curves().flat_map(|curve| &curve.scores).chain(lines).flat_map(Estimate::numbers)
    }

    fn depth_scale(&self) -> Result<Scale, Error> {
        match self.depth {
            Depth::Layer => Scale::whole(self.curves().map(|curve| curve.scores.len() - 1).max().unwrap_or(0), 7),
            Depth::Fraction => Scale::exactly(-0.05, 1.05, 6),
        }
    }

    fn depth_name(&self) -> &'static str {
        match self.depth {
            Depth::Layer => "layer",
            Depth::Fraction => "depth (fraction of layers)",
        }
    }

    fn legend(&self, palette: &Palette) -> Result<Vec<(Sample, String)>, Error> {
        let mut entries = Vec::new();
        for model in Palette::new(self.curves().map(|curve| curve.model.clone())).models() {
            entries.push((Sample::Curve(palette.look(model)?), model.clone()));
        }
        if self.curves().any(|curve| curve.training == Training::Untrained) {
            entries.push((Sample::Dashes(lighter(MUTED, 0.75)), "same model, untrained".into()));
        }
        if self.panels.iter().any(|panel| panel.controls.is_some()) {
            entries.push((Sample::Band(MUTED), "controls alone".into()));
        }
        if self.panels.iter().any(|panel| panel.ceiling.is_some()) {
            entries.push((Sample::Dots(canvas::INK), "noise ceiling".into()));
        }
        Ok(entries)
    }

    fn description(&self) -> String {
        let scores = self.curves().flat_map(|curve| &curve.scores);
        let undefined = scores.filter(|score| score.value().is_none()).count();
        let panels: Vec<&str> = self.panels.iter().map(|panel| panel.name.as_str()).collect();
        format!("{} by layer; panels: {}; undefined scores: {undefined}", self.score, panels.join(", "))
    }

    fn draw_panel(&self, canvas: &Canvas<'_>, panel: &Panel, frame: &Frame, palette: &Palette) -> Result<(), Error> {
        frame.draw(canvas)?;
        let name = text::shortened(&panel.name, 14.0 * text::BOLD, frame.width);
        canvas.text(&name, (frame.left + 2.0, frame.top - 12.0), Font::new(14.0, Anchor::Start).bold())?;
        if let Some(controls) = &panel.controls {
            draw_controls(canvas, frame, controls)?;
        }
        if let Some(at) = panel.ceiling.and_then(|ceiling| ceiling.value()) {
            let ends = [(frame.left, frame.py(at)), (frame.right(), frame.py(at))];
            canvas.dashes(&ends, 1.8, 2.6, Stroke::new(canvas::INK, 1.6))?;
        }
        let (trained, untrained): (Vec<_>, Vec<_>) =
            panel.curves.iter().partition(|curve| curve.training == Training::Trained);
        for curve in untrained {
            draw_untrained(canvas, &self.points(curve, frame, 0.0), palette.look(&curve.model)?)?;
        }
        for (i, curve) in trained.iter().enumerate() {
            let shift = self.shift(i, trained.len(), frame);
            draw_trained(canvas, &self.points(curve, frame, shift), palette.look(&curve.model)?, self.spread)?;
        }
        Ok(())
    }

    /// Pixels by which the curve is moved sideways, so that the bars of different models do not cover each other.
    fn shift(&self, i: usize, n: usize, frame: &Frame) -> f64 {
        if self.spread == Spread::Band || n < 2 {
            return 0.0;
        }
        let layers = self.curves().map(|curve| curve.scores.len()).max().unwrap_or(1);
        let apart = (0.45 * frame.width / layers as f64 / n as f64).min(4.0);
        apart * (i as f64 - (n as f64 - 1.0) / 2.0)
    }

    /// Where each layer's score falls in pixels; `None` where it is undefined.
    fn points(&self, curve: &Curve, frame: &Frame, shift: f64) -> Vec<Option<Placed>> {
        let last = (curve.scores.len() - 1).max(1) as f64;
        let depth = |layer: usize| match self.depth {
            Depth::Layer => layer as f64,
            Depth::Fraction => layer as f64 / last,
        };
        let place = |(layer, score): (usize, &Estimate)| {
            let x = frame.px(depth(layer)) + shift;
            let interval = score.interval().map(|(low, high)| (frame.py(low), frame.py(high)));
            score.value().map(|value| Placed { at: (x, frame.py(value)), interval })
        };
        curve.scores.iter().enumerate().map(place).collect()
    }
}

/// A score in pixels: its point, and the two ends of its interval from the top, lower score first.
#[derive(Debug, Clone, Copy)]
struct Placed {
    at: Point,
    interval: Option<(f64, f64)>,
}

/// Stretches of defined scores.
fn stretches(points: &[Option<Placed>]) -> impl Iterator<Item = Vec<Placed>> {
    points.split(Option::is_none).filter(|run| !run.is_empty()).map(|run| run.iter().copied().flatten().collect())
}

fn draw_controls(canvas: &Canvas<'_>, frame: &Frame, controls: &Estimate) -> Result<(), Error> {
    let (left, right) = (frame.left, frame.right());
    if let Some((low, high)) = controls.interval() {
        let (low, high) = (frame.py(low), frame.py(high));
        canvas.polygon(&[(left, low), (right, low), (right, high), (left, high)], MUTED, 0.15)?;
    }
    match controls.value() {
        Some(at) => canvas.line(&[(left, frame.py(at)), (right, frame.py(at))], Stroke::new(MUTED, 1.4)),
        None => Ok(()),
    }
}

fn draw_untrained(canvas: &Canvas<'_>, points: &[Option<Placed>], look: Look) -> Result<(), Error> {
    let color = lighter(look.color, 0.6);
    for run in stretches(points) {
        draw_band(canvas, &run, look, 0.05)?;
        let line: Vec<Point> = run.iter().map(|point| point.at).collect();
        match line.as_slice() {
            [alone] => canvas.marker(*alone, look.marker, 2.0, color, false)?,
            _ => canvas.dashes(&line, 6.0, 4.0, Stroke::new(color, 1.5))?,
        }
    }
    Ok(())
}

fn draw_trained(canvas: &Canvas<'_>, points: &[Option<Placed>], look: Look, spread: Spread) -> Result<(), Error> {
    for run in stretches(points) {
        match spread {
            Spread::Band => draw_band(canvas, &run, look, 0.16)?,
            Spread::Bars => draw_bars(canvas, &run, look)?,
        }
        let line: Vec<Point> = run.iter().map(|point| point.at).collect();
        canvas.line(&line, Stroke::new(look.color, 1.8))?;
        let radius = if points.len() > 20 { 2.2 } else { 3.4 };
        line.iter().try_for_each(|&at| canvas.marker(at, look.marker, radius, look.color, false))?;
    }
    Ok(())
}

fn draw_bars(canvas: &Canvas<'_>, run: &[Placed], look: Look) -> Result<(), Error> {
    let stroke = Stroke { color: look.color, opacity: 0.65, width: 1.3 };
    for Placed { at: (x, _), interval } in run {
        if let Some((low, high)) = interval {
            canvas.line(&[(*x, *low), (*x, *high)], stroke)?;
        }
    }
    Ok(())
}

fn draw_band(canvas: &Canvas<'_>, run: &[Placed], look: Look, opacity: f64) -> Result<(), Error> {
    let ends = |point: &Placed| point.interval.unwrap_or((point.at.1, point.at.1));
    let lower = run.iter().map(|point| (point.at.0, ends(point).0));
    let upper = run.iter().rev().map(|point| (point.at.0, ends(point).1));
    let outline: Vec<Point> = lower.chain(upper).collect();
    let has_interval = run.iter().any(|point| point.interval.is_some());
    if run.len() > 1 && has_interval { canvas.polygon(&outline, look.color, opacity) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(scores: Vec<Estimate>) -> ScoreByLayer {
        let curve = Curve { model: "alpha".into(), training: Training::Trained, scores };
        let panel = Panel { name: "LATL".into(), curves: vec![curve], controls: None, ceiling: None };
        ScoreByLayer {
            title: "Scores".into(),
            score: "correlation r".into(),
            depth: Depth::Layer,
            spread: Spread::Bars,
            panels: vec![panel],
        }
    }

    fn check(figure: &ScoreByLayer) -> Result<String, Error> {
        figure.svg(&Palette::new(["alpha"])).map(String::from)
    }

    #[test]
    fn same_values_same_bytes() -> Result<(), Error> {
        let figure = figure(vec![Estimate::new(0.1, 0.0, 0.2)?, Estimate::bare(0.3)?]);
        assert_eq!(check(&figure)?, check(&figure)?);
        Ok(())
    }

    #[test]
    fn every_layer_has_a_marker() -> Result<(), Error> {
        let svg = check(&figure(vec![Estimate::bare(0.1)?, Estimate::bare(0.2)?, Estimate::bare(0.3)?]))?;
        assert_eq!(svg.matches("<circle").count(), 3 + 1, "three points and the legend");
        Ok(())
    }

    #[test]
    fn undefined_score_leaves_a_gap_and_is_counted() -> Result<(), Error> {
        let scores = vec![Estimate::bare(0.1)?, Estimate::undefined(), Estimate::bare(0.3)?];
        let svg = check(&figure(scores))?;
        assert_eq!(svg.matches("<circle").count(), 2 + 1);
        assert!(svg.contains("undefined scores: 1"));
        Ok(())
    }

    #[test]
    fn all_undefined_still_draws() -> Result<(), Error> {
        check(&figure(vec![Estimate::undefined()])).map(|_| ())
    }

    #[test]
    fn empty_curve_is_an_error() {
        assert!(matches!(check(&figure(vec![])), Err(Error::Empty(_))));
    }

    #[test]
    fn no_panels_is_an_error() {
        let none = ScoreByLayer { panels: vec![], ..figure(vec![]) };
        assert!(matches!(check(&none), Err(Error::Empty(_))));
    }

    #[test]
    fn model_outside_the_palette_is_an_error() -> Result<(), Error> {
        let figure = figure(vec![Estimate::bare(0.1)?]);
        assert_eq!(figure.svg(&Palette::new(["beta"])), Err(Error::UnknownModel("alpha".into())));
        Ok(())
    }
}
