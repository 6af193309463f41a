"""Figures for the tests of gyrus-encoding's power: what least squares finds of an effect in white noise.

python3 tests/scripts/power_oracle.py

Needs numpy and scipy. Shares no code with the Rust: whole recordings are drawn anew, features and all,
and the bar is the 95 % quantile of recordings without an effect.
"""

import numpy as np
from scipy.stats import binomtest

ROWS, WIDTH, FOLDS, STUDIES = 400, 10, 5, 8000
EFFECTS = [0.0, 0.1, 0.15, 0.2, 0.25, 0.3]


def score(x, y):
    """Mean over contiguous folds of held-out r by least squares with an intercept, for columns of y."""
    rs = []
    for test in np.array_split(np.arange(len(x)), FOLDS):
        train = np.setdiff1d(np.arange(len(x)), test)
        design = np.column_stack([np.ones(len(train)), x[train]])
        b = np.linalg.lstsq(design, y[train], rcond=None)[0]
        p = np.column_stack([np.ones(len(test)), x[test]]) @ b
        p, held = p - p.mean(0), y[test] - y[test].mean(0)
        rs.append((p * held).sum(0) / np.sqrt((p**2).sum(0) * (held**2).sum(0)))
    return np.mean(rs, 0)


def main():
    rng = np.random.default_rng(1)
    scores = np.empty((STUDIES, 1 + len(EFFECTS)))
    for study in range(STUDIES):
        x = rng.standard_normal((ROWS, WIDTH))
        signal = x @ rng.standard_normal(WIDTH)
        signal = (signal - signal.mean()) / signal.std()
        noise = rng.standard_normal((ROWS, 1 + len(EFFECTS)))
        rho = np.array([0.0] + EFFECTS)
        scores[study] = score(x, np.sqrt(1 - rho**2) * noise + rho * signal[:, None])
    bar = np.quantile(scores[:, 0], 0.95)
    print(f"bar {bar:.4f}")
    for i, effect in enumerate(EFFECTS):
        found = scores[:, 1 + i]
        print(f"effect {effect}: mean r {found.mean():.4f}, power {(found > bar).mean():.4f}")
    for k, n in [(160, 200), (0, 50), (15, 300)]:
        interval = binomtest(k, n).proportion_ci(0.95, "wilson")
        print(f"{k} of {n}: {interval.low:.6f} {interval.high:.6f}")


if __name__ == "__main__":
    main()
