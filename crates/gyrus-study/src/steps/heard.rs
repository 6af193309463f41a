//! One listener as an analysis meets them, wherever the recording came from.

use gyrus_recordings::{Listener, Target, bids};
use gyrus_types::Recording;
use ndarray::{Array1, Array2};

/// A recording with what goes beside it, sample by sample.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The signal of every target, `(samples, targets)`.
    pub recording: Recording,
    /// What is known of each target.
    pub targets: Vec<Target>,
    /// What else was measured on this listener, `(samples, columns)`: motion, for instance.
    pub own: Option<Array2<f64>>,
    /// Envelope or power of the sound, `(samples)`.
    pub sound: Option<Array1<f64>>,
    /// The word rate that came with the data, `(samples)`.
    pub supplied_rate: Option<Array1<f64>>,
    /// The signal of every time that the same was heard, `(samples, targets)` each; none where it was heard once.
    pub repeats: Vec<Array2<f64>>,
}

impl Heard {
    /// Name of the listener.
    pub fn subject(&self) -> &str {
        self.recording.subject()
    }

    /// Every number, one after the other.
    pub fn numbers(&self) -> impl Iterator<Item = f64> {
        let columns = [&self.sound, &self.supplied_rate].into_iter().flatten();
        let rows = self.recording.signal().into_iter().copied();
        rows.chain(self.own.iter().flatten().copied()).chain(columns.flatten().copied())
    }
}

impl From<Listener> for Heard {
    fn from(listener: Listener) -> Self {
        let named = |name: &String| Target { region: Some(name.clone()), ..Target::named(name) };
        Self {
            targets: listener.recording.targets().iter().map(named).collect(),
            recording: listener.recording,
            own: Some(listener.motion),
            sound: Some(listener.sound_power),
            supplied_rate: Some(listener.supplied_rate),
            repeats: Vec::new(),
        }
    }
}

impl From<bids::Listener> for Heard {
    fn from(listener: bids::Listener) -> Self {
        let bids::Listener { recording, targets, .. } = listener;
        Self { recording, targets, own: None, sound: None, supplied_rate: None, repeats: Vec::new() }
    }
}
