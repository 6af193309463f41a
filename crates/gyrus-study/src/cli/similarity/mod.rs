//! `gyrus similarity`: how alike all layers of all files are.

mod cka;
mod layers;
mod pairs;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};
use gyrus_study::{Event, write_table};
use gyrus_types::Progress;

use self::layers::Files;
use super::device::bytes;
use super::news::{Log, News};

/// The files to compare.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Files of tensors `(rows, width)`, one per layer; all have the same rows, and the same words where they say which.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How likeness is measured.
    #[arg(long, value_enum, default_value = "cka")]
    metric: Metric,
    /// Memory for what is computed, for example `2G`, apart from mapped files. Results depend on it by rounding only.
    #[arg(long, value_parser = bytes, default_value = "256M")]
    memory: u64,
    /// Rows that count as neighbours: with `cka`, debiased values are of pairs of rows more than so many apart. Neighbouring
    /// rows of a story are alike in any layer, which makes even unrelated layers alike.
    #[arg(long, value_name = "ROWS", default_value_t = 0)]
    gap: u32,
    /// With `cka`: add a value that is debiased for the sampling of columns too (`cka_sampled`), as if endlessly many columns
    /// had been recorded, of which those at hand are a sample.
    #[arg(long)]
    sampled_columns: bool,
    /// Give 95 % intervals, by leaving out so many groups of consecutive rows, one by one [default: none]. A group should
    /// be longer than rows are alike.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    groups: Option<u32>,
    /// Give p values, from so many circular shifts of the rows of one of two layers [default: none].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    shifts: Option<u32>,
    /// Least shift in rows.
    #[arg(long, value_name = "ROWS", default_value_t = 1, requires = "shifts", value_parser = clap::value_parser!(u32).range(1..))]
    least_shift: u32,
    /// Seed of the shifts.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads [default: as many as there are cores]. The table does not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// The table to write: file_a, layer_a, file_b, layer_b and the values of the pair.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Metric {
    /// Linear centred kernel alignment, debiased (`cka`) and biased.
    Cka,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let threads = arguments.threads.map_or(0, usize::from);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().context("could not start the threads")?;
    let files = Files::open(&arguments.files)?;
    let mut news = News::new(Log::Text);
    let table = match arguments.metric {
        Metric::Cka => cka::table(arguments, &files, &mut news)?,
    };
    Ok(write_table(&arguments.out, table)?)
}

/// Shows how many of how many `unit`s are done.
fn on_progress<'a>(news: &'a mut News, step: &'a str, unit: &'static str) -> impl FnMut(u64, u64) + 'a {
    news.show(Event::Begun { step: step.to_owned() });
    move |done, total| {
        news.show(Event::Progress { step: step.to_owned(), progress: Progress { done, total }, unit });
        if done == total {
            news.show(Event::Finished { step: step.to_owned() });
        }
    }
}
