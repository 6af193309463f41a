//! A cortex that hears the words: electrodes of several patients, their responses, and the truth about them.
//!
//! An electrode at distance d from primary auditory cortex mixes the levels around a height h(d), later and over more
//! words the farther away it is. Patients share this map; how an electrode weighs the features is its own.
//! The part of a response that the words explain has a known share of its variance, so the best possible r is known.

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut1};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

use crate::latency::delayed;
use crate::standard::standardise;
use crate::{Error, Levels, Noise};

/// The largest distance of an electrode from primary auditory cortex, in millimetres.
pub const REACH: f64 = 100.0;

/// What the cortex is like.
#[derive(Debug, Clone, PartialEq)]
pub struct CortexParams {
    /// Number of patients.
    pub patients: usize,
    /// Electrodes of each patient.
    pub electrodes: usize,
    /// Share of each patient's electrodes that hear nothing.
    pub deaf: f64,
    /// Where in the cortex which levels are heard.
    pub map: Map,
    /// How far an electrode reaches over levels around its height, as a share of the whole height.
    pub spread: f64,
    /// Share of a response's variance that the words explain: the best r is its root. 0 turns the signal off.
    pub signal: f64,
    /// What the rest of the variance is.
    pub noise: Noise,
    /// Words by which the last electrode of the hierarchy lags behind.
    pub latency: usize,
    /// Words over which the last electrode of the hierarchy takes the mean, beyond the one that it lags behind.
    pub window: usize,
}

/// Where in the cortex which levels are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Map {
    /// The farther away, the higher the level, the later and the longer the window.
    Hierarchy,
    /// Every electrode has a height, latency and window that its distance says nothing about.
    Scattered,
    /// As scattered, and nothing is heard but the two lowest levels.
    Shallow,
}

/// Where an electrode is: what an experimenter knows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Site {
    /// The patient, from 0.
    pub patient: usize,
    /// Distance from primary auditory cortex in millimetres.
    pub distance: f64,
}

/// Responses, where they were measured, and, apart from both, the truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Cortex {
    /// `(words, electrodes)`, the electrodes of one patient after those of another.
    pub responses: Array2<f64>,
    /// Where each electrode is.
    pub sites: Vec<Site>,
    /// What an analysis may not look at.
    pub truth: Truth,
}

/// What is true of each electrode.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// In the order of the responses' columns.
    pub electrodes: Vec<Electrode>,
}

/// What is true of an electrode.
#[derive(Debug, Clone, PartialEq)]
pub struct Electrode {
    /// The height that it hears best; none if it is deaf.
    pub height: Option<f64>,
    /// Words by which it lags behind.
    pub latency: usize,
    /// Words over which it takes the mean, one at least.
    pub window: usize,
    /// c of response = sqrt(signal) Z c + noise before latency and window, for the joined levels Z: `(features)`.
    pub weights: Array1<f64>,
    /// r of the best linear prediction from the words: the root of the explained share of variance, 0 if deaf.
    pub ceiling: f64,
}

impl Default for CortexParams {
    fn default() -> Self {
        Self {
            patients: 4,
            electrodes: 16,
            deaf: 0.25,
            map: Map::Hierarchy,
            spread: 0.15,
            signal: 0.1,
            noise: Noise::white(),
            latency: 2,
            window: 4,
        }
    }
}

impl Cortex {
    /// A cortex that hears the words of `levels`, decided by `seed`.
    ///
    /// # Errors
    /// [`Error::None`] without patients or electrodes, [`Error::Share`] for a share outside of 0 to 1,
    /// [`Error::Size`] if the spread is not positive.
    pub fn hear(levels: &Levels, params: &CortexParams, seed: u64) -> Result<Self, Error> {
        params.check()?;
        let mut rng = StdRng::seed_from_u64(seed);
        let n = params.patients * params.electrodes;
        let noise = params.noise.series(levels.n_words(), n, rng.random());
        let z = levels.joined();
        let mut cortex = Self { responses: noise, sites: Vec::new(), truth: Truth { electrodes: Vec::new() } };
        for patient in 0..params.patients {
            for hears in params.hearing(&mut rng) {
                let site = Site { patient, distance: rng.random_range(0.0..=REACH) };
                let mut electrode = params.electrode(levels, site.distance, hears, &mut rng);
                let response = cortex.responses.column_mut(cortex.sites.len());
                electrode.hear(z.view(), params.signal, response);
                cortex.sites.push(site);
                cortex.truth.electrodes.push(electrode);
            }
        }
        Ok(cortex)
    }
}

impl CortexParams {
    fn check(&self) -> Result<(), Error> {
        Error::unless_any("the number of patients", self.patients)?;
        Error::unless_any("the number of electrodes", self.electrodes)?;
        Error::unless_share("the share of deaf electrodes", self.deaf)?;
        Error::unless_share("the share of signal", self.signal)?;
        Error::unless_positive("the spread of an electrode", self.spread)?;
        Ok(())
    }

    /// Whether each electrode of a patient hears; as many are deaf as the share says, to the nearest whole number.
    fn hearing(&self, rng: &mut StdRng) -> Vec<bool> {
        let deaf = (self.deaf * self.electrodes as f64).round() as usize;
        let mut hearing: Vec<bool> = (0..self.electrodes).map(|i| i >= deaf).collect();
        hearing.shuffle(rng);
        hearing
    }

    /// An electrode at `distance` that draws its own weights.
    fn electrode(&self, levels: &Levels, distance: f64, hears: bool, rng: &mut StdRng) -> Electrode {
        let far = if self.map == Map::Hierarchy { distance / REACH } else { rng.random() };
        let (height, heard) = match self.map {
            Map::Hierarchy | Map::Scattered => (far, levels.n_levels()),
            Map::Shallow => (far * levels.height(1), 2),
        };
        let mut weights = levels.gains(height, self.spread, heard);
        weights.mapv_inplace(|gain| if hears { gain * rng.sample::<f64, _>(StandardNormal) } else { 0.0 });
        let words = |at_reach: usize| (far * at_reach as f64).round() as usize;
        let (latency, window) = (words(self.latency), 1 + words(self.window));
        Electrode { height: hears.then_some(height), latency, window, weights, ceiling: 0.0 }
    }
}

impl Electrode {
    /// Turns `response`, so far noise of variance 1, into sqrt(s) signal + sqrt(1 - s) noise with s the share of `signal`;
    /// the words Z `(words, features)` make a signal of variance 1 over the rows, and the weights are divided to fit.
    fn hear(&mut self, z: ArrayView2<f64>, s: f64, mut response: ArrayViewMut1<f64>) {
        let mut signal = delayed(z.dot(&self.weights).view(), self.latency, self.window);
        let sd = standardise(signal.view_mut());
        if sd > 0.0 {
            self.weights /= sd;
            self.ceiling = s.sqrt();
            response *= (1.0 - s).sqrt();
            response.scaled_add(s.sqrt(), &signal);
        }
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::Axis;

    use super::*;
    use crate::Words;

    fn levels() -> Result<Levels, Error> {
        Levels::of_words(&Words::zipf(600, 100, 1)?, 3, 2)
    }

    fn pearson(a: &Array1<f64>, b: &Array1<f64>) -> f64 {
        let centre = |v: &Array1<f64>| v - v.mean().unwrap_or(0.0);
        let (a, b) = (centre(a), centre(b));
        a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt()
    }

    fn hear(params: CortexParams) -> Result<Cortex, Error> {
        Cortex::hear(&levels()?, &params, 3)
    }

    /// r of each response with the signal that its truth describes.
    fn against_truth(cortex: &Cortex, levels: &Levels) -> Vec<f64> {
        let of = |(i, electrode): (usize, &Electrode)| {
            let signal = delayed(levels.joined().dot(&electrode.weights).view(), electrode.latency, electrode.window);
            pearson(&signal, &cortex.responses.column(i).to_owned())
        };
        cortex.truth.electrodes.iter().enumerate().map(of).collect()
    }

    #[test]
    fn the_true_prediction_reaches_the_ceiling() -> Result<(), Error> {
        let cortex = hear(CortexParams { patients: 10, deaf: 0.0, signal: 0.3, ..Default::default() })?;
        let r = against_truth(&cortex, &levels()?);
        assert!(cortex.truth.electrodes.iter().all(|electrode| electrode.ceiling == 0.3_f64.sqrt()));
        assert_abs_diff_eq!(r.iter().sum::<f64>() / 160.0, 0.3_f64.sqrt(), epsilon = 0.01);
        Ok(())
    }

    /// r of the least-squares prediction from all levels approaches the ceiling from above as rows grow over features:
    /// on a long sample nothing linear does better than the truth.
    #[test]
    fn nothing_linear_beats_the_ceiling() -> Result<(), Error> {
        let levels = Levels::independent(&Noise::white(), 20_000, 3, 1, 5)?;
        let params = CortexParams {
            patients: 1,
            electrodes: 6,
            deaf: 0.0,
            signal: 0.2,
            latency: 0,
            window: 0,
            ..Default::default()
        };
        let cortex = Cortex::hear(&levels, &params, 6)?;
        // Columns are all but uncorrelated, so least squares is Z'y / n.
        let z = levels.joined();
        for response in cortex.responses.columns() {
            let predicted = z.dot(&(z.t().dot(&response) / 20_000.0));
            assert_abs_diff_eq!(pearson(&predicted, &response.to_owned()), 0.2_f64.sqrt(), epsilon = 0.02);
        }
        Ok(())
    }

    #[test]
    fn responses_have_variance_one() -> Result<(), Error> {
        let cortex = hear(CortexParams { patients: 20, ..Default::default() })?;
        assert_abs_diff_eq!(cortex.responses.var_axis(Axis(0), 0.0).mean().unwrap_or(0.0), 1.0, epsilon = 0.02);
        Ok(())
    }

    #[test]
    fn height_latency_and_window_grow_with_distance() -> Result<(), Error> {
        let cortex = hear(CortexParams { deaf: 0.0, ..Default::default() })?;
        for (site, electrode) in cortex.sites.iter().zip(&cortex.truth.electrodes) {
            let far = site.distance / REACH;
            assert_eq!(electrode.height, Some(far));
            assert_eq!(electrode.latency, (2.0 * far).round() as usize);
            assert_eq!(electrode.window, 1 + (4.0 * far).round() as usize);
        }
        Ok(())
    }

    #[test]
    fn without_hierarchy_distance_says_nothing_of_height() -> Result<(), Error> {
        let cortex = hear(CortexParams { patients: 125, deaf: 0.0, map: Map::Scattered, ..Default::default() })?;
        let distances: Array1<f64> = cortex.sites.iter().map(|site| site.distance).collect();
        let heights: Array1<f64> = cortex.truth.electrodes.iter().filter_map(|electrode| electrode.height).collect();
        let windows: Array1<f64> = cortex.truth.electrodes.iter().map(|electrode| electrode.window as f64).collect();
        assert!(pearson(&distances, &heights).abs() < 0.07);
        assert!(pearson(&distances, &windows).abs() < 0.07);
        Ok(())
    }

    #[test]
    fn a_shallow_cortex_hears_two_levels() -> Result<(), Error> {
        let cortex = hear(CortexParams { map: Map::Shallow, ..Default::default() })?;
        let hearing = cortex.truth.electrodes.iter().filter(|electrode| electrode.height.is_some());
        for electrode in hearing {
            assert!(electrode.weights.iter().take(6).any(|weight| *weight != 0.0));
            assert!(electrode.weights.iter().skip(6).all(|weight| *weight == 0.0));
        }
        Ok(())
    }

    #[test]
    fn deaf_electrodes_are_as_many_as_said_and_know_no_word() -> Result<(), Error> {
        let cortex = hear(CortexParams { signal: 0.9, ..Default::default() })?;
        let noise = Cortex::hear(&levels()?, &CortexParams { signal: 0.0, ..Default::default() }, 3)?;
        for patient in 0..4 {
            let of = 16 * patient..16 * (patient + 1);
            let deaf = of.filter(|&i| cortex.truth.electrodes[i].height.is_none()).collect::<Vec<_>>();
            assert_eq!(deaf.len(), 4);
            for i in deaf {
                assert_eq!(cortex.truth.electrodes[i].ceiling, 0.0);
                assert_eq!(cortex.responses.column(i), noise.responses.column(i));
            }
        }
        Ok(())
    }

    #[test]
    fn patients_share_the_map_and_not_the_weights() -> Result<(), Error> {
        let cortex = hear(CortexParams { spread: 10.0, deaf: 0.0, ..Default::default() })?;
        let (a, b) = (&cortex.truth.electrodes[0].weights, &cortex.truth.electrodes[16].weights);
        assert!(pearson(a, b).abs() < 0.6);
        assert_eq!((cortex.sites[0].patient, cortex.sites[16].patient), (0, 1));
        Ok(())
    }

    #[test]
    fn words_without_variance_leave_noise() -> Result<(), Error> {
        let silent = Levels::new(vec![Array2::zeros((50, 2))])?;
        let cortex = Cortex::hear(&silent, &CortexParams { signal: 0.5, ..Default::default() }, 1)?;
        assert!(cortex.truth.electrodes.iter().all(|electrode| electrode.ceiling == 0.0));
        assert!(cortex.responses.iter().all(|value| value.is_finite()));
        Ok(())
    }

    #[test]
    fn impossible_settings_are_refused() {
        let refused = |params: CortexParams| hear(params).is_err();
        assert!(refused(CortexParams { signal: 1.1, ..Default::default() }));
        assert!(refused(CortexParams { deaf: f64::NAN, ..Default::default() }));
        assert!(refused(CortexParams { patients: 0, ..Default::default() }));
        assert!(refused(CortexParams { spread: -1.0, ..Default::default() }));
    }
}
