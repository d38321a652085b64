"""Evidence from the trained classifier: which pieces of a case speak for an element, against it, or leave it open.

A linear model over the marks of :mod:`features` and the embedding, trained by ``python -m eval evidence`` on sentences written for
it (``eval/datasets/evidence.txt``); numpy alone at run time. Labels are ``element+``, ``element-``, ``element?`` and a few others.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from assistant.classifying.features import VECTOR, WIDTH, rows
from assistant.classifying.nouns import Span
from assistant.classifying.reading import Reading

SHIPPED = Path(__file__).with_name("evidence.json")
Encode = Callable[[Sequence[str]], np.ndarray]
EXCLUSIONS = frozenset({"gain-", "ban-", "forgery-", "redline-", "candour-", "repeat-", "order-", "diligence-"})
"""Labels that lie near each other and lead to the same outcome."""
MENDED, SHARE = ("consequence+", "remedy+"), 0.25
"""Labels that one piece often carries both, and the chance of its own that a label needs to take the other's too."""
SHORTEST, LONGEST_PAIR, LONGEST = 4, 60, 90
MOST = 600
"""Pieces of one case that are looked at; a case of 50,000 characters is read at its beginning by this classifier, by the patterns whole."""


@dataclass(frozen=True)
class Model:
    """``weights`` (features, labels) and ``bias`` (labels,), float32; ``signals`` whose claims are features, in no order.

    ``heads`` judge a case as a whole by :func:`summary`: weights and bias by name, the chance that the element holds.
    """

    labels: tuple[str, ...]
    signals: tuple[str, ...]
    weights: np.ndarray
    bias: np.ndarray
    heads: Mapping[str, tuple[np.ndarray, float]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path = SHIPPED) -> Model:
        raw = json.loads(path.read_text("utf-8"))
        packed = np.frombuffer(b64decode(raw["weights"]), np.int8).reshape(-1, len(raw["labels"])).astype(np.float32)
        weights = np.zeros((raw["features"], len(raw["labels"])), np.float32)
        weights[np.frombuffer(b64decode(raw["used"]), "<u2")] = packed * np.array(raw["scales"], np.float32)
        return cls(tuple(raw["labels"]), tuple(raw["signals"]), weights, np.array(raw["bias"], np.float32),
                   {name: (np.array(h["weights"], np.float32), float(h["bias"])) for name, h in raw["heads"].items()})


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model that ships, read once."""
    return Model.read()


def fits(dimension: int) -> bool:
    """Whether vectors of this dimension are those that the shipped model was fitted with."""
    return SHIPPED.is_file() and len(shipped().weights) == WIDTH + dimension


@dataclass(frozen=True)
class Piece:
    """One label's chance for one piece of a case."""

    span: Span
    chance: float


def pieces(reading: Reading) -> list[Span]:
    """Clauses, neighbouring clauses together, and sentences."""
    clauses = reading.clauses
    out = [c for c in clauses if c[1] - c[0] >= SHORTEST]
    out += [(a[0], b[1]) for a, b in zip(clauses, clauses[1:], strict=False) if b[1] - a[0] <= LONGEST_PAIR]
    out += [s for s in reading.sentences if SHORTEST <= s[1] - s[0] <= LONGEST]
    return [s for s in dict.fromkeys(out) if sum(map(str.isalnum, reading.plain[s[0]:s[1]])) >= SHORTEST][:MOST]


def summary(chances: np.ndarray) -> np.ndarray:
    """A case as a whole: of every label the highest chance of a piece. No means: what is told beside must not change it."""
    return chances.max(axis=0) if len(chances) else np.zeros(chances.shape[1], np.float32)


class Trained:
    """The chances of all labels for all pieces of one reading."""

    def __init__(self, reading: Reading, encode: Encode, model: Model):
        self.spans = pieces(reading)
        self._column = {label: i for i, label in enumerate(model.labels)}
        if not self.spans:
            self.chances = np.zeros((0, len(model.labels)), np.float32)
            self.heads: dict[str, float] = {}
            return
        texts = [reading.plain[a:b] for a, b in self.spans]
        seen = np.hstack([rows(reading, self.spans, model.signals), encode(texts) * VECTOR])
        scores = seen @ model.weights + model.bias
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        self.chances = scores / scores.sum(axis=1, keepdims=True)
        whole = summary(self.chances)
        self._together([i for i, label in enumerate(model.labels) if label in EXCLUSIONS])
        self._both([self._column[label] for label in MENDED if label in self._column])
        self.heads = {name: float(1 / (1 + np.exp(-(whole @ w + b)))) for name, (w, b) in model.heads.items()}

    def _together(self, columns: list[int]) -> None:
        """What is one exclusion or another is that of them that is likeliest, with the chance of them all."""
        if columns:
            group = self.chances[:, columns]
            likeliest = np.array(columns)[group.argmax(axis=1)]
            self.chances[np.arange(len(group)), likeliest] = group.sum(axis=1)

    def _both(self, columns: list[int]) -> None:
        """What tells that all was made good speaks for the remedy and for the consequence: either has the chance of both."""
        group = self.chances[:, columns]
        self.chances[:, columns] = np.where(group >= SHARE, group.sum(axis=1, keepdims=True), group)

    def best(self, label: str, least: float) -> list[Piece]:
        """The pieces that carry a label with at least this chance, the likeliest first."""
        column = self._column.get(label)
        if column is None:
            return []
        chances = self.chances[:, column]
        return [Piece(self.spans[i], float(chances[i])) for i in np.argsort(-chances, kind="stable") if chances[i] >= least]

    def chance(self, label: str, span: Span) -> float:
        """The chance of a label for the smallest piece around some words."""
        column = self._column.get(label)
        around = [i for i, (a, b) in enumerate(self.spans) if a <= span[0] and span[1] <= b]
        if column is None or not around:
            return 0.0
        return float(self.chances[min(around, key=lambda i: self.spans[i][1] - self.spans[i][0]), column])
