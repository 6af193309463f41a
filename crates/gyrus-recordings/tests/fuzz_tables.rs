//! Damages tables of words, counts, vectors, samples and targets, and manifests, and reads them.
//!
//! The corpora are in `tests/corpus` (`tests/scripts/corpus.py` at the top of the repository); `gyrus_tests::fuzz` says what must hold.

use std::collections::HashSet;
use std::path::Path;

use gyrus_recordings::{
    Manifest, WordFormat, WordTable, read_counts, read_fields, read_forward, read_natural_stories_at, read_samples,
    read_table, read_targets, read_vectors, read_words, read_words_as,
};
use gyrus_tests::{Counting, fuzz};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes that may be made of one byte of a text: every field stands for itself, and tables are held twice.
const TEXT: usize = 1000;

/// That it was read, or the text of what is wrong, which names the file.
fn said<T>(path: &Path, answer: Result<T, gyrus_recordings::Error>) -> Result<(), String> {
    let said = answer.map(drop).map_err(|error| error.to_string());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    assert!(said.as_ref().err().is_none_or(|error| error.contains(&*name)), "{said:?} does not name the file");
    said
}

#[test]
fn damaged_counts() {
    fuzz("counts", TEXT, |path| said(path, read_counts(path)));
}

#[test]
fn damaged_vectors() {
    let wanted: HashSet<String> = ["cat", ". .", "the"].map(String::from).into();
    fuzz("vectors", TEXT, |path| said(path, read_vectors(path, &wanted)));
}

#[test]
fn damaged_samples() {
    fuzz("samples", TEXT, |path| said(path, read_samples(path)));
}

#[test]
fn damaged_targets() {
    fuzz("targets", TEXT, |path| {
        let _ = read_fields(path);
        said(path, read_targets(path))
    });
}

#[test]
fn damaged_words() {
    fuzz("words", TEXT, |path| {
        let _ = read_forward(path, &WordTable::default());
        said(path, read_words(path))
    });
}

#[test]
fn damaged_natural_stories() {
    let grid = Path::new("tests/data/short.TextGrid");
    fuzz("natural-stories", TEXT, |path| {
        // The grid is of other words.
        let _ = read_natural_stories_at(path, None, grid);
        said(path, read_words_as(path, Some(&WordFormat::NaturalStories(None))))
    });
}

#[test]
fn damaged_tables_of_numbers() {
    fuzz("table", TEXT, |path| said(path, read_table(path, 2, None)));
}

#[test]
fn damaged_manifests() {
    fuzz("manifest", TEXT, |path| said(path, Manifest::read(path)));
}

#[test]
fn damaged_parquet() {
    // A page may hold some thousand times what it takes in the file.
    fuzz("parquet", 1 << 14, |path| {
        let _ = read_samples(path);
        said(path, read_fields(path))
    });
}
