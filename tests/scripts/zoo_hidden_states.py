#!/usr/bin/env python3
"""Compares every model of a zoo in `transformers` with `gyrus`: hidden states, logits, tokens and held-out text.

usage: zoo_hidden_states.py GYRUS [ZOO] [--tokens 200]

Needs: pip install torch transformers safetensors      (written with transformers 5.23, torch 2.15)

GYRUS is the program, ZOO the folder of the models [default: datasets/zoo].
Both read the same sentences, each with its own tokenizer; the states of every layer and the logits must agree
to 1e-4 of the largest value of each.
A model whose weights `transformers` does not find, or does not use, is an error.
"""
import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

TEXT = (
    "It was a bright morning, and the old king's daughter sat by the well; she had lost her golden ball, and no man "
    "could tell her where. The variability of species under nature, as I have said, is a question of time. "
) * 4


def compare(gyrus: str, folder: Path, tokens: int) -> float:
    """Largest difference between the two programs, as a part of the largest value of each array."""
    model, loading = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True
    )
    wrong = {what: found for what, found in loading.items() if found}
    if wrong:
        raise SystemExit(f"{folder}: {wrong}")
    ids = torch.tensor(AutoTokenizer.from_pretrained(folder)(TEXT)["input_ids"][:tokens])[None]
    with torch.no_grad():
        answer = model.eval()(input_ids=ids, output_hidden_states=True, use_cache=False)
    expected = {f"hidden.{i}": states for i, states in enumerate(answer.hidden_states)} | {"logits": answer.logits}
    with tempfile.TemporaryDirectory() as scratch:
        asked, given = f"{scratch}/ids.safetensors", f"{scratch}/states.safetensors"
        save_file({"input_ids": ids}, asked)
        subprocess.run(
            [gyrus, "hidden-states", "--device", "cpu", "--model", folder, "--ids", asked, "--out", given], check=True
        )
        found = load_file(given)
    if found.keys() != expected.keys():
        raise SystemExit(f"{folder}: {sorted(found)} for {sorted(expected)}")
    return max(float((found[k] - expected[k]).abs().max() / expected[k].abs().max()) for k in expected)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gyrus")
    parser.add_argument("zoo", nargs="?", default="datasets/zoo", type=Path)
    parser.add_argument("--tokens", type=int, default=200)
    arguments = parser.parse_args()

    folders = sorted(path.parent for path in arguments.zoo.glob("*/training.json"))
    apart = {folder.name: compare(arguments.gyrus, folder, arguments.tokens) for folder in folders}
    for name, difference in apart.items():
        print(f"{name:16} {difference:.1e}")
    if not apart or max(apart.values()) > 1e-4:
        sys.exit("the two programs differ")


if __name__ == "__main__":
    main()
