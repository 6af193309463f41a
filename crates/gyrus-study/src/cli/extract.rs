//! `gyrus extract`: every layer's state of every word of a text.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::bail;
use clap::{Args, ValueEnum};
use gyrus_activations::{Checkpoint, Extraction, Memory, Need, Pooling, extract_to, need};
use gyrus_study::{ActivationWriter, Event, Keep, transcript_hash};
use gyrus_types::Progress;
use gyrus_windows::{ShuffledWords, WindowSpec, windows};

use super::device::{DeviceArguments, bytes};
use super::news::{Log, News};
use super::reading::{ReadingArguments, read_transcript};

/// The model, the text and the windows.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Model folder in Hugging Face layout: config.json, weights (safetensors or pytorch_model.bin, one file or shards), tokenizer.
    #[arg(long)]
    model: PathBuf,
    /// The words: a table with the columns word, start, end (.csv or .tsv), or plain text.
    #[arg(long)]
    transcript: PathBuf,
    /// Context windows, separated by commas: `10` tokens, `10w` words, `full`, or `full:stride=32`.
    #[arg(long, value_delimiter = ',', default_value = "full")]
    windows: Vec<WindowSpec>,
    /// How the states of a word's tokens become one.
    #[arg(long, value_enum, default_value = "last")]
    pool: Pool,
    #[command(flatten)]
    reading: ReadingArguments,
    /// Read the words in a random order drawn from this seed, and put each word's states back to its own row: what word
    /// identities give without their order.
    #[arg(long, value_name = "SEED")]
    shuffle_words: Option<u64>,
    #[command(flatten)]
    device: DeviceArguments,
    /// Memory for the model and its states, for example `1G`, apart from mapped files [default: as much as it takes];
    /// states that do not fit go to a temporary file beside `--out`. The results do not depend on it.
    #[arg(long, value_parser = bytes)]
    memory: Option<u64>,
    /// What is kept of the states: `f32`, `f16`, `components:K` (the first K principal components over all words), or `none`.
    #[arg(long, default_value_t)]
    keep: Keep,
    /// Keep the output of the last block before the final norm too, as the tensor `unnormed`.
    #[arg(long)]
    unnormed: bool,
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
    let mut news = News::new(Log::Text);
    let device = arguments.device.open(&mut |note| news.show(Event::Note(note)))?;
    let checkpoint = Checkpoint::open(&arguments.model)?;
    Event::unknown_keys(&arguments.model, &checkpoint).into_iter().for_each(|event| news.show(event));
    let told = read_transcript(&arguments.transcript)?;
    let shuffled = arguments.shuffle_words.map(|seed| ShuffledWords::new(&told, seed)).transpose()?;
    let transcript = shuffled.as_ref().map_or(&told, ShuffledWords::transcript);
    let (tokens, words) = arguments.reading.read(&arguments.model, &checkpoint, transcript)?;
    let limit = checkpoint.architecture().limit;
    let mut wanted = Vec::new();
    for spec in &arguments.windows {
        let found = windows(&tokens, &words, *spec, limit, arguments.reading.overflow())?;
        if found.clipped > 0 {
            news.show(Event::Note(format!("{} windows of `{spec}` were clipped to the model's limit", found.clipped)));
        }
        wanted.push(match &shuffled {
            Some(shuffled) => shuffled.rows(&found.windows),
            None => found.windows,
        });
    }
    let pooling = match arguments.pool {
        Pool::Last => Pooling::Last,
        Pool::Mean => Pooling::Mean,
        Pool::Sum => Pooling::Sum,
    };
    let lists: Vec<_> = arguments
        .windows
        .iter()
        .zip(&wanted)
        .map(|(spec, list)| (PathBuf::from(name.replace("{}", &spec.to_string())), list.len()))
        .collect();
    let scratch = arguments.out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let memory = Memory { limit: arguments.memory, scratch: scratch.into() };
    let extraction = Extraction { pooling, unnormed: arguments.unnormed, memory };
    let need = need(&checkpoint, &device, &tokens, &wanted, &extraction)?;
    let disk: u64 = lists.iter().map(|(_, words)| arguments.keep.disk(checkpoint.architecture(), *words)).sum();
    news.show(Event::Note(sizes(&need, arguments.memory, disk)));
    let step = "extract".to_owned();
    news.show(Event::Begun { step: step.clone(), small: false });
    let mut writer = ActivationWriter::new(
        checkpoint.architecture(),
        &transcript_hash(&told),
        &lists,
        arguments.keep,
        arguments.unnormed,
    )?;
    let (begun, mut read) = (Instant::now(), 0);
    let mut on_progress = |progress: Progress| {
        read = progress.total / checkpoint.architecture().n_layers() as u64;
        news.show(Event::Progress { step: step.clone(), progress, unit: "tokens x layers" });
    };
    extract_to(&checkpoint, &device, &tokens, &wanted, &extraction, &mut writer, &mut on_progress)?;
    let seconds = begun.elapsed().as_secs_f64();
    let rate = read as f64 / seconds.max(1e-9);
    news.show(Event::Note(format!("{read} tokens passed the model in {seconds:.1} s, {rate:.0} a second")));
    if let Keep::Components(components) = arguments.keep {
        let loss = 100.0 * writer.largest_loss();
        news.show(Event::Note(format!("{components} components leave out at most {loss:.2} % of a layer's variance")));
    }
    writer.finish()?;
    news.show(Event::Finished { step, small: false });
    Ok(())
}

/// What will be needed, in words.
fn sizes(need: &Need, limit: Option<u64>, disk: u64) -> String {
    let mega = |bytes: u64| bytes.div_ceil(1 << 20);
    let spilled = need.spilled(limit);
    let streams = mega(need.streams - spilled);
    format!(
        "{} MiB of memory ({} for one block, {} to load it, {} to compute, {streams} for states), {} MiB on disk and {} in a temporary file",
        mega(need.least() + need.streams - spilled),
        mega(need.weights),
        mega(need.loading),
        mega(need.working),
        mega(disk),
        mega(spilled)
    )
}
