//! Hierarchies drawn again: patients and electrodes with replacement for intervals, distances permuted for a null.

use ndarray::Axis;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rayon::prelude::*;

use crate::hierarchy::electrodes::Patient;
use crate::inference::bootstrap::quantile;
use crate::{Estimate, Hierarchy};

/// What is drawn with replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Levels {
    /// Patients, each with all their electrodes.
    Patients,
    /// Patients, and within each patient drawn their electrodes.
    PatientsAndElectrodes,
}

/// A statistic of a hierarchy, with the interval over its draws.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Drawn {
    /// The statistic with its 95 % interval, percentiles of the draws.
    pub estimate: Estimate,
    /// Draws in which it is undefined, left out.
    pub undefined: usize,
}

/// A statistic of a hierarchy against its null.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Permuted {
    /// The statistic as observed.
    #[serde(deserialize_with = "crate::defined_or_nan")]
    pub observed: f64,
    /// Two-sided p value: (1 + permutations at least as far from 0) / (1 + permutations); NaN if undefined.
    #[serde(deserialize_with = "crate::defined_or_nan")]
    pub p: f64,
    /// Permutations in which it is undefined, left out.
    pub undefined: usize,
}

/// What a 95 % interval leaves out on each side.
const TAIL: f64 = 0.025;

impl Hierarchy {
    /// The interval of `statistic` over `draws` draws of as many patients, decided by `seed` alone.
    ///
    /// A patient who is drawn twice counts as two. Patients alone give intervals that are too narrow while patients are
    /// few; electrodes too add the spread within patients a second time, which makes up for it and leaves intervals
    /// somewhat wide.
    pub fn bootstrap(&self, statistic: impl Fn(&Self) -> f64 + Sync, levels: Levels, draws: usize, seed: u64) -> Drawn {
        let mut drawn = each_draw(draws, seed, |rng| statistic(&self.drawn(levels, rng)));
        drawn.retain(|value| !value.is_nan());
        drawn.sort_by(f64::total_cmp);
        let (low, high) = (quantile(&drawn, TAIL), quantile(&drawn, 1.0 - TAIL));
        Drawn { estimate: Estimate { value: statistic(self), low, high }, undefined: draws - drawn.len() }
    }

    /// The p value of `statistic` under `permutations` permutations of distances within patients, decided by `seed`.
    ///
    /// The null says that distance means nothing in any patient.
    /// Where slopes differ between patients around a mean of 0 it does not hold, and slopes and correlations are called
    /// significant too often; [`t`](Self::t) of a model with random slopes lessens this and does not cure it.
    /// A claim about patients in general is that of [`mixed`](Self::mixed).
    pub fn permutation(&self, statistic: impl Fn(&Self) -> f64 + Sync, permutations: usize, seed: u64) -> Permuted {
        let observed = statistic(self);
        let null = each_draw(permutations, seed, |rng| statistic(&self.permuted(rng)));
        let defined: Vec<f64> = null.into_iter().filter(|value| !value.is_nan()).map(f64::abs).collect();
        let as_far = defined.iter().filter(|value| **value >= observed.abs()).count();
        let undefined = permutations - defined.len();
        let p = if observed.is_nan() || defined.is_empty() {
            f64::NAN
        } else {
            (1 + as_far) as f64 / (1 + defined.len()) as f64
        };
        Permuted { observed, p, undefined }
    }

    /// As many patients as there are, drawn with replacement.
    fn drawn(&self, levels: Levels, rng: &mut StdRng) -> Self {
        let n = self.patients.len();
        let draw = |_| {
            let patient = &self.patients[rng.random_range(0..n)];
            match levels {
                Levels::Patients => patient.clone(),
                Levels::PatientsAndElectrodes => patient.drawn(rng),
            }
        };
        self.with_patients((0..n).map(draw).collect())
    }

    /// The distances of every patient in random order.
    fn permuted(&self, rng: &mut StdRng) -> Self {
        let mut patients = self.patients.clone();
        for patient in &mut patients {
            let mut order: Vec<usize> = (0..patient.distance.len()).collect();
            order.shuffle(rng);
            patient.distance = patient.distance.select(Axis(0), &order);
        }
        self.with_patients(patients)
    }
}

impl Patient {
    /// As many electrodes as there are, drawn with replacement.
    fn drawn(&self, rng: &mut StdRng) -> Self {
        let n = self.value.len();
        let rows: Vec<usize> = (0..n).map(|_| rng.random_range(0..n)).collect();
        Self {
            label: self.label,
            distance: self.distance.select(Axis(0), &rows),
            value: self.value.select(Axis(0), &rows),
        }
    }
}

/// `draw` with a generator of its own for every draw, so that threads change nothing.
fn each_draw(draws: usize, seed: u64, draw: impl Fn(&mut StdRng) -> f64 + Sync) -> Vec<f64> {
    let mut rng = StdRng::seed_from_u64(seed);
    let seeds: Vec<u64> = (0..draws).map(|_| rng.random()).collect();
    seeds.into_par_iter().map(|seed| draw(&mut StdRng::seed_from_u64(seed))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Electrode;

    /// Three patients with values that rise by 2 per millimetre.
    fn hierarchy() -> Hierarchy {
        let electrode = |i: usize| {
            let distance = ((i * 7) % 11) as f64;
            Electrode { patient: i % 3, distance, value: 2.0 * distance + (i % 3) as f64 }
        };
        Hierarchy::new(&(0..30).map(electrode).collect::<Vec<_>>())
    }

    #[test]
    fn a_permutation_keeps_patients_and_their_distances() {
        let (all, permuted) = (hierarchy(), hierarchy().permuted(&mut StdRng::seed_from_u64(1)));
        for (before, after) in all.patients.iter().zip(&permuted.patients) {
            assert_eq!((before.label, &before.value), (after.label, &after.value));
            assert_ne!(before.distance, after.distance);
            let sorted = |patient: &Patient| {
                let mut distance = patient.distance.to_vec();
                distance.sort_by(f64::total_cmp);
                distance
            };
            assert_eq!(sorted(before), sorted(after));
        }
    }

    /// Whoever is drawn keeps pairs of distance and value together, within one patient.
    #[test]
    fn a_draw_keeps_electrodes_whole() {
        let all = hierarchy();
        for levels in [Levels::Patients, Levels::PatientsAndElectrodes] {
            let drawn = all.drawn(levels, &mut StdRng::seed_from_u64(2));
            assert_eq!((drawn.n_patients(), drawn.n_electrodes()), (3, 30));
            for patient in &drawn.patients {
                let on_line = patient.value.iter().zip(&patient.distance);
                assert!(on_line.clone().all(|(value, d)| *value == 2.0 * d + patient.label as f64));
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_draws() {
        let rho = |hierarchy: &Hierarchy| hierarchy.pooled().spearman;
        let one = |seed| hierarchy().bootstrap(rho, Levels::PatientsAndElectrodes, 50, seed);
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one thread").install(|| one(3));
        assert_eq!(one(3), alone);
        assert_ne!(one(3).estimate.low, one(4).estimate.low);
    }

    #[test]
    fn a_clear_relation_is_never_permuted_into() {
        let found = hierarchy().permutation(|h| h.pooled().pearson, 199, 5);
        assert_eq!((found.p, found.undefined), (1.0 / 200.0, 0));
    }

    #[test]
    fn undefined_draws_are_counted() {
        let undefined = hierarchy().permutation(|_| f64::NAN, 20, 6);
        assert!(undefined.p.is_nan() && undefined.undefined == 20);
        let drawn = hierarchy().bootstrap(|_| f64::NAN, Levels::Patients, 20, 6);
        assert!(drawn.estimate.low.is_nan() && drawn.undefined == 20);
    }

    #[test]
    fn nobody_to_draw_is_undefined() {
        let nobody = Hierarchy::new(&[]);
        assert!(nobody.bootstrap(|h| h.pooled().pearson, Levels::Patients, 5, 1).estimate.value.is_nan());
    }
}
