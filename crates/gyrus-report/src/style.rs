//! How figures look: a file that a user writes.

use serde::Deserialize;

use crate::{Color, Error};

/// Colours of figures, and widths, lines, letters and resolution of published ones.
///
/// # Example
/// ```
/// let style = gyrus_report::Style::parse("double = 170.0\nline_width = 0.8")?;
/// assert_eq!(style.double(), 170.0);
/// # Ok::<(), gyrus_report::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Style {
    single: f64,
    double: f64,
    dpi: f64,
    line_width: f64,
    font_size: f64,
    colors: Vec<Color>,
}

impl Default for Style {
    /// Columns of 89 and 183 mm, 300 dots per inch, colours, lines and letters as in the page.
    fn default() -> Self {
        Self { single: 89.0, double: 183.0, dpi: 300.0, line_width: 1.0, font_size: 1.0, colors: Vec::new() }
    }
}

impl Style {
    /// Reads a style from the text of a TOML file; what it does not name stays as in [`Style::default`].
    ///
    /// # Errors
    /// [`Error::Style`] with line and column for an unknown key or a value of the wrong kind, and naming the key for a
    /// number out of range.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let style: Self =
            toml::from_str(text).map_err(|error| Error::Style(error.to_string().trim_end().to_owned()))?;
        let ranges = [
            ("single", style.single, 20.0, 1000.0, "millimetres"),
            ("double", style.double, 20.0, 1000.0, "millimetres"),
            ("dpi", style.dpi, 36.0, 1200.0, "dots per inch"),
            ("line_width", style.line_width, 0.1, 10.0, "times the usual width"),
            ("font_size", style.font_size, 0.5, 2.0, "times the usual size"),
        ];
        match ranges.into_iter().find(|(_, value, low, high, _)| !(*low..=*high).contains(value)) {
            Some((key, value, low, high, unit)) => {
                Err(Error::Style(format!("`{key}` must lie between {low} and {high} {unit}: `{value}`")))
            }
            None => Ok(style),
        }
    }

    /// Width of a single column in millimetres.
    pub fn single(&self) -> f64 {
        self.single
    }

    /// Width of a double column in millimetres.
    pub fn double(&self) -> f64 {
        self.double
    }

    /// Pixels per inch of bitmaps.
    pub fn dpi(&self) -> f64 {
        self.dpi
    }

    /// Factor on the width of every line.
    pub fn line_width(&self) -> f64 {
        self.line_width
    }

    /// Factor on the size of every letter; above 1, long labels may meet their neighbours.
    pub fn font_size(&self) -> f64 {
        self.font_size
    }

    /// Colours of the models in order; empty for the usual ones.
    pub fn colors(&self) -> &[Color] {
        &self.colors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str, why: &str) {
        let error = Style::parse(text).expect_err("a bad style").to_string();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn unknown_keys_and_bad_values_are_refused() {
        refused("widht = 3.0", "unknown field `widht`");
        refused("dpi = 0.0", "`dpi` must lie between 36 and 1200");
        refused("single = nan", "`single` must lie between");
        refused("double = \"wide\"", "line 1, column");
        refused("colors = [\"#12345\"]", "`#12345` is no colour");
    }

    #[test]
    fn an_empty_style_changes_nothing() -> Result<(), Error> {
        assert_eq!(Style::parse("")?, Style::default());
        Ok(())
    }
}
