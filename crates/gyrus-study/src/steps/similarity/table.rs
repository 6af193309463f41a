//! The tables of the step.

use gyrus_similarity::{CkaMatrix, LayerMap};
use ndarray::Array3;

use super::Similarity;
use super::sources::Compared;
use crate::layer_pairs::LayerPairs;
use crate::tables::Table;

/// One row per pair of layers, each pair once.
pub fn pairs(models: &[Compared], cka: &CkaMatrix, null: &Array3<f64>) -> Table {
    let labels = labels(models);
    let pairs = LayerPairs::of(labels.len());
    let table = pairs.table("model", &labels);
    let table = table.numbers("cka", &pairs.entries(&cka.debiased)).numbers("cka_biased", &pairs.entries(&cka.biased));
    pairs.with_null(pairs.with_intervals(table, cka), cka, null)
}

/// One row per layer and other model: its most alike layer there.
pub fn matches(found: &Similarity) -> Table {
    let (mut names, mut others) = (Vec::new(), Vec::new());
    let (mut layers, mut best, mut similarity) = (Vec::new(), Vec::new(), Vec::new());
    for pair in &found.pairs {
        let [a, b] = pair.models.map(|model| found.models[model].label());
        for ((from, to), matches) in [(&a, &b), (&b, &a)].into_iter().zip(&pair.matches) {
            for (layer, (other, value)) in matches.best.iter().zip(&matches.similarity).enumerate() {
                names.push(from.clone());
                others.push(to.clone());
                layers.push(layer as u32);
                best.push(other.map(|layer| layer as u32));
                similarity.push(value.unwrap_or(f64::NAN));
            }
        }
    }
    Table::new()
        .texts("model", &names)
        .counts("layer", &layers)
        .texts("other", &others)
        .optional_counts("other_layer", &best)
        .numbers("cka", &similarity)
}

/// One row per layer: where it lies on the map.
pub fn map(models: &[Compared], map: &LayerMap) -> Table {
    let (names, layers): (Vec<String>, Vec<u32>) = labels(models).into_iter().unzip();
    Table::new()
        .texts("model", &names)
        .counts("layer", &layers)
        .numbers("x", &map.points.column(0).to_vec())
        .numbers("y", &map.points.column(1).to_vec())
}

/// The model and the layer of each row of the matrix.
fn labels(models: &[Compared]) -> Vec<(String, u32)> {
    models.iter().flat_map(|model| (0..model.layers).map(move |layer| (model.label(), layer as u32))).collect()
}
