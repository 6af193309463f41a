//! Benchmarks on the page.

use gyrus_report::{Cell, Section, Table};

use super::{BenchmarkScore, mean};
use crate::Error;

/// The section of the page; none without benchmarks.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn section(found: &[BenchmarkScore]) -> Result<Option<Section>, Error> {
    if found.is_empty() {
        return Ok(None);
    }
    let (mut tasks, mut models): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for score in found {
        if !tasks.contains(&score.task.as_str()) {
            tasks.push(&score.task);
        }
        if !models.contains(&score.model.as_str()) {
            models.push(&score.model);
        }
    }
    let header = ["model"].into_iter().chain(tasks.iter().copied()).chain(["mean"]);
    let caption =
        "Share of items that is right, and its standard error; the score that counts in each task, without examples.";
    let mut table = Table::new(caption, header);
    for model in models {
        let cell = |task: &&str| {
            let score = found.iter().find(|score| score.model == model && score.task == *task);
            score.map_or(Cell::text("not scored"), |score| Cell::text(said(score)))
        };
        let mean = Cell::Number { value: mean(found, model).unwrap_or(f64::NAN), digits: 3 };
        table = table.row([Cell::text(model)].into_iter().chain(tasks.iter().map(cell)).chain([mean]).collect())?;
    }
    let measured: Vec<String> = tasks.iter().filter_map(|task| source(found, task)).collect();
    Ok(Some(Section::new("Benchmarks").prose(measured.join(" ")).table(table)))
}

fn said(score: &BenchmarkScore) -> String {
    match score.stderr.is_nan() {
        true => format!("{:.3}", score.value),
        false => format!("{:.3} ± {:.3}", score.value, score.stderr),
    }
}

/// What a task's scores are.
fn source(found: &[BenchmarkScore], task: &str) -> Option<String> {
    let of: Vec<&BenchmarkScore> = found.iter().filter(|score| score.task == task).collect();
    let first = of.first()?;
    let cut = of.iter().map(|score| score.truncated).max().unwrap_or(0);
    let cut = if cut > 0 { format!(", at most {cut} of them cut to a model's limit") } else { String::new() };
    Some(match (first.n, &first.source) {
        (Some(n), _) => format!("{task}: {} over {n} items or pairs{cut}.", first.metric),
        (None, source) => format!("{task}: published ({}).", source.as_deref().unwrap_or("?")),
    })
}
