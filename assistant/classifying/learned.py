"""Evidence from the trained classifier: which pieces of a case speak for an element, against it, or leave it open.

Two linear models, trained by ``python -m eval evidence`` on sentences and cases written and marked for it; numpy alone at run time.
The first gives every piece of a case a score for every label (``element+``, ``element-``, ``element?``, ``unknown``, ``none``). The
second settles an element from the strongest pieces, who says them, and what the patterns found. Neither decides a case.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from assistant.classifying.features import VECTOR, WIDTH, rows
from assistant.classifying.nouns import Finding, Span, State
from assistant.classifying.reading import Reading

SHIPPED = Path(__file__).with_name("evidence.safetensors")
Encode = Callable[[Sequence[str]], np.ndarray]
MARK: dict[State, str] = {"met": "+", "unmet": "-", "unclear": "?"}
"""What a label adds to the name of its element."""
MARKS = tuple(MARK.values())
AGAINST = ("gain", "ban", "forgery", "redline", "candour", "repeat", "order", "diligence")
"""Elements of which one that fails excludes."""
SHORTEST, LONGEST_PAIR, LONGEST = 4, 60, 90
MOST = 600
"""Pieces of one case that are looked at; a case of 50,000 characters is read at its beginning by this classifier, by the patterns whole."""
BOUND = 6.0
"""Scores beyond this are as good as it."""


@dataclass(frozen=True)
class Settler:
    """Weights (states, features) and bias (states,) over :meth:`Trained.features`: the chances of an element's states."""

    states: tuple[State, ...]
    weights: np.ndarray
    bias: np.ndarray

    def chances(self, features: np.ndarray) -> dict[State, float]:
        scores = self.weights @ features + self.bias
        scores = np.exp(scores - scores.max())
        return dict(zip(self.states, (scores / scores.sum()).tolist(), strict=True))


@dataclass(frozen=True)
class Model:
    """``weights`` (features, labels) and ``bias`` (labels,), float32; ``signals`` whose claims are features; settlers by element."""

    labels: tuple[str, ...]
    signals: tuple[str, ...]
    weights: np.ndarray
    bias: np.ndarray
    settlers: Mapping[str, Settler] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path = SHIPPED) -> Model:
        from safetensors import safe_open

        with safe_open(path, "numpy") as file:
            told = json.loads(file.metadata()["told"])
            held = {name: file.get_tensor(name) for name in file.keys()}
        weights = np.zeros((told["features"], len(told["labels"])), np.float32)
        weights[held["used"].astype(np.int64)] = held["weights"].astype(np.float32) * held["scales"]
        settlers = {name: Settler(tuple(states), held[f"{name} weights"], held[f"{name} bias"]) for name, states in told["settlers"].items()}
        return cls(tuple(told["labels"]), tuple(told["signals"]), weights, held["bias"], settlers)

    def write(self, path: Path) -> None:
        """The weights of the features that were seen in eight bits, a scale for every label."""
        from safetensors.numpy import save_file

        used = np.flatnonzero(np.abs(self.weights).max(axis=1) > 0.004)
        kept = self.weights[used]
        scales = (np.maximum(np.abs(kept).max(axis=0), 1e-9) / 127).astype(np.float32)
        held = {"used": used.astype(np.int32), "weights": np.clip(np.rint(kept / scales), -127, 127).astype(np.int8), "scales": scales,
                "bias": self.bias.astype(np.float32)}
        for name, settler in self.settlers.items():
            held |= {f"{name} weights": settler.weights.astype(np.float32), f"{name} bias": settler.bias.astype(np.float32)}
        told = {"labels": self.labels, "signals": self.signals, "features": len(self.weights), "settlers": {n: s.states for n, s in self.settlers.items()}}
        save_file({name: np.ascontiguousarray(of) for name, of in held.items()}, path, {"told": json.dumps(told, ensure_ascii=False)})

    def scores(self, reading: Reading, spans: Sequence[Span], encode: Encode) -> np.ndarray:
        """The score of every label for every piece, (pieces, labels)."""
        at, values, ends = rows(reading, spans, self.signals)
        parts = self.weights[at] * values[:, None]
        sums = np.concatenate([np.zeros((1, len(self.labels)), np.float32), np.cumsum(parts, axis=0, dtype=np.float64)])
        seen = sums[ends[1:]] - sums[ends[:-1]]
        return seen + encode([reading.plain[a:b] for a, b in spans]) @ (self.weights[WIDTH:] * VECTOR) + self.bias


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model that ships, read once."""
    return Model.read()


def fits(dimension: int) -> bool:
    """Whether vectors of this dimension are those that the shipped model was fitted with."""
    return SHIPPED.is_file() and len(shipped().weights) == WIDTH + dimension


def pieces(reading: Reading) -> list[Span]:
    """Clauses, neighbouring clauses together, and sentences."""
    clauses = reading.clauses
    out = [c for c in clauses if c[1] - c[0] >= SHORTEST]
    out += [(a[0], b[1]) for a, b in zip(clauses, clauses[1:], strict=False) if b[1] - a[0] <= LONGEST_PAIR]
    out += [s for s in reading.sentences if SHORTEST <= s[1] - s[0] <= LONGEST]
    return [s for s in dict.fromkeys(out) if sum(map(str.isalnum, reading.plain[s[0]:s[1]])) >= SHORTEST][:MOST]


class Trained:
    """The scores of all labels for all pieces of one reading."""

    def __init__(self, reading: Reading, encode: Encode, model: Model):
        spans = pieces(reading)
        found = model.scores(reading, spans, encode) if spans else np.zeros((0, len(model.labels)))
        self._take(model, spans, found, np.array([reading.judge.speaker(b - 1) in ("found", "plain") for _, b in spans], bool))

    @classmethod
    def of(cls, model: Model, spans: Sequence[Span], scores: np.ndarray, strong: np.ndarray) -> Trained:
        """From scores that are known: ``strong`` says of each piece whether somebody other than the person or hearsay says it."""
        self = cls.__new__(cls)
        self._take(model, spans, scores, strong)
        return self

    def _take(self, model: Model, spans: Sequence[Span], scores: np.ndarray, strong: np.ndarray) -> None:
        self._column = {label: i for i, label in enumerate(model.labels)}
        scores = self._whole(spans, scores)
        self.model, self.spans, self.scores, self.strong = model, list(spans), scores, strong
        self._tops, self._strong, self._weak = _tops(scores), _tops(scores[strong]), _tops(scores[~strong])
        ranked = np.sort(scores, axis=1)
        margins = scores - np.where(scores == ranked[:, -1:], ranked[:, -2:-1], ranked[:, -1:])
        self._margins, self._strong_margins = _tops(margins), _tops(margins[strong])
        self._seconds = self._elsewhere()

    def _whole(self, spans: Sequence[Span], scores: np.ndarray) -> np.ndarray:
        """A fragment does not say the opposite of the sentence that it stands in (经查 alone, of 经查，他收了礼金)."""
        if len(spans) < 2:
            return scores
        out, at = scores.copy(), np.array(spans)
        inside = (at[:, None, 0] >= at[None, :, 0]) & (at[:, None, 1] <= at[None, :, 1]) & ~np.eye(len(at), dtype=bool)
        for label in [name[:-1] for name in self._column if name.endswith("+")]:
            columns = self._column[f"{label}+"], self._column[f"{label}-"]
            for mine, other in (columns, columns[::-1]):
                firm = scores[:, other] > np.maximum(scores[:, mine], 0.0)
                bound = np.where(inside & firm[None, :], scores[None, :, mine], np.inf).min(axis=1)
                out[:, mine] = np.minimum(out[:, mine], bound)
        return out

    def _elsewhere(self) -> np.ndarray:
        """Of every label the highest score outside of the piece that carries it best."""
        if not self.spans:
            return _tops(self.scores)
        spans = np.array(self.spans)
        best = spans[self.scores.argmax(axis=0)]
        apart = (spans[:, 1:] <= best[None, :, 0]) | (spans[:, :1] >= best[None, :, 1])
        return _tops(np.where(apart, self.scores, -BOUND))

    def since(self, at: int) -> Trained:
        """The same for the pieces from a place of the text on."""
        kept = np.array([a >= at for a, _ in self.spans], bool)
        return Trained.of(self.model, [s for s in self.spans if s[0] >= at], self.scores[kept], self.strong[kept])

    def knows(self, element: str) -> bool:
        """Whether the second model settles an element of this name."""
        return element in self.model.settlers

    def top(self, label: str) -> float:
        """The highest score of a label."""
        return float(self._tops[self._column[label]])

    def features(self, label: str, found: Finding) -> np.ndarray:
        """What an element is settled from: the scores of its ``label`` by mark and speaker, how far they lie above the next label's, the
        second best place, what the patterns found, what is left open, every label's top."""
        own: list[float] = []
        for mark in MARKS:
            i = self._column[label + mark]
            own += [self._strong[i], self._weak[i], self._tops[i], self._margins[i], self._strong_margins[i], self._seconds[i]]
        own += [BOUND * (found.state == "met"), BOUND * (found.state == "unmet"), BOUND * (found.state == "unclear" and found.span is not None)]
        own += [self.top("unknown"), max(self.top(f"{e}-") for e in AGAINST if e != label), self._left_open(label)]
        return np.concatenate([own, self._tops]) / BOUND

    def _left_open(self, label: str) -> float:
        """How much some piece says that nothing is known of an element."""
        if not len(self.scores):
            return -BOUND
        said = self.scores[:, [self._column[label + m] for m in MARKS]].max(axis=1)
        return float(np.clip(np.minimum(self.scores[:, self._column["unknown"]] + 1, said + 2).max(), -BOUND, BOUND))

    def settle(self, element: str, label: str, found: Finding) -> dict[State, float]:
        """The chances of an element's states; ``label`` is the name that the labels have for it."""
        return self.model.settlers[element].chances(self.features(label, found))

    def within(self, label: str, span: Span) -> float:
        """The highest score of a label among the pieces that lie in a stretch of text or hold it."""
        a, b = span
        scores = [self.scores[i, self._column[label]] for i, (x, y) in enumerate(self.spans) if (a <= x and y <= b + 1) or (x <= a and b <= y)]
        return float(max(scores, default=-BOUND))

    def best(self, label: str) -> Span | None:
        """The piece that carries a label best; of pieces that are nearly as good the shortest."""
        if not self.spans:
            return None
        scores = self.scores[:, self._column[label]]
        near = [i for i in range(len(self.spans)) if scores[i] >= scores.max() - 0.5]
        return self.spans[min(near, key=lambda i: (self.spans[i][1] - self.spans[i][0], i))]


def _tops(scores: np.ndarray) -> np.ndarray:
    """The highest score of every label, within the bounds."""
    return np.clip(scores.max(axis=0, initial=-BOUND), -BOUND, BOUND)
