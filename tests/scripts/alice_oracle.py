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
FOLDS, INNER, GAP, COMPONENTS, BLOCK = 6, 5, 16, 10, 15
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
    return predictions("controls+layer", p, controls, y, train, chosen), chosen


def predictions(kind, p, controls, y, train, penalties):
    """Predictions of all rows by weights fitted on the training rows with one penalty per region."""
    if kind == "controls":
        return LinearRegression().fit(controls[train], y[train]).predict(controls)
    if kind == "layer":
        return Ridge(penalties).fit(p[train], y[train]).predict(p)
    p_left, y_left = left_by(controls, p, train), left_by(controls, y, train)
    fit = Ridge(penalties, fit_intercept=False).fit(p_left[train], y_left[train])
    return y - y_left + fit.predict(p_left)


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
    """Held-out r and penalties, both (folds, regions), and what jackknife intervals are made of.

    Penalties that are given, (folds, regions), are not chosen."""

    def __init__(self, panel, reduced, kind, penalties=None):
        y, controls = panel
        folds = list(divide(np.arange(len(y)), FOLDS))
        self.penalties = np.zeros((FOLDS, y.shape[1])) if penalties is None else penalties
        self.r, self.left, self.falls = [], [], np.zeros((FOLDS, FOLDS, y.shape[1]))
        for f, (train, test) in enumerate(folds):
            p = None if reduced is None else reduced[f]
            if penalties is not None or kind == "controls":
                predicted = predictions(kind, p, controls, y, train, self.penalties[f])
            elif kind == "layer":
                predicted, self.penalties[f] = alone_predictions(p, y, train)
            else:
                predicted, self.penalties[f] = joint_predictions(p, controls, y, train)
            self.r.append(pearson(predicted[test], y[test]))
            self.left.append([pearson(predicted[rest], y[rest]) for rest in without_blocks(test)])
            for g in set(range(FOLDS)) - {f}:
                both = np.intersect1d(train, folds[g][0])
                again = predictions(kind, p, controls, y, both, self.penalties[f])
                self.falls[f, g] = self.r[f] - pearson(again[test], y[test])
        self.r = np.array(self.r)


# ---------------------------------------------------------------- intervals


def without_blocks(test):
    """The held-out rows without each of as many blocks as fit, the edges rounded down."""
    n = len(test) // BLOCK
    edges = [len(test) * i // n for i in range(n + 1)]
    return [np.delete(test, np.arange(a, b)) for a, b in zip(edges, edges[1:])]


class Jackknife:
    """r_f, r_f without each block, d_fg, and r_f without each listener where they are a sample: means over regions."""

    def __init__(self, r, left, falls, listeners=()):
        self.r, self.left, self.falls, self.listeners = np.array(r), left, falls, np.array(listeners)

    @classmethod
    def over(cls, scores, regions=slice(None)):
        """The mean over `regions` of one listener's scores."""
        left = [np.array(left)[:, regions].mean(axis=1) for left in scores.left]
        return cls(scores.r[:, regions].mean(axis=1), left, scores.falls[:, :, regions].mean(axis=2))

    @classmethod
    def over_listeners(cls, listeners):
        """The mean over listeners, each the mean over its regions, and without each of them."""
        whole = cls.combined([(1 / len(listeners), one) for one in listeners])
        whole.listeners = (len(listeners) * whole.r - np.array([one.r for one in listeners])) / (len(listeners) - 1)
        return whole

    @classmethod
    def combined(cls, terms):
        """The sum of factors times scores, part by part."""
        total = lambda part: sum(factor * getattr(one, part) for factor, one in terms)
        left = [sum(factor * one.left[f] for factor, one in terms) for f in range(FOLDS)]
        return cls(total("r"), left, total("falls"), total("listeners"))

    @classmethod
    def along(cls, layers, chosen):
        """The chosen layer of each fold."""
        at = list(enumerate(chosen))
        listeners = [layers[layer].listeners[:, f] for f, layer in at if len(layers[layer].listeners)]
        r, left = [layers[layer].r[f] for f, layer in at], [layers[layer].left[f] for f, layer in at]
        return cls(r, left, np.array([layers[layer].falls[f] for f, layer in at]), np.transpose(listeners))

    def minus(self, other):
        return self.combined([(1, self), (-1, other)])

    def interval(self, of_score, comparisons=1):
        """The bounds as docs/METHODS.md has them, on the scale of atanh for a score, as they are for a difference."""
        k, m = FOLDS, [len(left) for left in self.left]
        c = np.array([(m[f] - 1) * (self.r[f] - self.left[f].mean()) for f in range(k)])
        u = self.r.mean() + c.mean()
        # Variances with their own variances, of which whole degrees of freedom give 2 v^2 / degrees.
        parts = [(left_out(self.left[f]) / k**2, m[f] - 1) for f in range(k)]
        parts.append((c.var(ddof=1) / k, k - 1))
        if len(self.listeners):
            parts.append((left_out(self.listeners.mean(axis=1)), len(self.listeners) - 1))
        products = np.array([self.falls[f, g] * self.falls[g, f] for f in range(k) for g in range(f)])
        v = sum(v for v, _ in parts) + max(0.0, 2 * products.sum() / k**2)
        s = sum(2 * v**2 / degrees for v, degrees in parts) + (2 / k**2) ** 2 * len(products) * products.var(ddof=1)
        half = student(1 - 0.05 / comparisons, 2 * v**2 / s) * np.sqrt(v)
        if of_score:
            return np.tanh(np.arctanh(u) + np.array([-1, 1]) * half / (1 - u**2))
        return u + np.array([-1, 1]) * half


def left_out(values):
    """The jackknife variance of a number that has `values` without each of its parts."""
    return (len(values) - 1) * np.var(values)


def student(share, degrees):
    """|t| at most this in `share` of cases, linear in 1 / degrees between whole degrees."""
    below, above = np.floor(max(degrees, 1)), np.ceil(max(degrees, 1))
    low, high = stats.t.ppf((1 + share) / 2, [below, above])
    if below == above:
        return low
    return high + (low - high) * (1 / degrees - 1 / above) / (1 / below - 1 / above)


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


def bounds(theirs, ours, of_score, comparisons=1):
    """Differences of a number and its interval from those that were published."""
    low, high = ours.interval(of_score, comparisons)
    return [ours.r.mean() - theirs["value"], low - theirs["low"], high - theirs["high"]]


def compare_summary(table, summary, kept):
    """Chosen layers, scores, differences, slopes and their intervals on the mean recording."""
    places = [*range(len(REGIONS)), slice(None)]
    over = lambda scores, place: Jackknife.over(scores, [place] if isinstance(place, int) else place)
    controls = [over(kept["", "trained", "30w", "controls", 0], place) for place in places]
    differences = [bounds(theirs, ours, True) for theirs, ours in zip(summary["controls"], controls)]
    table.add("controls with intervals", np.ravel(differences), 1e-9)
    chosen_scores = {}
    for model in summary["models"]:
        layers = [kept[model["name"], "trained", "30w", "controls+layer", layer] for layer in range(len(model["joint"]))]
        by_place = [[over(scores, place) for scores in layers] for place in places]
        chosen = [chosen_layers(np.array([layer.r for layer in by_layer])) for by_layer in by_place]
        scores = [Jackknife.along(by_layer, layers) for by_layer, layers in zip(by_place, chosen)]
        chosen_scores[model["name"]] = scores[-1]
        table.add(f"chosen layers of {model['name']}", np.subtract(chosen[-1], model["chosen_layers"]), 0)
        table.add(f"score of {model['name']} with its interval", bounds(model["score"], scores[-1], True), 1e-9)
        theirs = [*model["over_controls_regions"], model["over_controls"]]
        gains = [bounds(t["difference"], s.minus(c), False) for t, s, c in zip(theirs, scores, controls)]
        table.add(f"over controls of {model['name']} with intervals", np.ravel(gains), 1e-9)
        layered = [bounds(theirs, ours, True) for theirs, ours in zip([row[-1] for row in model["joint"]], by_place[-1])]
        table.add(f"layers of {model['name']} with intervals", np.ravel(layered), 1e-9)
        depth = np.linspace(0, 1, len(layers)) - 0.5
        slope = Jackknife.combined(list(zip(depth / (depth**2).sum(), by_place[-1])))
        table.add(f"slope of {model['name']} with its interval", bounds(model["slope"], slope, False), 1e-9)
    pairs = summary["pairs"]
    apart = [chosen_scores[pair["a"]].minus(chosen_scores[pair["b"]]) for pair in pairs]
    differences = [bounds(pair["difference"], ours, False, len(pairs)) for pair, ours in zip(pairs, apart)]
    table.add("pairs of models with intervals", np.ravel(differences), 1e-9)


def compare_listeners(table, summary, published, panels, h, timed, results):
    """stories260K over all single listeners, with the published penalties: intervals with listeners as a sample."""
    model, window = summary["models"][0], "30w"
    assert model["name"] == MODELS[0]
    subjects = [subject for subject in panels if subject != MEAN]
    over = lambda layer: Jackknife.over_listeners([Jackknife.over(layer(subject)) for subject in subjects])
    controls = over(lambda subject: Scores(panels[subject], None, "controls"))
    table.add("controls, single listeners, with their interval", bounds(summary["controls_listeners"], controls, True), 1e-9)
    rows = published[(published.model == MODELS[0]) & (published.variant == "trained") & (published.window == window)]
    rows = rows[rows.predictors == "controls+layer"]
    states, layers = load_file(results / "activations" / MODELS[0] / f"{window}.safetensors"), []
    for layer in range(len(states)):
        reduced = list(components(high_pass(h @ states[f"layer.{layer}"][timed].astype(float))))
        penalties = rows[rows.layer == layer].pivot(index="fold", columns=["subject", "target"], values="penalty")
        fit = lambda subject: Scores(panels[subject], reduced, "controls+layer", penalties[subject][list(REGIONS)].to_numpy())
        layers.append(over(fit))
    score = Jackknife.along(layers, chosen_layers(np.array([layer.r for layer in layers])))
    differences = bounds(model["score_listeners"], score, True)
    differences += bounds(model["over_controls_listeners"], score.minus(controls), False)
    table.add(f"score and over controls of {MODELS[0]}, single listeners, with intervals", differences, 1e-9)


def compare_across(table, panels, h, timed, results):
    """The last layer of stories260K: weights and penalties from the mean of 26 listeners, scored on the one left out."""
    published = pd.read_parquet(results / "generalisation.parquet")
    states = load_file(results / "activations" / MODELS[0] / "30w.safetensors")
    last = len(states) - 1
    rows = published[(published.model == MODELS[0]) & (published.layer == last)]
    reduced = list(components(high_pass(h @ states[f"layer.{last}"][timed].astype(float))))
    controls, subjects = panels[MEAN][1], [subject for subject in panels if subject != MEAN]
    differences = []
    for subject in subjects:
        own = panels[subject][0]
        others = np.mean([panels[other][0] for other in subjects if other != subject], axis=0)
        theirs = rows[rows.subject == subject].pivot(index="fold", columns="target")[["r_across", "r_within"]]
        for f, (train, test) in enumerate(divide(np.arange(len(own)), FOLDS)):
            for kind, learnt in (("r_across", others), ("r_within", own)):
                predicted, _ = joint_predictions(reduced[f], controls, learnt, train)
                ours = pearson(predicted[test], own[test])
                differences.extend(ours - theirs[kind].loc[f, list(REGIONS)].to_numpy())
    table.add(f"r across and within listeners, last layer of {MODELS[0]}", differences, 1e-6)


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
    table.add("CKA, debiased and biased, by whole Gram matrices", differences, 1e-6)

    published = pd.read_parquet(results / "scores.parquet")
    kept = compare_scores(table, published, panels, h, timed, results, options.quick)
    compare_summary(table, summary, kept)
    compare_listeners(table, summary, published, panels, h, timed, results)
    compare_across(table, panels, h, timed, results)
    language_models(table, options.shared, results, text, words)
    failed = [what for what, *_, holds in table.rows if not holds]
    print("all agree" if not failed else f"{len(failed)} of {len(table.rows)} do not agree")
    sys.exit(bool(failed))


def states_of(results, model, layer):
    folder = model.replace(" untrained", "-twin-1")
    return load_file(results / "activations" / folder / "30w.safetensors")[f"layer.{layer}"]


if __name__ == "__main__":
    main()
