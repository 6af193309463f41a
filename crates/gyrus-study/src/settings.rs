//! The study file: what is run, on what, with which settings.

use std::path::{Path, PathBuf};

use gyrus_recordings::Radius;
use gyrus_windows::{Bos, Overflow, Reading, WindowSpec};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::keep::Keep;

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
    /// The recordings.
    pub data: DataSettings,
    /// The language models.
    pub models: Vec<ModelEntry>,
    /// From text to states.
    pub words: WordSettings,
    /// From words to scans.
    pub scans: ScanSettings,
    /// Folds and fits.
    pub encoding: EncodingSettings,
    /// Intervals and nulls.
    pub inference: InferenceSettings,
    /// Bits per character.
    pub text: TextSettings,
}

/// Where the recordings are and which are used.
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

/// A language model on disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// Name in tables and figures.
    pub name: String,
    /// Folder with `config.json`, weights and a tokenizer in Hugging Face layout.
    pub folder: PathBuf,
}

/// From text to states.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordSettings {
    /// Context windows.
    pub windows: Vec<WindowSpec>,
    /// The window of every headline number.
    pub main: WindowSpec,
    /// How the states of a word's tokens become one.
    pub pooling: Pooling,
    /// What happens to windows beyond a model's limit.
    pub overflow: Overflow,
    /// Whether BOS stands before every input; the tokenizer's own rule unless told otherwise.
    #[serde(default)]
    pub bos: Bos,
    /// How the story becomes tokens; as a whole unless told otherwise.
    #[serde(default)]
    pub tokens: Reading,
    /// Untrained twins of each model.
    pub twins: u64,
    /// What is kept on disk of the states.
    #[serde(default)]
    pub keep: Keep,
}

/// How the states of a word's tokens become one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pooling {
    /// The last token's.
    Last,
    /// Their mean.
    Mean,
    /// Their sum.
    Sum,
}

/// From words to scans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScanSettings {
    /// How a word reaches the scans after it.
    pub response: Response,
    /// Delays in scans, for `response = "fir"` only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delays: Vec<usize>,
    /// Slow cosines that are removed from responses, features and controls.
    pub cosines: usize,
}

/// How a word reaches the scans after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Response {
    /// By the canonical hemodynamic response.
    Canonical,
    /// By delayed copies (finite impulse response).
    Fir,
}

/// Folds and fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncodingSettings {
    /// Outer folds.
    pub folds: usize,
    /// Inner folds.
    pub inner_folds: usize,
    /// Scans left out on both sides of every held-out stretch.
    pub gap: usize,
    /// Penalties as `A:B:N`.
    pub penalties: String,
    /// Principal components per layer.
    pub components: usize,
    /// Scans per held-out block for resampling.
    pub block: usize,
}

/// Intervals and nulls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InferenceSettings {
    /// Bootstrap draws.
    pub draws: usize,
    /// Circular shifts.
    pub shifts: usize,
    /// Fewest scans by which a shift moves the recording, from either end of its run.
    #[serde(default = "least_shift")]
    pub least_shift: usize,
}

fn least_shift() -> usize {
    gyrus_encoding::LEAST_SHIFT
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
        study.check(path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for relative in [&mut study.data.manifest, &mut study.data.folder] {
            *relative = folder.join(&relative);
        }
        for model in &mut study.models {
            model.folder = folder.join(&model.folder);
        }
        Ok(study)
    }

    /// Every folder and file that must be there before anything is run.
    ///
    /// # Errors
    /// [`Error::Absent`] naming the first that is missing.
    pub fn require_present(&self) -> Result<(), Error> {
        let models = self.models.iter().map(|model| &model.folder);
        match [&self.data.manifest, &self.data.folder].into_iter().chain(models).find(|path| !path.exists()) {
            Some(path) => Err(Error::Absent { study: self.name.clone(), path: path.clone() }),
            None => Ok(()),
        }
    }

    fn check(&self, path: &Path) -> Result<(), Error> {
        let mut names: Vec<&str> = self.models.iter().map(|model| model.name.as_str()).collect();
        names.sort_unstable();
        let plain = |name: &str| !name.is_empty() && !name.contains(['/', '\\']) && !name.starts_with('.');
        // The results of a twin stand in a folder of their own, `NAME-twin-1`.
        let twin_of = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with("-twin-"));
        let taken = names.iter().find(|a| names.iter().any(|b| twin_of(a, b)));
        let windows = &self.words.windows;
        let repeated = windows.iter().enumerate().find(|(i, window)| windows[..*i].contains(window));
        let counts = [
            ("encoding.components", self.encoding.components, 1),
            ("encoding.block", self.encoding.block, 2),
            ("inference.draws", self.inference.draws, 100),
            // p cannot reach .05 with fewer.
            ("inference.shifts", self.inference.shifts, 19),
            ("inference.least_shift", self.inference.least_shift, 1),
            ("text.characters", self.text.characters, 1),
        ];
        let rules: [(&'static str, bool, String); 9] = [
            ("schema", self.schema == SCHEMA, format!("must be {SCHEMA} for this program: `{}`", self.schema)),
            ("name", plain(&self.name), format!("must be a plain file name: `{}`", self.name)),
            ("models", !names.is_empty(), "is empty".into()),
            ("models.name", names.iter().all(|name| plain(name)), format!("must be plain file names: {names:?}")),
            ("models.name", names.windows(2).all(|pair| pair[0] != pair[1]), format!("is given twice: {names:?}")),
            (
                "models.name",
                taken.is_none(),
                format!("is the name of another model's twin: `{}`", taken.unwrap_or(&"")),
            ),
            (
                "words.windows",
                repeated.is_none(),
                format!("has a window twice: `{}`", repeated.map_or(String::new(), |(_, window)| window.to_string())),
            ),
            (
                "words.main",
                windows.contains(&self.words.main),
                format!("is not one of `words.windows`: `{}`", self.words.main),
            ),
            (
                "scans.delays",
                (self.scans.response == Response::Fir) != self.scans.delays.is_empty(),
                "must be given if and only if `scans.response` is \"fir\"".into(),
            ),
        ];
        let counts = counts
            .map(|(setting, value, least)| (setting, value >= least, format!("must be at least {least}: `{value}`")));
        match rules.into_iter().chain(counts).find(|(_, holds, _)| !holds) {
            Some((setting, _, reason)) => Err(Error::Setting { path: path.to_owned(), setting, reason }),
            None => Ok(()),
        }
    }
}
