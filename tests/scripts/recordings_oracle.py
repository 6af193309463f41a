"""Holds the reader and the writer of EDF to pyedflib and mne, and a BIDS tree to mne-bids where that is installed.

Needs numpy, safetensors, mne and pyedflib (pip install mne pyedflib). Run it from the top folder, after
`cargo build --release --workspace --bins --examples`: python3 tests/scripts/recordings_oracle.py [FOLDER OF PROGRAMS]

Files of mixed rates, with annotations, with ranges of their own and of many lengths are written by the two libraries; what
`gyrus recording` reads must be what the library reads, to rounding, and what it writes must come back within half a step.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

import mne
import numpy as np
import pyedflib
from safetensors.numpy import load_file

PROGRAMS = Path(sys.argv[1] if len(sys.argv) > 1 else "target/release")


def gyrus(*arguments):
    """What the program prints."""
    command = [PROGRAMS / "gyrus", *arguments]
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def ours(path, folder):
    """Channel by channel: (rate, unit, values), as the program reads them."""
    out = folder / "signals.safetensors"
    lines = [line.split("\t") for line in gyrus("recording", path, "--out", out).splitlines()[1:]]
    tensors, columns, found = load_file(out), {}, {}
    for name, rate, unit, _ in lines:
        key = "signal" if "signal" in tensors else f"signal.{rate}"
        column = columns.get(key, 0)
        columns[key] = column + 1
        found[name] = (float(rate), unit, tensors[key][:, column])
    return found


def theirs(path):
    """The same by pyedflib, which leaves annotations out too."""
    with pyedflib.EdfReader(str(path)) as file:
        names, units = file.getSignalLabels(), [file.getPhysicalDimension(i) for i in range(file.signals_in_file)]
        rates = file.getSampleFrequencies()
        return {name: (rates[i], units[i], file.readSignal(i)) for i, name in enumerate(names)}


def write(path, kind, rates, seconds, rng):
    """A file by pyedflib: a channel for each rate, each with a range of its own."""
    with pyedflib.EdfWriter(str(path), len(rates), file_type=kind) as file:
        signals = []
        for i, rate in enumerate(rates):
            scale = float(rng.choice([1.0, 30.0, 1234.5]))
            values = scale * np.cumsum(rng.normal(size=rate * seconds)) / np.sqrt(rate * seconds)
            low, high = np.floor(values.min()) - 1, np.ceil(values.max()) + 1
            file.setSignalHeader(i, {
                "label": f"LG{i}", "dimension": "uV", "sample_frequency": rate, "physical_min": low, "physical_max": high,
                "digital_min": -32768 if i % 2 else -2048, "digital_max": 32767 if i % 2 else 2047,
                "transducer": "", "prefilter": "HP:0.1Hz",
            })
            signals.append(values)
        file.writeSamples(signals)
        if kind == pyedflib.FILETYPE_EDFPLUS:
            file.writeAnnotation(0.5, 0.25, "word")
            file.writeAnnotation(1.0, -1, "click")


def step(values):
    """A step of 16 bits over the range of values, somewhat widened by the eight characters of its ends."""
    return max(np.ptp(values) * 1.3, 1.0) / 65535


def check(path, folder, by):
    """Ours against `by`, and a copy that we write against what it is a copy of."""
    found, expected = ours(path, folder), by(path)
    assert list(found) == list(expected), (list(found), list(expected))
    most = 0.0
    for name, (rate, unit, values) in expected.items():
        assert found[name][0] == rate and (unit is None or found[name][1] == unit), (name, found[name][:2], rate, unit)
        assert found[name][2].shape == values.shape, (name, found[name][2].shape, values.shape)
        most = max(most, np.abs(found[name][2] - values).max() / max(np.abs(values).max(), 1e-300))
    assert most < 1e-12, most
    copy = folder / "copy.edf"
    gyrus("recording", path, "--out", copy)
    for name, (rate, _, values) in by(copy).items():
        assert rate == expected[name][0]
        assert np.abs(values - expected[name][2]).max() <= 0.51 * step(values), name
    return most


def by_mne(path):
    """The same by mne, whose values are volts and whose channels all have one rate."""
    raw = mne.io.read_raw_edf(path, preload=True, verbose="error")
    return {name: (raw.info["sfreq"], None, raw.get_data(picks=[name])[0] * 1e6) for name in raw.ch_names}


def written_by_mne(path, rng):
    """A file by mne, whose exporter chooses ranges and fills the last record."""
    info = mne.create_info(["A1", "A2", "A3"], 200.0, "ecog")
    raw = mne.io.RawArray(1e-4 * rng.normal(size=(3, 200 * 7)), info, verbose="error")
    raw.set_annotations(mne.Annotations([1.0], [0.5], ["word"]))
    mne.export.export_raw(path, raw, fmt="edf", overwrite=True, verbose="error")


def bids(folder):
    """Our tree through mne-bids: names, types, bad channels, rate, values and positions."""
    try:
        import mne_bids
    except ImportError:
        return "mne-bids is not installed: skipped"
    root = folder / "tree"
    subprocess.run([str(PROGRAMS / "examples/bids_tree"), str(root)], check=True)
    path = mne_bids.BIDSPath(root=root, subject="01", task="story", datatype="ieeg", suffix="ieeg", extension=".edf")
    raw = mne_bids.read_raw_bids(path, verbose="error")
    assert raw.ch_names == [f"G{i}" for i in range(6)] and raw.info["bads"] == ["G3"], (raw.ch_names, raw.info["bads"])
    assert raw.get_channel_types() == ["ecog"] * 5 + ["misc"] and raw.info["sfreq"] == 256.0
    signal = raw.get_data(picks=["G1"])[0] * 1e6
    expected = 50 * np.sin(0.02 * np.arange(1300))
    assert np.abs(signal[:1300] - expected).max() < 0.51 * step(expected)
    montage = raw.get_montage().get_positions()
    assert np.allclose(montage["ch_pos"]["G2"], [-0.042, -0.028, 0.0125]), montage["ch_pos"]["G2"]
    words = [text for text in raw.annotations.description]
    return f"mne-bids {mne_bids.__version__} reads the tree: {len(words)} events, space {montage['coord_frame']}"


def main():
    rng = np.random.default_rng(3)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        path = folder / "recording.edf"
        kinds = {"EDF": pyedflib.FILETYPE_EDF, "EDF+C": pyedflib.FILETYPE_EDFPLUS}
        for name, kind in kinds.items():
            for rates in ([512, 512, 512], [512, 512, 1], [100, 2048], [256]):
                write(path, kind, rates, int(rng.integers(3, 12)), rng)
                print(f"pyedflib {name} {rates}: largest difference {check(path, folder, theirs):.1e} of the largest value")
            if len(set(rates)) == 1:
                print(f"  the same by mne: {check(path, folder, by_mne):.1e}")
        try:
            written_by_mne(path, rng)
            print(f"mne: largest difference {check(path, folder, theirs):.1e} of the largest value")
        except (ImportError, RuntimeError, ModuleNotFoundError) as error:
            print(f"mne cannot export here: {error}")
        print(bids(folder))


if __name__ == "__main__":
    main()
