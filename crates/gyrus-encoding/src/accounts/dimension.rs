//! How many dimensions features fill: rival accounts of why some layers predict better than others.
//!
//! The participation ratio and the number of components see linear spread and all rows, so frequent words count often.
//! The nearest-neighbour estimate sees the curved surface on which the distinct rows lie.
//! All three are in the units of the features: one outlying dimension rules them all, unless columns are scaled first.

use gyrus_ridge::variances;
use ndarray::{ArrayView1, ArrayView2};

use crate::accounts::neighbours::{distinct_rows, two_nearest};
use crate::{Error, finite};

/// The share of the largest ratios that count only as "at least as large", as in Facco et al. 2017.
const CENSORED: f64 = 0.1;

/// The share of variance that [`Dimension::components`] explain.
const SHARE: f64 = 0.95;

/// Three answers to how many dimensions features fill.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Dimension {
    /// From the two nearest neighbours of each distinct row.
    pub two_nearest: TwoNearest,
    /// (sum e)^2 / sum e^2 of the variances e along principal components; NaN if nothing varies.
    #[serde(deserialize_with = "crate::defined_or_nan")]
    pub participation_ratio: f64,
    /// Principal components needed for 95 % of the variance; 0 if nothing varies.
    pub components: usize,
}

/// The intrinsic dimension by the ratios of distances to the second and the first neighbour.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct TwoNearest {
    /// The dimension; NaN if fewer than three rows differ, or if all neighbours are equally far.
    #[serde(deserialize_with = "crate::defined_or_nan")]
    pub dimension: f64,
    /// Its standard error, if rows were independent; NaN where the dimension is, and with three distinct rows or fewer.
    #[serde(deserialize_with = "crate::defined_or_nan")]
    pub standard_error: f64,
    /// Rows that differ from all rows before them; the others were left out.
    pub distinct: usize,
    /// Rows left out because an equal one came before.
    pub duplicates: usize,
}

impl Dimension {
    /// The dimensions of `features`, `(rows, width)`.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if a value is not finite; [`Error::Ridge`] with fewer than two rows.
    pub fn of(features: ArrayView2<f64>) -> Result<Self, Error> {
        let two_nearest = TwoNearest::of(features)?;
        let e = variances(features)?;
        let components = components_for(SHARE, e.view());
        Ok(Self { two_nearest, participation_ratio: participation_ratio(e.view()), components })
    }
}

impl TwoNearest {
    /// TwoNN (Facco et al. 2017) of `features`, `(rows, width)`, by maximum likelihood.
    ///
    /// With r1 and r2 the distances of a row to its nearest two neighbours, ln(r2 / r1) is exponential with rate d if
    /// the density hardly changes within r2. Of N sorted values l, the last tenth count only as at least l_m:
    /// T = sum over i <= m of l_i + (N - m) l_m, d = (m - 1) / T, without bias, standard error d / sqrt(m - 2).
    ///
    /// Equal rows would have r1 = 0: only the first of them is kept, and the others are counted.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if a value is not finite.
    pub fn of(features: ArrayView2<f64>) -> Result<Self, Error> {
        finite::check("the features", features)?;
        let distinct = distinct_rows(features);
        let n = distinct.len();
        let of = |(dimension, standard_error)| Self {
            dimension,
            standard_error,
            distinct: n,
            duplicates: features.nrows() - n,
        };
        if n < 3 {
            return Ok(of((f64::NAN, f64::NAN)));
        }
        Ok(of(exponential_rate(two_nearest(features, &distinct).iter().map(|[r1, r2]| (r2 / r1).ln()).collect())))
    }
}

/// The rate of exponential values of which the last [`CENSORED`] share is censored, and its standard error.
fn exponential_rate(mut l: Vec<f64>) -> (f64, f64) {
    l.sort_by(f64::total_cmp);
    let n = l.len();
    let m = n - (CENSORED * n as f64).floor() as usize;
    let t = l[..m].iter().sum::<f64>() + (n - m) as f64 * l[m - 1];
    if t <= 0.0 {
        return (f64::NAN, f64::NAN);
    }
    let d = (m - 1) as f64 / t;
    (d, if m > 2 { d / ((m - 2) as f64).sqrt() } else { f64::NAN })
}

/// (sum e)^2 / sum e^2 of variances `e`: k if k of them are equal and the others 0, NaN if all are 0.
pub fn participation_ratio(e: ArrayView1<f64>) -> f64 {
    e.sum().powi(2) / e.dot(&e)
}

/// The smallest k with e_1 + ... + e_k of at least `share` of the sum, for variances `e`, largest first.
///
/// 0 if all are 0.
pub fn components_for(share: f64, e: ArrayView1<f64>) -> usize {
    let needed = share * e.sum();
    let mut explained = 0.0;
    let short = |e: &&f64| {
        let short = explained < needed;
        explained += **e;
        short
    };
    e.iter().take_while(short).count()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Array1, Array2, Axis, array, concatenate};
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use rand_distr::{Distribution, StandardNormal};

    use super::*;

    fn gaussian(rows: usize, width: usize, seed: u64) -> Array2<f64> {
        let mut rng = StdRng::seed_from_u64(seed);
        Array2::from_shape_simple_fn((rows, width), || StandardNormal.sample(&mut rng))
    }

    /// Gaussian of `d` dimensions turned into a space of `width`, far from its origin.
    fn embedded(rows: usize, d: usize, width: usize, seed: u64) -> Array2<f64> {
        gaussian(rows, d, seed).dot(&gaussian(d, width, seed + 1)) + 20.0
    }

    fn check(d: usize, tolerance: f64) -> Result<(), Error> {
        let found = Dimension::of(embedded(3000, d, 64, 5).view())?;
        assert!((found.two_nearest.dimension / d as f64 - 1.0).abs() < tolerance, "{d}: {found:?}");
        assert!(
            found.participation_ratio < d as f64 + 1e-9 && found.participation_ratio > 0.7 * d as f64,
            "{d}: {found:?}"
        );
        assert!(found.components <= d && found.components + 1 >= d * 9 / 10, "{d}: {found:?}");
        Ok(())
    }

    #[test]
    fn a_line_has_one_dimension() -> Result<(), Error> {
        check(1, 0.06)
    }

    #[test]
    fn a_plane_has_two_dimensions() -> Result<(), Error> {
        check(2, 0.06)
    }

    #[test]
    fn five_dimensions_are_found_in_sixty_four() -> Result<(), Error> {
        check(5, 0.1)
    }

    /// A circle is one line, though it fills two linear dimensions evenly.
    #[test]
    fn a_curve_is_one_dimensional_and_its_spread_is_not() -> Result<(), Error> {
        let angle = gaussian(2000, 1, 8).column(0).to_owned() * 40.0;
        let circle = ndarray::stack(Axis(1), &[angle.mapv(f64::cos).view(), angle.mapv(f64::sin).view()]);
        let found = Dimension::of(circle.expect("equal lengths").view())?;
        assert!((found.two_nearest.dimension - 1.0).abs() < 0.1, "{found:?}");
        assert!(found.participation_ratio > 1.9 && found.components == 2, "{found:?}");
        Ok(())
    }

    /// With nothing censored below ten rows: d = (N - 1) / sum ln(r2 / r1), here from distances 1, 2; 1, 3; 2, 3.
    #[test]
    fn three_points_on_a_line_by_hand() -> Result<(), Error> {
        let found = TwoNearest::of(array![[0.0], [1.0], [3.0]].view())?;
        let l = (3.0_f64 / 1.0).ln() + (2.0_f64 / 1.0).ln() + (3.0_f64 / 2.0).ln();
        assert_abs_diff_eq!(found.dimension, 2.0 / l, epsilon = 1e-12);
        assert_abs_diff_eq!(found.standard_error, 2.0 / l, epsilon = 1e-12);
        Ok(())
    }

    /// The mean over many draws of exponential values is their rate, and the spread is the standard error.
    #[test]
    fn the_censored_rate_is_unbiased() {
        let mut rng = StdRng::seed_from_u64(11);
        let draw = |_| {
            exponential_rate(
                rand_distr::Exp::new(4.0).expect("a positive rate").sample_iter(&mut rng).take(40).collect(),
            )
        };
        let rates: Array1<f64> = (0..4000).map(draw).map(|(rate, _)| rate).collect();
        assert_abs_diff_eq!(rates.mean().expect("there are rates"), 4.0, epsilon = 0.04);
        assert_abs_diff_eq!(rates.std(1.0), 4.0 / 34.0_f64.sqrt(), epsilon = 0.03);
    }

    /// One ratio a million times too large moves a plain mean of logarithms, and hardly the censored one.
    #[test]
    fn a_near_duplicate_changes_little() -> Result<(), Error> {
        let x = embedded(500, 3, 10, 17);
        let near = concatenate![Axis(0), x, x.slice(ndarray::s![..5, ..]).mapv(|value| value + 1e-12)];
        let (clean, disturbed) = (TwoNearest::of(x.view())?.dimension, TwoNearest::of(near.view())?.dimension);
        assert!((disturbed / clean - 1.0).abs() < 0.05, "{clean} {disturbed}");
        Ok(())
    }

    #[test]
    fn equal_rows_are_counted_and_change_nothing() -> Result<(), Error> {
        let x = embedded(200, 3, 10, 13);
        let (once, twice) = (TwoNearest::of(x.view())?, TwoNearest::of(concatenate![Axis(0), x, x].view())?);
        assert_eq!((once.dimension, once.duplicates), (twice.dimension, 0));
        assert_eq!((twice.distinct, twice.duplicates), (200, 200));
        Ok(())
    }

    #[test]
    fn turning_and_scaling_change_nothing() -> Result<(), Error> {
        let x = embedded(300, 4, 4, 19);
        let turned = x.select(Axis(1), &[2, 0, 3, 1]) * -7.0 + 3.0;
        let (a, b) = (Dimension::of(x.view())?, Dimension::of(turned.view())?);
        assert_abs_diff_eq!(a.two_nearest.dimension, b.two_nearest.dimension, epsilon = 1e-9);
        assert_abs_diff_eq!(a.participation_ratio, b.participation_ratio, epsilon = 1e-9);
        assert_eq!(a.components, b.components);
        Ok(())
    }

    #[test]
    fn spread_has_closed_forms() {
        assert_abs_diff_eq!(participation_ratio(array![2.0, 2.0, 2.0, 0.0].view()), 3.0, epsilon = 1e-12);
        assert_abs_diff_eq!(participation_ratio(array![3.0, 1.0].view()), 1.6, epsilon = 1e-12);
        assert_eq!(components_for(0.95, array![90.0, 4.0, 3.0, 3.0].view()), 3);
        assert_eq!(components_for(0.9, array![90.0, 4.0, 3.0, 3.0].view()), 1);
        assert_eq!(components_for(1.0, array![1.0, 1.0, 0.0].view()), 2);
    }

    #[test]
    fn what_does_not_vary_fills_nothing() -> Result<(), Error> {
        let found = Dimension::of(Array2::ones((9, 3)).view())?;
        assert!(found.two_nearest.dimension.is_nan() && found.participation_ratio.is_nan());
        assert_eq!((found.components, found.two_nearest.distinct, found.two_nearest.duplicates), (0, 1, 8));
        Ok(())
    }

    #[test]
    fn equally_far_rows_are_undefined() -> Result<(), Error> {
        assert!(TwoNearest::of(Array2::eye(6).view())?.dimension.is_nan());
        Ok(())
    }

    #[test]
    fn a_value_that_is_no_number_is_refused() {
        let x = array![[0.0, 1.0], [f64::NAN, 2.0], [3.0, 4.0]];
        assert!(matches!(Dimension::of(x.view()), Err(Error::NotFinite { row: 1, column: 0, .. })));
    }
}
