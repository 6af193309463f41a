//! What a study starts from: words, recordings and models, checked and hashed before anything is computed.

mod image;
mod responsive;
mod signal;
mod story;

use std::collections::BTreeMap;
use std::path::PathBuf;

use gyrus_activations::Checkpoint;
use gyrus_windows::Tokenizer;

use self::responsive::responsive;
pub use self::story::Story;
use crate::hash::{file_hash, number_hash, text_hash};
use crate::matrix_file::MatrixFile;
use crate::model_files::{files_hash, model_files};
use crate::settings::{FeatureEntry, ModelEntry, PartitionSettings, PreparationSettings, Share, Study};
use crate::steps::heard::Heard;
use crate::{Error, Event};

/// Words, recordings and models of a study.
#[derive(Debug)]
pub struct Material {
    /// The story and those who heard it.
    pub story: Story,
    /// Hash of the story's text, words and times.
    pub story_hash: String,
    /// Hash of every file of the data set.
    pub data_hash: String,
    /// Hash of every file of each model and of the features, by name.
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
        let pipeline = study.preparation.as_ref().map(PreparationSettings::pipeline);
        let mut story = match (&study.data, &study.story, &study.bids) {
            (Some(data), _, _) => Story::known(data, on_event)?,
            (None, Some(story), Some(bids)) => Story::bids(story, bids, pipeline.as_ref(), on_event)?,
            (None, Some(story), None) => Story::own(story, &study.recordings, pipeline.as_ref(), on_event)?,
            (None, None, _) => unreachable!("a study file has one of the two"),
        };
        for refusal in &story.refusals {
            let note = format!("{} is left out: {} (`{}`)", refusal.subject, refusal.reason, refusal.file.display());
            on_event(Event::Note(note));
        }
        story.warnings.iter().cloned().map(Event::Note).for_each(&mut *on_event);
        if let Some(electrodes) = &study.electrodes {
            let times = story.transcript.timed().times;
            story.listeners = responsive(story.listeners, (electrodes, study.seed), &times, on_event)?;
        }
        let ungrouped = |heard: &&Heard| heard.targets.iter().all(|target| target.group.is_none());
        if let (Share::Groups, Some(heard)) = (study.encoding.share, story.listeners.iter().find(ungrouped)) {
            return Err(Error::NoGroups { subject: heard.subject().to_owned() });
        }
        let mut files = story.files.clone();
        for path in study.controls.paths() {
            files.insert(path.clone(), file_hash(path)?);
        }
        let published: Vec<&String> = files.values().collect();
        let mut material = Self {
            data_hash: text_hash(&format!("{published:?} {}", numbers_hash(&story.listeners))),
            story_hash: text_hash(&format!("{:?}", story.transcript)),
            files,
            story,
            model_hashes: BTreeMap::new(),
            checkpoints: BTreeMap::new(),
        };
        study.models.iter().try_for_each(|model| material.open_model(study, model, on_event))?;
        study.features.iter().try_for_each(|features| material.check_features(features))?;
        let bands = study.partition.iter().flat_map(PartitionSettings::paths);
        bands.map(|path| MatrixFile::open_one(path)).try_for_each(|file| material.check_words(&file?).map(drop))?;
        Ok(material)
    }

    fn open_model(&mut self, study: &Study, model: &ModelEntry, on_event: &mut dyn FnMut(Event)) -> Result<(), Error> {
        let checkpoint = Checkpoint::open(&model.folder)?;
        Event::unknown_keys(&model.folder, &checkpoint).into_iter().for_each(&mut *on_event);
        let tokenizer = Tokenizer::open(&model.folder)?.with_bos(study.words.bos)?;
        let tokens = tokenizer.read(&self.story.transcript, study.words.tokens)?;
        tokenizer.check_tokens(&tokens, checkpoint.architecture().vocabulary)?;
        let own = model_files(&model.folder)?;
        self.model_hashes.insert(model.name.clone(), files_hash(&own));
        self.files.extend(own);
        self.checkpoints.insert(model.name.clone(), checkpoint);
        Ok(())
    }

    /// Features of any origin must have a row for every word, as a model's states have.
    fn check_features(&mut self, features: &FeatureEntry) -> Result<(), Error> {
        let hash = self.check_words(&MatrixFile::open(&features.file)?)?;
        self.model_hashes.insert(features.name.clone(), hash);
        Ok(())
    }

    /// Numbers of words must be finite and have a row for every word; gives the hash of their file.
    fn check_words(&mut self, file: &MatrixFile) -> Result<String, Error> {
        let path = file.path().to_owned();
        let words = self.story.transcript.words().len();
        if let Some(layer) = (0..file.len()).find(|layer| file.shape(*layer).0 != words) {
            let (name, rows) = (file.name(layer), file.shape(layer).0);
            let reason = format!("tensor `{name}` has {rows} rows, the story has {words} words");
            return Err(Error::Tensors { path, reason });
        }
        (0..file.len()).try_for_each(|layer| file.finite(layer).map(drop))?;
        let hash = file_hash(&path)?;
        self.files.insert(path, hash.clone());
        Ok(hash)
    }

    /// Model `name`, one of the study's.
    ///
    /// # Panics
    /// The study has no such model.
    pub fn checkpoint(&self, name: &str) -> &Checkpoint {
        self.checkpoints.get(name).expect("every model of the study was opened")
    }

    /// Hash of the files of model or features `name`.
    pub fn model_hash(&self, name: &str) -> &str {
        self.model_hashes.get(name).map_or("", String::as_str)
    }
}

/// Hash of every number that was read, whether or not the manifest lists its file, and of what is known of targets.
fn numbers_hash(listeners: &[Heard]) -> String {
    let one = |heard: &Heard| format!("{} {} {:?}", heard.subject(), number_hash(heard.numbers()), heard.targets);
    text_hash(&listeners.iter().map(one).collect::<Vec<_>>().join("\n"))
}
