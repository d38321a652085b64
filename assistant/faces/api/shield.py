"""The guard in front of every request, as pure ASGI: who is addressed, from where, how much, and safe headers.

* Host: only names of this machine (and configured ones), so that a foreign page cannot reach in by DNS rebinding.
* State-changing requests from a browser must come from our own origin.
* A body is cut off at its limit while it arrives, before any parser sees it, and must arrive in time.
* Whatever still goes wrong inside is answered as JSON and logged without the request's content.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException

from assistant.faces.api.refusals import BY_STATUS, body

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
MAX_JSON = 1024 * 1024
MULTIPART_OVERHEAD = 1024 * 1024
BODY_SECONDS = 120.0
UPLOADS = frozenset({"/api/documents", "/api/drafts/check", "/api/drafts/release", "/api/text"})

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}

log = logging.getLogger("assistant.api")


class Shield:
    """ASGI middleware. ``hosts``: further names it answers to; ``max_upload``: bytes of one upload.

    ``anywhere``: served beyond this machine, so any literal address is answered too: no foreign page can bring one about.
    """

    def __init__(self, app: Any, hosts: frozenset[str] = frozenset(), max_upload: int = 50 * 1024 * 1024, anywhere: bool = False):
        self.app, self.anywhere = app, anywhere
        self.hosts = LOOPBACK | {host.lower() for host in hosts}
        self.max_upload = max_upload + MULTIPART_OVERHEAD

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def guarded_send(message: dict[str, Any]) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                named = {name for name, _ in message.setdefault("headers", [])}
                message["headers"] = [
                    *message["headers"],
                    *((n.encode(), v.encode()) for n, v in HEADERS.items() if n.encode() not in named),
                ]
            await send(message)

        try:
            refused = self._refuse(scope)
            if refused:
                await answer(guarded_send, *refused)
                return
            await self.app(scope, _Limited(receive, self._limit(scope)), guarded_send)
        except Exception as error:
            # The trace goes to the log; the message of an unforeseen error may hold what was asked, so it does not.
            log.error("unforeseen %s at %s", type(error).__name__, place(error))
            if not started:
                await answer(guarded_send, 500, "internal", "程序内部出错，这次没有答成。请稍后再试；一再出现时运行 assistant doctor 检查。")

    def _limit(self, scope: dict[str, Any]) -> int:
        return self.max_upload if scope["path"] in UPLOADS else MAX_JSON

    def _refuse(self, scope: dict[str, Any]) -> tuple[int, str, str] | None:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = headers.get(b"host", "").lower()
        if sum(name == b"host" for name, _ in scope["headers"]) != 1 or not self._ours(_name(host)):
            return 421, "wrong_host", ("这个服务不应答这个主机名。请用它的 IP 地址访问，或把主机名写进设置 ASSISTANT_HOSTS。" if self.anywhere
                                       else "这个服务只应答本机地址。请用 http://127.0.0.1 访问。")
        if scope["method"] not in SAFE_METHODS and not _same_origin(headers, host, scope.get("scheme", "http")):
            return 403, "cross_origin", "不接受别的网站发来的请求。请从本服务自己的页面或命令行访问。"
        length = headers.get(b"content-length", "0")
        if not length.isdecimal() or int(length) > self._limit(scope):
            return 413, *BY_STATUS[413]
        return None


    def _ours(self, name: str) -> bool:
        if name in self.hosts:
            return True
        try:
            return self.anywhere and bool(ip_address(name.strip("[]")))
        except ValueError:
            return False


class _Limited:
    """``receive`` that stops a body at ``limit`` bytes, and one that trickles in for too long."""

    def __init__(self, receive: Any, limit: int):
        self.receive, self.left = receive, limit
        self.deadline = time.monotonic() + BODY_SECONDS
        self.whole = False

    async def __call__(self) -> dict[str, Any]:
        if self.whole:
            return await self.receive()
        try:
            message = await asyncio.wait_for(self.receive(), max(0.0, self.deadline - time.monotonic()))
        except TimeoutError:
            raise HTTPException(408) from None
        if message["type"] == "http.request":
            self.left -= len(message.get("body", b""))
            self.whole = not message.get("more_body", False)
            if self.left < 0:
                raise HTTPException(413)
        return message


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _same_origin(headers: dict[bytes, str], host: str, scheme: str) -> bool:
    if headers.get(b"sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get(b"origin")
    if origin is None:
        return True
    parts = urlsplit(origin)
    return parts.scheme == scheme and parts.netloc.lower() == host


def place(error: Exception) -> str:
    """Where an error arose, without what it says."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"


async def answer(send: Any, status: int, code: str, message: str, more: Mapping[str, str] | None = None) -> None:
    """Send one refusal; ``more`` are further headers."""
    payload = json.dumps(body(code, message), ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(payload)).encode()),
               *((name.lower().encode(), value.encode()) for name, value in (more or {}).items())]
    if status == 413:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": payload})
