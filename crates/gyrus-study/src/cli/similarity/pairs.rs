//! Tables with one row for each pair of layers.

use gyrus_study::Table;
use ndarray::Array2;

use super::layers::Place;
use crate::cli::note;

/// Pairs (a, b) of layers, a no later than b.
#[derive(Debug)]
pub struct Pairs(Vec<(usize, usize)>);

impl Pairs {
    /// Every pair of `layers` layers once, each with itself too.
    pub fn of(layers: usize) -> Self {
        Self((0..layers).flat_map(|a| (a..layers).map(move |b| (a, b))).collect())
    }

    /// A table that says which pair a row is.
    pub fn table(&self, places: &[Place]) -> Table {
        let files = |pick: fn(&(usize, usize)) -> usize| -> Vec<String> {
            self.0.iter().map(|pair| places[pick(pair)].file.clone()).collect()
        };
        let layers = |pick: fn(&(usize, usize)) -> usize| -> Vec<u32> {
            self.0.iter().map(|pair| places[pick(pair)].layer).collect()
        };
        Table::new()
            .texts("file_a", &files(|pair| pair.0))
            .counts("layer_a", &layers(|pair| pair.0))
            .texts("file_b", &files(|pair| pair.1))
            .counts("layer_b", &layers(|pair| pair.1))
    }

    /// What `value` gives for each pair.
    pub fn map<T>(&self, value: impl Fn((usize, usize)) -> T) -> Vec<T> {
        self.0.iter().map(|pair| value(*pair)).collect()
    }

    /// The entries of a matrix.
    pub fn entries(&self, matrix: &Array2<f64>) -> Vec<f64> {
        self.map(|pair| matrix[pair])
    }
}

/// Says which layers have no value even with themselves, and `why`.
pub fn note_undefined(values: &Array2<f64>, places: &[Place], why: &str) {
    for (layer, _) in values.diag().iter().enumerate().filter(|(_, value)| value.is_nan()) {
        let Place { file, layer } = &places[layer];
        note(format!("layer {layer} (from 0) of `{file}` {why}: its similarity is undefined"));
    }
}
