//! What a row of the analysis is: a scan that many words reach, or a word with the signal around it.

use gyrus_encoding::Slow;
use gyrus_signals::Epochs;
use serde::{Deserialize, Serialize};

/// Rows are scans: words reach those after them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanSettings {
    /// How a word reaches the scans after it.
    pub response: Response,
    /// Delays in scans: needed by `response = "fir"`, possible with `"lanczos"`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delays: Vec<usize>,
    /// Slow cosines that are removed from responses, features and controls of each run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cosines: Option<usize>,
    /// The same by the longest period that stays, in seconds, instead of `cosines`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high_pass: Option<f64>,
}

/// How a word reaches the scans after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Response {
    /// By the canonical hemodynamic response.
    Canonical,
    /// By delayed copies (finite impulse response).
    Fir,
    /// By the Lanczos window, then delayed copies if there are delays.
    Lanczos,
}

/// Rows are words: the signal around each is its response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LagSettings {
    /// Lags after the word in seconds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seconds: Vec<f64>,
    /// The lag of every headline number, one of them.
    pub main: f64,
    /// Width in seconds of the window around each lag in which the signal is averaged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<f64>,
    /// The signal around each word resampled, and all its samples as lags, instead of `seconds` and `window`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epochs: Option<Epochs>,
    /// The moment of a word from which lags count.
    #[serde(default)]
    pub anchor: Anchor,
    /// The lag at which the headline response of a target is taken.
    #[serde(default)]
    pub target: TargetLag,
}

/// The lag at which the headline response of a target is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetLag {
    /// The main lag.
    #[default]
    Main,
    /// The lag where its mean response to a word is farthest from the mean of its signal.
    Evoked,
}

/// A moment of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    /// Half way between its beginning and its end.
    #[default]
    Centre,
    /// Its beginning.
    Onset,
    /// Its end.
    Offset,
}

/// In seconds: lags that are nearer than this are one; those of epochs are sums.
const SAME: f64 = 1e-9;

impl ScanSettings {
    /// What is removed from scans that are `step` seconds apart.
    pub fn slow(&self, step: f64) -> Slow {
        match (self.high_pass, self.cosines) {
            (Some(seconds), _) => Slow::Longer { seconds, step },
            (None, cosines) => Slow::Cosines(cosines.unwrap_or(0)),
        }
    }

    /// Whether delays are given where they must be, and nowhere else.
    pub(super) fn delays_suit(&self) -> bool {
        match self.response {
            Response::Canonical => self.delays.is_empty(),
            Response::Fir => !self.delays.is_empty(),
            Response::Lanczos => true,
        }
    }
}

impl LagSettings {
    /// The lags in seconds, of epochs too; none of epochs that mean nothing.
    pub fn lags(&self) -> Vec<f64> {
        match &self.epochs {
            None => self.seconds.clone(),
            Some(epochs) => epochs.lags().unwrap_or_default(),
        }
    }

    /// Position of the main lag in the list.
    pub fn main_at(&self) -> Option<usize> {
        self.lags().iter().position(|lag| (lag - self.main).abs() < SAME)
    }
}
