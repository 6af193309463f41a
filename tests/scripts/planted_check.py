"""Holds a tree of `gyrus simulate podcast` to pyedflib, h5py and MNE.

The raw recordings are read, prepared by MNE and SciPy as the Podcast data set's were, and compared with the derivative that
gyrus wrote; the planted feature must be a linear combination of the layer that `truth.json` names.

    gyrus simulate podcast --out tree --seed 1
    python tests/scripts/planted_check.py tree
"""

import csv
import json
import sys

import h5py
import mne
import numpy as np
import pyedflib
import scipy.signal as signal

mne.set_log_level("ERROR")
tree = sys.argv[1]
truth = json.load(open(f"{tree}/truth.json"))

for patient in truth["patients"]:
    name, rate = patient["name"], patient["rate"]
    good = [electrode["name"] for electrode in patient["electrodes"] if not electrode["bad"]]
    edf = pyedflib.EdfReader(f"{tree}/{name}/ieeg/{name}_task-podcast_ieeg.edf")
    labels = edf.getSignalLabels()
    raw = np.stack([edf.readSignal(labels.index(channel)) for channel in good])
    raw -= raw.mean(0)
    raw = mne.filter.notch_filter(raw, rate, [60, 120, 180], notch_widths=2)
    raw = mne.filter.resample(raw, down=rate / 512) if rate > 512 else raw
    band = signal.butter(4, [70, 200], "band", fs=512, output="sos")
    expected = np.abs(signal.hilbert(signal.sosfiltfilt(band, raw)))
    path = f"{tree}/derivatives/ecogprep/{name}/ieeg/{name}_task-podcast_desc-highgamma_ieeg.fif"
    fif = mne.io.read_raw_fif(path, preload=True)
    assert fif.ch_names == good and fif.info["sfreq"] == 512 and set(fif.get_channel_types()) == {"ecog"}
    # Ends are turned otherwise.
    middle = slice(2000, -2000)
    off = np.abs(expected - 1e6 * fif.get_data())[:, middle].max()
    print(name, labels, f"largest difference {off:.4f} uV of {expected.mean():.1f}")
    assert off < 0.05

with h5py.File(f"{tree}/stimuli/gpt2-xl/features.hdf5") as layers:
    layer = layers[f"layer-{truth['layer']}"][...]
rows = list(csv.reader(open(f"{tree}/stimuli/gpt2-xl/transcript.tsv"), delimiter="\t"))[1:]
words = np.array([int(row[1]) for row in rows])
means = np.stack([layer[words == word].mean(0) for word in range(words.max() + 1)])
hidden = np.array(truth["hidden"])
design = np.c_[means, np.ones(len(means))]
off = np.abs(design @ np.linalg.lstsq(design, hidden, rcond=None)[0] - hidden).max()
print(f"{len(hidden)} words, {len(words)} tokens, hidden feature off by {off:.1e}")
assert off < 1e-5
