//! Whether a value of each target follows its distance, with patients as they are: few, and each with many targets.

use gyrus_encoding::{Association, Drawn, Electrode, Hierarchy, Levels, Mixed, Permuted, RandomEffects};
use serde::{Deserialize, Serialize};

use super::place::Place;

/// How a value goes together with distance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alignment {
    /// Targets whose value is undefined, left out.
    pub undefined: usize,
    /// Over all targets, as if patients were one.
    pub pooled: Association,
    /// The pooled rank correlation with its interval over draws of patients and of their targets.
    pub rank: Drawn,
    /// The pooled slope per millimetre, likewise.
    pub slope: Drawn,
    /// Patient by patient.
    pub by_patient: Vec<(String, Association)>,
    /// The line with an intercept and a slope of each patient's own; none where it cannot be fitted.
    pub mixed: Option<Mixed>,
    /// Why it cannot.
    pub refused: Option<String>,
    /// The statistic of the mixed model, t, or without one the pooled rank correlation, against distances that change
    /// places within each patient.
    pub permuted: Permuted,
}

/// What may differ between patients.
const EFFECTS: RandomEffects = RandomEffects::InterceptAndSlope;

impl Alignment {
    /// Of targets with their values; `draws` draws and as many permutations follow from `seed`.
    pub fn of<'a>(
        values: impl Iterator<Item = (&'a Place, f64)>,
        patients: &[String],
        draws: usize,
        seed: u64,
    ) -> Self {
        let electrode =
            |(place, value): (&Place, f64)| Electrode { patient: place.patient, distance: place.distance, value };
        let hierarchy = Hierarchy::new(&values.map(electrode).collect::<Vec<_>>());
        let drawn = |statistic: fn(&Hierarchy) -> f64| {
            hierarchy.bootstrap(statistic, Levels::PatientsAndElectrodes, draws, seed)
        };
        let mixed = hierarchy.mixed(EFFECTS);
        let statistic: fn(&Hierarchy) -> f64 = match &mixed {
            Ok(_) => |drawn| drawn.t(EFFECTS),
            Err(_) => rank,
        };
        let named = |(patient, association): (usize, Association)| (patients[patient].clone(), association);
        Self {
            undefined: hierarchy.undefined(),
            pooled: hierarchy.pooled(),
            rank: drawn(rank),
            slope: drawn(|drawn| drawn.pooled().slope),
            by_patient: hierarchy.by_patient().into_iter().map(named).collect(),
            permuted: hierarchy.permutation(statistic, draws, seed.wrapping_add(1)),
            refused: mixed.as_ref().err().map(ToString::to_string),
            mixed: mixed.ok(),
        }
    }
}

fn rank(hierarchy: &Hierarchy) -> f64 {
    hierarchy.pooled().spearman
}
