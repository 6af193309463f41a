//! Scores beside what the recordings allow, on the page.

use gyrus_report::{Cell, Section, Table};

use super::{Ceilings, Found, Normalised};
use crate::Error;
use crate::steps::figures::shown;

/// Targets that are shown one by one; of more only the mean is shown, and the table has them all.
const SHOWN: usize = 12;

/// The section of the page.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn section(ceilings: &Ceilings) -> Result<Section, Error> {
    let section = Section::new("Scores and ceilings");
    if ceilings.found.is_empty() {
        return Ok(section.prose(
            "There is no ceiling: everything was heard once by each listener, and no two listeners share their targets, so \
             that signal cannot be told from noise. No score is divided by anything.",
        ));
    }
    let kinds: Vec<String> =
        ceilings.found.iter().map(|found| format!("{}: {}, {}", found.subject, found.estimator, found.unit)).collect();
    let prose = format!(
        "Scores of the chosen layers, as they are and divided by the ceiling of their own unit ({}). Nothing is clamped: a \
         leave-one-out ceiling is a yardstick that may be exceeded, because the other listeners are few and a listener's \
         own controls predict what nobody shares. What listeners share besides the stimulus counts as signal.",
        kinds.join("; ")
    );
    let caption = "r at the chosen layers, its ceiling, and r / ceiling. The interval of r / ceiling is that of r, divided: what is not known of the ceiling is in the ceiling's own interval.";
    let header = ["model", "scores of", "target", "r", "ceiling", "r / ceiling"];
    let mut table = Table::new(caption, header);
    for found in &ceilings.found {
        for model in &found.models {
            table = rows(table, found, model)?;
        }
    }
    Ok(section.prose(prose).table(table))
}

fn rows(mut table: Table, found: &Found, model: &Normalised) -> Result<Table, Error> {
    let first = || [Cell::text(&model.name), Cell::text(&found.subject)].into_iter();
    if found.targets.len() <= SHOWN {
        for (target, name) in found.targets.iter().enumerate() {
            let numbers = [model.scores[target], found.ceilings[target], model.normalised[target]];
            let cells = numbers.iter().map(|number| Ok(Cell::Estimate { estimate: shown(number)?, digits: 3 }));
            let cells: Vec<Cell> = cells.collect::<Result<_, Error>>()?;
            table = table.row(first().chain([Cell::text(name)]).chain(cells).collect())?;
        }
    }
    let number = |value: f64| Cell::Number { value, digits: 3 };
    let mean = match model.without_ceiling {
        0 => "mean over targets".to_owned(),
        n => format!("mean over targets ({n} of {} without a ceiling)", found.targets.len()),
    };
    let cells = [Cell::text(mean), number(model.mean_score), Cell::text(""), number(model.mean_normalised)];
    Ok(table.row(first().chain(cells).collect())?)
}
