//! When words were spoken, how long, and how many of them.

use gyrus_types::{Interval, Transcript};
use serde::{Deserialize, Serialize};

use super::column::WordColumns;

/// What becomes of the rows of words, which decides what rate and onset mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WordRows {
    /// They are spread over scans or samples: each word is an event, and the response model adds them up.
    #[default]
    Events,
    /// They are the samples themselves: the recording has a row per word.
    Samples,
}

/// Seconds around a word's onset in which words are counted for its rate: about five words of quiet speech, long enough
/// that the count varies smoothly and short enough to follow phrases. A choice of ours.
pub const RATE_WINDOW: f64 = 2.0;

/// The rate of words.
///
/// [`WordRows::Events`]: 1 for every word with a time, which becomes the word rate once it is spread.
/// [`WordRows::Samples`]: words per second, n / d, with n the words (this one too) whose onsets are within half of
/// [`RATE_WINDOW`] of this one's, and d the seconds of that window between the first onset and the last offset of the story.
/// NaN for a word without a time, and where d is 0.
pub fn rates(transcript: &Transcript, rows: WordRows) -> WordColumns {
    if rows == WordRows::Events {
        return timed(transcript, |_| 1.0);
    }
    let times = transcript.timed().times;
    let last = times.iter().map(Interval::offset).fold(f64::NEG_INFINITY, f64::max);
    let rate = |time: &Interval| {
        let (from, to) = (time.onset() - 0.5 * RATE_WINDOW, time.onset() + 0.5 * RATE_WINDOW);
        // Onsets never step back.
        let n =
            times.partition_point(|other| other.onset() <= to) - times.partition_point(|other| other.onset() < from);
        let seconds = to.min(last) - from.max(times[0].onset());
        if seconds > 0.0 { n as f64 / seconds } else { f64::NAN }
    };
    timed(transcript, rate)
}

/// The onset of words.
///
/// [`WordRows::Events`]: 1 for every word with a time, to be spread at the words' onsets.
/// [`WordRows::Samples`]: seconds since the previous word with a time ended, negative where the two overlap.
/// NaN for a word without a time and, as samples, for the first with one.
pub fn onsets(transcript: &Transcript, rows: WordRows) -> WordColumns {
    if rows == WordRows::Events {
        return timed(transcript, |_| 1.0);
    }
    let mut end = f64::NAN;
    timed(transcript, |time| {
        let pause = time.onset() - end;
        end = time.offset();
        pause
    })
}

/// How long each word was spoken, in seconds; NaN for a word without a time.
pub fn durations(transcript: &Transcript) -> WordColumns {
    timed(transcript, Interval::duration)
}

/// `value` of every word's time in order; NaN for a word without a time.
pub(crate) fn timed(transcript: &Transcript, mut value: impl FnMut(&Interval) -> f64) -> WordColumns {
    WordColumns::of(transcript.words().iter().map(|word| word.time.as_ref().map_or(f64::NAN, &mut value)))
}

#[cfg(test)]
pub(crate) mod tests {
    use gyrus_types::Word;

    use super::*;

    /// A story of one word for each entry, timed where it has an interval.
    pub(crate) fn story(words: &[(&str, Option<(f64, f64)>)]) -> Transcript {
        let (mut text, mut found) = (String::new(), Vec::new());
        for (word, time) in words {
            let start = text.len();
            text.push_str(word);
            let time = time.and_then(|(onset, offset)| Interval::new(onset, offset).ok());
            found.push(Word { characters: start..text.len(), time });
            text.push(' ');
        }
        Transcript::new(text, found).expect("words in order")
    }

    fn check(found: WordColumns, expected: &[f64]) {
        let same = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12 || a.is_nan() && b.is_nan();
        assert!(found.values.iter().zip(expected).all(same), "{} for {expected:?}", found.values);
        assert_eq!(found.values.dim(), (expected.len(), 1));
        let undefined: Vec<usize> = (0..expected.len()).filter(|&row| expected[row].is_nan()).collect();
        assert_eq!(found.undefined, undefined);
    }

    fn spoken() -> Transcript {
        let words = [("a", Some((1.0, 1.5))), ("b", Some((1.75, 2.0))), ("--", None), ("c", Some((1.9, 4.0)))];
        story(&words)
    }

    #[test]
    fn events_are_one_for_each_word_that_was_heard() {
        check(rates(&spoken(), WordRows::Events), &[1.0, 1.0, f64::NAN, 1.0]);
        check(onsets(&spoken(), WordRows::Events), &[1.0, 1.0, f64::NAN, 1.0]);
    }

    #[test]
    fn samples_have_the_rate_around_them() {
        // The windows are 0 to 2, 0.75 to 2.75 and 0.9 to 2.9 s, of which 1, 1.75 and 1.9 s are of the story.
        check(rates(&spoken(), WordRows::Samples), &[3.0, 3.0 / 1.75, f64::NAN, 3.0 / 1.9]);
        check(rates(&story(&[("a", Some((1.0, 1.0)))]), WordRows::Samples), &[f64::NAN]);
    }

    #[test]
    fn samples_have_the_pause_before_them() {
        check(onsets(&spoken(), WordRows::Samples), &[f64::NAN, 0.25, f64::NAN, 1.9 - 2.0]);
    }

    #[test]
    fn durations_are_in_seconds() {
        check(durations(&spoken()), &[0.5, 0.25, f64::NAN, 2.1]);
    }
}
