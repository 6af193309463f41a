//! Where states go as they are made.

use gyrus_types::LayerActivations;
use ndarray::{Array2, ArrayView1};

use crate::Error;
use crate::architecture::Architecture;

/// Hears the state of every word, layer by layer; within a layer words come in any order.
pub trait Sink {
    /// The state of `word` of a list of windows at `layer`, `(width)`.
    ///
    /// # Errors
    /// [`Error::Sink`] if it cannot be kept.
    fn state(&mut self, list: usize, layer: usize, word: usize, state: &[f32]) -> Result<(), Error>;

    /// Every word of every list has been given at `layer`.
    ///
    /// # Errors
    /// [`Error::Sink`] if the layer cannot be kept.
    fn layer_done(&mut self, layer: usize) -> Result<(), Error> {
        let _ = layer;
        Ok(())
    }
}

/// States in memory.
pub(crate) struct Collected {
    lists: Vec<Vec<Array2<f32>>>,
}

impl Collected {
    /// Room for so many words in each list of windows.
    pub(crate) fn new(architecture: &Architecture, n_words: &[usize], unnormed: bool) -> Self {
        let n_layers = architecture.n_layers();
        let widths =
            (0..=n_layers).map(|layer| architecture.width_of(layer)).chain(unnormed.then_some(architecture.width));
        let widths: Vec<usize> = widths.collect();
        let list = |&n: &usize| widths.iter().map(|&width| Array2::zeros((n, width))).collect();
        Self { lists: n_words.iter().map(list).collect() }
    }

    /// The states of each list.
    pub(crate) fn finish(self) -> Result<Vec<LayerActivations>, Error> {
        Ok(self.lists.into_iter().map(LayerActivations::new).collect::<Result<_, _>>()?)
    }
}

impl Sink for Collected {
    fn state(&mut self, list: usize, layer: usize, word: usize, state: &[f32]) -> Result<(), Error> {
        self.lists[list][layer].row_mut(word).assign(&ArrayView1::from(state));
        Ok(())
    }
}
