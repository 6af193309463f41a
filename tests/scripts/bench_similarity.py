#!/usr/bin/env python3
"""Times the similarity of many layers by gyrus against numpy pair by pair and rsatoolbox, taking turns, and compares the answers.

usage: bench_similarity.py --gyrus PROGRAM --work FOLDER [--rounds 5] [--threads 1,2] [--recipes ...] [--write FILE]

Needs: pip install numpy safetensors polars rsatoolbox==0.3.2   (`cargo xtask bench similarity` does it)

Every side runs in a process of its own, with as many threads as are named. Ours is the whole program: it starts, maps the
file, and writes its table. The peers' seconds begin when everything is imported and read.

Recipes:
  cka      24 layers of 2,000 rows x 1,024, 300 pairs, biased and debiased; the peer computes, for each pair, both Gram
           matrices, centres them, and takes their products (Kornblith et al. 2019), in f64 and in f32
  rsa      8 layers of 1,500 rows x 4,096: distance matrices by correlation, compared by Pearson's r; the peer in f64 and f32
  ranks    the same compared by Spearman's r
  null     6 layers of 1,000 rows x 256, CKA and its mean over all 999 circular shifts of one of two layers; the peer
           centres each Gram matrix once and, for each of the 15 pairs and each shift, moves one and takes the product
  sweep    5,000 rows x 4,096, a part of 396 layers with the tiles that 396 layers have in 2 GB; the peer centres each
           layer and computes its Gram matrix once, in f32, by the symmetric product of numpy.
           With T(L, p) the CPU seconds of L layers of p columns, the whole is
           T(396, 4096) = T(396, 64) + 396 / L (T(L, 4096) - T(L, 64)): what pairs cost is measured with all 396 layers
"""
import argparse
import json
import os
import pathlib
import statistics
import sys
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--gyrus", type=pathlib.Path, required=True)
parser.add_argument("--work", type=pathlib.Path, required=True)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--threads", default="1,2")
parser.add_argument("--recipes", default="cka,null,rsa,ranks,sweep")
parser.add_argument("--write", type=pathlib.Path, help="file whose table is replaced")
parser.add_argument("--peer", help=argparse.SUPPRESS)
arguments = parser.parse_args()

import numpy as np

from side_by_side import mebibytes, publish, run

SHAPES = {"cka": (24, 2000, 1024), "null": (6, 1000, 256), "rsa": (8, 1500, 4096), "ranks": (8, 1500, 4096), "sweep": (24, 5000, 4096), "narrow": (396, 5000, 64)}
PEERS = {"cka": ["numpy f64", "numpy f32"], "null": ["numpy f64", "numpy f32"], "rsa": ["rsatoolbox f64", "rsatoolbox f32"], "ranks": ["rsatoolbox f64"]}
COMPARE = {"rsa": ("pearson", "corr"), "ranks": ("spearman", "spearman")}
WHOLE, MEMORY = 396, 2 << 30


def layer_files(recipe):
    """Layers of a residual stream: each is the one before it and something new."""
    layers, rows, width = SHAPES[recipe]
    paths = [arguments.work / f"{'rsa' if recipe == 'ranks' else recipe}.{layer}.safetensors" for layer in range(layers)]
    if not all(path.exists() for path in paths):
        from safetensors.numpy import save_file

        rng = np.random.default_rng(0)
        x = rng.standard_normal((rows, width), dtype=np.float32)
        for path in paths:
            x += 0.5 * rng.standard_normal((rows, width), dtype=np.float32)
            save_file({"layer.0": x}, path)
    return paths


def read(path):
    from safetensors.numpy import load_file

    return load_file(path)["layer.0"]


def centred(gram, unbiased):
    """The Gram matrix of centred rows, with the diagonal that its estimate wants (Szekely and Rizzo 2014)."""
    n, gram = len(gram), gram.copy()
    if unbiased:
        np.fill_diagonal(gram, 0)
        means = gram.sum(0) / (n - 2)
        means -= means.sum() / (2 * (n - 1))
    else:
        means = gram.mean(0)
        means -= means.mean() / 2
    gram -= means[:, None]
    gram -= means[None, :]
    if unbiased:
        np.fill_diagonal(gram, 0)
    return gram


def alike(x, y, unbiased):
    k, l = centred(x @ x.T, unbiased), centred(y @ y.T, unbiased)
    return (k.ravel() @ l.ravel()) / (np.linalg.norm(k) * np.linalg.norm(l))


def pairwise(layers):
    pairs = [(a, b) for a in range(len(layers)) for b in range(a, len(layers))]
    return {f"{a} {b}": [float(alike(layers[a], layers[b], unbiased)) for unbiased in (True, False)] for a, b in pairs}


def moved_around(layers):
    """Debiased CKA, and its mean over all shifts of the rows of the second layer."""
    grams = [centred(x @ x.T, True) for x in layers]
    norms, n, found = [np.linalg.norm(gram) for gram in grams], len(layers[0]), {}
    for a in range(len(layers)):
        for b in range(a + 1, len(layers)):
            at = lambda shift: grams[a].ravel() @ np.roll(grams[b], (-shift, -shift), (0, 1)).ravel() / norms[a] / norms[b]
            values = [float(at(shift)) for shift in range(n)]
            found[f"{a} {b}"] = [values[0], sum(values[1:]) / (n - 1)]
    return found


def distances(layers, method):
    import rsatoolbox

    rdms = [rsatoolbox.rdm.calc_rdm(rsatoolbox.data.Dataset(x), method="correlation") for x in layers]
    pairs = [(a, b) for a in range(len(layers)) for b in range(a, len(layers))]
    return {f"{a} {b}": [float(rsatoolbox.rdm.compare(rdms[a], rdms[b], method=method)[0, 0])] for a, b in pairs}


def peer(name, recipe, count, out):
    """Does the peer's work in this process and prints its wall seconds, CPU seconds and peak MiB."""
    paths = layer_files(recipe)[:count]
    layers = [] if recipe == "sweep" else [read(path).astype("f8" if name.endswith("f64") else "f4") for path in paths]
    if recipe in COMPARE:
        import rsatoolbox.rdm
    wall, cpu = time.perf_counter(), time.process_time()
    found = None
    if recipe == "cka":
        found = pairwise(layers)
    elif recipe == "null":
        found = moved_around(layers)
    elif recipe in COMPARE:
        found = distances(layers, COMPARE[recipe][1])
    else:
        for path in paths:
            x = read(path)
            x -= x.mean(0)
            x @ x.T
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    pathlib.Path(out).write_text(json.dumps(found))
    print(json.dumps([wall, cpu, mebibytes("self", "VmHWM")]))


def run_with(threads, command, **settings):
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
    return run(command, **settings, **{name: str(threads) for name in names})


def run_ours(recipe, threads, count, **settings):
    import polars

    out = arguments.work / "ours.parquet"
    memory = MEMORY * count // WHOLE if recipe in ("sweep", "narrow") else 256 << 20
    metric = ["rsa", "--compare", COMPARE[recipe][0]] if recipe in COMPARE else ["cka"]
    metric += ["--shifts", SHAPES[recipe][1]] if recipe == "null" else []
    files = layer_files(recipe)[:count]
    _, cost = run_with(threads, [arguments.gyrus, "similarity", *files, "--memory", memory, "--out", out, "--metric", *metric], **settings)
    table = polars.read_parquet(out)
    columns = [table[name].to_list() for name in ("rsa", "cka", "null_mean" if recipe == "null" else "cka_biased") if name in table.columns]
    pairs = [(a, b) for a in range(count) for b in range(a, count)]
    return {f"{a} {b}": values for (a, b), values in zip(pairs, zip(*columns))}, cost


def run_peer(name, recipe, threads, count):
    out = arguments.work / "peer.json"
    command = [sys.executable, __file__, "--gyrus", arguments.gyrus, "--work", arguments.work]
    text, _ = run_with(threads, [*command, "--peer", json.dumps([name, recipe, count, str(out)])])
    return json.loads(out.read_text()), json.loads(text)


def row(recipe, name, threads, theirs, ours, says):
    median = lambda runs, i: statistics.median(run[i] for run in runs)
    ratios = [their[1] / our[1] for their, our in zip(theirs, ours)]
    cells = [recipe, name, str(threads)]
    cells += [f"{median(side, i):.2f}" for i in (1, 0) for side in (theirs, ours)]
    cells += [f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"]
    cells += [f"{median(theirs, 2):,.0f}", f"{median(ours, 2):,.0f}", says]
    return "| " + " | ".join(cells) + " |"


def compare(recipe, name, threads):
    theirs, ours, apart = [], [], 0
    for _ in range(arguments.rounds):
        found, cost = run_ours(recipe, threads, SHAPES[recipe][0])
        ours.append(cost)
        expected, cost = run_peer(name, recipe, threads, SHAPES[recipe][0])
        theirs.append(cost)
        apart = max(abs(a - b) for pair in expected for a, b in zip(found[pair], expected[pair]))
    return row(recipe, name, threads, theirs, ours, f"{len(expected)} pairs, equal to {apart:.0e}")


def sweep(threads):
    """The cost of 396 layers, from a part of them at full width and from all of them at a small one."""
    part, _, width = SHAPES["sweep"]
    narrow = SHAPES["narrow"][2]
    costs = {name: [] for name in ("part", "part narrow", "whole narrow", "alone")}
    for _ in range(arguments.rounds):
        costs["part"].append(run_ours("sweep", threads, part, figure="RssAnon")[1])
        costs["part narrow"].append(run_ours("narrow", threads, part)[1])
        costs["whole narrow"].append(run_ours("narrow", threads, WHOLE, figure="RssAnon")[1])
        costs["alone"].append(run_peer("numpy f32", "sweep", threads, part)[1])
    rows = [row(f"sweep, {part} layers", "Gram matrices alone", threads, costs["alone"], costs["part"], "peak without mapped pages")]
    cpu = {name: statistics.median(cost[1] for cost in runs) for name, runs in costs.items()}
    whole = cpu["whole narrow"] + WHOLE / part * (cpu["part"] - cpu["part narrow"])
    alone = WHOLE / part * cpu["alone"]
    peak = statistics.median(cost[2] for cost in costs["whole narrow"])
    says = f"T({WHOLE}, {narrow}) {cpu['whole narrow']:.1f} s, T({part}, {width}) {cpu['part']:.1f} s, T({part}, {narrow}) {cpu['part narrow']:.2f} s"
    cells = [f"sweep, {WHOLE} layers", "Gram matrices alone", threads, f"{alone:,.0f}", f"{whole:,.0f}", "", ""]
    rows.append("| " + " | ".join(map(str, [*cells, f"{alone / whole:.2f}", "", f"{peak:,.0f}", says])) + " |")
    return rows


def main():
    if arguments.peer:
        return peer(*json.loads(arguments.peer))
    arguments.work.mkdir(parents=True, exist_ok=True)
    rows = []
    for recipe in arguments.recipes.split(","):
        for data in [recipe, "narrow"] if recipe == "sweep" else [recipe]:
            layer_files(data)
        for threads in map(int, arguments.threads.split(",")):
            found = sweep(threads) if recipe == "sweep" else [compare(recipe, name, threads) for name in PEERS[recipe]]
            print(*found, sep="\n", flush=True)
            rows += found
    head = ["recipe", "peer", "threads", "its CPU s", "our CPU s", "its wall s", "our wall s", "CPU ratio (range)"]
    head += ["its peak MiB", "our peak MiB", "agreement"]
    publish(arguments.write, "similarity", f"Median of {arguments.rounds} alternating runs.", head, rows)


main()
