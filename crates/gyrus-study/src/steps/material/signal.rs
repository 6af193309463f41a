//! One listener's signals, whatever kind of file they are in.

use gyrus_formats::Signals;
use gyrus_formats::arrays::ArrayFile;
use gyrus_recordings::{SampleTable, prepared, read_samples};
use gyrus_signals::{Condition, Pipeline};
use ndarray::{Array2, ArrayView2, s};

use super::image::{Series, wrong};
use crate::Error;
use crate::matrix_file::MatrixFile;
use crate::settings::RecordingEntry;

/// How files of arrays end; everything else is a file of signals, or none.
const ARRAYS: [&str; 7] = ["npy", "npz", "mat", "h5", "hdf5", "hf5", "safetensors"];

/// How tables end.
const TABLES: [&str; 3] = ["csv", "tsv", "parquet"];

/// Signals of one rate.
pub(super) struct Signal {
    /// `(samples, channels)`.
    pub values: Array2<f64>,
    /// Samples a second.
    pub rate: f64,
    /// Names of the channels.
    pub channels: Vec<String>,
    /// What is wrong with channels that are used all the same, a line each.
    pub warnings: Vec<String>,
}

impl Signal {
    /// The signal of `entry`: an array, a table, an image, or the channels called `names` of a file of signals, or without names all that
    /// measure the brain and are not bad; prepared, where that is asked for.
    ///
    /// # Errors
    /// What is wrong with the file; an array without a rate, or a file of signals with another one; a name that it does not
    /// have.
    pub fn read(entry: &RecordingEntry, names: Option<&[&str]>, preparation: Option<&Pipeline>) -> Result<Self, Error> {
        if Series::is_meant(entry) {
            return Self::image(entry, preparation);
        }
        if entry.mask.is_some() || entry.parcels.is_some() {
            let reason = "is no NIfTI image, which alone has `recordings.mask` and `recordings.parcels`";
            return Err(wrong(entry, reason.into()));
        }
        let ending = entry.signal.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        match ending.as_deref() {
            Some(ending) if ARRAYS.contains(&ending) => Self::array(entry, preparation),
            Some(ending) if TABLES.contains(&ending) => Self::table(entry, preparation),
            _ => Self::channels(entry, names, preparation),
        }
    }

    fn array(entry: &RecordingEntry, preparation: Option<&Pipeline>) -> Result<Self, Error> {
        let rate = said_rate(entry, "an array")?;
        let values = match &entry.array {
            None if entry.signal.extension().is_some_and(|ending| ending == "safetensors") => {
                MatrixFile::open_one(&entry.signal)?.matrix(0)
            }
            name => ArrayFile::open(&entry.signal)?.matrix(name.as_deref())?,
        };
        let channels = (0..values.ncols()).map(|column| column.to_string()).collect();
        Self { values, rate, channels, warnings: Vec::new() }.after(entry, preparation)
    }

    fn table(entry: &RecordingEntry, preparation: Option<&Pipeline>) -> Result<Self, Error> {
        let rate = said_rate(entry, "a table")?;
        let SampleTable { names, values } = read_samples(&entry.signal)?;
        Self { values, rate, channels: names, warnings: Vec::new() }.after(entry, preparation)
    }

    fn image(entry: &RecordingEntry, preparation: Option<&Pipeline>) -> Result<Self, Error> {
        let Series { values, rate, names } = Series::read(entry)?;
        Self { values, rate, channels: names, warnings: Vec::new() }.after(entry, preparation)
    }

    /// The signal, looked at and then after the steps of `preparation`, where there are any.
    fn after(self, entry: &RecordingEntry, preparation: Option<&Pipeline>) -> Result<Self, Error> {
        let mut condition = Condition::new(self.channels.len());
        condition.look(0, self.values.view());
        let path = entry.signal.display();
        let warnings = condition.said(&self.channels).into_iter().map(|line| format!("`{path}`: {line}")).collect();
        let Some(pipeline) = preparation else { return Ok(Self { warnings, ..self }) };
        let (values, rate) = Self::steps(entry, self.values.view(), (pipeline, self.rate))?;
        Ok(Self { values, rate, channels: self.channels, warnings })
    }

    /// The steps of a pipeline on an array, in chunks as on a file.
    fn steps(
        entry: &RecordingEntry,
        values: ArrayView2<f64>,
        (pipeline, rate): (&Pipeline, f64),
    ) -> Result<(Array2<f64>, f64), Error> {
        let failed = |source| {
            let (path, source) = (entry.signal.clone(), Box::new(source));
            Error::Recordings(gyrus_recordings::Error::Prepare { path, source })
        };
        let plan = pipeline.plan(values.nrows(), values.ncols(), rate).map_err(failed)?;
        let mut made = Array2::zeros((plan.samples(), plan.columns()));
        let read = |range: std::ops::Range<usize>| Ok(values.slice(s![range, ..]).to_owned());
        let outcome = plan.run::<gyrus_signals::Error>(values.nrows().max(1), read, |first, block| {
            made.slice_mut(s![first..first + block.nrows(), ..]).assign(&block);
            Ok(())
        });
        let rate = outcome.map_err(failed)?.rate;
        Ok((made, rate))
    }

    fn channels(entry: &RecordingEntry, names: Option<&[&str]>, preparation: Option<&Pipeline>) -> Result<Self, Error> {
        let file = gyrus_formats::open(&entry.signal)?;
        let chosen = match names {
            Some(names) => names.iter().map(|name| find(entry, &*file, name)).collect::<Result<Vec<_>, _>>()?,
            None => file.neural(),
        };
        let all = file.channels();
        let Some(first) = chosen.first().map(|channel| &all[*channel]) else {
            let reason = "no channel measures the brain and is good; `recordings.targets` names those that are wanted";
            return Err(wrong(entry, reason.into()));
        };
        if let Some(said) = entry.rate.filter(|said| (said - first.rate).abs() > 1e-6 * first.rate) {
            let reason = format!("is sampled at {} Hz, `recordings.rate` says {said}", first.rate);
            return Err(wrong(entry, reason));
        }
        let samples = chosen.iter().map(|channel| all[*channel].samples).min().unwrap_or(0);
        let found = prepared(&*file, (&chosen, samples), preparation, rayon::current_num_threads())?;
        let channels = chosen.iter().map(|channel| all[*channel].name.clone()).collect();
        Ok(Self { values: found.signal, rate: found.rate, channels, warnings: found.warnings })
    }
}

/// The rate of `what`, which cannot say it itself.
fn said_rate(entry: &RecordingEntry, what: &str) -> Result<f64, Error> {
    entry.rate.ok_or_else(|| wrong(entry, format!("{what} says nothing of its rate: give `recordings.rate`")))
}

fn find(entry: &RecordingEntry, file: &dyn Signals, name: &str) -> Result<usize, Error> {
    let there = || file.channels().iter().map(|channel| format!("`{}`", channel.name)).collect::<Vec<_>>().join(", ");
    let reason = || format!("has no channel `{name}`, which `recordings.targets` names; it has {}", there());
    file.find(name).ok_or_else(|| wrong(entry, reason()))
}
