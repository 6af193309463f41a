//! What only single bands explain, on the page.

use gyrus_report::{Cell, Section, Table};

use super::{Partitions, Parts};
use crate::Error;
use crate::steps::figures::shown;

/// The section of the page.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn section(found: &Partitions) -> Result<Section, Error> {
    let penalties = if found.banded { "one penalty for each band" } else { "one penalty for all bands" };
    let group = found.group.as_str();
    let prose = format!(
        "Every layer was fitted together with bands of other features, {penalties}, on top of the controls; layers are \
         those whose joint model is best on the other folds. R² is the share of the held-out variance that is \
         explained, r the correlation: they are different scales and no column mixes them. Unique: all bands less all but \
         this one. Shared: R² of all bands less R² of the controls less every unique part. Held-out R² is no sum of \
         squares, so parts may be negative. Surprisal and entropy are each model's own from {} before the word.",
        found.window
    );
    let mut scores = Table::new(
        "Controls and all bands together, mean over targets; intervals are those of r. The last columns are R².",
        ["model", "recording", "r, all bands", "r, controls alone", "R², all bands", "R², controls", "R², shared"],
    );
    let mut unique = Table::new(
        "What only one band gives, mean over targets: in R², and as a difference of r with its 95 % jackknife interval.",
        ["model", "recording", "band", "unique R²", "unique r"],
    );
    for model in &found.models {
        let recordings = [(group, model.chosen.last()), ("single listeners", model.listeners.as_ref())];
        for (recording, parts) in recordings.into_iter().filter_map(|(name, parts)| Some((name, parts?))) {
            scores = scores.row(score_row(&model.name, recording, parts)?)?;
            for (name, band) in model.bands.iter().zip(&parts.bands) {
                unique = unique.row(vec![
                    Cell::text(&model.name),
                    Cell::text(recording),
                    Cell::text(name),
                    Cell::Number { value: band.unique_r2, digits: 3 },
                    estimate(&band.unique_r)?,
                ])?;
            }
        }
    }
    let section = Section::new("What only one kind of feature explains").prose(prose).table(scores).table(unique);
    Ok(match found.already_controls.as_slice() {
        [] => section,
        taken => section.note(format!(
            "In a band and among the controls at once: {}. Controls have no penalty and take it all, so it adds nothing to \
             its band; leave it out of `controls.words` to see what it gives.",
            taken.join(", ")
        )),
    })
}

fn score_row(model: &str, recording: &str, parts: &Parts) -> Result<Vec<Cell>, Error> {
    let number = |value: f64| Cell::Number { value, digits: 3 };
    Ok(vec![
        Cell::text(model),
        Cell::text(recording),
        estimate(&parts.joint_r)?,
        estimate(&parts.controls_r)?,
        number(parts.joint_r2),
        number(parts.controls_r2),
        number(parts.shared_r2),
    ])
}

fn estimate(estimate: &gyrus_encoding::Estimate) -> Result<Cell, Error> {
    Ok(Cell::Estimate { estimate: shown(estimate)?, digits: 3 })
}
