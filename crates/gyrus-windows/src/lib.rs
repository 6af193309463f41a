//! Tokens, their words, and the exact windows a model will read.
//!
//! Only this crate knows the `tokenizers` package; it knows nothing of models beyond a vocabulary size and a limit of tokens.

mod error;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod real_tokenizers;
mod specification;
mod tokenizer;
mod windows;
mod words;

pub use error::Error;
pub use specification::WindowSpec;
pub use tokenizer::Tokenizer;
pub use windows::{Overflow, Windows, windows};
pub use words::{LastToken, WordTokens};
