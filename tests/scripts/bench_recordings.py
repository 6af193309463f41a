#!/usr/bin/env python3
"""Times word-aligned high gamma from a FIF file by `gyrus responses` against mne with the same steps, taking turns.

usage: bench_recordings.py --gyrus PROGRAM --work FOLDER [--rounds 3] [--threads 1,2] [--minutes 30] [--columns 235]
                           [--words 5000] [--write FILE]

Needs: pip install numpy scipy mne   (`cargo xtask bench recordings` does it)

Both read a FIF file of f32 at 512 Hz and a table of words: common average, notch at 60, 120 and 180 Hz (FIR, widths of 2 Hz),
Butterworth band-pass of order 4 from 70 to 200 Hz without shift, Hilbert amplitude, and its mean over 100 ms about the
centre of each word. Nothing is resampled.
Every side runs in a process of its own, with as many threads as are named; the peer takes them as `n_jobs`, and its linear
algebra and transforms one each. Ours is the whole program, from its start to the file it leaves; the peer's seconds begin
when everything is imported, and end with the means in memory.
Peaks are of the resident memory and of that without mapped files; the peer's is of the parent, without workers.
"""
import argparse
import csv
import json
import os
import pathlib
import statistics
import sys
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--gyrus", type=pathlib.Path, required=True)
parser.add_argument("--work", type=pathlib.Path, required=True)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", default="1,2")
parser.add_argument("--minutes", type=float, default=30)
parser.add_argument("--columns", type=int, default=235)
parser.add_argument("--words", type=int, default=5000)
parser.add_argument("--write", type=pathlib.Path, help="file whose table is replaced")
parser.add_argument("--peer", help=argparse.SUPPRESS)
arguments = parser.parse_args()

import numpy as np

from side_by_side import mebibytes, publish, run

RATE, WINDOW, EDGE = 512, 0.1, 20
SAMPLES = round(arguments.minutes * 60 * RATE)
NAMES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
STEPS = """reference = "common-average"
steps = [
  { filter = { notch = { frequencies = [60.0, 120.0, 180.0] } } },
  { high_gamma = { bands = [[70.0, 200.0]] } },
]
"""
# The most that the whole may cost, and how much faster than the peer it must be at as many threads.
MOST_SECONDS, MOST_MIB, FASTER, APART = 60, 1000e6 / 2**20, 2, 1e-3


def file(kind):
    return arguments.work / f"{SAMPLES}_{arguments.columns}_{kind}"


def recording():
    """Noise whose slow part is strong, and the mains, in volts."""
    path = file("raw.fif")
    if not path.exists():
        import mne

        mne.set_log_level("error")
        rng, level = np.random.default_rng(0), np.zeros((arguments.columns, 1))
        x, mains = np.empty((arguments.columns, SAMPLES)), np.sin(2 * np.pi * 60 / RATE * np.arange(SAMPLES))
        for start in range(0, SAMPLES, 65536):
            some = slice(start, min(start + 65536, SAMPLES))
            white = rng.standard_normal((arguments.columns, some.stop - start))
            slow = level + np.cumsum(0.05 * white, 1)
            level = 0.9 * slow[:, -1:]
            x[:, some] = 1e-5 * (white + slow + 3 * mains[some])
        info = mne.create_info([f"G{i + 1}" for i in range(arguments.columns)], RATE, "ecog")
        mne.io.RawArray(x, info, copy=None).save(path, fmt="single", overwrite=True)
    return path


def transcript():
    """Words one after the other, as many in a minute whatever the length; the first and the last leave a second."""
    path = file(f"{arguments.words}.csv")
    count = max(2, round(arguments.words * arguments.minutes / 30))
    if not path.exists():
        rng = np.random.default_rng(1)
        onsets = np.sort(rng.uniform(1, SAMPLES / RATE - 2, count))
        with open(path, "w", newline="") as table:
            rows = csv.writer(table)
            rows.writerow(["word", "start", "end"])
            rows.writerows([f"w{i}", f"{onset:.4f}", f"{onset + rng.uniform(0.1, 0.5):.4f}"] for i, onset in enumerate(onsets))
    return path


def centres():
    with open(transcript(), newline="") as table:
        return np.array([(float(row["start"]) + float(row["end"])) / 2 for row in csv.DictReader(table)])


def peer(jobs, out):
    """Does the peer's work in this process and prints its wall seconds, CPU seconds with its children, and peaks in MiB."""
    import mne
    import scipy.signal

    mne.set_log_level("error")
    begun, cpu = time.perf_counter(), os.times()
    raw = mne.io.read_raw_fif(recording(), preload=True)
    raw.set_eeg_reference("average", ch_type="ecog", projection=False)
    raw.notch_filter([60, 120, 180], notch_widths=2, n_jobs=jobs)
    raw.filter(70, 200, method="iir", iir_params=dict(order=4, ftype="butter", output="sos"), phase="zero", n_jobs=jobs)
    raw.apply_hilbert(envelope=True, n_jobs=jobs)
    first = np.ceil((centres() - WINDOW / 2) * RATE - 1e-6).astype(int)
    last = np.floor((centres() + WINDOW / 2) * RATE + 1e-6).astype(int)
    means = np.stack([raw._data[:, a : b + 1].mean(1) for a, b in zip(first, last)])
    if jobs > 1:
        # The workers' seconds are counted when they end.
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor().shutdown(wait=True)
    wall, now = time.perf_counter() - begun, os.times()
    np.savez(out, means=means, sd=raw._data[:, EDGE * RATE : -EDGE * RATE].std(1))
    print(json.dumps([wall, sum(now[:4]) - sum(cpu[:4]), mebibytes("self", "VmHWM"), mebibytes("self", "RssAnon")]))


def tensor(path):
    """The one tensor of a file of safetensors."""
    data = path.read_bytes()
    begin = 8 + int.from_bytes(data[:8], "little")
    about = json.loads(data[8:begin])["responses"]
    return np.frombuffer(data[begin:], {"F32": "<f4", "F64": "<f8"}[about["dtype"]]).reshape(about["shape"])


def run_ours(threads, figure="VmHWM"):
    out, steps = arguments.work / "ours.safetensors", arguments.work / "steps.toml"
    steps.write_text(STEPS)
    command = [arguments.gyrus, "responses", recording(), "--transcript", transcript(), "--prepare", steps]
    command += ["--window", WINDOW, "--precision", "f64", "--threads", threads, "--out", out]
    _, cost = run(command, figure=figure, **{name: str(threads) for name in NAMES})
    return tensor(out), cost


def run_peer(threads):
    out = arguments.work / "peer.npz"
    command = [sys.executable, __file__, "--gyrus", arguments.gyrus, "--work", arguments.work]
    command += ["--minutes", arguments.minutes, "--columns", arguments.columns, "--words", arguments.words]
    text, _ = run([*command, "--peer", json.dumps([threads, str(out)])], **{name: "1" for name in NAMES})
    found = np.load(out)
    return found["means"], found["sd"], json.loads(text)


def apart(found, expected, sd):
    """The largest difference, in standard deviations of the channel, away from the ends."""
    assert found.shape == expected.shape, (found.shape, expected.shape)
    inner = (centres() > EDGE) & (centres() < SAMPLES / RATE - EDGE)
    return (np.abs(found - expected)[inner] / sd).max()


def row(threads, theirs, ours, anonymous, says):
    median = lambda runs, i: statistics.median(run[i] for run in runs)
    cells = [f"{arguments.minutes:g} min x {arguments.columns} x {RATE} Hz, {len(centres()):,} words"]
    cells += [f"mne, n_jobs={threads}", str(threads)]
    cells += [f"{median(side, i):.1f}" for i in (1, 0) for side in (theirs, ours)]
    for i in (1, 0):
        ratios = [their[i] / our[i] for their, our in zip(theirs, ours)]
        cells += [f"{statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"]
    cells += [f"{median(theirs, 2):,.0f} / {median(theirs, 3):,.0f}", f"{median(ours, 2):,.0f} / {anonymous:,.0f}", says]
    return "| " + " | ".join(cells) + " |"


def main():
    if arguments.peer:
        return peer(*json.loads(arguments.peer))
    arguments.work.mkdir(parents=True, exist_ok=True)
    recording(), transcript()
    rows = []
    for threads in map(int, arguments.threads.split(",")):
        theirs, ours = [], []
        for _ in range(arguments.rounds):
            found, cost = run_ours(threads)
            ours.append(cost)
            expected, sd, cost = run_peer(threads)
            theirs.append(cost)
        anonymous = run_ours(threads, "RssAnon")[1][2]
        difference = apart(found, expected, sd)
        says = f"equal to {difference:.0e} standard deviations, {EDGE} s from the ends"
        rows.append(row(threads, theirs, ours, anonymous, says))
        print(rows[-1], flush=True)
        middle = lambda runs, i: statistics.median(run[i] for run in runs)
        assert difference < APART, difference
        assert middle(ours, 0) <= MOST_SECONDS and middle(ours, 2) <= MOST_MIB, ours
        assert middle(theirs, 0) >= FASTER * middle(ours, 0), (theirs, ours)
    head = ["recording", "peer", "threads", "its CPU s", "our CPU s", "its wall s", "our wall s", "CPU ratio (range)", "wall ratio (range)"]
    head += ["its peak MiB / without mapped files", "our peak MiB / without mapped files", "agreement"]
    publish(arguments.write, "recordings", f"Median of {arguments.rounds} alternating runs.", head, rows)


main()
