//! A finished figure.

use std::fmt;

use crate::html;

/// A figure as one self-contained SVG document.
///
/// Only the figures of this crate make one, so a page can place it without asking what is inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Svg {
    document: String,
}

impl Svg {
    /// Wraps drawn `elements` of a canvas in the head that readers and screen readers need.
    ///
    /// Sizes are in pixels; coordinates inside are in units of `1 / resolution` pixels.
    pub(crate) fn wrap(elements: &str, size: (f64, f64), resolution: f64, title: &str, description: &str) -> Self {
        let (width, height) = size;
        let (title, description) = (html::escaped(title), html::escaped(description));
        let document = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{title}\">\n\
             <title>{title}</title>\n<desc>{description}</desc>\n{elements}</svg>\n",
            width * resolution,
            height * resolution,
        );
        Self { document }
    }

    /// The SVG document.
    pub fn as_str(&self) -> &str {
        &self.document
    }
}

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.document)
    }
}

impl From<Svg> for String {
    fn from(svg: Svg) -> Self {
        svg.document
    }
}
