//! An order of rows in which stretches have changed places: what a null does to a recording.

use std::collections::HashSet;
use std::ops::Range;

use ndarray::{Array2, ArrayView2, Axis};

use crate::Error;
use crate::rows::folds::count;

/// Each row once, in another order; within a stretch the neighbours stay together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowOrder {
    stretches: Vec<Range<usize>>,
}

impl RowOrder {
    pub(crate) fn new(stretches: Vec<Range<usize>>) -> Self {
        Self { stretches }
    }

    /// For each new row, the old one that stands there.
    pub fn rows(&self) -> Vec<usize> {
        self.stretches.iter().cloned().flatten().collect()
    }

    /// `y`, `(rows, columns)`, in this order.
    ///
    /// # Errors
    /// [`Error::Rows`] if `y` has other rows.
    pub fn apply(&self, y: ArrayView2<f64>) -> Result<Array2<f64>, Error> {
        match count(&self.stretches) {
            rows if rows == y.nrows() => Ok(y.select(Axis(0), &self.rows())),
            rows => Err(Error::Rows { what: "the order of rows", found: rows, expected: y.nrows() }),
        }
    }
}

/// `n` different orders as `draw` gives them; fewer if there are only `most`.
pub(crate) fn different(n: usize, most: usize, mut draw: impl FnMut() -> RowOrder) -> Vec<RowOrder> {
    let mut seen = HashSet::new();
    let mut orders = Vec::new();
    while orders.len() < n.min(most) {
        let order = draw();
        if seen.insert(order.clone()) {
            orders.push(order);
        }
    }
    orders
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn rows_stand_in_the_new_order() -> Result<(), Error> {
        let order = RowOrder::new(vec![2..4, 0..2]);
        assert_eq!(order.rows(), [2, 3, 0, 1]);
        assert_eq!(order.apply(array![[1.0], [2.0], [3.0], [4.0]].view())?, array![[3.0], [4.0], [1.0], [2.0]]);
        Ok(())
    }

    #[test]
    fn other_rows_are_an_error() {
        assert!(matches!(RowOrder::new(vec![1..3, 0..1]).apply(array![[1.0]].view()), Err(Error::Rows { .. })));
    }
}
