//! What debiased CKA is where the rows of one side are moved around: its null.
//!
//! With k_d the d-th diagonal of K, around its corner, sum_ab K_ab L_(a+s)(b+s) is the sum over d of the circular
//! cross-correlations of k_d and l_d at s: products of their Fourier transforms give every shift at once.

use std::ops::Range;

use ndarray::{Array2, Array3, Axis, s};
use rayon::prelude::*;

use super::band::Band;
use super::far_pairs::FarPairs;
use super::hsic::beyond_rounding;
use super::margins::Margins;
use super::spectra::{self, CrossSpectra, Plans, Spectra};
use super::{centre_all, rows, stack};
use crate::centred::Centred;
use crate::error::Error;
use crate::representation::Representation;
use crate::stretch::{even, parts};

/// Fewest diagonals that are made at a time: each time all rows are read.
const FEWEST: usize = 16;

/// Most representations on each side of a block: more would gain nothing.
const LARGEST: f64 = 256.0;

/// Debiased linear CKA of all pairs (i, j) of `representations` with i no later than j, the rows of j moved around by
/// each of `shifts`: `(shifts, representations, representations)`, NaN below the diagonal.
///
/// Row a of i meets row a + s of j, the first rows coming after the last. That keeps the autocorrelation of both sides
/// and breaks their alignment, so the values are the null distribution of [`super::CkaMatrix::debiased`], of pairs of
/// rows more than `gap` apart on both sides; the two ends that a shift brings together are left out of the sums.
/// A gap as long as rows are alike is needed here too: a shift joins the two ends of the rows, and what neighbours share
/// there is lost in every shift and never in what was observed. Without one wide layers of autocorrelated rows that know
/// nothing of each other all seem alike (docs/CALIBRATION.md).
/// All shifts together cost 2 n^2 multiplications for each pair, and a Gram matrix and its transforms for each representation
/// as often as there are blocks of them: a block is as large as half of `memory` allows, at 4 n bytes for each pair. The
/// other half is for as many diagonals as fit, 16 or more. Each thread takes 8 MiB besides, and more beyond 87,000 rows.
/// `progress` is told how many bands of diagonals of how many are done.
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
    let cut = Cut::new(layers.len(), n, memory);
    Ok(Null::new(&layers, &far, gap).values(&cut, shifts, progress))
}

/// How representations and diagonals are cut, so that sums and transforms fit the memory.
struct Cut {
    blocks: Vec<Range<usize>>,
    bands: Vec<Range<usize>>,
}

impl Cut {
    /// Of `layers` representations with `n` rows.
    fn new(layers: usize, n: usize, memory: usize) -> Self {
        let half = memory / 2;
        let blocks = even(layers, ((half / spectra::bytes(n)) as f64).sqrt().clamp(1.0, LARGEST) as usize);
        let at_once = blocks.iter().map(Range::len).max().unwrap_or(1) * blocks.len().min(2);
        // Numbers 1 to n / 2.
        let diagonals = 1..n / 2 + 1;
        let together = (half / (at_once.max(1) * spectra::bytes(n))).max(FEWEST);
        let bands = parts(diagonals.clone(), diagonals.len().div_ceil(together));
        Self { blocks, bands }
    }

    /// Every block with itself and each later one.
    fn pairs(&self) -> impl Iterator<Item = [&Range<usize>; 2]> {
        let with_later = |(at, left)| self.blocks[at..].iter().map(move |right| [left, right]);
        self.blocks.iter().enumerate().flat_map(with_later)
    }
}

/// What every pair of blocks is made of.
struct Null<'a, R> {
    layers: &'a [Centred<'a, R>],
    /// What each row adds to all its pairs, `(layers, n)`.
    alone: Array2<f64>,
    gap: usize,
    plans: Plans,
}

impl<'a, R: Representation> Null<'a, R> {
    fn new(layers: &'a [Centred<'a, R>], far: &FarPairs, gap: usize) -> Self {
        let all = [Range { start: 0, end: far.n() }];
        let margins: Vec<Margins> = layers.par_iter().map(|layer| Margins::new(layer, &all, gap)).collect();
        let alone = far.shares(&stack(&margins, |margins| margins.far_rows.sum_axis(Axis(0))));
        Self { layers, alone, gap, plans: Plans::new(far.n()) }
    }

    /// CKA of all pairs at each of `shifts`.
    fn values(&self, cut: &Cut, shifts: &[usize], progress: &mut dyn FnMut(u64, u64)) -> Array3<f64> {
        let (mut done, total) = (0, (cut.pairs().count() * cut.bands.len()) as u64);
        let mut tick = || {
            done += 1;
            progress(done, total);
        };
        let mut hsic = Array3::from_elem((shifts.len(), self.layers.len(), self.layers.len()), f64::NAN);
        let mut own = vec![f64::NAN; self.layers.len()];
        for [left, right] in cut.pairs() {
            let (sums, norms) = self.sums([left, right], &cut.bands, &mut tick);
            hsic.slice_mut(s![.., left.clone(), right.clone()]).assign(&sums.shifted(&self.plans, shifts));
            own[left.clone()].copy_from_slice(&norms);
        }
        for ((_, i, j), value) in hsic.indexed_iter_mut() {
            *value = if i <= j { *value / (own[i].sqrt() * own[j].sqrt()) } else { f64::NAN };
        }
        hsic
    }

    /// The sums over all diagonals of a pair of blocks, and HSIC of each on the left with itself, NaN where it is rounding.
    fn sums(
        &self,
        [left, right]: [&Range<usize>; 2],
        bands: &[Range<usize>],
        tick: &mut dyn FnMut(),
    ) -> (CrossSpectra, Vec<f64>) {
        let mut sums = CrossSpectra::zeros(&self.plans, left.len(), right.len());
        let mut squares = vec![[0.0; 2]; left.len()];
        for band in bands {
            let (of_left, of_band) = self.spectra(left, band);
            let of_right = (left != right).then(|| self.spectra(right, band).0);
            sums.add(&of_left, of_right.as_ref().unwrap_or(&of_left));
            let both = squares.iter_mut().flatten().zip(of_band.iter().flatten());
            both.for_each(|(sum, more)| *sum += more);
            tick();
        }
        (sums, squares.iter().map(|[size, own]| beyond_rounding(*own, *size)).collect())
    }

    /// Some diagonals of some layers, and the sums of their squares.
    fn spectra(&self, layers: &Range<usize>, band: &Range<usize>) -> (Spectra, Vec<[f64; 2]>) {
        let of = |place: usize| {
            let layer = layers.start + place;
            Band::new(&self.layers[layer], self.alone.row(layer), self.gap, band)
        };
        Spectra::new(&self.plans, (layers.len(), band.len()), of)
    }
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
