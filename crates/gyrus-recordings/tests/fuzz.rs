//! Damages small texts of words in every way we can think of and reads them in every form.
//!
//! Whatever a file says, reading it ends with a story or with one error: never with a panic, never in an endless loop.
//! `GYRUS_FUZZ_SECONDS` makes the run longer than its two seconds, `GYRUS_FUZZ_SEED` another one.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use gyrus_recordings::{WordFormat, WordTable, read_words_as};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

/// Seconds that reading one file may take at most, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Pieces that mean something somewhere.
const PIECES: [&str; 26] = [
    "\"",
    "'",
    "{",
    "}",
    "[",
    "(",
    ")",
    ",",
    ":",
    "\t",
    "\n",
    "\r\n",
    "\\u",
    "\\x",
    "nan",
    "1e999",
    "-1",
    "0",
    "999999999999",
    "<exists>",
    "size = 4294967295",
    "n/a",
    ";;",
    "\u{feff}",
    "é",
    "",
];

/// Every form, and a file in it.
fn seeds() -> Vec<(WordFormat, Vec<u8>)> {
    let grid = |name: &str| fs::read(Path::new("tests/data").join(name)).expect("a file of the corpus");
    let form = WordFormat::TextGrid { tier: None, silence: None };
    let table = "word,start,end\nDown,0.5,1\n\"the,\",1,1.25\n--,n/a,n/a\n";
    let events = "onset\tduration\tword\n0.5\t0.25\tOh\n1\t0.5\tb\n";
    let dictionaries = "onset\tduration\ttrial_type\n2.5\t0.4\t{'story': 'lw1', 'kind': 'word', 'word': 'Tara', 'start': 0.0}\n\
        3.1\t0.3\t{'kind': 'word', 'word': \"it's\", 'x': [1, (2, None)], 'n': nan, 'u': '\\u2019\\xef'}\n";
    let gentle = "Once,once,0.5,0.9\nupon,,,\n\"a,\",a,1,1.25\n";
    let stories = "1.1.whole\tIf\n1.1.word\tIf\n1.2.whole\tyou,\n";
    vec![
        (form.clone(), grid("long.TextGrid")),
        (form.clone(), grid("short.TextGrid")),
        (form.clone(), grid("short-le.TextGrid")),
        (form, grid("long-be.TextGrid")),
        (WordFormat::Table(WordTable::default()), table.into()),
        (WordFormat::Events("word".into()), events.into()),
        (WordFormat::Dictionaries, dictionaries.into()),
        (WordFormat::Ctm(None), ";; c\nstory A 0.5 0.25 Down 0.98\nstory A 0.75 0.5 the\n".into()),
        (WordFormat::Gentle, gentle.into()),
        (WordFormat::NaturalStories(None), stories.into()),
    ]
}

/// A seconds or seed setting of the run.
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// One change of a file.
fn damage(bytes: &mut Vec<u8>, others: &[(WordFormat, Vec<u8>)], random: &mut StdRng) {
    let length = bytes.len();
    let at = random.random_range(0..=length);
    let end = (at + random.random_range(0..30)).min(length);
    match random.random_range(0..6) {
        0 if at < length => bytes[at] ^= 1 << random.random_range(0..8),
        1 => bytes.truncate(at),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let other = &others.choose(random).expect("a file").1;
            let from = random.random_range(0..other.len());
            let piece = &other[from..(from + random.random_range(1..60)).min(other.len())];
            bytes.splice(at..end, piece.iter().copied());
        }
        _ => {
            let piece =
                PIECES.choose(random).expect("a piece").repeat(*[1, 1, 1, 2, 300].choose(random).expect("a number"));
            let replaced = if random.random() { end } else { at };
            bytes.splice(at..replaced, piece.bytes());
        }
    }
}

#[test]
fn damaged_words_never_panic_nor_hang() {
    let seeds = seeds();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("damaged");
    for (form, bytes) in &seeds {
        fs::write(&path, bytes).expect("a file");
        assert!(read_words_as(&path, Some(form)).is_ok(), "{form:?}");
    }
    let end = Instant::now() + Duration::from_secs(setting("GYRUS_FUZZ_SECONDS", 2));
    for seed in setting("GYRUS_FUZZ_SEED", 0).. {
        if Instant::now() >= end {
            break;
        }
        let random = &mut StdRng::seed_from_u64(seed);
        let (form, mut bytes) = seeds.choose(random).expect("a seed").clone();
        for _ in 0..random.random_range(1..5) {
            damage(&mut bytes, &seeds, random);
        }
        fs::write(&path, &bytes).expect("a file");
        let start = Instant::now();
        let done = catch_unwind(AssertUnwindSafe(|| read_words_as(&path, Some(&form)).is_ok()));
        assert!(done.is_ok(), "seed {seed} panics: {form:?}");
        assert!(start.elapsed() <= PATIENCE, "seed {seed} takes {:?}", start.elapsed());
    }
}
