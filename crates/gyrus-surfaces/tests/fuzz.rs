//! Damages small files in every way we can think of and reads them.
//!
//! Whatever a file says, reading it ends with a value or with one error: never with a panic, never with memory that the
//! file's own size does not account for. `GYRUS_FUZZ_SECONDS` makes the run longer than its second, `GYRUS_FUZZ_SEED` another one.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use gyrus_surfaces::{Geodesics, read_curvature, read_label, read_parcellation, read_surface};
use gyrus_tests::Counting;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

/// Bytes that reading a file of some kilobytes may take at most.
const MEMORY: usize = 16 << 20;

/// Seconds that reading one may take at most, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whole numbers at the edges of what a field can hold.
const EDGES: [u32; 10] = [0, 1, 2, 0xff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff, 0x7fc0_0000];

/// What may stand in XML instead of a number.
const NUMBERS: [&str; 10] = ["0", "1", "-1", "6", "1e999", "NaN", "65536", "4294967296", "9223372036854775807", ""];

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Reads a file by every reader, and measures along what comes out.
fn read(path: &Path) {
    if let Ok(surface) = read_surface(path) {
        let geodesics = Geodesics::new(&surface, 2).expect("few edges");
        geodesics.distances(0).expect("a vertex");
        surface.nearest([1.0, 2.0, 3.0]).expect("a point");
    }
    let _ = (read_parcellation(path).is_ok(), read_curvature(path).is_ok(), read_label(path).is_ok());
}

/// A seconds or seed setting of the run.
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// One change of a file.
fn damage(bytes: &mut Vec<u8>, others: &[Vec<u8>], random: &mut StdRng) {
    let length = bytes.len();
    if length == 0 {
        bytes.push(random.random());
        return;
    }
    // The front of a file says what follows, so it has the larger share.
    let at = if random.random() { random.random_range(0..length) } else { random.random_range(0..length.min(64)) };
    match random.random_range(0..8) {
        0 | 1 => bytes[at] ^= 1 << random.random_range(0..8),
        2 => bytes.truncate(at),
        3 => drop(bytes.drain(at..(at + random.random_range(1..40)).min(length))),
        4 => {
            let field = EDGES.choose(random).expect("an edge").to_be_bytes();
            let width = 4.min(length - at);
            bytes[at..at + width].copy_from_slice(&field[..width]);
        }
        5 => {
            let other = others.choose(random).expect("a file");
            let from = random.random_range(0..other.len());
            let piece = &other[from..(from + random.random_range(1..200)).min(other.len())];
            let replaced = if random.random() { (at + piece.len()).min(length) } else { at };
            bytes.splice(at..replaced, piece.iter().copied());
        }
        _ => {
            let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit).map(|found| at + found) else { return };
            let digits = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            bytes.splice(start..start + digits, NUMBERS.choose(random).expect("a number").bytes());
        }
    }
}

#[test]
fn damaged_files_never_panic_nor_take_much_memory() {
    let mut files: Vec<_> =
        fs::read_dir("tests/data").expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.extension().is_none_or(|extension| extension != "json"));
    files.sort();
    let seeds: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).expect("a file of the corpus")).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("damaged");
    let end = Instant::now() + Duration::from_secs(setting("GYRUS_FUZZ_SECONDS", 1));
    for seed in setting("GYRUS_FUZZ_SEED", 0).. {
        if Instant::now() >= end {
            break;
        }
        let random = &mut StdRng::seed_from_u64(seed);
        let mut bytes = seeds.choose(random).expect("a seed").clone();
        for _ in 0..random.random_range(1..5) {
            damage(&mut bytes, &seeds, random);
        }
        fs::write(&path, &bytes).expect("a file");
        let start = Instant::now();
        let (done, memory) = Counting::peak_of(|| catch_unwind(AssertUnwindSafe(|| read(&path))));
        let time = start.elapsed();
        assert!(done.is_ok(), "seed {seed} panics");
        assert!(memory <= MEMORY, "seed {seed} takes {memory} bytes");
        assert!(time <= PATIENCE, "seed {seed} takes {time:?}");
    }
}
