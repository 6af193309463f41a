//! Stretches of a recording in which nobody speaks.

use gyrus_types::Interval;
use serde::{Deserialize, Serialize};

use crate::Error;

/// What counts as silence, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Quiet {
    /// A stretch without words must be longer than this.
    pub longer_than: f64,
    /// What is left out after the word before, while the answer to it lasts.
    pub after: f64,
    /// What is left out before the next word, which may be breathed in for.
    pub before: f64,
}

impl Default for Quiet {
    /// Half a second, of which the first .3 s and the last .1 s are left out. Our choice: what one word evokes in high
    /// gamma is mostly over by then, and pauses of read speech between sentences are mostly longer.
    fn default() -> Self {
        Self { longer_than: 0.5, after: 0.3, before: 0.1 }
    }
}

/// The silences of a recording that lasts over `all`, in which `words` are spoken in any order, without their margins.
///
/// Before the first word and after the last one there is silence too, as far as the recording goes; margins stand only
/// beside words.
///
/// # Errors
/// [`Error::Quiet`] if a part of `quiet` is negative or no number, or if the margins are not shorter than the silence.
pub fn silences(words: &[Interval], all: Interval, quiet: Quiet) -> Result<Vec<Interval>, Error> {
    let Quiet { longer_than, after, before } = quiet;
    let wrong = [longer_than, after, before].iter().any(|part| !(part.is_finite() && *part >= 0.0));
    if wrong || after + before > longer_than {
        return Err(Error::Quiet { longer_than, after, before });
    }
    let mut words: Vec<&Interval> =
        words.iter().filter(|w| w.offset() >= all.onset() && w.onset() <= all.offset()).collect();
    words.sort_by(|a, b| a.onset().total_cmp(&b.onset()));
    let (mut found, mut end, mut margin) = (Vec::new(), all.onset(), 0.0);
    for word in words {
        if word.onset() - end > longer_than {
            found.extend(Interval::new(end + margin, word.onset() - before));
        }
        // A word may lie within the one before.
        if word.offset() >= end {
            (end, margin) = (word.offset(), after);
        }
    }
    if all.offset() - end > longer_than {
        found.extend(Interval::new(end + margin, all.offset()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

    fn check(words: &[(f64, f64)], quiet: Quiet, expected: &[(f64, f64)]) -> Result<()> {
        let words =
            words.iter().map(|(from, to)| Interval::new(*from, *to)).collect::<std::result::Result<Vec<_>, _>>()?;
        let found = silences(&words, Interval::new(0.0, 20.0)?, quiet)?;
        let found: Vec<_> = found.iter().map(|silence| (silence.onset(), silence.offset())).collect();
        assert_eq!(found, expected);
        Ok(())
    }

    const HALF: Quiet = Quiet { longer_than: 1.0, after: 0.5, before: 0.25 };

    #[test]
    fn silence_is_what_is_left_between_words() -> Result<()> {
        check(&[(2.0, 3.0), (3.5, 4.0), (8.0, 19.5)], HALF, &[(0.0, 1.75), (4.5, 7.75)])
    }

    #[test]
    fn pauses_of_just_the_limit_are_none() -> Result<()> {
        check(&[(0.5, 9.0), (10.0, 20.0)], HALF, &[])
    }

    #[test]
    fn words_within_words_and_out_of_order_hide_nothing() -> Result<()> {
        check(&[(10.0, 19.75), (0.0, 8.0), (1.0, 2.0), (25.0, 26.0)], HALF, &[(8.5, 9.75)])
    }

    #[test]
    fn nobody_speaks() -> Result<()> {
        check(&[], HALF, &[(0.0, 20.0)])
    }

    #[test]
    fn margins_must_fit() -> Result<()> {
        let all = Interval::new(0.0, 1.0)?;
        for quiet in
            [Quiet { after: 0.8, ..HALF }, Quiet { before: -0.1, ..HALF }, Quiet { longer_than: f64::NAN, ..HALF }]
        {
            assert!(matches!(silences(&[], all, quiet), Err(Error::Quiet { .. })));
        }
        Ok(())
    }
}
