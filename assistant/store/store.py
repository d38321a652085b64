"""The store: SQL as the only truth. Every change is one transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from assistant.errors import Forbidden, IndexMismatch, NotFound
from assistant.store import rows as shape
from assistant.store import trail
from assistant.store.accounts import AccountBook
from assistant.store.cases import Cases
from assistant.store.catalogue import same, start
from assistant.store.conversations import Conversations
from assistant.store.database import note, set_note
from assistant.store.feeding import Feeding
from assistant.store.messages import Messages
from assistant.store.resolving import Resolving
from assistant.store.rows import Put
from assistant.store.schema import backup, connect, require_space, speaking
from assistant.store.tables import files, outbox, passages, provisions, versions
from assistant.store.waiting import Waiting
from assistant.types import Asker, Document, Passage, Provision


class Store(Resolving, Feeding, Cases, Conversations, AccountBook, Waiting, Messages):
    """The documents of one home. Made by :meth:`open`; may be used from several threads."""

    @classmethod
    def open(cls, home: Path) -> Store:
        """Open a home, creating or migrating its database. Raises HomeBroken with what to do."""
        return cls(Path(home), connect(Path(home)))

    def put(self, document: Document, provisions_: Sequence[Provision], passages_: Sequence[Passage], vectors: np.ndarray,
            *, raw: str, removed: Sequence[str] = (), owner: str = "local") -> Put:
        """Store one document version in one transaction; the same content again is "unchanged".

        ``vectors`` is (len(passages_), dimension). A current version of the same day (or of unknown day, or with
        the same text) that ``owner`` may replace is superseded in the same transaction; versions of other days
        stay. Owners may replace what they own, what has the same audience, and ``local`` everything.
        Raises HomeBroken (disk full ...), IndexMismatch (other dimension), ValueError (inconsistent provisions).
        """
        vectors = np.asarray(vectors, np.float32).reshape(len(passages_), -1)
        known = self.embedder
        if known and len(passages_) and vectors.shape[1] != known[1]:
            raise IndexMismatch(f"向量维数 {vectors.shape[1]} 与库中的 {known[1]}（{known[0]}）不同。"
                                "请换回原来的向量模型，或运行 assistant index --rebuild。")
        blobs = shape.blobs(vectors)
        body, content = shape.body_hash(provisions_), shape.content_hash(document, provisions_, passages_)
        require_space(self.home, 4 * len(raw) + 12 * sum(len(p.text) for p in passages_) + 4 * vectors.nbytes
                      + (8 << 10) * len(passages_))
        with self._writing() as c:
            group = [r for r in c.execute(_group(document)).mappings() if _replaceable(r, document, owner)]
            unchanged = next((r for r in group if r["content"] == content), None)
            old, keep = _superseded(group, document, body)
            if keep is not None or unchanged is not None:
                return Put("unchanged", version=(keep or unchanged)["row"])
            status = self._status(c, document, group)
            removed_rowids = self._retire(c, [r["row"] for r in old], "superseded")
            row = self._insert(c, document, provisions_, raw, removed, owner, body, content)
            first = int(note(c, "next_rowid") or 1)
            rowids = tuple(range(first, first + len(passages_)))
            if rowids:
                c.execute(insert(passages), [
                    {"rowid": i, "version": row, "provision": p.provision, "part": p.part, "text": p.text,
                     "context": p.context, "vector": v} for i, p, v in zip(rowids, passages_, blobs)])
                set_note(c, "next_rowid", str(first + len(passages_)))
                c.execute(insert(outbox), {"first": first, "last": rowids[-1], "removed": 0})
            self._changed(c)
            trail.record(c, owner, status, document.id, row)
        return Put(status, rowids, removed_rowids, row)

    def put_many(self, items: Iterable[tuple], *, owner: str = "local") -> list[Put]:
        """``put`` for each (document, provisions, passages, vectors, raw, removed)."""
        return [self.put(d, p, q, v, raw=raw, removed=removed, owner=owner) for d, p, q, v, raw, removed in items]

    def withdraw(self, document_id: str, *, by: Asker | str) -> tuple[int, ...]:
        """Take a document out of every answer: what stands under the id, all its versions.

        Who may see everything withdraws everything; another asker, and a plain name, only what it put in itself.
        The rows stay as history, passages and vectors go. A digest hidden by a withdrawn original stands again.
        Gives the passages to remove from the indexes. Raises NotFound (not there, or not to be seen), Forbidden (another's).
        """
        seen, name, master = None, by, False
        if isinstance(by, Asker):
            name, master, current = by.name, by.all_units, self._current()
            standing = {e.document.kind == "digest" for e in current.standing(by) if e.document.id == document_id}
            seen = {e.row for e in current.entries if e.document.id == document_id and by.may_see(e.document.audience)
                    and (e.document.kind == "digest") in standing}
        with self._writing() as c:
            found = [r for r in c.execute(select(versions).where(
                versions.c.id == document_id, versions.c.status == "current")) if seen is None or r.row in seen]
            if not found:
                raise NotFound(f"没有文件“{document_id}”。请用 assistant documents 查看已有文件。")
            mine = [r.row for r in found if master or r.owner == name]
            if not mine:
                raise Forbidden(f"文件“{document_id}”不是您导入的，不能撤下。请联系导入它的人或管理员。")
            removed = self._retire(c, mine, "withdrawn")
            self._changed(c)
            for row in mine:
                trail.record(c, name, "withdrawn", document_id, row)
        return removed

    def set_vectors(self, encode: Callable[[list[str]], np.ndarray], name: str, dimension: int,
                    progress: Callable[[int, int], None] | None = None) -> None:
        """New vectors for every passage, of another embedding, in one transaction; the indexes must then be rebuilt.

        ``encode`` gets "context text" of some passages and gives float32 of shape (n, dimension).
        """
        with self._writing() as c:
            rowids = c.execute(select(passages.c.rowid).order_by(passages.c.rowid)).scalars().all()
            for i in range(0, len(rowids), 1000):
                part = c.execute(select(passages.c.rowid, passages.c.context, passages.c.text).where(
                    passages.c.rowid.in_(rowids[i:i + 1000]))).all()
                vectors = np.asarray(encode([f"{r.context} {r.text}" for r in part]), np.float32).reshape(len(part), dimension)
                c.execute(update(passages).where(passages.c.rowid == bindparam("r")).values(vector=bindparam("v")),
                          [{"r": r.rowid, "v": v} for r, v in zip(part, shape.blobs(vectors))])
                if progress:
                    progress(i + len(part), len(rowids))
            set_note(c, "embedder", f"{name}:{dimension}")
            set_note(c, "index_dirty", "1")

    def record(self, who: str, what: str, subject: str) -> None:
        """Add a line to the audit: ids only, no text of anyone's."""
        with self._writing() as c:
            trail.record(c, who, what, subject, 0)

    def _status(self, c: Connection, document: Document, group: Sequence) -> str:
        if group:
            return "updated"
        if document.kind != "digest":
            digests = c.execute(select(versions).where(versions.c.status == "current", versions.c.kind == "digest")).mappings()
            if any(same(shape.document(r), document) for r in digests):
                return "replaced_digest"
        return "added"

    def _retire(self, c: Connection, targets: Sequence[int], status: str) -> tuple[int, ...]:
        if not targets:
            return ()
        c.execute(update(versions).where(versions.c.row.in_(targets)).values(status=status))
        gone = tuple(r for (r,) in c.execute(
            select(passages.c.rowid).where(passages.c.version.in_(targets)).order_by(passages.c.rowid)))
        if gone:
            c.execute(delete(passages).where(passages.c.version.in_(targets)))
            c.execute(insert(outbox), [{"first": a, "last": b, "removed": 1} for a, b in _ranges(gone)])
        return gone

    def _insert(self, c: Connection, document: Document, items: Sequence[Provision], raw: str, removed: Sequence[str],
                owner: str, body: str, content: str) -> int:
        file = hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()
        if not c.execute(select(files.c.sha256).where(files.c.sha256 == file)).first():
            c.execute(insert(files), {"sha256": file, "text": raw})
        values = shape.document_row(document)
        values |= {"version": document.version or start(document) or content[:12], "start": start(document),
                   "removed": json.dumps(list(removed), ensure_ascii=False), "file": file, "body": body,
                   "content": content, "owner": owner, "status": "current", "created": trail.now(),
                   "articles": sum(p.level == "条" for p in items), "provisions": len(items)}
        row = c.execute(insert(versions), values).inserted_primary_key[0]
        if items:
            c.execute(insert(provisions), shape.provision_rows(row, items))
        return row

    def _changed(self, c: Connection) -> None:
        set_note(c, "generation", str(int(note(c, "generation") or 0) + 1))

    def check(self) -> str:
        """"ok", or what SQLite's integrity check or the audit's chain finds wrong."""
        with self._reading() as c:
            found = c.exec_driver_sql("pragma quick_check(3)").scalars().all()
            row = trail.broken(c)
            if row:
                return f"审计记录第 {row} 行被改动过"
        return "；".join(found)

    def backup(self, target: Path) -> None:
        """A consistent copy of the database, safe while it is written to."""
        with speaking(self.home):
            backup(Path(str(self._engine.url.database)), target)


def _group(document: Document):
    digest = versions.c.kind == "digest"
    return select(versions).where(versions.c.id == document.id, versions.c.status == "current",
                                  digest if document.kind == "digest" else ~digest).order_by(versions.c.start, versions.c.row)


def _replaceable(row, document: Document, owner: str) -> bool:
    return owner in ("local", row["owner"]) or frozenset(json.loads(row["audience"])) == document.audience


def _superseded(group: Sequence, document: Document, body: str) -> tuple[list, dict | None]:
    """The rows a newcomer takes the place of; or the row that already says more than the newcomer does."""
    day = start(document)
    if day:
        return [r for r in group if r["start"] in (day, "") or r["body"] == body], None
    alike = [r for r in group if r["body"] == body and r["start"]]
    if alike and frozenset(json.loads(alike[-1]["audience"])) == document.audience:
        return [], alike[-1]
    return [r for r in group if not r["start"]] + [r for r in group if r["start"]][-1:], None


def _ranges(rowids: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = last = rowids[0]
    for r in rowids[1:]:
        if r != last + 1:
            yield first, last
            first = r
        last = r
    yield first, last
