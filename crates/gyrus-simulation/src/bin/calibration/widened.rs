//! An interval of r that may replace the present one: as wide as folds that learn from each other make it.
//!
//! The present interval keeps the weights of every fold fixed and so takes the folds for independent.
//! They are not: the rows held out in fold f train the weights of fold g, and those of g train f, so where weights are
//! mostly noise both folds err the same way.

use anyhow::Result;
use gyrus_encoding::{Design, Estimate, FoldScores, correlation};
use ndarray::{Array1, Array2, ArrayView2, s};

use crate::analysis::{fitted, train_rows};

/// value ± h t sqrt(1 + W / V): h half the width of `present`, V = (h / 1.96)^2 its variance, W what [`between_folds`] adds,
/// and t the quantile of Student's distribution with `freedom` degrees, as a multiple of the normal one.
pub fn widened(present: Estimate, w: f64, freedom: f64) -> Estimate {
    let h = (present.high - present.low) / 2.0;
    let v = (h / NORMAL).powi(2);
    let half = h * (student(freedom) / NORMAL) * (1.0 + (w / v).max(0.0)).sqrt();
    Estimate { value: present.value, low: present.value - half, high: present.value + half }
}

/// W = sum over folds f != g of d_fg d_gf / folds^2 of each target, `(targets)`.
///
/// d_fg is how much r of fold f falls when its weights are fitted without what fold g holds out, penalties as they were.
/// The mean of d_fg d_gf is the covariance of the errors of both folds, and the square of what more rows bring, which is small.
///
/// # Errors
/// A fit fails.
pub fn between_folds(
    design: &Design,
    features: ArrayView2<f64>,
    responses: ArrayView2<f64>,
    scores: &FoldScores,
) -> Result<Array1<f64>> {
    let (folds, r) = (design.folds().len(), scores.r());
    let fall = |f: usize, g: usize| -> Result<Array1<f64>> {
        let other = train_rows(design, g);
        let train: Vec<usize> =
            train_rows(design, f).into_iter().filter(|row| other.binary_search(row).is_ok()).collect();
        let b = fitted(features, responses, &train, scores.penalties().row(f))?;
        Ok(&r.row(f) - &held_out_r(design, f, features, responses, &b))
    };
    let mut w = Array1::zeros(responses.ncols());
    for f in 0..folds {
        for g in 0..f {
            w = w + 2.0 * fall(f, g)? * fall(g, f)? / (folds * folds) as f64;
        }
    }
    Ok(w)
}

/// r of the weights B, `(features, targets)`, on the rows that fold `fold` holds out, `(targets)`.
fn held_out_r(
    design: &Design,
    fold: usize,
    features: ArrayView2<f64>,
    responses: ArrayView2<f64>,
    b: &Array2<f64>,
) -> Array1<f64> {
    // Contiguous folds of unbroken rows hold out one stretch each.
    let rows = design.folds()[fold].test[0].clone();
    let predicted = features.slice(s![rows.clone(), ..]).dot(b);
    let r = |target| correlation(predicted.column(target), responses.slice(s![rows.clone(), target]));
    (0..responses.ncols()).map(r).collect()
}

/// The .975 quantile of the normal distribution.
const NORMAL: f64 = 1.959_963_984_540_054;

/// The .975 quantile of Student's distribution with n degrees of freedom, by Cornish and Fisher:
/// z + (z^3 + z) / (4 n) + (5 z^5 + 16 z^3 + 3 z) / (96 n^2).
fn student(n: f64) -> f64 {
    let z = NORMAL;
    z + (z.powi(3) + z) / (4.0 * n) + (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * n * n)
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use gyrus_simulation::Noise;

    use super::*;
    use crate::analysis::{Plan, encode};

    /// The .975 quantiles in printed tables: 2.228, 2.086, 2.000 and 1.984.
    #[test]
    fn student_agrees_with_the_tables() {
        for (n, t) in [(10.0, 2.228), (20.0, 2.086), (60.0, 2.000), (100.0, 1.984)] {
            assert_abs_diff_eq!(student(n), t, epsilon = 0.003);
        }
    }

    #[test]
    fn without_anything_to_add_only_student_widens() {
        let present = Estimate { value: 0.1, low: 0.0, high: 0.3 };
        let wide = widened(present, -1.0, 1e9);
        assert_abs_diff_eq!(wide.low, -0.05, epsilon = 1e-6);
        assert_abs_diff_eq!(wide.high, 0.25, epsilon = 1e-6);
        assert!(widened(present, 0.01, 1e9).high > wide.high);
    }

    /// Where the weights are all but known, folds hardly learn from each other; where they are noise, they do.
    #[test]
    fn folds_that_learn_noise_err_together() -> Result<()> {
        let design = Plan { rows: 600, folds: 5, gap: 5, block: 30 }.design()?;
        let (mut noise, mut signal) = (0.0, 0.0);
        for seed in 0..20 {
            let x = Noise::white().series(600, 4, 2 * seed);
            let mut y = Noise::white().series(600, 2, 2 * seed + 1);
            y.column_mut(1).scaled_add(3.0, &x.column(0));
            let scores = encode(&design, x.view(), y.view())?;
            let w = between_folds(&design, x.view(), y.view(), &scores)?;
            (noise, signal) = (noise + w[0] / 20.0, signal + w[1] / 20.0);
        }
        // The mean of five independent folds of 120 rows would have variance 1 / 600.
        assert!(noise > 0.3 / 600.0 && signal.abs() < 0.01 / 600.0, "{noise} {signal}");
        Ok(())
    }
}
