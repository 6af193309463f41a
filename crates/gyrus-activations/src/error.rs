//! What can go wrong between a checkpoint on disk and a state in memory.

use std::path::PathBuf;

/// A checkpoint, an input or a device that cannot give states.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file that cannot be read.
    #[error("read `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that is not JSON, or not a JSON object.
    #[error("`{path}` is not a JSON object: {reason}")]
    Json {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A folder without weights.
    #[error("`{dir}` holds neither `model.safetensors` nor `model.safetensors.index.json`")]
    NoWeights {
        /// The folder.
        dir: PathBuf,
    },
    /// A weight file with a damaged header, or cut short.
    #[error("`{path}` is not a whole safetensors file (damaged or cut short, {bytes} bytes): {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        bytes: usize,
        /// What its header says against it.
        reason: String,
    },
    /// A configuration key with a value that has no meaning here.
    #[error("`{path}` has `{key}`: `{value}`, expected {expected}")]
    Key {
        /// The configuration file.
        path: PathBuf,
        /// The key.
        key: String,
        /// Its value as JSON.
        value: String,
        /// What would be right.
        expected: String,
    },
    /// A family of models that is not built.
    #[error("`{path}` has the unknown `model_type`: `{found}`; supported: {supported}")]
    Family {
        /// The configuration file.
        path: PathBuf,
        /// The family it names.
        found: String,
        /// The families that are built.
        supported: String,
    },
    /// A weight that is not there.
    #[error("`{path}` has no tensor `{tensor}`")]
    MissingTensor {
        /// The file, or the folder of shards.
        path: PathBuf,
        /// Name of the weight.
        tensor: String,
    },
    /// A weight of the wrong shape.
    #[error("`{path}` has tensor `{tensor}` of shape {found:?}, expected {expected:?}")]
    Shape {
        /// The file.
        path: PathBuf,
        /// Name of the weight.
        tensor: String,
        /// The shape that the configuration implies.
        expected: Vec<usize>,
        /// The shape in the file.
        found: Vec<usize>,
    },
    /// A weight of a number type that is not read.
    #[error("`{path}` has tensor `{tensor}` of type `{found}`, expected {expected}")]
    NumberType {
        /// The file.
        path: PathBuf,
        /// Name of the weight.
        tensor: String,
        /// Its type in the file.
        found: String,
        /// The types that are read.
        expected: &'static str,
    },
    /// A token that the model has no embedding for.
    #[error(
        "token {position} (from 0) has the id `{id}`, the vocabulary has {vocabulary}: the tokenizer does not match the model"
    )]
    TokenId {
        /// Position in the tokens as they were given, the prefix not counted unless the token is in it.
        position: usize,
        /// The id.
        id: u32,
        /// Size of the vocabulary.
        vocabulary: usize,
    },
    /// A window that is longer than the model can read.
    #[error("window of tokens {start}..{end} is {length} tokens long with its prefix, the model's limit is {limit}")]
    WindowTooLong {
        /// First token, from 0.
        start: usize,
        /// One past the last token.
        end: usize,
        /// Tokens with the prefix.
        length: usize,
        /// The most tokens the model reads.
        limit: usize,
    },
    /// A sequence that is longer than the model can read.
    #[error("sequence {sequence} (from 0) is {length} tokens long, the model's limit is {limit}")]
    SequenceTooLong {
        /// Index of the sequence, from 0.
        sequence: usize,
        /// Its tokens.
        length: usize,
        /// The most tokens the model reads.
        limit: usize,
    },
    /// A window over tokens that the text does not have.
    #[error("window of tokens {start}..{end} reaches beyond the text's {tokens} tokens")]
    WindowBeyondText {
        /// First token, from 0.
        start: usize,
        /// One past the last token.
        end: usize,
        /// Tokens of the text.
        tokens: usize,
    },
    /// An input without tokens.
    #[error("input has no tokens")]
    NoTokens,
    /// A state or a logit that is not a number, or infinite.
    #[error("layer {layer} gives the value `{value}`: the weights are damaged or the numbers overflow")]
    NotFinite {
        /// Index of the layer, from 0; the number of layers plus one stands for the logits.
        layer: usize,
        /// The value.
        value: f32,
    },
    /// A GPU was asked for and this build has none.
    #[error("this build has no GPU support; build with `--features gpu`")]
    GpuFeature,
    /// A GPU was asked for and none can be opened.
    #[error("cannot open a GPU: {0}")]
    Gpu(String),
    /// The device failed to compute or to give its numbers back.
    #[error("device failed: {0}")]
    Execution(String),
    /// A value that the shared nouns refuse.
    #[error(transparent)]
    Value(#[from] gyrus_types::Error),
}
