"""Writes the corpora of the fuzz tests: for each reader a few whole files, and some that are damaged as files are.

    python3 tests/scripts/corpus.py

Files are small and all made up here. `whole*` must be read; the others may be refused. What a fuzz test found is kept
beside them by hand, as `found-*`, and is not touched by this script.
"""

import hashlib
import json
import pathlib
import struct

ROOT = pathlib.Path(__file__).resolve().parents[2] / "crates"


def write(crate, target, files):
    folder = ROOT / f"gyrus-{crate}" / "tests" / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        content = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(content)


def text(whole, ending, **damaged):
    """A whole text, and what happens to any text: cut short, empty, in other encodings."""
    files = {f"whole.{ending}": whole}
    files[f"cut.{ending}"] = whole[: len(whole) * 2 // 3]
    files[f"empty.{ending}"] = ""
    files[f"zeros.{ending}"] = b"\0" * 64
    files[f"utf16.{ending}"] = whole[:60].encode("utf-16")
    files[f"latin1.{ending}"] = whole[:40].encode("latin-1", "replace") + b"\xe9\xff\n"
    files.update({f"{name.replace('_', '-')}.{ending}": content for name, content in damaged.items()})
    return files


def tensors(entries, metadata=None):
    """A safetensors file of `name: (dtype, shape, bytes)`."""
    header, data = {}, b""
    if metadata is not None:
        header["__metadata__"] = metadata
    for name, (dtype, shape, content) in entries.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + data


def f32(*values):
    return struct.pack(f"<{len(values)}f", *values)


def recordings():
    counts = "word\tcount\nthe\t10\ncat\t2.5\nNew York\t1\nthe\t5\n"
    write("recordings", "counts", text(counts, "tsv", huge="the\t1e999\n", negative="the\t-1\n", three="a\tb\tc\n"))
    vectors = "3 2\ncat 0.5 -1\n. . 1 2\nthe 3e-6 0\n"
    write(
        "recordings",
        "vectors",
        text(
            vectors,
            "txt",
            huge_header="18446744073709551615 9223372036854775807\ncat 1 2\n",
            no_width="3 0\ncat\n",
            nan="cat NaN 1\n",
            narrow="3 2\ncat 1\n",
        ),
    )
    samples = "G1\tG2\n1.5\t-2\n3e-6\t0\n4\t5\n"
    write("recordings", "samples", text(samples, "tsv", nan="G1\tG2\n1\tNaN\n", ragged="G1\tG2\n1\n1\t2\t3\n"))
    targets = "name\tregion\tdistance\tx\ty\tz\tpatient\nG1\tSTG\t12.5\t-39\t-30\t12\tp1\nG2\tn/a\t\t1\t2\t3\tp1\n"
    write(
        "recordings",
        "targets",
        text(targets, "tsv", twice="name\nG1\nG1\n", numbered="target,region\n1,a\n0,b\n", far="target\n4294967296\n"),
    )
    words = "word\tstart\tend\nDown\t0.5\t1\n\"the,\"\t1\t1.25\nhole\tn/a\tn/a\n"
    write("recordings", "words", text(words, "tsv", back="word\tstart\tend\na\t5\t6\nb\t1\t2\nc\t7\t8\n"))
    table = "  1.5e+00   2\n-3\t0\n4 5\n"
    write("recordings", "table", text(table, "txt", ragged="1 2\n3\n", nan="1 nan\n"))
    natural = "1.1.whole\tIf\n1.1.word\tIf\n1.2.whole\tyou,\n1.2.word\tyou\n"
    write("recordings", "natural-stories", text(natural, "tsv", no_part="1\tIf\n", huge="1.99999999999999999999.whole\tx\n"))
    manifest = '''name = "small"
title = "A small data set"
licence = "none"
citation = "none"
source = "made by the tests"

[story]
text = "story.txt"
grid = "story.TextGrid"
tier = "word"
silence = ["sp", ""]

[signals]
folder = "signals"
regions = ["left", "right"]
first_scan = 20.0
repetition_time = 2.0
scans = 4
discarded_volumes = 2

[[spelling]]
text = "hole"
spoken = "whole"
count = 1

[[file]]
path = "story.txt"
bytes = 17
hash = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
'''
    write(
        "recordings",
        "manifest",
        text(
            manifest,
            "toml",
            outside=manifest.replace('path = "story.txt"', 'path = "../story.txt"'),
            nan=manifest.replace("20.0", "nan"),
            many=manifest.replace("scans = 4", "scans = 9223372036854775807"),
            deep="a = " + "[" * 400 + "]" * 400 + "\n",
        ),
    )
    # As `gyrus_recordings::bids::write` writes them.
    tree = {
        'channels.tsv': 'name\ttype\tunits\tlow_cutoff\thigh_cutoff\tsampling_frequency\tstatus\tstatus_description\nLG1\tECOG\tuV\tn/a\tn/a\t64\tgood\tn/a\nLG2\tECOG\tuV\tn/a\tn/a\t64\tbad\tflat\nDC1\tMISC\tuV\tn/a\tn/a\t64\tgood\tn/a\n',
        'electrodes.tsv': 'name\tx\ty\tz\tsize\themisphere\tregion\nLG1\t-39\t-30\t12\tn/a\tL\tSTG\nLG2\t-49\t-30\t12\tn/a\tL\tSTG\n',
        'coordsystem.json': '{\n  "iEEGCoordinateSystem": "MNI152NLin2009cAsym",\n  "iEEGCoordinateUnits": "mm"\n}\n',
        'events.tsv': 'onset\tduration\tword\n0.5\t0.25\tthe\n1\t0.25\tgull\n',
        'ieeg.json': '{\n  "ECOGChannelCount": 2,\n  "MiscChannelCount": 1,\n  "PowerLineFrequency": "n/a",\n  "RecordingDuration": 2.0,\n  "RecordingType": "continuous",\n  "SEEGChannelCount": 0,\n  "SamplingFrequency": 64.0,\n  "SoftwareFilters": "n/a",\n  "TaskName": "story",\n  "iEEGReference": "n/a"\n}\n',
    }
    bids = {}
    for kind, whole in tree.items():
        bids[f"whole_{kind}"] = whole
        bids[f"cut_{kind}"] = whole[: len(whole) * 2 // 3]
        bids[f"empty_{kind}"] = ""
    bids["nan_electrodes.tsv"] = tree["electrodes.tsv"].replace("-30", "nan")
    bids["twice_channels.tsv"] = tree["channels.tsv"].replace("LG2", "LG1")
    bids["deep_ieeg.json"] = '{"a":' * 300
    bids["huge_ieeg.json"] = '{"SamplingFrequency": 1e999}'
    write("recordings", "bids", bids)


def windows():
    pieces = ["<unk>", "<s>", "Ġ", "a", "b", "t", "h", "e", "th", "the", "é"]
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": i, "content": mark, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
            for i, mark in enumerate(pieces[:2])
        ],
        "normalizer": None,
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
        },
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": "<unk>",
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {piece: i for i, piece in enumerate(pieces)},
            "merges": [["t", "h"], ["th", "e"]],
        },
    }
    changed = lambda **model: json.dumps({**tokenizer, "model": {**tokenizer["model"], **model}}, ensure_ascii=False)
    unigram = {**tokenizer, "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": False, "vocab": [[p, -float(i)] for i, p in enumerate(pieces)]}}
    wordpiece = {"type": "WordPiece", "unk_token": "<unk>", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": tokenizer["model"]["vocab"]}
    files = text(json.dumps(tokenizer, ensure_ascii=False), "json")
    files |= {
        "whole-unigram.json": json.dumps(unigram, ensure_ascii=False),
        "whole-wordpiece.json": json.dumps({**tokenizer, "model": wordpiece}, ensure_ascii=False),
        "deep.json": "[" * 3000,
        "far-id.json": changed(vocab={**tokenizer["model"]["vocab"], "z": 4294967295}),
        "no-unk.json": changed(unk_token="<none>"),
        "empty-vocab.json": changed(vocab={}, merges=[]),
        "merge-of-nothing.json": changed(merges=[["q", "q"]]),
        "regex.json": json.dumps({**tokenizer, "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated", "invert": False}}),
        "regex-broken.json": json.dumps({**tokenizer, "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(("}, "behavior": "Isolated", "invert": False}}),
    }
    write("windows", "tokenizer", files)
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    write("windows", "vocabulary", text(json.dumps(vocabulary, ensure_ascii=False), "json", far=json.dumps({**vocabulary, "z": 4294967295}), twice='{"a": 1, "a": 2}'))
    write("windows", "merges", text("#version: 0.2\nt h\nth e\n", "txt", three="t h e\n", unknown="q q\n", one="t\n"))


def benchmarks():
    items = [
        {"sentence_good": "It is.", "sentence_bad": "It are.", "UID": "agreement"},
        {"goal": "Boil it.", "sol1": "Use a pot.", "sol2": "Use a hat.", "label": 0},
        {"question_stem": "What?", "choices": {"text": ["cat", "dog"], "label": ["A", "B"]}, "answerKey": "A"},
        {"sentence": "Ann thanked Bo because _ was kind.", "option1": "Ann", "option2": "Bo", "answer": "2"},
        {"context": "A.", "question": "B?", "answerA": "x", "answerB": "y", "answerC": "z", "label": "3"},
        {"passage": "It is é.", "question": "is it", "label": 1, "text": "The end", "query": "q", "choices": ["a", "b"], "gold": 1},
        {"premise": "I fell.", "choice1": "It rained.", "choice2": "It sang.", "question": "cause", "label": 0},
        {"support": "", "question": "q", "correct_answer": "a", "distractor1": "b", "distractor2": "c", "distractor3": "d"},
    ]
    lines = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
    write(
        "benchmarks",
        "items",
        {
            **text(lines, "jsonl", number="7\n", deep="{\"a\":" * 300, huge='{"label": 1e999, "goal": "g", "sol1": "a", "sol2": "b"}\n'),
            "whole-array.json": json.dumps(items[:3]),
            "far-label.jsonl": '{"goal": "g", "sol1": "a", "sol2": "b", "label": 18446744073709551615}\n',
            "blank-first.jsonl": '{"sentence": "_", "option1": "", "option2": "", "answer": "1"}\n{"text": ""}\n',
            "letters.jsonl": '{"question_stem": "", "choices": {"text": [], "label": []}, "answerKey": ""}\n',
        },
    )


def zoo():
    recipe = '''seed = 20

[text]
folder = "texts"
held_out = 0.03
files = [{ name = "a.txt" }, { name = "b.txt", ends_before = "INDEX." }]

[tokenizer]
vocabulary = 1024

[training]
length = 256
sequences = 8
together = 4
warm_up = 100
last_rate = 0.05
betas = [0.9, 0.95]
weight_decay = 0.1
clip = 1.0
log_every = 50
save_every = 25

[[models]]
name = "opt"
steps = 3000
learning_rate = 4e-3
also_after = [20, 60, 300]
[models.config]
model_type = "opt"
hidden_size = 64
'''
    write(
        "zoo",
        "recipe",
        text(
            recipe,
            "toml",
            outside=recipe.replace('"opt"', '"../opt"', 1),
            nan=recipe.replace("0.03", "nan"),
            nothing=recipe.replace("together = 4", "together = 0"),
            many=recipe.replace("3000", "9223372036854775807"),
            deep="a = " + "[" * 400 + "]" * 400 + "\n",
        ),
    )
    trained = {
        "name": "opt", "key": "0", "model_type": "opt", "parameters": 1, "layers": 2, "width": 3, "steps": 4, "tokens": 5,
        "bits_per_character": 2.5, "by_file": [["a.txt", 2.5]],
        "log": [{"step": 1, "bits_per_token": 9.0, "gradient": 0.5, "learning_rate": 1e-3}],
    }
    write("zoo", "trained", text(json.dumps(trained), "json", deep="[" * 3000, huge='{"name": "a", "parameters": 1e999}'))
    about = json.dumps({"key": "0", "done": 3, "log": trained["log"], "since": 4607182418800017408})
    learnt = {f"{part}.a": ("F32", [2], f32(1, number)) for number, part in enumerate(["values", "first", "second"])}
    state = lambda entries, about=about: tensors(
        entries,
        {"about": about, "sha256": hashlib.sha256(about.encode() + b"".join(x[2] for x in entries.values())).hexdigest()},
    )
    whole = state(learnt)
    write(
        "zoo",
        "state",
        {
            "whole.safetensors": whole,
            "cut.safetensors": whole[:-5],
            "other-bytes.safetensors": whole[:-1] + b"\1",
            "other-key.safetensors": state(learnt, about.replace('"0"', '"1"')),
            "no-numbers.safetensors": state(learnt, "[]"),
            "shape.safetensors": state({name: ("F32", [1, 2], entry[2]) for name, entry in learnt.items()}),
            "half.safetensors": state({name: ("F16", [2], entry[2][:4]) for name, entry in learnt.items()}),
            "no-moments.safetensors": state({"values.a": learnt["values.a"]}),
            "nothing-said.safetensors": tensors(learnt),
            "empty.safetensors": b"",
        },
    )


def study():
    layers = {"layer.0": ("F32", [2, 3], f32(1, 2, 3, 4, 5, 6)), "layer.1": ("F32", [2, 3], f32(6, 5, 4, 3, 2, 1))}
    half = {"layer.0": ("F16", [2, 2], struct.pack("<4e", 1, 2, 3, 4)), "layer.1": ("F64", [1, 1], struct.pack("<d", 1.5))}
    whole = tensors(layers, {"transcript": "0" * 64, "columns": "a,b,c"})
    huge = tensors({"layer.0": ("F32", [1 << 40, 1 << 40], b"")})
    write(
        "study",
        "matrices",
        {
            "whole.safetensors": whole,
            "whole-half.safetensors": tensors(half),
            "whole-nan.safetensors": tensors({"a": ("F32", [1, 2], f32(float("nan"), float("inf")))}),
            "whole-no-rows.safetensors": tensors({"layer.0": ("F32", [0, 3], b"")}),
            "cut.safetensors": whole[:-5],
            "cut-header.safetensors": whole[:20],
            "header-of-everything.safetensors": b"\xff" * 8 + whole[8:],
            "shape.safetensors": huge,
            "cube.safetensors": tensors({"a": ("F32", [1, 1, 2], f32(1, 2))}),
            "overlap.safetensors": whole.replace(b"[24, 48]", b"[12, 36]"),
            "empty.safetensors": b"",
            "deep.safetensors": struct.pack("<Q", 3000) + b"[" * 3000,
        },
    )
    ids = lambda dtype, form: tensors({"input_ids": (dtype, [2, 3], struct.pack(f"<6{form}", 1, 2, 3, 4, 5, 6))})
    write(
        "study",
        "ids",
        {
            "whole.safetensors": ids("I64", "q"),
            "whole-short.safetensors": ids("I32", "i"),
            "whole-unsigned.safetensors": ids("U32", "I"),
            "whole-none.safetensors": tensors({"input_ids": ("I64", [1, 0], b"")}),
            "cut.safetensors": ids("I64", "q")[:-5],
            "numbers.safetensors": ids("F32", "f"),
            "negative.safetensors": tensors({"input_ids": ("I64", [1, 1], struct.pack("<q", -1))}),
            "cube.safetensors": tensors({"input_ids": ("I64", [1, 1, 1], struct.pack("<q", 1))}),
            "other-name.safetensors": tensors({"ids": ("I64", [1, 1], struct.pack("<q", 1))}),
            "empty.safetensors": b"",
        },
    )
    published = "model\tscore\tsource\tstderr\nb\t.1\tpage 3\t.2\na\t.6\tpage 3\t.01\n"
    write(
        "study",
        "published",
        text(published, "tsv", nan=published.replace(".6", "nan"), no_source=published.replace("page 3", " "), other="a\tb\n"),
    )
    style = 'single = 85.0\ndouble = 170.0\ndpi = 600.0\nline_width = 1.5\nfont_size = 0.9\ncolors = ["#0072b2", "#d55e00"]\n'
    write("study", "style", text(style, "toml", nan="dpi = nan\n", color='colors = ["#00é"]\n', huge="dpi = 1e308\n"))
    listeners = '''schema = 1
name = "pier"
title = "A study of nobody"
seed = 7

[data]
manifest = "manifest.toml"
folder = "data"
radius = 10
listeners = []

[[models]]
name = "tiny"
folder = "models/tiny"

[words]
windows = ["1w", "3w"]
main = "3w"
pooling = "last"
overflow = "error"
twins = 1

[scans]
response = "canonical"
cosines = 4

[encoding]
folds = 4
inner_folds = 3
gap = 4
penalties = "1e-1:1e3:5"
components = 3
block = 6

[inference]
draws = 100
shifts = 20

[power]
draws = 20

[text]
characters = 300
'''
    change = lambda before, after: listeners.replace(before, after, 1)
    write(
        "study",
        "study",
        text(
            listeners,
            "toml",
            outside=change('name = "tiny"', 'name = "../tiny"'),
            nan=change("1e-1:1e3:5", "nan:inf:5"),
            many_penalties=change("1e-1:1e3:5", "1e-1:1e3:18446744073709551615"),
            no_folds=change("folds = 4", "folds = 0"),
            many_draws=change("draws = 100", "draws = 9223372036854775807"),
            window=change('"3w"]', '"99999999999999999999w"]'),
            twice=listeners + '\n[[models]]\nname = "tiny"\nfolder = "b"\n',
            deep="a = " + "[" * 400 + "]" * 400 + "\n",
        ),
    )
    preparation = '''reference = "common-average"
[[steps]]
filter = { notch = { frequencies = [60.0, 120.0] } }
[[steps]]
high_gamma = { bands = [[70.0, 150.0]] }
[[steps]]
resample = { rate = 100.0 }
'''
    write(
        "study",
        "preparation",
        text(
            preparation,
            "toml",
            nan=preparation.replace("100.0", "nan"),
            tiny=preparation.replace("100.0", "1e-300"),
            many=preparation + "[[steps]]\nresample = { rate = 99.0 }\n" * 20,
            no_band=preparation.replace("[[70.0, 150.0]]", "[]"),
        ),
    )
    jobs = '[{"stage": "parts", "id": 7, "tasks": [1, 2]}, {"stage": "merge", "id": null, "tasks": []}]'
    write("study", "jobs", text(jobs, "json", huge='[{"stage": "parts", "id": 1e999, "tasks": [-1]}]', deep="[" * 3000))
    record = '{"key": "0", "files": [{"path": "a.parquet", "hash": "0"}], "inputs": {}}'
    write("study", "record", text(record, "json", outside=record.replace("a.parquet", "../../etc"), deep="[" * 3000, other="7"))


for make in [recordings, windows, benchmarks, zoo, study]:
    make()
