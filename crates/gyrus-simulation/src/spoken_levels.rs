//! The levels of a story whose words have times, vectors and frequencies of their own.

use gyrus_types::{Interval, Transcript, syllables};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, concatenate};

use crate::levels::exponential_average;
use crate::standard::{standardise, standardised};
use crate::{Error, Levels, TIME_CONSTANTS};

/// Seconds up to a word's onset over which the rate of speech is taken, the word itself included.
const RATE_SECONDS: f64 = 1.0;

/// Features that need no meaning: rate, duration, syllables and frequency, the first ones of all.
pub(crate) const SHALLOW_FEATURES: usize = 4;

/// [`Levels`] of the words of a story, and when each is spoken.
#[derive(Debug, Clone, PartialEq)]
pub struct SpokenLevels {
    levels: Levels,
    times: Vec<Option<Interval>>,
}

impl SpokenLevels {
    /// Acoustic features (onsets in the last second, duration in seconds, syllables), lexical ones (`frequencies`, the
    /// logarithm of each word's, and its static vector of `vectors`, `(words, width)`), then one level for each of
    /// [`TIME_CONSTANTS`]: exponential averages c_t = q c_(t-1) + (1 - q) (v_t - mean v) with q = exp(-1 / constant).
    ///
    /// Every column has mean 0 and variance 1, or is 0 where it is constant. A word without a time is read as context; its
    /// acoustic features are 0.
    ///
    /// # Errors
    /// [`Error::None`] without timed words or width, [`Error::Words`] if frequencies or vectors are of other words,
    /// [`Error::NotFinite`] for a value that is not.
    pub fn new(story: &Transcript, frequencies: ArrayView1<f64>, vectors: ArrayView2<f64>) -> Result<Self, Error> {
        let words = story.words().len();
        Error::unless_any("the width of static vectors", vectors.ncols())?;
        Error::unless_any("the number of words that have a time", story.timed().rows.len())?;
        let frequencies = frequencies.to_owned().insert_axis(Axis(1));
        check("frequencies", frequencies.view(), words)?;
        check("static vectors", vectors, words)?;
        let lexical = concatenate(Axis(1), &[frequencies.view(), vectors.view()]).expect("both have one row per word");
        // What came before the story is the mean word: zero would be a drift at its beginning.
        let centred = &vectors - &vectors.mean_axis(Axis(0)).expect("there are words");
        let mut levels = vec![acoustic(story), standardised(lexical)];
        levels.extend(TIME_CONSTANTS.map(|words| standardised(exponential_average(centred.view(), words))));
        let times = story.words().iter().map(|word| word.time).collect();
        Ok(Self { levels: Levels::new(levels)?, times })
    }

    /// The features.
    pub fn levels(&self) -> &Levels {
        &self.levels
    }

    /// When each word is spoken, where it is.
    pub fn times(&self) -> &[Option<Interval>] {
        &self.times
    }
}

fn check(what: &'static str, values: ArrayView2<f64>, expected: usize) -> Result<(), Error> {
    if values.nrows() != expected {
        return Err(Error::Words { what, found: values.nrows(), expected });
    }
    match values.indexed_iter().find(|(_, value)| !value.is_finite()) {
        Some(((word, _), _)) => Err(Error::NotFinite { what, word }),
        None => Ok(()),
    }
}

/// Rate in words per second, duration in seconds and syllables, standardised over the words that have a time, `(words, 3)`.
fn acoustic(story: &Transcript) -> Array2<f64> {
    let timed = story.timed();
    let mut found = Array2::zeros((timed.rows.len(), 3));
    let mut first = 0;
    for (i, mut row) in found.rows_mut().into_iter().enumerate() {
        let onset = timed.times[i].onset();
        while timed.times[first].onset() <= onset - RATE_SECONDS {
            first += 1;
        }
        let n_syllables = syllables(story.word_text(timed.rows[i])) as f64;
        row.assign(&Array1::from(vec![(i + 1 - first) as f64 / RATE_SECONDS, timed.times[i].duration(), n_syllables]));
    }
    found.columns_mut().into_iter().for_each(|column| {
        standardise(column);
    });
    let mut features = Array2::zeros((story.words().len(), 3));
    timed.rows.iter().zip(found.rows()).for_each(|(&word, row)| features.row_mut(word).assign(&row));
    features
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;

    use super::*;
    use crate::{SpeechParams, spoken};

    fn story(text: &str) -> Result<Transcript, Error> {
        spoken(text.into(), &SpeechParams::default(), 1)
    }

    #[test]
    fn levels_are_as_many_and_as_wide_as_said() -> Result<(), Error> {
        let story = story("The ferryman rang - the bell, twice.")?;
        let (frequencies, vectors) =
            (Array1::from_iter((0..7).map(f64::from)), Array2::from_shape_fn((7, 2), |(i, j)| (i * i + j) as f64));
        let spoken = SpokenLevels::new(&story, frequencies.view(), vectors.view())?;
        let widths: Vec<usize> = (0..11).map(|level| spoken.levels().level(level).ncols()).collect();
        assert_eq!(widths, [3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
        assert_eq!(spoken.levels().level(0).row(3).to_vec(), [0.0; 3], "a dash is not spoken");
        assert_eq!((spoken.times()[3], spoken.times()[4].is_some()), (None, true));
        for level in 0..11 {
            assert_abs_diff_eq!(spoken.levels().level(level).sum(), 0.0, epsilon = 1e-9);
        }
        Ok(())
    }

    #[test]
    fn the_rate_counts_onsets_of_the_last_second() -> Result<(), Error> {
        let story = story(&"stone ".repeat(40))?;
        let rates = acoustic(&story).column(0).to_owned();
        assert!(rates[0] < rates[1] && rates[1] < rates[2], "it begins in silence: {rates}");
        Ok(())
    }

    #[test]
    fn values_of_other_words_and_missing_ones_are_refused() -> Result<(), Error> {
        let story = story("a bell rang")?;
        let vectors = array![[1.0], [2.0], [f64::NAN]];
        let refused = |frequencies: Array1<f64>, vectors: ArrayView2<f64>| {
            SpokenLevels::new(&story, frequencies.view(), vectors).map_err(|error| error.to_string()).err()
        };
        assert_eq!(refused(array![1.0, 2.0], vectors.view()), Some("frequencies have 2 rows for 3 words".into()));
        let said = refused(array![1.0, 2.0, 3.0], vectors.view());
        assert_eq!(said, Some("static vectors of word 2 (from 0) is not finite".into()));
        Ok(())
    }
}
