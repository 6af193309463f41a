//! NWB files written by h5py in the layout of NWB, and by pynwb.

use fixtures::{Outcome, array, expected, fixture, said, same};
use gyrus_formats::nwb::{NwbFile, series_names};
use gyrus_formats::{Annotation, ChannelKind, Error, Signals};
use ndarray::{Array2, s};

mod fixtures;

fn open(name: &str, series: Option<&str>) -> Result<NwbFile, Error> {
    NwbFile::open(&fixture(name), series)
}

/// All samples of all channels.
fn all(file: &NwbFile) -> Result<Array2<f64>, Error> {
    let channels: Vec<usize> = (0..file.channels().len()).collect();
    file.read(&channels, 0..file.channels()[0].samples)
}

#[test]
fn values_are_volts_and_channels_are_electrodes() -> Outcome {
    let file = open("nwb/even.nwb", Some("ElectricalSeries"))?;
    let values = all(&file)?;
    same(&values.clone().into_dyn(), &array(&expected("nwb")["even"]), 1e-15, "even");
    let part = file.read(&[2, 0], 5..19)?;
    assert_eq!(part.column(0), values.slice(s![5..19, 2]));
    assert_eq!(part.column(1), values.slice(s![5..19, 0]));
    let named: Vec<_> = file.channels().iter().map(|channel| (channel.name.as_str(), channel.bad)).collect();
    assert_eq!(named, [("LG3", false), ("LG0", false), ("LG4", true)]);
    let first = &file.channels()[0];
    assert_eq!((first.unit.as_str(), first.rate, first.samples, first.kind), ("V", 100.0, 40, ChannelKind::Other));
    let electrode = &file.electrodes().expect("electrodes")[2];
    assert_eq!((electrode.location.as_str(), electrode.group.as_str()), ("IFG", "depth"));
    assert_eq!((electrode.position, file.start()), (Some([14.0, -16.0, 34.0]), 2.0));
    let annotation = |onset, duration, text: &str| Annotation { onset, duration, text: text.to_owned() };
    let words = [annotation(0.0, 0.125, "one"), annotation(0.25, 0.25, "two"), annotation(0.5, 0.25, "three")];
    assert_eq!(file.annotations(), words);
    assert!(file.gaps().is_empty());
    Ok(())
}

#[test]
fn missing_times_are_gaps_of_nan() -> Outcome {
    let file = open("nwb/gap.nwb", Some("acquisition/ElectricalSeries"))?;
    same(&all(&file)?.into_dyn(), &array(&expected("nwb")["gap"]), 1e-15, "gap");
    assert_eq!((file.gaps(), file.channels()[0].rate), (&[0.2..0.3][..], 100.0));
    let edge = file.read(&[0], 19..31)?;
    assert_eq!(edge.iter().filter(|value| value.is_nan()).count(), 10);
    Ok(())
}

#[test]
fn a_series_of_one_channel_and_one_without_electrodes() -> Outcome {
    let file = open("nwb/even.nwb", Some("envelope"))?;
    same(&all(&file)?.into_dyn(), &array(&expected("nwb")["envelope"]), 1e-15, "envelope");
    assert_eq!((file.channels()[0].name.as_str(), file.channels()[0].rate), ("0", 10.0));
    assert!(file.electrodes().is_none());
    let sound = open("nwb/even.nwb", Some("sound"))?;
    assert_eq!((sound.channels()[0].unit.as_str(), sound.channels()[0].rate), ("Pa", 50.0));
    Ok(())
}

#[test]
fn what_pynwb_wrote_is_read_without_a_name() -> Outcome {
    let file = open("nwb/pynwb.nwb", None)?;
    same(&all(&file)?.into_dyn(), &array(&expected("nwb")["pynwb"]), 1e-15, "pynwb");
    assert_eq!((file.series(), file.start(), file.channels()[0].rate), ("acquisition/ieeg", 1.0, 64.0));
    let electrodes = file.electrodes().expect("electrodes");
    assert_eq!((electrodes[0].name.as_str(), electrodes[0].group.as_str()), ("2", "grid"));
    assert_eq!(electrodes[0].position, Some([2.0, 2.0, -3.0]));
    assert_eq!(file.annotations(), [Annotation { onset: 0.25, duration: 0.25, text: "trials".to_owned() }]);
    Ok(())
}

#[test]
fn the_series_is_named_or_the_names_are_said() -> Outcome {
    let names = ["acquisition/ElectricalSeries", "acquisition/sound", "processing/ecephys/LFP/envelope"];
    assert_eq!(series_names(&fixture("nwb/even.nwb"))?, names);
    let several = said(open("nwb/even.nwb", None));
    assert!(
        several.contains("the file has several series, name one of them: `acquisition/ElectricalSeries, acq"),
        "{several}"
    );
    let absent = said(open("nwb/even.nwb", Some("LFP")));
    assert!(
        absent.contains("has no series `LFP`; it has `acquisition/ElectricalSeries`, `acquisition/sound`"),
        "{absent}"
    );
    assert!(said(open("hdf5/old.h5", None)).contains("has no series"));
    Ok(())
}

#[test]
fn more_samples_than_the_file_can_hold_are_refused() -> Outcome {
    let mut bytes = std::fs::read(fixture("nwb/even.nwb"))?;
    // Both the shape and the largest shape of the series: two axes of 40 and 3.
    let shape: Vec<u8> = [40_u64, 3, 40, 3].iter().flat_map(|size| size.to_le_bytes()).collect();
    let at = bytes.windows(32).position(|window| window == shape).expect("the shape of the series");
    for size in [at, at + 16] {
        bytes[size..size + 8].copy_from_slice(&(1_u64 << 50).to_le_bytes());
    }
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("a.nwb");
    std::fs::write(&path, bytes)?;
    let message = said(NwbFile::open(&path, Some("ElectricalSeries")));
    assert!(message.contains("says that it has more elements than the file can hold"), "{message}");
    Ok(())
}
