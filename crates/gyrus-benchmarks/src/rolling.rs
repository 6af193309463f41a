//! Bits for whole texts, in the windows of lm-evaluation-harness.
//!
//! Windows of as many tokens as the model reads follow each other; the context of each is the one token before it, for the first
//! the token that stands for an empty context, and for the last, which is shorter, as many tokens as there is room for.
//! What the tokenizer puts before every input is predicted too.
//! So the first tokens of a window have little context, and the value is above that of windows that overlap.

use std::f64::consts::LN_2;

use gyrus_activations::log_likelihoods;
use gyrus_types::Progress;

use crate::encoded::{Encoded, Encoder};
use crate::{Error, Model};

/// A text and the natural log of its probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rolling {
    /// The natural log of the probability of all tokens.
    pub log_likelihood: f64,
    /// Tokens that were scored.
    pub tokens: usize,
    /// Unicode characters of the text.
    pub characters: usize,
    /// Bytes of the text in UTF-8.
    pub bytes: usize,
    /// Words, as many as there are stretches of white space and one more.
    pub words: usize,
}

/// Bits and perplexities of texts together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bits {
    /// Minus log2 p by character.
    pub per_character: f64,
    /// Minus log2 p by byte.
    pub per_byte: f64,
    /// exp of minus log p by byte.
    pub byte_perplexity: f64,
    /// exp of minus log p by word.
    pub word_perplexity: f64,
}

impl Bits {
    /// Over all `texts`, each weighing as much as it is long.
    pub fn of(texts: &[Rolling]) -> Self {
        let sum = |of: fn(&Rolling) -> usize| texts.iter().map(of).sum::<usize>() as f64;
        let nats = -texts.iter().map(|text| text.log_likelihood).sum::<f64>();
        let (characters, bytes) = (sum(|text| text.characters), sum(|text| text.bytes));
        Self {
            per_character: nats / LN_2 / characters,
            per_byte: nats / LN_2 / bytes,
            byte_perplexity: (nats / bytes).exp(),
            word_perplexity: (nats / sum(|text| text.words)).exp(),
        }
    }
}

/// The log probability of every text; progress counts tokens times layers.
///
/// # Errors
/// [`Error::NoItems`], [`Error::EmptyText`], and a failure of tokenizer or model.
pub fn rolling(
    model: &Model<'_>,
    texts: &[String],
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Vec<Rolling>, Error> {
    if texts.is_empty() {
        return Err(Error::NoItems);
    }
    let encoder = model.encoder()?;
    let windows = (1..).zip(texts).map(|(number, text)| match windows(&encoder, text)? {
        windows if windows.is_empty() => Err(Error::EmptyText { text: number }),
        windows => Ok(windows),
    });
    let windows = windows.collect::<Result<Vec<_>, _>>()?;
    let continuations: Vec<_> = windows.iter().flatten().map(|window| window.continuation.clone()).collect();
    let (checkpoint, device, memory) = (model.checkpoint, model.device, model.memory);
    let mut found = log_likelihoods(checkpoint, device, &continuations, memory, on_progress)?.into_iter();
    let sum = |(text, windows): (&String, &Vec<Encoded>)| Rolling {
        log_likelihood: found.by_ref().take(windows.len()).map(|found| found.log_likelihood).sum(),
        tokens: windows.iter().map(|window| window.continuation.n_asked()).sum(),
        characters: text.chars().count(),
        bytes: text.len(),
        words: words(text),
    };
    Ok(texts.iter().zip(&windows).map(sum).collect())
}

/// Each window of a text with its context.
fn windows(encoder: &Encoder<'_>, text: &str) -> Result<Vec<Encoded>, Error> {
    let tokens = encoder.tokenizer.tokens(text)?;
    if tokens.ids().is_empty() {
        return Ok(Vec::new());
    }
    let ids = [&[encoder.begin], tokens.prefix(), tokens.ids()].concat();
    let starts = (1..ids.len()).step_by(encoder.limit);
    let window = |start: usize| {
        let end = (start + encoder.limit).min(ids.len());
        let first = if start == 1 { 0 } else { end - (encoder.limit + 1) };
        encoder.fit(&ids[first..start], &ids[start..end])
    };
    starts.map(window).filter_map(Result::transpose).collect()
}

/// Stretches of white space and one more.
fn words(text: &str) -> usize {
    let mut before = false;
    let begins = |letter: char| !std::mem::replace(&mut before, letter.is_whitespace()) && before;
    1 + text.chars().map(begins).filter(|begins| *begins).count()
}

#[cfg(test)]
mod tests {
    use gyrus_tests::SmallStudy;
    use gyrus_windows::Tokenizer;

    use super::*;

    #[test]
    fn every_token_is_scored_once_and_the_last_window_reads_back() -> Result<(), Box<dyn std::error::Error>> {
        let study = SmallStudy::new()?;
        let tokenizer = Tokenizer::open(&study.path("models/tiny"))?;
        let encoder = Encoder { tokenizer: &tokenizer, begin: 1, limit: 4 };
        let tokens = tokenizer.tokens("bcdfghjk")?;
        let all = [&[1, 1], tokens.ids()].concat();
        assert_eq!(all.len(), 11);
        let windows = windows(&encoder, "bcdfghjk")?;
        let found: Vec<_> = windows.iter().map(|w| (w.continuation.ids().to_vec(), w.continuation.n_asked())).collect();
        let expected = [(&all[..5], 4), (&all[4..9], 4), (&all[6..], 2)];
        assert_eq!(found, expected.map(|(ids, n)| (ids.to_vec(), n)));
        Ok(())
    }

    #[test]
    fn bits_are_of_all_texts_together() {
        let text =
            |log_likelihood, characters, bytes| Rolling { log_likelihood, tokens: 1, characters, bytes, words: 1 };
        let bits = Bits::of(&[text(-2.0 * LN_2, 3, 4), text(-6.0 * LN_2, 1, 4)]);
        assert!((bits.per_character - 2.0).abs() < 1e-12 && (bits.per_byte - 1.0).abs() < 1e-12);
        assert!((bits.byte_perplexity - 2.0).abs() < 1e-12 && (bits.word_perplexity - 16.0).abs() < 1e-9);
    }

    #[test]
    fn words_are_counted_as_the_harness_counts() {
        for (text, expected) in [("one", 1), ("one  two\nthree", 3), (" one ", 3), ("", 1)] {
            assert_eq!(words(text), expected, "{text:?}");
        }
    }
}
