"""Where front matter stands: the ``---`` block at the head of a file in which a person says what the document is."""

from __future__ import annotations

import re
from typing import NamedTuple

KEYS = frozenset("title number issuer kind of level region issued effective repealed repealed_by aliases source verified partial audience".split())
"""What front matter and sidecars may say."""

LINES = 200
"""Lines that a block may have."""

_OPEN = re.compile(r"\ufeff?\s*^---[ \t]*\r?\n", re.M)
_FENCE = re.compile(r"(?:---|\.\.\.)\s*")
_LEAD = r"[\s{\"'“‘?-]*"
_KNOWN = re.compile(rf"{_LEAD}(?:{'|'.join(sorted(KEYS, key=len, reverse=True))})[\"'”’]?[ \t]*[:：]", re.I)
_AUDIENCE = re.compile(rf"{_LEAD}audience[\"'”’]?[ \t]*[:：]", re.I)
_WORD = re.compile(rf"{_LEAD}[A-Za-z_][\w-]*[\"'”’]?[ \t]*[:：](?!//)")
_KEY = re.compile(r"[^\s:：#-][^\n:]{0,40}:(?:\s|$)")
_LINE = re.compile(rf"{_KEY.pattern}|[ \t]+\S|- |#|\s*$")


class Block(NamedTuple):
    """Offsets in the text: the values from ``start`` to ``end``, the document from ``behind``; ``closed``: a second fence stands."""

    start: int
    end: int
    behind: int
    closed: bool


def block(text: str) -> Block | None:
    """The front matter of a text, well formed or not; None where a leading ``---`` is only a rule.

    >>> block("---\\ntitle: 某办法\\n---\\n第一条"), block("---\\n第一条 正文\\n---\\n")
    (Block(start=4, end=15, behind=19, closed=True), None)
    """
    m = _OPEN.match(text)
    if not m:
        return None
    lines: list[str] = []
    at, closed, behind = m.end(), False, m.end()
    while at < len(text) and len(lines) <= LINES:
        behind = text.find("\n", at) + 1 or len(text)
        line = text[at:behind].rstrip()
        if _FENCE.fullmatch(line):
            closed = True
            break
        lines.append(line)
        at = behind
    if not _says(lines, closed):
        return None
    return Block(m.end(), at, behind, closed) if closed else Block(m.end(), m.end(), m.end(), False)


def _says(lines: list[str], closed: bool) -> bool:
    """Whether the lines behind a ``---`` are meant as keys and values: a misspelt or broken one is meant so, too."""
    filled = [line for line in lines if line.strip()]
    if not filled:
        return False
    at = lines.index(filled[0])
    stop = next((i for i in range(at, len(lines)) if not lines[i].strip()), len(lines))
    if _WORD.match(filled[0]) or any(map(_KNOWN.match, lines[at:stop])):
        return True
    return closed and (any(map(_AUDIENCE.match, lines)) or bool(_KEY.match(filled[0])) and all(map(_LINE.match, lines)))


def astray(text: str, start: int = 0) -> int:
    """The offset of a line that names an audience near the head of a text but in no block; -1 if there is none."""
    for _ in range(40):
        end = text.find("\n", start)
        if _AUDIENCE.match(text[start:end if end >= 0 else len(text)].lstrip("\ufeff")):
            return start
        if end < 0:
            break
        start = end + 1
    return -1


def behind(text: str) -> int:
    """Where the document begins: behind a closed block, else 0."""
    found = block(text)
    return found.behind if found and found.closed else 0


def without(text: str) -> str:
    """The text behind its front matter."""
    return text[behind(text):]
