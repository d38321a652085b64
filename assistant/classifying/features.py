"""What the trained classifier sees of a piece of a case: character grams, word classes and claims of signals, with their denials."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zlib import crc32

import numpy as np

from assistant.classifying.nouns import Span
from assistant.classifying.reading import Reading

WIDTH = 1 << 16
"""Buckets that grams and marks are hashed into."""
SCALES = {"gram": 3.0, "class": 2.0, "claim": 3.0}
VECTOR = 1.5
"""How much each kind of feature weighs against the others, and the embedding against them all."""


def bucket(mark: str) -> int:
    return crc32(mark.encode()) % WIDTH


def grams(text: str, denied: Sequence[bool]) -> set[str]:
    """Runs of one to three characters, digits made one; those of two and more say whether they are denied."""
    out = set()
    plain = "".join("0" if c.isdigit() else c if c.isalnum() else " " for c in text)
    for size in (1, 2, 3):
        for i in range(len(plain) - size + 1):
            gram = plain[i:i + size]
            if " " not in gram:
                out.add("¬" + gram if size > 1 and denied[i] else gram)
    return out


def marks(reading: Reading, span: Span, signals: Iterable[str]) -> dict[str, set[str]]:
    """The marks of one piece of a text, by kind."""
    a, b = span
    denied = reading.denied
    classes = {("¬" if denied[at] else "") + "<" + name for name, at in reading.classes(a, b)}
    claims = {f"@{name} {claim.truth}" for name in signals for claim in reading.signals(name) if claim.span[0] < b and claim.span[1] > a}
    return {"gram": grams(reading.plain[a:b], denied[a:b]), "class": classes, "claim": claims}


def row(found: dict[str, set[str]]) -> tuple[list[int], list[float]]:
    """Buckets and values of some marks: every kind weighs the same however many marks of it there are."""
    out: dict[int, float] = {}
    for kind, these in found.items():
        for mark in these:
            b = bucket(mark)
            out[b] = out.get(b, 0.0) + SCALES[kind] / len(these) ** 0.5
    return list(out), list(out.values())


def rows(reading: Reading, spans: Sequence[Span], signals: Iterable[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A sparse matrix (pieces, WIDTH) as buckets, values (float32) and where each piece's begin and the last one's end."""
    signals = list(signals)
    at: list[int] = []
    values: list[float] = []
    ends = [0]
    for span in spans:
        buckets, weights = row(marks(reading, span, signals))
        at += buckets
        values += weights
        ends.append(len(at))
    return np.array(at, np.int64), np.array(values, np.float32), np.array(ends, np.int64)
