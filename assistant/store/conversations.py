"""Conversations: what was said in turn, what the talk is about, and how each answer came about. Each row has an owner.

Only the owner (and local mode's asker) finds one; "not yours" and "not there" read the same. What is deleted or forgotten
is wiped from the database file; the audit keeps ids, never text.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from assistant.errors import BadInput, NotFound
from assistant.store import trail
from assistant.store.database import Database
from assistant.store.tables import conversations, traces, turns
from assistant.types import Asker

MOST_TURNS = 200
"""Turns kept of one conversation; the oldest are forgotten, question and answer together."""
MOST_CONVERSATIONS = 500
"""Conversations kept of one owner; those untouched for longest are forgotten."""
MOST_TRACES = 200
"""Traces kept of one conversation, and as many of an owner's answers outside of any."""
LONGEST_TITLE = 60

Role = Literal["user", "assistant"]


@dataclass(frozen=True)
class ConversationRow:
    """A conversation as stored; ``topic`` is JSON as it was given ("" at the start)."""

    id: str
    owner: str
    title: str
    created: str
    updated: str
    topic: str = ""


@dataclass(frozen=True)
class TurnRow:
    """One thing said; ``answer`` is JSON of the whole answer, "" for what a user said."""

    seq: int
    role: Role
    text: str
    answer: str
    at: str


@dataclass(frozen=True)
class TraceRow:
    """How an answer came about: ``content`` is JSON, ``conversation`` "" outside of any."""

    id: str
    conversation: str
    at: str
    content: str


class Conversations(Database):
    """The conversations of one home."""

    def start_conversation(self, title: str, *, asker: Asker) -> ConversationRow:
        """A new conversation; beyond the most that an owner may keep, the one untouched for longest is forgotten."""
        id, at = secrets.token_hex(8), trail.now()
        with self._writing() as c:
            c.execute(insert(conversations), {"id": id, "owner": asker.name, "title": _title(title) or "新对话", "created": at, "updated": at, "topic": ""})
            old = select(conversations.c.id).where(conversations.c.owner == asker.name).order_by(
                conversations.c.updated.desc(), conversations.c.created.desc()).offset(MOST_CONVERSATIONS)
            for gone in c.execute(old).scalars().all():
                self._wipe(c, gone)
                trail.record(c, asker.name, "conversation forgotten", gone, 0)
            trail.record(c, asker.name, "conversation started", id, 0)
            return self._conversation(c, id, asker)

    def conversation(self, id: str, asker: Asker) -> ConversationRow:
        """A conversation by id. Raises NotFound."""
        with self._reading() as c:
            return self._conversation(c, id, asker)

    def conversations(self, asker: Asker, limit: int = MOST_CONVERSATIONS) -> tuple[ConversationRow, ...]:
        """The asker's conversations, the one last spoken in first."""
        wanted = select(conversations).order_by(conversations.c.updated.desc(), conversations.c.created.desc()).limit(limit)
        if not asker.all_units:
            wanted = wanted.where(conversations.c.owner == asker.name)
        with self._reading() as c:
            return tuple(ConversationRow(**r) for r in c.execute(wanted).mappings())

    def turns(self, id: str, asker: Asker) -> tuple[TurnRow, ...]:
        """What was said in a conversation, the oldest first. Raises NotFound."""
        with self._reading() as c:
            self._conversation(c, id, asker)
            return self._turns(c, id)

    def add_exchange(self, id: str, said: str, text: str, answer: str, topic: str, *, asker: Asker, trace: str = "") -> str:
        """Add what a user said and what was answered, with the topic after it, in one transaction: they stand together
        however many write at once. ``answer``, ``topic`` and ``trace`` are JSON; gives the trace's id, "" without one.
        Raises NotFound, also when the conversation was deleted meanwhile."""
        with self._writing() as c:
            row = self._conversation(c, id, asker)
            at = trail.now()
            c.execute(insert(turns), [{"conversation": id, "role": "user", "text": said, "answer": "", "at": at},
                                      {"conversation": id, "role": "assistant", "text": text, "answer": answer, "at": at}])
            c.execute(update(conversations).where(conversations.c.id == id).values(updated=at, topic=topic))
            old = c.execute(select(turns.c.seq).where(turns.c.conversation == id).order_by(turns.c.seq.desc()).offset(MOST_TURNS)).scalars().all()
            if old:
                _thoroughly(c)
                c.execute(delete(turns).where(turns.c.conversation == id, turns.c.seq <= old[0]))
            return self._trace(c, row.owner, id, trace) if trace else ""

    def rename_conversation(self, id: str, title: str, *, asker: Asker) -> ConversationRow:
        """Give a conversation another title. Raises NotFound, BadInput for an empty one."""
        title = _title(title)
        if not title:
            raise BadInput(f"对话的名称是空的。请给一个不超过 {LONGEST_TITLE} 个字的名称。")
        with self._writing() as c:
            self._conversation(c, id, asker)
            c.execute(update(conversations).where(conversations.c.id == id).values(title=title))
            return self._conversation(c, id, asker)

    def delete_conversation(self, id: str, *, asker: Asker) -> None:
        """Delete a conversation with all that was said in it and how it came about, from the file too. Raises NotFound."""
        with self._writing() as c:
            self._conversation(c, id, asker)
            self._wipe(c, id)
            trail.record(c, asker.name, "conversation deleted", id, 0)
        try:
            # Old pages would otherwise stand in the write-ahead log until it is next written over.
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as c:
                c.exec_driver_sql("commit")
                c.exec_driver_sql("pragma wal_checkpoint(truncate)")
        except DBAPIError:
            pass

    def export_conversation(self, id: str, *, asker: Asker) -> dict[str, Any]:
        """A conversation with its turns as plain data. Raises NotFound."""
        with self._reading() as c:
            row, said = self._conversation(c, id, asker), self._turns(c, id)
        return {"id": row.id, "title": row.title, "created": row.created, "updated": row.updated, "topic": _read(row.topic),
                "turns": [{"role": t.role, "text": t.text, "at": t.at, **({"answer": _read(t.answer)} if t.answer else {})} for t in said]}

    def put_trace(self, content: Mapping[str, Any], *, asker: Asker, conversation: str = "") -> str:
        """Keep how an answer came about; its id. Raises NotFound for a conversation that is not the asker's."""
        with self._writing() as c:
            owner = self._conversation(c, conversation, asker).owner if conversation else asker.name
            return self._trace(c, owner, conversation, json.dumps(content, ensure_ascii=False))

    def trace(self, id: str, asker: Asker) -> TraceRow:
        """How an answer came about, by id. Raises NotFound."""
        with self._reading() as c:
            found = c.execute(select(traces).where(traces.c.id == id)).first()
        if found is None or not (asker.all_units or found.owner == asker.name):
            raise NotFound(f"没有记录“{id[:40]}”。请核对编号；记录随对话一起删除，也只保留最近的 {MOST_TRACES} 条。")
        return TraceRow(found.id, found.conversation, found.at, found.content)

    def traces(self, asker: Asker, conversation: str = "") -> tuple[TraceRow, ...]:
        """The traces of a conversation (or of answers outside of any), the newest first. Raises NotFound."""
        wanted = select(traces).where(traces.c.conversation == conversation).order_by(traces.c.at.desc(), traces.c.id)
        if not asker.all_units:
            wanted = wanted.where(traces.c.owner == asker.name)
        with self._reading() as c:
            if conversation:
                self._conversation(c, conversation, asker)
            return tuple(TraceRow(r.id, r.conversation, r.at, r.content) for r in c.execute(wanted))

    def _conversation(self, c: Connection, id: str, asker: Asker) -> ConversationRow:
        found = c.execute(select(conversations).where(conversations.c.id == id)).mappings().first()
        if found is None or not (asker.all_units or found["owner"] == asker.name):
            raise NotFound(f"没有对话“{id[:40]}”。请核对编号，或开始新的对话。")
        return ConversationRow(**found)

    def _turns(self, c: Connection, id: str) -> tuple[TurnRow, ...]:
        return tuple(TurnRow(r.seq, r.role, r.text, r.answer, r.at)
                     for r in c.execute(select(turns).where(turns.c.conversation == id).order_by(turns.c.seq)))

    def _trace(self, c: Connection, owner: str, conversation: str, content: str) -> str:
        id = f"{trail.now()[:10].replace('-', '')}-{secrets.token_hex(6)}"
        c.execute(insert(traces), {"id": id, "conversation": conversation, "owner": owner, "at": trail.now(), "content": content})
        own = select(traces.c.id).where(traces.c.owner == owner, traces.c.conversation == conversation)
        gone = c.execute(own.order_by(traces.c.at.desc(), traces.c.id != id).offset(MOST_TRACES)).scalars().all()
        if gone:
            _thoroughly(c)
            c.execute(delete(traces).where(traces.c.id.in_(gone)))
        return id

    def _wipe(self, c: Connection, id: str) -> None:
        _thoroughly(c)
        c.execute(delete(traces).where(traces.c.conversation == id))
        c.execute(delete(turns).where(turns.c.conversation == id))
        c.execute(delete(conversations).where(conversations.c.id == id))


def _thoroughly(c: Connection) -> None:
    """Overwrite what this connection deletes, also where that costs another page written."""
    c.exec_driver_sql("pragma secure_delete=on")


def _title(text: str) -> str:
    text = "".join(ch for ch in " ".join(text.split()) if ch.isprintable())
    return text if len(text) <= LONGEST_TITLE else text[:LONGEST_TITLE - 1] + "…"


def _read(text: str) -> Any:
    return json.loads(text) if text else None
