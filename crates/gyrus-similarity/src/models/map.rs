//! Layers as points of a plane whose distances are their dissimilarities.

use gyrus_ridge::Spectrum;
use ndarray::{Array1, Array2, ArrayView2, Axis};

use crate::error::Error;

/// Coordinates of layers by classical multidimensional scaling (Torgerson 1952).
#[derive(Debug, Clone, PartialEq)]
pub struct LayerMap {
    /// `(layers, 2)`, longest axis first, centred; NaN for a layer without a similarity. The largest coordinate of each
    /// axis is positive.
    pub points: Array2<f64>,
    /// The share of the squared distances that each axis shows.
    pub shares: [f64; 2],
}

/// A map of layers from their similarities (layers, layers), as distances arccos(similarity).
///
/// Debiased CKA is the cosine between doubly centred Gram matrices, so its arccosine is an angle, and angles obey the
/// triangle inequality. With D the squared distances and J = I - 11'/n, coordinates are the first eigenvectors of
/// -JDJ/2 times the roots of their eigenvalues. Layers without a similarity with themselves are left out.
///
/// # Errors
/// The decomposition does not converge.
pub fn layer_map(similarity: ArrayView2<f64>) -> Result<LayerMap, Error> {
    let defined: Vec<usize> = (0..similarity.nrows()).filter(|layer| !similarity[[*layer, *layer]].is_nan()).collect();
    let mut points = Array2::from_elem((similarity.nrows(), 2), f64::NAN);
    if defined.is_empty() {
        return Ok(LayerMap { points, shares: [f64::NAN; 2] });
    }
    let squares = Array2::from_shape_fn((defined.len(), defined.len()), |(i, j)| match i == j {
        true => 0.0,
        false => similarity[[defined[i], defined[j]]].clamp(-1.0, 1.0).acos().powi(2),
    });
    let spectrum = Spectrum::of(doubly_centred(&squares).view());
    let spectrum = spectrum.map_err(|error| Error::Decomposition(error.to_string()))?;
    let total: f64 = spectrum.values().sum();
    let share = |axis: usize| spectrum.values().get(axis).map_or(0.0, |value| value / total);
    for axis in 0..defined.len().min(2) {
        let coordinates = upright(spectrum.vectors().column(axis).to_owned()) * spectrum.values()[axis].sqrt();
        defined.iter().zip(coordinates).for_each(|(layer, x)| points[[*layer, axis]] = x);
    }
    if defined.len() == 1 {
        points[[defined[0], 1]] = 0.0;
    }
    Ok(LayerMap { points, shares: [share(0), share(1)] })
}

/// -JDJ/2.
fn doubly_centred(squares: &Array2<f64>) -> Array2<f64> {
    let means = squares.mean_axis(Axis(0)).expect("there are layers");
    let mean = means.mean().expect("there are layers");
    Array2::from_shape_fn(squares.dim(), |(i, j)| -0.5 * (squares[[i, j]] - means[i] - means[j] + mean))
}

/// The axis with its largest coordinate positive, so that its direction is decided.
fn upright(axis: Array1<f64>) -> Array1<f64> {
    let largest = axis.iter().fold(0.0_f64, |largest, x| if x.abs() > largest.abs() { *x } else { largest });
    if largest < 0.0 { -axis } else { axis }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;

    use super::*;

    /// Points of a plane whose distances are angles of less than a half turn come back as they were, but for a turn.
    #[test]
    fn points_of_a_plane_keep_their_distances() -> Result<(), Error> {
        let at: [[f64; 2]; 4] = [[0.0, 0.0], [1.0, 0.2], [0.4, 0.9], [1.3, 1.1]];
        let apart = |a: usize, b: usize| (at[a][0] - at[b][0]).hypot(at[a][1] - at[b][1]);
        let similarity = Array2::from_shape_fn((4, 4), |(a, b)| apart(a, b).cos());
        let found = layer_map(similarity.view())?;
        for (a, b) in [(0, 1), (0, 2), (1, 3), (2, 3)] {
            let difference = &found.points.row(a) - &found.points.row(b);
            assert_abs_diff_eq!(difference.dot(&difference).sqrt(), apart(a, b), epsilon = 1e-7);
        }
        assert_abs_diff_eq!(found.shares.iter().sum::<f64>(), 1.0, epsilon = 1e-7);
        Ok(())
    }

    #[test]
    fn layers_without_similarity_have_no_place() -> Result<(), Error> {
        let mut similarity = Array2::from_elem((3, 3), 0.5);
        similarity.diag_mut().fill(1.0);
        similarity.row_mut(1).fill(f64::NAN);
        similarity.column_mut(1).fill(f64::NAN);
        let found = layer_map(similarity.view())?;
        assert!(found.points.row(1).iter().all(|x| x.is_nan()));
        assert_abs_diff_eq!((found.points[[0, 0]] - found.points[[2, 0]]).abs(), 0.5_f64.acos(), epsilon = 1e-12);
        assert!(layer_map(Array2::zeros((0, 0)).view())?.points.is_empty());
        Ok(())
    }
}
