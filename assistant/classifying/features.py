"""Features of a piece of case text for the trained evidence classifier: grams, word classes and claims, each marked when denied.

A denied gram or class is another feature than the asserted one, so that 未收受 and 收受 do not look alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zlib import crc32

import numpy as np

from assistant.classifying.nouns import Span
from assistant.classifying.reading.reader import Reading

WIDTH = 1 << 13
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


def rows(reading: Reading, spans: Sequence[Span], signals: Iterable[str]) -> np.ndarray:
    """A matrix (pieces, WIDTH), float32."""
    signals = list(signals)
    out = np.zeros((len(spans), WIDTH), np.float32)
    for i, span in enumerate(spans):
        at, values = row(marks(reading, span, signals))
        out[i, at] = values
    return out
