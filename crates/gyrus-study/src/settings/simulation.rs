//! A cortex with a known answer that hears the story, instead of recordings.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use gyrus_simulation::{ImplantParams, Map};
use serde::{Deserialize, Serialize};

use super::data::root;

/// A cortex with a known answer that hears the story, instead of recordings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SimulationSettings {
    /// Vectors of words: `word v1 v2 ...`.
    pub vectors: PathBuf,
    /// How often words occur: a table of word and count.
    pub counts: PathBuf,
    /// Number of patients.
    #[serde(default = "patients")]
    pub patients: usize,
    /// Electrodes of each.
    #[serde(default = "electrodes")]
    pub electrodes: usize,
    /// Share of electrodes that hear nothing.
    #[serde(default = "deaf")]
    pub deaf: f64,
    /// Where in the cortex which levels are heard.
    #[serde(default)]
    pub map: MapName,
    /// Median share of the variance of responses at words that the words explain; 0 for none.
    #[serde(default = "signal")]
    pub signal: f64,
    /// Samples in a second.
    #[serde(default = "rate")]
    pub rate: f64,
    /// Name of a set of features made of the levels that electrodes hear; without it they are in no analysis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levels: Option<String>,
}

/// Where in the cortex which levels are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MapName {
    /// The farther from auditory cortex, the higher the level, the later and the longer.
    #[default]
    Hierarchy,
    /// Distance says nothing of what is heard.
    Scattered,
    /// As scattered, and nothing is heard but rate, duration, syllables and frequency.
    Shallow,
}

impl MapName {
    /// The map of this name.
    pub fn map(self) -> Map {
        match self {
            Self::Hierarchy => Map::Hierarchy,
            Self::Scattered => Map::Scattered,
            Self::Shallow => Map::Shallow,
        }
    }
}

impl SimulationSettings {
    /// The patients.
    pub fn params(&self) -> ImplantParams {
        let Self { patients, electrodes, deaf, map, signal, rate, .. } = *self;
        ImplantParams { patients, electrodes, deaf, map: map.map(), signal, rate, ..ImplantParams::default() }
    }

    /// With paths that count from `folder`.
    pub(super) fn rooted(&mut self, folder: &Path) {
        [&mut self.vectors, &mut self.counts].into_iter().for_each(|path| root(path, folder));
    }

    /// Every path that must be there.
    pub(super) fn paths(&self) -> [&PathBuf; 2] {
        [&self.vectors, &self.counts]
    }
}

fn patients() -> usize {
    ImplantParams::default().patients
}

fn electrodes() -> usize {
    ImplantParams::default().electrodes
}

fn deaf() -> f64 {
    ImplantParams::default().deaf
}

fn signal() -> f64 {
    ImplantParams::default().signal
}

fn rate() -> f64 {
    ImplantParams::default().rate
}
