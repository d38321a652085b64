"""An untrained embedding: idf-weighted random projection of character uni- and bigrams.

Two texts are near when they share rare characters and pairs (Johnson–Lindenstrauss over the n-gram space,
Achlioptas 2003). ``idf.npz`` holds the weight of each hash bucket, counted over open statute and news text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from zlib import crc32

import numpy as np

from assistant.chinese import grams

BUCKETS = 1 << 16
DIMENSION = 256


def buckets(text: str) -> list[int]:
    """The hash buckets of a text's grams, in order, repeated as often as they occur."""
    return [crc32(g.encode()) & (BUCKETS - 1) for g in grams(text)]


class NgramEmbedder:
    """The built-in default: no weights to download, about a millisecond to load."""

    name = "ngram-256"
    dimension = DIMENSION

    @cached_property
    def idf(self) -> np.ndarray:
        """Weight of each bucket, float32, shape (BUCKETS,)."""
        with np.load(Path(__file__).with_name("idf.npz"), allow_pickle=False) as stored:
            return stored["idf"].astype(np.float32)

    @cached_property
    def _table(self) -> np.ndarray:
        signs = np.random.default_rng(9704).integers(0, 2, (BUCKETS, DIMENSION), dtype=np.int8)
        return signs * 2 - 1

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        out = np.zeros((len(texts), DIMENSION), np.float32)
        for row, text in enumerate(texts):
            ids, counts = np.unique(np.array(buckets(text), np.int64), return_counts=True)
            if len(ids):
                out[row] = (np.sqrt(counts, dtype=np.float32) * self.idf[ids]) @ self._table[ids].astype(np.float32)
        norms = np.linalg.norm(out, axis=1, keepdims=True)
        return out / np.where(norms == 0, 1, norms)


_shared = NgramEmbedder()


def idf(gram: str) -> float:
    """How telling a character or pair is: its inverse document frequency over open statute and news text.

    >>> idf("容错") > idf("规定")
    True
    """
    return float(_shared.idf[crc32(gram.encode()) & (BUCKETS - 1)])
