#!/usr/bin/env python3
"""Measures the memory that `gyrus extract` takes for a Llama of 1.1 billion weights in bf16, made at random.

usage: bench_memory.py --gyrus PROGRAM --work FOLDER --text FILE --tokenizer FOLDER [--words 400] [--memory 1G]

Needs: pip install numpy

Runs the program with the memory limit and without, and compares the states byte by byte.
Memory is read from /proc twenty times a second: resident pages that belong to no file, and all resident pages.
"""
import argparse
import hashlib
import json
import pathlib
import subprocess
import sys
import time

import numpy as np

from side_by_side import mebibytes

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--gyrus", type=pathlib.Path, required=True)
parser.add_argument("--work", type=pathlib.Path, required=True)
parser.add_argument("--text", type=pathlib.Path, required=True)
parser.add_argument("--tokenizer", type=pathlib.Path, required=True)
parser.add_argument("--words", type=int, default=400)
parser.add_argument("--windows", default="1,10,100")
parser.add_argument("--memory", default="1G")
arguments = parser.parse_args()

WIDTH, INNER, LAYERS, HEADS, KV_HEADS, VOCABULARY = 2048, 5632, 22, 32, 4, 50257


def shapes():
    """Every tensor of the checkpoint; the output is tied to the embedding."""
    keys = WIDTH // HEADS * KV_HEADS
    yield "model.embed_tokens.weight", (VOCABULARY, WIDTH)
    yield "model.norm.weight", (WIDTH,)
    for layer in range(LAYERS):
        block = f"model.layers.{layer}."
        yield block + "input_layernorm.weight", (WIDTH,)
        yield block + "post_attention_layernorm.weight", (WIDTH,)
        for name, shape in (
            ("self_attn.q_proj", (WIDTH, WIDTH)),
            ("self_attn.k_proj", (keys, WIDTH)),
            ("self_attn.v_proj", (keys, WIDTH)),
            ("self_attn.o_proj", (WIDTH, WIDTH)),
            ("mlp.gate_proj", (INNER, WIDTH)),
            ("mlp.up_proj", (INNER, WIDTH)),
            ("mlp.down_proj", (WIDTH, INNER)),
        ):
            yield f"{block}{name}.weight", shape


def checkpoint(folder):
    """The random checkpoint, written tensor by tensor; returns its number of weights."""
    header, end = {}, 0
    for name, shape in shapes():
        size = 2 * int(np.prod(shape))
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    if not (folder / "model.safetensors").exists():
        folder.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng(0)
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with open(folder / "part", "wb") as file:
            file.write(len(text).to_bytes(8, "little") + text)
            for name, shape in shapes():
                values = random.standard_normal(shape, dtype=np.float32) * 0.02 + (1.0 if len(shape) == 1 else 0.0)
                file.write((values.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).tobytes())
        (folder / "part").rename(folder / "model.safetensors")
        for file in arguments.tokenizer.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        config = dict(model_type="llama", vocab_size=VOCABULARY, hidden_size=WIDTH, intermediate_size=INNER)
        config |= dict(num_hidden_layers=LAYERS, num_attention_heads=HEADS, num_key_value_heads=KV_HEADS)
        config |= dict(max_position_embeddings=2048, rms_norm_eps=1e-5, tie_word_embeddings=True, torch_dtype="bfloat16")
        (folder / "config.json").write_text(json.dumps(config))
    return end // 2


def run(folder, transcript, extra):
    """What the program wrote, its seconds, and the peaks in MiB of pages without a file and of all pages."""
    out = arguments.work / "states-{}.safetensors"
    command = [arguments.gyrus, "extract", "--model", folder, "--transcript", transcript, "--device", "cpu"]
    command += ["--windows", arguments.windows, "--out", out, *extra]
    begun, own, resident = time.perf_counter(), 0, 0
    with open(arguments.work / "log", "wb") as log:
        process = subprocess.Popen([str(part) for part in command], stderr=log)
        while process.poll() is None:
            own = max(own, mebibytes(process.pid, "RssAnon") + mebibytes(process.pid, "RssShmem"))
            resident = max(resident, mebibytes(process.pid, "VmHWM"))
            time.sleep(0.05)
    text = (arguments.work / "log").read_text()
    if process.returncode != 0:
        sys.exit(text)
    need = next((line for line in text.splitlines() if "MiB of memory" in line), "")
    hashes = [hashlib.sha256(pathlib.Path(str(out).replace("{}", w)).read_bytes()).hexdigest() for w in arguments.windows.split(",")]
    return hashes, time.perf_counter() - begun, own, resident, need


def main():
    arguments.work.mkdir(parents=True, exist_ok=True)
    folder = arguments.work / "llama-1.1b"
    weights = checkpoint(folder)
    transcript = arguments.work / "transcript.txt"
    transcript.write_text(" ".join(arguments.text.read_text().split()[: arguments.words]))
    print(f"{weights:,} weights in bf16, {arguments.words} words, windows {arguments.windows}\n")
    print("| memory limit | seconds | peak of pages without a file (MiB) | peak resident (MiB) |\n|---|---|---|---|")
    results = []
    for label, extra in ((arguments.memory, ["--memory", arguments.memory]), ("none", [])):
        hashes, seconds, own, resident, need = run(folder, transcript, extra)
        results.append(hashes)
        print(f"| {label} | {seconds:.0f} | {own:.0f} | {resident:.0f} |", flush=True)
        print(need, file=sys.stderr)
    print("\nstates equal byte for byte" if results[0] == results[1] else "\nSTATES DIFFER")
    sys.exit(results[0] != results[1])


main()
