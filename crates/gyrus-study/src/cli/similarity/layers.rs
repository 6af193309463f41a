//! The layers that are compared, and where each comes from.

use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::ensure;
use gyrus_similarity::{Error, Representation};
use gyrus_study::{MatrixFile, MatrixRows};

/// Files whose rows are the same words.
#[derive(Debug)]
pub struct Files {
    files: Vec<MatrixFile>,
    /// Whether layers stand less the ones before them.
    updates: bool,
}

/// A file and a layer of it, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub layer: u32,
}

/// A layer, or what it has more than the one before it.
#[derive(Debug, Clone, Copy)]
pub struct Layer<'a> {
    own: MatrixRows<'a>,
    before: Option<MatrixRows<'a>>,
}

impl Representation for Layer<'_> {
    fn dim(&self) -> (usize, usize) {
        self.own.dim()
    }

    fn read(&self, rows: Range<usize>, columns: Range<usize>, to: &mut [f32]) {
        self.own.read(rows.clone(), columns.clone(), to);
        if let Some(before) = &self.before {
            let mut earlier = vec![0.0; to.len()];
            before.read(rows, columns, &mut earlier);
            to.iter_mut().zip(earlier).for_each(|(to, earlier)| *to -= earlier);
        }
    }
}

impl Files {
    /// Maps the files at `paths`; with `updates` layers stand less the ones before them.
    pub fn open(paths: &[PathBuf], updates: bool) -> anyhow::Result<Self> {
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
        if updates {
            files.iter().try_for_each(same_widths)?;
        }
        Ok(Self { files, updates })
    }

    /// Every layer of every file, or every one but the first of each.
    pub fn layers(&self) -> Vec<Layer<'_>> {
        let layer = |(file, at): (usize, usize)| {
            let matrix = |at| MatrixRows::new(&self.files[file], at);
            Layer { own: matrix(at), before: self.updates.then(|| matrix(at - 1)) }
        };
        self.indices().map(layer).collect()
    }

    /// Where each layer comes from.
    pub fn places(&self) -> Vec<Place> {
        let place = |(file, at): (usize, usize)| Place {
            file: self.files[file].path().display().to_string(),
            layer: at as u32,
        };
        self.indices().map(place).collect()
    }

    /// The same as names and numbers.
    pub fn labels(&self) -> Vec<(String, u32)> {
        self.places().into_iter().map(|Place { file, layer }| (file, layer)).collect()
    }

    /// Rows of every layer.
    pub fn rows(&self) -> usize {
        self.files[0].shape(0).0
    }

    /// Files and their layers.
    fn indices(&self) -> impl Iterator<Item = (usize, usize)> {
        let first = usize::from(self.updates);
        self.files.iter().enumerate().flat_map(move |(file, layers)| (first..layers.len()).map(move |at| (file, at)))
    }
}

fn same_widths(file: &MatrixFile) -> anyhow::Result<()> {
    let width = |layer: usize| file.shape(layer).1;
    for layer in 1..file.len() {
        ensure!(
            width(layer) == width(layer - 1),
            "`{}`: layer {layer} (from 0) has {} columns and the one before it {}, so it has no update",
            file.path().display(),
            width(layer),
            width(layer - 1)
        );
    }
    Ok(())
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
