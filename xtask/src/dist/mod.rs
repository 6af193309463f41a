//! Makes one archive that runs on another Linux machine, which needs neither Rust nor this checkout.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::process;

mod elf;
mod third_party;

const HELP: &str = "\
cargo xtask dist

Builds the program in release mode and packs it, with the studies that need nothing else, their data and the pages of
docs, into dist/gyrus-VERSION-x86_64-linux-gnu.tar.gz. The same program and commit give the same bytes.
BUILT.txt in it says what the program needs of a system. tests/scripts/dist_elsewhere.sh tries the archive in an empty root.";

/// The systems that the archive is for, as its name says it.
const SYSTEM: &str = "x86_64-linux-gnu";

/// What goes along, as git lists it; a file that is not there yet is left out.
const SHIPPED: [&str; 13] = [
    "README.md",
    "CHANGELOG.md",
    "CITATION.cff",
    "LICENSE*",
    "docs",
    "studies/paper.toml",
    "studies/paper-quick.toml",
    "studies/small.toml",
    "datasets/alice",
    "datasets/benchmarks",
    "datasets/landmarks.toml",
    "datasets/story",
    "datasets/zoo",
];

/// Runs `dist`.
pub fn run(arguments: &[String]) -> Result<ExitCode, String> {
    match arguments {
        [] => {}
        [word] if matches!(word.as_str(), "help" | "--help" | "-h") => {
            println!("{HELP}");
            return Ok(ExitCode::SUCCESS);
        }
        [extra, ..] => return Err(format!("`dist` takes no argument: `{extra}`")),
    }
    if !cfg!(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu")) {
        return Err(format!("the archive is for {SYSTEM} and is made on such a system"));
    }
    // The build of continuous integration; what the processor can do is found out when the program runs.
    let built = process::status(&mut process::cargo(&["build", "--release", "--workspace", "--bin", "gyrus"]))?;
    if !built.success() {
        return Ok(process::code(built));
    }
    make(&process::target().join("release/gyrus")).map(|()| ExitCode::SUCCESS)
}

/// Lays the folder out, packs it, and says what came of it.
fn make(program: &Path) -> Result<(), String> {
    let answer = process::answer(Command::new(program).arg("--version"))?;
    let version = answer.split_whitespace().nth(1).ok_or("the program does not tell its version")?;
    let name = format!("gyrus-{version}-{SYSTEM}");
    let stage = process::target().join("dist").join(&name);
    let built = built(program, &answer)?;
    lay_out(&stage, program).map_err(|error| format!("cannot fill `{}`: {error}", stage.display()))?;
    for (file, text) in [("BUILT.txt", &built), ("THIRD-PARTY.txt", &third_party::page()?)] {
        fs::write(stage.join(file), text).map_err(|error| format!("cannot write `{file}`: {error}"))?;
    }
    let archive = pack(&stage, &name)?;
    let size = fs::metadata(&archive).map_err(|error| format!("cannot measure the archive: {error}"))?.len();
    let sum = process::answer(Command::new("sha256sum").arg("--").arg(&archive))?;
    print!("{built}");
    println!("archive: {}", archive.display());
    println!("size: {size} bytes ({:.1} MB)", size as f64 / 1e6);
    println!("sha256: {}", sum.split_whitespace().next().unwrap_or_default());
    Ok(())
}

/// What BUILT.txt says.
fn built(program: &Path, version: &str) -> Result<String, String> {
    let file = fs::read(program).map_err(|error| format!("cannot read `{}`: {error}", program.display()))?;
    let elf::Needs { libraries, glibc: (major, minor) } =
        elf::needs(&file).ok_or_else(|| format!("`{}` is no program of this system", program.display()))?;
    let commit = git(&["rev-parse", "HEAD"])?;
    let changes = git(&["status", "--porcelain", "--untracked-files=no"])?;
    let changed = if changes.trim().is_empty() { "" } else { ", with changes that are not committed" };
    Ok(format!(
        "program: {}\ncommit: {}{changed}\nsystem: {SYSTEM}\nglibc: {major}.{minor} or newer\nlibraries: {}\n",
        version.trim(),
        commit.trim(),
        libraries.join(", ")
    ))
}

/// Fills the folder anew with the program and with what goes along, under the paths of the checkout.
fn lay_out(stage: &Path, program: &Path) -> io::Result<()> {
    match fs::remove_dir_all(stage) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => fs::create_dir_all(stage)?,
    }
    fs::copy(program, stage.join("gyrus"))?;
    let listed = git(&[&["ls-files", "-z", "--"], &SHIPPED[..]].concat()).map_err(io::Error::other)?;
    for file in listed.split_terminator('\0') {
        let to = stage.join(file);
        fs::create_dir_all(to.parent().unwrap_or(stage))?;
        fs::copy(process::root().join(file), to)?;
    }
    Ok(())
}

/// The archive of the folder, with names in order, one owner, and the time of the commit.
fn pack(stage: &Path, name: &str) -> Result<PathBuf, String> {
    let folder = process::root().join("dist");
    fs::create_dir_all(&folder).map_err(|error| format!("cannot make `{}`: {error}", folder.display()))?;
    let (archive, unfinished) = (folder.join(format!("{name}.tar.gz")), folder.join(format!("{name}.unfinished")));
    let time = git(&["log", "-1", "--format=@%ct"])?;
    let mut tar = Command::new("tar");
    tar.args(["--create", "--use-compress-program=gzip -9 -n", "--format=gnu", "--sort=name", "--mode=u=rwX,go=rX"]);
    tar.args(["--owner=0", "--group=0", "--numeric-owner"]).arg(format!("--mtime={}", time.trim()));
    tar.arg("--file").arg(&unfinished).arg("--directory").arg(stage.parent().unwrap_or(stage)).arg(name);
    process::answer(&mut tar)?;
    fs::rename(&unfinished, &archive).map_err(|error| format!("cannot name `{}`: {error}", archive.display()))?;
    Ok(archive)
}

fn git(arguments: &[&str]) -> Result<String, String> {
    process::answer(Command::new("git").current_dir(process::root()).args(arguments))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn studies_find_their_data_in_the_archive() {
        for study in SHIPPED.iter().filter(|path| path.starts_with("studies/")) {
            let text = fs::read_to_string(process::root().join(study)).expect("a study file");
            for data in text.split('"').filter_map(|text| text.strip_prefix("../datasets/")) {
                let data = format!("datasets/{data}");
                assert!(SHIPPED.iter().any(|path| data.starts_with(path)), "{study} needs `{data}`");
                assert!(process::root().join(&data).exists(), "{study} needs `{data}`");
            }
        }
    }
}
