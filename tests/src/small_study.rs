//! A complete small study in a folder of its own.

use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::{checkpoint, listeners, patients, settings, story, tokenizer};

/// A complete small study in a folder that vanishes with it.
///
/// The folder holds `study.toml`, `manifest.toml`, `data/` (a story and three listeners, of whom `s02` is silent)
/// and `models/tiny/` (two blocks with random weights). Every byte is the same each time.
#[derive(Debug)]
pub struct SmallStudy {
    folder: TempDir,
}

impl SmallStudy {
    /// Writes the study.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn new() -> io::Result<Self> {
        let study = Self { folder: tempfile::tempdir()? };
        study.write_data()?;
        study.write_model("tiny", 31)?;
        study.write("study.toml", settings::STUDY)?;
        Ok(study)
    }

    /// Writes a study of plain files instead: `study.toml`, `story.tsv`, `features.safetensors`, and of each patient a
    /// signal and a table of electrodes.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn of_patients() -> io::Result<Self> {
        let study = Self { folder: tempfile::tempdir()? };
        patients::files()?.into_iter().try_for_each(|(file, content)| study.write(file, content))?;
        Ok(study)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A path inside the folder.
    pub fn path(&self, file: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(file)
    }

    /// The study file.
    pub fn file(&self) -> PathBuf {
        self.path("study.toml")
    }

    /// Where the tests put its results.
    pub fn results(&self) -> PathBuf {
        self.path("results")
    }

    /// Writes `content` to `file`, a path inside the folder.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write(&self, file: impl AsRef<Path>, content: impl AsRef<[u8]>) -> io::Result<()> {
        let path = self.path(file);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, content)
    }

    /// Replaces the first `from` in the text file `file` by `to`.
    ///
    /// # Errors
    /// A file that cannot be read or written, or that does not hold `from`.
    pub fn edit(&self, file: impl AsRef<Path>, from: &str, to: &str) -> io::Result<()> {
        let text = fs::read_to_string(self.path(&file))?;
        match text.contains(from) {
            true => self.write(file, text.replacen(from, to, 1)),
            false => Err(io::Error::other(format!("`{}` does not hold `{from}`", file.as_ref().display()))),
        }
    }

    /// Writes a model with weights of its own to `models/NAME`.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write_model(&self, name: &str, seed: u64) -> io::Result<()> {
        let folder = Path::new("models").join(name);
        self.write(folder.join("config.json"), format!("{:#}", checkpoint::config()))?;
        self.write(folder.join("tokenizer.json"), format!("{:#}", tokenizer::file()))?;
        self.write(folder.join("model.safetensors"), checkpoint::weights(seed)?)
    }

    fn write_data(&self) -> io::Result<()> {
        let tables = listeners::tables(&story::labels());
        let mut files: Vec<(String, String)> =
            tables.iter().map(|(name, columns)| (name.clone(), listeners::text(columns))).collect();
        files.push(("story.txt".into(), story::TEXT.into()));
        files.push(("story.TextGrid".into(), story::grid()));
        for (name, content) in &files {
            self.write(Path::new("data").join(name), content)?;
        }
        let listed = files.into_iter().map(|(name, content)| (name, content.len(), sha256(content.as_bytes())));
        self.write("manifest.toml", settings::manifest(&listed.collect::<Vec<_>>()))
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot;

    #[test]
    fn every_study_has_the_same_bytes() -> io::Result<()> {
        let (a, b) = (SmallStudy::new()?, SmallStudy::new()?);
        assert_eq!(snapshot(a.folder())?, snapshot(b.folder())?);
        Ok(())
    }

    #[test]
    fn an_edit_that_finds_nothing_is_an_error() -> io::Result<()> {
        assert!(SmallStudy::new()?.edit("study.toml", "no such text", "").is_err());
        Ok(())
    }
}
