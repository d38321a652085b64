"""The routes of conversations: a message answered as a stream of events, what was said before, and how an answer came about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.types import Receive, Scope, Send

from assistant.errors import AssistantError, Cancelled
from assistant.faces import shapes
from assistant.faces.api import entry, schema
from assistant.faces.api.lanes import Lanes

PULSE_SECONDS = 3.0
"""How often a stream with nothing to say sends a comment, so that both sides notice when the other has gone."""

Id = Annotated[str, InPath(description="对话编号", examples=["3f2a9c0d1b4e5f60"], max_length=100)]


class Message(BaseModel):
    """一句话。"""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"message": "高明多久对干部考核评价一次？"}]})

    message: str = Field(description="要说的话；可以接着上文问，如“换成鹤山呢”“上面那条的原文”")
    conversation: str | None = Field(None, description="对话编号；不给就开始新的对话", max_length=100)
    on: str | None = Field(None, description="按哪一天有效的规定，如 2024-05-01；不给就是今天")
    region: str | None = Field("", description="问的是哪个地区的规定")


class Renamed(BaseModel):
    """对话的新名称。"""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(description="名称", examples=["考核评价"])


def router(lanes: Lanes) -> APIRouter:
    """Chat, conversations and traces."""
    out = APIRouter(tags=["对话"])
    chatting, asking, reader = Depends(lanes.chats), Depends(lanes.questions), Depends(entry.needs("ask"))

    refusals = schema.refusals

    @out.post("/api/chat", summary="对话", dependencies=[reader, chatting], response_class=StreamingResponse,
              responses={200: {"content": {"text/event-stream": {}}, "description": "事件流"}, **refusals(404, 422, 503)})
    def chat(request: Request, given: Message) -> StreamingResponse:
        """以事件流应答：`status` 正在做什么，`text` 核对过的一句或几句，`citation` 一个依据，`finding` 一个要素，`notice` 提示；
        最后一定是 `done`（完整的回答）或者 `error`（发生了什么、怎么办）。每个事件的 data 是 JSON，其中 `type` 与事件名相同。"""
        desk = entry.desk(request)
        # What is plainly wrong is said before a stream begins, with its own status.
        desk.check_message(given.message, given.conversation, given.on)
        return _stream(request, given)

    @out.get("/api/conversations", summary="对话清单", dependencies=[reader, asking], responses=refusals(503))
    def conversations(request: Request) -> JSONResponse:
        """自己的对话，新的在前。"""
        return JSONResponse(entry.desk(request).conversations())

    @out.get("/api/conversations/{id}", summary="一个对话", dependencies=[reader, asking], responses=refusals(404, 503))
    def conversation(request: Request, id: Id) -> JSONResponse:
        """一个对话里说过的话；也用于导出。没有的和无权看的，应答一样。"""
        return JSONResponse(entry.desk(request).conversation(id))

    @out.patch("/api/conversations/{id}", summary="改名", dependencies=[reader, asking], responses=refusals(404, 422, 503))
    def rename(request: Request, id: Id, given: Renamed) -> JSONResponse:
        return JSONResponse(entry.desk(request).rename_conversation(id, given.title))

    @out.delete("/api/conversations/{id}", summary="删除对话", dependencies=[reader, asking], responses=refusals(404, 503))
    def delete(request: Request, id: Id) -> JSONResponse:
        """连同其中的话和记录一起删除，不能恢复。"""
        entry.desk(request).delete_conversation(id)
        return JSONResponse({"deleted": id})

    @out.get("/api/traces/{id}", summary="一次回答的来历", dependencies=[reader, asking], responses=refusals(404, 503))
    def trace(request: Request, id: Id) -> JSONResponse:
        """提问怎样理解、找到哪些条款、用了什么提示词和模型、各项核对的结果。"""
        return JSONResponse(entry.desk(request).trace(id))

    return out


def _stream(request: Request, given: Message) -> StreamingResponse:
    """Answer in a thread; the stream sends what it says and always ends with ``done`` or ``error``. A client that leaves stops it."""
    gone: Event = Event()
    stopping: Event = request.app.state.stopping
    said: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
    desk = entry.desk(request)

    def run() -> None:
        try:
            reply = desk.chat(given.message, given.conversation, given.on, given.region or "", cancelled=gone,
                              tell=lambda status: said.put({"type": "status", "text": status}))
            for event in events(reply):
                said.put(event)
        except Cancelled:
            pass
        except AssistantError as error:
            said.put({"type": "error", **shapes.error(error)["error"]})
        except Exception:
            said.put({"type": "error", "code": "internal", "message": "程序内部出错，这次没有回答。请重试；还不行请运行 assistant doctor 检查。"})
        said.put(None)

    def lines() -> Iterator[bytes]:
        Thread(target=run, daemon=True, name="chat").start()
        try:
            while True:
                try:
                    event = said.get(timeout=PULSE_SECONDS)
                except Empty:
                    if stopping.is_set():
                        yield _line({"type": "error", "code": "server_gone", "message": "服务正在停止，这次没有回答。请稍后重试。"})
                        return
                    yield b": \n\n"
                    continue
                if event is None:
                    return
                yield _line(event)
        finally:
            gone.set()

    return Watched(lines(), gone)


class Watched(StreamingResponse):
    """A stream that tells when it is over, also when its client left: a generator is closed only when it is next collected."""

    def __init__(self, lines: Iterator[bytes], over: Event):
        super().__init__(lines, media_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._over = over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._over.set()


def events(reply: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A whole answer as events: its text by sentences, then what it rests on, ``done`` last."""
    for piece in shapes.sentences(reply["text"]):
        yield {"type": "text", "text": piece}
    for one in reply["citations"]:
        yield {"type": "citation", "citation": one}
    for one in (reply.get("determination") or {}).get("findings", ()):
        if one["span"]:
            yield {"type": "finding", "finding": one}
    for words in reply["notices"]:
        yield {"type": "notice", "text": words}
    yield {"type": "done", **reply}


def _line(event: dict[str, Any]) -> bytes:
    return f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()
