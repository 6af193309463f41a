//! A data set in memory to a BIDS tree.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gyrus_formats::edf::{EdfChannel, write_edf};
use gyrus_formats::write_whole;
use serde_json::{Value, json};

use super::dataset::{Channel, Dataset, Event, Status, Subject};
use crate::{Error, bids::channels::NEURAL};

/// The version of BIDS that is written.
const VERSION: &str = "1.10.0";

/// Writes `dataset` to `folder`, each file whole or not at all; the same data set gives the same bytes.
///
/// Signals are rounded to 16 bits over the range of each channel.
///
/// # Errors
/// [`Error::BidsName`] for a name that is not letters and digits, a subject who stands twice, or text that tables cannot hold;
/// [`gyrus_types::Error::Targets`] for columns without a channel; what [`write_edf`] refuses; [`gyrus_formats::Error::Write`].
pub fn write(folder: &Path, dataset: &Dataset) -> Result<(), Error> {
    check(folder, dataset)?;
    text(&folder.join("README"), &format!("{}\n", dataset.readme.trim_end()))?;
    object(&folder.join("dataset_description.json"), &description(dataset))?;
    let subjects: String = dataset.subjects.iter().map(|subject| format!("sub-{}\n", subject.name)).collect();
    text(&folder.join("participants.tsv"), &format!("participant_id\n{subjects}"))?;
    let columns = json!({
        "region": { "Description": "Region that the electrode lies in" },
        "word": { "Description": "Word that was heard" },
    });
    let of = |column: &str| json!({ column: columns[column] });
    object(&folder.join(format!("space-{}_electrodes.json", dataset.space)), &of("region"))?;
    object(&folder.join(format!("task-{}_events.json", dataset.task)), &of("word"))?;
    dataset.subjects.iter().try_for_each(|subject| write_subject(folder, dataset, subject))
}

/// Names that stand in names of files, and texts that stand in tables.
fn check(folder: &Path, dataset: &Dataset) -> Result<(), Error> {
    let wrong = |wrong, value: &str| Error::BidsName { folder: folder.to_owned(), wrong, value: value.to_owned() };
    let is_label = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mut names = vec![("a task that is not letters and digits", &dataset.task)];
    names.push(("a space that is not letters and digits", &dataset.space));
    names.extend(dataset.description.iter().map(|name| ("a description that is not letters and digits", name)));
    names.extend(dataset.subjects.iter().map(|subject| ("a subject that is not letters and digits", &subject.name)));
    if let Some((said, name)) = names.into_iter().find(|(_, name)| !is_label(name)) {
        return Err(wrong(said, name));
    }
    let mut seen = BTreeSet::new();
    for subject in &dataset.subjects {
        if !seen.insert(&subject.name) {
            return Err(wrong("a subject twice", &subject.name));
        }
        if subject.channels.len() != subject.signal.ncols() {
            let (signal, targets) = (subject.signal.ncols(), subject.channels.len());
            let source = gyrus_types::Error::Targets { subject: subject.name.clone(), signal, targets };
            return Err(Error::Types { path: folder.to_owned(), source });
        }
        let reason = |channel: &Channel| match &channel.status {
            Status::Good => String::new(),
            Status::Bad(reason) => reason.clone(),
        };
        let cells = subject.channels.iter().flat_map(|channel| {
            [channel.name.clone(), channel.kind.clone(), reason(channel), channel.region.clone().unwrap_or_default()]
        });
        let words = subject.events.iter().filter_map(|event| event.word.clone());
        let broken = |cell: &String| cell.contains(['\t', '\n', '\r']);
        if let Some(cell) = cells.chain(words).find(broken) {
            return Err(wrong("a text with tabs or ends of lines", &cell));
        }
    }
    Ok(())
}

fn description(dataset: &Dataset) -> Value {
    let kind = if dataset.description.is_some() { "derivative" } else { "raw" };
    let mut description =
        json!({ "Name": dataset.name, "BIDSVersion": VERSION, "DatasetType": kind, "Authors": dataset.authors });
    if let Some(licence) = &dataset.licence {
        description["License"] = json!(licence);
    }
    if dataset.description.is_some() {
        description["GeneratedBy"] = json!([{ "Name": "gyrus" }]);
    }
    description
}

fn write_subject(folder: &Path, dataset: &Dataset, subject: &Subject) -> Result<(), Error> {
    let Dataset { task, space, .. } = dataset;
    let who = format!("sub-{}", subject.name);
    let place = folder.join(&who).join("ieeg");
    let desc = dataset.description.as_ref().map_or(String::new(), |name| format!("_desc-{name}"));
    let of_task = |rest: &str| place.join(format!("{who}_task-{task}{rest}"));
    let columns = subject.signal.columns().into_iter().zip(&subject.channels);
    let channels: Vec<EdfChannel<'_>> = columns
        .map(|(values, Channel { name, unit, .. })| EdfChannel { name, unit, rate: subject.rate, values })
        .collect();
    write_edf(&of_task(&format!("{desc}_ieeg.edf")), &channels)?;
    object(&of_task(&format!("{desc}_ieeg.json")), &note(task, subject))?;
    text(&of_task(&format!("{desc}_channels.tsv")), &channel_table(subject))?;
    if !subject.events.is_empty() {
        text(&of_task("_events.tsv"), &event_table(&subject.events))?;
    }
    let system = json!({ "iEEGCoordinateSystem": space, "iEEGCoordinateUnits": "mm" });
    let of_space = |rest: &str| -> PathBuf { place.join(format!("{who}_space-{space}_{rest}")) };
    object(&of_space("coordsystem.json"), &system)?;
    text(&of_space("electrodes.tsv"), &electrode_table(subject))
}

fn note(task: &str, subject: &Subject) -> Value {
    let count = |kind: &str| subject.channels.iter().filter(|channel| channel.kind == kind).count();
    let others = subject.channels.iter().filter(|channel| !NEURAL.contains(&channel.kind.as_str())).count();
    json!({
        "TaskName": task,
        "SamplingFrequency": subject.rate,
        "PowerLineFrequency": "n/a",
        "SoftwareFilters": "n/a",
        "iEEGReference": "n/a",
        "RecordingType": "continuous",
        "RecordingDuration": subject.signal.nrows() as f64 / subject.rate,
        "ECOGChannelCount": count("ECOG"),
        "SEEGChannelCount": count("SEEG"),
        "MiscChannelCount": others,
    })
}

fn channel_table(subject: &Subject) -> String {
    let mut table =
        String::from("name\ttype\tunits\tlow_cutoff\thigh_cutoff\tsampling_frequency\tstatus\tstatus_description\n");
    for Channel { name, kind, unit, status, .. } in &subject.channels {
        let (status, reason) = match status {
            Status::Good => ("good", ""),
            Status::Bad(reason) => ("bad", reason.as_str()),
        };
        let rate = subject.rate;
        let [name, kind, unit, reason] = [name, kind, unit, reason].map(|text| said(text));
        table += &format!("{name}\t{kind}\t{unit}\tn/a\tn/a\t{rate}\t{status}\t{reason}\n");
    }
    table
}

/// Every neural channel, with its coordinates where they are known.
fn electrode_table(subject: &Subject) -> String {
    let mut table = String::from("name\tx\ty\tz\tsize\themisphere\tregion\n");
    for channel in subject.channels.iter().filter(|channel| NEURAL.contains(&channel.kind.as_str())) {
        let position = channel.position.map_or(["n/a".to_owned(), "n/a".into(), "n/a".into()], |at| at.map(number));
        let side = channel.position.map_or("n/a", |[x, _, _]| if x < 0.0 { "L" } else { "R" });
        let region = said(channel.region.as_deref().unwrap_or_default());
        table += &format!("{}\t{}\tn/a\t{side}\t{region}\n", said(&channel.name), position.join("\t"));
    }
    table
}

fn event_table(events: &[Event]) -> String {
    let row = |event: &Event| {
        let word = said(event.word.as_deref().unwrap_or_default());
        format!("{}\t{}\t{word}\n", number(event.onset), number(event.duration))
    };
    format!("onset\tduration\tword\n{}", events.iter().map(row).collect::<String>())
}

/// A number as it is read back exactly, or that it is not known.
fn number(value: f64) -> String {
    if value.is_finite() { value.to_string() } else { "n/a".into() }
}

/// A text, or that nothing is known.
fn said(text: &str) -> Cow<'_, str> {
    match text {
        "" => "n/a".into(),
        text if text.contains('"') => format!("\"{}\"", text.replace('"', "\"\"")).into(),
        text => text.into(),
    }
}

fn object(path: &Path, value: &Value) -> Result<(), Error> {
    text(path, &format!("{value:#}\n"))
}

fn text(path: &Path, content: &str) -> Result<(), Error> {
    Ok(write_whole(path, |file| file.write_all(content.as_bytes()))?)
}
