//! Folders that are as they should be, and folders that are not.

use std::fs;
use std::path::Path;

use gyrus_data::{DataSet, Depth, Selection, State, check};
use tempfile::TempDir;

const MANIFEST: &str = r#"
name = "small"
title = "A small data set"
licence = "none"
citation = "none"
source = "made by the tests"

[[pattern]]
path = "more/*.txt"
count = 2
what = "more"

[[file]]
path = "a.txt"
bytes = 3
hash = "md5:900150983cd24fb0d6963f7d28e17f72"

[[file]]
path = "sub/b.txt"
bytes = 3
hash = "git:f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f"

[[file]]
path = "sub/c.txt"
bytes = 3

[[file]]
path = "sub/d.txt"
"#;

/// A folder with all files, each `abc`.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for path in ["a.txt", "sub/b.txt", "sub/c.txt", "sub/d.txt", "more/1.txt"] {
        write(folder.path(), path, "abc");
    }
    folder
}

fn write(folder: &Path, path: &str, content: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder in a temporary folder");
    fs::write(path, content).expect("a file in a temporary folder");
}

/// What is said of every file that is not good.
fn said(folder: &Path, chosen: &Selection, depth: Depth) -> (Vec<String>, u64, u64) {
    let set = DataSet::parse(MANIFEST, "manifest.toml".as_ref()).expect("a manifest");
    let found = check(folder, &set, chosen, depth, &mut |progress| assert!(progress.done <= 3));
    let said = found.findings.iter().filter(|finding| finding.state != State::Good).map(ToString::to_string);
    (said.collect(), found.patterns[0].1, found.extra)
}

#[test]
fn what_is_not_known_is_not_verified() {
    let folder = folder();
    let (found, more, extra) = said(folder.path(), &Selection::ALL, Depth::Hashes);
    assert_eq!(
        found,
        [
            "`sub/c.txt` is not verified: its size is right, its hash was not compared",
            "`sub/d.txt` is not verified: neither size nor hash are known",
        ]
    );
    assert_eq!((more, extra), (1, 0));
    assert_eq!(said(folder.path(), &Selection::ALL, Depth::Sizes).0.len(), 4);
}

#[test]
fn what_differs_is_said_exactly() -> Result<(), gyrus_data::Error> {
    let folder = folder();
    let path = folder.path();
    write(path, "a.txt", "abd");
    write(path, "sub/b.txt", "abcd");
    fs::remove_file(path.join("sub/c.txt")).expect("a file that is there");
    fs::remove_file(path.join("sub/d.txt")).expect("a file that is there");
    write(path, "sub/d.txt/inside", "a folder where a file should be");
    write(path, "sub/a.txt.part", "not whole");
    write(path, ".git/config", "not looked at");
    let (found, _, extra) = said(path, &Selection::ALL, Depth::Hashes);
    assert_eq!(
        found,
        [
            "`a.txt` has md5:4911e516e5aa21d327512e0c8b197616 instead of md5:900150983cd24fb0d6963f7d28e17f72",
            "`sub/b.txt` has 4 bytes instead of 3",
            "`sub/c.txt` is missing",
            "`sub/d.txt` is missing",
        ]
    );
    assert_eq!(extra, 2);
    assert_eq!(said(path, &Selection::ALL, Depth::Sizes).0.len(), 4);
    assert_eq!(said(path, &Selection::new(&["*.txt"])?, Depth::Hashes).0.len(), 1);
    assert_eq!(said(&path.join("nowhere"), &Selection::ALL, Depth::Hashes).0.len(), 4);
    Ok(())
}

#[cfg(unix)]
#[test]
fn links_are_files_and_circles_are_not_walked() -> std::io::Result<()> {
    let folder = folder();
    let path = folder.path();
    fs::rename(path.join("a.txt"), path.join("elsewhere"))?;
    std::os::unix::fs::symlink("elsewhere", path.join("a.txt"))?;
    std::os::unix::fs::symlink(path, path.join("sub/circle"))?;
    let (found, _, extra) = said(path, &Selection::ALL, Depth::Hashes);
    assert_eq!((found.len(), extra), (2, 2));
    Ok(())
}
