"""ChatOpenAI under our rules: deadline, leaving askers, retries, breaker, counts, and no half or malformed output.

Importing this costs over a second (langchain_openai, openai); only ``connection.py`` does, when a model is first used.
"""

from __future__ import annotations

import json
import random
import ssl
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx2
from langchain_core.language_models.chat_models import (
    BaseChatModel,
    generate_from_stream,
)
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.utils import count_tokens_approximately
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI
from pydantic import PrivateAttr

from assistant.agent.faults import Fault, fault
from assistant.agent.limits import Breaker, Deadline, Meter
from assistant.agent.place import Place
from assistant.agent.wire import Trouble, Watch, Wire
from assistant.errors import Cancelled

BACKOFF_S = (0.2, 0.6)


@dataclass(frozen=True)
class Line:
    """What all calls of one answer share."""

    place: Place
    deadline: Deadline
    cancelled: threading.Event
    asker: str
    breaker: Breaker
    meter: Meter
    connect: float
    gap: float
    total: float
    retries: int
    keyed: bool
    tls: ssl.SSLContext | None = field(default=None, repr=False)


class Speaker(ChatOpenAI):
    """A ChatOpenAI whose every call streams (so that silence is noticed) and raises the errors of ``assistant.errors`` only."""

    _line: Line = PrivateAttr()

    @classmethod
    def on(cls, line: Line, key: str) -> Speaker:
        """A model for one answer."""
        self = cls(
            model=line.place.model, base_url=line.place.url, api_key=key or "none", temperature=0, streaming=True, stream_usage=True, cache=False,
            max_retries=0, use_responses_api=False, http_client=httpx2.Client(transport=_Nowhere(), trust_env=False), async_client="unused",
        )
        self._line = line
        return self

    def _stream(self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        line = self._line
        _still_wanted(line)
        line.breaker.enter()
        well: bool | None = None
        # A call that starts with the deadline nearly over says nothing about the service when it is cut short.
        fair = line.deadline.left() >= 0.9 * min(line.gap, line.total)
        failed: Fault | None = None
        try:
            for attempt in range(line.retries + 1):
                failed, begun = None, False
                reading = Reading(kwargs.get("tools") or ())
                try:
                    for chunk in self._attempt(reading, messages, stop, run_manager, kwargs):
                        begun = True
                        yield chunk
                except Exception as error:  # whatever a library makes of a strange answer is a fault of the model
                    failed = fault(error, line.place, connect=line.connect, gap=line.gap)
                finally:
                    line.meter.count(line.asker, calls=1, faults=int(failed is not None), prompt=reading.prompt, completion=reading.completion)
                if failed is None:
                    well = True
                    return
                if begun or not failed.again or attempt == line.retries or not self._rest(failed.wait):
                    break
            if failed.counts and fair:
                well = False
        finally:
            line.breaker.leave(well)
        if line.cancelled.is_set() and not isinstance(failed.error, Cancelled):
            failed = fault(Trouble("cancelled"), line.place, connect=line.connect, gap=line.gap)
        raise failed.error

    def _attempt(self, reading: Reading, messages: list[BaseMessage], stop: list[str] | None, run_manager: Any, kwargs: dict[str, Any]) -> Iterator[ChatGenerationChunk]:
        line = self._line
        watch = Watch(line.deadline, line.cancelled, connect=line.connect, gap=line.gap)
        with httpx2.Client(transport=Wire(line.place, watch, line.tls, keyed=line.keyed), trust_env=False, follow_redirects=False) as http:
            client = self.root_client.with_options(http_client=http)
            bound = self.model_copy(update={"root_client": client, "client": client.chat.completions})
            with closing(ChatOpenAI._stream(bound, messages, stop=stop, run_manager=run_manager, **kwargs)) as chunks:
                for chunk in chunks:
                    watch.alive()
                    watch.left()
                    reading.take(chunk)
                    yield chunk
                    watch.alive()
        reading.judge()

    def _rest(self, asked: float | None) -> bool:
        """Wait before trying again: what the server asked for, else a little, never the same. False when there is no time for it."""
        wait = random.uniform(*BACKOFF_S) if asked is None else asked + random.uniform(0, 0.2)
        if wait >= self._line.deadline.left():
            return False
        return not self._line.cancelled.wait(wait)

    def _generate(self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop=stop, run_manager=run_manager, **kwargs))

    async def _agenerate(self, *args: Any, **kwargs: Any) -> ChatResult:
        return await BaseChatModel._agenerate(self, *args, **kwargs)

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        async for chunk in BaseChatModel._astream(self, *args, **kwargs):
            yield chunk

    def get_num_tokens(self, text: str) -> int:
        """An estimate; the library's own count would download a vocabulary."""
        return len(text)

    def get_num_tokens_from_messages(self, messages: list[BaseMessage], tools: Sequence[Any] | None = None, **kwargs: Any) -> int:
        """An estimate; the library's own count would download a vocabulary."""
        return count_tokens_approximately(messages, chars_per_token=1.0)


def _still_wanted(line: Line) -> None:
    """Raises before anything is sent or counted, when the asker has left or other calls have used the time up."""
    if line.cancelled.is_set() or line.deadline.left() <= 0:
        trouble = Trouble("cancelled" if line.cancelled.is_set() else "total")
        raise fault(trouble, line.place, connect=line.connect, gap=line.gap).error


class _Nowhere(httpx2.BaseTransport):
    """Stands in the client until a call brings its own wire."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        raise Trouble("place")


class Reading:
    """Follows one output as it comes and judges it when it is whole. ``tools`` as sent to the server."""

    def __init__(self, tools: Sequence[Any]):
        self._known = {tool["function"]["name"] for tool in tools if isinstance(tool, dict) and "function" in tool}
        self._finish, self._said, self._any = "", False, False
        self._calls: dict[Any, tuple[list[str], list[str]]] = {}
        self.prompt = self.completion = 0

    def take(self, chunk: ChatGenerationChunk) -> None:
        """Raises Trouble for text that is not Unicode."""
        message = chunk.message
        self._any = True
        self._finish = (chunk.generation_info or {}).get("finish_reason") or self._finish
        text = chunk.text
        self._said = self._said or bool(text.strip())
        if isinstance(message, AIMessageChunk):
            for call in message.tool_call_chunks:
                so_far = self._calls.setdefault(call["index"] if call["index"] is not None else call["id"], ([], []))
                so_far[0].append(call["name"] or "")
                so_far[1].append(call["args"] or "")
                text += so_far[0][-1] + so_far[1][-1]
            if message.usage_metadata:
                self.prompt = max(self.prompt, message.usage_metadata["input_tokens"])
                self.completion = max(self.completion, message.usage_metadata["output_tokens"])
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise Trouble("encoding") from None

    def judge(self) -> None:
        """Raises Trouble for an output that is cut off, empty, or calls what it was not given."""
        if not self._any:
            raise Trouble("unusable")
        if self._finish not in ("stop", "tool_calls", "function_call"):
            raise Trouble({"length": "length", "content_filter": "filtered"}.get(self._finish, "cut"))
        if not self._said and not self._calls:
            raise Trouble("empty")
        for name, arguments in self._calls.values():
            try:
                whole = isinstance(json.loads("".join(arguments) or "{}"), dict)
            except (ValueError, RecursionError):
                whole = False
            if not whole or "".join(name) not in self._known:
                raise Trouble("tools")
