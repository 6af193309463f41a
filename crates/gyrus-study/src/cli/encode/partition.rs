//! How much of the variance each band explains that no other does.
//!
//! With R^2 on held-out rows, averaged over folds: unique_b = R^2(all bands) - R^2(all but b), and what is shared is
//! R^2(all bands) - R^2(controls alone) - sum_b unique_b. Either may be negative: held-out R^2 is no sum of squares.

use std::path::PathBuf;

use gyrus_encoding::FoldScores;
use gyrus_study::{Table, write_table};
use ndarray::{Array1, Axis};

use super::scores::Columns;

/// A row for each layer, target, lag and band.
#[derive(Debug)]
pub struct Partition {
    out: PathBuf,
    names: Vec<String>,
    layer: Vec<u32>,
    target: Vec<u32>,
    lag: Option<Vec<f64>>,
    band: Vec<String>,
    /// joint, controls, without, unique, shared.
    values: [Vec<f64>; 5],
}

/// The names of [`Partition::values`] in the table.
const VALUES: [&str; 5] = ["joint_r2", "controls_r2", "without_r2", "unique_r2", "shared_r2"];

impl Partition {
    /// An empty table of the bands `names`, with lags where `lagged`.
    pub fn new(out: PathBuf, names: Vec<String>, lagged: bool) -> Self {
        let (layer, target, band) = (Vec::new(), Vec::new(), Vec::new());
        Self { out, names, layer, target, lag: lagged.then(Vec::new), band, values: Default::default() }
    }

    /// Adds some columns of a layer: the joint model, the controls if there are any, and the models without each band.
    pub fn push(
        &mut self,
        layer: usize,
        columns: Columns,
        joint: &FoldScores,
        controls: Option<&FoldScores>,
        without: &[FoldScores],
    ) {
        let joint = r2(joint);
        let controls = controls.map_or_else(|| Array1::zeros(joint.len()), r2);
        let without: Vec<Array1<f64>> = without.iter().map(r2).collect();
        let unique: Vec<Array1<f64>> = without.iter().map(|without| &joint - without).collect();
        let shared = unique.iter().fold(&joint - &controls, |shared, unique| shared - unique);
        for column in 0..joint.len() {
            for (band, name) in self.names.iter().enumerate() {
                self.layer.push(layer as u32);
                self.target.push(columns.target(column) as u32);
                if let Some(lags) = &mut self.lag {
                    lags.push(columns.lags[columns.lag(column)]);
                }
                self.band.push(name.clone());
                let row = [&joint, &controls, &without[band], &unique[band], &shared];
                self.values.iter_mut().zip(row).for_each(|(values, value)| values.push(value[column]));
            }
        }
    }

    /// Writes the table.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self) -> Result<(), gyrus_study::Error> {
        let mut table = Table::new().counts("layer", &self.layer).counts("target", &self.target);
        if let Some(lags) = &self.lag {
            table = table.numbers("lag", lags);
        }
        let table = table.texts("band", &self.band);
        let table = VALUES.iter().zip(&self.values).fold(table, |table, (name, values)| table.numbers(name, values));
        write_table(&self.out, table)
    }
}

/// R^2 of each column, the mean over folds.
fn r2(scores: &FoldScores) -> Array1<f64> {
    scores.r2().mean_axis(Axis(0)).expect("at least two folds")
}
