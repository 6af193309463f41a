//! The states of a model for every word.

use ndarray::{Array2, ArrayView2};

use crate::Error;

/// One state per word and layer: layer `l` is `(words, width)`, every value finite.
///
/// Layer 0 is the input of the first block; the last layer is the output of the final norm,
/// as `output_hidden_states` of the `transformers` library gives them.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerActivations {
    layers: Vec<Array2<f32>>,
}

impl LayerActivations {
    /// States of every layer, each `(words, width)`.
    ///
    /// # Errors
    /// [`Error::Rows`] if layers differ in words, [`Error::NotFinite`] for a NaN or an infinite state.
    pub fn new(layers: Vec<Array2<f32>>) -> Result<Self, Error> {
        let expected = layers.first().map_or(0, Array2::nrows);
        for (layer, states) in layers.iter().enumerate() {
            if states.nrows() != expected {
                return Err(Error::Rows { layer, rows: states.nrows(), expected });
            }
            if let Some(((row, column), &value)) = states.indexed_iter().find(|(_, value)| !value.is_finite()) {
                return Err(Error::NotFinite { what: format!("layer {layer}"), row, column, value: f64::from(value) });
            }
        }
        Ok(Self { layers })
    }

    /// Number of layers, the input of the first block included.
    pub fn n_layers(&self) -> usize {
        self.layers.len()
    }

    /// Number of words.
    pub fn n_words(&self) -> usize {
        self.layers.first().map_or(0, Array2::nrows)
    }

    /// States of layer `layer`, `(words, width)`.
    pub fn layer(&self, layer: usize) -> ArrayView2<'_, f32> {
        self.layers[layer].view()
    }

    /// Every layer in order, each `(words, width)`.
    pub fn layers(&self) -> &[Array2<f32>] {
        &self.layers
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn layers_must_share_their_words() {
        assert!(LayerActivations::new(vec![Array2::zeros((3, 2)), Array2::zeros((4, 2))]).is_err());
    }

    #[test]
    fn infinite_state_is_an_error() {
        assert!(LayerActivations::new(vec![Array2::from_elem((1, 1), f32::INFINITY)]).is_err());
    }
}
