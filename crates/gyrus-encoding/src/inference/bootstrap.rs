//! Intervals by resampling held-out blocks with the fitted weights fixed.
//!
//! Blocks longer than the autocorrelation are drawn with replacement within each fold, the same draw for every model,
//! so that differences are paired. Nothing is refitted: a duplicated block would sit in training and test at once.
//! Drawing m of m blocks understates the spread by (m - 1) / m, which is undone by widening (Davison and Hinkley 1997, 2.3).
//! A single block per fold says nothing about spread: intervals are then undefined.

use ndarray::{Array2, ArrayView1};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::FoldScores;
use crate::fit::held_out::Blocks;

/// Draws of held-out blocks, shared by everything that is to be compared.
#[derive(Debug, Clone)]
pub struct Bootstrap {
    /// `[fold]`: how often each block was drawn, `(draws, blocks)`.
    counts: Vec<Array2<f64>>,
    draws: usize,
    widening: f64,
}

/// A value with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Estimate {
    /// The value itself; NaN is undefined.
    #[serde(deserialize_with = "defined_or_nan")]
    pub value: f64,
    /// Lower bound.
    #[serde(deserialize_with = "defined_or_nan")]
    pub low: f64,
    /// Upper bound.
    #[serde(deserialize_with = "defined_or_nan")]
    pub high: f64,
}

/// What a 95 % interval leaves out on each side.
const TAIL: f64 = 0.025;

impl Bootstrap {
    /// `draws` draws over the blocks of `like`, decided by `seed` alone.
    pub fn new(like: &FoldScores, draws: usize, seed: u64) -> Self {
        let mut rng = StdRng::seed_from_u64(seed);
        let counts: Vec<_> = like.folds.iter().map(|fold| multinomial(draws, fold.len(), &mut rng)).collect();
        let fewest = like.folds.iter().map(Blocks::len).min().unwrap_or(0) as f64;
        let widening = if fewest > 1.0 { (fewest / (fewest - 1.0)).sqrt() } else { f64::NAN };
        Self { counts, draws, widening }
    }

    /// Number of draws.
    pub fn draws(&self) -> usize {
        self.draws
    }

    /// By how much a draw's distance from the value is stretched.
    pub(crate) fn widening(&self) -> f64 {
        self.widening
    }

    /// r of every draw in fold `fold`, `(draws, targets)`.
    pub(crate) fn r(&self, scores: &FoldScores, fold: usize) -> Array2<f64> {
        scores.folds[fold].resampled(self.counts[fold].view())
    }

    /// `value` with the interval that `drawn`, its counterpart in every draw, spans.
    ///
    /// With `comparisons` above one the interval is wider, so that all of them hold together 95 times in 100 (Bonferroni).
    pub fn estimate(&self, value: f64, drawn: ArrayView1<f64>, comparisons: usize) -> Estimate {
        let tail = TAIL / comparisons.max(1) as f64;
        let mut widened: Vec<f64> =
            drawn.iter().filter(|d| !d.is_nan()).map(|d| value + self.widening * (d - value)).collect();
        widened.sort_by(f64::total_cmp);
        Estimate { value, low: quantile(&widened, tail), high: quantile(&widened, 1.0 - tail) }
    }
}

impl Estimate {
    /// Whether the interval excludes zero.
    pub fn excludes_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// Reads a number; JSON has no NaN and writes it as null, which is read as NaN again.
///
/// # Errors
/// What the format says of anything that is neither a number nor null.
pub fn defined_or_nan<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(<Option<f64> as serde::Deserialize>::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

/// How often each of `n` things was drawn in `n` draws with replacement, `(draws, n)`.
pub(crate) fn multinomial(draws: usize, n: usize, rng: &mut StdRng) -> Array2<f64> {
    let mut counts = Array2::zeros((draws, n));
    for mut row in counts.rows_mut() {
        for _ in 0..n {
            row[rng.random_range(0..n)] += 1.0;
        }
    }
    counts
}

/// Quantile of sorted values by linear interpolation; NaN of none.
pub(crate) fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let position = q * last as f64;
    let (below, above) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
    below + (above - below) * position.fract()
}
