//! Damages study files, styles, files of matrices and what stands beside results, and reads them.
//!
//! The corpora are in `tests/corpus` (`tests/scripts/corpus.py` at the top of the repository); `gyrus_tests::fuzz` says what must hold.

use std::fs;
use std::path::Path;

use gyrus_study::{ActivationFile, MatrixFile, PreparationSettings, Study, Style, read_tensors, report};
use gyrus_tests::{Counting, Program, fuzz};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes that may be made of one byte of a text.
const TEXT: usize = 1000;

#[test]
fn damaged_studies() {
    fuzz("study", TEXT, |path| Study::open(path).map(drop).map_err(|error| error.to_string()));
}

#[test]
fn damaged_styles() {
    fuzz("style", TEXT, |path| {
        let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        Style::parse(&text).map(drop).map_err(|error| error.to_string())
    });
}

#[test]
fn damaged_lists_of_steps() {
    // What filters then take does not depend on the length of the file: `gyrus_signals` has a test of settings.
    fuzz("preparation", TEXT, |path| {
        let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
        let settings: PreparationSettings = toml::from_str(&text).map_err(|error| error.to_string())?;
        drop(settings.pipeline());
        Ok(())
    });
}

#[test]
fn damaged_matrices() {
    fuzz("matrices", TEXT, |path| {
        if let Ok(file) = ActivationFile::open(path) {
            (0..file.n_layers()).for_each(|layer| drop(file.layer(layer)));
        }
        let file = MatrixFile::open(path).map_err(|error| error.to_string())?;
        (0..file.len()).for_each(|matrix| drop(file.finite(matrix)));
        read_tensors(path).map(drop).map_err(|error| error.to_string())
    });
}

/// A folder of results with the damaged file as `name`.
fn results(path: &Path, name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join(name);
    fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
    fs::copy(path, place).expect("a copy");
    folder
}

#[test]
fn damaged_words_of_a_report() {
    fuzz("report", 10 * TEXT, |path| {
        report(results(path, "report.json").path()).map(drop).map_err(|error| error.to_string())
    });
}

/// What `gyrus status` says of results with the damaged file as `name`: anything but a panic.
fn status(path: &Path, name: &str) -> Result<(), String> {
    let folder = results(path, name);
    let answer = Program::new(env!("CARGO_BIN_EXE_gyrus")).call(folder.path(), ["status", "."]);
    let answer = answer.expect("a program");
    assert!(matches!(answer.status, Some(0 | 1)) && !answer.complaint.contains("panicked"), "{answer:?}");
    answer.good().map(drop).map_err(|error| error.to_string())
}

#[test]
fn damaged_notes_of_jobs() {
    fuzz("jobs", TEXT, |path| status(path, "slurm/jobs.json"));
}

#[test]
fn damaged_records_of_steps() {
    fuzz("record", TEXT, |path| status(path, "steps/text.json"));
}
