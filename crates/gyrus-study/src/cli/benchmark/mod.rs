//! `gyrus benchmark`: how well a model answers the items of a benchmark, scored as lm-evaluation-harness does.

mod summary;
mod table;

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Args;
use gyrus_activations::{Checkpoint, Device, Memory};
use gyrus_benchmarks::{Bits, Measure, Model, TASKS, Task, rolling, score};
use gyrus_study::{BenchmarkFiles, Event, benchmark_items, benchmark_texts};
use gyrus_types::Progress;
use gyrus_windows::{Bos, Tokenizer};

use self::summary::Summary;
use super::device::{DeviceArguments, bytes};
use super::news::{Log, News};
use super::reading::BosName;
use super::say;

/// The model, the task and its items.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Print the tasks: name, where items come from, which part is scored, which fields an item has.
    #[arg(long)]
    list: bool,
    /// Model folder in Hugging Face layout.
    #[arg(long, required_unless_present = "list")]
    model: Option<PathBuf>,
    /// The task, see `--list`.
    #[arg(long, required_unless_present = "list")]
    task: Option<String>,
    /// Its items: JSON lines, .tsv, .csv or .parquet; several files, or folders of them. For `text`, plain text.
    #[arg(long, num_args = 1.., required_unless_present = "list")]
    data: Vec<PathBuf>,
    /// Labels in a file of their own, a line for each item, as AI2 gives out PIQA and WinoGrande.
    #[arg(long)]
    labels: Option<PathBuf>,
    /// Score the first so many items alone.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Whether a beginning-of-sequence token stands before every context.
    #[arg(long, value_enum, default_value = "own")]
    bos: BosName,
    #[command(flatten)]
    device: DeviceArguments,
    /// Memory for the model and its states, for example `1G`, apart from mapped files [default: as much as it takes];
    /// states that do not fit go to a temporary file in the current folder. The results do not depend on it.
    #[arg(long, value_parser = bytes)]
    memory: Option<u64>,
    /// Write the log likelihood of every choice of every item, a row each, to this Parquet file.
    #[arg(long)]
    items_out: Option<PathBuf>,
    /// The summary to write, as JSON.
    #[arg(long, required_unless_present = "list")]
    out: Option<PathBuf>,
    /// How progress is written to standard error.
    #[arg(long, value_enum, default_value = "text")]
    log: Log,
}

/// A model ready to be asked.
#[derive(Debug)]
struct Opened {
    checkpoint: Checkpoint,
    tokenizer: Tokenizer,
    device: Device,
    memory: Memory,
}

impl Opened {
    fn model(&self) -> Model<'_> {
        let Self { checkpoint, tokenizer, device, memory } = self;
        Model { checkpoint, tokenizer, device, memory }
    }
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.list {
        list();
        return Ok(());
    }
    let task = Task::named(arguments.task.as_deref().context("a benchmark needs `--task`")?)?;
    let files = BenchmarkFiles::new(&arguments.data, arguments.labels.clone())?;
    let mut news = News::new(arguments.log);
    match task.measure {
        Measure::Text => arguments.score_texts(task, &files, &mut news),
        _ => arguments.score_items(task, &files, &mut news),
    }
}

impl Arguments {
    fn score_items(&self, task: &'static Task, files: &BenchmarkFiles, news: &mut News) -> anyhow::Result<()> {
        let mut items = benchmark_items(task, files)?;
        items.truncate(self.limit.map_or(usize::MAX, |limit| limit as usize));
        let opened = self.open(news)?;
        let scores = showing(task, news, |on_progress| score(&opened.model(), task, &items, on_progress))?;
        let (truncated, overlong) = (scores.truncated(), scores.overlong());
        for (n, what) in [
            (truncated, "lost the beginning of a context to the model's limit"),
            (overlong, "have a choice longer than the model can read, which lm-evaluation-harness refuses"),
        ] {
            if n > 0 {
                news.show(Event::Note(format!("{n} of {} items {what}", items.len())));
            }
        }
        if let Some(path) = &self.items_out {
            table::of_items(path, &items, &scores)?;
        }
        let summary = self.summary(task, files, &opened)?.items(task, &items, &scores);
        summary.write(self.out()?)?;
        for score in &scores.scores {
            let (name, value, error, n) = (score.metric.name(), score.value, score.stderr, score.n);
            say(format_args!("{}  {name} {value:.4} (standard error {error:.4}, {n})", task.name));
        }
        Ok(())
    }

    fn score_texts(&self, task: &'static Task, files: &BenchmarkFiles, news: &mut News) -> anyhow::Result<()> {
        ensure!(self.labels.is_none(), "a text has no labels: `--labels`");
        let mut texts = benchmark_texts(files)?;
        texts.truncate(self.limit.map_or(usize::MAX, |limit| limit as usize));
        let opened = self.open(news)?;
        let found = showing(task, news, |on_progress| rolling(&opened.model(), &texts, on_progress))?;
        if let Some(path) = &self.items_out {
            table::of_texts(path, &files.data, &found)?;
        }
        let bits = Bits::of(&found);
        self.summary(task, files, &opened)?.texts(&opened.tokenizer, &found, &bits)?.write(self.out()?)?;
        say(format_args!("{}  {:.4} bits per character, {:.4} per byte", task.name, bits.per_character, bits.per_byte));
        Ok(())
    }

    fn open(&self, news: &mut News) -> anyhow::Result<Opened> {
        let folder = self.folder()?;
        let device = self.device.open(&mut |note| news.show(Event::Note(note)))?;
        let checkpoint = Checkpoint::open(folder)?;
        Event::unknown_keys(folder, &checkpoint).into_iter().for_each(|event| news.show(event));
        let tokenizer = Tokenizer::open(folder)?.with_bos(self.bos.into())?;
        Ok(Opened { checkpoint, tokenizer, device, memory: Memory { limit: self.memory, scratch: ".".into() } })
    }

    fn summary(&self, task: &Task, files: &BenchmarkFiles, opened: &Opened) -> anyhow::Result<Summary> {
        let summary = Summary::new(task, self.limit).model(self.folder()?, opened, Bos::from(self.bos))?;
        summary.data(&files.hashes()?)
    }

    fn folder(&self) -> anyhow::Result<&Path> {
        self.model.as_deref().context("a benchmark needs `--model`")
    }

    fn out(&self) -> anyhow::Result<&Path> {
        self.out.as_deref().context("a benchmark needs `--out`")
    }
}

/// Runs `work` and shows how far it is.
fn showing<T>(
    task: &Task,
    news: &mut News,
    work: impl FnOnce(&mut dyn FnMut(Progress)) -> Result<T, gyrus_benchmarks::Error>,
) -> anyhow::Result<T> {
    let step = task.name.to_owned();
    news.show(Event::Begun { step: step.clone(), small: false });
    let mut on_progress = |progress: Progress| {
        news.show(Event::Progress { step: step.clone(), progress, unit: "tokens x layers" });
    };
    let found = work(&mut on_progress)?;
    news.show(Event::Finished { step, small: false });
    Ok(found)
}

fn list() {
    say("name\tsource\tsplit\tfields\tmetric");
    for Task { name, source, split, fields, metric, .. } in &TASKS {
        say(format_args!("{name}\t{source}\t{split}\t{fields}\t{metric}"));
    }
}
