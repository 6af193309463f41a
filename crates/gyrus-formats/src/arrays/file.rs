//! A file of arrays of any kind.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayD, Axis, Ix2, IxDyn, Slice};

use super::npy::{MAGIC, Npy};
use super::npz::Npz;
use super::tensors::Tensors;
use crate::Error;
use crate::hdf5::{DataKind, Hdf5File};
use crate::matlab::{MatFile, Value};

/// Name of the only array of a file in which arrays have none.
const NAMELESS: &str = "array";

/// A file of arrays, whose rows are read where they are needed.
#[derive(Debug)]
pub struct ArrayFile {
    path: PathBuf,
    kind: Kind,
    names: Vec<String>,
}

#[derive(Debug)]
enum Kind {
    Npy(Npy),
    Npz(Npz),
    Tensors(Tensors),
    Hdf5(Hdf5File),
    Mat(MatFile),
}

/// The matrix of that name in the file `path`, or its only one; a list of numbers is a single column.
///
/// # Errors
/// As [`ArrayFile::open`] and [`ArrayFile::matrix`].
pub fn read_matrix(path: &Path, name: Option<&str>) -> Result<Array2<f64>, Error> {
    ArrayFile::open(path)?.matrix(name)
}

impl ArrayFile {
    /// Opens the file `path` and lists its arrays.
    ///
    /// # Errors
    /// [`Error::Read`]; [`Error::Content`] or [`Error::Length`] for what is no such file, and for headers that lie.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let read = Error::read(path);
        let mut first = Vec::new();
        File::open(path).map_err(read)?.take(128).read_to_end(&mut first).map_err(read)?;
        let kind = match first.as_slice() {
            bytes if bytes.starts_with(MAGIC) => Kind::Npy(Npy::open(path)?),
            bytes if bytes.starts_with(b"PK") => Kind::Npz(Npz::open(path)?),
            bytes if matches!(bytes.get(126..128), Some(b"IM" | b"MI")) => Kind::Mat(MatFile::open(path)?),
            bytes if bytes.get(8) == Some(&b'{') => Kind::Tensors(Tensors::open(path)?),
            _ if Hdf5File::is_one(path)? => Kind::Hdf5(Hdf5File::open(path)?),
            bytes => {
                let letters = bytes[..bytes.len().min(16)].escape_ascii();
                let wrong = "is no .npy, .npz, safetensors, HDF5 or MATLAB file, by its first bytes";
                return Err(Error::content(path, "the file", wrong, letters));
            }
        };
        let names = match &kind {
            Kind::Npy(_) => vec![NAMELESS.to_owned()],
            Kind::Npz(file) => file.names().to_vec(),
            Kind::Tensors(file) => file.names(),
            Kind::Hdf5(file) => numbers(file)?,
            Kind::Mat(file) => file.names(),
        };
        Ok(Self { path: path.to_owned(), kind, names })
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names of the arrays; the only one of a `.npy` file is called `array`.
    ///
    /// Of HDF5 files these are the paths of data sets of numbers, of MATLAB files all variables.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Sizes of the axes of the array of that name, or of the only one.
    ///
    /// # Errors
    /// As [`ArrayFile::matrix`].
    pub fn shape(&self, name: Option<&str>) -> Result<Vec<usize>, Error> {
        let name = self.choose(name)?;
        match &self.kind {
            Kind::Npy(file) => Ok(file.header.shape.clone()),
            Kind::Npz(file) => file.shape(name),
            Kind::Tensors(file) => Ok(file.shape(name)),
            Kind::Hdf5(file) => file.data_set(name).map(|data| data.shape().to_vec()),
            Kind::Mat(_) => self.variable(name).map(|array| array.shape().to_vec()),
        }
    }

    /// The matrix of that name, or the only one; a list of numbers is a single column.
    ///
    /// # Errors
    /// [`Error::Missing`] with the names for an array that is not there; [`Error::Content`] for several arrays and no name, for
    /// more than two axes, for what are no numbers, and for what cannot be read; [`Error::Read`].
    pub fn matrix(&self, name: Option<&str>) -> Result<Array2<f64>, Error> {
        if let Kind::Mat(_) = self.kind {
            let name = self.choose(name)?;
            return self.as_matrix(name, self.variable(name)?);
        }
        let rows = self.shape(name)?.first().copied().unwrap_or(1);
        self.rows(name, 0..rows)
    }

    /// Some rows of the matrix of that name, or of the only one.
    ///
    /// Of `.npy` in C order, safetensors and HDF5 nothing else is read.
    ///
    /// # Errors
    /// As [`ArrayFile::matrix`]; [`Error::Content`] for rows that there are not.
    pub fn rows(&self, name: Option<&str>, rows: Range<usize>) -> Result<Array2<f64>, Error> {
        let name = self.choose(name)?;
        if let Kind::Mat(_) = self.kind {
            let array = self.variable(name)?;
            self.check(name, array.shape(), &rows)?;
            return self.as_matrix(name, part(array, rows));
        }
        self.check(name, &self.shape(Some(name))?, &rows)?;
        let array = match &self.kind {
            Kind::Npy(file) => file.rows(rows)?,
            Kind::Npz(file) => part(file.read(name)?, rows),
            Kind::Tensors(file) => file.rows(name, rows)?,
            Kind::Hdf5(file) => file.data_set(name)?.rows(rows)?,
            Kind::Mat(_) => self.variable(name)?,
        };
        self.as_matrix(name, array)
    }

    /// The name that is meant.
    fn choose<'a>(&'a self, name: Option<&'a str>) -> Result<&'a str, Error> {
        match (name, self.names.as_slice()) {
            (None, [only]) => Ok(only),
            (None, []) => Err(Error::missing(&self.path, "array", "", Vec::new())),
            (None, names) => {
                let names = names.iter().take(30).cloned().collect::<Vec<_>>().join(", ");
                Err(Error::content(&self.path, "the file", "has several arrays, name one of them", names))
            }
            (Some(name), names) => {
                let same = |there: &&String| there.trim_start_matches('/') == name.trim_start_matches('/');
                let found = names.iter().find(same).map(String::as_str);
                found.ok_or_else(|| Error::missing(&self.path, "array", name, names.to_vec()))
            }
        }
    }

    /// A variable of a MATLAB file as an array of numbers.
    fn variable(&self, name: &str) -> Result<ArrayD<f64>, Error> {
        let Kind::Mat(file) = &self.kind else { return Err(Error::missing(&self.path, "array", name, Vec::new())) };
        let wrong = |value: &Value| {
            Error::content(&self.path, format!("variable `{name}`"), "is no array of numbers but", value.kind())
        };
        match file.read(name)? {
            Value::Numbers(numbers) => Ok(numbers),
            Value::Sparse(sparse) => {
                let dense = sparse.dense().map(Array2::into_dyn);
                dense.ok_or_else(|| wrong(&Value::Sparse(sparse)))
            }
            other => Err(wrong(&other)),
        }
    }

    fn check(&self, name: &str, shape: &[usize], rows: &Range<usize>) -> Result<(), Error> {
        if shape.len() > 2 {
            return Err(Error::content(
                &self.path,
                format!("array `{name}`"),
                "has more than two axes",
                format!("{shape:?}"),
            ));
        }
        let available = shape.first().copied().unwrap_or(1);
        if rows.start > rows.end || rows.end > available {
            let wrong = format!("has {available} rows, not all of");
            return Err(Error::content(&self.path, format!("array `{name}`"), wrong, format!("{rows:?}")));
        }
        Ok(())
    }

    /// An array of at most two axes as a matrix.
    fn as_matrix(&self, name: &str, array: ArrayD<f64>) -> Result<Array2<f64>, Error> {
        let shape = array.shape().to_vec();
        let array = match shape.len() {
            0 => array.into_shape_with_order(IxDyn(&[1, 1])).ok(),
            1 => Some(array.insert_axis(Axis(1))),
            _ => Some(array),
        };
        array
            .and_then(|array| array.into_dimensionality::<Ix2>().ok())
            .ok_or_else(|| Error::content(&self.path, format!("array `{name}`"), "is no matrix", format!("{shape:?}")))
    }
}

/// Some rows of an array; a single value is one row.
fn part(array: ArrayD<f64>, rows: Range<usize>) -> ArrayD<f64> {
    match array.shape().first() {
        Some(first) if rows != (0..*first) => array.slice_axis(Axis(0), Slice::from(rows)).to_owned(),
        _ => array,
    }
}

/// Paths of the data sets of numbers.
fn numbers(file: &Hdf5File) -> Result<Vec<String>, Error> {
    let mut names = file.all_data_sets()?;
    let mut wrong = None;
    names.retain(|name| match file.data_set(name) {
        Ok(data) => data.kind() == DataKind::Number,
        Err(error) => {
            wrong.get_or_insert(error);
            false
        }
    });
    wrong.map_or(Ok(names), Err)
}
