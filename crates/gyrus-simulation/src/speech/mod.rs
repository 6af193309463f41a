//! When each word of a text would be spoken by somebody who reads it aloud.
//!
//! Relative durations come from letters and punctuation alone, their scale from one rate, their scatter from a seed.
//! There is no sound: for studies that need the clock of a story and not a voice.

mod boundary;
mod consonants;
mod function_words;
mod word_duration;

use gyrus_types::{Interval, Transcript, Word};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

use crate::Error;
use boundary::Boundary;
use word_duration::word_duration;

/// How a text is read aloud.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpeechParams {
    /// Words a minute from the first onset to the last offset, pauses included, before any scatter.
    pub words_per_minute: f64,
    /// Standard deviation of the logarithm of a word's duration around what its letters and place say.
    pub word_scatter: f64,
    /// Standard deviation of the logarithm of a pause around what its punctuation says.
    pub pause_scatter: f64,
}

impl Default for SpeechParams {
    /// 183 words a minute is the mean rate of adults who read English aloud (Brysbaert 2019).
    ///
    /// Durations of speech sounds and of pauses are closer to log-normal than to normal
    /// (Rosen 2005; Campione and Veronis 2002); how wide they scatter here is our choice.
    fn default() -> Self {
        Self { words_per_minute: 183.0, word_scatter: 0.15, pause_scatter: 0.35 }
    }
}

/// Silence before the first word, in seconds.
const LEAD: f64 = 0.5;

/// The words of `text`, the white-space units, each with the time at which it is read aloud; decided by `seed` alone.
///
/// Word i lasts s d_i exp(a z_i - a^2 / 2) seconds and the pause after it s p_i exp(b z'_i - b^2 / 2), with z standard
/// Gaussians, a and b the scatters, d_i from its syllables and sounds, p_i from its punctuation or the blank lines after
/// it, and s = 60 w / (rate sum(d + p)) over all w spoken words. Each word begins when the one before it and its pause
/// end; within a phrase there is no pause. A word without letters or digits is not spoken and has no time.
///
/// # Errors
/// [`Error::None`] if nothing in the text can be spoken; [`Error::Size`] for a rate that is not positive and finite, or a
/// scatter that is negative or not finite.
pub fn spoken(text: String, params: &SpeechParams, seed: u64) -> Result<Transcript, Error> {
    let rate = Error::unless_positive("the number of words a minute", params.words_per_minute)?;
    let word_scatter = unless_negative("the scatter of words", params.word_scatter)?;
    let pause_scatter = unless_negative("the scatter of pauses", params.pause_scatter)?;
    let silent = Transcript::untimed(text);
    let units = units(&silent);
    Error::unless_any("the number of words that can be spoken", units.len())?;
    let seconds: f64 = units.iter().map(|unit| unit.duration).sum();
    let pauses: f64 = units[..units.len() - 1].iter().map(|unit| unit.boundary.pause()).sum();
    let scale = 60.0 * units.len() as f64 / (rate * (seconds + pauses));
    let mut rng = StdRng::seed_from_u64(seed);
    let mut scattered = |seconds: f64, scatter: f64| {
        let z: f64 = rng.sample(StandardNormal);
        scale * seconds * (scatter * z - scatter * scatter / 2.0).exp()
    };
    let mut words = silent.words().to_vec();
    let mut onset = LEAD;
    for unit in &units {
        let offset = onset + scattered(unit.duration, word_scatter);
        words[unit.word].time = Some(Interval::new(onset, offset).expect("durations are positive"));
        onset = offset + scattered(unit.boundary.pause(), pause_scatter);
    }
    Ok(Transcript::new(silent.text().to_owned(), words).expect("each word begins after the one before it"))
}

fn unless_negative(what: &'static str, value: f64) -> Result<f64, Error> {
    if value == 0.0 { Ok(value) } else { Error::unless_positive(what, value) }
}

/// A word that is spoken.
struct Unit {
    /// Its place among the words of the text.
    word: usize,
    /// What stands between it and the next such word.
    boundary: Boundary,
    /// How long it lasts, in seconds before scaling.
    duration: f64,
}

/// The words that are spoken, in order.
fn units(text: &Transcript) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for (i, Word { characters, .. }) in text.words().iter().enumerate() {
        let end = text.words().get(i + 1).map_or(text.text().len(), |next| next.characters.start);
        let boundary = Boundary::after(text.word_text(i), &text.text()[characters.end..end]);
        if text.word_text(i).contains(char::is_alphanumeric) {
            units.push(Unit { word: i, boundary, duration: 0.0 });
        } else if let Some(before) = units.last_mut() {
            before.boundary = before.boundary.max(boundary);
        }
    }
    if let Some(last) = units.last_mut() {
        last.boundary = last.boundary.max(Boundary::Paragraph);
    }
    for unit in &mut units {
        unit.duration = word_duration(text.word_text(unit.word), unit.boundary);
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "The Door\n\n\nMrs. Pell looked out, and saw nobody; the road was empty.\n\n\"Who is there?\" she \
                        asked - twice.";

    /// Onset and offset of each word that has them.
    fn times(params: &SpeechParams, seed: u64) -> Result<Vec<(f64, f64)>, Error> {
        let story = spoken(TEXT.into(), params, seed)?;
        Ok(story.timed().times.iter().map(|time| (time.onset(), time.offset())).collect())
    }

    const EXACT: SpeechParams = SpeechParams { words_per_minute: 150.0, word_scatter: 0.0, pause_scatter: 0.0 };

    #[test]
    fn the_rate_holds_exactly_without_scatter() -> Result<(), Error> {
        let times = times(&EXACT, 1)?;
        assert_eq!(times.len(), 19);
        assert!((times[18].1 - times[0].0 - 60.0 * 19.0 / 150.0).abs() < 1e-9);
        Ok(())
    }

    #[test]
    fn words_follow_each_other_and_never_overlap() -> Result<(), Error> {
        for seed in 0..20 {
            let times = times(&SpeechParams::default(), seed)?;
            assert_eq!(times[0].0, LEAD);
            assert!(times.iter().all(|(onset, offset)| onset < offset));
            assert!(times.windows(2).all(|pair| pair[0].1 <= pair[1].0));
        }
        Ok(())
    }

    #[test]
    fn pauses_stand_at_punctuation_dashes_and_blank_lines_and_nowhere_else() -> Result<(), Error> {
        let times = times(&EXACT, 1)?;
        let pauses: Vec<f64> = times.windows(2).map(|pair| pair[1].0 - pair[0].1).collect();
        let after: Vec<usize> = (0..18).filter(|&i| pauses[i] > 1e-9).collect();
        assert_eq!(after, [1, 5, 8, 12, 15, 17], "{pauses:?}");
        let [section, comma, clause, paragraph, sentence, dash] = after.as_slice() else { return Ok(()) };
        let order = [*comma, *clause, *sentence, *paragraph, *section].map(|i| pauses[i]);
        assert!(order.is_sorted() && (pauses[*dash] - pauses[*clause]).abs() < 1e-9, "{pauses:?}");
        Ok(())
    }

    #[test]
    fn what_cannot_be_spoken_has_no_time() -> Result<(), Error> {
        let story = spoken(TEXT.into(), &EXACT, 1)?;
        let silent: Vec<&str> =
            (0..story.words().len()).filter(|&i| story.words()[i].time.is_none()).map(|i| story.word_text(i)).collect();
        assert_eq!((silent, story.text()), (vec!["-"], TEXT));
        Ok(())
    }

    #[test]
    fn one_seed_gives_one_reading_and_another_seed_another() -> Result<(), Error> {
        let params = SpeechParams::default();
        assert_eq!(times(&params, 5)?, times(&params, 5)?);
        assert_ne!(times(&params, 5)?, times(&params, 6)?);
        Ok(())
    }

    #[test]
    fn scatter_is_as_wide_as_asked_and_moves_no_mean() -> Result<(), Error> {
        let n = 20_000;
        let story = spoken("stone ".repeat(n), &SpeechParams { word_scatter: 0.2, ..EXACT }, 3)?;
        let logs: Vec<f64> = story.timed().times[..n - 1].iter().map(|time| time.duration().ln()).collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        let sd = (logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / logs.len() as f64).sqrt();
        assert!((sd - 0.2).abs() < 0.005, "{sd}");
        let seconds = story.timed().times[n - 1].offset() - LEAD;
        assert!((seconds / (60.0 * n as f64 / 150.0) - 1.0).abs() < 0.005, "{seconds}");
        Ok(())
    }

    #[test]
    fn silence_and_impossible_readings_are_refused() {
        let refused = |text: &str, params| spoken(text.into(), &params, 1).map_err(|error| error.to_string());
        assert_eq!(refused(" - ", EXACT), Err("the number of words that can be spoken must be at least 1".into()));
        let slow = SpeechParams { words_per_minute: 0.0, ..EXACT };
        assert_eq!(refused("a", slow), Err("the number of words a minute must be positive and finite: `0`".into()));
        assert!(refused("a", SpeechParams { word_scatter: -0.1, ..EXACT }).is_err());
        assert!(refused("a", SpeechParams { pause_scatter: f64::NAN, ..EXACT }).is_err());
    }
}
