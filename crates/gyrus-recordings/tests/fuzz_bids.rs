//! Damages one of the texts of a BIDS tree at a time, and reads the tree.
//!
//! The corpus is in `tests/corpus/bids`; the part of a name after the first `_` says which file of the tree it takes the place of.
//! `gyrus_tests::fuzz` says what must hold.

use std::fs;
use std::path::{Path, PathBuf};

use gyrus_recordings::bids::{Channel, Dataset, Event, Landmark, Selection, Status, Subject, read, read_words, write};
use gyrus_tests::{Counting, fuzz};
use ndarray::Array2;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One subject with an electrode that is good, one that is bad, and a channel that is no electrode.
fn dataset() -> Dataset {
    let channel = |name: &str, kind: &str, status, x: Option<f64>| Channel {
        name: name.into(),
        kind: kind.into(),
        unit: "uV".into(),
        status,
        position: x.map(|x| [x, -30.0, 12.0]),
        region: x.map(|_| "STG".into()),
    };
    let channels = vec![
        channel("LG1", "ECOG", Status::Good, Some(-39.0)),
        channel("LG2", "ECOG", Status::Bad("flat".into()), Some(-49.0)),
        channel("DC1", "MISC", Status::Good, None),
    ];
    let signal = Array2::from_shape_fn((128, 3), |(i, channel)| (0.1 * ((channel + 1) * i) as f64).sin());
    let event = |onset, word: &str| Event { onset, duration: 0.25, word: Some(word.into()) };
    let events = vec![event(0.5, "the"), event(1.0, "gull")];
    Dataset {
        name: "Nobody".into(),
        readme: "Made by the tests.".into(),
        authors: vec!["Nobody".into()],
        licence: Some("CC0".into()),
        task: "story".into(),
        description: None,
        space: "MNI152NLin2009cAsym".into(),
        subjects: vec![Subject { name: "01".into(), channels, signal, rate: 64.0, events }],
    }
}

/// Every file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn damaged_trees() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &dataset()).expect("a tree");
    let tree = files(folder.path());
    let selection = Selection {
        folder: folder.path().to_owned(),
        task: "story".into(),
        derivative: None,
        description: None,
        subjects: Vec::new(),
        start: 0.0,
        landmark: Some(Landmark::heschl()),
        surfaces: None,
        preparation: None,
        threads: 1,
    };
    fuzz("bids", 1000, |path| {
        let name = path.file_name().expect("a name").to_string_lossy();
        let (_, kind) = name.split_once('_').expect("a kind");
        let place =
            tree.iter().find(|place| place.to_string_lossy().ends_with(&format!("_{kind}"))).expect("its place");
        let whole = fs::read(place).expect("a file of the tree");
        fs::copy(path, place).expect("a copy");
        let (answer, words) = (read(&selection), read_words(place, "word"));
        fs::write(place, whole).expect("the file of the tree");
        drop(words);
        answer.map(drop).map_err(|error| error.to_string())
    });
}
