//! The packages that are part of the program, with their licences: what each says of itself, and the texts it carries.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::process;

/// How names of files with a licence begin, in capitals.
const NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "COPYRIGHT"];

/// A package as `cargo tree` tells it.
struct Package {
    name: String,
    version: String,
    licence: String,
    repository: String,
}

/// The page: a line for each package, then each text once, under the packages that carry it.
pub fn page() -> Result<String, String> {
    let packages = packages()?;
    let folders = sources()?;
    let mut page =
        format!("The {} packages that gyrus is built of beside its own, and their licences.\n\n", packages.len());
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Package { name, version, licence, repository } in &packages {
        page.push_str(format!("{name} {version}: {licence} {repository}").trim_end());
        page.push('\n');
        let folder =
            folders.iter().map(|folder| folder.join(format!("{name}-{version}"))).find(|folder| folder.is_dir());
        for text in folder.map(|folder| carried(&folder)).transpose()?.unwrap_or_default() {
            texts.entry(text).or_default().push(format!("{name} {version}"));
        }
    }
    for (text, carriers) in &texts {
        page.push_str(&format!("\n{}\n{}:\n\n{text}\n", "-".repeat(78), carriers.join(", ")));
    }
    Ok(page)
}

/// Packages in order of names; those of the workspace are left out, they come under our own licence.
fn packages() -> Result<Vec<Package>, String> {
    let arguments = ["tree", "--workspace", "--edges", "normal", "--prefix", "none", "--format", "{p}|{l}|{r}"];
    let told = process::answer(&mut process::cargo(&arguments))?;
    let mut lines: Vec<&str> = told.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    lines.sort_unstable();
    lines.dedup();
    Ok(lines.into_iter().filter_map(package).collect())
}

fn package(line: &str) -> Option<Package> {
    let [package, licence, repository] = line.split('|').collect::<Vec<_>>()[..] else { return None };
    let mut words = package.split_whitespace();
    let (name, version) = (words.next()?.to_owned(), words.next()?.trim_start_matches('v').to_owned());
    let ours = words.any(|word| word.contains(std::path::is_separator));
    (!ours).then(|| Package { name, version, licence: licence.into(), repository: repository.into() })
}

/// Where cargo keeps the sources of packages: a folder for each registry.
fn sources() -> Result<Vec<PathBuf>, String> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).ok_or("no home of cargo")?;
    entries(&home.join("registry/src"))
}

/// The texts of licences in a package, with the ends of lines and pages made alike.
fn carried(folder: &Path) -> Result<Vec<String>, String> {
    let is_licence = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().to_uppercase()).unwrap_or_default();
        path.is_file() && NAMES.iter().any(|begin| name.starts_with(begin))
    };
    let read = |path: PathBuf| match fs::read(&path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).replace('\r', "").trim().to_owned()),
        Err(error) => Err(format!("cannot read `{}`: {error}", path.display())),
    };
    entries(folder)?.into_iter().filter(is_licence).map(read).collect()
}

/// What lies in a folder, in order of names.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let read = || fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>();
    let mut entries = read().map_err(|error| format!("cannot list `{}`: {error}", folder.display()))?;
    entries.sort();
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_told_from_ours() {
        let other = package("serde_derive v1.0.2 (proc-macro)|MIT OR Apache-2.0|https://x.org").expect("a package");
        assert_eq!((other.name.as_str(), other.version.as_str()), ("serde_derive", "1.0.2"));
        assert!(package("gyrus-types v0.1.0 (/there/gyrus-types)|MIT OR Apache-2.0|").is_none());
        assert!(package("").is_none());
    }
}
