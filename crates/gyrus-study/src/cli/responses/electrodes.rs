//! Electrodes that answer to speech, whatever is said.

use std::path::PathBuf;

use anyhow::{bail, ensure};
use clap::{Args, ValueEnum};
use gyrus_encoding::Selection;
use gyrus_study::{ElectrodeSettings, Responsive, Table, write_table};
use gyrus_types::{Interval, Sampling};
use ndarray::{Array2, ArrayView2, Axis};

/// Whether and how electrodes are tested.
#[derive(Debug, Args)]
pub struct ElectrodeArguments {
    /// Keep only electrodes that answer to words: by the mean 0 to .3 s after onsets against silence, or by the evoked response
    /// at lags up to .45 s, against words moved around the recording. It looks at all words; scores of the same words are a
    /// little too high.
    #[arg(long, value_enum)]
    responsive: Option<Contrast>,
    /// The largest q, over the electrodes, that counts as an answer.
    #[arg(long, default_value_t = 0.05)]
    level: f64,
    /// How often words are moved; q is never below electrodes / (1 + shifts) where one answers.
    #[arg(long, default_value_t = 999, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    shifts: u32,
    /// Decides by how much.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// A table to write: name, effect in standard deviations, p and q of every electrode.
    #[arg(long, requires = "responsive", value_name = "TABLE.parquet")]
    electrodes_out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Contrast {
    /// After onsets against silence.
    Silence,
    /// How far the mean response to a word goes from the mean of the recording.
    Evoked,
}

/// The electrodes that answer.
#[derive(Debug)]
pub struct Answering {
    /// Their columns.
    pub kept: Vec<usize>,
    /// What is said of the test.
    pub note: String,
}

impl ElectrodeArguments {
    /// Whether electrodes are tested.
    pub fn is_asked(&self) -> bool {
        self.responsive.is_some()
    }

    /// That the level is one.
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(self.level > 0.0 && self.level <= 1.0, "`--level` must be above 0 and at most 1: `{}`", self.level);
        Ok(())
    }

    /// Tests the columns of `signal`, `(samples, electrodes)`, and writes the table.
    ///
    /// # Errors
    /// What cannot be tested, or no electrode that answers.
    pub fn test(
        &self,
        signal: ArrayView2<f64>,
        sampling: Sampling,
        heard: &[Interval],
        names: &[String],
    ) -> anyhow::Result<Answering> {
        let responsive = match self.responsive {
            Some(Contrast::Evoked) => Responsive::Evoked,
            _ => Responsive::Silence,
        };
        let settings = ElectrodeSettings { shifts: self.shifts as usize, ..ElectrodeSettings::new(responsive) };
        let found = Selection::new(signal, sampling, heard, &settings.params(self.seed)?)?;
        if let Some(path) = &self.electrodes_out {
            write_table(path, table(&found, names))?;
        }
        let kept = found.selected(self.level);
        if kept.is_empty() {
            let least = found.answers.iter().map(|answer| answer.q).fold(f64::INFINITY, f64::min);
            let (all, level, shifts) = (names.len(), self.level, found.shifts);
            bail!(
                "none of {all} electrodes answers to words: the smallest q is {least:.3}, `--level` {level}, {shifts} shifts"
            );
        }
        let note = self.note(&found, &kept, names);
        Ok(Answering { kept, note })
    }

    fn note(&self, found: &Selection, kept: &[usize], names: &[String]) -> String {
        let Selection { words, outside, silence, shifts, .. } = found;
        let left: Vec<&str> = names
            .iter()
            .enumerate()
            .filter(|(place, _)| !kept.contains(place))
            .map(|(_, name)| name.as_str())
            .collect();
        let against = if *silence > 0.0 { format!(" against {silence:.1} s of silence") } else { String::new() };
        let left = if left.is_empty() { "none".to_owned() } else { left.join(", ") };
        format!(
            "{} of {} electrodes answer (q at most {}) to {words} words{against}, {outside} words outside, {shifts} shifts; \
             left out: {left}",
            kept.len(),
            names.len(),
            self.level,
        )
    }
}

/// The columns of the kept electrodes at every lag, of responses `(rows, lags x electrodes)`.
pub fn only(values: ArrayView2<f64>, kept: &[usize], electrodes: usize) -> Array2<f64> {
    let lags = values.ncols() / electrodes.max(1);
    let columns: Vec<usize> =
        (0..lags).flat_map(|lag| kept.iter().map(move |electrode| lag * electrodes + electrode)).collect();
    values.select(Axis(1), &columns)
}

fn table(found: &Selection, names: &[String]) -> Table {
    let numbers = |of: fn(&gyrus_encoding::Answer) -> f64| found.answers.iter().map(of).collect::<Vec<f64>>();
    Table::new()
        .texts("name", names)
        .numbers("effect", &numbers(|answer| answer.effect))
        .numbers("p", &numbers(|answer| answer.p))
        .numbers("q", &numbers(|answer| answer.q))
}
