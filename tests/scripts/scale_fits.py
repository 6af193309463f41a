"""The cost of a study on paper: sizes, operations of each step, the rates that fit measured runs, and predictions.

The account is that of crates/gyrus-study/src/cost, with the same letters and constants.
"""
import dataclasses
import math
import pathlib
import re

import numpy as np

# The constants of crates/gyrus-study/src/cost/rates.rs: seconds of one each.
RATES = {}
for line in (pathlib.Path(__file__).resolve().parents[2] / "crates/gyrus-study/src/cost/rates.rs").read_text().splitlines():
    if found := re.match(r"pub const ([A-Z_]+): f64 = ([0-9.e-]+)( / ([0-9.e-]+))?;", line):
        RATES[found[1]] = float(found[2]) / float(found[4] or 1)
SIMILARITY_MEMORY, PROGRAM, SUM = 300 << 20, 80 << 20, 110
SCORE_BYTES, CELL_BYTES, PAIR_BYTES, REPORT_BYTES, SMALL_BYTES = 14, 20, 100, 25_000_000, 100_000
CONTROLS, RATE, POSITIONS, GROUPS = 6, 50, 150, 20
# Seconds of a step below which it says nothing of a rate.
NOTICED = 0.05

STEPS = "activations text benchmarks fits encoding canaries hierarchy lags generalisation ceilings partition dimension power similarity"
STEPS = [*STEPS.split(), "convergence", "context", "claims", "truth", "report", "simulation"]
# Steps whose time is modelled; the others take constants.
MODELLED = ["activations", "fits", "encoding", "canaries", "hierarchy", "lags", "dimension", "similarity", "context", "claims", "report"]


@dataclasses.dataclass
class Sizes:
    """What the cost of a study depends on, as `Sizes` and `Source` of the program; all models are alike."""

    study: object

    def __post_init__(self):
        study, self.rows = self.study, self.study.words
        self.features = study.feature_layers > 0
        self.sources = 1 if self.features else study.models
        self.n_layers = study.feature_layers if self.features else study.layers + 1
        self.kept = study.width if self.features else min(study.kept, study.width)
        self.reduced = min(study.components, study.width)
        self.series = 1 if self.features else study.windows + study.twins
        self.shuffled = 0 if self.features else 1
        self.controls = CONTROLS * (2 * study.neighbours + 1) + 1
        self.group = study.patients * study.electrodes
        self.panels = [study.electrodes] * study.patients + [self.group]
        self.inner = study.folds * study.inner_folds
        self.problems = study.folds + self.inner
        self.blocks = math.ceil(self.rows / study.block)
        self.compared = self.n_layers * (1 if self.features else 2)  # of a source
        self.columns = self.kept * self.compared * self.sources
        self.material = PROGRAM + 8 * RATE * story_seconds(study.words) * self.group


def story_seconds(words):
    return words * 1899.2 / 5792


def operations(step, sizes, passages=0, parts=1):
    """How many of each constant a step takes; `passages` are tokens times blocks.

    One fit holds the targets of all patients. Every penalty is tried for every target in every inner fold, and the null tries
    them anew; intervals refit every fold without what each other one holds out. Components are found in every outer fold
    whenever a layer is opened. Gram matrices have words x words entries."""
    study, sources, n = sizes.study, sizes.sources, sizes.rows
    p, alone, layers = sizes.reduced + sizes.controls, sizes.reduced, sources * sizes.n_layers
    fixed = {"STEP": parts}

    def fits(times, columns, targets, again=study.folds * (study.folds - 1)):
        each = {
            "MOMENT": 2 * n * columns * (columns + targets),
            "EIGEN": 10 * columns**3 * (sizes.problems + again),
            "TRIAL": 2 * columns**2 * targets * study.penalties * sizes.inner,
        }
        return {name: times * value for name, value in each.items()}

    def components(times, width=sizes.kept):
        least = min(width, n)
        return {"COMPONENT": times * (n * width * least + 10 * least**3)}

    def sums(*terms):
        return {name: sum(term.get(name, 0) for term in terms) for name in {name for term in terms for name in term}}

    moved = sizes.group * study.shifts
    if step == "activations" and not sizes.features:
        variants = sources * (2 + study.twins)
        passage = {"MODEL": variants, "FLOP": passages * 24 * study.width**2, "TOKEN_LAYER": passages}
        return sums(passage, components(layers * (study.windows + study.twins + 1), study.width))
    if step == "fits":
        joint, null = sizes.series + sizes.shuffled, 1 + sizes.shuffled
        jobs = fits(layers * joint, p, sizes.group), fits(layers, alone, sizes.group)
        return sums(fixed, *jobs, fits(layers * null, p, moved, 0), components(layers * (joint + 1) * study.folds))
    if step == "encoding":
        return fixed | {"FINDING": sources * sizes.group * study.draws}
    if step == "canaries":
        return sums(fixed, fits(1, POSITIONS, sizes.group), fits(1, POSITIONS + sizes.controls, sizes.group))
    if step == "hierarchy":
        return fixed | {"HIERARCHY": sources * sizes.group * study.draws}
    if step == "lags" and study.lags > 1:
        return sums(fixed, fits(layers, p, sizes.group * study.lags, 0), components(layers * study.folds))
    if step == "dimension":
        compared = sources * sizes.compared
        distances = {"DISTANCE": 2 * compared * n**2 * sizes.kept}
        return sums(fixed, distances, components(2 * compared * study.folds), fits(compared, p, sizes.group))
    if step == "similarity":
        return fixed | {"GRAM": n**2 * sizes.columns, "PRODUCT": n**2 * (sources * sizes.compared) ** 2}
    if step == "context":
        grams = layers * (not sizes.features) * n**2
        return fixed | {"GRAM": grams * study.windows * sizes.kept, "PRODUCT": grams * study.windows**2}
    if step == "claims":
        return fixed | {"CLAIM": sources * study.draws}
    return fixed | ({"REPORT": 1} if step == "report" else {})


def seconds(terms, rates):
    return sum(rates.get(name, 0) * count for name, count in terms.items())


def memory(sizes):
    """Bytes beside models while a step runs, by the program's account."""
    sums = SUM * sizes.n_layers * sizes.series * sizes.blocks * 2 * sizes.group
    rows = SIMILARITY_MEMORY + 8 * sizes.study.words * sizes.sources * sizes.compared * (2 * GROUPS + 4)
    return {"encoding": sizes.material + sums, "similarity": sizes.material + rows}


def disk(sizes):
    """Bytes of the files of steps by the program's account, and of simulated recordings."""
    study = sizes.study
    lists = 0 if sizes.features else study.windows + study.twins + 1
    layers = sizes.sources * sizes.n_layers
    sums = 8 * (3 * sizes.blocks + study.folds * (study.folds + 1)) * sizes.group
    null = 8 * study.folds * study.shifts * sizes.group
    return {
        "activations": layers * lists * sizes.kept * 4 * study.words,
        "fits": layers * ((sizes.series + 1 + sizes.shuffled) * sums + (1 + sizes.shuffled) * null),
        "encoding": layers * (sizes.series + 1) * 2 * sizes.group * study.folds * SCORE_BYTES,
        "lags": layers * study.lags * sizes.group * (CELL_BYTES + 16) * (study.lags > 1),
        "similarity": (sizes.sources * sizes.compared) ** 2 * PAIR_BYTES,
        "simulation": 2 * RATE * story_seconds(study.words) * sizes.group,
        "report": REPORT_BYTES,
        "others": 12 * SMALL_BYTES,
    }


def least_squares(rows, values, least=0):
    """Coefficients, none below 0, with the least sum of squared relative errors, and the errors; values below `least` weigh
    as if they were that."""
    rows, values = np.asarray(rows, float), np.asarray(values, float)
    weights = np.maximum(values, least)
    x, y = rows / weights[:, None], values / weights
    scale = np.linalg.norm(x, axis=0)
    scale[scale == 0] = 1
    x, free, found = x / scale, np.zeros(rows.shape[1], bool), np.zeros(rows.shape[1])
    # Lawson and Hanson (1974), chapter 23.
    for _ in range(20 * rows.shape[1]):
        gradient = np.where(free, -np.inf, x.T @ (y - x @ found))
        if gradient.max() <= 1e-10:
            break
        free[gradient.argmax()] = True
        while True:
            tried = np.zeros_like(found)
            tried[free] = np.linalg.lstsq(x[:, free], y, rcond=None)[0]
            low = free & (tried <= 0)
            if not low.any():
                break
            step = np.min(found[low] / np.maximum(found[low] - tried[low], 1e-300))
            found = found + step * (tried - found)
            free &= found > 1e-12
        found = tried
    return found / scale, x @ found - y


def fit_rates(measured):
    """Rates from `(step, sizes, passages, parts, seconds)` of all runs, and what they expect over what was measured, by step."""
    terms = [operations(step, sizes, passages, parts) for step, sizes, passages, parts, _ in measured]
    names = sorted({name for term in terms for name in term})
    rows = [[term.get(name, 0) for name in names] for term in terms]
    found, _ = least_squares(rows, [value for *_, value in measured], NOTICED)
    errors = {}
    for (step, *_, value), row in zip(measured, rows):
        if value >= NOTICED:
            errors.setdefault(step, []).append(float(np.dot(row, found) / value))
    return dict(zip(names, found.tolist())), errors


def polynomial(x, y, powers):
    """Coefficients, none below 0, of the powers of x with the least relative error in y, and the largest such error."""
    found, errors = least_squares([[value**power for power in powers] for value in x], y)
    return found, float(np.abs(errors).max())


def slope(x, y):
    """Of the log-log line between the two largest sizes."""
    return math.log(y[-1] / y[-2]) / math.log(x[-1] / x[-2])
