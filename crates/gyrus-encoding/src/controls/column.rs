//! Numbers of words, and the rows that have none of their own.

use ndarray::{Array2, Axis};

/// A property of every word, `(words, width)`, most of width 1.
#[derive(Debug, Clone, PartialEq)]
pub struct WordColumns {
    /// `(words, width)`; NaN where a word has no value, unless something stands in for it.
    pub values: Array2<f64>,
    /// Rows without a value of their own, ascending.
    pub undefined: Vec<usize>,
}

impl WordColumns {
    /// One number per word; the NaN are undefined.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let values: Vec<f64> = values.into_iter().collect();
        let undefined = (0..values.len()).filter(|&row| values[row].is_nan()).collect();
        let values = Array2::from_shape_vec((values.len(), 1), values).expect("one column");
        Self { values, undefined }
    }

    /// The same with each undefined row holding the mean of the defined ones, so that it says nothing once columns are
    /// centred; which rows those are is still listed. NaN stays where no row is defined.
    pub fn with_means(mut self) -> Self {
        let is_defined = |row: &usize| self.undefined.binary_search(row).is_err();
        let defined: Vec<usize> = (0..self.values.nrows()).filter(is_defined).collect();
        if let Some(mean) = self.values.select(Axis(0), &defined).mean_axis(Axis(0)) {
            self.undefined.iter().for_each(|&row| self.values.row_mut(row).assign(&mean));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn undefined_rows_are_listed_and_can_hold_the_mean() {
        let columns = WordColumns::of([1.0, f64::NAN, 3.0, f64::NAN]);
        assert_eq!(columns.undefined, [1, 3]);
        let filled = columns.with_means();
        assert_eq!(filled.values, array![[1.0], [2.0], [3.0], [2.0]]);
        assert_eq!(filled.undefined, [1, 3]);
    }

    #[test]
    fn nothing_defined_stays_undefined() {
        assert!(WordColumns::of([f64::NAN]).with_means().values[[0, 0]].is_nan());
        assert_eq!(WordColumns::of([]).with_means().values.dim(), (0, 1));
    }
}
