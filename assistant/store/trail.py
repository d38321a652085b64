"""The audit: append-only rows, each carrying the hash of itself and of the row before it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timezone

from sqlalchemy import Connection, insert, select

from assistant.store.tables import audit


def record(c: Connection, who: str, what: str, subject: str, version: int) -> None:
    last = c.execute(select(audit.c.chain).order_by(audit.c.seq.desc()).limit(1)).scalar() or ""
    at = now()
    c.execute(insert(audit), {"at": at, "who": who, "what": what, "subject": subject, "version": version,
                              "chain": _link(last, at, who, what, subject, version)})


def _link(last: str, at: str, who: str, what: str, subject: str, version: int) -> str:
    return hashlib.sha256(json.dumps([last, at, who, what, subject, version], ensure_ascii=True).encode()).hexdigest()


def broken(c: Connection) -> int:
    """The first audit row whose chain does not fit, 0 when all do."""
    chain = ""
    for r in c.execute(select(audit).order_by(audit.c.seq)):
        if r.chain != _link(chain, r.at, r.who, r.what, r.subject, r.version):
            return r.seq
        chain = r.chain
    return 0


def now() -> str:
    """The time of day as it is stored."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")
