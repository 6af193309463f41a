//! Damages small files of signals in every way we can think of and reads them.
//!
//! Whatever a file says, reading it ends with samples or with one error: never with a panic, and never with memory that
//! neither the file's own size nor what was asked for accounts for. The fixtures are the corpus; whatever once went wrong is kept
//! in `tests/data/once`. `GYRUS_FUZZ_SECONDS` makes the run longer than its seconds, `GYRUS_FUZZ_SEED` another one,
//! `GYRUS_FUZZ_ONLY` keeps to files whose names end so.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use gyrus_formats::open;
use gyrus_tests::Counting;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

/// Samples of a channel that are asked for at a time.
const SAMPLES: usize = 1000;
/// Bytes that reading a file of some kilobytes may take at most; a compressed one may grow on disk, not in memory.
const MEMORY: usize = 8 << 20;
/// Seconds that reading one may take at most, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes that mean something somewhere: digits, separators, ends of texts, extremes.
const BYTES: &[u8] = b"\x00\x01\x10\x14\x15\x1e\x64\x65\x7f\x80\xff0123456789+-.,=[]\\;eEDCU nN\n";

/// Whole numbers at the edges of what a field can hold.
const EDGES: [u32; 12] = [0, 1, 2, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff, 100, 300, 301];

/// What may stand in a text instead of a number.
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "2",
    "-1",
    "64",
    "1e999",
    "1e-300",
    "0.5",
    "nan",
    "inf",
    "65536",
    "99999999",
    "4294967296",
    "1e18",
    "9223372036854775808",
    "",
];

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A file of the corpus, and those that it needs beside it.
#[derive(Debug, Clone)]
struct Seed {
    name: String,
    bytes: Vec<u8>,
}

fn entries(dir: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(dir);
    let Ok(found) = fs::read_dir(dir) else { return Vec::new() };
    let mut found: Vec<PathBuf> = found.map(|entry| entry.expect("an entry").path()).collect();
    found.sort();
    found
}

fn seed(path: PathBuf) -> Seed {
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    Seed { name, bytes: fs::read(path).expect("a file of the corpus") }
}

/// Every file of signals, in alphabetical order.
fn seeds() -> Vec<Seed> {
    let only = std::env::var("GYRUS_FUZZ_ONLY").unwrap_or_default();
    let all = entries("signals").into_iter().map(seed);
    all.filter(|seed| !seed.name.ends_with(".json") && seed.name.ends_with(&only)).collect()
}

/// A folder with the whole corpus in it, so that files find those beside them.
struct Bench {
    dir: PathBuf,
}

impl Bench {
    fn new(name: &str) -> Self {
        // Memory is faster than a disk, and thousands of files are written.
        let memory = Path::new("/dev/shm");
        let root = if memory.is_dir() { memory } else { Path::new(env!("CARGO_TARGET_TMPDIR")) };
        let dir = root.join(format!("gyrus-formats-{name}-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("a folder");
        for path in entries("signals") {
            fs::copy(&path, dir.join(path.file_name().expect("a name"))).expect("a copy");
        }
        Self { dir }
    }

    /// Reads a file under a name of the corpus, in parts and backwards; gives the number of samples.
    fn read(&self, name: &str) -> Result<usize, String> {
        let file = open(&self.dir.join(name)).map_err(|error| error.to_string())?;
        let mut read = 0;
        for (i, channel) in file.channels().iter().enumerate() {
            for begin in [0, channel.samples.saturating_sub(SAMPLES)] {
                let end = channel.samples.min(begin + SAMPLES);
                read += file.read(&[i], begin..end).map_err(|error| error.to_string())?.len();
            }
        }
        Ok(read + file.annotations().len() + file.gaps().len())
    }

    /// Reads a damaged file and checks that nothing went wrong but the file.
    fn judge(&self, name: &str, bytes: &[u8], what: &str) -> bool {
        let path = self.dir.join(name);
        fs::write(&path, bytes).expect("a file");
        let start = Instant::now();
        let (read, memory) = Counting::peak_of(|| catch_unwind(AssertUnwindSafe(|| self.read(name))));
        let time = start.elapsed();
        let kept = path.display();
        assert!(memory <= MEMORY, "{what} takes {memory} bytes: {kept}");
        assert!(time <= PATIENCE, "{what} takes {time:?}: {kept}");
        read.unwrap_or_else(|_| panic!("{what} panics: {kept}")).is_ok()
    }

    fn finish(self) {
        fs::remove_dir_all(self.dir).expect("a folder");
    }
}

/// A seconds or seed setting of the run.
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// One change of one file.
fn damage(bytes: &mut Vec<u8>, others: &[Seed], random: &mut StdRng) {
    let length = bytes.len();
    if length == 0 {
        bytes.push(random.random());
        return;
    }
    // Headers are where most is decided.
    let within = if random.random() { length } else { length.min(1500) };
    let at = random.random_range(0..within);
    match random.random_range(0..12) {
        0 | 1 => bytes[at] ^= 1 << random.random_range(0..8),
        2 => bytes[at] = *BYTES.choose(random).expect("a byte"),
        3 => bytes.truncate(at),
        4 => bytes.extend((0..random.random_range(1..40)).map(|_| random.random::<u8>())),
        5 => drop(bytes.drain(at..(at + random.random_range(1..40)).min(length))),
        6 | 7 => word(bytes, at, random),
        8 => splice(bytes, others, at, random),
        9 | 10 => renumber(bytes, at, random),
        _ => exchange(bytes, at, random),
    }
}

/// Puts a number into a field of 2 or 4 bytes, an extreme one or a near one.
fn word(bytes: &mut [u8], at: usize, random: &mut StdRng) {
    let edge = *EDGES.choose(random).expect("an edge");
    let at = at.min(bytes.len().saturating_sub(4));
    let Some(field) = bytes[at..].first_chunk_mut::<4>() else { return };
    let near = u32::from_be_bytes(*field).wrapping_add(random.random_range(0..9)).wrapping_sub(4);
    *field = match random.random_range(0..3) {
        0 => near.to_be_bytes(),
        1 => edge.to_be_bytes(),
        _ => edge.to_le_bytes(),
    };
}

/// Puts a piece of any file of the corpus over or into this one.
fn splice(bytes: &mut Vec<u8>, others: &[Seed], at: usize, random: &mut StdRng) {
    let other = &others.choose(random).expect("a file").bytes;
    let from = random.random_range(0..other.len().max(1)).min(other.len());
    let piece = &other[from..(from + random.random_range(1..200)).min(other.len())];
    let replaced = if random.random() { (at + piece.len()).min(bytes.len()) } else { at };
    bytes.splice(at..replaced, piece.iter().copied());
}

/// Puts another number where the next one is written in digits, in a field of its own width or of any.
fn renumber(bytes: &mut Vec<u8>, at: usize, random: &mut StdRng) {
    let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|found| at + found) else { return };
    let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = *NUMBERS.choose(random).expect("a number");
    let padding = bytes[start + digits..].iter().take_while(|byte| **byte == b' ').count();
    if random.random() && number.len() <= digits + padding {
        let number = format!("{number:width$}", width = digits + padding);
        bytes.splice(start..start + digits + padding, number.bytes());
    } else {
        bytes.splice(start..start + digits, number.bytes());
    }
}

/// Exchanges two pieces of equal length.
fn exchange(bytes: &mut [u8], at: usize, random: &mut StdRng) {
    let other = random.random_range(0..bytes.len());
    let (low, high) = (at.min(other), at.max(other));
    let length = random.random_range(1..64).min(high - low).min(bytes.len() - high);
    let (left, right) = bytes.split_at_mut(high);
    left[low..low + length].swap_with_slice(&mut right[..length]);
}

#[test]
fn damaged_files_end_with_samples_or_an_error() {
    let bench = Bench::new("fuzz");
    let seeds = seeds();
    for path in entries("once") {
        let Seed { name, bytes } = seed(path);
        bench.judge(&name, &bytes, &name);
    }
    let (seconds, number) = (setting("GYRUS_FUZZ_SECONDS", 2), setting("GYRUS_FUZZ_SEED", 7));
    let (mut random, start, mut cases, mut read) = (StdRng::seed_from_u64(number), Instant::now(), 0_u64, 0_u64);
    while start.elapsed() < Duration::from_secs(seconds) {
        for seed in &seeds {
            let mut bytes = seed.bytes.clone();
            for _ in 0..*[1, 1, 2, 4].choose(&mut random).expect("a number") {
                damage(&mut bytes, &seeds, &mut random);
            }
            read += u64::from(bench.judge(&seed.name, &bytes, &format!("seed {number}, case {cases}, {}", seed.name)));
            // The next case finds its neighbours whole.
            fs::write(bench.dir.join(&seed.name), &seed.bytes).expect("a file");
            cases += 1;
        }
    }
    // Not every change matters, and not every one may go by.
    assert!(cases < 500 || (1..cases).contains(&read), "{read} of {cases}");
    bench.finish();
}
