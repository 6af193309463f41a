#!/usr/bin/env python3
"""Measures how the cost of a study grows: seconds of every step, memory and disk of simulated studies, one axis at a time.

usage: bench_scale.py --gyrus PROGRAM --work FOLDER [--rounds 3] [--axes words,layers,...] [--smoke] [--write FILE]

Needs: pip install numpy safetensors   (`cargo xtask bench scale` does it)

Every run is `gyrus run --threads 1` into an empty folder. What it took is kept in FOLDER/runs.json under the program's hash, the
study's settings and the method of measuring, so that a bench that was stopped goes on where it was.
A step's seconds are the CPU seconds of the process between the two lines of its log that say that the step begins and ends.

Axes: words, layers, width (components of an encoding), columns (of states), compared (layers, by their similarity
alone), electrodes, windows, models, and
  shards   parts of a study of eight models, one after the other, and the merge
  part     a part of the study of the paper: one layer of 500 columns, and of 4,096, as features
"""
import argparse
import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

import scale_report
from scale_fits import STEPS
from scale_studies import Study, write
from side_by_side import cpu_seconds, mebibytes

AXES = ["words", "layers", "width", "columns", "compared", "electrodes", "windows", "models", "shards", "part"]

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--gyrus", type=pathlib.Path, required=True)
parser.add_argument("--work", type=pathlib.Path, required=True)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--axes", default=",".join(AXES))
parser.add_argument("--smoke", action="store_true", help="tiny studies, to see that everything runs")
parser.add_argument("--write", type=pathlib.Path, help="file whose tables are replaced")
arguments = parser.parse_args()

BASE = Study(words=400, gap=10, layers=2, models=1) if arguments.smoke else Study()
DOUBLINGS = 2 if arguments.smoke else 4
# How a run is measured; runs that were measured otherwise are not mixed with these.
METHOD = "CPU seconds between lines of the log"
RUNS = arguments.work / "runs.json"
PROGRAM = hashlib.sha256(arguments.gyrus.read_bytes()).hexdigest()


def studies(axis):
    """The studies of an axis, smallest first."""
    sizes = {
        "words": [500, 1000, 2000, 4000, 8000],
        "layers": [4, 8, 16, 32],
        "components": [25, 50, 100, 200, 400],
        "columns": [64, 128, 256, 512],
        "compared": [25, 50, 100, 200, 400],
        "electrodes": [12, 24, 48, 96],
        "windows": [1, 2, 4, 8],
        "models": [1, 2, 4, 8],
    }
    field, base = axis, BASE
    if axis == "width":
        # One wide model, so that encoding alone takes most of the time.
        field, base = "components", dataclasses.replace(BASE, width=400, kept=400, layers=2, models=1, windows=1)
    sizes = sizes[field][: DOUBLINGS if arguments.smoke else None]
    if axis == "compared":
        return [dataclasses.replace(base, words=2000 if not arguments.smoke else 600, models=1, feature_layers=size) for size in sizes]
    if axis == "columns":
        return [dataclasses.replace(base, width=size, kept=size) for size in sizes]
    return [dataclasses.replace(base, **{field: size}) for size in sizes]


def parts_of_paper():
    """The fits of one layer of one model of the paper's study at its main window, its states kept as components, and of states
    as they are.

    Two outer folds of 9,000 words have training sets of 4,500 words, as ten of 5,000 have."""
    paper = dataclasses.replace(scale_report.PAPER, models=1, feature_layers=1, width=500)
    wide = dataclasses.replace(paper, words=9000, folds=2, width=4096, electrodes=7, shifts=19)
    if arguments.smoke:
        small = {"words": 600, "folds": 4, "inner_folds": 3, "gap": 10, "electrodes": 3}
        return {
            "kept components": dataclasses.replace(paper, **small, width=60, components=50),
            "whole states": dataclasses.replace(wide, **small, width=200, components=50),
        }
    return {"kept components": paper, "whole states": wide}


def recorded(key, rounds, measure):
    """What `measure` found in each of `rounds` rounds, of which those that are in the file are not made again."""
    all_runs = json.loads(RUNS.read_text()) if RUNS.exists() else {}
    found = all_runs.setdefault(f"{PROGRAM} {METHOD} {key}", [])
    while len(found) < rounds:
        found.append(measure())
        beside = RUNS.with_suffix(".new")
        beside.write_text(json.dumps(all_runs, indent=1))
        beside.rename(RUNS)
    return found[:rounds]


def gyrus(command, path, out, *more):
    """Costs of one call of the program: CPU, wall, peak, load at its beginning, and CPU seconds and pieces of its steps."""
    load, begun, steps, passages, peak, said = os.getloadavg()[0], time.perf_counter(), {}, {}, 0, []
    asked = [arguments.gyrus, command, path, "--out", out, "--threads", "1", "--log", "json", *more]
    process = subprocess.Popen(list(map(str, asked)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    since = {}
    for line in process.stderr:
        event = json.loads(line) if line.startswith("{") else said.append(line) or {"event": ""}
        name = event.get("step", "")
        if event["event"] == "begun" and "step" in event:
            since[name] = worked(process.pid)
        elif event["event"] == "finished":
            step = next((step for step in STEPS if name == step or name.startswith(f"{step}-")), name)
            spent, pieces = steps.get(step, (0.0, 0))
            steps[step] = spent + worked(process.pid) - since.pop(name), pieces + 1
            # A child's ru_maxrss begins at its parent's, so the peak is read while it runs.
            peak = max(peak, mebibytes(process.pid, "VmHWM"))
        elif event.get("unit") == "tokens x layers":
            passages[name] = event["total"]
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit("".join(said))
    cost = {"cpu": cpu_seconds(usage), "wall": time.perf_counter() - begun, "peak": peak, "load": load}
    return cost | {"steps": steps, "passages": sum(passages.values())}


def worked(process):
    """CPU seconds of all threads of a process so far."""
    tasks = pathlib.Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def fresh(name):
    out = arguments.work / "results" / name
    shutil.rmtree(out, ignore_errors=True)
    return out


def size_of(folder):
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def measured(study, *more, rounds=arguments.rounds):
    """The median round of a study."""

    def once():
        out = fresh("growth")
        cost = gyrus("run", write(arguments.work, study, "growth"), out, *more)
        cost["disk"] = size_of(out)
        shutil.rmtree(out)
        return cost

    return median(recorded(f"{study.key()} {' '.join(more)}".strip(), rounds, once))


def median(rounds):
    middle = {name: statistics.median(cost[name] for cost in rounds) for name in ("cpu", "wall", "peak", "load", "disk", "passages")}
    steps = rounds[0]["steps"]
    middle["steps"] = {step: [statistics.median(cost["steps"][step][0] for cost in rounds), steps[step][1]] for step in steps}
    return middle


def shards():
    """Costs of 1, 2, 4 and 8 parts: of recordings, of each part alone, and of the merge."""
    models = 2 if arguments.smoke else 8
    study = dataclasses.replace(BASE, models=models)

    def once(count):
        out, path = fresh("shards"), write(arguments.work, study, "shards")
        first = gyrus("run", path, out, "--only", "text")
        parts = [gyrus("run", path, out, "--shard", f"{part}/{count}") for part in range(1, count + 1)]
        merge = gyrus("merge", path, out)
        shutil.rmtree(out)
        return {"first": first, "parts": parts, "merge": merge}

    counts = [count for count in (1, 2, 4, 8) if count <= models]
    return {count: recorded(f"shards {count} {study.key()}", arguments.rounds, lambda: once(count)) for count in counts}


def main():
    (arguments.work / "results").mkdir(parents=True, exist_ok=True)
    asked, grown, parts, divided = arguments.axes.split(","), {}, {}, {}
    for axis in AXES:
        if axis not in asked:
            continue
        if axis == "shards":
            divided = shards()
        elif axis == "part":
            alone = {name: measured(study, "--only", "fits", rounds=1) for name, study in parts_of_paper().items()}
            parts = {name: (study, alone[name]) for name, study in parts_of_paper().items()}
        else:
            grown[axis] = []
            for study in studies(axis):
                alone = ["--only", "similarity"] if axis == "compared" else []
                grown[axis].append((study, measured(study, *alone)))
                print(axis, scale_report.size_on(axis, study), f"{grown[axis][-1][1]['cpu']:.1f} CPU s", flush=True)
    scale_report.tell(arguments.write, grown, divided, parts, arguments.rounds)


main()
