#!/usr/bin/env python3
"""Times the high gamma of a recording by gyrus against mne with the same steps, taking turns, and compares the answers.

usage: bench_signals.py --program examples/high_gamma --work FOLDER [--rounds 3] [--threads 1,2] [--minutes 30] [--columns 235]
                        [--write FILE]

Needs: pip install numpy scipy mne   (`cargo xtask bench recordings` does it)

Both read raw f32 at 512 Hz and write raw f32: common average, notch at 60, 120 and 180 Hz (FIR, widths of 2 Hz),
Butterworth band-pass of order 4 from 70 to 200 Hz without shift, Hilbert amplitude, and 100 samples a second by
`scipy.signal.resample_poly`.
Every side runs in a process of its own, with as many threads as are named; the peer takes them as `n_jobs`, and its linear
algebra and transforms one each. Ours is the whole program; the peer's seconds begin when everything is imported.
The peer's signals are one array of f64 in memory; peaks are of the parent and, with jobs, without its workers.
"""
import argparse
import json
import os
import pathlib
import statistics
import sys
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--program", type=pathlib.Path, required=True)
parser.add_argument("--work", type=pathlib.Path, required=True)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", default="1,2")
parser.add_argument("--minutes", type=float, default=30)
parser.add_argument("--columns", type=int, default=235)
parser.add_argument("--write", type=pathlib.Path, help="file whose table is replaced")
parser.add_argument("--peer", help=argparse.SUPPRESS)
arguments = parser.parse_args()

import numpy as np

from side_by_side import mebibytes, publish, run

RATE, OUT_RATE, UP, DOWN = 512, 100, 25, 128
SAMPLES = round(arguments.minutes * 60 * RATE)
NAMES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")


def recording():
    """Noise whose slow part is strong, and the mains."""
    path = arguments.work / f"recording.{SAMPLES}.{arguments.columns}.f32"
    if not path.exists():
        rng, level = np.random.default_rng(0), np.zeros(arguments.columns, "f4")
        mains = np.sin(2 * np.pi * 60 / RATE * np.arange(SAMPLES)).astype("f4")
        with open(path, "wb") as file:
            for start in range(0, SAMPLES, 65536):
                white = rng.standard_normal((min(65536, SAMPLES - start), arguments.columns), dtype="f4")
                slow = level + np.cumsum(0.05 * white, 0, dtype="f4")
                level = 0.9 * slow[-1]
                (white + slow + 3 * mains[start : start + len(white), None]).tofile(file)
    return path


def peer(jobs, out):
    """Does the peer's work in this process and prints its wall seconds, CPU seconds with its children, and peak MiB."""
    import mne
    from scipy.signal import resample_poly

    mne.set_log_level("error")
    begun, cpu = time.perf_counter(), os.times()
    x = np.fromfile(recording(), "<f4").reshape(SAMPLES, arguments.columns).T.astype("f8")
    raw = mne.io.RawArray(x, mne.create_info(arguments.columns, RATE, "ecog"), copy=None)
    raw.set_eeg_reference("average", ch_type="ecog", projection=False)
    raw.notch_filter([60, 120, 180], notch_widths=2, n_jobs=jobs)
    iir = dict(order=4, ftype="butter", output="sos")
    raw.filter(70, 200, method="iir", iir_params=iir, phase="zero", n_jobs=jobs)
    raw.apply_hilbert(envelope=True, n_jobs=jobs)
    np.ascontiguousarray(resample_poly(raw._data, UP, DOWN, axis=1).T, "<f4").tofile(out)
    if jobs > 1:
        # The workers' seconds are counted when they end.
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor().shutdown(wait=True)
    wall, now = time.perf_counter() - begun, os.times()
    print(json.dumps([wall, sum(now[:4]) - sum(cpu[:4]), mebibytes("self", "VmHWM")]))


def run_ours(threads):
    out = arguments.work / "ours.f32"
    command = [arguments.program, recording(), arguments.columns, RATE, out, OUT_RATE, 0]
    _, cost = run(command, **{name: str(threads) for name in NAMES})
    return np.fromfile(out, "<f4").reshape(-1, arguments.columns), cost


def run_peer(threads):
    out = arguments.work / "peer.f32"
    command = [sys.executable, __file__, "--program", arguments.program, "--work", arguments.work, "--minutes", arguments.minutes]
    command += ["--columns", arguments.columns, "--peer", json.dumps([threads, str(out)])]
    text, _ = run(command, **{name: "1" for name in NAMES})
    return np.fromfile(out, "<f4").reshape(-1, arguments.columns), json.loads(text)


def row(threads, theirs, ours, says):
    median = lambda runs, i: statistics.median(run[i] for run in runs)
    cells = [f"{arguments.minutes:g} min x {arguments.columns} x {RATE} Hz", f"mne, n_jobs={threads}", str(threads)]
    cells += [f"{median(side, i):.2f}" for i in (1, 0) for side in (theirs, ours)]
    for i in (1, 0):
        ratios = [their[i] / our[i] for their, our in zip(theirs, ours)]
        cells += [f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"]
    cells += [f"{median(theirs, 2):,.0f}", f"{median(ours, 2):,.0f}", says]
    return "| " + " | ".join(cells) + " |"


def main():
    if arguments.peer:
        return peer(*json.loads(arguments.peer))
    arguments.work.mkdir(parents=True, exist_ok=True)
    recording()
    rows = []
    for threads in map(int, arguments.threads.split(",")):
        theirs, ours = [], []
        for _ in range(arguments.rounds):
            found, cost = run_ours(threads)
            ours.append(cost)
            expected, cost = run_peer(threads)
            theirs.append(cost)
        inner = slice(20 * OUT_RATE, -20 * OUT_RATE)
        apart = (np.abs(found - expected)[inner] / expected[inner].std(0)).max()
        assert found.shape == expected.shape and apart < 1e-3, (found.shape, expected.shape, apart)
        rows.append(row(threads, theirs, ours, f"equal to {apart:.0e} standard deviations, 20 s from the ends"))
        print(rows[-1], flush=True)
    head = ["recording", "peer", "threads", "its CPU s", "our CPU s", "its wall s", "our wall s", "CPU ratio (range)", "wall ratio (range)"]
    head += ["its peak MiB", "our peak MiB", "agreement"]
    publish(arguments.write, "signals", f"Median of {arguments.rounds} alternating runs.", head, rows)


main()
