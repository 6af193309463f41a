//! What there is to know of every word, from its sound to the story so far, one table of features per level.
//!
//! Levels stand in order of height, from 0 for the first to 1 for the last; layers and electrodes mix neighbouring ones.

use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

use crate::gaussian::gaussian;
use crate::standard::standardised;
use crate::{Error, Noise, Words};

/// Time constants of the windows over which context is integrated, in words.
pub const TIME_CONSTANTS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// Words over which the rate of speech is taken, the word itself included.
const RATE_WORDS: usize = 5;

/// Features of the same words at several levels: per level `(words, features)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    levels: Vec<Array2<f64>>,
}

impl Levels {
    /// Levels that are made elsewhere, the lowest first, each `(words, features)`.
    ///
    /// # Errors
    /// [`Error::None`] without levels, [`Error::Rows`] if they are not of the same words.
    pub fn new(levels: Vec<Array2<f64>>) -> Result<Self, Error> {
        Error::unless_any("the number of levels", levels.len())?;
        let expected = levels[0].nrows();
        match levels.iter().enumerate().find(|(_, features)| features.nrows() != expected) {
            Some((level, features)) => Err(Error::Rows { level, found: features.nrows(), expected }),
            None => Ok(Self { levels }),
        }
    }

    /// Acoustic features (rate and duration), lexical ones (frequency and a static vector of `width`), then one level
    /// for each of [`TIME_CONSTANTS`] (`width`); every column has mean 0 and variance 1, or is 0 where it is constant.
    ///
    /// # Errors
    /// [`Error::None`] if the vectors have no width.
    pub fn of_words(words: &Words, width: usize, seed: u64) -> Result<Self, Error> {
        Error::unless_any("the width of static vectors", width)?;
        let mut rng = StdRng::seed_from_u64(seed);
        let bits = information(words);
        let vectors = gaussian(words.vocabulary(), width, &mut rng).select(Axis(0), words.ids());
        let lexical = concatenate(Axis(1), &[bits.view().insert_axis(Axis(1)), vectors.view()]);
        let mut levels = vec![acoustic(&bits, &mut rng), lexical.expect("both have one row per word")];
        levels.extend(TIME_CONSTANTS.map(|words| exponential_average(vectors.view(), words)));
        Ok(Self { levels: levels.into_iter().map(standardised).collect() })
    }

    /// `levels` levels of `width` independent series each, whose covariance is therefore known: the identity.
    ///
    /// # Errors
    /// [`Error::None`] without rows, levels or width.
    pub fn independent(noise: &Noise, rows: usize, levels: usize, width: usize, seed: u64) -> Result<Self, Error> {
        Error::unless_any("the number of rows", rows)?;
        Error::unless_any("the width of a level", width)?;
        let mut rng = StdRng::seed_from_u64(seed);
        Self::new((0..levels).map(|_| noise.series(rows, width, rng.random())).collect())
    }

    /// Number of words.
    pub fn n_words(&self) -> usize {
        self.levels[0].nrows()
    }

    /// Number of levels.
    pub fn n_levels(&self) -> usize {
        self.levels.len()
    }

    /// Number of features of all levels.
    pub fn n_features(&self) -> usize {
        self.levels.iter().map(Array2::ncols).sum()
    }

    /// The features of level `level`, `(words, features)`.
    pub fn level(&self, level: usize) -> ArrayView2<'_, f64> {
        self.levels[level].view()
    }

    /// The height of level `level`, from 0 for the first to 1 for the last; a single level has height 0.
    pub fn height(&self, level: usize) -> f64 {
        level as f64 / (self.levels.len() - 1).max(1) as f64
    }

    /// All levels side by side, `(words, features)`.
    pub fn joined(&self) -> Array2<f64> {
        let views: Vec<_> = self.levels.iter().map(Array2::view).collect();
        concatenate(Axis(1), &views).expect("levels share their words")
    }

    /// How much of each feature stands at height `h`, `(features)`, for the lowest `n_levels` levels; 0 for the others.
    ///
    /// g_k = exp(-(h_k - h)^2 / (2 spread^2)) for level k with features p_k; each feature gets g_k / sqrt(p_k),
    /// all divided by one number so that their squares add up to 1.
    pub(crate) fn gains(&self, h: f64, spread: f64, n_levels: usize) -> Array1<f64> {
        let exponents: Vec<f64> =
            (0..self.n_levels()).map(|k| -0.5 * ((self.height(k) - h) / spread).powi(2)).collect();
        // The largest counts as 0: far from every level with a small spread, all would vanish otherwise.
        let largest = exponents.iter().take(n_levels).copied().fold(f64::NEG_INFINITY, f64::max);
        let gain = |k: usize| if k < n_levels { (exponents[k] - largest).exp() } else { 0.0 };
        let of_level = |(k, features): (usize, &Array2<f64>)| {
            let p = features.ncols();
            std::iter::repeat_n(gain(k) / (p as f64).sqrt(), p)
        };
        let gains: Array1<f64> = self.levels.iter().enumerate().flat_map(of_level).collect();
        let norm = gains.dot(&gains).sqrt();
        gains / norm
    }
}

/// -log2 of the share of each word in the sequence, in bits.
fn information(words: &Words) -> Array1<f64> {
    let (counts, n) = (words.counts(), words.ids().len() as f64);
    words.ids().iter().map(|&id| (n / counts[id] as f64).log2()).collect()
}

/// Rate in words per second over the last words, and duration in seconds, `(words, 2)`.
///
/// Rare words are longer: .12 s and .02 s more per bit, times a factor that is log-normal.
fn acoustic(bits: &Array1<f64>, rng: &mut StdRng) -> Array2<f64> {
    let seconds = bits.mapv(|bits| (0.12 + 0.02 * bits) * (0.2 * rng.sample::<f64, _>(StandardNormal)).exp());
    let mut features = Array2::zeros((bits.len(), 2));
    for (word, mut row) in features.rows_mut().into_iter().enumerate() {
        let last = seconds.slice(ndarray::s![(word + 1).saturating_sub(RATE_WORDS)..=word]);
        row[0] = last.len() as f64 / last.sum();
        row[1] = seconds[word];
    }
    features
}

/// c_t = q c_(t-1) + (1 - q) v_t with q = exp(-1 / constant), of vectors v `(words, width)`; nothing came before.
pub(crate) fn exponential_average(v: ArrayView2<f64>, constant: f64) -> Array2<f64> {
    let q = (-1.0 / constant).exp();
    let mut c = Array1::zeros(v.ncols());
    let mut averages = Array2::zeros(v.dim());
    for (v, mut row) in v.rows().into_iter().zip(averages.rows_mut()) {
        c = q * c + (1.0 - q) * &v;
        row.assign(&c);
    }
    averages
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;

    use super::*;

    fn levels() -> Result<Levels, Error> {
        Levels::of_words(&Words::zipf(400, 80, 1)?, 3, 2)
    }

    /// sum over k of (1 - q) q^k v_(t-k).
    #[test]
    fn context_is_an_exponential_average() {
        let v = gaussian(40, 2, &mut StdRng::seed_from_u64(3));
        for constant in [1.0, 8.0, 256.0] {
            let (q, averages) = ((-1.0_f64 / constant).exp(), exponential_average(v.view(), constant));
            for t in 0..40 {
                let sum: f64 = (0..=t).map(|k| (1.0 - q) * q.powi(k as i32) * v[[t - k, 1]]).sum();
                assert_abs_diff_eq!(averages[[t, 1]], sum, epsilon = 1e-12);
            }
        }
    }

    #[test]
    fn levels_are_as_many_and_as_wide_as_said() -> Result<(), Error> {
        let levels = levels()?;
        let widths: Vec<usize> = (0..levels.n_levels()).map(|k| levels.level(k).ncols()).collect();
        assert_eq!(widths, [2, 4, 3, 3, 3, 3, 3, 3, 3, 3, 3]);
        assert_eq!((levels.n_words(), levels.n_features(), levels.joined().ncols()), (400, 33, 33));
        assert_eq!((levels.height(0), levels.height(5), levels.height(10)), (0.0, 0.5, 1.0));
        Ok(())
    }

    #[test]
    fn same_words_have_the_same_lexical_features_and_other_contexts() -> Result<(), Error> {
        let levels = Levels::of_words(&Words::given(vec![0, 1, 0, 2, 2, 1])?, 2, 5)?;
        assert_eq!(levels.level(1).row(0), levels.level(1).row(2));
        assert_ne!(levels.level(2).row(0), levels.level(2).row(2));
        assert_ne!(levels.level(0).row(0), levels.level(0).row(2));
        Ok(())
    }

    /// Slower and slower: r of neighbouring rows grows with the time constant.
    #[test]
    fn higher_levels_change_more_slowly() -> Result<(), Error> {
        let levels = levels()?;
        let slowness = |k: usize| {
            let x = levels.level(k);
            (0..399).map(|t| x.row(t).dot(&x.row(t + 1))).sum::<f64>() / x.len() as f64
        };
        let slow: Vec<f64> = (1..11).map(slowness).collect();
        assert!(slow.windows(2).all(|pair| pair[0] < pair[1] + 0.02), "{slow:?}");
        assert!(slow[0].abs() < 0.15 && slow[9] > 0.95, "{slow:?}");
        Ok(())
    }

    #[test]
    fn rare_words_last_longer() -> Result<(), Error> {
        let levels = levels()?;
        let r = levels.level(0).column(1).dot(&levels.level(1).column(0)) / 400.0;
        assert!(r > 0.5, "{r}");
        Ok(())
    }

    #[test]
    fn gains_are_highest_at_the_height_and_have_norm_one() -> Result<(), Error> {
        let levels = Levels::new(vec![Array2::zeros((2, 1)), Array2::zeros((2, 4)), Array2::zeros((2, 1))])?;
        let gains = levels.gains(0.5, 0.5, 3);
        let side = (-0.5_f64).exp();
        let norm = (1.0 + 2.0 * side * side).sqrt();
        let expected = array![side, 0.5, 0.5, 0.5, 0.5, side] / norm;
        assert_abs_diff_eq!(gains, expected, epsilon = 1e-12);
        assert_abs_diff_eq!(levels.gains(1.0, 0.01, 1), array![1.0, 0.0, 0.0, 0.0, 0.0, 0.0], epsilon = 1e-12);
        Ok(())
    }

    #[test]
    fn levels_of_other_words_are_refused() {
        let levels = Levels::new(vec![Array2::zeros((2, 1)), Array2::zeros((3, 1))]);
        assert_eq!(levels, Err(Error::Rows { level: 1, found: 3, expected: 2 }));
        assert_eq!(Levels::new(vec![]), Err(Error::None("the number of levels")));
    }

    #[test]
    fn one_word_alone_has_no_variance() -> Result<(), Error> {
        let levels = Levels::of_words(&Words::given(vec![0])?, 2, 1)?;
        assert!(levels.joined().iter().all(|value| *value == 0.0));
        Ok(())
    }
}
