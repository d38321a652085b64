"""Provisions into passages: what is embedded and indexed. A passage never crosses a 条 or a numbered heading."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.chinese import sentences
from assistant.types import Document, Passage, Provision

LIMIT = 420
"""Characters a passage may have before it is cut at sentence ends."""

_INSIDE_ARTICLE = {"款", "项", "目"}


def short_title(document: Document) -> str:
    """The name people use: the inner title when a document prints another one.

    >>> short_title(Document("x", "某办关于印发《甲方案》的通知"))
    '甲方案'
    """
    title = document.title
    if "印发" in title and "《" in title and "》" in title:
        return title[title.index("《") + 1:title.rindex("》")]
    return title.strip("《》")


def passages(document: Document, provisions: Sequence[Provision]) -> tuple[Passage, ...]:
    """The passages of a document. An article is taken with its 款 and 项; other clauses by their own text."""
    out: list[Passage] = []
    levels = {p.id: p.level for p in provisions}
    for p in provisions:
        if p.level in _INSIDE_ARTICLE and _within_article(p, levels):
            continue
        text = p.text if p.level == "条" else p.own
        if not text.strip() or p.level in {"编", "章", "节", "目录", "小标题"} and len(text.strip()) <= 40:
            continue
        context = " ".join(filter(None, (short_title(document), *p.trail, p.heading)))
        for n, piece in enumerate(_pieces(text.strip())):
            out.append(Passage(p.id, piece, context, n))
    return tuple(out)


def _within_article(p: Provision, levels: dict[str, str]) -> bool:
    path = p.id
    while "." in path.rpartition("#")[2]:
        path = path.rpartition(".")[0]
        if levels.get(path) == "条":
            return True
    return False


def _pieces(text: str) -> list[str]:
    if len(text) <= LIMIT:
        return [text]
    out, start = [], 0
    spans = sentences(text)
    for i, (_, end) in enumerate(spans):
        following = spans[i + 1][1] if i + 1 < len(spans) else None
        if following is None or following - start > LIMIT:
            out.append(text[start:end].strip())
            start = end
    return [piece for piece in out if piece]
