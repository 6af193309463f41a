//! How near scores come to what any linear model could reach on an endless sample.

use serde::{Deserialize, Serialize};

use super::electrode::{Electrode, FoundElectrode};

/// Scores of the planted features over electrodes that hear, whether they respond or not: those that respond by luck would
/// score too high.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reached {
    /// The electrodes.
    pub electrodes: usize,
    /// Mean of r of the controls and the best level, divided by the linear ceiling.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub ratio: f64,
    /// Electrodes whose r exceeds the linear ceiling.
    pub above: usize,
    /// Those whose interval lies above it.
    pub wholly_above: usize,
    /// Mean of r of the true peak level alone, divided by what that level can reach.
    #[serde(deserialize_with = "gyrus_encoding::defined_or_nan")]
    pub peak_ratio: f64,
}

impl Reached {
    /// Of those of `electrodes` that hear and have a ceiling and a score.
    pub fn of(electrodes: &[Electrode]) -> Self {
        let ceiling = |electrode: &Electrode| electrode.planted.linear_ceiling.filter(|ceiling| *ceiling > 0.0);
        let scored = |electrode| Some((ceiling(electrode)?, electrode.found.as_ref()?, electrode));
        let known: Vec<(f64, &FoundElectrode, &Electrode)> =
            electrodes.iter().filter_map(scored).filter(|(_, found, _)| found.score.value.is_finite()).collect();
        let alone = |(_, found, electrode): &(f64, &FoundElectrode, &Electrode)| {
            let reachable = electrode.planted.profile[electrode.planted.peak?]?;
            Some(found.alone / reachable).filter(|ratio| ratio.is_finite())
        };
        Self {
            electrodes: known.len(),
            ratio: mean(known.iter().map(|(ceiling, found, _)| found.score.value / ceiling)),
            above: known.iter().filter(|(ceiling, found, _)| found.score.value > *ceiling).count(),
            wholly_above: known.iter().filter(|(ceiling, found, _)| found.score.low > *ceiling).count(),
            peak_ratio: mean(known.iter().filter_map(alone)),
        }
    }
}

/// NaN of nothing.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0), |(sum, n), value| (sum + value, n + 1));
    sum / f64::from(n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::truth::electrode::made_up::electrode;

    #[test]
    fn scores_are_divided_by_what_can_be_reached() {
        // Linear ceilings of .45, r of .4 [.3, .5]; alone .38 of .4. One lies above, one hears nothing.
        let mut above = electrode(Some(3), 1.0, 0.3, 0.9);
        if let Some(found) = &mut above.found {
            found.score = gyrus_encoding::Estimate { value: 0.5, low: 0.46, high: 0.54 };
        }
        let found = Reached::of(&[electrode(Some(2), 2.0, 0.2, 0.01), above, electrode(None, 3.0, 0.5, 0.01)]);
        assert_eq!((found.electrodes, found.above, found.wholly_above), (2, 1, 1));
        assert!((found.ratio - 1.0).abs() < 1e-12);
        assert!((found.peak_ratio - 0.95).abs() < 1e-12);
    }

    #[test]
    fn without_hearing_electrodes_nothing_is_reached() {
        let found = Reached::of(&[electrode(None, 3.0, 0.5, 0.01)]);
        assert!(found.electrodes == 0 && found.ratio.is_nan() && found.peak_ratio.is_nan());
    }
}
