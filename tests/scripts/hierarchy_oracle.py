"""Figures that the tests of gyrus-encoding's hierarchy hold: mixed models, rank correlation and Student's t.

Needs numpy, scipy and statsmodels. Run it from the top folder: python3 tests/scripts/hierarchy_oracle.py
It prints the figures; crates/gyrus-encoding/tests/hierarchy.rs, src/rank.rs and src/student.rs keep them.
"""
import warnings

import numpy as np
from scipy import stats
from statsmodels.regression.mixed_linear_model import MixedLM


def uniform(k):
    """A number in [0, 1) that both languages compute alike."""
    x = np.sin(k * 12.9898) * 43758.5453
    return x - np.floor(x)


def normal(k):
    """About normal: twelve uniforms, less 6."""
    return sum(uniform(12.0 * k + i) for i in range(12)) - 6.0


def electrodes(sizes, seed, slopes):
    """Patient, distance and value of every electrode; slopes differ between patients by `slopes`."""
    rows, k = [], 10_000.0 * seed
    for patient, size in enumerate(sizes):
        intercept, slope = normal(k + 1), normal(k + 2)
        k += 2
        for _ in range(size):
            distance = 70.0 * uniform(k + 0.5)
            value = 10.0 + 2.0 * intercept + (0.12 + slopes * slope) * distance + 3.0 * normal(k + 1)
            rows.append((patient, distance, value))
            k += 1
    return np.array(rows)


def standard_error(result, fixed, random, patient):
    """The slope's standard error from (X' V^-1 X)^-1 at the covariances that statsmodels found.

    This is the one of lme4, nlme and SAS. The `bse_fe` of statsmodels comes from the observed information of fixed
    effects and covariances together, which is another estimator wherever they are not orthogonal in the sample.
    """
    information = np.zeros((2, 2))
    for label in np.unique(patient):
        x, z = fixed[patient == label], random[patient == label]
        v = z @ np.asarray(result.cov_re) @ z.T + result.scale * np.eye(len(x))
        information += x.T @ np.linalg.solve(v, x)
    return np.sqrt(np.linalg.inv(information)[1, 1])


def fit(name, rows, random_slope):
    """Fits in units of the distances' spread, where statsmodels converges best, and reports in millimetres."""
    patient, distance, value = rows.T
    mean, sd = distance.mean(), distance.std()
    fixed = np.column_stack([np.ones_like(distance), (distance - mean) / sd])
    random = fixed if random_slope else fixed[:, :1]
    model = MixedLM(value, fixed, groups=patient, exog_re=random)
    result = None
    for method in ("bfgs", "lbfgs", "cg", "nm"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = model.fit(reml=True, method=method, gtol=1e-10, maxiter=5000)
        if np.isfinite(found.llf) and (result is None or found.llf > result.llf):
            result = found
    back = np.array([[1.0, -mean / sd], [0.0, 1.0 / sd]])
    between = np.zeros((2, 2))
    size = result.cov_re.shape[0]
    between[:size, :size] = result.cov_re
    intercept, slope = back @ result.fe_params
    between = back @ between @ back.T
    print(f"{name}: n {len(rows)}")
    error = standard_error(result, fixed, random, patient) / sd
    print(f"  intercept {intercept:.9g} slope {slope:.9g} error {error:.9g} (bse_fe {result.bse_fe[1] / sd:.9g})")
    print(f"  between {between.tolist()} residual {result.scale:.9g} likelihood {result.llf - np.log(sd):.9g}")


SIZES = [12, 7, 20, 5, 15, 9]
for seed, slopes in ((1, 0.06), (2, 0.15)):
    data = electrodes(SIZES, seed, slopes)
    fit(f"seed {seed}, intercept", data, False)
    fit(f"seed {seed}, intercept and slope", data, True)

print("spearman", stats.spearmanr([1, 2, 2, 5, 7, 4, 0.5], [3, 1, 4, 4, 9, 4, 2]).statistic)
for degrees in (1, 2, 3, 8, 31, 1000):
    print("t", degrees, stats.t.ppf(0.975, degrees))
