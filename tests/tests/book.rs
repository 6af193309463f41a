//! The guide is whole: every page stands in its table of contents, every link leads somewhere, and the project can be cited.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Component, Path, PathBuf};

type Outcome = Result<(), Box<dyn Error>>;

fn root() -> &'static Path {
    Path::new("..")
}

/// The Markdown files of `folder`, without those below it.
fn pages(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    let mut pages: Vec<_> = paths.into_iter().filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    pages.sort();
    Ok(pages)
}

/// `text` without what stands in fences and between backticks.
fn prose(text: &str) -> String {
    let outside = text.split("```").step_by(2).collect::<String>();
    outside.split('`').step_by(2).collect()
}

/// Targets of the links and images of `text`.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let starts = prose.match_indices("](").map(|(at, _)| &prose[at + 2..]);
    starts.filter_map(|rest| rest.split_once(')').map(|(target, _)| target.to_owned())).collect()
}

/// Names of the headings of `text`, as anchors.
fn anchors(text: &str) -> BTreeSet<String> {
    let outside = text.split("```").step_by(2).collect::<String>();
    let headings = outside.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    headings.map(anchor).collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect()
}

/// `path` without `.` and `..` in its middle.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut whole, part| {
        match part {
            Component::ParentDir if whole.file_name().is_some() => drop(whole.pop()),
            Component::CurDir => {}
            other => whole.push(other),
        }
        whole
    })
}

/// What is wrong with the links of `page`; a page of the book may not link out of `docs`, where the book ends.
fn broken(page: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let text = fs::read_to_string(page)?;
    let mut broken = Vec::new();
    for link in links(&text).iter().filter(|link| !link.contains("://")) {
        let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
        let folder = page.parent().unwrap_or(root());
        let target = if file.is_empty() { page.to_owned() } else { plain(&folder.join(file)) };
        let leaves = page.starts_with("../docs") && !target.starts_with("../docs");
        let missing =
            !target.exists() || (!anchor.is_empty() && !anchors(&fs::read_to_string(&target)?).contains(anchor));
        if leaves || missing {
            broken.push(format!("`{}` links to `{link}`", page.display()));
        }
    }
    Ok(broken)
}

#[test]
fn every_link_leads_somewhere() -> Outcome {
    let mut all = pages(root())?;
    for folder in ["docs", "docs/guide"] {
        all.extend(pages(&root().join(folder))?);
    }
    for entry in fs::read_dir(root().join("crates"))? {
        all.extend(pages(&entry?.path())?);
    }
    let broken = all.iter().map(|page| broken(page)).collect::<Result<Vec<_>, _>>()?.concat();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    Ok(())
}

#[test]
fn every_page_stands_once_in_the_book() -> Outcome {
    let summary = fs::read_to_string(root().join("docs/SUMMARY.md"))?;
    let mut listed: Vec<PathBuf> = links(&summary).iter().map(|link| root().join("docs").join(link)).collect();
    listed.sort();
    let mut there = [pages(&root().join("docs"))?, pages(&root().join("docs/guide"))?].concat();
    there.retain(|page| !page.ends_with("SUMMARY.md"));
    there.sort();
    assert_eq!(listed, there);
    assert!(fs::read_to_string(root().join("docs/book.toml"))?.contains("src = \".\""));
    Ok(())
}

#[test]
fn every_crate_has_a_readme_whose_example_runs() -> Outcome {
    for entry in fs::read_dir(root().join("crates"))? {
        let folder = entry?.path();
        let (readme, library) =
            (fs::read_to_string(folder.join("README.md"))?, fs::read_to_string(folder.join("src/lib.rs"))?);
        assert!(readme.contains("```rust\n") && (15..46).contains(&readme.lines().count()), "{}", folder.display());
        assert!(library.contains("#![doc = include_str!(\"../README.md\")]"), "{}", folder.display());
    }
    Ok(())
}

#[test]
fn the_project_can_be_cited() -> Outcome {
    let (citation, manifest) =
        (fs::read_to_string(root().join("CITATION.cff"))?, fs::read_to_string(root().join("Cargo.toml"))?);
    let value = |key: &str| {
        let line = citation.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
        line.map(|value| value.trim().trim_matches('"').to_owned()).ok_or(format!("CITATION.cff has no `{key}`"))
    };
    assert_eq!(value("cff-version")?, "1.2.0");
    assert_eq!(value("title")?.split(':').next(), Some("gyrus"));
    for key in ["message", "type", "abstract"] {
        assert!(!value(key)?.is_empty(), "`{key}` is empty");
    }
    assert!(value("authors")?.is_empty() && citation.contains("\n  - name: \"The gyrus authors\"\n"));
    assert!(manifest.contains(&format!("\nversion = \"{}\"\n", value("version")?)), "another version than Cargo.toml");
    assert!(value("license")?.is_empty() && citation.contains("\n  - MIT\n  - Apache-2.0\n"));
    Ok(())
}

#[test]
fn anchors_are_those_of_headings() {
    assert!(anchors("# A `b` c, d: e?\n```\n# no\n```\n").contains("a-b-c-d-e"));
    assert_eq!(links("see [a](b.md#c) and `[x](y)`"), ["b.md#c"]);
}
