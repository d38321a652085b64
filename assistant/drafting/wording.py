"""The small language of a form's sentences.

``【姓名】`` a field; ``【*问题清单】`` the paragraph once for each item of a list; ``【§公务员法#第五十条】`` a clause by its id;
``【☑谈话事由】`` every choice of a field with the given one ticked;
``【拟】`` "拟" until a decision is recorded; ``【决定】`` who decided and when, nothing until then.
``{…}`` stands only when the clauses and the fields that may be missing are known; ``{受理结论=予以受理|…}`` only for that value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

What = Literal["text", "field", "each", "ticks", "clause", "pending", "decision"]

_MARK = re.compile(r"【(?:(?P<clause>§[^】]+)|(?P<each>\*[^】]+)|(?P<ticks>☑[^】]+)|(?P<word>[^】]+))】")
_WORDS: dict[str, What] = {"拟": "pending", "决定": "decision"}
_CONDITION = re.compile(r"([^=|{}【】]+)=([^=|{}【】]+)\|")


@dataclass(frozen=True)
class Piece:
    """A stretch of wording: literal text, or what stands for a field's key or a clause's id."""

    what: What
    text: str


@dataclass(frozen=True)
class Segment:
    """Pieces that stand or fall together; ``when`` is the key and value a condition asks for."""

    pieces: tuple[Piece, ...]
    optional: bool = False
    when: tuple[str, str] | None = None

    def fields(self) -> tuple[str, ...]:
        """The fields it draws on."""
        return tuple(p.text for p in self.pieces if p.what in ("field", "each", "ticks"))

    def clauses(self) -> tuple[str, ...]:
        return tuple(p.text for p in self.pieces if p.what == "clause")


@lru_cache(maxsize=2048)
def parse(text: str) -> tuple[Segment, ...]:
    """The segments of a template. Raises ValueError in words for braces or marks that do not pair.

    >>> [(s.optional, [p.what for p in s.pieces]) for s in parse("【姓名】同志{，【职务】}")]
    [(False, ['field', 'text']), (True, ['text', 'field'])]
    """
    out: list[Segment] = []
    for i, part in enumerate(re.split(r"[{}]", text)):
        inside = i % 2 == 1
        condition = _CONDITION.match(part) if inside else None
        body = part[condition.end():] if condition else part
        if body or condition:
            out.append(Segment(_pieces(body), inside, (condition[1].strip(), condition[2].strip()) if condition else None))
    marks = re.findall(r"[{}]", text)
    if marks != ["{", "}"] * (len(marks) // 2):
        raise ValueError("花括号 { } 没有成对，或套了两层")
    return tuple(out)


def _pieces(text: str) -> tuple[Piece, ...]:
    out, at = [], 0
    for m in _MARK.finditer(text):
        out.append(Piece("text", text[at:m.start()]))
        if m["clause"]:
            out.append(Piece("clause", m["clause"][1:].strip()))
        elif m["each"]:
            out.append(Piece("each", m["each"][1:].strip()))
        elif m["ticks"]:
            out.append(Piece("ticks", m["ticks"][1:].strip()))
        else:
            out.append(Piece(_WORDS.get(m["word"], "field"), m["word"].strip()))
        at = m.end()
    out.append(Piece("text", text[at:]))
    if any(c in p.text for p in out if p.what == "text" for c in "【】"):
        raise ValueError("方头括号【 】没有成对")
    return tuple(p for p in out if p.text)


def keys(text: str) -> tuple[str, ...]:
    """Every field a template draws on, those of its conditions too."""
    return tuple(k for s in parse(text) for k in ((s.when[0],) if s.when else ()) + s.fields())


def literal(text: str) -> str:
    """What a template says by itself, whatever it is filled with."""
    return "".join(p.text for s in parse(text) for p in s.pieces if p.what == "text")
