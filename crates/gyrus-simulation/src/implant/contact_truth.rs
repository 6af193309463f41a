//! What is true of an electrode, and nothing that an analysis may look at.

use ndarray::Array1;

use super::linear::LinearParts;
use crate::Levels;

/// What is true of an electrode: nothing that an analysis may look at.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactTruth {
    /// The height that it hears best, from 0 to 1; none if it is deaf.
    pub height: Option<f64>,
    /// Seconds between the centre of a word and that of its response.
    pub latency: f64,
    /// Length of its window in seconds.
    pub window: f64,
    /// c of the drive Z c, for the joined levels Z: `(features)`.
    pub weights: Array1<f64>,
    /// The share that each level has of the squared weights, `(levels)`; all 0 if it is deaf.
    pub shares: Vec<f64>,
    /// r of the response at the words, at the latency, with the same response without noise: no model of the words does
    /// better on an endless sample.
    pub ceiling: f64,
    /// The same for what of it is linear in the features of the word itself: no linear model of all levels does better.
    /// None where there are too few words to say.
    pub linear_ceiling: Option<f64>,
    /// The same of each level alone, `(levels)`: levels that are alike have some of what is another's.
    pub profile: Vec<Option<f64>>,
}

impl ContactTruth {
    /// The level that alone says most of the responses, from 0: none of a deaf electrode, or where there are too few words
    /// for some level.
    pub fn peak(&self) -> Option<usize> {
        let profile = self.profile.iter().copied().collect::<Option<Vec<f64>>>()?;
        let best = profile.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))?;
        (self.height.is_some() && *best.1 > 0.0).then_some(best.0)
    }

    /// With the shares of its weights.
    pub(super) fn with_shares(mut self, levels: &Levels) -> Self {
        let total = self.weights.dot(&self.weights);
        let mut first = 0;
        for (level, share) in self.shares.iter_mut().enumerate() {
            let of = self.weights.slice(ndarray::s![first..first + levels.level(level).ncols()]);
            first += of.len();
            *share = if total > 0.0 { of.dot(&of) / total } else { 0.0 };
        }
        self
    }

    /// With what of the noiseless responses at words, `clean`, is linear in their features.
    pub(super) fn with_linear(mut self, clean: &Array1<f64>, linear: &LinearParts) -> Self {
        let reached = |share: f64| self.ceiling * share.sqrt();
        self.linear_ceiling = linear.all.explained(clean.view()).map(reached);
        self.profile = linear.levels.iter().map(|level| level.explained(clean.view()).map(reached)).collect();
        self
    }

    /// An electrode that responds to nothing.
    pub(super) fn silenced(mut self) -> Self {
        self.weights.fill(0.0);
        (self.ceiling, self.linear_ceiling) = (0.0, Some(0.0));
        self.profile.fill(Some(0.0));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_of_equal_levels_is_the_peak() {
        let truth = |height, profile: &[Option<f64>]| ContactTruth {
            height,
            latency: 0.1,
            window: 0.2,
            weights: Array1::zeros(3),
            shares: vec![0.0; 3],
            ceiling: 0.5,
            linear_ceiling: None,
            profile: profile.to_vec(),
        };
        assert_eq!(truth(Some(0.5), &[Some(0.1), Some(0.4), Some(0.4)]).peak(), Some(1));
        assert_eq!(truth(None, &[Some(0.0), Some(0.4)]).peak(), None);
        assert_eq!(truth(Some(0.5), &[None, Some(0.4)]).peak(), None);
        assert_eq!(truth(Some(0.5), &[Some(0.0), Some(0.0)]).peak(), None);
    }
}
