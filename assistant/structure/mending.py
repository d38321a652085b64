"""Which line goes on in the next: breaks made by a page or a fixed line width, not by the writer."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from assistant.structure.marks import date_line, head_line, mark, named_title, opener, stops, title_like

_NARROW = re.compile("[\x00-\u10ff]")
_OPEN_END = re.compile(r"[，、,（(《〈“‘]$")
_NEVER_FIRST = tuple("，。、；：！？”’）》〉,;:!?")
_CONTINUES = re.compile(r"[^\s\W\d][，。、；]")
_LIST_WORD = re.compile(r"[一二三四五六七八九]是|其[一二三四五]|第[一二三四五六七八九十]+[，,：:]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line for mending: its text, whether a blank line or a page end stands before it, its indent."""

    text: str
    blank: bool
    page: bool
    indent: int


def width(text: str) -> int:
    """Columns a line takes: two for each wide character."""
    return 2 * len(text) - len(_NARROW.findall(text))


def joins(lines: list[Line]) -> list[bool]:
    """For each line whether it goes on from the line before."""
    n = len(lines)
    out = [False] * n
    if n < 2:
        return out
    marks = [mark(line.text) for line in lines]
    # Where every line is followed by a blank one, blank lines say nothing; else they end paragraphs.
    blanks = sum(line.blank for line in lines[1:])
    telling = 0 < blanks < 0.6 * (n - 1)
    column = _column(lines)
    indented = column and sum(line.indent >= 2 for line in lines) >= max(2, n // 20)
    for i in range(1, n):
        before, line = lines[i - 1], lines[i]
        if "|" in before.text or "|" in line.text or "\t" in line.text:
            continue
        parted = line.blank and telling and not line.page
        if _refers(marks[i]) and not stops(before.text) and not parted and not named_title(before.text):
            out[i] = True
            continue
        if _starts_item(marks[i], line.text, before.text):
            continue
        if not parted and _unfinished(before.text, line.text):
            out[i] = True
        elif column and not parted and width(before.text) + (before.indent if indented else 0) >= column - 5:
            out[i] = not stops(before.text) if not indented else line.indent < 2 and not _complete(before, column)
    if not column and any(out):
        _page_breaks(lines, marks, out)
    return out


def _complete(line: Line, column: int) -> bool:
    return stops(line.text) and width(line.text) + line.indent < column - 1


def _column(lines: list[Line]) -> int:
    """The width at which lines were broken, 0 where they were not: many unfinished lines of nearly one width, hardly any longer."""
    widths = [width(line.text) for line in lines]
    unfinished = Counter(w for w, line in zip(widths, lines) if w >= 24 and not stops(line.text))
    if sum(unfinished.values()) < 4:
        return 0
    best, most = 0, 0
    for w in unfinished:
        near = sum(unfinished[x] for x in range(w - 4, w + 1))
        if (near, w) > (most, best):
            best, most = w, near
    longer = sum(w > best + 4 for w in widths)
    long = sum(w >= 24 for w in widths)
    # In a broken text nearly every unfinished line is a full one, in a list of titles they are of every width.
    if most >= 4 and most >= min(0.3 * long, max(0.1 * long, 0.7 * sum(unfinished.values()))) and longer <= 0.05 * len(lines):
        return best
    return 0


def _refers(found) -> bool:
    return bool(found) and found.kind == "条" and found.reference


def _starts_item(found, text: str, before: str) -> bool:
    if not found:
        return False
    if found.kind == "条" and not found.sure:
        return stops(before) and not found.reference
    return not (found.kind == "条" and found.sure and re.search(r"[，、,（(《“和与或及至]$", before))


def _unfinished(before: str, text: str) -> bool:
    """The line certainly goes on, whatever the file looks like."""
    if text.startswith(_NEVER_FIRST):
        return True
    if len(before) < 6 or _LIST_WORD.match(text):
        return False
    if _OPEN_END.search(before):
        return len(before) >= 10 or not opener(text)
    return len(before) >= 15 and not stops(before) and bool(_CONTINUES.match(text))


def _page_breaks(lines: list[Line], marks, out: list[bool]) -> None:
    """In a file with certain breaks, a paragraph whose last sentence is unfinished goes on in the prose after it."""
    body = False
    for i in range(1, len(lines)):
        before, line = lines[i - 1], lines[i]
        body = body or len(before.text) > 40 and stops(before.text) and not before.text.endswith(("：", ":"))
        if out[i] or not body or marks[i]:
            continue
        # Headings hold no full stop; a paragraph that does and then stops halfway was cut.
        if "。" not in before.text and not line.page:
            continue
        after_date = i >= 2 and (date_line(lines[i - 2].text) or head_line(lines[i - 2].text))
        if (len(before.text) >= 20 and not stops(before.text) and not after_date and not named_title(before.text)
                and not opener(line.text) and not head_line(line.text) and not head_line(before.text)
                and len(line.text) >= 12 and stops(line.text) and not title_like(line.text)):
            out[i] = True
