//! Canonical correlation analysis: how much of the space that two representations span is the same, whatever its scale.

mod basis;

use ndarray::{Array2, ArrayView2};

use self::basis::{Basis, Canonical};
use crate::checks::check;
use crate::error::Error;
use crate::pairs::{Room, all_pairs};

/// Fewest rows: with fewer, two columns already have a correlation of 1 by counting alone.
const FEWEST_ROWS: usize = 4;

/// What canonical correlations rho_1 ... rho_m say of every pair, each (representations, representations).
#[derive(Debug, Clone, PartialEq)]
pub struct CcaMatrix {
    /// Mean of rho over m = min(k_i, k_j) correlations, symmetric.
    pub mean: Array2<f64>,
    /// Mean of rho^2, symmetric.
    pub mean_square: Array2<f64>,
    /// The projection-weighted mean of rho, with weights of the representation of the row: directed.
    pub weighted: Array2<f64>,
    /// What the mean of rho^2 is for independent representations on average, max(k_i, k_j) / (n - 1), symmetric.
    pub chance_square: Array2<f64>,
    /// Components k of each representation.
    pub components: Vec<usize>,
}

/// Canonical correlations of all pairs of representations (n, p_i) of the same n rows, of all that varies in them.
///
/// With U_i an orthonormal basis of the k_i directions of rows in which the column-centred X_i varies, the canonical
/// correlations of i and j are the singular values of U_i'U_j.
/// Beside their mean stands the projection-weighted mean sum a_m rho_m / sum a_m with a_m = sum over the columns x of
/// X_i of |h_m'x|, h_m the canonical variates of i (Morcos, Raghu and Bengio 2018): it leans to directions that i uses.
///
/// They do not change under any invertible map of the columns of either, so a direction of rounding counts as much as
/// the largest, and they are only worth something where rows are many against columns.
/// Where k_i + k_j > n - 1, at least k_i + k_j - (n - 1) correlations are 1 whatever the data: such pairs are undefined,
/// NaN, with themselves too. [`svcca`] keeps fewer components and is the remedy; more rows are another.
/// Below that, compare with `chance_square`.
///
/// A representation that does not vary is undefined, NaN with every other and itself.
/// `memory` bounds the bytes taken beside the inputs, to no less than two representations' worth: where not all bases
/// fit, they are computed several times. It changes no result, nor does the number of threads.
/// `progress` is told how many bases of how many are done.
///
/// # Errors
/// There are fewer than 4 rows, the numbers of rows differ, a value is not finite, or a decomposition does not converge.
///
/// # Example
/// ```
/// use ndarray::array;
///
/// let x = array![[1.0_f32, 0.0], [0.0, 1.0], [2.0, 1.0], [5.0, 3.0], [1.0, 4.0], [0.0, 2.0]];
/// let stretched = x.dot(&array![[1.0, 100.0], [0.0, 1.0]]);
/// let found = gyrus_similarity::cca(&[x.view(), stretched.view()], 1 << 20, &mut |_, _| {})?;
/// assert!((found.mean[[0, 1]] - 1.0).abs() < 1e-6);
/// # Ok::<(), gyrus_similarity::Error>(())
/// ```
pub fn cca(
    representations: &[ArrayView2<f32>],
    memory: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<CcaMatrix, Error> {
    compare(representations, 1.0, memory, progress)
}

/// The same of the leading principal components that hold `share` of each representation's variance (Raghu et al. 2017,
/// who keep .99).
///
/// # Errors
/// As for [`cca`], and where `share` is not above 0 and at most 1.
pub fn svcca(
    representations: &[ArrayView2<f32>],
    share: f64,
    memory: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<CcaMatrix, Error> {
    if !(share > 0.0 && share <= 1.0) {
        return Err(Error::Variance(share));
    }
    compare(representations, share, memory, progress)
}

fn compare(
    representations: &[ArrayView2<f32>],
    share: f64,
    memory: usize,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<CcaMatrix, Error> {
    let n = check(representations, "a canonical correlation", FEWEST_ROWS)?;
    let layers = representations.len();
    let width = representations.iter().map(|values| values.ncols()).max().unwrap_or(0);
    let (most, double) = (width.min(n), size_of::<f64>());
    // While a basis is made: X, the decomposition's copy, and its vectors with their scratch.
    let working = double * (2 * n * width + 3 * n.max(width) * most);
    let room = Room::of(layers, double * most * (n + width), working, memory);
    let make = |layer: usize| Basis::of(representations[layer].view(), share);
    let pair = |a: &Basis, b: &Basis| match a.k().min(b.k()) > 0 && a.k() + b.k() < n {
        true => a.canonical(b).map(|found| (a.k(), b.k(), Some(found))),
        false => Ok((a.k(), b.k(), None)),
    };
    let mut found = CcaMatrix::undefined(layers);
    for (i, j, (a, b, canonical)) in all_pairs(layers, room, make, pair, progress)? {
        (found.components[i], found.components[j]) = (a, b);
        if let Some(canonical) = canonical {
            found.set(i, j, a.max(b) as f64 / (n as f64 - 1.0), &canonical);
        }
    }
    Ok(found)
}

impl CcaMatrix {
    fn undefined(layers: usize) -> Self {
        let undefined = Array2::from_elem((layers, layers), f64::NAN);
        Self {
            mean: undefined.clone(),
            mean_square: undefined.clone(),
            weighted: undefined.clone(),
            chance_square: undefined,
            components: vec![0; layers],
        }
    }

    fn set(&mut self, i: usize, j: usize, chance: f64, canonical: &Canonical) {
        let rho = &canonical.correlations;
        let count = rho.len() as f64;
        let square = (rho * rho).sum() / count;
        for (a, b, carried) in [(i, j, &canonical.carried[0]), (j, i, &canonical.carried[1])] {
            self.mean[[a, b]] = rho.sum() / count;
            self.mean_square[[a, b]] = square;
            self.chance_square[[a, b]] = chance;
            self.weighted[[a, b]] = (carried * rho).sum() / carried.sum();
        }
    }
}

#[cfg(test)]
mod tests;
