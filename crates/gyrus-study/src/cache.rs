//! Finds finished steps again: by the hash of what went in, and only if what came out is still whole.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::hash::{file_hash, text_hash};
use crate::store::write_whole;

/// The finished steps of one results folder.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    /// Hashes of files as they were when they were last read.
    hashes: Mutex<HashMap<PathBuf, (Stamp, String)>>,
}

/// A step with everything that decides its outcome.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Name, unique in the study, and a file name.
    pub name: String,
    /// Hash over inputs, settings, program version and device.
    pub key: String,
    /// What the hash is over.
    parts: Vec<String>,
}

/// Which parts of a stage say where it was made: the device, and the instructions of the processor.
const PLACE: Range<usize> = 1..3;

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

/// What changes when a file does, short of its content.
type Stamp = (u64, SystemTime, [u64; 3]);

/// The stamp of the file `path`.
fn stamp(path: &Path) -> std::io::Result<Stamp> {
    let file = std::fs::metadata(path)?;
    #[cfg(unix)]
    let place = {
        use std::os::unix::fs::MetadataExt;
        [file.ino(), file.ctime() as u64, file.ctime_nsec() as u64]
    };
    #[cfg(not(unix))]
    let place = [0; 3];
    Ok((file.len(), file.modified()?, place))
}

/// A part as it is remembered: a long one by its hash.
fn told(part: &str) -> String {
    if part.len() > LONG { text_hash(part) } else { part.to_owned() }
}

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
    /// A step named `name` of the program with the hash `program`, made on a device and by instructions of a processor, and
    /// decided by `parts`, in this order.
    pub fn new(name: impl Into<String>, program: &str, place: [&str; 2], parts: &[&str]) -> Self {
        let name = name.into();
        let common = [program, place[0], place[1], &name];
        let parts = common.iter().chain(parts).map(|part| (*part).to_owned()).collect();
        Self::of(name, parts)
    }

    fn of(name: String, parts: Vec<String>) -> Self {
        let lengths: Vec<String> = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
        Self { name, key: text_hash(&lengths.join("\n")), parts }
    }

    /// The same, made where `record` says.
    fn moved(&self, record: &Record) -> Self {
        let mut parts = self.parts.clone();
        if let Some(place) = record.parts.get(PLACE) {
            parts[PLACE].clone_from_slice(place);
        }
        Self::of(self.name.clone(), parts)
    }
}

impl Cache {
    /// The cache of the results in `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), hashes: Mutex::default() }
    }

    /// The results folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Hash of `file`, a path within the results folder. A file is read again only once it looks changed.
    ///
    /// # Errors
    /// [`Error::Read`] if it is not there.
    pub fn hash(&self, file: &Path) -> Result<String, Error> {
        let path = self.folder.join(file);
        let stamp = stamp(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
        let known = || self.hashes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, hash)) = known().get(file).filter(|(seen, _)| *seen == stamp) {
            return Ok(hash.clone());
        }
        let hash = file_hash(&path)?;
        known().insert(file.to_owned(), (stamp, hash.clone()));
        Ok(hash)
    }

    /// Why `stage` has to be made anew; nothing if it is finished and whole.
    pub fn lacks(&self, stage: &Stage) -> Option<Reason> {
        self.record(stage).map_or(Some(Reason::New), |record| self.differs(stage, record))
    }

    /// As [`Self::lacks`], wherever it was made: on another device, or by other instructions.
    pub fn lacks_anywhere(&self, stage: &Stage) -> Option<Reason> {
        self.record(stage).map_or(Some(Reason::New), |record| self.differs(&stage.moved(&record), record))
    }

    /// The record of `stage`; none if there is none, or it is not to the letter what is written for it.
    fn record(&self, stage: &Stage) -> Option<Record> {
        let text = std::fs::read_to_string(self.record_path(stage)).ok()?;
        serde_json::from_str(&text).ok().filter(|record: &Record| record.text() == text)
    }

    fn differs(&self, stage: &Stage, record: Record) -> Option<Reason> {
        let parts: Vec<String> = stage.parts.iter().map(|part| told(part)).collect();
        if record.key != stage.key || record.parts != parts {
            return Some(difference(&record.parts, &parts));
        }
        record.files.into_iter().find_map(|file| match self.hash(&file.path) {
            Ok(hash) if hash == file.sha256 => None,
            Ok(_) => Some(Reason::Damaged(file.path)),
            Err(_) => Some(Reason::Gone(file.path)),
        })
    }

    /// Where each of the finished steps was made: the devices and the instructions of processors, each once, in order.
    ///
    /// # Errors
    /// As [`Self::finished`].
    pub fn places(&self) -> Result<Vec<[String; 2]>, Error> {
        let place = |(_, record): (_, Record)| record.parts.get(PLACE).map(|at| [at[0].clone(), at[1].clone()]);
        let places: BTreeSet<_> = self.records()?.into_iter().filter_map(place).collect();
        Ok(places.into_iter().collect())
    }

    /// Remembers that `stage` is finished and left `files`, paths within the results folder.
    ///
    /// # Errors
    /// [`Error::Read`] if a file is not there, [`Error::Write`] if the record cannot be written.
    pub fn remember(&self, stage: &Stage, files: &[PathBuf]) -> Result<(), Error> {
        let record = |path: &PathBuf| Ok(FileRecord { path: path.clone(), sha256: self.hash(path)? });
        let files = files.iter().map(record).collect::<Result<_, Error>>()?;
        let record =
            Record { key: stage.key.clone(), parts: stage.parts.iter().map(|part| told(part)).collect(), files };
        write_whole(&self.record_path(stage), record.text().as_bytes())
    }

    /// Names of the finished steps, and the files that each left, paths within the results folder.
    ///
    /// # Errors
    /// [`Error::Read`] for a folder that cannot be listed.
    pub fn finished(&self) -> Result<Vec<(String, Vec<PathBuf>)>, Error> {
        let files = |record: Record| record.files.into_iter().map(|file| file.path).collect();
        Ok(self.records()?.into_iter().map(|(name, record)| (name, files(record))).collect())
    }

    /// The records of the finished steps with their names, in order.
    fn records(&self) -> Result<Vec<(String, Record)>, Error> {
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
                finished.push((name.to_string_lossy().into_owned(), record));
            }
        }
        finished.sort_by(|(a, _), (b, _)| a.cmp(b));
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

    fn stage(name: &str, parts: &[&str]) -> Stage {
        Stage::new(name, "program", ["cpu", "AVX2"], parts)
    }

    fn check(change: impl Fn(&Path) -> std::io::Result<()>, key: &str) -> Result<bool, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let cache = Cache::new(folder.path());
        write_whole(&folder.path().join("a.txt"), b"result")?;
        cache.remember(&stage("step", &["settings"]), &["a.txt".into()])?;
        change(folder.path())?;
        Ok(cache.lacks(&stage("step", &[key])).is_none())
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
        let stage = |settings: &str| stage("step", &[settings]);
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
    fn what_another_device_made_counts_where_that_is_asked() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let cache = Cache::new(folder.path());
        write_whole(&folder.path().join("a.txt"), b"result")?;
        let elsewhere = Stage::new("step", "program", ["a GPU", "AVX-512"], &["settings"]);
        cache.remember(&elsewhere, &["a.txt".into()])?;
        assert_eq!(cache.lacks(&elsewhere), None);
        assert_eq!(cache.lacks(&stage("step", &["settings"])), Some(Reason::Changed("a GPU".into(), "cpu".into())));
        assert_eq!(cache.lacks_anywhere(&stage("step", &["settings"])), None);
        assert!(cache.lacks_anywhere(&stage("step", &["others"])).is_some());
        assert!(cache.lacks_anywhere(&Stage::new("step", "other", ["cpu", "AVX2"], &["settings"])).is_some());
        assert_eq!(cache.places()?, [["a GPU".to_owned(), "AVX-512".to_owned()]]);
        Ok(())
    }

    #[test]
    fn a_file_that_was_written_again_is_read_again() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let (cache, file) = (Cache::new(folder.path()), folder.path().join("a.txt"));
        write_whole(&file, b"result")?;
        let first = cache.hash(Path::new("a.txt"))?;
        assert_eq!(cache.hash(Path::new("a.txt"))?, first);
        write_whole(&file, b"resulT")?;
        assert_ne!(cache.hash(Path::new("a.txt"))?, first);
        Ok(())
    }

    #[test]
    fn parts_cannot_run_into_each_other() {
        assert_ne!(stage("s", &["ab", "c"]).key, stage("s", &["a", "bc"]).key);
    }
}
