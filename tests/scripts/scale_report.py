"""The tables of the bench of growth: what was measured, how it grows, which rates fit it, and what larger studies will take."""
import dataclasses
import statistics

from scale_fits import MODELLED, NOTICED, RATES, Sizes, disk, fit_rates, memory, operations, polynomial, seconds, slope
from scale_studies import Study
from side_by_side import publish

# The study of docs/METHODS.md at the sizes of Mischler et al. (2024): 12 models of 7e9 parameters, 10 patients, 700 electrodes.
PAPER = Study(words=5000, layers=32, width=4096, components=500, kept=500, electrodes=70, patients=10, windows=8, models=12)
PAPER = dataclasses.replace(PAPER, folds=10, inner_folds=5, penalties=17, shifts=39, draws=1000, lags=5)
LARGE = dataclasses.replace(PAPER, words=100_000, models=100)
PARAMETERS, TOKENS_OF_WORD, WINDOW_WORDS, MAIN_WORDS = 7e9, 1.3, [1, 2, 5, 10, 20, 50, 100, 256], 50
# No GPU was measured; FLOP a second that bf16 products of this size reach on one of today's.
ASSUMED_GPU = 1e14
TASKS, CORES = 50, 8
# Steps that parts make; all others are made in the merge.
IN_PIECES = ["activations", "fits", "lags", "dimension", "context"]
FIELDS = {"width": "components", "columns": "width", "compared": "feature_layers"}
PROPER, LAYERS, FORMULA = 1.05, 0.1, 0.2
MEBI, MEGA = 1 << 20, 1e6


def size_on(axis, study):
    size = getattr(study, FIELDS.get(axis, axis))
    return {"layers": size + 1, "electrodes": size * study.patients}.get(axis, size)


def most_memory(sizes):
    return max(memory(sizes).values())


def all_disk(sizes):
    return sum(disk(sizes).values())


def row(cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def of(cost, step):
    """CPU seconds of a step; those of encoding have its fits in them."""
    alone = cost["steps"].get(step, [0.0, 0])[0]
    return alone + cost["steps"].get("fits", [0.0, 0])[0] if step == "encoding" else alone


def number(value):
    if value == 0 or 0.01 <= abs(value) < 1e5:
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:.2e}"


def tell(page, grown, divided, parts, rounds):
    """Prints every table that there are runs for, and puts it in its place in `page`."""
    rates = {}
    if grown:
        measured_table(page, grown, rounds)
        growth_table(page, grown)
        rates = rate_table(page, grown)
    if divided:
        shard_table(page, divided, rounds)
    # Rates of some axes alone say little of what they hold still: without `width` nothing is known of components.
    if not {"words", "layers", "width", "electrodes", "windows", "models"} <= set(grown):
        return
    if parts:
        part_table(page, parts, rates)
    whole_table(page, rates)


def measured_table(page, grown, rounds):
    shown = ["encoding", "canaries", "hierarchy", "lags", "dimension", "similarity", "context", "activations", "report"]
    rows = []
    for axis, points in grown.items():
        for study, cost in points:
            sizes = Sizes(study)
            cells = [axis, f"{size_on(axis, study):,}", f"{cost['cpu']:.1f}", f"{cost['wall']:.1f}"]
            cells += [f"{of(cost, step):.2f}" for step in shown]
            cells += [f"{cost['peak']:,.0f}", f"{most_memory(sizes) / MEBI:,.0f}"]
            cells += [f"{cost['disk'] / MEGA:,.1f}", f"{all_disk(sizes) / MEGA:,.1f}", f"{cost['load']:.1f}"]
            rows.append(row(cells))
    say = f"Median of {rounds} runs at each size, with the load at their beginning."
    head = ["axis", "size", "CPU s", "wall s", *(f"{step} s" for step in shown)]
    head += ["peak MiB", "expected MiB", "disk MB", "expected MB", "load"]
    publish(page, "scale-measured", say, head, rows)


def shape(found, powers, letter):
    return " + ".join(f"{number(a)} {letter}^{power}".replace(f" {letter}^0", "").replace("^1", "") for a, power in zip(found, powers))


def forms(axis, step, study):
    """The size on which a step depends along an axis, its letter, and the powers that the formula has of it."""
    sizes = Sizes(study)
    if step == "similarity" and axis in ("layers", "models", "compared"):
        return sizes.compared * sizes.sources, "L", [1, 2]
    if step in ("similarity", "context", "dimension") and axis == "words":
        return study.words, "n", [0, 1, 2]
    if step == "encoding" and axis == "width":
        return sizes.reduced + sizes.controls, "p", [0, 1, 2, 3]
    if step in ("similarity", "context", "dimension") and axis == "columns":
        return study.width, "c", [0, 1]
    return size_on(axis, study), {"words": "n"}.get(axis, "x"), [0, 1]


ASKED = {
    "words": ["encoding", "similarity", "context", "dimension", "lags"],
    "width": ["encoding"],
    "columns": ["similarity", "context"],
    "compared": ["similarity"],
    "layers": ["encoding", "similarity", "context", "dimension", "lags"],
    "models": ["encoding", "similarity", "context", "dimension", "lags"],
    "electrodes": ["encoding", "lags"],
    "windows": ["encoding", "context"],
}


def growth_table(page, grown):
    rows = []
    for axis, step in ((axis, step) for axis in ASKED for step in ASKED[axis]):
        points = [(study, of(cost, step)) for study, cost in grown.get(axis, []) if of(cost, step) > 0]
        if len(points) < 2:
            continue
        asked = [forms(axis, step, study) for study, _ in points]
        x, y, (_, letter, powers) = [size for size, *_ in asked], [spent for _, spent in points], asked[0]
        found, error = polynomial(x, y, powers)
        cells = [axis, step, f"{number(x[0])} to {number(x[-1])}", f"{y[0]:.3f} to {y[-1]:.2f}", f"{slope(x, y):.2f}"]
        rows.append(row([*cells, shape(found, powers, letter), f"{100 * error:.0f} %", verdict(axis, step, x, y, error)]))
    say = f"Least squares in relative error, no coefficient below 0. Encoding passes along an axis where it grows by no more than {PROPER} times its last factor, similarity as a L + b L^2 where no point is off by more than {100 * LAYERS:.0f} %, and a formula of n, p or c where none is by {100 * FORMULA:.0f} %."
    head = ["axis", "step", "size", "seconds", "slope of the last doubling", "fit", "largest error", "verdict"]
    publish(page, "scale-growth", say, head, rows)


def verdict(axis, step, x, y, error):
    if max(y) < NOTICED:
        return "too short to say"
    if step == "encoding" and axis in ("electrodes", "layers", "windows"):
        return "no faster than linear" if y[-1] / y[-2] <= PROPER * x[-1] / x[-2] else "FASTER THAN LINEAR"
    if step == "similarity" and axis in ("layers", "models", "compared"):
        return "a L + b L^2" if error < LAYERS else "NOT a L + b L^2"
    if step in ("encoding", "similarity") and axis in ("words", "width", "columns"):
        return "as the formula" if error < FORMULA else "NOT as the formula"
    return ""


def observations(grown):
    """Every modelled step of every run of an axis once."""
    seen, rows = set(), []
    for study, cost in (point for points in grown.values() for point in points):
        if study.key() in seen:
            continue
        seen.add(study.key())
        for step in MODELLED:
            spent, entries = cost["steps"].get(step, [0.0, 0])
            if spent > 0:
                rows.append((step, Sizes(study), cost["passages"], entries, spent))
    return rows


def rate_table(page, grown):
    measured = observations(grown)
    rates, errors = fit_rates(measured)
    rows = [row([name, f"{RATES.get(name, 0):.2e}", f"{rate:.2e}"]) for name, rate in sorted(rates.items())]
    publish(page, "scale-rates", "Seconds of one each.", ["constant", "of the program", "fitted to these runs"], rows)
    rows = []
    for step in MODELLED:
        present = [seconds(operations(*one[:4]), RATES) / one[4] for one in measured if one[0] == step and one[4] >= NOTICED]
        if present:
            rows.append(row([step, len(present), spread(present), spread(errors.get(step, []))]))
    say = f"Expected over measured seconds of every step that took at least {NOTICED} s: median (least to largest)."
    publish(page, "scale-agreement", say, ["step", "runs", "by rates of the program", "by fitted rates"], rows)
    return rates


def spread(ratios):
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})" if ratios else ""


def shard_table(page, divided, rounds):
    rows = []
    for count, runs in divided.items():
        middle = lambda of_run: statistics.median(of_run(one) for one in runs)
        first, merge = middle(lambda one: one["first"]["cpu"]), middle(lambda one: one["merge"]["cpu"])
        longest = middle(lambda one: max(part["cpu"] for part in one["parts"]))
        cpu = middle(lambda one: sum(cost["cpu"] for cost in (one["first"], one["merge"], *one["parts"])))
        peak = middle(lambda one: max(cost["peak"] for cost in (one["merge"], *one["parts"])))
        rows.append([count, first, longest, merge, first + longest + merge, cpu, peak])
    alone = rows[0][4]
    cells = [[f"{count}", *(f"{value:.1f}" for value in values[:-1]), f"{alone / values[3]:.2f}", f"{values[-1]:,.0f}"] for count, *values in rows]
    say = f"Parts run one after the other, each by itself on one thread, in CPU seconds; median of {rounds} rounds."
    head = ["parts", "recordings s", "longest part s", "merge s", "on as many machines s", "all together s", "times as fast as one part", "peak MiB"]
    publish(page, "scale-parts", say, head, [row(one) for one in cells])


def part_table(page, parts, rates):
    rows = []
    for name, (study, cost) in parts.items():
        sizes = Sizes(study)
        spent, entries = cost["steps"]["fits"]
        expected = [seconds(operations("fits", sizes, 0, entries), used) for used in (RATES, rates)]
        what = f"{name}: {sizes.n_layers} x {study.words:,} x {study.width:,}, {sizes.group} electrodes"
        what += f", {study.folds} x {study.inner_folds} folds, {study.penalties} penalties, {study.shifts} shifts"
        cells = [what, f"{spent:.1f}", *(f"{value:.1f} ({value / spent:.2f})" for value in expected)]
        cells += [f"{cost['peak']:,.0f}", f"{cost['disk'] / MEGA:,.0f}"]
        cells.append(f"{(disk(sizes)['fits'] + disk(sizes)['simulation']) / MEGA:,.0f}")
        rows.append(row(cells))
    say = "One run each, `--only fits`; in brackets expected over measured."
    head = ["part", "fits s", "by rates of the program s", "by fitted rates s"]
    publish(page, "scale-part", say, [*head, "peak MiB", "disk MB", "expected MB"], rows)


def tokens(study):
    """Tokens that a model reads, without what windows share: all windows trained, the main one twice more."""
    windows = [min(words, 256) for words in WINDOW_WORDS]
    return TOKENS_OF_WORD * study.words * (sum(windows) + (study.twins + 1) * MAIN_WORDS)


def whole_table(page, rates):
    rows = []
    for name, study in (("12 models, 5,000 words", PAPER), ("100 models, 100,000 words", LARGE)):
        sizes = Sizes(study)
        # A passage through a model is counted apart.
        spent = {step: seconds(operations(step, sizes, 0, study.models), rates) for step in MODELLED}
        whole = sum(spent.values())
        own = sum(spent[step] for step in IN_PIECES)
        array = (own / TASKS + whole - own) / CORES
        cells = [name, *(f"{number(value / 3600)}" for value in (whole, whole / 2, array))]
        cells.append(", ".join(f"{step} {number(spent[step] / 3600)}" for step in sorted(spent, key=spent.get, reverse=True)[:4]))
        cells += [f"{most_memory(sizes) / 2**30:,.1f}", f"{all_disk(sizes) / 1e9:,.0f}"]
        flop = 2 * PARAMETERS * tokens(study) * study.models
        cells += [f"{flop:.1e}", f"{flop / ASSUMED_GPU / 3600:,.1f}"]
        rows.append(row(cells))
    say = f"8 windows, 33 layers of 4,096 columns kept as 500, 700 electrodes of 10 patients, 10 x 5 folds, 17 penalties, {PAPER.shifts} shifts, "
    say += f"{PAPER.lags} lags, 1 twin. States take 2 x {PARAMETERS:.0e} FLOP a token, counted apart: no GPU was measured, {ASSUMED_GPU:.0e} FLOP/s is assumed. "
    say += f"On {TASKS} tasks of {CORES} cores everything that is made of all models together runs on one."
    head = ["study", "CPU h", "h on 2 cores", f"h on {TASKS} x {CORES} cores", "most CPU h"]
    publish(page, "scale-whole", say, [*head, "memory GiB", "disk GB", "FLOP of states", "GPU h"], rows)
