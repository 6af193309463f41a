//! Labels (`lh.cortex.label`): a list of vertices, each with a place and a number.

use std::path::Path;

use super::bytes::whole;
use crate::Error;

/// Some vertices of a surface.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The vertices, as they come.
    pub vertices: Vec<usize>,
    /// Where each is, in mm.
    pub points: Vec<[f64; 3]>,
    /// The number that comes with each, 0 in most files.
    pub values: Vec<f64>,
}

/// The label in the file `path`: a line of comment, the number of vertices, and a line for each with vertex, x, y, z, value.
///
/// # Errors
/// [`Error::Read`]; [`Error::Line`] for a line that is missing, too many or wrong.
pub fn read_label(path: &Path) -> Result<Label, Error> {
    let bytes = whole(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<(usize, &str)> = text.lines().enumerate().map(|(i, line)| (i + 1, line.trim())).collect();
    let wrong = |line, wrong, value: &str| Error::Line { path: path.into(), line, wrong, value: value.into() };
    let mut entries = lines.iter().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let (line, count) =
        *entries.next().ok_or_else(|| wrong(lines.len(), "is the last, without a number of vertices", ""))?;
    let count: usize = count.parse().map_err(|_| wrong(line, "is no number of vertices", count))?;
    let mut label = Label { vertices: Vec::new(), points: Vec::new(), values: Vec::new() };
    for &(line, entry) in entries {
        let fields: Vec<&str> = entry.split_whitespace().collect();
        let numbers = fields.iter().skip(1).map(|field| field.parse().ok().filter(|number: &f64| number.is_finite()));
        let (vertex, numbers) = (fields[0].parse(), numbers.collect::<Option<Vec<_>>>());
        let (Ok(vertex), Some([x, y, z, value])) = (vertex, numbers.as_deref()) else {
            return Err(wrong(line, "is not a vertex and four finite numbers", entry));
        };
        label.vertices.push(vertex);
        label.points.push([*x, *y, *z]);
        label.values.push(*value);
    }
    match label.vertices.len() {
        n if n == count => Ok(label),
        n => Err(wrong(line, "says another number of vertices than there are lines", &format!("{count}, not {n}"))),
    }
}
