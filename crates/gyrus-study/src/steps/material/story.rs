//! The story and those who heard it, from a data set by name or from files of one's own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gyrus_data::Algorithm;
use gyrus_recordings::bids::{self, Recordings};
use gyrus_recordings::{
    Alice, Forward, Manifest, Merge, Refusal, Subjects, Target, UsedSpelling, WordFormat, read_forward,
    read_natural_stories_at, read_targets, read_words_as, words_beyond,
};
use gyrus_signals::Pipeline;
use gyrus_types::{Recording, Sampling, Transcript};
use ndarray::Array2;

use super::signal::Signal;

use crate::hash::file_hash;
use crate::matrix_file::MatrixFile;
use crate::settings::{Backward, BidsSettings, DataSettings, RecordingEntry, StorySettings};
use crate::steps::heard::Heard;
use crate::{Error, Event};

/// A story and its listeners.
#[derive(Debug)]
pub struct Story {
    /// What this is, and whose, for the report.
    pub source: String,
    /// The story.
    pub transcript: Transcript,
    /// Words that the recording's labels split.
    pub merges: Vec<Merge>,
    /// Words that the recording's labels spell otherwise.
    pub spellings: Vec<UsedSpelling>,
    /// Those who can be used.
    pub listeners: Vec<Heard>,
    /// Those who cannot.
    pub refusals: Vec<Refusal>,
    /// What is wrong with recordings that are used all the same, a line each.
    pub warnings: Vec<String>,
    /// SHA-256 of every file that was read.
    pub files: BTreeMap<PathBuf, String>,
}

impl Story {
    /// A data set that the program knows.
    ///
    /// # Errors
    /// The first file that cannot be used, with what is wrong in it.
    pub fn known(data: &DataSettings, on_event: &mut dyn FnMut(Event)) -> Result<Self, Error> {
        let manifest = Manifest::read(&data.manifest)?;
        let subjects = match data.listeners.as_slice() {
            [] => Subjects::All,
            names => Subjects::Only(names.to_vec()),
        };
        let Alice { story, listeners, refusals } = Alice::open(&data.folder, &manifest, data.radius, &subjects)?;
        Ok(Self {
            source: format!("{}; {}; {}", manifest.data.title, manifest.data.licence, manifest.data.citation),
            transcript: story.transcript,
            merges: story.merges,
            spellings: story.spellings,
            listeners: listeners.into_iter().map(Heard::from).collect(),
            refusals,
            warnings: Vec::new(),
            files: listed_files(data, &manifest, on_event)?,
        })
    }

    /// A story of one's own and a BIDS tree of those who heard it; channels that are not used are named in a note.
    ///
    /// # Errors
    /// The first file that cannot be used, with what is wrong in it.
    pub fn bids(
        story: &StorySettings,
        settings: &BidsSettings,
        preparation: Option<&Pipeline>,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<Self, Error> {
        let (transcript, mut files) = words(story, on_event)?;
        let Recordings { listeners, refusals } =
            bids::read(&settings.selection(preparation, rayon::current_num_threads()))?;
        let mut warnings = Vec::new();
        for listener in &listeners {
            warnings.extend(listener.warnings.iter().cloned());
            warnings.extend(beyond(&story.words, &transcript, &listener.recording)?);
            left_out(listener).into_iter().for_each(&mut *on_event);
            unplaced(listener).filter(|_| settings.distances).into_iter().for_each(&mut *on_event);
            for path in &listener.files {
                if !files.contains_key(path) {
                    files.insert(path.clone(), file_hash(path)?);
                }
            }
        }
        let (folder, n) = (settings.folder.display(), listeners.len());
        Ok(Self {
            source: format!("`{}` and task `{}` of {n} listeners in `{folder}`", story.words.display(), settings.task),
            transcript,
            merges: Vec::new(),
            spellings: Vec::new(),
            listeners: listeners.into_iter().map(Heard::from).collect(),
            refusals,
            warnings,
            files,
        })
    }

    /// Files of one's own.
    ///
    /// # Errors
    /// The first file that cannot be used, with what is wrong in it.
    pub fn own(
        story: &StorySettings,
        recordings: &[RecordingEntry],
        preparation: Option<&Pipeline>,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<Self, Error> {
        let (transcript, mut files) = words(story, on_event)?;
        for path in recordings.iter().flat_map(RecordingEntry::paths) {
            files.insert(path.clone(), file_hash(path)?);
        }
        let (mut listeners, mut warnings) = (Vec::new(), Vec::new());
        for entry in recordings {
            let (heard, said) = heard(entry, preparation)?;
            warnings.extend(said);
            warnings.extend(beyond(&story.words, &transcript, &heard.recording)?);
            listeners.push(heard);
        }
        Ok(Self {
            source: format!("`{}` and the recordings of {} listeners", story.words.display(), recordings.len()),
            transcript,
            merges: Vec::new(),
            spellings: Vec::new(),
            listeners,
            refusals: Vec::new(),
            warnings,
            files,
        })
    }
}

/// The story in a table of one's own, and the hash of that table; words that lose their time are counted in a note.
fn words(
    story: &StorySettings,
    on_event: &mut dyn FnMut(Event),
) -> Result<(Transcript, BTreeMap<PathBuf, String>), Error> {
    let path = &story.words;
    let transcript = match (&story.column, story.table().filter(|_| story.backward == Backward::Untimed)) {
        (_, Some(columns)) => {
            let Forward { story, untimed } = read_forward(path, &columns)?;
            let (path, all) = (path.display(), story.words().len());
            let note = "lost their time, because times step back there; models read them all the same";
            on_event(Event::Note(format!("{untimed} of {all} words of `{path}` {note}")));
            story
        }
        (Some(column), None) => bids::read_words(path, column)?,
        (None, None) => match (&story.format, &story.times) {
            (Some(WordFormat::NaturalStories(number)), Some(times)) => {
                read_natural_stories_at(path, number.as_deref(), times)?
            }
            (format, _) => read_words_as(path, format.as_ref())?,
        },
    };
    let files = [Some(path), story.times.as_ref()].into_iter().flatten();
    Ok((transcript, files.map(|path| Ok((path.clone(), file_hash(path)?))).collect::<Result<_, Error>>()?))
}

/// What is said of words that end after a recording does.
///
/// # Errors
/// A recording so much shorter than the story that times are probably no seconds.
fn beyond(path: &Path, transcript: &Transcript, recording: &Recording) -> Result<Option<String>, Error> {
    let (sampling, samples) = (recording.sampling(), recording.signal().nrows());
    let end = sampling.time(0) + samples as f64 * sampling.step();
    let after = words_beyond(path, transcript, end)?;
    let (path, all, subject) = (path.display(), transcript.timed().times.len(), recording.subject());
    let line =
        || format!("{after} of {all} words of `{path}` end after the recording of `{subject}`, which ends at {end} s");
    Ok((after > 0).then(line))
}

/// What is said of the channels of a listener that are not used.
fn left_out(listener: &bids::Listener) -> Option<Event> {
    let channels = listener.left_out.iter().map(|left| format!("{} ({})", left.channel, left.reason));
    let channels: Vec<String> = channels.collect();
    let all = channels.len() + listener.targets.len();
    let subject = listener.recording.subject();
    let note = || format!("{} of {all} channels of `{subject}` are left out: {}", channels.len(), channels.join(", "));
    (!channels.is_empty()).then(|| Event::Note(note()))
}

/// What is said of targets whose distance is not known, where distances are wanted.
fn unplaced(listener: &bids::Listener) -> Option<Event> {
    let unknown = listener.targets.iter().filter(|target| target.distance.is_none()).count();
    let (all, subject) = (listener.targets.len(), listener.recording.subject());
    let note = || {
        format!(
            "{unknown} of {all} channels of `{subject}` that are used have no distance: no coordinates, or no landmark in their hemisphere"
        )
    };
    (unknown > 0).then(|| Event::Note(note()))
}

/// A recording with what is beside it, all of the same samples, and what is wrong with its channels.
fn heard(entry: &RecordingEntry, preparation: Option<&Pipeline>) -> Result<(Heard, Vec<String>), Error> {
    let known = entry.targets.as_deref().map(read_targets).transpose()?;
    let names: Option<Vec<&str>> =
        known.as_ref().map(|targets| targets.iter().map(|target| target.name.as_str()).collect());
    let Signal { values, rate, channels, warnings } = Signal::read(entry, names.as_deref(), preparation)?;
    let columns = values.ncols();
    let beside =
        |path: &Option<PathBuf>| path.as_deref().map(|path| of_samples(path, &values, &entry.signal)).transpose();
    let targets = known.unwrap_or_else(|| channels.into_iter().map(Target::named).collect());
    if let Some(path) = entry.targets.as_ref().filter(|_| targets.len() != columns) {
        let (path, other) = (path.clone(), entry.signal.clone());
        return Err(Error::TargetRows { path, found: targets.len(), other, expected: columns });
    }
    let other = |target: &Target| target.patient.as_ref().is_some_and(|patient| *patient != entry.subject);
    if let (Some(path), Some(column)) = (&entry.targets, targets.iter().position(other)) {
        let (path, subject) = (path.clone(), entry.subject.clone());
        let patient = targets[column].patient.clone().unwrap_or_default();
        return Err(Error::OtherPatient { path, column, patient, subject });
    }
    let sound = beside(&entry.sound)?.map(|sound| sound.column(0).to_owned());
    let names = targets.iter().map(|target| target.name.clone()).collect();
    let sampling = Sampling::new(entry.start, 1.0 / rate)?;
    let own = beside(&entry.own)?;
    let repeats = entry.repeats.as_deref().map_or(Ok(Vec::new()), |path| repeats(path, values.dim()))?;
    let recording = Recording::new(entry.subject.clone(), names, values, sampling)?;
    Ok((Heard { recording, targets, own, sound, supplied_rate: None, repeats }, warnings))
}

/// Every tensor of `path`, two or more, finite and of the shape of the signal.
fn repeats(path: &Path, expected: (usize, usize)) -> Result<Vec<Array2<f64>>, Error> {
    let file = MatrixFile::open(path)?;
    let wrong = |reason: String| Error::Tensors { path: path.to_owned(), reason };
    if file.len() < 2 {
        return Err(wrong(format!("expected two repeats or more, found {}", file.len())));
    }
    let one = |at: usize| match file.shape(at) == expected {
        true => file.finite(at),
        false => {
            let (name, found) = (file.name(at), file.shape(at));
            Err(wrong(format!("tensor `{name}` is {found:?}, the signal {expected:?}")))
        }
    };
    (0..file.len()).map(one).collect()
}

/// The one tensor of `path`, finite and with the samples of a signal.
fn of_samples(path: &Path, values: &Array2<f64>, signal: &Path) -> Result<Array2<f64>, Error> {
    let file = MatrixFile::open_one(path)?;
    let (found, expected) = (file.shape(0).0, values.nrows());
    if found != expected {
        return Err(Error::Rows { path: path.to_owned(), found, other: signal.to_owned(), expected });
    }
    file.finite(0)
}

/// Hashes of the data set's files; one that is not what the manifest says is used, hashed as it is, and noted.
fn listed_files(
    data: &DataSettings,
    manifest: &Manifest,
    on_event: &mut dyn FnMut(Event),
) -> Result<BTreeMap<PathBuf, String>, Error> {
    let mut hashes = BTreeMap::from([(data.manifest.clone(), file_hash(&data.manifest)?)]);
    for file in &manifest.data.files {
        let path = data.folder.join(&file.path);
        if !path.exists() {
            on_event(Event::Note(format!("`{}` of the manifest is not there and was not needed", path.display())));
            continue;
        }
        let hash = file_hash(&path)?;
        let listed = file.hash.as_ref().filter(|listed| listed.algorithm() == Algorithm::Sha256);
        if listed.is_some_and(|listed| listed.digits() != hash) {
            on_event(Event::Note(format!("`{}` is not the file that the manifest describes", path.display())));
        }
        hashes.insert(path, hash);
    }
    Ok(hashes)
}
