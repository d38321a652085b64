"""Long texts in parts of so many UTF-8 bytes: cut where a sentence ends, else between characters that stand alone.

>>> cut("一句。两句！三", 9)
['一句。', '两句！', '三']
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.faces.shapes import sentences


@dataclass(frozen=True)
class Piece:
    """A text that may be cut, or (``whole``) one that may not."""

    text: str
    whole: bool = False


def size(text: str) -> int:
    """The bytes of a text in UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def cut(text: str, limit: int) -> list[str]:
    """A text in parts of at most ``limit`` (at least 32) bytes; joined they are the text."""
    return pack([Piece(text)], limit)


def pack(pieces: Iterable[Piece], limit: int) -> list[str]:
    """Pieces in as few parts as follow from filling each in turn. A whole piece that is too long by itself is cut all the same."""
    parts: list[str] = []
    now, used = "", 0
    for piece in pieces:
        for bit in [piece.text] if piece.whole else sentences(piece.text):
            for small in _small(bit, limit):
                if used + size(small) > limit and now:
                    parts.append(now)
                    now, used = "", 0
                now, used = now + small, used + size(small)
    return [*parts, now] if now else parts


def shortened(text: str, limit: int) -> str:
    """A text within so many bytes, with … where it was cut."""
    return text if size(text) <= limit else next(iter(_small(text, max(limit - 3, 1))), "") + "…"


def _small(bit: str, limit: int) -> Sequence[str]:
    if size(bit) <= limit:
        return [bit]
    out, start, used, good = [], 0, 0, 0
    for i, ch in enumerate(bit):
        if i > start and not _clings(bit[i - 1], ch):
            good = i
        n = size(ch)
        if used + n > limit:
            end = good if good > start else i
            out.append(bit[start:end])
            used, start = size(bit[end:i]), end
        used += n
    return [*out, bit[start:]]


def _clings(before: str, ch: str) -> bool:
    """Whether a character belongs to the one before it: accents, variation and joined signs, both halves of a flag."""
    return (before == "\u200d" or ch == "\u200d" or "\ufe00" <= ch <= "\ufe0f" or "\U0001f3fb" <= ch <= "\U0001f3ff"
            or unicodedata.category(ch) in ("Mn", "Me") or ("\U0001f1e6" <= ch <= "\U0001f1ff" and "\U0001f1e6" <= before <= "\U0001f1ff"))
