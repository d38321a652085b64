"""Model off, dead and on: the same clauses under the answer."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

from assistant.agent.connection import Connection
from assistant.agent.rehearsal.replies import Cooperative
from assistant.agent.rehearsal.server import Rehearsal
from assistant.assistant import Assistant
from assistant.errors import AssistantError
from assistant.settings import Settings
from assistant.types import LOCAL, Answer
from eval.dataset import Question
from eval.lying import Rehearsed
from eval.scoring import share


def run(assistant: Assistant, questions: Sequence[Question], seed: int) -> dict[str, Any]:
    """Each question without a model, with one that refuses, one that says the draft back, and one that phrases it lightly anew."""
    talking = assistant._talking
    with Rehearsal() as server:
        dead = Connection.of(Settings(home=assistant.settings.home, model="openai:refused", model_base_url=server.base_url, model_retries=0))
        ways = {"off": None, "dead": dead, "on": Rehearsed(Cooperative()), "on_phrased": Rehearsed(Cooperative(random.Random(seed)))}
        same: dict[str, list[bool]] = {way: [] for way in ways if way != "off"}
        dropped = dict.fromkeys(("on", "on_phrased"), 0)
        claims = dict.fromkeys(dropped, 0)
        missed: list[str] = []
        asked = spoken = 0
        for question in questions:
            said: dict[str, Answer | None] = {}
            for way, connection in ways.items():
                talking.connection = connection
                said[way], record = _ask(assistant, question)
                if way in dropped:
                    dropped[way] += record.get("dropped", 0)
                    claims[way] += record.get("dropped", 0) + len(record.get("kept", ()))
            asked += 1
            spoken += "kept" in record
            for way, found in same.items():
                found.append(_clauses(said[way]) == _clauses(said["off"]))
                if not found[-1]:
                    missed.append(f"{question.id} {way}")
    talking.connection = None
    return {"n": asked, "model_spoke": spoken, "same_clauses": {way: share(v) for way, v in same.items()}, "claims": claims, "dropped": dropped, "missed": missed}


def _ask(assistant: Assistant, question: Question) -> tuple[Answer | None, dict[str, Any]]:
    try:
        found = assistant.chat(question.question, asker=LOCAL, on=question.on, region=question.region)
    except AssistantError:
        return None, {}
    return found.answer, json.loads(assistant.store.trace(found.trace, LOCAL).content)


def _clauses(answer: Answer | None) -> tuple[Any, ...]:
    return (None,) if answer is None else (answer.refusal, frozenset(c.provision for c in answer.citations))
