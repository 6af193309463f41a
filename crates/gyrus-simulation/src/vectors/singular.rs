//! The largest singular values of a sparse matrix, and the vectors that belong to them.

use ndarray::{Array1, Array2, Axis};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::sparse::Sparse;
use crate::gaussian::gaussian;

/// A is about U diag(s) V' for the largest values s, descending.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Singular {
    /// `(rows, values)`, orthonormal; the largest entry of each column is positive.
    pub(super) u: Array2<f64>,
    /// `(values)`.
    pub(super) s: Array1<f64>,
}

/// Directions that are followed beside each wanted one, so that the wanted ones are found sooner.
const BESIDE: usize = 2;

/// Times that the subspace goes through A' and A: an error of the last value shrinks by (s_last / s_beyond)^4 each time.
const TURNS: usize = 40;

/// The `wanted` largest, as many as the matrix has at most, by subspace iteration from Gaussian directions (Halko et al. 2011):
/// Q = orth(A orth(A' ... A G)), and then the singular values of Q'A by [`hestenes`].
pub(super) fn largest(a: &Sparse, wanted: usize, seed: u64) -> Singular {
    let (rows, columns) = a.shape();
    let least = rows.min(columns);
    let (wanted, followed) = (wanted.min(least), (BESIDE * wanted).max(wanted + 8).min(least));
    let mut rng = StdRng::seed_from_u64(seed);
    let mut q = orthonormal(a.dot(gaussian(columns, followed, &mut rng).view()));
    for _ in 0..TURNS {
        q = orthonormal(a.dot(orthonormal(a.transposed_dot(q.view())).view()));
    }
    // A'Q = V S W', so that A is about Q W S V'.
    let (w, s) = hestenes(a.transposed_dot(q.view()));
    let mut order: Vec<usize> = (0..followed).collect();
    order.sort_by(|&i, &j| s[j].total_cmp(&s[i]));
    order.truncate(wanted);
    let mut u = q.dot(&w.select(Axis(1), &order));
    for mut column in u.columns_mut() {
        let largest =
            column.iter().fold(0.0_f64, |largest, &value| if value.abs() > largest.abs() { value } else { largest });
        column *= largest.signum();
    }
    Singular { u, s: s.select(Axis(0), &order) }
}

/// The columns made orthonormal, `(rows, columns)`, by Gram and Schmidt's process, twice per column against loss of digits;
/// a column that depends on those before it becomes 0.
fn orthonormal(x: Array2<f64>) -> Array2<f64> {
    let mut rows = x.reversed_axes().as_standard_layout().into_owned();
    for i in 0..rows.nrows() {
        let (before, mut rest) = rows.view_mut().split_at(Axis(0), i);
        let mut v = rest.row_mut(0);
        let length = v.dot(&v).sqrt();
        for _ in 0..2 {
            let along = before.dot(&v);
            v -= &before.t().dot(&along);
        }
        let left = v.dot(&v).sqrt();
        if left > 1e-12 * length { v /= left } else { v.fill(0.0) }
    }
    rows.reversed_axes()
}

/// W and s with X W = V diag(s), V'V = 1, of X `(rows, columns)`: pairs of columns are turned until all are at right angles
/// (Hestenes 1958).
fn hestenes(x: Array2<f64>) -> (Array2<f64>, Array1<f64>) {
    let columns = x.ncols();
    // Columns as rows, so that each lies in one piece.
    let mut x = x.reversed_axes().as_standard_layout().into_owned();
    let mut w: Array2<f64> = Array2::eye(columns);
    for _ in 0..60 {
        let mut turned = false;
        for j in 1..columns {
            for i in 0..j {
                let (aa, bb, ab) = (x.row(i).dot(&x.row(i)), x.row(j).dot(&x.row(j)), x.row(i).dot(&x.row(j)));
                if ab.abs() > 1e-14 * (aa * bb).sqrt() {
                    turned = true;
                    let zeta = (bb - aa) / (2.0 * ab);
                    let tangent = zeta.signum() / (zeta.abs() + zeta.hypot(1.0));
                    turn(&mut x, i, j, tangent);
                    turn(&mut w, i, j, tangent);
                }
            }
        }
        if !turned {
            break;
        }
    }
    let s = x.rows().into_iter().map(|row| row.dot(&row).sqrt()).collect();
    (w.reversed_axes(), s)
}

/// Rows i and j become c x_i - s x_j and s x_i + c x_j, with c and s the cosine and sine of the angle of this tangent.
fn turn(x: &mut Array2<f64>, i: usize, j: usize, tangent: f64) {
    let c = tangent.hypot(1.0).recip();
    let s = c * tangent;
    let (mut a, mut b) = x.multi_slice_mut((ndarray::s![i, ..], ndarray::s![j, ..]));
    for (a, b) in a.iter_mut().zip(b.iter_mut()) {
        (*a, *b) = (c * *a - s * *b, s * *a + c * *b);
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;
    use crate::rotation::rotation;

    /// U diag(s) V' with known values, every entry of it kept.
    fn planted(s: &[f64], rows: usize, columns: usize) -> (Sparse, Array2<f64>) {
        let mut rng = StdRng::seed_from_u64(4);
        let (u, v) = (rotation(rows, s.len(), &mut rng), rotation(columns, s.len(), &mut rng));
        let dense = (&u * &Array1::from(s.to_vec())).dot(&v.t());
        let entries = dense.indexed_iter().map(|((i, j), value)| (i, j as u32, *value));
        (Sparse::of_sorted((rows, columns), entries), u)
    }

    fn check(s: &[f64], rows: usize, columns: usize, wanted: usize) {
        let (a, u) = planted(s, rows, columns);
        let found = largest(&a, wanted, 9);
        assert_abs_diff_eq!(found.s, Array1::from(s[..wanted].to_vec()), epsilon = 1e-9);
        let cosines = found.u.t().dot(&u.slice(ndarray::s![.., ..wanted])).mapv(f64::abs);
        assert_abs_diff_eq!(cosines, Array2::eye(wanted), epsilon = 1e-6);
    }

    #[test]
    fn planted_values_and_directions_are_found() {
        check(&[9.0, 5.0, 4.0, 1.0, 0.5], 30, 20, 3);
        check(&[3.0, 2.5, 2.0, 1.9], 6, 40, 4);
    }

    /// Values that fall as slowly as those of words do.
    #[test]
    fn slowly_falling_values_are_found() {
        let s: Vec<f64> = (1..=60).map(|k| f64::from(k).powf(-0.5)).collect();
        check(&s, 80, 90, 8);
    }

    #[test]
    fn there_are_not_more_values_than_rows() {
        let (a, _) = planted(&[2.0, 1.0], 2, 5);
        let found = largest(&a, 7, 1);
        assert_eq!((found.s.len(), found.u.dim()), (2, (2, 2)));
    }

    #[test]
    fn the_seed_matters_only_in_rounding() {
        let (a, _) = planted(&[3.0, 2.0, 1.0], 20, 20);
        let (one, two) = (largest(&a, 2, 1), largest(&a, 2, 2));
        assert_abs_diff_eq!(one.u, two.u, epsilon = 1e-9);
    }
}
