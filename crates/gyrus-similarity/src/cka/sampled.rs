//! What equal columns add to a norm, for estimates that take columns for a sample of endlessly many.

use std::ops::Range;

use ndarray::{Array1, Array2, s};
use rayon::prelude::*;

use super::far_pairs::{FarPairs, near};
use super::margins::{panels, running};
use crate::centred::Centred;
use crate::representation::Representation;

/// sum over columns q of the unbiased HSIC of x_q x_q' with itself, `[subset][layer]`, over the rows that each of
/// `subsets` keeps; rows are far where they are more than `gap` apart.
pub(crate) fn equal_columns<R: Representation>(
    layers: &[Centred<R>],
    n: usize,
    left_out: &[Range<usize>],
    gap: usize,
) -> Vec<Vec<f64>> {
    let subset = |left_out: &Range<usize>| {
        let counts = FarPairs::new(n, left_out, gap);
        let layer = |layer: &Centred<R>| panels(layer, n).map(|panel| of_panel(panel, left_out, gap, counts)).sum();
        layers.par_iter().map(layer).collect()
    };
    left_out.iter().map(subset).collect()
}

/// The sum over the columns of a panel: with W a window of near rows, tr(KK) = sum_a x_a^2 (sum_b x_b^2 - sum_W x_b^2)
/// and (K1)_a = x_a (sum_b x_b - sum_W x_b); rows that are left out are 0.
fn of_panel(mut panel: Array2<f64>, left_out: &Range<usize>, gap: usize, counts: FarPairs) -> f64 {
    panel.slice_mut(s![left_out.clone(), ..]).fill(0.0);
    let n = panel.nrows();
    let squares = panel.mapv(|x| x * x);
    let (before, squares_before) = (running(&panel), running(&squares));
    let [mut pairs, mut totals, mut rows] = [(); 3].map(|()| Array1::<f64>::zeros(panel.ncols()));
    for a in 0..n {
        let window = near(a, n, gap);
        let far = |sums: &Array2<f64>| &sums.row(n) - &sums.row(window.end) + sums.row(window.start);
        pairs += &(&squares.row(a) * far(&squares_before));
        let row = &panel.row(a) * far(&before);
        rows += &(&row * &row);
        totals += &row;
    }
    let one = |((pairs, total), rows): ((&f64, &f64), &f64)| counts.unbiased(*pairs, total * total, *rows);
    pairs.iter().zip(&totals).zip(&rows).map(one).sum()
}

#[cfg(test)]
mod tests {
    use ndarray::Axis;

    use super::*;
    use crate::Error;

    /// HSIC of x x' with itself by its sums over tuples.
    fn by_tuples(x: &[f64], rows: &[usize], gap: usize) -> f64 {
        let far = |a: usize, b: usize| a.abs_diff(b) > gap;
        let pairs: Vec<(usize, usize)> =
            rows.iter().flat_map(|a| rows.iter().map(move |b| (*a, *b))).filter(|(a, b)| far(*a, *b)).collect();
        let k = |(a, b): (usize, usize)| x[a] * x[b];
        let mean = |holds: &dyn Fn((usize, usize), (usize, usize)) -> bool| {
            let all = pairs.iter().flat_map(|one| pairs.iter().map(move |other| (*one, *other)));
            let values: Vec<f64> =
                all.filter(|(one, other)| holds(*one, *other)).map(|(one, other)| k(one) * k(other)).collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        mean(&|one, other| one == other) + mean(&|(a, b), (c, d)| a != c && a != d && b != c && b != d)
            - 2.0 * mean(&|(a, b), (c, d)| a == c && b != d)
    }

    #[test]
    fn equals_the_means_over_tuples() -> Result<(), Error> {
        let x = Array2::from_shape_fn((11, 3), |(i, j)| ((i * 5 + j * 7) % 11) as f32 - 4.0 * j as f32);
        let layers = [Centred::new(0, &x)?];
        let centred = panels(&layers[0], 11).next().expect("three columns");
        let subsets = [0..0, 2..5];
        for gap in [0, 2] {
            let found = equal_columns(&layers, 11, &subsets, gap);
            for (found, left_out) in found.iter().zip(&subsets) {
                let rows: Vec<usize> = (0..11).filter(|row| !left_out.contains(row)).collect();
                let expected: f64 =
                    centred.axis_iter(Axis(1)).map(|column| by_tuples(&column.to_vec(), &rows, gap)).sum();
                approx::assert_relative_eq!(found[0], expected, max_relative = 1e-10);
            }
        }
        Ok(())
    }
}
