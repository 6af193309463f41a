//! Tables with one row for each pair of layers.

use gyrus_encoding::{Estimate, benjamini_hochberg, p_value};
use gyrus_similarity::CkaMatrix;
use ndarray::{Array2, Array3, Axis, s};

use crate::tables::Table;

/// Pairs (a, b) of layers, a no later than b.
#[derive(Debug)]
pub struct LayerPairs(Vec<(usize, usize)>);

impl LayerPairs {
    /// Every pair of `layers` layers once, each with itself too.
    pub fn of(layers: usize) -> Self {
        Self((0..layers).flat_map(|a| (a..layers).map(move |b| (a, b))).collect())
    }

    /// A table that says which pair a row is: `what`_a, layer_a, `what`_b, layer_b, from where each layer comes from.
    pub fn table(&self, what: &str, places: &[(String, u32)]) -> Table {
        let names = |pick: fn((usize, usize)) -> usize| self.map(|pair| places[pick(pair)].0.clone());
        let layers = |pick: fn((usize, usize)) -> usize| self.map(|pair| places[pick(pair)].1);
        Table::new()
            .texts(&format!("{what}_a"), &names(|pair| pair.0))
            .counts("layer_a", &layers(|pair| pair.0))
            .texts(&format!("{what}_b"), &names(|pair| pair.1))
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

    /// With cka_low and cka_high, the 95 % intervals of the debiased values.
    pub fn with_intervals(&self, table: Table, found: &CkaMatrix) -> Table {
        let intervals = self.map(|pair| cka_interval(found, pair));
        let bounds = |bound: fn(&Estimate) -> f64| intervals.iter().map(bound).collect::<Vec<_>>();
        table
            .numbers("cka_low", &bounds(|interval| interval.low))
            .numbers("cka_high", &bounds(|interval| interval.high))
    }

    /// With null_mean, the mean over the shifts of `null`, p, and q over all pairs of different layers.
    pub fn with_null(&self, table: Table, found: &CkaMatrix, null: &Array3<f64>) -> Table {
        let of = |(a, b): (usize, usize)| null.slice(s![.., a, b]).to_vec();
        let p = self.map(|(a, b)| if a == b { f64::NAN } else { p_value(found.debiased[[a, b]], &of((a, b))) });
        let mean = |pair| of(pair).iter().sum::<f64>() / null.len_of(Axis(0)) as f64;
        let q = benjamini_hochberg(&p);
        table.numbers("null_mean", &self.map(mean)).numbers("p", &p).numbers("q", &q)
    }
}

/// The 95 % interval of a debiased value, undefined without groups to leave out.
pub(crate) fn cka_interval(found: &CkaMatrix, pair: (usize, usize)) -> Estimate {
    let value = found.debiased[pair];
    match &found.errors {
        Some(errors) => Estimate::of_correlation(value, errors.debiased[pair], errors.without_group.len() - 1),
        None => Estimate { value, low: f64::NAN, high: f64::NAN },
    }
}
