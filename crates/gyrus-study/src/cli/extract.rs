//! `gyrus extract`: every layer's state of every word of a text.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use gyrus_activations::{Checkpoint, Pooling, extract};
use gyrus_recordings::read_words;
use gyrus_study::{Event, write_activations};
use gyrus_types::Transcript;
use gyrus_windows::{LastToken, Overflow, Tokenizer, WindowSpec, WordTokens, windows};

use super::DeviceName;
use super::news::{Log, News};

/// The model, the text and the windows.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Model folder: config.json, model.safetensors, tokenizer.json.
    #[arg(long)]
    model: PathBuf,
    /// The words: a table with the columns word, start, end (.csv or .tsv), or plain text.
    #[arg(long)]
    transcript: PathBuf,
    /// Context windows, separated by commas: `10` tokens, `10w` words, or `full`.
    #[arg(long, value_delimiter = ',', default_value = "full")]
    windows: Vec<WindowSpec>,
    /// How the states of a word's tokens become one.
    #[arg(long, value_enum, default_value = "last")]
    pool: Pool,
    /// Shorten windows beyond the model's limit instead of failing.
    #[arg(long)]
    clip: bool,
    /// Where the model runs.
    #[arg(long, value_enum, default_value_t)]
    device: DeviceName,
    /// The file to write, one tensor (words, width) per layer; with several windows `{}` in its name stands for the window.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Pool {
    Last,
    Mean,
    Sum,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let name = arguments.out.to_string_lossy();
    if arguments.windows.len() > 1 && !name.contains("{}") {
        bail!("several windows need `{{}}` in `--out`, which stands for the window: `{name}`");
    }
    let device = arguments.device.open()?;
    let checkpoint = Checkpoint::open(&arguments.model)?;
    let tokenizer = Tokenizer::open(&arguments.model)?;
    tokenizer.check_vocabulary(checkpoint.architecture().vocabulary)?;
    let transcript = read_transcript(&arguments.transcript)?;
    let tokens = tokenizer.tokens(transcript.text())?;
    let words = WordTokens::new(&tokens, &transcript, LastToken::default())?;
    let overflow = if arguments.clip { Overflow::Clip } else { Overflow::Error };
    let limit = checkpoint.architecture().limit;
    let mut news = News::new(Log::Text);
    let mut wanted = Vec::new();
    for spec in &arguments.windows {
        let found = windows(&tokens, &words, *spec, limit, overflow)?;
        if found.clipped > 0 {
            news.show(Event::Note(format!("{} windows of `{spec}` were clipped to the model's limit", found.clipped)));
        }
        wanted.push(found.windows);
    }
    let pooling = match arguments.pool {
        Pool::Last => Pooling::Last,
        Pool::Mean => Pooling::Mean,
        Pool::Sum => Pooling::Sum,
    };
    let step = "extract".to_owned();
    news.show(Event::Begun { step: step.clone() });
    let mut on_progress =
        |progress| news.show(Event::Progress { step: step.clone(), progress, unit: "tokens x layers" });
    let activations = extract(&checkpoint, &device, &tokens, &wanted, pooling, &mut on_progress)?;
    for (spec, activations) in arguments.windows.iter().zip(&activations) {
        write_activations(Path::new(&name.replace("{}", &spec.to_string())), activations)?;
    }
    news.show(Event::Finished { step });
    Ok(())
}

fn read_transcript(path: &Path) -> anyhow::Result<Transcript> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv" | "tsv") => Ok(read_words(path)?),
        _ => {
            let text = std::fs::read_to_string(path).with_context(|| format!("could not read `{}`", path.display()))?;
            Ok(Transcript::untimed(text))
        }
    }
}
