"""Figures for the tests of folds.rs and lanczos.rs in gyrus-encoding, by scikit-learn and numpy.

Run it from the top folder: python3 tests/scripts/folds_oracle.py
"""
import numpy as np
from sklearn.model_selection import KFold

ROWS, OUTER, INNER, GAP = 47, 4, 3, 2


def stretches(rows):
    """Sorted rows as (start, end) of unbroken stretches, the end excluded."""
    rows = np.sort(rows)
    cuts = np.flatnonzero(np.diff(rows) > 1) + 1
    return [(int(part[0]), int(part[-1]) + 1) for part in np.split(rows, cuts)]


def purged(train, test):
    """The training rows that are more than the gap away from every held-out row."""
    return train[np.abs(train[:, None] - test[None, :]).min(axis=1) > GAP]


def window(u):
    """Lanczos window of three lobes at u periods, as in the published fMRI pipelines."""
    with np.errstate(invalid="ignore", divide="ignore"):
        value = 3 * np.sin(np.pi * u) * np.sin(np.pi * u / 3) / (np.pi * u) ** 2
    return np.where(u == 0, 1.0, np.where(np.abs(u) > 3, 0.0, value))


def main():
    for train, test in KFold(OUTER).split(np.arange(ROWS)):
        train = purged(train, test)
        print("outer", stretches(test), stretches(train))
        for fit, held in KFold(INNER).split(train):
            print("  inner", stretches(train[held]), stretches(purged(train[fit], train[held])))
    for u in (0.0, 0.25, 1.5, -2.5):
        print(f"L({u}) = {window(np.array(u)):.17g}")
    u = np.linspace(-3, 3, 600001)
    for frequency in (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0):
        gain = np.trapezoid(window(u) * np.cos(np.pi * frequency * u), u)
        print(f"gain at {frequency} Nyquist = {gain:.6f}")


if __name__ == "__main__":
    main()
