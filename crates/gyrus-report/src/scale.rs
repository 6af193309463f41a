//! The range of an axis and its ticks.

use crate::{Error, text};

/// A range of values and the step between its ticks. `low < high`, both finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    pub low: f64,
    pub high: f64,
    step: f64,
}

impl Scale {
    /// A scale that holds every one of `values` with a margin of 5 %, with about `n_ticks` ticks.
    ///
    /// No value at all gives 0 to 1, a single value a range around it.
    pub fn around(values: impl IntoIterator<Item = f64>, n_ticks: usize) -> Result<Self, Error> {
        let (low, high) = extremes(values);
        let margin = 0.05 * (high - low);
        Self::exactly(low - margin, high + margin, n_ticks)
    }

    /// A scale from `low` to `high`, with about `n_ticks` ticks.
    pub fn exactly(low: f64, high: f64, n_ticks: usize) -> Result<Self, Error> {
        let span = high - low;
        if !span.is_finite() || low.is_nan() || high.is_nan() || span < 0.0 {
            return Err(Error::Span { low, high });
        }
        let size = low.abs().max(high.abs());
        if span > (1e-9 * size).max(1e-300) {
            return Ok(Self { low, high, step: round_step(span / n_ticks.max(1) as f64) });
        }
        // Too narrow to tell its ends apart: show the neighbourhood of the value instead.
        let margin = if size > 1e-290 { 0.1 * size } else { 1.0 };
        Ok(Self { low: low - margin, high: high + margin, step: round_step(2.0 * margin / n_ticks.max(1) as f64) })
    }

    /// A scale of whole numbers from `0` to `last`, with at most about `n_ticks` ticks.
    pub fn whole(last: usize, n_ticks: usize) -> Result<Self, Error> {
        let margin = 0.06 * (last as f64).max(6.0);
        let mut scale = Self::exactly(-margin, last as f64 + margin, n_ticks)?;
        scale.step = scale.step.max(1.0);
        Ok(scale)
    }

    /// Where `value` lies: 0 at the low end, 1 at the high end.
    pub fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }

    /// The values that get a tick: the multiples of the step inside the range.
    pub fn ticks(&self) -> Vec<f64> {
        let slack = 1e-9 * (self.high - self.low);
        let first = ((self.low - slack) / self.step).ceil() as i64;
        let last = ((self.high + slack) / self.step).floor() as i64;
        (first..=last).map(|i| i as f64 * self.step).collect()
    }

    /// The text of the tick at `value`, with as many digits as the step needs.
    pub fn label(&self, value: f64) -> String {
        let digits = (-self.step.log10() - 1e-9).ceil().max(0.0) as usize;
        text::number(value, digits)
    }
}

/// The lowest and the highest of `values`; 0 and 1 if there are none.
fn extremes(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let grow = |(low, high): (f64, f64), v: f64| (low.min(v), high.max(v));
    let (low, high) = values.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), grow);
    if low > high { (0.0, 1.0) } else { (low, high) }
}

/// The smallest of 1, 2, 5 times a power of ten that is not below `raw`.
fn round_step(raw: f64) -> f64 {
    let power = 10f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= raw * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[f64], expected: &[&str]) {
        let scale = Scale::around(values.iter().copied(), 5).expect("finite values");
        let labels: Vec<String> = scale.ticks().into_iter().map(|tick| scale.label(tick)).collect();
        assert_eq!(labels, expected);
        assert!(values.iter().all(|&v| (0.0..=1.0).contains(&scale.share(v))));
    }

    #[test]
    fn ticks_are_round_numbers() {
        check(&[0.334, 0.484], &["0.35", "0.40", "0.45"]);
        check(&[0.0, 100.0], &["0", "50", "100"]);
        check(&[-0.02, 0.03], &["\u{2212}0.02", "0.00", "0.02"]);
    }

    #[test]
    fn equal_values_get_a_range() {
        check(&[0.5, 0.5], &["0.46", "0.48", "0.50", "0.52", "0.54"]);
        check(&[0.0], &["\u{2212}1.0", "\u{2212}0.5", "0.0", "0.5", "1.0"]);
    }

    #[test]
    fn no_values_give_zero_to_one() {
        check(&[], &["0.0", "0.5", "1.0"]);
    }

    #[test]
    fn any_finite_values_have_few_ticks() -> Result<(), Error> {
        for (low, high) in [(1e-310, 3e-310), (1e300, 1.1e300), (1e15, 1e15 + 1.0), (-1e-9, 1e9)] {
            let ticks = Scale::around([low, high], 5)?.ticks();
            assert!((1..=12).contains(&ticks.len()), "{low} {high}: {ticks:?}");
        }
        Ok(())
    }

    #[test]
    fn overflowing_span_is_an_error() {
        assert!(Scale::around([-1.7e308, 1.7e308], 5).is_err());
    }

    #[test]
    fn layers_are_whole_numbers() -> Result<(), Error> {
        assert_eq!(Scale::whole(5, 12)?.ticks(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(Scale::whole(32, 6)?.ticks(), [0.0, 10.0, 20.0, 30.0]);
        assert_eq!(Scale::whole(0, 6)?.ticks(), [0.0]);
        Ok(())
    }
}
