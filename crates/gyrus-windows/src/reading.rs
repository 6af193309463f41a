//! How a transcript becomes tokens.

use serde::{Deserialize, Serialize};

use crate::LastToken;

/// How a transcript becomes tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// The whole text at once; words find their tokens by their bytes ([`crate::Tokenizer::tokens`]).
    #[default]
    WholeText,
    /// Each word by itself, a space before it, as the features of the Podcast data set were made
    /// ([`crate::Tokenizer::tokens_by_word`]).
    WordByWord,
}

impl Reading {
    /// Where a word ends under this reading.
    ///
    /// Whole texts: at its last letter or digit.
    /// Word by word: at its last token, punctuation included, because there a word is everything that was tokenised with it.
    pub fn last_token(self) -> LastToken {
        match self {
            Self::WholeText => LastToken::Letters,
            Self::WordByWord => LastToken::Punctuation,
        }
    }
}
