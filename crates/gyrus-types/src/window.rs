//! What a model reads for one word.

use std::ops::Range;

use crate::Error;

/// The tokens that a model sees for one word: the prefix, then `tokens` of the text, and nothing before.
///
/// Token indices count in [`crate::Tokens::ids`]. The window ends with the word's last token.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenWindow {
    tokens: Range<usize>,
    pooled: Range<usize>,
    short: bool,
}

impl TokenWindow {
    /// A window over `tokens` of the text whose last tokens `pooled` belong to the word;
    /// `short` says that the story had less history than was asked for.
    ///
    /// # Errors
    /// [`Error::Window`] if `pooled` is empty, reaches before the window, or does not end with it.
    pub fn new(tokens: Range<usize>, pooled: Range<usize>, short: bool) -> Result<Self, Error> {
        if tokens.start <= pooled.start && pooled.start < pooled.end && pooled.end == tokens.end {
            Ok(Self { tokens, pooled, short })
        } else {
            Err(Error::Window {
                start: tokens.start,
                end: tokens.end,
                pooled_start: pooled.start,
                pooled_end: pooled.end,
            })
        }
    }

    /// Every token of the text that the model sees.
    pub fn tokens(&self) -> Range<usize> {
        self.tokens.clone()
    }

    /// The word's own tokens inside the window, whose states are pooled.
    pub fn pooled(&self) -> Range<usize> {
        self.pooled.clone()
    }

    /// Whether the story had less history than the window asks for.
    pub fn is_short(&self) -> bool {
        self.short
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_with_its_word() {
        assert!(TokenWindow::new(0..5, 3..4, false).is_err());
        assert!(TokenWindow::new(0..5, 3..5, false).is_ok());
    }

    #[test]
    fn pooling_before_the_window_is_an_error() {
        assert!(TokenWindow::new(2..5, 1..5, false).is_err());
    }
}
