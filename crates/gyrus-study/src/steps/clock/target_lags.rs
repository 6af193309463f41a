//! The lag of each target, where that is not the same for all: when it answers to words.

use std::collections::BTreeMap;

use gyrus_encoding::evoked_lags;
use ndarray::Array2;

use super::around::Around;
use crate::Error;
use crate::settings::Targets;
use crate::steps::heard::Heard;

/// Positions of targets' own lags in the list of lags, by name of the listener.
#[derive(Debug)]
pub(super) struct TargetLags {
    positions: BTreeMap<String, Vec<usize>>,
}

impl TargetLags {
    /// Where the evoked response of each target is largest to words at `times`: targets that listeners share have one lag,
    /// that of the mean over listeners.
    ///
    /// # Errors
    /// A lag's window that could fall between two samples.
    pub fn evoked(around: &Around, listeners: &[Heard], targets: Targets, times: &[f64]) -> Result<Self, Error> {
        let of = |heard: &Heard| -> Result<Array2<f64>, Error> { around.evoked(heard, times) };
        let mut evoked = listeners.iter().map(of).collect::<Result<Vec<_>, _>>()?;
        if targets == Targets::Shared {
            let sum = evoked.iter().cloned().reduce(|a, b| a + b).unwrap_or_default();
            evoked.fill(sum);
        }
        let names = listeners.iter().map(|heard| heard.subject().to_owned());
        Ok(Self { positions: names.zip(evoked.iter().map(|evoked| evoked_lags(evoked.view()))).collect() })
    }

    /// The position of the lag of each target of `heard`.
    pub fn of(&self, heard: &Heard) -> &[usize] {
        self.positions.get(heard.subject()).map_or(&[], Vec::as_slice)
    }
}
