//! The findings of the quick study, as the tour shows them.

use std::fmt::Write;
use std::fs::{self, File};
use std::path::Path;
use std::{env, error};

use polars::prelude::{DataFrame, ParquetReader, SerReader};

use crate::Outcome;
use crate::page::{root, writing};
use crate::shown::alike;

/// Names the results folder of the quick study, counted from the checkout.
const RESULTS: &str = "GYRUS_GUIDE_RESULTS";

const BEGIN: &str = "<!-- begin models.parquet -->\n";
const END: &str = "<!-- end models.parquet -->";

/// Figures that the tour shows.
const FIGURES: [&str; 2] = ["contributions.svg", "truth-hierarchy.svg"];

/// The table of `page` is that of the results, or is written anew with the figures.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub fn check(page: &str) -> Outcome {
    let Some(results) = env::var_os(RESULTS) else {
        eprintln!("skipped: {RESULTS} names no results of the quick study");
        return Ok(());
    };
    let (results, path) = (root().join(results), root().join(page));
    let (table, text) = (table(&results)?, fs::read_to_string(&path)?);
    let (before, rest) = text.split_once(BEGIN).ok_or("the page has no place for the findings")?;
    let (shown, after) = rest.split_once(END).ok_or("the place for the findings has no end")?;
    if !writing() {
        assert!(alike(shown, &table), "the page shows\n{shown}\nthe results say\n{table}");
        return Ok(());
    }
    for figure in FIGURES {
        fs::copy(results.join("figures").join(figure), root().join("docs/guide/figures").join(figure))?;
    }
    Ok(fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}"))?)
}

fn table(results: &Path) -> Result<String, Box<dyn error::Error>> {
    let models = ParquetReader::new(File::open(results.join("models.parquet"))?).finish()?;
    let mut text = String::from("| model | r | over controls | over untrained twin |\n|---|---|---|---|\n");
    for (row, name) in models.column("model")?.str()?.iter().enumerate() {
        let cells = ["score", "over_controls", "over_twin"].map(|value| cell(&models, value, row));
        let [score, controls, twin] = [&cells[0], &cells[1], &cells[2]].map(|cell| cell.as_deref().unwrap_or(""));
        writeln!(text, "| {} | {score} | {controls} | {twin} |", name.unwrap_or_default())?;
    }
    Ok(text)
}

/// A value with its interval; nothing if it is undefined.
fn cell(models: &DataFrame, value: &str, row: usize) -> Option<String> {
    let number = |column: String| models.column(&column).ok()?.f64().ok()?.get(row).filter(|number| number.is_finite());
    let [middle, low, high] = ["", "_low", "_high"].map(|end| number(format!("{value}{end}")));
    Some(format!("{:.3} [{:.3}, {:.3}]", middle?, low?, high?))
}
