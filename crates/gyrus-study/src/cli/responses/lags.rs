//! Lags after a word in seconds, as they are asked for.

use std::str::FromStr;

/// Lags as they were asked for: `-0.2,0,0.2`, or `A:B:STEP` with both ends.
#[derive(Debug, Clone, PartialEq)]
pub struct LagSeconds(Vec<f64>);

/// Most lags of a list.
const MOST: usize = 10_000;

/// In steps: how close to the end of `A:B:STEP` a lag is taken to be on it.
const ROUNDING: f64 = 1e-6;

impl LagSeconds {
    /// The lags.
    pub fn seconds(&self) -> Vec<f64> {
        self.0.clone()
    }
}

impl FromStr for LagSeconds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |part: &str| {
            let value = part.trim().parse().ok().filter(|value: &f64| value.is_finite());
            value
                .ok_or_else(|| format!("expected lags in seconds such as `-0.2,0,0.2` or `-0.2:0.6:0.1`, not `{text}`"))
        };
        let parts = text.split(':').collect::<Vec<_>>();
        let lags = match parts[..] {
            [list] => list.split(',').map(number).collect::<Result<Vec<_>, _>>()?,
            [first, last, step] => epoch(number(first)?, number(last)?, number(step)?)
                .ok_or_else(|| format!("expected `A:B:STEP` with A up to B in at most {MOST} steps, not `{text}`"))?,
            _ => return Err(number("").expect_err("nothing is no number")),
        };
        let twice = lags.iter().enumerate().find(|(place, lag)| lags[..*place].contains(lag));
        match twice {
            Some((_, lag)) => Err(format!("the lag of {lag} s stands twice in `{text}`")),
            None => Ok(Self(lags)),
        }
    }
}

/// All lags from `first` to `last`.
fn epoch(first: f64, last: f64, step: f64) -> Option<Vec<f64>> {
    let steps = ((last - first) / step + ROUNDING).floor();
    let fine = step > 0.0 && (0.0..MOST as f64).contains(&steps);
    fine.then(|| (0..=steps as usize).map(|i| first + step * i as f64).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_epochs_are_read() -> Result<(), String> {
        assert_eq!("-0.2,0,0.25".parse::<LagSeconds>()?.0, [-0.2, 0.0, 0.25]);
        let epoch = "-0.1:0.3:0.2".parse::<LagSeconds>()?.0;
        assert!(epoch.len() == 3 && (epoch[2] - 0.3).abs() < 1e-12, "{epoch:?}");
        for wrong in ["", "a", "0,x", "0:1", "1:0:0.1", "0:1:0", "0:1:1e-9", "nan", "0,0", "0:1:2:3", "0:1:inf"] {
            assert!(wrong.parse::<LagSeconds>().is_err(), "{wrong}");
        }
        Ok(())
    }
}
