//! The envelope of a sound from a file.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Args;
use gyrus_types::Sampling;

use crate::cli::encode::column;

/// A sampled envelope.
#[derive(Debug, Args)]
pub struct EnvelopeArguments {
    /// The envelope of the sound, for envelope: a number in each line, and no header.
    #[arg(long, requires = "envelope_rate")]
    envelope: Option<PathBuf>,
    /// Numbers of the envelope in a second.
    #[arg(long, requires = "envelope")]
    envelope_rate: Option<f64>,
    /// Time of the first number in seconds, on the clock of the words.
    #[arg(long, default_value_t = 0.0, allow_negative_numbers = true)]
    envelope_start: f64,
}

impl EnvelopeArguments {
    /// Whether there is one.
    pub fn is_given(&self) -> bool {
        self.envelope.is_some()
    }

    /// The samples and when they were taken.
    ///
    /// # Errors
    /// The file cannot be read, a line is no finite number, or the rate is not positive and finite.
    pub fn read(&self) -> anyhow::Result<Option<(Vec<f64>, Sampling)>> {
        let (Some(path), Some(rate)) = (&self.envelope, self.envelope_rate) else { return Ok(None) };
        ensure!(rate.is_finite() && rate > 0.0, "`--envelope-rate` must be positive and finite: `{rate}`");
        let samples: Vec<f64> = column(path, "a number")?;
        let wrong = samples.iter().position(|sample| !sample.is_finite());
        let said = |row: usize| format!("row {row} (from 0) of `{}` is not finite: `{}`", path.display(), samples[row]);
        ensure!(wrong.is_none(), wrong.map(said).unwrap_or_default());
        let sampling = Sampling::new(self.envelope_start, 1.0 / rate).context("could not make the envelope's clock")?;
        Ok(Some((samples, sampling)))
    }
}
