//! Whether a value of each electrode, such as its peak layer, follows its distance from auditory cortex.
//!
//! Electrodes of one patient are not independent, so each remembers its patient, and everything that draws a conclusion
//! (mixed model, bootstrap, permutation) respects it. Plain correlations are here to be shown beside those.

use std::collections::BTreeMap;

use ndarray::{Array1, Axis, concatenate};

use crate::{Trend, correlation, rank_correlation};

/// One electrode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Electrode {
    /// Whose it is.
    pub patient: usize,
    /// Distance from auditory cortex in millimetres.
    pub distance: f64,
    /// What may follow the distance, such as a peak layer or a centre of mass.
    pub value: f64,
}

/// Electrodes by patient, those with a finite distance and value only.
#[derive(Debug, Clone, PartialEq)]
pub struct Hierarchy {
    pub(crate) patients: Vec<Patient>,
    undefined: usize,
}

/// The electrodes of one patient.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Patient {
    pub label: usize,
    /// In millimetres.
    pub distance: Array1<f64>,
    pub value: Array1<f64>,
}

/// How value and distance go together over some electrodes.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Association {
    /// Number of electrodes.
    pub electrodes: usize,
    /// Pearson's r; NaN with fewer than three electrodes, or if either side is constant.
    #[serde(deserialize_with = "crate::defined_or_nan")]
    pub pearson: f64,
    /// Spearman's rho; NaN in the same cases.
    #[serde(deserialize_with = "crate::defined_or_nan")]
    pub spearman: f64,
    /// Change of the value per millimetre by least squares; NaN with fewer than three electrodes, or at one distance.
    #[serde(deserialize_with = "crate::defined_or_nan")]
    pub slope: f64,
}

impl Hierarchy {
    /// The electrodes by patient, patients in the order of their labels.
    ///
    /// An electrode without a finite distance or value is left out and counted.
    pub fn new(electrodes: &[Electrode]) -> Self {
        let mut patients: BTreeMap<usize, Vec<&Electrode>> = BTreeMap::new();
        let defined = |electrode: &&Electrode| electrode.distance.is_finite() && electrode.value.is_finite();
        for electrode in electrodes.iter().filter(defined) {
            patients.entry(electrode.patient).or_default().push(electrode);
        }
        let undefined = electrodes.len() - patients.values().map(Vec::len).sum::<usize>();
        let patient = |(label, electrodes): (usize, Vec<&Electrode>)| Patient {
            label,
            distance: electrodes.iter().map(|electrode| electrode.distance).collect(),
            value: electrodes.iter().map(|electrode| electrode.value).collect(),
        };
        Self { patients: patients.into_iter().map(patient).collect(), undefined }
    }

    /// The same electrodes with other patients' lists, for draws.
    pub(crate) fn with_patients(&self, patients: Vec<Patient>) -> Self {
        Self { patients, undefined: self.undefined }
    }

    /// Number of patients.
    pub fn n_patients(&self) -> usize {
        self.patients.len()
    }

    /// Number of electrodes.
    pub fn n_electrodes(&self) -> usize {
        self.patients.iter().map(|patient| patient.value.len()).sum()
    }

    /// Electrodes left out because their distance or value is undefined.
    pub fn undefined(&self) -> usize {
        self.undefined
    }

    /// Over all electrodes, as if patients were one: differences between patients take part.
    pub fn pooled(&self) -> Association {
        let all = |side: fn(&Patient) -> &Array1<f64>| {
            let views: Vec<_> = self.patients.iter().map(|patient| side(patient).view()).collect();
            if views.is_empty() { Array1::zeros(0) } else { concatenate(Axis(0), &views).expect("lists have one axis") }
        };
        Association::of(&all(|patient| &patient.distance), &all(|patient| &patient.value))
    }

    /// Patient by patient, each with its label.
    pub fn by_patient(&self) -> Vec<(usize, Association)> {
        let one = |patient: &Patient| (patient.label, Association::of(&patient.distance, &patient.value));
        self.patients.iter().map(one).collect()
    }
}

impl Patient {
    /// Whether the electrodes lie at two distances or more, so that a slope can be read.
    pub fn varies(&self) -> bool {
        self.distance.iter().any(|distance| *distance != self.distance[0])
    }
}

impl Association {
    fn of(distance: &Array1<f64>, value: &Array1<f64>) -> Self {
        let electrodes = distance.len();
        if electrodes < 3 {
            return Self { electrodes, pearson: f64::NAN, spearman: f64::NAN, slope: f64::NAN };
        }
        let points: Vec<(f64, f64)> = distance.iter().copied().zip(value.iter().copied()).collect();
        Self {
            electrodes,
            pearson: correlation(distance.view(), value.view()),
            spearman: rank_correlation(distance.view(), value.view()),
            slope: Trend::through(&points).map_or(f64::NAN, |line| line.slope),
        }
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    fn electrodes(list: &[(usize, f64, f64)]) -> Vec<Electrode> {
        list.iter().map(|&(patient, distance, value)| Electrode { patient, distance, value }).collect()
    }

    /// Each patient rises, and the deeper patient lies nearer: pooled, the relation is turned around.
    #[test]
    fn patients_may_disagree_with_the_pool() {
        let list: Vec<_> =
            (0..5).flat_map(|i| [(7, i as f64, 20.0 + i as f64), (3, 50.0 + i as f64, i as f64)]).collect();
        let hierarchy = Hierarchy::new(&electrodes(&list));
        let [first, second] = hierarchy.by_patient()[..] else { panic!("two patients") };
        assert_eq!((first.0, second.0), (3, 7));
        assert_abs_diff_eq!(first.1.pearson, 1.0, epsilon = 1e-12);
        assert_abs_diff_eq!(second.1.spearman, 1.0, epsilon = 1e-12);
        assert!(hierarchy.pooled().pearson < -0.9 && hierarchy.pooled().electrodes == 10);
        assert_abs_diff_eq!(second.1.slope, 1.0, epsilon = 1e-12);
    }

    #[test]
    fn undefined_electrodes_are_counted() {
        let list = [(0, 1.0, 2.0), (0, 2.0, f64::NAN), (1, f64::INFINITY, 1.0), (1, 3.0, 4.0)];
        let hierarchy = Hierarchy::new(&electrodes(&list));
        assert_eq!((hierarchy.n_patients(), hierarchy.n_electrodes(), hierarchy.undefined()), (2, 2, 2));
    }

    /// Two points always lie on a line.
    #[test]
    fn two_electrodes_correlate_with_nothing() {
        let hierarchy = Hierarchy::new(&electrodes(&[(0, 1.0, 2.0), (0, 2.0, 5.0)]));
        assert!(hierarchy.pooled().pearson.is_nan() && hierarchy.by_patient()[0].1.spearman.is_nan());
        assert_eq!(Hierarchy::new(&[]).pooled().electrodes, 0);
    }

    #[test]
    fn one_layer_everywhere_is_undefined() {
        let hierarchy = Hierarchy::new(&electrodes(&[(0, 1.0, 2.0), (0, 2.0, 2.0), (0, 4.0, 2.0)]));
        assert!(hierarchy.pooled().pearson.is_nan() && hierarchy.pooled().spearman.is_nan());
    }
}
