"""What the indexes are derived from: passages, vectors, and what has not been taken over yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from sqlalchemy import Engine, delete, func, select

from assistant.store import rows as shape
from assistant.store.database import Database, set_note
from assistant.store.kept import Kept
from assistant.store.rows import Batch, PassageRow
from assistant.store.tables import outbox, passages

_CHUNK = 5000
_KEPT = 6_000_000
"""Characters of passages kept in memory."""

_PASSAGES = select(passages.c.rowid, passages.c.provision, passages.c.version, passages.c.text, passages.c.context,
                   passages.c.part)


class Feeding(Database):
    """Passages by rowid. Nothing here is filtered by asker: results are checked against ``visible``."""

    def __init__(self, home: Path, engine: Engine):
        super().__init__(home, engine)
        self._rows: Kept[int, PassageRow] = Kept(_KEPT, lambda p: len(p.text) + len(p.context) + 150)

    def passages(self, rowids: Sequence[int]) -> dict[int, PassageRow]:
        """Stored passages by rowid; unknown ones are left out. Not filtered: check ``version`` against ``visible``."""
        return self._rows.fetch(map(int, rowids), self._read, self.generation)

    def _read(self, rowids: list[int]) -> dict[int, PassageRow]:
        out: dict[int, PassageRow] = {}
        with self._reading() as c:
            for i in range(0, len(rowids), _CHUNK):
                for r in c.execute(_PASSAGES.where(passages.c.rowid.in_(rowids[i:i + _CHUNK]))):
                    out[r[0]] = PassageRow(*r)
        return out

    def rowids(self, within: Iterable[int] | None = None) -> np.ndarray:
        """Every stored rowid in order, or those of some version rows; int64."""
        query = select(passages.c.rowid).order_by(passages.c.rowid)
        if within is not None:
            query = query.where(passages.c.version.in_(list(within)))
        with self._reading() as c:
            return np.fromiter((r for (r,) in c.execute(query)), np.int64)

    def vectors(self, rowids: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """(rowids int64, vectors float32) of those asked for that have a vector, in rowid order."""
        found: list = []
        with self._reading() as c:
            for i in range(0, len(rowids), _CHUNK):
                part = [int(r) for r in rowids[i:i + _CHUNK]]
                found += c.execute(select(passages.c.rowid, passages.c.vector).where(
                    passages.c.rowid.in_(part), passages.c.vector.is_not(None)).order_by(passages.c.rowid)).all()
        found.sort(key=lambda r: r[0])
        return np.array([r[0] for r in found], np.int64), shape.matrix([r[1] for r in found], self._dimension())

    def iterate(self, batch: int = 2000, *, rowids: Sequence[int] | None = None) -> Iterator[Batch]:
        """All passages (or those asked for) with their vectors, in rowid order, ``batch`` at a time."""
        after = 0
        chosen = None if rowids is None else sorted(int(r) for r in rowids)
        dimension = self._dimension()
        query = _PASSAGES.add_columns(passages.c.vector).order_by(passages.c.rowid)
        place = 0
        while chosen is None or place < len(chosen):
            if chosen is None:
                part = query.where(passages.c.rowid > after).limit(batch)
            else:
                part = query.where(passages.c.rowid.in_(chosen[place:place + batch]))
                place += batch
            with self._reading() as c:
                found = c.execute(part).all()
            if not found:
                if chosen is None:
                    return
                continue
            after = found[-1][0]
            yield Batch(tuple(PassageRow(*r[:6]) for r in found), shape.matrix([r[6] for r in found], dimension))

    def blank(self) -> frozenset[int]:
        """rowids of passages without a vector."""
        with self._reading() as c:
            return frozenset(r for (r,) in c.execute(select(passages.c.rowid).where(passages.c.vector.is_(None))))

    def pending(self) -> list[tuple[int, int, int, bool]]:
        """What the indexes have not taken over yet: (seq, first rowid, last rowid, removed)."""
        with self._reading() as c:
            return [(s, a, b, bool(r)) for s, a, b, r in c.execute(select(outbox).order_by(outbox.c.seq))]

    def settle(self, done: Sequence[int], **notes: str) -> None:
        """Strike ``done`` (seqs of :meth:`pending`) off and keep notes, in one transaction."""
        with self._writing() as c:
            for i in range(0, len(done), _CHUNK):
                c.execute(delete(outbox).where(outbox.c.seq.in_(list(done[i:i + _CHUNK]))))
            for key, value in notes.items():
                set_note(c, key, value)

    def _dimension(self) -> int:
        known = self.embedder
        if known:
            return known[1]
        with self._reading() as c:
            size = c.execute(select(func.length(passages.c.vector)).where(passages.c.vector.is_not(None)).limit(1)).scalar()
        return (size or 4) // 4
