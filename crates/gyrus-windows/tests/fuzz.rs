//! Damages tokenizers, reads them, and has them read a text.
//!
//! The corpora are in `tests/corpus` (`tests/scripts/corpus.py` at the top of the repository); `gyrus_tests::fuzz` says what must hold.

use std::fs;
use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use gyrus_tests::{Counting, fuzz};
use gyrus_windows::{Error, Tokenizer};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes that may be made of one byte of JSON.
const JSON: usize = 1000;

/// What a tokenizer must cope with.
const TEXT: &str = "the bath, é\u{fffd} <s> aaaaaaaaaaaaaaaaaaaaaaaaab\n";

/// Puts the damaged file and those beside it into a folder of their own, opens the tokenizer there, and tokenizes.
fn read(path: &Path, name: &str, beside: &[(&str, &str)]) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::copy(path, folder.path().join(name)).expect("a copy");
    for (name, content) in beside {
        fs::write(folder.path().join(name), content).expect("a file");
    }
    // The tokenizers crate keeps the words that each tokenizer has met until its thread ends.
    let read = thread::scope(|scope| scope.spawn(|| tokenize(folder.path())).join());
    read.unwrap_or_else(|panic| resume_unwind(panic)).map_err(|error| error.to_string())
}

fn tokenize(folder: &Path) -> Result<(), Error> {
    let tokenizer = Tokenizer::open(folder)?;
    let tokens = tokenizer.tokens(TEXT)?;
    tokenizer.decode(tokens.ids()).map(drop)
}

#[test]
fn damaged_tokenizers() {
    fuzz("tokenizer", JSON, |path| read(path, "tokenizer.json", &[]));
}

#[test]
fn damaged_vocabularies() {
    fuzz("vocabulary", JSON, |path| read(path, "vocab.json", &[("merges.txt", "#version: 0.2\nt h\nth e\n")]));
}

#[test]
fn damaged_merges() {
    let vocabulary = r#"{"<unk>": 0, "t": 1, "h": 2, "e": 3, "th": 4, "the": 5}"#;
    fuzz("merges", JSON, |path| read(path, "merges.txt", &[("vocab.json", vocabulary)]));
}
