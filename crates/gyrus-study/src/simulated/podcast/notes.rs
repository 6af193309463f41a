//! The small files of the tree, with the marks and gaps that those of the real data set have.

use std::fmt::Write as _;
use std::path::Path;

use gyrus_simulation::Planted;
use serde_json::{Value, json};

use super::{DERIVATIVE, Patient, RATE, TASK, electrode_name, position};
use crate::Error;
use crate::store::write_whole;

/// The electrode whose place is not known.
const LOST: usize = 11;

/// The files of the whole data set.
pub fn write_notes(folder: &Path, patients: &[Patient]) -> Result<(), Error> {
    let name = "A planted response in the layout of the Podcast ECoG data set";
    let raw = json!({ "Name": name, "BIDSVersion": "1.10.0", "DatasetType": "raw", "License": "CC0" });
    let made = json!({
        "Name": name, "BIDSVersion": "1.10.0", "DatasetType": "derivative",
        "GeneratedBy": [{ "Name": "gyrus simulate podcast" }]
    });
    write_json(&folder.join("dataset_description.json"), &raw)?;
    write_json(&folder.join("derivatives").join(DERIVATIVE).join("dataset_description.json"), &made)?;
    let readme = "Nobody was recorded: `gyrus simulate podcast` made these files.\n\
                  In every second good electrode the loudness of high gamma follows one feature of each word, a known time \
                  after its onset; `truth.json`, which no analysis reads, says which and when.\n";
    write_whole(&folder.join("README"), readme.as_bytes())?;
    write_whole(&folder.join(".bidsignore"), b"truth.json\n")?;
    let rows: String = patients.iter().map(|patient| format!("{}\tn/a\tn/a\n", patient.name)).collect();
    write_whole(&folder.join("participants.tsv"), format!("participant_id\tage\tsex\n{rows}").as_bytes())
}

/// What is said of one patient's raw recording.
pub fn write_tables(folder: &Path, planted: &Planted, patient: &Patient) -> Result<(), Error> {
    let note = json!({
        "TaskName": TASK, "SamplingFrequency": patient.rate, "PowerLineFrequency": 60, "SoftwareFilters": "n/a",
        "iEEGReference": "n/a", "RecordingDuration": planted.params().seconds, "RecordingType": "continuous",
        "ECOGChannelCount": planted.electrodes()
    });
    write_json(&patient.raw(folder, "ieeg.json"), &note)?;
    write_whole(&patient.raw(folder, "channels.tsv"), channels(planted, patient).as_bytes())?;
    write_whole(&patient.places(folder, "electrodes.tsv"), electrodes(planted).as_bytes())?;
    let space = json!({ "iEEGCoordinateSystem": "MNI152NLin2009aSym", "iEEGCoordinateUnits": "mm" });
    write_json(&patient.places(folder, "coordsystem.json"), &space)
}

/// Channels, after a mark of the encoding.
fn channels(planted: &Planted, patient: &Patient) -> String {
    let mut table = String::from(
        "\u{feff}name\ttype\tunits\tlow_cutoff\thigh_cutoff\tsampling_frequency\tstatus\tstatus_description\n",
    );
    for electrode in 0..planted.electrodes() {
        let state = if planted.is_bad(electrode) { "bad\tnoisy" } else { "good\tn/a" };
        let row = (electrode_name(electrode), patient.rate);
        let _ = writeln!(table, "{}\tECOG\tuV\tn/a\tn/a\t{}\t{state}", row.0, row.1);
    }
    if patient.has_others() {
        let _ = writeln!(table, "DC1\tMISC\tuV\tn/a\tn/a\t{}\tn/a\tn/a", patient.rate);
        table.push_str("Pulse Rate\tMISC\tn/a\tn/a\tn/a\t1\tn/a\tn/a\n");
    }
    table
}

/// Places, one of which is not known.
fn electrodes(planted: &Planted) -> String {
    let mut table = String::from("name\tx\ty\tz\tsize\tgroup\n");
    for electrode in 0..planted.electrodes() {
        let place = match electrode {
            LOST => "n/a\tn/a\tn/a".to_owned(),
            known => position(known).map(|axis| format!("{axis:.2}")).join("\t"),
        };
        let _ = writeln!(table, "{}\t{place}\tn/a\tG", electrode_name(electrode));
    }
    table
}

fn write_json(path: &Path, content: &Value) -> Result<(), Error> {
    write_whole(path, &serde_json::to_vec_pretty(content).expect("numbers and names"))
}

/// Metres of an electrode's place, where it is known.
pub fn metres(electrode: usize) -> Option<[f32; 3]> {
    (electrode != LOST).then(|| position(electrode).map(|axis| (axis / 1000.0) as f32))
}

/// Frequencies of the derivative's band in hertz.
pub const BAND: (f64, f64) = (70.0, 200.0);

const _: () = assert!(BAND.1 < RATE / 2.0);
