//! How many electrodes that hear are found to, and how many that do not.

use serde::{Deserialize, Serialize};

use super::electrode::{Electrode, LEVEL};
use crate::summary::ModelSummary;

/// What a model adds to the controls in how many electrodes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detection {
    /// Name of the model.
    pub model: String,
    /// Electrodes that hear.
    pub hearing: usize,
    /// Those of them with a q of at most .05.
    pub hearing_found: usize,
    /// Electrodes that hear nothing.
    pub deaf: usize,
    /// Those of them with a q of at most .05.
    pub deaf_found: usize,
    /// Those of them with a p of at most .05.
    pub deaf_small_p: usize,
}

impl Detection {
    /// What `model` adds in `electrodes`.
    pub fn of(electrodes: &[Electrode], model: &ModelSummary) -> Self {
        let tested = |electrode: &Electrode| {
            let added = model.over_controls_regions.get(electrode.found.as_ref()?.column)?;
            Some((electrode.planted.hears(), added.p, added.q))
        };
        Self::count(&model.name, electrodes.iter().filter_map(tested))
    }

    /// Of electrodes that hear or do not, each with its p and q.
    fn count(model: &str, tested: impl Iterator<Item = (bool, f64, f64)>) -> Self {
        let (mut hearing, mut deaf) = ((0, 0), (0, 0, 0));
        for (hears, p, q) in tested {
            let (found, small) = (usize::from(q <= LEVEL), usize::from(p <= LEVEL));
            if hears {
                hearing = (hearing.0 + 1, hearing.1 + found);
            } else {
                deaf = (deaf.0 + 1, deaf.1 + found, deaf.2 + small);
            }
        }
        Self {
            model: model.to_owned(),
            hearing: hearing.0,
            hearing_found: hearing.1,
            deaf: deaf.0,
            deaf_found: deaf.1,
            deaf_small_p: deaf.2,
        }
    }

    /// Electrodes with a q of at most .05.
    pub fn found(&self) -> usize {
        self.hearing_found + self.deaf_found
    }

    /// How many of those found may hear nothing, on average: a share of .05 of them, times that of electrodes that hear
    /// nothing (Benjamini and Hochberg).
    pub fn expected_found(&self) -> f64 {
        LEVEL * self.found() as f64 * self.deaf as f64 / ((self.hearing + self.deaf).max(1)) as f64
    }

    /// How many electrodes that hear nothing have a p of at most .05, on average.
    pub fn expected_small_p(&self) -> f64 {
        LEVEL * self.deaf as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hearing_and_deaf_electrodes_are_counted_apart() {
        let tested = [
            (true, 0.001, 0.01),
            (true, 0.04, 0.06),
            (true, f64::NAN, f64::NAN),
            (false, 0.03, 0.04),
            (false, 0.04, 0.06),
            (false, 0.5, 0.6),
        ];
        let found = Detection::count("planted", tested.into_iter());
        assert_eq!((found.hearing, found.hearing_found, found.deaf), (3, 1, 3));
        assert_eq!((found.deaf_found, found.deaf_small_p, found.found()), (1, 2, 2));
        assert!((found.expected_small_p() - 0.15).abs() < 1e-12);
        assert!((found.expected_found() - 0.05).abs() < 1e-12);
    }
}
