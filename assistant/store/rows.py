"""Rows of the store into the nouns and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np

from assistant.types import Document, Passage, Provision


@dataclass(frozen=True)
class Put:
    """What became of a document version: its status, its row, and the passages to add to and take from the indexes."""

    status: str
    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    version: int = 0


@dataclass(frozen=True)
class PassageRow:
    """A stored passage; ``rowid`` is its id in both indexes, ``version`` the row of its document version."""

    rowid: int
    provision_id: str
    version: int
    text: str
    context: str = ""
    part: int = 0


@dataclass(frozen=True)
class Listed:
    """A line of the list of documents: how many numbered 条 and how many provisions it has."""

    document: Document
    articles: int
    provisions: int


@dataclass(frozen=True)
class Batch:
    """Passages as an index wants them; ``vectors`` is float32 of shape (n, dimension), a zero row where there is none."""

    rows: tuple[PassageRow, ...]
    vectors: np.ndarray


_DATES = ("issued", "effective", "repealed")
_WORDS = ("id", "version", "title", "number", "issuer", "kind", "of", "level", "region", "repealed_by", "source", "sha256")


def document_row(document: Document) -> dict[str, str]:
    """The columns of a document."""
    row = {name: getattr(document, name) or "" for name in _WORDS}
    row |= {name: getattr(document, name).isoformat() if getattr(document, name) else "" for name in _DATES}
    row["aliases"] = json.dumps(document.aliases, ensure_ascii=False)
    row["audience"] = json.dumps(sorted(document.audience), ensure_ascii=False)
    return row


def document(row: Mapping) -> Document:
    """A document from its columns."""
    return Document(**{name: row[name] for name in _WORDS},
                    **{name: date.fromisoformat(row[name]) if row[name] else None for name in _DATES},
                    aliases=tuple(json.loads(row["aliases"])), audience=frozenset(json.loads(row["audience"])))


def provision_rows(version: int, provisions: Sequence[Provision]) -> list[dict]:
    """The columns of provisions. Raises ValueError when a clause's text is not its parts' own texts joined."""
    ordered = sorted(provisions, key=lambda p: p.order)
    position = {p.order: i for i, p in enumerate(ordered)}
    ends, whole = [0], "".join(p.own for p in ordered)
    for p in ordered:
        ends.append(ends[-1] + len(p.own))
    out = []
    for i, p in enumerate(ordered):
        last = max(p.last, p.order)
        if last not in position or p.text and p.text != whole[ends[i]:ends[position[last] + 1]]:
            raise ValueError(f"{p.id}: text is not the own texts of provisions {p.order}..{last} joined")
        out.append({"version": version, "order": p.order, "id": p.id, "path": p.path, "own": p.own, "level": p.level,
                    "heading": p.heading, "trail": json.dumps(p.trail, ensure_ascii=False) if p.trail else "",
                    "parent": p.parent, "last": last, "start": p.span[0], "end": p.span[1], "verified": p.verified})
    return out


def provision(row, text: str, document_id: str) -> Provision:
    """A provision from its row and its whole text."""
    return Provision(id=row.id, document=document_id, path=row.path, text=text, own=row.own, level=row.level,
                     heading=row.heading, trail=tuple(json.loads(row.trail)) if row.trail else (), parent=row.parent,
                     order=row.order, last=row.last, span=(row.start, row.end), verified=row.verified)


def body_hash(provisions: Sequence[Provision]) -> str:
    """The hash of a document's text, whatever is known about it."""
    digest = hashlib.sha256()
    for p in sorted(provisions, key=lambda p: p.order):
        digest.update(p.own.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def content_hash(doc: Document, provisions: Sequence[Provision], passages: Sequence[Passage]) -> str:
    """The hash of all that makes a version what it is, except the file it came in."""
    known = {k: v for k, v in asdict(doc).items() if k not in ("source", "sha256")}
    known["audience"] = sorted(doc.audience)
    parts = [known, [(p.id, p.path, p.own, p.level, p.heading, p.trail, p.order, p.last, p.verified) for p in provisions],
             [(p.provision, p.text, p.context, p.part) for p in passages]]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True, default=str, sort_keys=True).encode()).hexdigest()


def blobs(vectors: np.ndarray) -> list[bytes | None]:
    """One float32 BLOB a row; None for a row of zeros, which no cosine can find. Raises ValueError for NaN."""
    vectors = np.ascontiguousarray(vectors, np.float32)
    if not np.isfinite(vectors).all():
        raise ValueError("vectors must be finite")
    return [v.tobytes() if filled else None for v, filled in zip(vectors, vectors.any(axis=1))]


def matrix(values: Sequence[bytes | None], dimension: int) -> np.ndarray:
    """BLOBs back into an array of shape (n, dimension)."""
    blank = bytes(4 * dimension)
    return np.frombuffer(b"".join(v or blank for v in values), np.float32).reshape(len(values), dimension)
