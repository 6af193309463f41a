//! Principal components through one Gram matrix, of columns or of rows, whichever is smaller.

use linfa::dataset::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, ArrayView1, ArrayView2, Axis, Data, Ix2, s};

use crate::error::Error;
use crate::finite;
use crate::means::column_means;
use crate::pca_params::{PcaParams, PcaValidParams};
use crate::product::{gram, product};
use crate::spectrum::Spectrum;
use crate::subspace::Leading;

/// The directions in which rows vary most, learnt from training rows.
///
/// Scores are (x - mean) components' and are not whitened.
/// The sign of a component is such that its loading of largest magnitude, the first of equals, is positive.
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    mean: Array1<f64>,
    components: Array2<f64>,
    variance: Array1<f64>,
    total_variance: f64,
    requested: usize,
    gained: f64,
}

impl Pca {
    /// Settings that ask for a number of components.
    pub fn params(components: usize) -> PcaParams {
        PcaParams::new(components)
    }

    /// The first `components` components of `x` (n, p), without a linfa dataset around it.
    ///
    /// # Errors
    /// `components` is 0, there are fewer than two rows, or a value is not finite.
    pub fn of(x: ArrayView2<f64>, components: usize) -> Result<Self, Error> {
        Self::params(components).fit(&DatasetBase::from(x))
    }

    /// From leading eigenvectors of X'X about the means of `n` rows, whose trace is `total`.
    pub(crate) fn found(mean: Array1<f64>, leading: Leading, total: f64, n: usize, requested: usize) -> Self {
        let (mut components, freedom) = (leading.vectors, (n - 1) as f64);
        components.axis_iter_mut(Axis(0)).for_each(make_positive);
        let (variance, total_variance, gained) = (leading.values / freedom, total / freedom, leading.gained);
        Self { mean, components, variance, total_variance, requested, gained }
    }

    /// The share of the total variance that the last step of an iteration added to what is captured; 0 of an exact fit.
    pub fn gained(&self) -> f64 {
        self.gained
    }

    /// The training means (p).
    pub fn mean(&self) -> ArrayView1<'_, f64> {
        self.mean.view()
    }

    /// The components, one unit vector per row (k, p), the one with most variance first.
    pub fn components(&self) -> ArrayView2<'_, f64> {
        self.components.view()
    }

    /// The variance along each component (k), with divisor n - 1.
    pub fn variance(&self) -> ArrayView1<'_, f64> {
        self.variance.view()
    }

    /// The summed variance of all columns, kept or not.
    pub fn total_variance(&self) -> f64 {
        self.total_variance
    }

    /// The number of components kept, k; 0 where no column varies.
    pub fn n_components(&self) -> usize {
        self.components.nrows()
    }

    /// How many of the components asked for the training rows do not have.
    pub fn n_missing(&self) -> usize {
        self.requested - self.n_components()
    }

    /// The scores (n, k) of rows (n, p): (x - mean) components'.
    ///
    /// # Panics
    /// The rows have another number of columns than those of the fit.
    pub fn transform(&self, x: ArrayView2<f64>) -> Array2<f64> {
        assert_eq!(x.ncols(), self.mean.len(), "rows to transform have the columns of the fit");
        product((&x - &self.mean).view(), self.components.t())
    }
}

/// Finds the components of `records` (n, p), whatever the targets.
///
/// # Errors
/// There are fewer than two rows, or a value is not finite.
impl<D: Data<Elem = f64>, T> Fit<ArrayBase<D, Ix2>, T, Error> for PcaValidParams {
    type Object = Pca;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Pca, Error> {
        if !dataset.weights.is_empty() {
            return Err(Error::SampleWeights);
        }
        let x = dataset.records.view();
        finite::check("features", x)?;
        if x.nrows() < 2 {
            return Err(Error::TooFewRows { what: "principal components", needed: 2, rows: x.nrows() });
        }
        let mean = column_means(x)?;
        let x = &x - &mean;
        let of = if x.ncols() <= x.nrows() { from_columns } else { from_rows };
        let (mut components, squares) = of(x.view(), self.components())?;
        components.axis_iter_mut(Axis(0)).for_each(make_positive);
        let freedom = (x.nrows() - 1) as f64;
        let total_variance = x.iter().map(|value| value * value).sum::<f64>() / freedom;
        let requested = self.components();
        Ok(Pca { mean, components, variance: squares / freedom, total_variance, requested, gained: 0.0 })
    }
}

/// The first eigenvectors of X'X, as rows, with their eigenvalues.
fn from_columns(x: ArrayView2<f64>, requested: usize) -> Result<(Array2<f64>, Array1<f64>), Error> {
    let spectrum = Spectrum::of(gram(x).view())?;
    let k = requested.min(spectrum.rank());
    let components = spectrum.vectors().slice(s![.., ..k]).t().as_standard_layout().into_owned();
    Ok((components, spectrum.values().slice(s![..k]).to_owned()))
}

/// The same from XX' = U diag(e) U': component i is X'u_i / sqrt(e_i).
fn from_rows(x: ArrayView2<f64>, requested: usize) -> Result<(Array2<f64>, Array1<f64>), Error> {
    let spectrum = Spectrum::of(gram(x.t()).view())?;
    let k = requested.min(spectrum.rank());
    let squares = spectrum.values().slice(s![..k]).to_owned();
    let mut components = product(spectrum.vectors().slice(s![.., ..k]).t(), x);
    for mut row in components.axis_iter_mut(Axis(0)) {
        let norm = row.dot(&row).sqrt();
        row /= norm;
    }
    // Directions with little variance come out slightly askew; each step C <- (3 I - C C') C / 2 squares the error.
    for _ in 0..2 {
        let mut correction = -0.5 * gram(components.t());
        correction.diag_mut().mapv_inplace(|value| value + 1.5);
        components = product(correction.view(), components.view());
    }
    Ok((components, squares))
}

/// Turns a component around where its loading of largest magnitude is negative.
fn make_positive(mut component: ndarray::ArrayViewMut1<f64>) {
    let largest = component
        .iter()
        .fold(0.0, |largest: f64, &loading| if loading.abs() > largest.abs() { loading } else { largest });
    if largest < 0.0 {
        component.mapv_inplace(|loading| -loading);
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array2<f64>> for Pca {
    /// Writes the scores (n, k) of rows (n, p).
    ///
    /// # Panics
    /// The rows have another number of columns than those of the fit, or `scores` another shape than (n, k).
    fn predict_inplace<'a>(&'a self, x: &'a ArrayBase<D, Ix2>, scores: &mut Array2<f64>) {
        assert_eq!(scores.dim(), (x.nrows(), self.n_components()), "scores have one column per component");
        scores.assign(&self.transform(x.view()));
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array2<f64> {
        Array2::zeros((x.nrows(), self.n_components()))
    }
}

#[cfg(test)]
mod tests {
    use linfa::ParamGuard;

    use super::*;
    use crate::samples::{distance, gaussian};

    /// Rows whose columns vary less and less, far from zero.
    fn rows(n: usize, p: usize) -> Array2<f64> {
        gaussian(n, p, 71) * &Array1::geomspace(10.0, 1e-3, p).expect("ends of one sign") + 100.0
    }

    fn fit(x: &Array2<f64>, components: usize) -> Result<Pca, Error> {
        Pca::params(components).fit(&DatasetBase::from(x.clone()))
    }

    fn check(n: usize, p: usize) -> Result<(), Error> {
        let x = rows(n, p);
        let rank = p.min(n - 1);
        let pca = fit(&x, rank + 3)?;
        assert_eq!((pca.n_components(), pca.n_missing()), (rank, 3));

        let components = pca.components();
        assert!(distance(&Array2::eye(rank), &components.dot(&components.t())) < 1e-12);
        assert!(pca.variance.windows(2).into_iter().all(|pair| pair[0] >= pair[1]));
        assert!((pca.variance.sum() / pca.total_variance - 1.0).abs() < 1e-12);
        for loadings in components.rows() {
            let largest = loadings
                .iter()
                .fold(0.0, |largest: f64, loading| if loading.abs() > largest.abs() { *loading } else { largest });
            assert!(largest > 0.0);
        }

        let scores = pca.transform(x.view());
        assert!(distance(&x, &(scores.dot(&components) + &pca.mean)) < 1e-10);
        let covariance = scores.t().dot(&scores) / (n - 1) as f64;
        assert!(distance(&Array2::from_diag(&pca.variance), &covariance) < 1e-12);
        check_against_svd(&x, &pca);
        Ok(())
    }

    /// Right singular vectors of the centred rows are the components, up to sign.
    fn check_against_svd(x: &Array2<f64>, pca: &Pca) {
        let centred = x - &pca.mean;
        let matrix = faer::Mat::from_fn(x.nrows(), x.ncols(), |i, j| centred[[i, j]]);
        let svd = matrix.thin_svd().expect("finite rows have a decomposition");
        for (k, component) in pca.components.rows().into_iter().enumerate().take(5) {
            let along: f64 = component.iter().enumerate().map(|(j, loading)| loading * svd.V()[(j, k)]).sum();
            let variance = svd.S()[k].powi(2) / (x.nrows() - 1) as f64;
            assert!((along.abs() - 1.0).abs() < 1e-10);
            assert!((variance / pca.variance[k] - 1.0).abs() < 1e-10);
        }
    }

    #[test]
    fn agrees_with_its_definition_and_with_singular_vectors() -> Result<(), Error> {
        check(80, 12)
    }

    #[test]
    fn agrees_when_wider_than_long() -> Result<(), Error> {
        check(12, 80)
    }

    #[test]
    fn agrees_for_one_column() -> Result<(), Error> {
        check(10, 1)
    }

    #[test]
    fn fewer_components_are_the_first_of_more() -> Result<(), Error> {
        let x = rows(60, 10);
        let (few, many) = (fit(&x, 3)?, fit(&x, 10)?);
        assert_eq!(few.components, many.components.slice(s![..3, ..]));
        assert_eq!(few.n_missing(), 0);
        Ok(())
    }

    #[test]
    fn nothing_that_varies_has_no_components() -> Result<(), Error> {
        let pca = fit(&Array2::from_elem((9, 4), 0.1), 2)?;
        assert_eq!((pca.n_components(), pca.n_missing(), pca.total_variance()), (0, 2, 0.0));
        assert_eq!(pca.transform(gaussian(3, 4, 1).view()).dim(), (3, 0));
        Ok(())
    }

    #[test]
    fn impossible_data_are_refused() {
        assert!(matches!(Pca::params(0).check(), Err(Error::Components(0))));
        assert!(matches!(fit(&gaussian(1, 3, 1), 2), Err(Error::TooFewRows { needed: 2, rows: 1, .. })));
        let mut bad = gaussian(4, 3, 1);
        bad[[2, 0]] = f64::INFINITY;
        assert!(matches!(fit(&bad, 2), Err(Error::NotFinite { row: 2, column: 0, .. })));
    }
}
