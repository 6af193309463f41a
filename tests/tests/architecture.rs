//! Holds the walls of the house: which crate may use which, and which heavy package stands behind whose door.
//!
//! A change of the tables below changes docs/ARCHITECTURE.md in the same commit.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, error, fs};

use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn error::Error>>;

/// Each crate, and the crates of ours that it may use.
const ARROWS: [(&str, &[&str]); 16] = [
    ("gyrus-types", &[]),
    ("gyrus-data", &[]),
    ("gyrus-formats", &[]),
    ("gyrus-signals", &[]),
    ("gyrus-recordings", &["gyrus-types", "gyrus-data", "gyrus-formats", "gyrus-signals", "gyrus-surfaces"]),
    ("gyrus-surfaces", &[]),
    ("gyrus-windows", &["gyrus-types"]),
    ("gyrus-activations", &["gyrus-types"]),
    ("gyrus-ridge", &[]),
    ("gyrus-encoding", &["gyrus-types", "gyrus-ridge"]),
    ("gyrus-similarity", &["gyrus-ridge"]),
    // Its library uses types alone; the others are for the program `calibration`.
    ("gyrus-simulation", &["gyrus-types", "gyrus-ridge", "gyrus-encoding", "gyrus-similarity"]),
    ("gyrus-report", &[]),
    ("gyrus-zoo", &["gyrus-windows", "gyrus-activations"]),
    ("gyrus-benchmarks", &["gyrus-types", "gyrus-windows", "gyrus-activations"]),
    (
        "gyrus-study",
        &[
            "gyrus-types",
            "gyrus-data",
            "gyrus-formats",
            "gyrus-signals",
            "gyrus-surfaces",
            "gyrus-recordings",
            "gyrus-windows",
            "gyrus-activations",
            "gyrus-ridge",
            "gyrus-encoding",
            "gyrus-similarity",
            "gyrus-report",
            "gyrus-simulation",
            "gyrus-zoo",
            "gyrus-benchmarks",
        ],
    ),
];

/// Each heavy package (a star stands for any ending), and the crates that may name it, for tests and builds too.
const DOORS: [(&str, &[&str]); 13] = [
    ("burn*", &["gyrus-activations", "gyrus-zoo"]),
    ("polars*", &["gyrus-recordings", "gyrus-study"]),
    ("tokenizers", &["gyrus-windows"]),
    ("ureq", &["gyrus-data"]),
    ("faer*", &["gyrus-ridge", "gyrus-similarity"]),
    ("gemm*", &["gyrus-ridge", "gyrus-similarity"]),
    ("clap*", &["gyrus-study"]),
    ("indicatif", &["gyrus-study"]),
    ("plotters*", &["gyrus-report"]),
    ("plotly", &["gyrus-report"]),
    ("usvg", &["gyrus-report"]),
    ("resvg", &["gyrus-report"]),
    ("notosans", &["gyrus-report"]),
];

/// Most lines of a source file.
const LINES: usize = 450;

const REMEDY: &str =
    "move the code to the right crate, or change tests/tests/architecture.rs and docs/ARCHITECTURE.md together";

/// A member of the workspace, as cargo describes it.
struct Package {
    name: String,
    folder: PathBuf,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    name: String,
    /// Whether the crate itself uses it, not only its tests or its build script.
    normal: bool,
}

fn packages() -> Result<Vec<Package>> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["metadata", "--format-version", "1", "--no-deps", "--offline"]).current_dir(root());
    let output = cargo.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    metadata["packages"].as_array().ok_or("no packages")?.iter().map(package).collect()
}

fn package(value: &Value) -> Result<Package> {
    let text = |value: &Value| value.as_str().map(String::from).ok_or("a text is missing in the metadata");
    let manifest = PathBuf::from(text(&value["manifest_path"])?);
    let dependencies = value["dependencies"].as_array().ok_or("no dependencies")?;
    let dependency = |value: &Value| Ok(Dependency { name: text(&value["name"])?, normal: value["kind"].is_null() });
    Ok(Package {
        name: text(&value["name"])?,
        folder: manifest.parent().ok_or("a manifest without folder")?.to_owned(),
        dependencies: dependencies.iter().map(dependency).collect::<Result<_>>()?,
    })
}

fn root() -> &'static Path {
    Path::new("..")
}

fn in_crates(package: &Package) -> bool {
    package.folder.parent().is_some_and(|parent| parent.ends_with("crates"))
}

/// Every Rust file below `folder`, in order of names.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    entries.sort();
    let mut files = Vec::new();
    for path in entries {
        if path.is_dir() {
            files.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

fn check(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn arrows_point_one_way() -> Result<()> {
    let mut broken = Vec::new();
    for package in packages()?.iter().filter(|package| in_crates(package)) {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == package.name) else {
            broken.push(format!("rule arrows: crate `{}` is not in the table; {REMEDY}", package.name));
            continue;
        };
        let ours = package.dependencies.iter().filter(|used| used.normal && used.name.starts_with("gyrus-"));
        for used in ours.filter(|used| !allowed.contains(&used.name.as_str())) {
            broken.push(format!("rule arrows: crate `{}` may not use `{}`; {REMEDY}", package.name, used.name));
        }
    }
    check(&broken);
    Ok(())
}

#[test]
fn heavy_packages_stay_behind_their_doors() -> Result<()> {
    let mut broken = Vec::new();
    for package in packages()? {
        for used in &package.dependencies {
            let door = DOORS.iter().find(|(pattern, _)| matches(pattern, &used.name));
            if door.is_some_and(|(_, allowed)| !allowed.contains(&package.name.as_str())) {
                broken.push(format!("rule doors: crate `{}` may not name `{}`; {REMEDY}", package.name, used.name));
            }
        }
    }
    check(&broken);
    Ok(())
}

/// Whether `name` is the package, or with a star is it or begins with it and a hyphen.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(stem) => name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')),
        None => name == pattern,
    }
}

#[test]
fn xtask_starts_at_once() -> Result<()> {
    let packages = packages()?;
    let xtask = packages.iter().find(|package| package.name == "xtask").ok_or("no xtask")?;
    let named = xtask.dependencies.iter();
    check(&named.map(|used| format!("rule xtask: it may not name `{}`; {REMEDY}", used.name)).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn crates_are_named_after_their_folders() -> Result<()> {
    let packages = packages()?;
    let misnamed = packages.iter().filter(|package| in_crates(package) && !package.folder.ends_with(&package.name));
    let say = |p: &Package| format!("rule names: crate `{}` lies in folder `{}`; {REMEDY}", p.name, p.folder.display());
    check(&misnamed.map(say).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn every_crate_inherits_the_lints() -> Result<()> {
    let mut broken = Vec::new();
    for package in packages()? {
        let manifest = fs::read_to_string(package.folder.join("Cargo.toml"))?;
        let mut lines = manifest.lines().map(str::trim).skip_while(|line| *line != "[lints]").skip(1);
        if lines.next() != Some("workspace = true") {
            broken.push(format!("rule lints: `[lints]` of crate `{}` must say `workspace = true`", package.name));
        }
    }
    check(&broken);
    Ok(())
}

#[test]
fn every_library_says_what_it_is() -> Result<()> {
    let mut broken = Vec::new();
    for package in packages()? {
        let library = package.folder.join("src/lib.rs");
        if library.is_file() && !fs::read_to_string(&library)?.starts_with("//!") {
            broken.push(format!("rule headers: src/lib.rs of crate `{}` must begin with `//!`", package.name));
        }
    }
    check(&broken);
    Ok(())
}

#[test]
fn files_stay_short() -> Result<()> {
    let mut broken = Vec::new();
    for package in packages()?.iter().filter(|package| in_crates(package)) {
        for file in sources(&package.folder.join("src"))? {
            let lines = fs::read_to_string(&file)?.lines().count();
            if lines > LINES {
                let file = file.strip_prefix(root()).unwrap_or(&file).display();
                broken
                    .push(format!("rule length: crate `{}`: {file} has {lines} lines, {LINES} at most", package.name));
            }
        }
    }
    check(&broken);
    Ok(())
}

/// Analyses must not see what was planted in simulated recordings.
#[test]
fn one_step_alone_opens_the_truth() -> Result<()> {
    let steps = root().join("crates/gyrus-study/src/steps");
    let mut broken = Vec::new();
    for file in sources(&steps)? {
        let allowed = file.starts_with(steps.join("truth")) || file.ends_with("simulation.rs");
        let text = fs::read_to_string(&file)?;
        if !allowed && ["truth.json", "simulation::truth", "TRUTH"].iter().any(|name| text.contains(name)) {
            broken.push(format!("rule truth: {} may not open what was planted; {REMEDY}", file.display()));
        }
    }
    check(&broken);
    Ok(())
}

#[test]
fn a_star_takes_the_package_and_its_parts() {
    assert!(matches("burn*", "burn") && matches("burn*", "burn-wgpu") && !matches("burn*", "burnish"));
    assert!(matches("tokenizers", "tokenizers") && !matches("tokenizers", "tokenizers-extra"));
}
