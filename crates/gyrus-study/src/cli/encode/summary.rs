//! The table of targets: where each is predicted best, how well, and how well compared with its ceiling.

use std::path::PathBuf;

use clap::Args;
use gyrus_encoding::{Ceiling, Normalised, Reliability, centre_of_mass, chosen_layers, chosen_score, peak_reliability};
use gyrus_study::{Table, write_table};
use ndarray::{Array1, Array3, ArrayView1, ArrayView2, Axis, s};

use super::ceiling::CeilingArguments;
use super::held::Held;
use super::intervals::{Intervals, TargetIntervals};
use super::responses::Responses;

/// The table of targets.
#[derive(Debug, Args)]
pub struct SummaryArguments {
    /// A table with a row per target (and lag) to write: peak_layer and peak_r (the mean over folds there),
    /// centre_of_mass of the layers, chosen_layers (for each fold the best on the others) and chosen_r (free of that
    /// selection), with a ceiling also ceiling, peak_normalised and chosen_normalised.
    #[arg(long)]
    summary_out: Option<PathBuf>,
    /// Draws for 95 % intervals in that table, peak_layer_low, peak_layer_high, peak_r_low and so on: held-out blocks are
    /// drawn again with the weights fixed. The sums of every block and layer stay in memory.
    #[arg(long, requires = "summary_out", value_parser = clap::value_parser!(u32).range(100..))]
    draws: Option<u32>,
    /// Least rows of a block for `--draws` and `--hierarchy-out`, longer than the responses' autocorrelation.
    #[arg(long, default_value_t = 20)]
    block: usize,
    #[command(flatten)]
    ceiling: CeilingArguments,
}

/// The columns of the table.
#[derive(Debug, Default)]
struct Summary {
    target: Vec<u32>,
    lag: Vec<f64>,
    peak_layer: Vec<Option<u32>>,
    peak_r: Vec<f64>,
    centre_of_mass: Vec<f64>,
    chosen_layers: Vec<String>,
    chosen_r: Vec<f64>,
}

impl SummaryArguments {
    /// Whether the table is asked for.
    pub fn is_asked(&self) -> bool {
        self.summary_out.is_some()
    }

    /// Whether intervals are asked for.
    pub fn is_drawn(&self) -> bool {
        self.draws.is_some()
    }

    /// Least rows of a held-out block where results are resampled.
    pub fn block(&self) -> usize {
        self.block
    }

    /// The ceiling of every target.
    ///
    /// # Errors
    /// A file cannot be read or does not belong to `responses`.
    pub fn ceiling(&self, responses: &Responses, seed: u64) -> anyhow::Result<Ceiling> {
        self.ceiling.ceiling(responses, seed)
    }

    /// Writes the table of `r`, `(layers, folds, lags x targets)`, and says what there is to say about it; intervals are those
    /// of results that were `held`, and follow from the seed beside them.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(
        &self,
        r: &Array3<f64>,
        lags: Option<&[f64]>,
        ceiling: &Ceiling,
        held: Option<(&Held, u64)>,
    ) -> anyhow::Result<Vec<String>> {
        let Some(path) = &self.summary_out else { return Ok(Vec::new()) };
        let n_lags = lags.map_or(1, <[f64]>::len);
        let n_targets = r.len_of(Axis(2)) / n_lags.max(1);
        let mut summary = Summary::default();
        for column in 0..r.len_of(Axis(2)) {
            summary.push(column % n_targets, lags.map(|lags| lags[column / n_targets]), r.index_axis(Axis(2), column));
        }
        let mut notes = summary.notes();
        for lag in 0..n_lags {
            let of_lag = r.slice(s![.., .., lag * n_targets..(lag + 1) * n_targets]);
            let reliability = peak_reliability(of_lag)?;
            notes.extend((r.len_of(Axis(0)) > 1).then(|| said(reliability, lags.map(|lags| lags[lag]))));
        }
        let mut table = summary.table(lags.is_some());
        if let (Some(draws), Some((held, seed))) = (self.draws, held) {
            let intervals = Intervals { draws: draws as usize, seed };
            table = beside(table, &intervals.targets(held, n_lags));
        }
        if let Some(ceilings) = ceiling.r() {
            let ceilings: Vec<f64> = ceilings.iter().map(|ceiling| ceiling.value).collect();
            let normalised = |scores: &[f64]| -> anyhow::Result<(Vec<f64>, usize)> {
                let by_lag = scores.chunks(n_targets.max(1)).map(|of_lag| ceiling.normalise(ArrayView1::from(of_lag)));
                let by_lag = by_lag.collect::<Result<Vec<Option<Normalised>>, _>>()?;
                let without = by_lag.iter().flatten().map(|lag| lag.without_ceiling).max().unwrap_or(0);
                Ok((by_lag.into_iter().flatten().flat_map(|lag| lag.scores).collect(), without))
            };
            let (peak, without) = normalised(&summary.peak_r)?;
            let (chosen, _) = normalised(&summary.chosen_r)?;
            table = table
                .numbers("ceiling", &ceilings.repeat(n_lags))
                .numbers("peak_normalised", &peak)
                .numbers("chosen_normalised", &chosen);
            notes.push(format!("the ceiling is the {}, for {}", ceiling.estimator(), ceiling.unit()));
            let lost = format!("{without} of {n_targets} targets have no positive ceiling: not normalised (NaN)");
            notes.extend((without > 0).then_some(lost));
        }
        write_table(path, table)?;
        Ok(notes)
    }
}

impl Summary {
    /// Adds a target whose r is `(layers, folds)`.
    fn push(&mut self, target: usize, lag: Option<f64>, r: ArrayView2<f64>) {
        let profile: Array1<f64> = r.mean_axis(Axis(1)).expect("at least two folds");
        let peak = profile.iter().enumerate().filter(|(_, r)| !r.is_nan());
        let peak = peak.fold(None, |best: Option<(usize, f64)>, (layer, &r)| match best {
            Some((_, highest)) if highest >= r => best,
            _ => Some((layer, r)),
        });
        let chosen = chosen_layers(r);
        self.target.push(target as u32);
        self.lag.extend(lag);
        self.peak_layer.push(peak.map(|(layer, _)| layer as u32));
        self.peak_r.push(peak.map_or(f64::NAN, |(_, r)| r));
        self.centre_of_mass.push(centre_of_mass(profile.view()));
        self.chosen_r.push(chosen_score(r, &chosen));
        let chosen: Vec<String> = chosen.iter().map(usize::to_string).collect();
        self.chosen_layers.push(if peak.is_some() { chosen.join(" ") } else { String::new() });
    }

    fn notes(&self) -> Vec<String> {
        let of = self.target.len();
        let peaks = self.peak_layer.iter().filter(|layer| layer.is_none()).count();
        let centres = self.centre_of_mass.iter().filter(|centre| centre.is_nan()).count();
        let said = |n: usize, text: String| (n > 0).then_some(text);
        let peaks = said(peaks, format!("{peaks} of {of} peak layers are undefined: no layer has a defined score"));
        let centres =
            said(centres, format!("{centres} of {of} centres of mass are undefined (NaN): no layer scores above 0"));
        peaks.into_iter().chain(centres).collect()
    }

    fn table(&self, lagged: bool) -> Table {
        let mut table = Table::new().counts("target", &self.target);
        if lagged {
            table = table.numbers("lag", &self.lag);
        }
        table
            .optional_counts("peak_layer", &self.peak_layer)
            .numbers("peak_r", &self.peak_r)
            .numbers("centre_of_mass", &self.centre_of_mass)
            .texts("chosen_layers", &self.chosen_layers)
            .numbers("chosen_r", &self.chosen_r)
    }
}

/// The table with a column for each bound.
fn beside(table: Table, targets: &[TargetIntervals]) -> Table {
    let of = |bounds: &dyn Fn(&TargetIntervals) -> f64| targets.iter().map(bounds).collect::<Vec<f64>>();
    table
        .numbers("peak_layer_low", &of(&|one| one.peak_layer[0]))
        .numbers("peak_layer_high", &of(&|one| one.peak_layer[1]))
        .numbers("peak_r_low", &of(&|one| one.peak_r[0]))
        .numbers("peak_r_high", &of(&|one| one.peak_r[1]))
        .numbers("chosen_r_low", &of(&|one| one.chosen_r[0]))
        .numbers("chosen_r_high", &of(&|one| one.chosen_r[1]))
}

/// How reliable peak layers are, in words.
pub fn said(reliability: Reliability, lag: Option<f64>) -> String {
    let Reliability { half, whole, targets, undefined } = reliability;
    let at = lag.map(|lag| format!(" at lag {lag}")).unwrap_or_default();
    format!(
        "peak layers of odd and even folds{at}: rank correlation {half:.3} over {targets} targets ({undefined} left out), {whole:.3} for all folds"
    )
}
