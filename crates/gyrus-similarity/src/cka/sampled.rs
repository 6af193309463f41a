//! What equal columns add to a norm, for estimates that take columns for a sample of endlessly many.

use ndarray::{Array1, Array2};
use rayon::prelude::*;

use super::far_pairs::FarPairs;
use super::margins::panels;
use crate::centred::Centred;
use crate::representation::Representation;

/// sum over columns q of the unbiased HSIC of x_q x_q' with itself, times the factor of [`FarPairs`], `[subset][layer]`,
/// over the pairs of rows of each subset.
pub(crate) fn equal_columns<R: Representation>(layers: &[Centred<R>], subsets: &[FarPairs]) -> Vec<Vec<f64>> {
    let subset = |far: &FarPairs| {
        let layer = |layer: &Centred<R>| panels(layer, far.n()).map(|panel| of_panel(panel, far)).sum();
        layers.par_iter().map(layer).collect()
    };
    subsets.iter().map(subset).collect()
}

/// The sum over the columns of a panel.
fn of_panel(panel: Array2<f64>, far: &FarPairs) -> f64 {
    panel.columns().into_iter().map(|column| of_column(column.to_owned(), far)).sum()
}

/// With W 1 for far pairs of rows, tr(KK) = sum_a x_a^2 (W x^2)_a and (K1)_a = x_a (W x)_a.
fn of_column(mut x: Array1<f64>, far: &FarPairs) -> f64 {
    far.leave_out(x.view_mut());
    let squares = &x * &x;
    let rows = far.sums(&x) * &x;
    FarPairs::unbiased(far.sums(&squares).dot(&squares), far.share(rows.view()).dot(&rows))
}

#[cfg(test)]
mod tests {
    use ndarray::{ArrayView1, Axis};

    use super::super::far_pairs::tests::left_over;
    use super::*;
    use crate::Error;

    #[test]
    fn equals_what_is_left_of_each_column() -> Result<(), Error> {
        let x = Array2::from_shape_fn((11, 3), |(i, j)| ((i * 5 + j * 7) % 11) as f32 - 4.0 * j as f32);
        let layers = [Centred::new(0, &x)?];
        let centred = panels(&layers[0], 11).next().expect("three columns");
        for (left_out, gap) in [(0..0, 0), (2..5, 0), (0..0, 2), (2..5, 2)] {
            let kept: Vec<usize> = (0..11).filter(|row| !left_out.contains(row)).collect();
            let square = |column: ArrayView1<f64>| {
                let column = column.insert_axis(Axis(1));
                left_over(&column.dot(&column.t()), &kept, gap).mapv(|x| x * x).sum()
            };
            let expected: f64 = centred.axis_iter(Axis(1)).map(square).sum();
            let found = equal_columns(&layers, &[FarPairs::new(11, &left_out, gap)]);
            approx::assert_relative_eq!(found[0][0], expected, max_relative = 1e-8);
        }
        Ok(())
    }
}
