//! Whether good models are alike, on the page.

use gyrus_report::{Cell, Section, Table};

use super::{Compare, Convergences};
use crate::Error;

/// The section of the page; none without language models.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn section(found: &Convergences) -> Result<Option<Section>, Error> {
    if found.models.is_empty() {
        return Ok(None);
    }
    let section = Section::new("Are better models more alike?");
    let (Some(by_depth), Some(by_peak)) = (&found.by_depth, &found.by_peak) else {
        let models = found.models.len();
        return Ok(Some(section.prose(format!(
            "Not asked: that takes two of the best and two of the worst, and {models} language models are in this study."
        ))));
    };
    let prose = format!(
        "The {} models that need the fewest bits per character on the story against the {} that need the most: {}, from the \
         best to the worst. p: the share of ways to call as many models the best and as many the worst in which the best \
         are at least so much more alike; pairs share models, so models are assigned and not pairs. {}",
        found.best,
        found.best,
        found.models.join(", "),
        verdict(by_depth),
    );
    let caption = "Mean debiased CKA of pairs of models, layer for layer: layers at the same relative depth, or at the same \
         place between the first layer, the one that predicts the brain best, and the last.";
    let header = ["layers meet by", "within the best", "within the worst", "between them", "p", "assignments"];
    let mut table = Table::new(caption, header);
    for (name, compare) in [("depth", by_depth), ("peak for the brain", by_peak)] {
        let number = |value| Cell::Number { value, digits: 3 };
        let Compare { within_best, within_worst, between, p, assignments } = *compare;
        table = table.row(vec![
            Cell::text(name),
            number(within_best),
            number(within_worst),
            number(between),
            Cell::PValue(p),
            Cell::Count(assignments as u64),
        ])?;
    }
    Ok(Some(section.prose(prose).table(table)))
}

/// What the numbers say.
fn verdict(by_depth: &Compare) -> &'static str {
    match by_depth {
        compare if compare.p.is_nan() => "Nothing can be said: a similarity is undefined.",
        compare if compare.p <= 0.05 => "In this material the best models are more alike than the worst.",
        _ => "In this material it cannot be told that the best models are more alike than the worst.",
    }
}
