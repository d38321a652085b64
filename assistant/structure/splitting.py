"""One file, several documents: told by numbering that begins again under a title and the name of who wrote it."""

from __future__ import annotations

import re

from assistant.structure.marks import date_line, signer, stops, title_like
from assistant.structure.nodes import Clean, Piece
from assistant.structure.zones import Row, annexes, head, rows

_BYLINE = re.compile(r"[（(]?[\u4e00-\u9fff·]{2,4}[）)]?")


def pieces(clean: Clean) -> tuple[Piece, ...]:
    """The documents of one file; most files are one.

    A file is split where 一、 begins again below a title and a unit or author line, each time it begins
    (a collection of talks). A notice with the plan it issues, and annexes, stay one document.
    """
    lines = rows(clean.text, frozenset(clean.hints.headings))
    if not lines:
        return (Piece(clean.text, clean.origin, (), clean.hints),)
    starts = _starts(lines)
    if not starts:
        return (Piece(clean.text, clean.origin, _headline(lines), clean.hints),)
    out = []
    for n, (begin, title, stop) in enumerate(starts):
        a = 0 if n == 0 else lines[begin].start
        b = lines[starts[n + 1][0]].start if n + 1 < len(starts) else len(clean.text)
        text = clean.text[a:b].rstrip("\n")
        out.append(Piece(text, clean.origin[a:a + len(text) + 1], tuple(lines[i].text for i in range(title, stop)),
                         clean.hints.within(a, a + len(text))))
    return tuple(out)


def _starts(lines: list[Row]) -> list[tuple[int, int, int]]:
    """For each document of a collection the row it begins at, and the rows of its title block; [] for one document."""
    ones = [i for i, row in enumerate(lines) if row.mark and row.mark.kind == "一" and row.mark.value == 1]
    if len(ones) < 2 or annexes(lines)[0]:
        return []
    out = []
    for n, one in enumerate(ones):
        floor = ones[n - 1] + 1 if n else 0
        following = ones[n + 1] if n + 1 < len(ones) else len(lines)
        if not any(lines[i].mark and lines[i].mark.kind == "一" and lines[i].mark.value == 2 for i in range(one + 1, following)):
            return []
        block = _block(lines, floor, one)
        if not block:
            return []
        out.append((block[0], *block) if n else (0, _container(lines, *block), block[1]))
    return out


def _block(lines: list[Row], floor: int, one: int) -> tuple[int, int] | None:
    """The title block above a first number: short lines that end with a unit or a name, at most four paragraphs before it."""
    stop = one
    while stop > floor and one - stop < 4 and stops(lines[stop - 1].text) and not lines[stop - 1].mark:
        stop -= 1
    if stop > floor and date_line(lines[stop - 1].text):
        stop -= 1
    begin = stop
    while begin > floor and stop - begin < 6 and title_like(lines[begin - 1].text) and not lines[begin - 1].mark:
        begin -= 1
    if stop - begin < 2:
        return None
    by = lines[stop - 1].text
    if not (signer(by) or _BYLINE.fullmatch(by)) or date_line(lines[begin].text):
        return None
    if any(date_line(lines[i].text) for i in range(begin, stop)):
        return None
    return begin, stop


def _container(lines: list[Row], begin: int, stop: int) -> int:
    """Behind the title of the whole collection, which stands above the first document's own."""
    if stop - begin >= 3 and re.search(r"(?:发言|讲话|材料|汇编|选编|经验|交流|摘编|集锦|选登)$", lines[begin].text):
        return begin + 1
    return begin


def _headline(lines: list[Row]) -> tuple[str, ...]:
    stop = head(lines, 0, len(lines))
    if stop:
        return tuple(row.text for row in lines[:stop])
    first = next((i for i, row in enumerate(lines) if row.mark and row.mark.value == 1 and row.mark.kind in ("一", "条", "章", "编")), 0)
    begin = first
    while begin and title_like(lines[begin - 1].text) and not lines[begin - 1].mark and first - begin < 3:
        begin -= 1
    return tuple(row.text for row in lines[begin:first])
