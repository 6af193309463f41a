//! One listener, or all of them, ready to be encoded.

use ndarray::{Array2, ArrayView2, Axis, concatenate};

use super::standardised;

/// One listener or the group: one row per scan or word.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Name of the listener, or [`MEAN`], or [`ALL`].
    pub name: String,
    /// Name of each target.
    pub targets: Vec<String>,
    /// `(rows, targets)` at the main lag, each with mean 0 and standard deviation 1.
    pub responses: Array2<f64>,
    /// `(rows, controls)`: those of the words, of the sound, and for a listener what else was measured on them.
    pub controls: Array2<f64>,
}

/// The name of the mean recording, of listeners who share their targets.
pub const MEAN: &str = "mean recording";

/// The name of all targets side by side, of listeners with targets of their own.
pub const ALL: &str = "all targets";

impl Panel {
    /// The mean of the listeners' clean signals.
    pub(super) fn mean(listeners: &[Self], controls: Array2<f64>) -> Self {
        let sum = listeners.iter().map(|panel| panel.responses.clone()).reduce(|a, b| a + b).unwrap_or_default();
        let targets = listeners.first().map(|panel| panel.targets.clone()).unwrap_or_default();
        Self { name: MEAN.into(), targets, responses: standardised(sum), controls }
    }

    /// The targets of the first listener, then of the second, and so on.
    pub(super) fn side_by_side(listeners: &[Self], controls: Array2<f64>) -> Self {
        let views: Vec<ArrayView2<f64>> = listeners.iter().map(|panel| panel.responses.view()).collect();
        let responses = concatenate(Axis(1), &views).expect("listeners share their rows");
        let own = |panel: &Self| panel.targets.iter().map(|t| format!("{} {t}", panel.name)).collect::<Vec<_>>();
        Self { name: ALL.into(), targets: listeners.iter().flat_map(own).collect(), responses, controls }
    }
}
