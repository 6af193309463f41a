//! `generalisation.parquet`: a row for each model, layer, listener, target and fold.

use ndarray::Array2;

use super::Fit;
use crate::steps::clock::Panel;
use crate::tables::Table;

/// The rows of the table.
#[derive(Default)]
pub struct Rows {
    /// Model, listener, target.
    texts: [Vec<String>; 3],
    /// Layer, fold.
    counts: [Vec<u32>; 2],
    /// r across, r within.
    numbers: [Vec<f64>; 2],
}

impl Rows {
    /// Adds every layer of a model.
    pub(super) fn push(&mut self, model: &str, layers: &[Fit], panels: &[Panel]) {
        let names: Vec<[&str; 2]> =
            panels.iter().flat_map(|panel| panel.targets.iter().map(|target| [panel.name.as_str(), target])).collect();
        for (layer, fit) in layers.iter().enumerate() {
            let (across, within): (Array2<f64>, Array2<f64>) = (fit.across.0.r(), fit.within.0.r());
            for ((fold, column), across) in across.indexed_iter() {
                let [listener, target] = names[column];
                self.texts.iter_mut().zip([model, listener, target]).for_each(|(all, text)| all.push(text.to_owned()));
                self.counts.iter_mut().zip([layer, fold]).for_each(|(all, count)| all.push(count as u32));
                self.numbers.iter_mut().zip([*across, within[[fold, column]]]).for_each(|(all, r)| all.push(r));
            }
        }
    }

    /// The table.
    pub fn table(&self) -> Table {
        let names = ["model", "subject", "target"].into_iter().zip(&self.texts);
        let table = names.fold(Table::new(), |table, (name, values)| table.texts(name, values));
        let table = table.counts("layer", &self.counts[0]).counts("fold", &self.counts[1]);
        table.numbers("r_across", &self.numbers[0]).numbers("r_within", &self.numbers[1])
    }
}
