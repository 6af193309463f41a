//! The sums over rows of the targets, and of the targets times the features.

use std::ops::{AddAssign, Range, SubAssign};

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Zip, s};

use crate::error::Error;
use crate::feature_sums::{FeatureCentre, divisor, still};
use crate::product::{add_serial_product, product};
use crate::scaled::Scaled;

/// Rows whose targets are centred and multiplied while they are in the cache.
const ROWS: usize = 192;

/// 1'Y, X'Y and the columns' Y'Y over rows of features X (n, p) and targets Y (n, t).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TargetSums {
    pub(crate) sum: Array1<f64>,
    pub(crate) products: Array2<f64>,
    pub(crate) squares: Array1<f64>,
}

impl TargetSums {
    /// The sums over rows of `x` (n, p) and `y` (n, t), on all threads of the current pool.
    pub(crate) fn of(x: ArrayView2<f64>, y: ArrayView2<f64>) -> Self {
        Self::with(product(x.t(), y), y)
    }

    /// The sums over the rows of `x` (n, p) and `y` (n, t) in `stretches`, targets measured from `origin` (t), on the calling
    /// thread.
    ///
    /// # Panics
    /// A stretch is not among the rows.
    pub(crate) fn about(
        (x, y): (ArrayView2<f64>, ArrayView2<f64>),
        stretches: &[Range<usize>],
        origin: ArrayView1<f64>,
    ) -> Self {
        let (p, t) = (x.ncols(), y.ncols());
        let products = Array2::zeros((p, t));
        let mut sums = Self { sum: Array1::zeros(t), products, squares: Array1::zeros(t) };
        let longest = stretches.iter().map(Range::len).max().unwrap_or(0);
        let mut room = Array2::zeros((longest.min(ROWS), t));
        for stretch in stretches {
            for start in stretch.clone().step_by(ROWS) {
                let rows = s![start..(start + ROWS).min(stretch.end), ..];
                let (x, y) = (x.slice(rows), y.slice(rows));
                let mut room = room.slice_mut(s![..y.nrows(), ..]);
                for (mut centred, y) in room.rows_mut().into_iter().zip(y.rows()) {
                    let (sum, squares) = (&mut sums.sum, &mut sums.squares);
                    Zip::from(&mut centred).and(y).and(origin).and(sum).and(squares).for_each(
                        |centred, &y, &origin, sum, squares| {
                            *centred = y - origin;
                            *sum += *centred;
                            *squares += *centred * *centred;
                        },
                    );
                }
                add_serial_product(sums.products.view_mut(), x.t(), room.view());
            }
        }
        sums
    }

    fn with(products: Array2<f64>, y: ArrayView2<f64>) -> Self {
        let mut squares = Array1::zeros(y.ncols());
        y.rows().into_iter().for_each(|row| Zip::from(&mut squares).and(row).for_each(|sum, &y| *sum += y * y));
        Self { sum: y.sum_axis(Axis(0)), products, squares }
    }

    /// The means (t) over `n` rows.
    ///
    /// # Errors
    /// There are no rows.
    pub(crate) fn mean(&self, n: usize) -> Result<Array1<f64>, Error> {
        Ok(&self.sum / divisor(n)?)
    }

    /// X'Y - s k' - m (z - n k)' with s, z the sums of X, Y and m (p), k (t) their centres.
    pub(crate) fn products_about(
        &self,
        features: &FeatureCentre,
        m: ArrayView1<f64>,
        k: ArrayView1<f64>,
    ) -> Array2<f64> {
        let rest = self.sum_about(features.n, k);
        let mut products = self.products.clone();
        for ((mut row, &s_i), &m_i) in products.axis_iter_mut(Axis(0)).zip(&features.sum).zip(m) {
            for ((value, &k_j), &rest_j) in row.iter_mut().zip(k).zip(&rest) {
                *value -= s_i * k_j + m_i * rest_j;
            }
        }
        products
    }

    /// X'Y about the rows' own means (p, t); a feature or target that does not vary gets exact zeros.
    ///
    /// # Errors
    /// There are no rows.
    pub(crate) fn products_centred(&self, features: &FeatureCentre) -> Result<Array2<f64>, Error> {
        let n = divisor(features.n)?;
        let mut products = self.products_about(features, (&features.sum / n).view(), (&self.sum / n).view());
        features.still.iter().for_each(|&i| products.row_mut(i).fill(0.0));
        self.still(features.n).into_iter().for_each(|j| products.column_mut(j).fill(0.0));
        Ok(products)
    }

    /// Y'Y - 2 z k + n k^2 for each column, with z the sums of Y and k its centre (t).
    pub(crate) fn squares_about(&self, n: usize, k: ArrayView1<f64>) -> Array1<f64> {
        &self.squares - &(2.0 * &k * &self.sum) + n as f64 * &k * k
    }

    /// Each column's Y'Y about the rows' own means (t).
    ///
    /// # Errors
    /// There are no rows.
    pub(crate) fn squares_centred(&self, n: usize) -> Result<Array1<f64>, Error> {
        let mut squares = self.squares_about(n, self.mean(n)?.view());
        self.still(n).into_iter().for_each(|j| squares[j] = 0.0);
        Ok(squares)
    }

    /// The sum about a centre k (t): z - n k.
    pub(crate) fn sum_about(&self, n: usize, k: ArrayView1<f64>) -> Array1<f64> {
        &self.sum - &(n as f64 * &k)
    }

    fn still(&self, n: usize) -> Vec<usize> {
        still(n, &self.sum, &self.squares.view())
    }
}

impl Scaled for TargetSums {
    fn scaled(&self, d: ArrayView1<f64>) -> Self {
        let mut products = self.products.clone();
        products.axis_iter_mut(Axis(0)).zip(d).for_each(|(mut row, &d)| row *= d);
        Self { sum: self.sum.clone(), products, squares: self.squares.clone() }
    }
}

impl AddAssign<&TargetSums> for TargetSums {
    fn add_assign(&mut self, other: &TargetSums) {
        self.sum += &other.sum;
        self.products += &other.products;
        self.squares += &other.squares;
    }
}

impl SubAssign<&TargetSums> for TargetSums {
    fn sub_assign(&mut self, other: &TargetSums) {
        self.sum -= &other.sum;
        self.products -= &other.products;
        self.squares -= &other.squares;
    }
}
