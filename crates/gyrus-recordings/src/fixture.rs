//! Files that the tests write themselves, and the folder of real data beside the project.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{Error, Manifest};

/// A folder that vanishes after the test, with `content` in the file `name`.
pub fn file(name: &str, content: impl AsRef<[u8]>) -> io::Result<(TempDir, PathBuf)> {
    let folder = tempfile::tempdir()?;
    let path = write(folder.path(), name, content)?;
    Ok((folder, path))
}

/// The file `name` in `folder`, with the folders it needs.
pub fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> io::Result<PathBuf> {
    let path = folder.join(name);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(&path, content)?;
    Ok(path)
}

/// The real Alice data, if it is there.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub fn alice() -> Option<PathBuf> {
    let folder = PathBuf::from("../../../shared/data/alice");
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("skipped: ../shared is absent");
    None
}

/// The manifest of the Alice data in the repository.
pub fn alice_manifest() -> PathBuf {
    PathBuf::from("../../datasets/alice/manifest.toml")
}

/// The manifest of [`Small`].
pub const MANIFEST: &str = r#"
name = "small"
title = "A small data set"
licence = "none"
citation = "none"
source = "made by the tests"

[story]
text = "story.txt"
grid = "story.TextGrid"
tier = "word"
silence = ["sp", ""]

[signals]
folder = "signals"
regions = ["left", "right"]
first_scan = 20.0
repetition_time = 2.0
scans = 4
discarded_volumes = 2

[[spelling]]
text = "hole"
spoken = "whole"
count = 1

[[file]]
path = "story.txt"
bytes = 17
hash = "sha256:0000000000000000000000000000000000000000000000000000000000000000"

[[file]]
path = "story.TextGrid"
bytes = 122
hash = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
"#;

/// A TextGrid of three words, in the short form.
pub const GRID: &str = "File type = \"ooTextFile\"\n\"TextGrid\"\n0\n4\n<exists>\n1\n\"IntervalTier\"\n\"word\"\n0\n4\n4\n\
    0\n1\n\"down\"\n1\n2\n\"the\"\n2\n3\n\"sp\"\n3\n4\n\"whole \"\n";

/// A whole data set in a folder that vanishes after the test: three listeners, of whom `s02` has no signal.
pub struct Small {
    folder: TempDir,
}

impl Small {
    pub fn new() -> Self {
        let small = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        small.write("manifest.toml", MANIFEST);
        small.write("story.txt", "Down  the\n hole. ");
        small.write("story.TextGrid", GRID);
        for (subject, factor) in [("s01", 1), ("s02", 0), ("s03", 2)] {
            let rows = (1..=4).map(|row| format!("{} {}\n", factor * row, factor * row * row));
            small.write(&format!("signals/10mm/{subject}-timecourses.txt"), &rows.collect::<String>());
            let volumes = (-1..=4).map(|volume| format!("{volume} 0 0 0 0 0\n"));
            small.write(&format!("signals/{subject}-rp_one.txt"), &volumes.collect::<String>());
            small.write(&format!("signals/{subject}-rate.txt"), "0.1\n0.2\n0.3\n0.4\n");
            small.write(&format!("signals/{subject}-sndpwr.txt"), "0.4\n0.5\n0.6\n0.7\n");
        }
        small
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn manifest(&self) -> Result<Manifest, Error> {
        Manifest::read(&self.folder().join("manifest.toml"))
    }

    pub fn write(&self, name: &str, content: &str) {
        write(self.folder(), name, content).expect("a file in a temporary folder");
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.folder().join(name)).expect("a file that is there");
    }
}
