"""A chat model that says what a function tells it to, for graphs without a network."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

from assistant.agent.quiet import hush

hush()


class Scripted(BaseChatModel):
    """``reply(messages)`` gives each AIMessage, which is streamed ``size`` letters at a time and ends with a finish reason.

    ``seen`` keeps the messages of every call, ``tools`` the names of the tools bound last; copies made by
    :meth:`bind_tools` share ``seen``.

    >>> "".join(chunk.text for chunk in Scripted(reply=lambda messages: AIMessage("可以。")).stream("问"))
    '可以。'
    """

    reply: Callable[[list[BaseMessage]], AIMessage]
    size: int = Field(4, ge=1)
    tools: tuple[str, ...] = ()
    seen: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], *, tool_choice: Any = None, **kwargs: Any) -> Scripted:
        """A copy that knows the names of the tools."""
        return self.model_copy(update={"tools": tuple(convert_to_openai_tool(tool)["function"]["name"] for tool in tools)})

    def _said(self, messages: list[BaseMessage]) -> AIMessage:
        self.seen.append(list(messages))
        said = self.reply(messages)
        reason = "tool_calls" if said.tool_calls or said.invalid_tool_calls else "stop"
        return said.model_copy(update={"response_metadata": {"finish_reason": reason, "model_name": "scripted", **said.response_metadata}})

    def _generate(self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._said(messages))])

    def _stream(self, messages: list[BaseMessage], stop: list[str] | None = None, run_manager: Any = None, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        said = self._said(messages)
        for message in _pieces(said, self.size):
            chunk = ChatGenerationChunk(message=message)
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk
        yield ChatGenerationChunk(
            message=AIMessageChunk("", response_metadata=said.response_metadata, usage_metadata=said.usage_metadata, chunk_position="last"),
            generation_info={"finish_reason": said.response_metadata["finish_reason"]},
        )


def _pieces(said: AIMessage, size: int) -> Iterator[AIMessageChunk]:
    text = said.text
    for at in range(0, len(text), size):
        yield AIMessageChunk(text[at : at + size])
    calls = [(c["name"], json.dumps(c["args"], ensure_ascii=False), c["id"]) for c in said.tool_calls]
    calls += [(c["name"], c["args"], c["id"]) for c in said.invalid_tool_calls]
    for index, (name, arguments, key) in enumerate(calls):
        given = {"name": name, "id": key or f"call_{index}"}
        for at in range(0, max(1, len(arguments or "")), size * 4):
            piece = {"name": None, "id": None, **given, "args": (arguments or "")[at : at + size * 4], "index": index, "type": "tool_call_chunk"}
            yield AIMessageChunk("", tool_call_chunks=[piece])
            given = {}
