//! Where electrodes lie: `electrodes.tsv`, and `coordsystem.json` which says in what space.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::channels::known;
use super::cortex::{Cortex, OnCortex};
use super::landmark::{Hemisphere, Landmark};
use super::name::Name;
use super::note::Note;
use super::sidecars::applying;
use crate::text_columns::{TextColumns, field};
use crate::{Error, Target};

/// What is known of electrodes by name, and the files that say it.
#[derive(Debug, Default)]
pub(super) struct Electrodes {
    pub targets: BTreeMap<String, Target>,
    pub files: Vec<PathBuf>,
}

/// A space whose coordinates are those of the outlines that people draw.
const MNI: &str = "MNI152NLin2009cAsym";

/// The electrodes of `recording`, with their distances from `landmark` if there is one: along a cortex, where one is given.
///
/// # Errors
/// [`Error::OtherSpace`] if there are electrodes, but none in its space; [`Error::OneFile`] for several tables in it, or one
/// without its note; [`Error::Row`] for a coordinate that is no number.
pub(super) fn electrodes(
    folders: &[PathBuf],
    (recording, subject): (&Name, &str),
    landmark: Option<&Landmark>,
    cortex: Option<&Cortex>,
) -> Result<Electrodes, Error> {
    let mut tables = Vec::new();
    for (path, name) in applying(folders, recording, ("electrodes", ".tsv"), "space")? {
        tables.push(located(folders, recording, path, &name)?);
    }
    let Some(landmark) = landmark else {
        // Regions and groups are the same in every space.
        return tables.first().map_or(Ok(Electrodes::default()), |table| read(table, subject, None, None));
    };
    let spaces: Vec<String> = tables.iter().map(|table| table.space.clone()).collect();
    let suiting: Vec<&Located> = tables.iter().filter(|table| landmark.suits(&table.space)).collect();
    let folder = folders.first().cloned().unwrap_or_default();
    match suiting.as_slice() {
        [table] => read(table, subject, Some(landmark), cortex),
        [] if tables.is_empty() => Ok(Electrodes::default()),
        [] => Err(Error::OtherSpace {
            folder,
            subject: subject.to_owned(),
            found: spaces,
            landmark: landmark.name.clone(),
            space: landmark.space.clone(),
        }),
        several => {
            let found = several.iter().map(|table| table.path.display().to_string()).collect();
            Err(Error::OneFile {
                folder,
                pattern: format!("sub-{subject}*_electrodes.tsv in {}", landmark.space),
                found,
            })
        }
    }
}

/// A table with the space that its coordinates are in.
struct Located {
    path: PathBuf,
    space: String,
    note: Note,
}

/// The note that belongs to a table is the nearest of the same space.
fn located(folders: &[PathBuf], recording: &Name, path: PathBuf, name: &Name) -> Result<Located, Error> {
    let notes = applying(folders, recording, ("coordsystem", ".json"), "space")?;
    let own = notes.into_iter().rfind(|(_, note)| note.entity("space") == name.entity("space"));
    let Some((beside, _)) = own else {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let pattern = path.file_name().map(|file| file.to_string_lossy().replace("electrodes.tsv", "coordsystem.json"));
        return Err(Error::OneFile { folder, pattern: pattern.unwrap_or_default(), found: Vec::new() });
    };
    let mut note = Note::default();
    note.read(&beside)?;
    let space = name.entity("space").or(note.text("iEEGCoordinateSystem")).unwrap_or("unknown").to_owned();
    Ok(Located { path, space, note })
}

fn read(
    located: &Located,
    subject: &str,
    landmark: Option<&Landmark>,
    cortex: Option<&Cortex>,
) -> Result<Electrodes, Error> {
    let path = &located.path;
    let table = TextColumns::read(path)?;
    let names = table.column("name")?;
    let axes = [table.column("x")?, table.column("y")?, table.column("z")?];
    let [regions, groups, sides] = ["region", "group", "hemisphere"].map(|column| table.optional(column));
    let unit = landmark.map(|_| millimetres(&located.note)).transpose()?;
    let mut targets = BTreeMap::new();
    for row in 0..table.rows() {
        let wrong = |wrong, value: &str| Error::Row { path: path.clone(), row: row + 1, wrong, value: value.into() };
        let name = field(names, row);
        let number = |text: String| match text.parse() {
            Ok(number) if f64::is_finite(number) => Ok(number),
            _ => Err(wrong("has a coordinate that is no finite number", &text)),
        };
        let coordinate = |axis: usize| known(Some(axes[axis]), row).map(number).transpose();
        let position = [coordinate(0)?, coordinate(1)?, coordinate(2)?];
        let side = match known(sides, row).as_deref() {
            None => None,
            Some("L" | "left") => Some(Hemisphere::Left),
            Some("R" | "right") => Some(Hemisphere::Right),
            Some(other) => return Err(wrong("has a hemisphere that is neither L nor R", other)),
        };
        let standard = landmark.is_some_and(|landmark| landmark.suits(MNI));
        let placed = match (position, unit) {
            ([Some(x), Some(y), Some(z)], Some(unit)) if standard => Some([x, y, z].map(|axis| axis * unit)),
            _ => None,
        };
        let OnCortex { distance, region } = match (position, unit, landmark) {
            ([Some(x), Some(y), Some(z)], Some(unit), Some(landmark)) => {
                let position = [x, y, z].map(|axis| axis * unit);
                let straight = || OnCortex { distance: landmark.distance(position, side), region: None };
                cortex.map_or_else(straight, |cortex| cortex.place(position, side))
            }
            _ => OnCortex::default(),
        };
        let (region, group) = (known(regions, row).or(region), known(groups, row));
        let patient = Some(subject.to_owned());
        let target = Target { region, distance, position: placed, patient, group, ..Target::named(name) };
        if name.is_empty() || targets.insert(name.to_owned(), target).is_some() {
            return Err(wrong("has a name that is empty or stands twice", name));
        }
    }
    Ok(Electrodes { targets, files: vec![path.clone(), located.note.path().to_owned()] })
}

/// Millimetres of the unit that a note names.
fn millimetres(note: &Note) -> Result<f64, Error> {
    match note.text("iEEGCoordinateUnits") {
        Some("mm") => Ok(1.0),
        Some("cm") => Ok(10.0),
        Some("m") => Ok(1000.0),
        other => Err(note.wrong("iEEGCoordinateUnits", "is none of m, cm and mm", other.unwrap_or("n/a"))),
    }
}
