//! The layers of a simulated language model: each mixes the levels around its own depth.

use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::gaussian::gaussian;
use crate::rotation::rotation;
use crate::{Error, Levels};

/// What the layers are like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LayerParams {
    /// Number of layers.
    pub layers: usize,
    /// Dimensions of a state.
    pub width: usize,
    /// How far a layer reaches over levels around its depth, as a share of the whole height.
    pub spread: f64,
    /// Standard deviation of what is a layer's own, where that of the levels' mixture is about 1 per dimension.
    pub noise: f64,
}

/// The states of one layer, and how they were made of the levels.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// `(words, width)`.
    pub states: Array2<f64>,
    /// A of states = Z A + noise, for the joined levels Z: `(features, width)`.
    pub mixing: Array2<f64>,
    /// Standard deviation of the noise, independent over words and dimensions.
    pub noise: f64,
}

impl Default for LayerParams {
    fn default() -> Self {
        Self { layers: 12, width: 32, spread: 0.15, noise: 0.5 }
    }
}

/// The layers of a model that read the words of `levels`, the first to the last, decided by `seed`.
///
/// Layer l of L stands at depth d = l / (L - 1), a single one at 0: states = Z A + noise with
/// A = sqrt(max(features, width)) diag(g(d)) Q, where g(d) is large for levels near d and Q is a rotation of the layer's own.
///
/// # Errors
/// [`Error::None`] without layers or width, [`Error::Size`] if the spread or the noise is not positive.
pub fn layers(levels: &Levels, params: &LayerParams, seed: u64) -> Result<Vec<Layer>, Error> {
    Error::unless_any("the number of layers", params.layers)?;
    Error::unless_any("the width of a layer", params.width)?;
    Error::unless_positive("the spread of a layer", params.spread)?;
    Error::unless_positive("the noise of a layer", params.noise)?;
    let (z, mut rng) = (levels.joined(), StdRng::seed_from_u64(seed));
    let deepest = (params.layers - 1).max(1) as f64;
    let depths = (0..params.layers).map(|l| l as f64 / deepest);
    Ok(depths.map(|depth| layer(levels, z.view(), depth, params, &mut rng)).collect())
}

fn layer(levels: &Levels, z: ArrayView2<f64>, depth: f64, params: &LayerParams, rng: &mut StdRng) -> Layer {
    let (features, width) = (z.ncols(), params.width);
    let gains = levels.gains(depth, params.spread, levels.n_levels());
    let mut mixing = rotation(features, width, rng) * (features.max(width) as f64).sqrt();
    mixing.rows_mut().into_iter().zip(&gains).for_each(|(mut row, gain)| row *= *gain);
    let states = z.dot(&mixing) + params.noise * gaussian(z.nrows(), width, rng);
    Layer { states, mixing, noise: params.noise }
}

#[cfg(test)]
mod tests {
    use approx::assert_abs_diff_eq;
    use ndarray::Axis;

    use super::*;
    use crate::Noise;

    fn levels() -> Result<Levels, Error> {
        Levels::independent(&Noise::white(), 4000, 6, 2, 1)
    }

    /// For levels with the identity as covariance: A'A + noise^2 I.
    #[test]
    fn states_have_the_covariance_of_their_mixing() -> Result<(), Error> {
        for width in [4, 12, 20] {
            let params = LayerParams { layers: 3, width, spread: 0.2, noise: 0.5 };
            for layer in layers(&levels()?, &params, 7)? {
                let expected = layer.mixing.t().dot(&layer.mixing) + 0.25 * Array2::eye(width);
                let found = layer.states.t().dot(&layer.states) / 4000.0;
                assert_abs_diff_eq!(found, expected, epsilon = 0.4);
                let variance = expected.diag().mean().unwrap_or(0.0);
                assert!((0.3..3.0).contains(&variance), "{variance}");
            }
        }
        Ok(())
    }

    /// What level k holds in layer l: the squared entries of its rows of A.
    #[test]
    fn each_layer_holds_most_of_the_level_at_its_depth() -> Result<(), Error> {
        let params = LayerParams { layers: 6, width: 12, spread: 0.15, noise: 0.1 };
        for (l, layer) in layers(&levels()?, &params, 8)?.iter().enumerate() {
            let held = layer.mixing.mapv(|a| a * a).sum_axis(Axis(1));
            let by_level: Vec<f64> = (0..6).map(|k| held[2 * k] + held[2 * k + 1]).collect();
            assert!((0..6).all(|k| by_level[k] <= by_level[l]), "{by_level:?}");
        }
        Ok(())
    }

    #[test]
    fn layers_turn_each_their_own_way() -> Result<(), Error> {
        let params = LayerParams { layers: 2, width: 12, spread: 100.0, noise: 0.1 };
        let layers = layers(&levels()?, &params, 9)?;
        assert!((&layers[0].mixing - &layers[1].mixing).mapv(f64::abs).sum() > 1.0);
        Ok(())
    }

    #[test]
    fn impossible_layers_are_refused() -> Result<(), Error> {
        let refused = |params: LayerParams| layers(&levels().expect("levels"), &params, 1).is_err();
        let usual = LayerParams::default();
        assert!(refused(LayerParams { layers: 0, ..usual }) && refused(LayerParams { width: 0, ..usual }));
        assert!(refused(LayerParams { spread: 0.0, ..usual }) && refused(LayerParams { noise: f64::NAN, ..usual }));
        Ok(())
    }
}
