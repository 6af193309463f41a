#!/usr/bin/env python3
"""Times encoding models of gyrus against himalaya and scikit-learn, in the same run, taking turns, and compares the answers.

usage: bench_encode.py --programs FOLDER --work FOLDER [--rounds 5] [--threads 1,2] [--recipes ...] [--write FILE]

Needs: pip install himalaya==0.4.11 scikit-learn==1.9.1 numpy   (`cargo xtask bench encode` does it)

FOLDER of --programs holds the examples `nested` and `banded` of gyrus-ridge.
Every side runs in a process of its own, with as many threads as are named.
Seconds begin on both sides when everything is imported and read, and end before anything is written; the peak is the
whole process's.

Recipes (f64, contiguous folds, 5 inner folds, one penalty for each target by its squared error):
  fold     4,500 rows x 500 features to 700 targets, 17 penalties, one outer fold of 10
  folds    the same, all 10 outer folds
  banded   2,000 rows x (250 + 50) features to 500 targets, 20 shares of bands, 10 penalties
"""
import argparse
import json
import pathlib
import statistics
import sys
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--programs", type=pathlib.Path, required=True)
parser.add_argument("--work", type=pathlib.Path, required=True)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--threads", default="1,2")
parser.add_argument("--recipes", default="fold,folds,banded")
parser.add_argument("--write", type=pathlib.Path, help="file whose table is replaced")
parser.add_argument("--peer", help=argparse.SUPPRESS)
arguments = parser.parse_args()

import numpy as np

from side_by_side import mebibytes, publish, run

OUTER, INNER = 10, 5
GRID, BAND_GRID = (1e-2, 1e6, 17), (1e-1, 1e5, 10)
WIDTHS = (250, 50)
PEERS = {"fold": ["himalaya", "scikit-learn GCV", "scikit-learn cv=5"], "folds": ["himalaya"], "banded": ["himalaya"]}


def penalties(grid):
    return np.logspace(np.log10(grid[0]), np.log10(grid[1]), grid[2])


def simulate(rows, width, targets, seed):
    """Features with falling variance and targets from pure noise to nearly none."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((rows, width)) * np.linspace(3, 0.1, width) + 2
    weights = rng.standard_normal((width, targets)) * (rng.random((width, 1)) < 0.1)
    y = 0.05 * x @ weights + rng.standard_normal((rows, targets)) * np.linspace(0.5, 6, targets) - 1
    return x, y


def data(recipe):
    return simulate(2000, sum(WIDTHS), 500, 1) if recipe == "banded" else simulate(4500, 500, 700, 0)


def shares():
    return np.random.default_rng(2).dirichlet([1.0] * len(WIDTHS), 20)


def n_folds(recipe):
    return OUTER if recipe == "folds" else 1


def pearson(a, b):
    a, b = a - a.mean(0), b - b.mean(0)
    return (a * b).sum(0) / np.sqrt((a * a).sum(0) * (b * b).sum(0))


def splits(rows, recipe):
    from sklearn.model_selection import KFold

    return list(KFold(OUTER).split(np.zeros((rows, 1))))[: n_folds(recipe)]


def himalaya_ridge(x, y, recipe):
    from himalaya.ridge import RidgeCV
    from sklearn.model_selection import KFold

    found = []
    for train, test in splits(len(x), recipe):
        model = RidgeCV(alphas=penalties(GRID), fit_intercept=True, cv=KFold(INNER), solver="svd").fit(x[train], y[train])
        found.append((pearson(model.predict(x[test]), y[test]), model.best_alphas_, model.coef_))
    return [np.stack(part) for part in zip(*found)]


def himalaya_banded(x, y, _):
    from himalaya.ridge import GroupRidgeCV
    from sklearn.model_selection import KFold

    settings = dict(n_iter=shares(), alphas=penalties(BAND_GRID), progress_bar=False)
    groups = np.repeat(np.arange(len(WIDTHS)), WIDTHS)
    model = GroupRidgeCV(groups=groups, solver_params=settings, cv=KFold(INNER), fit_intercept=True).fit(x, y)
    return [-model.cv_scores_.max(0), np.exp(-model.deltas_), model.coef_]


def scikit_learn(x, y, recipe, **settings):
    from sklearn.linear_model import RidgeCV

    for train, test in splits(len(x), recipe):
        model = RidgeCV(alphas=penalties(GRID), **settings).fit(x[train], y[train])
        model.predict(x[test])
    return None


def peer(name, recipe, out):
    """Does the peer's work in this process and prints its seconds, CPU seconds and peak MiB."""
    work = {
        ("himalaya", "banded"): himalaya_banded,
        ("scikit-learn GCV", "fold"): lambda *a: scikit_learn(*a, alpha_per_target=True),
        ("scikit-learn cv=5", "fold"): lambda *a: scikit_learn(*a, cv=INNER),
    }.get((name, recipe), himalaya_ridge)
    import himalaya.ridge
    import sklearn.linear_model
    import sklearn.model_selection

    x, y = data(recipe)
    wall, cpu = time.perf_counter(), time.process_time()
    found = work(x, y, recipe)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if found is not None:
        np.savez(out, *found)
    print(json.dumps([wall, cpu, mebibytes("self", "VmHWM")]))


def run_with(threads, command):
    """As `run`, with so many threads for whatever the process counts on."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
    return run(command, **{name: str(threads) for name in names})


def run_ours(recipe, threads):
    x, y = data(recipe)
    paths = [arguments.work / f"{recipe}.{name}" for name in ("x", "y", "shares", "out")]
    for path, values in zip(paths, (x, y, shares())):
        values.tofile(path)
    grid = ":".join(map(str, BAND_GRID if recipe == "banded" else GRID))
    if recipe == "banded":
        command = ["banded", paths[0], paths[1], len(x), ",".join(map(str, WIDTHS)), paths[2], grid, paths[3]]
    else:
        command = ["nested", paths[0], paths[1], len(x), grid, OUTER, n_folds(recipe), paths[3]]
    seconds, (_, _, peak) = run_with(threads, [arguments.programs / command[0], *command[1:]])
    cost = (*json.loads(seconds), peak)
    numbers, n, (width, targets) = np.fromfile(paths[3]), n_folds(recipe), (x.shape[1], y.shape[1])
    shapes = [(targets,), (len(WIDTHS), targets), (width, targets)]
    if recipe != "banded":
        shapes = [(n, targets), (n, targets), (n, width, targets)]
    found, begin = [], 0
    for shape in shapes:
        found.append(numbers[begin : begin + np.prod(shape)].reshape(shape))
        begin += np.prod(shape)
    return found, cost


def run_peer(name, recipe, threads):
    out = arguments.work / f"{recipe}.npz"
    command = [sys.executable, __file__, "--programs", arguments.programs, "--work", arguments.work]
    text, _ = run_with(threads, [*command, "--peer", json.dumps([name, recipe, str(out)])])
    found = [np.load(out)[f"arr_{i}"] for i in range(3)] if name == "himalaya" else None
    return found, json.loads(text)


def agreement(recipe, ours, theirs):
    """In words, how far the two sides agree."""
    if theirs is None:
        return "another choice of penalties"
    if recipe == "banded":
        # himalaya gives log(share / penalty) for each band.
        same = np.isclose(ours[1], theirs[1], rtol=1e-6).all(0)
    else:
        same = np.isclose(ours[1], theirs[1], rtol=1e-6)
    weights = np.abs(ours[2] - theirs[2]).max(-2) / np.abs(theirs[2]).max(-2)
    scores = np.abs(ours[0] - theirs[0])[same].max()
    word = "losses" if recipe == "banded" else "r"
    return f"same penalties {100 * same.mean():.2f} %, {word} to {scores:.0e}, weights to {weights[same].max():.0e}"


def row(recipe, name, threads, theirs, ours, says):
    median = lambda runs, i: statistics.median(run[i] for run in runs)
    ratios = [their[1] / our[1] for their, our in zip(theirs, ours)]
    cells = [recipe, name, str(threads)]
    cells += [f"{median(side, i):.2f}" for i in (1, 0) for side in (theirs, ours)]
    cells += [f"{statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"]
    cells += [f"{median(theirs, 2):,.0f}", f"{median(ours, 2):,.0f}", says]
    return "| " + " | ".join(cells) + " |"


def main():
    if arguments.peer:
        return peer(*json.loads(arguments.peer))
    arguments.work.mkdir(parents=True, exist_ok=True)
    rows = []
    for recipe in arguments.recipes.split(","):
        for threads in map(int, arguments.threads.split(",")):
            for name in PEERS[recipe]:
                theirs, ours = [], []
                for _ in range(arguments.rounds):
                    found, cost = run_ours(recipe, threads)
                    ours.append(cost)
                    expected, cost = run_peer(name, recipe, threads)
                    theirs.append(cost)
                rows.append(row(recipe, name, threads, theirs, ours, agreement(recipe, found, expected)))
                print(rows[-1], flush=True)
    head = ["recipe", "peer", "threads", "its CPU s", "our CPU s", "its wall s", "our wall s", "CPU ratio (range)"]
    head += ["its peak MiB", "our peak MiB", "agreement"]
    publish(arguments.write, "encode", f"Median of {arguments.rounds} alternating runs.", head, rows)


main()
