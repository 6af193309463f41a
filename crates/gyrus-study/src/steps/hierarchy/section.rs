//! Hierarchy alignment on the page.

use gyrus_encoding::Estimate;
use gyrus_report::{Cell, Section, Table};

use super::{Found, ModelHierarchy};
use crate::Error;
use crate::hierarchy::Alignment;
use crate::steps::figures::shown;

/// Fewest patients that an alignment is shown of without a warning.
const FEW: usize = 3;

/// What the reader must know first: claims about patients in general need patients.
pub fn warnings(found: &Found) -> Option<String> {
    let patients = found.patients.len();
    (!found.models.is_empty() && patients < FEW).then(|| {
        format!(
            "Distances from auditory cortex are known in {patients} of the patients that hierarchy alignment needs, \
             {FEW} at least: nothing is shown for patients in general."
        )
    })
}

/// The alignment of every model.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn section(found: &Found) -> Result<Section, Error> {
    let section = Section::new("Hierarchy");
    if found.models.is_empty() {
        return Ok(section.prose("No distances known: the recordings name no target's distance from auditory cortex."));
    }
    let targets = found.models.first().map_or(0, |model| model.targets.len());
    let left_out = match found.without_distance {
        0 => String::new(),
        n => format!(" {n} more targets have no distance and are in no number here."),
    };
    let prose = format!(
        "Whether the {targets} targets of {} patients that lie farther from auditory cortex follow deeper layers. \
         Depth runs from 0, the first layer, to 1, the last. Targets are not selected: a target that follows no layer \
         has a peak all the same.{left_out} Every target's peak and centre of mass stand in `hierarchy.parquet`.",
        found.patients.len(),
    );
    Ok(section.prose(prose).table(alignments(found)?).table(patients(found)?).table(reliabilities(found)?))
}

fn alignments(found: &Found) -> Result<Table, Error> {
    let caption = "Depth against distance. Pooled: rank correlation and slope (depth per mm) over all targets, with 95 % \
         intervals over draws of patients and of their targets. Mixed: slope of a linear mixed model with an intercept \
         and a slope of each patient's own, t with patients less one degrees of freedom. Permuted: distances change \
         places within patients, two-sided.";
    let header = ["model", "depth", "pooled rank correlation", "pooled slope", "mixed slope", "p (t)", "p (permuted)"];
    let mut table = Table::new(caption, header);
    for (model, depth, alignment) in rows(found) {
        let (mixed, p) = match &alignment.mixed {
            Some(mixed) => (estimate(&mixed.slope, 4)?, Cell::PValue(mixed.p)),
            None => (Cell::text(format!("none: {}", alignment.refused.as_deref().unwrap_or("?"))), Cell::text("")),
        };
        table = table.row(vec![
            Cell::text(&model.model),
            Cell::text(depth),
            estimate(&alignment.rank.estimate, 3)?,
            estimate(&alignment.slope.estimate, 4)?,
            mixed,
            p,
            Cell::PValue(alignment.permuted.p),
        ])?;
    }
    Ok(table)
}

fn patients(found: &Found) -> Result<Table, Error> {
    let header = ["model", "depth", "patient", "targets", "rank correlation", "r", "slope"];
    let mut table = Table::new("The same patient by patient; slope in depth per mm.", header);
    for (model, depth, alignment) in rows(found) {
        for (patient, one) in &alignment.by_patient {
            let number = |value, digits| Cell::Number { value, digits };
            table = table.row(vec![
                Cell::text(&model.model),
                Cell::text(depth),
                Cell::text(patient),
                Cell::Count(one.electrodes as u64),
                number(one.spearman, 3),
                number(one.pearson, 3),
                number(one.slope, 4),
            ])?;
        }
    }
    Ok(table)
}

fn reliabilities(found: &Found) -> Result<Table, Error> {
    let caption = "Reliability of the map of peak layers: rank correlation over targets between the odd and the even folds, \
         and what it would be for all folds (Spearman and Brown). A map that does not come back is noise.";
    let mut table = Table::new(caption, ["model", "targets", "half", "whole"]);
    for model in &found.models {
        let (half, whole) = (model.reliability.half, model.reliability.whole);
        table = table.row(vec![
            Cell::text(&model.model),
            Cell::Count(model.reliability.targets as u64),
            Cell::Number { value: half, digits: 3 },
            Cell::Number { value: whole, digits: 3 },
        ])?;
    }
    Ok(table)
}

/// Every model by its peaks, then by its centres of mass.
fn rows(found: &Found) -> impl Iterator<Item = (&ModelHierarchy, &'static str, &Alignment)> {
    found.models.iter().flat_map(|m| [(m, "peak layer", &m.peaks), (m, "centre of mass", &m.centres)])
}

fn estimate(estimate: &Estimate, digits: usize) -> Result<Cell, Error> {
    Ok(Cell::Estimate { estimate: shown(estimate)?, digits })
}
