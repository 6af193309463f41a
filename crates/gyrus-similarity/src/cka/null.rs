//! What debiased CKA is where the rows of one side are moved: its null.
//!
//! Gram matrices are computed once; a row order only says which of their entries meet.

use std::ops::Range;

use ndarray::{Array3, s};
use rayon::prelude::*;

use super::far_pairs::FarPairs;
use super::grams::Grams;
use super::margins::Margins;
use super::{centre_all, rows};
use crate::error::Error;
use crate::representation::Representation;

/// An order of rows: stretches one after the other, which together hold every row once.
pub type Order = Vec<Range<usize>>;

/// Debiased linear CKA of all pairs (i, j) of `representations`, with the rows of j in each of `orders`:
/// `(orders, representations, representations)`, not symmetric.
///
/// Circular shifts `[s..n, 0..s]` keep the autocorrelation of both sides and break their alignment, so the values are
/// the null distribution of [`super::CkaMatrix::debiased`], of pairs of rows more than `gap` apart on both sides.
/// A gap as long as rows are alike is needed here too: a shift joins the two ends of the rows, and what neighbours share
/// there is lost in every shift and never in what was observed. Without one wide layers of autocorrelated rows that know
/// nothing of each other all seem alike (docs/CALIBRATION.md).
/// Rows that are not far on either side are left out of the sums, as the two ends of a shift.
/// Time is that of two Gram matrices for each block of representations that fits `memory` (4 n^2 bytes each, for both
/// sides), for every pair of blocks, and n^2 multiplications for each pair of representations and each order.
/// `progress` is told how many pairs of blocks of how many are done.
///
/// # Errors
/// As for [`super::CkaPlan::run`] without groups, and [`Error::Order`] for an order that does not hold every row once.
pub fn cka_null<R: Representation>(
    representations: &[R],
    orders: &[Order],
    gap: usize,
    memory: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Array3<f64>, Error> {
    let n = rows(representations)?;
    orders.iter().enumerate().try_for_each(|(index, order)| check(index, order, n))?;
    let layers = centre_all(representations)?;
    let whole = [Range { start: 0, end: n }];
    let far = FarPairs::new(n, &(0..0), gap);
    if !far.suffice() {
        return Err(Error::Gap { gap, rows: n });
    }
    let margins: Vec<Margins> = layers.par_iter().map(|layer| Margins::new(layer, &whole, gap)).collect();
    let grams = |layers: &[_], margins: &[Margins]| Grams::new(layers, margins, &far, gap);
    let block = (memory / (2 * size_of::<f32>() * n * n)).clamp(1, layers.len().max(1));
    let blocks: Vec<Range<usize>> =
        (0..layers.len()).step_by(block).map(|start| start..(start + block).min(layers.len())).collect();
    let mut values = Array3::zeros((orders.len(), layers.len(), layers.len()));
    let mut own = vec![f64::NAN; layers.len()];
    let (mut done, total) = (0, (blocks.len() * blocks.len()) as u64);
    for left in &blocks {
        let left_grams = grams(&layers[left.clone()], &margins[left.clone()]);
        own[left.clone()].copy_from_slice(left_grams.own());
        for right in &blocks {
            let other = (left != right).then(|| grams(&layers[right.clone()], &margins[right.clone()]));
            let right_grams = other.as_ref().unwrap_or(&left_grams);
            let found: Vec<_> = orders.par_iter().map(|order| left_grams.unbiased(right_grams, order)).collect();
            for (mut to, found) in values.outer_iter_mut().zip(found) {
                to.slice_mut(s![left.clone(), right.clone()]).assign(&found);
            }
            done += 1;
            progress(done, total);
        }
    }
    for ((_, i, j), value) in values.indexed_iter_mut() {
        *value /= own[i].sqrt() * own[j].sqrt();
    }
    Ok(values)
}

/// Whether an order holds each of `n` rows once.
fn check(index: usize, order: &Order, n: usize) -> Result<(), Error> {
    let inside = order.iter().all(|stretch| stretch.start <= stretch.end && stretch.end <= n);
    let mut stretches: Vec<&Range<usize>> = order.iter().filter(|stretch| !stretch.is_empty()).collect();
    stretches.sort_by_key(|stretch| stretch.start);
    let covered = stretches.iter().try_fold(0, |end, stretch| (stretch.start == end).then_some(stretch.end));
    if inside && covered == Some(n) { Ok(()) } else { Err(Error::Order { order: index, rows: n }) }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Array2, Axis};

    use super::super::CkaPlan;
    use super::super::tests::mixtures;
    use super::*;

    fn orders() -> Vec<Order> {
        vec![vec![0..50, 50..50], vec![17..50, 0..17], vec![30..50, 0..11, 11..30], vec![49..50, 0..49]]
    }

    fn moved(x: &Array2<f32>, order: &Order) -> Array2<f32> {
        x.select(Axis(0), &order.iter().flat_map(Clone::clone).collect::<Vec<_>>())
    }

    #[test]
    fn equals_the_cka_of_moved_rows_whatever_the_memory() -> Result<(), Error> {
        let layers = mixtures(50, &[3, 70, 9]);
        for memory in [0, 2 * 4 * 2500 * 2, usize::MAX] {
            let found = cka_null(&layers, &orders(), 0, memory, &mut |_, _| {})?;
            for (order, found) in orders().iter().zip(found.outer_iter()) {
                for ((i, j), found) in found.indexed_iter() {
                    let pair = [layers[i].clone(), moved(&layers[j], order)];
                    let expected = CkaPlan::new(memory).run(&pair, &mut |_, _| {})?.debiased[[0, 1]];
                    assert_abs_diff_eq!(*found, expected, epsilon = 1e-6);
                }
            }
        }
        Ok(())
    }

    #[test]
    fn the_number_of_threads_changes_not_a_bit() -> Result<(), Box<dyn std::error::Error>> {
        let layers = mixtures(50, &[3, 70, 9]);
        let with = |threads: usize| -> Result<Array3<f64>, Box<dyn std::error::Error>> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            Ok(pool.install(|| cka_null(&layers, &orders(), 0, 1 << 16, &mut |_, _| {}))?)
        };
        assert_eq!(with(1)?, with(3)?);
        Ok(())
    }

    #[test]
    fn orders_that_lose_or_repeat_rows_are_refused_and_what_does_not_vary_is_undefined() -> Result<(), Error> {
        let layers = [mixtures(9, &[3])[0].clone(), Array2::ones((9, 2))];
        for order in [
            vec![0..8, 8..8],
            vec![0..5, 4..9],
            vec![1..9, 0..2],
            vec![0..10, 10..10],
            vec![0..9, 20..20],
            vec![0..9, Range { start: 9, end: 4 }],
        ] {
            let found = cka_null(&layers, &[vec![3..9, 0..3], order], 0, 0, &mut |_, _| {});
            assert_eq!(found, Err(Error::Order { order: 1, rows: 9 }));
        }
        let found = cka_null(&layers, &[vec![3..9, 0..3]], 0, 0, &mut |_, _| {})?;
        assert_eq!(found.mapv(f64::is_nan).into_raw_vec_and_offset().0, [false, true, true, true]);
        Ok(())
    }
}
