//! The sums over rows that ridge needs, which add up: any training or held-out set is a sum of blocks.
//!
//! Everything is measured from an origin near the means, because sums of squares of numbers far from zero lose digits.
//! The origin changes no result beyond rounding, so it may be computed from all rows.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Range, Sub, SubAssign};
use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};

use crate::centred::Centred;
use crate::error::Error;
use crate::finite;
use crate::origin::Origin;
use crate::product::{gram, product};

/// Sums over the rows of a block: n, 1'X, 1'Y, X'X, X'Y and the columns' Y'Y, all measured from the origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    origin: Arc<Origin>,
    n: usize,
    x: Array1<f64>,
    y: Array1<f64>,
    xx: Array2<f64>,
    xy: Array2<f64>,
    yy: Array1<f64>,
}

impl Moments {
    /// The moments of `x` (n, p) and `y` (n, t), measured from zero.
    ///
    /// # Errors
    /// The numbers of rows differ, or a value is not finite.
    pub fn of(x: ArrayView2<f64>, y: ArrayView2<f64>) -> Result<Self, Error> {
        Self::measured_from(&Arc::new(Origin::zero(x.ncols(), y.ncols())), x, y)
    }

    /// The moments of `x` (n, p) and `y` (n, t), measured from `origin`.
    ///
    /// # Errors
    /// The numbers of rows differ, the origin has other numbers of columns, or a value is not finite.
    pub fn measured_from(origin: &Arc<Origin>, x: ArrayView2<f64>, y: ArrayView2<f64>) -> Result<Self, Error> {
        finite::check_pair(x, y)?;
        finite::check_columns("features", x.ncols(), origin.x.len())?;
        finite::check_columns("targets", y.ncols(), origin.y.len())?;
        Ok(Self::of_checked(origin, x, y))
    }

    /// The moments of each of the `blocks` of rows of `x` (n, p) and `y` (n, t), measured from the means of all rows.
    ///
    /// # Errors
    /// The numbers of rows differ or are 0, a value is not finite, or a block is not a stretch of the rows.
    pub fn blocks(x: ArrayView2<f64>, y: ArrayView2<f64>, blocks: &[Range<usize>]) -> Result<Vec<Self>, Error> {
        let origin = Arc::new(Origin::mean_of(x, y)?);
        let moments = |block: &Range<usize>| {
            if block.start > block.end || block.end > x.nrows() {
                return Err(Error::Block { start: block.start, end: block.end, rows: x.nrows() });
            }
            let rows = s![block.clone(), ..];
            Ok(Self::of_checked(&origin, x.slice(rows), y.slice(rows)))
        };
        blocks.iter().map(moments).collect()
    }

    fn of_checked(origin: &Arc<Origin>, x: ArrayView2<f64>, y: ArrayView2<f64>) -> Self {
        let (x, y) = (&x - &origin.x, &y - &origin.y);
        Self {
            origin: Arc::clone(origin),
            n: x.nrows(),
            x: x.sum_axis(Axis(0)),
            y: y.sum_axis(Axis(0)),
            xx: gram(x.view()),
            xy: product(x.t(), y.view()),
            yy: y.map_axis(Axis(0), |column| column.dot(&column)),
        }
    }

    /// These features' moments with other targets: `y` (n, t) for the same rows of `x` (n, p), so that X'X is not
    /// computed again; used for targets that are shifted against the features.
    ///
    /// # Errors
    /// `x` or `y` does not have the rows and columns these moments were made of, or a value is not finite.
    pub fn with_targets(&self, x: ArrayView2<f64>, y: ArrayView2<f64>) -> Result<Self, Error> {
        finite::check_pair(x, y)?;
        finite::check_columns("features", x.ncols(), self.origin.x.len())?;
        finite::check_columns("targets", y.ncols(), self.origin.y.len())?;
        if x.nrows() != self.n {
            return Err(Error::Rows { features: self.n, targets: y.nrows() });
        }
        let (x, y) = (&x - &self.origin.x, &y - &self.origin.y);
        Ok(Self {
            origin: Arc::clone(&self.origin),
            n: self.n,
            x: self.x.clone(),
            y: y.sum_axis(Axis(0)),
            xx: self.xx.clone(),
            xy: product(x.t(), y.view()),
            yy: y.map_axis(Axis(0), |column| column.dot(&column)),
        })
    }

    /// Number of rows.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Number of features, p.
    pub fn n_features(&self) -> usize {
        self.x.len()
    }

    /// Number of targets, t.
    pub fn n_targets(&self) -> usize {
        self.y.len()
    }

    /// The point these moments are measured from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The features' means (p).
    ///
    /// # Errors
    /// There are no rows.
    pub fn mean_x(&self) -> Result<Array1<f64>, Error> {
        Ok(&self.origin.x + &(&self.x / self.rows()?))
    }

    /// The targets' means (t).
    ///
    /// # Errors
    /// There are no rows.
    pub fn mean_y(&self) -> Result<Array1<f64>, Error> {
        Ok(&self.origin.y + &(&self.y / self.rows()?))
    }

    /// The moments about the rows' own means; a feature or target that does not vary in these rows, beyond the rounding
    /// of its sums, gets exact zeros.
    ///
    /// # Errors
    /// There are no rows.
    pub fn centred(&self) -> Result<Centred, Error> {
        Ok(Centred {
            n: self.n,
            mean_x: self.mean_x()?,
            mean_y: self.mean_y()?,
            sum_x: Array1::zeros(self.n_features()),
            sum_y: Array1::zeros(self.n_targets()),
            xx: self.xx_centred()?,
            xy: self.xy_centred()?,
            yy: self.yy_centred()?,
        })
    }

    /// The moments about any centre, for held-out rows the training means (p) and (t):
    /// X'X - s m' - m s' + n m m', and likewise for X'Y and Y'Y, with s the sums and m the centre.
    ///
    /// # Panics
    /// The centre has other numbers of features or targets.
    pub fn about(&self, mean_x: ArrayView1<f64>, mean_y: ArrayView1<f64>) -> Centred {
        let (m, k) = (&mean_x - &self.origin.x, &mean_y - &self.origin.y);
        let n = self.n as f64;
        Centred {
            n: self.n,
            mean_x: mean_x.to_owned(),
            mean_y: mean_y.to_owned(),
            sum_x: &self.x - &(n * &m),
            sum_y: &self.y - &(n * &k),
            xx: self.xx_about(&m),
            xy: self.xy_about(&m, &k),
            yy: self.yy_about(&k),
        }
    }

    /// X'X about the rows' own means (p, p).
    pub(crate) fn xx_centred(&self) -> Result<Array2<f64>, Error> {
        let mut xx = self.xx_about(&(&self.x / self.rows()?));
        for i in self.still(&self.x, &self.xx.diag()) {
            xx.row_mut(i).fill(0.0);
            xx.column_mut(i).fill(0.0);
        }
        Ok(xx)
    }

    /// X'Y about the rows' own means (p, t).
    pub(crate) fn xy_centred(&self) -> Result<Array2<f64>, Error> {
        let n = self.rows()?;
        let mut xy = self.xy_about(&(&self.x / n), &(&self.y / n));
        self.still(&self.x, &self.xx.diag()).into_iter().for_each(|i| xy.row_mut(i).fill(0.0));
        self.still(&self.y, &self.yy.view()).into_iter().for_each(|j| xy.column_mut(j).fill(0.0));
        Ok(xy)
    }

    /// Each column's Y'Y about the rows' own means (t).
    fn yy_centred(&self) -> Result<Array1<f64>, Error> {
        let mut yy = self.yy_about(&(&self.y / self.rows()?));
        self.still(&self.y, &self.yy.view()).into_iter().for_each(|j| yy[j] = 0.0);
        Ok(yy)
    }

    /// Columns that do not vary beyond the rounding of their sums and sums of squares.
    fn still(&self, sums: &Array1<f64>, squares: &ArrayView1<f64>) -> Vec<usize> {
        let n = self.n as f64;
        let varies = |s: f64, squares: f64| squares - s * s / n > n * f64::EPSILON * squares;
        (0..sums.len()).filter(|&i| !varies(sums[i], squares[i])).collect()
    }

    /// X'X about a centre (p), giving (p, p).
    pub(crate) fn xx_about_mean(&self, mean_x: ArrayView1<f64>) -> Array2<f64> {
        self.xx_about(&(&mean_x - &self.origin.x))
    }

    /// X'Y about a centre (p) and (t), giving (p, t).
    pub(crate) fn xy_about_means(&self, mean_x: ArrayView1<f64>, mean_y: ArrayView1<f64>) -> Array2<f64> {
        self.xy_about(&(&mean_x - &self.origin.x), &(&mean_y - &self.origin.y))
    }

    /// Each column's Y'Y about a centre (t), giving (t).
    pub(crate) fn yy_about_mean(&self, mean_y: ArrayView1<f64>) -> Array1<f64> {
        self.yy_about(&(&mean_y - &self.origin.y))
    }

    /// X'X - u m' - m u' with u = s - n m / 2, which is X'X - s m' - m s' + n m m' kept exactly symmetric.
    fn xx_about(&self, m: &Array1<f64>) -> Array2<f64> {
        let u = &self.x - &(0.5 * self.n as f64 * m);
        let mut xx = self.xx.clone();
        for ((mut row, &u_i), &m_i) in xx.axis_iter_mut(Axis(0)).zip(&u).zip(m) {
            for ((value, &u_j), &m_j) in row.iter_mut().zip(&u).zip(m) {
                *value -= u_i * m_j + u_j * m_i;
            }
        }
        xx
    }

    /// X'Y - s k' - m (z - n k)' with s, z the sums of X, Y and m, k their centres.
    fn xy_about(&self, m: &Array1<f64>, k: &Array1<f64>) -> Array2<f64> {
        let rest = &self.y - &(self.n as f64 * k);
        let mut xy = self.xy.clone();
        for ((mut row, &s_i), &m_i) in xy.axis_iter_mut(Axis(0)).zip(&self.x).zip(m) {
            for ((value, &k_j), &rest_j) in row.iter_mut().zip(k).zip(&rest) {
                *value -= s_i * k_j + m_i * rest_j;
            }
        }
        xy
    }

    /// Y'Y - 2 z k + n k^2 for each column, with z the sums of Y and k its centre.
    fn yy_about(&self, k: &Array1<f64>) -> Array1<f64> {
        &self.yy - &(2.0 * k * &self.y) + self.n as f64 * k * k
    }

    /// n as a number to divide by.
    fn rows(&self) -> Result<f64, Error> {
        match self.n {
            0 => Err(Error::TooFewRows { what: "a mean", needed: 1, rows: 0 }),
            n => Ok(n as f64),
        }
    }

    /// Panics unless two moments can be added.
    fn assert_addable(&self, other: &Self) {
        let same = Arc::ptr_eq(&self.origin, &other.origin) || self.origin == other.origin;
        assert!(same, "moments that are added are measured from the same origin");
    }
}

/// Joins two sets of rows.
///
/// # Panics
/// The two are measured from different origins.
impl AddAssign<&Moments> for Moments {
    fn add_assign(&mut self, other: &Moments) {
        self.assert_addable(other);
        self.n += other.n;
        self.x += &other.x;
        self.y += &other.y;
        self.xx += &other.xx;
        self.xy += &other.xy;
        self.yy += &other.yy;
    }
}

/// Takes rows away that are among these.
///
/// # Panics
/// The two are measured from different origins, or more rows are taken than there are.
impl SubAssign<&Moments> for Moments {
    fn sub_assign(&mut self, other: &Moments) {
        self.assert_addable(other);
        self.n = self.n.checked_sub(other.n).expect("the rows taken away are among these");
        self.x -= &other.x;
        self.y -= &other.y;
        self.xx -= &other.xx;
        self.xy -= &other.xy;
        self.yy -= &other.yy;
    }
}

impl Add<&Moments> for Moments {
    type Output = Moments;

    fn add(mut self, other: &Moments) -> Moments {
        self += other;
        self
    }
}

impl Sub<&Moments> for Moments {
    type Output = Moments;

    fn sub(mut self, other: &Moments) -> Moments {
        self -= other;
        self
    }
}

/// Joins any number of blocks, `None` if there is not one.
impl<'a> Sum<&'a Moments> for Option<Moments> {
    fn sum<I: Iterator<Item = &'a Moments>>(mut blocks: I) -> Self {
        let first = blocks.next()?.clone();
        Some(blocks.fold(first, |total, block| total + block))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::concatenate;

    use super::*;
    use crate::samples::{distance, gaussian, regression};

    /// All sums about a centre, directly from rows.
    fn directly(x: &Array2<f64>, y: &Array2<f64>, mean_x: &Array1<f64>, mean_y: &Array1<f64>) -> Centred {
        let (a, b) = (x - mean_x, y - mean_y);
        Centred {
            n: x.nrows(),
            mean_x: mean_x.clone(),
            mean_y: mean_y.clone(),
            sum_x: a.sum_axis(Axis(0)),
            sum_y: b.sum_axis(Axis(0)),
            xx: a.t().dot(&a),
            xy: a.t().dot(&b),
            yy: (&b * &b).sum_axis(Axis(0)),
        }
    }

    fn check(found: &Centred, expected: &Centred, tolerance: f64) {
        assert_eq!(found.n, expected.n);
        for (found, expected) in [
            (&found.mean_x, &expected.mean_x),
            (&found.mean_y, &expected.mean_y),
            (&found.sum_x, &expected.sum_x),
            (&found.sum_y, &expected.sum_y),
            (&found.yy, &expected.yy),
        ] {
            assert!(distance(expected, found) < tolerance);
        }
        assert!(distance(&expected.xx, &found.xx) < tolerance);
        assert!(distance(&expected.xy, &found.xy) < tolerance);
    }

    #[test]
    fn any_set_of_blocks_is_as_if_its_rows_were_together() -> Result<(), Box<dyn std::error::Error>> {
        let (x, y) = regression(50, 6, 4, 1);
        let blocks = Moments::blocks(x.view(), y.view(), &[0..10, 10..13, 13..31, 31..50])?;
        let total = blocks.iter().sum::<Option<Moments>>().expect("four blocks");
        let training = total - &blocks[1] - &blocks[2];
        let rows = |a: &Array2<f64>| concatenate(Axis(0), &[a.slice(s![..10, ..]), a.slice(s![31.., ..])]);
        let (train_x, train_y) = (rows(&x)?, rows(&y)?);
        let (mean_x, mean_y) = (training.mean_x()?, training.mean_y()?);
        check(&training.centred()?, &directly(&train_x, &train_y, &mean_x, &mean_y), 1e-13);

        let held = blocks[2].about(mean_x.view(), mean_y.view());
        let rows = |a: &Array2<f64>| a.slice(s![13..31, ..]).to_owned();
        check(&held, &directly(&rows(&x), &rows(&y), &mean_x, &mean_y), 1e-13);
        assert_eq!(held.xx, held.xx.t());
        Ok(())
    }

    #[test]
    fn an_origin_near_the_means_keeps_digits_far_from_zero() -> Result<(), Error> {
        let (x, y) = regression(80, 5, 2, 3);
        let expected = Moments::of(x.view(), y.view())?.centred()?;
        let moments = Moments::blocks((&x + 1e4).view(), (&y - 1e4).view(), &[0..30, 30..80])?;
        let found = (moments[0].clone() + &moments[1]).centred()?;
        assert!(distance(&expected.xx, &found.xx) < 1e-12);
        assert!(distance(&expected.xy, &found.xy) < 1e-12);
        assert!(distance(&expected.yy, &found.yy) < 1e-12);
        Ok(())
    }

    #[test]
    fn other_targets_leave_the_features_alone() -> Result<(), Error> {
        let (x, y) = regression(40, 5, 3, 5);
        let other = gaussian(40, 3, 6);
        let found = Moments::of(x.view(), y.view())?.with_targets(x.view(), other.view())?;
        assert_eq!(found, Moments::of(x.view(), other.view())?);
        let too_short = gaussian(39, 3, 6);
        assert!(Moments::of(x.view(), y.view())?.with_targets(x.view(), too_short.view()).is_err());
        Ok(())
    }

    #[test]
    fn impossible_blocks_are_refused() {
        let (x, y) = regression(10, 2, 1, 7);
        let blocks = |start, end| Moments::blocks(x.view(), y.view(), std::slice::from_ref(&(start..end)));
        assert!(matches!(blocks(4, 11), Err(Error::Block { start: 4, end: 11, rows: 10 })));
        assert!(matches!(blocks(5, 4), Err(Error::Block { .. })));
        assert!(blocks(4, 4).is_ok_and(|empty| matches!(empty[0].centred(), Err(Error::TooFewRows { .. }))));
        let origin = Arc::new(Origin::zero(3, 1));
        let measured = Moments::measured_from(&origin, x.view(), y.view());
        assert!(matches!(measured, Err(Error::Columns { what: "features", found: 2, expected: 3 })));
    }
}
