//! The settings of principal components, before and after they are checked.

use linfa::ParamGuard;

use crate::error::Error;

/// Settings of principal components that are known to keep at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PcaValidParams {
    components: usize,
}

impl PcaValidParams {
    /// How many components are asked for; fewer are kept where the rows have a lower rank.
    pub fn components(&self) -> usize {
        self.components
    }
}

/// Settings of principal components, not yet checked.
///
/// # Example
/// ```
/// use gyrus_ridge::Pca;
/// use linfa::DatasetBase;
/// use linfa::traits::Fit;
/// use ndarray::array;
///
/// let x = array![[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]];
/// let pca = Pca::params(2).fit(&DatasetBase::from(x.clone()))?;
/// assert_eq!((pca.n_components(), pca.n_missing()), (1, 1));
/// assert!((pca.transform(x.view())[[2, 0]] - 5.0).abs() < 1e-12);
/// # Ok::<(), gyrus_ridge::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PcaParams(PcaValidParams);

impl PcaParams {
    /// Asks for a number of components.
    pub fn new(components: usize) -> Self {
        Self(PcaValidParams { components })
    }
}

impl ParamGuard for PcaParams {
    type Checked = PcaValidParams;
    type Error = Error;

    fn check_ref(&self) -> Result<&Self::Checked, Error> {
        if self.0.components == 0 { Err(Error::Components(0)) } else { Ok(&self.0) }
    }

    fn check(self) -> Result<Self::Checked, Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}
