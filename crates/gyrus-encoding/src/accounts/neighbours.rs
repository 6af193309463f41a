//! The two nearest neighbours of every row, in memory that grows with the rows and not with their square.

use std::cmp::Ordering;

use gyrus_ridge::product;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, s};

/// Rows whose distances to all later rows are in memory at a time.
const BLOCK: usize = 256;

/// A neighbour's squared distance and its row.
type Neighbour = (f64, usize);

/// Positions of the rows of `x`, `(rows, width)`, that equal none before them, in order.
pub(crate) fn distinct_rows(x: ArrayView2<f64>) -> Vec<usize> {
    let mut order: Vec<usize> = (0..x.nrows()).collect();
    order.sort_by(|&a, &b| compare(x.row(a), x.row(b)).then(a.cmp(&b)));
    order.dedup_by(|later, first| compare(x.row(*later), x.row(*first)).is_eq());
    order.sort_unstable();
    order
}

/// The order of two rows at their first different value; 0 and -0 are equal.
fn compare(a: ArrayView1<f64>, b: ArrayView1<f64>) -> Ordering {
    let different = a.iter().zip(b).find(|(a, b)| a != b);
    different.map_or(Ordering::Equal, |(a, b)| a.total_cmp(b))
}

/// Distances to the nearest and the second nearest other row, for each of the `rows` (three or more) of `x`.
///
/// Neighbours are found by |a - b|^2 = |a|^2 + |b|^2 - 2 a'b of centred rows, a block of products at a time, and each
/// distance found is then computed again from the differences, so that rounding of the products does not reach it.
pub(crate) fn two_nearest(x: ArrayView2<f64>, rows: &[usize]) -> Vec<[f64; 2]> {
    let mut x = x.select(Axis(0), rows);
    x -= &x.mean_axis(Axis(0)).expect("three rows or more");
    let squares: Array1<f64> = x.rows().into_iter().map(|row| row.dot(&row)).collect();
    let mut nearest = vec![[(f64::INFINITY, usize::MAX); 2]; rows.len()];
    for start in (0..rows.len()).step_by(BLOCK) {
        let end = (start + BLOCK).min(rows.len());
        let products = product(x.slice(s![start..end, ..]), x.slice(s![start.., ..]).t());
        offer_block(&mut nearest, start, products.view(), squares.view());
    }
    nearest.iter().enumerate().map(|(row, found)| exact(&x, row, found)).collect()
}

/// Offers every pair of a row of the block that begins at `start` and a later row to both.
fn offer_block(nearest: &mut [[Neighbour; 2]], start: usize, products: ArrayView2<f64>, squares: ArrayView1<f64>) {
    for (i, products) in products.rows().into_iter().enumerate() {
        let row = start + i;
        for (j, product) in products.iter().enumerate().skip(i + 1) {
            let other = start + j;
            let square = squares[row] + squares[other] - 2.0 * product;
            offer(&mut nearest[row], (square, other));
            offer(&mut nearest[other], (square, row));
        }
    }
}

/// Keeps the two nearest, nearest first; of equals the ones offered first.
fn offer(nearest: &mut [Neighbour; 2], other: Neighbour) {
    if other.0 < nearest[0].0 {
        *nearest = [other, nearest[0]];
    } else if other.0 < nearest[1].0 {
        nearest[1] = other;
    }
}

/// The distances of `row` to the neighbours found, nearest first.
fn exact(x: &Array2<f64>, row: usize, found: &[Neighbour; 2]) -> [f64; 2] {
    let distance = |(_, other): Neighbour| {
        let squares = x.row(row).iter().zip(x.row(other)).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
        squares.sqrt()
    };
    let [a, b] = found.map(distance);
    [a.min(b), a.max(b)]
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::array;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use rand_distr::{Distribution, StandardNormal};

    use super::*;

    /// All distances of a row, sorted; the first is that to itself.
    fn by_definition(x: &Array2<f64>, row: usize) -> [f64; 2] {
        let distance = |other: ArrayView1<f64>| (&other - &x.row(row)).mapv(|d| d * d).sum().sqrt();
        let mut all: Vec<f64> = x.rows().into_iter().map(distance).collect();
        all.sort_by(f64::total_cmp);
        [all[1], all[2]]
    }

    fn check(rows: usize, width: usize) {
        let mut rng = StdRng::seed_from_u64(rows as u64);
        let x: Array2<f64> = Array2::from_shape_simple_fn((rows, width), || StandardNormal.sample(&mut rng)) + 1000.0;
        let found = two_nearest(x.view(), &(0..rows).collect::<Vec<_>>());
        for (row, found) in found.iter().enumerate() {
            let expected = by_definition(&x, row);
            assert_abs_diff_eq!(found[0], expected[0], epsilon = 1e-11);
            assert_abs_diff_eq!(found[1], expected[1], epsilon = 1e-11);
        }
    }

    #[test]
    fn agrees_with_all_distances() {
        check(3, 1);
        check(40, 90);
    }

    #[test]
    fn agrees_across_blocks() {
        check(2 * BLOCK + 3, 5);
    }

    #[test]
    fn rows_are_distinct_by_value() {
        let x = array![[1.0, 0.0], [0.0, 2.0], [1.0, -0.0], [0.0, 2.0], [0.0, 1.0]];
        assert_eq!(distinct_rows(x.view()), [0, 1, 4]);
        assert!(distinct_rows(Array2::zeros((0, 3)).view()).is_empty());
        assert_eq!(distinct_rows(Array2::zeros((4, 0)).view()), [0]);
    }
}
