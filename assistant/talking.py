"""A conversation: what was said is kept, a follow-up is understood by rules, and a language model, when one is set, phrases the answer.

The offline answer is always made first. The model may only say it better: what it writes is checked sentence by sentence
(:mod:`assistant.agent.writing`), and when it is slow, dead or wrong, the offline answer is what is sent.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import prompting, settings
from assistant.agent.connection import Connection
from assistant.conversing import Desk as Talk
from assistant.conversing import Driver, Topic, dump, load
from assistant.conversing.recalling import Recall
from assistant.errors import AssistantError, Cancelled, ModelUnavailable
from assistant.tracing import Note, Tracer
from assistant.types import Answer, Asker

if TYPE_CHECKING:
    from assistant.agent.tools import Desk
    from assistant.store import Store

MOST_HITS = 6
"""Clauses that a model is given beside the draft."""
LONGEST_STATEMENT = 300
"""Characters of a message beyond which it may be a case, so that it is kept from a model that may not see cases."""
OFFLINE, PARTLY = "{why}以下是离线回答。", "大模型写的内容有一部分没有通过核对，已经略去。"


@dataclass(frozen=True)
class Chatted:
    """What a message got: the answer, the ids of its conversation and of its trace, and the title of the conversation."""

    answer: Answer
    conversation: str
    trace: str = ""
    title: str = ""


Tell = Callable[[str], None]


class Talking:
    """Conversations over one store. ``talk`` and ``desk`` give what rules and tools may reach for one asker (on one day, in one place),
    ``past`` what is reached when something said before is understood again (it stores nothing), ``is_case`` tells whether a text tells a case."""

    def __init__(self, store: Store, given: settings.Settings, *, talk: Callable[[Asker], Talk], desk: Callable[[Asker, date | None, str], Desk],
                 read_again: Callable[..., Answer], is_case: Callable[[str], bool],
                 past: Callable[[Asker], Talk] | None = None, prompts: Path | None = None, connection: Connection | None = None):
        self._past, self._recall = past, Recall()
        self._store, self._talk, self._desk, self._read_again, self._is_case = store, talk, desk, read_again, is_case
        self.connection = connection or Connection.of(given)
        self._tracer = Tracer(given.telemetry)
        self._prompts = prompting.load(prompts or settings.shipped("prompts"))

    def chat(self, message: str, conversation: str | None, *, asker: Asker, on: date | None = None, region: str = "",
             earlier: Sequence[str] | None = None, cancelled: threading.Event | None = None, tell: Tell | None = None) -> Chatted:
        """Answer a message in a conversation (None: a new one). With ``earlier``, what the asker said before in a conversation that
        its client keeps, none is stored: only the trace is, outside of any.

        Raises NotFound for a conversation that is not the asker's, BadInput and Classified as :meth:`Assistant.ask`,
        Cancelled when ``cancelled`` was set: then nothing of the message is kept.
        """
        with self._tracer.span("chat") as note:
            return self._chat(message, conversation, asker, on, region, earlier, cancelled or threading.Event(),
                              tell or (lambda status: None), note)

    def _chat(self, message: str, conversation: str | None, asker: Asker, on: date | None, region: str, earlier: Sequence[str] | None,
              cancelled: threading.Event, tell: Tell, note: Note) -> Chatted:
        row = self._store.conversation(conversation, asker) if conversation else None
        topic = load(json.loads(row.topic)) if row and row.topic else Topic()
        if earlier and self._past:
            topic = self._recall.topic(earlier, self._past(asker), asker=asker, on=on, region=region)
        tell("正在查找依据")
        replied = Driver(self._talk(asker)).reply(message, topic, on=on, region=region)
        answer, record = replied.answer, {"kind": replied.understood.kind, "message": message, "standalone": replied.understood.question,
                                          "region": replied.understood.region, "on": (on or date.today()).isoformat(), "offline": _cited(replied.answer)}
        if self.connection and replied.understood.kind in ("question", "explain"):
            asked = replied.reading.question if replied.reading else replied.understood.question
            where = replied.reading.region if replied.reading else replied.understood.region
            answer, more = self.phrase(answer, asked, message, asker, on, where, cancelled, tell)
            record |= more
        elif self.connection and replied.understood.kind in ("case", "case_fact") and answer.determination is not None:
            answer, more = self.read(answer, asker, cancelled, tell)
            record |= more
        if cancelled.is_set():
            raise Cancelled("提问的人已经离开，这次没有回答。")
        record |= {"cited": _cited(answer), "refusal": answer.refusal, "label": answer.label}
        if earlier is not None:
            self._recall.remember((*earlier, message), replied.topic, asker=asker, on=on, region=region)
            trace = self._store.put_trace(record, asker=asker)
        else:
            if row is None:
                row = self._store.start_conversation(message, asker=asker)
            trace = self._store.add_exchange(row.id, message, answer.text, _json(kept(answer)), _json(dump(replied.topic)), asker=asker,
                                             trace=_json(record))
        note(kind=record["kind"], model=record.get("model"), refusal=answer.refusal, fault=record.get("fault"), citations=len(answer.citations),
             kept=len(record.get("kept", ())), dropped=record.get("dropped"), trace=trace)
        return Chatted(answer, row.id if row else "", trace, row.title if row else "")

    def phrase(self, offline: Answer, question: str, told: str, asker: Asker, on: date | None, region: str, cancelled: threading.Event,
               tell: Tell) -> tuple[Answer, dict[str, Any]]:
        """The answer as the model phrases it where that stands every check, else the offline one; and what happened, for the trace."""
        connection = self.connection
        if connection is None or offline.refusal or offline.determination is not None or not offline.citations:
            return offline, {}
        if not connection.sees_cases and (len(told) > LONGEST_STATEMENT or self._is_case(told)):
            return replace(offline, notices=(*offline.notices, "提问像是案情，按设置不发给大模型。")), {"model": connection.name, "why": "case"}
        from assistant.agent.writing import Asked, Writer

        tell("正在整理回答")
        desk = self._desk(asker, on, region)
        try:
            with connection.slot():
                model = connection.model(connection.deadline(), cancelled, asker=asker.name)
                writer = Writer(model, self._prompts, desk, cases=connection.sees_cases, tell=tell)
                written = writer.write(Asked(question, on or date.today(), region, told), offline, desk.search(question, MOST_HITS))
        except Cancelled:
            raise
        except ModelUnavailable as error:
            return _instead(offline, error), {"model": connection.name, "fault": error.code}
        record: dict[str, Any] = {"model": connection.name, **written.record}
        if written.answer is None:
            return replace(offline, notices=(*offline.notices, OFFLINE.format(why=_sentence(written.why)))), record | {"why": written.why}
        notices = (PARTLY,) if written.record.get("dropped") else ()
        return replace(written.answer, notices=(*written.answer.notices, *notices)), record

    def read(self, offline: Answer, asker: Asker, cancelled: threading.Event, tell: Tell) -> tuple[Answer, dict[str, Any]]:
        """A case judged again with what the model reads in it, where the model may see cases."""
        connection = self.connection
        if connection is None or not connection.sees_cases:
            return offline, {"why": "case"}
        from assistant.agent.reading import CaseReader

        tell("正在读案情")
        try:
            with connection.slot():
                reader = CaseReader(connection.model(connection.deadline(), cancelled, asker=asker.name), self._prompts)
                answer = self._read_again(offline.determination.id, reader, asker=asker)
        except Cancelled:
            raise
        except ModelUnavailable as error:
            return _instead(offline, error), {"model": connection.name, "fault": error.code}
        record = {"model": connection.name, **reader.record}
        if reader.fault:
            return replace(offline, notices=(*offline.notices, OFFLINE.format(why=_sentence(reader.fault)))), record
        return replace(answer, notices=tuple(dict.fromkeys((*offline.notices, *answer.notices)))), record

    def usage(self) -> Mapping[str, Any]:
        """What each asker used of the model."""
        return self.connection.usage if self.connection else {}


def kept(answer: Answer) -> dict[str, Any]:
    """An answer as a conversation keeps it: enough to show it again, its clauses by id and quote."""
    cited = [{"provision": c.provision, "path": c.path, "quote": c.quote, "title": c.document.title, "number": c.document.number,
              "kind": c.document.kind, "region": c.document.region} for c in answer.citations]
    case = answer.determination.id if answer.determination is not None else ""
    return {"text": answer.text, "refusal": answer.refusal, "citations": cited, "notices": list(answer.notices), "label": answer.label, "case": case}


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False)


def _cited(answer: Answer) -> list[str]:
    return [c.provision for c in answer.citations]


def _instead(offline: Answer, error: AssistantError) -> Answer:
    return replace(offline, notices=(*offline.notices, OFFLINE.format(why=_sentence(error.message))))


def _sentence(words: str) -> str:
    return words if words.endswith(("。", "！", "？")) else words + "。"
