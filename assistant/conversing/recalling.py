"""A conversation that its client keeps: what was talked about is remembered by what was said, else understood again from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date

from assistant.conversing.driving import Desk, Driver
from assistant.conversing.topic import Topic, dump
from assistant.errors import AssistantError
from assistant.store.kept import Kept
from assistant.types import Asker

MOST_REPLAYED = 6
"""Earlier messages that are understood again where the topic is not remembered; a follow-up seldom reaches further back."""
MOST_REMEMBERED = 4 << 20
"""Bytes of topics that are remembered."""


class Recall:
    """Topics by who asks and what was said before, for as long as the process lives; nothing of it is stored."""

    def __init__(self) -> None:
        self._kept: Kept[str, Topic] = Kept(MOST_REMEMBERED, lambda topic: 200 + len(json.dumps(dump(topic))))

    def topic(self, said: Sequence[str], desk: Desk, *, asker: Asker, on: date | None = None, region: str = "") -> Topic:
        """The topic after ``said`` (messages of the asker, the oldest first), from the longest beginning that is remembered.

        ``desk`` must store nothing: the rest, up to :data:`MOST_REPLAYED` messages, is answered by it again, offline.
        """
        keys = _keys(said, asker, on, region)
        topic, known = Topic(), 0
        for place in range(len(said), 0, -1):
            if found := self._kept.fetch([keys[place]], lambda missing: {}):
                topic, known = found[keys[place]], place
                break
        driver = Driver(desk)
        for place in range(max(known, len(said) - MOST_REPLAYED), len(said)):
            try:
                topic = driver.reply(said[place], topic, on=on, region=region).topic
            except AssistantError:
                continue
        if said:
            self._kept.fetch([keys[-1]], lambda missing: {keys[-1]: topic})
        return topic

    def remember(self, said: Sequence[str], topic: Topic, *, asker: Asker, on: date | None = None, region: str = "") -> None:
        """Keep the topic after ``said``."""
        key = _keys(said, asker, on, region)[-1]
        self._kept.fetch([key], lambda missing: {key: topic})


def _keys(said: Sequence[str], asker: Asker, on: date | None, region: str) -> list[str]:
    """A key for each beginning of what was said, the empty one first: another asker's or another day's are never the same."""
    mark = hashlib.sha256(json.dumps([asker.name, sorted(asker.units), asker.all_units, str(on), region]).encode())
    out = [mark.hexdigest()]
    for message in said:
        mark.update(hashlib.sha256(message.strip().encode()).digest())
        out.append(mark.hexdigest())
    return out
