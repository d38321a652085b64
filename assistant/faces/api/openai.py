"""The chat interface that most programs speak: ``/v1/chat/completions`` and ``/v1/models``, also without the ``/v1``.

The last thing the user said is answered as ``POST /api/chat`` answers it. What the client sends of the talk before is its word only:
of it, what the user said is understood again to know what a follow-up means; the rest is left aside, and no permission comes of it.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as InPath
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from assistant.errors import AssistantError, Cancelled
from assistant.faces import markdown, shapes
from assistant.faces.api import entry, errands, shield
from assistant.faces.api.chat import Watched
from assistant.faces.api.faults import InTheirWords, Refused, internal, told
from assistant.faces.api.lanes import Lanes

MODEL = "cadre-policy-assistant"
ERRANDS = f"{MODEL}-util"
"""A second name for what chat programs want besides answers (titles and the like)."""
ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
MOST_MESSAGES = 2000
PULSE_SECONDS = 3.0
"""How often a stream with nothing to say sends a comment: proxies keep it open, and a client that has gone is noticed."""
LOOK_SECONDS = 0.5
STARTED = int(time.time())


class Turn(BaseModel):
    """对话里的一句。"""

    model_config = ConfigDict(extra="ignore")

    role: str = Field(description="system、user、assistant 等；只有 user 说的话有用")
    content: str | list[dict[str, Any]] | None = Field(None, description="一段文字，或 type 为 text 的各部分")


class StreamOptions(BaseModel):
    model_config = ConfigDict(extra="ignore")

    include_usage: bool | None = None


class Completion(BaseModel):
    """对话请求；没有列出的参数（temperature、tools 等）不起作用。"""

    model_config = ConfigDict(extra="ignore", json_schema_extra={
        "examples": [{"model": MODEL, "messages": [{"role": "user", "content": "高明多久对干部考核评价一次？"}], "stream": False}]})

    model: str = Field(MODEL, description=f"{MODEL}；{ERRANDS} 只用于起标题之类的杂事")
    messages: list[Turn] = Field(description="对话，最后一句 user 是要回答的", min_length=1, max_length=MOST_MESSAGES)
    stream: bool | None = Field(False, description="是否以事件流应答")
    stream_options: StreamOptions | None = None
    n: int | None = Field(1, description="只能是 1")
    metadata: dict[str, Any] | None = Field(None, description="可写 on（按哪一天的规定）和 region（哪个地区）")


@dataclass(frozen=True)
class Asked:
    """What a request comes to: the message, what the user said before it, and how much text came in all."""

    message: str
    earlier: tuple[str, ...]
    system: tuple[str, ...]
    characters: int
    on: str | None
    region: str


@dataclass(frozen=True)
class Said:
    """An answer as this interface gives it."""

    id: str
    text: str
    citations: tuple[dict[str, Any], ...] = ()
    annotations: tuple[dict[str, Any], ...] = ()

    def usage(self, asked: Asked) -> dict[str, int]:
        """Counted in characters: no tokenizer is used here."""
        return {"prompt_tokens": asked.characters, "completion_tokens": len(self.text), "total_tokens": asked.characters + len(self.text)}


def router(lanes: Lanes) -> APIRouter:
    """The interface under ``/v1`` and, for base addresses given without it, at the root."""
    out = APIRouter(tags=["兼容 OpenAI 的接口"], route_class=InTheirWords)
    reader, chatting = Depends(entry.needs("ask")), Depends(lanes.chats)

    async def completions(request: Request, given: Completion) -> Response:
        """对话，形状同 OpenAI 的 chat completions。依据（文号、条款、编号）、提示和标识都写在 content 里；另有 citations 供程序读取。"""
        asked = read(given)
        desk = entry.desk(request)
        errand = errands.reply(asked.system, asked.message, given.metadata or {}, always=given.model == ERRANDS)
        if errand is None:
            # What is plainly wrong is said before a stream begins, with its own status.
            await run_in_threadpool(desk.check_message, asked.message, None, asked.on)

        def answer(gone: Event) -> Said:
            if errand is not None:
                return Said(_id(), errand)
            return _answered(desk.chat(asked.message, None, asked.on, asked.region, earlier=asked.earlier, cancelled=gone), str(request.base_url))

        if given.stream:
            return _stream(request, given, asked, answer)
        return JSONResponse(whole(await _waited(request, answer), asked, given.model))

    async def models(request: Request) -> JSONResponse:
        """可用的模型名。"""
        return JSONResponse({"object": "list", "data": [_model(MODEL), _model(ERRANDS)]})

    async def model(request: Request, id: Annotated[str, InPath(description="模型名", examples=[MODEL])]) -> JSONResponse:
        """一个模型。"""
        return JSONResponse(_model(known(id)))

    async def nothing(request: Request) -> Response:
        raise Refused(f"没有 {request.url.path[:100]} 这个接口。这里只有 /v1/chat/completions 和 /v1/models；请在程序里选“OpenAI 兼容”一类的接口。",
                      status=404, code="not_found")

    for prefix in ("/v1", ""):
        shown = {"include_in_schema": prefix != ""}
        out.add_api_route(f"{prefix}/chat/completions", completions, methods=["POST"], summary="对话（OpenAI 写法）", dependencies=[reader, chatting],
                          response_class=JSONResponse, **shown)
        out.add_api_route(f"{prefix}/models", models, methods=["GET"], summary="模型清单（OpenAI 写法）", dependencies=[reader], **shown)
        out.add_api_route(f"{prefix}/models/{{id}}", model, methods=["GET"], summary="一个模型（OpenAI 写法）", dependencies=[reader], **shown)
    out.add_api_route("/v1/{path:path}", nothing, methods=["GET", "POST", "PUT", "PATCH", "DELETE"], dependencies=[reader], include_in_schema=False)
    return out


def read(given: Completion) -> Asked:
    """The message to answer and what the user said before. Raises Refused for what cannot be met."""
    known(given.model)
    if given.n not in (None, 1):
        raise Refused(f"n 只能是 1，给的是 {given.n}。同一个问题只有一个回答。", "n")
    for place, turn in enumerate(given.messages):
        if turn.role not in ROLES:
            raise Refused(f"messages.{place}.role 不认识“{turn.role[:20]}”。可用：{'、'.join(sorted(ROLES))}。", f"messages.{place}.role")
    users = [(place, turn) for place, turn in enumerate(given.messages) if turn.role == "user"]
    if not users:
        raise Refused("messages 里没有 role 为 user 的话，不知道要回答什么。请加上要问的话。", "messages")
    place, last = users[-1]
    if isinstance(last.content, list) and any(part.get("type") not in ("text", "input_text") for part in last.content):
        raise Refused("目前只能读文字，读不了图片、语音和附件。请写成文字再问；文件请用 assistant ingest 收入。", f"messages.{place}.content")
    more = given.metadata or {}
    for name in ("on", "region"):
        if not isinstance(more.get(name), str | None):
            raise Refused(f"metadata.{name} 要是一段文字。请改正后再试。", f"metadata.{name}")
    return Asked(
        _text(last), tuple(text for _, turn in users[:-1] if (text := _text(turn)).strip()),
        tuple(_text(turn) for turn in given.messages if turn.role in ("system", "developer")), sum(len(_text(turn)) for turn in given.messages),
        more.get("on"), more.get("region") or "",
    )


def known(model: str) -> str:
    """The name of a model that there is. Raises Refused."""
    if model not in (MODEL, ERRANDS):
        raise Refused(f"没有模型“{model[:60]}”。请在程序里把模型名填为 {MODEL}。", "model", 404, "model_not_found")
    return model


def _text(turn: Turn) -> str:
    if isinstance(turn.content, list):
        return "\n".join(str(part.get("text", "")) for part in turn.content if part.get("type") in ("text", "input_text"))
    return turn.content or ""


def _model(id: str) -> dict[str, Any]:
    return {"id": id, "object": "model", "created": STARTED, "owned_by": MODEL}


def _id() -> str:
    return "chatcmpl-" + secrets.token_hex(12)


def _answered(reply: dict[str, Any], base: str) -> Said:
    written = markdown.reply(reply, lambda id: markdown.opens(base, id))
    notes = tuple({"type": "url_citation", "url_citation": {"start_index": start, "end_index": end, "title": one["document"]["title"],
                                                            "url": markdown.opens(base, one["provision"])}}
                  for one, (start, end) in zip(reply["citations"], written.places, strict=True))
    return Said("chatcmpl-" + (reply["trace"] or secrets.token_hex(12)), written.text, tuple(reply["citations"]), notes)


def whole(said: Said, asked: Asked, model: str) -> dict[str, Any]:
    """The answer in one piece."""
    message = {"role": "assistant", "content": said.text, "refusal": None, "annotations": list(said.annotations)}
    return {"id": said.id, "object": "chat.completion", "created": int(time.time()), "model": model,
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
            "usage": said.usage(asked), "citations": list(said.citations)}


def chunks(said: Said, asked: Asked, model: str, with_usage: bool) -> Iterator[dict[str, Any]]:
    """The answer in pieces: the role, the text by sentences, the end, the usage where it was asked for."""
    base = {"id": said.id, "object": "chat.completion.chunk", "created": int(time.time()), "model": model}

    def one(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {**base, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}], **({"usage": None} if with_usage else {})}

    yield one({"role": "assistant", "content": ""})
    for piece in shapes.sentences(said.text):
        yield one({"content": piece})
    yield {**one({}, "stop"), "citations": list(said.citations)}
    if with_usage:
        yield {**base, "choices": [], "usage": said.usage(asked)}


async def _waited(request: Request, answer: Callable[[Event], Said]) -> Said:
    """The answer, worked at in a thread; a client that leaves meanwhile stops the work."""
    gone = Event()
    work = asyncio.ensure_future(run_in_threadpool(answer, gone))
    while not (await asyncio.wait({work}, timeout=LOOK_SECONDS))[0]:
        if await request.is_disconnected():
            gone.set()
    return work.result()


def _stream(request: Request, given: Completion, asked: Asked, answer: Callable[[Event], Said]) -> Watched:
    """Answer in a thread; the stream ends with ``[DONE]`` or with an error object, never without a word."""
    gone: Event = Event()
    stopping: Event = request.app.state.stopping
    done: SimpleQueue[Said | AssistantError] = SimpleQueue()
    with_usage = bool(given.stream_options and given.stream_options.include_usage)

    def run() -> None:
        try:
            done.put(answer(gone))
        except AssistantError as error:
            done.put(error)
        except Exception as error:
            shield.log.error("unforeseen %s at %s", type(error).__name__, shield.place(error))
            done.put(internal())

    def lines() -> Iterator[bytes]:
        Thread(target=run, daemon=True, name="completion").start()
        while True:
            try:
                said = done.get(timeout=PULSE_SECONDS)
                break
            except Empty:
                if stopping.is_set():
                    said = Cancelled("服务正在停止，这次没有回答。请稍后重试。")
                    break
                yield b": \n\n"
        if isinstance(said, AssistantError):
            yield _line(told(said))
            return
        for chunk in chunks(said, asked, given.model, with_usage):
            yield _line(chunk)
        yield b"data: [DONE]\n\n"

    return Watched(lines(), gone)


def _line(data: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
