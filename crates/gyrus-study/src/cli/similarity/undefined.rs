//! What the user is told of layers without a value.

use ndarray::Array2;

use super::layers::Place;
use crate::cli::note;

/// Says which layers have no value even with themselves, and `why`.
pub fn note_undefined(values: &Array2<f64>, places: &[Place], why: &str) {
    for (layer, _) in values.diag().iter().enumerate().filter(|(_, value)| value.is_nan()) {
        let Place { file, layer } = &places[layer];
        note(format!("layer {layer} (from 0) of `{file}` {why}: its similarity is undefined"));
    }
}
