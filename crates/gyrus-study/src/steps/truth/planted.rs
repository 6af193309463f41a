//! What `truth.json` of simulated recordings says of each electrode.

use serde::Deserialize;

use crate::settings::MapName;

/// The patients, and how their cortex was made; settings that no finding needs are passed over.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Planted {
    /// Where in the cortex which levels are heard.
    pub map: MapName,
    /// The patients.
    pub patients: Vec<PlantedPatient>,
}

/// A patient.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PlantedPatient {
    /// Name.
    pub name: String,
    /// Electrodes in the order of the recording.
    pub electrodes: Vec<PlantedElectrode>,
}

/// An electrode.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PlantedElectrode {
    /// Name.
    pub name: String,
    /// Millimetres from primary auditory cortex.
    pub distance: f64,
    /// The height that it hears best, from 0 to 1; none if it is deaf.
    pub height: Option<f64>,
    /// Seconds between the centre of a word and that of its response.
    pub latency: f64,
    /// r that no model of the words exceeds on an endless sample; 0 if it hears nothing.
    pub ceiling: f64,
    /// The same of linear models of all levels.
    pub linear_ceiling: Option<f64>,
    /// The same of each level alone.
    pub profile: Vec<Option<f64>>,
    /// The level with the highest.
    pub peak: Option<usize>,
}

impl PlantedElectrode {
    /// Whether it hears anything.
    pub fn hears(&self) -> bool {
        self.ceiling > 0.0
    }

    /// The true peak as a fraction of the depth: 0 is the first level, 1 the last.
    pub fn peak_depth(&self) -> Option<f64> {
        self.peak.map(|peak| peak as f64 / self.profile.len().saturating_sub(1).max(1) as f64)
    }
}
