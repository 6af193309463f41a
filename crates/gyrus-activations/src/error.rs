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
    #[error(
        "`{dir}` holds neither `model.safetensors` nor `pytorch_model.bin`, nor the index of either \
         (`model.safetensors.index.json`, `pytorch_model.bin.index.json`)"
    )]
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
    /// A folder, a pipe or a device where a weight file should be.
    #[error("`{path}` is not a file")]
    NotAFile {
        /// What is there.
        path: PathBuf,
    },
    /// A pointer that Git LFS left where a weight file should be.
    #[error("`{path}` is a Git LFS pointer, not the weights: run `git lfs pull` where it was cloned")]
    FilePointer {
        /// The file.
        path: PathBuf,
    },
    /// A PyTorch file that contradicts itself, or is cut short.
    #[error("`{path}` is not a whole PyTorch file (damaged or cut short, {bytes} bytes): {reason}")]
    DamagedTorch {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        bytes: usize,
        /// What speaks against it.
        reason: String,
    },
    /// A PyTorch file of a kind that is not read.
    #[error("`{path}` is a PyTorch file that is not read: {reason}")]
    UnreadTorch {
        /// The file.
        path: PathBuf,
        /// What is special about it.
        reason: String,
    },
    /// A PyTorch file that asks for something which no tensor needs.
    #[error("`{path}` asks for `{name}` of Python: only plain tensors are read and nothing is ever run")]
    ForeignCall {
        /// The file.
        path: PathBuf,
        /// Module and name in Python.
        name: String,
    },
    /// An index that names a weight file outside its own folder.
    #[error("`{index}` lists the weight file `{file}`, expected the plain name of a file beside it")]
    ShardName {
        /// The index.
        index: PathBuf,
        /// The name in it.
        file: String,
    },
    /// A weight file that an index lists and that is not there.
    #[error("`{index}` lists the weight file `{file}`, which is missing")]
    MissingShard {
        /// The index.
        index: PathBuf,
        /// The name of the missing file.
        file: String,
    },
    /// A weight that is not in the file where an index places it.
    #[error("`{index}` places tensor `{tensor}` in `{file}`, which does not have it")]
    IndexedTensor {
        /// The index.
        index: PathBuf,
        /// The name of the file.
        file: String,
        /// Name of the weight.
        tensor: String,
    },
    /// A weight that is in two files of one model.
    #[error("tensor `{tensor}` is in two files, `{first}` and `{second}`")]
    DuplicateTensor {
        /// Name of the weight.
        tensor: String,
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
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
    /// More layers than there can be weights for.
    #[error("`{path}` asks for `{layers}` layers, the weight files have {tensors} tensors in all")]
    Layers {
        /// The configuration file.
        path: PathBuf,
        /// The layers it asks for.
        layers: usize,
        /// The tensors of all weight files.
        tensors: usize,
    },
    /// A weight that is not there.
    #[error("`{path}` has no tensor `{tensor}`")]
    MissingTensor {
        /// The file, or the folder of shards.
        path: PathBuf,
        /// Name of the weight.
        tensor: String,
    },
    /// A weight that the configuration has no use for.
    #[error("`{path}` has tensor `{tensor}`, which the model its configuration describes does not have")]
    UnreadTensor {
        /// The file, or the index of several.
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
    /// Half precision was asked for and the GPU has none.
    #[error("`{0}` has neither bf16 nor f16 products; use full precision")]
    HalfPrecision(String),
    /// A weight that is larger than the device can hold in one array.
    #[error("block {layer} has a product of {bytes} bytes, the device holds at most {limit} in one array; use the cpu")]
    TooLarge {
        /// Index of the block.
        layer: usize,
        /// The weight's size in f32.
        bytes: u64,
        /// The device's limit.
        limit: u64,
    },
    /// A memory limit that the model cannot be run in.
    #[error("memory limit of {limit} bytes is too small: at least {least} are needed")]
    Memory {
        /// The limit.
        limit: u64,
        /// What is needed.
        least: u64,
    },
    /// A temporary file that cannot be written or read.
    #[error("keep states in a temporary file in `{path}`")]
    Scratch {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A state that cannot be kept by whoever asked for it.
    #[error("keep a state")]
    Sink(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A value that the shared nouns refuse.
    #[error(transparent)]
    Value(#[from] gyrus_types::Error),
}
