//! What responses are predicted from: the layers, one after the other, the bands beside them, and the controls.

use std::path::Path;

use anyhow::{Context, ensure};
use gyrus_encoding::{Design, Reduced};
use gyrus_study::{Error, MatrixFile};
use gyrus_types::Sampling;
use ndarray::{Array2, Axis, concatenate};

use super::bands::{BandFile, LAYER};
use super::drift::Drift;
use super::joined::Joined;
use super::lags::Lags;
use super::response_model::ResponseModel;

/// Files of features, and how their rows become those of the responses.
#[derive(Debug)]
pub struct Predictors {
    layers: MatrixFile,
    bands: Vec<(String, Joined)>,
    words: Option<Words>,
    drift: Drift,
}

/// A row per word, to be spread over the rows of the responses.
#[derive(Debug)]
pub struct Words {
    /// How.
    pub model: ResponseModel,
    /// When they were heard, in seconds.
    pub times: Vec<f64>,
    /// When the rows were sampled.
    pub sampling: Sampling,
    /// Rows of the responses.
    pub rows: usize,
}

impl Predictors {
    /// Opens the layers and bands.
    ///
    /// # Errors
    /// A file cannot be read, or two bands have one name.
    pub fn open(layers: &Path, bands: &[BandFile]) -> anyhow::Result<Self> {
        for (at, band) in bands.iter().enumerate() {
            ensure!(bands[..at].iter().all(|other| other.name != band.name), "two bands are named `{}`", band.name);
        }
        let open = |band: &BandFile| Ok((band.name.clone(), Joined::open(&band.path)?));
        let bands = bands.iter().map(open).collect::<anyhow::Result<_>>()?;
        Ok(Self { layers: MatrixFile::open(layers)?, bands, words: None, drift: Drift::default() })
    }

    /// With a row per word.
    pub fn spoken(mut self, words: Words) -> Self {
        self.words = Some(words);
        self
    }

    /// Without drift, once they are on the rows of the responses.
    pub fn without(mut self, drift: Drift) -> Self {
        self.drift = drift;
        self
    }

    /// Fails unless every file has the rows of `responses`, or as many rows as there are words.
    pub fn check_rows(&self, responses: &MatrixFile) -> Result<(), Error> {
        let other = if self.words.is_some() { &self.layers } else { responses };
        (0..self.layers.len()).try_for_each(|layer| check_rows(&self.layers, layer, other))?;
        self.bands.iter().try_for_each(|(_, band)| band.check_rows(other))
    }

    /// Rows of the first layer.
    pub fn rows(&self) -> usize {
        self.layers.shape(0).0
    }

    /// Number of layers.
    pub fn n_layers(&self) -> usize {
        self.layers.len()
    }

    /// The layer's file and name, for an error about it.
    pub fn describe(&self, layer: usize) -> String {
        format!("tensor `{}` of `{}`", self.layers.name(layer), self.layers.path().display())
    }

    /// A layer as it stands in its file, `(rows, width)`.
    ///
    /// # Errors
    /// A value is not finite.
    pub fn layer(&self, layer: usize) -> anyhow::Result<Array2<f64>> {
        Ok(self.layers.finite(layer)?)
    }

    /// The names of a layer's bands.
    pub fn names(&self) -> Vec<String> {
        std::iter::once(LAYER.to_owned()).chain(self.bands.iter().map(|(name, _)| name.clone())).collect()
    }

    /// The bands of layer `layer`, itself first, as the folds of `design` read them.
    ///
    /// # Errors
    /// A value is not finite, or the features are all constant.
    pub fn bands(&self, layer: usize, design: &Design, lags: &Lags) -> anyhow::Result<Vec<Reduced>> {
        let layer = self.reduced(self.layer(layer)?, self.describe(layer), design, lags);
        let bands = self.bands.iter().map(|(_, band)| self.reduced(band.finite()?, band.describe(), design, lags));
        std::iter::once(layer).chain(bands).collect()
    }

    fn reduced(&self, features: Array2<f64>, named: String, design: &Design, lags: &Lags) -> anyhow::Result<Reduced> {
        design.reduce(lags.kept(self.spread(features)?).view()).context(named)
    }

    /// Features of words on the rows of the responses, those of rows as they are; without drift.
    fn spread(&self, features: Array2<f64>) -> anyhow::Result<Array2<f64>> {
        let spread = match &self.words {
            Some(words) => words.model.spread(features.view(), &words.times, words.sampling, words.rows)?,
            None => features,
        };
        Ok(self.drift.removed(spread))
    }

    /// The controls: those of the file `rows`, with the rows of `responses`, and those of the file `words`, with the
    /// layers' rows and spread as they are; side by side.
    ///
    /// # Errors
    /// A file cannot be read, or has other rows, or a value is not finite.
    pub fn controls(
        &self,
        rows: Option<&Path>,
        words: Option<&Path>,
        responses: &MatrixFile,
    ) -> anyhow::Result<Option<Array2<f64>>> {
        let mut found = Vec::new();
        if let Some(path) = rows {
            let controls = Joined::open(path)?;
            controls.check_rows(responses)?;
            let finite = controls.finite().with_context(|| format!("controls of `{}`", path.display()))?;
            found.push(self.drift.removed(finite));
        }
        if let Some(path) = words {
            let controls = Joined::open(path)?;
            controls.check_rows(&self.layers)?;
            found.push(self.spread(controls.finite().with_context(|| format!("controls of `{}`", path.display()))?)?);
        }
        let views: Vec<_> = found.iter().map(Array2::view).collect();
        Ok((!views.is_empty()).then(|| concatenate(Axis(1), &views).expect("rows were compared")))
    }

    /// A layer on the rows of the responses, before any reduction, `(rows, width)`.
    ///
    /// # Errors
    /// A value is not finite.
    pub fn unreduced(&self, layer: usize, lags: &Lags) -> anyhow::Result<Array2<f64>> {
        Ok(lags.kept(self.spread(self.layer(layer)?)?))
    }
}

/// Fails unless a matrix of `file` has the rows of the first of `other`.
pub fn check_rows(file: &MatrixFile, matrix: usize, other: &MatrixFile) -> Result<(), Error> {
    let (found, expected) = (file.shape(matrix).0, other.shape(0).0);
    let (path, other) = (file.path().to_owned(), other.path().to_owned());
    if found == expected { Ok(()) } else { Err(Error::Rows { path, found, other, expected }) }
}

/// Fails unless a matrix of `file` has the rows and columns of the first of `responses`.
pub fn check_same_targets(file: &MatrixFile, matrix: usize, responses: &MatrixFile) -> anyhow::Result<()> {
    check_rows(file, matrix, responses)?;
    let (found, expected) = (file.shape(matrix).1, responses.shape(0).1);
    ensure!(
        found == expected,
        "tensor `{}` of `{}` has {found} targets, `{}` has {expected}",
        file.name(matrix),
        file.path().display(),
        responses.path().display()
    );
    Ok(())
}
