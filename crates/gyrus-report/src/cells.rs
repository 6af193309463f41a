//! The coloured cells of a heat map, one SVG path per colour.
//!
//! A rectangle per cell would take fourteen megabytes for the layers of twelve models; this takes about a tenth.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use plotters::style::RGBColor;

use crate::canvas::{Point, RESOLUTION};
use crate::color_map::{UNDEFINED, color};
use crate::scale::Scale;

/// Colours that are told apart.
pub(crate) const SHADES: u32 = 128;

/// The shade of a value, from 0 for the low end of `colors`; `None` for an undefined one.
pub(crate) fn shade(colors: &Scale, value: f64) -> Option<u32> {
    let share = colors.share(value).clamp(0.0, 1.0);
    (!value.is_nan()).then(|| ((share * f64::from(SHADES)) as u32).min(SHADES - 1))
}

/// The colour of a shade.
pub(crate) fn shade_color(shade: Option<u32>) -> RGBColor {
    shade.map_or(UNDEFINED, |shade| color(f64::from(shade) / f64::from(SHADES - 1)))
}

/// SVG elements for rows of `n` values, each in a cell of `size` pixels, the first at `corner`.
pub(crate) fn elements(values: &[f64], n: usize, colors: &Scale, corner: Point, size: (f64, f64)) -> String {
    let mut paths: BTreeMap<Option<u32>, String> = BTreeMap::new();
    for (row, values) in values.chunks(n).enumerate() {
        let shades: Vec<Option<u32>> = values.iter().map(|&value| shade(colors, value)).collect();
        let mut column = 0;
        for run in shades.chunk_by(|a, b| a == b) {
            let (path, wide) = (paths.entry(run[0]).or_default(), run.len());
            write!(path, "M{column} {row}h{wide}v1h-{wide}z").expect("writing to a string does not fail");
            column += wide;
        }
    }
    let [x, y] = [corner.0, corner.1].map(|pixels| (pixels * RESOLUTION).round());
    let (wide, high) = (size.0 * RESOLUTION, size.1 * RESOLUTION);
    // Crisp edges leave no seams between neighbours.
    let mut out = format!("<g transform=\"translate({x} {y}) scale({wide} {high})\" shape-rendering=\"crispEdges\">\n");
    for (shade, path) in paths {
        let RGBColor(r, g, b) = shade_color(shade);
        writeln!(out, "<path fill=\"#{r:02X}{g:02X}{b:02X}\" d=\"{path}\"/>")
            .expect("writing to a string does not fail");
    }
    out.push_str("</g>\n");
    out
}

/// SVG elements for a bar of all colours from high to low, `size` pixels wide and high, with its upper left at `corner`.
pub(crate) fn bar(colors: &Scale, corner: Point, size: (f64, f64)) -> String {
    let middle = |i: u32| (f64::from(i) + 0.5) / f64::from(SHADES);
    let values: Vec<f64> = (0..SHADES).rev().map(|i| colors.low + (colors.high - colors.low) * middle(i)).collect();
    elements(&values, 1, colors, corner, (size.0, size.1 / f64::from(SHADES)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    fn check(values: &[f64], n: usize, expected: &[&str]) -> Result<(), Error> {
        let svg = elements(values, n, &Scale::exactly(0.0, 1.0, 5)?, (0.0, 0.0), (1.0, 1.0));
        let paths: Vec<&str> = svg.lines().filter_map(|line| line.split("d=\"").nth(1)?.split('"').next()).collect();
        assert_eq!(paths, expected, "{svg}");
        Ok(())
    }

    #[test]
    fn neighbours_of_one_colour_are_one_shape() -> Result<(), Error> {
        check(&[0.0, 0.0, 1.0, 0.0], 2, &["M0 0h2v1h-2zM1 1h1v1h-1z", "M0 1h1v1h-1z"])
    }

    #[test]
    fn undefined_cells_have_a_path_of_their_own() -> Result<(), Error> {
        check(&[f64::NAN], 1, &["M0 0h1v1h-1z"])
    }

    #[test]
    fn ends_of_the_range_have_the_end_shades() -> Result<(), Error> {
        let scale = Scale::exactly(0.0, 1.0, 5)?;
        let shades = [-0.5, 0.0, 1.0, 1.5, f64::NAN].map(|value| shade(&scale, value));
        assert_eq!(shades, [Some(0), Some(0), Some(127), Some(127), None]);
        Ok(())
    }
}
