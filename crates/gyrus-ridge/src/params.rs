//! The settings of a ridge fit, before and after they are checked.

use linfa::ParamGuard;
use ndarray::Array1;

use crate::error::Error;

/// How strongly weights are drawn towards 0.
#[derive(Debug, Clone, PartialEq)]
pub enum Penalty {
    /// The same for all targets.
    Shared(f64),
    /// One for each target (t).
    PerTarget(Array1<f64>),
}

impl Penalty {
    /// The penalties written out, one per target (t).
    ///
    /// # Errors
    /// There is one penalty per target, but for another number of targets.
    pub(crate) fn for_targets(&self, n_targets: usize) -> Result<Array1<f64>, Error> {
        match self {
            Self::Shared(value) => Ok(Array1::from_elem(n_targets, *value)),
            Self::PerTarget(values) if values.len() == n_targets => Ok(values.clone()),
            Self::PerTarget(values) => Err(Error::Penalties { penalties: values.len(), targets: n_targets }),
        }
    }
}

/// Fails at the first penalty that is negative or not finite.
pub(crate) fn check_penalties<'a>(penalties: impl IntoIterator<Item = &'a f64>) -> Result<(), Error> {
    let bad = |value: f64| !(value.is_finite() && value >= 0.0);
    match penalties.into_iter().copied().enumerate().find(|&(_, value)| bad(value)) {
        Some((index, value)) => Err(Error::Penalty { index, value }),
        None => Ok(()),
    }
}

/// Settings of a ridge fit whose penalties are known to be finite and not negative.
#[derive(Debug, Clone, PartialEq)]
pub struct RidgeValidParams {
    penalty: Penalty,
}

impl RidgeValidParams {
    /// How strongly weights are drawn towards 0.
    pub fn penalty(&self) -> &Penalty {
        &self.penalty
    }
}

/// Settings of a ridge fit, not yet checked; the penalty is 1 unless another is given.
///
/// # Example
/// ```
/// use gyrus_ridge::Ridge;
/// use linfa::Dataset;
/// use linfa::traits::{Fit, Predict};
/// use ndarray::array;
///
/// let x = array![[0.0], [1.0], [2.0]];
/// let y = array![[1.0, 0.0], [3.0, 0.0], [5.0, 3.0]];
/// let ridge = Ridge::params().penalty(0.0).fit(&Dataset::new(x.clone(), y))?;
/// let predicted = ridge.predict(&x);
/// assert!((predicted[[2, 0]] - 5.0_f64).abs() < 1e-12);
/// # Ok::<(), gyrus_ridge::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RidgeParams(RidgeValidParams);

impl Default for RidgeParams {
    fn default() -> Self {
        Self(RidgeValidParams { penalty: Penalty::Shared(1.0) })
    }
}

impl RidgeParams {
    /// One penalty for all targets.
    pub fn penalty(mut self, penalty: f64) -> Self {
        self.0.penalty = Penalty::Shared(penalty);
        self
    }

    /// One penalty for each target (t).
    pub fn penalties(mut self, penalties: Array1<f64>) -> Self {
        self.0.penalty = Penalty::PerTarget(penalties);
        self
    }
}

impl ParamGuard for RidgeParams {
    type Checked = RidgeValidParams;
    type Error = Error;

    fn check_ref(&self) -> Result<&Self::Checked, Error> {
        match &self.0.penalty {
            Penalty::Shared(value) => check_penalties([value])?,
            Penalty::PerTarget(values) => check_penalties(values)?,
        }
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked, Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn a_penalty_is_finite_and_not_negative() {
        assert!(RidgeParams::default().penalty(0.0).check().is_ok());
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(RidgeParams::default().penalty(bad).check(), Err(Error::Penalty { index: 0, .. })));
        }
        let checked = RidgeParams::default().penalties(array![1.0, -2.0]).check();
        assert!(matches!(checked, Err(Error::Penalty { index: 1, .. })));
    }
}
