//! The tables of the step.

use gyrus_encoding::{Estimate, benjamini_hochberg, p_value};
use gyrus_similarity::{CkaMatrix, LayerMap};
use ndarray::{Array2, Array3, Axis, s};

use super::Similarity;
use super::sources::Compared;
use crate::tables::Table;

/// One row per pair of layers, each pair once.
pub fn pairs(models: &[Compared], cka: &CkaMatrix, null: &Array3<f64>) -> Table {
    let labels = labels(models);
    let pairs: Vec<(usize, usize)> = (0..labels.len()).flat_map(|a| (a..labels.len()).map(move |b| (a, b))).collect();
    let names = |pick: fn(&(usize, usize)) -> usize| -> Vec<String> {
        pairs.iter().map(|pair| labels[pick(pair)].0.clone()).collect()
    };
    let layers =
        |pick: fn(&(usize, usize)) -> usize| -> Vec<u32> { pairs.iter().map(|pair| labels[pick(pair)].1).collect() };
    let values = |matrix: &Array2<f64>| -> Vec<f64> { pairs.iter().map(|pair| matrix[*pair]).collect() };
    let moved = |(a, b): &(usize, usize)| null.slice(s![.., *a, *b]).to_vec();
    let p =
        |pair: &(usize, usize)| if pair.0 == pair.1 { f64::NAN } else { p_value(cka.debiased[*pair], &moved(pair)) };
    let p: Vec<f64> = pairs.iter().map(p).collect();
    let intervals: Vec<Estimate> = pairs.iter().map(|pair| interval(cka, *pair)).collect();
    let mean = |pair: &(usize, usize)| moved(pair).iter().sum::<f64>() / null.len_of(Axis(0)) as f64;
    Table::new()
        .texts("model_a", &names(|pair| pair.0))
        .counts("layer_a", &layers(|pair| pair.0))
        .texts("model_b", &names(|pair| pair.1))
        .counts("layer_b", &layers(|pair| pair.1))
        .numbers("cka", &values(&cka.debiased))
        .numbers("cka_biased", &values(&cka.biased))
        .numbers("cka_low", &intervals.iter().map(|interval| interval.low).collect::<Vec<_>>())
        .numbers("cka_high", &intervals.iter().map(|interval| interval.high).collect::<Vec<_>>())
        .numbers("null_mean", &pairs.iter().map(mean).collect::<Vec<_>>())
        .numbers("q", &benjamini_hochberg(&p))
        .numbers("p", &p)
}

/// The 95 % interval of a debiased value, undefined without groups.
fn interval(cka: &CkaMatrix, pair: (usize, usize)) -> Estimate {
    let value = cka.debiased[pair];
    match &cka.errors {
        Some(errors) => Estimate::of_correlation(value, errors.debiased[pair], errors.without_group.len() - 1),
        None => Estimate { value, low: f64::NAN, high: f64::NAN },
    }
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
