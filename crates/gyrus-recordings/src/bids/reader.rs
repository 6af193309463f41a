//! From a BIDS tree to one recording per listener.

use std::path::{Path, PathBuf};

use gyrus_formats::Signals;
use gyrus_formats::edf::EdfFile;
use gyrus_signals::Pipeline;
use gyrus_types::{Recording, Sampling};

use super::channels::read_channels;
use super::cortex::{Cortex, Surfaces};
use super::electrodes::electrodes;
use super::kept::{Kept, KeptChannel, Table, relation};
use super::landmark::Landmark;
use super::name::Name;
use super::note::Note;
use super::sidecars::{applying, entries, folders, named};
use crate::{Error, Refusal, Target, prepared};

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
    /// Surfaces that distances are measured along; straight lines without.
    pub surfaces: Option<Surfaces>,
    /// What is done to signals as they are read; nothing where they are taken as they are.
    pub preparation: Option<Pipeline>,
    /// Threads that preparing may take.
    pub threads: usize,
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
    /// What is wrong with channels that are used all the same, a line each.
    pub warnings: Vec<String>,
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
/// with several recordings of the task (runs, sessions, formats), [`Error::MissingChannel`] for a
/// channel that the recording lacks, [`gyrus_formats::Error::OtherRate`] where files disagree on a rate, and whatever else is wrong with a
/// file, with its place and value.
pub fn read(selection: &Selection) -> Result<Recordings, Error> {
    let raw = &selection.folder;
    let root = selection.derivative.as_ref().map_or_else(|| raw.clone(), |name| raw.join("derivatives").join(name));
    let roots = if root == *raw { vec![root.clone()] } else { vec![raw.clone(), root.clone()] };
    let cortex = match (&selection.surfaces, &selection.landmark) {
        (Some(surfaces), Some(landmark)) if surfaces.are_shared() => Some(Cortex::read(surfaces, landmark, "")?),
        _ => None,
    };
    let mut all = Recordings { listeners: Vec::new(), refusals: Vec::new() };
    for subject in subjects(&root, &selection.subjects)? {
        let place = root.join(format!("sub-{subject}"));
        let refuse = |reason: String| Refusal { subject: subject.clone(), file: place.clone(), reason };
        match recording(&place, selection)? {
            None => all.refusals.push(refuse(format!("no recording of task `{}`", selection.task))),
            Some((path, name)) => match listener(selection, &roots, (&path, &name), (&subject, cortex.as_ref()))? {
                Some(listener) => all.listeners.push(listener),
                None => all.refusals.push(refuse("no channel measures the brain and is good".into())),
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

/// What a recording may hold, by the end of its name and of its folder's.
const KINDS: [&str; 3] = ["ieeg", "eeg", "meg"];
/// How files of signals end; of a BrainVision recording the header is named.
const ENDINGS: [&str; 6] = [".edf", ".bdf", ".fif", ".fif.gz", ".vhdr", ".nwb"];

/// The one recording of the task in a subject's folder, or in one of its sessions.
fn recording(place: &Path, selection: &Selection) -> Result<Option<(PathBuf, Name)>, Error> {
    let sessions = entries(place)?.into_iter().filter(|name| name.starts_with("ses-"));
    let folders = std::iter::once(place.to_owned()).chain(sessions.map(|name| place.join(name)));
    let mut found = Vec::new();
    for (folder, kind) in folders.flat_map(|folder| KINDS.map(|kind| (folder.join(kind), kind))) {
        found.extend(named(&folder)?.into_iter().filter(|(_, name)| {
            name.suffix == kind
                && ENDINGS.contains(&name.extension.as_str())
                && name.entity("task") == Some(selection.task.as_str())
                && name.entity("desc") == selection.description.as_deref()
                // Later parts of a split file are read with the first.
                && name.entity("split").is_none_or(|part| part.trim_start_matches('0') == "1")
        }));
    }
    if found.len() > 1 {
        let found = found.iter().map(|(path, _)| path.strip_prefix(place).unwrap_or(path).display().to_string());
        let pattern = format!("*_task-{}*_ieeg, _eeg or _meg", selection.task);
        return Err(Error::OneFile { folder: place.into(), pattern, found: found.collect() });
    }
    Ok(found.pop())
}

/// One subject's recording; nothing if no channel can be used.
fn listener(
    selection: &Selection,
    roots: &[PathBuf],
    (path, name): (&Path, &Name),
    (subject, cortex): (&str, Option<&Cortex>),
) -> Result<Option<Listener>, Error> {
    let folders = folders(roots, name);
    let (mut note, mut files) = (Note::default(), vec![path.to_owned()]);
    for (path, _) in applying(&folders, name, (&name.suffix, ".json"), "")? {
        note.read(&path)?;
        files.push(path);
    }
    let file = gyrus_formats::open(path)?;
    let table = applying(&folders, name, ("channels", ".tsv"), "")?.pop().map(|(table, _)| table);
    let root = roots.last().unwrap_or(&selection.folder);
    let own = table.as_ref().is_some_and(|table| relation(table, root, &selection.folder) == Table::Own);
    let rows = table.as_deref().map(read_channels).transpose()?.unwrap_or_default();
    files.extend(table.clone());
    let kept = match (&table, own) {
        (Some(table), true) => Kept::by_table(&*file, &rows, table)?,
        _ => Kept::by_file(&*file, &rows),
    };
    // Notes on the recording that this one was made from speak of another rate.
    let note = if note.path().starts_with(root) { note } else { Note::default() };
    let Some(rate) = common_rate(&*file, &kept.channels, (table.as_deref(), &note))? else { return Ok(None) };
    let own = match (&selection.surfaces, &selection.landmark) {
        (Some(surfaces), Some(landmark)) if !surfaces.are_shared() => Some(Cortex::read(surfaces, landmark, subject)?),
        _ => None,
    };
    let cortex = own.as_ref().or(cortex);
    files.extend(cortex.iter().flat_map(|cortex| cortex.files.clone()));
    let known = electrodes(&folders, (name, subject), selection.landmark.as_ref(), cortex)?;
    let target =
        |kept: &KeptChannel| known.targets.get(&kept.name).cloned().unwrap_or_else(|| Target::named(&kept.name));
    let targets: Vec<Target> = kept.channels.iter().map(target).collect();
    files.extend(known.files);
    let (signals, names): (Vec<usize>, Vec<String>) =
        kept.channels.into_iter().map(|channel| (channel.signal, channel.name)).unzip();
    let samples = samples(&*file, &signals, (&note, rate))?;
    let found = prepared(&*file, (&signals, samples), selection.preparation.as_ref(), selection.threads)?;
    let types = |source| Error::Types { path: path.to_owned(), source };
    let sampling = Sampling::new(selection.start, 1.0 / found.rate).map_err(types)?;
    let recording = Recording::new(subject.to_owned(), names, found.signal, sampling).map_err(types)?;
    Ok(Some(Listener { recording, targets, left_out: kept.left_out, warnings: found.warnings, files }))
}

/// The rate of all channels that are used, on which the files must agree; nothing if there are none.
fn common_rate(
    file: &dyn Signals,
    channels: &[KeptChannel],
    (table, note): (Option<&Path>, &Note),
) -> Result<Option<f64>, Error> {
    let Some(first) = channels.first() else { return Ok(None) };
    let rate_of = |channel: &KeptChannel| file.channels()[channel.signal].rate;
    let (common, said) = (rate_of(first), note.number("SamplingFrequency")?);
    for channel in channels {
        let rate = rate_of(channel);
        let others = [
            (Some(common), format!("`{}`", first.name)),
            (channel.rate, format!("`{}`", table.unwrap_or(Path::new("")).display())),
            (said, format!("`{}`", note.path().display())),
        ];
        let differs = |other: f64| (rate - other).abs() > RATE_ROUNDING * rate;
        if let Some((Some(expected), by)) = others.into_iter().find(|(other, _)| other.is_some_and(differs)) {
            let (path, channel) = (file.path().to_owned(), channel.name.clone());
            return Err(gyrus_formats::Error::OtherRate { path, channel, rate, by, expected }.into());
        }
    }
    Ok(Some(common))
}

/// Samples of the recording: those that the note says, if it ends within the last record of an EDF file, which is then only
/// filled up; otherwise all.
fn samples(file: &dyn Signals, channels: &[usize], (note, rate): (&Note, f64)) -> Result<usize, Error> {
    let all = channels.iter().map(|channel| file.channels()[*channel].samples).min().unwrap_or(0);
    let ending = file.path().extension().map(|ending| ending.to_ascii_lowercase());
    if ending.is_none_or(|ending| ending != "edf" && ending != "bdf") {
        return Ok(all);
    }
    let edf = EdfFile::open(file.path())?;
    let seconds = edf.records() as f64 * edf.record_seconds();
    let within = |said: &f64| *said < seconds && *said > seconds - edf.record_seconds();
    let said = note.number("RecordingDuration")?.filter(within);
    Ok(said.map_or(all, |said| ((said * rate).round() as usize).min(all)))
}
