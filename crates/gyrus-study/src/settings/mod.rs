//! The study file: what is run, on what, with which settings.

mod benchmark;
mod canaries;
mod ceiling;
mod controls;
mod data;
mod dimension;
mod distance;
mod electrodes;
mod encoding;
mod inference;
mod lag_map;
mod partition;
mod power;
mod preparation;
mod rows;
mod rules;
mod similarity;
mod simulation;
mod words;

use std::path::Path;

use gyrus_recordings::bids::Surfaces;
use serde::{Deserialize, Serialize};

pub use self::benchmark::BenchmarkEntry;
pub use self::canaries::CanarySettings;
pub use self::ceiling::{CeilingSettings, ListenersBy, RepeatsBy, ResponsesAre};
pub use self::controls::ControlSettings;
pub use self::data::{
    Backward, BidsSettings, DataSettings, FeatureEntry, ModelEntry, RecordingEntry, StorySettings, Targets,
};
pub use self::dimension::DimensionSettings;
pub use self::distance::{Distance, gap};
pub use self::electrodes::{ElectrodeSettings, Responsive};
pub use self::encoding::{ChooseBy, EncodingSettings, SchemeName, Share, Unit};
pub use self::inference::{InferenceSettings, NullPenalties};
pub use self::lag_map::LagMapSettings;
pub use self::partition::{Band, LAYER, PartitionSettings};
pub use self::power::PowerSettings;
pub use self::preparation::PreparationSettings;
pub use self::rows::{Anchor, LagSettings, Response, ScanSettings, TargetLag};
pub use self::similarity::SimilaritySettings;
pub use self::simulation::{MapName, SimulationSettings};
pub use self::words::{Pooling, WordSettings};
use crate::Error;

/// Version of the study file and of the results that this program reads and writes.
pub const SCHEMA: u32 = 1;

/// A study: its settings as the file gives them, paths made whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// Version of the format.
    pub schema: u32,
    /// Short name; results go to `results/<name>` unless told otherwise.
    pub name: String,
    /// Title of the report.
    pub title: String,
    /// Seed of every random draw.
    pub seed: u64,
    /// The recordings, where they are a data set that the program knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<DataSettings>,
    /// The story, where it is a file of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub story: Option<StorySettings>,
    /// The recordings of those who heard that story.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recordings: Vec<RecordingEntry>,
    /// Their recordings as a BIDS tree instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bids: Option<BidsSettings>,
    /// A cortex with a known answer that hears that story, instead of recordings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simulation: Option<SimulationSettings>,
    /// What is done to signals before they are responses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preparation: Option<PreparationSettings>,
    /// Which electrodes are asked about; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub electrodes: Option<ElectrodeSettings>,
    /// The language models.
    #[serde(default)]
    pub models: Vec<ModelEntry>,
    /// Features of any origin.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<FeatureEntry>,
    /// What says how good the models are, beside bits per character.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub benchmarks: Vec<BenchmarkEntry>,
    /// From text to states.
    pub words: WordSettings,
    /// Rows are scans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scans: Option<ScanSettings>,
    /// Rows are words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lags: Option<LagSettings>,
    /// What stands beside every layer without a penalty.
    #[serde(default)]
    pub controls: ControlSettings,
    /// Folds and fits.
    pub encoding: EncodingSettings,
    /// What scores are held against.
    #[serde(default)]
    pub ceiling: CeilingSettings,
    /// Dimensions of layers.
    #[serde(default)]
    pub dimension: DimensionSettings,
    /// Bands of features among which variance is divided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<PartitionSettings>,
    /// Intervals and nulls.
    pub inference: InferenceSettings,
    /// What is planted to find out which effects would have been found.
    #[serde(default)]
    pub power: PowerSettings,
    /// What must predict little or nothing.
    #[serde(default)]
    pub canaries: CanarySettings,
    /// The map over layers and lags.
    #[serde(default)]
    pub lag_map: LagMapSettings,
    /// How models are compared with models.
    #[serde(default)]
    pub similarity: SimilaritySettings,
    /// Bits per character.
    pub text: TextSettings,
}

/// Bits per character on the story itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextSettings {
    /// Characters of the story that are scored, from its beginning.
    pub characters: usize,
}

impl Study {
    /// Reads a study file; its paths count from the folder that it stands in.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Study`] with line and column, or [`Error::Setting`].
    pub fn open(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let mut study: Self =
            toml::from_str(&text).map_err(|source| Error::Study { path: path.to_owned(), source: Box::new(source) })?;
        rules::check(&study, path)?;
        study.rooted(path.parent().unwrap_or(Path::new("")));
        Ok(study)
    }

    /// With paths that count from `folder`.
    fn rooted(&mut self, folder: &Path) {
        self.data.iter_mut().for_each(|data| data.rooted(folder));
        self.story.iter_mut().for_each(|story| story.rooted(folder));
        self.recordings.iter_mut().for_each(|recording| recording.rooted(folder));
        self.simulation.iter_mut().for_each(|simulation| simulation.rooted(folder));
        if let Some(bids) = &mut self.bids {
            data::root(&mut bids.folder, folder);
            bids.surfaces.iter_mut().flat_map(Surfaces::paths_mut).for_each(|path| data::root(path, folder));
        }
        self.models.iter_mut().for_each(|model| data::root(&mut model.folder, folder));
        self.features.iter_mut().for_each(|features| data::root(&mut features.file, folder));
        self.benchmarks.iter_mut().for_each(|benchmark| benchmark.rooted(folder));
        self.controls.paths_mut().for_each(|path| data::root(path, folder));
        self.partition.iter_mut().for_each(|partition| partition.rooted(folder));
    }

    /// Names of models, then of features, in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let features = self.features.iter().map(|features| features.name.as_str());
        self.models.iter().map(|model| model.name.as_str()).chain(features)
    }

    /// What the targets of different listeners have to do with each other.
    pub fn targets(&self) -> Targets {
        self.story.as_ref().map_or(Targets::Shared, |story| story.targets)
    }

    /// Every folder and file that must be there before anything is run.
    ///
    /// # Errors
    /// [`Error::Absent`] naming the first that is missing.
    pub fn require_present(&self) -> Result<(), Error> {
        let data = self.data.iter().flat_map(DataSettings::paths);
        let story = self.story.iter().flat_map(StorySettings::paths);
        let recordings = self.recordings.iter().flat_map(RecordingEntry::paths);
        let simulation = self.simulation.iter().flat_map(SimulationSettings::paths);
        let bids = self.bids.iter().map(|bids| &bids.folder);
        let models = self.models.iter().map(|model| &model.folder);
        let features = self.features.iter().map(|features| &features.file);
        let benchmarks = self.benchmarks.iter().flat_map(BenchmarkEntry::paths);
        let controls = self.controls.paths();
        let bands = self.partition.iter().flat_map(PartitionSettings::paths);
        let mut all = data
            .chain(story)
            .chain(recordings)
            .chain(bids)
            .chain(simulation)
            .chain(models)
            .chain(features)
            .chain(benchmarks)
            .chain(controls)
            .chain(bands);
        match all.find(|path| !path.exists()) {
            Some(path) => Err(Error::Absent { study: self.name.clone(), path: path.clone() }),
            None => Ok(()),
        }
    }
}
