//! `gyrus simulate vectors`: static vectors of a story's words, and their counts, from plain texts.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Args;
use gyrus_recordings::read_words;
use gyrus_simulation::{StaticVectors, VectorParams, spelling};
use gyrus_study::write_whole;
use gyrus_types::Transcript;

use super::super::say;

/// The texts and the words.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A folder of plain texts: its files whose names end with `.txt`, in order of their names.
    #[arg(long)]
    text: PathBuf,
    /// The story whose words are wanted: a table with the columns word, start and end.
    #[arg(long)]
    words: PathBuf,
    /// Numbers of a vector.
    #[arg(long, default_value_t = VectorParams::default().width)]
    width: usize,
    /// Words before and after a word that count as its neighbours.
    #[arg(long, default_value_t = VectorParams::default().window)]
    window: usize,
    /// How often a word must occur in the texts to have a vector.
    #[arg(long, default_value_t = VectorParams::default().least)]
    least: u64,
    /// Decides the directions that singular vectors are sought from, and so their last digits.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The file to write: `word v1 v2 ...`, as GloVe's.
    #[arg(long)]
    out: PathBuf,
    /// A table of counts to write too: word and count, with all words of the texts that are not the story's under `*`.
    #[arg(long)]
    counts_out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let story = read_words(&arguments.words)?;
    let wanted = spellings(&story);
    let texts = texts(&arguments.text)?;
    let Arguments { width, window, least, .. } = *arguments;
    let params = VectorParams { width, window, least, ..VectorParams::default() };
    let found = StaticVectors::of(&texts, &params, arguments.seed)
        .with_context(|| format!("could not make vectors of `{}`", arguments.text.display()))?;
    write_whole(&arguments.out, found.vector_table(&wanted).as_bytes())?;
    if let Some(path) = &arguments.counts_out {
        write_whole(path, found.count_table(&wanted).as_bytes())?;
    }
    let known: BTreeSet<&String> = found.words().iter().filter(|word| wanted.contains(*word)).collect();
    let has_vector = |word: &usize| spelling(story.word_text(*word)).is_some_and(|word| known.contains(&word));
    let without = story.words().len() - (0..story.words().len()).filter(has_vector).count();
    say(format_args!(
        "{} words of {} texts; {} of the story's {} spellings have a vector, {without} of its {} words have none",
        found.total(),
        texts.len(),
        known.len(),
        wanted.len(),
        story.words().len()
    ));
    Ok(())
}

/// The spellings of the story's words.
fn spellings(story: &Transcript) -> BTreeSet<String> {
    (0..story.words().len()).filter_map(|word| spelling(story.word_text(word))).collect()
}

/// The texts of a folder, in order of their names.
fn texts(folder: &Path) -> anyhow::Result<Vec<String>> {
    let failed = |path: &Path| format!("could not read `{}`", path.display());
    let entries = fs::read_dir(folder).with_context(|| failed(folder))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    ensure!(!paths.is_empty(), "there is no file in `{}` whose name ends with `.txt`", folder.display());
    paths.iter().map(|path| fs::read_to_string(path).with_context(|| failed(path))).collect()
}
