//! The layers of a model as the analysis reads them: from states on disk, or reduced while they passed.

use std::path::PathBuf;

use gyrus_activations::{Architecture, Sink};
use gyrus_encoding::{Design, Reduced};
use gyrus_windows::WindowSpec;
use ndarray::{Array2, ArrayView1};

use crate::Error;
use crate::activation_files::{ActivationFile, ActivationWriter, into_sink};
use crate::desk::Desk;
use crate::keep::Keep;
use crate::matrix_file::MatrixFile;
use crate::reduced_file::{ReducedFile, write_reduced};
use crate::steps::clock::Clock;
use crate::steps::extraction::{Variant, activations_file};

/// The file of a model's reduced layers at one window, within the results; there is one where no states are kept.
pub fn reduced_file(model: &str, variant: Variant, window: WindowSpec) -> PathBuf {
    activations_file(model, variant, window).with_extension("reduced.safetensors")
}

/// Layers of the model or features `source`, the input of a model's first block included.
///
/// # Errors
/// A file of features that cannot be read.
pub fn n_layers(desk: &Desk, source: &str) -> Result<usize, Error> {
    match desk.study.features.iter().find(|features| features.name == source) {
        Some(features) => Ok(MatrixFile::open(&features.file)?.len()),
        None => Ok(desk.material.checkpoint(source).architecture().n_layers() + 1),
    }
}

/// Every layer of a model variant at one window.
pub enum Layers<'a> {
    /// Reduced when they are read.
    States(ActivationFile, &'a Clock, &'a Design),
    /// Reduced while they passed.
    Reduced(ReducedFile),
    /// Features of any origin.
    Given(MatrixFile, &'a Clock, &'a Design),
}

impl<'a> Layers<'a> {
    /// The layers that an earlier step left.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn open(desk: &Desk<'a>, (model, variant, window): (&str, Variant, WindowSpec)) -> Result<Self, Error> {
        if let Some(features) = desk.study.features.iter().find(|features| features.name == model) {
            return Ok(Self::Given(MatrixFile::open(&features.file)?, desk.clock, desk.design));
        }
        Ok(match desk.study.words.keep {
            Keep::None => Self::Reduced(ReducedFile::open(&desk.path(reduced_file(model, variant, window)))?),
            _ => {
                let file = ActivationFile::open(&desk.path(activations_file(model, variant, window)))?;
                Self::States(file, desk.clock, desk.design)
            }
        })
    }

    /// Number of layers, the input of the first block included.
    pub fn n_layers(&self) -> usize {
        match self {
            Self::States(file, ..) => file.n_layers(),
            Self::Reduced(file) => file.n_layers(),
            Self::Given(file, ..) => file.len(),
        }
    }

    /// The features of one layer.
    ///
    /// # Errors
    /// States that are not finite or do not fit the plan.
    pub fn layer(&self, layer: usize) -> Result<Reduced, Error> {
        match self {
            Self::States(file, clock, design) => reduce(file.layer(layer)?, clock, design),
            Self::Reduced(file) => Ok(file.layer(layer)),
            Self::Given(file, clock, design) => reduce(file.matrix(layer).mapv(|value| value as f32), clock, design),
        }
    }
}

impl Layers<'_> {
    /// The features of one layer as they are before any reduction, `(rows, width)`; nothing where they were reduced while
    /// they passed.
    ///
    /// # Errors
    /// States that are not finite, or cannot be placed on the rows.
    pub fn unreduced(&self, layer: usize) -> Result<Option<Array2<f64>>, Error> {
        match self {
            Self::States(file, clock, _) => clock.features(file.layer(layer)?.view()).map(Some),
            Self::Reduced(_) => Ok(None),
            Self::Given(file, clock, _) => {
                clock.features(file.matrix(layer).mapv(|value| value as f32).view()).map(Some)
            }
        }
    }
}

/// States of words, `(words, width)`, as the analysis reads them.
fn reduce(states: Array2<f32>, clock: &Clock, design: &Design) -> Result<Reduced, Error> {
    Ok(design.reduce(clock.features(states.view())?.view())?)
}

/// Components of the main window's states that stay for comparisons of models where no states are kept.
pub const COMPARED: usize = 100;

/// Reduces every layer as it passes, and forgets its states.
pub struct Reducer<'a> {
    clock: &'a Clock,
    design: &'a Design,
    /// Width of every layer.
    widths: Vec<usize>,
    /// File, and number of words, of each list of windows.
    lists: Vec<(PathBuf, usize)>,
    /// The layer that is passing, for each list `(words, width)`.
    passing: Vec<Array2<f32>>,
    /// For each list, the layers that have passed.
    passed: Vec<Vec<Reduced>>,
    /// The list that is compared with other models' too, and its components.
    compared: Option<(usize, ActivationWriter)>,
}

impl<'a> Reducer<'a> {
    /// Waits for the layers of `architecture`; each of `lists` is a path and a number of words.
    pub fn new(
        architecture: &Architecture,
        lists: Vec<(PathBuf, usize)>,
        clock: &'a Clock,
        design: &'a Design,
        compared: Option<(usize, ActivationWriter)>,
    ) -> Self {
        let widths = (0..=architecture.n_layers()).map(|layer| architecture.width_of(layer)).collect();
        let passed = lists.iter().map(|_| Vec::new()).collect();
        Self { clock, design, widths, lists, passing: Vec::new(), passed, compared }
    }

    /// Writes what was made of the layers, and gives the largest share of a layer's variance that comparisons miss.
    ///
    /// # Errors
    /// [`Error::Write`] naming the file.
    pub fn finish(self) -> Result<Option<f64>, Error> {
        for ((path, _), layers) in self.lists.iter().zip(self.passed) {
            write_reduced(path, &layers)?;
        }
        let Some((_, writer)) = self.compared else { return Ok(None) };
        let loss = writer.largest_loss();
        writer.finish()?;
        Ok(Some(loss))
    }
}

impl Sink for Reducer<'_> {
    fn state(&mut self, list: usize, layer: usize, word: usize, state: &[f32]) -> Result<(), gyrus_activations::Error> {
        if self.passing.is_empty() {
            self.passing =
                self.lists.iter().map(|(_, n_words)| Array2::zeros((*n_words, self.widths[layer]))).collect();
        }
        self.passing[list].row_mut(word).assign(&ArrayView1::from(state));
        match &mut self.compared {
            Some((compared, writer)) if *compared == list => writer.state(0, layer, word, state),
            _ => Ok(()),
        }
    }

    fn layer_done(&mut self, layer: usize) -> Result<(), gyrus_activations::Error> {
        if let Some((_, writer)) = &mut self.compared {
            writer.layer_done(layer)?;
        }
        for (passed, states) in self.passed.iter_mut().zip(std::mem::take(&mut self.passing)) {
            passed.push(reduce(states, self.clock, self.design).map_err(into_sink)?);
        }
        Ok(())
    }
}
