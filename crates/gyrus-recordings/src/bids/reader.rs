//! From a BIDS tree to one recording per listener.

use std::path::{Path, PathBuf};

use gyrus_formats::edf::EdfFile;
use gyrus_types::{Recording, Sampling};

use super::channels::{ChannelRow, read_channels};
use super::electrodes::electrodes;
use super::landmark::Landmark;
use super::name::Name;
use super::note::Note;
use super::sidecars::{applying, entries, folders, named};
use crate::{Error, Refusal, Target};

/// How far rates may differ by rounding in files, as a fraction.
const RATE_ROUNDING: f64 = 1e-6;

/// Which recordings to read.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// The folder of the data set.
    pub folder: PathBuf,
    /// The task in the files' names.
    pub task: String,
    /// The folder below `derivatives` that holds the recordings, unless they are the raw ones.
    pub derivative: Option<String>,
    /// `desc` in the files' names, if they have one.
    pub description: Option<String>,
    /// Names of subjects, with or without `sub-`; empty for all.
    pub subjects: Vec<String>,
    /// Time of the first sample on the clock of the words, in seconds.
    pub start: f64,
    /// Where distances are measured from; nothing where they are not asked for.
    pub landmark: Option<Landmark>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Recordings {
    /// Those who can be used, in order of names.
    pub listeners: Vec<Listener>,
    /// Those who cannot: without a recording of the task, or without a channel that is neural and good.
    pub refusals: Vec<Refusal>,
}

/// One subject's recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Listener {
    /// The good channels on or in the brain, in the order of the table of channels.
    pub recording: Recording,
    /// What is known of each.
    pub targets: Vec<Target>,
    /// The other channels, in the order of the table, then those that only the recording has.
    pub left_out: Vec<LeftOut>,
    /// Every file that was read.
    pub files: Vec<PathBuf>,
}

/// A channel that is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its name.
    pub channel: String,
    /// Why.
    pub reason: String,
}

/// The recordings of `selection`, one per subject.
///
/// # Errors
/// [`Error::UnknownSubject`] for one who is not there, [`Error::NoListener`] if nobody is left, [`Error::OneFile`] for a subject
/// with several recordings of the task (runs, sessions) or without a table of channels, [`Error::MissingChannel`] for a
/// channel that the recording lacks, [`gyrus_formats::Error::OtherRate`] where files disagree on a rate, and whatever else is wrong with a
/// file, with its place and value.
pub fn read(selection: &Selection) -> Result<Recordings, Error> {
    let raw = &selection.folder;
    let root = selection.derivative.as_ref().map_or_else(|| raw.clone(), |name| raw.join("derivatives").join(name));
    let roots = if root == *raw { vec![root.clone()] } else { vec![raw.clone(), root.clone()] };
    let mut all = Recordings { listeners: Vec::new(), refusals: Vec::new() };
    for subject in subjects(&root, &selection.subjects)? {
        let place = root.join(format!("sub-{subject}"));
        let refuse = |reason: String| Refusal { subject: subject.clone(), file: place.clone(), reason };
        match recording(&place, selection)? {
            None => all.refusals.push(refuse(format!("no EDF of task `{}`", selection.task))),
            Some((path, name)) => match listener(selection, &roots, (&path, &name), &subject)? {
                Some(listener) => all.listeners.push(listener),
                None => all.refusals.push(refuse("no channel is ECOG or SEEG and good".into())),
            },
        }
    }
    match all.listeners.is_empty() {
        true => Err(Error::NoListener { folder: root, refused: all.refusals.len() }),
        false => Ok(all),
    }
}

/// The wanted subjects, sorted, of those who have a folder.
fn subjects(root: &Path, wanted: &[String]) -> Result<Vec<String>, Error> {
    let plain = |name: &str| name.strip_prefix("sub-").unwrap_or(name).to_owned();
    let found: Vec<String> =
        entries(root)?.iter().filter_map(|name| name.strip_prefix("sub-")).map(ToOwned::to_owned).collect();
    let found: Vec<String> = found.into_iter().filter(|name| root.join(format!("sub-{name}")).is_dir()).collect();
    let wanted: Vec<String> = wanted.iter().map(|name| plain(name)).collect();
    if let Some(subject) = wanted.iter().find(|subject| !found.contains(subject)) {
        return Err(Error::UnknownSubject { folder: root.into(), subject: subject.clone(), found });
    }
    Ok(found.into_iter().filter(|name| wanted.is_empty() || wanted.contains(name)).collect())
}

/// The one recording of the task in a subject's folder, or in one of its sessions.
fn recording(place: &Path, selection: &Selection) -> Result<Option<(PathBuf, Name)>, Error> {
    let sessions = entries(place)?.into_iter().filter(|name| name.starts_with("ses-"));
    let folders = std::iter::once(place.to_owned()).chain(sessions.map(|name| place.join(name)));
    let mut found = Vec::new();
    for folder in folders {
        found.extend(named(&folder.join("ieeg"))?.into_iter().filter(|(_, name)| {
            (name.suffix.as_str(), name.extension.as_str()) == ("ieeg", ".edf")
                && name.entity("task") == Some(selection.task.as_str())
                && name.entity("desc") == selection.description.as_deref()
        }));
    }
    if found.len() > 1 {
        let found = found.iter().map(|(path, _)| path.strip_prefix(place).unwrap_or(path).display().to_string());
        let pattern = format!("*_task-{}*_ieeg.edf", selection.task);
        return Err(Error::OneFile { folder: place.into(), pattern, found: found.collect() });
    }
    Ok(found.pop())
}

/// One subject's recording; nothing if no channel can be used.
fn listener(
    selection: &Selection,
    roots: &[PathBuf],
    (path, name): (&Path, &Name),
    subject: &str,
) -> Result<Option<Listener>, Error> {
    let folders = folders(roots, name);
    let Some((table, _)) = applying(&folders, name, ("channels", ".tsv"), "")?.pop() else {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let pattern = format!("sub-{subject}*_channels.tsv");
        return Err(Error::OneFile { folder, pattern, found: Vec::new() });
    };
    let (mut note, mut files) = (Note::default(), vec![path.to_owned(), table.clone()]);
    for (path, _) in applying(&folders, name, ("ieeg", ".json"), "")? {
        note.read(&path)?;
        files.push(path);
    }
    let rows = read_channels(&table)?;
    let file = EdfFile::open(path)?;
    let kept: Vec<&ChannelRow> = rows.iter().filter(|row| row.left_out.is_none()).collect();
    let signals = kept.iter().map(|row| find(&file, row, &rows, &table)).collect::<Result<Vec<_>, _>>()?;
    let Some(rate) = common_rate(&file, (&signals, &kept), (&table, &note))? else { return Ok(None) };
    let known = electrodes(&folders, (name, subject), selection.landmark.as_ref())?;
    let target = |row: &&ChannelRow| known.targets.get(&row.name).cloned().unwrap_or_else(|| Target::named(&row.name));
    let targets: Vec<Target> = kept.iter().map(target).collect();
    files.extend(known.files);
    let names = kept.iter().map(|row| row.name.clone()).collect();
    let types = |source| Error::Types { path: path.to_owned(), source };
    let sampling = Sampling::new(selection.start, 1.0 / rate).map_err(types)?;
    let mut signal = file.read_records(&signals, 0..file.records())?;
    if let Some(samples) = samples_said(&file, &note, rate)? {
        signal.slice_collapse(ndarray::s![..samples, ..]);
    }
    let recording = Recording::new(subject.to_owned(), names, signal, sampling).map_err(types)?;
    Ok(Some(Listener { recording, targets, left_out: left_out(&rows, &file), files }))
}

/// The signal of a channel of the table.
fn find(file: &EdfFile, row: &ChannelRow, rows: &[ChannelRow], table: &Path) -> Result<usize, Error> {
    file.find(&row.name).ok_or_else(|| {
        let unlisted = file.signals().iter().filter(|signal| rows.iter().all(|row| row.name != signal.name));
        let found = unlisted.map(|signal| signal.name.clone()).collect();
        Error::MissingChannel { path: table.into(), channel: row.name.clone(), file: file.path().into(), found }
    })
}

/// The rate of all signals that are used, on which the files must agree; nothing if there are no signals.
fn common_rate(
    file: &EdfFile,
    (signals, rows): (&[usize], &[&ChannelRow]),
    (table, note): (&Path, &Note),
) -> Result<Option<f64>, Error> {
    let Some(first) = signals.first() else { return Ok(None) };
    let common = file.rate(*first);
    let said = note.number("SamplingFrequency")?;
    for (signal, row) in signals.iter().zip(rows) {
        let rate = file.rate(*signal);
        let others = [
            (Some(common), format!("`{}`", rows[0].name)),
            (row.rate, format!("`{}`", table.display())),
            (said, format!("`{}`", note.path().display())),
        ];
        let differs = |other: f64| (rate - other).abs() > RATE_ROUNDING * rate;
        if let Some((Some(expected), by)) = others.into_iter().find(|(other, _)| other.is_some_and(differs)) {
            let (path, channel) = (file.path().to_owned(), row.name.clone());
            return Err(gyrus_formats::Error::OtherRate { path, channel, rate, by, expected }.into());
        }
    }
    Ok(Some(common))
}

/// The samples that the note says the recording has, if it ends within the last record, which is then only filled up.
fn samples_said(file: &EdfFile, note: &Note, rate: f64) -> Result<Option<usize>, Error> {
    let all = file.records() as f64 * file.record_seconds();
    let said = note.number("RecordingDuration")?;
    let within = |seconds: &f64| *seconds < all && *seconds > all - file.record_seconds();
    Ok(said.filter(within).map(|seconds| (seconds * rate).round() as usize))
}

/// Channels of the table that are not used, and signals that the table does not have.
fn left_out(rows: &[ChannelRow], file: &EdfFile) -> Vec<LeftOut> {
    let listed = rows.iter().filter_map(|row| Some((row.name.clone(), row.left_out.clone()?)));
    let unlisted = file.signals().iter().filter(|signal| rows.iter().all(|row| row.name != signal.name));
    let unlisted = unlisted.map(|signal| (signal.name.clone(), "not in the table of channels".to_owned()));
    listed.chain(unlisted).map(|(channel, reason)| LeftOut { channel, reason }).collect()
}
