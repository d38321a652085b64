"""Which of the passages found answer best: keyword scores and cosine weighed together by a small network, in numpy.

The network sees each signal as it is, against the other candidates and by rank, and how far the signals agree on this
question; it was trained on questions held back from the embedding's own training (``python -m assistant.embedding rank``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np

from assistant.chinese import grams
from assistant.embedding.ngrams import idf

WEIGHTS = Path(__file__).with_name("ranker.json")
DEPTH = 60
"""How many passages each signal names before they are ranked together."""
NAMES = ("grams", "words", "dense", "grams_z", "words_z", "dense_z", "length_z", "grams_rank", "words_rank", "dense_rank",
         "asked", "dense_best", "grams_dense", "grams_words", "grams_gap", "covered")
COVERED = NAMES.index("covered")
FLUENT, CAUTION = 0.4, 5.0
"""From this share of a question standing in the texts on, keywords are trusted beside the network, the more the higher it
is: on kinds of text that the network was not trained on it overrates the vectors (chosen with each training set left out)."""
FIRST = 3
"""How many of the best keyword hits are looked at to tell how much of a question stands in the texts word for word."""


def covered(question: str, texts: Iterable[str]) -> float:
    """The share, 0..1, of a question's telling pairs of characters that the fullest of some texts holds.

    Near 1 the question speaks the texts' words and keywords find what it asks for; a lay question stays low.

    >>> covered("容错申请", ["个人可以提出容错申请。"]), covered("试点搞砸了", ["个人可以提出容错申请。"])
    (1.0, 0.0)
    """
    asked = set(grams(question))
    pairs = {g: idf(g) for g in asked if len(g) > 1} or {g: idf(g) for g in asked}
    whole = sum(pairs.values())
    if whole <= 0:
        return 0.0
    return max((sum(pairs[g] for g in pairs.keys() & _held(t)) / whole for t in texts), default=0.0)


@lru_cache(maxsize=512)
def _held(text: str) -> frozenset[str]:
    return frozenset(grams(text))


def features(grams: np.ndarray, words: np.ndarray, dense: np.ndarray, lengths: np.ndarray, asked: int, covered: float) -> np.ndarray:
    """What the network sees of each candidate, float32 (candidates, len(NAMES)).

    ``grams`` and ``words`` are BM25 scores, 0 where that search did not name the candidate; ``dense`` cosines;
    ``lengths`` characters of the passages; ``asked`` characters of the question; ``covered`` as :func:`covered` gives it.
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
    seen[:, 10:] = (np.log(max(asked, 1) / 20), float(dense.max(initial=0)), (best[0] & best[2]).sum() / 10, (best[0] & best[1]).sum() / 10,
                    1 - second, covered)
    return seen


class Ranker:
    """The trained network: several small ones whose scores are added."""

    def __init__(self, stored: dict):
        if not set(stored["names"]) <= set(NAMES):
            raise ValueError("the ranker was trained on other features")
        self._columns = [NAMES.index(name) for name in stored["names"]]
        self._mean, self._spread = (np.array(stored[k], np.float32) for k in ("mean", "spread"))
        # All nets are asked in one product: parameter -> one row a net.
        self._nets = {k: np.array([net[k] for net in stored["nets"]], np.float32) for k in ("line", "inner", "shift", "outer")}

    def __call__(self, seen: np.ndarray) -> np.ndarray:
        """Scores of candidates by their :func:`features`; comparable within one question."""
        x = (seen[:, self._columns] - self._mean) / self._spread
        nets, units, signs = self._nets["inner"].shape
        inside = np.tanh(x @ self._nets["inner"].reshape(-1, signs).T + self._nets["shift"].ravel()).reshape(len(x), nets, units)
        scores = x @ self._nets["line"].T + (inside * self._nets["outer"]).sum(axis=2)
        learned = _standard(scores).mean(axis=1)
        caution = CAUTION * np.maximum(seen[:, COVERED] - FLUENT, 0)
        return (learned + caution * _standard(plain(seen))) / (1 + caution)


def plain(seen: np.ndarray) -> np.ndarray:
    """The signals added with fixed weights: what is listened to when a question speaks the texts' own words."""
    return 0.6 * seen[:, 0] + 0.4 * seen[:, 1] + 0.4 * seen[:, 2] / max(float(seen[:, 2].max(initial=0)), 1e-6)


def _standard(scores: np.ndarray) -> np.ndarray:
    return (scores - scores.mean(axis=0)) / (scores.std(axis=0) + 1e-6)


@lru_cache(maxsize=1)
def shipped() -> Ranker:
    """The ranker that ships."""
    return Ranker(json.loads(WEIGHTS.read_text("utf-8")))
