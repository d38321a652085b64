"""Which document versions an asker may see and which are in force on a day. Pure: rows in, rows out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np

from assistant.chinese import fold
from assistant.types import Asker, Document


@dataclass(frozen=True)
class Entry:
    """A current version: its row, the document, how many 条 and provisions it has, the range of its passages' rowids."""

    row: int
    document: Document
    articles: int = 0
    provisions: int = 0
    first: int = 0
    last: int = -1


def start(document: Document) -> str:
    """The day a version counts from, ISO; "" when neither effect nor issue is known."""
    day = document.effective or document.issued
    return day.isoformat() if day else ""


_INNER = re.compile(r"印发.*?《(.+)》")
_TAIL = re.compile(r"\((?:\d{4}|试行|修订|修正|暂行)[^()]*\)$")


@lru_cache(maxsize=65536)
def title_key(title: str) -> str:
    """Two titles are the same when their keys are: 《》, spaces, 印发…的通知, 中华人民共和国 and a year at the end left out.

    >>> title_key("某办关于印发《甲方案》的通知"), title_key("《中华人民共和国公务员法》（2018年修订）")
    ('甲方案', '公务员法')
    """
    m = _INNER.search(title)
    key = fold(m[1] if m else title).replace("《", "").replace("》", "")
    return _TAIL.sub("", key).removeprefix("中华人民共和国")


def same(digest: Document, original: Document) -> bool:
    """Whether a digest restates this original: one id, or one title with nothing else against it."""
    if digest.id == original.id:
        return True
    if title_key(digest.title) != title_key(original.title) or digest.number and original.number:
        return False
    a, b = digest.region, original.region
    return not a or not b or a.endswith(b) or b.endswith(a) or a.startswith(b) or b.startswith(a)


class Catalogue:
    """All current versions at one generation of the store."""

    def __init__(self, entries: Iterable[Entry]):
        self.entries = tuple(entries)
        held = sorted((e.first, e.last, e.row) for e in self.entries if e.last >= e.first)
        self._firsts, self._lasts, self._rows = np.array(held, np.int64).reshape(-1, 3).T
        self._seen: dict[object, tuple[Entry, ...]] = {}
        self._groups: dict[object, dict[str, tuple[Entry, ...]]] = {}
        self._days: dict[object, dict[int, Entry]] = {}

    def owners(self, rowids: Sequence[int]) -> dict[int, int]:
        """rowid -> the row of the current version that the passage belongs to; unknown ones are left out."""
        rowids = np.asarray(rowids, np.int64)
        at = np.searchsorted(self._firsts, rowids, side="right") - 1
        known = (at >= 0) & (rowids <= self._lasts[at]) if len(self._lasts) else np.zeros(len(rowids), bool)
        return dict(zip(rowids[known].tolist(), self._rows[at[known]].tolist(), strict=True))

    def standing(self, asker: Asker) -> tuple[Entry, ...]:
        """What the asker may see on any day: digests with an original left out, replaced versions with their end."""
        key = _sees(asker)
        found = self._seen.get(key)
        if found is None:
            _make_room(self._seen)
            found = self._seen[key] = self._stand(asker)
        return found

    def group(self, asker: Asker, document_id: str) -> tuple[Entry, ...]:
        """Of those the versions of one id, oldest first."""
        key = _sees(asker)
        groups = self._groups.get(key)
        if groups is None:
            _make_room(self._groups)
            made: dict[str, list[Entry]] = defaultdict(list)
            for e in self.standing(asker):
                made[e.document.id].append(e)
            groups = self._groups[key] = {i: tuple(es) for i, es in made.items()}
        return groups.get(document_id, ())

    def in_force(self, asker: Asker, on: date) -> dict[int, Entry]:
        """Of those the ones in force on a day, by row."""
        key = (_sees(asker), on)
        found = self._days.get(key)
        if found is None:
            _make_room(self._days)
            found = self._days[key] = {e.row: e for e in self.standing(asker) if e.document.in_force(on)}
        return found

    def _stand(self, asker: Asker) -> tuple[Entry, ...]:
        mine = [e for e in self.entries if asker.may_see(e.document.audience)]
        originals: dict[str, list[Document]] = defaultdict(list)
        for e in mine:
            if e.document.kind != "digest":
                originals["id:" + e.document.id].append(e.document)
                originals["title:" + title_key(e.document.title)].append(e.document)
        by_id: dict[str, list[Entry]] = defaultdict(list)
        for e in mine:
            d = e.document
            if d.kind == "digest" and any(
                    same(d, o) for o in originals["id:" + d.id] + originals["title:" + title_key(d.title)]):
                continue
            by_id[d.id].append(e)
        return tuple(e for group in by_id.values() for e in _chain(group))


def _sees(asker: Asker) -> object:
    """What of an asker decides what it sees."""
    return True if asker.all_units else asker.units


def _make_room(kept: dict) -> None:
    if len(kept) > 256:
        kept.clear()


def _chain(group: list[Entry]) -> list[Entry]:
    """One id's versions in order, each ending where the next begins; of one day the row written last."""
    latest: dict[str, Entry] = {}
    for e in sorted(group, key=lambda e: e.row):
        latest[start(e.document)] = e
    ordered = [latest[day] for day in sorted(latest)]
    out = []
    for e, following in zip(ordered, ordered[1:] + [None]):
        if following is not None and e.document.repealed is None:
            n = following.document
            e = replace(e, document=replace(e.document, repealed=n.effective or n.issued,
                                            repealed_by=e.document.repealed_by or f"{n.id}@{n.version}"))
        out.append(e)
    return out
