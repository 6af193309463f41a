//! How far a training has come, as the library tells it to the shell that prints.

/// One finished step of a training, or one finished model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step<'a> {
    /// The model's name.
    pub model: &'a str,
    /// Steps done.
    pub done: u64,
    /// Steps in all.
    pub total: u64,
    /// Bits per token on what the last step read; NaN before the first.
    pub bits: f64,
    /// Held-out bits per character, where a model was just written.
    pub held_out: Option<f64>,
}
