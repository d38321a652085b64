"""What an account puts in counts when a second person has published it: until then it is kept as it came, and answers nothing."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant import readers
from assistant.errors import Forbidden
from assistant.types import Asker, FileReport

if TYPE_CHECKING:
    from assistant.library import Library


class Publishing:
    """The queue of one home, before its library."""

    def __init__(self, store, library: Library):
        self._store, self._library = store, library

    def submit(self, name: str, data: bytes, asker: Asker, audience: frozenset[str]) -> tuple[FileReport, ...]:
        """Read and check a file now, and keep it; reports say "pending" for what would come in. Raises BadInput when too many wait."""
        reports = self._library.examine(readers.read_bytes(name, data), asker=asker, audience=audience)
        if any(r.status == "blocked" for r in reports):
            # Nothing of an archive is kept in which a secrecy mark stands: its bytes hold the marked file too.
            return tuple(_apart(r) if r.status == "pending" else r for r in reports)
        good = tuple(d for r in reports if r.status == "pending" for d in r.documents)
        if not good:
            return reports
        id = self._store.put_waiting(name, hashlib.sha256(data).hexdigest(), data, good, audience=audience, asker=asker)
        told = f"已收到，编号 {id}；由另一个人审核发布后才用于回答。"
        return tuple(replace(r, reason=told) if r.status == "pending" else r for r in reports)

    def publish(self, id: str, asker: Asker) -> tuple[FileReport, ...]:
        """Let a file that waits count from now on, as its owner's. Raises NotFound, Forbidden for one's own file."""
        file = self._store.waiting_file(id, asker, reviews=True)
        if file.owner == asker.name:
            raise Forbidden("自己上传的文件不能自己发布。请另一个有审核权的人来发布。")
        reports = self._library.ingest(readers.read_bytes(file.name, file.data), asker=Asker(file.owner, file.audience), audience=file.audience)
        if any(r.status not in {"failed", "blocked", "skipped"} for r in reports):
            self._store.drop_waiting(id, "file published", by=asker.name)
        return reports

    def refuse(self, id: str, asker: Asker, reviews: bool) -> None:
        """Take a file that waits out of the queue. Raises NotFound."""
        self._store.drop_waiting(self._store.waiting_file(id, asker, reviews=reviews).id, "file refused", by=asker.name)


def _apart(report: FileReport) -> FileReport:
    return replace(report, status="failed", documents=(), provisions=0,
                   reason=f"{report.name} 和有密级标志的文件在同一个压缩包里，没有接收。请单独上传。")
