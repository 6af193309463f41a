//! Scores of simulated recordings, and the curves that they make.

use ndarray::{Array3, ArrayView1, Axis, concatenate};

use crate::detection::power_curve::PowerCurve;

/// Scores of simulated recordings.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// None, and then the planted effects.
    pub(super) effects: Vec<f64>,
    /// With each effect, turned away from the features, `(effects, draws, targets)`.
    pub(super) null: Array3<f64>,
    /// With each effect, `(effects, draws, targets)`.
    pub(super) planted: Array3<f64>,
}

impl Simulated {
    /// The power for target `target`.
    ///
    /// # Panics
    /// There is no such target.
    pub fn of_target(&self, target: usize) -> PowerCurve {
        let of = |scores: &Array3<f64>| scores.index_axis(Axis(2), target).to_owned();
        PowerCurve::of(&self.effects, of(&self.null).view(), of(&self.planted).view())
    }

    /// The power for the mean over targets, where all have the same effect; undefined targets are left out.
    pub fn of_mean(&self) -> PowerCurve {
        self.averaged().of_target(0)
    }

    /// Several parts of the targets of one simulation as one.
    ///
    /// # Panics
    /// They are not of one simulation.
    pub fn side_by_side(parts: &[Self]) -> Option<Self> {
        let nulls: Vec<_> = parts.iter().map(|part| part.null.view()).collect();
        let planted: Vec<_> = parts.iter().map(|part| part.planted.view()).collect();
        Some(Self {
            effects: parts.first()?.effects.clone(),
            null: concatenate(Axis(2), &nulls).expect("parts share their draws"),
            planted: concatenate(Axis(2), &planted).expect("parts share their draws"),
        })
    }

    fn averaged(&self) -> Self {
        let mean = |scores: ArrayView1<f64>| {
            let defined: Vec<f64> = scores.iter().copied().filter(|score| !score.is_nan()).collect();
            defined.iter().sum::<f64>() / defined.len() as f64
        };
        Self {
            effects: self.effects.clone(),
            null: self.null.map_axis(Axis(2), mean).insert_axis(Axis(2)),
            planted: self.planted.map_axis(Axis(2), mean).insert_axis(Axis(2)),
        }
    }
}
