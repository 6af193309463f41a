//! What is known of each target of a recording: its name, its region, and how far it is from where sound arrives.

use std::path::Path;

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
}

/// The targets of the CSV or TSV file `path` in order.
///
/// The header names the column `name` and may name `region` and `distance` (mm); `n/a` or nothing is not known.
///
/// # Errors
/// [`Error::MissingColumn`] with the columns there are; [`Error::Row`] with row and value for a name that is empty or
/// stands twice, or a distance that is no number from 0.
pub fn read_targets(path: &Path) -> Result<Vec<Target>, Error> {
    let table = TextColumns::read(path)?;
    let (names, regions, distances) = (table.column("name")?, table.optional("region"), table.optional("distance"));
    let mut targets: Vec<Target> = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        let wrong = |wrong, value: &str| Error::Row { path: path.into(), row: row + 1, wrong, value: value.into() };
        let known = |text: &str| (!UNKNOWN.contains(&text)).then(|| text.to_owned());
        let name = field(names, row).to_owned();
        if name.is_empty() || targets.iter().any(|target| target.name == name) {
            return Err(wrong("has a name that is empty or stands twice", &name));
        }
        let distance = distances.and_then(|column| known(field(column, row)));
        let distance = distance.map(|text| millimetres(&text).ok_or_else(|| wrong("has no distance in mm", &text)));
        let region = regions.and_then(|column| known(field(column, row)));
        targets.push(Target { name, region, distance: distance.transpose()? });
    }
    Ok(targets)
}

fn millimetres(text: &str) -> Option<f64> {
    text.parse().ok().filter(|distance: &f64| distance.is_finite() && *distance >= 0.0)
}

#[cfg(test)]
mod tests {
    use std::io;

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
        check("name,distance\nG1,-1\n", "it row 1 (from 1, below the header) has no distance in mm: `-1`")
    }
}
