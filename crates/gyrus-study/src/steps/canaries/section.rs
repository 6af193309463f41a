//! The canaries on the page.

use gyrus_encoding::{Estimate, Gap};
use gyrus_report::{Cell, Section, Table};

use super::found::{Canary, Found, Kind};
use crate::Error;
use crate::steps::clock::ControlPart;
use crate::steps::figures::shown;
use crate::steps::prose::interval;

/// Name in tables.
pub fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Position => "position in the run, no stimulus",
        Kind::Controls => "controls alone",
        Kind::ControlGroup(ControlPart::Words) => "controls of words alone",
        Kind::ControlGroup(ControlPart::Sound) => "control of sound alone",
        Kind::ControlGroup(ControlPart::Own) => "controls of each listener alone",
        Kind::Twins => "untrained twins",
        Kind::ShuffledWords => "shuffled words",
        Kind::ShiftedRecording => "shifted recording",
    }
}

/// What each canary that scores when it should not says of every other number.
pub fn warnings(found: &Found, gap: Gap) -> Vec<String> {
    let rows = found.autocorrelation_rows;
    let warning = |canary: &Canary| {
        let (score, adds, beside) = (canary.score?, canary.adds, canary.beside);
        let model = canary.model.as_deref().unwrap_or_default();
        match canary.kind {
            Kind::Position if score.low > 0.0 => Some(format!(
                "Features that know where a row stands and nothing of the stimulus score {}: held-out rows leak from \
                 neighbouring training rows, and every score is too high by an unknown amount. The gap is {gap}, and the \
                 responses' autocorrelation lasts {rows} rows; a longer gap or folds of unbroken stretches are needed.",
                interval(&score)
            )),
            Kind::Position if adds.is_some_and(|adds| adds.low > 0.0) => Some(format!(
                "Features that know where a row stands and nothing of the stimulus add {} to the controls: held-out rows \
                 leak from neighbouring training rows. The gap is {gap}, and the responses' autocorrelation lasts {rows} \
                 rows.",
                adds.as_ref().map(interval)?
            )),
            Kind::ShuffledWords if beside.is_some_and(|beside| beside.high < 0.0) => Some(format!(
                "{model} predicts better from words in random order than from the story as it was told: words in order less \
                 shuffled words are {}.",
                beside.as_ref().map(interval)?
            )),
            _ => None,
        }
    };
    let shifted = |canary: &Canary| {
        let mean = canary.adds.filter(|adds| canary.kind == Kind::ShiftedRecording && adds.low > 0.0)?;
        Some(format!(
            "{} adds {} to the controls on recordings that were shifted against the story, where it should add nothing: \
             its p values hold, its score is too high.",
            canary.model.as_deref().unwrap_or_default(),
            interval(&mean)
        ))
    };
    found.canaries.iter().filter_map(|canary| warning(canary).or_else(|| shifted(canary))).collect()
}

/// One table of all canaries.
///
/// # Errors
/// An [`Error::Report`] if a number cannot be shown.
pub fn section(found: &Found, group: &str) -> Result<Section, Error> {
    let caption = "What should predict little or nothing, through the same folds, mean over places. Adds: to the controls; \
         of a group of controls, to the other groups. p by moved recordings; position has none, because moving keeps what \
         leaks. Of shifted recordings, adds is the mean over shifts, with an interval that counts rows within the \
         autocorrelation once.";
    let header = ["canary", "model", "on", "r", "adds", "p", "beside it", "should be"];
    let mut table = Table::new(caption, header);
    for canary in &found.canaries {
        let number = |estimate: Option<Estimate>| match estimate {
            Some(estimate) => Ok(Cell::Estimate { estimate: shown(&estimate)?, digits: 3 }),
            None => Ok::<_, Error>(Cell::text("")),
        };
        table = table.row(vec![
            Cell::text(name(canary.kind)),
            Cell::text(canary.model.as_deref().unwrap_or("")),
            Cell::text(if canary.single_listeners { "single listeners" } else { group }),
            number(canary.score)?,
            number(canary.adds)?,
            canary.p.map_or(Cell::text(""), Cell::PValue),
            Cell::text(beside(canary)),
            Cell::text(expected(canary.kind)),
        ])?;
    }
    Ok(Section::new("Canaries").table(table))
}

/// What stands beside a canary, in words.
fn beside(canary: &Canary) -> String {
    match (canary.kind, &canary.beside, canary.quantile) {
        (Kind::ShuffledWords, Some(difference), _) => format!("words in order score {} more", interval(difference)),
        (Kind::ShiftedRecording, Some(observed), Some(quantile)) => {
            format!("95 % of shifts below {quantile:.3}; as recorded {}", interval(observed))
        }
        _ => String::new(),
    }
}

/// What a sound analysis finds.
fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Position => "0 within its interval",
        Kind::Controls | Kind::ControlGroup(_) => "anything: what models are held against",
        Kind::Twins => "what the architecture gives without training",
        Kind::ShuffledWords => "below the words in order: what identities give without it",
        Kind::ShiftedRecording => "at or below 0",
    }
}
