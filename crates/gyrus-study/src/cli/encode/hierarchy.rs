//! Whether targets farther from auditory cortex follow deeper layers, by the calls that studies make.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Args;
use gyrus_encoding::{Association, Estimate};
use gyrus_study::{Alignment, Depths, Place, Table, TargetDepth, depth_columns, write_table};

use super::held::Held;
use super::summary::said;
use super::targets::TargetTable;

/// What is written, and how often is drawn.
#[derive(Debug, Args)]
#[group(id = "hierarchies")]
pub struct HierarchyArguments {
    /// A table to write: whether peak layers and centres of mass of what layers add to the controls, as fractions of
    /// depth, follow the targets' distances: for each lag and depth a row over all patients, with the mixed model and p
    /// of permuted distances, and one for each patient. It keeps the sums of every block and layer in memory.
    #[arg(long, requires = "targets_table")]
    hierarchy_out: Option<PathBuf>,
    /// A table of every target's peak and centre of mass with their intervals to write.
    #[arg(long, requires = "hierarchy_out")]
    depths_out: Option<PathBuf>,
    /// Draws of blocks, patients and permuted distances.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(100..))]
    hierarchy_draws: u32,
}

/// The targets whose distance is known, and where answers go.
#[derive(Debug)]
pub struct Hierarchies {
    out: PathBuf,
    depths: Option<PathBuf>,
    draws: usize,
    seed: u64,
    places: Vec<Place>,
    patients: Vec<String>,
    without_distance: usize,
}

/// A row of the table: the lag and the depth that it is about, and of whom.
struct Row<'a> {
    lag: f64,
    depth: &'static str,
    /// Nobody: over all.
    patient: &'a str,
    association: Association,
    /// What is known over all patients alone.
    all: Option<&'a Alignment>,
}

/// Fewest patients that anything is shown of patients in general.
const PATIENTS: usize = 3;

const UNKNOWN: Estimate = Estimate { value: f64::NAN, low: f64::NAN, high: f64::NAN };

impl HierarchyArguments {
    /// Whether anything is held against distance.
    pub fn is_asked(&self) -> bool {
        self.hierarchy_out.is_some()
    }

    /// The targets of `table` that have a distance, if they are asked for; there are `layers` layers.
    ///
    /// # Errors
    /// There are fewer targets or layers than a hierarchy needs.
    pub fn hierarchies(
        &self,
        table: Option<&TargetTable>,
        layers: usize,
        seed: u64,
    ) -> anyhow::Result<Option<Hierarchies>> {
        let (Some(out), Some(table)) = (&self.hierarchy_out, table) else { return Ok(None) };
        ensure!(layers > 1, "`--hierarchy-out` needs two layers or more: `--features` holds one");
        let (places, patients) = table.places()?;
        let without_distance = table.len() - places.len();
        let (out, depths, draws) = (out.clone(), self.depths_out.clone(), self.hierarchy_draws as usize);
        Ok(Some(Hierarchies { out, depths, draws, seed, places, patients, without_distance }))
    }
}

impl Hierarchies {
    /// Writes the tables, and says what there is to say about them; with `lags` there is a column for them.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write(&self, held: &Held, lags: Option<&[f64]>) -> anyhow::Result<Vec<String>> {
        let found: Vec<(f64, Depths)> = lags
            .unwrap_or(&[0.0])
            .iter()
            .enumerate()
            .map(|(at, lag)| Ok((*lag, self.at_lag(held, at)?)))
            .collect::<anyhow::Result<_>>()?;
        let rows: Vec<Row> = found.iter().flat_map(|(lag, depths)| rows(*lag, depths)).collect();
        write_table(&self.out, table(&rows, lags.is_some()))?;
        if let Some(path) = &self.depths {
            let all = || found.iter().flat_map(|(lag, depths)| depths.targets.iter().map(move |one| (*lag, one)));
            let (shown, targets): (Vec<f64>, Vec<&TargetDepth>) = all().unzip();
            let table = if lags.is_some() { Table::new().numbers("lag", &shown) } else { Table::new() };
            write_table(path, depth_columns(table, &targets))?;
        }
        Ok(self.notes(&found, lags.is_some()))
    }

    fn at_lag(&self, held: &Held, lag: usize) -> anyhow::Result<Depths> {
        let (layers, controls) = held.at_lag(lag);
        Depths::of((&self.places, &self.patients), &layers, controls.as_ref(), self.draws, self.seed)
            .context("could not hold layers against distance")
    }

    fn notes(&self, found: &[(f64, Depths)], lagged: bool) -> Vec<String> {
        let (without, patients) = (self.without_distance, self.patients.len());
        let left_out = (without > 0).then(|| format!("{without} targets have no distance and are in no alignment"));
        let few = (patients < PATIENTS).then(|| {
            format!("distances are known in {patients} patients: nothing is shown for patients in general, which needs {PATIENTS}")
        });
        let refused = found.first().and_then(|(_, depths)| depths.peaks.refused.as_ref());
        let refused = refused.map(|why| format!("no mixed model of peak layers: {why}"));
        let reliable = found.iter().map(|(lag, depths)| said(depths.reliability, lagged.then_some(*lag)));
        left_out.into_iter().chain(few).chain(refused).chain(reliable).collect()
    }
}

/// Both depths at a lag: over all patients, then each.
fn rows(lag: f64, depths: &Depths) -> impl Iterator<Item = Row<'_>> {
    [("peak-layer", &depths.peaks), ("centre-of-mass", &depths.centres)].into_iter().flat_map(move |(depth, found)| {
        let all = Row { lag, depth, patient: "", association: found.pooled, all: Some(found) };
        let each = found.by_patient.iter().map(move |(patient, association)| Row {
            lag,
            depth,
            patient,
            association: *association,
            all: None,
        });
        std::iter::once(all).chain(each)
    })
}

fn table(rows: &[Row], lagged: bool) -> Table {
    let texts = |pick: &dyn Fn(&Row) -> String| rows.iter().map(pick).collect::<Vec<_>>();
    let numbers = |pick: &dyn Fn(&Row) -> f64| rows.iter().map(pick).collect::<Vec<_>>();
    let estimates = |table: Table, name: &str, pick: &dyn Fn(&Alignment) -> Estimate| {
        let of = |row: &Row| row.all.map_or(UNKNOWN, pick);
        table
            .numbers(&format!("{name}_low"), &numbers(&|row| of(row).low))
            .numbers(&format!("{name}_high"), &numbers(&|row| of(row).high))
    };
    let mixed = |found: &Alignment| found.mixed.map_or(UNKNOWN, |mixed| mixed.slope);
    let all = |pick: fn(&Alignment) -> f64| numbers(&|row| row.all.map_or(f64::NAN, pick));
    let undefined: Vec<Option<u32>> = rows.iter().map(|row| Some(row.all?.undefined as u32)).collect();
    let targets: Vec<u32> = rows.iter().map(|row| row.association.electrodes as u32).collect();
    let mut table = if lagged { Table::new().numbers("lag", &numbers(&|row| row.lag)) } else { Table::new() };
    table = table
        .texts("depth", &texts(&|row| row.depth.to_owned()))
        .texts("patient", &texts(&|row| row.patient.to_owned()))
        .counts("targets", &targets)
        .optional_counts("undefined", &undefined)
        .numbers("spearman", &numbers(&|row| row.association.spearman));
    table = estimates(table, "spearman", &|found| found.rank.estimate);
    table = table
        .numbers("pearson", &numbers(&|row| row.association.pearson))
        .numbers("slope", &numbers(&|row| row.association.slope));
    table = estimates(table, "slope", &|found| found.slope.estimate);
    table = table.numbers("mixed_slope", &all(|found| found.mixed.map_or(f64::NAN, |mixed| mixed.slope.value)));
    estimates(table, "mixed_slope", &mixed)
        .numbers("mixed_p", &all(|found| found.mixed.map_or(f64::NAN, |mixed| mixed.p)))
        .numbers("permuted_p", &all(|found| found.permuted.p))
}
