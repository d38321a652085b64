"""Many real articles as whole documents: a corpus of articles titled ``某法第…条`` put together again by law."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant import chinese

_ARTICLE = re.compile(rf"(.+?)第([{chinese.NUMERAL}\d]+)条(之[{chinese.NUMERAL}]+)?$")


@dataclass(frozen=True)
class Statute:
    """A law and its articles in order, each written out with its number."""

    title: str
    articles: tuple[str, ...]

    @property
    def text(self) -> str:
        """The law as a file would hold it."""
        return "\n\n".join((self.title, *self.articles)) + "\n"


def together(rows: Iterable[dict]) -> tuple[Statute, ...]:
    """Statutes from rows with ``title`` and ``text``, in order of first appearance; rows of another shape are left out,
    and an article that stands there twice begins another copy of its law.

    >>> together([{"title": "甲法第二条", "text": "乙。"}, {"title": "甲法第一条", "text": "丙。"}])
    (Statute(title='甲法', articles=('第一条 丙。', '第二条 乙。')),)
    """
    laws: dict[str, dict[tuple[int, str], str]] = {}
    for row in rows:
        if not (found := _ARTICLE.match(row.get("title", ""))):
            continue
        title, number, extra = found[1], found[2], found[3] or ""
        heading = f"第{number}条{extra}"
        order = (chinese.number(number), f"{chinese.number(extra[1:]):04}" if extra else "")
        while order in laws.get(title, {}):
            title += "（另本）"
        laws.setdefault(title, {})[order] = f"{heading} {row['text'].strip()}"
    return tuple(Statute(title, tuple(text for _, text in sorted(articles.items()))) for title, articles in laws.items())


def load(file: Path, limit: int | None = None) -> tuple[Statute, ...]:
    """Statutes from a JSON-lines file (``.gz`` or not), the first ones that hold about ``limit`` articles together."""
    opened = gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8")
    with opened as lines:
        statutes = together(json.loads(line) for line in lines if line.strip())
    return first(statutes, limit) if limit else statutes


def first(statutes: Iterable[Statute], limit: int) -> tuple[Statute, ...]:
    """The first statutes, cut so that exactly ``limit`` articles (or all there are) remain."""
    kept, left = [], limit
    for statute in statutes:
        if left <= 0:
            break
        kept.append(Statute(statute.title, statute.articles[:left]))
        left -= len(kept[-1].articles)
    return tuple(kept)


def write(statutes: Iterable[Statute], folder: Path) -> int:
    """Write one text file a statute; gives how many."""
    folder.mkdir(parents=True, exist_ok=True)
    n = 0
    for n, statute in enumerate(statutes, 1):
        name = re.sub(r"[\\/:*?\"<>|\s]", "", statute.title)[:60]
        (folder / f"{n:05}-{name}.txt").write_text(statute.text, encoding="utf-8")
    return n
