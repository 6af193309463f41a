//! Finds finished steps again: by the hash of what went in, and only if what came out is still whole.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::hash::{file_hash, text_hash};
use crate::store::write_whole;

/// The finished steps of one results folder.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

/// A step with everything that decides its outcome.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Name, unique in the study, and a file name.
    pub name: String,
    /// Hash over inputs, settings, program version and device.
    pub key: String,
}

/// What a finished step left behind.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    key: String,
    files: Vec<FileRecord>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRecord {
    path: PathBuf,
    sha256: String,
}

impl Stage {
    /// A step named `name` decided by `parts`, in this order.
    pub fn new(name: impl Into<String>, parts: &[&str]) -> Self {
        let lengths: Vec<String> = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
        Self { name: name.into(), key: text_hash(&lengths.join("\n")) }
    }
}

impl Cache {
    /// The cache of the results in `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The results folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether `stage` was finished with the same key and all its files are still what they were.
    pub fn holds(&self, stage: &Stage) -> bool {
        let Ok(text) = std::fs::read_to_string(self.record_path(stage)) else { return false };
        let Ok(record) = serde_json::from_str::<Record>(&text) else { return false };
        let whole = |file: &FileRecord| file_hash(&self.folder.join(&file.path)).is_ok_and(|hash| hash == file.sha256);
        record.key == stage.key && record.files.iter().all(whole)
    }

    /// Remembers that `stage` is finished and left `files`, paths within the results folder.
    ///
    /// # Errors
    /// [`Error::Read`] if a file is not there, [`Error::Write`] if the record cannot be written.
    pub fn remember(&self, stage: &Stage, files: &[PathBuf]) -> Result<(), Error> {
        let record =
            |path: &PathBuf| Ok(FileRecord { path: path.clone(), sha256: file_hash(&self.folder.join(path))? });
        let files = files.iter().map(record).collect::<Result<_, Error>>()?;
        let text =
            serde_json::to_string_pretty(&Record { key: stage.key.clone(), files }).expect("plain text and paths");
        write_whole(&self.record_path(stage), text.as_bytes())
    }

    fn record_path(&self, stage: &Stage) -> PathBuf {
        self.folder.join("steps").join(format!("{}.json", stage.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: impl Fn(&Path) -> std::io::Result<()>, key: &str) -> Result<bool, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let cache = Cache::new(folder.path());
        write_whole(&folder.path().join("a.txt"), b"result")?;
        cache.remember(&Stage::new("step", &["settings"]), &["a.txt".into()])?;
        change(folder.path())?;
        Ok(cache.holds(&Stage::new("step", &[key])))
    }

    #[test]
    fn a_finished_step_is_found_again() -> Result<(), Box<dyn std::error::Error>> {
        assert!(check(|_| Ok(()), "settings")?);
        Ok(())
    }

    #[test]
    fn other_settings_are_another_step() -> Result<(), Box<dyn std::error::Error>> {
        assert!(!check(|_| Ok(()), "other settings")?);
        Ok(())
    }

    #[test]
    fn a_changed_or_missing_file_is_made_again() -> Result<(), Box<dyn std::error::Error>> {
        assert!(!check(|folder| std::fs::write(folder.join("a.txt"), "resulT"), "settings")?);
        assert!(!check(|folder| std::fs::remove_file(folder.join("a.txt")), "settings")?);
        Ok(())
    }

    #[test]
    fn parts_cannot_run_into_each_other() {
        assert_ne!(Stage::new("s", &["ab", "c"]).key, Stage::new("s", &["a", "bc"]).key);
    }
}
