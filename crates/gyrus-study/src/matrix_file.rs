//! A safetensors file of matrices, read where and when they are needed.

use std::ops::Range;
use std::path::Path;

use half::{bf16, f16};
use ndarray::Array2;
use safetensors::Dtype;
use safetensors::tensor::TensorInfo;

use crate::Error;
use crate::mapped::{Mapped, TRANSCRIPT};

/// A mapped file whose tensors are all matrices of floating point numbers, in natural order of their names
/// (`layer.2` before `layer.10`).
#[derive(Debug)]
pub struct MatrixFile {
    file: Mapped,
    matrices: Vec<(String, TensorInfo)>,
    transcript: Option<String>,
}

impl MatrixFile {
    /// Maps the file `path`.
    ///
    /// # Errors
    /// [`Error::Read`], or [`Error::Tensors`] if there is no tensor, or one that is not a matrix of F16, BF16, F32 or F64.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Tensors { path: path.to_owned(), reason };
        let (file, metadata) = Mapped::open(path)?;
        let tensors = metadata.tensors().into_iter();
        let mut matrices: Vec<_> = tensors.map(|(name, info)| (name, info.clone())).collect();
        matrices.sort_by_cached_key(|(name, _)| natural(name));
        for (name, info) in &matrices {
            check(info).map_err(|reason| wrong(format!("tensor `{name}` {reason}")))?;
        }
        if matrices.is_empty() {
            return Err(wrong("it holds no tensor".into()));
        }
        let transcript = metadata.metadata().as_ref().and_then(|said| said.get(TRANSCRIPT)).cloned();
        Ok(Self { file, matrices, transcript })
    }

    /// The file, which must hold exactly one matrix.
    ///
    /// # Errors
    /// As [`MatrixFile::open`], and [`Error::Tensors`] if there are several.
    pub fn open_one(path: &Path) -> Result<Self, Error> {
        let file = Self::open(path)?;
        match file.len() {
            1 => Ok(file),
            n => Err(Error::Tensors { path: path.to_owned(), reason: format!("expected one tensor, found {n}") }),
        }
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// The hash of the words that the rows are, where the file says it.
    pub fn transcript(&self) -> Option<&str> {
        self.transcript.as_deref()
    }

    /// Number of matrices, one or more.
    #[expect(clippy::len_without_is_empty, reason = "a file without matrices is refused")]
    pub fn len(&self) -> usize {
        self.matrices.len()
    }

    /// The name of a matrix.
    pub fn name(&self, matrix: usize) -> &str {
        &self.matrices[matrix].0
    }

    /// The whole matrix `name`, `(rows, columns)`; none if there is no such.
    pub fn find(&self, name: &str) -> Option<Array2<f64>> {
        (0..self.len()).find(|matrix| self.name(*matrix) == name).map(|matrix| self.matrix(matrix))
    }

    /// The whole matrix `name`, `(rows, columns)`.
    ///
    /// # Errors
    /// [`Error::Tensors`] if there is no such.
    pub fn named(&self, name: &str) -> Result<Array2<f64>, Error> {
        let missing =
            || Error::Tensors { path: self.path().to_owned(), reason: format!("there is no tensor `{name}`") };
        self.find(name).ok_or_else(missing)
    }

    /// The rows and columns of a matrix.
    pub fn shape(&self, matrix: usize) -> (usize, usize) {
        let shape = &self.matrices[matrix].1.shape;
        (shape[0], shape[1])
    }

    /// A whole matrix, `(rows, columns)`.
    pub fn matrix(&self, matrix: usize) -> Array2<f64> {
        self.columns(matrix, 0..self.shape(matrix).1)
    }

    /// Writes some rows and columns of a matrix to `to`, row after row, as the nearest f32.
    ///
    /// # Panics
    /// The matrix has fewer rows or columns, or `to` has not room for exactly those.
    pub fn write_panel(&self, matrix: usize, rows: Range<usize>, columns: Range<usize>, to: &mut [f32]) {
        let width = self.shape(matrix).1;
        assert!(columns.start <= columns.end && columns.end <= width, "columns are among those of the matrix");
        assert_eq!(to.len(), rows.len() * columns.len(), "room for the rows and columns");
        let info = &self.matrices[matrix].1;
        let bytes = self.file.bytes(info);
        match info.dtype {
            Dtype::F16 => write(bytes, width, rows, columns, to, |b| f16::from_le_bytes(b).to_f32()),
            Dtype::BF16 => write(bytes, width, rows, columns, to, |b| bf16::from_le_bytes(b).to_f32()),
            Dtype::F32 => write(bytes, width, rows, columns, to, f32::from_le_bytes),
            _ => write(bytes, width, rows, columns, to, |b| f64::from_le_bytes(b) as f32),
        }
    }

    /// A whole matrix without an infinite or missing value, `(rows, columns)`.
    ///
    /// # Errors
    /// [`Error::Tensors`] naming the tensor, the row, the column and the value.
    pub fn finite(&self, matrix: usize) -> Result<Array2<f64>, Error> {
        self.checked(matrix, 0..self.shape(matrix).1, f64::is_finite)
    }

    /// Some columns of a matrix without an infinite value, `(rows, columns)`; NaN is a missing one.
    ///
    /// # Errors
    /// As [`Self::finite`].
    ///
    /// # Panics
    /// As [`Self::columns`].
    pub fn measured(&self, matrix: usize, columns: Range<usize>) -> Result<Array2<f64>, Error> {
        self.checked(matrix, columns, |value| !value.is_infinite())
    }

    fn checked(&self, matrix: usize, columns: Range<usize>, good: fn(f64) -> bool) -> Result<Array2<f64>, Error> {
        let values = self.columns(matrix, columns.clone());
        match values.indexed_iter().find(|(_, value)| !good(**value)) {
            Some(((row, column), value)) => {
                let (name, column) = (self.name(matrix), columns.start + column);
                let reason = format!("tensor `{name}` has the value `{value}` in row {row}, column {column} (from 0)");
                Err(Error::Tensors { path: self.path().to_owned(), reason })
            }
            None => Ok(values),
        }
    }

    /// Some columns of a matrix, `(rows, columns)`.
    ///
    /// # Panics
    /// The matrix has fewer columns.
    pub fn columns(&self, matrix: usize, columns: Range<usize>) -> Array2<f64> {
        let (rows, width) = self.shape(matrix);
        assert!(columns.start <= columns.end && columns.end <= width, "columns are among those of the matrix");
        let info = &self.matrices[matrix].1;
        let bytes = self.file.bytes(info);
        let mut values = Vec::with_capacity(rows * columns.len());
        match info.dtype {
            Dtype::F16 => read(bytes, width, columns.clone(), &mut values, |b| f16::from_le_bytes(b).to_f64()),
            Dtype::BF16 => read(bytes, width, columns.clone(), &mut values, |b| bf16::from_le_bytes(b).to_f64()),
            Dtype::F32 => read(bytes, width, columns.clone(), &mut values, |b| f64::from(f32::from_le_bytes(b))),
            _ => read(bytes, width, columns.clone(), &mut values, f64::from_le_bytes),
        }
        Array2::from_shape_vec((rows, columns.len()), values).expect("a checked header")
    }
}

/// Appends some columns of a matrix of `width` columns, row after row.
fn read<const N: usize>(
    bytes: &[u8],
    width: usize,
    columns: Range<usize>,
    values: &mut Vec<f64>,
    number: impl Fn([u8; N]) -> f64,
) {
    let numbers = bytes.as_chunks::<N>().0;
    if width > 0 {
        numbers.chunks_exact(width).for_each(|row| values.extend(row[columns.clone()].iter().map(|b| number(*b))));
    }
}

/// Writes some rows and columns of a matrix of `width` columns, row after row.
fn write<const N: usize>(
    bytes: &[u8],
    width: usize,
    rows: Range<usize>,
    columns: Range<usize>,
    to: &mut [f32],
    number: impl Fn([u8; N]) -> f32,
) {
    let numbers = &bytes.as_chunks::<N>().0[rows.start * width..rows.end * width];
    if !columns.is_empty() {
        for (row, to) in numbers.chunks_exact(width).zip(to.chunks_exact_mut(columns.len())) {
            row[columns.clone()].iter().zip(to).for_each(|(bytes, to)| *to = number(*bytes));
        }
    }
}

fn check(info: &TensorInfo) -> Result<(), String> {
    match (info.shape.as_slice(), info.dtype) {
        ([_, _], Dtype::F16 | Dtype::BF16 | Dtype::F32 | Dtype::F64) => Ok(()),
        ([_, _], other) => Err(format!("has type {other:?}, not F16, BF16, F32 or F64")),
        (shape, _) => Err(format!("has shape {shape:?}, not (rows, columns)")),
    }
}

/// A name cut into its stem and the number that it ends with, so that `layer.2` stands before `layer.10`.
fn natural(name: &str) -> (String, u64, String) {
    let stem = name.trim_end_matches(|character: char| character.is_ascii_digit());
    (stem.to_owned(), name[stem.len()..].parse().unwrap_or(0), name.to_owned())
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use safetensors::serialize_to_file;
    use safetensors::tensor::TensorView;

    use super::*;

    type Failure = Box<dyn std::error::Error>;

    fn written(tensors: &[(&str, Dtype, Vec<usize>, Vec<u8>)]) -> Result<tempfile::NamedTempFile, Failure> {
        let file = tempfile::NamedTempFile::new()?;
        let views = tensors
            .iter()
            .map(|(name, dtype, shape, data)| Ok((name.to_string(), TensorView::new(*dtype, shape.clone(), data)?)));
        serialize_to_file(views.collect::<Result<Vec<_>, Failure>>()?, None, file.path())?;
        Ok(file)
    }

    fn bytes<const N: usize>(numbers: impl IntoIterator<Item = [u8; N]>) -> Vec<u8> {
        numbers.into_iter().flatten().collect()
    }

    #[test]
    fn every_type_is_read_and_columns_are_cut_out() -> Result<(), Failure> {
        let numbers = [1.0_f32, -2.0, 0.5, 4.0, 8.0, -16.0];
        let file = written(&[
            ("layer.10", Dtype::F32, vec![2, 3], bytes(numbers.map(f32::to_le_bytes))),
            ("layer.2", Dtype::F64, vec![2, 3], bytes(numbers.map(|x| f64::from(x).to_le_bytes()))),
            ("layer.0", Dtype::F16, vec![2, 3], bytes(numbers.map(|x| f16::from_f32(x).to_le_bytes()))),
            ("layer.1", Dtype::BF16, vec![2, 3], bytes(numbers.map(|x| bf16::from_f32(x).to_le_bytes()))),
        ])?;
        let found = MatrixFile::open(file.path())?;
        let names: Vec<&str> = (0..found.len()).map(|i| found.name(i)).collect();
        assert_eq!(names, ["layer.0", "layer.1", "layer.2", "layer.10"]);
        for i in 0..found.len() {
            assert_eq!(found.matrix(i), array![[1.0, -2.0, 0.5], [4.0, 8.0, -16.0]]);
            assert_eq!(found.columns(i, 1..3), array![[-2.0, 0.5], [8.0, -16.0]]);
            let mut panel = [0.0; 2];
            found.write_panel(i, 1..2, 0..2, &mut panel);
            assert_eq!(panel, [4.0, 8.0]);
        }
        assert!(MatrixFile::open_one(file.path()).is_err_and(|error| error.to_string().contains("found 4")));
        Ok(())
    }

    #[test]
    fn what_is_no_matrix_is_named() -> Result<(), Failure> {
        let cube = written(&[("a", Dtype::F32, vec![1, 1, 2], vec![0; 8])])?;
        assert!(MatrixFile::open(cube.path()).is_err_and(|e| e.to_string().contains("`a` has shape [1, 1, 2]")));
        let whole = written(&[("a", Dtype::I32, vec![1, 2], vec![0; 8])])?;
        assert!(MatrixFile::open(whole.path()).is_err_and(|e| e.to_string().contains("`a` has type I32")));
        assert!(MatrixFile::open(written(&[])?.path()).is_err_and(|e| e.to_string().contains("no tensor")));
        Ok(())
    }
}
