//! A surface to draw on in pixels, over the SVG backend of plotters.
//!
//! plotters counts in whole units, so one pixel is ten of them: lines and points fall where they should.

use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::palette::Marker;
use crate::{Error, Svg, text};

/// Units of plotters per pixel.
pub(crate) const RESOLUTION: f64 = 10.0;

/// plotters divides font sizes by this factor when it writes SVG.
const FONT_FACTOR: f64 = 1.24;

pub(crate) const INK: RGBColor = RGBColor(26, 26, 26);
pub(crate) const MUTED: RGBColor = RGBColor(90, 90, 90);
pub(crate) const GRID: RGBColor = RGBColor(226, 226, 226);

/// A point in pixels from the upper left corner.
pub(crate) type Point = (f64, f64);

/// How a line is drawn: its colour, opacity and width in pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stroke {
    pub color: RGBColor,
    pub opacity: f64,
    pub width: f64,
}

impl Stroke {
    pub fn new(color: RGBColor, width: f64) -> Self {
        Self { color, opacity: 1.0, width }
    }

    fn style(self) -> ShapeStyle {
        let width = (self.width * RESOLUTION).round().max(1.0) as u32;
        ShapeStyle { color: self.color.mix(self.opacity), filled: false, stroke_width: width }
    }
}

/// Which point of a text stands at its position; up and down it is always centred on the letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Font {
    pub size: f64,
    pub bold: bool,
    pub color: RGBColor,
    pub anchor: Anchor,
    /// Whether it reads from bottom to top.
    pub upward: bool,
}

impl Font {
    pub fn new(size: f64, anchor: Anchor) -> Self {
        Self { size, bold: false, color: INK, anchor, upward: false }
    }

    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub fn color(self, color: RGBColor) -> Self {
        Self { color, ..self }
    }

    pub fn upward(self) -> Self {
        Self { upward: true, ..self }
    }

    fn style(self) -> TextStyle<'static> {
        let weight = if self.bold { FontStyle::Bold } else { FontStyle::Normal };
        let turn = if self.upward { FontTransform::Rotate270 } else { FontTransform::None };
        let size = self.size * RESOLUTION * FONT_FACTOR;
        let across = match self.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let font = FontDesc::new(FontFamily::SansSerif, size, weight).transform(turn);
        TextStyle { font, color: self.color.to_backend_color(), pos: Pos::new(across, VPos::Top) }
    }
}

/// A surface of some size in pixels.
pub(crate) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// Paints a figure of `size` pixels, with the title and description that screen readers read.
pub(crate) fn paint(
    size: (f64, f64),
    title: &str,
    description: &str,
    draw: impl FnOnce(&Canvas<'_>) -> Result<(), Error>,
) -> Result<Svg, Error> {
    paint_over("", size, title, description, draw)
}

/// As [`paint`], with finished SVG elements `ground` under everything that is drawn.
pub(crate) fn paint_over(
    ground: &str,
    size: (f64, f64),
    title: &str,
    description: &str,
    draw: impl FnOnce(&Canvas<'_>) -> Result<(), Error>,
) -> Result<Svg, Error> {
    let size = (size.0.ceil(), size.1.ceil());
    let units = ((size.0 * RESOLUTION) as u32, (size.1 * RESOLUTION) as u32);
    let mut document = String::new();
    {
        let canvas = Canvas { area: SVGBackend::with_string(&mut document, units).into_drawing_area() };
        draw(&canvas)?;
        canvas.area.present().map_err(drawing)?;
    }
    let elements = document.split_once(">\n").map_or("", |(_, rest)| rest);
    let elements = elements.trim_end().strip_suffix("</svg>").unwrap_or(elements);
    let paper = format!("<rect width=\"{}\" height=\"{}\" fill=\"#FFFFFF\"/>\n", units.0, units.1);
    Ok(Svg::wrap(&format!("{paper}{ground}{elements}"), size, RESOLUTION, title, description))
}

impl Canvas<'_> {
    /// A line through `points`.
    pub fn line(&self, points: &[Point], stroke: Stroke) -> Result<(), Error> {
        self.area.draw(&PathElement::new(units(points), stroke.style())).map_err(drawing)
    }

    /// A line through `points` in dashes of `dash` pixels with gaps of `gap` pixels.
    pub fn dashes(&self, points: &[Point], dash: f64, gap: f64, stroke: Stroke) -> Result<(), Error> {
        let (dash, gap) = ((dash * RESOLUTION) as i32, (gap * RESOLUTION) as i32);
        let path = DashedPathElement::new(units(points), dash, gap, stroke.style());
        self.area.draw(&path).map_err(drawing)
    }

    /// A filled shape with corners `points`.
    pub fn polygon(&self, points: &[Point], color: RGBColor, opacity: f64) -> Result<(), Error> {
        self.area.draw(&Polygon::new(units(points), color.mix(opacity).filled())).map_err(drawing)
    }

    /// A filled rectangle with the upper left corner `at`, `size` pixels wide and high.
    pub fn rectangle(&self, at: Point, size: (f64, f64), color: RGBColor) -> Result<(), Error> {
        let corners = [unit(at), unit((at.0 + size.0, at.1 + size.1))];
        self.area.draw(&Rectangle::new(corners, color.filled())).map_err(drawing)
    }

    /// The outline of a rectangle.
    pub fn outline(&self, at: Point, size: (f64, f64), stroke: Stroke) -> Result<(), Error> {
        let (right, bottom) = (at.0 + size.0, at.1 + size.1);
        self.line(&[at, (right, at.1), (right, bottom), (at.0, bottom), at], stroke)
    }

    /// A marker of `radius` pixels in `color`, with a white heart if it is `hollow`.
    pub fn marker(&self, at: Point, marker: Marker, radius: f64, color: RGBColor, hollow: bool) -> Result<(), Error> {
        self.shape(at, marker, radius, color)?;
        if hollow { self.shape(at, marker, 0.5 * radius, WHITE) } else { Ok(()) }
    }

    fn shape(&self, (x, y): Point, marker: Marker, r: f64, color: RGBColor) -> Result<(), Error> {
        let corners = match marker {
            Marker::Circle => {
                let circle = Circle::new(unit((x, y)), (r * RESOLUTION).round() as i32, color.filled());
                return self.area.draw(&circle).map_err(drawing);
            }
            Marker::Square => [(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)].to_vec(),
            Marker::Triangle => [(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)].to_vec(),
            Marker::Diamond => [(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)].to_vec(),
        };
        let corners: Vec<Point> = corners.into_iter().map(|(dx, dy)| (x + r * dx, y + r * dy)).collect();
        self.polygon(&corners, color, 1.0)
    }

    /// A text whose letters are centred on the height of `at`.
    pub fn text(&self, text: &str, at: Point, font: Font) -> Result<(), Error> {
        // The backend puts the baseline .76 font sizes below the position; letters are about .72 high.
        let drop = -0.40 * font.size;
        let at = if font.upward { (at.0 + drop, at.1) } else { (at.0, at.1 + drop) };
        self.area.draw_text(&text::printable(text), &font.style(), unit(at)).map_err(drawing)
    }
}

fn unit((x, y): Point) -> (i32, i32) {
    ((x * RESOLUTION).round() as i32, (y * RESOLUTION).round() as i32)
}

fn units(points: &[Point]) -> Vec<(i32, i32)> {
    points.iter().copied().map(unit).collect()
}

fn drawing(error: impl std::fmt::Display) -> Error {
    Error::Drawing(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_cleaned() -> Result<(), Error> {
        let svg = paint((100.0, 50.0), "<t>", "<d>", |canvas| {
            canvas.text("<script>\u{0}", (10.0, 10.0), Font::new(12.0, Anchor::Start))
        })?;
        assert!(svg.as_str().contains("&lt;script&gt;\u{FFFD}"));
        assert!(svg.as_str().contains("<title>&lt;t&gt;</title>\n<desc>&lt;d&gt;</desc>"));
        Ok(())
    }

    #[test]
    fn document_is_closed_once() -> Result<(), Error> {
        let svg = paint((100.0, 50.0), "t", "d", |_| Ok(()))?;
        assert!(svg.as_str().starts_with("<svg ") && svg.as_str().ends_with("</svg>\n"));
        assert_eq!(svg.as_str().matches("</svg>").count(), 1);
        assert!(svg.as_str().contains("width=\"100\" height=\"50\" viewBox=\"0 0 1000 500\""));
        Ok(())
    }
}
