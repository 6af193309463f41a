//! Which words of a story become rows of a recording, and why the others do not.
//!
//! Nothing is dropped in silence: every word has a fate, and fates are counted.

use std::fmt::{Display, Formatter, Result as FormatResult};

use gyrus_types::{Interval, Sampling, Transcript};
use serde::{Deserialize, Serialize};

use super::Lags;
use super::lags::samples_within;
use crate::Error;

/// The moment of a word from which lags count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// Half way between its beginning and its end.
    #[default]
    Centre,
    /// Its beginning.
    Onset,
    /// Its end.
    Offset,
}

/// Whether words of some kind are rows all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// They are, and they are counted.
    #[default]
    Keep,
    /// They are not.
    Drop,
}

/// What is done with words that disturb each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct WordRules {
    /// Words that begin before one in front of them has ended.
    pub overlapping: Rule,
    /// Words whose moment is nearest to the same sample as that of the row before, which has the same responses then.
    pub same_sample: Rule,
}

/// What becomes of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It is a row.
    Row,
    /// It has no time.
    NoTime,
    /// A window around it begins before the recording.
    BeforeStart,
    /// A window around it ends after the recording.
    PastEnd,
    /// It begins before a word in front of it has ended, and such words are dropped.
    Overlapping,
    /// The row before has the same sample, and such words are dropped.
    SameSample,
}

/// The words of a story that are rows of a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct RowsOfWords {
    /// What becomes of each word of the story.
    pub fates: Vec<Fate>,
    /// The words that are rows, by their positions in the story.
    pub rows: Vec<usize>,
    /// The moment of each row in seconds.
    pub moments: Vec<f64>,
    /// Words with a time that begin before one in front of them has ended, dropped or not.
    pub overlapping: usize,
    /// Words that are nearest to the same sample as the row before, dropped or not.
    pub same_sample: usize,
}

/// In seconds: how far a word may begin before the end of another by rounding.
const ROUNDING: f64 = 1e-6;

impl Moment {
    /// The moment of a word that was spoken at `time`, in seconds.
    pub fn of(self, time: Interval) -> f64 {
        match self {
            Self::Centre => 0.5 * (time.onset() + time.offset()),
            Self::Onset => time.onset(),
            Self::Offset => time.offset(),
        }
    }
}

impl Display for Fate {
    fn fmt(&self, f: &mut Formatter) -> FormatResult {
        f.write_str(match self {
            Self::Row => "is a row",
            Self::NoTime => "has no time",
            Self::BeforeStart => "has a window that begins before the recording",
            Self::PastEnd => "has a window that ends after the recording",
            Self::Overlapping => "begins before a word in front of it has ended",
            Self::SameSample => "has the sample of the row before",
        })
    }
}

impl RowsOfWords {
    /// The words of `story` whose windows at all `lags` after their `moment` lie in a recording of `samples` samples.
    ///
    /// # Errors
    /// [`Error::NarrowWindow`] if a window could fall between two samples.
    pub fn new(
        story: &Transcript,
        moment: Moment,
        lags: &Lags,
        sampling: Sampling,
        samples: usize,
        rules: WordRules,
    ) -> Result<Self, Error> {
        if lags.window() < sampling.step() {
            return Err(Error::NarrowWindow { window: lags.window(), step: sampling.step() });
        }
        let (fates, rows, moments) = (Vec::new(), Vec::new(), Vec::new());
        let mut found = Self { fates, rows, moments, overlapping: 0, same_sample: 0 };
        let (mut end, mut last) = (f64::NEG_INFINITY, None);
        for (word, time) in story.words().iter().map(|word| word.time).enumerate() {
            let Some(time) = time else {
                found.fates.push(Fate::NoTime);
                continue;
            };
            let at = moment.of(time);
            let sample = ((at - sampling.time(0)) / sampling.step()).round();
            let overlapping = time.onset() < end - ROUNDING;
            let outside = outside(at, lags, sampling, samples);
            let same = outside.is_none() && last == Some(sample);
            found.overlapping += usize::from(overlapping);
            found.same_sample += usize::from(same);
            end = end.max(time.offset());
            let fate = match outside {
                Some(fate) => fate,
                None if overlapping && rules.overlapping == Rule::Drop => Fate::Overlapping,
                None if same && rules.same_sample == Rule::Drop => Fate::SameSample,
                None => Fate::Row,
            };
            if fate == Fate::Row {
                found.rows.push(word);
                found.moments.push(at);
                last = Some(sample);
            }
            found.fates.push(fate);
        }
        Ok(found)
    }

    /// How many words have the fate `fate`.
    pub fn count(&self, fate: Fate) -> usize {
        self.fates.iter().filter(|found| **found == fate).count()
    }
}

/// How a window around `at` leaves a recording, if one does.
fn outside(at: f64, lags: &Lags, sampling: Sampling, samples: usize) -> Option<Fate> {
    let leaves = |lag: &&f64| samples_within(at + **lag, lags.window(), sampling, samples).is_none();
    let middle = 0.5 * (sampling.time(0) + sampling.time(samples.saturating_sub(1)));
    let early = |lag: &f64| at + lag < middle;
    let mut left =
        lags.lags().iter().filter(leaves).map(|lag| if early(lag) { Fate::BeforeStart } else { Fate::PastEnd });
    let first = left.next()?;
    Some(left.fold(first, Fate::min))
}

#[cfg(test)]
mod tests {
    use gyrus_types::Word;
    use ndarray::Array2;

    use super::*;

    type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

    /// A story of words `w` at these times, in seconds.
    fn story(times: &[Option<(f64, f64)>]) -> Result<Transcript> {
        let word = |(i, time): (usize, &Option<(f64, f64)>)| {
            let time = time.map(|(from, to)| Interval::new(from, to)).transpose()?;
            Ok(Word { characters: 2 * i..2 * i + 1, time })
        };
        let words = times.iter().enumerate().map(word).collect::<std::result::Result<_, gyrus_types::Error>>()?;
        Ok(Transcript::new("w ".repeat(times.len()), words)?)
    }

    const TIMES: [Option<(f64, f64)>; 8] = [
        Some((0.1, 0.2)),
        Some((0.6, 1.0)),
        None,
        Some((0.8, 1.2)),
        Some((0.801, 1.201)),
        Some((2.0, 2.2)),
        Some((9.4, 9.6)),
        Some((12.0, 12.5)),
    ];

    fn check(rules: WordRules, moment: Moment, expected: [Fate; 8]) -> Result<RowsOfWords> {
        let lags = Lags::new(vec![-0.2, 0.0, 0.4], 0.1)?;
        let sampling = Sampling::new(0.0, 0.02)?;
        let found = RowsOfWords::new(&story(&TIMES)?, moment, &lags, sampling, 501, rules)?;
        assert_eq!(found.fates, expected);
        // The rows are those that have a response at every lag.
        let signal = Array2::<f64>::ones((501, 2));
        let responses = lags.responses(signal.view(), sampling, &found.moments)?;
        assert_eq!(responses.complete().len(), found.rows.len());
        assert_eq!(found.count(Fate::Row), found.rows.len());
        Ok(found)
    }

    use Fate::{BeforeStart, NoTime, Overlapping, PastEnd, Row, SameSample};

    #[test]
    fn every_word_has_a_fate() -> Result<()> {
        let found =
            check(WordRules::default(), Moment::Centre, [BeforeStart, Row, NoTime, Row, Row, Row, Row, PastEnd])?;
        assert_eq!((found.rows, found.overlapping, found.same_sample), (vec![1, 3, 4, 5, 6], 2, 1));
        assert!(
            found.moments.iter().zip([0.8, 1.0, 1.001, 2.1, 9.5]).all(|(found, wanted)| (found - wanted).abs() < 1e-12)
        );
        Ok(())
    }

    #[test]
    fn rules_drop_what_disturbs() -> Result<()> {
        let rules = WordRules { same_sample: Rule::Drop, ..WordRules::default() };
        check(rules, Moment::Centre, [BeforeStart, Row, NoTime, Row, SameSample, Row, Row, PastEnd])?;
        let rules = WordRules { overlapping: Rule::Drop, same_sample: Rule::Drop };
        let found =
            check(rules, Moment::Onset, [BeforeStart, Row, NoTime, Overlapping, Overlapping, Row, Row, PastEnd])?;
        assert_eq!((found.overlapping, found.same_sample), (2, 0));
        Ok(())
    }

    #[test]
    fn the_moment_decides_what_lies_inside() -> Result<()> {
        check(WordRules::default(), Moment::Offset, [BeforeStart, Row, NoTime, Row, Row, Row, PastEnd, PastEnd])?;
        Ok(())
    }

    #[test]
    fn a_recording_without_samples_holds_no_word() -> Result<()> {
        let lags = Lags::new(vec![0.0], 0.1)?;
        let found = RowsOfWords::new(
            &story(&TIMES)?,
            Moment::Centre,
            &lags,
            Sampling::new(0.0, 0.02)?,
            0,
            WordRules::default(),
        )?;
        assert!(found.rows.is_empty());
        let error =
            RowsOfWords::new(&story(&TIMES)?, Moment::Centre, &lags, Sampling::new(0.0, 0.2)?, 9, WordRules::default());
        assert!(matches!(error, Err(Error::NarrowWindow { .. })));
        Ok(())
    }

    #[test]
    fn fates_can_be_read() {
        assert_eq!(Fate::PastEnd.to_string(), "has a window that ends after the recording");
    }
}
