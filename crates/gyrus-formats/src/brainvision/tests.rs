//! Headers and markers that are read, and those that lie.

use std::fs;

use ndarray::array;

use super::BrainVisionFile;
use crate::{Error, Signals, open};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const HEADER: &str = "BrainVision Data Exchange Header File Version 2.0
; a comment, x=1
[Common Infos]
Codepage=UTF-8
DataFile=$b.eeg
MarkerFile=a.vmrk
DataFormat=BINARY
DataOrientation=MULTIPLEXED
DataType=TIMEDOMAIN
NumberOfChannels=2
SamplingInterval=2000
[Binary Infos]
BinaryFormat=INT_16
[Channel Infos]
Ch1=one,,0.5,\u{b5}V
Ch2=two\\1 three,,,
[Comment]
Ch2=what=ever
[no section
";
const MARKERS: &str = "BrainVision Data Exchange Marker File Version 2.0
[Marker Infos]
Mk2=Stimulus,S  1,3,1,0
Mk1=New Segment,,1,1,0,20200101000000000000
";

/// A recording of two samples whose header and markers have other words in place of some.
fn recording(header: &[(&str, &str)], markers: &[(&str, &str)]) -> std::io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    let change = |text: &str, pairs: &[(&str, &str)]| {
        pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replacen(from, to, 1))
    };
    fs::write(folder.path().join("a.vhdr"), change(HEADER, header))?;
    fs::write(folder.path().join("a.vmrk"), change(MARKERS, markers))?;
    fs::write(folder.path().join("a.eeg"), b"\x02\x00\xff\xff\x00\x80\xff\x7f")?;
    Ok(folder)
}

#[test]
fn every_form_and_order_is_read() -> Outcome {
    let read = |pairs: &[(&str, &str)]| -> Result<_, Box<dyn std::error::Error>> {
        let folder = recording(pairs, &[])?;
        let file = BrainVisionFile::open(&folder.path().join("a.vhdr"))?;
        Ok(file.read(&[0, 1], 0..file.channels()[0].samples)?)
    };
    assert_eq!(read(&[])?, array![[1.0, -1.0], [-16384.0, 32767.0]]);
    assert_eq!(read(&[("MULTIPLEXED", "vectorized")])?, array![[1.0, -32768.0], [-0.5, 32767.0]]);
    assert_eq!(read(&[("INT_16", "UINT_16")])?, array![[1.0, 65535.0], [16384.0, 32767.0]]);
    let big = "INT_16\nUseBigEndianOrder=YES";
    assert_eq!(read(&[("INT_16", big)])?, array![[256.0, -1.0], [64.0, -129.0]]);
    assert_eq!(read(&[("INT_16", "INT_32")])?, array![[-32767.0, 2_147_450_880.0]]);
    assert_eq!(read(&[("INT_16", "IEEE_FLOAT_32")])?.dim(), (1, 2));
    Ok(())
}

#[test]
fn channels_and_markers_are_those_of_the_files() -> Outcome {
    let folder = recording(&[], &[])?;
    let file = open(&folder.path().join("a.vmrk"))?;
    let channels: Vec<_> = file.channels().iter().map(|c| (c.name.as_str(), c.unit.as_str(), c.rate)).collect();
    assert_eq!(channels, [("one", "uV", 500.0), ("two, three", "uV", 500.0)]);
    let said: Vec<_> = file.annotations().iter().map(|a| (a.onset, a.duration, a.text.as_str())).collect();
    assert_eq!(said, [(0.0, 0.002, "New Segment/"), (0.004, 0.002, "Stimulus/S  1")]);
    let folder = recording(&[("MarkerFile=a.vmrk\n", "")], &[])?;
    assert_eq!(open(&folder.path().join("a.vhdr"))?.annotations(), []);
    Ok(())
}

/// What opening the changed recording says.
fn check(header: &[(&str, &str)], markers: &[(&str, &str)], expected: &str) -> Outcome {
    let folder = recording(header, markers)?;
    let said = open(&folder.path().join("a.vhdr")).err().map(|error| error.to_string());
    let said = said.map(|said| said.replace(&format!("{}/", folder.path().display()), ""));
    assert_eq!(said.as_deref(), Some(expected));
    Ok(())
}

#[test]
fn lines_that_lie_are_named() -> Outcome {
    let header = |from: &str, to: &str, expected: &str| check(&[(from, to)], &[], expected);
    header("BrainVision", "Some", "`a.vhdr` is no BrainVision header file, by its first line")?;
    header("=UTF-8", "=utf-8\nDataFile=x", "`a.vhdr` line 6 (from 1) has a key that stands twice: `DataFile=$b.eeg`")?;
    header(
        "BINARY",
        "ASCII",
        "`a.vhdr` line 7 (from 1) is a format of samples that is not read, which must be BINARY: `ASCII`",
    )?;
    header("=MULTI", "=", "`a.vhdr` line 8 (from 1) is neither MULTIPLEXED nor VECTORIZED: `PLEXED`")?;
    header(
        "TIMEDOMAIN",
        "FREQUENCYDOMAIN",
        "`a.vhdr` line 9 (from 1) is a type of data that is not read, which must be TIMEDOMAIN: `FREQUENCYDOMAIN`",
    )?;
    header("=2\n", "=0\n", "`a.vhdr` line 10 (from 1) is no number of channels from 1: `0`")?;
    header("=2\n", "=99999999999\n", "`a.vhdr` counts 99999999999 channels and describes no `Ch3`")?;
    header("=2\n", "=1\n", "`a.vhdr` counts 1 channels and describes 2")?;
    header("Ch1=", "Ch7=", "`a.vhdr` counts 2 channels and describes no `Ch1`")?;
    for wrong in ["0", "-5", "nan", "inf", "1e-320"] {
        let said = format!("`a.vhdr` line 11 (from 1) is no interval: a positive number of microseconds: `{wrong}`");
        header("=2000", &format!("={wrong}"), &said)?;
    }
    header("SamplingInterval=2000", "", "`a.vhdr` has no `samplinginterval` in its section `[common infos]`")?;
    header(
        "INT_16",
        "INT_24",
        "`a.vhdr` line 13 (from 1) is none of INT_16, UINT_16, INT_32 and IEEE_FLOAT_32: `INT_24`",
    )?;
    header("0.5", "0", "`a.vhdr` line 15 (from 1) has a resolution that is no number other than 0: `one,,0,\u{b5}V`")?;
    header("two\\1 three", "one", "`a.vhdr` line 16 (from 1) has a name that stands twice: `one,,,`")?;
    header("=2000", "=2000\nDataPoints=3", "`a.eeg` has 8 bytes, its header says 12")?;
    header(
        "=2000",
        "=2000\nDataPoints=99999999999999999999",
        "`a.vhdr` line 12 (from 1) is no number of samples from 1: `99999999999999999999`",
    )?;
    let markers = |from: &str, to: &str, expected: &str| check(&[], &[(from, to)], expected);
    markers("Marker File", "Header File", "`a.vmrk` is no BrainVision marker file, by its first line")?;
    markers(",3,", ",x,", "`a.vmrk` line 3 (from 1) has a position that is no number: `Stimulus,S  1,x,1,0`")?;
    markers(",3,1", ",3,-1", "`a.vmrk` line 3 (from 1) has a length that is no number: `Stimulus,S  1,3,-1,0`")?;
    markers(
        ",S  1,3,1,0",
        "",
        "`a.vmrk` line 3 (from 1) is no marker: type, description, position, length and channel: `Stimulus`",
    )
}

#[test]
fn files_that_are_missing_or_of_another_length_are_named() -> Outcome {
    let folder = recording(&[], &[])?;
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a.eeg"), b"12345")?;
    let said = |name: &str| open(&path(name)).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(said("a.vhdr").ends_with("has 5 bytes, which is no whole number of samples of 4 bytes each"));
    fs::write(path("a.eeg"), b"")?;
    assert!(said("a.vhdr").contains("has 0 bytes"));
    fs::remove_file(path("a.eeg"))?;
    assert!(said("a.vhdr").contains("names `a.eeg`, which is not beside it"));
    fs::rename(path("a.vhdr"), path("b.vhdr"))?;
    assert!(said("a.vmrk").contains("names `a.vhdr`, which is not beside it: it is read by its header"));
    fs::write(path("c.vhdr"), b"BrainVision Header File\n[Common Infos]\nCodepage=UTF-8\nx=\xe9\n")?;
    assert!(said("c.vhdr").ends_with("says that it is UTF-8 and is not"));
    Ok(())
}

#[test]
fn what_is_of_no_format_is_told_what_is_read() -> Outcome {
    let folder = tempfile::tempdir()?;
    for (name, bytes) in [("a.mat", &b"MATLAB 5.0"[..]), ("b", b""), ("c.gz", b"\x1f\x8b")] {
        fs::write(folder.path().join(name), bytes)?;
    }
    let said = |name: &str| open(&folder.path().join(name)).err();
    assert!(matches!(said("a.mat"), Some(Error::Unknown { .. })));
    let message = said("b").map(|error| error.to_string()).unwrap_or_default();
    assert!(message.contains("BrainVision (.vhdr with .eeg and .vmrk), FIF"), "{message}");
    assert!(matches!(said("c.gz"), Some(Error::Read { .. })));
    assert!(matches!(said("none.edf"), Some(Error::Read { .. })));
    Ok(())
}
