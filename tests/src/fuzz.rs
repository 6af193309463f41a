//! Damaged files for a reader: a corpus that is kept, and what chance makes of it.
//!
//! Whatever a file says, reading it ends with a value or with one error: never with a panic, never in an endless loop, never with
//! memory that the file's own size does not account for. Where that fails the bytes are left, to be kept in the corpus.

use std::fs;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::damage::damage;
use crate::{Counting, Draws};

/// Bytes that reading a file may take beside what it can hold.
const MEMORY: usize = 16 << 20;

/// Time that reading one file may take at most, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Held by whoever reads, because the count of bytes is that of the whole process.
static TURN: Mutex<()> = Mutex::new(());

/// A file of the corpus.
struct Seed {
    name: String,
    bytes: Vec<u8>,
}

/// A corpus, and where the file is written that is read.
struct Bench {
    target: String,
    place: PathBuf,
    ratio: usize,
}

/// Reads every file of `tests/corpus/TARGET` as it is, then damaged copies until time is up; `ratio` bytes may be made of one.
///
/// Files of the corpus whose names begin with `whole` must be read; the others may be refused. It takes a quarter of a
/// second, or `GYRUS_FUZZ_SECONDS`; `GYRUS_FUZZ_SEED` is where its draws begin. Memory is watched where the test program
/// has [`Counting`] as its allocator.
///
/// # Panics
/// A file that makes `read` panic, take too long or take too much memory; the bytes are then left on disk, and the text says where. A corpus without a whole file.
pub fn fuzz(target: &str, ratio: usize, read: impl Fn(&Path) -> Result<(), String>) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    // A stack that is written for a panic takes memory too, which is not the reader's.
    set_hook(Box::new(tell_panic));
    let seeds = seeds(&Path::new("tests/corpus").join(target));
    // Memory is faster than a disk, and thousands of files are written.
    let memory = Path::new("/dev/shm");
    let root = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let place = root.join(format!("gyrus-fuzz-{target}-{}", std::process::id()));
    fs::create_dir_all(&place).expect("a folder");
    let bench = Bench { target: target.to_owned(), place, ratio };
    for Seed { name, bytes } in &seeds {
        let answer = bench.judge(name, bytes, &read, "as it is kept");
        assert!(answer.is_ok() || !name.starts_with("whole"), "{target}/{name}: {answer:?}");
    }
    let whole: Vec<&Seed> = seeds.iter().filter(|seed| seed.name.starts_with("whole")).collect();
    assert!(!whole.is_empty(), "{target} has no whole file");
    let begun = Instant::now();
    let time = setting("GYRUS_FUZZ_SECONDS").map_or(Duration::from_millis(250), Duration::from_secs);
    let (mut cases, mut good) = (0_u64, 0_u64);
    for number in setting("GYRUS_FUZZ_SEED").unwrap_or(0).. {
        if begun.elapsed() >= time {
            break;
        }
        let mut draws = Draws::new(number);
        // Damage goes deepest in a file that is whole.
        let any = draws.below(4) == 0;
        let Seed { name, bytes } = if any { &seeds[draws.below(seeds.len())] } else { whole[draws.below(whole.len())] };
        let mut bytes = bytes.clone();
        for _ in 0..=draws.below(4) {
            let other = &seeds[draws.below(seeds.len())].bytes;
            damage(&mut bytes, other, &mut draws);
        }
        cases += 1;
        good += u64::from(bench.judge(name, &bytes, &read, &format!("seed {number}")).is_ok());
    }
    fs::remove_dir_all(&bench.place).expect("the folder");
    tell(target, (seeds.len(), cases, good), begun.elapsed());
}

impl Bench {
    /// Reads a file and checks that nothing went wrong but the file.
    fn judge(
        &self,
        name: &str,
        bytes: &[u8],
        read: impl Fn(&Path) -> Result<(), String>,
        what: &str,
    ) -> Result<(), String> {
        let path = self.place.join(name);
        // It stays if the process ends in the midst of it.
        fs::write(&path, bytes).expect("a file");
        let begun = Instant::now();
        let (answer, memory) = Counting::peak_of(|| catch_unwind(AssertUnwindSafe(|| read(&path))));
        let (time, most) = (begun.elapsed(), MEMORY + self.ratio * bytes.len());
        let keep = format!("{}; keep it in tests/corpus/{}", path.display(), self.target);
        assert!(memory <= most, "{what} takes {memory} bytes, not {most}: {keep}");
        assert!(time <= PATIENCE, "{what} takes {time:?}: {keep}");
        answer.unwrap_or_else(|_| panic!("{what} panics: {keep}"))
    }
}

/// The files of a corpus, in alphabetical order.
fn seeds(folder: &Path) -> Vec<Seed> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("`{}`: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    paths.iter().map(|path| Seed { name: name(path), bytes: fs::read(path).expect("a file of the corpus") }).collect()
}

/// A seconds or seed setting of the run.
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

#[expect(clippy::print_stderr, reason = "what a panic says")]
fn tell_panic(panic: &PanicHookInfo) {
    eprintln!("{panic}");
}

/// How much was tried, a row of a table.
#[expect(clippy::print_stdout, reason = "tests with --nocapture show it")]
fn tell(target: &str, (kept, cases, good): (usize, u64, u64), time: Duration) {
    println!("| {target} | {kept} | {cases} | {good} | {:.1} |", time.as_secs_f64() / 60.0);
}
