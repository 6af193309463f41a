//! `canaries.parquet`: one row per canary.

use gyrus_encoding::Estimate;

use super::found::{Canary, Found};
use super::section::name;
use crate::tables::Table;

/// Every canary with its numbers; NaN where it has none.
pub fn canaries(found: &Found) -> Table {
    let rows = &found.canaries;
    let texts = |pick: &dyn Fn(&Canary) -> String| rows.iter().map(pick).collect::<Vec<_>>();
    let numbers = |pick: &dyn Fn(&Canary) -> f64| rows.iter().map(pick).collect::<Vec<_>>();
    let estimate = |table: Table, column: &str, pick: &dyn Fn(&Canary) -> Option<Estimate>| {
        let side = |side: fn(Estimate) -> f64| numbers(&|row| pick(row).map_or(f64::NAN, side));
        table
            .numbers(column, &side(|e| e.value))
            .numbers(&format!("{column}_low"), &side(|e| e.low))
            .numbers(&format!("{column}_high"), &side(|e| e.high))
    };
    let table = Table::new()
        .texts("canary", &texts(&|row| name(row.kind).to_owned()))
        .texts("model", &texts(&|row| row.model.clone().unwrap_or_default()))
        .texts("on", &texts(&|row| if row.single_listeners { "single listeners" } else { "group" }.to_owned()));
    let table = estimate(table, "r", &|row| row.score);
    let table = estimate(table, "adds", &|row| row.adds).numbers("p", &numbers(&|row| row.p.unwrap_or(f64::NAN)));
    estimate(table, "beside", &|row| row.beside)
        .numbers("null_quantile", &numbers(&|row| row.quantile.unwrap_or(f64::NAN)))
}
