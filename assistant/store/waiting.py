"""Files that wait for a second person before they count: kept as they came, nothing of them divided or indexed."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field

from sqlalchemy import delete, func, insert, select

from assistant.errors import BadInput, NotFound
from assistant.store import trail
from assistant.store.database import Database
from assistant.store.schema import require_space
from assistant.store.tables import waiting
from assistant.types import Asker

MOST_WAITING = 50
"""Files of one owner that may wait at a time, so that nobody fills the disk with what nobody looks at."""


@dataclass(frozen=True)
class WaitingRow:
    """A file that waits; ``documents`` are the ids that it would add, ``data`` is there only when asked for."""

    id: str
    name: str
    owner: str
    audience: frozenset[str]
    documents: tuple[str, ...]
    created: str
    data: bytes = field(default=b"", repr=False)


class Waiting(Database):
    """The files of one home that wait."""

    def put_waiting(self, name: str, sha256: str, data: bytes, documents: tuple[str, ...], *, audience: frozenset[str], asker: Asker) -> str:
        """Keep a file until it is published or refused; the same bytes of one owner wait once. Its id. Raises BadInput for too many."""
        require_space(self.home, 2 * len(data))
        with self._writing() as c:
            mine = waiting.c.owner == asker.name
            known = c.execute(select(waiting.c.id).where(mine, waiting.c.sha256 == sha256, waiting.c.name == name)).scalar()
            if known:
                return known
            if (c.execute(select(func.count()).where(mine)).scalar() or 0) >= MOST_WAITING:
                raise BadInput(f"您已有 {MOST_WAITING} 个文件等待发布，先不再接收。请联系审核人员处理后再上传。")
            id = secrets.token_hex(8)
            c.execute(insert(waiting), {
                "id": id, "name": name, "sha256": sha256, "data": data, "owner": asker.name, "created": trail.now(),
                "audience": json.dumps(sorted(audience), ensure_ascii=False), "documents": json.dumps(documents, ensure_ascii=False)})
            trail.record(c, asker.name, "file submitted", id, 0)
            return id

    def waiting(self, asker: Asker, *, reviews: bool = False) -> tuple[WaitingRow, ...]:
        """The asker's own files that wait, oldest first; who ``reviews`` sees also those of the asker's units and public ones."""
        columns = [c for c in waiting.c if c.name != "data"]
        with self._reading() as c:
            found = (_row(r) for r in c.execute(select(*columns).order_by(waiting.c.created, waiting.c.id)))
            return tuple(r for r in found if _may(r, asker, reviews))

    def waiting_file(self, id: str, asker: Asker, *, reviews: bool = False) -> WaitingRow:
        """One of those with its bytes. Raises NotFound, the same for what is not there and what is not the asker's to see."""
        with self._reading() as c:
            found = c.execute(select(waiting).where(waiting.c.id == id)).first()
        row = _row(found, found.data) if found else None
        if row is None or not _may(row, asker, reviews):
            raise NotFound(f"没有等待发布的文件“{id[:40]}”。请查看待发布清单。")
        return row

    def drop_waiting(self, id: str, what: str, *, by: str) -> bool:
        """Take a file out of the queue, from the database file too; whether it was still there. ``what`` is for the audit."""
        with self._writing() as c:
            c.exec_driver_sql("pragma secure_delete=on")
            gone = bool(c.execute(delete(waiting).where(waiting.c.id == id)).rowcount)
            if gone:
                trail.record(c, by, what, id, 0)
            return gone


def _may(row: WaitingRow, asker: Asker, reviews: bool) -> bool:
    return asker.all_units or row.owner == asker.name or reviews and asker.may_see(row.audience)


def _row(r, data: bytes = b"") -> WaitingRow:
    return WaitingRow(r.id, r.name, r.owner, frozenset(json.loads(r.audience)), tuple(json.loads(r.documents)), r.created, data)
