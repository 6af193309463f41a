//! Files that are written and read, files that lie, and files that were damaged at random.

use std::fs;
use std::path::Path;

use ndarray::{Array1, ArrayView1};

use super::*;
use crate::{ChannelKind, Error, Signals, fixture};

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
    let part = file.read_records(&[1, 0], 1..3)?;
    assert_eq!(part.column(0).to_vec(), file.signal(1)?[8..24]);
    assert_eq!(part.column(1).to_vec(), file.signal(0)?[8..24]);
    assert_eq!((file.read_records(&[], 0..2)?.dim(), file.read_records(&[0], 2..2)?.dim()), ((0, 0), (0, 1)));
    let mixed = file.read_records(&[0, 2], 0..1).err().map(|error| error.to_string()).unwrap_or_default();
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

#[test]
fn a_file_of_text_alone_has_no_channels() -> Outcome {
    let (_folder, path) = fixture::file("a.edf", "")?;
    let values = Array1::from_elem(8, 1.5);
    write_edf(&path, &[channel("EDF Annotations", 4.0, &values)])?;
    assert!(EdfFile::open(&path).is_err_and(|error| error.to_string().ends_with("has no channels")));
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
    let untimed =
        "it byte 1024 (from 0): text of record 1 (from 1) does not say when it begins, and the file may have gaps: ``";
    check(192, "EDF+D", untimed)?;
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

/// Three records of 2 s: signals of 4 and 2 samples, and 20 bytes of text.
fn timed(path: &Path, kind: &str, texts: [&str; 3]) -> Outcome {
    let values = [4, 2, 10].map(|n| Array1::from_shape_fn(3 * n, |i| i as f64));
    let [a, b, text] = [0, 1, 2].map(|i| values[i].view());
    let channel = |name, rate, values| EdfChannel { name, unit: "uV", rate, values };
    write_edf(path, &[channel("EEG a", 2.0, a), channel("b", 1.0, b), channel("EDF Annotations", 5.0, text)])?;
    let mut bytes = fs::read(path)?;
    put(&mut bytes, 192, kind);
    // Longer records suit as well.
    put(&mut bytes, 236, "3       2       ");
    for (signal, samples) in ["4", "2", "10"].iter().enumerate() {
        put(&mut bytes, 256 + 3 * 216 + 8 * signal, &format!("{samples:8}"));
    }
    for (record, text) in texts.iter().enumerate() {
        let at = 1024 + 32 * record;
        bytes[at..at + 32].fill(0);
        (0..6).for_each(|sample| bytes[at + 2 * sample] = (10 * record + sample) as u8);
        put(&mut bytes, at + 12, text);
    }
    Ok(fs::write(path, bytes)?)
}

#[test]
fn records_with_gaps_stand_where_they_were_recorded() -> Outcome {
    let (_folder, path) = fixture::file("a.edf", "")?;
    timed(&path, "EDF+D", ["+0.5\x14\x14\0+1\x151\x14go\x14", "+2.5\x14\x14\0", "+6.0\x14\x14end\x14\0"])?;
    let file = EdfFile::open(&path)?;
    assert_eq!(file.gaps(), [4.0..5.5]);
    let said: Vec<_> = file.annotations().iter().map(|a| (a.onset, a.duration, a.text.as_str())).collect();
    assert_eq!(said, [(0.5, 1.0, "go"), (5.5, 0.0, "end")]);
    let [a, b] = [&file.channels()[0], &file.channels()[1]];
    assert_eq!((a.kind, a.samples, b.kind, b.samples), (ChannelKind::Eeg, 15, ChannelKind::Other, 8));
    let steps = |signal: usize| -> Result<Vec<Option<i64>>, Error> {
        let values = file.signal(signal)?;
        let line = file.signals()[signal].scale.line().expect("a range");
        let step = |value: f64| ((value - line.offset) / line.gain + line.zero).round() as i64;
        Ok(values.iter().map(|value| (!value.is_nan()).then(|| step(*value))).collect())
    };
    let some = |from: i64, n: i64| (from..from + n).map(Some);
    assert_eq!(steps(0)?, some(0, 4).chain(some(10, 4)).chain([None; 3]).chain(some(20, 4)).collect::<Vec<_>>());
    assert_eq!(steps(1)?, some(4, 2).chain(some(14, 2)).chain([None; 2]).chain(some(24, 2)).collect::<Vec<_>>());
    let said = file.read_records(&[0], 0..1).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(said.ends_with("has gaps between its records: read it by samples"), "{said}");
    assert_eq!(Signals::read(&file, &[0], 9..12)?.iter().filter(|value| value.is_nan()).count(), 2);
    Ok(())
}

#[test]
fn text_that_cannot_be_right_is_named_with_its_record() -> Outcome {
    let (_folder, path) = fixture::file("a.edf", "")?;
    let said = |kind: &str, texts: [&str; 3]| -> Result<String, Box<dyn std::error::Error>> {
        timed(&path, kind, texts)?;
        let said = EdfFile::open(&path).err().map(|error| error.to_string()).unwrap_or_default();
        Ok(said.split(" (from 0): ").last().unwrap_or_default().to_owned())
    };
    let late = "text of record 3 (from 1) begins before the one in front of it ends: `3`";
    assert_eq!(said("EDF+D", ["+0\x14\x14\0", "+2\x14\x14\0", "+3\x14\x14\0"])?, late);
    let list = "text of record 2 (from 1) is no list of annotations, which ends with byte 20 and byte 0: `+2 x`";
    assert_eq!(said("EDF+C", ["+0\x14\x14\0", "+2 x\0", ""])?, list);
    assert!(said("EDF+D", ["+0\x14\x14\0", "", ""])?.contains("record 2 (from 1) does not say when it begins"));
    assert!(said("EDF+D", ["+0\x14\x14\0", "+2\x14\x14\0", "+9e99\x14\x14\0"])?.contains("onset that is no number"));
    assert_eq!(said("EDF+C", ["", "", ""])?, "");
    Ok(())
}

#[test]
fn samples_are_the_same_however_they_are_read() -> Outcome {
    let (_folder, path) = fixture::file("a.edf", "")?;
    let values: Vec<Array1<f64>> =
        (0..8).map(|k| Array1::from_shape_fn(100_000, |i| ((i * (k + 3)) % 1009) as f64)).collect();
    let names: Vec<String> = (0..8).map(|k| format!("c{k}")).collect();
    let channels: Vec<_> = names.iter().zip(&values).map(|(name, values)| channel(name, 10_000.0, values)).collect();
    write_edf(&path, &channels)?;
    let wanted = 12_345..78_901;
    // Records of 160 kB, and one that is longer than a block of ours would be if it were 1.6 MB.
    for (records, seconds, samples) in [("10", "1", "10000"), ("1", "10", "100000")] {
        let mut bytes = fs::read(&path)?;
        put(&mut bytes, 236, &format!("{records:8}{seconds:8}"));
        (0..8).for_each(|signal| put(&mut bytes, 256 + 8 * (216 + signal), &format!("{samples:8}")));
        fs::write(&path, &bytes)?;
        let file = EdfFile::open(&path)?;
        let all = Signals::read(&file, &[0, 1, 2, 3, 4, 5, 6, 7], wanted.clone())?;
        for signal in [0, 7] {
            assert_eq!(Signals::read(&file, &[signal], wanted.clone())?.column(0), all.column(signal));
            assert_eq!(file.signal(signal)?[wanted.clone()], all.column(signal).to_vec());
        }
    }
    Ok(())
}

#[test]
fn bdf_has_24_bits() -> Outcome {
    let (_folder, path) = fixture::file("a.bdf", "")?;
    let values = Array1::from_vec(vec![-1.0, 1.0]);
    write_edf(&path, &[channel("Status", 2.0, &values)])?;
    let mut bytes = fs::read(&path)?;
    bytes[..8].copy_from_slice(b"\xffBIOSEMI");
    put(&mut bytes, 192, "24BIT");
    put(&mut bytes, 256 + 104, "-8388608838860.7-83886088388607 ");
    put(&mut bytes, 256 + 112, "8388607 ");
    bytes.truncate(512);
    bytes.extend(b"\x00\x00\x80\xfe\xff\xff");
    fs::write(&path, &bytes)?;
    let file = EdfFile::open(&path)?;
    assert_eq!((file.signal(0)?, file.channels()[0].kind), (vec![-8_388_608.0, -2.0], ChannelKind::Stimulus));
    put(&mut bytes, 256 + 120, "-8388609");
    fs::write(&path, &bytes)?;
    let said = EdfFile::open(&path).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(said.contains("is no number of 24 bits"), "{said}");
    Ok(())
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
    for damage in 0..1_000 {
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
                let read =
                    file.signal(signal).map_or(0, |values| values.iter().filter(|value| !value.is_nan()).count());
                assert!(2 * read <= bytes.len(), "damage {damage}: {read} values of {} bytes", bytes.len());
            }
        }
    }
    Ok(())
}
