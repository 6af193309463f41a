//! Trials in the layout of naplib: the struct array `out` of a MATLAB file, one struct for each trial.
//!
//! On disk responses are channels by time; here they are time by channels, as everywhere in this project.
//! The fields are those of the naplib toolbox: `name`, `resp` and `dataf` must be there; `sound`, `soundf`, `aud`, `duration`,
//! `befaft`, `script` and `chname` may be.
//!
//! ```
//! use std::path::Path;
//!
//! use gyrus_formats::naplib::read_naplib;
//!
//! let trials = read_naplib(Path::new("tests/data/naplib/naplib-v73.mat"))?;
//! assert_eq!((trials[0].name.as_str(), trials[0].response.dim(), trials[0].rate), ("s1", (20, 3), 100.0));
//! # Ok::<(), gyrus_formats::Error>(())
//! ```

use std::path::Path;

use ndarray::Array2;

use crate::Error;
use crate::matlab::{Fields, MatFile, Value};

/// The variable of the file.
const VARIABLE: &str = "out";

/// One trial.
#[derive(Debug, Clone, PartialEq)]
pub struct NaplibTrial {
    /// Its name.
    pub name: String,
    /// The response, `(samples, channels)`.
    pub response: Array2<f64>,
    /// Samples of the response a second.
    pub rate: f64,
    /// Names of the channels; none if the file does not say.
    pub channels: Vec<String>,
    /// The sound and its rate, `(samples, channels of sound)`, if it is there.
    pub sound: Option<(Array2<f64>, f64)>,
    /// The spectrogram, `(samples, bands)`, at the rate of the response, if it is there.
    pub spectrogram: Option<Array2<f64>>,
    /// Seconds of the sound, if the file says so.
    pub duration: Option<f64>,
    /// Seconds of the response before the sound and after it, if the file says so.
    pub before_after: Option<[f64; 2]>,
    /// What is said in the sound, if the file says so.
    pub script: Option<String>,
}

/// All trials of the file `path`.
///
/// # Errors
/// [`Error::Read`]; [`Error::Missing`] for a file without `out`, or without a field; [`Error::Content`] for a field that is not
/// what it should be, for names of channels that are not as many as the channels, and for what cannot be read.
pub fn read_naplib(path: &Path) -> Result<Vec<NaplibTrial>, Error> {
    let value = MatFile::open(path)?.read(VARIABLE)?;
    Fields::all(path, VARIABLE, &value)?.into_iter().map(trial).collect()
}

fn trial(fields: Fields<'_>) -> Result<NaplibTrial, Error> {
    let response = by_time(fields.matrix("resp")?);
    let channels = match fields.find("chname") {
        Some(names) => names_of(&fields, names, response.ncols())?,
        None => Vec::new(),
    };
    if !channels.is_empty() && channels.len() != response.ncols() {
        let wrong = format!("does not name each of {} channels, but so many", response.ncols());
        return Err(fields.wrong("chname", wrong, channels.len()));
    }
    let sound = match fields.find("sound") {
        Some(_) => Some((upright(fields.matrix("sound")?), fields.positive("soundf")?)),
        None => None,
    };
    let spectrogram = fields.find("aud").map(|_| fields.matrix("aud")).transpose()?;
    Ok(NaplibTrial {
        name: fields.text("name")?.unwrap_or_default(),
        response,
        rate: fields.positive("dataf")?,
        channels,
        sound,
        spectrogram: spectrogram.map(by_time),
        duration: fields.find("duration").map(|_| fields.positive("duration")).transpose()?,
        before_after: before_after(&fields)?,
        script: fields.text("script")?,
    })
}

/// Channels by time as time by channels; a single column is one channel, which naplib does not turn.
fn by_time(stored: Array2<f64>) -> Array2<f64> {
    if stored.ncols() == 1 { stored } else { stored.reversed_axes() }
}

/// Names of the channels; naplib writes a list of texts as one row, each padded to the longest one.
fn names_of(fields: &Fields<'_>, names: &Value, channels: usize) -> Result<Vec<String>, Error> {
    let letters: Vec<char> = names.text().unwrap_or_default().chars().collect();
    if channels > 1 && !letters.is_empty() && letters.len().is_multiple_of(channels) {
        let name = |letters: &[char]| letters.iter().collect::<String>().trim_end_matches(['\0', ' ']).to_owned();
        return Ok(letters.chunks(letters.len() / channels).map(name).collect());
    }
    fields.as_texts("chname", names)
}

/// A sound with its samples down, whichever way it was stored.
fn upright(sound: Array2<f64>) -> Array2<f64> {
    if sound.ncols() > sound.nrows() { sound.reversed_axes() } else { sound }
}

fn before_after(fields: &Fields<'_>) -> Result<Option<[f64; 2]>, Error> {
    if fields.find("befaft").is_none() {
        return Ok(None);
    }
    let found: Vec<f64> = fields.matrix("befaft")?.iter().copied().collect();
    match found.as_slice() {
        [before, after] => Ok(Some([*before, *after])),
        _ => Err(fields.wrong("befaft", "is not two numbers, but so many", found.len())),
    }
}
