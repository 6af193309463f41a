//! Surprisal and entropy of every word from a model's own logits.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use gyrus_activations::{Checkpoint, Memory};
use gyrus_encoding::{WordProperty, WordSources};
use gyrus_study::{Event, WordBits, word_bits};
use gyrus_types::Transcript;
use gyrus_windows::WindowSpec;

use crate::cli::device::{DeviceArguments, bytes};
use crate::cli::news::News;
use crate::cli::reading::ReadingArguments;

/// The model, what it reads before each token, and where it runs.
#[derive(Debug, Args)]
pub struct BitsArguments {
    /// Model folder in Hugging Face layout, for surprisal and entropy.
    #[arg(long)]
    model: Option<PathBuf>,
    /// What the model reads before each token of a word, separated by commas: the last `10` tokens, the `10w` words before
    /// the word, or `full`; with several, tensors are named `surprisal.10w`.
    #[arg(long, value_delimiter = ',', default_value = "full", requires = "model")]
    windows: Vec<WindowSpec>,
    #[command(flatten)]
    reading: ReadingArguments,
    #[command(flatten)]
    device: DeviceArguments,
    /// Memory for the model and its states, for example `1G`, apart from mapped files [default: as much as it takes];
    /// states that do not fit go to a temporary file in the current folder. The results do not depend on it.
    #[arg(long, value_parser = bytes)]
    memory: Option<u64>,
}

/// What one window gives for every word.
#[derive(Debug)]
pub struct Bits {
    /// What follows the property's name, where there are several windows.
    suffix: String,
    words: WordBits,
}

impl BitsArguments {
    /// Whether there is a model.
    pub fn is_given(&self) -> bool {
        self.model.is_some()
    }

    /// Bits for each window.
    ///
    /// # Errors
    /// The model cannot be opened or run, or a window is longer than it can read.
    pub fn read(&self, transcript: &Transcript, news: &mut News) -> anyhow::Result<Vec<Bits>> {
        let folder = self.model.as_deref().context("surprisal and entropy need `--model`")?;
        let device = self.device.open(&mut |note| news.show(Event::Note(note)))?;
        let checkpoint = Checkpoint::open(folder)?;
        Event::unknown_keys(folder, &checkpoint).into_iter().for_each(|event| news.show(event));
        let (tokens, words) = self.reading.read(folder, &checkpoint, transcript)?;
        let memory = Memory { limit: self.memory, scratch: Path::new(".").into() };
        let (model, text) = ((&checkpoint, &device, &memory), (&tokens, &words));
        let mut found = Vec::new();
        for spec in &self.windows {
            let step = format!("surprisal of {spec}");
            news.show(Event::Begun { step: step.clone(), small: false });
            let bits = word_bits(model, text, (*spec, self.reading.overflow()), &mut |event| news.show(event))?;
            news.show(Event::Finished { step, small: false });
            let suffix = if self.windows.len() > 1 { format!(".{spec}") } else { String::new() };
            found.push(Bits { suffix, words: bits });
        }
        Ok(found)
    }
}

/// The name of each tensor of `property`, and what it is made of: one for each window where a model gives it.
pub fn sources<'a>(
    property: WordProperty,
    bits: &'a [Bits],
    sources: &WordSources<'a>,
) -> Vec<(String, WordSources<'a>)> {
    if !matches!(property, WordProperty::Surprisal | WordProperty::Entropy) {
        return vec![(property.to_string(), sources.clone())];
    }
    let of = |bits: &'a Bits| WordSources {
        surprisal: Some(&bits.words.surprisal),
        entropy: Some(&bits.words.entropy),
        ..sources.clone()
    };
    bits.iter().map(|bits| (format!("{property}{}", bits.suffix), of(bits))).collect()
}
