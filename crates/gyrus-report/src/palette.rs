//! One colour and one marker per model, the same in every figure.

use plotters::style::RGBColor;

use crate::{Color, Error};

/// Distinguishable with every common form of colour blindness and dark enough on white: the set of Okabe and Ito
/// (2008) without its yellow, strongest contrasts first.
const COLORS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];

/// The shape of a point, so that colour is never the only sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marker {
    Circle,
    Square,
    Triangle,
    Diamond,
}

const MARKERS: [Marker; 4] = [Marker::Circle, Marker::Square, Marker::Triangle, Marker::Diamond];

/// How a model looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Look {
    pub color: RGBColor,
    pub marker: Marker,
}

/// One colour and one marker per model, given by its place in a list.
///
/// The first 28 models differ in colour or marker; from the 29th on the pairs come round again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette {
    models: Vec<String>,
    /// Those of a style, in place of [`COLORS`]; empty for none.
    own: Vec<Color>,
}

impl Palette {
    /// A palette for `models`; a name that comes twice keeps its first place.
    pub fn new<S: Into<String>>(models: impl IntoIterator<Item = S>) -> Self {
        let mut unique: Vec<String> = Vec::new();
        for model in models.into_iter().map(Into::into) {
            if !unique.contains(&model) {
                unique.push(model);
            }
        }
        Self { models: unique, own: Vec::new() }
    }

    /// The palette with `colors` in place of the usual ones, which stay if none are given.
    pub fn colored(self, colors: &[Color]) -> Self {
        Self { own: colors.to_vec(), ..self }
    }

    /// The colours in place of the usual ones; empty for none.
    pub(crate) fn own_colors(&self) -> &[Color] {
        &self.own
    }

    /// The models in order.
    pub fn models(&self) -> &[String] {
        &self.models
    }

    /// How `model` looks.
    pub(crate) fn look(&self, model: &str) -> Result<Look, Error> {
        let place = self.models.iter().position(|known| known == model);
        let i = place.ok_or_else(|| Error::UnknownModel(model.to_owned()))?;
        let color = match self.own.as_slice() {
            [] => COLORS[i % COLORS.len()],
            own => own[i % own.len()].0,
        };
        Ok(Look { color, marker: MARKERS[i % MARKERS.len()] })
    }
}

/// `color` mixed with white; 1 is the colour itself, 0 is white.
pub(crate) fn lighter(color: RGBColor, share: f64) -> RGBColor {
    let mix = |c: u8| (f64::from(c) * share + 255.0 * (1.0 - share)).round() as u8;
    RGBColor(mix(color.0), mix(color.1), mix(color.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_28_models_look_different() -> Result<(), Error> {
        let names: Vec<String> = (0..28).map(|i| format!("model {i}")).collect();
        let palette = Palette::new(names.clone());
        let looks = names.iter().map(|name| palette.look(name)).collect::<Result<Vec<_>, _>>()?;
        for i in 0..28 {
            assert!(!looks[..i].contains(&looks[i]), "model {i} looks like an earlier one");
        }
        Ok(())
    }

    #[test]
    fn a_model_looks_the_same_however_often_it_is_named() {
        assert_eq!(Palette::new(["a", "b", "a"]), Palette::new(["a", "b"]));
    }

    #[test]
    fn colours_of_a_style_take_the_place_of_the_usual_ones() -> Result<(), Error> {
        let own = ["#010203".parse().map_err(Error::Style)?];
        let color = |palette: &Palette| palette.look("b").map(|look| look.color);
        assert_eq!(color(&Palette::new(["a", "b"]).colored(&own))?, RGBColor(1, 2, 3));
        assert_eq!(color(&Palette::new(["a", "b"]).colored(&[]))?, COLORS[1]);
        Ok(())
    }

    #[test]
    fn unknown_model_is_an_error() {
        assert_eq!(Palette::new(["a"]).look("b"), Err(Error::UnknownModel("b".into())));
    }
}
