"""Writes the files of signals that gyrus-formats is held to, with what independent readers find in them.

Needs numpy, mne, pyedflib and pybv (pip install mne pyedflib pybv). Run it from the top folder:
python3 tests/scripts/formats_fixtures.py
It writes crates/gyrus-formats/tests/data/signals/: small files by mne (FIF), pyedflib (EDF+, BDF+) and pybv (BrainVision), others made
of them by exchanging bytes where no library writes the variant, and `expected.json` with what mne or pyedflib reads.
Numbers come from a seed; dates and identities do not, so the bytes differ from run to run and what they say does not.
"""
import datetime
import html
import json
import shutil
import struct
import warnings
from pathlib import Path

import mne
import numpy as np
import pybv
import pyedflib

OUT = Path("crates/gyrus-formats/tests/data/signals")
DATE = datetime.datetime(2020, 5, 17, 12, 30, 15, 250000, tzinfo=datetime.timezone.utc)
KINDS = {
    "eeg": "Eeg", "ecog": "Ecog", "seeg": "Seeg", "dbs": "Dbs", "mag": "Meg", "grad": "Meg", "ref_meg": "Reference",
    "eog": "Eog", "ecg": "Ecg", "emg": "Emg", "stim": "Stimulus", "misc": "Other",
}
EXPECTED = {}


def wave(channels, samples, seed=0, scale=1.0):
    random = np.random.default_rng(seed)
    return scale * random.standard_normal((channels, samples)).cumsum(axis=1)


def plain(values):
    """Numbers for JSON, nothing for what is no number."""
    return [None if np.isnan(value) else float(value) for value in values]


def note(onset, duration, text):
    return {"onset": float(onset), "duration": float(duration), "text": str(text)}


def expect(name, channels, annotations=(), gaps=()):
    """`channels` are (name, kind, unit, rate, bad, values)."""
    keys = ["name", "kind", "unit", "rate", "bad", "values"]
    rows = [dict(zip(keys, [*row[:-1], plain(row[-1])])) for row in channels]
    annotations = sorted(annotations, key=lambda annotation: annotation["onset"])
    EXPECTED[name] = {"channels": rows, "annotations": annotations, "gaps": [[float(a), float(b)] for a, b in gaps]}


def expect_mne(name, raw, scale=None, notes=None, gaps=()):
    """What mne reads; `scale` has the factor to our unit and its name, the same for all channels.

    `notes` stand instead of its annotations, and `gaps` are where it has zeros.
    """
    data, rate = raw.get_data(), raw.info["sfreq"]
    units = {107: "V", 112: "T", 201: "T/m", 0: "", -1: ""}
    # mne counts from the date of the recording or from sample 0, we from the first sample; it leaves numbers of letters as such.
    shift = raw.first_samp / rate
    notes = notes or [note(a["onset"] - shift, a["duration"], html.unescape(a["description"])) for a in raw.annotations]
    for start, end in gaps:
        data[:, round(start * rate) : round(end * rate)] = np.nan
    channels = []
    for i, channel in enumerate(raw.info["chs"]):
        factor, unit = scale or (1.0, units[int(channel["unit"])])
        kind = "Other" if scale else KINDS[raw.get_channel_types()[i]]
        bad = channel["ch_name"] in raw.info["bads"]
        channels.append((channel["ch_name"], kind, unit, float(rate), bad, data[i] * factor))
    expect(name, channels, notes, gaps)


# FIF


def recording(samples=60, rate=100.0, first_samp=0, date=None, long=False):
    kinds = ["ecog", "seeg", "eeg", "stim", "misc", "mag"]
    names = [f"{kind.upper()} {'a rather long name of ' if long else ''}{i}" for i, kind in enumerate(kinds)]
    info = mne.create_info(names, rate, kinds)
    info["bads"] = [names[1]]
    data = wave(len(kinds), samples, seed=samples)
    data *= np.array([1e-4, 1e-4, 1e-5, 1.0, 1.0, 1e-12])[:, None]
    data[3] = np.arange(samples) % 7
    for i in range(3):
        info["chs"][i]["loc"][:3] = np.array([0.01 * i + 0.02, -0.03, 0.05])
    raw = mne.io.RawArray(data, info, first_samp=first_samp)
    raw.set_meas_date(date)
    return raw


def fif(name, raw, again=None, notes=None, gaps=(), **how):
    path = OUT / name
    raw.save(path, overwrite=True, **how)
    if again:
        again(path)
    expect_mne(name, mne.io.read_raw_fif(path, preload=True), notes=notes, gaps=gaps)


def int16(path):
    """Buffers of type 16 as type 2, which no library writes and which means the same."""
    path.write_bytes(path.read_bytes().replace(struct.pack(">ii", 300, 16), struct.pack(">ii", 300, 2)))


def all_fif():
    for fmt in ["short", "int", "single", "double"]:
        raw = recording()
        if fmt in ("short", "int"):
            for channel in raw.info["chs"]:
                # Steps fine enough for 16 bits.
                channel["cal"], channel["range"] = np.abs(raw.get_data(channel["ch_name"])).max() / 30000 / 2.0, 2.0
        fif(f"{fmt}_raw.fif", raw, fmt=fmt, buffer_size_sec=0.17)
        if fmt == "short":
            fif("int16_raw.fif", raw, again=int16, fmt=fmt)
    fif("packed_raw.fif.gz", recording(), fmt="single")
    fif("long_raw.fif", recording(long=True), fmt="single")
    notes = mne.Annotations([0.25, 0.05], [0.1, 0.0], ["a: b, caf\u00e9", "\u8bcd BAD"])
    dated = recording(first_samp=150, date=DATE)
    fif("dated_raw.fif", dated.set_annotations(notes), fmt="single")
    undated = recording(first_samp=150)
    fif("undated_raw.fif", undated.set_annotations(notes), fmt="single")
    skipped = recording(samples=200, first_samp=100, date=DATE)
    skips = mne.Annotations([0.0, 0.8, 0.5], [0.4, 0.6, 0.05], ["BAD_ACQ_SKIP", "BAD_ACQ_SKIP", "word"])
    # mne cuts what begins before the first sample, and adds a second annotation for each gap.
    notes = [note(-0.4, 0.4, "BAD_ACQ_SKIP"), note(0.1, 0.05, "word"), note(0.4, 0.6, "BAD_ACQ_SKIP")]
    how = {"fmt": "single", "buffer_size_sec": 0.2, "notes": notes, "gaps": [(0.4, 1.0)]}
    fif("skips_raw.fif", skipped.set_annotations(skips), **how)
    # Room that mne keeps for the end of a part is more than our files have.
    mne.io.base._NEXT_FILE_BUFFER = 1024
    long = recording(samples=120, first_samp=40, date=DATE)
    mne.io.base._get_split_size = lambda size: size
    fif("split_raw.fif", long, fmt="single", split_size=3200, buffer_size_sec=0.1)
    long.save(OUT / "sub-1_ieeg.fif", overwrite=True, fmt="single", split_size=3200, buffer_size_sec=0.1, split_naming="bids")
    expect_mne("sub-1_split-01_ieeg.fif", mne.io.read_raw_fif(OUT / "sub-1_split-01_ieeg.fif", preload=True))


# EDF


def header(label, rate, low, high, digital):
    return {
        "label": label, "dimension": "uV", "sample_frequency": rate, "physical_min": low, "physical_max": high,
        "digital_min": digital[0], "digital_max": digital[1], "transducer": "", "prefilter": "",
    }


def edf(name, kind, digital):
    path = OUT / name
    labels = [("EEG Fp1", 40, "Eeg"), ("ECG", 20, "Ecg"), ("Pulse", 1, "Other")]
    with pyedflib.EdfWriter(str(path), len(labels), file_type=kind) as file:
        signals = [wave(1, 4 * rate, seed=rate)[0] for _, rate, _ in labels]
        headers = [header(label, rate, -40.25, 40.5, digital) for label, rate, _ in labels]
        file.setSignalHeaders(headers)
        for onset, duration, text in [(0.5, 0.25, "caf\u00e9"), (1.75, -1, "press"), (3.0, 1.0, "end")]:
            file.writeAnnotation(onset, duration, text)
        file.writeSamples(signals)
    with pyedflib.EdfReader(str(path)) as file:
        channels = [
            (label, known, "uV", float(rate), False, file.readSignal(i)) for i, (label, rate, known) in enumerate(labels)
        ]
        notes = [note(*row) for row in zip(*file.readAnnotations())]
    expect(name, channels, [dict(n, duration=max(n["duration"], 0.0)) for n in notes])


def discontinuous():
    """EDF+D by hand: four records of half a second at 0.25, 0.75, 2.0 and 2.6 s of the clock; mne reads what records hold."""
    path, rates, seconds, onsets = OUT / "gaps.edf", [20, 8], 0.5, [0.25, 0.75, 2.0, 2.6]
    text_bytes, labels = 48, ["ECOG G1", "Resp", "EDF Annotations"]
    per_record = [10, 4, text_bytes // 2]

    def column(values, width):
        return "".join(str(value).ljust(width) for value in values).encode("latin1")

    n = len(labels)
    head = column(["0"], 8) + column(["X X X X", "Startdate X X X X"], 80) + column(["01.02.20", "10.20.30"], 8)
    head += column([256 * (n + 1)], 8) + column(["EDF+D"], 44) + column([len(onsets)], 8) + column([seconds], 8) + column([n], 4)
    head += column(labels, 16) + column([""] * n, 80) + column(["uV", "uV", ""], 8)
    head += column([-100, -3.5, -1], 8) + column([100, 7.25, 1], 8) + column([-32768, -2048, -32768], 8)
    head += column([32767, 2047, 32767], 8) + column([""] * n, 80) + column(per_record, 8) + column([""] * n, 32)
    random, body = np.random.default_rng(5), b""
    texts = ["+0.25\x14\x14\0+0.5\x150.125\x14go\x14again\x14\0", "+0.75\x14\x14\0", "+2.0\x14\x14\0", "+2.6\x14\x14\0+2.7\x14\u00e9nd\x14\0"]
    for text in texts:
        body += random.integers(-32768, 32768, 10).astype("<i2").tobytes()
        body += random.integers(-2048, 2048, 4).astype("<i2").tobytes()
        body += text.encode("utf-8").ljust(text_bytes, b"\0")
    path.write_bytes(head + body)
    # mne reads records as if nothing were between them, and one rate at a time.
    channels = []
    for label, rate, kind in [("ECOG G1", 20, "Ecog"), ("Resp", 8, "Other")]:
        # A copy that says EDF+C, because newer versions of mne refuse or fill gaps.
        copy = OUT / "copy.edf"
        copy.write_bytes(path.read_bytes().replace(b"EDF+D", b"EDF+C"))
        together = mne.io.read_raw_edf(copy, include=[label], preload=True).get_data()[0] * 1e6
        copy.unlink()
        per = round(rate * seconds)
        firsts = [round((onset - onsets[0]) * rate) for onset in onsets]
        values = np.full(firsts[-1] + per, np.nan)
        for record, first in enumerate(firsts):
            values[first : first + per] = together[record * per : (record + 1) * per]
        channels.append((label, kind, "uV", float(rate), False, values))
    notes = [note(0.25, 0.125, "go"), note(0.25, 0.125, "again"), note(2.45, 0.0, "\u00e9nd")]
    expect("gaps.edf", channels, notes, [(1.0, 1.75), (2.25, 2.35)])


# BrainVision


def brainvision(name):
    path = OUT / f"{name}.vhdr"
    raw = mne.io.read_raw_brainvision(path, preload=True)
    expect_mne(path.name, raw, scale=(1e6, "uV"))
    # mne takes the first marker, which says when the recording was made, for no annotation.
    EXPECTED[path.name]["annotations"].insert(0, note(0.0, 1 / 250, "New Segment/"))


def replace(path, *pairs, encoding="utf-8"):
    text = path.read_bytes().decode("utf-8")
    for old, new in pairs:
        assert old in text, (path, old)
        text = text.replace(old, new)
    path.write_bytes(text.encode(encoding))


def all_brainvision():
    data, names = wave(3, 50, seed=9, scale=1e-5), ["Fz", "Oz, left", "EOG"]
    events = [
        {"onset": 10, "duration": 1, "description": 1, "type": "Stimulus"},
        {"onset": 30, "duration": 5, "description": "a b", "type": "Comment"},
    ]
    for name, fmt, resolution in [("float", "binary_float32", 1e-7), ("short", "binary_int16", [0.01, 0.02, 0.5])]:
        pybv.write_brainvision(
            data=data, sfreq=250, ch_names=names, fname_base=name, folder_out=str(OUT), overwrite=True, events=events,
            resolution=np.array(resolution) if isinstance(resolution, list) else resolution, unit="\u00b5V", fmt=fmt,
            meas_date=DATE.replace(tzinfo=None),
        )
        brainvision(name)
    # Vectorised, 32 bits, Latin-1, and named by the header as it was called before.
    samples = np.fromfile(OUT / "short.eeg", "<i2").reshape(-1, 3)
    samples.T.astype("<i4").tofile(OUT / "vectors.eeg")
    for ending in ["vhdr", "vmrk"]:
        shutil.copy(OUT / f"short.{ending}", OUT / f"vectors.{ending}")
    replace(
        OUT / "vectors.vhdr", ("MULTIPLEXED", "VECTORIZED"), ("INT_16", "INT_32"), ("Codepage=UTF-8", "Codepage=ANSI"),
        ("short.eeg", "vectors.eeg"), ("short.vmrk", "vectors.vmrk"), encoding="latin1",
    )
    replace(OUT / "vectors.vmrk", ("a b", "a\\1 cafe"), ("Codepage=UTF-8", "Codepage=ANSI"))
    brainvision("vectors")
    # mne cannot read a letter of Latin-1 in markers.
    replace(OUT / "vectors.vmrk", ("cafe", "caf\u00e9"), encoding="latin1")
    EXPECTED["vectors.vhdr"]["annotations"][-1]["text"] = "Comment/a, caf\u00e9"


def main():
    warnings.filterwarnings("ignore")
    mne.set_log_level("error")
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    all_fif()
    edf("plus.edf", pyedflib.FILETYPE_EDFPLUS, (-32768, 32767))
    edf("plus.bdf", pyedflib.FILETYPE_BDFPLUS, (-8388608, 8388607))
    discontinuous()
    all_brainvision()
    text = json.dumps(EXPECTED, ensure_ascii=False, indent=None, separators=(",", ":"))
    (OUT / "expected.json").write_text(text.replace('},"', '},\n"') + "\n", encoding="utf-8")
    for path in sorted(OUT.iterdir()):
        print(f"{path.stat().st_size:8} {path.name}")


if __name__ == "__main__":
    main()
