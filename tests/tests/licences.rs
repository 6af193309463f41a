//! Holds what we build on to deny.toml, without cargo-deny: the licence of every package, and where it comes from.
//!
//! Licences are those that `cargo tree` tells, because it knows which packages are built and which are only written down.
#![expect(clippy::print_stderr, reason = "the test says how many packages it saw, and which it could not see")]

use std::path::Path;
use std::process::{Command, Output};
use std::{env, error, fs};

type Result<T> = std::result::Result<T, Box<dyn error::Error>>;

/// How cargo writes the public registry in the lock file, whatever mirror it is read from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

const REMEDY: &str = "take another package, or decide for it in deny.toml and say why in the commit";

/// What deny.toml allows, for every package and for some.
struct Rules {
    allowed: Vec<String>,
    exceptions: Vec<(String, String)>,
}

impl Rules {
    fn read() -> Result<Self> {
        let text = fs::read_to_string(root().join("deny.toml"))?;
        let allowed: Vec<String> = list(&text, "allow").into_iter().flatten().collect();
        let pair = |mut texts: Vec<String>| match texts.len() {
            2 => Ok((texts.remove(0), texts.remove(0))),
            _ => Err(format!("deny.toml: an exception is one crate and one licence: {texts:?}")),
        };
        let exceptions = list(&text, "exceptions").into_iter().map(pair).collect::<std::result::Result<Vec<_>, _>>()?;
        if allowed.is_empty() || exceptions.is_empty() {
            return Err("deny.toml: no licences found, one a line between `allow = [` and `]`".into());
        }
        Ok(Self { allowed, exceptions })
    }

    /// Whether `package` may come under `expression`: a choice of licences, each a sum of licences.
    fn allow(&self, package: &str, expression: &str) -> bool {
        let mut words = words(expression).into_iter().peekable();
        let allowed = self.choice(package, &mut words);
        allowed && words.next().is_none()
    }

    fn choice(&self, package: &str, words: &mut Words) -> bool {
        let mut allowed = self.sum(package, words);
        while words.next_if(|word| word == "OR").is_some() {
            allowed |= self.sum(package, words);
        }
        allowed
    }

    fn sum(&self, package: &str, words: &mut Words) -> bool {
        let mut allowed = self.one(package, words);
        while words.next_if(|word| word == "AND").is_some() {
            allowed &= self.one(package, words);
        }
        allowed
    }

    fn one(&self, package: &str, words: &mut Words) -> bool {
        let Some(mut name) = words.next() else { return false };
        if name == "(" {
            return self.choice(package, words) & (words.next().as_deref() == Some(")"));
        }
        if words.next_if(|word| word == "WITH").is_some() {
            name = format!("{name} WITH {}", words.next().unwrap_or_default());
        }
        self.allowed.contains(&name) || self.exceptions.iter().any(|(of, licence)| of == package && *licence == name)
    }
}

type Words = std::iter::Peekable<std::vec::IntoIter<String>>;

/// The names, words and brackets of a licence expression; a slash is how choices were written once.
fn words(expression: &str) -> Vec<String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    spaced.split_whitespace().map(String::from).collect()
}

/// The texts of each line of a list.
fn list(text: &str, name: &str) -> Vec<Vec<String>> {
    let begin = format!("{name} = [");
    let lines = text.lines().map(str::trim).skip_while(|line| *line != begin).skip(1);
    lines.take_while(|line| *line != "]").filter(|line| !line.starts_with('#')).map(quoted).collect()
}

/// The texts between quotation marks.
fn quoted(line: &str) -> Vec<String> {
    line.split('"').skip(1).step_by(2).map(String::from).collect()
}

fn root() -> &'static Path {
    Path::new("..")
}

/// A line `name|licence` for each package that is built, for every system and feature where all sources are at hand.
///
/// A plain build fetches no sources of other systems.
fn packages() -> Result<String> {
    let mut output = tree(&["--all-features", "--target", "all"])?;
    if !output.status.success() {
        eprintln!("held to this system and the default features: call `cargo fetch` to have the sources of the others");
        output = tree(&[])?;
    }
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into())
    }
}

fn tree(scope: &[&str]) -> Result<Output> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["tree", "--workspace", "--offline", "--prefix", "none"]);
    cargo.args(["--format", "{p}|{l}"]).args(scope).current_dir(root());
    Ok(cargo.output()?)
}

fn check(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn every_licence_is_allowed() -> Result<()> {
    let (rules, packages) = (Rules::read()?, packages()?);
    // A package that was told before ends with a star in brackets.
    let lines = packages.lines().filter(|line| !line.is_empty());
    let mut lines: Vec<&str> = lines.map(|line| line.trim_end_matches(" (*)")).collect();
    lines.sort_unstable();
    lines.dedup();
    let mut broken = Vec::new();
    for line in &lines {
        let (package, licence) = line.rsplit_once('|').ok_or("a package without a place for its licence")?;
        let name = package.split_whitespace().next().unwrap_or_default();
        if !rules.allow(name, licence) {
            broken.push(format!("rule licences: `{package}` comes under `{licence}`; {REMEDY}"));
        }
    }
    eprintln!("{} packages", lines.len());
    check(&broken);
    Ok(())
}

#[test]
fn every_package_comes_from_the_public_registry() -> Result<()> {
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    let sources = lock.lines().filter_map(|line| line.strip_prefix("source = "));
    let others = sources.map(|source| source.trim_matches('"')).filter(|source| *source != REGISTRY);
    check(&others.map(|source| format!("rule sources: Cargo.lock names `{source}`; {REMEDY}")).collect::<Vec<_>>());
    Ok(())
}

#[test]
fn choices_and_sums_are_told_apart() {
    let rules = Rules { allowed: vec!["MIT".into(), "ISC".into()], exceptions: vec![("a".into(), "MPL-2.0".into())] };
    for allowed in ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "MIT AND ISC", "(GPL-3.0 OR MIT) AND ISC"] {
        assert!(rules.allow("b", allowed), "{allowed}");
    }
    for refused in
        ["", "GPL-3.0", "MIT AND GPL-3.0", "MIT WITH x", "MPL-2.0", "(MIT OR ISC) AND GPL-3.0", "(MIT", "MIT)"]
    {
        assert!(!rules.allow("b", refused), "{refused}");
    }
    assert!(rules.allow("a", "MPL-2.0") && !rules.allow("a", "GPL-3.0"));
}
