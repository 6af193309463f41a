//! From the bits of a sample to physical units and back.

use crate::samples::Line;

/// The line through (digital minimum, physical minimum) and (digital maximum, physical maximum).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub physical: [f64; 2],
    pub digital: [i32; 2],
}

/// Characters of a number in the header.
const WIDTH: usize = 8;
/// Most that rounding to so few characters may widen a range.
const WIDER: f64 = 1.25;

impl Scale {
    /// Physical units of a step, (pmax - pmin) / (dmax - dmin); nothing if it is 0 or not finite.
    fn gain(self) -> Option<f64> {
        let gain = (self.physical[1] - self.physical[0]) / f64::from(self.digital[1] - self.digital[0]);
        Some(gain).filter(|gain| gain.is_finite() && *gain != 0.0)
    }

    /// The sample d in physical units: (d - dmin) gain + pmin; nothing if the physical range is none.
    pub fn line(self) -> Option<Line> {
        let [zero, offset] = [f64::from(self.digital[0]), self.physical[0]];
        self.gain().map(|gain| Line { zero, gain, offset })
    }

    /// The sample nearest to a value of the range.
    pub fn digital(self, value: f64) -> i16 {
        let [low, high] = self.physical;
        let steps = ((value - low) / (high - low) * 65_535.0).round().clamp(0.0, 65_535.0);
        (steps as i32 - 32_768) as i16
    }

    /// The narrowest range around finite `values` whose ends can be written in a header, and the texts of the ends.
    ///
    /// Nothing if they are too large for it, or so small that rounding would waste a fifth of the 16 bits.
    /// A constant, and what has no values, gets a range of 1.
    pub fn around(values: impl Iterator<Item = f64> + Clone) -> Option<(Self, [String; 2])> {
        let (low, high) = (values.clone().reduce(f64::min).unwrap_or(0.0), values.reduce(f64::max).unwrap_or(0.0));
        let (least, begin) = written(low, f64::floor)?;
        let (most, end) = written(if high > low { high } else { begin + 1.0 }, f64::ceil)?;
        let suits = high == low || end - begin <= WIDER * (high - low);
        suits.then_some((Self { physical: [begin, end], digital: [-32_768, 32_767] }, [least, most]))
    }
}

/// The number with most decimals that fits a header and lies on the side of `value` that `round` takes it to.
fn written(value: f64, round: fn(f64) -> f64) -> Option<(String, f64)> {
    let side = round(0.5) - 0.5;
    (0..WIDTH - 1).rev().find_map(|decimals| {
        let unit = 10.0_f64.powi(decimals as i32);
        // Division rounds, so the nearest number may lie on the other side; its neighbour then does not.
        [0.0, 2.0 * side].into_iter().find_map(|more| {
            let text = format!("{:.decimals$}", (round(value * unit) + more) / unit + 0.0);
            let number: f64 = text.parse().ok()?;
            (text.len() <= WIDTH && (number - value) * side >= 0.0).then_some((text, number))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[f64], expected: Option<[&str; 2]>) {
        let found = Scale::around(values.iter().copied());
        assert_eq!(found.map(|(_, texts)| texts), expected.map(|texts| texts.map(str::to_owned)));
    }

    #[test]
    fn ends_are_rounded_outwards_to_eight_characters() {
        check(&[-1.0, 2.0], Some(["-1.00000", "2.000000"]));
        check(&[-0.123_456_789, 1_234.567_891], Some(["-0.12346", "1234.568"]));
        check(&[-9_999_999.0, 99_999_999.0], Some(["-9999999", "99999999"]));
    }

    #[test]
    fn what_eight_characters_cannot_say_is_refused() {
        check(&[0.0, 1e8], None);
        check(&[-1e7, 0.0], None);
        check(&[1e-9, 2e-7], None);
        check(&[-1e-7, 2e-9], None);
    }

    /// A value as it is written and read again.
    fn again(scale: Scale, value: f64) -> f64 {
        let line = scale.line().expect("a range");
        (f64::from(scale.digital(value)) - line.zero) * line.gain + line.offset
    }

    #[test]
    fn a_constant_is_exact() {
        let (scale, _) = Scale::around([2.5; 3].into_iter()).expect("a range");
        assert_eq!(again(scale, 2.5), 2.5);
        check(&[], Some(["0.000000", "1.000000"]));
    }

    #[test]
    fn a_sample_is_the_nearest() {
        let (scale, _) = Scale::around([-3.3, 7.9].into_iter()).expect("a range");
        let gain = scale.gain().expect("a step");
        for value in [-3.3, -1.0, 0.0, 0.77, 7.9] {
            let error = (again(scale, value) - value).abs();
            assert!(error <= 0.5 * gain * (1.0 + 1e-9), "{value}: {error}");
        }
    }
}
