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
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--models", default="gpt2-small,llama-15m")
parser.add_argument("--workloads", default="full,32,100,sweep")
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


def words_of(text):
    """The first words of a text and each word's stretch of characters."""
    words = text.split()[: arguments.words]
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


def cpu_seconds(usage):
    return usage.ru_utime + usage.ru_stime


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
    begun = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    if status != 0:
        sys.exit(errors)
    return wall, cpu_seconds(usage), usage.ru_maxrss / 1024


def peak_of_peer(name, workload, together):
    """Peak resident MiB of a process of its own that does the peer's work on the first words."""
    command = [sys.executable] + sys.argv + ["--measure-peer", json.dumps([name, workload, together])]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def agree(folder, model, ids, ends, transcript):
    """The largest difference of the two sides' states, as a share of the largest state."""
    out = arguments.work / "check.safetensors"
    run_gyrus(folder, transcript, [32], keep="f32", out=out)
    found, expected = load_file(out), peer(model, ids, ends[:64], 32, 32).numpy()
    layers = range(expected.shape[0])
    return max(np.abs(found[f"layer.{i}"][:64] - expected[i]).max() / np.abs(expected[i]).max() for i in layers)


def main():
    arguments.work.mkdir(parents=True, exist_ok=True)
    text, spans = words_of(arguments.text.read_text())
    transcript = arguments.work / "transcript.txt"
    transcript.write_text(text)
    rows = []
    for name in arguments.models.split(","):
        folder = checkpoint(name)
        tokenizer = AutoTokenizer.from_pretrained(folder)
        encoding = tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)
        ids = torch.tensor(encoding["input_ids"])
        ends = ends_of(text, spans, encoding["offset_mapping"])
        model = AutoModel.from_pretrained(folder).eval()
        if arguments.measure_peer:
            wanted, workload, together = json.loads(arguments.measure_peer)
            if wanted == name:
                time_peer(model, ids, ends[:256] if workload != "full" else ends, WORKLOADS[workload][1], together)
                print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
                return
            continue
        difference = agree(folder, model, ids, ends, transcript)
        print(f"{name}: {len(ends)} words, {len(ids)} tokens, states differ by at most {difference:.1e} of the largest", flush=True)
        if difference > 1e-4:
            sys.exit("the two sides do not compute the same")
        for workload in arguments.workloads.split(","):
            title, windows = WORKLOADS[workload]
            asked = sum(len(ids) if w == "full" else sum(min(w, end) for end in ends) for w in windows)
            for label, together in (("one word", 1), ("batches of 32", 32)):
                if label not in arguments.peers or (workload == "full" and together == 1):
                    continue
                theirs, ours = [], []
                for _ in range(arguments.rounds):
                    theirs.append(time_peer(model, ids, ends, windows, together))
                    ours.append(run_gyrus(folder, transcript, windows))
                peak = peak_of_peer(name, workload, together)
                rows.append(row(name, title, "one pass" if workload == "full" else label, asked, theirs, ours, peak))
                print(rows[-1], flush=True)
    if not arguments.measure_peer:
        finish(rows)


def row(name, title, label, asked, theirs, ours, peak):
    median = lambda runs, i: statistics.median(run[i] for run in runs)
    ratios = [their[0] / our[0] for their, our in zip(theirs, ours)]
    cells = [name, title, label, f"{asked:,}"]
    cells += [f"{asked / median(theirs, 0):,.0f}", f"{asked / median(ours, 0):,.0f}"]
    cells += [f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"]
    cells += [f"{median(theirs, 1):.1f}", f"{median(ours, 1):.1f}", f"{peak:,.0f}", f"{median(ours, 2):,.0f}"]
    return "| " + " | ".join(cells) + " |"


def finish(rows):
    head = ["model", "windows", "PyTorch does", "tokens", "PyTorch tokens/s", "gyrus tokens/s", "ratio (range)"]
    head += ["PyTorch CPU s", "gyrus CPU s", "PyTorch peak MiB", "gyrus peak MiB"]
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    say = f"{arguments.words:,} words, {arguments.threads} threads, median of {arguments.rounds} alternating runs; "
    say += f"torch {torch.__version__.split('+')[0]}, transformers {transformers.__version__}, load at the end {load}."
    table = "\n".join([say, "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)] + rows)
    print(table)
    if arguments.write:
        begin, end = "<!-- bench extract -->\n", "<!-- end -->"
        page = arguments.write.read_text()
        first = page.index(begin) + len(begin)
        arguments.write.write_text(page[:first] + table + "\n" + page[page.index(end, first) :])


main()
