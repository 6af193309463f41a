//! From scores of planted recordings to the smallest effect that would have been found.

use ndarray::{ArrayView1, ArrayView2};

use crate::Estimate;

/// How often an unrelated recording may be called related.
const LEVEL: f64 = 0.05;

/// How often an effect must be found to count as detectable.
pub const DETECTED: f64 = 0.8;

/// Standard errors on each side of a 95 % interval.
const TWO_SIDED: f64 = 1.96;

/// How often planted effects were found, from none to the largest tried.
#[derive(Debug, Clone, PartialEq)]
pub struct PowerCurve {
    /// One for each effect, ascending; the first has none.
    pub points: Vec<PowerPoint>,
    /// The effect that is found [`DETECTED`] of the time, with its 95 % interval; infinite where no effect that was tried
    /// is found as often, NaN where scores are undefined.
    pub smallest: Estimate,
    /// The score to be expected at that effect; NaN where none is found as often.
    pub smallest_score: f64,
}

/// One planted effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PowerPoint {
    /// The true correlation of the response with the features.
    pub effect: f64,
    /// The share of recordings with that effect that were called related; its 95 % interval holds what chance does to the
    /// share and to the threshold.
    pub power: Estimate,
    /// The score above which such a recording is called related.
    pub threshold: f64,
    /// The mean score.
    pub score: f64,
}

impl PowerCurve {
    /// The curve of `effects`, ascending from 0, from scores of recordings with each effect, `planted` in their place, `(effects,
    /// draws)`, and turned away from it, `null`, `(effects, others)`; undefined scores are left out.
    ///
    /// A score is called related if p = (1 + null scores at least as high) / (1 + null scores) is at most .05.
    /// Shares are made to rise with the effect by least squares (pool adjacent violators), and the curve runs between
    /// them as a straight line in their log odds.
    pub(crate) fn of(effects: &[f64], null: ArrayView2<f64>, planted: ArrayView2<f64>) -> Self {
        let defined = |scores: ArrayView1<f64>| scores.iter().copied().filter(|score| !score.is_nan()).collect();
        let point = |at: usize| {
            let (bar, scores): (_, Vec<f64>) = (Bar::of(defined(null.row(at))), defined(planted.row(at)));
            let (power, threshold, score) = (bar.share(&scores), bar.threshold(0.0), mean(&scores));
            PowerPoint { effect: effects[at], power, threshold, score }
        };
        let points: Vec<PowerPoint> = (0..effects.len()).map(point).collect();
        let draws = planted.ncols() as f64;
        let reached = |share: &dyn Fn(&Estimate) -> f64| {
            let shares: Vec<f64> = points.iter().map(|point| share(&point.power)).collect();
            crossing(effects, &rising(&shares), draws)
        };
        // The higher bound of power is reached first.
        let smallest = Estimate { value: reached(&|p| p.value), low: reached(&|p| p.high), high: reached(&|p| p.low) };
        let scores: Vec<f64> = points.iter().map(|point| point.score).collect();
        Self { smallest_score: between(effects, &scores, smallest.value), smallest, points }
    }
}

/// Scores of unrelated recordings, the highest first.
struct Bar {
    null: Vec<f64>,
}

impl Bar {
    fn of(mut null: Vec<f64>) -> Self {
        null.sort_by(|a, b| b.total_cmp(a));
        Self { null }
    }

    /// The null score that a related recording exceeds: p <= [`LEVEL`] allows floor(LEVEL (1 + null scores)) - 1 of them
    /// above it. `errors` standard errors of that number further down the list where the bar is lower.
    fn threshold(&self, errors: f64) -> f64 {
        let n = self.null.len() as f64;
        let allowed = (LEVEL * (1.0 + n)).floor() - 1.0;
        if allowed < 0.0 {
            // So few null scores can call nothing related.
            return if self.null.is_empty() { f64::NAN } else { f64::INFINITY };
        }
        let place = allowed + (errors * (n * LEVEL * (1.0 - LEVEL)).sqrt()).round();
        self.null[place.clamp(0.0, n - 1.0) as usize]
    }

    /// The share of `scores` above the threshold; the interval adds, as independent errors, Wilson's of the share and what
    /// the share would be if the threshold lay at either end of its own interval.
    fn share(&self, scores: &[f64]) -> Estimate {
        let above = |threshold: f64| {
            let above = scores.iter().filter(|score| **score > threshold).count();
            if threshold.is_nan() { f64::NAN } else { above as f64 / scores.len() as f64 }
        };
        let value = above(self.threshold(0.0));
        let [low, high] = wilson(value, scores.len() as f64);
        let (fewer, more) = (above(self.threshold(-TWO_SIDED)), above(self.threshold(TWO_SIDED)));
        let away = |own: f64, by_threshold: f64| (value - own).hypot(value - by_threshold);
        Estimate { value, low: (value - away(low, fewer)).max(0.0), high: (value + away(high, more)).min(1.0) }
    }
}

/// Wilson's 95 % interval of a share p of n: (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n).
fn wilson(p: f64, n: f64) -> [f64; 2] {
    let z = TWO_SIDED;
    let middle = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    [middle - half, middle + half].map(|bound| bound / (1.0 + z * z / n))
}

/// The nearest sequence in squares that never falls: neighbours that fall are replaced by their mean.
fn rising(values: &[f64]) -> Vec<f64> {
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for &value in values {
        pools.push((value, 1));
        while let [.., (a, n), (b, m)] = pools[..] {
            if a <= b || a.is_nan() || b.is_nan() {
                break;
            }
            pools.truncate(pools.len() - 2);
            pools.push(((a * n as f64 + b * m as f64) / (n + m) as f64, n + m));
        }
    }
    pools.into_iter().flat_map(|(value, n)| std::iter::repeat_n(value, n)).collect()
}

/// Where rising `shares` of `draws` first reach [`DETECTED`], a straight line in log odds from one effect to the next.
fn crossing(effects: &[f64], shares: &[f64], draws: f64) -> f64 {
    if shares.iter().any(|share| share.is_nan()) {
        return f64::NAN;
    }
    // Half a draw away from never and always, whose odds are not finite.
    let odds = |share: f64| {
        let share = share.clamp(0.5 / draws, 1.0 - 0.5 / draws);
        (share / (1.0 - share)).ln()
    };
    match shares.iter().position(|share| *share >= DETECTED) {
        None => f64::INFINITY,
        Some(0) => effects[0],
        Some(i) => {
            let (below, above) = (odds(shares[i - 1]), odds(shares[i]));
            effects[i - 1] + (effects[i] - effects[i - 1]) * (odds(DETECTED) - below) / (above - below)
        }
    }
}

/// `values` at `effect`, a straight line between `effects`; NaN beyond them.
fn between(effects: &[f64], values: &[f64], effect: f64) -> f64 {
    match effects.iter().position(|known| *known >= effect) {
        None => f64::NAN,
        Some(0) => values[0],
        Some(i) => {
            let share = (effect - effects[i - 1]) / (effects[i] - effects[i - 1]);
            values[i - 1] + share * (values[i] - values[i - 1])
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Array1, Array2, Axis, array, stack};

    use super::*;
    use crate::p_value;

    #[test]
    fn what_never_falls_stays_and_falls_are_pooled() {
        assert_eq!(rising(&[0.0, 0.1, 0.1, 0.9]), [0.0, 0.1, 0.1, 0.9]);
        assert_eq!(rising(&[0.5, 0.25, 0.75, 0.0]), [0.375; 4]);
        assert_eq!(rising(&[0.0, 0.5, 0.25, 1.0]), [0.0, 0.375, 0.375, 1.0]);
    }

    #[test]
    fn the_threshold_is_that_of_the_p_value() {
        for n in [19, 20, 39, 100, 199] {
            let null: Vec<f64> = (0..n).map(|i| f64::from(i * 7 % n)).collect();
            let threshold = Bar::of(null.clone()).threshold(0.0);
            for score in (-1..=2 * n).map(|i| f64::from(i) / 2.0) {
                assert_eq!(score > threshold, p_value(score, &null) <= LEVEL, "{n} {score}");
            }
        }
        assert_eq!(Bar::of(vec![1.0; 18]).threshold(0.0), f64::INFINITY);
    }

    /// `scipy.stats.binomtest(k, n).proportion_ci(0.95, "wilson")`, printed by `tests/scripts/power_oracle.py`.
    #[test]
    fn intervals_of_shares_are_those_of_scipy() {
        for (p, n, expected) in WILSON {
            let found = wilson(p, n);
            assert_abs_diff_eq!(found[0], expected[0], epsilon = 1e-5);
            assert_abs_diff_eq!(found[1], expected[1], epsilon = 1e-5);
        }
    }

    const WILSON: [(f64, f64, [f64; 2]); 3] =
        [(0.8, 200.0, [0.739_145, 0.849_548]), (0.0, 50.0, [0.0, 0.071_348]), (0.05, 300.0, [0.030_532, 0.080_847])];

    /// Scores that are the effect plus one of evenly spaced errors: every share is known.
    #[test]
    fn a_known_curve_is_found() {
        let errors = Array1::from_shape_fn(1000, |i| (i as f64 + 0.5) / 1000.0);
        let effects = [0.0, 0.25, 0.5, 0.75, 1.0];
        let rows: Vec<Array1<f64>> = effects.iter().map(|effect| &errors + *effect).collect();
        let rows: Vec<_> = rows.iter().map(Array1::view).collect();
        let null = errors.broadcast((5, 1000)).expect("a row broadcasts to rows");
        let curve = PowerCurve::of(&effects, null, stack(Axis(0), &rows).expect("rows").view());
        let shares: Vec<f64> = curve.points.iter().map(|point| point.power.value).collect();
        assert_abs_diff_eq!(Array1::from(shares), array![0.05, 0.3, 0.55, 0.8, 1.0], epsilon = 2e-3);
        assert_abs_diff_eq!(curve.smallest.value, 0.75, epsilon = 5e-3);
        assert!(curve.smallest.low < 0.75 && 0.75 < curve.smallest.high && curve.smallest.high < 0.9);
        assert_abs_diff_eq!(curve.smallest_score, 1.25, epsilon = 5e-3);
        assert_abs_diff_eq!(curve.points[4].threshold, 0.95, epsilon = 2e-3);
    }

    #[test]
    fn an_effect_that_is_never_found_is_infinite() {
        let scores = Array2::from_shape_fn((2, 100), |(_, i)| i as f64);
        let curve = PowerCurve::of(&[0.0, 0.5], scores.view(), scores.view());
        assert_eq!(curve.smallest.value, f64::INFINITY);
        assert!(curve.smallest_score.is_nan());
    }

    #[test]
    fn undefined_scores_have_no_curve() {
        let scores = Array2::from_elem((2, 100), f64::NAN);
        let curve = PowerCurve::of(&[0.0, 0.5], scores.view(), scores.view());
        assert!(
            curve.points[0].threshold.is_nan() && curve.smallest.value.is_nan() && curve.points[1].power.value.is_nan()
        );
    }
}
