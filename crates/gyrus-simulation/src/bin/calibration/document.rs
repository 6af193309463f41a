//! Puts the tables into a document, between two markers, and leaves all else as it is.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

const BEGIN: &str = "<!-- calibration -->\n";
const END: &str = "<!-- end -->";

/// Replaces what stands between the markers of `file`; the file appears whole or stays as it was.
///
/// # Errors
/// The file cannot be read or written, or does not have the markers.
pub fn write(file: &Path, tables: &str) -> Result<()> {
    let name = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("cannot read `{name}`"))?;
    let text = replaced(&text, tables).with_context(|| format!("`{name}` does not have the markers"))?;
    let temporary = file.with_extension("md.tmp");
    let mut out = fs::File::create(&temporary).with_context(|| format!("cannot write `{}`", temporary.display()))?;
    out.write_all(text.as_bytes()).and_then(|()| out.sync_all()).with_context(|| format!("cannot write `{name}`"))?;
    fs::rename(&temporary, file).with_context(|| format!("cannot replace `{name}`"))
}

fn replaced(text: &str, tables: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{tables}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_markers_changes() {
        let text = "a\n<!-- calibration -->\nold\n<!-- end -->\nb\n<!-- end -->\n";
        let expected = "a\n<!-- calibration -->\nnew\n<!-- end -->\nb\n<!-- end -->\n";
        assert_eq!(replaced(text, "new\n").as_deref(), Some(expected));
    }

    #[test]
    fn a_document_without_markers_is_left_alone() {
        assert_eq!(replaced("a\n<!-- end -->\n", "new"), None);
        assert_eq!(replaced("<!-- calibration -->\n", "new"), None);
    }
}
