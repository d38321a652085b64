"""What an asker may read. Every read takes the asker and, where it matters, the day."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import Engine, bindparam, func, select, text

from assistant.errors import NotFound
from assistant.store import rows as shape
from assistant.store.catalogue import Catalogue, Entry
from assistant.store.database import Database, note
from assistant.store.kept import Kept
from assistant.store.rows import Listed
from assistant.store.tables import files, passages, provisions, versions
from assistant.types import Asker, Document, Provision

_DATED = re.compile(r"@([0-9A-Za-z\-]{4,64})(?=#|$)")

_WHOLE = """
    select a.version, a.id, a.path, a.own, a.level, a.heading, a.trail, a.parent, a."order", a.last, a.start, a."end",
           a.verified, b.own as part
    from provisions a join provisions b on b.version = a.version and b."order" between a."order" and a.last
    where {} order by a.version, a."order", b."order" """
_CLAUSES = text(_WHOLE.format("a.id in :ids")).bindparams(bindparam("ids", expanding=True))
_KEPT = 4_000_000
"""Characters of clauses kept in memory."""
_RANGES = select(passages.c.version, func.min(passages.c.rowid), func.max(passages.c.rowid)).group_by(passages.c.version)


class Reading(Database):
    """Documents and clauses, for those who may see them."""

    def __init__(self, home: Path, engine: Engine):
        super().__init__(home, engine)
        self._catalogue: tuple[int, Catalogue] | None = None
        self._kept: Kept[tuple[int, str], Provision] = Kept(_KEPT, lambda p: len(p.text) + len(p.own) + 200)

    def _current(self) -> Catalogue:
        cached = self._catalogue
        if cached and cached[0] == self.generation:
            return cached[1]
        with self._reading() as c:
            generation = int(note(c, "generation") or 0)
            found = c.execute(select(versions).where(versions.c.status == "current").order_by(versions.c.row)).mappings()
            # One put takes one run of rowids, so that a range tells whose a passage is.
            ranges = {v: (a, b) for v, a, b in c.execute(_RANGES)}
            catalogue = Catalogue(Entry(r["row"], shape.document(r), r["articles"], r["provisions"],
                                        *ranges.get(r["row"], (0, -1))) for r in found)
        self._catalogue = (generation, catalogue)
        return catalogue

    def visible(self, asker: Asker, on: date | None = None, *, in_force: bool = True) -> frozenset[int]:
        """Rows of the versions the asker may see and that are in force on a day (today); with ``in_force=False`` of any day."""
        return frozenset(self.entries(asker, on, in_force=in_force))

    def entries(self, asker: Asker, on: date | None = None, *, in_force: bool = True) -> dict[int, Entry]:
        """``visible`` with the documents: version row -> Entry. Shared and cached: do not change it."""
        current = self._current()
        return current.in_force(asker, on or date.today()) if in_force else {e.row: e for e in current.standing(asker)}

    def owners(self, rowids: Sequence[int]) -> dict[int, int]:
        """rowid -> version row, from memory: for checking many index results against ``visible``. Unknown ones are left out."""
        return self._current().owners(rowids)

    def documents(self, asker: Asker, on: date | None = None) -> tuple[Document, ...]:
        """The documents in force on a day (today), each once, in the order of their arrival."""
        return tuple(e.document for _, e in sorted(self.entries(asker, on).items()))

    def summary(self, asker: Asker, on: date | None = None) -> tuple[Listed, ...]:
        """``documents`` with how many 条 and provisions each has."""
        return tuple(Listed(e.document, e.articles, e.provisions) for _, e in sorted(self.entries(asker, on).items()))

    def versions(self, document_id: str, asker: Asker) -> tuple[Document, ...]:
        """Every version of a document that the asker may see, oldest first, a replaced one with its end."""
        return tuple(e.document for e in self._current().group(asker, document_id))

    def owned(self, owner: str) -> tuple[str, ...]:
        """Ids of the documents that ``owner`` put in and that are current (what a shipped corpus must clear up)."""
        with self._reading() as c:
            found = c.execute(select(versions.c.id).where(versions.c.owner == owner, versions.c.status == "current").distinct())
            return tuple(i for (i,) in found)

    def provision(self, provision_id: str, asker: Asker, on: date | None = None) -> tuple[Provision, Document]:
        """A clause by ``DOC#path``, ``DOC#path@DATE`` or ``DOC@DATE#path``, and its document.

        Without a date the version in force on ``on`` (today). Raises NotFound, the same for "not there" and "not yours".
        """
        plain, day = undate(provision_id)
        entry = self._pick(plain.partition("#")[0], day, asker, on)
        found = self._known([(entry.row, plain)], {entry.row: entry}) if entry is not None else None
        if found:
            return found[entry.row, plain], entry.document
        raise NotFound(self._missing(provision_id, plain, asker))

    def provisions(self, document_id: str, asker: Asker, on: date | None = None) -> tuple[Provision, ...]:
        """Every clause of a document (``DOC`` or ``DOC@DATE``) in order. Raises NotFound."""
        plain, day = undate(document_id)
        entry = self._pick(plain, day, asker, on)
        if entry is None:
            raise NotFound(self._missing(document_id, plain, asker))
        with self._reading() as c:
            found = c.execute(select(provisions).where(provisions.c.version == entry.row).order_by(provisions.c.order)).all()
        place = {r.order: i for i, r in enumerate(found)}
        return tuple(shape.provision(r, "".join(s.own for s in found[i:place[r.last] + 1]), plain)
                     for i, r in enumerate(found))

    def clauses(self, wanted: Iterable[tuple[int, str]], asker: Asker, on: date | None = None, *,
                in_force: bool = True) -> dict[tuple[int, str], tuple[Provision, Document]]:
        """Many clauses by (version row, provision id) in one query; those the asker may not see are left out."""
        entries = self.entries(asker, on, in_force=in_force)
        found = self._known([pair for pair in wanted if pair[0] in entries], entries)
        return {pair: (p, entries[pair[0]].document) for pair, p in found.items()}

    def _known(self, pairs: list[tuple[int, str]], entries: Mapping[int, Entry]) -> dict[tuple[int, str], Provision]:
        # What a version says never changes; who may see it is asked before.
        return self._kept.fetch(pairs, lambda missing: self._load(missing, entries))

    def _load(self, pairs: list[tuple[int, str]], entries: Mapping[int, Entry]) -> dict[tuple[int, str], Provision]:
        heads: dict[tuple[int, str], object] = {}
        parts: dict[tuple[int, str], list[str]] = {}
        wanted = set(pairs)
        with self._reading() as c:
            for r in c.execute(_CLAUSES, {"ids": list({i for _, i in pairs})}):
                if (r.version, r.id) in wanted:
                    heads.setdefault((r.version, r.id), r)
                    parts.setdefault((r.version, r.id), []).append(r.part)
        return {key: shape.provision(head, "".join(parts[key]), entries[key[0]].document.id) for key, head in heads.items()}

    def raw(self, document_id: str, asker: Asker, on: date | None = None) -> tuple[str, tuple[str, ...]]:
        """The decoded text of the file a document came in, which spans point into, and the lines that were cleaned away."""
        plain, day = undate(document_id)
        entry = self._pick(plain, day, asker, on)
        if entry is None:
            raise NotFound(self._missing(document_id, plain, asker))
        with self._reading() as c:
            row = c.execute(select(files.c.text, versions.c.removed).join(versions, versions.c.file == files.c.sha256)
                            .where(versions.c.row == entry.row)).one()
        return row.text, tuple(json.loads(row.removed))

    def _pick(self, document_id: str, day: str, asker: Asker, on: date | None) -> Entry | None:
        group = self._current().group(asker, document_id)
        if day:
            named = [e for e in group if e.document.version == day]
            if named:
                return named[-1]
            try:
                on = date.fromisoformat(day)
            except ValueError:
                return None
        valid = [e for e in group if e.document.in_force(on or date.today())]
        return valid[-1] if valid else None

    def _missing(self, asked: str, plain: str, asker: Asker) -> str:
        known = [d for d in self.versions(plain.partition("#")[0], asker)]
        if not known:
            return f"没有“{asked}”。请用 assistant documents 查看已有文件，或用 assistant search 查找条款。"
        days = "、".join(d.version for d in known)
        return f"“{asked}”在所问日期没有有效的条款；该文件的版本有：{days}。请核对条款编号，或写成“编号@日期”查看某一版本。"


def undate(identifier: str) -> tuple[str, str]:
    """An id without its version, and the version.

    >>> undate("公务员法#第六十条@2020-01-01"), undate("公务员法@2020-01-01#第六十条"), undate("公务员法#第六十条")
    (('公务员法#第六十条', '2020-01-01'), ('公务员法#第六十条', '2020-01-01'), ('公务员法#第六十条', ''))
    """
    m = _DATED.search(identifier)
    return (identifier[:m.start()] + identifier[m.end():], m[1]) if m else (identifier, "")
