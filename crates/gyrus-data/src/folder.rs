//! What lies in a data set's folder.

use std::fs;
use std::path::Path;

/// Paths of the files below `folder`, with forward slashes, in order of names.
///
/// Folders that begin with a dot (as `.git`) are not entered, links to folders are not followed, and what cannot be looked at is
/// not there.
pub fn files_below(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let entries = fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok);
        for entry in entries {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            match entry.file_type() {
                Ok(kind) if !kind.is_dir() => files.push(name),
                Ok(_) if !entry.file_name().to_string_lossy().starts_with('.') => {
                    folders.push((entry.path(), format!("{name}/")));
                }
                _ => {}
            }
        }
    }
    files.sort();
    files
}
