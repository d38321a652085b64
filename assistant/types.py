"""The nouns: frozen dataclasses that import nothing of ours.

Results are plain data, so that every face (terminal, HTTP, bots) can serve them as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Kind = Literal["normative", "news", "talk", "digest", "model", ""]
"""What a document is: normative text, news report, experience talk, our digest of one, model text; "" = not told."""

Level = Literal["national", "province", "city", "county", "unit", ""]

Refusal = Literal["out_of_corpus", "not_listed", "ambiguous", "not_in_force", "out_of_scope", "classified"]

LABEL = "AI生成 · 初步意见 · 须经人工审核"
"""The one standing label of everything the assistant writes (GB 45438—2025 wants it visible)."""

DIGEST_NOTE = "（要点整理，以原文为准）"
"""Added to every answer that rests on a digest instead of the original."""


@dataclass(frozen=True)
class Asker:
    """Who asks. ``all_units`` is the single asker of local mode, who may see every document.

    >>> Asker("张三", frozenset({"区委组织部"})).may_see(frozenset({"区纪委"}))
    False
    """

    name: str
    units: frozenset[str] = frozenset()
    all_units: bool = False

    def may_see(self, audience: frozenset[str]) -> bool:
        """An empty audience is public."""
        return self.all_units or not audience or bool(audience & self.units)


LOCAL = Asker("local", all_units=True)


@dataclass(frozen=True)
class Document:
    """One version of a policy document; what could not be told from the text is empty, never guessed.

    ``id`` is readable and stable: the normalised number (明委办〔2022〕20号), else the title.
    ``version`` tells versions of one id apart (the ISO date of effect or issue, else a short content hash).
    ``region`` is written from the province down as far as known (广东省佛山市高明区), 全国 for national ones.
    ``of`` is the kind of the original when ``kind`` is ``digest``.
    """

    id: str
    title: str
    number: str = ""
    issuer: str = ""
    kind: Kind = ""
    of: Kind = ""
    level: Level = ""
    region: str = ""
    issued: date | None = None
    effective: date | None = None
    repealed: date | None = None
    repealed_by: str = ""
    source: str = ""
    sha256: str = ""
    version: str = ""
    aliases: tuple[str, ...] = ()
    audience: frozenset[str] = frozenset()

    def in_force(self, on: date) -> bool:
        """Whether this version is in force on a day; an unknown date of effect counts as in force."""
        start = self.effective or self.issued
        return (start is None or start <= on) and (self.repealed is None or on < self.repealed)


@dataclass(frozen=True)
class Provision:
    """A clause: an addressable piece of a document.

    ``id`` is ``<document id>#<path id>``, e.g. ``明委办〔2022〕20号#三.（三）`` or ``公务员法#第六十条``;
    ``path`` is what a person writes (三、（三）; 第十四条第二款第（一）项).
    ``own`` is the text before its first child; ``text`` the whole clause with everything below it.
    Own texts joined in order give the document's cleaned text back, nothing lost, nothing twice.
    ``span`` is ``[start, end)`` of ``text`` in the characters of the file as it came (after decoding/extraction).
    ``verified`` is for digests: ``true``, ``partial`` or "" (not a digest).
    """

    id: str
    document: str
    path: str
    text: str
    own: str
    level: str = ""
    heading: str = ""
    trail: tuple[str, ...] = ()
    parent: str = ""
    order: int = 0
    last: int = 0
    span: tuple[int, int] = (0, 0)
    verified: str = ""


@dataclass(frozen=True)
class Passage:
    """What is indexed: a piece of one provision, never crossing a 条. ``context`` holds title and headings."""

    provision: str
    text: str
    context: str = ""
    part: int = 0


@dataclass(frozen=True)
class Hit:
    """A provision found. ``score`` is comparable within one search only; ``via`` names the ways it was found."""

    provision: Provision
    document: Document
    score: float
    via: tuple[str, ...] = ()
    passage: str = ""


@dataclass(frozen=True)
class Citation:
    """A clause that an answer rests on, with the verbatim words that carry it."""

    provision: str
    path: str
    document: Document
    quote: str


@dataclass(frozen=True)
class Answer:
    """What a question gets: text, the clauses under it, or a refusal of a named kind.

    ``determination`` is the preliminary opinion when the question told a case.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    refusal: Refusal | None = None
    notices: tuple[str, ...] = ()
    label: str = LABEL
    trace: dict = field(default_factory=dict, compare=False)
    determination: Any = None


@dataclass(frozen=True)
class FileReport:
    """What became of one file (or archive member) given to ``ingest``.

    ``status``: added, updated, unchanged, replaced_digest, failed, blocked, skipped.
    ``reason`` says in Chinese what happened and what to do next; empty when all went well.
    """

    name: str
    status: str
    documents: tuple[str, ...] = ()
    provisions: int = 0
    reason: str = ""
    notices: tuple[str, ...] = ()
