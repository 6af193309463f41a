//! Random rotations: directions that no feature and no level is preferred by.

use ndarray::Array2;
use rand::rngs::StdRng;

use crate::gaussian::gaussian;

/// A random matrix, `(from, to)`, whose rows are orthonormal, or its columns where there are fewer of them.
///
/// Gram and Schmidt's process on independent Gaussians, run twice per vector against loss of digits.
pub(crate) fn rotation(from: usize, to: usize, rng: &mut StdRng) -> Array2<f64> {
    let (few, many) = (from.min(to), from.max(to));
    let mut q = gaussian(few, many, rng);
    for i in 0..few {
        let mut v = q.row(i).to_owned();
        for j in (0..i).chain(0..i) {
            let along = v.dot(&q.row(j));
            v.scaled_add(-along, &q.row(j));
        }
        v /= v.dot(&v).sqrt();
        q.row_mut(i).assign(&v);
    }
    if from <= to { q } else { q.reversed_axes() }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use rand::SeedableRng;

    use super::*;

    fn check(from: usize, to: usize) {
        let q = rotation(from, to, &mut StdRng::seed_from_u64(1));
        assert_eq!(q.dim(), (from, to));
        let gram = if from <= to { q.dot(&q.t()) } else { q.t().dot(&q) };
        assert_abs_diff_eq!(gram, Array2::eye(from.min(to)), epsilon = 1e-12);
    }

    #[test]
    fn lengths_and_angles_are_kept() {
        check(5, 5);
        check(3, 9);
        check(40, 7);
    }

    /// Over many rotations of the plane the first vector points everywhere: its mean is 0, its squares share 1.
    #[test]
    fn no_direction_is_preferred() {
        let mut rng = StdRng::seed_from_u64(2);
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..4000 {
            let q = rotation(2, 2, &mut rng);
            sum += q[[0, 0]] / 4000.0;
            squares += q[[0, 0]] * q[[0, 0]] / 4000.0;
        }
        assert_abs_diff_eq!(sum, 0.0, epsilon = 0.04);
        assert_abs_diff_eq!(squares, 0.5, epsilon = 0.02);
    }
}
