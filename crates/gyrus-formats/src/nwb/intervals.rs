//! Trials, words and whatever else has a start and an end.

use crate::hdf5::{DataKind, Hdf5File};
use crate::{Annotation, Error};

/// All rows of all tables in `/intervals`, in order of their onsets, in seconds after `start`.
///
/// The text is that of the first column of texts, or else the name of the table; rows without a time are left out.
pub(super) fn read(file: &Hdf5File, start: f64) -> Result<Vec<Annotation>, Error> {
    let mut annotations = Vec::new();
    let tables = if file.has_group("intervals") { file.groups("intervals")? } else { Vec::new() };
    for table in tables {
        let path = format!("intervals/{table}");
        let columns = ["start_time", "stop_time"].map(|column| format!("{path}/{column}"));
        if !columns.iter().all(|column| file.has_data_set(column)) {
            continue;
        }
        let [begins, ends] = columns.map(|column| Ok(file.data_set(&column)?.read()?.into_raw_vec_and_offset().0));
        let (begins, ends): (Vec<f64>, Vec<f64>) = (begins?, ends?);
        if begins.len() != ends.len() {
            let wrong = format!("has {} times of start and another number of times of stop", begins.len());
            return Err(Error::content(file.path(), path, wrong, ends.len()));
        }
        let texts = texts(file, &path, begins.len())?;
        for (row, (begin, end)) in begins.iter().zip(&ends).enumerate().filter(|(_, (begin, _))| begin.is_finite()) {
            let text = texts.as_ref().map_or(table.clone(), |texts| texts[row].clone());
            let duration = if end - begin > 0.0 { end - begin } else { 0.0 };
            annotations.push(Annotation { onset: begin - start, duration, text });
        }
    }
    annotations.sort_by(|a, b| a.onset.total_cmp(&b.onset));
    Ok(annotations)
}

/// The first column of texts of a table, if it has one with a text for each row.
fn texts(file: &Hdf5File, path: &str, rows: usize) -> Result<Option<Vec<String>>, Error> {
    for column in file.attributes(path)?.texts("colnames") {
        let column = format!("{path}/{column}");
        if file.has_data_set(&column) {
            let data = file.data_set(&column)?;
            if data.kind() == DataKind::Text && data.shape() == [rows] {
                return data.texts().map(Some);
            }
        }
    }
    Ok(None)
}
