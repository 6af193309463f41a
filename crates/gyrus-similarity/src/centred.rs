//! A representation with its column means, which hands out centred rows in 64-bit floats a panel at a time.
//!
//! Columns are centred before anything is multiplied: one outlying dimension would cost an uncentred sum its digits.
//! The centred copy of a whole representation never exists.

use ndarray::{Array1, ArrayView2, ArrayViewMut2, Axis, Zip};

use crate::error::Error;

/// A view of (n, p) values, all finite, and the means of its columns.
#[derive(Debug)]
pub(crate) struct Centred<'a> {
    values: ArrayView2<'a, f32>,
    means: Array1<f64>,
}

impl<'a> Centred<'a> {
    /// Checks the values and takes their means; `representation` is the index that an error names.
    ///
    /// A constant column's mean is its value, so that nothing is left of it.
    pub(crate) fn new(representation: usize, values: ArrayView2<'a, f32>) -> Result<Self, Error> {
        if let Some(((row, column), &value)) = values.indexed_iter().find(|(_, value)| !value.is_finite()) {
            return Err(Error::NotFinite { representation, row, column, value });
        }
        let mut offsets = Array1::<f64>::zeros(values.ncols());
        let first = values.row(0).mapv(f64::from);
        for row in values.axis_iter(Axis(0)) {
            Zip::from(&mut offsets)
                .and(row)
                .and(&first)
                .for_each(|sum, &value, first| *sum += f64::from(value) - first);
        }
        let means = offsets / values.nrows() as f64 + first;
        Ok(Self { values, means })
    }

    /// Number of columns, p.
    pub(crate) fn width(&self) -> usize {
        self.values.ncols()
    }

    /// Writes the centred values of some rows and columns.
    pub(crate) fn write(
        &self,
        rows: std::ops::Range<usize>,
        columns: std::ops::Range<usize>,
        mut to: ArrayViewMut2<f64>,
    ) {
        let values = self.values.slice(ndarray::s![rows, columns.clone()]);
        let means = self.means.slice(ndarray::s![columns]);
        for (mut to, values) in to.axis_iter_mut(Axis(0)).zip(values.axis_iter(Axis(0))) {
            Zip::from(&mut to).and(values).and(means).for_each(|to, &value, mean| *to = f64::from(value) - mean);
        }
    }
}
