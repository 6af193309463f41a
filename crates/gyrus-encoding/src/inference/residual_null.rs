//! Responses whose part beyond the controls has been moved: a null that leaves controls, features and their tie alone.
//!
//! y* = y^ + T (y - y^), with y^ the least squares of y on a constant and the controls over all rows, and T an order of
//! the rows (Freedman and Lane 1983). Only responses change from draw to draw, so everything is decomposed once and a
//! draw costs a product; where controls move along with the responses, every draw decomposes its own training sets.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, s};

use crate::detection::planted::{left, orthonormal};
use crate::fit::encoder::beside;
use crate::{Error, RowOrder};

/// Responses, `(rows, targets)`, in two parts.
#[derive(Debug, Clone)]
pub struct ResidualNull {
    /// y^, `(rows, targets)`.
    explained: Array2<f64>,
    /// y - y^, `(rows, targets)`.
    left: Array2<f64>,
}

impl ResidualNull {
    /// The parts of `responses`, `(rows, targets)`, that `controls`, `(rows, controls)`, explain and leave.
    ///
    /// # Errors
    /// [`Error::Rows`] if they have other rows.
    pub fn new(controls: ArrayView2<f64>, responses: ArrayView2<f64>) -> Result<Self, Error> {
        let (found, expected) = (controls.nrows(), responses.nrows());
        if found != expected {
            return Err(Error::Rows { what: "controls", found, expected });
        }
        let constant = Array2::ones((expected, 1));
        let free = orthonormal(beside(Some(constant.view()), &controls.to_owned()).view());
        let left = left(free.view(), responses);
        Ok(Self { explained: &responses - &left, left })
    }

    /// The responses of the null with rows in `order`, `(rows, targets)`.
    ///
    /// # Errors
    /// [`Error::Rows`] if the order is of other rows.
    pub fn moved(&self, order: &RowOrder) -> Result<Array2<f64>, Error> {
        Ok(&self.explained + &order.apply(self.left.view())?)
    }

    /// The same for some of the targets, `(rows, columns)`.
    ///
    /// # Errors
    /// As [`Self::moved`].
    ///
    /// # Panics
    /// There are no such targets.
    pub fn moved_columns(&self, order: &RowOrder, columns: Range<usize>) -> Result<Array2<f64>, Error> {
        let of = s![.., columns];
        Ok(&self.explained.slice(of) + &order.apply(self.left.slice(of))?)
    }

    /// The same for several orders, `(rows, orders x targets)`, order by order.
    ///
    /// # Errors
    /// As [`Self::moved`].
    pub fn side_by_side(&self, orders: &[RowOrder]) -> Result<Array2<f64>, Error> {
        let (rows, targets) = self.left.dim();
        let mut all = Array2::zeros((rows, orders.len() * targets));
        for (at, order) in orders.iter().enumerate() {
            all.slice_mut(s![.., at * targets..(at + 1) * targets]).assign(&self.moved(order)?);
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use gyrus_ridge::product;
    use ndarray::{Axis, array};

    use super::*;
    use crate::{Runs, shifts_within_runs};

    #[test]
    fn what_controls_explain_stays_and_the_rest_goes_around() -> Result<(), Error> {
        let controls = array![[1.0], [2.0], [0.0], [-3.0], [1.5], [4.0]];
        let y = array![[2.0], [0.5], [7.0], [1.0], [-2.0], [3.0]];
        let null = ResidualNull::new(controls.view(), y.view())?;
        let free = beside(Some(Array2::ones((6, 1)).view()), &controls);
        assert_abs_diff_eq!(product(free.t(), null.left.view()), Array2::<f64>::zeros((2, 1)), epsilon = 1e-12);
        let orders = shifts_within_runs(&Runs::unbroken(6), 1, 5, 1)?;
        let all = null.side_by_side(&orders)?;
        for (at, order) in orders.iter().enumerate() {
            let expected = &null.explained + &null.left.select(Axis(0), &order.rows());
            assert_abs_diff_eq!(all.slice(s![.., at..=at]), expected, epsilon = 1e-12);
        }
        assert!(ResidualNull::new(controls.slice(s![..5, ..]), y.view()).is_err());
        Ok(())
    }
}
