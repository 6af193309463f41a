//! Whether the peaks of electrodes are found at the levels where they were planted.

use gyrus_encoding::rank_correlation;
use ndarray::Array1;
use serde::{Deserialize, Serialize};

use super::electrode::{Electrode, FoundElectrode};

/// Peaks of electrodes that hear and respond.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peaks {
    /// The electrodes.
    pub electrodes: usize,
    /// Those whose interval holds the true peak.
    pub held: usize,
    /// Rank correlation of true and found depth; undefined of fewer than three, or without differences.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub rank: f64,
    /// Electrodes by their true peak, in order.
    pub levels: Vec<LevelPeaks>,
    /// Pairs of neighbours among these levels, and those of which the higher one is found deeper on average.
    pub pairs: usize,
    /// See `pairs`.
    pub ordered: usize,
}

/// Electrodes with the same true peak.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelPeaks {
    /// The level, from 0.
    pub level: usize,
    /// Its depth.
    pub depth: f64,
    /// The electrodes.
    pub electrodes: usize,
    /// Mean depth at which their peaks are found.
    pub mean: f64,
    /// The lowest and the highest.
    pub lowest: f64,
    /// See `lowest`.
    pub highest: f64,
}

impl Peaks {
    /// Of those of `electrodes` that hear and respond.
    pub fn of(electrodes: &[Electrode]) -> Self {
        let known = |electrode| Some((peak(electrode)?, electrode.responsive()?));
        let known: Vec<((usize, f64), &FoundElectrode)> =
            electrodes.iter().filter_map(known).filter(|(_, found)| found.peak.value.is_finite()).collect();
        let held = |((_, depth), found): &&((usize, f64), &FoundElectrode)| {
            // A bound that was computed from the same level is that level.
            (found.peak.low - ROUNDING..=found.peak.high + ROUNDING).contains(depth)
        };
        let levels = levels(&known);
        let deeper = levels.windows(2).filter(|pair| pair[1].mean > pair[0].mean).count();
        Self {
            electrodes: known.len(),
            held: known.iter().filter(held).count(),
            rank: rank(&known),
            pairs: levels.len().saturating_sub(1),
            ordered: deeper,
            levels,
        }
    }

    /// Share of intervals that hold the true peak; NaN of no electrodes.
    pub fn coverage(&self) -> f64 {
        self.held as f64 / self.electrodes as f64
    }
}

/// A millionth of the depth.
const ROUNDING: f64 = 1e-6;

/// The level and depth of the true peak.
fn peak(electrode: &Electrode) -> Option<(usize, f64)> {
    electrode.planted.peak.zip(electrode.planted.peak_depth())
}

fn rank(known: &[((usize, f64), &FoundElectrode)]) -> f64 {
    let planted: Array1<f64> = known.iter().map(|((_, depth), _)| *depth).collect();
    let found: Array1<f64> = known.iter().map(|(_, found)| found.peak.value).collect();
    if known.len() < 3 { f64::NAN } else { rank_correlation(planted.view(), found.view()) }
}

fn levels(known: &[((usize, f64), &FoundElectrode)]) -> Vec<LevelPeaks> {
    let mut order: Vec<(usize, f64)> = known.iter().map(|(peak, _)| *peak).collect();
    order.sort_by_key(|(level, _)| *level);
    order.dedup();
    let of = |(level, depth): (usize, f64)| {
        let found: Vec<f64> = known.iter().filter(|(peak, _)| peak.0 == level).map(|(_, f)| f.peak.value).collect();
        LevelPeaks {
            level,
            depth,
            electrodes: found.len(),
            mean: found.iter().sum::<f64>() / found.len() as f64,
            lowest: found.iter().copied().fold(f64::INFINITY, f64::min),
            highest: found.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        }
    };
    order.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::truth::electrode::made_up::electrode;

    #[test]
    fn peaks_are_held_and_ordered_or_not() {
        // Intervals reach .1 to both sides; the fourth misses, the fifth hears nothing, the sixth does not respond.
        let found = Peaks::of(&[
            electrode(Some(2), 10.0, 0.2, 0.01),
            electrode(Some(2), 11.0, 0.3, 0.01),
            electrode(Some(5), 12.0, 0.4, 0.05),
            electrode(Some(8), 13.0, 0.35, 0.01),
            electrode(None, 14.0, 0.9, 0.01),
            electrode(Some(9), 15.0, 0.1, 0.2),
        ]);
        assert_eq!((found.electrodes, found.held, found.pairs, found.ordered), (4, 3, 2, 1));
        let levels: Vec<(usize, usize)> = found.levels.iter().map(|level| (level.level, level.electrodes)).collect();
        assert_eq!(levels, [(2, 2), (5, 1), (8, 1)]);
        assert!((found.levels[0].mean - 0.25).abs() < 1e-12);
        assert_eq!((found.levels[0].lowest, found.levels[0].highest), (0.2, 0.3));
        assert!((found.coverage() - 0.75).abs() < 1e-12);
        // Ranks 1.5, 1.5, 3, 4 against 1, 2, 4, 3.
        assert!((found.rank - 0.737_864_787_372_622).abs() < 1e-9);
    }

    #[test]
    fn nobody_has_no_coverage() {
        let found = Peaks::of(&[electrode(None, 1.0, 0.5, 0.01)]);
        assert!(found.coverage().is_nan() && found.rank.is_nan() && found.levels.is_empty());
    }
}
