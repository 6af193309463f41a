"""Walks `datasets/podcast/to_edf.py` and `studies/podcast.toml` through made-up files in the layout of OpenNeuro ds005574.

Needs numpy, mne, edfio and safetensors. Run it from the top folder: python3 tests/scripts/podcast_check.py PROGRAM

Four patients, FIF files by mne, the first words of datasets/story with onsets that go back, and four models of datasets/zoo.
What the program reads of the EDF files must be what mne wrote, within half a step of 16 bits; the tables must leave out what they
say is bad; and the study file, with other models, windows, benchmarks and sizes, must run to its page.
"""
import csv
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import mne
import numpy as np
from safetensors.numpy import load_file

PROGRAM = sys.argv[1] if len(sys.argv) > 1 else "target/release/gyrus"
RATE, SECONDS, PATIENTS, CHANNELS, WORDS = 512.0, 240.25, 4, 6, 650
SPACE = "MNI152NLin2009aSym"
MODELS = ("gpt2", "gpt_neox", "opt", "mpt")
# A word that ends before it begins, and two that begin before the word in front of them.
BACKWARD, EARLY = 40, (100, 200)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def story():
    """Word, start and end of the first words of the story that are timed."""
    with open("datasets/story/words.tsv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["start"] != "n/a"]
    return [(row["word"], float(row["start"]), float(row["end"])) for row in rows[:WORDS]]


def patient(root, number, words, rng):
    """One patient: FIF, raw tables for another rate and more channels, and electrodes in two spaces."""
    who = f"sub-{number:02}"
    names = [f"LGA{i + 1}" for i in range(CHANNELS)]
    samples = int(RATE * SECONDS)
    signal = np.abs(rng.normal(size=(CHANNELS, samples)))
    for word, start, end in words:
        at = int(RATE * (start + end) / 2)
        signal[:, at : at + 60] += 0.2 * len(word) * np.hanning(60)
    info = mne.create_info(names, RATE, "ecog")
    raw = mne.io.RawArray(1e-5 * signal, info, verbose="error")
    fif = root / f"derivatives/ecogprep/{who}/ieeg/{who}_task-podcast_desc-highgamma_ieeg.fif"
    fif.parent.mkdir(parents=True)
    raw.save(fif, verbose="error")
    place = root / who / "ieeg"
    rows = [f"{name}\tECOG\tuV\tn/a\tn/a\t2048.0\tgood\tn/a" for name in names[1:]]
    rows += [f"{names[0]}\tECOG\tuV\tn/a\tn/a\t2048.0\tbad\tno localization", "DC1\tMISC\tuV\tn/a\tn/a\t2048.0\tgood\tn/a"]
    header = "\ufeffname\ttype\tunits\tlow_cutoff\thigh_cutoff\tsampling_frequency\tstatus\tstatus_description\n"
    write(place / f"{who}_task-podcast_channels.tsv", header + "\n".join(rows) + "\n")
    write(place / f"{who}_task-podcast_ieeg.json", json.dumps({"SamplingFrequency": 2048.0}))
    for space, unit in ((SPACE, "mm"), ("Other", "n/a")):
        table = [f"{name}\t-45\t{-30 + 6 * i + number}\t10\tn/a\tG" for i, name in enumerate(names[:-1])]
        table.append(f"{names[-1]}\tn/a\tn/a\tn/a\tn/a\tG")
        write(place / f"{who}_space-{space}_electrodes.tsv", "name\tx\ty\tz\tsize\tgroup\n" + "\n".join(table) + "\n")
        note = {"iEEGCoordinateSystem": space, "iEEGCoordinateUnits": unit}
        write(place / f"{who}_space-{space}_coordsystem.json", json.dumps(note))


def transcript(root, words):
    path = root / "stimuli/podcast_transcript.csv"
    path.parent.mkdir(parents=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["word", "start", "end"])
        for i, (word, start, end) in enumerate(words):
            start -= 2.0 if i in EARLY else 0.0
            writer.writerow([word, start, start - 0.1 if i == BACKWARD else end])


def run(*command):
    print("$", *command[1:2], "...")
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return done.stdout + done.stderr


def same_signal(root, folder):
    """The largest difference between what mne wrote and what the program reads, in steps of 16 bits."""
    fif = next(root.glob("derivatives/ecogprep/sub-03/ieeg/*.fif"))
    run(PROGRAM, "recording", str(fif).replace(".fif", ".edf"), "--out", folder / "signal.safetensors")
    values = 1e6 * mne.io.read_raw_fif(fif, preload=True, verbose="error").get_data().T
    found = load_file(folder / "signal.safetensors")["signal"][: len(values)]
    return (np.abs(found - values).max(0) / (np.ptp(values, 0) / 65535)).max()


def study(root, folder):
    """The study file with what is at hand in the place of what it names."""
    text = Path("studies/podcast.toml").read_text(encoding="utf-8")
    head, rest = re.split(r"^# Models of one family", text, maxsplit=1, flags=re.M)
    _, tail = re.split(r"^(?=\[words\])", rest, maxsplit=1, flags=re.M)
    head = head.replace("../../data/ds005574", str(root))
    zoo = Path("datasets/zoo").resolve()
    models = [f'[[models]]\nname = "{name}"\nfolder = "{zoo / name}"\n' for name in MODELS]
    scores = folder / "scores.tsv"
    rows = "".join(f"{name}\t0.{i + 5}\tmade up\n" for i, name in enumerate(MODELS))
    write(scores, "model\tscore\tsource\n" + rows)
    models.append(f'[[benchmarks]]\ntask = "made-up"\npublished = "{scores}"\n')
    smaller = {
        'windows = ["1w", "10w", "50w", "100w"]': 'windows = ["1w", "10w"]', 'main = "100w"': 'main = "10w"',
        "components:500": "components:60", "components = 400": "components = 20", "draws = 1000": "draws = 100",
        "shifts = 100": "shifts = 19", "gap = 100": "gap = 10", "block = 50": "block = 20", "characters = 20000": "characters = 500",
    }
    for old, new in smaller.items():
        assert tail.count(old) == 1, (old, tail.count(old))
        tail = tail.replace(old, new)
    path = folder / "podcast.toml"
    write(path, head + "\n".join(models) + "\n" + tail)
    return path


def main():
    rng = np.random.default_rng(7)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        root, words = folder / "ds005574", story()
        for number in range(1, PATIENTS + 1):
            patient(root, number, words, rng)
        transcript(root, words)
        said = run(sys.executable, "datasets/podcast/to_edf.py", root)
        print(said, end="")
        assert f"{WORDS} words, 3 without a time" in said and f"{CHANNELS - 1} of {CHANNELS} channels" in said, said
        steps = same_signal(root, folder)
        print(f"what is read differs from what mne wrote by at most {steps:.2f} steps of 16 bits")
        assert steps < 0.6, steps
        said = run(PROGRAM, "run", study(root, folder), "--out", folder / "results", "--device", "cpu")
        print("\n".join(line for line in said.splitlines() if "channels" in line or "words" in line or "report" in line))
        found = json.loads((folder / "results/hierarchy.json").read_text())
        placed = [len(model["targets"]) for model in found["models"]]
        # Of each patient one channel is bad and one has no coordinates.
        assert placed == [PATIENTS * (CHANNELS - 2)] * 4, placed
        print(f"{placed[0]} electrodes with a distance; the page stands")


if __name__ == "__main__":
    main()
