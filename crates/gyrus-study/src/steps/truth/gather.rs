//! What earlier steps left of every electrode, beside what was planted in it.

use std::collections::BTreeMap;
use std::path::Path;

use gyrus_encoding::Estimate;
use serde::de::Error as _;

use super::electrode::{Electrode, FoundElectrode};
use super::planted::{Planted, PlantedElectrode};
use crate::Error;
use crate::desk::Desk;
use crate::hierarchy::TargetDepth;
use crate::settings::TargetLag;
use crate::steps::encoding::SUMMARY;
use crate::steps::hierarchy::{self, ModelHierarchy, places, with_targets};
use crate::steps::{lags, simulation};
use crate::store::read_json;
use crate::summary::{ModelSummary, Summary};

/// The results that the truth is held against.
pub struct Results {
    /// Name of the planted features.
    pub features: String,
    /// The truth.
    pub planted: Planted,
    /// The findings of the step `encoding`.
    pub summary: Summary,
    hierarchy: hierarchy::Found,
    lags: lags::Found,
    folder: std::path::PathBuf,
}

impl Results {
    /// Of the study on `desk`, whose planted features are called `features`.
    ///
    /// # Errors
    /// A file that is missing or cannot be understood.
    pub fn read(desk: &Desk, features: &str) -> Result<Self, Error> {
        Ok(Self {
            features: features.to_owned(),
            planted: read_json(&desk.path(simulation::truth()))?,
            summary: read_json(&desk.path(SUMMARY))?,
            hierarchy: read_json(&desk.path(hierarchy::FILES[1]))?,
            lags: read_json(&desk.path(lags::FILES[2]))?,
            folder: desk.path(""),
        })
    }

    /// Every electrode, patient by patient.
    ///
    /// # Errors
    /// [`Error::Result`] if the results are not of these electrodes and features.
    pub fn electrodes(&self, desk: &Desk) -> Result<Vec<Electrode>, Error> {
        let found = self.found(desk)?;
        let electrode = |patient: &str, planted: &PlantedElectrode| {
            let key = (patient.to_owned(), planted.name.clone());
            Electrode {
                patient: key.0.clone(),
                planted: planted.clone(),
                found: found.get(&key).map(|f| f.of(planted)),
            }
        };
        let patients = self.planted.patients.iter();
        Ok(patients.flat_map(|p| p.electrodes.iter().map(|planted| electrode(&p.name, planted))).collect())
    }

    /// Targets with a distance by patient and name.
    fn found<'a>(&'a self, desk: &'a Desk) -> Result<BTreeMap<(String, String), Target<'a>>, Error> {
        let (model, depths) = (self.model()?, &self.hierarchy()?.targets);
        let (places, ..) = places(&desk.material.story.listeners, desk.study.targets());
        let subjects = with_targets(&desk.material.story.listeners, desk.study.targets());
        let columns: usize = subjects.iter().map(|heard| heard.targets.len()).sum();
        if (places.len(), columns) != (depths.len(), self.summary.regions.len()) {
            return Err(self.unsuited(SUMMARY, "it is not of the targets of this study".into()));
        }
        let evoked = desk.study.lags.as_ref().is_some_and(|lags| lags.target == TargetLag::Evoked);
        let map = self.lags.models.iter().find(|model| model.model == self.features);
        let target = |(place, depth): (&crate::hierarchy::Place, &'a TargetDepth)| {
            let best = map.and_then(|map| map.targets.get(place.column)).filter(|best| best.added.is_finite());
            let found = Target {
                column: place.column,
                lag: self.summary.lags.get(place.column).copied().filter(|_| evoked),
                best_lag: best.map(|best| best.lag),
                depth,
                model,
            };
            ((depth.subject.clone(), depth.target.clone()), found)
        };
        Ok(places.iter().zip(depths).map(target).collect())
    }

    /// The planted features in the findings of the step `hierarchy`.
    ///
    /// # Errors
    /// [`Error::Result`] if they are not there.
    pub fn hierarchy(&self) -> Result<&ModelHierarchy, Error> {
        let found = self.hierarchy.models.iter().find(|model| model.model == self.features);
        found.ok_or_else(|| self.missing(hierarchy::FILES[1]))
    }

    /// p that the peak layers of `model` do not follow distance; NaN where it is not known.
    pub fn p_of_alignment(&self, model: &str) -> f64 {
        let found = self.hierarchy.models.iter().find(|found| found.model == model);
        found.map_or(f64::NAN, |found| found.peaks.permuted.p)
    }

    /// r of the controls, mean over targets.
    ///
    /// # Errors
    /// [`Error::Result`] if it is not there.
    pub fn controls(&self) -> Result<Estimate, Error> {
        let mean = self.summary.controls.last().copied();
        mean.ok_or_else(|| self.unsuited(SUMMARY, "it has no score of the controls".into()))
    }

    fn model(&self) -> Result<&ModelSummary, Error> {
        let found = self.summary.models.iter().find(|model| model.name == self.features);
        found.ok_or_else(|| self.missing(SUMMARY))
    }

    fn missing(&self, file: &str) -> Error {
        self.unsuited(file, format!("it has no features `{}`", self.features))
    }

    fn unsuited(&self, file: impl AsRef<Path>, reason: String) -> Error {
        Error::Result { path: self.folder.join(file), source: serde_json::Error::custom(reason) }
    }
}

/// A target of the group in the results of the planted features.
struct Target<'a> {
    column: usize,
    lag: Option<f64>,
    best_lag: Option<f64>,
    depth: &'a TargetDepth,
    model: &'a ModelSummary,
}

impl Target<'_> {
    /// What was found of an electrode in which `planted` was planted.
    fn of(&self, planted: &PlantedElectrode) -> FoundElectrode {
        let undefined = Estimate { value: f64::NAN, low: f64::NAN, high: f64::NAN };
        let at = |layers: &[Vec<Estimate>], layer: usize| {
            layers.get(layer).and_then(|places| places.get(self.column)).copied().unwrap_or(undefined)
        };
        let last = self.model.joint.len().saturating_sub(1) as f64;
        let peak = self.depth.peak;
        let score = if peak.value.is_finite() {
            at(&self.model.joint, (peak.value * last).round() as usize)
        } else {
            undefined
        };
        let alone = planted.peak.map_or(undefined, |level| at(&self.model.alone, level));
        let q = self.model.over_controls_regions.get(self.column).map_or(f64::NAN, |added| added.q);
        let Self { column, lag, best_lag, .. } = *self;
        FoundElectrode { column, lag, best_lag, peak, score, alone: alone.value, q }
    }
}
