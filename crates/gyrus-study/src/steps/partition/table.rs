//! `partition.parquet`: a row for each model, recording, layer, target and band.

use gyrus_encoding::Estimate;

use super::{ModelPartition, Partitions, Parts};
use crate::tables::Table;

/// Who the rows of single listeners are of.
const LISTENERS: &str = "mean over listeners";

/// The columns on their way.
#[derive(Default)]
struct Columns {
    texts: [Vec<String>; 4],
    layers: Vec<Option<u32>>,
    numbers: [Vec<f64>; 8],
    unique: [Vec<f64>; 3],
}

/// The names of [`Columns::texts`] and [`Columns::numbers`].
const TEXTS: [&str; 4] = ["model", "subject", "target", "band"];
const NUMBERS: [&str; 8] =
    ["joint_r2", "controls_r2", "without_r2", "unique_r2", "shared_r2", "joint_r", "controls_r", "without_r"];

/// The table; `layer` is empty where the layer was chosen on other folds.
pub fn table(partitions: &Partitions) -> Table {
    let mut columns = Columns::default();
    let last = partitions.places.last().expect("the mean comes last");
    for model in &partitions.models {
        let layers = (0..).map(Some).zip(&model.layers).chain([(None, &model.chosen)]);
        for (layer, places) in layers {
            for (place, parts) in partitions.places.iter().zip(places) {
                columns.push(model, (&partitions.group, place), layer, parts);
            }
        }
        if let Some(parts) = &model.listeners {
            columns.push(model, (LISTENERS, last), None, parts);
        }
    }
    let table = TEXTS.iter().zip(&columns.texts).fold(Table::new(), |table, (name, column)| table.texts(name, column));
    let table = table.optional_counts("layer", &columns.layers);
    let table = NUMBERS.iter().zip(&columns.numbers).fold(table, |table, (name, column)| table.numbers(name, column));
    let names = ["unique_r", "unique_r_low", "unique_r_high"];
    names.iter().zip(&columns.unique).fold(table, |table, (name, column)| table.numbers(name, column))
}

impl Columns {
    fn push(&mut self, model: &ModelPartition, (subject, place): (&str, &str), layer: Option<u32>, parts: &Parts) {
        for (name, band) in model.bands.iter().zip(&parts.bands) {
            let row = [model.name.as_str(), subject, place, name];
            self.texts.iter_mut().zip(row).for_each(|(column, value)| column.push(value.to_owned()));
            self.layers.push(layer);
            let row = [
                parts.joint_r2,
                parts.controls_r2,
                band.without_r2,
                band.unique_r2,
                parts.shared_r2,
                parts.joint_r.value,
                parts.controls_r.value,
                band.without_r.value,
            ];
            self.numbers.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
            let Estimate { value, low, high } = band.unique_r;
            self.unique.iter_mut().zip([value, low, high]).for_each(|(column, value)| column.push(value));
        }
    }
}
