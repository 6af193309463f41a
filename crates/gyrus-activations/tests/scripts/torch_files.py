#!/usr/bin/env python3
"""Writes the weight files that the tests read: PyTorch files of every shape we accept or refuse, and seeds for the fuzzer.

usage: torch_files.py            (no arguments; writes beside itself, into ../fixtures/weights and ../corpus)

Needs: pip install torch==2.15.0 safetensors==0.8.0 numpy==2.4.6      (written with Python 3.11)

fixtures/weights/NAME.bin          a PyTorch file
fixtures/weights/NAME.safetensors  what PyTorch itself reads from it, as contiguous float32: the oracle
fixtures/weights/refused-NAME.bin  a file that must be refused, without an oracle
corpus/NAME/                       a small model in Hugging Face layout, the seed of the fuzzer
"""
import io
import json
import os
import pickle
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file

TESTS = Path(__file__).resolve().parent.parent
FIXTURES = TESTS / "fixtures" / "weights"
CORPUS = TESTS / "corpus"
FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


def draw(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def saved(weights: dict, **options) -> bytes:
    buffer = io.BytesIO()
    torch.save(weights, buffer, **options)
    return buffer.getvalue()


def saved_without_checksums(weights: dict, **options) -> bytes:
    torch.serialization.set_crc32_options(False)
    file = saved(weights, **options)
    torch.serialization.set_crc32_options(True)
    return file


def keep(name: str, file: bytes) -> None:
    """Writes an accepted file and what PyTorch reads from it."""
    (FIXTURES / f"{name}.bin").write_bytes(file)
    read = torch.load(io.BytesIO(file), weights_only=False)  # our own file; the safe reader refuses protocol 4
    floats = {key: value.detach().float().contiguous().clone() for key, value in read.items() if value.dtype in FLOATS}
    save_file(floats, FIXTURES / f"{name}.safetensors")


def refuse(name: str, file: bytes) -> None:
    (FIXTURES / f"refused-{name}.bin").write_bytes(file)


def entries(file: bytes) -> dict:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict, method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


def zipped64(parts: dict, checksums: bool = True) -> bytes:
    """The archive as it is written beyond 4 GB: every size and place in a zip64 field, 32-bit fields all ones."""
    most, body, directory = 0xFFFFFFFF, b"", b""
    for name, content in parts.items():
        key, at, check = name.encode(), len(body), zipfile.crc32(content) if checksums else 0
        sizes = struct.pack("<HHQQ", 1, 16, len(content), len(content))
        body += struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 45, 0, 0, 0, 33, check, most, most, len(key), len(sizes))
        body += key + sizes + content
        places = struct.pack("<HHQQQ", 1, 24, len(content), len(content), at)
        head = (b"PK\1\2", 45, 45, 0, 0, 0, 33, check, most, most, len(key), len(places), 0, 0, 0, 0, most)
        directory += struct.pack("<4sHHHHHHIIIHHHHHII", *head) + key + places
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, len(parts), len(parts), len(directory), len(body))
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, len(body) + len(directory), 1)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, most, most, 0)
    return body + directory + end64 + locator + end


class Command:
    """Pickles as a call of `os.system`."""

    def __reduce__(self):
        return os.system, ("echo hostile",)


def accepted() -> None:
    plain = {"weight": draw(3, 4), "bias": draw(3, seed=2)}
    keep("plain", saved(plain))
    keep("protocol3", saved(plain, pickle_protocol=3))
    keep("protocol4", saved(plain, pickle_protocol=4))
    keep("protocol5", saved(plain, pickle_protocol=5))
    torch.manual_seed(3)
    keep("ordered", saved(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.LayerNorm(3)).state_dict()))
    keep("parameters", saved({key: torch.nn.Parameter(value) for key, value in plain.items()}))
    numbers = {f"{type}"[6:]: draw(3, 5).to(type) for type in FLOATS}
    edges = torch.tensor([0.0, -0.0, 1e-7, -6e-8, 65504.0, float("inf"), float("-inf"), 1.0])
    numbers |= {f"edges.{type}": edges.to(type) for type in FLOATS}
    keep("numbers", saved(numbers))
    shared = draw(4, 6, seed=4)
    keep("views", saved({
        "whole": shared,
        "transposed": shared.t(),
        "offset": shared[1:3],
        "window": shared[1:3, 2:5],
        "column": shared[:, 3],
        "every_other": shared[::2, ::3],
        "permuted": draw(2, 3, 4, seed=5).permute(2, 0, 1),
        "repeated": draw(3, 1, seed=6).expand(3, 4),
        "scalar": torch.tensor(1.5),
        "one_row": shared[2:3].t().t(),
        "empty": torch.zeros(0, 4),
        "half": shared.half().t(),
    }))
    ignored = {torch.int64: "position_ids", torch.int32: "i", torch.int16: "j", torch.int8: "k", torch.uint8: "byte"}
    buffers = {key: torch.arange(6).to(type) for type, key in ignored.items()}
    keep("ignored", saved(plain | buffers | {"masked_bias": torch.ones(2, 2, dtype=torch.bool)}))
    keep("zip64", zipped64(entries(saved(plain))))
    keep("no-checksums", saved_without_checksums(plain))
    keep("no-byteorder", zipped({key: part for key, part in entries(saved(plain)).items() if "byteorder" not in key}))


def refused() -> None:
    plain = {"weight": draw(3, 4)}
    refuse("legacy", saved(plain, _use_new_zipfile_serialization=False))
    refuse("nested", saved({"state_dict": plain}))
    refuse("hostile", saved({"weight": Command()}))
    parts = entries(saved(plain))
    (place,) = [key for key in parts if key.endswith("data.pkl")]
    refuse("compressed", zipped(parts, zipfile.ZIP_DEFLATED))
    refuse("big-endian", zipped(parts | {place.replace("data.pkl", "byteorder"): b"big"}))
    refuse("flipped-pickle", saved(plain).replace(b"weight", b"weighu"))
    refuse("no-pickle", zipped({key: part for key, part in parts.items() if key != place}))
    refuse("no-storage", zipped({key: part for key, part in parts.items() if not key.endswith("data/0")}))
    short = {key: part[:-1] if key.endswith("data/0") else part for key, part in parts.items()}
    refuse("short-storage", zipped(short))
    nested = pickle.dumps(None, 2)[:-2] + b"N" + b"\x85" * 5000 + b"."
    refuse("deep", zipped(parts | {place: nested}))


CONFIG = {
    "model_type": "llama", "vocab_size": 8, "hidden_size": 4, "intermediate_size": 6, "num_hidden_layers": 2,
    "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 16, "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0, "tie_word_embeddings": True,
}


def small_model(type: torch.dtype) -> dict:
    width, wide, vocabulary = CONFIG["hidden_size"], CONFIG["intermediate_size"], CONFIG["vocab_size"]
    shapes = {"model.embed_tokens.weight": (vocabulary, width), "model.norm.weight": (width,)}
    for layer in range(CONFIG["num_hidden_layers"]):
        block = f"model.layers.{layer}"
        shapes |= {f"{block}.{name}.weight": (width,) for name in ("input_layernorm", "post_attention_layernorm")}
        shapes |= {f"{block}.self_attn.{name}_proj.weight": (width, width) for name in "qo"}
        shapes |= {f"{block}.self_attn.{name}_proj.weight": (width // 2, width) for name in "kv"}
        shapes |= {f"{block}.mlp.{name}_proj.weight": (wide, width) for name in ("gate", "up")}
        shapes[f"{block}.mlp.down_proj.weight"] = (width, wide)
    return {name: draw(*shape, seed=seed).to(type) for seed, (name, shape) in enumerate(shapes.items())}


def seed(name: str, files: dict) -> None:
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=1))
    for file, write in files.items():
        write(folder / file)


def sharded(stem: str, ending: str, write) -> dict:
    model = small_model(torch.float32)
    first = {name: value for name, value in model.items() if "layers.1" not in name}
    parts = {f"{stem}-00001-of-00002.{ending}": first}
    parts[f"{stem}-00002-of-00002.{ending}"] = {name: value for name, value in model.items() if name not in first}
    places = {name: file for file, part in parts.items() for name in part}
    index = json.dumps({"metadata": {"total_size": 4 * sum(x.numel() for x in model.values())}, "weight_map": places})
    files = {file: (lambda path, part=part: write(part, path)) for file, part in parts.items()}
    return files | {f"{stem}.{ending}.index.json": lambda path: path.write_text(index)}


def seeds() -> None:
    for type in (torch.float32, torch.float16, torch.bfloat16):
        model = small_model(type)
        seed(f"safetensors-{type}".replace("torch.", ""), {"model.safetensors": lambda path: save_file(model, path)})
    seed("safetensors-sharded", sharded("model", "safetensors", save_file))
    # Without checksums, so that changes reach what lies behind them.
    models = {type: small_model(type) for type in FLOATS}
    model = saved_without_checksums(models[torch.bfloat16])
    seed("torch-bfloat16", {"pytorch_model.bin": lambda path: path.write_bytes(model)})
    ordered = saved_without_checksums(OrderedDict(models[torch.float32]), pickle_protocol=5)
    seed("torch-protocol5", {"pytorch_model.bin": lambda path: path.write_bytes(ordered)})
    long = zipped64(entries(saved(models[torch.float16])), checksums=False)
    seed("torch-zip64", {"pytorch_model.bin": lambda path: path.write_bytes(long)})
    seed("torch-sharded", sharded("pytorch_model", "bin", torch.save))


if __name__ == "__main__":
    FIXTURES.mkdir(parents=True, exist_ok=True)
    accepted()
    refused()
    seeds()
