//! The guide is true: its commands run from an empty folder, what it shows is what they print, and its tables are those of
//! real results.
//!
//! `GYRUS_GUIDE=write` writes what was printed into the pages instead (`cargo xtask book`).

use std::error::Error;
use std::fs;

use gyrus_tests::SmallStudy;

use crate::page::{Page, gyrus, root};

mod block;
mod columns;
mod findings;
mod page;
mod shown;
mod snippets;

type Outcome = Result<(), Box<dyn Error>>;

/// Pages of the guide without the tour and the readme, which have tests of their own.
const PAGES: [&str; 8] = [
    "what-and-why",
    "own-model",
    "own-recordings",
    "choose-an-analysis",
    "statistics",
    "cluster",
    "performance",
    "questions",
];

#[test]
fn the_tour_and_the_results_it_leaves_are_as_described() -> Outcome {
    let folder = tempfile::tempdir()?;
    Page::read("docs/guide/tour.md")?.run(folder.path())?;
    let results = Page::read("docs/RESULTS.md")?;
    results.run(folder.path())?;
    columns::check(results.text(), &folder.path().join("results/tiny"))?;
    snippets::run_all(&results, folder.path())
}

#[test]
fn commands_of_the_readme_run() -> Outcome {
    let folder = tempfile::tempdir()?;
    Page::read("README.md")?.run(folder.path())
}

#[test]
fn commands_of_the_guide_run() -> Outcome {
    for name in PAGES {
        let folder = tempfile::tempdir()?;
        Page::read(&format!("docs/guide/{name}.md"))?.run(folder.path())?;
    }
    Ok(())
}

#[test]
fn no_page_of_the_guide_is_left_out() -> Outcome {
    for entry in fs::read_dir(root().join("docs/guide"))? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let known = path.is_dir() || name == "tour" || PAGES.contains(&name);
        assert!(known, "`{}` is in no test: add it to PAGES", path.display());
    }
    Ok(())
}

#[test]
fn results_of_scans_have_the_columns_described() -> Outcome {
    let study = SmallStudy::new()?;
    gyrus().call(study.folder(), ["run", "study.toml", "--out", "results"])?.good()?;
    columns::check(Page::read("docs/RESULTS.md")?.text(), &study.results())
}

#[test]
fn findings_of_the_tour_are_those_of_the_quick_study() -> Outcome {
    findings::check("docs/guide/tour.md")
}
