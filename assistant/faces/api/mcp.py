"""MCP over streamable HTTP at ``/mcp``: every request stands for itself, so that there are no sessions to keep or to lose."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from assistant.faces.api import entry, refusals
from assistant.faces.api.lanes import Lanes
from assistant.faces.desk import Desk


def router(lanes: Lanes) -> APIRouter:
    """The one address; Host, origin and the size of a body are looked at before, as for every request."""
    out = APIRouter(include_in_schema=False, dependencies=[Depends(entry.needs("ask"))])
    place = asynccontextmanager(lanes.questions.__call__)

    @out.post("/mcp")
    async def speak(request: Request) -> Response:
        return _Spoken(entry.desk(request), place)

    @out.api_route("/mcp", methods=["GET", "DELETE"])
    async def no_session(request: Request) -> Response:
        return JSONResponse(refusals.body(*refusals.BY_STATUS[405]), 405, {"Allow": "POST"})

    return out


class _Spoken(Response):
    """The answer to one request, given by the protocol's own library; loaded when the first such request comes."""

    def __init__(self, desk: Desk, place: Any):
        super().__init__()
        self._desk, self._place = desk, place

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from assistant.faces import mcp

        manager = StreamableHTTPSessionManager(mcp.server(lambda: self._desk, self._place), json_response=True, stateless=True)
        async with manager.run():
            await manager.handle_request(scope, receive, send)
