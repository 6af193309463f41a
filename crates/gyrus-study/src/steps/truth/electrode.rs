//! An electrode: what was planted in it, and what was found of that.

use gyrus_encoding::Estimate;

use super::planted::PlantedElectrode;

/// The largest q that counts as an answer to words.
pub const LEVEL: f64 = 0.05;

/// An electrode: what was planted in it, and what was found of that by the planted features.
#[derive(Debug, Clone, PartialEq)]
pub struct Electrode {
    /// Whose it is.
    pub patient: String,
    /// What was planted.
    pub planted: PlantedElectrode,
    /// What was found; none of one that is no target of the analysis.
    pub found: Option<FoundElectrode>,
}

/// What was found of an electrode.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundElectrode {
    /// Its place among the targets of the group.
    pub column: usize,
    /// The lag in seconds at which its responses are taken; none where that is the main lag of all.
    pub lag: Option<f64>,
    /// The lag at which a level adds most to the controls; none without a map over lags.
    pub best_lag: Option<f64>,
    /// The level that predicts it best, as a fraction of the depth.
    pub peak: Estimate,
    /// r of the controls and that level.
    pub score: Estimate,
    /// r of the level that is its true peak, alone; undefined of one that hears nothing.
    pub alone: f64,
    /// p adjusted over targets that levels add nothing to the controls.
    pub q: f64,
}

impl Electrode {
    /// What was found, if levels add to the controls.
    pub fn responsive(&self) -> Option<&FoundElectrode> {
        self.found.as_ref().filter(|found| found.q <= LEVEL)
    }
}

/// Electrodes with a given truth, for tests.
#[cfg(test)]
pub mod made_up {
    use super::*;

    /// One that hears the level `peak` of eleven best, `distance` mm away, and whose peak is found at `found`, of 0 to 1.
    pub fn electrode(peak: Option<usize>, distance: f64, found: f64, q: f64) -> Electrode {
        let hears = if peak.is_some() { 0.5 } else { 0.0 };
        let planted = PlantedElectrode {
            name: format!("E{distance}"),
            distance,
            height: peak.map(|peak| peak as f64 / 10.0),
            latency: 0.05 + 0.03 * peak.unwrap_or(0) as f64,
            ceiling: hears,
            linear_ceiling: Some(0.9 * hears),
            profile: vec![Some(0.8 * hears); 11],
            peak,
        };
        let found = FoundElectrode {
            column: 0,
            lag: Some(0.2),
            best_lag: None,
            peak: Estimate { value: found, low: found - 0.1, high: found + 0.1 },
            score: Estimate { value: 0.4, low: 0.3, high: 0.5 },
            alone: 0.38,
            q,
        };
        Electrode { patient: "01".into(), planted, found: Some(found) }
    }
}
