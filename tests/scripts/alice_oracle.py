"""The Alice study computed a second time with numpy, scipy, scikit-learn and himalaya, from the published files.

From a results folder it takes the activations and what is to be compared; everything between is its own:
times of words, response, drift, controls, folds, components, penalties, scores, intervals, similarity, inter-subject r.
Where torch and transformers are installed it also recomputes hidden states of single windows and bits per character.

    python3 tests/scripts/alice_oracle.py RESULTS [--shared FOLDER] [--quick | --variants]

With --variants nothing is compared: it prints what simpler fits of stories260K give, choice by choice.

Needs numpy, scipy, scikit-learn, himalaya, pandas, pyarrow and safetensors.
Exits with 1 if a difference exceeds its tolerance.
"""
import argparse
import difflib
import json
import os
import re
import sys
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "2")

import numpy as np
import pandas as pd
from himalaya.ridge import RidgeCV
from safetensors.numpy import load_file
from scipy import fft, stats
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.linear_model import RidgeCV as OneStepRidge
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# The settings of studies/alice.toml.
FIRST_SCAN, STEP, RESPONSE_SECONDS, COSINES = 20.0, 2.0, 32.0, 11
FOLDS, INNER, GAP, COMPONENTS, BLOCK, DRAWS = 6, 5, 16, 10, 15, 10000
PENALTIES = np.logspace(-1, 6, 15)
MODELS = ("stories260K", "babyllama-105", "babyllama-361")
REGIONS = ("LATL", "RATL", "LPTL", "LIPL", "LPreM", "LIFG")
MEAN = "mean recording"
MISSPELT = 4  # labels of the TextGrid that spell a word otherwise than the text


# ---------------------------------------------------------------- words and their times


def folded(text):
    """Letters and digits in lower case."""
    return "".join(c for c in text.lower() if c.isalnum())


def word_ends(text, grid):
    """Words of the text, and the end in seconds of each (NaN where nothing was spoken)."""
    found = re.findall(r'xmin = (\S+)\s+xmax = (\S+)\s+text = "([^"]*)"', grid)
    labels = [(float(end), folded(label)) for _, end, label in found if label.strip() not in ("", "sp")]
    words, ends, at, fuzzy = text.split(), [], 0, 0
    for word in words:
        letters, joined = folded(word), ""
        while letters and joined != letters:
            end, label = labels[at]
            joined, at = joined + label, at + 1
            if not letters.startswith(joined):
                assert difflib.SequenceMatcher(None, letters, joined).ratio() > 0.7, (word, joined)
                fuzzy += 1
                break
        ends.append(end if letters else np.nan)
    assert at == len(labels) and fuzzy == MISSPELT, (at, len(labels), fuzzy)
    return words, np.array(ends)


# ---------------------------------------------------------------- the clock of the scanner


def response(ends, scans):
    """h(t - t_w) of every scan and word, (scans, words), by scipy's gamma densities."""
    since = FIRST_SCAN + STEP * np.arange(scans)[:, None] - ends[None, :]
    h = stats.gamma.pdf(since, 6) - stats.gamma.pdf(since, 16) / 6
    return np.where((since >= 0) & (since < RESPONSE_SECONDS), h, 0.0)


def high_pass(y):
    """Without the mean and the first cosines: their coefficients of the discrete cosine transform set to zero."""
    coefficients = fft.dct(y, axis=0, norm="ortho")
    coefficients[: COSINES + 1] = 0
    return fft.idct(coefficients, axis=0, norm="ortho")


def clean(y):
    y = high_pass(y)
    return y / y.std(axis=0)


def recordings(folder, rate):
    """Responses and controls by listener, the mean recording, and what the two checks of the data need."""
    panels, signals, supplied, powers = {}, [], [], 0.0
    for file in sorted((folder / "10mm").glob("*-timecourses.txt")):
        subject = file.name.split("-")[0]
        signal = np.loadtxt(file)
        if not signal.any():
            continue
        power = np.loadtxt(folder / f"{subject}-sndpwr.txt")
        (motion,) = folder.glob(f"{subject}-rp_*.txt")
        controls = np.column_stack([rate, power, np.loadtxt(motion)[10:]])
        panels[subject] = (clean(signal), clean(controls))
        signals.append(stats.zscore(high_pass(signal)))
        supplied.append(np.corrcoef(rate, np.loadtxt(folder / f"{subject}-rate.txt"))[0, 1])
        powers = powers + power
    mean = sum(responses for responses, _ in panels.values())
    panels[MEAN] = (mean / mean.std(axis=0), clean(np.column_stack([rate, powers])))
    return panels, np.array(signals), supplied


# ---------------------------------------------------------------- folds, fits, scores


def divide(rows, n):
    """(training, held-out) rows: contiguous folds, training rows more than the gap away from every held-out row."""
    for _, at in KFold(n).split(rows):
        test = rows[at]
        distance = np.abs(rows[:, None] - test[None, :]).min(axis=1)
        yield rows[distance > GAP], test


def components(x):
    """Scores of principal components of each outer fold, divided by the root of their mean variance in training."""
    for train, _ in divide(np.arange(len(x)), FOLDS):
        p = PCA(COMPONENTS, svd_solver="full").fit(x[train]).transform(x)
        yield p / np.sqrt((p[train] ** 2).mean())


def left_by(controls, x, train):
    """What a constant and the controls, fitted on the training rows, leave of x."""
    return x - LinearRegression().fit(controls[train], x[train]).predict(controls)


def joint_predictions(p, controls, y, train):
    """Predictions of ridge on top of unpenalised controls, and the penalties by squared error over inner folds."""
    losses = np.zeros((len(PENALTIES), y.shape[1]))
    for inner_train, inner_test in divide(train, INNER):
        p_left, y_left = left_by(controls, p, inner_train), left_by(controls, y, inner_train)
        for loss, penalty in zip(losses, PENALTIES):
            fit = Ridge(penalty, fit_intercept=False).fit(p_left[inner_train], y_left[inner_train])
            loss += ((y_left[inner_test] - fit.predict(p_left[inner_test])) ** 2).mean(axis=0)
    chosen = PENALTIES[losses.argmin(axis=0)]
    p_left, y_left = left_by(controls, p, train), left_by(controls, y, train)
    fit = Ridge(chosen, fit_intercept=False).fit(p_left[train], y_left[train])
    return y - y_left + fit.predict(p_left), chosen


def alone_predictions(p, y, train):
    """The same without controls, by himalaya."""
    position = {row: i for i, row in enumerate(train)}
    inner = [tuple([position[row] for row in part] for part in fold) for fold in divide(train, INNER)]
    model = RidgeCV(PENALTIES, fit_intercept=True, solver="svd", cv=inner).fit(p[train], y[train])
    return model.predict(p), model.best_alphas_


def pearson(a, b):
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    return (a * b).sum(axis=0) / np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))


class Scores:
    """Held-out r and penalties, both (folds, regions), and the held-out rows of predictions and responses."""

    def __init__(self, panel, reduced, kind):
        y, controls = panel
        self.rows, self.penalties = [], np.zeros((FOLDS, y.shape[1]))
        for fold, (train, test) in enumerate(divide(np.arange(len(y)), FOLDS)):
            if kind == "controls":
                predicted = LinearRegression().fit(controls[train], y[train]).predict(controls)
            elif kind == "layer":
                predicted, self.penalties[fold] = alone_predictions(reduced[fold], y, train)
            else:
                predicted, self.penalties[fold] = joint_predictions(reduced[fold], controls, y, train)
            self.rows.append((predicted[test], y[test]))
        self.r = np.array([pearson(p, y) for p, y in self.rows])

    def resampled(self, draws):
        """Mean r over folds and regions with the blocks of each fold drawn as `draws` says, per draw."""
        r = np.zeros((len(draws[0]), FOLDS))
        for fold, (p, y) in enumerate(self.rows):
            blocks = np.array_split(np.arange(len(p)), len(p) // BLOCK)
            for draw, drawn in enumerate(draws[fold]):
                rows = np.concatenate([blocks[b] for b in drawn])
                r[draw, fold] = pearson(p[rows], y[rows]).mean()
        return r


def interval(value, drawn):
    """2.5 and 97.5 % of the draws, widened because four blocks drawn from four vary too little."""
    fewest = min(len(test) // BLOCK for _, test in divide(np.arange(362), FOLDS))
    return np.quantile(value + np.sqrt(fewest / (fewest - 1)) * (drawn - value), [0.025, 0.975])


def chosen_layers(by_layer):
    """For each fold the layer with the highest mean over the other folds; `by_layer` is (layers, folds)."""
    return [np.delete(by_layer, fold, axis=1).mean(axis=1).argmax() for fold in range(FOLDS)]


# ---------------------------------------------------------------- similarity


def cka(x, y):
    """Debiased and biased CKA with whole Gram matrices, as the definitions have it."""
    x, y = x.astype(float), y.astype(float)
    n = len(x)
    h = np.eye(n) - 1 / n

    def biased(k, l):
        return np.sum((k @ h) * (h @ l))  # tr(KHLH): entry ij of KH times entry ji of LH

    def unbiased(k, l):
        k, l = k - np.diag(np.diag(k)), l - np.diag(np.diag(l))
        product = np.sum(k * l) + k.sum() * l.sum() / ((n - 1) * (n - 2))
        return product - 2 / (n - 2) * (k.sum(axis=0) @ l.sum(axis=1))

    k, l = x @ x.T, y @ y.T
    return [f(k, l) / np.sqrt(f(k, k) * f(l, l)) for f in (unbiased, biased)]


# ---------------------------------------------------------------- models, where torch is there


def language_models(table, shared, results, text, words):
    try:
        import torch
        from tokenizers import Tokenizer
        from transformers import AutoModelForCausalLM
    except ImportError as missing:
        print(f"left out: hidden states and bits per character ({missing})")
        return
    bits = {row["model"]: row["bits_per_character"] for row in json.loads((results / "text.json").read_text())}
    for name in MODELS:
        folder = shared / "models" / name
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        whole, bos = tokenizer.encode(text, add_special_tokens=False), [model.config.bos_token_id]
        with torch.no_grad():
            windows = lone_windows(model, whole, bos, text, words, results / "activations" / name)
            table.add(f"hidden states of single windows, {name}, relative", windows, 1e-4)
            start = tokenizer.encode(text[:1500], add_special_tokens=False).ids
            table.add(f"bits per character, {name}", [bits_per_character(model, bos + start) - bits[name]], 1e-4)


def lone_windows(model, encoding, bos, text, words, folder):
    """Largest relative difference, per window and word, of all layers from one pass over exactly the window's tokens."""
    import torch

    begins = np.cumsum([0] + [len(word) + 1 for word in words])[:-1]
    for window in (1, 10, 30):
        ours = load_file(folder / f"{window}w.safetensors")
        for word in (0, 1, 9, 40, 777, 2087):
            first = max(0, word + 1 - window)
            letters = [begins[word] + i for i, c in enumerate(words[word]) if c.isalnum()]
            last_letter = letters[-1] if letters else begins[word] + len(words[word]) - 1
            last = max(i for i, (a, b) in enumerate(encoding.offsets) if a <= last_letter < b)
            # A window of words begins with the first token that is not the end of an earlier word or its punctuation.
            edge = begins[first] - 1 if first else 0
            start = min(i for i, (a, _) in enumerate(encoding.offsets) if a >= edge)
            states = model(torch.tensor([bos + encoding.ids[start : last + 1]]), output_hidden_states=True).hidden_states
            for layer, state in enumerate(states):
                theirs, mine = state[0, -1].numpy(), ours[f"layer.{layer}"][word]
                yield np.linalg.norm(theirs - mine) / np.linalg.norm(theirs)


def bits_per_character(model, ids, characters=1500):
    """Windows as long as the model reads, overlapping by half; every token is scored once, BOS never."""
    import torch

    limit, nats, scored = model.config.max_position_embeddings, 0.0, 1
    for begin in range(0, len(ids), limit // 2):
        part = ids[begin : begin + limit]
        log_p = torch.log_softmax(model(torch.tensor([part])).logits[0].double(), dim=-1)
        for at in range(max(scored, begin + 1), begin + len(part)):
            nats -= log_p[at - begin - 1, ids[at]].item()
        scored = begin + len(part)
        if scored == len(ids):
            return nats / np.log(2) / characters


# ---------------------------------------------------------------- simpler fits


def variants(h, timed, panels, results):
    """Mean r over folds and regions if controls and layer go through one PCA and one ridge, for each other choice."""
    y, clean_controls = panels[MEAN]
    states = load_file(results / "activations" / "stories260K" / "30w.safetensors")
    layers = [h @ states[f"layer.{layer}"][timed].astype(float) for layer in range(len(states))]
    print("stories260K, one PCA and one ridge for controls and layer, mean recording")
    print(f"{'features':<12} {'columns':<10} {'gap':<5} {'controls':<9} layers 0 to {len(layers) - 1}")
    for scaled in (False, True):
        for gap in (0, GAP):
            r = [one_step(clean_controls, y, scaled, gap)]
            r += [one_step(np.column_stack([clean_controls, high_pass(x)]), y, scaled, gap) for x in layers]
            numbers = " ".join(f"{value:.3f}" for value in r[1:])
            print(f"{'high-passed':<12} {'scaled' if scaled else 'as is':<10} {gap:<5} {r[0]:<9.3f} {numbers}")


def one_step(x, y, scaled, gap):
    r = []
    for train, test in KFold(FOLDS).split(x):
        train = train[np.abs(train[:, None] - test[None, :]).min(axis=1) > gap]
        steps = [StandardScaler()] if scaled else []
        steps += [PCA(COMPONENTS, svd_solver="full")] if x.shape[1] > COMPONENTS else []
        model = make_pipeline(*steps, OneStepRidge(PENALTIES, alpha_per_target=True))
        r.append(pearson(model.fit(x[train], y[train]).predict(x[test]), y[test]).mean())
    return np.mean(r)


# ---------------------------------------------------------------- what is compared


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, differences, tolerance):
        differences = np.abs(np.fromiter(differences, float))
        # A NaN must fail, so the comparison asks what holds.
        holds = bool(differences.size) and bool(np.all(differences <= tolerance))
        largest = differences.max() if differences.size else np.nan
        self.rows.append((what, differences.size, largest, tolerance, holds))
        print(f"{what:<66} {differences.size:>7} {largest:>10.2e} {tolerance:>9.0e}  {'ok' if holds else 'FAILED'}", flush=True)


def compare_scores(table, published, panels, h, timed, results, quick):
    """Scores of every layer on the mean recording and two listeners; returns those of the mean recording."""
    kept = {}
    subjects = [MEAN] if quick else [MEAN, "s18", "s40"]
    published = published.set_index(["model", "variant", "window", "predictors", "subject", "layer"]).sort_index()

    def check(model, variant, window, kind, what):
        r, penalties = [], []
        file = results / "activations" / (model if variant == "trained" else f"{model}-{variant}") / f"{window}.safetensors"
        states = load_file(file) if model else {"layer.0": None}
        for layer in range(len(states)):
            reduced = list(components(high_pass(h @ states[f"layer.{layer}"][timed].astype(float)))) if model else None
            for subject in subjects:
                scores = Scores(panels[subject], reduced, kind)
                theirs = published.loc[(model, variant, window, kind, subject, layer)]
                theirs = theirs.pivot(index="fold", columns="target")
                r.extend((scores.r - theirs["r"][list(REGIONS)].to_numpy()).ravel())
                penalties.extend((np.log10(scores.penalties + 1) - np.log10(theirs["penalty"][list(REGIONS)] + 1)).to_numpy().ravel())
                if subject == MEAN:
                    kept[model, variant, window, kind, layer] = scores
        table.add(f"r, {what}", r, 1e-6)
        table.add(f"log10 of penalty + 1, {what}", penalties, 1e-9)

    check("", "trained", "30w", "controls", "controls alone")
    for model in MODELS:
        check(model, "trained", "30w", "controls+layer", f"{model} on top of controls")
        if not quick:
            check(model, "trained", "30w", "layer", f"{model} alone (himalaya)")
            check(model, "trained", "1w", "controls+layer", f"{model} on top of controls, 1w")
            check(model, "twin-2", "30w", "controls+layer", f"{model} untrained, on top of controls")
    return kept


def compare_summary(table, summary, kept):
    """Chosen layers, scores, differences and their intervals; the intervals' draws are other draws."""
    rng = np.random.default_rng(0)
    blocks = [len(test) // BLOCK for _, test in divide(np.arange(362), FOLDS)]
    draws = [rng.integers(0, n, (DRAWS, n)) for n in blocks]
    controls = kept["", "trained", "30w", "controls", 0]
    for model in summary["models"]:
        layers = [kept[model["name"], "trained", "30w", "controls+layer", layer] for layer in range(len(model["joint"]))]
        by_layer = np.array([scores.r.mean(axis=1) for scores in layers])
        chosen = chosen_layers(by_layer)
        score = np.mean([by_layer[layer, fold] for fold, layer in enumerate(chosen)])
        added = score - controls.r.mean()
        theirs = model["over_controls"]["difference"]
        values = [score - model["score"]["value"], added - theirs["value"], *np.subtract(chosen, model["chosen_layers"])]
        table.add(f"score, over controls, chosen layers of {model['name']}", values, 1e-6)
        drawn = {layer: layers[layer].resampled(draws) for layer in set(chosen)}
        drawn = np.mean([drawn[layer][:, fold] for fold, layer in enumerate(chosen)], axis=0)
        drawn = drawn - controls.resampled(draws).mean(axis=1)
        bounds = interval(added, drawn) - [theirs["low"], theirs["high"]]
        table.add(f"interval of over controls of {model['name']}, other draws", bounds, 2e-2)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("results", type=Path)
    arguments.add_argument("--shared", type=Path, default=Path(__file__).resolve().parents[2].parent / "shared")
    arguments.add_argument("--quick", action="store_true", help="the mean recording and trained models only")
    arguments.add_argument("--variants", action="store_true", help="compare nothing, print what simpler fits give")
    options = arguments.parse_args()
    data, results = options.shared / "data" / "alice", options.results
    summary = json.loads((results / "summary.json").read_text())
    text = " ".join((data / "alice_transcription_with_punctuation.txt").read_text().split())
    (grid,) = (data / "alice_stim_shared").glob("*.TextGrid")
    words, ends = word_ends(text, grid.read_text())
    timed = np.flatnonzero(~np.isnan(ends))

    h = response(ends[timed], 362)
    panels, signals, supplied = recordings(data / "alice_data_shared", h.sum(axis=1))
    if options.variants:
        return variants(h, timed, panels, results)
    table = Table()
    print(f"{'what':<66} {'numbers':>7} {'largest':>10} {'tolerance':>9}")
    table.add("words, words with a time", [len(words) - summary["words"], len(timed) - summary["timed_words"]], 0)
    table.add("listeners", [len(signals) - len(summary["listeners"])], 0)
    table.add("lowest r of recomputed and supplied word rate", [min(supplied) - summary["word_rate_check"]], 1e-6)
    total = signals.sum(axis=0)
    between = np.mean([pearson(signal, total - signal) for signal in signals], axis=0)
    table.add("leave-one-out inter-subject r", between - summary["inter_subject"], 1e-6)

    pairs = pd.read_parquet(results / "similarity.parquet").set_index(["model_a", "layer_a", "model_b", "layer_b"])
    sources = [("stories260K", 1, "stories260K", 5), ("stories260K", 5, "babyllama-361", 4)]
    sources += [("stories260K", 3, "stories260K untrained", 3), ("babyllama-105", 2, "babyllama-361 untrained", 2)]
    differences = []
    for pair in sources:
        x, y = (states_of(results, *side) for side in (pair[:2], pair[2:]))
        differences += list(np.subtract(cka(x, y), pairs.loc[pair, ["cka", "cka_biased"]].to_numpy(float)))
    table.add("CKA, debiased and biased, by whole Gram matrices", differences, 1e-9)

    kept = compare_scores(table, pd.read_parquet(results / "scores.parquet"), panels, h, timed, results, options.quick)
    compare_summary(table, summary, kept)
    language_models(table, options.shared, results, text, words)
    failed = [what for what, *_, holds in table.rows if not holds]
    print("all agree" if not failed else f"{len(failed)} of {len(table.rows)} do not agree")
    sys.exit(bool(failed))


def states_of(results, model, layer):
    folder = model.replace(" untrained", "-twin-1")
    return load_file(results / "activations" / folder / "30w.safetensors")[f"layer.{layer}"]


if __name__ == "__main__":
    main()
