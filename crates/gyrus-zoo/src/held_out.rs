//! How well a model predicts text that it has not read.

use gyrus_activations::{Checkpoint, Device, log_probabilities};
use gyrus_windows::Tokenizer;

use crate::Error;
use crate::corpus::{Corpus, ids};

/// The held-out part of one file.
#[derive(Debug, Clone)]
pub(crate) struct HeldOut {
    pub(crate) name: String,
    /// Its ids after the end-of-text token.
    ids: Vec<u32>,
    characters: usize,
}

impl HeldOut {
    /// The held-out parts of all files, each longer than one sequence of `length` tokens.
    pub(crate) fn all(corpus: &Corpus, tokenizer: &Tokenizer, length: usize) -> Result<Vec<Self>, Error> {
        let one = |(name, text): &(String, String)| {
            let ids = ids(text, tokenizer)?;
            if ids.len() <= length {
                let part = format!("held-out part of `{name}`'s");
                return Err(Error::TooShort { part, tokens: ids.len(), least: length + 1 });
            }
            Ok(Self { name: name.clone(), ids, characters: text.chars().count() })
        };
        corpus.held_out.iter().map(one).collect()
    }

    /// Characters of all parts.
    pub(crate) fn characters(parts: &[Self]) -> usize {
        parts.iter().map(|part| part.characters).sum()
    }

    /// Bits that the whole part takes, each token predicted from at least half of `length` tokens before it, or all there are.
    fn bits(&self, checkpoint: &Checkpoint, device: &Device, length: usize) -> Result<f64, Error> {
        let half = (length / 2).max(1);
        let last = self.ids.len() - 1;
        let starts: Vec<usize> = (0..last).step_by(half).filter(|start| *start == 0 || start + half < last).collect();
        let window = |start: &usize| self.ids[*start..(start + 2 * half + 1).min(last + 1)].to_vec();
        let windows: Vec<_> = starts.iter().map(window).collect();
        let found = log_probabilities(checkpoint, device, &windows)?;
        let new = found.iter().enumerate().flat_map(|(i, found)| if i == 0 { &found[..] } else { &found[half..] });
        Ok(-new.sum::<f64>() / std::f64::consts::LN_2)
    }

    /// Bits per character over all parts, and of each part alone.
    pub(crate) fn bits_per_character(
        parts: &[Self],
        checkpoint: &Checkpoint,
        device: &Device,
        length: usize,
    ) -> Result<(f64, Vec<(String, f64)>), Error> {
        let bits = parts.iter().map(|part| part.bits(checkpoint, device, length)).collect::<Result<Vec<_>, _>>()?;
        let each = parts.iter().zip(&bits).map(|(part, bits)| (part.name.clone(), bits / part.characters as f64));
        Ok((bits.iter().sum::<f64>() / Self::characters(parts) as f64, each.collect()))
    }
}
