//! Whether the times of words can be seconds.

use std::path::Path;

use gyrus_types::{Interval, Transcript};

use crate::Error;

/// The median word of any speaker lasts between these, in seconds.
const MEDIAN: (f64, f64) = (0.03, 3.0);

/// Fails if the times of `story`, read from `path`, are probably no seconds, as their median duration tells.
///
/// Words without a duration say nothing of it: if all are points in time, all is well.
///
/// # Errors
/// [`Error::TimeUnit`] with what they probably are.
pub fn check_times(path: &Path, story: &Transcript) -> Result<(), Error> {
    let mut durations: Vec<f64> = story.timed().times.iter().map(Interval::duration).collect();
    durations.sort_by(f64::total_cmp);
    let Some(&median) = durations.get(durations.len() / 2).filter(|_| durations.last() > Some(&0.0)) else {
        return Ok(());
    };
    let likely = match median {
        _ if (MEDIAN.0..=MEDIAN.1).contains(&median) => return Ok(()),
        _ if median < MEDIAN.0 => "minutes, or too short for words",
        _ if median < 60.0 => "hundredths of a second, or sentences instead of words",
        _ if median < 1500.0 => "milliseconds, or samples of a slow recording",
        _ => "samples",
    };
    let seen = format!("the median word would last {median} s, outside {} to {} s", MEDIAN.0, MEDIAN.1);
    Err(Error::TimeUnit { path: path.into(), likely, seen })
}

/// How many words of `story`, read from `path`, end after a recording that lasts until `end`, in seconds of the story.
///
/// A few do in many recordings, and are no rows; whoever calls says how many.
///
/// # Errors
/// [`Error::TimeUnit`] if the last word ends at more than ten times the end: times are then probably no seconds.
pub fn words_beyond(path: &Path, story: &Transcript, end: f64) -> Result<usize, Error> {
    let times = story.timed().times;
    let last = times.iter().map(Interval::offset).fold(0.0, f64::max);
    if end > 0.0 && last > 10.0 * end {
        let likely = if last < 100.0 * end {
            "those of a longer recording, or samples of a slow one"
        } else {
            "milliseconds or samples"
        };
        let seen = format!("the last word ends at {last} s, the recording at {end} s");
        return Err(Error::TimeUnit { path: path.into(), likely, seen });
    }
    Ok(times.iter().filter(|time| time.offset() > end).count())
}

#[cfg(test)]
mod tests {
    use gyrus_types::Word;

    use super::*;

    type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

    /// Three words of which each lasts .25 s and begins a second after the one before, times `unit`.
    fn story(unit: f64) -> Result<Transcript> {
        let time = |i: usize| Interval::new(unit * i as f64, unit * (i as f64 + 0.25));
        let word = |i: usize| Ok(Word { characters: 2 * i..2 * i + 1, time: Some(time(i)?) });
        let words = (0..3).map(word).collect::<std::result::Result<_, gyrus_types::Error>>()?;
        Ok(Transcript::new("a b c".into(), words)?)
    }

    fn check(unit: f64, expected: &str) -> Result<()> {
        let found = check_times(Path::new("w"), &story(unit)?).map_err(|error| error.to_string());
        assert!(
            found.as_ref().err().is_some_and(|error| error.starts_with(expected))
                || found.is_ok() && expected.is_empty(),
            "{found:?}"
        );
        Ok(())
    }

    #[test]
    fn other_units_than_seconds_are_noticed() -> Result<()> {
        check(1.0, "")?;
        check(
            1000.0,
            "times of words in `w` are milliseconds, or samples of a slow recording, not seconds: the median word",
        )?;
        check(512.0, "times of words in `w` are milliseconds, or samples")?;
        check(16_000.0, "times of words in `w` are samples, not seconds")?;
        check(100.0, "times of words in `w` are hundredths of a second")?;
        check(1.0 / 60.0, "times of words in `w` are minutes")
    }

    #[test]
    fn points_in_time_say_nothing() -> Result<()> {
        check(0.0, "")?;
        check_times(Path::new("w"), &Transcript::untimed("a b".into()))?;
        Ok(())
    }

    #[test]
    fn words_past_the_end_are_counted() -> Result<()> {
        assert_eq!(words_beyond(Path::new("w"), &story(1.0)?, 2.0)?, 1);
        assert_eq!(words_beyond(Path::new("w"), &story(1.0)?, 2.25)?, 0);
        assert!(matches!(words_beyond(Path::new("w"), &story(1000.0)?, 3.0), Err(Error::TimeUnit { .. })));
        Ok(())
    }
}
