//! The electrodes that the columns of a series were recorded from.

use std::collections::HashSet;

use crate::Error;
use crate::hdf5::{DataKind, Hdf5File, Object};

/// Where the table of electrodes stands if the series does not say.
const TABLE: &str = "general/extracellular_ephys/electrodes";

/// Columns that may hold names, the best one first.
const NAMES: [&str; 5] = ["label", "channel_name", "electrode_name", "name", "id"];

/// Columns that say that an electrode is bad, and columns that say the opposite.
const BAD: [&str; 3] = ["bad", "is_bad", "bad_channel"];
const GOOD: [&str; 2] = ["good", "is_good"];

/// What a file says of one electrode.
#[derive(Debug, Clone, PartialEq)]
pub struct Electrode {
    /// Its name; no two electrodes of a series have the same.
    pub name: String,
    /// The region of the brain as the file calls it; empty where it does not say.
    pub location: String,
    /// The name of its grid, strip or shaft; empty where the file does not say.
    pub group: String,
    /// Its place in the file's own space and unit, NaN where unknown; nothing if there is no such column.
    pub position: Option<[f64; 3]>,
    /// Whether the file calls it bad.
    pub bad: bool,
}

/// The electrodes of the series at `path`, one for each of its `channels`; nothing if it has none.
pub(super) fn read(file: &Hdf5File, path: &str, channels: usize) -> Result<Option<Vec<Electrode>>, Error> {
    let region = format!("{path}/electrodes");
    if !file.has_data_set(&region) {
        return Ok(None);
    }
    let data = file.data_set(&region)?;
    let table = match data.attributes().reference("table").map(|reference| file.referred(reference)).transpose()? {
        Some(Object::Group(path)) => path,
        _ => TABLE.to_owned(),
    };
    let table =
        Table { file, path: table.trim_matches('/').to_owned(), rows: data.read()?.into_raw_vec_and_offset().0 };
    if table.rows.len() != channels {
        let wrong = format!("is not one electrode for each of {channels} channels");
        return Err(Error::content(file.path(), region, wrong, table.rows.len()));
    }
    table.electrodes().map(Some)
}

/// Some rows of the table of electrodes.
struct Table<'a> {
    file: &'a Hdf5File,
    path: String,
    rows: Vec<f64>,
}

impl Table<'_> {
    fn electrodes(&self) -> Result<Vec<Electrode>, Error> {
        let (names, bad) = (self.names()?, self.bad()?);
        let [location, group] = [self.texts("location")?, self.texts("group_name")?];
        let axes = ["x", "y", "z"].map(|axis| self.numbers(axis));
        let [x, y, z] = axes;
        let (x, y, z) = (x?, y?, z?);
        let position = |i: usize| Some([x.as_ref()?[i], y.as_ref()?[i], z.as_ref()?[i]]);
        let text =
            |texts: &Option<Vec<String>>, i: usize| texts.as_ref().map_or(String::new(), |texts| texts[i].clone());
        let electrode = |(i, name)| Electrode {
            name,
            location: text(&location, i),
            group: text(&group, i),
            position: position(i),
            bad: bad[i],
        };
        Ok(names.into_iter().enumerate().map(electrode).collect())
    }

    /// The first column that gives every electrode a name of its own, or else their rows.
    fn names(&self) -> Result<Vec<String>, Error> {
        for column in NAMES {
            let names = match self.texts(column)? {
                Some(names) => Some(names),
                None => self.numbers(column)?.map(|ids| ids.iter().map(f64::to_string).collect()),
            };
            let own = |names: &Vec<String>| {
                names.iter().all(|name| !name.is_empty()) && names.iter().collect::<HashSet<_>>().len() == names.len()
            };
            if let Some(names) = names.filter(own) {
                return Ok(names);
            }
        }
        Ok((0..self.rows.len()).map(|column| column.to_string()).collect())
    }

    fn bad(&self) -> Result<Vec<bool>, Error> {
        for (columns, bad) in [(&BAD[..], true), (&GOOD[..], false)] {
            for column in columns {
                if let Some(values) = self.numbers(column)? {
                    return Ok(values.iter().map(|value| (*value != 0.0) == bad).collect());
                }
            }
        }
        let status = self.texts("status")?;
        Ok((0..self.rows.len()).map(|i| status.as_ref().is_some_and(|status| status[i] == "bad")).collect())
    }

    fn texts(&self, column: &str) -> Result<Option<Vec<String>>, Error> {
        let path = format!("{}/{column}", self.path);
        if !self.file.has_data_set(&path) {
            return Ok(None);
        }
        let data = self.file.data_set(&path)?;
        if data.kind() != DataKind::Text { Ok(None) } else { self.pick(&path, &data.texts()?).map(Some) }
    }

    fn numbers(&self, column: &str) -> Result<Option<Vec<f64>>, Error> {
        let path = format!("{}/{column}", self.path);
        if !self.file.has_data_set(&path) {
            return Ok(None);
        }
        let data = self.file.data_set(&path)?;
        if data.kind() != DataKind::Number || data.shape().len() != 1 {
            return Ok(None);
        }
        self.pick(&path, &data.read()?.into_raw_vec_and_offset().0).map(Some)
    }

    /// The values of the rows.
    fn pick<T: Clone>(&self, path: &str, values: &[T]) -> Result<Vec<T>, Error> {
        let value = |row: &f64| {
            let place = (*row >= 0.0 && row.fract() == 0.0).then_some(*row as usize);
            place.and_then(|place| values.get(place)).cloned().ok_or_else(|| {
                let wrong = format!("has {} rows, and a series refers to row", values.len());
                Error::content(self.file.path(), path, wrong, row)
            })
        };
        self.rows.iter().map(value).collect()
    }
}
