"""Cases: what was told, what was added and by whom, what was determined, what was decided. Each row has an owner.

Only the owner (and local mode's asker) finds a case; "not yours" and "not there" read the same. The audit gets ids, never text.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, insert, select

from assistant.errors import NotFound
from assistant.store import trail
from assistant.store.database import Database
from assistant.store.tables import case_decisions, case_determinations, case_facts, cases
from assistant.types import Asker


@dataclass(frozen=True)
class FactRow:
    """A fact added later: its words, who said it, when it was written down."""

    text: str
    by: str
    at: str


@dataclass(frozen=True)
class DecisionRow:
    """What a named person decided, and when."""

    outcome: str
    by: str
    at: str


@dataclass(frozen=True)
class CaseRow:
    """A case as stored; ``determination`` is the newest one as JSON, ``on`` and ``region`` as they were given ("" = not)."""

    id: str
    owner: str
    text: str
    scheme: str
    on: str
    region: str
    created: str
    facts: tuple[FactRow, ...] = ()
    determination: str = ""
    decision: DecisionRow | None = None


class Cases(Database):
    """The cases of one home."""

    def put_case(self, text: str, scheme: str, on: date | None, region: str, determination: str, *, asker: Asker) -> CaseRow:
        """Store a new case with its first determination, in one transaction."""
        day = trail.now()[:10].replace("-", "")
        with self._writing() as c:
            id = f"{day}-{secrets.token_hex(4)}"
            at = trail.now()
            c.execute(insert(cases), {"id": id, "owner": asker.name, "text": text, "scheme": scheme, "on": on.isoformat() if on else "",
                                      "region": region, "created": at})
            c.execute(insert(case_determinations), {"case": id, "at": at, "content": determination})
            trail.record(c, asker.name, "case added", id, 0)
            return self._case(c, id, asker)

    def case(self, id: str, asker: Asker) -> CaseRow:
        """A case by id. Raises NotFound."""
        with self._reading() as c:
            return self._case(c, id, asker)

    def cases(self, asker: Asker, scheme: str = "", limit: int = 200) -> tuple[CaseRow, ...]:
        """The asker's cases, newest first."""
        wanted = select(cases.c.id).order_by(cases.c.created.desc(), cases.c.id).limit(limit)
        if not asker.all_units:
            wanted = wanted.where(cases.c.owner == asker.name)
        if scheme:
            wanted = wanted.where(cases.c.scheme == scheme)
        with self._reading() as c:
            return tuple(self._gathered(c, c.execute(wanted).scalars().all()))

    def add_fact(self, id: str, text: str, by: str, determination: str, *, asker: Asker) -> CaseRow:
        """Add a fact and the determination that follows from it. Raises NotFound."""
        with self._writing() as c:
            self._case(c, id, asker)
            at = trail.now()
            c.execute(insert(case_facts), {"case": id, "text": text, "by": by, "at": at})
            c.execute(insert(case_determinations), {"case": id, "at": at, "content": determination})
            trail.record(c, asker.name, "case fact added", id, 0)
            return self._case(c, id, asker)

    def judge_case(self, id: str, determination: str, *, asker: Asker) -> CaseRow:
        """Add a newer determination of the same facts. Raises NotFound."""
        with self._writing() as c:
            self._case(c, id, asker)
            c.execute(insert(case_determinations), {"case": id, "at": trail.now(), "content": determination})
            trail.record(c, asker.name, "case judged", id, 0)
            return self._case(c, id, asker)

    def decide_case(self, id: str, outcome: str, by: str, *, asker: Asker) -> CaseRow:
        """Record what a named person decided; an earlier decision stays in the history. Raises NotFound."""
        with self._writing() as c:
            self._case(c, id, asker)
            c.execute(insert(case_decisions), {"case": id, "outcome": outcome, "by": by, "at": trail.now()})
            trail.record(c, asker.name, "case decided", id, 0)
            return self._case(c, id, asker)

    def _case(self, c: Connection, id: str, asker: Asker) -> CaseRow:
        found = next(iter(self._gathered(c, [id])), None)
        if found is None or not (asker.all_units or found.owner == asker.name):
            raise NotFound(f"没有案件“{id[:40]}”。请运行 assistant cases 查看案件编号。")
        return found

    def _gathered(self, c: Connection, ids: Iterable[str]) -> list[CaseRow]:
        ids = list(ids)
        facts: dict[str, list[FactRow]] = {}
        for r in c.execute(select(case_facts).where(case_facts.c.case.in_(ids)).order_by(case_facts.c.seq)):
            facts.setdefault(r.case, []).append(FactRow(r.text, r.by, r.at))
        newest = select(func.max(case_determinations.c.seq)).where(case_determinations.c.case.in_(ids)).group_by(case_determinations.c.case)
        said = {r.case: r.content for r in c.execute(select(case_determinations).where(case_determinations.c.seq.in_(newest)))}
        decided = {r.case: DecisionRow(r.outcome, r.by, r.at)
                   for r in c.execute(select(case_decisions).where(case_decisions.c.case.in_(ids)).order_by(case_decisions.c.seq))}
        rows = {r.id: r for r in c.execute(select(cases).where(cases.c.id.in_(ids)))}
        return [CaseRow(r.id, r.owner, r.text, r.scheme, r.on, r.region, r.created, tuple(facts.get(r.id, ())), said.get(r.id, ""),
                        decided.get(r.id)) for r in (rows[i] for i in ids if i in rows)]
