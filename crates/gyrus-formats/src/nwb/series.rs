//! The series that a file has, and which one is meant.

use std::path::Path;

use crate::Error;
use crate::hdf5::{DataKind, Hdf5File};

/// A series that holds numbers.
pub(super) struct Series {
    /// Path of its group, without the first slash.
    pub path: String,
    /// Whether it comes from electrodes.
    pub electrical: bool,
}

/// All series of the recording and of what was made of it.
pub(super) fn all(file: &Hdf5File) -> Result<Vec<Series>, Error> {
    let mut series = Vec::new();
    for path in file.all_data_sets()? {
        let Some(group) = path.strip_suffix("/data") else { continue };
        let data = file.data_set(&path)?;
        let place = group.starts_with("acquisition/") || group.starts_with("processing/");
        if place && data.kind() == DataKind::Number && (1..=2).contains(&data.shape().len()) {
            let attributes = file.attributes(group)?;
            let named = attributes.text("neurodata_type") == Some("ElectricalSeries");
            let electrical = named || file.has_data_set(&format!("{group}/electrodes"));
            series.push(Series { path: group.to_owned(), electrical });
        }
    }
    Ok(series)
}

/// The series of that name, which is a path or the last part of one; or else the only electrical one, or the only one.
pub(super) fn choose(path: &Path, series: Vec<Series>, name: Option<&str>) -> Result<String, Error> {
    let names = |series: &[Series]| series.iter().map(|series| series.path.clone()).collect::<Vec<_>>();
    let Some(name) = name else {
        let mut electrical: Vec<&Series> = series.iter().filter(|series| series.electrical).collect();
        if electrical.is_empty() {
            electrical = series.iter().collect();
        }
        return match electrical.as_slice() {
            [one] => Ok(one.path.clone()),
            [] => Err(Error::missing(path, "series", "acquisition/*/data", Vec::new())),
            _ => {
                Err(Error::content(path, "the file", "has several series, name one of them", names(&series).join(", ")))
            }
        };
    };
    let name = name.trim_matches('/');
    let is = |series: &&Series| series.path == name || series.path.rsplit('/').next() == Some(name);
    let found: Vec<&Series> = match series.iter().find(|series| series.path == name) {
        Some(exact) => vec![exact],
        None => series.iter().filter(is).collect(),
    };
    match found.as_slice() {
        [one] => Ok(one.path.clone()),
        [] => Err(Error::missing(path, "series", name, names(&series))),
        several => {
            let paths: Vec<&str> = several.iter().map(|series| series.path.as_str()).collect();
            Err(Error::content(path, format!("series `{name}`"), "is the end of several paths", paths.join(", ")))
        }
    }
}
