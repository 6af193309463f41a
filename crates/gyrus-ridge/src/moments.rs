//! The sums over rows that ridge needs, which add up: any training or held-out set is a sum of blocks.
//!
//! Everything is measured from an origin near the means, because sums of squares of numbers far from zero lose digits.
//! The origin changes no result beyond rounding, so it may be computed from all rows.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Range, Sub, SubAssign};
use std::sync::Arc;

use ndarray::{Array1, ArrayView1, ArrayView2, s};

use crate::centred::Centred;
use crate::error::Error;
use crate::feature_sums::FeatureSums;
use crate::finite;
use crate::origin::Origin;
use crate::target_sums::TargetSums;

/// Sums over the rows of a block: n, 1'X, 1'Y, X'X, X'Y and the columns' Y'Y, all measured from the origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    origin: Arc<Origin>,
    pub(crate) features: FeatureSums,
    pub(crate) targets: TargetSums,
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
        let (features, targets) = (FeatureSums::of(x.view()), TargetSums::of(x.view(), y.view()));
        Self { origin: Arc::clone(origin), features, targets }
    }

    /// Number of rows.
    pub fn n(&self) -> usize {
        self.features.n
    }

    /// Number of features, p.
    pub fn n_features(&self) -> usize {
        self.features.sum.len()
    }

    /// Number of targets, t.
    pub fn n_targets(&self) -> usize {
        self.targets.sum.len()
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
        Ok(&self.origin.x + &self.features.mean()?)
    }

    /// The targets' means (t).
    ///
    /// # Errors
    /// There are no rows.
    pub fn mean_y(&self) -> Result<Array1<f64>, Error> {
        Ok(&self.origin.y + &self.targets.mean(self.n())?)
    }

    /// The moments about the rows' own means; a feature or target that does not vary in these rows, beyond the rounding
    /// of its sums, gets exact zeros.
    ///
    /// # Errors
    /// There are no rows.
    pub fn centred(&self) -> Result<Centred, Error> {
        Ok(Centred {
            n: self.n(),
            mean_x: self.mean_x()?,
            mean_y: self.mean_y()?,
            sum_x: Array1::zeros(self.n_features()),
            sum_y: Array1::zeros(self.n_targets()),
            xx: self.features.centred()?,
            xy: self.targets.products_centred(&self.features.centre())?,
            yy: self.targets.squares_centred(self.n())?,
        })
    }

    /// The moments about any centre, for held-out rows the training means (p) and (t):
    /// X'X - s m' - m s' + n m m', and likewise for X'Y and Y'Y, with s the sums and m the centre.
    ///
    /// # Panics
    /// The centre has other numbers of features or targets.
    pub fn about(&self, mean_x: ArrayView1<f64>, mean_y: ArrayView1<f64>) -> Centred {
        let (m, k) = (&mean_x - &self.origin.x, &mean_y - &self.origin.y);
        Centred {
            n: self.n(),
            mean_x: mean_x.to_owned(),
            mean_y: mean_y.to_owned(),
            sum_x: self.features.sum_about(m.view()),
            sum_y: self.targets.sum_about(self.n(), k.view()),
            xx: self.features.about(m.view()),
            xy: self.targets.products_about(&self.features.centre(), m.view(), k.view()),
            yy: self.targets.squares_about(self.n(), k.view()),
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
        self.features += &other.features;
        self.targets += &other.targets;
    }
}

/// Takes rows away that are among these.
///
/// # Panics
/// The two are measured from different origins, or more rows are taken than there are.
impl SubAssign<&Moments> for Moments {
    fn sub_assign(&mut self, other: &Moments) {
        self.assert_addable(other);
        self.features -= &other.features;
        self.targets -= &other.targets;
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
    use ndarray::{Array2, Axis, concatenate};

    use super::*;
    use crate::samples::{distance, regression};

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
