//! What each block of a model adds: a layer less the one before it.

use ndarray::{Array2, ArrayView2};

use crate::error::Error;

/// The updates of consecutive layers (n, p) of one model, one fewer than layers: layer i + 1 less layer i, in 32-bit floats.
///
/// They are representations of the same rows, to be compared as layers are.
///
/// # Errors
/// Two neighbours differ in their rows or columns.
///
/// # Example
/// ```
/// use ndarray::array;
///
/// let layers = [array![[1.0_f32, 2.0]], array![[1.5, 1.0]], array![[1.5, 4.0]]];
/// let views: Vec<_> = layers.iter().map(|layer| layer.view()).collect();
/// assert_eq!(gyrus_similarity::updates(&views)?, [array![[0.5_f32, -1.0]], array![[0.0, 3.0]]]);
/// # Ok::<(), gyrus_similarity::Error>(())
/// ```
pub fn updates(layers: &[ArrayView2<f32>]) -> Result<Vec<Array2<f32>>, Error> {
    (1..layers.len()).map(|to| update(layers, to)).collect()
}

/// The update that leads to layer `to`, alone, for callers that have no room for all.
///
/// # Errors
/// Layer `to` and the one before it differ in their rows or columns.
///
/// # Panics
/// `to` is 0 or no layer.
pub fn update(layers: &[ArrayView2<f32>], to: usize) -> Result<Array2<f32>, Error> {
    assert!((1..layers.len()).contains(&to), "an update leads from one layer to the next");
    let (before, after) = (&layers[to - 1], &layers[to]);
    if before.nrows() != after.nrows() {
        return Err(Error::Rows { representation: to, rows: after.nrows(), expected: before.nrows() });
    }
    if before.ncols() != after.ncols() {
        return Err(Error::Widths { representation: to, columns: after.ncols(), expected: before.ncols() });
    }
    Ok(after - before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rsa::{Comparison, rsa};
    use crate::samples::{gaussian, views};
    use crate::{Distance, procrustes};

    #[test]
    fn updates_lead_from_the_first_layer_to_the_last() -> Result<(), Error> {
        let layers = [gaussian(6, 3, 1), gaussian(6, 3, 2), gaussian(6, 3, 3)];
        let found = updates(&views(&layers))?;
        let sum = &layers[0] + &found[0] + &found[1];
        assert!((sum - &layers[2]).iter().all(|difference| difference.abs() < 1e-6));
        assert_eq!(update(&views(&layers), 2)?, found[1]);
        assert!(updates(&views(&layers[..1]))?.is_empty());
        Ok(())
    }

    #[test]
    fn updates_are_compared_as_layers_are_and_a_block_that_adds_nothing_is_undefined() -> Result<(), Error> {
        let x = gaussian(30, 4, 1);
        let layers = [x.clone(), &x + &gaussian(30, 4, 2), &x + &gaussian(30, 4, 2), x];
        let found = updates(&views(&layers))?;
        let way = [Comparison::Spearman];
        let alike = rsa(&views(&found), Distance::Euclidean, &way, usize::MAX, &mut |_, _| {})?;
        let turned = procrustes(&views(&found), usize::MAX, &mut |_, _| {})?.similarity;
        for found in [&alike[0], &turned] {
            assert!((found[[0, 2]] - 1.0).abs() < 1e-5 && found[[0, 1]].is_nan(), "{found}");
        }
        Ok(())
    }

    #[test]
    fn layers_of_other_shapes_have_no_update() {
        let of = |after: Array2<f32>| updates(&[gaussian(6, 3, 1).view(), gaussian(6, 3, 2).view(), after.view()]);
        assert_eq!(of(gaussian(6, 4, 3)), Err(Error::Widths { representation: 2, columns: 4, expected: 3 }));
        assert_eq!(of(gaussian(5, 3, 3)), Err(Error::Rows { representation: 2, rows: 5, expected: 6 }));
    }
}
