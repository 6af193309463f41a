"""Scores of `gyrus benchmark` against those of lm-evaluation-harness, item for item.

    python3 tests/scripts/benchmark_oracle.py --gyrus PROGRAM --data ../shared/benchmarks MODEL... [--pairs 20] [--whole 1]

PIQA and OpenBookQA whole, and of BLiMP the first `--pairs` pairs of every paradigm (all 1,000 for the first `--whole` models),
scored by the harness with its own prompts: its task files are read as they are, only the data come from local files.
Compared are the log likelihood of every choice, whether each item is right (`acc`, `acc_norm`), and the standard errors.
Of a text in `--text`, bits per byte by the harness' rolling windows.
Where an item is right for one and wrong for the other, two choices are as likely up to rounding in float32: the model is
then asked in float64, and the answer that differs from that one is wrong. Such items are named and counted for each side.
The harness refuses items with a choice longer than the model can read; they are left out of the comparison and counted.

Needs lm_eval 0.4.13, pandas, pyarrow, torch and transformers.
Exits with 1 if a log likelihood differs by more than the tolerance, or an answer of ours is not that of float64.
"""
import argparse
import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

os.environ["HF_DATASETS_OFFLINE"] = os.environ["HF_HUB_OFFLINE"] = "1"
import lm_eval.tasks
import numpy as np
import pandas
import yaml
from lm_eval.api.instance import Instance
from lm_eval.api.task import ConfigurableTask
from lm_eval.evaluator import simple_evaluate
from lm_eval.models.huggingface import HFLM

TOLERANCE = 1e-3
TASKS = Path(lm_eval.tasks.__file__).parent


def piqa(data, _):
    """The items with the labels of AI2's second file."""
    labels = (data / "piqa_valid-labels.lst").read_text().split()
    lines = (data / "piqa_valid.jsonl").read_text().splitlines()
    docs = [json.loads(line) | {"label": int(label)} for line, label in zip(lines, labels, strict=True)]
    return docs, ["--data", data / "piqa_valid.jsonl", "--labels", data / "piqa_valid-labels.lst"]


def openbookqa(data, _):
    """The items of AI2's table in the form of the Hugging Face data set."""
    docs = []
    with open(data / "openbookqa_test.tsv", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            parts = re.split(r"\s*\(([A-D])\) ", row["Choices"])[1:]
            choices = {"label": parts[::2], "text": [text.strip() for text in parts[1::2]]}
            docs.append({"question_stem": row["Question Stem"], "choices": choices, "answerKey": row["Answer Key"]})
    return docs, ["--data", data / "openbookqa_test.tsv"]


def blimp(data, scratch):
    folder = scratch / "blimp"
    if not folder.exists():
        with zipfile.ZipFile(data / "BLiMP.zip") as archive:
            for name in archive.namelist():
                if re.fullmatch(r"data/[A-Za-z0-9_]+\.jsonl", name):
                    folder.mkdir(exist_ok=True)
                    (folder / Path(name).name).write_bytes(archive.read(name))
    files = sorted(folder.iterdir())
    docs = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    return docs, ["--data", folder]


def theirs(lm, name, file, docs, scratch):
    """Each item's log likelihoods, and its scores, by the harness' own prompts."""
    config = yaml.safe_load((TASKS / file).read_text())
    path = scratch / "docs.jsonl"
    # Some paradigms of BLiMP have fields of their own, which a table of all of them cannot hold.
    common = set.intersection(*map(set, docs))
    path.write_text("".join(json.dumps({key: doc[key] for key in doc if key in common}) + "\n" for doc in docs))
    split = config.get("test_split") or config["validation_split"]
    for key in ("dataset_name", "training_split", "validation_split", "fewshot_split", "tag"):
        config.pop(key, None)
    config |= {"task": name, "test_split": split, "dataset_path": "json"}
    config["dataset_kwargs"] = {"data_files": {split: str(path)}, "cache_dir": str(scratch / "cache")}
    found = simple_evaluate(model=lm, tasks=[ConfigurableTask(config=config)], num_fewshot=0, bootstrap_iters=100)
    samples = sorted(found["samples"][name], key=lambda sample: sample["doc_id"])
    assert len(samples) == len(docs)
    logs = [[float(answer[0][0]) for answer in sample["resps"]] for sample in samples]
    return logs, samples, found["results"][name]


def readable(lm, name, docs):
    """Whether the harness reads every choice of an item."""
    texts = {"piqa": lambda d: [d["sol1"], d["sol2"]], "openbookqa": lambda d: d["choices"]["text"]}
    texts = texts.get(name, lambda d: [d["sentence_good"], d["sentence_bad"]])
    length = lambda text: len(lm.tokenizer.encode(" " + text, add_special_tokens=False))
    return [max(map(length, texts(doc))) < lm.max_length for doc in docs]


def right(logs, gold, lengths):
    return int(np.argmax(np.array(logs) / lengths)) == gold


def settled(model, sample):
    """Log likelihoods of an item's choices in float64."""
    lm = HFLM(pretrained=str(model), dtype="float64", device="cpu", batch_size=1)
    asked = [Instance(request_type="loglikelihood", doc={}, arguments=tuple(pair), idx=i) for i, pair in enumerate(arguments(sample))]
    return np.array([float(answer[0]) for answer in lm.loglikelihood(asked)])


def arguments(sample):
    """Context and continuation of every choice."""
    pairs = sample["arguments"]
    return [(pair["arg_0"], pair["arg_1"]) for pair in pairs.values()] if isinstance(pairs, dict) else pairs


def compare(options, model, lm, name, file, items, pairs, scratch):
    docs, line = items(options.data, scratch)
    out, table = scratch / "out.json", scratch / "items.parquet"
    line = [options.gyrus, "benchmark", "--model", model, "--task", name, *line, "--out", out, "--items-out", table]
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    summary, ours = json.loads(out.read_text()), pandas.read_parquet(table)
    assert ours["item"].nunique() == len(docs)
    ours = [rows for _, rows in ours.groupby("item", sort=True)]
    chosen = [i for i, ok in enumerate(readable(lm, name, docs)) if ok and (not pairs or i % 1000 < pairs)]
    logs, samples, results = theirs(lm, name, file, [docs[i] for i in chosen], scratch)
    worst, flips, net = 0.0, 0, {"acc": 0, "acc_norm": 0}
    for i, logs, sample in zip(chosen, logs, samples):
        rows = ours[i]
        mine = rows["log_likelihood"].to_numpy()
        worst = max(worst, np.abs(mine - logs).max())
        gold = int(np.argmax(rows["right"].to_numpy()))
        for metric, lengths in (("acc", 1), ("acc_norm", rows["characters"].to_numpy())):
            if metric not in sample or right(mine, gold, lengths) == bool(sample[metric]):
                continue
            net[metric] += 1 if sample[metric] else -1
            exact = settled(model, sample) / lengths
            ours_wrong = (int(np.argmax(exact)) == gold) != right(mine, gold, lengths)
            flips += ours_wrong
            best = np.sort(exact)[::-1]
            print(f"{model.name:>14} {name:>10} item {i}, {metric}: the best two are {best[0] - best[1]:.1e} apart in float64, "
                  f"{'ours' if ours_wrong else 'the harness'} is wrong", flush=True)
    left = "" if pairs else f", {len(docs) - len(chosen)} refused by the harness"
    row = f"{model.name:>14} {name:>10} {len(chosen):>6} items  acc {results['acc,none']:.4f}"
    if "acc_norm,none" in results:
        row += f"  acc_norm {results['acc_norm,none']:.4f}"
    if len(chosen) == len(docs):
        for metric in ("acc", "acc_norm"):
            if f"{metric},none" in results:
                mine = summary["metrics"][metric]
                apart = mine["value"] + net[metric] / len(docs) - results[f"{metric},none"]
                assert abs(apart) < 1e-9, (mine, results, net)
                spread = abs(mine["stderr"] - results[f"{metric}_stderr,none"])
                assert spread < 1e-9 or net[metric], (mine, results)
        row += "  totals and errors equal" if not any(net.values()) else "  totals equal but for these"
    print(f"{row}{left}: {flips} answers wrong, largest difference {worst:.1e}", flush=True)
    return worst, flips


def rolling(options, model, lm, scratch):
    out, text = scratch / "out.json", options.text.read_text()
    line = [options.gyrus, "benchmark", "--model", model, "--task", "text", "--data", options.text, "--out", out]
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    mine = json.loads(out.read_text())["metrics"]["bits_per_byte"]
    one = Instance(request_type="loglikelihood_rolling", doc={}, arguments=(text,), idx=0)
    expected = -lm.loglikelihood_rolling([one])[0] / len(text.encode()) / np.log(2)
    print(f"{model.name:>14} {'text':>10} bits per byte {expected:.6f}: difference {abs(mine - expected):.1e}", flush=True)
    return abs(mine - expected)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gyrus", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--text", type=Path)
    parser.add_argument("--pairs", type=int, default=20)
    parser.add_argument("--whole", type=int, default=0)
    parser.add_argument("models", type=Path, nargs="+")
    options = parser.parse_args()
    tasks = [("piqa", "piqa/piqa.yaml", piqa), ("openbookqa", "openbookqa/openbookqa.yaml", openbookqa)]
    worst, flips = 0.0, 0
    with tempfile.TemporaryDirectory() as scratch:
        for number, model in enumerate(options.models):
            lm = HFLM(pretrained=str(model), dtype="float32", device="cpu", batch_size=128)
            pairs = None if number < options.whole else options.pairs
            for name, file, items in [*tasks, ("blimp", "blimp/_template_yaml", blimp)]:
                some = pairs if name == "blimp" else None
                apart, other = compare(options, model, lm, name, file, items, some, Path(scratch))
                worst, flips = max(worst, apart), flips + other
            if options.text:
                worst = max(worst, rolling(options, model, lm, Path(scratch)))
    print(f"largest difference {worst:.1e}, tolerance {TOLERANCE}; {flips} answers wrong")
    sys.exit(int(worst > TOLERANCE or flips > 0))


main()
