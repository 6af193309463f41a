//! What is read, and which models are trained on it, for how long.
//!
//! A recipe that exists is valid: [`Recipe::open`] refuses a value that has no meaning, and names it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gyrus_windows::LEAST_VOCABULARY;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Error;

/// What is read, and which models are trained on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The file itself.
    #[serde(skip)]
    path: PathBuf,
    /// Seed of the first weights and of the order of reading.
    pub seed: u64,
    /// What is read.
    pub text: Text,
    /// How it becomes tokens.
    pub tokenizer: TokenizerRecipe,
    /// How models are trained.
    pub training: Training,
    /// The models, in the order in which they are trained.
    pub models: Vec<Model>,
}

/// What is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Folder of the files; if relative, from the recipe's own folder.
    folder: PathBuf,
    /// Share of each file, its end, that no model reads in training.
    pub held_out: f64,
    /// The files.
    pub files: Vec<File>,
}

/// One text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Name in the folder.
    pub name: String,
    /// The text ends before the last line that reads so, such as the heading of an index.
    pub ends_before: Option<String>,
}

/// The tokenizer that all models share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenizerRecipe {
    /// Number of ids.
    pub vocabulary: usize,
}

/// How models are trained: AdamW with a learning rate that rises in a line, then falls as a cosine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Tokens in a sequence.
    pub length: usize,
    /// Sequences in a step.
    pub sequences: usize,
    /// Sequences that are computed together, a divisor of `sequences`.
    pub together: usize,
    /// Steps in which the learning rate rises.
    pub warm_up: u64,
    /// The last learning rate over the highest.
    pub last_rate: f64,
    /// Decay of the first and of the second moment of gradients.
    pub betas: [f64; 2],
    /// What matrices lose in a step, over the learning rate.
    pub weight_decay: f64,
    /// Longer gradients are cut to this length.
    pub clip: f64,
    /// Steps between two lines of the log.
    pub log_every: u64,
    /// Steps between two saved states.
    pub save_every: u64,
}

/// One training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Name of its folder.
    pub name: String,
    /// Number of steps.
    pub steps: u64,
    /// The highest learning rate.
    pub learning_rate: f64,
    /// Steps after which the model is written too, as `NAME-STEP`.
    #[serde(default)]
    pub also_after: Vec<u64>,
    /// Its `config.json`, but for what follows from the tokenizer.
    pub config: Map<String, Value>,
}

impl Recipe {
    /// Reads the recipe in the file `path`.
    ///
    /// # Errors
    /// [`Error::Read`], [`Error::Toml`], or [`Error::Setting`] for a value that has no meaning.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.into(), source })?;
        let toml = |error: toml::de::Error| Error::Toml { path: path.into(), reason: error.to_string() };
        let recipe = Self { path: path.into(), ..toml::from_str(&text).map_err(toml)? };
        recipe.check_text()?;
        recipe.check_training()?;
        recipe.check_models()?;
        Ok(recipe)
    }

    /// The file itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the texts.
    pub fn folder(&self) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(&self.text.folder)
    }

    /// The same recipe that reads its texts in `folder`.
    pub fn with_folder(mut self, folder: &Path) -> Self {
        self.text.folder = std::path::absolute(folder).unwrap_or_else(|_| folder.into());
        self
    }

    pub(crate) fn refuse(&self, key: impl Into<String>, value: impl std::fmt::Display, expected: &str) -> Error {
        let (path, value) = (self.path.clone(), value.to_string());
        Error::Setting { path, key: key.into(), value, expected: expected.into() }
    }

    fn require(&self, good: bool, key: &str, value: impl std::fmt::Display, expected: &str) -> Result<(), Error> {
        if good { Ok(()) } else { Err(self.refuse(key, value, expected)) }
    }

    fn check_text(&self) -> Result<(), Error> {
        let Text { held_out, files, .. } = &self.text;
        let share = *held_out > 0.0 && *held_out < 1.0;
        self.require(share, "text.held_out", held_out, "a share between 0 and 1")?;
        self.require(!files.is_empty(), "text.files", "[]", "at least one file")?;
        let least = self.tokenizer.vocabulary >= LEAST_VOCABULARY;
        self.require(least, "tokenizer.vocabulary", self.tokenizer.vocabulary, "at least 257: one id for each byte")
    }

    fn check_training(&self) -> Result<(), Error> {
        let t = &self.training;
        let counts = [
            ("length", t.length as u64),
            ("sequences", t.sequences as u64),
            ("together", t.together as u64),
            ("log_every", t.log_every),
            ("save_every", t.save_every),
        ];
        for (key, value) in counts {
            self.require(value > 0, &format!("training.{key}"), value, "a positive whole number")?;
        }
        let divides = t.sequences.is_multiple_of(t.together);
        self.require(divides, "training.together", t.together, "a divisor of `training.sequences`")?;
        self.require((0.0..=1.0).contains(&t.last_rate), "training.last_rate", t.last_rate, "a share from 0 to 1")?;
        for beta in t.betas {
            self.require((0.0..1.0).contains(&beta), "training.betas", beta, "numbers from 0 to less than 1")?;
        }
        let decay = t.weight_decay.is_finite() && t.weight_decay >= 0.0;
        self.require(decay, "training.weight_decay", t.weight_decay, "a number from 0 on")?;
        self.require(t.clip.is_finite() && t.clip > 0.0, "training.clip", t.clip, "a positive number")
    }

    fn check_models(&self) -> Result<(), Error> {
        self.require(!self.models.is_empty(), "models", "[]", "at least one model")?;
        let mut folders = BTreeSet::new();
        for model in &self.models {
            let key = |key: &str| format!("models.{}.{key}", model.name);
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            let named = model.name.starts_with(|c: char| c.is_ascii_alphanumeric()) && model.name.chars().all(plain);
            self.require(named, "models.name", &model.name, "letters, digits, `-`, `_` and `.`")?;
            let rate = model.learning_rate.is_finite() && model.learning_rate > 0.0;
            self.require(rate, &key("learning_rate"), model.learning_rate, "a positive number")?;
            let long = model.steps > self.training.warm_up;
            self.require(long, &key("steps"), model.steps, "more than `training.warm_up`")?;
            for after in &model.also_after {
                let before = (1..model.steps).contains(after);
                self.require(before, &key("also_after"), after, "steps from 1 to less than `steps`")?;
            }
            for name in model.folders() {
                let new = folders.insert(name.clone());
                self.require(new, "models.name", name, "a name of its own for every model")?;
            }
            for given in ["vocab_size", "bos_token_id", "eos_token_id", "pad_token_id"] {
                let absent = !model.config.contains_key(given);
                self.require(absent, &key(&format!("config.{given}")), "given", "nothing: the tokenizer decides it")?;
            }
        }
        Ok(())
    }
}

impl Model {
    /// Steps after which the model is written, ascending.
    pub(crate) fn written_after(&self) -> BTreeSet<u64> {
        self.also_after.iter().copied().chain([self.steps]).collect()
    }

    /// Name of the folder of the model after so many steps.
    pub(crate) fn folder_after(&self, step: u64) -> String {
        if step == self.steps { self.name.clone() } else { format!("{}-{step}", self.name) }
    }

    fn folders(&self) -> Vec<String> {
        self.written_after().into_iter().map(|step| self.folder_after(step)).collect()
    }

    /// Its `config.json`, with what follows from a tokenizer of `vocabulary` ids.
    pub(crate) fn configuration(&self, vocabulary: usize) -> Map<String, Value> {
        let mut config = self.config.clone();
        let added = [("vocab_size", vocabulary), ("bos_token_id", 0), ("eos_token_id", 0), ("pad_token_id", 0)];
        config.extend(added.map(|(key, value)| (key.into(), value.into())));
        config.entry("torch_dtype").or_insert("float16".into());
        config
    }
}
