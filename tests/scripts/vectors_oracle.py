"""Figures for the test of vectors/mod.rs in gyrus-simulation, by numpy: a full decomposition of a small matrix.

Run it from the top folder: python3 tests/scripts/vectors_oracle.py
"""
import numpy as np

WORDS, WINDOW, LEAST, SMOOTHING, WIDTH = 600, 2, 5, 0.75, 4


def main():
    text = [(i * i + 5 * i * (i // 7)) % 23 for i in range(WORDS)]
    common = [word for word in range(23) if text.count(word) >= LEAST]
    counts = np.zeros((23, 23))
    for i, word in enumerate(text):
        for j in range(max(0, i - WINDOW), min(WORDS, i + WINDOW + 1)):
            if i != j:
                counts[word, text[j]] += 1
    counts = counts[np.ix_(common, common)]
    words, contexts = counts.sum(1), counts.sum(0) ** SMOOTHING
    with np.errstate(divide="ignore"):
        information = np.log(counts * contexts.sum() / np.outer(words, contexts))
    u, s, _ = np.linalg.svd(np.maximum(information, 0))
    print(len(common), "words; values", [float(f"{value:.9f}") for value in s[: WIDTH + 1]])
    vectors = u[:, :WIDTH] * np.sqrt(s[:WIDTH])
    for word in (0, 1, 2, 5):
        if word in common:
            inner = vectors[common.index(0)] @ vectors[common.index(word)]
            print(f"w0 . w{word} = {inner:.9f}")


if __name__ == "__main__":
    main()
