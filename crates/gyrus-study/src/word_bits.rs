//! Surprisal and entropy of every word from a model's own logits, as commands and studies read them.

use gyrus_activations::{Checkpoint, Device, Memory, predictability};
use gyrus_types::{Progress, Tokens};
use gyrus_windows::{Overflow, WindowSpec, WordTokens, histories};

use crate::{Error, Event};

/// How well each word was predicted, in bits; NaN where nothing stands before it.
#[derive(Debug, Clone, PartialEq)]
pub struct WordBits {
    /// `(words)`, summed over a word's tokens.
    pub surprisal: Vec<f64>,
    /// `(words)`, of the next token before the word is heard.
    pub entropy: Vec<f64>,
}

/// The bits of every word of `tokens` by `checkpoint`, which reads `spec` before each: the last `10` tokens, the `10w`
/// words before the word, or all that it can. How many words have less before them, or were clipped, is a note.
///
/// # Errors
/// A window that is longer than the model can read, or a failure of the model.
pub fn word_bits(
    (checkpoint, device, memory): (&Checkpoint, &Device, &Memory),
    (tokens, words): (&Tokens, &WordTokens),
    (spec, overflow): (WindowSpec, Overflow),
    on_event: &mut dyn FnMut(Event),
) -> Result<WordBits, Error> {
    let histories = histories(tokens, words, spec, checkpoint.architecture().limit, overflow)?;
    for (n, what) in [(histories.short, "have less before them"), (histories.clipped, "were clipped")] {
        if n > 0 {
            on_event(Event::Note(format!("{n} of {} words of `{spec}` {what}", histories.words.len())));
        }
    }
    let step = format!("surprisal of {spec}");
    let mut on_progress = |progress: Progress| {
        on_event(Event::Progress { step: step.clone(), progress, unit: "tokens x layers" });
    };
    let bits = predictability(checkpoint, device, tokens, &histories.words, memory, &mut on_progress)?;
    let (surprisal, entropy) = bits.iter().map(|bits| (bits.surprisal, bits.entropy)).unzip();
    Ok(WordBits { surprisal, entropy })
}
