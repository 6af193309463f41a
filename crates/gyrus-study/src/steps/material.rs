//! What a study starts from: words, recordings and models, checked and hashed before anything is computed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gyrus_activations::Checkpoint;
use gyrus_recordings::{Alice, Listener, Manifest, Merge, Refusal, Subjects, UsedSpelling};
use gyrus_types::Transcript;
use gyrus_windows::Tokenizer;

use crate::hash::{file_hash, text_hash};
use crate::settings::Study;
use crate::{Error, Event};

/// Words, recordings and models of a study.
#[derive(Debug)]
pub struct Material {
    /// The data set's manifest.
    pub manifest: Manifest,
    /// The story.
    pub transcript: Transcript,
    /// Words that the recording's labels split.
    pub merges: Vec<Merge>,
    /// Words that the recording's labels spell otherwise.
    pub spellings: Vec<UsedSpelling>,
    /// Those who can be used.
    pub listeners: Vec<Listener>,
    /// Those who cannot.
    pub refusals: Vec<Refusal>,
    /// Hash of the story's text, words and times.
    pub story_hash: String,
    /// Hash of every file of the data set.
    pub data_hash: String,
    /// Hash of every file of each model, by name.
    pub model_hashes: BTreeMap<String, String>,
    /// Each model as it was opened, by name: opening compares its head with its embedding, so it is done once.
    checkpoints: BTreeMap<String, Checkpoint>,
    /// SHA-256 of every file that was read, by path as the study names it.
    pub files: BTreeMap<PathBuf, String>,
}

impl Material {
    /// Reads and checks everything that `study` names.
    ///
    /// # Errors
    /// The first file that cannot be used, with what is wrong in it.
    pub fn gather(study: &Study, on_event: &mut dyn FnMut(Event)) -> Result<Self, Error> {
        let manifest = Manifest::read(&study.data.manifest)?;
        let subjects = match study.data.listeners.as_slice() {
            [] => Subjects::All,
            names => Subjects::Only(names.to_vec()),
        };
        let Alice { story, listeners, refusals } =
            Alice::open(&study.data.folder, &manifest, study.data.radius, &subjects)?;
        for refusal in &refusals {
            let note = format!("{} is left out: {} (`{}`)", refusal.subject, refusal.reason, refusal.file.display());
            on_event(Event::Note(note));
        }
        let mut files = data_files(study, &manifest, on_event)?;
        let published: Vec<&String> = files.values().collect();
        let data_hash = text_hash(&format!("{published:?} {}", numbers_hash(&listeners)));
        let (mut model_hashes, mut checkpoints) = (BTreeMap::new(), BTreeMap::new());
        for model in &study.models {
            let checkpoint = Checkpoint::open(&model.folder)?;
            Event::unknown_keys(&model.folder, &checkpoint).into_iter().for_each(&mut *on_event);
            let tokenizer = Tokenizer::open(&model.folder)?.with_bos(study.words.bos)?;
            let tokens = tokenizer.read(&story.transcript, study.words.tokens)?;
            tokenizer.check_tokens(&tokens, checkpoint.architecture().vocabulary)?;
            let own = model_files(&model.folder)?;
            let hashes: Vec<&String> = own.values().collect();
            model_hashes.insert(model.name.clone(), text_hash(&format!("{hashes:?}")));
            files.extend(own);
            checkpoints.insert(model.name.clone(), checkpoint);
        }
        Ok(Self {
            story_hash: text_hash(&format!("{:?}", story.transcript)),
            transcript: story.transcript,
            merges: story.merges,
            spellings: story.spellings,
            manifest,
            listeners,
            refusals,
            data_hash,
            model_hashes,
            checkpoints,
            files,
        })
    }

    /// Model `name`, one of the study's.
    ///
    /// # Panics
    /// The study has no such model.
    pub fn checkpoint(&self, name: &str) -> &Checkpoint {
        self.checkpoints.get(name).expect("every model of the study was opened")
    }

    /// Hash of the files of model `name`.
    pub fn model_hash(&self, name: &str) -> &str {
        self.model_hashes.get(name).map_or("", String::as_str)
    }
}

/// Hashes of the data set's files; one that is not what the manifest says is used, hashed as it is, and noted.
fn data_files(
    study: &Study,
    manifest: &Manifest,
    on_event: &mut dyn FnMut(Event),
) -> Result<BTreeMap<PathBuf, String>, Error> {
    let mut hashes = BTreeMap::from([(study.data.manifest.clone(), file_hash(&study.data.manifest)?)]);
    for file in &manifest.files {
        let path = study.data.folder.join(&file.path);
        if !path.exists() {
            on_event(Event::Note(format!("`{}` of the manifest is not there and was not needed", path.display())));
            continue;
        }
        let hash = file_hash(&path)?;
        if hash != file.sha256 {
            on_event(Event::Note(format!("`{}` is not the file that the manifest describes", path.display())));
        }
        hashes.insert(path, hash);
    }
    Ok(hashes)
}

/// Hash of every number that was read, whether or not the manifest lists its file.
fn numbers_hash(listeners: &[Listener]) -> String {
    let numbers = |l: &Listener| -> Vec<f64> {
        let signal = l.recording.signal();
        signal.iter().chain(&l.motion).chain(&l.sound_power).chain(&l.supplied_rate).copied().collect()
    };
    let one = |listener: &Listener| format!("{} {:?}", listener.recording.subject(), numbers(listener));
    text_hash(&listeners.iter().map(one).collect::<Vec<_>>().join("\n"))
}

/// Hashes of the files in `folder` that decide what a model computes.
fn model_files(folder: &Path) -> Result<BTreeMap<PathBuf, String>, Error> {
    let read = |source| Error::Read { path: folder.to_owned(), source };
    let mut hashes = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        let decides =
            path.extension().is_some_and(|kind| ["json", "safetensors", "bin"].iter().any(|known| kind == *known));
        if decides || path.ends_with("merges.txt") {
            hashes.insert(path.clone(), file_hash(&path)?);
        }
    }
    Ok(hashes)
}
