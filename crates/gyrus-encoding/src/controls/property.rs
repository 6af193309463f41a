//! The names of word properties.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;

/// A shallow property of a word, written as in `position-in-story`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WordProperty {
    /// That there is a word: see [`crate::rates`].
    Rate,
    /// That a word begins: see [`crate::onsets`].
    Onset,
    /// How long it was spoken, in seconds.
    Duration,
    /// Its letters and digits.
    Length,
    /// Its syllables, by rule, where it is English: see [`gyrus_types::syllables`].
    Syllables,
    /// How common it is: see [`crate::word_frequencies`].
    Frequency,
    /// Words since its sentence began.
    PositionInSentence,
    /// Where in the story it stands, from 0 to 1.
    PositionInStory,
    /// How unlikely a language model finds it, in bits.
    Surprisal,
    /// How uncertain a language model is before it, in bits.
    Entropy,
    /// A vector for its spelling, whatever stands around it: see [`crate::static_vectors`].
    Static,
    /// The mean of a sound's envelope while it was spoken.
    Envelope,
}

impl WordProperty {
    /// Every property, those first that need nothing but a transcript.
    pub const ALL: [Self; 12] = [
        Self::Rate,
        Self::Onset,
        Self::Duration,
        Self::Length,
        Self::Syllables,
        Self::Frequency,
        Self::PositionInSentence,
        Self::PositionInStory,
        Self::Surprisal,
        Self::Entropy,
        Self::Static,
        Self::Envelope,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Onset => "onset",
            Self::Duration => "duration",
            Self::Length => "length",
            Self::Syllables => "syllables",
            Self::Frequency => "frequency",
            Self::PositionInSentence => "position-in-sentence",
            Self::PositionInStory => "position-in-story",
            Self::Surprisal => "surprisal",
            Self::Entropy => "entropy",
            Self::Static => "static",
            Self::Envelope => "envelope",
        }
    }

    /// Whether a word without a time has none.
    pub fn is_timed(self) -> bool {
        matches!(self, Self::Rate | Self::Onset | Self::Duration | Self::Envelope)
    }

    /// What it needs beside a transcript, in words; nothing if it needs nothing.
    pub fn source(self) -> Option<&'static str> {
        match self {
            Self::Surprisal | Self::Entropy => Some("a language model"),
            Self::Static => Some("a file of vectors"),
            Self::Envelope => Some("a sampled envelope"),
            _ => None,
        }
    }
}

impl fmt::Display for WordProperty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for WordProperty {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|property| property.name() == text);
        found.ok_or_else(|| Error::UnknownProperty(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for property in WordProperty::ALL {
            assert_eq!(property.to_string().parse::<WordProperty>().ok(), Some(property));
            // serde writes the same words.
            let toml = format!("x = \"{property}\"");
            let read: Result<std::collections::HashMap<String, WordProperty>, _> = toml::from_str(&toml);
            assert_eq!(read.map(|read| read["x"]), Ok(property));
        }
    }

    #[test]
    fn an_unknown_name_lists_those_there_are() {
        let said = "pitch".parse::<WordProperty>().err().map(|error| error.to_string()).unwrap_or_default();
        assert!(said.starts_with("unknown word property `pitch`, known are: rate, onset,"), "{said}");
    }
}
