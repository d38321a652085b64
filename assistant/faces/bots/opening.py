"""The bots of a home over its assistant: read from the file, put together, started and stopped with the server."""

from __future__ import annotations

import json
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from assistant.accounts import Accounts
from assistant.errors import AssistantError
from assistant.faces.bots import config
from assistant.faces.bots.config import Office
from assistant.faces.bots.pipeline import Pipeline
from assistant.faces.bots.replying import Replier
from assistant.faces.bots.wire import Wire
from assistant.faces.desk import Desk
from assistant.types import Asker

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.faces.bots.who import Directory

STILL_ASKING = "\n还缺 "
"""What a draft says while fields are missing: there is no file of it yet."""


class Bots:
    """The bots of a home, running between :meth:`start` and :meth:`stop`."""

    def __init__(self, office: Office, pipeline: Pipeline, wire: Wire):
        self.office, self.pipeline, self.wire = office, pipeline, wire
        self._streams: list[Any] = []

    def start(self) -> None:
        from assistant.faces.bots.dingtalk_stream import Stream

        self.pipeline.start()
        for channel in self.office.streams:
            self._streams.append(Stream(channel, self.pipeline, self.wire))
            self._streams[-1].start()

    def stop(self) -> None:
        for stream in self._streams:
            stream.stop()
        self.pipeline.stop()
        self.wire.close()


def opened(assistant: Assistant, accounts: Accounts | None = None, *, office: Office | None = None) -> Bots | None:
    """The bots that a home has; None when it has none. Raises BadSetting naming what is wrong in the file."""
    if office is None:
        path = config.find(assistant.settings.home, assistant.settings.bots)
        if path is None:
            return None
        office = config.load(path)
    return over(assistant, office, accounts or Accounts(assistant.store))


def over(assistant: Assistant, office: Office, directory: Directory, clock: Callable[[], float] = time.time) -> Bots:
    """Bots over an assistant."""
    wire = Wire(office.hosts)
    replier = Replier(FacadeBrain(assistant), assistant.store, directory, office.policy, clock)
    return Bots(office, Pipeline(assistant.store, office.channels, replier, wire, clock=clock), wire)


class FacadeBrain:
    """What bots need of the assistant, over the facade."""

    def __init__(self, assistant: Assistant):
        self._assistant = assistant

    def chat(self, message: str, conversation: str, asker: Asker, tell: Callable[[str], None]) -> Mapping[str, Any]:
        return Desk(self._assistant, asker).chat(message, conversation or None, tell=tell)

    def tells_a_case(self, message: str) -> bool:
        return self._assistant._casework.tells_a_case(message)

    def draft_file(self, reply: Mapping[str, Any], asker: Asker) -> tuple[str, bytes] | None:
        store = self._assistant.store
        try:
            if json.loads(store.trace(reply["trace"], asker).content).get("kind") != "draft" or STILL_ASKING in reply["text"]:
                return None
            topic = json.loads(store.conversation(reply["conversation"], asker).topic or "{}")
            made = Desk(self._assistant, asker).draft(topic["form"], topic.get("fields", {}), topic.get("case") or None)
        except (AssistantError, KeyError, ValueError):
            return None
        name = "".join(ch for ch in made["title"] if ch.isalnum() or ch in "（）《》")[:60] or "草稿"
        return f"{name}.docx", b64decode(made["docx"])
