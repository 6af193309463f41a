//! Intervals of each target's peak and scores, by resampling held-out blocks with the weights fixed.

use gyrus_encoding::{Bootstrap, FoldScores, Profile, Weights};
use rayon::prelude::*;

use super::held::Held;

/// How they are drawn.
#[derive(Debug, Clone, Copy)]
pub struct Intervals {
    /// Draws of blocks.
    pub draws: usize,
    /// Decides them.
    pub seed: u64,
}

/// The 95 % intervals of one target at one lag, `[low, high]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TargetIntervals {
    /// Of the peak layer, counted from 0.
    pub peak_layer: [f64; 2],
    /// Of r at the peak layer.
    pub peak_r: [f64; 2],
    /// Of r at the layers chosen on other folds.
    pub chosen_r: [f64; 2],
}

impl Intervals {
    /// The intervals of every target of `held`, `(lags x targets)`, lag by lag.
    pub fn targets(self, held: &Held, n_lags: usize) -> Vec<TargetIntervals> {
        let of_lag = |lag: usize| {
            held.parts().flat_map(move |part| {
                let columns = part.columns(lag).into_par_iter();
                columns.map(|column| self.target(column, &part.layers)).collect::<Vec<_>>()
            })
        };
        (0..n_lags).flat_map(of_lag).collect()
    }

    fn target(self, column: usize, layers: &[FoldScores]) -> TargetIntervals {
        let layers: Vec<FoldScores> = layers.iter().map(|layer| layer.only(column)).collect();
        let bootstrap = Bootstrap::new(&layers[0], self.draws, self.seed);
        let profile = Profile::new(&layers, &bootstrap, &[Weights::mean(1, self.draws)]).remove(0);
        let peak = profile.peak();
        let at_peak = profile.layer(peak.layer).estimate(&bootstrap);
        let chosen = profile.chosen_score().estimate(&bootstrap);
        match at_peak.value.is_nan() {
            true => TargetIntervals { peak_layer: [f64::NAN; 2], peak_r: [f64::NAN; 2], chosen_r: [f64::NAN; 2] },
            false => TargetIntervals {
                peak_layer: [peak.low, peak.high],
                peak_r: [at_peak.low, at_peak.high],
                chosen_r: [chosen.low, chosen.high],
            },
        }
    }
}
