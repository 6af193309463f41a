"""Makes tests/fixtures/byte_level: a small byte-level tokenizer, and what transformers makes of texts.

    python3 tests/scripts/byte_level.py [SHARED]

The vocabulary is trained on the sentences below, which are the project's own.
With the folder of shared data, `gpt2.json` is made too: for two books how many tokens the real GPT-2 tokenizer gives,
and a hash of their ids, so that nothing of the books or of the vocabulary is kept here.

Needs transformers==5.23.0 (which brings tokenizers).
"""

import json
import sys
from pathlib import Path

import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GPT2Tokenizer

assert transformers.__version__ == "5.23.0", transformers.__version__

OUT = Path(__file__).parents[1] / "fixtures" / "byte_level"
END = "<|endoftext|>"
BOOKS = ["grimm.txt", "shakespeare.txt"]
CORPUS = [
    "A listener hears a word, and the word is over before it is understood.",
    "The model reads the same words, one window after the other, and nothing before the window.",
    "What the listener's brain does with a word depends on what was said before the word.",
    "Thirty words before the word are a window; thirty tokens before the token are another window.",
]
TEXTS = [
    "The listener hears the words before the window.",
    "Zoë said: “naïve 🐇🐇 listeners—\u00a0don't” cost 1,000 €;  \n\tthe 兔 洞 ran away… e\u0301nd",
    f"before{END} after {END}the end",
    "  two  spaces,\n\nthree   spaces ",
]


def train():
    """Writes vocab.json, merges.txt and the two small files beside them."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(vocab_size=340, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    state = json.loads(tokenizer.to_str())["model"]
    vocabulary = {**state["vocab"], END: len(state["vocab"])}
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in state["merges"]]
    write("vocab.json", vocabulary)
    (OUT / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
    write("tokenizer_config.json", {"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True, "model_max_length": 64})
    write("special_tokens_map.json", {"bos_token": END, "eos_token": END, "unk_token": END})


def expected(tokenizer, text):
    """Ids with what is put first, ids of the text alone with their bytes, and ids word by word."""
    alone = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    starts = [0]
    for character in text:
        starts.append(starts[-1] + len(character.encode()))
    return {
        "text": text,
        "dressed": tokenizer(text)["input_ids"],
        "ids": alone["input_ids"],
        "offsets": [[starts[a], starts[b]] for a, b in alone["offset_mapping"]],
        "word_by_word": by_word(tokenizer, text),
    }


def by_word(tokenizer, text):
    """Each word as a space and the word, without anything put first."""
    words = [" " + word for word in text.split()]
    ids = tokenizer(words, add_special_tokens=False)["input_ids"]
    return [token for word in ids for token in word]


def fnv(ids):
    """64-bit FNV-1a over the ids as four bytes each, little-endian."""
    value = 0xCBF29CE484222325
    for token in ids:
        for byte in token.to_bytes(4, "little"):
            value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def books(shared):
    """Counts and hashes for two books, by the real GPT-2 tokenizer."""
    tokenizer = GPT2Tokenizer.from_pretrained(shared / "tokenizers" / "gpt2")
    summed = {}
    for name in BOOKS:
        text = (shared / "text" / name).read_bytes().decode("utf-8")
        whole, alone = tokenizer(text)["input_ids"], by_word(tokenizer, text)
        summed[name] = {
            "whole_text": {"tokens": len(whole), "fnv": fnv(whole)},
            "word_by_word": {"tokens": len(alone), "fnv": fnv(alone)},
        }
    return summed


def write(name, content):
    (OUT / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


OUT.mkdir(parents=True, exist_ok=True)
train()
small = GPT2Tokenizer.from_pretrained(OUT)
write("expected.json", [expected(small, text) for text in TEXTS])
if len(sys.argv) > 1:
    write("gpt2.json", books(Path(sys.argv[1])))
