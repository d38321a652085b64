"""Which of the leading numbers are provisions, and what stands under what.

A number counts when it goes on from the one before it (or begins a sequence that goes on); the order of levels is
taken from the document, the usual order decides only where the document leaves it open.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from assistant.chinese import NUMERAL
from assistant.structure.marks import RANK, UNITS, Mark, label, mark, stops, title_like
from assistant.structure.zones import Row

_INLINE = re.compile(rf"(?<=[；;。：:，,])[ \t\u3000]*(?:([（(])([{NUMERAL}]{{1,3}}|\d{{1,2}})[）)]|(\d{{1,2}})[.．、](?!\d)|([①-⑳]))")
_JOINED = re.compile(rf"(?<=[。；：:！？”）)…])[ \t\u3000\u00a0]*(第[{NUMERAL}\d]{{1,8}}条(?:之[{NUMERAL}]{{1,2}})?[ \t\u3000\u00a0])")
_HEADED = re.compile(rf"(?<=[\u4e00-\u9fff])([（(])一[）)](?!项|款|目)")


@dataclass(slots=True)
class Item:
    """A number that counts: in which row and where in it, under which item (-1: none), whether it runs on across headings."""

    row: int
    at: int
    mark: Mark
    parent: int = -1
    runs_on: bool = False


def candidates(lines: list[Row], start: int, end: int, skip: set[int]) -> list[tuple[int, int, Mark]]:
    """Leading numbers of the rows, and the numbers of clean enumerations inside numbered rows."""
    numbered = any(lines[i].mark and RANK[lines[i].mark.kind] <= RANK["一"] for i in range(start, end))
    out = []
    for i in range(start, end):
        if i in skip:
            continue
        row = lines[i]
        if row.mark:
            out.append((i, 0, row.mark))
        if numbered and len(row.text) > 6:
            out.extend((i, at, found) for at, found in _enumeration(row))
    return out


def _enumeration(row: Row) -> list[tuple[int, Mark]]:
    """The numbers inside one row: articles run together in one line, and the clean enumeration of each of them."""
    text = row.text
    joined = [(m.start(1), found) for m in _JOINED.finditer(text) if (found := mark(text[m.start(1):m.start(1) + 40])) and found.sure]
    joined = [(at, Mark(m.kind, m.value, m.extra, at + m.end, m.label)) for at, m in joined]
    out, lead, at = list(joined), row.mark, 0
    if any(c in text for c in "（(.．、①"):
        for stop, following in [*joined, (len(text), None)]:
            out.extend(_clean_run(text, lead, at, stop))
            lead, at = following, stop
    return sorted(out, key=lambda pair: pair[0])


def _clean_run(text: str, lead: Mark | None, start: int, stop: int) -> list[tuple[int, Mark]]:
    """The numbers of one kind that follow one another from 1 (or from the leading number), each behind a stop; [] if not clean."""
    runs: dict[str, list[tuple[int, Mark]]] = {}
    broken: set[str] = set()
    begin = lead.end if lead else start
    if lead and lead.kind == "一" and (m := _HEADED.search(text, begin, min(stop, begin + 24))) and title_like(text[begin:m.start()]):
        runs["（一）"] = [(m.start(), Mark("（一）", 1, 0, m.end(), label("（一）", 1)))]
    first = begin + len(text[begin:begin + 8]) - len(text[begin:begin + 8].lstrip())
    if lead and first < stop and (found := mark(text[first:first + 40])) and found.value == 1 and found.kind != lead.kind and not found.extra:
        runs[found.kind] = [(first, Mark(found.kind, 1, 0, first + found.end, found.label))]
    for m in _INLINE.finditer(text, begin, stop):
        at = m.start() + len(m[0]) - len(m[0].lstrip())
        found = mark(text[at:at + 40])
        if not found:
            continue
        kind = found.kind
        last = runs[kind][-1][1].value if kind in runs else (lead.value if lead and lead.kind == kind else 0)
        if found.value != last + 1 or (kind == "1" and text[m.start() - 1] in "，,"):
            broken.add(kind)
            continue
        runs.setdefault(kind, []).append((at, Mark(kind, found.value, 0, at + found.end, found.label)))
    for kind, run in sorted(runs.items(), key=lambda pair: pair[1][0][0]):
        goes_on = lead is not None and lead.kind == kind
        if kind not in broken and (goes_on or len(run) > 1 or lead and lead.kind == "一"):
            return run
    return []


def articles(lines: list[Row], found: list[tuple[int, int, Mark]], warnings: list[str]) -> set[int]:
    """Which candidates (by their place in ``found``) are articles. The number must go on; a line of text that begins
    with a reference to an article does not count."""
    picks = [k for k, (_, at, m) in enumerate(found) if m.kind == "条"]
    places: dict[tuple[int, int], list[int]] = {}
    for n, k in enumerate(picks):
        m = found[k][2]
        if m.sure:
            places.setdefault((m.value, m.extra), []).append(n)

    def later(key: tuple[int, int], n: int) -> bool:
        where = places.get(key, ())
        return bisect_right(where, n) < len(where)

    def restarts_before(n: int, key: tuple[int, int]) -> bool:
        """Between here and the next ``key`` the articles begin anew, so that it belongs to another text."""
        where = places.get(key, [])
        nxt = where[bisect_right(where, n)] if bisect_right(where, n) < len(where) else None
        ones = places.get((1, 0), [])
        one = ones[bisect_right(ones, n)] if bisect_right(ones, n) < len(ones) else None
        return nxt is not None and one is not None and one < nxt

    out: set[int] = set()
    before: tuple[int, int] | None = None
    for n, k in enumerate(picks):
        row, at, m = found[k]
        key = (m.value, m.extra)
        if at and (before is None or not _next(before, key)):
            continue
        clear = at > 0 or row == 0 or stops(lines[row - 1].text) or title_like(lines[row - 1].text) or lines[row - 1].heading
        following = found[picks[n + 1]][2] if n + 1 < len(picks) else None
        goes_on = following is not None and _next(key, (following.value, following.extra))
        if before is None:
            ok = key == (1, 0) and not m.reference or m.sure and clear and not later((1, 0), n) or goes_on and clear and not m.reference
            if ok and key != (1, 0):
                warnings.append(f"条文从{m.label}开始，前面的条文不在文中。")
        elif _next(before, key):
            repeat = later(key, n) and not restarts_before(n, key)
            ok = not repeat if m.reference or not m.sure else clear or not repeat
            ok = ok and (not m.reference or clear)
        elif key == (1, 0):
            ok = m.sure and clear and (following is None or following.value == 2)
        elif key > before:
            wanted = (before[0] + 1, 0)
            ok = clear and not m.reference and (m.sure or goes_on) and (not later(wanted, n) or restarts_before(n, wanted))
            if ok:
                warnings.append(f"条号不连续：{label('条', *before)}之后是{m.label}。")
        else:
            ok = m.sure and clear and following is not None and following.sure and (
                key == before and goes_on or (following.value, following.extra) == (before[0] + 2, 0))
            if ok:
                warnings.append(f"条号有误：{label('条', *before)}之后又是{m.label}。")
        if ok:
            out.add(k)
            before = key if key > (before or (0, 0)) or key == (1, 0) else (before[0] + (key != before), before[1]) if before else key
    return out


def _next(before: tuple[int, int], key: tuple[int, int]) -> bool:
    return key == (before[0] + 1, 0) or key == (before[0], before[1] + 1)


class Outline:
    """Picks the numbers of one part of a document that count and hangs them under one another."""

    def __init__(self, lines: list[Row], found: list[tuple[int, int, Mark]], warnings: list[str], resets: set[int]):
        self.lines, self.found, self.warnings, self.resets = lines, found, warnings, sorted(resets)
        self.items: list[Item] = []
        self.stack: list[int] = []
        self.closed: dict[str, int] = {}
        self.units: dict[str, int] = {}
        self.nested: set[tuple[str, str]] = set()
        self.places: dict[tuple[str, int], list[int]] = {}
        for k, (_, _, m) in enumerate(found):
            self.places.setdefault((m.kind, m.value), []).append(k)

    def build(self) -> list[Item]:
        chosen = articles(self.lines, self.found, self.warnings)
        reset = 0
        for k, (row, at, m) in enumerate(self.found):
            while reset < len(self.resets) and self.resets[reset] <= row:
                self.stack.clear()
                self.closed.clear()
                self.units.clear()
                reset += 1
            if m.kind == "条":
                if k in chosen:
                    self._article(k)
            elif m.kind in UNITS:
                self._unit(k)
            else:
                self._number(k)
        return self.items

    def _follows(self, kind: str, value: int, k: int) -> bool:
        where = self.places.get((kind, value), ())
        return bisect_right(where, k) < len(where)

    def _begins(self, kind: str, k: int) -> bool:
        """A sequence begins here: its second number follows, or (one missing) its third."""
        return self._follows(kind, 2, k) or self._follows(kind, 3, k)

    def _push(self, k: int, runs_on: bool = False) -> None:
        row, at, m = self.found[k]
        self.items.append(Item(row, at, m, self.stack[-1] if self.stack else -1, runs_on))
        self.stack.append(len(self.items) - 1)

    def _pop(self, depth: int) -> None:
        for index in self.stack[depth:]:
            m = self.items[index].mark
            self.closed[m.kind] = m.value
        del self.stack[depth:]

    def _depth(self, rank: int) -> int:
        """How many of the open items stand above a rank, counted from the top."""
        depth = 0
        while depth < len(self.stack) and RANK[self.items[self.stack[depth]].mark.kind] < rank:
            depth += 1
        return depth

    def _unit(self, k: int) -> None:
        m = self.found[k][2]
        last = self.units.get(m.kind, 0)
        if not m.sure and m.value not in (1, last + 1):
            return
        self._pop(self._depth(RANK[m.kind]))
        if last and m.value not in (1, last + 1):
            self.warnings.append(f"{m.kind}号不连续：{label(m.kind, last)}之后是{m.label}。")
        for kind in UNITS:
            if UNITS[kind] > UNITS[m.kind] and kind != "章":
                self.units.pop(kind, None)
        self.units[m.kind] = m.value
        self._push(k)

    def _article(self, k: int) -> None:
        depth = 0
        for depth, index in enumerate(self.stack):
            item = self.items[index]
            heads = item.mark.kind in UNITS or item.mark.kind == "一" and not stops(self.lines[item.row].text)
            if not heads:
                break
        else:
            depth = len(self.stack)
        self._pop(depth)
        self._push(k)

    def _number(self, k: int) -> None:
        row, at, m = self.found[k]
        kind, value = m.kind, m.value
        open_at = next((d for d in range(len(self.stack) - 1, -1, -1) if self.items[self.stack[d]].mark.kind == kind), None)
        if open_at is not None:
            last = self.items[self.stack[open_at]].mark.value
            if value == last + 1:
                self._pop(open_at)
                self._push(k)
            elif value == 1:
                if kind == "一" or self._begins(kind, k):
                    self._pop(open_at)
                    self._push(k)
            elif last < value <= last + (9 if kind in ("一", "（一）") else 3) and not self._follows(kind, last + 1, k):
                self._gap(last, m)
                self._pop(open_at)
                self._push(k)
            elif value == last and self._follows(kind, value + 1, k) and row and stops(self.lines[row - 1].text):
                self.warnings.append(f"序号重复：{m.label}出现两次。")
                self._pop(open_at)
                self._push(k)
            return
        if value == 1:
            if not (kind == "一" or self._begins(kind, k)):
                return
            self._pop(self._under(k))
            self._push(k)
        elif value == self.closed.get(kind, -1) + 1:
            self._pop(min(self._depth(RANK[kind]), len(self.stack)))
            self._push(k, runs_on=True)
        elif self._follows(kind, value + 1, k) or kind == "一" and not self.items:
            article = any(self.items[i].mark.kind == "条" for i in self.stack)
            if article or not (row == 0 or stops(self.lines[row - 1].text) or title_like(self.lines[row - 1].text)):
                return
            if self.closed.get(kind, 0) < value:
                self._gap(self.closed.get(kind, 0), m)
                self._pop(self._depth(RANK[kind]))
                self._push(k, runs_on=kind in self.closed)

    def _under(self, k: int) -> int:
        """Where a sequence that begins here hangs: as deep as the open items allow."""
        m = self.found[k][2]
        depth = len(self.stack)
        while depth:
            top = self.items[self.stack[depth - 1]].mark
            if top.kind in UNITS or top.kind == "条" or RANK[top.kind] < RANK[m.kind]:
                return depth
            if (top.kind, m.kind) in self.nested or self._goes_on(top, m, k):
                self.nested.add((top.kind, m.kind))
                return depth
            depth -= 1
        return depth

    def _goes_on(self, top: Mark, m: Mark, k: int) -> bool:
        """The open sequence of a lower rank goes on behind the one that begins here, which therefore stands in it."""
        where = self.places.get((top.kind, top.value + 1), ())
        n = bisect_right(where, k)
        if n == len(where):
            return False
        ones = self.places.get((top.kind, 1), ())
        one = bisect_right(ones, k)
        return one == len(ones) or ones[one] > where[n]

    def _gap(self, last: int, m: Mark) -> None:
        if last:
            self.warnings.append(f"序号不连续：{label(m.kind, last)}之后是{m.label}。")
        else:
            self.warnings.append(f"序号从{m.label}开始，前面的不在文中。")


def only_lists(items: list[Item], lines: list[Row], start: int, end: int, skip: set[int]) -> bool:
    """The only numbers are short lists inside prose, which is better addressed by its paragraphs."""
    if any(item.mark.kind in (*UNITS, "条", "一") for item in items):
        return False
    numbered = {item.row for item in items}
    free = [i for i in range(start, end) if i not in skip]
    if not items or len(free) < 4:
        return False
    adjacent = all(i - 1 in numbered or lines[i].mark.value == 1 for i in numbered if lines[i].mark)
    return adjacent and 2 * len(numbered) < len(free)
