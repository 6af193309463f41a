//! The Alice data: a chapter read aloud, and the fMRI of those who listened.
//!
//! Files are read exactly as their authors published them; the manifest says which and when.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::{
    Alignment, Error, Listener, Manifest, Radius, Refusal, TextGrid, align,
    alignment::Sources,
    listener::{self, SIGNAL},
};

/// Which listeners to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Subjects {
    /// Everybody.
    #[default]
    All,
    /// These, each of whom must exist; a name given twice counts once.
    Only(Vec<String>),
}

/// A story and everybody who listened to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Alice {
    /// The story with the times of its words, and how they were found.
    pub story: Alignment,
    /// Those whose recordings can be used, sorted by name.
    pub listeners: Vec<Listener>,
    /// Those whose recordings cannot, sorted by name.
    pub refusals: Vec<Refusal>,
}

impl Alice {
    /// The data in the folder `dir` as `manifest` describes it, with signals averaged over spheres of `radius`.
    ///
    /// A listener whose signal is constant in every region is refused and listed; a malformed file is an error.
    ///
    /// # Errors
    /// Whatever is wrong with a file, with its line and value; [`Error::UnknownSubject`] for a name that does not exist,
    /// [`Error::NoListener`] if nobody is left.
    pub fn open(dir: &Path, manifest: &Manifest, radius: Radius, subjects: &Subjects) -> Result<Self, Error> {
        let story = story(dir, manifest)?;
        let folder = dir.join(&manifest.signals.folder);
        let signals = folder.join(format!("{}mm", radius.millimetres()));
        let (mut listeners, mut refusals) = (Vec::new(), Vec::new());
        for subject in chosen(&signals, subjects)? {
            match listener::read(&folder, &signals, &subject, manifest)? {
                Ok(listener) => listeners.push(listener),
                Err(refusal) => refusals.push(refusal),
            }
        }
        match listeners.is_empty() {
            true => Err(Error::NoListener { folder: signals, refused: refusals.len() }),
            false => Ok(Self { story, listeners, refusals }),
        }
    }
}

/// The words of the story and when they were spoken.
fn story(dir: &Path, manifest: &Manifest) -> Result<Alignment, Error> {
    let (text_path, grid_path): (PathBuf, PathBuf) = (dir.join(&manifest.story.text), dir.join(&manifest.story.grid));
    let text = fs::read_to_string(&text_path).map_err(|source| Error::Read { path: text_path.clone(), source })?;
    let grid = TextGrid::read(&grid_path)?;
    let labels = &grid.tier(&manifest.story.tier)?.labels;
    // Some editors put a byte-order mark first; it is no part of the first word.
    let text = text.trim_start_matches('\u{feff}');
    let sources = Sources { text, text_path: &text_path, labels, grid_path: &grid_path };
    align(sources, &manifest.story.silence, &manifest.spellings)
}

/// The wanted subjects, sorted, out of those who have a file in the folder of signals.
fn chosen(signals: &Path, subjects: &Subjects) -> Result<Vec<String>, Error> {
    let names = listener::names(signals)?;
    let found: Vec<String> = names.iter().filter_map(|name| name.strip_suffix(SIGNAL).map(String::from)).collect();
    let Subjects::Only(wanted) = subjects else { return Ok(found) };
    match wanted.iter().find(|subject| !found.contains(subject)) {
        Some(subject) => Err(Error::UnknownSubject { folder: signals.into(), subject: subject.clone(), found }),
        None => Ok(wanted.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect()),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::fixture::{self, Small};

    fn open(small: &Small, subjects: &Subjects) -> Result<Alice, Error> {
        Alice::open(small.folder(), &small.manifest()?, Radius::Ten, subjects)
    }

    /// What opening the small data set says once the file `name` has other content.
    fn check_error(name: &str, content: &str, expected: &str) {
        let small = Small::new();
        small.write(name, content);
        let error = open(&small, &Subjects::All).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn rows_of_motion_before_the_first_scan_are_left_out() -> Result<(), Error> {
        let alice = open(&Small::new(), &Subjects::All)?;
        let listener = &alice.listeners[0];
        assert_eq!(listener.motion.column(0), array![1.0, 2.0, 3.0, 4.0]);
        assert_eq!(listener.recording.sampling().time(1), 22.0);
        assert_eq!(
            (listener.recording.subject(), listener.sound_power[3], listener.supplied_rate[0]),
            ("s01", 0.7, 0.1)
        );
        Ok(())
    }

    #[test]
    fn a_silent_listener_is_refused_and_named() -> Result<(), Error> {
        let alice = open(&Small::new(), &Subjects::All)?;
        let refusal = &alice.refusals[0];
        assert_eq!((alice.listeners.len(), alice.refusals.len(), refusal.subject.as_str()), (2, 1, "s02"));
        assert!(refusal.file.ends_with("signals/10mm/s02-timecourses.txt") && refusal.reason.contains("zero"));
        Ok(())
    }

    #[test]
    fn only_those_asked_for_are_read() -> Result<(), Error> {
        let small = Small::new();
        let only = |names: &[&str]| Subjects::Only(names.iter().map(|&name| name.into()).collect());
        let alice = open(&small, &only(&["s03", "s03"]))?;
        assert_eq!((alice.listeners.len(), alice.refusals.len()), (1, 0));
        let unknown = open(&small, &only(&["s03", "s99"])).expect_err("unknown").to_string();
        assert!(unknown.ends_with("has no subject `s99`, only: `s01`, `s02`, `s03`"), "{unknown}");
        let nobody = open(&small, &only(&["s02"])).expect_err("refused").to_string();
        assert!(nobody.ends_with("has no usable listener (1 refused)"), "{nobody}");
        Ok(())
    }

    #[test]
    fn malformed_files_are_errors() {
        check_error("signals/10mm/s03-timecourses.txt", "1 2\n3 4\n", "s03-timecourses.txt` has 2 rows instead of 4");
        check_error("signals/s01-rate.txt", "1\nx\n3\n4\n", "s01-rate.txt` line 2, column 1 (from 1) is not a finite");
        check_error("signals/s01-rp_one.txt", "0 0 0 0 0 0\n", "s01-rp_one.txt` has 1 rows instead of 6");
        check_error("story.txt", "Down the well", "is `well`, but");
    }

    #[test]
    fn ambiguous_and_missing_motion_name_the_pattern() {
        check_error(
            "signals/s01-rp_two.txt",
            "",
            "has 2 files `s01-rp_*.txt` instead of one: `s01-rp_one.txt`, `s01-rp_two.txt`",
        );
        let small = Small::new();
        small.remove("signals/s03-rp_one.txt");
        let error = open(&small, &Subjects::All).expect_err("no motion").to_string();
        assert!(error.ends_with("has 0 files `s03-rp_*.txt` instead of one"), "{error}");
    }

    #[test]
    fn alice_is_as_the_literature_has_it() -> Result<(), Error> {
        let Some(folder) = fixture::alice() else { return Ok(()) };
        let manifest = Manifest::read(&fixture::alice_manifest())?;
        let grid = TextGrid::read(&folder.join(&manifest.story.grid))?;
        let labels = &grid.tier("word")?.labels;
        let spoken = labels.iter().filter(|label| !matches!(label.text.trim(), "sp" | ""));
        assert_eq!((labels.len(), spoken.count()), (2423, 2127));
        for radius in [Radius::Six, Radius::Ten] {
            let alice = Alice::open(&folder, &manifest, radius, &Subjects::All)?;
            let timed = alice.story.transcript.timed().rows.len();
            assert_eq!((alice.story.transcript.words().len(), timed), (2088, 2086));
            assert_eq!((alice.story.spellings.len(), alice.story.merges.len()), (4, 39));
            assert_eq!((alice.listeners.len(), alice.refusals.len()), (27, 1));
            assert_eq!(alice.refusals[0].subject, "s33");
            assert!(
                alice.listeners.iter().all(|l| l.recording.signal().dim() == (362, 6) && l.motion.dim() == (362, 6))
            );
        }
        Ok(())
    }
}
