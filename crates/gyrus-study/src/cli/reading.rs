//! How a command reads a text: from a file to words, and from words to the tokens of a model.

use std::path::Path;

use anyhow::Context;
use clap::{Args, ValueEnum};
use gyrus_activations::Checkpoint;
use gyrus_recordings::read_words;
use gyrus_types::{Tokens, Transcript};
use gyrus_windows::{Bos, Overflow, Reading, Tokenizer, WordTokens};

/// The options of every command that has a model read words.
#[derive(Debug, Args)]
pub struct ReadingArguments {
    /// Whether a beginning-of-sequence token stands before every window.
    #[arg(long, value_enum, default_value = "own")]
    bos: BosName,
    /// How the text becomes tokens.
    #[arg(long, value_enum, default_value = "whole-text")]
    word_tokens: ReadingName,
    /// Shorten windows beyond the model's limit instead of failing.
    #[arg(long)]
    clip: bool,
}

/// Whether a beginning-of-sequence token stands before every input.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum BosName {
    /// As the tokenizer's own rule says.
    Own,
    /// Always, even where the tokenizer's own rule has none.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ReadingName {
    /// The whole text at once.
    WholeText,
    /// Each word by itself, a space before it.
    WordByWord,
}

impl From<BosName> for Bos {
    fn from(name: BosName) -> Self {
        match name {
            BosName::Own => Self::Own,
            BosName::Always => Self::Always,
            BosName::Never => Self::Never,
        }
    }
}

impl From<ReadingName> for Reading {
    fn from(name: ReadingName) -> Self {
        match name {
            ReadingName::WholeText => Self::WholeText,
            ReadingName::WordByWord => Self::WordByWord,
        }
    }
}

impl ReadingArguments {
    /// The tokens of `transcript` for the model in `folder`, and those of each word.
    ///
    /// # Errors
    /// There is no tokenizer, or the model has no embedding for a token.
    pub fn read(
        &self,
        folder: &Path,
        checkpoint: &Checkpoint,
        transcript: &Transcript,
    ) -> anyhow::Result<(Tokens, WordTokens)> {
        let tokenizer = Tokenizer::open(folder)?.with_bos(self.bos.into())?;
        let reading = Reading::from(self.word_tokens);
        let tokens = tokenizer.read(transcript, reading)?;
        tokenizer.check_tokens(&tokens, checkpoint.architecture().vocabulary)?;
        let words = WordTokens::new(&tokens, transcript, reading.last_token())?;
        Ok((tokens, words))
    }

    /// What happens to windows beyond the model's limit.
    pub fn overflow(&self) -> Overflow {
        if self.clip { Overflow::Clip } else { Overflow::Error }
    }
}

/// The words of a table with the columns word, start, end (.csv or .tsv), or of plain text.
///
/// # Errors
/// The file cannot be read or understood.
pub fn read_transcript(path: &Path) -> anyhow::Result<Transcript> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv" | "tsv") => Ok(read_words(path)?),
        _ => {
            let text = std::fs::read_to_string(path).with_context(|| format!("could not read `{}`", path.display()))?;
            Ok(Transcript::untimed(text))
        }
    }
}
