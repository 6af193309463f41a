//! What can be wrong with a value as it is built.

/// A value that would not be valid.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An interval that is not finite or ends before it begins.
    #[error("interval must be finite and not end before it begins: `{onset} .. {offset}`")]
    Interval {
        /// Begin in seconds.
        onset: f64,
        /// End in seconds.
        offset: f64,
    },
    /// A word whose characters are outside the text, inside a character, or not after the word before.
    #[error("word {word} has characters {start}..{end}, which are not a stretch of the text after the word before")]
    WordCharacters {
        /// Index of the word, from 0.
        word: usize,
        /// First byte in the text.
        start: usize,
        /// One past the last byte.
        end: usize,
    },
    /// A word that begins before the word in front of it.
    #[error("word {word} begins at {onset} s, before the word in front of it at {previous} s")]
    WordOrder {
        /// Index of the word, from 0.
        word: usize,
        /// Its onset in seconds.
        onset: f64,
        /// The onset of the last timed word before it, in seconds.
        previous: f64,
    },
    /// Token offsets that do not match the token ids.
    #[error("{ids} token ids come with {offsets} offsets")]
    Offsets {
        /// Number of ids.
        ids: usize,
        /// Number of offsets.
        offsets: usize,
    },
    /// A window that does not hold the tokens it pools.
    #[error("window of tokens {start}..{end} cannot pool tokens {pooled_start}..{pooled_end}")]
    Window {
        /// First token of the window.
        start: usize,
        /// One past its last token.
        end: usize,
        /// First pooled token.
        pooled_start: usize,
        /// One past the last pooled token.
        pooled_end: usize,
    },
    /// Layers that do not agree in shape.
    #[error("layer {layer} has {rows} rows, the first has {expected}")]
    Rows {
        /// Index of the layer, from 0.
        layer: usize,
        /// Rows it has.
        rows: usize,
        /// Rows of layer 0.
        expected: usize,
    },
    /// A value that is not a number, or infinite.
    #[error("{what} has the value `{value}` in row {row}, column {column} (from 0)")]
    NotFinite {
        /// What holds the value.
        what: String,
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// The value.
        value: f64,
    },
    /// A recording whose signal and target names differ in number.
    #[error("recording of `{subject}` has {signal} columns for {targets} targets")]
    Targets {
        /// Who was recorded.
        subject: String,
        /// Columns of the signal.
        signal: usize,
        /// Named targets.
        targets: usize,
    },
    /// A sampling grid without a positive, finite step.
    #[error("samples must have a finite first time and a positive step: `{first}` s, `{step}` s")]
    Sampling {
        /// Time of the first sample in seconds.
        first: f64,
        /// Seconds between samples.
        step: f64,
    },
}
