//! One series of an NWB file.

use std::ops::Range;
use std::path::Path;

use ndarray::{Array2, Axis, Ix2, s};

use super::clock::Clock;
use super::electrodes::{self, Electrode};
use super::{intervals, series};
use crate::hdf5::{Attributes, DataSet, Hdf5File};
use crate::{Annotation, Channel, ChannelKind, Error, Signals};

/// Numbers that are read at a time, if a sample is not wider.
const BLOCK: usize = 1 << 20;

/// Channels that a series may have.
const MOST_CHANNELS: usize = 100_000;

/// A series of an NWB file, whose samples are read where they are needed.
#[derive(Debug)]
pub struct NwbFile {
    file: Hdf5File,
    series: String,
    data: DataSet,
    clock: Clock,
    /// What a stored number is multiplied by, for each channel, and what is added.
    scale: (Vec<f64>, f64),
    channels: Vec<Channel>,
    electrodes: Option<Vec<Electrode>>,
    annotations: Vec<Annotation>,
    gaps: Vec<Range<f64>>,
}

/// Paths of the series of numbers that the file `path` has.
///
/// # Errors
/// [`Error::Read`]; [`Error::Content`] for what is no HDF5 file.
pub fn series_names(path: &Path) -> Result<Vec<String>, Error> {
    Ok(series::all(&Hdf5File::open(path)?)?.into_iter().map(|series| series.path).collect())
}

impl NwbFile {
    /// Opens a series of the file `path`: the one of that name, which is a path or the last part of one, or else the only
    /// series of electrodes.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Missing`] with the names for a series that is not there; [`Error::Content`] for several
    /// series and no name, a series without rate or with uneven times, or with other electrodes than columns, and what cannot
    /// be read.
    pub fn open(path: &Path, name: Option<&str>) -> Result<Self, Error> {
        let file = Hdf5File::open(path)?;
        let series = series::choose(path, series::all(&file)?, name)?;
        let data = file.data_set(&format!("{series}/data"))?;
        data.check_size(data.len())?;
        let (samples, columns) = (data.shape()[0], data.shape().get(1).copied().unwrap_or(1));
        if columns > MOST_CHANNELS {
            return Err(Error::content(path, format!("series {series}"), "has too many channels", columns));
        }
        let clock = Clock::read(&file, &series, samples)?;
        let electrodes = electrodes::read(&file, &series, columns)?;
        let attributes = data.attributes();
        let scale = scale(&file, &series, &attributes, columns)?;
        let channels = channels(electrodes.as_deref(), columns, unit(&attributes), &clock);
        let (annotations, gaps) = (intervals::read(&file, clock.start)?, clock.gaps());
        Ok(Self { file, series, data, clock, scale, channels, electrodes, annotations, gaps })
    }

    /// Path of the series in the file.
    pub fn series(&self) -> &str {
        &self.series
    }

    /// Seconds of the first sample on the clock of the session.
    pub fn start(&self) -> f64 {
        self.clock.start
    }

    /// The electrodes, one for each channel, if the series has any.
    pub fn electrodes(&self) -> Option<&[Electrode]> {
        self.electrodes.as_deref()
    }

    /// Fills `values`, the samples from `first` on, from the rows of the data.
    fn fill(
        &self,
        channels: &[usize],
        first: usize,
        rows: Range<usize>,
        values: &mut Array2<f64>,
    ) -> Result<(), Error> {
        let block = (BLOCK / self.channels.len().max(1)).max(1);
        for begin in rows.clone().step_by(block) {
            let part = begin..(begin + block).min(rows.end);
            let read = self.data.rows(part.clone())?;
            let read = if read.ndim() == 1 { read.insert_axis(Axis(1)) } else { read };
            let read = read.into_dimensionality::<Ix2>().expect("a series has one or two axes");
            let at = first + (begin - rows.start);
            let mut place = values.slice_mut(s![at..at + part.len(), ..]);
            for (mut column, channel) in place.columns_mut().into_iter().zip(channels) {
                let (gain, offset) = (self.scale.0[*channel], self.scale.1);
                column.zip_mut_with(&read.column(*channel), |value, stored| *value = stored * gain + offset);
            }
        }
        Ok(())
    }
}

impl Signals for NwbFile {
    fn path(&self) -> &Path {
        self.file.path()
    }

    fn channels(&self) -> &[Channel] {
        &self.channels
    }

    fn annotations(&self) -> &[Annotation] {
        &self.annotations
    }

    fn gaps(&self) -> &[Range<f64>] {
        &self.gaps
    }

    fn read(&self, channels: &[usize], samples: Range<usize>) -> Result<Array2<f64>, Error> {
        assert!(
            samples.start <= samples.end && samples.end <= self.clock.samples(),
            "samples are among those of the file"
        );
        assert!(channels.iter().all(|channel| *channel < self.channels.len()), "channels are among those of the file");
        let mut values = Array2::from_elem((samples.len(), channels.len()), f64::NAN);
        for run in &self.clock.runs {
            let begin = samples.start.max(run.first);
            let end = samples.end.min(run.first + run.rows.len());
            if begin < end {
                let row = |sample: usize| run.rows.start + (sample - run.first);
                self.fill(channels, begin - samples.start, row(begin)..row(end), &mut values)?;
            }
        }
        Ok(values)
    }
}

/// What stored numbers are multiplied by, for each column, and what is added.
fn scale(file: &Hdf5File, series: &str, data: &Attributes, columns: usize) -> Result<(Vec<f64>, f64), Error> {
    let (conversion, offset) = (data.number("conversion").unwrap_or(1.0), data.number("offset").unwrap_or(0.0));
    let path = format!("{series}/channel_conversion");
    if !file.has_data_set(&path) {
        return Ok((vec![conversion; columns], offset));
    }
    let each = file.data_set(&path)?.read()?;
    if each.len() != columns {
        let wrong = format!("is not one number for each of {columns} channels");
        return Err(Error::content(file.path(), path, wrong, each.len()));
    }
    Ok((each.iter().map(|own| own * conversion).collect(), offset))
}

/// The unit of a series, with the usual short form for volts.
fn unit(data: &Attributes) -> String {
    match data.text("unit").unwrap_or_default() {
        "volts" | "volt" | "Volts" | "Volt" => "V".to_owned(),
        other => other.to_owned(),
    }
}

fn channels(electrodes: Option<&[Electrode]>, columns: usize, unit: String, clock: &Clock) -> Vec<Channel> {
    let channel = |column: usize| Channel {
        name: electrodes.map_or_else(|| column.to_string(), |electrodes| electrodes[column].name.clone()),
        kind: ChannelKind::Other,
        unit: unit.clone(),
        rate: clock.rate,
        samples: clock.samples(),
        bad: electrodes.is_some_and(|electrodes| electrodes[column].bad),
    };
    (0..columns).map(channel).collect()
}
