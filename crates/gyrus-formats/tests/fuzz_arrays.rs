//! Damages the fixtures in every way we can think of and reads them.
//!
//! Whatever a file says, reading it ends with values or with one error: never with a panic, never with memory that the
//! file's own size does not account for. `GYRUS_FUZZ_SECONDS` makes the run of each reader longer than its fraction of a
//! second, `GYRUS_FUZZ_SEED` another one.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use gyrus_formats::arrays::ArrayFile;
use gyrus_formats::cnd::{read_recording, read_stimulus};
use gyrus_formats::hdf5::{DataKind, Hdf5File};
use gyrus_formats::matlab::MatFile;
use gyrus_formats::naplib::read_naplib;
use gyrus_formats::nifti::{NiftiFile, parcels, voxels};
use gyrus_formats::nwb::{NwbFile, series_names};
use gyrus_formats::wav::{WavChannel, WavFile};
use gyrus_formats::{Error, Signals};
use gyrus_tests::Counting;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

/// Bytes that reading a file may take beside what it can hold.
const MEMORY: usize = 48 << 20;

/// Seconds that reading one may take at most, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whole numbers at the edges of what a field can hold.
const EDGES: [u64; 16] = [
    0,
    1,
    2,
    0x7f,
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
    u64::MAX - 1,
    u64::MAX,
];

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Held by whoever reads, because the count of bytes is that of the whole process.
static TURN: Mutex<()> = Mutex::new(());

/// Reads all that a file has.
type Read = fn(&Path) -> Result<(), Error>;

/// A seconds or seed setting of the run.
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// One change of a file, most often near its beginning, where headers are.
fn damage(bytes: &mut Vec<u8>, random: &mut StdRng) {
    let length = bytes.len();
    if length == 0 {
        bytes.push(random.random());
        return;
    }
    let head = if random.random_bool(0.5) { length } else { length.min(600) };
    let at = random.random_range(0..head);
    match random.random_range(0..11) {
        0 | 1 => bytes[at] ^= 1 << random.random_range(0..8),
        2 => bytes[at] = random.random(),
        3 => bytes.truncate(at),
        4 => bytes.extend((0..random.random_range(1..40)).map(|_| random.random::<u8>())),
        5 => drop(bytes.drain(at..(at + random.random_range(1..40)).min(length))),
        6..=8 => {
            let edge = *EDGES.choose(random).expect("an edge");
            let number = *[edge, length as u64, u64::from(random.random::<u16>())].choose(random).expect("a number");
            let width = (*[1, 2, 4, 8].choose(random).expect("a width")).min(length - at);
            let field = if random.random() {
                number.to_le_bytes()
            } else {
                number.rotate_right(8 * width as u32).to_be_bytes()
            };
            bytes[at..at + width].copy_from_slice(&field[..width]);
        }
        9 => renumber(bytes, at, random),
        _ => {
            let (from, count) = (random.random_range(0..length), random.random_range(1..100));
            let piece = bytes[from..(from + count).min(length)].to_vec();
            let end = (at + piece.len()).min(length);
            bytes[at..end].copy_from_slice(&piece[..end - at]);
        }
    }
}

/// Puts another digit where the next one is written.
fn renumber(bytes: &mut [u8], at: usize, random: &mut StdRng) {
    if let Some(found) = bytes[at..].iter().position(u8::is_ascii_digit) {
        bytes[at + found] = *b"0123456789-.e".choose(random).expect("a letter");
    }
}

/// Reads a file and checks that nothing went wrong but the file; `ratio` bytes may be made of one.
fn judge(path: &Path, bytes: &[u8], read: Read, ratio: usize, what: &str) -> Result<(), Error> {
    fs::write(path, bytes).expect("a file");
    let start = Instant::now();
    let (outcome, memory) = Counting::peak_of(|| catch_unwind(AssertUnwindSafe(|| read(path))));
    let time = start.elapsed();
    let (kept, most) = (path.display(), MEMORY + ratio * bytes.len());
    assert!(memory <= most, "{what} takes {memory} bytes, not {most}: {kept}");
    assert!(time <= PATIENCE, "{what} takes {time:?}: {kept}");
    outcome.unwrap_or_else(|_| panic!("{what} panics: {kept}"))
}

/// Reads damaged copies of all files of a folder whose names end so; the whole ones must be read.
fn fuzz(folder: &str, endings: &[&str], read: Read, ratio: usize) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut files: Vec<PathBuf> = fs::read_dir(Path::new("tests/data").join(folder))
        .expect("fixtures")
        .map(|file| file.expect("a file").path())
        .collect();
    files.retain(|path| endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)));
    files.sort();
    let seeds: Vec<(String, Vec<u8>)> = files
        .into_iter()
        .map(|path| (path.to_string_lossy().replace('/', "-"), fs::read(&path).expect("a file")))
        .collect();
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!(
        "fuzz-{}-{}",
        folder.replace('/', "-"),
        std::process::id()
    ));
    fs::create_dir_all(&dir).expect("a folder");
    for (name, bytes) in &seeds {
        judge(&dir.join(name), bytes, read, ratio, name).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let end = Instant::now() + setting("GYRUS_FUZZ_SECONDS").map_or(Duration::from_millis(250), Duration::from_secs);
    let (mut cases, mut read_well) = (0_u64, 0_u64);
    for seed in setting("GYRUS_FUZZ_SEED").unwrap_or(0).. {
        if Instant::now() >= end {
            break;
        }
        let random = &mut StdRng::seed_from_u64(seed);
        let (name, bytes) = seeds.choose(random).expect("a file");
        let mut bytes = bytes.clone();
        for _ in 0..random.random_range(1..5) {
            damage(&mut bytes, random);
        }
        cases += 1;
        match judge(&dir.join(name), &bytes, read, ratio, &format!("seed {seed}")) {
            Ok(()) => read_well += 1,
            Err(error) => assert!(error.to_string().contains(name.as_str()), "seed {seed} of {folder}: {error}"),
        }
    }
    fs::remove_dir_all(dir).expect("the folder");
    assert!(cases > 0 && read_well <= cases, "{folder}: {cases} cases");
    if setting("GYRUS_FUZZ_SECONDS").is_some() {
        let _ = fs::write(
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}.txt", folder.replace('/', "-"))),
            format!("{cases} cases, {read_well} read\n"),
        );
    }
}

/// Reads everything that an HDF5 file has.
fn hdf5(path: &Path) -> Result<(), Error> {
    let file = Hdf5File::open(path)?;
    let mut first = None;
    for name in file.all_data_sets()? {
        let read = || -> Result<(), Error> {
            let data_set = file.data_set(&name)?;
            data_set.attributes();
            match data_set.kind() {
                DataKind::Number => {
                    let rows = data_set.shape().first().copied().unwrap_or(1);
                    data_set.rows(rows / 2..rows)?;
                    data_set.read().map(drop)
                }
                DataKind::Text => data_set.texts().map(drop),
                DataKind::Reference => {
                    data_set.references()?.into_iter().try_for_each(|place| file.referred(place).map(drop))
                }
                _ => data_set.complex().map(drop),
            }
        };
        first = first.or(read().err());
    }
    file.groups("/")?.iter().try_for_each(|name| file.attributes(name).map(drop))?;
    first.map_or(Ok(()), Err)
}

/// Most bytes that deflate makes of one, as `f64` each.
const DEFLATED: usize = 1032 * 9;

#[test]
fn damaged_hdf5() {
    fuzz("hdf5", &[".h5"], hdf5, DEFLATED);
}

/// Reads all series of an NWB file.
fn nwb(path: &Path) -> Result<(), Error> {
    for name in series_names(path)? {
        signals(&NwbFile::open(path, Some(&name))?)?;
    }
    Ok(())
}

/// Reads all channels.
fn signals(file: &dyn Signals) -> Result<(), Error> {
    let channels: Vec<usize> = (0..file.channels().len().min(100)).collect();
    let samples = file.channels().first().map_or(0, |channel| channel.samples);
    file.read(&channels, samples / 2..samples).map(drop)
}

#[test]
fn damaged_nwb() {
    fuzz("nwb", &[".nwb"], nwb, DEFLATED);
}

/// Reads all variables of a MATLAB file.
fn matlab(path: &Path) -> Result<(), Error> {
    let file = MatFile::open(path)?;
    let read = file.names().iter().map(|name| file.read(name).map(drop)).collect::<Vec<_>>();
    read.into_iter().collect()
}

#[test]
fn damaged_matlab() {
    fuzz("matlab", &["big.mat", "v5.mat", "v7.mat", "v73.mat"], matlab, DEFLATED);
}

#[test]
fn damaged_naplib() {
    fuzz("naplib", &[".mat"], |path| read_naplib(path).map(drop), DEFLATED);
}

#[test]
fn damaged_cnd() {
    let read = |path: &Path| match path.to_string_lossy().contains("Stim") {
        true => read_stimulus(path).map(drop),
        false => read_recording(path).map(drop),
    };
    fuzz("cnd", &[".mat"], read, DEFLATED);
}

/// Reads a whole sound.
fn wav(path: &Path) -> Result<(), Error> {
    let file = WavFile::open(path)?;
    file.read_samples(WavChannel::Mean, 0..file.samples()).map(drop)
}

#[test]
fn damaged_wav() {
    fuzz("wav", &["8.wav", "16.wav", "32.wav", "64.wav", "24.wav", "odd.wav", "piped.wav"], wav, 16);
}

/// Reads an image whole, and as if it were its own mask and parcellation.
fn nifti(path: &Path) -> Result<(), Error> {
    let file = NiftiFile::open(path)?;
    file.volume(file.volumes() - 1)?;
    if file.volumes() == 1 {
        let _ = parcels(&file, &file, 0..1);
        return voxels(&file, &file, 0..1).map(drop);
    }
    Ok(())
}

#[test]
fn damaged_nifti() {
    fuzz("nifti", &["-little.nii", "-big.nii", "d.nii.gz", "quaternion.nii", "parcels.nii"], nifti, DEFLATED);
}

/// Reads all arrays of a file of any kind.
fn arrays(path: &Path) -> Result<(), Error> {
    let file = ArrayFile::open(path)?;
    let read = |name: &String| {
        let rows = file.shape(Some(name))?.first().copied().unwrap_or(1);
        file.rows(Some(name), rows / 2..rows)?;
        file.matrix(Some(name)).map(drop)
    };
    let read: Vec<_> = file.names().iter().map(read).collect();
    // Some have more than two axes, which is no damage.
    read.into_iter()
        .filter(|read| !matches!(read, Err(Error::Content { wrong, .. }) if wrong.contains("axes")))
        .collect()
}

#[test]
fn damaged_arrays() {
    fuzz(
        "arrays",
        &["le.npy", "big.npy", "row.npy", "cube.npy", "columns.npy", ".npz", ".safetensors"],
        arrays,
        DEFLATED,
    );
}
