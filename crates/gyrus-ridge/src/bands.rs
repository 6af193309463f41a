//! Bands of features, each with a penalty of its own, and the shares that a search tries for them.

use ndarray::{Array1, ArrayView1};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand_distr::{Distribution, Exp1, StandardNormal};

use crate::error::Error;

/// The band of every penalised feature (p), counted from 0, each band with one feature or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bands {
    of_feature: Vec<usize>,
    n_bands: usize,
}

/// The share of each band: positive numbers that add up to 1 (bands).
///
/// With shares g and penalty a, band b carries the penalty a / g_b, so equal shares are one penalty for all.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares(Array1<f64>);

impl Bands {
    /// Bands by the number of each feature.
    ///
    /// # Errors
    /// There is no feature, or a number below the largest has no feature.
    pub fn new(of_feature: Vec<usize>) -> Result<Self, Error> {
        let n_bands = of_feature.iter().max().map_or(0, |last| last + 1);
        match (0..n_bands.max(1)).find(|band| !of_feature.contains(band)) {
            Some(band) => Err(Error::EmptyBand { band }),
            None => Ok(Self { of_feature, n_bands }),
        }
    }

    /// Bands that stand side by side, of the given numbers of features.
    ///
    /// # Errors
    /// There is no band, or one without features.
    pub fn side_by_side(widths: &[usize]) -> Result<Self, Error> {
        if let Some(band) = widths.iter().position(|&width| width == 0) {
            return Err(Error::EmptyBand { band });
        }
        Self::new(widths.iter().enumerate().flat_map(|(band, &width)| vec![band; width]).collect())
    }

    /// Number of bands.
    pub fn n_bands(&self) -> usize {
        self.n_bands
    }

    /// Number of features.
    pub fn n_features(&self) -> usize {
        self.of_feature.len()
    }

    /// sqrt(g_b) for every feature (n_free + p), 1 for the free ones before them.
    pub(crate) fn scales(&self, shares: &Shares, n_free: usize) -> Array1<f64> {
        let roots = self.of_feature.iter().map(|&band| shares.0[band].sqrt());
        std::iter::repeat_n(1.0, n_free).chain(roots).collect()
    }
}

impl Shares {
    /// Shares in the ratios given, all positive and finite.
    ///
    /// # Errors
    /// One is not.
    pub fn new(ratios: ArrayView1<f64>) -> Result<Self, Error> {
        match ratios.iter().enumerate().find(|(_, ratio)| !(ratio.is_finite() && **ratio > 0.0)) {
            Some((band, &value)) => Err(Error::Share { band, value }),
            None => Ok(Self(&ratios / ratios.sum())),
        }
    }

    /// The same for every band.
    pub fn equal(n_bands: usize) -> Self {
        Self(Array1::from_elem(n_bands, 1.0 / n_bands as f64))
    }

    /// `n` shares: equal ones first, the others drawn evenly from all shares there are (Dirichlet with concentration 1).
    pub fn draw(n: usize, n_bands: usize, seed: u64) -> Vec<Self> {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut one = || {
            let lengths: Array1<f64> = (0..n_bands).map(|_| Distribution::<f64>::sample(&Exp1, &mut rng)).collect();
            Self(least(&lengths / lengths.sum()))
        };
        std::iter::once(Self::equal(n_bands)).chain((1..n).map(|_| one())).take(n).collect()
    }

    /// Shares near these: each multiplied by e^(width N(0, 1)).
    pub(crate) fn near(&self, width: f64, rng: &mut StdRng) -> Self {
        let moved = self.0.mapv(|share| share * (width * Distribution::<f64>::sample(&StandardNormal, rng)).exp());
        Self(least(&moved / moved.sum()))
    }

    /// The shares (bands).
    pub fn values(&self) -> ArrayView1<'_, f64> {
        self.0.view()
    }

    /// The penalty of each band (bands) for penalty `a`: a / g_b.
    pub fn penalties(&self, a: f64) -> Array1<f64> {
        self.0.mapv(|share| a / share)
    }
}

/// No share is so small that its band vanishes for good.
fn least(shares: Array1<f64>) -> Array1<f64> {
    let shares = shares.mapv(|share| share.max(1e-6));
    &shares / shares.sum()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn shares_add_up_to_one_and_the_seed_decides() {
        let shares = Shares::draw(20, 3, 7);
        assert_eq!(shares, Shares::draw(20, 3, 7));
        assert_ne!(shares, Shares::draw(20, 3, 8));
        assert!(shares.iter().all(|shares| (shares.0.sum() - 1.0).abs() < 1e-12 && shares.0.iter().all(|g| *g > 0.0)));
        assert_eq!(shares[0], Shares::equal(3));
    }

    #[test]
    fn a_small_share_is_a_large_penalty() -> Result<(), Error> {
        let shares = Shares::new(array![3.0, 1.0].view())?;
        assert_eq!(shares.penalties(6.0), array![8.0, 24.0]);
        assert_eq!(Bands::side_by_side(&[1, 2])?.scales(&shares, 1), array![1.0, 0.75_f64.sqrt(), 0.5, 0.5]);
        Ok(())
    }

    #[test]
    fn impossible_bands_and_shares_are_refused() {
        assert!(matches!(Bands::new(vec![0, 2]), Err(Error::EmptyBand { band: 1 })));
        assert!(matches!(Bands::new(vec![]), Err(Error::EmptyBand { band: 0 })));
        assert!(matches!(Bands::side_by_side(&[2, 0]), Err(Error::EmptyBand { band: 1 })));
        assert!(matches!(Shares::new(array![1.0, 0.0].view()), Err(Error::Share { band: 1, .. })));
    }
}
