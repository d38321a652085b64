"""A conversation driven offline: understand, ask the desk, remember. The facade's ``chat`` is made of this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from assistant.conversing import saying
from assistant.conversing.knowing import Known
from assistant.conversing.topic import Topic
from assistant.conversing.understanding import Reading, Understood, after, understand
from assistant.errors import BadInput, NotFound
from assistant.types import Answer, Document, Provision

_NO_ANSWER = frozenset({"out_of_corpus", "out_of_scope", "ambiguous"})


class Desk(Protocol):
    """What a conversation needs of the facade, for one asker."""

    def known(self, on: date | None) -> Known: ...
    def ask(self, question: str, *, on: date | None, region: str) -> Answer: ...
    def provision(self, id: str, *, on: date | None) -> tuple[Provision, Document]:
        """Raises NotFound."""
    def classify(self, text: str, *, on: date | None, region: str) -> Answer:
        """A case told: classified and stored, in the shape of an answer with its determination."""
    def add_fact(self, case: str, fact: str) -> Any:
        """The case judged again (``.determination``). Raises NotFound, BadInput, Classified."""
    def case(self, id: str) -> Any: ...
    def draft(self, form: str, fields: Mapping[str, str], case: str, *, on: date | None) -> tuple[Any, str]:
        """The notice (``.missing``) and its text. Raises NotFound, BadInput, Classified."""


@dataclass(frozen=True)
class Replied:
    """An answer, the topic after it, and how the message was understood (``reading``: the one that was answered)."""

    answer: Answer
    topic: Topic
    understood: Understood
    reading: Reading | None = None


class Driver:
    """Replies to messages over a desk. Holds nothing between calls: the topic comes in and goes out."""

    def __init__(self, desk: Desk):
        self.desk = desk

    def reply(self, message: str, topic: Topic | None = None, *, on: date | None = None, region: str = "") -> Replied:
        """Answer a message in its conversation. Raises BadInput for one that cannot be used, Classified for a secrecy mark."""
        known = self.desk.known(on)
        u = understand(message, topic or Topic(), known=known, region=region)
        return self.follow(u, known, on=on)

    def follow(self, u: Understood, known: Known, *, on: date | None = None) -> Replied:
        """Do what a message was understood to ask."""
        match u.kind:
            case "greeting" | "thanks":
                return Replied(saying.GREETING if u.kind == "greeting" else saying.THANKS, u.topic, u)
            case "feedback":
                return Replied(saying.DROPPED if u.finish else saying.FEEDBACK, u.topic, u)
            case "draft":
                return self._draft(u, known, on)
            case "case":
                answer = self.desk.classify(u.question, on=on, region=u.region)
                return Replied(answer, after(u, answer, known=known), u)
            case "case_fact":
                case = self.desk.add_fact(u.topic.case, u.question)
                answer = saying.explained(case, "结论")
                return Replied(replace(answer, text="已记入这个案件并重新分析。\n" + answer.text), after(u, answer, known=known, case=u.topic.case), u)
            case "explain" if u.topic.case:
                answer = saying.explained(self.desk.case(u.topic.case), u.question)
                return Replied(answer, after(u, answer, known=known, case=u.topic.case), u)
            case "original" | "explain" | "list":
                return Replied(self._clauses(u, on), u.topic, u)
        return self._question(u, known, on)

    def _question(self, u: Understood, known: Known, on: date | None) -> Replied:
        readings = (Reading(u.question, u.region, u.carried), *u.otherwise)
        first: tuple[Answer, Reading] | None = None
        for reading in readings:
            answer = self._asked(reading, on)
            if first is None:
                first = answer, reading
            if answer.refusal not in _NO_ANSWER and (not reading.within or {c.provision for c in answer.citations} & set(reading.within)):
                break
        else:
            assert first is not None
            answer, reading = first
        if u.since:
            answer = _narrowed(answer, u.since)
        answer = replace(answer, notices=(*reading.carried, *answer.notices))
        return Replied(answer, after(u, answer, known=known, chosen=reading), u, reading)

    def _asked(self, reading: Reading, on: date | None) -> Answer:
        try:
            return self.desk.ask(reading.question, on=on, region=reading.region)
        except BadInput:
            if not reading.carried:
                raise
            return Answer("请把问题说得具体一些：问的是哪件事、哪个文件或哪个地区。", refusal="ambiguous")

    def _clauses(self, u: Understood, on: date | None) -> Answer:
        found = []
        for id in u.provisions:
            try:
                found.append(self.desk.provision(id, on=on))
            except NotFound:
                continue
            if u.kind == "original" and u.ordinal is not None:
                break
        if not found:
            return saying.NOTHING_BEFORE
        if u.kind == "list":
            answer = saying.rest(u.topic, found, on) if u.ordinal is None else saying.item(u.topic, u.ordinal, found, on)
        else:
            lead = "文件没有另作说明，以下是所引条款：" if u.kind == "explain" else ""
            answer = saying.read_out(found[:1] if u.kind == "explain" else found, on, lead)
        return replace(answer, notices=(*u.carried, *answer.notices))

    def _draft(self, u: Understood, known: Known, on: date | None) -> Replied:
        topic, form = u.topic, known.form(u.topic.form)
        if form is None:
            return Replied(saying.FEEDBACK, replace(topic, form="", fields={}), u)
        try:
            notice, text = self.desk.draft(form.title, topic.fields, topic.case, on=on)
        except BadInput as error:
            kept = {k: v for k, v in topic.fields.items() if k not in u.fields}
            return Replied(Answer(error.message, notices=("这次给的内容没有填入。",)), replace(topic, fields=kept), u)
        return Replied(saying.drafted(notice, topic, form, u.finish, text), topic, u)


def _narrowed(answer: Answer, year: int) -> Answer:
    """An answer that may rest on documents from a year on only."""
    fits = [c for c in answer.citations if (start := c.document.effective or c.document.issued) and start.year >= year]
    if answer.refusal or fits and len(fits) == len(answer.citations):
        return answer
    told = "、".join(dict.fromkeys(f"《{c.document.title}》" + (f"（{d.year}年）" if (d := c.document.effective or c.document.issued) else "（日期未载）")
                                   for c in answer.citations))
    return Answer(f"{year}年以后的文件中没有找到这一点的规定。现有依据：{told}。", answer.citations, "out_of_corpus", answer.notices, trace={"claims": ()})
