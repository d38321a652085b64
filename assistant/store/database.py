"""The database under the store: transactions, and single values kept beside the documents."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select, update

from assistant.store.schema import DATABASE, speaking
from assistant.store.tables import meta
from assistant.store.turns import Turns


class Database:
    """One home's database; may be used from several threads."""

    def __init__(self, home: Path, engine: Engine):
        self.home = home
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._lock = Turns()
        self._looking = threading.Lock()
        self._watch: sqlite3.Connection | None = None
        self._seen = (-1, 0)

    def close(self) -> None:
        """Let go of the database."""
        with self._looking:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with speaking(self.home), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with speaking(self.home), self._lock, self._writer.begin() as connection:
            yield connection

    def note(self, key: str) -> str:
        """A single value kept beside the documents (corpus version, dirty mark ...); "" when not set."""
        with self._reading() as c:
            return note(c, key)

    def set_notes(self, **values: str) -> None:
        """Keep single values, all in one transaction."""
        with self._writing() as c:
            for key, value in values.items():
                set_note(c, key, value)

    @property
    def generation(self) -> int:
        """Grows with every change of the documents; what was cached under another number is stale."""
        with speaking(self.home), self._looking:
            if self._watch is None:
                self._watch = sqlite3.connect(self.home / DATABASE, timeout=15, isolation_level=None, check_same_thread=False)
                self._seen = (-1, 0)
            # SQLite counts for a connection the commits of all others: asking is a hundred times cheaper than reading a row.
            (commits,) = self._watch.execute("pragma data_version").fetchone()
            if commits != self._seen[0]:
                row = self._watch.execute("select value from meta where key = 'generation'").fetchone()
                self._seen = (commits, int(row[0]) if row else 0)
            return self._seen[1]

    @property
    def embedder(self) -> tuple[str, int] | None:
        """Name and dimension of the embedding the vectors were made by; None before the first."""
        value = self.note("embedder")
        if not value:
            return None
        name, _, dimension = value.rpartition(":")
        return name, int(dimension)

    def set_embedder(self, name: str, dimension: int) -> None:
        """Record the embedding that vectors are made by from now on."""
        self.set_notes(embedder=f"{name}:{dimension}")


def note(c: Connection, key: str) -> str:
    return c.execute(select(meta.c.value).where(meta.c.key == key)).scalar() or ""


def set_note(c: Connection, key: str, value: str) -> None:
    if not c.execute(update(meta).where(meta.c.key == key).values(value=value)).rowcount:
        c.execute(insert(meta), {"key": key, "value": value})
