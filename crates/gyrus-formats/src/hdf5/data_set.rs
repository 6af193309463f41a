//! An array of an HDF5 file, read by rows.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use hdf5_reader::{Dataset, Datatype, H5Type, SliceInfo, SliceInfoElem};
use ndarray::{ArrayD, IxDyn};

use super::attributes::Address;
use super::number::{Complex, Number, complex_fields, decoder};
use super::{Attributes, Hdf5File};
use crate::Error;

/// What the elements of a data set are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DataKind {
    /// Numbers or truths.
    Number,
    /// Complex numbers.
    Complex,
    /// Texts.
    Text,
    /// References to objects.
    Reference,
    /// Anything else.
    Other,
}

/// An array of an HDF5 file; a copy of it is cheap.
#[derive(Clone)]
pub struct DataSet {
    file: PathBuf,
    path: String,
    most: u64,
    shape: Vec<usize>,
    data: Dataset,
}

impl DataSet {
    pub(super) fn new(file: &Hdf5File, path: String, data: Dataset) -> Result<Self, Error> {
        let shape = data.shape().iter().map(|size| usize::try_from(*size).ok()).collect::<Option<Vec<_>>>();
        let shape = shape.filter(|shape| shape.iter().try_fold(1_usize, |all, size| all.checked_mul(*size)).is_some());
        let Some(shape) = shape else {
            let (place, value) = (format!("shape of data set {path}"), format!("{:?}", data.shape()));
            return Err(Error::content(file.path(), place, "is too large", value));
        };
        Ok(Self { file: file.path().to_owned(), path, most: file.most(), shape, data })
    }

    /// Path of the file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Path in the file.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Sizes of the axes; none for a single value.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the elements are.
    pub fn kind(&self) -> DataKind {
        match self.data.dtype() {
            kind if decoder(kind).is_some() => DataKind::Number,
            kind if complex_fields(kind).is_some() => DataKind::Complex,
            Datatype::String { .. } | Datatype::VarLen { kind: hdf5_reader::VarLenKind::String, .. } => DataKind::Text,
            Datatype::Reference { .. } => DataKind::Reference,
            _ => DataKind::Other,
        }
    }

    /// The attributes.
    pub fn attributes(&self) -> Attributes {
        Attributes::new(self.data.attributes())
    }

    /// All numbers.
    ///
    /// # Errors
    /// [`Error::Content`] for elements that are no numbers, and what cannot be read.
    pub fn read(&self) -> Result<ArrayD<f64>, Error> {
        self.rows(0..self.shape.first().copied().unwrap_or(1))
    }

    /// The numbers of some rows, which are places on the first axis; a single value is one row.
    ///
    /// Of a data set in chunks those chunks are read that hold the rows, otherwise the rows alone.
    ///
    /// # Errors
    /// As [`DataSet::read`].
    ///
    /// # Panics
    /// There are no such rows.
    pub fn rows(&self, rows: Range<usize>) -> Result<ArrayD<f64>, Error> {
        self.take::<Number, f64>(rows, DataKind::Number, "holds no numbers", |numbers| {
            numbers.into_iter().map(|number| number.0).collect()
        })
    }

    /// The numbers of some rows of a data set of 32-bit floats, as they are.
    ///
    /// # Errors
    /// As [`DataSet::read`]; [`Error::Content`] for a data set of other numbers.
    ///
    /// # Panics
    /// There are no such rows.
    pub fn f32_rows(&self, rows: Range<usize>) -> Result<ArrayD<f32>, Error> {
        if !matches!(self.data.dtype(), Datatype::FloatingPoint { size: 4, .. }) {
            return Err(self.wrong("does not hold 32-bit floats", format!("{:?}", self.data.dtype())));
        }
        self.take::<f32, f32>(rows, DataKind::Number, "holds no numbers", |numbers| numbers)
    }

    /// Real and imaginary parts of all complex numbers.
    ///
    /// # Errors
    /// [`Error::Content`] for elements that are no complex numbers, and what cannot be read.
    pub fn complex(&self) -> Result<[ArrayD<f64>; 2], Error> {
        let rows = 0..self.shape.first().copied().unwrap_or(1);
        let all = self.take::<Complex, [f64; 2]>(rows, DataKind::Complex, "holds no complex numbers", |numbers| {
            numbers.into_iter().map(|number| number.0).collect()
        })?;
        Ok([all.mapv(|parts| parts[0]), all.mapv(|parts| parts[1])])
    }

    /// All references, as addresses for [`Hdf5File::referred`], in C order.
    ///
    /// # Errors
    /// [`Error::Content`] for elements that are no references, and what cannot be read.
    pub fn references(&self) -> Result<Vec<u64>, Error> {
        let rows = 0..self.shape.first().copied().unwrap_or(1);
        let all = self.take::<Address, u64>(rows, DataKind::Reference, "holds no references", |addresses| {
            addresses.into_iter().map(|address| address.0).collect()
        })?;
        Ok(all.into_raw_vec_and_offset().0)
    }

    /// All texts, in C order.
    ///
    /// # Errors
    /// [`Error::Content`] for elements that are no texts, and what cannot be read.
    pub fn texts(&self) -> Result<Vec<String>, Error> {
        if self.kind() != DataKind::Text {
            return Err(self.wrong("holds no texts", format!("{:?}", self.data.dtype())));
        }
        self.check_size(self.len())?;
        self.data.read_strings().map_err(|said| self.wrong("cannot be read", said))
    }

    /// Reads rows as `T` and makes `U` of them.
    fn take<T: H5Type, U: Clone>(
        &self,
        rows: Range<usize>,
        kind: DataKind,
        otherwise: &'static str,
        convert: impl Fn(Vec<T>) -> Vec<U>,
    ) -> Result<ArrayD<U>, Error> {
        let available = self.shape.first().copied().unwrap_or(1);
        assert!(rows.start <= rows.end && rows.end <= available, "rows are among those of the data set");
        if self.kind() != kind {
            return Err(self.wrong(otherwise, format!("{:?}", self.data.dtype())));
        }
        let mut shape = self.shape.clone();
        if let Some(first) = shape.first_mut() {
            *first = rows.len();
        }
        let count = shape.iter().product();
        self.check_size(count)?;
        let values = if count == 0 { Vec::new() } else { self.values::<T>(rows)? };
        ArrayD::from_shape_vec(IxDyn(&shape), convert(values))
            .map_err(|_| self.wrong("has another number of elements than its shape says", format!("{shape:?}")))
    }

    fn values<T: H5Type>(&self, rows: Range<usize>) -> Result<Vec<T>, Error> {
        let all = self.shape.first().is_none_or(|first| rows == (0..*first));
        let found = if all {
            self.data.read_array::<T>()
        } else {
            let mut part = SliceInfo::all(self.shape.len());
            part.selections[0] = SliceInfoElem::Slice { start: rows.start as u64, end: rows.end as u64, step: 1 };
            self.data.read_slice::<T>(&part)
        };
        let array = found.map_err(|said| self.wrong("cannot be read", said))?;
        if array.is_standard_layout() {
            return Ok(array.into_raw_vec_and_offset().0);
        }
        Ok(array.iter().cloned().collect())
    }

    /// That so many elements are not more than a file of its size can hold.
    pub(crate) fn check_size(&self, count: usize) -> Result<(), Error> {
        let size = self.data.raw_element_size().map_err(|said| self.wrong("has elements of no size", said))?;
        match (count as u64).checked_mul(size as u64) {
            Some(bytes) if bytes <= self.most => Ok(()),
            _ => Err(self.wrong("says that it has more elements than the file can hold", format!("{:?}", self.shape))),
        }
    }

    fn wrong(&self, wrong: &str, value: impl ToString) -> Error {
        Error::content(&self.file, format!("data set {}", self.path), wrong, value)
    }
}

impl fmt::Debug for DataSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("DataSet").field("path", &self.path).field("shape", &self.shape).finish()
    }
}
