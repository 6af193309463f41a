//! The table of power: which effects the design at hand would have found, and the smallest of them.

use std::path::PathBuf;

use clap::Args;
use gyrus_encoding::{DETECTED, Encoder, Error, Power, PowerCurve, PowerParams, Runs, Simulated};
use gyrus_ridge::Rule;
use gyrus_study::{Table, write_table};
use ndarray::ArrayView2;

use super::scores::Columns;

/// What is simulated.
#[derive(Debug, Args)]
#[group(id = "powers")]
pub struct PowerArguments {
    /// A table of power to write, by effects planted in the responses' own noise: layer, target (empty: the mean over all),
    /// effect (true correlation, beyond the controls), power (share found against shifts, p of at most .05) with its
    /// interval, threshold, r (mean score, less that of the controls) and, the same in every row of a curve,
    /// smallest_effect (found 80 times in 100; infinite: none that was tried) with its interval and smallest_r.
    #[arg(long, conflicts_with_all = ["banded", "bands", "lags"])]
    power_out: Option<PathBuf>,
    /// Recordings simulated for each effect, and twice as many for its null.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(50..), requires = "power_out")]
    power_draws: u32,
    /// Effects to plant, rising between 0 and 1 [default: 14 from .02 to .9].
    #[arg(long, value_delimiter = ',', requires = "power_out")]
    power_effects: Vec<f64>,
}

/// What is simulated, and the curves so far.
#[derive(Debug)]
pub struct PowerTable {
    out: PathBuf,
    params: PowerParams,
    runs: Runs,
    /// The targets of the layer that is being worked on.
    parts: Vec<Simulated>,
    curves: Vec<(usize, Option<usize>, PowerCurve)>,
}

/// What effects are planted in, and found by.
#[derive(Debug, Clone, Copy)]
pub struct Planted<'a> {
    /// The layer before any reduction, `(rows, width)`.
    pub features: ArrayView2<'a, f64>,
    /// `(rows, controls)`.
    pub controls: Option<ArrayView2<'a, f64>>,
    /// The model of both.
    pub encoder: &'a Encoder<'a>,
    /// How its penalties are chosen.
    pub rule: &'a Rule,
}

impl PowerArguments {
    /// An empty table, if it is asked for.
    pub fn table(&self, runs: &Runs, least_shift: usize, seed: u64) -> Option<PowerTable> {
        let draws = self.power_draws as usize;
        let mut params = PowerParams { draws, least_shift, seed, ..PowerParams::default() };
        if !self.power_effects.is_empty() {
            params.effects.clone_from(&self.power_effects);
        }
        let (parts, curves) = (Vec::new(), Vec::new());
        self.power_out.clone().map(|out| PowerTable { out, params, runs: runs.clone(), parts, curves })
    }
}

impl PowerTable {
    /// Adds the curves of some targets of a layer.
    ///
    /// # Errors
    /// A fit fails, effects do not rise between 0 and 1, or a run is too short to be moved.
    pub fn push(
        &mut self,
        layer: usize,
        columns: Columns,
        planted: Planted,
        responses: ArrayView2<f64>,
    ) -> Result<(), Error> {
        let Planted { features, controls, encoder, rule } = planted;
        let power = Power::new(encoder, features, controls, &self.runs, self.params.clone())?;
        let simulated = power.simulate(responses, columns.first, rule)?;
        let curve = |column| (layer, Some(columns.target(column)), simulated.of_target(column));
        self.curves.extend((0..columns.targets).map(curve));
        self.parts.push(simulated);
        Ok(())
    }

    /// Adds the curve of the mean over all targets of a layer, all of which have been pushed.
    pub fn end(&mut self, layer: usize) {
        let all = Simulated::side_by_side(&std::mem::take(&mut self.parts));
        self.curves.extend(all.map(|all| (layer, None, all.of_mean())));
    }

    /// Writes the table.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self) -> Result<(), gyrus_study::Error> {
        let rows = || self.curves.iter().flat_map(|curve| curve.2.points.iter().map(move |point| (curve, point)));
        let layers: Vec<u32> = rows().map(|(curve, _)| curve.0 as u32).collect();
        let targets: Vec<Option<u32>> = rows().map(|(curve, _)| curve.1.map(|target| target as u32)).collect();
        let mut table = Table::new().counts("layer", &layers).optional_counts("target", &targets);
        let columns: [(&str, Number); 10] = [
            ("effect", |_, point| point.effect),
            ("power", |_, point| point.power.value),
            ("power_low", |_, point| point.power.low),
            ("power_high", |_, point| point.power.high),
            ("threshold", |_, point| point.threshold),
            ("r", |_, point| point.score),
            ("smallest_effect", |curve, _| curve.smallest.value),
            ("smallest_effect_low", |curve, _| curve.smallest.low),
            ("smallest_effect_high", |curve, _| curve.smallest.high),
            ("smallest_r", |curve, _| curve.smallest_score),
        ];
        for (name, number) in columns {
            table = table.numbers(name, &rows().map(|(curve, point)| number(&curve.2, point)).collect::<Vec<_>>());
        }
        write_table(&self.out, table)
    }

    /// The smallest effect of every layer, in words.
    pub fn said(&self) -> Vec<String> {
        let means = self.curves.iter().filter(|(_, target, _)| target.is_none());
        let (share, largest) = (100.0 * DETECTED, self.params.effects.last().copied().unwrap_or(0.0));
        let said = |(layer, _, curve): &(usize, Option<usize>, PowerCurve)| match curve.smallest.value {
            nothing if nothing.is_nan() => format!("power at layer {layer} is undefined: nothing varies there"),
            beyond if beyond.is_infinite() => format!(
                "power at layer {layer}: in the mean over targets no effect up to {largest} is found {share:.0} times in 100"
            ),
            effect => format!(
                "power at layer {layer}: in the mean over targets an effect of {effect:.3} ({:.3} to {:.3}) is found \
                 {share:.0} times in 100; it gives a score of {:.3}",
                curve.smallest.low, curve.smallest.high, curve.smallest_score
            ),
        };
        means.map(said).collect()
    }
}

/// A number of a row of the table.
type Number = fn(&PowerCurve, &gyrus_encoding::PowerPoint) -> f64;
