//! The sums over rows of the features alone, which serve any number of targets.

use std::ops::{AddAssign, SubAssign};

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};

use crate::error::Error;
use crate::product::{gram, serial_gram};
use crate::scaled::Scaled;

/// n, 1'X and X'X over rows of features X (n, p) that are measured from some origin near their means.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FeatureSums {
    pub(crate) n: usize,
    pub(crate) sum: Array1<f64>,
    pub(crate) products: Array2<f64>,
}

/// What the sums of targets need to know of their rows' features.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FeatureCentre {
    pub(crate) n: usize,
    /// 1'X (p).
    pub(crate) sum: Array1<f64>,
    /// Features that do not vary beyond the rounding of their sums.
    pub(crate) still: Vec<usize>,
}

impl FeatureSums {
    /// The sums over the rows of `x` (n, p), on all threads of the current pool.
    pub(crate) fn of(x: ArrayView2<f64>) -> Self {
        Self { n: x.nrows(), sum: x.sum_axis(Axis(0)), products: gram(x) }
    }

    /// The same on the calling thread.
    pub(crate) fn serial(x: ArrayView2<f64>) -> Self {
        Self { n: x.nrows(), sum: x.sum_axis(Axis(0)), products: serial_gram(x) }
    }

    /// Without the products.
    pub(crate) fn centre(&self) -> FeatureCentre {
        let still = still(self.n, &self.sum, &self.products.diag());
        FeatureCentre { n: self.n, sum: self.sum.clone(), still }
    }

    /// The means (p).
    ///
    /// # Errors
    /// There are no rows.
    pub(crate) fn mean(&self) -> Result<Array1<f64>, Error> {
        Ok(&self.sum / divisor(self.n)?)
    }

    /// X'X - u m' - m u' with u = s - n m / 2, which is X'X - s m' - m s' + n m m' kept exactly symmetric (p, p).
    pub(crate) fn about(&self, m: ArrayView1<f64>) -> Array2<f64> {
        let u = &self.sum - &(0.5 * self.n as f64 * &m);
        let mut products = self.products.clone();
        for ((mut row, &u_i), &m_i) in products.axis_iter_mut(Axis(0)).zip(&u).zip(m) {
            for ((value, &u_j), &m_j) in row.iter_mut().zip(&u).zip(m) {
                *value -= u_i * m_j + u_j * m_i;
            }
        }
        products
    }

    /// X'X about the rows' own means (p, p); a feature that does not vary gets exact zeros.
    ///
    /// # Errors
    /// There are no rows.
    pub(crate) fn centred(&self) -> Result<Array2<f64>, Error> {
        let mut products = self.about(self.mean()?.view());
        for i in self.centre().still {
            products.row_mut(i).fill(0.0);
            products.column_mut(i).fill(0.0);
        }
        Ok(products)
    }

    /// The sum about a centre m (p): s - n m.
    pub(crate) fn sum_about(&self, m: ArrayView1<f64>) -> Array1<f64> {
        &self.sum - &(self.n as f64 * &m)
    }
}

impl Scaled for FeatureSums {
    fn scaled(&self, d: ArrayView1<f64>) -> Self {
        let mut products = &self.products * &d;
        products.axis_iter_mut(Axis(0)).zip(d).for_each(|(mut row, &d)| row *= d);
        Self { n: self.n, sum: &self.sum * &d, products }
    }
}

impl AddAssign<&FeatureSums> for FeatureSums {
    fn add_assign(&mut self, other: &FeatureSums) {
        self.n += other.n;
        self.sum += &other.sum;
        self.products += &other.products;
    }
}

impl SubAssign<&FeatureSums> for FeatureSums {
    fn sub_assign(&mut self, other: &FeatureSums) {
        self.n = self.n.checked_sub(other.n).expect("the rows taken away are among these");
        self.sum -= &other.sum;
        self.products -= &other.products;
    }
}

/// n as a number to divide by.
pub(crate) fn divisor(n: usize) -> Result<f64, Error> {
    match n {
        0 => Err(Error::TooFewRows { what: "a mean", needed: 1, rows: 0 }),
        n => Ok(n as f64),
    }
}

/// Columns that do not vary beyond the rounding of their sums and sums of squares over `n` rows.
pub(crate) fn still(n: usize, sums: &Array1<f64>, squares: &ArrayView1<f64>) -> Vec<usize> {
    let n = n as f64;
    let varies = |s: f64, squares: f64| squares - s * s / n > n * f64::EPSILON * squares;
    (0..sums.len()).filter(|&i| !varies(sums[i], squares[i])).collect()
}
