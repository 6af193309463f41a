//! A page whose commands are run.

use std::error::Error;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use gyrus_tests::Program;

use crate::Outcome;
use crate::block::{Block, blocks};
use crate::shown::alike;

/// Set to `write`, pages are written anew with what was printed.
const MODE: &str = "GYRUS_GUIDE";

/// What stands before the reason in the note of a block that is not run.
const NO_RUN: &str = "no_run: ";

/// A page of the repository.
pub struct Page {
    path: PathBuf,
    text: String,
    blocks: Vec<Block>,
}

/// The checkout.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The program.
pub fn gyrus() -> Program {
    Program::new(env!("CARGO_BIN_EXE_gyrus"))
}

/// Where commands are looked for: beside the program first.
pub fn path() -> Result<OsString, env::JoinPathsError> {
    let before = env::var_os("PATH").unwrap_or_default();
    let program = Path::new(env!("CARGO_BIN_EXE_gyrus"));
    env::join_paths(program.parent().map(Path::to_owned).into_iter().chain(env::split_paths(&before)))
}

/// Whether pages are to be written anew.
pub fn writing() -> bool {
    env::var_os(MODE).is_some_and(|mode| mode == "write")
}

impl Page {
    /// Reads `path`, counted from the checkout.
    pub fn read(path: &str) -> Result<Self, Box<dyn Error>> {
        let path = root().join(path);
        let text = fs::read_to_string(&path)?;
        let blocks = blocks(&text).map_err(|reason| format!("`{}`: {reason}", path.display()))?;
        Ok(Self { path, text, blocks })
    }

    /// What stands in it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Blocks in `language` that are to be run.
    pub fn runnable(&self, language: &str) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(move |block| block.language == language && block.note.is_empty())
    }

    /// Runs its commands in `folder`, in order, and holds what they print against what the page shows.
    pub fn run(&self, folder: &Path) -> Outcome {
        let mut changes = Vec::new();
        for (at, block) in self.blocks.iter().enumerate() {
            match (block.language.as_str(), block.note.as_str()) {
                ("toml", "") => drop(toml::from_str::<toml::Table>(&block.content).map_err(|e| self.wrong(block, &e))?),
                ("toml", file) => fs::write(folder.join(file), &block.content)?,
                ("sh", "") => {
                    let printed = self.call(block, folder)?;
                    let shown = self.blocks.get(at + 1).filter(|next| next.language == "text" && next.follows);
                    changes.extend(shown.filter(|shown| !alike(&shown.content, &printed)).map(|b| (b, printed)));
                }
                ("text" | "python" | "r", "") => {}
                (_, note) if note.strip_prefix(NO_RUN).is_some_and(|reason| !reason.is_empty()) => {}
                (language, note) => Err(self.wrong(block, &format!("neither run nor excused: `{language} {note}`")))?,
            }
        }
        self.settle(&changes)
    }

    fn call(&self, block: &Block, folder: &Path) -> Result<String, Box<dyn Error>> {
        let mut shell = Command::new("sh");
        shell.args(["-eu", "-c", &block.content]).current_dir(folder).env("PATH", path()?);
        let said = shell.env("GYRUS", root().canonicalize()?).env("LC_ALL", "C").output()?;
        match said.status.success() {
            true => Ok(String::from_utf8(said.stdout)?),
            false => Err(self.wrong(block, &String::from_utf8_lossy(&said.stderr)).into()),
        }
    }

    /// Writes what was printed into the page, or says what differs.
    fn settle(&self, changes: &[(&Block, String)]) -> Outcome {
        if writing() {
            let mut text = self.text.clone();
            for (block, printed) in changes.iter().rev() {
                text.replace_range(block.range.clone(), &format!("{}\n", printed.trim_end()));
            }
            return Ok(fs::write(&self.path, text)?);
        }
        let told = changes.iter().map(|(block, printed)| self.wrong(block, &format!("printed was\n{printed}")));
        let told: Vec<String> = told.collect();
        assert!(told.is_empty(), "{}\nrun `cargo xtask book` to write it anew", told.join("\n"));
        Ok(())
    }

    fn wrong(&self, block: &Block, reason: &(impl ToString + ?Sized)) -> String {
        let line = self.text[..block.range.start].lines().count() + 1;
        format!("`{}`, line {line}: {}\n{}", self.path.display(), block.content, reason.to_string())
    }
}
