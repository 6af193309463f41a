//! The files beside a recording that say something of it.

use std::io;
use std::path::{Path, PathBuf};

use super::name::Name;
use crate::Error;

/// The folders of a data set that hold notes on a recording, the outermost first.
///
/// `roots` are the data set and, where the recording is of a derivative, the derivative after it.
pub(super) fn folders(roots: &[PathBuf], recording: &Name) -> Vec<PathBuf> {
    let part = |key: &str| recording.entity(key).map(|value| format!("{key}-{value}"));
    let all = roots.iter().flat_map(|root| {
        let mut folder = root.clone();
        let mut folders = vec![folder.clone()];
        for below in [part("sub"), part("ses"), Some(recording.suffix.clone())].into_iter().flatten() {
            folder = folder.join(below);
            folders.push(folder.clone());
        }
        folders
    });
    all.collect()
}

/// Files of a kind that apply to `recording`, the nearest last; keys named `free` may have any value.
pub(super) fn applying(
    folders: &[PathBuf],
    recording: &Name,
    (suffix, extension): (&str, &str),
    free: &str,
) -> Result<Vec<(PathBuf, Name)>, Error> {
    let mut found = Vec::new();
    for folder in folders {
        let of_kind = |name: &Name| name.suffix == suffix && name.extension == extension;
        let mut here: Vec<_> =
            named(folder)?.into_iter().filter(|(_, name)| of_kind(name) && name.applies_to(recording, free)).collect();
        here.sort_by_key(|(_, name)| name.len());
        found.extend(here);
    }
    Ok(found)
}

/// Files of a folder that have names of BIDS, in order; none if there is no such folder.
pub(super) fn named(folder: &Path) -> Result<Vec<(PathBuf, Name)>, Error> {
    let parsed = |file: String| Name::parse(&file).map(|name| (folder.join(&file), name));
    Ok(entries(folder)?.into_iter().filter_map(parsed).collect())
}

/// Names in a folder, in order; none if there is no such folder.
pub(super) fn entries(folder: &Path) -> Result<Vec<String>, Error> {
    let read = |source| Error::Read { path: folder.to_owned(), source };
    let listed = match std::fs::read_dir(folder) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed.map_err(read)?,
    };
    let name =
        |entry: io::Result<std::fs::DirEntry>| Ok::<_, Error>(entry.map_err(read)?.file_name().into_string().ok());
    let mut names: Vec<String> = listed.filter_map(|entry| name(entry).transpose()).collect::<Result<_, _>>()?;
    names.sort();
    Ok(names)
}
