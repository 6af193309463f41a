//! Damages small checkpoints in every way we can think of and reads them.
//!
//! Whatever a file says, reading it ends with states or with one error: never with a panic, never with memory that the
//! file's own size does not account for. The seeds in `corpus` are read as they are first; whatever once went wrong
//! is kept there too. `GYRUS_FUZZ_SECONDS` makes the run longer than its ten seconds, `GYRUS_FUZZ_SEED` another one.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gyrus_activations::{Checkpoint, Device, DeviceChoice, HiddenStates, Precision, hidden_states, open_device};
use gyrus_tests::Counting;
use ndarray::arr2;
use rand::rngs::StdRng;
use rand::seq::{IndexedMutRandom, IndexedRandom};
use rand::{Rng, SeedableRng};

/// Bytes that reading a checkpoint of some kilobytes may take at most.
const MEMORY: usize = 64 << 20;

/// Seconds that reading one may take at most, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes that mean something somewhere: pickle instructions, JSON punctuation, extremes.
const BYTES: &[u8] = b"\x00\x01\x7f\x80\xff(.NJKMG\x8aX\x8c)t\x85\x86\x87]ae}suqr\x94hjc\x93RbQ\"{}[]:,-0 9";

/// Whole numbers at the edges of what a field can hold.
const EDGES: [u64; 14] = [
    0,
    1,
    2,
    0xff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fffe,
    0xffff_ffff,
    100_000_001,
    1 << 40,
    i64::MAX as u64,
    1 << 63,
    u64::MAX,
];

/// What may stand in JSON instead of a number.
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "2",
    "3",
    "-1",
    "5",
    "64",
    "1e999",
    "0.5",
    "null",
    "65536",
    "100000000",
    "4294967296",
    "2305843009213693952",
    "9223372036854775808",
    "18446744073709551615",
];

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The files of a checkpoint.
#[derive(Debug, Clone)]
struct Files(Vec<(String, Vec<u8>)>);

impl Files {
    fn load(dir: &Path) -> Self {
        let mut files: Vec<_> = entries(dir)
            .into_iter()
            .map(|path| (name(&path), fs::read(&path).expect("a file of the corpus")))
            .collect();
        files.sort();
        Self(files)
    }

    /// Writes the files into the folder `dir` and nothing else.
    fn write(&self, dir: &Path) {
        fs::create_dir_all(dir).expect("a folder");
        for path in entries(dir) {
            fs::remove_file(path).expect("a file");
        }
        for (name, bytes) in &self.0 {
            fs::write(dir.join(name), bytes).expect("a file");
        }
    }
}

/// Held by whoever reads, because the count of bytes is that of the whole process.
static TURN: Mutex<()> = Mutex::new(());

/// A folder to write to, and a device.
struct Bench {
    dir: PathBuf,
    device: Device,
    _turn: MutexGuard<'static, ()>,
}

impl Bench {
    fn new(name: &str) -> Self {
        let device = open_device(DeviceChoice::Cpu, Precision::Full).expect("a processor");
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let bench = Self { dir: Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), device, _turn: turn };
        // What the device keeps for itself is no concern of a file.
        bench.read(&seeds()[0].1).expect("a whole checkpoint");
        bench
    }

    /// Reads every weight; the files stay in the folder if that ends the process.
    fn read(&self, files: &Files) -> Result<HiddenStates, String> {
        files.write(&self.dir);
        let states = Checkpoint::open(&self.dir)
            .and_then(|checkpoint| hidden_states(&checkpoint, &self.device, arr2(&[[1, 2, 3], [7, 0, 1]]).view()));
        states.map_err(|error| error.to_string())
    }

    /// Reads every weight and checks that nothing went wrong but the files.
    fn judge(&self, files: &Files, what: &str) -> Result<HiddenStates, String> {
        let start = Instant::now();
        let (states, memory) = Counting::peak_of(|| catch_unwind(AssertUnwindSafe(|| self.read(files))));
        let time = start.elapsed();
        let kept = self.dir.display();
        assert!(memory <= MEMORY, "{what} takes {memory} bytes: {kept}");
        assert!(time <= PATIENCE, "{what} takes {time:?}: {kept}");
        states.unwrap_or_else(|_| panic!("{what} panics: {kept}"))
    }
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    fs::read_dir(dir).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

/// Every checkpoint of the corpus with its name, in alphabetical order.
fn seeds() -> Vec<(String, Files)> {
    let mut dirs = entries(Path::new("tests/corpus"));
    dirs.sort();
    dirs.into_iter().map(|dir| (name(&dir), Files::load(&dir))).collect()
}

/// Whole checkpoints of the corpus; the rest once made us fail.
fn whole(name: &str) -> bool {
    name.starts_with("safetensors-") || name.starts_with("torch-")
}

/// A seconds or seed setting of the run.
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// One change of one file.
fn damage(bytes: &mut Vec<u8>, others: &[&[u8]], random: &mut StdRng) {
    let length = bytes.len();
    if length == 0 {
        bytes.push(random.random());
        return;
    }
    let at = random.random_range(0..length);
    let edge = *EDGES.choose(random).expect("an edge");
    match random.random_range(0..12) {
        0 | 1 => bytes[at] ^= 1 << random.random_range(0..8),
        2 => bytes[at] = *BYTES.choose(random).expect("a byte"),
        3 => bytes.truncate(at),
        4 => bytes.extend((0..random.random_range(1..40)).map(|_| random.random::<u8>())),
        5 => drop(bytes.drain(at..(at + random.random_range(1..40)).min(length))),
        6 => {
            let (field, width) = (edge.to_le_bytes(), *[1, 2, 4, 8].choose(random).expect("a width"));
            let width = width.min(length - at);
            bytes[at..at + width].copy_from_slice(&field[..width]);
        }
        7 => {
            let near = u64::from_le_bytes(first_eight(bytes)).wrapping_add(random.random_range(0..9)).wrapping_sub(4);
            let field = *[near, edge, length as u64].choose(random).expect("a length");
            bytes.splice(0..length.min(8), field.to_le_bytes());
        }
        8 => splice(bytes, others, at, random),
        9 | 10 => renumber(bytes, at, random),
        _ => exchange(bytes, at, random),
    }
}

fn first_eight(bytes: &[u8]) -> [u8; 8] {
    let mut first = [0; 8];
    let length = bytes.len().min(8);
    first[..length].copy_from_slice(&bytes[..length]);
    first
}

/// Puts a piece of any file of the corpus over or into this one.
fn splice(bytes: &mut Vec<u8>, others: &[&[u8]], at: usize, random: &mut StdRng) {
    let other = *others.choose(random).expect("a file");
    let from = random.random_range(0..other.len().max(1)).min(other.len());
    let piece = &other[from..(from + random.random_range(1..200)).min(other.len())];
    let replaced = if random.random() { (at + piece.len()).min(bytes.len()) } else { at };
    bytes.splice(at..replaced, piece.iter().copied());
}

/// Puts another number where the next one is written in digits; a safetensors header grows and shrinks with it.
fn renumber(bytes: &mut Vec<u8>, at: usize, random: &mut StdRng) {
    let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|found| at + found) else { return };
    let length = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = *NUMBERS.choose(random).expect("a number");
    bytes.splice(start..start + length, number.bytes());
    let header = u64::from_le_bytes(first_eight(bytes));
    if header < bytes.len() as u64 && start >= 8 {
        let header = header.wrapping_add(number.len() as u64).wrapping_sub(length as u64);
        bytes.splice(0..8, header.to_le_bytes());
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

/// Reads checkpoints with every single bit of `part` of a file flipped: they are refused, or nothing has changed.
fn check_flips(seed: &str, file: usize, part: impl Fn(&[u8]) -> std::ops::Range<usize>) {
    let bench = Bench::new(&format!("flips-{seed}"));
    let (_, whole) = seeds().into_iter().find(|(name, _)| name == seed).expect("a seed");
    let states = bench.read(&whole).expect("a whole checkpoint");
    for at in part(&whole.0[file].1) {
        for bit in 0..8 {
            let mut files = whole.clone();
            files.0[file].1[at] ^= 1 << bit;
            if let Ok(found) = bench.judge(&files, &format!("bit {bit} of byte {at}")) {
                assert!(found == states, "bit {bit} of byte {at} of {} is unseen and matters", files.0[file].0);
            }
        }
    }
}

#[test]
fn every_form_of_a_model_gives_the_same_states() {
    let bench = Bench::new("forms");
    let states = |name: &str| {
        let (_, files) = seeds().into_iter().find(|(seed, _)| seed == name).expect("a seed");
        bench.read(&files).expect(name)
    };
    let plain = states("safetensors-float32");
    for form in ["safetensors-sharded", "torch-sharded", "torch-protocol5"] {
        assert!(states(form) == plain, "{form}");
    }
    assert!(states("torch-zip64") == states("safetensors-float16"));
    assert!(states("torch-bfloat16") == states("safetensors-bfloat16"));
}

#[test]
fn a_flipped_bit_in_a_safetensors_header_is_refused_or_harmless() {
    check_flips("safetensors-float32", 1, |file| 0..8 + u64::from_le_bytes(first_eight(file)) as usize);
}

#[test]
fn a_flipped_bit_in_a_pickle_is_refused() {
    check_flips("torch-sharded", 1, |file| {
        let find = |what: &[u8]| file.windows(what.len()).position(|bytes| bytes == what).expect("a pickle");
        find(b"\x80\x02")..find(b"PK\x07\x08")
    });
}

#[test]
fn damaged_checkpoints_never_panic_nor_take_much_memory() {
    let (bench, seeds) = (Bench::new("fuzz"), seeds());
    for (name, files) in &seeds {
        let states = bench.judge(files, name);
        assert!(states.is_ok() || !whole(name), "{name}: {states:?}");
    }
    let others: Vec<&[u8]> = seeds.iter().flat_map(|(_, files)| &files.0).map(|(_, bytes)| bytes.as_slice()).collect();
    let end = Instant::now() + Duration::from_secs(setting("GYRUS_FUZZ_SECONDS", 10));
    for seed in setting("GYRUS_FUZZ_SEED", 0).. {
        if Instant::now() >= end {
            break;
        }
        let random = &mut StdRng::seed_from_u64(seed);
        let mut files = seeds.choose(random).expect("a seed").1.clone();
        for _ in 0..random.random_range(1..5) {
            let (name, bytes) = files.0.choose_mut(random).expect("a file");
            // Most damaged JSON ends at once, so weight files get the larger share.
            if !name.ends_with(".json") || random.random_bool(0.25) {
                damage(bytes, &others, random);
            }
        }
        if let Err(error) = bench.judge(&files, &format!("seed {seed}")) {
            assert!(!error.is_empty(), "seed {seed}");
        }
    }
}
