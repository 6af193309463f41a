"""Nested ridge of gyrus-ridge against himalaya and scikit-learn: the same penalties and the same held-out r.

Needs numpy, scikit-learn and himalaya (himalaya is left out with a word if it is not installed).
Run it from the top folder: python3 tests/scripts/ridge_oracle.py
"""
import os
import subprocess
import sys
import tempfile
import time

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "2")

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold

ROWS, WIDTH, TARGETS = 4500, 500, 700
FIRST, LAST, COUNT = 1e-2, 1e6, 17
OUTER, INNER = 10, 5


def simulate(seed=0):
    """Features with falling variance and targets from pure noise to nearly none."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((ROWS, WIDTH)) * np.linspace(3, 0.1, WIDTH) + 2
    weights = rng.standard_normal((WIDTH, TARGETS)) * (rng.random((WIDTH, 1)) < 0.1)
    y = 0.05 * x @ weights + rng.standard_normal((ROWS, TARGETS)) * np.linspace(0.5, 6, TARGETS) - 1
    return x, y


def ours(x, y):
    """r and penalties (outer folds, targets) from the example program, and its seconds."""
    program = ["cargo", "build", "--release", "-q", "-p", "gyrus-ridge", "--example", "nested"]
    subprocess.run(program, check=True)
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("x", "y", "out")]
        x.tofile(paths[0])
        y.tofile(paths[1])
        arguments = [paths[0], paths[1], ROWS, FIRST, LAST, COUNT, paths[2]]
        begin = time.perf_counter()
        subprocess.run([os.path.join(target, "release/examples/nested"), *map(str, arguments)], check=True)
        seconds = time.perf_counter() - begin
        r, penalties = np.fromfile(paths[2]).reshape(2, OUTER, TARGETS)
    return r, penalties, seconds


def pearson(a, b):
    a, b = a - a.mean(0), b - b.mean(0)
    return (a * b).sum(0) / np.sqrt((a * a).sum(0) * (b * b).sum(0))


def by_scikit_learn(x, y, train, test, penalties, grid):
    """r with the given penalties, and the penalties that inner folds of explicit predictions choose."""
    fitted = Ridge(alpha=penalties, solver="svd").fit(x[train], y[train])
    errors = np.zeros((COUNT, y.shape[1]))
    for inner, held in KFold(INNER).split(train):
        inner, held = train[inner], train[held]
        for i, penalty in enumerate(grid):
            predicted = Ridge(alpha=penalty, solver="cholesky").fit(x[inner], y[inner]).predict(x[held])
            errors[i] += ((predicted - y[held]) ** 2).mean(0)
    return pearson(fitted.predict(x[test]), y[test]), grid[errors.argmin(0)]


def main():
    x, y = simulate()
    r, penalties, seconds = ours(x, y)
    print(f"gyrus-ridge: {OUTER} outer folds with reading the files in {seconds:.2f} s")
    grid = np.logspace(np.log10(FIRST), np.log10(LAST), COUNT)
    rows = np.arange(ROWS)
    train, test = np.setdiff1d(rows, rows[: ROWS // OUTER]), rows[: ROWS // OUTER]

    begin = time.perf_counter()
    expected_r, expected_penalties = by_scikit_learn(x, y, train, test, penalties[0], grid)
    print(f"scikit-learn: one outer fold in {time.perf_counter() - begin:.2f} s")
    same = np.isclose(expected_penalties, penalties[0]).mean()
    difference = np.abs(expected_r - r[0]).max()
    print(f"scikit-learn: same penalty for {same:.4f} of targets, largest difference of r {difference:.1e}")
    failed = same < 1 or difference > 1e-10

    try:
        from himalaya.ridge import RidgeCV
    except ImportError:
        print("himalaya is not installed: left out")
        return failed
    begin = time.perf_counter()
    model = RidgeCV(alphas=grid, fit_intercept=True, cv=KFold(INNER), solver="svd").fit(x[train], y[train])
    expected_r = pearson(model.predict(x[test]), y[test])
    print(f"himalaya: one outer fold in {time.perf_counter() - begin:.2f} s")
    same = np.isclose(model.best_alphas_, penalties[0]).mean()
    difference = np.abs(expected_r - r[0]).max()
    print(f"himalaya: same penalty for {same:.4f} of targets, largest difference of r {difference:.1e}")
    return failed or same < 1 or difference > 1e-10


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
