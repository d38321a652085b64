"""Checks of the clauses a document cites: the document is in the store, was in force that day, and has the article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from assistant import chinese
from assistant.checking.anatomy import Part
from assistant.checking.page import place
from assistant.drafting.nouns import CheckFinding
from assistant.errors import NotFound
from assistant.types import Document

_N = r"[〇零一二三四五六七八九十百千\d]+"
_ARTICLE = rf"第{_N}条(?:之{_N})?"
_NAMED = re.compile(rf"《([^《》]{{2,80}})》\s*((?:[（(][^（）()]{{2,40}}[）)]\s*)*)((?:{_ARTICLE}|第{_N}[编章节]|[一二三四五六七八九十]+、)[^《》。；]*)?")
_LATER = re.compile(rf"{_ARTICLE}|(?<![一-鿿\d])[一二三四五六七八九十]+、(?:（[一二三四五六七八九十]+）)?")
_EDITION = re.compile(r"[（(](?:试行|暂行|修订|修正|草案|\d{4}年?(?:修订|修正)?)[）)]$")
_PREFIX = re.compile(r"^(?:中国共产党|中华人民共和国)")


class Shelf(Protocol):
    """Where documents are looked up; what the asker may not see is not there."""

    def documents(self) -> Sequence[Document]: ...
    def paths(self, document: Document, on: date) -> frozenset[str]: ...


@dataclass(frozen=True)
class Cited:
    """One citation: title, number (文号) and articles as written."""

    title: str
    number: str
    articles: tuple[str, ...]


def cited(text: str) -> Iterator[Cited]:
    """The citations of a text.

    >>> list(cited("依据《问责条例》第十七条、第十九条和《甲办法》（明委办〔2022〕20号）三、（三）。"))
    [Cited(title='问责条例', number='', articles=('第十七条', '第十九条')), Cited(title='甲办法', number='明委办〔2022〕20号', articles=('三、（三）',))]
    """
    for m in _NAMED.finditer(text):
        yield Cited(m[1], chinese.document_number(m[2] or ""), tuple(_LATER.findall(m[3] or "")))


def citations(parts: Sequence[Part], shelf: Shelf, on: date) -> Iterator[CheckFinding]:
    """What does not hold among the clauses cited. A document that is not in the store cannot be checked, and that is said."""
    told: set[tuple[str, str]] = set()
    documents = shelf.documents()
    for part in parts:
        for one in cited(part.text):
            if not one.number and not one.articles:
                continue
            for finding in _one(one, documents, shelf, on, place(part)):
                if (finding.rule, finding.message) not in told:
                    told.add((finding.rule, finding.message))
                    yield finding


def _one(one: Cited, documents: Sequence[Document], shelf: Shelf, on: date, where: str) -> Iterator[CheckFinding]:
    versions = [d for d in documents if _same(d, one)]
    if not versions:
        yield CheckFinding("clause.unknown", "实务", f"库里没有《{one.title}》{f'（{one.number}）' if one.number else ''}，没有核对；请自行核对原文", where)
        return
    numbered = [d for d in versions if d.number]
    if one.number and numbered and not any(chinese.fold(d.number) == chinese.fold(one.number) for d in numbered):
        yield CheckFinding("clause.number", "规定", f"《{one.title}》的文号是{numbered[-1].number}，这里写作{one.number}", where)
    current = [d for d in versions if d.in_force(on)]
    if not current:
        yield CheckFinding("clause.not_in_force", "规定", f"《{one.title}》在 {on.isoformat()} 不是有效的规定：{_ended(versions[-1], on)}", where)
        return
    paths = {_norm(p) for d in current for p in shelf.paths(d, on)}
    for article in one.articles:
        if _norm(article) in paths or any(p.startswith(_norm(article)) for p in paths):
            continue
        digest = all(d.kind == "digest" for d in current)
        if digest:
            yield CheckFinding("clause.undigested", "实务", f"《{one.title}》在库里只有要点整理，其中没有{article}；请核对原文", where)
        else:
            yield CheckFinding("clause.missing", "规定", f"《{one.title}》里没有{article}", where)


def _ended(latest: Document, on: date) -> str:
    if latest.repealed and latest.repealed <= on:
        return f"{latest.repealed.isoformat()} 起失效" + (f"（{latest.repealed_by}）" if latest.repealed_by else "")
    start = latest.effective or latest.issued
    return f"{start.isoformat()} 才施行" if start else "没有有效的版本"


def _same(document: Document, one: Cited) -> bool:
    if one.number and document.number and chinese.fold(document.number) == chinese.fold(one.number):
        return True
    return bool({_bare(document.title), *map(_bare, document.aliases)} & {_bare(one.title)})


def _bare(title: str) -> str:
    return chinese.fold(_PREFIX.sub("", _EDITION.sub("", title.strip("《》 ").replace("〈", "").replace("〉", ""))))


def _norm(path: str) -> str:
    """A path with its numerals as numbers, so that 第17条 and 第十七条 are one."""
    return re.sub(_N, lambda m: _number(m[0]), chinese.fold(path))


def _number(text: str) -> str:
    try:
        return str(chinese.number(text))
    except ValueError:
        return text


class StoreShelf:
    """A store for one asker."""

    def __init__(self, store, asker):
        self._store, self._asker = store, asker

    def documents(self) -> Sequence[Document]:
        found = [e.document for _, e in sorted(self._store.entries(self._asker, in_force=False).items())]
        return sorted(found, key=lambda d: (d.effective or d.issued or date.min))

    def paths(self, document: Document, on: date) -> frozenset[str]:
        try:
            return frozenset(p.path for p in self._store.provisions(document.id, self._asker, on))
        except NotFound:
            return frozenset()
