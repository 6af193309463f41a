//! `vocab.json` with `merges.txt` against what `transformers` makes of the same files; see `scripts/byte_level.py`.

use std::{error::Error, fs, ops::Range, path::Path};

use gyrus_types::{Tokens, Transcript};
use gyrus_windows::{Bos, Reading, Tokenizer};
use serde_json::Value;

type Outcome = Result<(), Box<dyn Error>>;

const FIXTURES: &str = "tests/fixtures/byte_level";
const SHARED: &str = "../../../shared";

fn read(name: &str) -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_slice(&fs::read(Path::new(FIXTURES).join(name))?)?)
}

fn numbers(value: &Value) -> Vec<u64> {
    value.as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}

fn ids(tokens: &[u32]) -> Vec<u64> {
    tokens.iter().copied().map(u64::from).collect()
}

/// Tokens are in order and, put together, are the text from `start` to its end.
fn check_cover(tokens: &Tokens, text: &str) {
    let mut covered = 0;
    for Range { start, end } in tokens.offsets().iter().cloned() {
        assert!(start <= covered && end >= covered && text.get(start..end).is_some(), "{start}..{end} at {covered}");
        covered = end;
    }
    assert_eq!(covered, text.len());
}

#[test]
fn ids_and_bytes_are_those_of_transformers() -> Outcome {
    let tokenizer = Tokenizer::open(Path::new(FIXTURES))?;
    for expected in read("expected.json")?.as_array().ok_or("a list")? {
        let text = expected["text"].as_str().ok_or("a text")?;
        let tokens = tokenizer.tokens(text)?;
        let bytes: Vec<Vec<u64>> = expected["offsets"].as_array().into_iter().flatten().map(numbers).collect();
        let found: Vec<Vec<u64>> = tokens.offsets().iter().map(|o| vec![o.start as u64, o.end as u64]).collect();
        assert_eq!(ids(tokens.ids()), numbers(&expected["ids"]), "{text}");
        assert_eq!(ids(&[tokens.prefix(), tokens.ids()].concat()), numbers(&expected["dressed"]), "{text}");
        assert_eq!(found, bytes, "{text}");
        check_cover(&tokens, text);
        assert_eq!(tokenizer.decode(tokens.ids())?, text);
        let alone =
            tokenizer.clone().with_bos(Bos::Never)?.read(&Transcript::untimed(text.into()), Reading::WordByWord)?;
        assert_eq!((alone.prefix().len(), ids(alone.ids())), (0, numbers(&expected["word_by_word"])), "{text}");
    }
    Ok(())
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn gpt2_reads_whole_books_as_transformers_does() -> Outcome {
    let shared = Path::new(SHARED);
    if !shared.exists() {
        eprintln!("skipped: ../shared is absent");
        return Ok(());
    }
    let tokenizer = Tokenizer::open(&shared.join("tokenizers/gpt2"))?;
    for (book, expected) in read("gpt2.json")?.as_object().ok_or("a map")? {
        let story = Transcript::untimed(fs::read_to_string(shared.join("text").join(book))?);
        for (reading, name) in [(Reading::WholeText, "whole_text"), (Reading::WordByWord, "word_by_word")] {
            let tokens = tokenizer.read(&story, reading)?;
            let (n_tokens, hash) = (expected[name]["tokens"].as_u64(), expected[name]["fnv"].as_u64());
            assert_eq!((Some(tokens.ids().len() as u64), Some(fnv(tokens.ids()))), (n_tokens, hash), "{book}, {name}");
        }
        check_cover(&tokenizer.tokens(story.text())?, story.text());
    }
    Ok(())
}

/// 64-bit FNV-1a over the ids as four bytes each, little-endian.
fn fnv(ids: &[u32]) -> u64 {
    let bytes = ids.iter().flat_map(|id| id.to_le_bytes());
    bytes.fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}
