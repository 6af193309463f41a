//! What the report says of other listeners.

use gyrus_report::{Cell, Section, Table};

use super::Generalisation;
use crate::Error;
use crate::steps::sections::estimate;

/// The section, if there is something to say.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn section(found: &Generalisation) -> Result<Option<Section>, Error> {
    if found.models.is_empty() {
        return Ok(None);
    }
    let mut table = Table::new(
        "r on held-out rows of each listener, layers chosen on other folds, mean over listeners and regions; \
         intervals take listeners for a sample.",
        ["model", "weights of the others", "own weights", "difference", "others' weights, over the controls"],
    );
    for model in &found.models {
        let numbers = [&model.across, &model.within, &model.difference, &model.over_controls];
        let cells = numbers.into_iter().map(estimate).collect::<Result<Vec<_>, _>>()?;
        table = table.row([Cell::text(&model.model)].into_iter().chain(cells).collect())?;
    }
    let prose = "Weights were fitted to the mean of the other listeners' responses, on training rows alone: \
                 neither the listener nor the rows were seen. Controls are those that all listeners share. \
                 The others' mean has less noise than one listener's recording, so weights learnt from it can be better \
                 than a listener's own.";
    Ok(Some(Section::new("Other listeners").prose(prose).table(table)))
}
