//! Which benchmarks say how good language models are.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::data::root;

/// A benchmark: items that models answer here, or scores that were published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BenchmarkEntry {
    /// The task, one of `gyrus benchmark --list`; of published scores any name.
    pub task: String,
    /// Its items: files of JSON lines, tables, or folders of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data: Vec<PathBuf>,
    /// Labels in a file of their own, a line for each item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<PathBuf>,
    /// Instead of items a table with the columns model, score and source, and `stderr` where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<PathBuf>,
}

impl BenchmarkEntry {
    /// With paths that count from `folder`.
    pub(super) fn rooted(&mut self, folder: &Path) {
        let Self { data, labels, published, .. } = self;
        data.iter_mut().chain(labels).chain(published).for_each(|path| root(path, folder));
    }

    /// Every path that must be there.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.data.iter().chain(&self.labels).chain(&self.published)
    }

    /// Whether there are items, or published scores, and not both.
    pub(super) fn is_one_kind(&self) -> bool {
        self.data.is_empty() == self.published.is_some() && (self.labels.is_none() || self.published.is_none())
    }
}
