//! What the report says of effects too small to be found.

use gyrus_encoding::DETECTED;
use gyrus_report::{Cell, Section, Table};

use super::{Detectable, ModelPower};
use crate::Error;

/// The section, if there is something to say.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn section(found: &Detectable) -> Result<Option<Section>, Error> {
    if found.models.is_empty() {
        return Ok(None);
    }
    let mut table = Table::new(
        format!(
            "The smallest true correlation beyond the controls that is found {:.0} times in 100 in the mean over regions, \
             and the gain of r that it gives.",
            100.0 * DETECTED
        ),
        ["model", "layer", "smallest effect", "95 % interval", "gain of r"],
    );
    for model in &found.models {
        let row = [
            Cell::text(&model.model),
            Cell::Count(model.layer as u64),
            Cell::text(effect(model, found.largest)),
            Cell::text(interval(model, found.largest)),
            Cell::Number { value: model.gain.unwrap_or(f64::NAN), digits: 3 },
        ];
        table = table.row(row.to_vec())?;
    }
    let prose = "The layer's features, with random weights, were planted in the recording turned around its run, which has \
                 its own noise and no tie to the story; each such recording was analysed as the real one. \
                 A gain smaller than that of the table would probably have been missed, so that not finding one is no sign \
                 that there is none.";
    Ok(Some(Section::new("What could have been found").prose(prose).table(table)))
}

fn effect(model: &ModelPower, largest: f64) -> String {
    model.smallest.map_or(format!("above {largest}"), |effect| format!("{effect:.3}"))
}

fn interval(model: &ModelPower, largest: f64) -> String {
    let bound = |value: Option<f64>| value.map_or(format!("above {largest}"), |value| format!("{value:.3}"));
    format!("{} to {}", bound(model.low), bound(model.high))
}
