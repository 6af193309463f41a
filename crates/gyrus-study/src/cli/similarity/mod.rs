//! `gyrus similarity`: how alike all layers of all files are.

mod cka;
mod layers;
mod measures;
mod undefined;

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::{Args, ValueEnum};
use gyrus_study::{Event, write_table};
use gyrus_types::Progress;

use self::cka::CkaArguments;
use self::layers::Files;
use self::measures::MeasureArguments;
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
    /// Compare what blocks add, each layer less the one before it in its file: residual streams are alike by construction.
    #[arg(long)]
    updates: bool,
    /// Rows that count as neighbours. Neighbouring rows of a story are alike in any layer, which makes even unrelated layers
    /// alike: with `cka` and `neighbours` only pairs of rows more than so many apart count, with `predictivity` training
    /// and held-out rows are so far from each other.
    #[arg(long, value_name = "ROWS", default_value_t = 0)]
    gap: u32,
    #[command(flatten)]
    cka: CkaArguments,
    #[command(flatten)]
    measures: MeasureArguments,
    /// Memory for what is computed, for example `2G`, apart from mapped files. Results depend on it by rounding only.
    #[arg(long, value_parser = bytes, default_value = "256M")]
    memory: u64,
    /// Threads [default: as many as there are cores]. The table does not depend on it.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// The table to write: file_a, layer_a, file_b, layer_b and the values of the pair.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Metric {
    /// Linear centred kernel alignment, debiased (`cka`) and biased.
    Cka,
    /// Correlation of the dissimilarities of all pairs of rows.
    Rsa,
    /// What is left after the best rotation: similarity, distance, and the angle that is a metric.
    Procrustes,
    /// Canonical correlations of all that varies: their mean, and weighted by what each side uses (PWCCA).
    Cca,
    /// The same of the first principal components of each layer.
    Svcca,
    /// Shared nearest neighbours.
    Neighbours,
    /// How well each layer predicts the other by ridge, on rows it has not seen.
    Predictivity,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.check()?;
    let threads = arguments.threads.map_or(0, usize::from);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().context("could not start the threads")?;
    let files = Files::open(&arguments.files, arguments.updates)?;
    let mut news = News::new(Log::Text);
    let table = match arguments.metric {
        Metric::Cka => cka::table(arguments, &files, &mut news)?,
        _ => measures::table(arguments, &files, &mut news)?,
    };
    Ok(write_table(&arguments.out, table)?)
}

impl Arguments {
    /// An option that the metric does not know would be passed over without a word.
    fn check(&self) -> anyhow::Result<()> {
        let gap = [Metric::Cka, Metric::Neighbours, Metric::Predictivity];
        ensure!(
            self.gap == 0 || gap.contains(&self.metric),
            "`--gap` goes with `--metric` cka, neighbours or predictivity"
        );
        let given = self.cka.given().filter(|_| self.metric != Metric::Cka);
        ensure!(given.is_none(), "`{}` goes with `--metric cka`", given.unwrap_or_default());
        Ok(())
    }
}

/// Shows how many of how many `unit`s are done.
fn on_progress<'a>(news: &'a mut News, step: &'a str, unit: &'static str) -> impl FnMut(u64, u64) + 'a {
    news.show(Event::Begun { step: step.to_owned(), small: false });
    move |done, total| {
        news.show(Event::Progress { step: step.to_owned(), progress: Progress { done, total }, unit });
        if done == total {
            news.show(Event::Finished { step: step.to_owned(), small: false });
        }
    }
}
