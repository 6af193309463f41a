//! A target whose distance from auditory cortex is known, and where in a model it is predicted best.

use gyrus_encoding::{Bootstrap, Estimate, FoldScores, Profile, Weights};
use serde::{Deserialize, Serialize};

/// A target with a distance.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Whose it is, among those who have such targets.
    pub patient: usize,
    /// Its name.
    pub target: String,
    /// Its place among the targets of the group.
    pub column: usize,
    /// Millimetres from primary auditory cortex.
    pub distance: f64,
}

/// Where in a model a target is predicted best, as fractions of its depth: 0 is the first layer, 1 the last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetDepth {
    /// Whose it is.
    pub subject: String,
    /// Its name.
    pub target: String,
    /// Millimetres from primary auditory cortex.
    pub distance: f64,
    /// Its peak layer; undefined where no layer is.
    pub peak: Estimate,
    /// The centre of mass of what layers add to the controls; undefined where no layer adds anything.
    pub centre: Estimate,
}

impl Place {
    /// Peak and centre of mass of this target in a model whose layers have `layers` scores, the centre of what they add to
    /// `controls`; `subject` is whose it is.
    pub fn depth(
        &self,
        layers: &[FoldScores],
        controls: Option<&FoldScores>,
        bootstrap: &Bootstrap,
        subject: &str,
    ) -> TargetDepth {
        let only = |scores: &FoldScores| scores.only(self.column);
        let profile = |scores: &[FoldScores]| {
            Profile::new(scores, bootstrap, &[Weights::only(0, 1, bootstrap.draws())]).swap_remove(0)
        };
        let own: Vec<FoldScores> = layers.iter().map(only).collect();
        let floor = controls.map(|controls| profile(&[only(controls)]).layer(0));
        let joint = profile(&own);
        let (peak, centre) = (joint.peak(), joint.centre_of_mass(floor.as_ref()));
        let depth = |layer: f64| layer / layers.len().saturating_sub(1).max(1) as f64;
        let defined = own.iter().any(|layer| !layer.mean()[0].is_nan());
        let [value, low, high] = match defined {
            true => [peak.layer as f64, peak.low, peak.high].map(depth),
            false => [f64::NAN; 3],
        };
        TargetDepth {
            subject: subject.to_owned(),
            target: self.target.clone(),
            distance: self.distance,
            peak: Estimate { value, low, high },
            centre: Estimate { value: depth(centre.value), low: depth(centre.low), high: depth(centre.high) },
        }
    }
}
