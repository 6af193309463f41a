"""Walks `studies/podcast.toml` and `studies/podcast-models.toml` through made-up files in the layout of OpenNeuro ds005574.

Needs numpy, mne, scikit-learn, pyarrow and safetensors. Run it from the top folder: python3 tests/scripts/podcast_check.py PROGRAM

Four patients, FIF files by mne, the first words of datasets/story with onsets that go back, and four models of datasets/zoo.
What the program reads of the FIF files must be what mne wrote; the tables must leave out what they say is bad; r of the published
recipe at every lag must be that of mne and scikit-learn on the same states; and the study of twelve models, with other models,
windows, benchmarks and sizes, must run to its page.
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
import pyarrow.parquet as pq
from safetensors.numpy import load_file
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

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
    """The largest difference between what mne wrote and what the program reads, in parts of the largest value."""
    fif = next(root.glob("derivatives/ecogprep/sub-03/ieeg/*.fif"))
    run(PROGRAM, "recording", fif, "--out", folder / "signal.safetensors")
    values = mne.io.read_raw_fif(fif, preload=True, verbose="error").get_data().T
    found = load_file(folder / "signal.safetensors")["signal"]
    # The file has the unit volts; factors of the program's own unit are no difference.
    unit = np.abs(found).max() / np.abs(values).max()
    return np.abs(found / unit - values).max() / np.abs(values).max()


def changed(text, changes):
    """The text with some things in the place of others, each of which stands there once."""
    for old, new in changes.items():
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return text


def recipe(root, folder):
    """`studies/podcast.toml` of the third patient with a small model; states stay on disk whole."""
    zoo = Path("datasets/zoo").resolve()
    changes = {
        "../../data/ds005574/stimuli": f"{root}/stimuli", '"../../data/ds005574"': f'"{root}"',
        "../../models/gpt2-xl": str(zoo / "gpt2"), "characters = 5000": "characters = 500",
    }
    path = folder / "recipe.toml"
    write(path, changed(Path("studies/podcast.toml").read_text(encoding="utf-8"), changes))
    return path


def timed(words):
    """The rows whose times the program keeps: a longest sequence of onsets that never goes back, of words that end after they begin."""
    rows = [i for i in range(len(words)) if i != BACKWARD]
    return [i for i in rows if i not in EARLY]


def by_hand(root, states, words):
    """r of the recipe by mne and scikit-learn, `(electrodes, lags)`, mean over folds; and the number of rows."""
    fif = next(root.glob("derivatives/ecogprep/sub-03/ieeg/*.fif"))
    raw = mne.io.read_raw_fif(fif, preload=True, verbose="error").drop_channels(["LGA1"])
    rows = timed(words)
    onsets = [words[i][1] - (2.0 if i in EARLY else 0.0) for i in rows]
    events = np.array([[int(onset * RATE), 0, 1] for onset in onsets])
    epochs = mne.Epochs(raw, events, tmin=-2, tmax=2, baseline=None, event_repeated="error", preload=True, verbose="error")
    kept = [rows[i] for i in epochs.selection]
    y = epochs.resample(32, method="fft", npad="auto", window="hamming", pad="reflect_limited", verbose="error").get_data()
    y = y.reshape(len(y), -1)
    x, alphas, r = states[kept], np.logspace(1, 10, 10), []
    for train, test in KFold(2).split(x):
        inner = list(KFold(5).split(train))
        scale = StandardScaler().fit(x[train])
        xs, ys = scale.transform(x[train]), StandardScaler().fit_transform(y[train])
        errors = np.zeros((len(alphas), y.shape[1]))
        for learn, judge in inner:
            for i, alpha in enumerate(alphas):
                fit = Ridge(alpha=alpha).fit(xs[learn], ys[learn])
                errors[i] += ((fit.predict(xs[judge]) - ys[judge]) ** 2).mean(0)
        best, predicted = errors.argmin(0), np.zeros((len(test), y.shape[1]))
        for i in np.unique(best):
            fit = Ridge(alpha=alphas[i]).fit(xs, ys[:, best == i])
            predicted[:, best == i] = fit.predict(scale.transform(x[test])).reshape(len(test), -1)
        p, q = predicted - predicted.mean(0), y[test] - y[test].mean(0)
        r.append((p * q).sum(0) / np.sqrt((p**2).sum(0) * (q**2).sum(0)))
    return np.mean(r, 0).reshape(len(raw.ch_names), -1), len(kept)


def check_recipe(root, folder, words):
    """The recipe by the program against the recipe by hand."""
    out = folder / "recipe"
    said = run(PROGRAM, "run", recipe(root, folder), "--out", out, "--device", "cpu")
    print("\n".join(line for line in said.splitlines() if "channels" in line or "words" in line))
    states = load_file(next((out / "activations").rglob("*.safetensors")))
    last = max(int(name.removeprefix("layer.")) for name in states)
    expected, rows = by_hand(root, states[f"layer.{last}"].astype(np.float64), words)
    summary = json.loads((out / "summary.json").read_text())
    assert summary["rows"] == rows, (summary["rows"], rows)
    table = pq.read_table(out / "lags.parquet").to_pylist()
    cells = sorted((row["target"], row["lag"], row["r"]) for row in table if row["layer"] == last)
    found = np.array([np.nan if cell[2] is None else cell[2] for cell in cells]).reshape(expected.shape)
    known = np.isfinite(found)
    apart = np.abs(found - expected)[known].max()
    print(f"{rows} words, {expected.shape[0]} electrodes, {expected.shape[1]} lags: r of the recipe differs by at most {apart:.1e}")
    print(f"undefined: {(~known).sum()} of {known.size}, where the largest penalty leaves a prediction that hardly varies")
    assert apart < 3e-4 and known.mean() > 0.97 and found[known].max() > 0.3, (apart, known.mean())


def study(root, folder):
    """The study file with what is at hand in the place of what it names."""
    text = Path("studies/podcast-models.toml").read_text(encoding="utf-8")
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
    path = folder / "podcast-models.toml"
    write(path, head + "\n".join(models) + "\n" + changed(tail, smaller))
    return path


def main():
    rng = np.random.default_rng(7)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        root, words = folder / "ds005574", story()
        for number in range(1, PATIENTS + 1):
            patient(root, number, words, rng)
        transcript(root, words)
        apart = same_signal(root, folder)
        print(f"what is read differs from what mne wrote by at most {apart:.1e} of the largest value")
        assert apart < 1e-6, apart
        check_recipe(root, folder, words)
        said = run(PROGRAM, "run", study(root, folder), "--out", folder / "results", "--device", "cpu")
        print("\n".join(line for line in said.splitlines() if "channels" in line or "words" in line or "report" in line))
        found = json.loads((folder / "results/hierarchy.json").read_text())
        placed = [len(model["targets"]) for model in found["models"]]
        # Of each patient one channel is bad and one has no coordinates.
        assert placed == [PATIENTS * (CHANNELS - 2)] * 4, placed
        print(f"{placed[0]} electrodes with a distance; the page stands")


if __name__ == "__main__":
    main()
