//! How many samples become how many.

use serde::{Deserialize, Serialize};

use crate::{Error, checks};

/// Largest whole number of a ratio; a filter has 20 times as many samples.
const MOST: u32 = 20_000;

/// How far a ratio may be from that of the rates, as a share of it: a thousandth of a sample in a thousand million.
const NEAR: f64 = 1e-12;

/// `up` samples for every `down`, in lowest terms, each from 1 to 20,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(u32, u32)", into = "(u32, u32)")]
pub struct Ratio {
    up: u32,
    down: u32,
}

impl Ratio {
    /// The ratio in lowest terms.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a number that is not from 1 to 20,000 in lowest terms.
    pub fn new(up: u32, down: u32) -> Result<Self, Error> {
        let divisor = common_divisor(up, down).max(1);
        let check = |what, value| checks::within(what, 1, MOST as usize, (value / divisor) as usize);
        check("samples that become others", down)?;
        check("samples that others become", up)?;
        Ok(Self { up: up / divisor, down: down / divisor })
    }

    /// The ratio that leads from one rate to another, both in hertz.
    ///
    /// # Errors
    /// [`Error::NotPositive`] for a rate, [`Error::Ratio`] where none is within a share of 1e-12 of theirs.
    pub fn between(from: f64, to: f64) -> Result<Self, Error> {
        let wanted = checks::positive("sampling rate", to)? / checks::positive("sampling rate", from)?;
        let (up, down) = nearest(wanted);
        let near = f64::from(up) / f64::from(down);
        if up > 0 && (near / wanted - 1.0).abs() <= NEAR {
            return Ok(Self { up, down });
        }
        Err(Error::Ratio { from, to, most: MOST, up, down, near: near * from })
    }

    /// Samples that `down` become.
    pub fn up(self) -> u32 {
        self.up
    }

    /// Samples that become `up`.
    pub fn down(self) -> u32 {
        self.down
    }

    /// The rate that `rate` becomes, both in hertz.
    pub fn rate(self, rate: f64) -> f64 {
        rate * f64::from(self.up) / f64::from(self.down)
    }

    /// How many samples `samples` become: those whose times lie before the end, up n / down rounded up.
    pub fn samples(self, samples: usize) -> usize {
        let exact = (samples as u128 * u128::from(self.up)).div_ceil(u128::from(self.down));
        usize::try_from(exact).unwrap_or(usize::MAX)
    }
}

impl TryFrom<(u32, u32)> for Ratio {
    type Error = Error;

    fn try_from((up, down): (u32, u32)) -> Result<Self, Error> {
        Self::new(up, down)
    }
}

impl From<Ratio> for (u32, u32) {
    fn from(ratio: Ratio) -> Self {
        (ratio.up, ratio.down)
    }
}

fn common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

/// The last convergent of the continued fraction of `value` whose numbers are not too large.
fn nearest(value: f64) -> (u32, u32) {
    let (mut before, mut now) = ((0.0, 1.0), (1.0, 0.0));
    let mut rest = value;
    for _ in 0..64 {
        let whole = rest.floor();
        let next = (whole * now.0 + before.0, whole * now.1 + before.1);
        if !(next.0 <= f64::from(MOST) && next.1 <= f64::from(MOST)) {
            break;
        }
        (before, now) = (now, next);
        if (next.0 / next.1 / value - 1.0).abs() <= NEAR || rest == whole {
            break;
        }
        rest = 1.0 / (rest - whole);
    }
    // A value above the largest number has no convergent at all.
    if now.1 == 0.0 { (MOST, 1) } else { (now.0 as u32, now.1 as u32) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_found_from_rates() {
        let of = |from, to| Ratio::between(from, to).map(<(u32, u32)>::from);
        assert_eq!(of(512.0, 100.0), Ok((25, 128)));
        assert_eq!(of(2048.0, 512.0), Ok((1, 4)));
        assert_eq!(of(25e6 / 8192.0, 400.0), Ok((2048, 15625)));
        assert_eq!(of(100.0, 44_100.0), Ok((441, 1)));
        assert_eq!(of(499.907, 499.907), Ok((1, 1)));
        assert_eq!(of(1.0 / 2.0045, 10.0), Ok((4009, 200)));
    }

    #[test]
    fn rates_without_a_ratio_are_refused_with_the_nearest() {
        for (from, to) in [(3051.7578, 400.0), (512.0, 100.0 * std::f64::consts::SQRT_2), (1.0, 1e7), (1e9, 1.0)] {
            let found = Ratio::between(from, to);
            assert!(matches!(found, Err(Error::Ratio { .. })), "{found:?}");
        }
        for bad in [0.0, -5.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(Ratio::between(512.0, bad), Err(Error::NotPositive { .. })));
            assert!(matches!(Ratio::between(bad, 512.0), Err(Error::NotPositive { .. })));
        }
        assert!(Ratio::new(0, 5).is_err() && Ratio::new(5, 0).is_err() && Ratio::new(0, 0).is_err());
        assert_eq!(Ratio::new(100_000, 50_000).map(<(u32, u32)>::from), Ok((2, 1)));
    }

    #[test]
    fn manifests_hold_valid_ratios() {
        let text = serde_json::to_string(&Ratio::new(25, 128).expect("it can be done")).expect("it can be done");
        assert_eq!(text, "[25,128]");
        assert_eq!(
            serde_json::from_str::<Ratio>("[50,256]").expect("it can be done"),
            Ratio::new(25, 128).expect("it can be done")
        );
        assert!(serde_json::from_str::<Ratio>("[0,256]").is_err());
    }
}
