//! How well fitted weights predict held-out rows, from moments alone.

use std::ops::AddAssign;

use ndarray::{Array1, ArrayView1, Axis, Zip, s};
use rayon::prelude::*;

use crate::moments::Moments;
use crate::quadratic::{Quadratic, Scratch, TARGETS};
use crate::ridge::Ridge;

/// The sums over held-out rows that r is made of; they add up over blocks, so that blocks can be resampled.
///
/// Predictions and responses are both measured from `origin`, at first the training means of the responses.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldOut {
    /// Number of rows.
    pub n: usize,
    /// What predictions and responses are measured from (t).
    pub origin: Array1<f64>,
    /// Sum of the predictions (t).
    pub sum_p: Array1<f64>,
    /// Sum of the responses (t).
    pub sum_y: Array1<f64>,
    /// Sum of squared predictions (t).
    pub pp: Array1<f64>,
    /// Sum of squared responses (t).
    pub yy: Array1<f64>,
    /// Sum of predictions times responses (t).
    pub py: Array1<f64>,
}

impl HeldOut {
    /// The sums for the rows of `held_out`, predicted by `ridge`.
    ///
    /// With X and Y about the training means, S their sums, G = X'X and C = X'Y of the held-out rows, and weights B:
    /// sum p = S_x B, p'p = diag(B'G B), p'y = diag(B'C).
    ///
    /// # Panics
    /// The moments have other numbers of features or targets than the fit.
    pub fn of(ridge: &Ridge, held_out: &Moments) -> Self {
        let held = held_out.about(ridge.mean_x(), ridge.mean_y());
        let b = ridge.weights();
        let py = (&b * &held.xy).sum_axis(Axis(0));
        let quadratic = Quadratic::new(held.xx);
        let starts: Vec<usize> = (0..b.ncols()).step_by(TARGETS).collect();
        let forms = |scratch: &mut Scratch<f64>, &start: &usize| {
            let columns = start..b.ncols().min(start + TARGETS);
            quadratic.forms(b.slice(s![.., columns]), scratch).to_vec()
        };
        let pp = starts.par_iter().map_init(Scratch::default, forms).collect::<Vec<_>>().concat();
        let pp = Array1::from_vec(pp);
        Self { n: held.n, origin: held.mean_y, sum_p: held.sum_x.dot(&b), sum_y: held.sum_y, pp, yy: held.yy, py }
    }

    /// Pearson's r of prediction and response for each target (t), centred on the means of these rows.
    ///
    /// It is NaN, that is undefined, where the response or the prediction does not vary beyond the rounding of its
    /// sums, and where there are fewer than two rows.
    pub fn r(&self) -> Array1<f64> {
        let sums = |j: usize| [self.sum_p[j], self.sum_y[j], self.pp[j], self.yy[j], self.py[j]];
        Array1::from_shape_fn(self.origin.len(), |j| pearson(self.n as f64, sums(j)))
    }

    /// Sum over these rows of the squared difference of response and prediction, for each target (t).
    pub fn squared_error(&self) -> Array1<f64> {
        &self.pp - &(2.0 * &self.py) + &self.yy
    }

    /// The same sums measured from another origin (t).
    ///
    /// # Panics
    /// The origin has another number of targets.
    pub fn measured_from(mut self, origin: ArrayView1<f64>) -> Self {
        let n = self.n as f64;
        let d = &self.origin - &origin;
        self.py += &(&d * &(&self.sum_p + &self.sum_y) + n * &d * &d);
        self.pp += &(2.0 * &d * &self.sum_p + n * &d * &d);
        self.yy += &(2.0 * &d * &self.sum_y + n * &d * &d);
        self.sum_p.scaled_add(n, &d);
        self.sum_y.scaled_add(n, &d);
        self.origin.assign(&origin);
        self
    }

    fn add(&mut self, other: &Self) {
        self.n += other.n;
        Zip::from(&mut self.sum_p).and(&other.sum_p).for_each(|a, b| *a += b);
        Zip::from(&mut self.sum_y).and(&other.sum_y).for_each(|a, b| *a += b);
        Zip::from(&mut self.pp).and(&other.pp).for_each(|a, b| *a += b);
        Zip::from(&mut self.yy).and(&other.yy).for_each(|a, b| *a += b);
        Zip::from(&mut self.py).and(&other.py).for_each(|a, b| *a += b);
    }
}

/// Joins the rows of two blocks or folds; sums with another origin are first measured from this one.
///
/// # Panics
/// The two have different numbers of targets.
impl AddAssign<&HeldOut> for HeldOut {
    fn add_assign(&mut self, other: &HeldOut) {
        if self.origin == other.origin {
            self.add(other);
        } else {
            self.add(&other.clone().measured_from(self.origin.view()));
        }
    }
}

/// Pearson's r of `n` rows from the sums of p, y, p^2, y^2 and p y, in this order.
///
/// It is NaN, that is undefined, where p or y does not vary beyond the rounding of its sums.
pub fn pearson(n: f64, [sum_p, sum_y, pp, yy, py]: [f64; 5]) -> f64 {
    match (variation(n, sum_p, pp), variation(n, sum_y, yy)) {
        (Some(p), Some(y)) => (py - sum_p * sum_y / n) / (p.sqrt() * y.sqrt()),
        _ => f64::NAN,
    }
}

/// Sum of squares about the mean, where it is more than the rounding of `n` squares.
fn variation(n: f64, sum: f64, squares: f64) -> Option<f64> {
    let variation = squares - sum * sum / n;
    (variation > n * f64::EPSILON * squares).then_some(variation)
}

#[cfg(test)]
mod tests {
    use linfa::Dataset;
    use linfa::traits::{Fit, Predict};
    use ndarray::Array2;

    use super::*;
    use crate::error::Error;
    use crate::samples::{distance, regression};

    /// Pearson's r of the columns of two arrays (n, t), from its definition.
    fn by_definition(p: &Array2<f64>, y: &Array2<f64>) -> Array1<f64> {
        let centre = |a: &Array2<f64>| a - &a.mean_axis(Axis(0)).expect("tests have rows");
        let (p, y) = (centre(p), centre(y));
        let sum = |a: &Array2<f64>, b: &Array2<f64>| (a * b).sum_axis(Axis(0));
        sum(&p, &y) / (sum(&p, &p) * sum(&y, &y)).mapv(f64::sqrt)
    }

    /// A fit on the first 60 of 100 rows, with all rows and their moments in blocks of 10.
    struct Fitted {
        x: Array2<f64>,
        y: Array2<f64>,
        ridge: Ridge,
        blocks: Vec<Moments>,
    }

    fn fitted(targets: usize, offset: f64) -> Result<Fitted, Error> {
        let (x, y) = regression(100, 5, targets, 61);
        let (x, y) = (x + offset, y - offset);
        let rows = s![..60, ..];
        let ridge =
            Ridge::params().penalty(3.0).fit(&Dataset::new(x.slice(rows).to_owned(), y.slice(rows).to_owned()))?;
        let bounds: Vec<_> = (0..10).map(|b| b * 10..b * 10 + 10).collect();
        let blocks = Moments::blocks(x.view(), y.view(), &bounds)?;
        Ok(Fitted { x, y, ridge, blocks })
    }

    fn check(targets: usize, offset: f64) -> Result<(), Error> {
        let Fitted { x, y, ridge, blocks } = fitted(targets, offset)?;
        let (held_x, held_y) = (x.slice(s![60.., ..]).to_owned(), y.slice(s![60.., ..]).to_owned());
        let predicted = ridge.predict(&held_x);
        let together = HeldOut::of(&ridge, &blocks[6..].iter().sum::<Option<Moments>>().expect("four blocks"));
        let mut added = HeldOut::of(&ridge, &blocks[6]);
        blocks[7..].iter().for_each(|block| added += &HeldOut::of(&ridge, block));
        let squares = (&predicted - &held_y).mapv(|difference| difference * difference).sum_axis(Axis(0));
        for sums in [together, added] {
            assert_eq!(sums.n, 40);
            assert!(distance(&by_definition(&predicted, &held_y), &sums.r()) < 1e-10);
            assert!(distance(&squares, &sums.squared_error()) < 1e-10);
            let moved = sums.clone().measured_from(Array1::zeros(targets).view());
            assert!(distance(&sums.squared_error(), &moved.squared_error()) < 1e-7);
        }
        Ok(())
    }

    #[test]
    fn agrees_with_r_and_errors_of_predicted_rows() -> Result<(), Error> {
        check(3, 0.0)
    }

    #[test]
    fn agrees_for_more_targets_than_are_worked_on_together() -> Result<(), Error> {
        check(2 * TARGETS + 1, 0.0)
    }

    #[test]
    fn agrees_far_from_zero() -> Result<(), Error> {
        check(3, 1e4)
    }

    #[test]
    fn folds_with_other_weights_add_up_to_r_of_all_predictions() -> Result<(), Box<dyn std::error::Error>> {
        let Fitted { x, y, ridge, blocks } = fitted(4, 0.0)?;
        let rows = s![60.., ..];
        let data = Dataset::new(x.slice(rows).to_owned(), y.slice(rows).to_owned());
        let other = Ridge::params().penalty(0.1).fit(&data)?;
        let mut sums = HeldOut::of(&ridge, &blocks[8]);
        sums += &HeldOut::of(&other, &blocks[0]);
        let take = |rows: std::ops::Range<usize>| x.slice(s![rows, ..]).to_owned();
        let predicted = [ridge.predict(&take(80..90)), other.predict(&take(0..10))];
        let joined = |a: [ndarray::ArrayView2<f64>; 2]| ndarray::concatenate(Axis(0), &a);
        let predicted = joined([predicted[0].view(), predicted[1].view()])?;
        let responses = joined([y.slice(s![80..90, ..]), y.slice(s![0..10, ..])])?;
        assert!(distance(&by_definition(&predicted, &responses), &sums.r()) < 1e-12);
        Ok(())
    }

    #[test]
    fn what_does_not_vary_has_no_r() -> Result<(), Error> {
        let (x, mut y) = regression(40, 3, 3, 67);
        y.column_mut(0).fill(0.1);
        y.slice_mut(s![..20, 1]).fill(0.7);
        y.slice_mut(s![20.., 2]).fill(0.3);
        let blocks = Moments::blocks(x.view(), y.view(), &[0..20, 20..40])?;
        let ridge = crate::RidgeParams::default();
        let ridge = linfa::ParamGuard::check(ridge)?.fit_moments(&blocks[0].centred()?)?;
        let sums = HeldOut::of(&ridge, &blocks[1]);
        assert!(sums.r().iter().all(|r| r.is_nan()), "constant everywhere, in training, when held out: {}", sums.r());
        Ok(())
    }
}
