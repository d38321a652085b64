"""Features of a piece of case text for the trained evidence classifier: grams, word classes and claims, each marked when denied.

A denied gram or class is another feature than the asserted one, so that 未收受 and 收受 do not look alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from assistant.classifying.nouns import Span
from assistant.classifying.reading.reader import Reading

WIDTH = 1 << 13
"""Buckets that grams and marks are hashed into."""


def bucket(mark: str) -> int:
    return crc32(mark.encode()) % WIDTH


def marks(reading: Reading, span: Span, signals: Iterable[str]) -> set[str]:
    """The marks of one piece of a text."""
    a, b = span
    text = reading.plain[a:b]
    denied = reading.denied
    out = set()
    for size in (1, 2, 3):
        for i in range(len(text) - size + 1):
            gram = text[i:i + size]
            if gram.isalnum():
                gram = "".join("0" if c.isdigit() else c for c in gram)
                out.add(("¬" if size > 1 and denied[a + i] else "") + gram)
    for name, at in reading.classes(a, b):
        out.add(("¬" if denied[at] else "") + "<" + name)
    for name in signals:
        for claim in reading.signals(name):
            if claim.span[0] < b and claim.span[1] > a:
                out.add(f"@{name} {claim.truth}")
    return out
