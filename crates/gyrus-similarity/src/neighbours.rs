//! Mutual nearest neighbours: how many of a row's nearest rows are the same in two representations.

use std::ops::Range;

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use crate::checks::check;
use crate::distance::Distance;
use crate::error::Error;
use crate::gram::{Packed, Part, TILE, Tile};
use crate::pairs::{Room, all_pairs};
use crate::prepared::Prepared;

/// How neighbours are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NeighbourParams {
    /// Nearest rows that count as a row's neighbours.
    pub neighbours: usize,
    /// What is near.
    pub distance: Distance,
    /// Rows at most this many rows away are nobody's neighbours; 0 excludes a row itself alone. Rows that are near in
    /// time share context, and without a gap they are each other's neighbours in every representation.
    pub gap: usize,
}

/// Ten neighbours by cosine without a gap, as in Huh et al. (2024).
impl Default for NeighbourParams {
    fn default() -> Self {
        Self { neighbours: 10, distance: Distance::Cosine, gap: 0 }
    }
}

/// How many neighbours all pairs share.
#[derive(Debug, Clone, PartialEq)]
pub struct NeighbourOverlap {
    /// Mean over rows of the shared share of the k neighbours (representations, representations), symmetric.
    pub overlap: Array2<f64>,
    /// What independent representations share on average: the mean over rows of k / candidates, which is k / (n - 1)
    /// without a gap. NaN without rows.
    pub chance: f64,
}

/// Mutual nearest-neighbour overlap of all pairs of representations (n, p_i) of the same n rows (Huh et al. 2024).
///
/// With N_i(a) the k rows nearest to row a in representation i, itself and those within the gap excluded:
/// mean over a of |N_i(a) and N_j(a)| / k.
/// Products are of 32-bit floats about the mean row, their sums beyond 512 columns of 64-bit ones; of rows that are
/// equally near the earlier is the neighbour.
/// It does not change where columns are turned or all scaled, and reaches its chance, not 0, where nothing is shared.
///
/// A representation is undefined, NaN with every other and itself, where its rows do not vary, and where a row has no
/// distance: of zeros for [`Distance::Cosine`], of equal columns for [`Distance::Correlation`].
/// Products of all rows with all never stand in memory, only tiles of them. `memory` bounds the bytes taken beside the
/// inputs, to no less than two representations' worth; it changes no result, nor does the number of threads.
/// `progress` is told how many representations of how many are done.
///
/// # Errors
/// There are fewer than 3 rows, the numbers of rows differ, a value is not finite, or the neighbours asked for are 0 or
/// more than some row has candidates.
///
/// # Example
/// ```
/// use gyrus_similarity::{NeighbourParams, neighbour_overlap};
/// use ndarray::array;
///
/// let x = array![[1.0_f32, 0.0], [0.9, 0.1], [0.0, 1.0], [0.1, 0.9]];
/// let params = NeighbourParams { neighbours: 1, ..Default::default() };
/// let found = neighbour_overlap(&[x.view(), (2.0 * &x).view()], &params, 1 << 20, &mut |_, _| {})?;
/// assert_eq!((found.overlap[[0, 1]], found.chance), (1.0, 1.0 / 3.0));
/// # Ok::<(), gyrus_similarity::Error>(())
/// ```
pub fn neighbour_overlap(
    representations: &[ArrayView2<f32>],
    params: &NeighbourParams,
    memory: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<NeighbourOverlap, Error> {
    let n = check(representations, "a comparison of neighbours", 3)?;
    let chance = chance(n, params)?;
    let layers = representations.len();
    let width = representations.iter().map(|values| values.ncols()).max().unwrap_or(0);
    let working = size_of::<f32>() * n * width + TILE * rayon::current_num_threads();
    let room = Room::of(layers, size_of::<u32>() * n * params.neighbours, working, memory);
    let make = |layer: usize| Ok(nearest(representations[layer].view(), params));
    let pair = |a: &Option<Lists>, b: &Option<Lists>| {
        Ok(a.as_ref().zip(b.as_ref()).map_or(f64::NAN, |(a, b)| shared(a, b) as f64 / a.len() as f64))
    };
    let mut overlap = Array2::from_elem((layers, layers), f64::NAN);
    for (i, j, value) in all_pairs(layers, room, make, pair, progress)? {
        (overlap[[i, j]], overlap[[j, i]]) = (value, value);
    }
    Ok(NeighbourOverlap { overlap, chance })
}

/// The neighbours of each row (n, k), in the order of their numbers.
type Lists = Array2<u32>;

/// Mean over rows of k / candidates.
fn chance(n: usize, params: &NeighbourParams) -> Result<f64, Error> {
    let candidates = |row: usize| n - excluded(row, n, params.gap).len();
    let fewest = (0..n).map(candidates).min();
    if params.neighbours == 0 || fewest.is_some_and(|fewest| fewest < params.neighbours) {
        return Err(Error::Neighbours { neighbours: params.neighbours, candidates: fewest.unwrap_or(0) });
    }
    Ok((0..n).map(|row| params.neighbours as f64 / candidates(row) as f64).sum::<f64>() / n as f64)
}

/// The rows that are not neighbours of `row`.
fn excluded(row: usize, n: usize, gap: usize) -> Range<usize> {
    row.saturating_sub(gap)..n.min(row.saturating_add(gap).saturating_add(1))
}

/// The neighbours of each row, `None` where they are undefined.
fn nearest(values: ArrayView2<f32>, params: &NeighbourParams) -> Option<Lists> {
    let prepared = Prepared::of(values, params.distance)?;
    if prepared.scale == 0.0 {
        return None;
    }
    let mut rows = Packed::default();
    prepared.lay(&mut rows);
    let norms = rows.squared_norms();
    let strips = rows.strips();
    let of_strip = |strip: &Range<usize>| {
        let mut tile = Tile::default();
        let mut best: Vec<Best> = rows.rows_of(strip).map(|_| Best::new(params.neighbours)).collect();
        for columns in &strips {
            tile.fill((&rows, strip), (&rows, columns), Part::Whole);
            for (at, (row, best)) in rows.rows_of(strip).zip(&mut best).enumerate() {
                let not = excluded(row, rows.n_rows(), params.gap);
                // Half the squared distance less what is the row's own.
                let near =
                    rows.rows_of(columns).zip(tile.row(at)).map(|(j, product)| (norms[j] / 2.0 - product, j as u32));
                near.filter(|(_, j)| !not.contains(&(*j as usize))).for_each(|candidate| best.offer(candidate));
            }
        }
        best.into_iter().flat_map(Best::sorted).collect::<Vec<u32>>()
    };
    let lists = strips.par_iter().map(of_strip).collect::<Vec<_>>().concat();
    Some(Array2::from_shape_vec((rows.n_rows(), params.neighbours), lists).expect("as many neighbours for every row"))
}

/// The nearest candidates so far, nearest first.
#[derive(Debug, Clone)]
struct Best {
    nearest: Vec<(f64, u32)>,
    most: usize,
}

impl Best {
    fn new(most: usize) -> Self {
        Self { nearest: Vec::with_capacity(most + 1), most }
    }

    /// Takes a candidate in where it is nearer than one of those there are; candidates come in the order of their rows.
    fn offer(&mut self, candidate: (f64, u32)) {
        if self.nearest.len() == self.most && self.nearest.last().is_some_and(|last| candidate.0 >= last.0) {
            return;
        }
        let at = self.nearest.partition_point(|other| other.0 <= candidate.0);
        self.nearest.insert(at, candidate);
        self.nearest.truncate(self.most);
    }

    fn sorted(self) -> Vec<u32> {
        let mut rows: Vec<u32> = self.nearest.into_iter().map(|(_, row)| row).collect();
        rows.sort_unstable();
        rows
    }
}

/// How many neighbours two representations share, over all rows.
fn shared(a: &Lists, b: &Lists) -> usize {
    a.rows()
        .into_iter()
        .zip(b.rows())
        .map(|(a, b)| a.iter().filter(|row| b.iter().any(|other| other == *row)).count())
        .sum()
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::Axis;

    use super::*;
    use crate::samples::{family, gaussian, turned, views, with_any_threads};

    fn of(layers: &[Array2<f32>], params: &NeighbourParams, memory: usize) -> Result<NeighbourOverlap, Error> {
        neighbour_overlap(&views(layers), params, memory, &mut |_, _| {})
    }

    /// Neighbours by sorting all rows by their distance.
    fn by_definition(x: &Array2<f32>, row: usize, params: &NeighbourParams) -> Vec<usize> {
        let x = x.mapv(f64::from);
        let distance = |other: usize| {
            let (a, b) = (x.row(row), x.row(other));
            match params.distance {
                Distance::Cosine => 1.0 - a.dot(&b) / (a.dot(&a) * b.dot(&b)).sqrt(),
                _ => (&a - &b).mapv(|value| value * value).sum(),
            }
        };
        let mut others: Vec<usize> = (0..x.nrows()).filter(|other| other.abs_diff(row) > params.gap).collect();
        others.sort_by(|&a, &b| distance(a).total_cmp(&distance(b)));
        others.truncate(params.neighbours);
        others
    }

    fn check(layers: &[Array2<f32>], params: &NeighbourParams) -> Result<(), Error> {
        let found = of(layers, params, usize::MAX)?;
        let n = layers[0].nrows();
        for ((i, j), &overlap) in found.overlap.indexed_iter() {
            let shared = |row: usize| {
                let (a, b) = (by_definition(&layers[i], row, params), by_definition(&layers[j], row, params));
                a.iter().filter(|other| b.contains(other)).count()
            };
            let expected = (0..n).map(shared).sum::<usize>() as f64 / (n * params.neighbours) as f64;
            assert_abs_diff_eq!(overlap, expected, epsilon = 1e-12);
        }
        Ok(())
    }

    #[test]
    fn agrees_with_the_definition() -> Result<(), Error> {
        let layers = family(60, &[3, 8, 40]);
        for distance in [Distance::Cosine, Distance::Euclidean] {
            for gap in [0, 5] {
                check(&layers, &NeighbourParams { neighbours: 7, distance, gap })?;
            }
        }
        check(&family(150, &[5, 600]), &NeighbourParams::default())
    }

    #[test]
    fn rotation_and_scaling_change_nothing() -> Result<(), Error> {
        let x = gaussian(80, 6, 1);
        let found = of(&[x.clone(), turned(&x) * 4.0], &NeighbourParams::default(), 0)?.overlap;
        assert!(found[[0, 1]] > 0.99, "{found}");
        assert_eq!(found[[0, 0]], 1.0);
        Ok(())
    }

    #[test]
    fn independent_gaussians_share_what_chance_says() -> Result<(), Error> {
        let layers = [gaussian(800, 20, 3), gaussian(800, 30, 4)];
        for gap in [0, 100] {
            let found = of(&layers, &NeighbourParams { gap, ..Default::default() }, usize::MAX)?;
            assert_abs_diff_eq!(found.overlap[[0, 1]], found.chance, epsilon = 0.004);
        }
        assert_abs_diff_eq!(of(&layers, &NeighbourParams::default(), 0)?.chance, 10.0 / 799.0, epsilon = 1e-12);
        Ok(())
    }

    /// Both wander slowly and know nothing of each other.
    #[test]
    fn rows_that_are_near_in_time_are_alike_everywhere_unless_a_gap_excludes_them() -> Result<(), Error> {
        let wander = |seed| {
            let mut x = gaussian(600, 5, seed);
            x.accumulate_axis_inplace(Axis(0), |before, value| *value += 0.95 * before);
            x
        };
        let layers = [wander(5), wander(6)];
        let without = of(&layers, &NeighbourParams::default(), 0)?;
        let with = of(&layers, &NeighbourParams { gap: 60, ..Default::default() }, 0)?;
        assert!(without.overlap[[0, 1]] > 5.0 * without.chance, "{without:?}");
        assert!(with.overlap[[0, 1]] < 2.0 * with.chance, "{with:?}");
        Ok(())
    }

    #[test]
    fn neither_memory_nor_threads_change_a_bit() -> Result<(), Error> {
        let layers = family(300, &[20, 600, 7]);
        let all = of(&layers, &NeighbourParams::default(), usize::MAX)?;
        assert_eq!(with_any_threads(|| of(&layers, &NeighbourParams::default(), 0)), Ok(all));
        Ok(())
    }

    #[test]
    fn what_has_no_neighbours_is_undefined() -> Result<(), Error> {
        let mut zero = gaussian(20, 3, 6);
        zero.row_mut(4).fill(0.0);
        let layers = [gaussian(20, 4, 5), Array2::from_elem((20, 3), 0.1), Array2::zeros((20, 0)), zero];
        let found = of(&layers, &NeighbourParams::default(), usize::MAX)?.overlap;
        assert_eq!(found.mapv(f64::is_nan).row(0).to_vec(), [false, true, true, true]);
        assert!(found.rows().into_iter().skip(1).flatten().all(|value| value.is_nan()));
        Ok(())
    }

    #[test]
    fn more_neighbours_than_rows_are_refused() {
        let with = |neighbours, gap| {
            of(&[gaussian(12, 3, 1)], &NeighbourParams { neighbours, gap, ..Default::default() }, 0).map(|_| ())
        };
        assert_eq!(with(11, 0), Ok(()));
        assert_eq!(with(12, 0), Err(Error::Neighbours { neighbours: 12, candidates: 11 }));
        assert_eq!(with(6, 3), Err(Error::Neighbours { neighbours: 6, candidates: 5 }));
        assert!(matches!(with(0, 0), Err(Error::Neighbours { .. })));
        let mut bad = gaussian(5, 3, 8);
        bad[[1, 2]] = f32::NAN;
        let found = of(&[bad], &NeighbourParams { neighbours: 2, ..Default::default() }, 0);
        assert!(matches!(found, Err(Error::NotFinite { row: 1, column: 2, .. })));
    }
}
