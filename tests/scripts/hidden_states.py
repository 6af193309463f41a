#!/usr/bin/env python3
"""Writes the hidden states and logits that `transformers` computes for a checkpoint, as a reference for `gyrus verify-model`.

usage: hidden_states.py MODEL_DIR OUT.safetensors [--sequences 2] [--tokens 200] [--seed 0]

Needs: pip install torch transformers safetensors      (written with transformers 5.23, torch 2.15)

OUT holds  input_ids (batch, tokens) int64, drawn at random below the vocabulary,
           hidden.0 ... hidden.N (batch, tokens, width) float32 = output_hidden_states,
           logits (batch, tokens, vocabulary) float32
"""
import argparse

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("out")
    parser.add_argument("--sequences", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float32, attn_implementation="eager").eval()
    random = torch.Generator().manual_seed(arguments.seed)
    size = (arguments.sequences, arguments.tokens)
    ids = torch.randint(model.config.vocab_size, size, generator=random)
    with torch.no_grad():
        answer = model(input_ids=ids, attention_mask=torch.ones_like(ids), output_hidden_states=True, use_cache=False)
    tensors = {f"hidden.{i}": states.float().contiguous() for i, states in enumerate(answer.hidden_states)}
    save_file({"input_ids": ids, "logits": answer.logits.float().contiguous(), **tensors}, arguments.out)


if __name__ == "__main__":
    main()
