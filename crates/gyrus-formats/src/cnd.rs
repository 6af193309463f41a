//! The continuous-event neural data format (CND): a file `dataStim.mat` with stimuli and a file `dataSubN.mat` for each listener.
//!
//! Stimuli have features by trials; recordings have trials; both are matrices of time by whatever is measured.
//!
//! ```
//! use std::path::Path;
//!
//! use gyrus_formats::cnd::{read_recording, read_stimulus};
//!
//! let folder = Path::new("tests/data/cnd");
//! let (eeg, stimulus) = (read_recording(&folder.join("dataSub1.mat"))?, read_stimulus(&folder.join("dataStim.mat"))?);
//! assert_eq!(stimulus.names, ["envelope", "word onset"]);
//! for (response, features) in eeg.trials.iter().zip(&stimulus.trials) {
//!     assert_eq!(response.nrows(), features[0].nrows());
//! }
//! # Ok::<(), gyrus_formats::Error>(())
//! ```

use std::path::Path;

use ndarray::Array2;

use crate::Error;
use crate::matlab::{Fields, MatFile, Value};

/// What listeners heard.
#[derive(Debug, Clone, PartialEq)]
pub struct CndStimulus {
    /// Names of the features.
    pub names: Vec<String>,
    /// Samples a second.
    pub rate: f64,
    /// For each trial each feature, `(samples, width)`.
    pub trials: Vec<Vec<Array2<f64>>>,
    /// The number of each trial's stimulus, from 1, if the file says so.
    pub order: Option<Vec<usize>>,
}

/// What was recorded from one listener.
#[derive(Debug, Clone, PartialEq)]
pub struct CndRecording {
    /// Samples a second.
    pub rate: f64,
    /// The device, if the file says so.
    pub device: Option<String>,
    /// Each trial, `(samples, channels)`.
    pub trials: Vec<Array2<f64>>,
    /// The channels; none if the file does not say.
    pub channels: Vec<CndChannel>,
    /// Channels beside, such as the mastoids.
    pub external: Vec<CndExternal>,
    /// Where in the session each trial was, from 1, if the file says so for each trial.
    pub order: Option<Vec<usize>>,
}

/// A channel and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct CndChannel {
    /// Its name.
    pub name: String,
    /// Its place on the head, in the file's own unit, if the file says so.
    pub position: Option<[f64; 3]>,
}

/// Channels beside the others.
#[derive(Debug, Clone, PartialEq)]
pub struct CndExternal {
    /// What they are, as the file says.
    pub description: String,
    /// Each trial, `(samples, channels)`.
    pub trials: Vec<Array2<f64>>,
}

/// The stimuli of the file `path`, which is `dataStim.mat`.
///
/// # Errors
/// [`Error::Read`]; [`Error::Missing`] for a file without `stim`, or without a field; [`Error::Content`] for a field that is not
/// what it should be, or names that are not as many as the features.
pub fn read_stimulus(path: &Path) -> Result<CndStimulus, Error> {
    let value = MatFile::open(path)?.read("stim")?;
    let fields = Fields::one(path, "stim", &value)?;
    let names = fields.as_texts("names", fields.get("names")?)?;
    let data = fields.get("data")?;
    let Value::Cell(cells) = data else { return Err(fields.wrong("data", "is no array of cells but", data.kind())) };
    let features = cells.shape.first().copied().unwrap_or(0);
    if names.len() != features || features == 0 {
        return Err(fields.wrong(
            "names",
            format!("does not name each of {features} features, but so many"),
            names.len(),
        ));
    }
    let trial =
        |cells: &[Value]| cells.iter().map(|cell| fields.as_matrix("data", cell)).collect::<Result<Vec<_>, _>>();
    let trials = cells.values.chunks(features).map(trial).collect::<Result<Vec<_>, _>>()?;
    let order = order(&fields, "stimIdxs", trials.len())?;
    Ok(CndStimulus { names, rate: fields.positive("fs")?, trials, order })
}

/// The recording of the file `path`, which is one of `dataSub1.mat`, `dataSub2.mat`, …
///
/// # Errors
/// [`Error::Read`]; [`Error::Missing`] for a file without `eeg`, or without a field; [`Error::Content`] for a field that is not
/// what it should be, and for trials that differ in their channels.
pub fn read_recording(path: &Path) -> Result<CndRecording, Error> {
    let value = MatFile::open(path)?.read("eeg")?;
    let fields = Fields::one(path, "eeg", &value)?;
    let trials = trials(&fields)?;
    let channels = match fields.find("chanlocs") {
        Some(places) => {
            Fields::all(path, "eeg.chanlocs", places)?.iter().map(channel).collect::<Result<Vec<_>, _>>()?
        }
        None => Vec::new(),
    };
    let columns = trials.first().map_or(0, Array2::ncols);
    if !channels.is_empty() && channels.len() != columns {
        let wrong = format!("does not place each of {columns} channels, but so many");
        return Err(fields.wrong("chanlocs", wrong, channels.len()));
    }
    let external = match fields.find("extChan") {
        Some(beside) => Fields::all(path, "eeg.extChan", beside)?.iter().map(external).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let (rate, device, order) =
        (fields.positive("fs")?, fields.text("deviceName")?, order(&fields, "origTrialPosition", trials.len())?);
    Ok(CndRecording { rate, device, trials, channels, external, order })
}

/// The trials of a struct, which have the same channels.
fn trials(fields: &Fields<'_>) -> Result<Vec<Array2<f64>>, Error> {
    let trials: Vec<Array2<f64>> =
        fields.cells("data")?.iter().map(|cell| fields.as_matrix("data", cell)).collect::<Result<_, _>>()?;
    let columns = trials.first().map_or(0, Array2::ncols);
    match trials.iter().position(|trial| trial.ncols() != columns) {
        Some(at) => {
            let wrong = format!("has {columns} channels in the first trial and in trial {} so many", at + 1);
            Err(fields.wrong("data", wrong, trials[at].ncols()))
        }
        None => Ok(trials),
    }
}

fn channel(fields: &Fields<'_>) -> Result<CndChannel, Error> {
    let axis = |name| fields.find(name).and_then(Value::number);
    let position = match [axis("X"), axis("Y"), axis("Z")] {
        [Some(x), Some(y), Some(z)] => Some([x, y, z]),
        _ => None,
    };
    Ok(CndChannel { name: fields.text("labels")?.unwrap_or_default(), position })
}

fn external(fields: &Fields<'_>) -> Result<CndExternal, Error> {
    Ok(CndExternal { description: fields.text("description")?.unwrap_or_default(), trials: trials(fields)? })
}

/// A number from 1 for each trial; files that have another number of them are taken to say nothing.
fn order(fields: &Fields<'_>, name: &str, trials: usize) -> Result<Option<Vec<usize>>, Error> {
    if fields.find(name).is_none() {
        return Ok(None);
    }
    let found = fields.matrix(name)?;
    match found.iter().find(|place| !(**place >= 1.0 && place.fract() == 0.0)) {
        _ if found.len() != trials => Ok(None),
        Some(place) => Err(fields.wrong(name, "has a place that is no number from 1", place)),
        None => Ok(Some(found.iter().map(|place| *place as usize).collect())),
    }
}
