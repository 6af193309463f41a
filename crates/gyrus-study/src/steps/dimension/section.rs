//! Dimensions of layers and scores at a common number of them, on the page.

use gyrus_report::{Cell, Section, Table};

use super::{Dimensions, MEASURES};
use crate::Error;
use crate::steps::clock::MEAN;
use crate::steps::figures::shown;

/// The section of the page.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn section(found: &Dimensions) -> Result<Section, Error> {
    let whence = match found.asked {
        true => "as the study asks",
        false => "the least that any trained layer needs for 95 % of what varies in it on the training rows",
    };
    let already = match found.components {
        Some(most) if most == found.matched => "; that is as many as all have already, so the scores are the same",
        _ => "",
    };
    let prose = format!(
        "Rival accounts of a score: how many dimensions a layer fills over the words of the story, by nearest neighbours \
         (TwoNN), by the participation ratio, and by the components that hold 95 % of the variance. \
         At matched dimensionality every layer is cut to {} components ({whence}{already}), fitted on training rows; scores are r \
         of controls and layer on {}.",
        found.matched,
        if found.group == MEAN { "the mean recording" } else { &found.group }
    );
    let section = Section::new("Dimensions of the layers")
        .prose(prose)
        .table(scores(found)?)
        .note(
            "Rank correlations over the layers of one model have no interval: neighbouring layers are nearly the same, and \
             there are few.",
        )
        .table(layers(found)?);
    Ok(match found.kept {
        None => section,
        Some(kept) => section.note(format!(
            "Only {kept} components of the states are kept on disk: the dimensions are of these, and a layer that fills more is told as less."
        )),
    })
}

fn scores(found: &Dimensions) -> Result<Table, Error> {
    let measures = MEASURES.iter().flat_map(|measure| [format!("{measure}, score"), format!("{measure}, matched")]);
    let header = ["model", "weights", "score", "matched score", "matched less score"].map(String::from);
    let caption = "Scores of the layers chosen on other folds, as they are and cut; then the rank correlation over layers of either score with each dimension.";
    let mut table = Table::new(caption, header.into_iter().chain(measures));
    for model in &found.models {
        let names = [Cell::text(&model.name), Cell::text(&model.variant)];
        let estimates = [&model.score, &model.matched_score, &model.difference].map(estimate).into_iter();
        let estimates: Vec<Cell> = estimates.collect::<Result<_, Error>>()?;
        let correlations = model.correlations.iter().flatten().map(|value| Cell::Number { value: *value, digits: 2 });
        table = table.row(names.into_iter().chain(estimates).chain(correlations).collect())?;
    }
    Ok(table)
}

fn layers(found: &Dimensions) -> Result<Table, Error> {
    let header =
        ["model", "weights", "layer"].into_iter().chain(MEASURES).chain(["of the analysis", "score", "matched score"]);
    let mut table = Table::new(
        "Every layer over the words of the story; components for 95 % of what the analysis reads of it, the fewest over folds; and its scores.",
        header,
    );
    for model in &found.models {
        for (layer, row) in model.layers.iter().enumerate() {
            let [neighbours, ratio, _] = row.measures();
            table = table.row(vec![
                Cell::text(&model.name),
                Cell::text(&model.variant),
                Cell::Count(layer as u64),
                Cell::Number { value: neighbours, digits: 1 },
                Cell::Number { value: ratio, digits: 1 },
                Cell::Count(row.dimension.components as u64),
                Cell::Count(row.needed as u64),
                estimate(&row.score)?,
                estimate(&row.matched)?,
            ])?;
        }
    }
    Ok(table)
}

fn estimate(estimate: &gyrus_encoding::Estimate) -> Result<Cell, Error> {
    Ok(Cell::Estimate { estimate: shown(estimate)?, digits: 3 })
}
