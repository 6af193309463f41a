//! Finds finished steps again: by the hash of what went in, and only if what came out is still whole.

use std::fmt;
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
    /// What the hash is over, long texts by their own hashes.
    parts: Vec<String>,
}

/// Why a step is made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It was never finished, or its record cannot be read.
    New,
    /// Something that it is made of changed: the stretch that differs, before and now.
    Changed(String, String),
    /// A file that it left is not there.
    Gone(PathBuf),
    /// A file that it left is not what it was.
    Damaged(PathBuf),
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::New => formatter.write_str("it is not finished yet"),
            Self::Changed(before, now) => write!(formatter, "`{before}` became `{now}`"),
            Self::Gone(file) => write!(formatter, "its file `{}` is gone", file.display()),
            Self::Damaged(file) => write!(formatter, "its file `{}` was changed", file.display()),
        }
    }
}

/// What a finished step left behind.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    key: String,
    /// Absent in records of older programs.
    #[serde(default)]
    parts: Vec<String>,
    files: Vec<FileRecord>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRecord {
    path: PathBuf,
    sha256: String,
}

/// The folder of records, within the results.
const RECORDS: &str = "steps";

/// Letters from which a part is remembered by its hash.
const LONG: usize = 4000;

/// Letters of a difference that are told.
const TOLD: usize = 60;

/// Where `before` and `now` first differ.
fn difference(before: &[String], now: &[String]) -> Reason {
    let Some((before, now)) = before.iter().zip(now).find(|(a, b)| a != b) else { return Reason::New };
    let same = before.chars().zip(now.chars()).take_while(|(a, b)| a == b).count();
    // From the beginning of the word that differs.
    let head: Vec<char> = now.chars().take(same).collect();
    let start = head.iter().rposition(|c| c.is_whitespace()).map_or(0, |at| at + 1);
    let told = |text: &str| {
        let rest: String = text.chars().skip(start).take(TOLD).collect();
        if text.chars().count() > start + TOLD { format!("{rest}...") } else { rest }
    };
    Reason::Changed(told(before), told(now))
}

impl Record {
    fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain text and paths")
    }
}

impl Stage {
    /// A step named `name` decided by `parts`, in this order.
    pub fn new(name: impl Into<String>, parts: &[&str]) -> Self {
        let lengths: Vec<String> = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
        let told = |part: &&str| if part.len() > LONG { text_hash(part) } else { (*part).to_owned() };
        Self { name: name.into(), key: text_hash(&lengths.join("\n")), parts: parts.iter().map(told).collect() }
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
        self.lacks(stage).is_none()
    }

    /// Why `stage` has to be made anew; nothing if it is finished and whole.
    pub fn lacks(&self, stage: &Stage) -> Option<Reason> {
        let text = std::fs::read_to_string(self.record_path(stage)).unwrap_or_default();
        // A record that is not to the letter what is written for it was damaged.
        let Some(record) = serde_json::from_str(&text).ok().filter(|record: &Record| record.text() == text) else {
            return Some(Reason::New);
        };
        if record.key != stage.key || record.parts != stage.parts {
            return Some(difference(&record.parts, &stage.parts));
        }
        record.files.into_iter().find_map(|file| match file_hash(&self.folder.join(&file.path)) {
            Ok(hash) if hash == file.sha256 => None,
            Ok(_) => Some(Reason::Damaged(file.path)),
            Err(_) => Some(Reason::Gone(file.path)),
        })
    }

    /// Remembers that `stage` is finished and left `files`, paths within the results folder.
    ///
    /// # Errors
    /// [`Error::Read`] if a file is not there, [`Error::Write`] if the record cannot be written.
    pub fn remember(&self, stage: &Stage, files: &[PathBuf]) -> Result<(), Error> {
        let record =
            |path: &PathBuf| Ok(FileRecord { path: path.clone(), sha256: file_hash(&self.folder.join(path))? });
        let files = files.iter().map(record).collect::<Result<_, Error>>()?;
        let record = Record { key: stage.key.clone(), parts: stage.parts.clone(), files };
        write_whole(&self.record_path(stage), record.text().as_bytes())
    }

    /// Names of the finished steps, and the files that each left, paths within the results folder.
    ///
    /// # Errors
    /// [`Error::Read`] for a folder that cannot be listed.
    pub fn finished(&self) -> Result<Vec<(String, Vec<PathBuf>)>, Error> {
        let folder = self.folder.join(RECORDS);
        if !folder.is_dir() {
            return Ok(Vec::new());
        }
        let failed = |source| Error::Read { path: folder.clone(), source };
        let mut finished = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let record = std::fs::read_to_string(&path).ok();
            let record = record.and_then(|text| serde_json::from_str::<Record>(&text).ok());
            if let (Some(record), Some(name)) = (record, path.file_stem()) {
                let files = record.files.into_iter().map(|file| file.path).collect();
                finished.push((name.to_string_lossy().into_owned(), files));
            }
        }
        finished.sort();
        Ok(finished)
    }

    /// Forgets the step `name`; its files stay.
    ///
    /// # Errors
    /// [`Error::Write`] if its record cannot be removed.
    pub fn forget(&self, name: &str) -> Result<(), Error> {
        let path = self.folder.join(RECORDS).join(format!("{name}.json"));
        std::fs::remove_file(&path).map_err(|source| Error::Write { path, source })
    }

    fn record_path(&self, stage: &Stage) -> PathBuf {
        self.folder.join(RECORDS).join(format!("{}.json", stage.name))
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
    fn what_changed_is_told() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let cache = Cache::new(folder.path());
        let stage = |settings: &str| Stage::new("step", &["program", settings]);
        assert_eq!(cache.lacks(&stage("a")), Some(Reason::New));
        write_whole(&folder.path().join("a.txt"), b"result")?;
        cache.remember(&stage("Settings { folds: 5, gap: 40 }"), &["a.txt".into()])?;
        let said = cache.lacks(&stage("Settings { folds: 4, gap: 40 }")).map(|reason| reason.to_string());
        assert_eq!(said.as_deref(), Some("`5, gap: 40 }` became `4, gap: 40 }`"));
        std::fs::remove_file(folder.path().join("a.txt"))?;
        let lacks = cache.lacks(&stage("Settings { folds: 5, gap: 40 }"));
        assert_eq!(lacks, Some(Reason::Gone("a.txt".into())));
        assert_eq!(cache.finished()?, [("step".to_owned(), vec![PathBuf::from("a.txt")])]);
        cache.forget("step")?;
        assert!(cache.finished()?.is_empty());
        Ok(())
    }

    #[test]
    fn parts_cannot_run_into_each_other() {
        assert_ne!(Stage::new("s", &["ab", "c"]).key, Stage::new("s", &["a", "bc"]).key);
    }
}
