//! Whether targets farther from auditory cortex follow deeper layers, of held-out results wherever they came from.

mod alignment;
mod place;

use gyrus_encoding::{Bootstrap, FoldScores, Reliability, peak_reliability};
use ndarray::{Array3, Axis};
use rayon::prelude::*;

pub use self::alignment::Alignment;
pub use self::place::{Place, TargetDepth};
use crate::Error;
use crate::tables::Table;

/// One model's layers against distance.
#[derive(Debug, Clone)]
pub struct Depths {
    /// Each target with a distance.
    pub targets: Vec<TargetDepth>,
    /// Whether peak layers follow distance.
    pub peaks: Alignment,
    /// Whether centres of mass do.
    pub centres: Alignment,
    /// Whether the map of peak layers comes back in the other half of the folds.
    pub reliability: Reliability,
}

impl Depths {
    /// Of the targets at `places`, of `patients`, in a model with `layers` results; centres are of what layers add to
    /// `controls` where there are some. `draws` draws of blocks, patients and permuted distances follow from `seed`.
    ///
    /// # Errors
    /// Results of different folds or targets.
    pub fn of(
        (places, patients): (&[Place], &[String]),
        layers: &[FoldScores],
        controls: Option<&FoldScores>,
        draws: usize,
        seed: u64,
    ) -> Result<Self, Error> {
        // The draws of the peaks in the summary; they are of blocks, which all layers share.
        let bootstrap = layers.first().map(|like| Bootstrap::new(like, draws, seed));
        let targets: Vec<TargetDepth> = match &bootstrap {
            Some(bootstrap) => places
                .par_iter()
                .map(|place| place.depth(layers, controls, bootstrap, &patients[place.patient]))
                .collect(),
            None => Vec::new(),
        };
        let alignment = |pick: fn(&TargetDepth) -> f64| {
            Alignment::of(places.iter().zip(targets.iter().map(pick)), patients, draws, seed.wrapping_add(4))
        };
        Ok(Self {
            peaks: alignment(|depth| depth.peak.value),
            centres: alignment(|depth| depth.centre.value),
            reliability: reliability(places, layers)?,
            targets,
        })
    }
}

/// Of the peak layers of `places` in the two halves of the folds.
fn reliability(places: &[Place], layers: &[FoldScores]) -> Result<Reliability, Error> {
    let columns: Vec<usize> = places.iter().map(|place| place.column).collect();
    let r: Vec<_> = layers.iter().map(|layer| layer.r().select(Axis(1), &columns)).collect();
    let folds = r.first().map_or(0, |r| r.nrows());
    let all = Array3::from_shape_fn((r.len(), folds, columns.len()), |(layer, fold, t)| r[layer][[fold, t]]);
    Ok(peak_reliability(all.view())?)
}

/// `table` with the columns of `targets`: every target's peak and centre of mass with their intervals, as fractions of a
/// model's depth.
pub fn depth_columns(table: Table, targets: &[&TargetDepth]) -> Table {
    let texts = |pick: fn(&TargetDepth) -> &str| targets.iter().map(|t| pick(t).to_owned()).collect::<Vec<_>>();
    let numbers = |pick: fn(&TargetDepth) -> f64| targets.iter().map(|t| pick(t)).collect::<Vec<_>>();
    table
        .texts("subject", &texts(|t| &t.subject))
        .texts("target", &texts(|t| &t.target))
        .numbers("distance", &numbers(|t| t.distance))
        .numbers("peak_depth", &numbers(|t| t.peak.value))
        .numbers("peak_depth_low", &numbers(|t| t.peak.low))
        .numbers("peak_depth_high", &numbers(|t| t.peak.high))
        .numbers("centre_of_mass", &numbers(|t| t.centre.value))
        .numbers("centre_of_mass_low", &numbers(|t| t.centre.low))
        .numbers("centre_of_mass_high", &numbers(|t| t.centre.high))
}
