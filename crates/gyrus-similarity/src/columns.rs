//! Columns about their means in 64-bit floats.

use ndarray::{Array1, Array2, ArrayView2, Axis, Zip};

/// Values (n, p) less the means of their columns.
///
/// A constant column's mean is its value, so that nothing is left of it.
pub(crate) fn centred(values: ArrayView2<f32>) -> Array2<f64> {
    if values.nrows() == 0 {
        return Array2::zeros(values.dim());
    }
    let first = values.row(0).mapv(f64::from);
    let mut sum = Array1::<f64>::zeros(values.ncols());
    for row in values.axis_iter(Axis(0)) {
        Zip::from(&mut sum).and(row).and(&first).for_each(|sum, &value, first| *sum += f64::from(value) - first);
    }
    let means = sum / values.nrows() as f64 + first;
    let mut centred = values.mapv(f64::from);
    centred.axis_iter_mut(Axis(0)).for_each(|mut row| row -= &means);
    centred
}

/// [`centred`] values over their Frobenius norm, `None` where nothing varies.
pub(crate) fn normalised(values: ArrayView2<f32>) -> Option<Array2<f64>> {
    let mut centred = centred(values);
    let largest = centred.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    if largest == 0.0 {
        return None;
    }
    // Scaled first, so that no square overflows.
    centred /= largest;
    let norm = centred.iter().map(|value| value * value).sum::<f64>().sqrt();
    centred /= norm;
    Some(centred)
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;
    use crate::samples::gaussian;

    #[test]
    fn columns_sum_to_nothing_and_constants_vanish() {
        let mut x = gaussian(40, 3, 1) + 1000.0;
        x.column_mut(1).fill(0.1);
        let centred = centred(x.view());
        assert!(centred.sum_axis(Axis(0)).iter().all(|sum| sum.abs() < 1e-9));
        assert!(centred.column(1).iter().all(|&value| value == 0.0));
        let norm: f64 = normalised(x.view()).expect("two columns vary").iter().map(|value| value * value).sum();
        assert_abs_diff_eq!(norm, 1.0, epsilon = 1e-12);
        assert_eq!(normalised(Array2::from_elem((5, 2), 7.0).view()), None);
    }
}
