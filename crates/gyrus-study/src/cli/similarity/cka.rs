//! Linear CKA of all pairs, with intervals and p values where they are asked for.

use anyhow::ensure;
use clap::Args;
use gyrus_encoding::circular_shifts;
use gyrus_similarity::{CkaPlan, cka_null};
use gyrus_study::{LayerPairs, Table};

use super::layers::{Files, named};
use super::undefined::note_undefined;
use super::{Arguments, on_progress};
use crate::cli::news::News;
use crate::cli::note;

/// What is asked of CKA beside its value.
#[derive(Debug, Args)]
pub struct CkaArguments {
    /// With `cka`: add a value that is debiased for the sampling of columns too (`cka_sampled`), as if endlessly many columns
    /// had been recorded, of which those at hand are a sample.
    #[arg(long)]
    sampled_columns: bool,
    /// With `cka`: give 95 % intervals, by leaving out so many groups of consecutive rows, one by one [default: none]. A
    /// group should be longer than rows are alike.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2..))]
    groups: Option<u32>,
    /// With `cka`: give p values, from so many circular shifts of the rows of one of two layers [default: none].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    shifts: Option<u32>,
    /// Least shift in rows.
    #[arg(long, value_name = "ROWS", default_value_t = 1, requires = "shifts", value_parser = clap::value_parser!(u32).range(1..))]
    least_shift: u32,
    /// Seed of the shifts.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl CkaArguments {
    /// The first option that was given.
    pub fn given(&self) -> Option<&'static str> {
        let given = [
            (self.sampled_columns, "--sampled-columns"),
            (self.groups.is_some(), "--groups"),
            (self.shifts.is_some(), "--shifts"),
        ];
        given.iter().find(|(given, _)| *given).map(|(_, name)| *name)
    }
}

/// One row per pair: cka and cka_biased, and where they are asked for cka_sampled; cka_low and cka_high; null_mean, p and q.
pub fn table(arguments: &Arguments, files: &Files, news: &mut News) -> anyhow::Result<Table> {
    let (layers, places, memory) = (files.layers(), files.places(), arguments.memory as usize);
    let asked = &arguments.cka;
    let mut plan = CkaPlan::new(memory).with_gap(arguments.gap as usize);
    if asked.sampled_columns {
        plan = plan.with_sampled_columns();
    }
    if let Some(groups) = asked.groups {
        plan = plan.with_groups(groups as usize);
    }
    let found = plan.run(&layers, &mut on_progress(news, "similarity", "tiles"));
    let found = found.map_err(|error| named(error, &places))?;
    note_undefined(&found.debiased, &places, "does not vary, as far as rows further apart than the gap tell");
    let pairs = LayerPairs::of(places.len());
    let mut table = pairs.table("file", &files.labels());
    table = table.numbers("cka", &pairs.entries(&found.debiased));
    table = table.numbers("cka_biased", &pairs.entries(&found.biased));
    if let Some(sampled) = &found.sampled {
        table = table.numbers("cka_sampled", &pairs.entries(sampled));
    }
    if found.errors.is_some() {
        table = pairs.with_intervals(table, &found);
    }
    if let Some(shifts) = asked.shifts {
        if arguments.gap == 0 {
            note("without `--gap` p is too small where rows are alike because they follow each other".into());
        }
        let (rows, least) = (files.rows(), asked.least_shift as usize);
        let shifts = circular_shifts(rows, least, shifts as usize, asked.seed);
        ensure!(!shifts.is_empty(), "{rows} rows cannot be shifted by at least {least} from both ends");
        let mut on_progress = on_progress(news, "null", "bands of diagonals");
        let null = cka_null(&layers, &shifts, arguments.gap as usize, memory, &mut on_progress)?;
        table = pairs.with_null(table, &found, &null);
    }
    Ok(table)
}
