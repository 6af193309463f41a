"""Makes of the Podcast ECoG data set (OpenNeuro ds005574) what `studies/podcast.toml` reads.

Needs numpy, mne and edfio (pip install mne edfio): python3 datasets/podcast/to_edf.py DATASET [--subjects 01 03]

Beside each derivatives/ecogprep/sub-*/ieeg/*_desc-highgamma_ieeg.fif it writes, with the same name,
- `_ieeg.edf`: the same samples in microvolts, rounded to 16 bits over each channel's own range;
- `_channels.tsv`: those channels, their types and rates, the raw table's word on which are bad;
- `_ieeg.json`: rate and duration. These two stand nearer than the raw ones, which hold for other rates and channels.
Electrodes stay where they are: the raw folder's electrodes.tsv and coordsystem.json apply to the derivative too.

derivatives/ecogprep/podcast_words.csv is the transcript with all its words; those that begin before a word in front of them, or end
before they begin, are without a time (`n/a`): models read them, and nothing is predicted at them. As few as possible are.
"""
import argparse
import bisect
import csv
import json
import sys
from pathlib import Path

import edfio
import mne
import numpy as np

DESCRIPTION = "highgamma"


def table(path):
    """The rows of a table as dictionaries; tab or comma, with or without a byte-order mark."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","))


def signal(values, rate, name):
    """A channel (samples) in volts as EDF has it, and its largest rounding error in standard deviations."""
    microvolts = 1e6 * values
    low, high = microvolts.min(), microvolts.max()
    if not np.isfinite([low, high]).all():
        sys.exit(f"channel `{name}` has a sample that is not a number")
    if low == high:
        low, high = low - 1.0, high + 1.0
    edf = edfio.EdfSignal(microvolts, rate, label=name, physical_dimension="uV", physical_range=(low, high))
    error = np.abs(edf.data[: len(values)] - microvolts).max() / max(microvolts.std(), 1e-300)
    return edf, error


def kinds(raw, known):
    """Name, type of BIDS, status and reason of every channel of the recording; `known` are rows of the raw table by name."""
    rows = []
    for name, kind in zip(raw.ch_names, raw.get_channel_types()):
        row = known.get(name, {})
        bad = name in raw.info["bads"] or row.get("status") == "bad"
        reason = row.get("status_description", "n/a") if bad else "n/a"
        rows.append((name, kind.upper() if kind in ("ecog", "seeg") else "MISC", "bad" if bad else "good", reason))
    return rows


def convert(fif, dataset):
    """One recording with the two notes beside it."""
    raw = mne.io.read_raw_fif(fif, preload=True, verbose="error")
    subject, rate, samples = fif.name.split("_")[0], raw.info["sfreq"], raw.n_times
    known = {row["name"]: row for row in table(dataset / subject / "ieeg" / f"{subject}_task-podcast_channels.tsv")}
    channels = kinds(raw, known)
    # A record lasts a second; the rest of the last one is filled, and the note says how long the recording is.
    filling = int(-samples % rate)
    padded = np.pad(raw.get_data(), ((0, 0), (0, filling)), mode="edge")
    made = [signal(values, rate, name) for values, (name, *_) in zip(padded, channels)]
    stem = str(fif).removesuffix("_ieeg.fif")
    edfio.Edf([edf for edf, _ in made]).write(f"{stem}_ieeg.edf")
    with open(f"{stem}_channels.tsv", "w", encoding="utf-8") as file:
        file.write("name\ttype\tunits\tsampling_frequency\tstatus\tstatus_description\n")
        file.writelines(f"{name}\t{kind}\tuV\t{rate}\t{status}\t{why}\n" for name, kind, status, why in channels)
    note = {"TaskName": "podcast", "SamplingFrequency": rate, "RecordingDuration": samples / rate}
    Path(f"{stem}_ieeg.json").write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")
    used = sum(kind != "MISC" and status == "good" for _, kind, status, _ in channels)
    worst = max(error for _, error in made)
    print(f"{subject}: {used} of {len(channels)} channels, {samples / rate} s at {rate} Hz, rounded by at most {worst:.1e} sd")


def in_order(onsets):
    """The rows of a longest sequence of onsets that never goes back."""
    ends, ends_at, before = [], [], []
    for row, onset in enumerate(onsets):
        length = bisect.bisect_right(ends, onset)
        before.append(ends_at[length - 1] if length else None)
        ends[length : length + 1], ends_at[length : length + 1] = [onset], [row]
    kept, row = set(), ends_at[-1] if ends_at else None
    while row is not None:
        kept.add(row)
        row = before[row]
    return kept


def words(transcript, out):
    """The transcript with the times that can be used."""
    rows = table(transcript)
    forward = [i for i, row in enumerate(rows) if float(row["start"]) <= float(row["end"])]
    kept = {forward[i] for i in in_order([float(rows[i]["start"]) for i in forward])}
    with open(out, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["word", "start", "end"])
        for i, row in enumerate(rows):
            writer.writerow([row["word"].strip(), *([row["start"], row["end"]] if i in kept else ["n/a", "n/a"])])
    print(f"{out}: {len(rows)} words, {len(rows) - len(kept)} without a time")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", type=Path, help="the folder of ds005574")
    parser.add_argument("--subjects", nargs="*", help="names without sub-; all if absent")
    arguments = parser.parse_args()
    derivative = arguments.dataset / "derivatives" / "ecogprep"
    found = sorted(derivative.glob(f"sub-*/ieeg/sub-*_task-podcast_desc-{DESCRIPTION}_ieeg.fif"))
    chosen = [fif for fif in found if arguments.subjects is None or fif.name[4:].split("_")[0] in arguments.subjects]
    if not chosen:
        sys.exit(f"no `*_task-podcast_desc-{DESCRIPTION}_ieeg.fif` of these subjects below `{derivative}`")
    for fif in chosen:
        convert(fif, arguments.dataset)
    words(arguments.dataset / "stimuli" / "podcast_transcript.csv", derivative / "podcast_words.csv")


if __name__ == "__main__":
    main()
