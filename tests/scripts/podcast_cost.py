"""What the steps of a study of electrodes cost: CPU seconds and memory, with features and responses of noise.

Needs numpy and safetensors: python3 tests/scripts/podcast_cost.py PROGRAM [TARGETS SHIFTS LAYERS]

5,136 words, nine lags, four controls, 400 of 500 components, 5 and 4 folds and 15 penalties as in `studies/podcast-models.toml`, one thread.
docs/REAL_DATA.md has what a layer, an electrode, a shift and a pair of layers cost, from 100 targets with 19 and 59 shifts, 200 with
19, and 8 and 16 layers of 10 targets.
"""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

PROGRAM = str(Path(sys.argv[1] if len(sys.argv) > 1 else "target/release/gyrus").resolve())
TARGETS, SHIFTS, LAYERS = map(int, sys.argv[2:5]) if len(sys.argv) > 4 else (100, 19, 4)
WORDS, WIDTH, RATE = 5136, 500, 32
STEPS = ("encoding", "canaries", "hierarchy", "lags", "dimension", "similarity")


def study(folder):
    """The study file and all that it names."""
    rng = np.random.default_rng(1)
    scale = 1 / np.sqrt(1 + np.arange(WIDTH, dtype=np.float32))
    layers = {f"layer.{i:02}": rng.normal(size=(WORDS, WIDTH)).astype(np.float32) * scale for i in range(LAYERS)}
    save_file(layers, folder / "features.safetensors")
    save_file({"signal": rng.normal(size=(1800 * RATE, TARGETS))}, folder / "signal.safetensors")
    rows = "".join(f"e{i}\tr\t{5 + i % 70}\n" for i in range(TARGETS))
    (folder / "targets.tsv").write_text("name\tregion\tdistance\n" + rows)
    times = [(3 + 0.349 * i, 0.1 + 0.2 * (7 * i % 11) / 11) for i in range(WORDS)]
    rows = "".join(f"{'w' * (1 + i % 7)}{i % 97},{at:.3f},{at + lasts:.3f}\n" for i, (at, lasts) in enumerate(times))
    (folder / "words.csv").write_text("word,start,end\n" + rows)
    text = Path("studies/podcast-models.toml").read_text()
    tail = text[text.index("[lags]") :].replace("shifts = 100", f"shifts = {SHIFTS}")
    head = f"""schema = 1
name = "cost"
title = "cost"
seed = 1
story = {{ words = "words.csv", targets = "own" }}
recordings = [{{ subject = "p1", signal = "signal.safetensors", rate = {RATE}.0, targets = "targets.tsv" }}]
features = [{{ name = "noise", file = "features.safetensors" }}]
words = {{ windows = ["1w"], main = "1w", pooling = "last", overflow = "error", twins = 0 }}

"""
    (folder / "study.toml").write_text(head + tail)


def main():
    with tempfile.TemporaryDirectory() as place:
        study(Path(place))
        print(f"{TARGETS} targets, {SHIFTS} shifts, {LAYERS} layers")
        for step in STEPS:
            command = [PROGRAM, "run", "study.toml", "--out", "out", "--device", "cpu", "--threads", "1", "--only", step]
            child = subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            said = child.stderr.read()
            _, status, usage = os.wait4(child.pid, 0)
            if status:
                sys.exit(said)
            print(f"{step}: {usage.ru_utime + usage.ru_stime:.1f} CPU s, {usage.ru_maxrss / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
