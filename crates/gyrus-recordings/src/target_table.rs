//! What is known of each target of a recording: its name, its region, and how far it is from where sound arrives.

use std::path::Path;

use polars::prelude::Column;

use crate::Error;
use crate::text_columns::{TextColumns, field};

/// How tables say that something is not known.
const UNKNOWN: [&str; 2] = ["", "n/a"];

/// An electrode, a voxel or a region.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// The region that it lies in, where that is known.
    pub region: Option<String>,
    /// Millimetres from primary auditory cortex, where that is known.
    pub distance: Option<f64>,
    /// x, y and z in MNI millimetres, where they are known.
    pub position: Option<[f64; 3]>,
    /// Whose it is, where that is known.
    pub patient: Option<String>,
    /// Those that it shares a penalty with, where that is asked for.
    pub group: Option<String>,
}

impl Target {
    /// A target of which only the name is known.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), region: None, distance: None, position: None, patient: None, group: None }
    }
}

/// The targets of the CSV, TSV or Parquet file `path`, in the order of the recording's columns.
///
/// The header names the column `name`, or `target` (the number of the recording's column, from 0; rows may then stand in any
/// order), and may name `region`, `distance` (mm), `x`, `y` and `z` (MNI mm), `patient` and
/// `group`; `n/a` or nothing is not known.
///
/// # Errors
/// [`Error::MissingColumn`] with the columns there are; [`Error::Row`] with row and value for a target that is not among as
/// many as there are rows, a name that is empty, a target that stands twice, a distance that is no number from 0, or a coordinate that is no number.
pub fn read_targets(path: &Path) -> Result<Vec<Target>, Error> {
    let table = TextColumns::read(path)?;
    let numbers = table.optional("target");
    let names = match numbers {
        Some(_) => table.optional("name"),
        None => Some(table.column("name")?),
    };
    let [regions, distances, patients, groups] =
        ["region", "distance", "patient", "group"].map(|column| table.optional(column));
    let axes = ["x", "y", "z"].map(|axis| table.optional(axis));
    let mut targets: Vec<Option<Target>> = vec![None; table.rows()];
    for row in 0..table.rows() {
        let wrong = |wrong, value: &str| Error::Row { path: path.into(), row: row + 1, wrong, value: value.into() };
        let known = |column: Option<&Column>| {
            column.map(|column| field(column, row)).filter(|text| !UNKNOWN.contains(text)).map(ToOwned::to_owned)
        };
        let column = match numbers.map(|column| field(column, row)) {
            None => row,
            Some(text) => place(text, &targets).map_err(|said| wrong(said, text))?,
        };
        let name = names.map_or_else(|| column.to_string(), |names| field(names, row).to_owned());
        let patient = known(patients);
        let mut others = targets.iter().flatten();
        if name.is_empty() || others.any(|other| other.name == name && other.patient == patient) {
            return Err(wrong("has a name that is empty or stands twice", &name));
        }
        let distance =
            known(distances).map(|text| millimetres(&text).ok_or_else(|| wrong("has no distance in mm", &text)));
        let (region, distance, group) = (known(regions), distance.transpose()?, known(groups));
        let coordinate = |axis: Option<&Column>| {
            let number = |text: String| match text.parse() {
                Ok(number) if f64::is_finite(number) => Ok(number),
                _ => Err(wrong("has a coordinate that is no finite number", &text)),
            };
            known(axis).map(number).transpose()
        };
        let position = match [coordinate(axes[0])?, coordinate(axes[1])?, coordinate(axes[2])?] {
            [Some(x), Some(y), Some(z)] => Some([x, y, z]),
            _ => None,
        };
        targets[column] = Some(Target { name, region, distance, position, patient, group });
    }
    Ok(targets.into_iter().flatten().collect())
}

/// The target that `text` numbers, which has not been read yet.
fn place(text: &str, read: &[Option<Target>]) -> Result<usize, &'static str> {
    match text.parse().ok().filter(|target: &usize| *target < read.len()) {
        None => Err("has a target that is no number from 0 and below the number of rows"),
        Some(target) if read[target].is_some() => Err("has a target that stands twice"),
        Some(target) => Ok(target),
    }
}

fn millimetres(text: &str) -> Option<f64> {
    text.parse().ok().filter(|distance: &f64| distance.is_finite() && *distance >= 0.0)
}

#[cfg(test)]
mod tests {
    use std::io;

    use polars::prelude::ParquetWriter;

    use super::*;
    use crate::fixture;

    /// What reading `content` gives: each target, or what is wrong, after the path.
    fn check(content: &str, expected: &str) -> io::Result<()> {
        let (_folder, path) = fixture::file("targets.tsv", content)?;
        let shown = |target: &Target| format!("{} {:?} {:?}", target.name, target.region, target.distance);
        let said = match read_targets(&path) {
            Ok(targets) => targets.iter().map(shown).collect::<Vec<_>>().join("; "),
            Err(error) => error.to_string().replace(&format!("`{}`", path.display()), "it"),
        };
        assert_eq!(said, expected);
        Ok(())
    }

    #[test]
    fn what_is_not_known_is_none() -> io::Result<()> {
        check("name\nG1\n", "G1 None None")?;
        let known = "G1 Some(\"STG\") Some(12.5); G2 None None";
        check("name\tdistance\tregion\nG1\t12.5\tSTG\nG2\tn/a\t\n", known)
    }

    #[test]
    fn wrong_rows_are_named_with_their_value() -> io::Result<()> {
        check("label\nG1\n", "it has no column `name`, only: `label`")?;
        check("name\nG1\nG1\n", "it row 2 (from 1, below the header) has a name that is empty or stands twice: `G1`")?;
        check("name,distance\nG1,-1\n", "it row 1 (from 1, below the header) has no distance in mm: `-1`")?;
        check("name,distance\nG1,NaN\n", "it row 1 (from 1, below the header) has no distance in mm: `NaN`")?;
        let no_number = "has a target that is no number from 0 and below the number of rows";
        check("target\n0\n2\n", &format!("it row 2 (from 1, below the header) {no_number}: `2`"))?;
        check("target\n1\n1\n", "it row 2 (from 1, below the header) has a target that stands twice: `1`")
    }

    #[test]
    fn numbers_put_targets_in_order_and_patients_may_share_names() -> io::Result<()> {
        check("target\tdistance\n1\t2\n0\t1\n", "0 None Some(1.0); 1 None Some(2.0)")?;
        check("name,patient\nG1,p1\nG1,p2\n", "G1 None None; G1 None None")
    }

    #[test]
    fn parquet_is_read_as_its_text_would_be() -> Result<(), Box<dyn std::error::Error>> {
        let mut table = polars::df!("target" => [1_u32, 0], "distance" => [Some(12.5), None], "patient" => ["b", "a"])?;
        let (_folder, path) = fixture::file("targets.parquet", "")?;
        ParquetWriter::new(std::fs::File::create(&path)?).finish(&mut table)?;
        let found = read_targets(&path)?;
        assert_eq!((found[0].patient.as_deref(), found[0].distance), (Some("a"), None));
        assert_eq!((found[1].patient.as_deref(), found[1].distance), (Some("b"), Some(12.5)));
        Ok(())
    }
}
