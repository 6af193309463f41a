#!/usr/bin/env python3
"""What word-aligned high gamma of a long recording takes: by default two hours of 250 channels at 2 kHz, as EDF.

usage: long_recording.py --gyrus PROGRAM --work FOLDER [--hours 2] [--columns 250] [--rate 2000] [--threads 2]

Needs: pip install numpy, and room for the recording (7.2 GB)

The steps are those of bench_recordings.py, and resampling to 100 Hz. Prints wall and CPU seconds, and the peak of the resident
memory with and without mapped files; fails if the former is over a gigabyte.
"""
import argparse
import pathlib

import numpy as np

from side_by_side import run

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--gyrus", type=pathlib.Path, required=True)
parser.add_argument("--work", type=pathlib.Path, required=True)
parser.add_argument("--hours", type=float, default=2)
parser.add_argument("--columns", type=int, default=250)
parser.add_argument("--rate", type=int, default=2000)
parser.add_argument("--threads", type=int, default=2)
arguments = parser.parse_args()

SECONDS = round(arguments.hours * 3600)
STEPS = """reference = "common-average"
steps = [
  { filter = { notch = { frequencies = [60.0, 120.0, 180.0] } } },
  { high_gamma = { bands = [[70.0, 200.0]] } },
  { resample = { rate = 100.0 } },
]
"""
MOST_MIB = 1000e6 / 2**20


def header():
    """An EDF header: one record a second, microvolts over the whole range of 16 bits."""
    n = arguments.columns
    field = lambda text, width: str(text).ljust(width)[:width]
    head = field("0", 8) + field("X X X X", 80) + field("Startdate 01-JAN-2026 X X X", 80) + "01.01.2600.00.00"
    head += field(256 * (n + 1), 8) + field("", 44) + field(SECONDS, 8) + field("1", 8) + field(n, 4)
    columns = [("", 16), ("SEEG", 80), ("uV", 8), (-3276.8, 8), (3276.7, 8), (-32768, 8), (32767, 8), ("", 80), (arguments.rate, 8), ("", 32)]
    names = "".join(field(f"SEEG G{i + 1}", 16) for i in range(n))
    return (head + names + "".join(field(text, width) * n for text, width in columns[1:])).encode("ascii")


def recording():
    """Noise at another place of one long piece in every record and channel, so that it is quickly written."""
    path = arguments.work / f"{SECONDS}_{arguments.columns}_{arguments.rate}.edf"
    if not path.exists():
        rng = np.random.default_rng(0)
        noise = (500 * rng.standard_normal(64 * arguments.rate + 1)).astype("<i2")
        partial = path.with_suffix(".part")
        with partial.open("wb") as file:
            file.write(header())
            for _ in range(SECONDS):
                starts = rng.integers(0, len(noise) - arguments.rate, arguments.columns)
                file.write(np.stack([noise[start : start + arguments.rate] for start in starts]).tobytes())
        partial.rename(path)
    return path


def transcript():
    path = arguments.work / f"words_{SECONDS}.csv"
    rows = [f"word{i},{0.4 * i + 1:.3f},{0.4 * i + 1.3:.3f}" for i in range(int((SECONDS - 2) / 0.4))]
    path.write_text("\n".join(["word,start,end", *rows]) + "\n")
    return path


arguments.work.mkdir(parents=True, exist_ok=True)
steps = arguments.work / "steps.toml"
steps.write_text(STEPS)
command = [arguments.gyrus, "responses", recording(), "--transcript", transcript(), "--prepare", steps]
command += ["--window", 0.1, "--threads", arguments.threads, "--out", arguments.work / "long.safetensors"]
costs = {figure: run(command, figure=figure)[1] for figure in ("VmHWM", "RssAnon")}
wall, cpu, peak = costs["VmHWM"]
print(f"{arguments.hours:g} h x {arguments.columns} x {arguments.rate} Hz, {arguments.threads} threads: {wall:.0f} s wall, "
      f"{cpu:.0f} s CPU, {peak:,.0f} MiB at the most, {costs['RssAnon'][2]:,.0f} without mapped files")
assert peak <= MOST_MIB, peak
