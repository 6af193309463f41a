//! Two by two matrices, for models with an intercept and a slope.

/// Rows of a matrix.
pub(crate) type Matrix = [[f64; 2]; 2];

/// A + s B.
pub(crate) fn add(a: Matrix, s: f64, b: Matrix) -> Matrix {
    std::array::from_fn(|i| std::array::from_fn(|j| a[i][j] + s * b[i][j]))
}

/// A B.
pub(crate) fn multiply(a: Matrix, b: Matrix) -> Matrix {
    std::array::from_fn(|i| std::array::from_fn(|j| a[i][0] * b[0][j] + a[i][1] * b[1][j]))
}

/// A v.
pub(crate) fn apply(a: Matrix, v: [f64; 2]) -> [f64; 2] {
    std::array::from_fn(|i| dot(a[i], v))
}

/// u'v.
pub(crate) fn dot(u: [f64; 2], v: [f64; 2]) -> f64 {
    u[0] * v[0] + u[1] * v[1]
}

/// A'.
pub(crate) fn transpose(a: Matrix) -> Matrix {
    [[a[0][0], a[1][0]], [a[0][1], a[1][1]]]
}

/// |A|.
pub(crate) fn determinant(a: Matrix) -> f64 {
    a[0][0] * a[1][1] - a[0][1] * a[1][0]
}

/// The inverse of A; infinite where |A| is 0.
pub(crate) fn inverse(a: Matrix) -> Matrix {
    let d = determinant(a);
    [[a[1][1] / d, -a[0][1] / d], [-a[1][0] / d, a[0][0] / d]]
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Matrix = [[2.0, 1.0], [4.0, 4.0]];

    #[test]
    fn a_matrix_times_its_inverse_is_one() {
        assert_eq!(multiply(A, inverse(A)), [[1.0, 0.0], [0.0, 1.0]]);
        assert_eq!(determinant(A), 4.0);
    }

    #[test]
    fn products_go_row_by_column() {
        assert_eq!(multiply(A, transpose(A)), [[5.0, 12.0], [12.0, 32.0]]);
        assert_eq!(apply(A, [1.0, -1.0]), [1.0, 0.0]);
        assert_eq!(add(A, 2.0, transpose(A)), [[6.0, 9.0], [6.0, 12.0]]);
    }
}
