//! Patients who never were: a cortex with a known answer hears a story, and recordings of it are written.

mod podcast;
mod tree;
mod truth;

use std::path::{Path, PathBuf};

use gyrus_encoding::{static_vectors, wanted_spellings, word_frequencies};
use gyrus_recordings::{read_counts, read_vectors, read_words};
use gyrus_simulation::{Implant, ImplantParams, SpokenLevels};
use gyrus_types::Transcript;

pub use self::podcast::SimulatedPodcast;
pub use self::tree::{DESCRIPTION, TASK};
use crate::Error;
use crate::store::{write_tensors, write_whole};

/// The file of the truth, which no analysis reads.
pub const TRUTH: &str = "truth.json";

/// What the story is made of.
#[derive(Debug, Clone, Copy)]
pub struct CortexSources<'a> {
    /// A table with the columns word, start and end.
    pub words: &'a Path,
    /// Vectors of words: `word v1 v2 ...`.
    pub vectors: &'a Path,
    /// How often words occur: a table of word and count.
    pub counts: &'a Path,
}

/// A story that simulated patients have heard.
#[derive(Debug)]
pub struct SimulatedCortex {
    story: Transcript,
    levels: SpokenLevels,
    implant: Implant,
    seed: u64,
    /// Words that a file does not know, and the file.
    unknown: Vec<(usize, PathBuf)>,
}

impl SimulatedCortex {
    /// Has patients like `params`, decided by `seed`, hear a story; words that the files do not know have the mean vector,
    /// and the least frequency.
    ///
    /// # Errors
    /// A file that cannot be read, a story without times, or an impossible setting.
    pub fn hear(sources: CortexSources, params: ImplantParams, seed: u64) -> Result<Self, Error> {
        let story = read_words(sources.words)?;
        let vectors = read_vectors(sources.vectors, &wanted_spellings(&story))?;
        let counts = read_counts(sources.counts)?;
        let (frequencies, unseen) = word_frequencies(&story, &counts);
        let vectors = static_vectors(&story, &vectors.vectors, vectors.width)?;
        let unknown = [(vectors.undefined.len(), sources.vectors), (unseen, sources.counts)];
        let frequencies = frequencies.with_means();
        let failed = |source| Error::Simulation { path: sources.words.to_owned(), source };
        let levels = SpokenLevels::new(&story, frequencies.values.column(0), vectors.values.view()).map_err(failed)?;
        let implant = Implant::new(&levels, params, seed).map_err(failed)?;
        let unknown = unknown.into_iter().filter(|(n, _)| *n > 0).map(|(n, path)| (n, path.to_owned())).collect();
        Ok(Self { story, levels, implant, seed, unknown })
    }

    /// The patients.
    pub fn implant(&self) -> &Implant {
        &self.implant
    }

    /// What a user should know of the files.
    pub fn notes(&self) -> impl Iterator<Item = String> {
        let words = self.story.words().len();
        self.unknown.iter().map(move |(n, path)| format!("{n} of {words} words do not occur in `{}`", path.display()))
    }

    /// Writes the recordings to `folder` as a BIDS tree with signals as EDF.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write_tree(&self, folder: &Path) -> Result<(), Error> {
        tree::write_tree(folder, &self.implant, &self.story, self.seed)
    }

    /// Writes what is true of each electrode to `truth.json` in `folder`.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write_truth(&self, folder: &Path) -> Result<(), Error> {
        let truth = serde_json::to_vec_pretty(&truth::truth(&self.implant, self.seed)).expect("numbers and names");
        write_whole(&folder.join(TRUTH), &truth)
    }

    /// Writes the levels that electrodes hear as features: one tensor (words, width) per level.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write_levels(&self, path: &Path) -> Result<(), Error> {
        let levels = self.levels.levels();
        let level = |level: usize| (format!("level.{level}"), levels.level(level).to_owned());
        write_tensors(path, &(0..levels.n_levels()).map(level).collect::<Vec<_>>(), None)
    }
}
