//! One person who heard the story: the brain's signal, the head's motion and what was heard.

use std::{
    fs,
    path::{Path, PathBuf},
};

use gyrus_types::Recording;
use ndarray::{Array1, Array2, ArrayView2, s};
use serde::{Deserialize, Serialize};

use crate::{Error, Manifest, read_table};

/// Motion parameters of a volume: three shifts and three turns.
const MOTION_COLUMNS: usize = 6;

/// Radius of the spheres over which signals were averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub enum Radius {
    /// 6 mm.
    Six,
    /// 10 mm.
    Ten,
}

impl Radius {
    /// The radius in millimetres.
    pub fn millimetres(self) -> u32 {
        match self {
            Self::Six => 6,
            Self::Ten => 10,
        }
    }
}

impl TryFrom<u32> for Radius {
    type Error = String;

    fn try_from(millimetres: u32) -> Result<Self, String> {
        match millimetres {
            6 => Ok(Self::Six),
            10 => Ok(Self::Ten),
            _ => Err(format!("radius must be 6 or 10 mm: `{millimetres}`")),
        }
    }
}

impl From<Radius> for u32 {
    fn from(radius: Radius) -> Self {
        radius.millimetres()
    }
}

/// One person's recording with what goes beside it, row for row.
#[derive(Debug, Clone, PartialEq)]
pub struct Listener {
    /// The signal of every region, `(scans, regions)`.
    pub recording: Recording,
    /// Head motion, `(scans, 6)`: three shifts in millimetres, three turns in radians; the discarded volumes are left out.
    pub motion: Array2<f64>,
    /// Supplied sound power of the story, one value per scan.
    pub sound_power: Array1<f64>,
    /// Supplied word rate of the story, one value per scan.
    pub supplied_rate: Array1<f64>,
}

/// A person whose recording cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Who.
    pub subject: String,
    /// The file with the signal.
    pub file: PathBuf,
    /// Why.
    pub reason: String,
}

/// Name of the file with a person's signal.
pub(crate) const SIGNAL: &str = "-timecourses.txt";

/// The listener `subject`, or why not; files are in `folder` and, for the signal, in `signals`.
pub(crate) fn read(
    folder: &Path,
    signals: &Path,
    subject: &str,
    manifest: &Manifest,
) -> Result<Result<Listener, Refusal>, Error> {
    let (file, scans) = (signals.join(format!("{subject}{SIGNAL}")), manifest.signals.scans);
    let signal = read_table(&file, manifest.signals.regions.len(), Some(scans))?;
    if let Some(reason) = silence(signal.view()) {
        return Ok(Err(Refusal { subject: subject.into(), file, reason }));
    }
    let column = |name: &str| {
        let table = read_table(&folder.join(format!("{subject}-{name}.txt")), 1, Some(scans))?;
        Ok::<_, Error>(table.column(0).to_owned())
    };
    let (sound_power, supplied_rate) = (column("sndpwr")?, column("rate")?);
    let motion = motion(folder, subject, manifest)?;
    let sampling = manifest.sampling().map_err(|source| Error::Types { path: file.clone(), source })?;
    let recording = Recording::new(subject.into(), manifest.signals.regions.clone(), signal, sampling)
        .map_err(|source| Error::Types { path: file, source })?;
    Ok(Ok(Listener { recording, motion, sound_power, supplied_rate }))
}

/// Why a signal says nothing: every region is constant. One constant region among others is left to the scores.
fn silence(signal: ArrayView2<'_, f64>) -> Option<String> {
    let is_constant = signal.columns().into_iter().all(|region| region.iter().all(|&value| value == region[0]));
    match is_constant {
        true if signal.iter().all(|&value| value == 0.0) => Some("the signal is zero in every region".into()),
        true => Some("the signal is constant in every region".into()),
        false => None,
    }
}

/// The motion of the kept scans, from the one file whose name says it is this person's.
fn motion(folder: &Path, subject: &str, manifest: &Manifest) -> Result<Array2<f64>, Error> {
    let prefix = format!("{subject}-rp_");
    let mut found = names(folder)?;
    found.retain(|name| name.starts_with(&prefix) && name.ends_with(".txt"));
    let [name] = found.as_slice() else {
        return Err(Error::OneFile { folder: folder.into(), pattern: format!("{prefix}*.txt"), found });
    };
    let discarded = manifest.signals.discarded_volumes;
    let table = read_table(&folder.join(name), MOTION_COLUMNS, Some(discarded + manifest.signals.scans))?;
    Ok(table.slice_move(s![discarded.., ..]))
}

/// Names of the entries of a folder, sorted.
pub(crate) fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let failed = |source| Error::Read { path: folder.into(), source };
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut names = entries
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_signal_is_refused_only_if_every_region_is_constant() {
        assert_eq!(
            silence(array![[0.0, 0.0], [0.0, 0.0]].view()).as_deref(),
            Some("the signal is zero in every region")
        );
        assert_eq!(
            silence(array![[3.0, 0.0], [3.0, 0.0]].view()).as_deref(),
            Some("the signal is constant in every region")
        );
        assert_eq!(silence(array![[0.0, 1.0], [0.0, 2.0]].view()), None);
    }

    #[test]
    fn radius_is_six_or_ten_millimetres() {
        assert_eq!([6, 10].map(|mm| Radius::try_from(mm).map(u32::from)), [Ok(6), Ok(10)]);
        assert_eq!(Radius::try_from(8), Err("radius must be 6 or 10 mm: `8`".into()));
    }
}
