//! Representational similarity analysis: how alike the distances between rows are in two representations.

mod comparison;
mod condensed;
mod ranks;

use ndarray::{Array1, Array2, ArrayView2};

pub use self::comparison::Comparison;
use self::comparison::unit;
use self::condensed::{condensed, n_pairs};
use crate::checks::check;
use crate::distance::Distance;
use crate::error::Error;
use crate::gram::{Spare, TILE};
use crate::lanes::dot;
use crate::pairs::{Room, all_pairs};
use crate::prepared::Prepared;

/// Fewest rows: two have one distance, which does not vary.
const FEWEST_ROWS: usize = 3;

/// Most rows, so that a pair of rows has a number of 32 bits.
const MOST_ROWS: usize = 92_682;

/// Bytes that a pair of rows takes while a layer is made: its distance, twice its place among the others, and its rank.
const WORKING: usize = 4 + 8 + 8 + 8;

/// Compares the dissimilarity matrices of all pairs of representations (n, p_i) of the same n rows, each way of
/// `comparisons` giving one symmetric (representations, representations), in the same order.
///
/// A representation's dissimilarity matrix holds the `distance` of every two of its rows; two matrices are compared
/// over the n (n - 1) / 2 pairs above their diagonals (Kriegeskorte, Mur and Bandettini 2008).
/// Products are summed over at most 512 columns in 32-bit floats and beyond that in 64-bit ones, about the mean row;
/// rows that are the same have distance 0 exactly, so that ties stay ties.
///
/// A representation is undefined, NaN with every other and itself, where its distances do not vary, and where a row has
/// no distance: of zeros for [`Distance::Cosine`], of equal columns for [`Distance::Correlation`].
/// `memory` bounds the bytes taken beside the inputs, to no less than two representations' worth: where not all
/// matrices fit, they are computed several times. It changes no result, nor does the number of threads.
/// `progress` is told how many matrices of how many are done.
///
/// # Errors
/// There are fewer than 3 rows or more than 92,682, the numbers of rows differ, or a value is not finite.
///
/// # Example
/// ```
/// use gyrus_similarity::{Comparison, Distance, rsa};
/// use ndarray::array;
///
/// let x = array![[1.0_f32, 0.0], [0.0, 1.0], [2.0, 1.0], [5.0, 3.0]];
/// let far = array![[10.0_f32], [10.5], [11.0], [99.0]];
/// let found = rsa(&[x.view(), far.view()], Distance::Euclidean, &[Comparison::Spearman], 1 << 20, &mut |_, _| {})?;
/// assert_eq!(found[0][[0, 0]], 1.0);
/// assert!(found[0][[0, 1]] > 0.5);
/// # Ok::<(), gyrus_similarity::Error>(())
/// ```
pub fn rsa(
    representations: &[ArrayView2<f32>],
    distance: Distance,
    comparisons: &[Comparison],
    memory: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Vec<Array2<f64>>, Error> {
    let n = check(representations, "a comparison of dissimilarities", FEWEST_ROWS)?;
    check_pairs(n)?;
    let layers = representations.len();
    let width = representations.iter().map(|values| values.ncols()).max().unwrap_or(0);
    let each = size_of::<f32>() * comparisons.len() * n_pairs(n);
    let working = size_of::<f32>() * n * width + WORKING * n_pairs(n) + TILE * rayon::current_num_threads();
    let room = Room::of(layers, each, working, memory);
    let spare = Spare::default();
    let make = |layer: usize| {
        let distances = distances(representations[layer].view(), distance, &spare);
        Ok(comparisons.iter().map(|way| unit(distances.as_deref()?, *way)).collect::<Vec<_>>())
    };
    let pair = |a: &Vec<Option<Vec<f32>>>, b: &Vec<Option<Vec<f32>>>| {
        Ok(a.iter().zip(b).map(|(a, b)| a.as_deref().zip(b.as_deref()).map_or(f64::NAN, |(a, b)| dot(a, b))).collect())
    };
    let mut found = vec![Array2::from_elem((layers, layers), f64::NAN); comparisons.len()];
    for (i, j, values) in all_pairs(layers, room, make, pair, progress)? {
        let values: Vec<f64> = values;
        for (matrix, value) in found.iter_mut().zip(values) {
            // A matrix is like itself, whatever rounding says.
            let value = if i == j && !value.is_nan() { 1.0 } else { value };
            (matrix[[i, j]], matrix[[j, i]]) = (value, value);
        }
    }
    Ok(found)
}

/// The distances of every two rows of a representation (n, p), (n (n - 1) / 2): row 0 with 1, 2, ..., row 1 with 2, ...
///
/// They are NaN where a row has no such distance; see [`rsa`].
///
/// # Errors
/// There are more than 92,682 rows, or a value is not finite.
pub fn dissimilarities(representation: ArrayView2<f32>, distance: Distance) -> Result<Array1<f32>, Error> {
    let n = check(&[representation.view()], "a dissimilarity", 0)?;
    check_pairs(n)?;
    let undefined = || vec![f32::NAN; n_pairs(n)];
    Ok(Array1::from_vec(distances(representation, distance, &Spare::default()).unwrap_or_else(undefined)))
}

fn check_pairs(rows: usize) -> Result<(), Error> {
    match rows > MOST_ROWS {
        true => Err(Error::ManyRows { most: MOST_ROWS, rows }),
        false => Ok(()),
    }
}

/// The distances of every two rows, `None` where a row has none.
fn distances(values: ArrayView2<f32>, distance: Distance, spare: &Spare) -> Option<Vec<f32>> {
    let prepared = Prepared::of(values, distance)?;
    let (scale, squared) = (prepared.scale, prepared.scale * prepared.scale);
    Some(spare.with(|rows| {
        prepared.lay(rows);
        match distance {
            Distance::Euclidean => condensed(rows, |d| scale * d.sqrt()),
            Distance::SquaredEuclidean => condensed(rows, |d| squared * d),
            Distance::Correlation | Distance::Cosine => condensed(rows, |d| 0.5 * squared * d),
        }
    }))
}

#[cfg(test)]
mod tests;
