"""Text -> the tree of its provisions. Whatever the text, the nodes' own words joined are the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assistant.chinese import CJK, numeral
from assistant.structure.marks import UNITS, named_title, stops, title_like
from assistant.structure.nodes import NO_HINTS, Division, Hints
from assistant.structure.outline import Item, Outline, candidates, only_lists
from assistant.structure.tree import Tree
from assistant.structure.zones import Row, annexes, contents, head, notes, rows, signatures, subheads

_LABEL_HEADING = re.compile(r"[\s]*[【（(［\[〔]([^】）)］\]〕]{1,30})[】）)］\]〕]\s*")
_SENTENCE_END = re.compile(rf"[。；;！？]|(?<=[{CJK}”）)])[.．](?=[{CJK}“（(]|$)")
_SPACE = " \t\u3000\u00a0"


@dataclass
class _Part:
    """One run of rows with numbering of its own: the main text or one annex. ``prose``: what has no number is a lead-in."""

    start: int
    end: int
    prefix: str = ""
    shown: str = ""
    owner: int = -1
    prose: bool = False
    lists: list[tuple[int, int]] = field(default_factory=list)


def divide(text: str, *, unit: str = "段", hints: Hints = NO_HINTS) -> Division:
    """The provisions of a cleaned text as a tree in the order of the text.

    ``unit`` is the word for a paragraph that has no number ("段"; digests say "要点"). ``hints`` is what cleaning
    knows of the markup (``Piece.hints``). ``"".join(node.own for node in nodes) == text`` always; breaks of the
    numbering are told in ``warnings``. Never raises.
    """
    if not text:
        return Division()
    return _Divider(text, unit, hints).division()


class _Divider:
    def __init__(self, text: str, unit: str, hints: Hints):
        self.unit = unit
        self.lines = rows(text, frozenset(hints.headings))
        self.tree = Tree(text, hints)
        self.paragraphs = 0
        self.subheads = 0

    def division(self) -> Division:
        if not self.lines:
            self.tree.add(0, "段", f"{self.unit}1", f"{self.unit}1")
            return self.tree.division()
        starts, lists = annexes(self.lines)
        bounds = [a.row for a in starts] + [len(self.lines)]
        numbered = any(row.mark and row.mark.kind in ("条", "一", "章") for a in starts[:1] for row in self.lines[a.row:])
        issued = self._part(_Part(0, bounds[0], lists=lists, prose=numbered)) == 0 and len(starts) == 1
        for annex, end in zip(starts, bounds[1:]):
            first = self.lines[annex.row]
            owner = self.tree.add(first.start, "附件", annex.label, annex.label, heading=annex.heading)
            # A notice without numbers of its own that issues one annex: the annex is what people cite.
            label = "" if issued else self.tree[owner].path_id + "."
            self._part(_Part(annex.row + 1, end, label, "" if issued else annex.label, owner, lists))
        return self.tree.division()

    def _part(self, part: _Part) -> int:
        """Blocks first, then the numbers between them, then paragraphs where there are no numbers. How many numbers count."""
        if part.start >= part.end:
            return 0
        blocks: list[tuple[int, int, str]] = []
        lines = self.lines
        skip = {i for a, b in part.lists for i in range(a, b)}
        blocks.extend((a, b, "附件") for a, b in part.lists if part.start <= a < part.end)
        at = part.start
        if part.owner < 0:
            at = head(lines, part.start, part.end)
            if at > part.start:
                blocks.append((part.start, at, "题头"))
        table = contents(lines, part.start, part.end)
        if table and table[0] >= part.start:
            if at > table[0]:
                blocks = [(a, min(b, table[0]), k) if k == "题头" else (a, b, k) for a, b, k in blocks if a < table[0] or k != "题头"]
            blocks.append((*table, "目录"))
            at = max(at, table[1])
            skip.update(range(*table))
        for a, b in signatures(lines[:part.end], at):
            blocks.append((a, b, "落款"))
            skip.update(range(a, b))
            again = head(lines, b, part.end)
            if again > b and b < part.end and not lines[b].mark:
                blocks.append((b, again, "题头"))
                skip.update(range(b, again))
        tail = notes(lines, at, part.end)
        if tail < part.end and not any(a <= tail < b for a, b, _ in blocks):
            blocks.append((tail, part.end, "落款"))
            skip.update(range(tail, part.end))
        skip.update(i for a, b, k in blocks if k == "题头" for i in range(a, b))
        found = candidates(lines, part.start, part.end, skip)
        resets = {a for a, _, kind in blocks if kind in ("落款", "题头", "目录")}
        warned = len(self.tree.warnings)
        items = Outline(lines, found, self.tree.warnings, resets).build()
        if only_lists(items, lines, part.start, part.end, skip):
            del self.tree.warnings[warned:]
            items = []
        sections = self._sections(part, items, skip)
        if sections:
            del self.tree.warnings[warned:]
            items = Outline(lines, found, self.tree.warnings, resets | sections).build()
        titles = [] if sections else self._titles(part, items, skip)
        if titles:
            blocks.extend((a, b, "题头") for a, b in titles)
            skip.update(i for a, b in titles for i in range(a, b))
        blocks.sort()
        if items or part.prose:
            self._numbered(part, items, blocks, sections)
        else:
            self._plain(part, blocks)
        return len(items)

    def _sections(self, part: _Part, items: list[Item], skip: set[int]) -> set[int]:
        """Unnumbered headings above numbers that begin again below each of them."""
        lines = self.lines
        top = [item for item in items if item.parent < 0 and not item.at]
        ones = [n for n, item in enumerate(top) if item.mark.value == 1 and item.mark.kind in ("一", "（一）", "1") and item.mark.kind == top[0].mark.kind]
        if len(ones) < 2:
            return set()
        out: set[int] = set()
        for n in ones:
            floor = top[n - 1].row + 1 if n else part.start
            near = [k for k in range(top[n].row - 1, floor - 1, -1) if k not in skip and self._section_head(k)]
            if near:
                out.add(near[0])
            elif n != ones[0]:
                return set()
        return out if len(out) >= 2 else set()

    def _section_head(self, k: int) -> bool:
        row = self.lines[k]
        return (row.heading or title_like(row.text) and len(row.text) <= 30 and not re.search(r"[，,。；：、:]", row.text)) and not row.mark \
            and not named_title(row.text) and k > 0 and (stops(self.lines[k - 1].text) or title_like(self.lines[k - 1].text))

    def _titles(self, part: _Part, items: list[Item], skip: set[int]) -> list[tuple[int, int]]:
        """Titles that stand inside the text: before the first number, or where numbering begins again."""
        lines, out = self.lines, []
        top = [n for n, item in enumerate(items) if item.parent < 0 or items[item.parent].mark.kind in UNITS]
        for order, n in enumerate(top):
            item = items[n]
            if item.mark.value != 1 or item.mark.kind not in ("一", "条", "章", "编", "篇") or item.at:
                continue
            if order and items[top[order - 1]].mark.kind in UNITS and item.mark.kind == "条":
                continue
            floor = items[n - 1].row + 1 if n else part.start
            b = item.row
            reach = b - 1 if order == 0 else max(floor, b - 6)
            for k in range(b - 1, max(floor, reach) - 1, -1):
                if k in skip:
                    break
                row = lines[k]
                if title_like(row.text) and not row.mark and len(row.text) >= 4 and (k == part.start or stops(lines[k - 1].text) or order):
                    a = k
                    while a - 1 >= floor and a - 1 not in skip and title_like(lines[a - 1].text) and not lines[a - 1].mark and k - a < 3:
                        a -= 1
                    if part.owner < 0 or a > part.start:
                        out.append((a, k + 1))
                    break
        first = items[0].row if items else part.start
        for k in range(part.start, first):
            row = lines[k]
            if k not in skip and named_title(row.text) and not row.mark and not any(a <= k < b for a, b in out) and part.owner < 0:
                out.append((k, k + 1))
        return out

    def _heading(self, row: Row, begin: int, stop: int, following: bool) -> str:
        """The words of a heading that begins at ``begin`` in the row's text; "" where the row is only text."""
        body = row.text[begin:stop].strip(_SPACE)
        if not body:
            return ""
        cut = _SENTENCE_END.search(body)
        if not cut:
            return body.rstrip("：:，, ") if len(body) <= 60 else ""
        alone = cut.end() == len(body)
        if cut[0] in "。.．" and cut.start() <= 40 and (not alone or following and cut.start() <= 20 and not re.search(r"\d", body)):
            return body[:cut.start()]
        return ""

    def _block(self, a: int, kind: str, part: _Part) -> int:
        row = self.lines[a]
        if kind == "附件":
            return self.tree.add(row.start, "附件", part.prefix + "附件说明", part.shown + "附件说明", kind="附件说明")
        heading = row.text if kind == "题头" else ""
        return self.tree.add(row.start, kind, part.prefix + kind, part.shown + kind, heading=heading, parent=part.owner)

    def _numbered(self, part: _Part, items: list[Item], blocks: list[tuple[int, int, str]], sections: set[int]) -> None:
        lines = self.lines
        runs_on = {item.mark.kind for item in items if item.runs_on}
        by_row: dict[int, list[int]] = {}
        for n, item in enumerate(items):
            by_row.setdefault(item.row, []).append(n)
        starts = {a: (b, kind) for a, b, kind in blocks}
        made: dict[int, int] = {}
        article, several, clause, lead, i = -1, False, 0, False, part.start
        current = part.owner
        sub = -1
        while i < part.end:
            row = lines[i]
            if i in starts:
                b, kind = starts[i]
                current = self._block(i, kind, part)
                article, lead, sub = -1, False, -1 if kind in ("题头", "落款", "目录") else sub
                i = max(b, i + 1)
                continue
            here = by_row.get(i, ())
            if not here:
                if i in sections:
                    article = -1
                if article >= 0:
                    if several and not row.text.startswith("|"):
                        clause += 1
                        self._clause(article, row.start, clause)
                elif (row.heading or i in sections) and not row.mark:
                    self.subheads += 1
                    sub = current = self.tree.add(row.start, "小标题", f"{part.prefix}标题{self.subheads}", row.text, heading=row.text, parent=part.owner)
                    lead = True
                elif not lead and (current == part.owner or self.tree[current].level in ("题头", "落款", "目录") or self.tree[current].kind == "附件说明"):
                    if part.owner < 0 or current != part.owner or len(self.tree) > part.owner + 1 or stops(row.text):
                        current = self.tree.add(row.start, "导语", part.prefix + "导语", part.shown + "导语", parent=part.owner)
                        lead = True
            for n in here:
                item = items[n]
                lead = False
                stop = items[n + 1].at if n + 1 < len(items) and items[n + 1].row == i else len(row.text)
                if item.mark.kind == "条":
                    article, several, clause = self._article(part, items, n, made, blocks, sub, stop)
                elif item.mark.kind in UNITS:
                    article = -1
                    self._unit(part, items, n, made, row, stop)
                elif article >= 0 and self._inside(items, n):
                    self._article_item(items, n, made, article, several)
                else:
                    article = -1
                    self._item(part, items, n, made, runs_on, sub, stop)
                current = made[n]
            i += 1
        if self.tree and part.owner < 0 and self.tree[0].start > 0 and self.tree[0].start == lines[0].start:
            self.tree[0].start = 0

    def _inside(self, items: list[Item], n: int) -> bool:
        while n >= 0:
            if items[n].mark.kind == "条":
                return True
            n = items[n].parent
        return False

    def _parent(self, items: list[Item], n: int, made: dict[int, int], default: int) -> int:
        return made[items[n].parent] if items[n].parent >= 0 else default

    def _unit(self, part: _Part, items: list[Item], n: int, made: dict[int, int], row: Row, stop: int) -> None:
        item = items[n]
        parent = self._parent(items, n, made, part.owner)
        over = item.parent >= 0
        base = self.tree[parent].path_id + "." if over else part.prefix
        shown = self.tree[parent].path if over else part.shown
        level = {"部分": "编", "篇": "编", "分编": "编"}.get(item.mark.kind, item.mark.kind)
        made[n] = self.tree.add(row.start, level, base + item.mark.label, shown + item.mark.label, kind=item.mark.kind,
                            heading=row.text[item.mark.end:stop].strip(_SPACE), parent=parent)

    def _article(self, part: _Part, items: list[Item], n: int, made: dict[int, int], blocks, sub: int, stop: int) -> tuple[int, bool, int]:
        """Add an article; tell whether it has several paragraphs, and how many were added with its first row."""
        lines, item = self.lines, items[n]
        row = lines[item.row]
        body_at = item.mark.end
        heading = ""
        if m := _LABEL_HEADING.match(row.text, item.mark.end):
            rest = row.text[m.end():]
            if not re.match(r"[项款目、，至和或]", rest) and not re.fullmatch(r"[一二三四五六七八九十]{1,3}|\d{1,2}", m[1]):
                heading, body_at = m[1].strip(), m.end()
        rest = row.text[body_at:stop]
        body_at += len(rest) - len(rest.lstrip(_SPACE))
        first = bool(row.text[body_at:stop].strip())
        upto = part.end
        for k in range(n + 1, len(items)):
            if items[k].mark.kind == "条" or items[k].mark.kind in UNITS or not self._inside(items, k):
                upto = items[k].row
                break
        upto = min([upto, *(a for a, _, _ in blocks if a > item.row)])
        numbered = {items[j].row for j in range(n + 1, k + 1 if n + 1 < len(items) else n + 1)}
        loose = [k for k in range(item.row + 1, upto) if k not in numbered and not lines[k].text.startswith("|")]
        several = len(loose) + first > 1
        if not first and loose and not heading and len(lines[loose[0]].text) <= 30 and title_like(lines[loose[0]].text) and len(loose) > 1:
            heading = lines[loose[0]].text
        parent = self._parent(items, n, made, sub if sub >= 0 else part.owner)
        made[n] = self.tree.add(row.place(item.at), "条", part.prefix + item.mark.label, part.shown + item.mark.label, kind="条", heading=heading, parent=parent)
        if several and first:
            self._clause(made[n], row.place(body_at), 1)
        return made[n], several, int(several and first)

    def _clause(self, article: int, start: int, count: int) -> None:
        over = self.tree[article]
        self.tree.add(start, "款", f"{over.path_id}.{count}", f"{over.path}第{numeral(count) if count < 10000 else count}款", kind="款", parent=article)

    def _article_item(self, items: list[Item], n: int, made: dict[int, int], article: int, several: bool) -> None:
        item = items[n]
        parent = made[items[n].parent]
        top = parent == article
        if top and several:
            parent = max((k for k in range(article + 1, len(self.tree)) if self.tree[k].kind == "款" and self.tree[k].parent == article),
                         default=article)
        over = self.tree[parent]
        word = "项" if top else "目"
        label = item.mark.label
        made[n] = self.tree.add(self.lines[item.row].place(item.at), word, f"{over.path_id}.{label}", f"{over.path}第{label}{word}",
                            kind=item.mark.kind, parent=parent)

    def _item(self, part: _Part, items: list[Item], n: int, made: dict[int, int], runs_on: set[str], sub: int, stop: int) -> None:
        item = items[n]
        row = self.lines[item.row]
        default = sub if sub >= 0 else part.owner
        parent = self._parent(items, n, made, default)
        label, kind = item.mark.label, item.mark.kind
        if item.parent >= 0:
            over = self.tree[parent]
            path_id = f"{over.path_id}.{label}"
            path = over.path + ("、" if over.kind in ("一", "1") and items[item.parent].parent < 0 else "") + label
        elif sub >= 0:
            over = self.tree[sub]
            path_id, path = f"{over.path_id}.{label}", f"{over.path} {label}"
        else:
            path_id, path = part.prefix + label, f"{part.shown} {label}".strip()
        level = {"①": "（1）"}.get(kind, kind)
        if kind in runs_on and (item.parent < 0 or items[item.parent].mark.kind == "一"):
            level = "条"
        following = n + 1 < len(items) and items[n + 1].parent == n or item.row + 1 < part.end and not self.lines[item.row + 1].mark
        made[n] = self.tree.add(row.place(item.at), level, path_id, path, kind=kind,
                            heading=self._heading(row, item.mark.end, stop, following), parent=parent)

    def _plain(self, part: _Part, blocks: list[tuple[int, int, str]]) -> None:
        """Text without numbers: paragraphs, under subheads where there are any."""
        lines = self.lines
        starts = {a: (b, kind) for a, b, kind in blocks}
        inside = {i for a, b, _ in blocks for i in range(a, b)}
        free = [i for i in range(part.start, part.end) if i not in inside]
        if part.owner >= 0 and len(free) < 3:
            free = []
        heads = subheads(lines, free)
        sub, i = part.owner, part.start
        listing = False
        while i < part.end:
            row = lines[i]
            if listing and row.mark and i not in starts:
                i += 1
                continue
            listing = i not in heads and row.text[-1] in "：:" and not row.mark
            if i in starts:
                listing = False
                self._block(i, starts[i][1], part)
                i = max(starts[i][0], i + 1)
                continue
            if i in heads:
                self.subheads += 1
                sub = self.tree.add(row.start, "小标题", f"{part.prefix}标题{self.subheads}", row.text.strip("—-─ ") or row.text,
                                heading=row.text.strip("—-─ "), parent=part.owner)
            elif part.owner < 0 or free and (i > part.start or stops(row.text)):
                self.paragraphs += 1
                name = f"{self.unit}{self.paragraphs}"
                self.tree.add(row.start, "段", part.prefix + name, part.shown + name, kind="段", parent=sub)
            i += 1
