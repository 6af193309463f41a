//! What can go wrong between a text and its windows.

use std::path::{Path, PathBuf};

use crate::WindowSpec;

/// What helps with a tokenizer of another kind.
const CONVERT: &str = "convert it once in Python: load it with `AutoTokenizer.from_pretrained` of transformers and write it to the folder with `save_pretrained`, which leaves a `tokenizer.json`";

/// A tokenizer, a text or a window that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A tokenizer that cannot be learnt.
    #[error("no tokenizer can be learnt: {0}")]
    Learn(String),
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
    /// A file beside the tokenizer that is not the JSON it should be.
    #[error("understand `{}`", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
    /// A file that is not text.
    #[error("`{}` is not UTF-8 from byte {at} (from 0) on", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// The first byte that is not text, from 0.
        at: usize,
    },
    /// A folder without a tokenizer that can be read.
    #[error("{}", no_tokenizer(folder, missing, found))]
    NoTokenizer {
        /// The folder.
        folder: PathBuf,
        /// The files that were looked for and are not there.
        missing: Vec<&'static str>,
        /// Names of tokenizers of other kinds in the folder.
        found: Vec<String>,
    },
    /// A kind of tokenizer that two files alone do not describe.
    #[error(
        "`{}` names the tokenizer `{class}`, which cannot be built from `vocab.json` and `merges.txt` alone; {CONVERT}",
        file.display()
    )]
    TokenizerClass {
        /// The file that names it.
        file: PathBuf,
        /// Its name in `transformers`, without the ending `Fast`.
        class: String,
    },
    /// A vocabulary that gives one id to two tokens.
    #[error("`{}` gives the id {id} to both `{first}` and `{second}`", path.display())]
    SameId {
        /// The vocabulary's file.
        path: PathBuf,
        /// The id.
        id: u32,
        /// One token.
        first: String,
        /// The other.
        second: String,
    },
    /// A line of `merges.txt` that is no pair.
    #[error("`{}` line {row} is not two tokens with one space between them: `{line}`", path.display())]
    MergeLine {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        row: usize,
        /// The line.
        line: String,
    },
    /// A merge of or into a token that does not exist.
    #[error("`{}` line {row} needs the token `{token}`, which `{}` does not have", path.display(), vocabulary.display())]
    Merge {
        /// The file of merges.
        path: PathBuf,
        /// Number of the line, from 1.
        row: usize,
        /// The token.
        token: String,
        /// The vocabulary's file.
        vocabulary: PathBuf,
    },
    /// A merge inside `tokenizer.json` that is no pair of tokens, or makes a token that does not exist.
    #[error("`{}` merge {merge} (from 1) is not two tokens that make a third: `{text}`", path.display())]
    InnerMerge {
        /// The tokenizer's file.
        path: PathBuf,
        /// Number of the merge, from 1.
        merge: usize,
        /// The merge as the file has it.
        text: String,
    },
    /// An added token whose id or text is taken.
    #[error("`{}` gives `{token}` the id {id}, which disagrees with `{}`", path.display(), vocabulary.display())]
    AddedToken {
        /// The file that adds it.
        path: PathBuf,
        /// The token.
        token: String,
        /// The id it gives.
        id: u32,
        /// The vocabulary's file.
        vocabulary: PathBuf,
    },
    /// A beginning-of-sequence token that the tokenizer does not have.
    #[error(
        "`{}` names `{named}` as beginning-of-sequence token, which `{}` does not have",
        file.display(),
        tokenizer.display()
    )]
    BosAbsent {
        /// The file that names it.
        file: PathBuf,
        /// Its text, or its id.
        named: String,
        /// The tokenizer's file.
        tokenizer: PathBuf,
    },
    /// A beginning-of-sequence token is asked for and none is known.
    #[error(
        "no beginning-of-sequence token is named in `tokenizer_config.json`, `special_tokens_map.json` or `config.json` of `{}`; leave it to the tokenizer's own rule",
        folder.display()
    )]
    BosUnknown {
        /// The model's folder.
        folder: PathBuf,
    },
    /// A token of the text that the model has no embedding for.
    #[error(
        "the text needs the id {id} (`{token}`) of `{}`, the model of `{}` has a vocabulary of {model} (ids up to {})",
        path.display(),
        config.display(),
        model.saturating_sub(1)
    )]
    IdInUse {
        /// The tokenizer's file.
        path: PathBuf,
        /// The id.
        id: u32,
        /// Its token.
        token: String,
        /// The model's configuration.
        config: PathBuf,
        /// Number of ids of the model.
        model: usize,
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
    #[error("window must be a positive number of tokens (`10`) or words (`10w`), `full`, or `full:stride=32`: `{0}`")]
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
    /// A stride that is longer than what the model can read.
    #[error("window `{specification}`: the stride and a prefix of {prefix} exceed the model's limit of {limit} tokens")]
    Stride {
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

fn no_tokenizer(folder: &Path, missing: &[&str], found: &[String]) -> String {
    let quoted = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let absent = missing.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and no ");
    let said = format!(
        "`{}` has no {absent}; a tokenizer is `tokenizer.json`, or `vocab.json` with `merges.txt`",
        folder.display()
    );
    match found {
        [] => said,
        found => format!("{said}; {} cannot be read as it is, {CONVERT}", quoted(found)),
    }
}
