//! The words of a story, and which of them are rows.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use gyrus_encoding::{Fate, Lags, Moment, RowsOfWords, WordRules};
use gyrus_recordings::{read_words_as, words_beyond};
use gyrus_study::transcript_hash;
use gyrus_types::{Interval, Sampling, Transcript};

/// A story and where it came from.
#[derive(Debug)]
pub struct Story {
    path: PathBuf,
    transcript: Transcript,
}

impl Story {
    /// Reads the words of the file `path`, in the form that its name says.
    ///
    /// # Errors
    /// What is wrong with the file, or times that cannot be seconds, or none.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let transcript = read_words_as(path, None)?;
        ensure!(!transcript.timed().times.is_empty(), "no word of `{}` has a time", path.display());
        Ok(Self { path: path.to_owned(), transcript })
    }

    /// How many words there are.
    pub fn words(&self) -> usize {
        self.transcript.words().len()
    }

    /// When words were heard.
    pub fn heard(&self) -> Vec<Interval> {
        self.transcript.timed().times
    }

    /// The hash of the words.
    pub fn hash(&self) -> String {
        transcript_hash(&self.transcript)
    }

    /// The words that are rows of a recording.
    ///
    /// # Errors
    /// A window that is too narrow, or a recording that is much too short for the words.
    pub fn rows(&self, moment: Moment, lags: &Lags, sampling: Sampling, samples: usize) -> anyhow::Result<RowsOfWords> {
        let end = sampling.time(0) + samples as f64 * sampling.step();
        words_beyond(&self.path, &self.transcript, end)?;
        Ok(RowsOfWords::new(&self.transcript, moment, lags, sampling, samples, WordRules::default())?)
    }

    /// How many words are rows, and why the others are none.
    pub fn said(&self, rows: &RowsOfWords) -> Vec<String> {
        let (all, path) = (self.words(), self.path.display());
        let mut said = vec![format!("{} of {all} words of `{path}` are rows", rows.rows.len())];
        for (fate, reason) in [
            (Fate::NoTime, "are no rows: they have no time"),
            (Fate::BeforeStart, "are no rows: a window around them begins before the recording"),
            (Fate::PastEnd, "are no rows: a window around them ends after the recording"),
        ] {
            let count = rows.count(fate);
            said.extend((count > 0).then(|| format!("{count} of {all} words {reason}")));
        }
        for (count, what) in [
            (rows.overlapping, "begin before a word in front of them has ended, and are kept"),
            (rows.same_sample, "are nearest to the same sample as the row before, and are kept"),
        ] {
            said.extend((count > 0).then(|| format!("{count} of {all} words {what}")));
        }
        said
    }
}
