//! The layers that are compared, and where each comes from.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use gyrus_similarity::Error;
use gyrus_study::{MatrixFile, MatrixRows};

/// Files whose rows are the same words.
#[derive(Debug)]
pub struct Files(Vec<MatrixFile>);

/// A file and a layer of it, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub layer: u32,
}

impl Files {
    /// Maps the files at `paths`.
    pub fn open(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let files = paths.iter().map(|path| MatrixFile::open(path)).collect::<Result<Vec<_>, _>>()?;
        let (first, expected) = (&files[0], files[0].shape(0).0);
        for (file, layer) in files.iter().flat_map(|file| (0..file.len()).map(move |layer| (file, layer))) {
            if file.shape(layer).0 != expected {
                let (path, other) = (file.path().to_owned(), first.path().to_owned());
                return Err(gyrus_study::Error::Rows { path, found: file.shape(layer).0, other, expected }.into());
            }
        }
        let mut said = files.iter().filter_map(|file| Some((file.path(), file.transcript()?)));
        if let Some((first, words)) = said.next() {
            said.try_for_each(|(other, found)| same_words((first, words), (other, found)))?;
        }
        Ok(Self(files))
    }

    /// Every layer of every file.
    pub fn layers(&self) -> Vec<MatrixRows<'_>> {
        self.0.iter().flat_map(MatrixRows::all).collect()
    }

    /// Where each layer comes from.
    pub fn places(&self) -> Vec<Place> {
        let place =
            |file: &MatrixFile, layer: usize| Place { file: file.path().display().to_string(), layer: layer as u32 };
        self.0.iter().flat_map(|file| (0..file.len()).map(move |layer| place(file, layer))).collect()
    }

    /// Rows of every layer.
    pub fn rows(&self) -> usize {
        self.0[0].shape(0).0
    }
}

fn same_words(one: (&Path, &str), other: (&Path, &str)) -> anyhow::Result<()> {
    ensure!(
        one.1 == other.1,
        "`{}` and `{}` are of different transcripts: the words of their rows have the hashes {} and {}",
        one.0.display(),
        other.0.display(),
        one.1,
        other.1
    );
    Ok(())
}

/// The error with the file that it is about, where it is about one.
pub fn named(error: Error, places: &[Place]) -> anyhow::Error {
    match error {
        Error::NotFinite { representation, .. } => {
            let Place { file, layer } = &places[representation];
            anyhow::Error::new(error).context(format!("layer {layer} (from 0) of `{file}`"))
        }
        _ => error.into(),
    }
}
