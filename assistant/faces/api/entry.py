"""Who asks over HTTP, in front of every route: nothing is reached without a principal but what ``OPEN`` lists.

* Local mode (bound to this machine, no accounts): everyone who gets here is this machine's own user; any key is taken.
* With accounts: ``Authorization: Bearer cpa_…``, or the session's cookie; with the cookie, whatever changes something also needs
  the header ``X-CSRF-Token``.
* A command beside the server (the token of ``server.json``) is this machine's own user, from this machine only.

A route declares its right with ``Depends(needs(...))`` and gets its desk with :func:`desk`.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from assistant.accounts import LOCAL, Accounts, Buckets, Principal
from assistant.accounts.accounts import csrf
from assistant.errors import AssistantError, Forbidden, NotFound, Unauthenticated
from assistant.faces.api.refusals import headers_of
from assistant.faces.api.shield import SAFE_METHODS, answer
from assistant.faces.client import TOKEN_HEADER
from assistant.faces.desk import Desk

OPEN = frozenset({("GET", "/"), ("GET", "/style.css"), ("GET", "/api/health"), ("POST", "/api/session")})
"""What anyone may reach."""

STATIC = ("/web/", "/clauses/")
"""The parts of the page and the addresses that only lead to it, the same for everyone."""

SIGNED = "/bots/"
"""Callbacks of chat platforms, which carry a signature that their own room checks."""

CSRF_HEADER = "X-CSRF-Token"
COOKIE, SAFE_COOKIE = "cpa_session", "__Host-cpa_session"
WHO = "请先登录，或在请求头 Authorization 里给出密钥（Bearer cpa_…）。"


class Entry:
    """ASGI middleware inside the Shield: puts the Principal into the request's state, or refuses before a body is read."""

    def __init__(self, app: Any, *, accounts: Accounts, token: str, loopback: bool, buckets: Buckets):
        self.app, self.accounts, self.token, self.loopback, self.buckets = app, accounts, token, loopback, buckets

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        path, method = scope.get("path", ""), "GET" if scope.get("method") == "HEAD" else scope.get("method", "")
        if scope["type"] != "http" or (method, path) in OPEN or path.startswith(SIGNED) or (
                method == "GET" and path.startswith(STATIC)):
            await self.app(scope, receive, send)
            return
        try:
            scope.setdefault("state", {})["principal"] = await run_in_threadpool(self._identify, scope)
        except AssistantError as error:
            await answer(send, error.status, error.code, error.message, headers_of(error))
            return
        await self.app(scope, receive, send)

    def _identify(self, scope: dict[str, Any]) -> Principal:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        given = headers.get(TOKEN_HEADER.lower().encode(), "")
        if given and hmac.compare_digest(given.encode(), self.token.encode()) and (self.loopback or from_here(scope)):
            return LOCAL
        if not self.accounts.exist:
            if self.loopback:
                return LOCAL
            raise Unauthenticated(WHO)
        found = self._shown(scope, headers)
        self.buckets.take(found.name)
        return found

    def _shown(self, scope: dict[str, Any], headers: dict[bytes, str]) -> Principal:
        kind, _, key = headers.get(b"authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.accounts.verify_key(key.strip())
        token = session_token(headers.get(b"cookie", ""), scope.get("scheme", "http"))
        if not token:
            raise Unauthenticated(WHO)
        found = self.accounts.session(token)
        if scope["method"] not in SAFE_METHODS:
            check_csrf(token, headers.get(CSRF_HEADER.lower().encode(), ""))
        return found


def session_token(cookies: str, scheme: str) -> str:
    """The session's token in a Cookie header, "" without one; over https only the cookie that came over https counts."""
    wanted = cookie_name(scheme)
    return next((value.strip() for name, _, value in (one.partition("=") for one in cookies.split(";")) if name.strip() == wanted), "")


def cookie_name(scheme: str) -> str:
    return SAFE_COOKIE if scheme == "https" else COOKIE


def check_csrf(token: str, given: str) -> None:
    """Raises Forbidden when what a page of ours sends along is missing or of another session."""
    if not hmac.compare_digest(given.encode(), csrf(token).encode()):
        raise Forbidden("请求缺少或带错了校验（X-CSRF-Token）。请刷新页面后再试。")


def from_here(scope: dict[str, Any]) -> bool:
    """Whether the other side is this machine: a loopback address, or the very address that the server is reached at."""
    peer, here = (scope.get("client") or ("",))[0], (scope.get("server") or ("",))[0]
    try:
        address = ip_address(peer)
        address = getattr(address, "ipv4_mapped", None) or address
        return address.is_loopback or peer == here
    except ValueError:
        return False


def principal(request: Request) -> Principal:
    """Who asks. Raises Unauthenticated where the middleware let nobody in."""
    found = getattr(request.state, "principal", None)
    if found is None:
        raise Unauthenticated(WHO)
    return found


def desk(request: Request) -> Desk:
    """The desk of who asks; of this machine's own user the one that the server was made with."""
    return desk_of(request.app.state.desk, principal(request))


def desk_of(house: Desk, who: Principal) -> Desk:
    """The desk for a principal over the house's assistant."""
    return house if who.local else Desk(house.assistant, who.asker, who)


def needs(right: str) -> Callable[[Request], None]:
    """A dependency: raises Forbidden, in words, for a principal without the right."""

    def check(request: Request) -> None:
        principal(request).require(right)

    check.right = right  # type: ignore[attr-defined]
    return check


def signed_in(request: Request) -> None:
    """A dependency: anyone who has shown who they are."""
    principal(request)


signed_in.right = ""  # type: ignore[attr-defined]


def rights_of(route: Any) -> frozenset[str]:
    """The rights that a route declares; empty for one that declares none at all."""
    return frozenset(one.call.right for one in route.dependant.dependencies if hasattr(one.call, "right"))


def declared(request: Request) -> None:
    """A dependency of every route: one that declares no right is for this machine's own user only."""
    who = getattr(request.state, "principal", None)
    if who is not None and not who.local and not rights_of(request.scope["route"]):
        raise Forbidden("这里只供本机使用。请在服务器上用 assistant 命令。")


def local_only(request: Request) -> None:
    """A dependency: the route is not there but for a command with the token of ``server.json``."""
    given = request.headers.get(TOKEN_HEADER, "")
    # The middleware took the token from this machine only; in local mode it lets everyone in, so it is looked at again.
    if not (principal(request).local and hmac.compare_digest(given.encode(), request.app.state.token.encode())):
        raise NotFound("没有这个地址或这样东西。接口一览见 /docs。")


local_only.right = "local"  # type: ignore[attr-defined]
