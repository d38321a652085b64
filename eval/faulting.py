"""Faulty models through the chat path: every run must end in a verified or offline answer, with a notice and ``done``, in time."""

from __future__ import annotations

import copy
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from assistant.agent.connection import Connection
from assistant.agent.rehearsal.replies import Cooperative
from assistant.agent.rehearsal.server import FAULTS, Rehearsal
from assistant.assistant import Assistant
from assistant.faces import shapes
from assistant.settings import Settings
from assistant.types import Answer
from eval.dataset import Question
from eval.lying import WE
from eval.scoring import percentile

ASKED_FOR = ("refused", "hang", "drip", "429", "500", "cut", "badjson", "empty", "huge", "encoding", "falsetools")
DEADLINE_S = 1.5
GRACE_S = 1.0


def run(assistant: Assistant, questions: Sequence[tuple[Question, Answer]], each: int, others: int, at_once: int = 2) -> dict[str, Any]:
    """``each`` runs of the faults that were asked for and ``others`` of the rest; the facade and the HTTP face take turns."""
    from fastapi.testclient import TestClient

    from assistant.faces.api import create_app
    from assistant.faces.desk import Desk

    _connection(assistant, "http://127.0.0.1:9/v1", "coop").warm()
    with Rehearsal(Cooperative(), drip_s=0.02) as server:
        def one(job: tuple[str, int]) -> tuple[str, str, float, float]:
            fault, n = job
            question, offline = questions[n % len(questions)]
            own = _Alone(assistant, _connection(assistant, server.base_url, fault))
            client = TestClient(create_app(Desk(own, WE)), base_url="http://127.0.0.1") if n % 2 else None
            started = time.perf_counter()
            if client:
                given = {"message": question.question, "region": question.region, **({"on": question.on.isoformat()} if question.on else {})}
                raw = client.post("/api/chat", json=given).text
                body = json.loads(raw.rstrip().rpartition("data: ")[2])
            else:
                body = {"type": "done", **shapes.chatted(own.chat(question.question, asker=WE, on=question.on, region=question.region))}
            return fault, "；".join(_wrong(body, offline)), time.perf_counter() - started, own.model_s

        jobs = [(fault, n) for fault in FAULTS for n in range(each if fault in ASKED_FOR else others)]
        with ThreadPoolExecutor(at_once) as pool:
            done = list(pool.map(one, jobs))
        breaker = _in_a_row(assistant, server.base_url, questions, each)
    return _summed(done) | {"in_a_row": breaker, "deadline_s": DEADLINE_S, "grace_s": GRACE_S, "at_once": at_once}


class _Alone:
    """The facade with a connection of its own, so that one fault does not close the way to the next."""

    def __init__(self, assistant: Assistant, connection: Any):
        self._assistant = assistant
        self._talking = copy.copy(assistant._talking)
        self._talking.connection = connection
        self.model_s = 0.0
        phrase = self._talking.phrase

        def timed(*args: Any, **more: Any) -> Any:
            started = time.perf_counter()
            try:
                return phrase(*args, **more)
            finally:
                self.model_s = time.perf_counter() - started

        self._talking.phrase = timed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._assistant, name)

    def chat(self, message: str, conversation: str | None = None, **more: Any) -> Any:
        return self._talking.chat(self._assistant.check_question(message), conversation, **more)


def _connection(assistant: Assistant, url: str, fault: str) -> Any:
    return Connection.of(Settings(home=assistant.settings.home, model=f"openai:{fault}", model_base_url=url, model_connect_s=0.5, model_first_token_s=1.0,
                                  model_total_s=DEADLINE_S, model_slots=8))


def _wrong(body: dict[str, Any], offline: Answer) -> Iterator[str]:
    if body.get("type") != "done":
        yield f"ended in {body.get('type')}"
        return
    if len(body["notices"]) <= len(offline.notices):
        yield "no notice"
    if not body["text"] or [c["provision"] for c in body["citations"]] != [c.provision for c in offline.citations] or body["refusal"] != offline.refusal:
        yield "not the offline answer"


def _in_a_row(assistant: Assistant, url: str, questions: Sequence[tuple[Question, Answer]], count: int) -> dict[str, Any]:
    """One dead service and one connection, as in an office: after three faults nobody waits for it any more."""
    own = _Alone(assistant, _connection(assistant, url, "hang"))
    seconds, wrong = [], 0
    for n in range(count):
        question, offline = questions[n % len(questions)]
        started = time.perf_counter()
        found = own.chat(question.question, asker=WE, on=question.on, region=question.region)
        seconds.append(time.perf_counter() - started)
        wrong += bool(list(_wrong({"type": "done", **shapes.chatted(found)}, offline)))
    return {"n": count, "wrong": wrong, "waited": sum(s > 1.0 for s in seconds[3:]), "seconds": [round(s, 2) for s in seconds[:5]]}


def _summed(done: Sequence[tuple[str, str, float, float]]) -> dict[str, Any]:
    times: dict[str, list[float]] = defaultdict(list)
    well: Counter[str] = Counter()
    late: Counter[str] = Counter()
    why: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for fault, wrong, seconds, model_s in done:
        held[fault] += model_s > DEADLINE_S + GRACE_S
        times[fault].append(seconds)
        well[fault] += not wrong
        late[fault] += seconds > DEADLINE_S + GRACE_S
        if wrong:
            why[f"{fault}: {wrong}"] += 1
    kinds = {fault: {"n": len(t), "well": well[fault], "late": late[fault], "late_by_model": held[fault], "p50_s": round(percentile(t, 50), 2),
                     "max_s": round(max(t), 2)} for fault, t in times.items()}
    return {"n": len(done), "well": sum(well.values()), "late": sum(late.values()), "late_by_model": sum(held.values()), "kinds": kinds, "why": dict(why)}
