"""Documents in: read, check for secrecy marks, clean, describe, divide, embed, store, index."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant import chunking, metadata, readers, secrecy, structure
from assistant.embedding import Embedder
from assistant.errors import AssistantError, BadInput
from assistant.types import Asker, Document, FileReport, Passage, Provision

_log = logging.getLogger(__name__)

BATCH = 2000
"""Passages gathered before they are embedded and indexed together."""


@dataclass(frozen=True)
class Prepared:
    """One document of a file, ready to be stored; vectors still to be made."""

    document: Document
    provisions: tuple[Provision, ...]
    passages: tuple[Passage, ...]
    raw: str
    removed: tuple[str, ...]
    warnings: tuple[str, ...]


def prepare(extract: readers.Extract, *, audience: frozenset[str] = frozenset()) -> tuple[Prepared, ...]:
    """The documents of one file. Raises BadInput when nothing of it is a document's text."""
    clean = structure.clean(extract.text, format=extract.format)
    if not clean.text.strip():
        raise BadInput(f"{extract.name} 去掉网页杂项后没有正文。请确认文件内容后重新导入。")
    out = []
    pieces = structure.pieces(clean)
    for piece in pieces:
        document = metadata.describe(piece.text, piece.headline, front=extract.front if len(pieces) == 1 else {},
                                     name=extract.name, whole=extract.text)
        sha = hashlib.sha256(piece.text.encode() + repr(sorted(extract.front.items())).encode()).hexdigest()
        start = document.effective or document.issued
        document = replace(document, source=extract.name, sha256=sha, version=start.isoformat() if start else sha[:8],
                           audience=document.audience | audience)
        division = structure.divide(piece.text, unit="要点" if document.kind == "digest" else "段", hints=piece.hints)
        provisions = _provisions(document, piece, division, extract.front)
        out.append(Prepared(document, provisions, chunking.passages(document, provisions), extract.text, clean.removed, division.warnings))
    return tuple(out)


def _provisions(document: Document, piece: structure.Piece, division: structure.Division, front: dict) -> tuple[Provision, ...]:
    nodes = division.nodes
    partial = set(front.get("partial") or ())
    default = str(front.get("verified", "")).lower() if document.kind == "digest" else ""
    out = []
    for n in nodes:
        trail, up = [], n.parent
        while up >= 0:
            if nodes[up].heading:
                trail.append(nodes[up].heading)
            up = nodes[up].parent
        verified = "partial" if partial & {n.path_id, n.path, n.path_id.split(".")[0]} else n.verified or default
        # What was taken out behind a clause is no part of it, so its span ends with its own last character.
        end = n.start + len(piece.text[n.start:n.end].rstrip())
        span = (int(piece.origin[n.start]), int(piece.origin[end - 1]) + 1) if end > n.start else (0, 0)
        out.append(Provision(f"{document.id}#{n.path_id}", document.id, n.path, piece.text[n.start:n.end], n.own, n.level, n.heading,
                             tuple(reversed(trail)), f"{document.id}#{nodes[n.parent].path_id}" if n.parent >= 0 else "", n.order, n.last,
                             span, verified))
    return tuple(out)


class Library:
    """Takes files into one store and its index. ``lock`` is held while a batch is written, not while files are read."""

    def __init__(self, store, index, embedder: Embedder, *, lock: AbstractContextManager | None = None):
        self._store, self._index, self._embedder = store, index, embedder
        self._lock = lock or nullcontext()

    def ingest(self, items: Iterable[readers.Extract | readers.Unreadable], *, asker: Asker, owner: str = "",
               audience: frozenset[str] = frozenset(), progress: Callable[[FileReport], None] | None = None) -> tuple[FileReport, ...]:
        """Store every readable file, each document in a transaction of its own; report on all of them."""
        reports: list[FileReport] = []

        def done(report: FileReport) -> None:
            reports.append(report)
            if progress:
                progress(report)

        for batch in _batches(self._prepared(items, asker, audience, done)):
            self._keep(batch, owner or asker.name, done)
        return tuple(reports)

    def examine(self, items: Iterable[readers.Extract | readers.Unreadable], *, asker: Asker,
                audience: frozenset[str] = frozenset()) -> tuple[FileReport, ...]:
        """What :meth:`ingest` would take in, as "pending", and what it would refuse; nothing is stored."""
        reports: list[FileReport] = []
        for extract, documents in self._prepared(items, asker, audience, reports.append):
            reports.append(FileReport(extract.name, "pending" if documents else "skipped", tuple(d.document.id for d in documents),
                                      sum(len(d.provisions) for d in documents), "", (*extract.notices, *(w for d in documents for w in d.warnings))))
        return tuple(reports)

    def _prepared(self, items, asker: Asker, audience, done) -> Iterator[tuple[readers.Extract, tuple[Prepared, ...]]]:
        for item in items:
            if isinstance(item, readers.Unreadable):
                done(FileReport(item.name, "failed", reason=item.reason))
                continue
            marking = secrecy.inspect(item.text, marks=(item.name.rpartition("/")[2], *item.marks))
            if marking.blocked:
                self._store.record(asker.name, "blocked", item.sha256)
                done(FileReport(item.name, "blocked", reason=f"{item.name}：{marking.blocked}。未保存任何内容。"))
                continue
            try:
                documents = prepare(item, audience=audience)
            except AssistantError as error:
                done(FileReport(item.name, "failed", reason=error.message))
            except Exception as error:  # One document's surprise must not cost the rest of the batch.
                _log.error("prepare failed: %s in file %s", type(error).__name__, item.sha256)
                done(FileReport(item.name, "failed", reason=f"{item.name} 的内容无法划分成条款（{type(error).__name__}）。请换成 .docx 或 .txt 后重试。"))
            else:
                yield replace(item, notices=(*item.notices, *marking.warned)), documents

    def _keep(self, batch: list[tuple[readers.Extract, tuple[Prepared, ...]]], owner: str, done) -> None:
        texts = [f"{p.context} {p.text}" for _, documents in batch for d in documents for p in d.passages]
        vectors = self._embedder.encode(texts) if texts else np.zeros((0, self._embedder.dimension), np.float32)
        with self._lock:
            self._write(batch, vectors, owner, done)

    def _write(self, batch: list[tuple[readers.Extract, tuple[Prepared, ...]]], vectors: np.ndarray, owner: str, done) -> None:
        at = 0
        added: list[int] = []
        removed: list[int] = []
        pending: list[FileReport] = []
        for extract, documents in batch:
            states, error = [], ""
            for d in documents:
                rows = vectors[at:at + len(d.passages)]
                at += len(d.passages)
                try:
                    put = self._store.put(d.document, d.provisions, d.passages, rows, raw=d.raw, removed=d.removed, owner=owner)
                except AssistantError as failure:
                    error = failure.message
                    continue
                states.append(put.status)
                added.extend(put.added)
                removed.extend(put.removed)
            status = "failed" if error else next((s for s in ("replaced_digest", "updated", "added", "unchanged") if s in states), "skipped")
            pending.append(FileReport(extract.name, status, tuple(d.document.id for d in documents), sum(len(d.provisions) for d in documents),
                                      error, (*extract.notices, *(w for d in documents for w in d.warnings))))
        if added or removed:
            with self._index.batch():
                self._index.remove(removed)
                self._index.add(added)
        for report in pending:
            done(report)


def _batches(prepared) -> Iterator[list]:
    batch, size = [], 0
    for item in prepared:
        batch.append(item)
        size += sum(len(d.passages) for d in item[1])
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def corpus_version(folder: Path) -> str:
    """A hash over the shipped documents and this program's way of dividing them; a change means loading them again."""
    digest = hashlib.sha256(b"1")
    for path in sorted((folder / "documents").glob("*.md")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]
