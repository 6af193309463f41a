"""Measures between representations, computed a second time by rsatoolbox, scipy and scikit-learn.

cargo build --release -p gyrus-similarity --example measure
python3 tests/scripts/similarity_oracle.py target/release/examples/measure
python3 tests/scripts/similarity_oracle.py target/release/examples/measure --bench

Needs numpy, scipy, scikit-learn and rsatoolbox (0.3.2). Shares no code with the Rust.
It prints the largest difference of each measure and fails above its tolerance.
With --bench it times RSA of 8 representations of 1,500 rows and 4,096 columns against rsatoolbox, on one thread each.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

for variable in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"]:
    os.environ[variable] = "1"

import numpy as np
from rsatoolbox.data import Dataset
from rsatoolbox.rdm import calc_rdm, compare
from scipy.linalg import orthogonal_procrustes, subspace_angles
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.metrics.pairwise import paired_cosine_distances, pairwise_distances

ROWS = 240
WIDTHS = [20, 60, 45, 700]
DISTANCES = {"euclidean": "euclidean", "squared": "sqeuclidean", "correlation": "correlation", "cosine": "cosine"}


def family(rng, rows, widths):
    """Representations that share part of what varies; one has a dimension that is large, all have repeated rows."""
    shared = rng.standard_normal((rows, 8))
    layers = [shared @ rng.standard_normal((8, p)) + rng.standard_normal((rows, p)) + 0.5 for p in widths]
    layers[1][:, 3] = 20 * layers[1][:, 3] + 300
    for layer in layers:
        layer[10:30] = layer[40:60]
    return [np.ascontiguousarray(layer, dtype="<f4") for layer in layers]


def run(program, measure, layers, folder):
    """What the program says, (matrices, layers, layers), and the CPU seconds it says it took."""
    files = []
    for i, layer in enumerate(layers):
        files.append(str(folder / f"{i}.f32"))
        layer.tofile(files[-1])
    command = [program, measure, str(len(layers[0])), str(folder / "out.f64"), *files]
    cpu = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)[1]
    values = np.fromfile(folder / "out.f64")
    n = 1 if measure == "contextual" else len(layers)
    return values.reshape(-1, n, n), cpu


def both(layers, of):
    """of(x, y) for every two, stacked as (matrices, layers, layers)."""
    return np.array([[of(x, y) for y in layers] for x in layers]).transpose(2, 0, 1)


def rsa(layers, distance):
    d = np.array([pdist(layer, DISTANCES[distance]) for layer in layers])
    # Rounding breaks the ties of repeated rows, which these digits bring back.
    rank = spearmanr(np.round(d / d.mean(1, keepdims=True), 10).T).statistic
    unit = d / np.linalg.norm(d, axis=1, keepdims=True)
    return np.array([np.corrcoef(d), rank, unit @ unit.T])


def with_rsatoolbox(layers, method):
    rdms = calc_rdm([Dataset(layer) for layer in layers], method=method)
    return np.array([compare(rdms, rdms, way) for way in ["corr", "spearman", "cosine"]])


def procrustes(x, y):
    x, y = x - x.mean(0), y - y.mean(0)
    width = max(x.shape[1], y.shape[1])
    x, y = (np.pad(a / np.linalg.norm(a), [(0, 0), (0, width - a.shape[1])]) for a in (x, y))
    nuclear = min(orthogonal_procrustes(x, y)[1], 1.0)
    return nuclear, np.arccos(nuclear)


def components(x, share):
    """The principal components that hold a share of the variance, back in the columns of x."""
    x = x - x.mean(0)
    if share == 1:
        return x, np.linalg.matrix_rank(x)
    pca = PCA(svd_solver="full").fit(x)
    k = int(np.argmax(np.cumsum(pca.explained_variance_ratio_) >= share)) + 1
    return pca.transform(x)[:, :k] @ pca.components_[:k], k


def cca(x, y, share):
    (x, kx), (y, ky) = components(x, share), components(y, share)
    if kx + ky > len(x) - 1:
        return [np.nan] * 3
    basis = lambda a, k: np.linalg.svd(a, full_matrices=False)[0][:, :k]
    bx, by = basis(x, kx), basis(y, ky)
    rho = np.sort(np.cos(subspace_angles(bx, by)))[::-1]
    variates = bx @ np.linalg.svd(bx.T @ by, full_matrices=False)[0]
    weights = np.abs(variates.T @ x).sum(1)
    return rho.mean(), (rho**2).mean(), (weights * rho).sum() / weights.sum()


def neighbours(layers, gap):
    lists = []
    for layer in layers:
        d = pairwise_distances(layer, metric="cosine")
        rows = np.arange(len(d))
        d[np.abs(rows[:, None] - rows) <= gap] = np.inf
        # Digits that bring back the ties of repeated rows; of equals the earlier row.
        lists.append(np.argsort(np.round(d, 12), axis=1, kind="stable")[:, :10])
    share = lambda a, b: np.mean([len(set(i) & set(j)) / 10 for i, j in zip(a, b)])
    return np.array([[[share(a, b) for b in lists] for a in lists]])


def predictivity(x, y, gap=5, k=5):
    x = x - x.mean(0)
    x = x / np.sqrt((x**2).sum(1).mean())
    rows, grid = np.arange(len(x)), np.logspace(-3, 5, 9)
    away = lambda rows, held: rows[np.abs(rows[:, None] - held).min(1) > gap]
    fit = lambda train, a: Ridge(alpha=a).fit(x[train], y[train])
    scores = []
    for held in np.array_split(rows, k):
        train = away(rows, held)
        losses = np.zeros((len(grid), y.shape[1]))
        for tried in np.array_split(train, k):
            learnt = away(train, tried)
            losses += [((fit(learnt, a).predict(x[tried]) - y[tried]) ** 2).mean(0) for a in grid]
        best = losses.argmin(0)
        p = np.array([fit(train, a).predict(x[held]) for a in grid])[best, :, np.arange(len(best))].T
        r = [np.corrcoef(p[:, j], y[held][:, j])[0, 1] for j in range(len(best))]
        spread = ((y[held] - y[train].mean(0)) ** 2).sum(0)
        scores.append([r, 1 - ((y[held] - p) ** 2).sum(0) / spread])
    return np.mean(scores, (0, 2))


def check(name, found, expected, tolerance):
    assert (np.isnan(found) == np.isnan(expected)).all(), name
    difference = np.nanmax(np.abs(found - expected))
    print(f"{name:40} {difference:.1e}")
    assert difference < tolerance, name


def values(program, folder):
    layers = family(np.random.default_rng(1), ROWS, WIDTHS)
    exact = [layer.astype(float) for layer in layers]
    of = lambda measure, layers=layers: run(program, measure, layers, folder)[0]
    for distance in DISTANCES:
        found = of(f"rsa-{distance}")
        check(f"rsa {distance}, scipy", found, rsa(exact, distance), 1e-6)
        # rsatoolbox calls the squared distance Euclidean.
        method = {"squared": "euclidean", "correlation": "correlation"}.get(distance)
        if method:
            check(f"rsa {distance}, rsatoolbox", found, with_rsatoolbox(exact, method), 1e-6)
    check("procrustes, scipy", of("procrustes")[0], both(exact, procrustes)[0], 1e-9)
    check("procrustes angle, scipy", of("procrustes")[1], both(exact, procrustes)[1], 1e-6)
    check("cca, scipy", of("cca"), both(exact, lambda x, y: cca(x, y, 1)), 1e-7)
    narrow, exactly = layers[:3], exact[:3]
    check("svcca, scikit-learn", of("svcca", narrow), both(exactly, lambda x, y: cca(x, y, 0.99)), 1e-7)
    check("neighbours, scikit-learn", of("neighbours"), neighbours(exact, 0), 2e-3)
    check("neighbours with a gap, scikit-learn", of("neighbours-gap"), neighbours(exact, 20), 2e-3)
    small, exactly = layers[:2], exact[:2]
    check("predictivity, scikit-learn", of("predictivity", small), both(exactly, predictivity), 1e-6)
    same = [layers[0], layers[1][:, :20].copy()]
    expected = paired_cosine_distances(same[0].astype(float), same[1].astype(float)).mean()
    check("contextual difference, scikit-learn", of("contextual", same), np.full((1, 1, 1), expected), 1e-9)


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def bench(program, folder):
    rng = np.random.default_rng(0)
    layers = family(rng, 1500, [4096] * 8)
    exact = [layer.astype(float) for layer in layers]
    for distance, method in [("correlation", "correlation"), ("squared", "euclidean")]:
        before = cpu_seconds()
        rdms = calc_rdm([Dataset(layer) for layer in exact], method=method)
        built = cpu_seconds()
        expected = [compare(rdms, rdms, way) for way in ["corr", "spearman", "cosine"]]
        theirs = cpu_seconds() - before
        ours = [run(program, f"rsa-{distance}", layers, folder) for _ in range(3)]
        difference = np.abs(ours[0][0] - expected).max((1, 2))
        least = min(cpu for _, cpu in ours)
        print(f"{distance}: rsatoolbox {theirs:.2f} CPU s ({built - before:.2f} of them matrices), gyrus {least:.2f}")
        print(f"  {theirs / least:.1f} times less; differences of r, rank correlation, cosine: {difference}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--bench", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        (bench if options.bench else values)(options.program, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
