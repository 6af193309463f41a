//! Which electrodes are asked about at all.

use gyrus_encoding::{Contrast, Lags, Quiet, SelectionParams, Side};
use serde::{Deserialize, Serialize};

use crate::Error;

/// Electrodes that answer to speech are kept, the others are named and left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElectrodeSettings {
    /// How an answer shows.
    pub responsive: Responsive,
    /// For `silence`: from when to when after an onset, in seconds.
    #[serde(default = "window")]
    pub window: [f64; 2],
    /// For `silence`: which answers count.
    #[serde(default)]
    pub side: Side,
    /// For `silence`: what counts as silence, in seconds.
    #[serde(default)]
    pub quiet: Quiet,
    /// For `evoked`: lags in seconds after an onset.
    #[serde(default = "lags")]
    pub lags: Vec<f64>,
    /// Circular shifts of the words for p values.
    #[serde(default = "shifts")]
    pub shifts: usize,
    /// The largest q, over the electrodes of a listener, that counts as an answer.
    #[serde(default = "level")]
    pub level: f64,
}

/// How an answer to speech shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Responsive {
    /// The mean after onsets of words differs from that in silence.
    Silence,
    /// The mean response to a word differs from the mean of the recording, at some lag.
    Evoked,
}

/// The window around each lag of an evoked response, in seconds.
const AROUND: f64 = 0.05;

fn window() -> [f64; 2] {
    [0.0, 0.3]
}

fn lags() -> Vec<f64> {
    (0..10).map(|i| f64::from(i) * 0.05).collect()
}

fn shifts() -> usize {
    999
}

fn level() -> f64 {
    0.05
}

impl ElectrodeSettings {
    /// All other settings as they are where a study does not name them.
    pub fn new(responsive: Responsive) -> Self {
        let (window, lags, shifts, level) = (window(), lags(), shifts(), level());
        Self { responsive, window, side: Side::default(), quiet: Quiet::default(), lags, shifts, level }
    }

    /// How electrodes are tested.
    ///
    /// # Errors
    /// Lags that are none.
    pub fn params(&self, seed: u64) -> Result<SelectionParams, Error> {
        let contrast = match self.responsive {
            Responsive::Silence => Contrast::Silence { from: self.window[0], to: self.window[1], quiet: self.quiet },
            Responsive::Evoked => Contrast::Evoked(Lags::new(self.lags.clone(), AROUND)?),
        };
        Ok(SelectionParams {
            contrast,
            side: self.side,
            words: None,
            between: None,
            shifts: self.shifts,
            least_shift: 1,
            seed,
        })
    }
}
