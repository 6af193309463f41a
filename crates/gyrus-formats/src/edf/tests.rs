//! Files that are written and read, files that lie, and files that were damaged at random.

use std::fs;
use std::path::Path;

use ndarray::{Array1, ArrayView1};

use super::*;
use crate::{Error, fixture};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn channel<'a>(name: &'a str, rate: f64, values: &'a Array1<f64>) -> EdfChannel<'a> {
    EdfChannel { name, unit: "\u{b5}V", rate, values: values.view() }
}

/// A file of two channels at 8 Hz and one at 1 Hz, 4 s long.
fn small(path: &Path) -> Result<[Array1<f64>; 3], Error> {
    let wave = |n: usize, step: f64| Array1::from_shape_fn(n, |i| 40.0 * (step * i as f64).sin() + 3.0);
    let values = [wave(32, 0.3), wave(32, 1.7), wave(4, 0.9)];
    let channels = [channel("A1", 8.0, &values[0]), channel("A2", 8.0, &values[1]), channel("pulse", 1.0, &values[2])];
    write_edf(path, &channels).map(|()| values)
}

/// A field of the first part of the header, or of a signal, with another text.
fn put(bytes: &mut [u8], at: usize, text: &str) {
    bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
}

fn near(found: &[f64], expected: ArrayView1<'_, f64>) -> bool {
    let range = expected.iter().fold(0.0_f64, |most, value| most.max(value.abs())) * 2.0;
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 0.5 * range / 65_535.0 * 1.01;
    found.len() == expected.len() && found.iter().zip(&expected).all(close)
}

#[test]
fn what_is_written_is_read_with_its_rates_and_units() -> Outcome {
    let (_folder, path) = fixture::file("a.edf", "")?;
    let values = small(&path)?;
    let file = EdfFile::open(&path)?;
    let named: Vec<_> = file.signals().iter().map(|signal| (signal.name.as_str(), signal.unit.as_str())).collect();
    assert_eq!(named, [("A1", "uV"), ("A2", "uV"), ("pulse", "uV")]);
    assert_eq!([0, 1, 2].map(|signal| file.rate(signal)), [8.0, 8.0, 1.0]);
    for (signal, expected) in values.iter().enumerate() {
        assert!(near(&file.signal(signal)?, expected.view()), "{signal}");
    }
    let part = file.read(&[1, 0], 1..3)?;
    assert_eq!(part.column(0).to_vec(), file.signal(1)?[8..24]);
    assert_eq!(part.column(1).to_vec(), file.signal(0)?[8..24]);
    assert_eq!((file.read(&[], 0..2)?.dim(), file.read(&[0], 2..2)?.dim()), ((0, 0), (0, 1)));
    let mixed = file.read(&[0, 2], 0..1).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(
        mixed.ends_with("channel `pulse` of `a.edf` is sampled at 1 Hz, by `A1` at 8 Hz") || mixed.contains("by `A1`")
    );
    Ok(())
}

#[test]
fn the_same_channels_give_the_same_bytes_and_a_last_record_is_filled_up() -> Outcome {
    let folder = tempfile::tempdir()?;
    let [a, b] = ["a.edf", "b.edf"].map(|name| folder.path().join(name));
    small(&a)?;
    small(&b)?;
    assert_eq!(fs::read(&a)?, fs::read(&b)?);
    let odd = Array1::from_iter((0..1025).map(f64::from));
    write_edf(&a, &[channel("X", 1024.0, &odd)])?;
    let found = EdfFile::open(&a)?.signal(0)?;
    assert_eq!((found.len(), found[1024]), (2048, found[2047]));
    Ok(())
}

#[test]
fn annotations_are_no_signal_and_continuous_files_are_read() -> Outcome {
    let (_folder, path) = fixture::file("a.edf", "")?;
    small(&path)?;
    let mut bytes = fs::read(&path)?;
    put(&mut bytes, 192, "EDF+C");
    put(&mut bytes, 256 + 2 * 16, "EDF Annotations ");
    fs::write(&path, &bytes)?;
    let file = EdfFile::open(&path)?;
    assert_eq!((file.signals().len(), file.find("A2"), file.find("EDF Annotations")), (2, Some(1), None));
    // Files of a recording that was cut short do not count their records.
    put(&mut bytes, 236, "-1      ");
    fs::write(&path, &bytes)?;
    assert_eq!(EdfFile::open(&path)?.records(), 4);
    Ok(())
}

/// What opening the small file says once `text` stands at byte `at`.
fn check(at: usize, text: &str, expected: &str) -> Outcome {
    let (_folder, path) = fixture::file("a.edf", "")?;
    small(&path)?;
    let mut bytes = fs::read(&path)?;
    put(&mut bytes, at, text);
    fs::write(&path, &bytes)?;
    let opened = EdfFile::open(&path).and_then(|file| file.signal(1).map(drop));
    let said = opened.err().map(|error| error.to_string().replace(&format!("`{}`", path.display()), "it"));
    assert_eq!(said.as_deref(), Some(expected));
    Ok(())
}

#[test]
fn headers_that_lie_are_named_with_byte_and_value() -> Outcome {
    check(0, "\u{7f}BIOSEMI", "it byte 0 (from 0): version is not that of EDF, which is 0: `\u{7f}BIOSEMI`")?;
    check(252, "x   ", "it byte 252 (from 0): number of signals is no number from 1: `x`")?;
    check(
        252,
        "2   ",
        "it byte 184 (from 0): bytes in the header is not 256 for the file and 256 for each signal: `1024`",
    )?;
    check(
        184,
        "512 ",
        "it byte 184 (from 0): bytes in the header is not 256 for the file and 256 for each signal: `512`",
    )?;
    check(236, "5   ", "it has 1160 bytes, its header says 1194")?;
    check(236, "99999999", "it has 1160 bytes, its header says 3400000990")?;
    check(236, "0   ", "it byte 236 (from 0): number of records is no number from 1: `0`")?;
    check(244, "-1", "it byte 244 (from 0): seconds of a record is no positive number: `-1`")?;
    let gaps =
        "it byte 192 (from 0): kind of file is discontinuous, which cannot be read: export it without gaps: `EDF+D`";
    check(192, "EDF+D", gaps)?;
    check(256 + 16, "A1", "it byte 272 (from 0): name stands twice: `A1`")?;
    let signal = "of signal 2 (from 1) `A2`";
    let [low, high] = [256 + 3 * 120 + 8, 256 + 3 * 128 + 8];
    check(
        high,
        "-32768",
        &format!("it byte {high} (from 0): digital maximum {signal} is not above the minimum: `-32768`"),
    )?;
    check(
        low,
        "-32769",
        &format!("it byte {low} (from 0): digital minimum {signal} is no number of 16 bits: `-32769`"),
    )?;
    let physical = 256 + 3 * 104 + 8;
    let no_number = format!("it byte {physical} (from 0): physical minimum {signal} is no finite number: `nan`");
    check(physical, "nan     ", &no_number)?;
    let samples = 256 + 3 * 216 + 8;
    let none = format!("it byte {samples} (from 0): samples in a record {signal} is no number from 1: `0`");
    check(samples, "0", &none)
}

#[test]
fn a_physical_range_that_is_a_point_is_an_error_where_it_is_read() -> Outcome {
    let (_folder, path) = fixture::file("a.edf", "")?;
    small(&path)?;
    let mut bytes = fs::read(&path)?;
    let at = 256 + 3 * 104 + 8;
    let low: Vec<u8> = bytes[at..at + 8].to_vec();
    let high = 256 + 3 * 112 + 8;
    bytes[high..high + 8].copy_from_slice(&low);
    fs::write(&path, &bytes)?;
    let file = EdfFile::open(&path)?;
    assert!(file.signal(0).is_ok());
    assert!(file.signal(1).is_err_and(|error| error.to_string().contains("`A2`")));
    Ok(())
}

#[test]
fn channels_that_edf_cannot_hold_are_named() -> Outcome {
    let (_folder, path) = fixture::file("a.edf", "")?;
    let said = |channels: &[EdfChannel<'_>]| {
        write_edf(&path, channels).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let (good, bad) = (Array1::from_elem(8, 1.5), Array1::from_vec(vec![0.0, f64::NAN, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]));
    assert!(said(&[channel("A", 4.0, &good), channel("A", 4.0, &good)]).contains("stands twice"));
    assert!(said(&[channel("a name that is too long", 4.0, &good)]).contains("1 to 16 letters"));
    assert!(said(&[channel("B", 4.0, &bad)]).ends_with("(from 0): `1: NaN`"));
    assert!(said(&[channel("B", 4.0, &(&good * 1e9))]).contains("choose another unit"));
    assert!(said(&[channel("B", 3.3, &good)]).contains("fit no common record"));
    assert!(said(&[]).contains("fit no common record"));
    assert_eq!(fs::read(&path)?, b"", "what was there is whole");
    Ok(())
}

/// The next of numbers that look random (a linear congruential generator with Knuth's constants).
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

#[test]
fn damaged_files_are_errors_or_small_and_never_a_panic() -> Outcome {
    let (_folder, path) = fixture::file("a.edf", "")?;
    small(&path)?;
    let whole = fs::read(&path)?;
    let letters = b" 0123456789-+.eEinfa\0\xff";
    let mut state = 17;
    for damage in 0..4_000 {
        let mut bytes = whole.clone();
        for _ in 0..=next(&mut state) % 3 {
            let at = next(&mut state) % 1024;
            match next(&mut state) % 4 {
                0 => bytes.truncate(next(&mut state) % (whole.len() + 1)),
                1 => bytes.extend_from_slice(&whole[..next(&mut state) % 200]),
                2 if at < bytes.len() => bytes[at] = next(&mut state) as u8,
                _ if at < bytes.len() => bytes[at] = letters[next(&mut state) % letters.len()],
                _ => {}
            }
        }
        fs::write(&path, &bytes)?;
        if let Ok(file) = EdfFile::open(&path) {
            for signal in 0..file.signals().len() {
                let read = file.signal(signal).map_or(0, |values| values.len());
                assert!(2 * read <= bytes.len(), "damage {damage}: {read} values of {} bytes", bytes.len());
            }
        }
    }
    Ok(())
}
