//! The forms in which words come, and the one door to all of them.

use std::fs;
use std::path::Path;

use gyrus_types::Transcript;
use serde::{Deserialize, Serialize};

use super::ctm::read_ctm;
use super::dictionary::read_dictionaries;
use super::gentle::read_gentle;
use super::grid::read_grid;
use super::natural_stories::read_natural_stories;
use super::table::{WordTable, read_table};
use super::units::check_times;
use crate::{Error, bids};

/// A form in which words and their times come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WordFormat {
    /// A table with a header, separated by tabs or commas, or Parquet.
    Table(WordTable),
    /// Events of a BIDS recording, with words in the column of this name, `onset` and `duration`.
    Events(String),
    /// Events whose column `trial_type` holds dictionaries of Python (MEG-MASC).
    Dictionaries,
    /// CTM; of several recordings, the one with this file and channel (with a space between).
    Ctm(Option<String>),
    /// A TextGrid.
    TextGrid {
        /// The tier of the words; the first that is named as such tiers are, if none is named.
        tier: Option<String>,
        /// Labels that are no words; the usual ones if none are named. Empty ones never are.
        silence: Option<Vec<String>>,
    },
    /// `align.csv` of the aligner Gentle, without a header.
    Gentle,
    /// `words.tsv` of Natural Stories, without times; of several stories, the one with this number.
    NaturalStories(Option<String>),
}

impl WordFormat {
    /// The form that a file of this name has, if nothing else is known: by extension, and for tables by name
    /// (`*_events.tsv` with the column `word`, `align.csv`). Natural Stories and dictionaries must be asked for.
    pub fn of(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let ends = |ending: &str| name.ends_with(ending);
        match () {
            () if ends(".ctm") => Self::Ctm(None),
            () if ends(".textgrid") => Self::TextGrid { tier: None, silence: None },
            () if ends("_events.tsv") => Self::Events("word".into()),
            () if name == "align.csv" => Self::Gentle,
            () => Self::Table(WordTable::default()),
        }
    }
}

/// The words of the file `path` in order, their text joined by single spaces; in the form that its name says
/// ([`WordFormat::of`]) unless another is given.
///
/// # Errors
/// [`Error::Read`] and [`Error::Encoding`]; [`Error::Row`], [`Error::Line`], [`Error::TextGrid`], [`Error::Label`] or
/// [`Error::IntervalOrder`] with place and value for a word or time that is none, or a word before the one in front of it;
/// [`Error::MissingColumn`], [`Error::MissingTier`] or [`Error::Several`] with what there is; [`Error::TimeUnit`] for times
/// that cannot be seconds.
pub fn read_words_as(path: &Path, format: Option<&WordFormat>) -> Result<Transcript, Error> {
    let own = WordFormat::of(path);
    let bytes = || fs::read(path).map_err(|source| Error::Read { path: path.into(), source });
    let story = match format.unwrap_or(&own) {
        WordFormat::Table(columns) => read_table(path, columns),
        WordFormat::Events(column) => bids::read_words(path, column),
        WordFormat::Dictionaries => read_dictionaries(path),
        WordFormat::Ctm(recording) => read_ctm(path, &bytes()?, recording.as_deref()),
        WordFormat::TextGrid { tier, silence } => read_grid(path, tier.as_deref(), silence.as_deref()),
        WordFormat::Gentle => read_gentle(path, &bytes()?),
        WordFormat::NaturalStories(story) => read_natural_stories(path, &bytes()?, story.as_deref()),
    }?;
    check_times(path, &story)?;
    Ok(story)
}
