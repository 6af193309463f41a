"""The tables of the bench of growth: what was measured, how it grows, which rates fit it, and what larger studies will take."""
import dataclasses
import statistics

from scale_fits import MODELLED, NOTICED, RATES, Sizes, disk, fit_rates, memory, operations, polynomial, seconds, slope
from scale_studies import Study
from side_by_side import publish

# The study of docs/METHODS.md at the sizes of Mischler et al. (2024): 12 models of 7e9 parameters, 10 patients, 700 electrodes.
PAPER = Study(words=5000, layers=32, width=4096, components=500, kept=500, electrodes=70, patients=10, windows=8, models=12)
PAPER = dataclasses.replace(PAPER, folds=10, inner_folds=5, penalties=17, shifts=39, lags=5)
LARGE = dataclasses.replace(PAPER, words=100_000, models=100)
PARAMETERS, TOKENS_OF_WORD, WINDOW_WORDS, MAIN_WORDS = 7e9, 1.3, [1, 2, 5, 10, 20, 50, 100, 256], 50
# No GPU was measured; FLOP a second that bf16 products of this size reach on one of today's.
ASSUMED_GPU = 1e14
TASKS, CORES = 50, 8
# Steps that parts make; all others are made in the merge.
IN_PIECES = ["activations", "fits", "lags", "dimension", "context"]
FIELDS = {"width": "components"}
PROPER, CONSTANT = 1.05, 2
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
    if set(grown) < {"words", "layers", "width", "electrodes", "windows", "models"}:
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


def growth_table(page, grown):
    rows = []
    letters = {"words": "n", "layers": "x", "electrodes": "x", "windows": "x", "models": "x"}
    for axis, letter in letters.items():
        if len(grown.get(axis, [])) < 2:
            continue
        for step in ("encoding", "lags", "dimension", "similarity", "context"):
            x, y = [size_on(axis, study) for study, _ in grown[axis]], [of(cost, step) for _, cost in grown[axis]]
            if min(y) <= 0:
                continue
            powers = [0, 1]
            if step == "similarity" and axis in ("layers", "models"):
                # Layers that are compared: of all models and one twin of each.
                x, letter, powers = [Sizes(study).compared * study.models for study, _ in grown[axis]], "L", [1, 2]
            elif axis == "words" and step not in ("encoding", "lags"):
                powers = [1, 2]
            found, error = polynomial(x, y, powers)
            last = slope(x, y)
            cells = [axis, step, f"{y[0]:.3f} to {y[-1]:.2f}", f"{last:.2f}", shape(found, powers, letter), f"{100 * error:.0f} %"]
            rows.append(row([*cells, verdict(axis, step, x, y, error)]))
            letter = letters[axis]
    say = f"Least squares in relative error, no coefficient below 0; an axis passes where encoding grows by no more than {PROPER} times its last factor."
    publish(page, "scale-growth", say, ["axis", "step", "seconds", "slope of the last doubling", "fit", "largest error", "verdict"], rows)


def verdict(axis, step, x, y, error):
    if max(y) < NOTICED:
        return "too short to say"
    if step == "encoding" and axis in ("electrodes", "layers", "windows"):
        return "no faster than linear" if y[-1] / y[-2] <= PROPER * x[-1] / x[-2] else "FASTER THAN LINEAR"
    if step == "similarity" and axis in ("layers", "models"):
        return "a L + b L^2" if error < 0.1 else "NOT a L + b L^2 within 10 %"
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
    publish(page, "scale-rates", "Seconds of one each. " + constancy(grown, rates), ["constant", "of the program", "fitted to these runs"], rows)
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


def constancy(grown, rates):
    """Whether seconds over the operations of the formula stay the same along words and columns."""
    says = []
    bare = {name: rate for name, rate in rates.items() if name != "STEP"}
    for axis, step in (("words", "fits"), ("words", "similarity"), ("width", "fits")):
        points = [(Sizes(study), cost) for study, cost in grown.get(axis, []) if of(cost, step) >= NOTICED]
        ratios = [of(cost, step) / seconds(operations(step, sizes), bare) for sizes, cost in points]
        if len(ratios) > 1:
            factor = max(ratios) / min(ratios)
            verdict = f"{factor:.2f} ({'within' if factor <= CONSTANT else 'NOT within'} {CONSTANT})"
            says.append(f"Along {axis} seconds of {step} over the formula's operations differ by a factor of {verdict}.")
    return " ".join(says)


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
