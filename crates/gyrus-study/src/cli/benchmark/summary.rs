//! What was scored and how, and the scores.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gyrus_benchmarks::{Bits, HARNESS, Item, Measure, Rolling, Score, Scores, Task};
use gyrus_study::{files_hash, model_files, write_whole};
use gyrus_windows::{Bos, Tokenizer};
use serde_json::{Map, Value, json};

use super::Opened;

/// A summary that grows part by part.
#[derive(Debug)]
pub struct Summary {
    parts: Map<String, Value>,
}

impl Summary {
    /// What `task` is.
    pub fn new(task: &Task, limit: Option<u32>) -> Self {
        let harness = (task.is_mirrored() || task.measure == Measure::Text).then_some(HARNESS);
        let parts = [
            ("gyrus", json!(env!("CARGO_PKG_VERSION"))),
            ("task", json!(task.name)),
            ("source", json!(task.source)),
            ("split", json!(task.split)),
            ("lm_evaluation_harness", json!(harness)),
            ("shots", json!(0)),
            ("limit", json!(limit)),
            ("metric", json!(task.metric)),
        ];
        Self { parts: parts.map(|(name, value)| (name.to_owned(), value)).into_iter().collect() }
    }

    /// With the model, and what it puts before every context.
    pub fn model(self, folder: &Path, opened: &Opened, bos: Bos) -> anyhow::Result<Self> {
        let files = model_files(folder)?;
        let architecture = opened.checkpoint.architecture();
        let model = json!({
            "folder": folder, "hash": files_hash(&files), "files": names(&files),
            "parameters": opened.checkpoint.parameters(), "limit": architecture.limit,
        });
        let begin = json!({ "rule": bos, "prefix": opened.tokenizer.prefix() });
        Ok(self.with("model", model).with("device", json!(opened.device.name())).with("bos", begin))
    }

    /// With the files of the items.
    pub fn data(self, files: &BTreeMap<PathBuf, String>) -> anyhow::Result<Self> {
        Ok(self.with("data", json!({ "hash": files_hash(files), "files": files })))
    }

    /// With the scores of items.
    pub fn items(self, task: &Task, items: &[Item], scores: &Scores) -> Self {
        let metrics: Map<String, Value> =
            scores.scores.iter().map(|score| (score.metric.name().to_owned(), value(score))).collect();
        let groups: Map<String, Value> =
            scores.groups.iter().map(|group| (group.name.clone(), value(&group.acc))).collect();
        let normalisation = match task.measure {
            Measure::Choices | Measure::Pairs => json!({
                "acc": "none: sum over tokens", "acc_norm": "characters of the choice without the space before it",
                "acc_bytes": "its bytes in UTF-8",
            }),
            _ => json!({ "acc": "none: sum over tokens" }),
        };
        self.with("empty_context", json!(scores.begin))
            .with("normalisation", normalisation)
            .with("items", json!(items.len()))
            .with("truncated_items", json!(scores.truncated()))
            .with("overlong_items", json!(scores.overlong()))
            .with("metrics", json!(metrics))
            .with("groups", json!(groups))
    }

    /// With the bits of texts.
    pub fn texts(self, tokenizer: &Tokenizer, texts: &[Rolling], bits: &Bits) -> anyhow::Result<Self> {
        let sum = |of: fn(&Rolling) -> usize| texts.iter().map(of).sum::<usize>();
        let metrics = json!({
            "bits_per_character": bits.per_character, "bits_per_byte": bits.per_byte,
            "byte_perplexity": bits.byte_perplexity, "word_perplexity": bits.word_perplexity,
        });
        Ok(self
            .with("empty_context", json!(tokenizer.begin()?))
            .with("windows", json!("rolling, each token scored once, one token of context or more"))
            .with("items", json!(texts.len()))
            .with("tokens", json!(sum(|text| text.tokens)))
            .with("characters", json!(sum(|text| text.characters)))
            .with("bytes", json!(sum(|text| text.bytes)))
            .with("words", json!(sum(|text| text.words)))
            .with("metrics", metrics))
    }

    /// Writes it to `path`.
    pub fn write(self, path: &Path) -> anyhow::Result<()> {
        Ok(write_whole(path, format!("{:#}\n", Value::Object(self.parts)).as_bytes())?)
    }

    fn with(mut self, name: &str, value: Value) -> Self {
        self.parts.insert(name.into(), value);
        self
    }
}

/// Hashes by the files' own names.
fn names(files: &BTreeMap<PathBuf, String>) -> BTreeMap<String, &String> {
    let name = |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    files.iter().map(|(path, hash)| (name(path), hash)).collect()
}

fn value(score: &Score) -> Value {
    json!({ "value": score.value, "stderr": score.stderr, "n": score.n })
}
