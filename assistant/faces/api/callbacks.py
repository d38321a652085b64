"""Callbacks of chat platforms under ``/bots/{channel}/{bot}``: outside of host, origin and session checks, since the platform calls
under the office's public name and signs what it sends. Pure ASGI; without bots nothing of this is there.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool

from assistant.errors import AssistantError
from assistant.faces.bots.contract import LARGEST_BODY, Request, Response

if TYPE_CHECKING:
    from assistant.faces.bots.pipeline import Pipeline

PREFIX = "/bots/"
BODY_SECONDS = 10.0
MOST_AT_ONCE = 32
METHODS = frozenset({"GET", "POST"})
HEADERS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))

log = logging.getLogger("assistant.bots")


class Callbacks:
    """ASGI middleware in front of all others."""

    def __init__(self, app: Any, pipeline: Pipeline):
        self.app, self.pipeline = app, pipeline
        self.places = asyncio.Semaphore(MOST_AT_ONCE)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        said = await self._said(scope, receive)
        headers = [(b"content-type", said.kind.encode()), (b"content-length", str(len(said.body)).encode()), *HEADERS]
        if said.status == 413:
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": said.status, "headers": headers})
        await send({"type": "http.response.body", "body": said.body})

    async def _said(self, scope: dict[str, Any], receive: Any) -> Response:
        names = scope["path"].removeprefix(PREFIX).split("/")
        if scope["method"] not in METHODS or len(names) != 2 or tuple(names) not in self.pipeline.channels:
            return Response(status=404)
        try:
            body = await asyncio.wait_for(_body(receive), BODY_SECONDS)
        except TimeoutError:
            return Response(status=408)
        if body is None:
            return Response(status=413)
        request = Request(scope["method"], tuple(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
                          tuple((n.decode("latin-1").lower(), v.decode("latin-1")) for n, v in scope["headers"]), body)
        try:
            async with self.places:
                return await run_in_threadpool(self.pipeline.receive, names[0], names[1], request)
        except AssistantError as error:
            # Nothing was claimed, so the platform must come again.
            log.error("bots: %s", error.message)
            return Response(status=503)
        except Exception as error:
            log.error("bots: unforeseen %s", type(error).__name__)
            return Response(status=500)


async def _body(receive: Any) -> bytes | None:
    """The whole body, None when it is too large."""
    out = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        out += message.get("body", b"")
        if len(out) > LARGEST_BODY:
            return None
        if not message.get("more_body", False):
            return out
