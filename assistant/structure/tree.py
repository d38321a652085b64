"""Nodes in the making: unique ids, parents, and the spans that make the nodes' own words cover the text."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.structure.nodes import Division, Hints, Node

_LONG = 1500
"""Characters of own words above which the paragraphs of a section become addressable by themselves."""
_BLOCKS = ("题头", "导语", "落款", "目录")


@dataclass(slots=True)
class Draft:
    """A node in the making. ``kind`` is a mark's kind, or the level of a block."""

    start: int
    path_id: str
    path: str
    level: str
    kind: str
    heading: str = ""
    parent: int = -1


class Tree:
    """Collects drafts in any order; ``division`` sorts them by place and closes every gap."""

    def __init__(self, text: str, hints: Hints):
        self.text, self.hints = text, hints
        self.drafts: list[Draft] = []
        self.warnings: list[str] = []
        self._used: dict[str, int] = {}

    def __getitem__(self, index: int) -> Draft:
        return self.drafts[index]

    def __len__(self) -> int:
        return len(self.drafts)

    def add(self, start: int, level: str, path_id: str, path: str, *, kind: str = "", heading: str = "", parent: int = -1) -> int:
        """A new draft's index. A path that stands already gets ~2 and, unless it is a block, a warning."""
        count = self._used[path_id] = self._used.get(path_id, 0) + 1
        if count > 1:
            while f"{path_id}~{count}" in self._used:
                count += 1
            if level not in _BLOCKS:
                self.warnings.append(f"“{path}”出现不止一次，第{count}处记为“{path_id}~{count}”。")
            path_id = f"{path_id}~{count}"
            self._used[path_id] = 1
        self.drafts.append(Draft(start, path_id, path, level, kind or level, heading, parent))
        return len(self.drafts) - 1

    def division(self) -> Division:
        self._paragraphs()
        drafts = self.drafts
        order = sorted(range(len(drafts)), key=lambda k: drafts[k].start)
        place = {k: n for n, k in enumerate(order)}
        drafts[order[0]].start = 0
        starts = [drafts[k].start for k in order] + [len(self.text)]
        parents = [place[drafts[k].parent] if drafts[k].parent >= 0 else -1 for k in order]
        last = list(range(len(order)))
        for n in range(len(order) - 1, -1, -1):
            if parents[n] >= 0:
                last[parents[n]] = max(last[parents[n]], last[n])
        verified = [""] * len(order)
        for at, value in self.hints.verified:
            n = max((k for k in range(len(order)) if starts[k] < at), default=0)
            while parents[n] >= 0 and drafts[order[parents[n]]].kind == "条":
                n = parents[n]
            for k in range(n, last[n] + 1):
                verified[k] = value
        nodes = tuple(
            Node(d.path_id, d.path, d.level, d.heading, self.text[starts[n]:starts[n + 1]], starts[n], starts[n + 1], starts[last[n] + 1],
                 parents[n], n, last[n], verified[n])
            for n, d in enumerate(drafts[k] for k in order))
        return Division(nodes, tuple(self.warnings))

    def _paragraphs(self) -> None:
        """Give the paragraphs of very long sections nodes of their own, so that a citation can be opened where it stands."""
        order = sorted(range(len(self.drafts)), key=lambda k: self.drafts[k].start)
        ends = [self.drafts[k].start for k in order[1:]] + [len(self.text)]
        for k, end in zip(order, ends):
            draft = self.drafts[k]
            if end - draft.start <= _LONG or draft.kind not in ("一", "（一）", "1", "（1）", "导语", "附件", "小标题"):
                continue
            lines, at = [], draft.start
            while at < end:
                stop = self.text.find("\n", at, end) + 1 or end
                if self.text[at:stop].strip():
                    lines.append(at)
                at = stop
            if len(lines) < 4:
                continue
            headed = draft.kind != "导语" and lines[1] - lines[0] <= 60
            for count, at in enumerate(lines[1:], 1 if headed else 2):
                self.add(at, "段", f"{draft.path_id}.段{count}", f"{draft.path}第{count}段", kind="段", parent=k)
