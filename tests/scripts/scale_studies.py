"""Makes simulated studies of any size for the bench of growth: stories, models with random weights, features, study files."""
import dataclasses
import json
import pathlib
import shutil

import numpy as np
from safetensors.numpy import save_file

DATASETS = pathlib.Path(__file__).resolve().parents[2] / "datasets"
WINDOWS = {1: ["10w"], 2: ["1w", "10w"], 4: ["1w", "5w", "10w", "20w"], 8: ["1w", "2w", "3w", "5w", "10w", "15w", "20w", "30w"]}
CONTROLS = ["rate", "duration", "syllables", "length", "frequency", "position-in-story"]
MAIN, VOCABULARY, POSITIONS, PENALTIES = "10w", 1024, 256, 10


@dataclasses.dataclass(frozen=True)
class Study:
    """What a study's cost depends on; the defaults are the study that every axis begins at."""

    words: int = 1500
    layers: int = 4  # blocks of each model
    width: int = 64
    heads: int = 4
    components: int = 50
    kept: int = 64
    electrodes: int = 12  # of each patient
    patients: int = 4
    windows: int = 2
    models: int = 2
    folds: int = 4
    inner_folds: int = 3
    penalties: int = PENALTIES
    shifts: int = 19
    draws: int = 200
    twins: int = 1
    neighbours: int = 2
    gap: int = 40
    block: int = 40
    lags: int = 3
    feature_layers: int = 0  # of a set of features instead of models

    def key(self):
        return json.dumps(dataclasses.asdict(self), sort_keys=True)


def story(work, n_words):
    """The first words of the story; beyond its end it begins again, later."""
    path = work / f"words-{n_words}.tsv"
    head, *lines = (DATASETS / "story" / "words.tsv").read_text().splitlines()
    rows = [line.split("\t") for line in lines]
    length = float(rows[-1][2]) + 0.5
    again = [divmod(place, len(rows)) for place in range(n_words)]
    told = [(rows[row][0], float(rows[row][1]) + turn * length, float(rows[row][2]) + turn * length) for turn, row in again]
    path.write_text("\n".join([head, *(f"{word}\t{start:.3f}\t{end:.3f}" for word, start, end in told), ""]))
    return path


def model(work, layers, width, heads, seed):
    """A folder with a GPT-2 of random weights, in the layout of the zoo."""
    folder = work / "models" / f"gpt2-{layers}x{width}-{seed}"
    if (folder / "config.json").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([layers, width, seed])
    shapes = {"wte.weight": (VOCABULARY, width), "wpe.weight": (POSITIONS, width), "ln_f.weight": (width,), "ln_f.bias": (width,)}
    for block in range(layers):
        parts = {"ln_1": (width,), "ln_2": (width,), "attn.c_attn": (width, 3 * width), "attn.c_proj": (width, width)}
        parts |= {"mlp.c_fc": (width, 4 * width), "mlp.c_proj": (4 * width, width)}
        for part, shape in parts.items():
            shapes[f"h.{block}.{part}.weight"], shapes[f"h.{block}.{part}.bias"] = shape, shape[-1:]
    drawn = {f"transformer.{name}": weights(rng, name, shape) for name, shape in shapes.items()}
    save_file(drawn, folder / "model.safetensors", {"format": "pt"})
    zoo = DATASETS / "zoo" / "gpt2"
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(zoo / name, folder / name)
    config = json.loads((zoo / "config.json").read_text()) | {"n_embd": width, "n_head": heads, "n_layer": layers}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def weights(rng, name, shape):
    centre = 1.0 if name.rsplit(".", 2)[-2].startswith("ln_") and name.endswith("weight") else 0.0
    return (centre + 0.05 * rng.standard_normal(shape)).astype(np.float16)


def features(work, layers, words, width):
    """Layers of a made-up residual stream, each the one before it and something new, with falling variances."""
    path = work / f"features-{layers}x{words}x{width}.safetensors"
    if not path.exists():
        rng = np.random.default_rng(0)
        scale = (1 + np.arange(width, dtype=np.float32)) ** -0.5
        x, stream = rng.standard_normal((words, width), dtype=np.float32) * scale, {}
        for layer in range(layers):
            x = x + 0.5 * rng.standard_normal((words, width), dtype=np.float32) * scale
            stream[f"layer.{layer}"] = x
        save_file(stream, path)
    return path


def write(work, study, name):
    """The study's file, and all that it reads."""
    words, told = story(work, study.words), DATASETS / "story"
    if study.feature_layers:
        file = features(work, study.feature_layers, study.words, study.width)
        sources = f'[[features]]\nname = "stream"\nfile = {json.dumps(str(file))}\n'
    else:
        folders = [model(work, study.layers, study.width, study.heads, seed) for seed in range(study.models)]
        entry = '[[models]]\nname = "m{}"\nfamily = "f{}"\nfolder = {}\n'
        sources = "\n".join(entry.format(seed, seed, json.dumps(str(folder))) for seed, folder in enumerate(folders))
    path = work / f"{name}.toml"
    path.write_text(f"""schema = 1
name = "{name}"
title = "Growth"
seed = 2026

[story]
words = {json.dumps(str(words))}
targets = "own"

[simulation]
vectors = {json.dumps(str(told / "vectors.txt"))}
counts = {json.dumps(str(told / "counts.tsv"))}
signal = 0.3
patients = {study.patients}
electrodes = {study.electrodes}

[words]
windows = {json.dumps(WINDOWS[study.windows])}
main = "{MAIN}"
pooling = "last"
overflow = "clip"
twins = {study.twins}
keep = "components:{study.kept}"

[lags]
seconds = {json.dumps([0.1 * lag for lag in range(study.lags)])}
main = {0.1 * (study.lags - 1)}
window = 0.1

[controls]
words = {json.dumps(CONTROLS)}
neighbours = {study.neighbours}
counts = {json.dumps(str(told / "counts.tsv"))}

[encoding]
folds = {study.folds}
inner_folds = {study.inner_folds}
gap = {study.gap}
penalties = "1e1:1e7:{study.penalties}"
components = {study.components}
block = {study.block}

[inference]
draws = {study.draws}
shifts = {study.shifts}

[lag_map]
shifts = 0

[power]
draws = 0

[similarity]
shifts = 0

[text]
characters = 2000

{sources}""")
    return path
