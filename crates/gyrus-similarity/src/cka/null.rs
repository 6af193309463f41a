//! What debiased CKA is where the rows of one side are moved around: its null.
//!
//! With k_d the d-th diagonal of K, around its corner, sum_ab K_ab L_(a+s)(b+s) is the sum over d of the circular
//! cross-correlations of k_d and l_d at s: products of their Fourier transforms give every shift at once.

use std::ops::Range;

use ndarray::{Array3, s};
use rayon::prelude::*;

use super::far_pairs::FarPairs;
use super::margins::Margins;
use super::spectra::Spectra;
use super::{centre_all, rows};
use crate::error::Error;
use crate::representation::Representation;
use crate::stretch::even;

/// Most representations on each side of a block.
const LARGEST: usize = 48;

/// Debiased linear CKA of all pairs (i, j) of `representations` with i no later than j, the rows of j moved around by
/// each of `shifts`: `(shifts, representations, representations)`, NaN below the diagonal.
///
/// Row a of i meets row a + s of j, the first rows coming after the last. That keeps the autocorrelation of both sides
/// and breaks their alignment, so the values are the null distribution of [`super::CkaMatrix::debiased`], of pairs of
/// rows more than `gap` apart on both sides; the two ends that a shift brings together are left out of the sums.
/// A gap as long as rows are alike is needed here too: a shift joins the two ends of the rows, and what neighbours share
/// there is lost in every shift and never in what was observed. Without one wide layers of autocorrelated rows that know
/// nothing of each other all seem alike (docs/CALIBRATION.md).
/// All shifts together cost 2 n^2 multiplications for each pair, and about 2 n^2 bytes for each representation of two
/// blocks that fit `memory`; smaller blocks are transformed more often.
/// `progress` is told how many pairs of blocks of how many are done.
///
/// # Errors
/// As for [`super::CkaPlan::run`] without groups, and [`Error::Shift`] for a shift of 0 or of all rows.
pub fn cka_null<R: Representation>(
    representations: &[R],
    shifts: &[usize],
    gap: usize,
    memory: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Array3<f64>, Error> {
    let n = rows(representations)?;
    if let Some(shift) = shifts.iter().find(|shift| **shift == 0 || **shift >= n) {
        return Err(Error::Shift { shift: *shift, rows: n });
    }
    let far = FarPairs::new(n, &(0..0), gap);
    if !far.suffice() {
        return Err(Error::Gap { gap, rows: n });
    }
    if shifts.is_empty() {
        return Ok(Array3::zeros((0, representations.len(), representations.len())));
    }
    let layers = centre_all(representations)?;
    let margins: Vec<Margins> =
        layers.par_iter().map(|layer| Margins::new(layer, &[Range { start: 0, end: n }], gap)).collect();
    let blocks = even(layers.len(), (memory / (4 * n * n)).clamp(1, LARGEST));
    let spectra = |block: &Range<usize>| Spectra::new(&layers[block.clone()], &margins[block.clone()], &far, gap);
    let mut hsic = Array3::from_elem((shifts.len(), layers.len(), layers.len()), f64::NAN);
    let mut own = vec![f64::NAN; layers.len()];
    let (mut done, total) = (0, (blocks.len() * (blocks.len() + 1) / 2) as u64);
    for (at, left) in blocks.iter().enumerate() {
        let of_left = spectra(left);
        for right in &blocks[at..] {
            let other = (left != right).then(|| spectra(right));
            let of_right = other.as_ref().unwrap_or(&of_left);
            let found = of_left.shifted(of_right, shifts);
            hsic.slice_mut(s![.., left.clone(), right.clone()]).assign(&found);
            done += 1;
            progress(done, total);
        }
        own[left.clone()].copy_from_slice(of_left.own());
    }
    for ((_, i, j), value) in hsic.indexed_iter_mut() {
        *value = if i <= j { *value / (own[i].sqrt() * own[j].sqrt()) } else { f64::NAN };
    }
    Ok(hsic)
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::{Array2, Axis};

    use super::super::CkaPlan;
    use super::super::far_pairs::tests::left_over;
    use super::super::tests::mixtures;
    use super::*;

    /// Row a of what is given is row a + `shift` of `x`.
    fn moved(x: &Array2<f32>, shift: usize) -> Array2<f32> {
        let n = x.nrows();
        x.select(Axis(0), &(0..n).map(|a| (a + shift) % n).collect::<Vec<_>>())
    }

    #[test]
    fn equals_the_cka_of_moved_rows_whatever_the_memory() -> Result<(), Error> {
        for n in [50, 51] {
            let layers = mixtures(n, &[3, 70, 9]);
            let shifts = [1, 17, 25, n - 1];
            for memory in [0, 4 * n * n * 2, usize::MAX] {
                let found = cka_null(&layers, &shifts, 0, memory, &mut |_, _| {})?;
                for (shift, found) in shifts.iter().zip(found.outer_iter()) {
                    for ((i, j), found) in found.indexed_iter().filter(|((i, j), _)| i <= j) {
                        let pair = [layers[i].clone(), moved(&layers[j], *shift)];
                        let expected = CkaPlan::new(memory).run(&pair, &mut |_, _| {})?.debiased[[0, 1]];
                        assert_abs_diff_eq!(*found, expected, epsilon = 1e-5);
                    }
                    assert!(found[[2, 1]].is_nan());
                }
            }
        }
        Ok(())
    }

    /// What is left of far pairs of either side, multiplied with the other's.
    #[test]
    fn a_gap_leaves_near_rows_of_both_sides_out() -> Result<(), Error> {
        let (n, gap, shift) = (60, 4, 23);
        let layers = mixtures(n, &[5, 8]);
        let all: Vec<usize> = (0..n).collect();
        let rest = |x: &Array2<f32>| {
            let x = x.mapv(f64::from);
            left_over(&x.dot(&x.t()), &all, gap)
        };
        let (k, l) = (rest(&layers[0]), rest(&layers[1]));
        let turned = Array2::from_shape_fn((n, n), |(a, b)| l[[(a + shift) % n, (b + shift) % n]]);
        let product = |k: &Array2<f64>, l: &Array2<f64>| (k * l).sum();
        let expected = product(&k, &turned) / (product(&k, &k) * product(&l, &l)).sqrt();
        let found = cka_null(&layers, &[shift], gap, usize::MAX, &mut |_, _| {})?[[0, 0, 1]];
        assert_abs_diff_eq!(found, expected, epsilon = 1e-5);
        Ok(())
    }

    #[test]
    fn the_number_of_threads_changes_not_a_bit() -> Result<(), Box<dyn std::error::Error>> {
        let layers = mixtures(50, &[3, 70, 9]);
        let with = |threads: usize| -> Result<Vec<u64>, Box<dyn std::error::Error>> {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            let found = pool.install(|| cka_null(&layers, &[5, 20], 2, 1 << 15, &mut |_, _| {}))?;
            Ok(found.iter().map(|value| value.to_bits()).collect())
        };
        assert_eq!(with(1)?, with(3)?);
        Ok(())
    }

    #[test]
    fn shifts_that_move_nothing_are_refused_and_what_does_not_vary_is_undefined() -> Result<(), Error> {
        let layers = [mixtures(9, &[3])[0].clone(), Array2::ones((9, 2))];
        for shift in [0, 9] {
            let found = cka_null(&layers, &[3, shift], 0, 0, &mut |_, _| {});
            assert_eq!(found, Err(Error::Shift { shift, rows: 9 }));
        }
        let found = cka_null(&layers, &[3], 0, 0, &mut |_, _| {})?;
        assert_eq!(found.mapv(f64::is_nan).into_raw_vec_and_offset().0, [false, true, true, true]);
        Ok(())
    }
}
