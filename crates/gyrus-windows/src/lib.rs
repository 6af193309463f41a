//! Tokens, their words, and the exact windows a model will read.
//!
//! Only this crate knows the `tokenizers` package; it knows nothing of models beyond a vocabulary size and a limit of tokens.
//!
#![doc = include_str!("../README.md")]

mod bos;
mod byte_level;
mod error;
#[cfg(test)]
mod fixture;
mod histories;
mod json;
mod learnt;
mod merges;
mod reading;
#[cfg(test)]
mod real_tokenizers;
mod shuffled_words;
mod special_tokens;
mod specification;
mod tokenizer;
mod windows;
mod words;

pub use bos::Bos;
pub use error::Error;
pub use histories::{Histories, histories};
pub use learnt::{LEAST_VOCABULARY, learn_tokenizer};
pub use reading::Reading;
pub use shuffled_words::ShuffledWords;
pub use specification::WindowSpec;
pub use tokenizer::Tokenizer;
pub use windows::{Overflow, Windows, windows};
pub use words::{LastToken, WordTokens};
