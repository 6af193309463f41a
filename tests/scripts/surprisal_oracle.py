"""Surprisal and entropy of `gyrus controls` computed a second time with transformers, every token from a pass of its own.

    python3 tests/scripts/surprisal_oracle.py --gyrus PROGRAM --text FILE MODEL... [--windows full,10w,20] [--words 150]

For words spread over the text, each token is predicted from a pass over exactly the tokens before it in its window:
BOS where the tokenizer puts it, then the last N tokens, the N words before the word, or as many as the model reads.
Nothing is shared between passes, and log2 p and the entropy are made from logits in f64.

Needs numpy, safetensors, tokenizers, torch and transformers.
Exits with 1 if a difference exceeds its tolerance, in bits.
"""
import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM

TOLERANCE = 1e-4


def words_of(text, offsets):
    """First and last token of every white-space unit, by its letters and digits; white space belongs to the word after it."""
    found, previous = [], 0
    for match in re.finditer(r"\S+", text):
        letters = [i for i in range(*match.span()) if text[i].isalnum()] or list(range(*match.span()))
        last = max(t for t, (a, b) in enumerate(offsets) if a <= letters[-1] < b)
        first = min([t for t, (a, _) in enumerate(offsets) if a >= previous and t <= last] or [last])
        found.append((first, last))
        previous = match.end()
    return found


def start_of(words, word, token, window, room):
    if window == "full":
        return max(0, token - room)
    if window.endswith("w"):
        return words[max(0, word - int(window[:-1]))][0]
    return max(0, token - int(window))


def bits(model, ids):
    """log2 probabilities of the next token, (sequences, vocabulary)."""
    with torch.no_grad():
        logits = model(torch.tensor(ids)).logits[:, -1].double()
    return (torch.log_softmax(logits, dim=1) / np.log(2)).numpy()


def expected(model, prefix, ids, words, chosen, window):
    """Surprisal and entropy of the chosen words."""
    room = model.config.max_position_embeddings - len(prefix)
    asked = [(w, t, start_of(words, w, t, window, room)) for w in chosen for t in range(words[w][0], words[w][1] + 1)]
    surprisal, entropy = dict.fromkeys(chosen, 0.0), dict.fromkeys(chosen, np.nan)
    by_length = {}
    for word, token, start in asked:
        by_length.setdefault(token - start, []).append((word, token, start))
    for length, group in by_length.items():
        if length + len(prefix) == 0:
            surprisal.update((word, np.nan) for word, _, _ in group)
            continue
        for at in range(0, len(group), 64):
            some = group[at : at + 64]
            p = bits(model, [prefix + ids[start:token] for _, token, start in some])
            for (word, token, _), row in zip(some, p):
                surprisal[word] -= row[ids[token]]
                if token == words[word][0]:
                    entropy[word] = -np.sum(np.exp2(row) * row)
    return np.array([[surprisal[w], entropy[w]] for w in chosen])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gyrus", type=Path, required=True)
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--windows", default="full,10w,20")
    parser.add_argument("--words", type=int, default=150)
    parser.add_argument("models", type=Path, nargs="+")
    options = parser.parse_args()
    text, worst = options.text.read_text(), 0.0
    print(f"{'model':>14} {'window':>6} {'words':>5}  mean bits  entropy  largest differences in bits")
    for folder in options.models:
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch) / "controls.safetensors"
            # Two windows or more, so that tensors carry the window's name.
            line = [options.gyrus, "controls", "--transcript", options.text, "--model", folder, "--out", out]
            line += ["--properties", "surprisal,entropy", "--windows", options.windows + ",1w", "--clip"]
            subprocess.run(line, check=True, stderr=subprocess.DEVNULL)
            ours = load_file(out)
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        encoding, with_bos = tokenizer.encode(text, add_special_tokens=False), tokenizer.encode("a")
        prefix = with_bos.ids[: with_bos.special_tokens_mask.index(0)] if 1 in with_bos.special_tokens_mask else []
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        words = words_of(text, encoding.offsets)
        chosen = sorted({0, 1, 2} | {int(w) for w in np.linspace(0, len(words) - 1, options.words)})
        for window in options.windows.split(","):
            theirs = expected(model, prefix, encoding.ids, words, chosen, window)
            mine = np.stack([ours[f"{name}.{window}"][chosen, 0] for name in ("surprisal", "entropy")], axis=1)
            assert len(ours[f"surprisal.{window}"]) == len(words)
            assert (np.isnan(mine) == np.isnan(theirs)).all()
            apart = np.nanmax(np.abs(mine - theirs), axis=0)
            means = np.nanmean(theirs, axis=0)
            worst = max(worst, *apart)
            row = f"{folder.name:>14} {window:>6} {len(chosen):>5}  {means[0]:9.3f}  {means[1]:7.3f}"
            print(row, f" surprisal {apart[0]:.1e}, entropy {apart[1]:.1e}", flush=True)
    print(f"largest difference {worst:.1e}, tolerance {TOLERANCE}")
    sys.exit(int(worst > TOLERANCE))


main()
