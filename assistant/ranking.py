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
    n = len(grams)
    signals = np.array([grams / max(float(grams.max(initial=0)), 1e-9), words / max(float(words.max(initial=0)), 1e-9), dense])
    raw = np.concatenate((signals, np.log(np.maximum(lengths, 1))[None]))
    order = np.argsort(-signals, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(n)[None], axis=1)
    best = ranks < 10
    second = signals[0, order[0, 1]] if n > 1 else 0.0
    seen = np.empty((n, len(NAMES)), np.float32)
    seen[:, :3] = signals.T
    seen[:, 3:7] = ((raw - raw.mean(axis=1, keepdims=True)) / (raw.std(axis=1, keepdims=True) + 1e-3)).T
    seen[:, 7:10] = 5 / (5 + ranks.T)
    seen[:, 10:] = (np.log(max(asked, 1) / 20), float(dense.max(initial=0)), (best[0] & best[2]).sum() / 10, (best[0] & best[1]).sum() / 10, 1 - second)
    return seen


class Ranker:
    """The trained network: several small ones whose scores are added."""

    def __init__(self, stored: dict):
        if tuple(stored["names"]) != NAMES:
            raise ValueError("the ranker was trained on other features")
        self._mean, self._spread = (np.array(stored[k], np.float32) for k in ("mean", "spread"))
        # All nets are asked in one product: parameter -> one row a net.
        self._nets = {k: np.array([net[k] for net in stored["nets"]], np.float32) for k in ("line", "inner", "shift", "outer")}

    def __call__(self, seen: np.ndarray) -> np.ndarray:
        """Scores of candidates by their :func:`features`; comparable within one question."""
        x = (seen - self._mean) / self._spread
        nets, units, signs = self._nets["inner"].shape
        inside = np.tanh(x @ self._nets["inner"].reshape(-1, signs).T + self._nets["shift"].ravel()).reshape(len(x), nets, units)
        scores = x @ self._nets["line"].T + (inside * self._nets["outer"]).sum(axis=2)
        return ((scores - scores.mean(axis=0)) / (scores.std(axis=0) + 1e-6)).mean(axis=1)


@lru_cache(maxsize=1)
def shipped() -> Ranker:
    """The ranker that ships."""
    return Ranker(json.loads(WEIGHTS.read_text("utf-8")))
