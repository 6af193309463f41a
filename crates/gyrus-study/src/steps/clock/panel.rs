//! One listener, or all of them, ready to be encoded.

use std::ops::Range;

use ndarray::{Array2, ArrayView1, ArrayView2, Axis, concatenate};
use serde::{Deserialize, Serialize};

use super::controls::Controls;
use super::standardised;

/// One listener or the group: one row per scan or word.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Name of the listener, or [`MEAN`], or [`ALL`].
    pub name: String,
    /// Name of each target.
    pub targets: Vec<String>,
    /// The group of each target, which may share a penalty: a number.
    pub groups: Vec<usize>,
    /// Seconds after a word at which each target's responses are taken; 0 where rows are scans.
    pub lags: Vec<f64>,
    /// `(rows, targets)` at these lags, each with mean 0 and standard deviation 1.
    pub responses: Array2<f64>,
    /// `(rows, controls)`: those of the words, of the sound, and for a listener what else was measured on them.
    pub controls: Array2<f64>,
    /// The columns of each group of controls that there is.
    pub parts: Vec<(ControlPart, Range<usize>)>,
}

/// The name of the mean recording, of listeners who share their targets.
pub const MEAN: &str = "mean recording";

/// The name of all targets side by side, of listeners with targets of their own.
pub const ALL: &str = "all targets";

/// A group of controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlPart {
    /// Properties of the words.
    Words,
    /// The sound.
    Sound,
    /// What else was measured on each listener.
    Own,
}

impl ControlPart {
    /// Every group, in the order of the columns.
    pub const ALL: [Self; 3] = [Self::Words, Self::Sound, Self::Own];
}

impl Panel {
    /// Rows after which the responses' autocorrelation has fallen to zero, the longest over targets.
    pub fn autocorrelation_rows(&self) -> usize {
        self.responses.columns().into_iter().map(first_zero).max().unwrap_or(0)
    }

    /// The mean of the listeners' clean signals.
    pub(super) fn mean(listeners: &[Self], (controls, parts): Controls) -> Self {
        let sum = listeners.iter().map(|panel| panel.responses.clone()).reduce(|a, b| a + b).unwrap_or_default();
        let targets = listeners.first().map(|panel| panel.targets.clone()).unwrap_or_default();
        let groups = listeners.first().map(|panel| panel.groups.clone()).unwrap_or_default();
        let lags = listeners.first().map(|panel| panel.lags.clone()).unwrap_or_default();
        Self { name: MEAN.into(), targets, groups, lags, responses: standardised(sum), controls, parts }
    }

    /// The targets of the first listener, then of the second, and so on.
    pub(super) fn side_by_side(listeners: &[Self], (controls, parts): Controls) -> Self {
        let views: Vec<ArrayView2<f64>> = listeners.iter().map(|panel| panel.responses.view()).collect();
        let responses = concatenate(Axis(1), &views).expect("listeners share their rows");
        let own = |panel: &Self| panel.targets.iter().map(|t| format!("{} {t}", panel.name)).collect::<Vec<_>>();
        let (targets, groups) = (listeners.iter().flat_map(own).collect(), Self::all_groups(listeners));
        let lags = listeners.iter().flat_map(|panel| panel.lags.iter().copied()).collect();
        Self { name: ALL.into(), targets, groups, lags, responses, controls, parts }
    }

    /// The groups of all targets of several listeners, side by side; no two listeners have one in common.
    pub fn all_groups(listeners: &[Self]) -> Vec<usize> {
        let mut all: Vec<usize> = Vec::new();
        for panel in listeners {
            let first = all.iter().max().map_or(0, |last| last + 1);
            all.extend(panel.groups.iter().map(|group| first + group));
        }
        all
    }
}

/// The first lag at which the autocorrelation is not positive.
fn first_zero(signal: ArrayView1<f64>) -> usize {
    let n = signal.len();
    let at = |lag: usize| signal.slice(ndarray::s![lag..]).dot(&signal.slice(ndarray::s![..n - lag]));
    (1..n).find(|lag| at(*lag) <= 0.0).unwrap_or(n)
}
