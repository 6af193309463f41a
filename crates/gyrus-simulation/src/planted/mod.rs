//! A response planted in raw recordings: the loudness of high gamma follows one feature of each word at one known lag.
//!
//! What an analysis has to undo is there too: noise of 1/f, the mains, what all channels share, bad channels.

mod signal;
mod story;

use ndarray::{Array1, Array2, Axis};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub use self::story::{PlantedToken, PlantedWord};
use self::story::{tokens, words};
use crate::Error;
use crate::gaussian::gaussian;

/// Electrodes of a patient.
const ELECTRODES: usize = 12;
/// Those that are bad.
const BAD: [usize; 2] = [3, 8];
/// Layers of the features, and numbers of each.
const LAYERS: usize = 4;
const WIDTH: usize = 16;
/// The layer that is followed.
const LAYER: usize = 2;
/// What a layer has of each of its neighbours.
const SHARED: f64 = 0.4;
/// Seconds before the first word and after the last, which hold any lag.
const ROOM: f64 = 2.0;

/// What is planted, and in how long a recording.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlantedParams {
    /// Seconds of the recording.
    pub seconds: f64,
    /// Patients.
    pub patients: usize,
    /// From the onset of a word to the middle of the response to it, in seconds.
    pub lag: f64,
    /// How long a response lasts, in seconds.
    pub window: f64,
    /// How much louder the carrier is in the middle of the response to a word whose feature is one standard deviation greater,
    /// in parts of its loudness without words.
    pub depth: f64,
}

impl Default for PlantedParams {
    /// Four minutes, two patients, a quarter of a second, a window of 0.15 s.
    fn default() -> Self {
        Self { seconds: 240.0, patients: 2, lag: 0.25, window: 0.15, depth: 0.35 }
    }
}

/// A story, the features of its words, and patients some of whose electrodes follow one of them.
#[derive(Debug, Clone)]
pub struct Planted {
    params: PlantedParams,
    words: Vec<PlantedWord>,
    tokens: Vec<PlantedToken>,
    layers: Vec<Array2<f32>>,
    hidden: Array1<f64>,
    /// Decides the noise of each patient.
    seeds: Vec<u64>,
}

impl Planted {
    /// What `seed` decides.
    ///
    /// # Errors
    /// A recording of less than 20 seconds, no patient, a window or depth that is not positive, or a lag beyond a second.
    pub fn new(params: PlantedParams, seed: u64) -> Result<Self, Error> {
        Error::unless_positive("the recording's seconds beyond the first 20", params.seconds - 20.0)?;
        Error::unless_positive("the window of a response", params.window)?;
        Error::unless_positive("the depth of a response", params.depth)?;
        Error::unless_any("patients", params.patients)?;
        Error::unless_share("the lag, as its distance from 0 s,", params.lag.abs())?;
        let mut rng = StdRng::seed_from_u64(seed);
        let words = words(ROOM, params.seconds - ROOM, &mut rng);
        let tokens = tokens(&words, &mut rng);
        let layers = layers(tokens.len(), &mut rng);
        let weights = gaussian(WIDTH, 1, &mut rng).remove_axis(Axis(1));
        let seeds = (0..params.patients).map(|_| rng.random()).collect();
        let mut planted = Self { params, words, tokens, layers, hidden: Array1::zeros(0), seeds };
        let mut hidden = planted.word_features(LAYER).dot(&weights);
        hidden -= hidden.mean().unwrap_or(0.0);
        let deviation = hidden.std(0.0);
        planted.hidden = hidden / deviation;
        Ok(planted)
    }

    /// What was asked for.
    pub fn params(&self) -> &PlantedParams {
        &self.params
    }

    /// The words, in order.
    pub fn words(&self) -> &[PlantedWord] {
        &self.words
    }

    /// Their tokens, in order.
    pub fn tokens(&self) -> &[PlantedToken] {
        &self.tokens
    }

    /// The features, a row per token: one matrix `(tokens, width)` per layer, each akin to its neighbours.
    pub fn layers(&self) -> &[Array2<f32>] {
        &self.layers
    }

    /// The layer that is followed, from 0.
    pub fn layer(&self) -> usize {
        LAYER
    }

    /// The features of words, the means over their tokens, `(words, width)`.
    ///
    /// # Panics
    /// There is no such layer.
    pub fn word_features(&self, layer: usize) -> Array2<f64> {
        let mut sums = Array2::zeros((self.words.len(), WIDTH));
        let mut counts = Array1::<f64>::zeros(self.words.len());
        for (token, row) in self.tokens.iter().zip(self.layers[layer].rows()) {
            counts[token.word] += 1.0;
            sums.row_mut(token.word).zip_mut_with(&row, |sum, value| *sum += f64::from(*value));
        }
        sums / counts.insert_axis(Axis(1))
    }

    /// The feature that is followed, one number per word: a random combination of the columns of that layer, with mean 0 and
    /// standard deviation 1.
    pub fn hidden(&self) -> &Array1<f64> {
        &self.hidden
    }

    /// Electrodes of each patient.
    pub fn electrodes(&self) -> usize {
        ELECTRODES
    }

    /// Whether an electrode is bad.
    pub fn is_bad(&self, electrode: usize) -> bool {
        BAD.contains(&electrode)
    }

    /// Whether an electrode follows the words: every second of the good ones does.
    pub fn is_planted(&self, electrode: usize) -> bool {
        let good_before = (0..electrode).filter(|other| !self.is_bad(*other)).count();
        !self.is_bad(electrode) && good_before.is_multiple_of(2)
    }

    /// What is recorded of a patient at `rate` hertz, in microvolts, `(samples, electrodes)`.
    ///
    /// # Errors
    /// A rate that is not positive.
    ///
    /// # Panics
    /// There is no such patient.
    pub fn signal(&self, patient: usize, rate: f64) -> Result<Array2<f64>, Error> {
        signal::signal(self, self.seeds[patient], Error::unless_positive("the rate", rate)?)
    }
}

/// Features of tokens: each layer has something of its neighbours, and is of variance 1.
fn layers(tokens: usize, rng: &mut StdRng) -> Vec<Array2<f32>> {
    let own: Vec<Array2<f64>> = (0..LAYERS).map(|_| gaussian(tokens, WIDTH, rng)).collect();
    let layer = |layer: usize| {
        let near = own.iter().enumerate().filter(|(other, _)| layer.abs_diff(*other) == 1);
        let (mut sum, mut variance) = (own[layer].clone(), 1.0);
        for (_, other) in near {
            sum.scaled_add(SHARED, other);
            variance += SHARED * SHARED;
        }
        (sum / f64::sqrt(variance)).mapv(|value| value as f32)
    };
    (0..LAYERS).map(layer).collect()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    fn short() -> PlantedParams {
        PlantedParams { seconds: 30.0, patients: 1, ..PlantedParams::default() }
    }

    #[test]
    fn the_seed_decides_everything() -> Result<(), Error> {
        let [a, b, c] = [1, 1, 2].map(|seed| Planted::new(short(), seed));
        let (a, b, c) = (a?, b?, c?);
        assert_eq!((a.words(), a.layers(), a.signal(0, 512.0)?), (b.words(), b.layers(), b.signal(0, 512.0)?));
        assert_ne!(a.signal(0, 512.0)?, c.signal(0, 512.0)?);
        Ok(())
    }

    #[test]
    fn half_of_the_good_electrodes_follow_one_feature() -> Result<(), Error> {
        let planted = Planted::new(short(), 3)?;
        let followed = (0..planted.electrodes()).filter(|electrode| planted.is_planted(*electrode));
        assert_eq!(followed.collect::<Vec<_>>(), [0, 2, 5, 7, 10]);
        assert_abs_diff_eq!(planted.hidden().std(0.0), 1.0, epsilon = 1e-12);
        assert_eq!(planted.word_features(2).dim(), (planted.words().len(), 16));
        Ok(())
    }

    #[test]
    fn what_describes_nothing_is_refused() {
        for params in [
            PlantedParams { seconds: 20.0, ..short() },
            PlantedParams { seconds: f64::NAN, ..short() },
            PlantedParams { patients: 0, ..short() },
            PlantedParams { lag: -1.5, ..short() },
            PlantedParams { lag: f64::NAN, ..short() },
            PlantedParams { window: 0.0, ..short() },
        ] {
            assert!(Planted::new(params, 1).is_err(), "{params:?}");
        }
    }
}
