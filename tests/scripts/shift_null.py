"""How often a circular-shift null calls noise significant, by the least shift that it allows.

Feature and response are independent AR(1) series with coefficient .9; p <= .05 should happen 5 times in 100.
Run it from the top folder: python3 tests/scripts/shift_null.py
"""
import numpy as np
from scipy.signal import lfilter

PHI, SEEDS, DRAWS = 0.9, 10_000, 39


def series(rng, runs):
    """One AR(1) series with variance 1, begun anew in each run, centred over all rows."""
    parts = []
    for rows in runs:
        noise = rng.standard_normal(rows)
        noise[1:] *= np.sqrt(1 - PHI**2)
        parts.append(lfilter([1], [1, -PHI], noise))
    mean = np.concatenate(parts).mean()
    return [part - mean for part in parts]


def rate(runs, gap):
    """Share of seeds with p <= .05; r is proportional to the sum of products, because shifts keep both variances."""
    rng = np.random.default_rng(1)
    found = 0
    for _ in range(SEEDS):
        null, observed = np.zeros(DRAWS), 0.0
        for x, y in zip(series(rng, runs), series(rng, runs)):
            products = np.fft.irfft(np.conj(np.fft.rfft(y)) * np.fft.rfft(x), len(x))
            observed += products[0]
            null += products[rng.integers(gap, len(x) - gap + 1, DRAWS)]
        found += (1 + (null >= observed).sum()) / (1 + DRAWS) <= 0.05 + 1e-9
    return found / SEEDS


if __name__ == "__main__":
    for runs in ([400], [5000], [150, 200, 120], [1500, 2000, 1200]):
        print(runs, {gap: float(rate(runs, gap)) for gap in (1, 5, 10, 20, 40)}, flush=True)
