"""The kinds of personal data and what one find of them is."""

from __future__ import annotations

from dataclasses import dataclass, field

LABELS = {
    "name": "人员", "id": "证件", "passport": "护照", "phone": "电话", "email": "邮箱", "plate": "车牌", "bank": "银行卡",
    "address": "住址", "account": "网络账号", "literal": "原文",
}
"""Kind -> the word of its stand-ins. ``literal`` is text that looks like a stand-in and is none."""


@dataclass(frozen=True)
class Found:
    """Personal data at ``[start, end)`` of a text. The text itself is kept out of ``repr``, so that it reaches no log."""

    kind: str
    start: int
    end: int
    text: str = field(repr=False)


def plain_width(text: str) -> str:
    """The text with full-width ASCII, dashes and blanks in their plain form, each character in its place.

    >>> plain_width("＋８６　１３８—０００")
    '+86 138-000'
    """
    return text.translate(_WIDTHS)


_WIDTHS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(map(ord, "\u3000\u00a0\u2002\u2003\u2009\u202f"), " ") | dict.fromkeys(
    map(ord, "‐‑‒–—―−－─"), "-") | dict.fromkeys(map(ord, "•・‧∙"), "·")


def apart(found: list[Found]) -> list[Found]:
    """Those of a list, most trusted first, that overlap none before them, in the order of the text."""
    taken = bytearray(max((f.end for f in found), default=0))
    out = []
    for f in found:
        if not any(taken[f.start:f.end]):
            taken[f.start:f.end] = b"\x01" * (f.end - f.start)
            out.append(f)
    return sorted(out, key=lambda f: f.start)
