//! What a pipeline does, as a value that stands in a manifest.

use ndarray::{Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

use super::{Outcome, Plan};
use crate::{Error, Filter, FourierResample, HighGamma, Montage, Resample, Trend, standardised};

/// A step that can work on one stretch of time after another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A filter without a shift in time.
    Filter(Filter),
    /// The envelope of bands.
    HighGamma(HighGamma),
    /// Another rate.
    Resample(Resample),
}

/// A step that needs a whole run, and works on what the others have made of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// No trend.
    Detrend(Trend),
    /// Another rate, by the transform of the whole run.
    FourierResample(FourierResample),
    /// Mean 0 and standard deviation 1.
    Standardise,
}

/// A montage, then steps in chunks, then steps on what they leave.
///
/// [`Pipeline::plan`] prepares it for a recording; [`Plan`] says how chunks are joined.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Pipeline {
    /// Which columns, and against what.
    pub montage: Montage,
    /// Steps in chunks.
    pub steps: Vec<Step>,
    /// Steps on whole runs.
    pub finish: Vec<Finish>,
}

impl Pipeline {
    /// The pipeline for recordings of `samples` of `columns` at `rate` hertz.
    ///
    /// # Errors
    /// Settings that the rate or the columns do not hold; [`Error::Unbounded`] for steps that cannot work in chunks;
    /// [`Error::Short`] for an empty recording.
    pub fn plan(&self, samples: usize, columns: usize, rate: f64) -> Result<Plan, Error> {
        Plan::new(self, samples, columns, rate)
    }

    /// The same on a whole recording in memory, `(samples, channels)` at `rate` hertz, each step on its whole result.
    ///
    /// This is what the words of each step define; [`Plan`] agrees with it but near the ends.
    ///
    /// # Errors
    /// Those of the steps.
    pub fn whole(&self, x: ArrayView2<f64>, rate: f64) -> Result<(Array2<f64>, Outcome), Error> {
        let mut x = self.montage.apply(x)?;
        let constant = x.axis_iter(Axis(1)).map(|column| column.iter().all(|v| *v == column[0])).collect::<Vec<bool>>();
        let mut now = rate;
        for step in &self.steps {
            (x, now) = match step {
                Step::Filter(filter) => (filter.apply(x.view(), now)?, now),
                Step::HighGamma(bands) => (bands.apply(x.view(), now)?, now),
                Step::Resample(resample) => (resample.apply(x.view(), now)?, resample.rate),
            };
        }
        self.finish(x, now, &constant)
    }

    /// The last steps, on what the others have made of a run.
    pub(super) fn finish(
        &self,
        mut x: Array2<f64>,
        mut rate: f64,
        constant: &[bool],
    ) -> Result<(Array2<f64>, Outcome), Error> {
        let constant: Vec<usize> = (0..constant.len()).filter(|&column| constant[column]).collect();
        let mut undefined = Vec::new();
        for finish in &self.finish {
            match finish {
                Finish::Detrend(trend) => x = trend.remove(x.view())?,
                Finish::FourierResample(resample) => {
                    let shape = resample.shape(x.nrows(), rate)?;
                    x = resample.apply(x.view(), rate)?;
                    rate = shape.0;
                }
                Finish::Standardise => (x, undefined) = standard(x, &constant)?,
            }
        }
        Ok((x, Outcome { rate, constant, undefined }))
    }
}

/// Standardised columns; those that were constant at first hold nothing but rounding now, and are undefined too.
fn standard(x: Array2<f64>, constant: &[usize]) -> Result<(Array2<f64>, Vec<usize>), Error> {
    let mut found = standardised(x.view())?;
    constant.iter().for_each(|&column| found.values.column_mut(column).fill(f64::NAN));
    found.undefined.extend(constant);
    found.undefined.sort_unstable();
    found.undefined.dedup();
    Ok((found.values, found.undefined))
}
