#!/usr/bin/env python3
"""Times `gyrus extract` against PyTorch on the same processor, in the same run, taking turns.

usage: bench_extract.py --gyrus PROGRAM --work FOLDER --text FILE --tokenizer FOLDER [--write FILE]

Needs: pip install torch==2.15.0 transformers==5.23.0 numpy safetensors   (`cargo xtask bench extract` does it)

Two random checkpoints are made in FOLDER: one shaped like GPT-2 small, one like a Llama of 15 million weights.
Both sides read windows that end at the ends of words and keep the state of each word's last token at every layer.
The peer is `transformers` on PyTorch in two ways: one word per forward pass, and batches of 32 windows of equal length.
Before anything is timed, the states of both sides are compared.

Times of gyrus are those of the whole program, from its start to its end, opening the checkpoint and tokenising included;
those of the peer leave out importing, opening and tokenising.
Tokens are those of all windows asked for, whether or not a side computes some of them once for several windows.
Full history is read over all --words; of windows, --window-words says how many words of each model are enough.
With --peer-words the peer reads that many words only, spread over those with a whole longest window before them, so that
all its batches are full; both sides are then compared by tokens a second.
"""
import argparse
import collections
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--gyrus", type=pathlib.Path, required=True)
parser.add_argument("--work", type=pathlib.Path, required=True)
parser.add_argument("--text", type=pathlib.Path, required=True)
parser.add_argument("--tokenizer", type=pathlib.Path, required=True)
parser.add_argument("--words", type=int, default=5000)
parser.add_argument("--window-words", help="words with windows for each of --models, for example 400,2000 [--words]")
parser.add_argument("--peer-words", type=int, help="words that the peer reads of them [all]")
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--models", default="gpt2-small,llama-15m")
parser.add_argument("--workloads", default="full,32,100,sweep", help="NAME for every model, or MODEL:NAME for one [%(default)s]")
parser.add_argument("--peers", default="one word,batches of 32")
parser.add_argument("--write", type=pathlib.Path, help="file whose table is replaced")
parser.add_argument("--measure-peer", help=argparse.SUPPRESS)
arguments = parser.parse_args()

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = str(arguments.threads)
os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch
import transformers
from safetensors.numpy import load_file
from transformers import AutoModel, AutoTokenizer, GPT2Config, GPT2Model, LlamaConfig, LlamaModel

from side_by_side import cpu_seconds, mebibytes, publish, run

torch.set_num_threads(arguments.threads)
LONGEST = 8192
SWEEP = [1, 2, 5, 10, 20, 50, 100]
WORKLOADS = {
    "full": ("full history", ["full"]),
    "32": ("32 tokens", [32]),
    "100": ("100 tokens", [100]),
    "sweep": ("sweep 1 2 5 10 20 50 100", SWEEP),
    "all": ("all of 1 to 100", list(range(1, 101))),
}


def checkpoint(name):
    """A random checkpoint with the tokenizer's files beside it."""
    folder = arguments.work / name
    if not (folder / "model.safetensors").exists():
        torch.manual_seed(0)
        if name == "gpt2-small":
            model = GPT2Model(GPT2Config(n_positions=LONGEST))
        else:
            shape = dict(hidden_size=288, intermediate_size=768, num_hidden_layers=6, num_attention_heads=6)
            ends = dict(bos_token_id=None, eos_token_id=None, tie_word_embeddings=True)
            model = LlamaModel(LlamaConfig(vocab_size=50257, max_position_embeddings=LONGEST, **ends, **shape))
        model.save_pretrained(folder)
        for file in arguments.tokenizer.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "GPT2Tokenizer"}))
    return folder


def words_of(text, n):
    """The first `n` words of a text and each word's stretch of characters."""
    words = text.split()[:n]
    joined, spans = "", []
    for word in words:
        joined += " " if joined else ""
        spans.append((len(joined), len(joined) + len(word)))
        joined += word
    return joined, spans


def ends_of(text, spans, offsets):
    """One past each word's last token: the last that overlaps its letters or digits, or the word if it has none."""
    firsts = np.array([a for a, _ in offsets])
    ends = []
    for start, end in spans:
        last = max((i for i in range(start, end) if text[i].isalnum()), default=end - 1)
        ends.append(int(np.searchsorted(firsts, last, side="right")))
    return ends


def workloads_of(name):
    """Names of what one model is to do."""
    for workload in arguments.workloads.split(","):
        model, _, last = workload.rpartition(":")
        if model in ("", name):
            yield last


def words_of_peer(ends, windows):
    """The ends of the words that the peer reads."""
    if arguments.peer_words is None or windows == ["full"]:
        return ends
    whole = [end for end in ends if end >= max(windows)]
    return [whole[i] for i in np.linspace(0, len(whole) - 1, min(arguments.peer_words, len(whole))).astype(int)]


def tokens_of(ids, ends, windows):
    """Tokens in all windows of the words."""
    return sum(len(ids) if window == "full" else sum(min(window, end) for end in ends) for window in windows)


def last_states(model, batch):
    """The state of the last token at every layer, (layers, sequences, width)."""
    states = model(input_ids=batch, output_hidden_states=True, use_cache=False).hidden_states
    return torch.stack([state[:, -1] for state in states])


@torch.inference_mode()
def peer(model, ids, ends, window, together):
    """States of every word under one window, (layers, words, width)."""
    if window == "full":
        states = model(input_ids=ids[None], output_hidden_states=True, use_cache=False).hidden_states
        at = torch.tensor(ends) - 1
        return torch.stack([state[0, at] for state in states])
    starts = [max(0, end - window) for end in ends]
    by_length = collections.defaultdict(list)
    for word, (start, end) in enumerate(zip(starts, ends)):
        by_length[end - start].append(word)
    answer = None
    for words in by_length.values():
        for i in range(0, len(words), together):
            some = words[i : i + together]
            states = last_states(model, torch.stack([ids[starts[w] : ends[w]] for w in some]))
            if answer is None:
                answer = torch.empty(states.shape[0], len(ends), states.shape[2])
            answer[:, some] = states
    return answer


def time_peer(model, ids, ends, windows, together):
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    for window in windows:
        peer(model, ids, ends, window, together)
    return time.perf_counter() - begun, cpu_seconds(resource.getrusage(resource.RUSAGE_SELF)) - cpu_seconds(before)


def run_gyrus(folder, transcript, windows, keep="none", out=None):
    """Wall seconds, CPU seconds and peak resident MiB of the program."""
    out = out or arguments.work / "states-{}.safetensors"
    command = [arguments.gyrus, "extract", "--model", folder, "--transcript", transcript, "--device", "cpu", "--keep", keep]
    command += ["--threads", str(arguments.threads), "--windows", ",".join(map(str, windows)), "--out", out]
    return run(command)[1]


def peak_of_peer(name, workload, together):
    """Peak resident MiB of a process of its own that does the peer's work on the first words."""
    command = [sys.executable] + sys.argv + ["--measure-peer", json.dumps([name, workload, together])]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def agree(folder, model, story):
    """The largest difference of the two sides' states, as a share of the largest state."""
    out = arguments.work / "check.safetensors"
    run_gyrus(folder, story.transcript, [32], keep="f32", out=out)
    found, expected = load_file(out), peer(model, story.ids, story.ends[:64], 32, 32).numpy()
    layers = range(expected.shape[0])
    return max(np.abs(found[f"layer.{i}"][:64] - expected[i]).max() / np.abs(expected[i]).max() for i in layers)


class Story:
    """The first `n` words of the text, as both sides read them."""

    def __init__(self, n, tokenizer):
        text, spans = words_of(arguments.text.read_text(), n)
        self.transcript = arguments.work / f"words-{n}.txt"
        self.transcript.write_text(text)
        encoding = tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)
        self.ids = torch.tensor(encoding["input_ids"])
        self.ends = ends_of(text, spans, encoding["offset_mapping"])


def main():
    arguments.work.mkdir(parents=True, exist_ok=True)
    models = arguments.models.split(",")
    window_words = [int(n) for n in arguments.window_words.split(",")] if arguments.window_words else [arguments.words] * len(models)
    rows = []
    for name, n in zip(models, window_words, strict=True):
        folder = checkpoint(name)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        whole, story = Story(arguments.words, tokenizer), Story(n, tokenizer)
        model = AutoModel.from_pretrained(folder).eval()
        if arguments.measure_peer:
            measure_peer(name, model, whole, story)
            continue
        difference = agree(folder, model, story)
        print(f"{name}: states differ by at most {difference:.1e} of the largest", flush=True)
        if difference > 1e-4:
            sys.exit("the two sides do not compute the same")
        for workload in workloads_of(name):
            rows += bench(name, folder, model, whole if workload == "full" else story, workload)
    if not arguments.measure_peer:
        finish(rows)


def measure_peer(name, model, whole, story):
    """Prints the peak of this process after the peer's work of one workload."""
    wanted, workload, together = json.loads(arguments.measure_peer)
    if wanted == name:
        windows, story = WORKLOADS[workload][1], whole if workload == "full" else story
        time_peer(model, story.ids, words_of_peer(story.ends, windows), windows, together)
        print(mebibytes("self", "VmHWM"))
        sys.exit()


def bench(name, folder, model, story, workload):
    """The table's rows of one model and one list of windows."""
    title, windows = WORKLOADS[workload]
    chosen = words_of_peer(story.ends, windows)
    asked, asked_of_peer = (tokens_of(story.ids, ends, windows) for ends in (story.ends, chosen))
    peers = {"one pass": 1} if workload == "full" else {"one word": 1, "batches of 32": 32}
    peers = {label: together for label, together in peers.items() if label in arguments.peers or workload == "full"}
    theirs, ours = {label: [] for label in peers}, []
    for _ in range(arguments.rounds):
        ours.append(run_gyrus(folder, story.transcript, windows))
        for label, together in peers.items():
            theirs[label].append(time_peer(model, story.ids, chosen, windows, together))
    rows = []
    for label, together in peers.items():
        peak = peak_of_peer(name, workload, together)
        rows.append(row(name, title, label, (asked_of_peer, theirs[label]), (asked, ours), peak))
        print(rows[-1], flush=True)
    return rows


def row(name, title, label, theirs, ours, peak):
    rates = lambda side: [side[0] / run[0] for run in side[1]]
    million = lambda side: 1e6 * statistics.median(run[1] for run in side[1]) / side[0]
    ratios = [our / their for our, their in zip(rates(ours), rates(theirs))]
    cells = [name, title, label, f"{theirs[0]:,}", f"{ours[0]:,}"]
    cells += [f"{statistics.median(rates(side)):,.0f}" for side in (theirs, ours)]
    cells += [f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"]
    cells += [f"{million(theirs):,.0f}", f"{million(ours):,.0f}", f"{peak:,.0f}", f"{statistics.median(run[2] for run in ours[1]):,.0f}"]
    return "| " + " | ".join(cells) + " |"


def finish(rows):
    head = ["model", "windows", "PyTorch does", "its tokens", "our tokens", "its tokens/s", "our tokens/s", "ratio (range)"]
    head += ["its CPU s per million", "our CPU s per million", "its peak MiB", "our peak MiB"]
    words = f"{arguments.words:,} words"
    words += f" (with windows: the first {arguments.window_words})" if arguments.window_words else ""
    words += f" (PyTorch with windows: {arguments.peer_words} of them)" if arguments.peer_words else ""
    say = f"{words}, {arguments.threads} threads, median of {arguments.rounds} alternating runs; "
    say += f"torch {torch.__version__.split('+')[0]}, transformers {transformers.__version__}."
    publish(arguments.write, "extract", say, head, rows)


main()
