//! `gyrus responses`: from a recording on disk to the responses of words, a row per word.
//!
//! The recording is prepared and averaged around words as it is read, so that it need not fit into memory.

mod channels;
mod electrodes;
mod lags;
mod passage;
mod result;
mod steps;
mod words;

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::{Args, ValueEnum};
use gyrus_encoding::{Lags, Moment};
use gyrus_study::Event;
use gyrus_types::Sampling;
use ndarray::Array2;

use self::channels::Chosen;
use self::electrodes::ElectrodeArguments;
use self::lags::LagSeconds;
use self::passage::{Passage, Prepared};
use self::result::ResultArguments;
use self::words::Story;
use super::device::bytes;
use super::news::{Log, News};

/// What stands below the options.
const HELP: &str = "\
The file has one tensor `responses` (rows, lags x channels): all channels at the first lag, then at the next.
A row is a word whose windows lie in the recording; `gyrus encode --responses` takes it as it is.
Which words are rows stands in the metadata; `--rows-of` writes features and controls with the same rows.

Example: gyrus responses sub-01_ieeg.edf --transcript story.csv --prepare high-gamma.toml --lags -0.2:0.6:0.1 \
--rows-of states.safetensors=features.safetensors --out responses.safetensors

with high-gamma.toml:
  reference = \"common-average\"
  steps = [
    { filter = { notch = { frequencies = [60.0, 120.0, 180.0] } } },
    { high_gamma = { bands = [[70.0, 200.0]] } },
    { resample = { rate = 100.0 } },
  ]";

/// The recording, the words, and what is made of them.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// The recording: EDF, BDF, BrainVision (.vhdr), FIF or NWB.
    recording: PathBuf,
    /// The words and their times: a table with the columns word, start, end (.csv, .tsv, .parquet), CTM, TextGrid, BIDS events,
    /// or Gentle's align.csv.
    #[arg(long)]
    transcript: PathBuf,
    /// Names of channels, separated by commas [default: all that measure the brain and that the file does not call bad].
    #[arg(long, value_delimiter = ',')]
    channels: Vec<String>,
    /// What is done to the channels first: a file with reference, steps and finish as in `[preparation]` of a study.
    #[arg(long, value_name = "STEPS.toml")]
    prepare: Option<PathBuf>,
    /// Lags after a word in seconds: `-0.2,0,0.2`, or `A:B:STEP` with both ends.
    #[arg(long, allow_hyphen_values = true, default_value = "0")]
    lags: LagSeconds,
    /// Width of the window around each lag in which the signal is averaged, in seconds.
    #[arg(long, default_value_t = 0.1)]
    window: f64,
    /// The moment of a word from which lags count.
    #[arg(long, value_enum, default_value = "centre")]
    anchor: Anchor,
    /// Time of the first sample in seconds, on the clock of the words.
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    start: f64,
    #[command(flatten, next_help_heading = "Electrodes that answer")]
    electrodes: ElectrodeArguments,
    #[command(flatten, next_help_heading = "Results")]
    result: ResultArguments,
    /// Memory for what is prepared at a time, for example `2G`. Responses do not depend on it. What comes out is held besides,
    /// and with `--responsive` or a step in `finish` all of the prepared signal.
    #[arg(long, value_parser = bytes, default_value = "512M", help_heading = "Options")]
    memory: u64,
    /// Threads [default: as many as there are cores]. Responses do not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..), help_heading = "Options")]
    threads: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Anchor {
    /// Half way between its beginning and its end.
    #[value(alias = "center")]
    Centre,
    /// Its beginning.
    Onset,
    /// Its end.
    Offset,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let threads = arguments.threads.map_or(0, usize::from);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().context("could not start the threads")?;
    let mut news = News::new(Log::Text);
    arguments.electrodes.check()?;
    let lags = Lags::new(arguments.lags.seconds(), arguments.window)?;
    let story = Story::read(&arguments.transcript)?;
    let file = gyrus_formats::open(&arguments.recording)?;
    let chosen = Chosen::new(&*file, &arguments.channels)?;
    let pipeline = arguments.prepare.as_deref().map(steps::read).transpose()?;
    let memory = usize::try_from(arguments.memory).unwrap_or(usize::MAX);
    let passage = Passage::new(&chosen, pipeline.as_ref().zip(arguments.prepare.as_deref()), memory)?;
    let step = 1.0 / passage.rate();
    let sampling = Sampling::new(arguments.start, step).context("could not make the recording's clock")?;
    let rows = story.rows(arguments.anchor.into(), &lags, sampling, passage.samples())?;
    story.said(&rows).into_iter().for_each(|line| news.show(Event::Note(line)));
    let last = sampling.time(passage.samples() - 1);
    ensure!(
        !rows.rows.is_empty(),
        "no word is a row of the recording, which lasts from {} to {last} s",
        arguments.start
    );
    let prepared = passage.run(&lags, sampling, &rows.moments, arguments.electrodes.is_asked())?;
    prepared.condition.said(&chosen.names()).into_iter().for_each(|line| news.show(Event::Note(line)));
    let (values, names) = arguments.answering(prepared, sampling, &story, chosen.names(), &mut news)?;
    let about = arguments.about(&names, &story, &rows.rows, passage.rate());
    arguments.result.write(values, about, &rows.rows, story.words())
}

impl Arguments {
    /// The responses of the electrodes that are kept, and their names.
    fn answering(
        &self,
        prepared: Prepared,
        sampling: Sampling,
        story: &Story,
        mut names: Vec<String>,
        news: &mut News,
    ) -> anyhow::Result<(Array2<f64>, Vec<String>)> {
        let mut values = prepared.responses.values;
        if let Some(signal) = prepared.signal {
            let answers = self.electrodes.test(signal.view(), sampling, &story.heard(), &names)?;
            news.show(Event::Note(answers.note));
            values = electrodes::only(values.view(), &answers.kept, names.len());
            names = answers.kept.iter().map(|electrode| names[*electrode].clone()).collect();
        }
        let missing = values.rows().into_iter().filter(|row| row.iter().any(|value| value.is_nan())).count();
        if missing > 0 {
            let all = values.nrows();
            news.show(Event::Note(format!("{missing} of {all} rows have values that are missing, and are NaN")));
        }
        Ok((values, names))
    }

    /// What the file says of its tensor.
    fn about(&self, channels: &[String], story: &Story, rows: &[usize], rate: f64) -> serde_json::Value {
        serde_json::json!({
            "recording": self.recording.display().to_string(),
            "channels": channels,
            "lags": self.lags.seconds(),
            "window": self.window,
            "anchor": format!("{:?}", self.anchor).to_lowercase(),
            "start": self.start,
            "rate": rate,
            "words": rows,
            "words_of_story": story.words(),
            "transcript": story.hash(),
        })
    }
}

impl From<Anchor> for Moment {
    fn from(anchor: Anchor) -> Self {
        match anchor {
            Anchor::Centre => Self::Centre,
            Anchor::Onset => Self::Onset,
            Anchor::Offset => Self::Offset,
        }
    }
}
