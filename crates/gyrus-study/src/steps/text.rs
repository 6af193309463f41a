//! How well each model predicts the story's own text: bits per character.

use std::path::PathBuf;

use gyrus_activations::{Checkpoint, Device, log_probabilities};
use gyrus_types::Tokens;
use gyrus_windows::Tokenizer;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::desk::Desk;
use crate::store::write_json;

/// One model on the story's text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextScore {
    /// Name of the model.
    pub model: String,
    /// Parameters, an output head tied to the embedding counted once.
    pub parameters: u64,
    /// Transformer blocks.
    pub layers: usize,
    /// Width of the residual stream.
    pub width: usize,
    /// Longest input in tokens.
    pub limit: usize,
    /// Bits per character.
    pub bits_per_character: f64,
}

/// The file of the step, within the results.
pub const FILE: &str = "text.json";

/// Runs the step for all models.
///
/// # Errors
/// A model or tokenizer that cannot be used, or a file that cannot be written.
pub fn run(desk: &mut Desk) -> Result<(), Error> {
    let settings = format!("{:?} {:?} {}", desk.study.text, desk.study.words.bos, desk.models_key());
    let story = desk.material.story_hash.clone();
    desk.step("text", &[&settings, &story], |desk| {
        let text: String = desk.material.story.transcript.text().chars().take(desk.study.text.characters).collect();
        let mut scores = Vec::new();
        for model in &desk.study.models {
            let checkpoint = desk.material.checkpoint(&model.name);
            let architecture = checkpoint.architecture();
            scores.push(TextScore {
                model: model.name.clone(),
                parameters: checkpoint.parameters(),
                layers: architecture.n_layers(),
                width: architecture.width,
                limit: architecture.limit,
                bits_per_character: bits_per_character(
                    checkpoint,
                    &Tokenizer::open(&model.folder)?.with_bos(desk.study.words.bos)?,
                    &text,
                    desk.device,
                )?,
            });
        }
        write_json(&desk.path(FILE), &scores)?;
        Ok(vec![PathBuf::from(FILE)])
    })
}

/// Bits per character of `text`: the tokens' information divided by the number of characters.
///
/// The prefix (BOS) stands once, in the first window; windows are as long as the model reads and overlap by half,
/// so that every token but those of the first window has at least half a window of context.
///
/// # Errors
/// As the tokenizer and the model say.
pub fn bits_per_character(
    checkpoint: &Checkpoint,
    tokenizer: &Tokenizer,
    text: &str,
    device: &Device,
) -> Result<f64, Error> {
    let tokens = tokenizer.tokens(text)?;
    tokenizer.check_tokens(&tokens, checkpoint.architecture().vocabulary)?;
    let (sequences, scored) = half_overlapping(&tokens, checkpoint.architecture().limit);
    let logs = log_probabilities(checkpoint, device, &sequences)?;
    let nats: f64 = logs.iter().zip(&scored).map(|(logs, &n)| -logs[logs.len() - n..].iter().sum::<f64>()).sum();
    Ok(nats / std::f64::consts::LN_2 / text.chars().count() as f64)
}

/// Windows of at most `limit` ids that overlap by half, each with how many of its last tokens are scored there.
fn half_overlapping(tokens: &Tokens, limit: usize) -> (Vec<Vec<u32>>, Vec<usize>) {
    let ids = [tokens.prefix(), tokens.ids()].concat();
    let (mut begin, mut scored_to) = (0, tokens.prefix().len().max(1));
    let (mut sequences, mut scored) = (Vec::new(), Vec::new());
    while scored_to < ids.len() {
        let end = (begin + limit).min(ids.len());
        sequences.push(ids[begin..end].to_vec());
        scored.push(end - scored_to);
        (begin, scored_to) = (begin + limit / 2, end);
    }
    (sequences, scored)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_is_scored_once() -> Result<(), Box<dyn std::error::Error>> {
        for n in [1, 5, 8, 9, 23] {
            let tokens = Tokens::new(vec![1], (10..10 + n).collect(), vec![0..1; n as usize])?;
            let (sequences, scored) = half_overlapping(&tokens, 8);
            let tails = sequences.iter().zip(&scored).flat_map(|(ids, &n)| ids[ids.len() - n..].to_vec());
            assert_eq!(tails.collect::<Vec<_>>(), tokens.ids());
            assert!(sequences.iter().all(|ids| ids.len() <= 8));
        }
        Ok(())
    }
}
