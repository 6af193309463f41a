//! Whether electrodes are found to answer when they were planted to.

use serde::{Deserialize, Serialize};

use super::electrode::{Electrode, FoundElectrode};
use crate::steps::median::median;

/// Lags of electrodes that hear and respond.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latencies {
    /// Seconds between neighbouring lags of the study, the least.
    pub bin: f64,
    /// By the evoked response; none where responses are taken at one lag.
    pub evoked: Option<Near>,
    /// By the lag where a level adds most; none without a map over lags.
    pub best: Option<Near>,
    /// Electrodes by their true peak, in order.
    pub levels: Vec<LevelLags>,
}

/// How many electrodes are found to answer within one bin of their latency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Near {
    /// The electrodes.
    pub electrodes: usize,
    /// Those within one bin.
    pub near: usize,
}

/// Electrodes with the same true peak; medians in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelLags {
    /// The level, from 0.
    pub level: usize,
    /// The electrodes.
    pub electrodes: usize,
    /// Of the planted latencies.
    pub planted: f64,
    /// Of the lags of the evoked response.
    pub evoked: Option<f64>,
    /// Of the lags where a level adds most.
    pub best: Option<f64>,
}

/// In bins: how close to one a distance is taken to be one.
const ROUNDING: f64 = 1e-6;

impl Latencies {
    /// Of those of `electrodes` that hear and respond, in a study of several lags `seconds`; none of a single lag.
    pub fn of(electrodes: &[Electrode], seconds: &[f64]) -> Option<Self> {
        let mut lags = seconds.to_vec();
        lags.sort_by(f64::total_cmp);
        let bin = lags.windows(2).map(|pair| pair[1] - pair[0]).reduce(f64::min)?;
        let known: Vec<(usize, f64, &FoundElectrode)> = electrodes
            .iter()
            .filter_map(|electrode| Some((electrode.planted.peak?, electrode.planted.latency, electrode.responsive()?)))
            .collect();
        let mut levels: Vec<usize> = known.iter().map(|(level, ..)| *level).collect();
        levels.sort_unstable();
        levels.dedup();
        Some(Self {
            bin,
            evoked: near(&known, bin, |found| found.lag),
            best: near(&known, bin, |found| found.best_lag),
            levels: levels.into_iter().map(|level| LevelLags::of(&known, level)).collect(),
        })
    }
}

fn near(
    known: &[(usize, f64, &FoundElectrode)],
    bin: f64,
    lag: impl Fn(&FoundElectrode) -> Option<f64>,
) -> Option<Near> {
    let pairs: Vec<(f64, f64)> = known.iter().filter_map(|(_, latency, found)| Some((*latency, lag(found)?))).collect();
    let near = pairs.iter().filter(|(latency, lag)| (latency - lag).abs() <= bin * (1.0 + ROUNDING)).count();
    (!pairs.is_empty()).then_some(Near { electrodes: pairs.len(), near })
}

impl LevelLags {
    fn of(known: &[(usize, f64, &FoundElectrode)], level: usize) -> Self {
        let own: Vec<_> = known.iter().filter(|(own, ..)| *own == level).collect();
        let lags = |lag: fn(&FoundElectrode) -> Option<f64>| {
            let lags: Vec<f64> = own.iter().filter_map(|(.., found)| lag(found)).collect();
            (!lags.is_empty()).then(|| median(lags))
        };
        Self {
            level,
            electrodes: own.len(),
            planted: median(own.iter().map(|(_, latency, _)| *latency).collect()),
            evoked: lags(|found| found.lag),
            best: lags(|found| found.best_lag),
        }
    }

    /// Whether a median lag is within `bin` of the planted one.
    pub fn within(&self, lag: f64, bin: f64) -> bool {
        (self.planted - lag).abs() <= bin * (1.0 + ROUNDING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::truth::electrode::made_up::electrode;

    #[test]
    fn lags_within_a_bin_are_counted_by_level() {
        // Planted at .08, .20, .20 and .35 s, found at .2 s; the fifth does not respond.
        let electrodes = [
            electrode(Some(1), 1.0, 0.1, 0.01),
            electrode(Some(5), 2.0, 0.5, 0.01),
            electrode(Some(5), 3.0, 0.5, 0.01),
            electrode(Some(10), 4.0, 1.0, 0.01),
            electrode(Some(10), 5.0, 1.0, 0.3),
        ];
        let found = Latencies::of(&electrodes, &[0.2, 0.0, 0.1]).expect("three lags");
        assert!((found.bin - 0.1).abs() < 1e-12);
        assert_eq!((found.evoked, found.best), (Some(Near { electrodes: 4, near: 2 }), None));
        let levels: Vec<(usize, usize)> = found.levels.iter().map(|level| (level.level, level.electrodes)).collect();
        assert_eq!(levels, [(1, 1), (5, 2), (10, 1)]);
        assert!(found.levels[1].within(0.3, 0.1) && !found.levels[2].within(0.2, 0.1));
        assert!((found.levels[2].planted - 0.35).abs() < 1e-12);
    }

    #[test]
    fn a_single_lag_says_nothing() {
        assert_eq!(Latencies::of(&[electrode(Some(1), 1.0, 0.1, 0.01)], &[0.2]), None);
    }
}
