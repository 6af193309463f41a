//! `ceilings.parquet`: a row for each ceiling, model and target.

use gyrus_encoding::Estimate;

use super::Ceilings;
use crate::tables::Table;

/// The table; it has no rows where there is no ceiling.
pub fn table(ceilings: &Ceilings) -> Table {
    let (mut texts, mut estimates): ([Vec<String>; 5], [Vec<Estimate>; 3]) = Default::default();
    for found in &ceilings.found {
        for model in &found.models {
            for (target, name) in found.targets.iter().enumerate() {
                let row = [&model.name, &found.subject, name, &found.estimator, &found.unit];
                texts.iter_mut().zip(row).for_each(|(column, value)| column.push(value.clone()));
                let row = [found.ceilings[target], model.scores[target], model.normalised[target]];
                estimates.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
            }
        }
    }
    let names = ["model", "subject", "target", "estimator", "unit"];
    let table = names.iter().zip(&texts).fold(Table::new(), |table, (name, column)| table.texts(name, column));
    let names = ["ceiling", "r", "normalised"];
    names.iter().zip(&estimates).fold(table, |table, (name, column)| {
        let of = |pick: fn(&Estimate) -> f64| column.iter().map(pick).collect::<Vec<_>>();
        table
            .numbers(name, &of(|estimate| estimate.value))
            .numbers(&format!("{name}_low"), &of(|estimate| estimate.low))
            .numbers(&format!("{name}_high"), &of(|estimate| estimate.high))
    })
}
