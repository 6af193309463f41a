//! Recordings that are written and read, and files that lie.

use std::fs;
use std::path::{Path, PathBuf};

use ndarray::{Array2, array, concatenate};

use super::code::{block, holds, tag};
use super::*;
use crate::{ChannelKind, Error, Signals, fixture};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn header(names: &[&str]) -> FifHeader {
    let channel = |name: &&str| {
        let position = (*name == "B").then_some([0.01, -0.02, 0.03]);
        FifChannel { name: (*name).to_owned(), kind: ChannelKind::Ecog, unit: "uV".to_owned(), position }
    };
    FifHeader { channels: names.iter().map(channel).collect(), rate: 8.0, band: [70.0, 200.0] }
}

fn small(path: &Path) -> Result<[Array2<f32>; 2], Error> {
    let buffers = [array![[1.0, -2.0], [3.5, 4.0], [0.1, 0.0]], array![[7.0, 8.0]]];
    write_fif(path, &header(&["A", "B"]), buffers.clone()).map(|()| buffers)
}

/// A tag that holds whole numbers.
fn whole(kind: i32, numbers: &[i32]) -> Vec<u8> {
    let head = [kind, holds::I32.cast_signed(), 4 * numbers.len() as i32, 0];
    head.iter().chain(numbers).flat_map(|number| number.to_be_bytes()).collect()
}

fn text(kind: i32, text: &str) -> Vec<u8> {
    let head = [kind, holds::TEXT.cast_signed(), text.len() as i32, 0].map(i32::to_be_bytes);
    [head.as_flattened(), text.as_bytes()].concat()
}

/// First byte of the tag of that kind, from byte `from` on.
fn place(bytes: &[u8], kind: i32, from: usize) -> usize {
    let is = |window: &[u8]| window == kind.to_be_bytes();
    from + bytes[from..].windows(4).position(is).expect("a tag")
}

/// The small file with other bytes in place of some.
fn changed(path: &Path, change: impl Fn(&mut Vec<u8>)) -> Result<(), Error> {
    small(path)?;
    let write = |source| Error::Write { path: path.to_owned(), source };
    let mut bytes = fs::read(path).map_err(write)?;
    change(&mut bytes);
    fs::write(path, bytes).map_err(write)
}

#[test]
fn what_is_written_is_read() -> Outcome {
    let (_folder, path) = fixture::file("a_raw.fif", "")?;
    let buffers = small(&path)?;
    let file = FifFile::open(&path)?;
    let expected = concatenate![ndarray::Axis(0), buffers[0], buffers[1]].mapv(f64::from);
    assert_eq!(file.read(&[0, 1], 0..4)?, expected);
    assert_eq!(file.read(&[1], 2..4)?, array![[0.0], [8.0]]);
    let b = &file.channels()[1];
    assert_eq!((b.name.as_str(), b.kind, b.unit.as_str(), b.rate, b.samples), ("B", ChannelKind::Ecog, "uV", 8.0, 4));
    let position = [0.01_f32, -0.02, 0.03].map(f64::from);
    assert_eq!((file.positions(), file.band()), (&[None, Some(position)][..], [Some(70.0), Some(200.0)]));
    assert_eq!((file.measured_at(), file.first_sample(), file.gaps().len()), (None, 0, 0));
    Ok(())
}

#[test]
fn what_fif_cannot_hold_is_refused() -> Outcome {
    let (_folder, path) = fixture::file("a_raw.fif", "old")?;
    let said = |header: &FifHeader, buffer: Array2<f32>| {
        let error = write_fif(&path, header, [buffer]).expect_err("refused");
        std::error::Error::source(&error).map_or(error.to_string(), ToString::to_string)
    };
    let buffer = array![[1.0, 2.0]];
    assert!(said(&header(&[]), buffer.clone()).ends_with("there are no channels"));
    assert!(said(&header(&["A", "A"]), buffer.clone()).ends_with("name stands twice: `A`"));
    assert!(said(&header(&["A", "a name that is too long"]), buffer.clone()).contains("1 to 15 letters"));
    assert!(said(&FifHeader { rate: f32::NAN, ..header(&["A", "B"]) }, buffer.clone()).contains("rate"));
    let mut odd = header(&["A", "B"]);
    odd.channels[1].unit = "furlong".to_owned();
    assert!(said(&odd, buffer).ends_with("no number for: `furlong`"));
    assert_eq!(said(&header(&["A", "B"]), array![[1.0]]), "buffer 0 (from 0) of (1, 1) for 2 channels");
    assert_eq!(fs::read(&path)?, b"old", "what was there is whole");
    Ok(())
}

/// What opening the changed small file says, or reading its first channel.
fn check(change: impl Fn(&mut Vec<u8>), expected: &str) -> Outcome {
    let (_folder, path) = fixture::file("a_raw.fif", "")?;
    changed(&path, change)?;
    let read = FifFile::open(&path).and_then(|file| file.read(&[0], 0..1).map(drop));
    let said = read.err().map(|error| error.to_string().replace(&format!("`{}`", path.display()), "it"));
    assert_eq!(said.as_deref(), Some(expected));
    Ok(())
}

fn put(bytes: &mut [u8], at: usize, number: i32) {
    bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
}

#[test]
fn files_that_lie_are_named_with_byte_and_value() -> Outcome {
    let (_folder, path) = fixture::file("a_raw.fif", "")?;
    small(&path)?;
    let bytes = fs::read(&path)?;
    let at = |kind| place(&bytes, kind, 0);
    let (buffer, length) = (place(&bytes, tag::BUFFER, at(tag::CHANNEL) + 200), bytes.len());
    check(
        |bytes| bytes.truncate(buffer + 20),
        &format!("it has {} bytes, its header says {}", buffer + 20, buffer + 40),
    )?;
    check(
        |bytes| bytes.truncate(buffer + 10),
        &format!("it has {} bytes, its header says {}", buffer + 10, buffer + 16),
    )?;
    check(|bytes| bytes.truncate(3), "it is no FIF file: it does not begin with the identity of one")?;
    let swap = |bytes: &mut Vec<u8>| bytes.as_chunks_mut::<4>().0.iter_mut().for_each(|word| word.reverse());
    check(swap, "it is a FIF file with its bytes in the wrong order (little-endian), which is not read")?;
    let field = |at: usize, said: &str| format!("it byte {at} (from 0): {said}");
    check(|bytes| put(bytes, buffer + 8, -1), &field(buffer, "tag 300 has a size that is no number from 0: `-1`"))?;
    check(
        |bytes| put(bytes, buffer + 12, 4),
        &field(buffer, "tag 300 is followed by one at a place that cannot be: `4`"),
    )?;
    check(
        |bytes| put(bytes, buffer + 12, i32::MAX),
        &field(buffer, "tag 300 is followed by one at a place that cannot be: `2147483647`"),
    )?;
    check(
        |bytes| put(bytes, buffer + 4, 20),
        &field(buffer, "tag 300 holds samples of a type that is not read (complex, or unknown): `20`"),
    )?;
    let part = "tag 300 holds no whole number of samples: `24 bytes, 16 a sample of all channels`";
    check(|bytes| put(bytes, buffer + 4, 5), &field(buffer, part))?;
    check(|bytes| put(bytes, at(tag::CHANNELS) + 16, 3), "it counts 3 channels and describes 2")?;
    check(|bytes| put(bytes, at(tag::RATE) + 16, 0), "it has a rate that cannot be: `0`")?;
    let nan = f32::NAN.to_bits().cast_signed();
    check(|bytes| put(bytes, at(tag::RATE) + 16, nan), "it has a rate that cannot be: `NaN`")?;
    check(|bytes| put(bytes, at(tag::RATE), tag::LOWPASS), "it says no rate")?;
    let second = place(&bytes, tag::CHANNEL, at(tag::CHANNEL) + 50);
    check(|bytes| bytes[second + 96] = b'A', "it has a channel name that stands twice: `A`")?;
    check(
        |bytes| put(bytes, at(tag::CHANNEL) + 16 + 16, 0),
        "it has a channel `A` with a calibration that is none: `0`",
    )?;
    check(
        |bytes| put(bytes, at(tag::CHANNEL) + 4, 3),
        &field(at(tag::CHANNEL), "tag 203 should describe a channel by type 30 in 96 bytes: `type 3, 96 bytes`"),
    )?;
    let [raw, end] = [place(&bytes, block::RAW, second), length - 40];
    let other = |bytes: &mut Vec<u8>| [raw, end].iter().for_each(|at| put(bytes, *at, 999));
    check(other, "it has no continuous samples: epochs, averages and other kinds of FIF files are not read")?;
    let shielded = "tag 104 begins samples taken with MaxShield, which mean nothing before MaxFilter or SSS: `119`";
    check(|bytes| put(bytes, raw, block::SHIELDED), &field(raw - 16, shielded))?;
    let ended = "tag 105 ends a block in which we are not: `999`";
    check(|bytes| put(bytes, end, 999), &field(end - 16, ended))?;
    write_fif(&path, &header(&["A"]), [])?;
    assert!(FifFile::open(&path).is_err_and(|error| error.to_string().ends_with("has no samples")));
    Ok(())
}

/// Files that continue each other: `name` with what stands before and behind the samples.
fn part(path: &Path, before: &[u8], behind: &[u8]) -> Result<(), Error> {
    changed(path, |bytes| {
        let raw = place(bytes, block::RAW, place(bytes, tag::HIGHPASS, 0) + 250) + 4;
        let end = bytes.len() - 16 - 2 * 20;
        bytes.splice(end..end, behind.iter().copied());
        bytes.splice(raw..raw, before.iter().copied());
    })
}

fn next(name: &str) -> Vec<u8> {
    let [begin, role] = [whole(tag::BLOCK_START, &[block::OTHER_FILE]), whole(tag::REF_ROLE, &[2])];
    [begin, role, text(tag::REF_NAME, name), whole(tag::BLOCK_END, &[block::OTHER_FILE])].concat()
}

#[test]
fn a_recording_goes_on_where_it_says() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    let said = || FifFile::open(&path("a_raw.fif")).err().map(|error| error.to_string()).unwrap_or_default();
    part(&path("a_raw.fif"), &[], &next("b.fif"))?;
    assert!(said().contains("names `b.fif`, which is not beside it: the recording goes on there"), "{}", said());
    part(&path("b.fif"), &whole(tag::FIRST_SAMPLE, &[4]), &[])?;
    let file = FifFile::open(&path("a_raw.fif"))?;
    assert_eq!(file.read(&[0], 0..8)?.column(0).to_vec()[2..6], [f64::from(0.1_f32), 7.0, 1.0, 3.5]);
    part(&path("b.fif"), &whole(tag::FIRST_SAMPLE, &[5]), &[])?;
    assert!(said().ends_with("does not continue the file before it, which ends before sample 4: it begins with 5"));
    part(&path("b.fif"), &whole(tag::SKIPPED_SAMPLES, &[2]), &[])?;
    assert_eq!(FifFile::open(&path("a_raw.fif"))?.gaps(), [0.5..0.75]);
    part(&path("b.fif"), &[], &next("a_raw.fif"))?;
    assert!(said().contains("which came before it"), "{}", said());
    write_fif(&path("b.fif"), &header(&["A", "C"]), [array![[0.0, 0.0]]])?;
    assert!(said().contains("has other channels or scales than the recording that it continues"), "{}", said());
    write_fif(&path("b.fif"), &FifHeader { rate: 9.0, ..header(&["A", "B"]) }, [array![[0.0, 0.0]]])?;
    assert!(said().contains("has another rate than"), "{}", said());
    Ok(())
}

#[test]
fn skips_are_gaps_and_a_first_one_moves_the_beginning() -> Outcome {
    let (_folder, path) = fixture::file("a_raw.fif", "")?;
    let before = [whole(tag::FIRST_SAMPLE, &[10]), whole(tag::SKIPPED_BUFFERS, &[2])].concat();
    part(&path, &before, &[])?;
    assert_eq!((FifFile::open(&path)?.first_sample(), FifFile::open(&path)?.channels()[0].samples), (16, 4));
    let extra = [whole(tag::SKIPPED_SAMPLES, &[i32::MAX]), whole(tag::BUFFER, &[0, 0])].concat();
    part(&path, &[], &extra)?;
    let file = FifFile::open(&path)?;
    assert_eq!(file.channels()[0].samples, 4 + i32::MAX as usize + 1);
    let end = file.read(&[1], i32::MAX as usize + 2..i32::MAX as usize + 5)?;
    assert_eq!(end.iter().map(|value| value.is_nan()).collect::<Vec<_>>(), [true, true, false]);
    part(&path, &whole(tag::SKIPPED_BUFFERS, &[-1]), &[])?;
    assert!(FifFile::open(&path).is_err_and(|error| error.to_string().ends_with("none from 0: `-1`")));
    Ok(())
}

#[test]
fn a_million_tags_that_say_nothing_are_passed_over() -> Outcome {
    let (_folder, path) = fixture::file("a_raw.fif", "")?;
    part(&path, &whole(tag::NOTHING, &[]).repeat(1_000_000), &[])?;
    assert_eq!(FifFile::open(&path)?.channels()[0].samples, 4);
    Ok(())
}

#[test]
fn compressed_files_that_are_cut_short_are_errors() -> Outcome {
    let (folder, path) = fixture::file("a_raw.fif", "")?;
    small(&path)?;
    let packed = folder.path().join("a_raw.fif.gz");
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut to, &fs::read(&path)?)?;
    let bytes = to.finish()?;
    fs::write(&packed, &bytes)?;
    assert_eq!(FifFile::open(&packed)?.read(&[0], 0..4)?, FifFile::open(&path)?.read(&[0], 0..4)?);
    fs::write(&packed, &bytes[..bytes.len() - 20])?;
    assert!(FifFile::open(&packed).is_err_and(|error| matches!(error, Error::Read { .. })));
    Ok(())
}
