//! What was heard, who listened, and which models are asked about it.

use std::path::{Path, PathBuf};

use gyrus_recordings::bids::{Landmark, Selection, Surfaces};
use gyrus_recordings::{Radius, WordFormat, WordTable};
use gyrus_signals::Pipeline;
use serde::{Deserialize, Serialize};

/// Where the recordings of a data set that the program knows by name are, and which are used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSettings {
    /// The data set's manifest.
    pub manifest: PathBuf,
    /// The folder that holds its files.
    pub folder: PathBuf,
    /// Radius of the regions of interest.
    pub radius: Radius,
    /// Listeners to use; empty for all.
    pub listeners: Vec<String>,
}

/// A story in a file of one's own, with [`RecordingEntry`]s of those who heard it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorySettings {
    /// A table with the columns word, start and end (s), or words in another form.
    pub words: PathBuf,
    /// The form of that file, where its name does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<WordFormat>,
    /// Of Natural Stories: the TextGrid that says when tokens were heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<PathBuf>,
    /// The column of words, where the table is one of events instead, with onset and duration (s).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What becomes of words of a table that end before they begin, or begin before a word in front of them.
    #[serde(default)]
    pub backward: Backward,
    /// What the targets of different listeners have to do with each other.
    pub targets: Targets,
}

/// What becomes of words whose times step back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backward {
    /// There must be none.
    #[default]
    Error,
    /// The fewest that have to go lose their time: models read them, and nothing is predicted at them.
    Untimed,
}

/// What the targets of different listeners have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Targets {
    /// The same regions in everybody, so that recordings can be averaged.
    Shared,
    /// Electrodes of one's own; they stand side by side, and listeners are a sample.
    Own,
}

/// One listener's recording as plain arrays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordingEntry {
    /// Name of the listener.
    pub subject: String,
    /// A file of signals, an image in time, or one array, `(samples, targets)`.
    pub signal: PathBuf,
    /// The array, where its file has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub array: Option<String>,
    /// Of a NIfTI image: one of the same space that is not zero at the voxels that are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<PathBuf>,
    /// Of a NIfTI image: one of the same space that labels parcels, whose means are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parcels: Option<PathBuf>,
    /// Samples in a second; a file of signals says it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Time of the first sample on the clock of the words, in seconds.
    #[serde(default)]
    pub start: f64,
    /// A table with a row per target: its name and, where they are known, its region and its distance in mm from primary
    /// auditory cortex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<PathBuf>,
    /// What else was measured on this listener, for instance motion: one tensor, `(samples, columns)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<PathBuf>,
    /// What was heard: one tensor, `(samples, 1)`, the envelope or power of the sound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sound: Option<PathBuf>,
    /// The same stimulus heard several times, for a ceiling: one tensor `(samples, targets)` per repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<PathBuf>,
}

/// Recordings in the BIDS layout, with signals in any format that is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BidsSettings {
    /// The folder of the data set.
    pub folder: PathBuf,
    /// The task in the files' names.
    pub task: String,
    /// The folder below `derivatives` that holds the recordings; the raw ones if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derivative: Option<String>,
    /// `desc` in the files' names, where they have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Subjects to use; empty for all.
    #[serde(default)]
    pub listeners: Vec<String>,
    /// Time of the first sample on the clock of the words, in seconds.
    #[serde(default)]
    pub start: f64,
    /// Whether distances from primary auditory cortex are wanted; where not, electrodes may be in any space.
    #[serde(default = "wanted")]
    pub distances: bool,
    /// The place that they are measured from, instead of the one that comes with the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landmark: Option<Landmark>,
    /// Surfaces that distances are measured along, in the space of the electrodes; straight lines without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surfaces: Option<Surfaces>,
}

/// A language model on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Name in tables and figures.
    pub name: String,
    /// Folder with `config.json`, weights and a tokenizer in Hugging Face layout.
    pub folder: PathBuf,
    /// Its family, of which no two models are independent; without one the `model_type` of its `config.json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Tokens that it was trained on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<f64>,
}

/// Features of any origin, for instance of a speech model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureEntry {
    /// Name in tables and figures.
    pub name: String,
    /// A file of one tensor `(words, width)` per layer, with a row for every word of the story.
    pub file: PathBuf,
}

impl DataSettings {
    /// With paths that count from `folder`.
    pub(super) fn rooted(&mut self, folder: &Path) {
        self.paths_mut().into_iter().for_each(|path| root(path, folder));
    }

    /// Every path that must be there.
    pub(super) fn paths(&self) -> [&PathBuf; 2] {
        [&self.manifest, &self.folder]
    }

    fn paths_mut(&mut self) -> [&mut PathBuf; 2] {
        [&mut self.manifest, &mut self.folder]
    }
}

impl StorySettings {
    /// With paths that count from `folder`.
    pub(super) fn rooted(&mut self, folder: &Path) {
        [Some(&mut self.words), self.times.as_mut()].into_iter().flatten().for_each(|path| root(path, folder));
    }

    /// Every path that must be there.
    pub(super) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        [Some(&self.words), self.times.as_ref()].into_iter().flatten()
    }

    /// The columns of the words, where they are in a table with a row per word.
    pub fn table(&self) -> Option<WordTable> {
        match (self.format.clone().unwrap_or_else(|| WordFormat::of(&self.words)), &self.column) {
            (WordFormat::Table(columns), None) => Some(columns),
            _ => None,
        }
    }
}

impl BidsSettings {
    /// Which recordings to read.
    pub fn selection(&self, preparation: Option<&Pipeline>, threads: usize) -> Selection {
        let landmark = || self.landmark.clone().unwrap_or_else(Landmark::heschl);
        Selection {
            folder: self.folder.clone(),
            task: self.task.clone(),
            derivative: self.derivative.clone(),
            description: self.description.clone(),
            subjects: self.listeners.clone(),
            start: self.start,
            landmark: self.distances.then(landmark),
            surfaces: self.surfaces.clone(),
            preparation: preparation.cloned(),
            threads,
        }
    }
}

fn wanted() -> bool {
    true
}

impl RecordingEntry {
    /// With paths that count from `folder`.
    pub(super) fn rooted(&mut self, folder: &Path) {
        let Self { signal, mask, parcels, targets, own, sound, repeats, .. } = self;
        let others = [mask, parcels, targets, own, sound, repeats].into_iter().flatten();
        std::iter::once(signal).chain(others).for_each(|path| root(path, folder));
    }

    /// Every path that must be there.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        let Self { signal, mask, parcels, targets, own, sound, repeats, .. } = self;
        let others = [mask, parcels, targets, own, sound, repeats].map(Option::as_ref);
        std::iter::once(signal).chain(others.into_iter().flatten())
    }
}

/// `path` as it counts from `folder`.
pub(super) fn root(path: &mut PathBuf, folder: &Path) {
    *path = folder.join(&path);
}
