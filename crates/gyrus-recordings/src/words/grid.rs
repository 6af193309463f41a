//! The labels of a tier of a TextGrid as words.

use std::path::Path;

use gyrus_types::Transcript;

use super::story::Story;
use crate::{Error, TextGrid, Tier};

/// Names that tiers of words have, if none is named.
const TIERS: [&str; 5] = ["words", "word", "Words", "Word", "ORT-MAU"];

/// Labels that are no words, if none are named; empty ones never are.
const SILENCE: [&str; 7] = ["sp", "sil", "<p:>", "<eps>", "SIL", "SP", "#"];

/// The words of the tier `tier` of the TextGrid at `path`, or of the first one that is named as tiers of words are, without
/// the labels `silence`.
pub(super) fn read_grid(path: &Path, tier: Option<&str>, silence: Option<&[String]>) -> Result<Transcript, Error> {
    let grid = TextGrid::read(path)?;
    let tier = match tier {
        Some(name) => grid.tier(name)?,
        None => likely(&grid)?,
    };
    let silent = |text: &str| match silence {
        Some(silence) => silence.iter().any(|label| label == text),
        None => SILENCE.contains(&text),
    };
    let mut story = Story::default();
    for (i, label) in tier.labels.iter().enumerate() {
        let text = label.text.trim();
        if !text.is_empty() && !silent(text) {
            let wrong = |(wrong, value)| Error::Label {
                path: path.into(),
                tier: tier.name.clone(),
                interval: i + 1,
                wrong,
                value,
            };
            story.push(text, Some(label.interval)).map_err(wrong)?;
        }
    }
    story.finish(path)
}

/// The first tier that is named as tiers of words are.
pub(super) fn likely(grid: &TextGrid) -> Result<&Tier, Error> {
    TIERS
        .iter()
        .find_map(|name| grid.tiers().iter().find(|tier| tier.name == *name))
        .map_or_else(|| grid.tier("words"), Ok)
}
