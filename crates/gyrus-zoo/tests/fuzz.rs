//! Damages recipes and what is written of trained models, and reads them.
//!
//! The corpora are in `tests/corpus` (`tests/scripts/corpus.py` at the top of the repository); `gyrus_tests::fuzz` says what must hold.

use std::fs;

use gyrus_tests::{Counting, fuzz};
use gyrus_zoo::{Recipe, Trained};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn damaged_recipes() {
    fuzz("recipe", 1000, |path| Recipe::open(path).map(drop).map_err(|error| error.to_string()));
}

#[test]
fn damaged_notes_of_training() {
    fuzz("trained", 1000, |path| {
        let folder = tempfile::tempdir().expect("a folder");
        fs::copy(path, folder.path().join("training.json")).expect("a copy");
        Trained::open(folder.path()).map(drop).map_err(|error| error.to_string())
    });
}
