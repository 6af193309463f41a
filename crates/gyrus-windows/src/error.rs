//! What can go wrong between a text and its windows.

use std::path::PathBuf;

use crate::WindowSpec;

/// A tokenizer, a text or a window that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that cannot be read.
    #[error("read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A `tokenizer.json` that is not one, or uses parts that are not known.
    #[error("understand `{}`", path.display())]
    Tokenizer {
        /// The file.
        path: PathBuf,
        /// What the `tokenizers` package says.
        source: tokenizers::Error,
    },
    /// A text that the tokenizer refuses, or ids that it cannot decode.
    #[error("tokenize with `{}`", path.display())]
    Encode {
        /// The tokenizer's file.
        path: PathBuf,
        /// What the `tokenizers` package says.
        source: tokenizers::Error,
    },
    /// A tokenizer with ids that the model has no embedding for.
    #[error(
        "`{}` knows ids up to {largest}, the model has a vocabulary of {model} (ids up to {})",
        path.display(),
        model.saturating_sub(1)
    )]
    Vocabulary {
        /// The tokenizer's file.
        path: PathBuf,
        /// Its largest id.
        largest: usize,
        /// Number of ids of the model.
        model: usize,
    },
    /// Token offsets that step back, leave the text or cut a character.
    #[error("token {token} (from 0) stands for bytes {start}..{end}, which are not a stretch of the text in order")]
    TokenOrder {
        /// Index of the token, from 0.
        token: usize,
        /// Its first byte.
        start: usize,
        /// One past its last byte.
        end: usize,
    },
    /// A word of which the tokenizer keeps nothing.
    #[error("word {word} (from 1) has no token: `{text}`")]
    NoToken {
        /// Number of the word, from 1.
        word: usize,
        /// The word.
        text: String,
    },
    /// A window specification that is not one.
    #[error("window must be a positive number of tokens (`10`) or words (`10w`), or `full`: `{0}`")]
    Specification(String),
    /// A model that has no room for a single token of the text.
    #[error("limit of {limit} tokens leaves no room beside a prefix of {prefix}")]
    NoRoom {
        /// Tokens that the model can read.
        limit: usize,
        /// Tokens that the tokenizer puts first.
        prefix: usize,
    },
    /// A window in tokens that is longer than the model can read.
    #[error(
        "window `{specification}` and a prefix of {prefix} exceed the model's limit of {limit} tokens; ask for a shorter window or for clipping"
    )]
    TooManyTokens {
        /// The window asked for.
        specification: WindowSpec,
        /// Tokens that the tokenizer puts first.
        prefix: usize,
        /// Tokens that the model can read.
        limit: usize,
    },
    /// A window in words that is longer than the model can read.
    #[error(
        "window `{specification}` of word {word} (from 1) has {tokens} tokens, which with a prefix of {prefix} exceed the model's limit of {limit}; ask for a shorter window or for clipping"
    )]
    LongWindow {
        /// The window asked for.
        specification: WindowSpec,
        /// Number of the first word whose window is too long, from 1.
        word: usize,
        /// Tokens of its window, without the prefix.
        tokens: usize,
        /// Tokens that the tokenizer puts first.
        prefix: usize,
        /// Tokens that the model can read.
        limit: usize,
    },
    /// A value that would not be valid.
    #[error(transparent)]
    Types(#[from] gyrus_types::Error),
}
