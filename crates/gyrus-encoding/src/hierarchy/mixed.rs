//! A line through the electrodes of several patients, each of whom may have a line of their own.

use crate::hierarchy::matrix::{Matrix, apply, dot, multiply, transpose};
use crate::hierarchy::reml::{Solution, Sums, random_intercept, random_line, solve};
use crate::inference::student::{two_sided, within};
use crate::{Error, Estimate, Hierarchy};

/// What differs between patients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum RandomEffects {
    /// The intercept; all patients have the same slope.
    Intercept,
    /// The intercept and the slope, which may correlate.
    InterceptAndSlope,
}

/// value = intercept + slope distance, by restricted maximum likelihood.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Mixed {
    /// Change of the value per millimetre, with its 95 % interval by Student's t.
    pub slope: Estimate,
    /// Standard error of the slope.
    pub standard_error: f64,
    /// Degrees of freedom of t: patients whose distances vary, less one, if slopes differ between patients; otherwise
    /// electrodes less patients less one.
    pub degrees: usize,
    /// Two-sided p value of no slope.
    pub p: f64,
    /// Value at distance 0, for a typical patient.
    pub intercept: f64,
    /// Covariance between patients of intercept and slope, `[[intercept, both], [both, slope]]`.
    pub between: [[f64; 2]; 2],
    /// Variance around each patient's line.
    pub residual: f64,
    /// Restricted log likelihood, as statsmodels has it.
    pub log_likelihood: f64,
    /// Whether a variance between patients is 0, or intercept and slope correlate perfectly, within rounding.
    pub singular: bool,
}

/// What a two-sided 95 % interval holds.
const SHARE: f64 = 0.95;

/// The standard deviation between patients, over the residual one, below which a fit counts as singular.
const SINGULAR: f64 = 1e-4;

/// The residual variance, over the total one, below which electrodes count as lying on their lines.
const EXACT: f64 = 1e-12;

/// Electrodes in units of their spread, because sums of squares of millimetres lose digits.
struct Scaled {
    sums: Vec<Sums>,
    distance: Scale,
    value: Scale,
}

/// Mean and standard deviation.
#[derive(Clone, Copy)]
struct Scale {
    mean: f64,
    sd: f64,
}

impl Hierarchy {
    /// The linear mixed-effects model value ~ distance.
    ///
    /// The estimator is restricted maximum likelihood with an unstructured covariance of the random effects.
    /// A variance of 0 between patients is a singular fit: it is said, and the slope stands.
    /// The standard error is that of lme4, from (X' V^-1 X)^-1, and takes V as known; the degrees of freedom of t make
    /// up for it, and err on the wide side with few patients whose slopes hardly differ.
    ///
    /// # Errors
    /// [`Error::Patients`] with fewer than two patients whose distances vary, [`Error::Electrodes`] with no more
    /// electrodes than random effects or fewer than parameters, [`Error::Constant`] if all values are equal, and
    /// [`Error::Exact`] if all lie on their patients' lines, because nothing is then left to measure certainty by.
    pub fn mixed(&self, effects: RandomEffects) -> Result<Mixed, Error> {
        let scaled = self.scaled(effects)?;
        let l = scaled.factor(effects);
        let solution = solve(&scaled.sums, l);
        let degrees = match effects {
            RandomEffects::Intercept => self.n_electrodes() - self.n_patients() - 1,
            RandomEffects::InterceptAndSlope => self.n_varying() - 1,
        };
        Ok(scaled.report(solution, l, effects, degrees))
    }

    /// The slope of [`mixed`](Self::mixed) over its standard error; NaN where the model cannot be fitted.
    pub fn t(&self, effects: RandomEffects) -> f64 {
        self.slope_and_error(effects).map_or(f64::NAN, |[slope, error]| slope / error)
    }

    /// The slope of [`mixed`](Self::mixed) in values per millimetre; NaN where the model cannot be fitted.
    pub fn slope(&self, effects: RandomEffects) -> f64 {
        self.slope_and_error(effects).map_or(f64::NAN, |[slope, _]| slope)
    }

    fn slope_and_error(&self, effects: RandomEffects) -> Result<[f64; 2], Error> {
        let scaled = self.scaled(effects)?;
        let solution = solve(&scaled.sums, scaled.factor(effects));
        let unit = scaled.value.sd / scaled.distance.sd;
        Ok([solution.fixed[1] * unit, (solution.residual * solution.covariance[1][1]).sqrt() * unit])
    }

    /// Patients in whom a slope can be read.
    fn n_varying(&self) -> usize {
        self.patients.iter().filter(|patient| patient.varies()).count()
    }

    /// The electrodes in units of their spread, once it is certain that the model can be fitted to them.
    fn scaled(&self, effects: RandomEffects) -> Result<Scaled, Error> {
        let (electrodes, patients) = (self.n_electrodes(), self.n_patients());
        // Fixed effects, covariances and residual; and random effects must not explain every electrode by themselves.
        let needed = match effects {
            RandomEffects::Intercept => 4.max(patients + 1),
            RandomEffects::InterceptAndSlope => 6.max(2 * patients + 1),
        };
        if self.n_varying() < 2 {
            return Err(Error::Patients { patients: self.n_varying() });
        }
        if electrodes < needed {
            return Err(Error::Electrodes { electrodes, needed });
        }
        let distance = Scale::of(self.patients.iter().flat_map(|patient| &patient.distance));
        let value = Scale::of(self.patients.iter().flat_map(|patient| &patient.value));
        if value.sd <= f64::EPSILON * value.mean.abs() {
            return Err(Error::Constant);
        }
        let sums = self.patients.iter().map(|patient| {
            Sums::of(patient.distance.iter().map(|d| distance.apply(*d)), patient.value.iter().map(|v| value.apply(*v)))
        });
        let scaled = Scaled { sums: sums.collect(), distance, value };
        if scaled.own_lines(effects) <= EXACT * electrodes as f64 { Err(Error::Exact) } else { Ok(scaled) }
    }
}

impl Scale {
    fn of<'a>(values: impl Iterator<Item = &'a f64> + Clone) -> Self {
        let n = values.clone().count() as f64;
        let mean = values.clone().sum::<f64>() / n;
        Self { mean, sd: (values.map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt() }
    }

    fn apply(self, value: f64) -> f64 {
        (value - self.mean) / self.sd
    }
}

impl Scaled {
    fn factor(&self, effects: RandomEffects) -> Matrix {
        match effects {
            RandomEffects::Intercept => random_intercept(&self.sums),
            RandomEffects::InterceptAndSlope => random_line(&self.sums),
        }
    }

    /// The sum of squares around every patient's own line; with a common slope, around parallel ones.
    fn own_lines(&self, effects: RandomEffects) -> f64 {
        // Within patients: sums of squares and products about the patient's means.
        let within = self.sums.iter().map(|sums| {
            let (x, y) = (sums.xx[0][1], sums.xy[0]);
            [sums.xx[1][1] - x * x / sums.n, sums.xy[1] - x * y / sums.n, sums.yy - y * y / sums.n]
        });
        let left = |[xx, xy, yy]: [f64; 3]| if xx > EXACT { yy - xy * xy / xx } else { yy };
        match effects {
            RandomEffects::Intercept => left(within.fold([0.0; 3], |a, b| [a[0] + b[0], a[1] + b[1], a[2] + b[2]])),
            RandomEffects::InterceptAndSlope => within.map(left).sum(),
        }
    }

    /// The fit in millimetres and values again.
    ///
    /// With x = (distance - m) / s, an intercept and a slope in units of the spread are T = [[1, -m/s], [0, 1/s]] times
    /// those per millimetre, and so are random effects.
    fn report(&self, solution: Solution, l: Matrix, effects: RandomEffects, degrees: usize) -> Mixed {
        let (distance, value) = (self.distance, self.value);
        let t = [[1.0, -distance.mean / distance.sd], [0.0, 1.0 / distance.sd]].map(|row| row.map(|v| v * value.sd));
        let fixed = apply(t, solution.fixed);
        let variance = dot(t[1], apply(solution.covariance, t[1])) * solution.residual;
        let standard_error = variance.sqrt();
        let half = two_sided(SHARE, degrees) * standard_error;
        let tl = multiply(t, l);
        let n: f64 = self.sums.iter().map(|sums| sums.n).sum();
        let scale = (n - 2.0) * (1.0 + std::f64::consts::TAU.ln() + 2.0 * value.sd.ln()) + 2.0 * distance.sd.ln();
        Mixed {
            slope: Estimate { value: fixed[1], low: fixed[1] - half, high: fixed[1] + half },
            standard_error,
            degrees,
            p: 1.0 - within(fixed[1] / standard_error, degrees),
            intercept: fixed[0] + value.mean,
            between: multiply(tl, transpose(tl)).map(|row| row.map(|v| v * solution.residual)),
            residual: solution.residual * value.sd * value.sd,
            log_likelihood: -0.5 * (solution.criterion + scale),
            singular: smallest_spread(l, effects) < SINGULAR,
        }
    }
}

/// The smallest standard deviation in any direction of the random effects, over the residual one.
fn smallest_spread(l: Matrix, effects: RandomEffects) -> f64 {
    match effects {
        RandomEffects::Intercept => l[0][0].abs(),
        RandomEffects::InterceptAndSlope => {
            // Singular values of [[a, 0], [b, c]]: their product is |a c|, their squares add up to a^2 + b^2 + c^2.
            let (product, squares) = ((l[0][0] * l[1][1]).abs(), l.iter().flatten().map(|v| v * v).sum::<f64>());
            let largest = ((squares + (squares * squares - 4.0 * product * product).max(0.0).sqrt()) / 2.0).sqrt();
            if largest > 0.0 { product / largest } else { 0.0 }
        }
    }
}
