"""Which of the passages found answer best: keyword scores and cosine weighed together by a small network, in numpy.

The network sees each signal as it is, against the other candidates and by rank, and how far the signals agree on this
question; it was trained on questions held back from the embedding's own training (``python -m assistant.embedding rank``).
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

WEIGHTS = Path(__file__).parent / "embedding" / "ranker.json"
DEPTH = 60
"""How many passages each signal names before they are ranked together."""
NAMES = ("grams", "words", "dense", "grams_z", "words_z", "dense_z", "length_z", "grams_rank", "words_rank", "dense_rank",
         "asked", "dense_best", "grams_dense", "grams_words", "grams_gap")


def features(grams: np.ndarray, words: np.ndarray, dense: np.ndarray, lengths: np.ndarray, asked: int) -> np.ndarray:
    """What the network sees of each candidate, float32 (candidates, len(NAMES)).

    ``grams`` and ``words`` are BM25 scores, 0 where that search did not name the candidate; ``dense`` cosines;
    ``lengths`` characters of the passages; ``asked`` characters of the question.
    """
    signals = [grams / max(float(grams.max(initial=0)), 1e-9), words / max(float(words.max(initial=0)), 1e-9), dense]
    standard = [(s - s.mean()) / (s.std() + 1e-3) for s in (*signals, np.log(np.maximum(lengths, 1)))]
    ranks = [np.argsort(np.argsort(-s, kind="stable"), kind="stable") for s in signals]
    best = [set(np.flatnonzero(r < 10).tolist()) for r in ranks]
    second = np.sort(signals[0])[-2] if len(grams) > 1 else 0.0
    about = [np.log(max(asked, 1) / 20), float(dense.max(initial=0)), len(best[0] & best[2]) / 10, len(best[0] & best[1]) / 10, 1 - second]
    columns = [*signals, *standard, *(5 / (5 + r) for r in ranks), *(np.full(len(grams), a) for a in about)]
    return np.column_stack(columns).astype(np.float32)


class Ranker:
    """The trained network: several small ones whose scores are added."""

    def __init__(self, stored: dict):
        if tuple(stored["names"]) != NAMES:
            raise ValueError("the ranker was trained on other features")
        self._mean, self._spread = (np.array(stored[k], np.float32) for k in ("mean", "spread"))
        self._nets = [{k: np.array(v, np.float32) for k, v in net.items()} for net in stored["nets"]]

    def __call__(self, seen: np.ndarray) -> np.ndarray:
        """Scores of candidates by their :func:`features`; comparable within one question."""
        x = (seen - self._mean) / self._spread
        out = np.zeros(len(x), np.float32)
        for net in self._nets:
            score = x @ net["line"] + np.tanh(x @ net["inner"].T + net["shift"]) @ net["outer"]
            out += (score - score.mean()) / (score.std() + 1e-6)
        return out / len(self._nets)


@lru_cache(maxsize=1)
def shipped() -> Ranker:
    """The ranker that ships."""
    return Ranker(json.loads(WEIGHTS.read_text("utf-8")))
