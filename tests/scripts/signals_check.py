"""Holds the EDF and FIF files that gyrus-formats writes to what pyedflib and mne read in them.

Needs numpy, mne and pyedflib (pip install mne pyedflib). Run it from the top folder, after
`cargo build --release -p gyrus-formats --examples`: python3 tests/scripts/signals_check.py [FOLDER OF PROGRAMS]
"""
import subprocess
import sys
import tempfile
from pathlib import Path

import mne
import numpy as np
import pyedflib

PROGRAMS = Path(sys.argv[1] if len(sys.argv) > 1 else "target/release/examples")
RATE, SECONDS, CHANNELS = 512, 4, 5


def main():
    mne.set_log_level("error")
    samples = np.arange(RATE * SECONDS)
    waves = 1e-5 * np.sin(0.01 * np.outer(np.arange(1, CHANNELS + 1), samples))
    names = [f"G{k + 1}" for k in range(CHANNELS)]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([str(PROGRAMS / "write_signals"), folder, str(SECONDS), str(CHANNELS)], check=True)
        raw = mne.io.read_raw_fif(Path(folder) / "waves_ieeg.fif", preload=True)
        with pyedflib.EdfReader(str(Path(folder) / "waves.edf")) as file:
            labels = file.getSignalLabels()
            edf = np.array([file.readSignal(i) for i in range(len(labels))])
            assert [file.getSampleFrequency(i) for i in range(len(labels))] == [RATE] * CHANNELS
    info = raw.info
    assert raw.ch_names == labels == names, (raw.ch_names, labels)
    assert raw.get_channel_types() == ["ecog"] * CHANNELS
    assert (info["sfreq"], info["highpass"], info["lowpass"]) == (RATE, 70.0, 200.0)
    assert [int(channel["unit"]) for channel in info["chs"]] == [107] * CHANNELS
    assert [channel["cal"] * channel["range"] for channel in info["chs"]] == [1.0] * CHANNELS
    assert np.isnan(info["chs"][0]["loc"][:3]).all()
    assert np.allclose(info["chs"][2]["loc"][:3], [0.002, -0.02, 0.03])
    assert np.array_equal(raw.get_data(), waves.astype(np.float32))
    step = (edf.max() - edf.min()) / 65535
    assert np.abs(edf - 1e6 * waves).max() <= 0.51 * step
    print(f"mne reads {CHANNELS} x {raw.n_times} samples exactly; pyedflib within {np.abs(edf - 1e6 * waves).max() / step:.2f} steps")


if __name__ == "__main__":
    main()
