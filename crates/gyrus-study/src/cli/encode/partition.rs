//! The table of how much of the variance each band explains that no other does.

use std::path::PathBuf;

use gyrus_encoding::{FoldScores, Partition};
use gyrus_study::{Table, write_table};

use super::scores::Columns;

/// A row for each layer, target, lag and band.
#[derive(Debug)]
pub struct Partitions {
    out: PathBuf,
    names: Vec<String>,
    layer: Vec<u32>,
    target: Vec<u32>,
    lag: Option<Vec<f64>>,
    band: Vec<String>,
    /// joint, controls, without, unique, shared.
    values: [Vec<f64>; 5],
}

/// The names of [`Partitions::values`] in the table.
const VALUES: [&str; 5] = ["joint_r2", "controls_r2", "without_r2", "unique_r2", "shared_r2"];

impl Partitions {
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
        let Partition { joint, controls, without, unique, shared } = Partition::of_variance(joint, controls, without);
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
