"""Blocks around the numbered text: title block, addressee, signature and date, lists of annexes, annexes, table of contents."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.chinese import fold
from assistant.chinese import number as arabic
from assistant.structure.marks import UNITS, Mark, addressee, date_line, head_line, mark, named_title, signer, stops, title_like

_ANNEX = re.compile(r"(附\s*[件录錄表]|附(?=\s*[:：]))[ \t\u3000\u00a0]*([一二三四五六七八九十\d]{0,3}|[A-Z])(?:[ \t\u3000\u00a0]*([:：])[ \t\u3000\u00a0]*(.*)|[ \t\u3000\u00a0]+(.*)|)$")
_NOTE = re.compile(r"[（(](?:此件|联系人|附注|公开|主动公开|依申请|不予公开).*[）)]$|抄\s*[送报]\s*[:：]|分\s*送\s*[:：]|印\s*发\s*[:：]|主题词\s*[:：]|.{0,40}\d{1,2}日\s*印发$")
_ATTENDANCE = re.compile(r"(?:出\s*席|列\s*席|缺\s*席|请\s*假|记\s*录|参会|参加人员|参加)(?:人员|人|单位)?\s*[:：]")
_CONTENTS = re.compile(r"目[ \t\u3000\u00a0]*[录錄次]")
_HASHES = re.compile(r"#{1,6}\s+(?=\S)")
_LEADER = re.compile(r"[.．…·\s\-—_]*\d*\s*$")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the text: its span without the line feed, its words and how far behind the start they begin,
    its leading number, whether markup called it a heading."""

    start: int
    end: int
    text: str
    mark: Mark | None
    heading: bool = False
    lead: int = 0

    def place(self, at: int) -> int:
        """The offset in the whole text of a place in ``text``; the beginning takes what stands before it along."""
        return self.start + self.lead + at if at else self.start


@dataclass(frozen=True, slots=True)
class Annex:
    """Where an annex begins and what it is called."""

    row: int
    label: str
    heading: str


def rows(text: str, headings: frozenset[int]) -> list[Row]:
    """The lines of a text that are not blank."""
    out, at = [], 0
    for line in text.split("\n"):
        words = line.strip()
        if words:
            hashed = _HASHES.match(words)
            if hashed:
                words = words[hashed.end():]
            out.append(Row(at, at + len(line), words, mark(words), bool(hashed) or at in headings, line.index(words)))
        at += len(line) + 1
    return out


def annexes(lines: list[Row]) -> tuple[list[Annex], list[tuple[int, int]]]:
    """The annexes that begin in these rows, and the row spans that only list them."""
    starts: list[Annex] = []
    lists: list[tuple[int, int]] = []
    i = 0
    while i < len(lines):
        m = _ANNEX.match(lines[i].text) if lines[i].text[0] == "附" and len(lines[i].text) <= 200 else None
        if not m or stops(m[4] or m[5] or "") and not (m[4] or "").endswith(("：", ":")):
            i += 1
            continue
        if m[3] and (end := _list_end(lines, i)):
            lists.append((i, end))
            i = end
            continue
        number = m[2]
        if number and not number.isdecimal() and not number.isascii():
            number = str(arabic(number))
        title = (m[4] or m[5] or "").strip()
        if not title and i + 1 < len(lines) and title_like(lines[i + 1].text) and not lines[i + 1].mark:
            title = lines[i + 1].text
        starts.append(Annex(i, (re.sub(r"\s", "", m[1]) if len(m[1]) > 1 else "附件") + number, title))
        i += 1
    return starts, lists


def _list_end(lines: list[Row], i: int) -> int:
    """Behind a list of annexes that begins at row ``i``; 0 if an annex itself begins there."""
    j = i + 1
    bare = lines[i].text.rstrip()[-1] in "：:"
    while j < len(lines) and j - i <= 30:
        row = lines[j]
        listed = _ANNEX.match(row.text)
        if listed and listed[3] and listed[4]:
            j += 1
        elif row.mark and row.mark.kind == "1" and not stops(row.text) and len(row.text) <= 80:
            j += 1
        elif bare and j == i + 1 and title_like(row.text) and not signer(row.text) and not row.mark and j + 1 < len(lines) and _signed(lines, j + 1):
            j += 1
        else:
            break
    if j == len(lines):
        return j if j > i + 1 or not bare else 0
    if _signed(lines, j) or (_ANNEX.match(lines[j].text) and not _ANNEX.match(lines[j].text)[3]):
        return j
    return 0


def _signed(lines: list[Row], i: int) -> bool:
    """A signature and date block begins at row ``i``."""
    for j in range(i, min(i + 5, len(lines))):
        if date_line(lines[j].text):
            return True
        if not _signing(lines[j]):
            return False
    return False


def _signing(row: Row) -> bool:
    return len(row.text) <= 40 and title_like(row.text) and not row.mark and not row.heading and not named_title(row.text)


def signatures(lines: list[Row], skip: int) -> list[tuple[int, int]]:
    """The row spans of signature and date blocks behind the first ``skip`` rows."""
    out: list[tuple[int, int]] = []
    for i in range(skip, len(lines)):
        if not date_line(lines[i].text) or out and i < out[-1][1]:
            continue
        a = i
        while a > skip and i - a < 5 and _signing(lines[a - 1]) and not date_line(lines[a - 1].text):
            a -= 1
        b = i + 1
        while b < len(lines) and (_NOTE.match(lines[b].text) or date_line(lines[b].text)):
            b += 1
        body = a > skip
        if body and (b == len(lines) or any(signer(lines[k].text) for k in range(a, i))):
            out.append((a, b))
    return out


def notes(lines: list[Row], start: int, end: int) -> int:
    """Where the closing notes begin (who was there, who gets a copy); ``end`` if there are none."""
    i = end
    while i > start + 1 and len(lines[i - 1].text) <= 200 and (_NOTE.match(lines[i - 1].text) or _ATTENDANCE.match(lines[i - 1].text)):
        i -= 1
    return i


def head(lines: list[Row], start: int, end: int) -> int:
    """Behind the title block that begins at row ``start``: titles, numbers, dates, notes of adoption, the addressee."""
    i = start
    while i < end and i - start < 14:
        row = lines[i]
        if row.mark and not row.mark.reference and not date_line(row.text) and not head_line(row.text):
            break
        if row.heading and i > start or _CONTENTS.fullmatch(row.text):
            break
        if addressee(row.text):
            i += 1
            break
        if not (title_like(row.text) or head_line(row.text)):
            break
        i += 1
    if i == end and i > start + 1 and start == 0 and end == len(lines):
        i = start + 1
        while i < end - 1 and head_line(lines[i].text):
            i += 1
    return i


def contents(lines: list[Row], start: int, end: int) -> tuple[int, int] | None:
    """The row span of a table of contents: its entries stand again below it."""
    titled = next((i for i in range(start, min(end, start + 40)) if _CONTENTS.fullmatch(lines[i].text)), None)
    if titled is not None:
        return _repeated(lines, titled, titled + 1, end) or _listed(lines, titled, end)
    first = next((i for i in range(start, min(end, start + 40)) if (m := lines[i].mark) and m.kind in UNITS), None)
    return _repeated(lines, first, first, end) if first is not None else None


def _entry(text: str) -> str:
    return fold(_LEADER.sub("", text))


def _repeated(lines: list[Row], at: int, first: int, end: int) -> tuple[int, int] | None:
    if first >= end:
        return None
    wanted = _entry(lines[first].text)
    for j in range(first + 1, min(end, first + 400)):
        if wanted and _entry(lines[j].text) == wanted and j - first >= 2:
            return at, j
        text = lines[j].text
        if stops(_LEADER.sub("", text)) or len(text) > 80:
            return None
    return None


def _listed(lines: list[Row], at: int, end: int) -> tuple[int, int] | None:
    j = at + 1
    while j < end and (m := lines[j].mark) and (m.kind in UNITS or _LEADER.search(lines[j].text)[0].strip()):
        j += 1
    return (at, j) if j > at + 1 else None


def subheads(lines: list[Row], free: list[int]) -> set[int]:
    """Rows that head the prose below them: short, no end of sentence (or a dash), prose or another subhead next."""
    flagged = {i for i in free if lines[i].heading}
    out = set(flagged)
    for pos in range(len(free) - 2, -1, -1):
        i, after = free[pos], free[pos + 1]
        text = lines[i].text
        dash = text.endswith(("——", "--", "──")) and len(text) <= 40
        plain = len(text) <= 40 and title_like(text)
        prose = len(lines[after].text) >= 4 and stops(lines[after].text)
        if dash or plain and (prose or after in out):
            out.add(i)
    if len(out - flagged) * 2 > len(free):
        return flagged
    return out
