//! Matrices of one file that stand side by side: a band of features, or controls.

use std::path::Path;

use anyhow::bail;
use gyrus_study::{Error, MatrixFile};
use ndarray::{Array2, Axis, concatenate};

use super::predictors::check_rows;

/// Some matrices of a file, all with the same rows.
#[derive(Debug)]
pub struct Joined {
    file: MatrixFile,
    matrices: Vec<usize>,
}

impl Joined {
    /// Every tensor of the file `path` in natural order of the names, or the one that `FILE#TENSOR` names.
    ///
    /// # Errors
    /// The file cannot be read, has no such tensor, or tensors of different rows.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let said = path.to_string_lossy();
        // A `#` may also be part of a file's name.
        match said.rsplit_once('#').filter(|_| !path.exists()) {
            Some((file, tensor)) => Self::named(MatrixFile::open(Path::new(file))?, tensor),
            None => {
                let file = MatrixFile::open(path)?;
                (1..file.len()).try_for_each(|matrix| check_rows(&file, matrix, &file))?;
                Ok(Self { matrices: (0..file.len()).collect(), file })
            }
        }
    }

    fn named(file: MatrixFile, tensor: &str) -> anyhow::Result<Self> {
        match (0..file.len()).find(|matrix| file.name(*matrix) == tensor) {
            Some(matrix) => Ok(Self { file, matrices: vec![matrix] }),
            None => {
                let names: Vec<_> = (0..file.len()).map(|matrix| format!("`{}`", file.name(matrix))).collect();
                bail!("`{}` has no tensor `{tensor}`, only: {}", file.path().display(), names.join(", "))
            }
        }
    }

    /// Fails unless its rows are those of the first matrix of `other`.
    pub fn check_rows(&self, other: &MatrixFile) -> Result<(), Error> {
        check_rows(&self.file, self.matrices[0], other)
    }

    /// The matrices side by side, `(rows, columns)`.
    ///
    /// # Errors
    /// A value is not finite.
    pub fn finite(&self) -> Result<Array2<f64>, Error> {
        let all = self.matrices.iter().map(|matrix| self.file.finite(*matrix)).collect::<Result<Vec<_>, _>>()?;
        let views: Vec<_> = all.iter().map(Array2::view).collect();
        Ok(concatenate(Axis(1), &views).expect("rows were compared"))
    }

    /// What it is, for an error about it.
    pub fn describe(&self) -> String {
        match self.matrices[..] {
            [matrix] => format!("tensor `{}` of `{}`", self.file.name(matrix), self.file.path().display()),
            _ => format!("the tensors of `{}`", self.file.path().display()),
        }
    }
}
