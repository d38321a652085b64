"""The one way out to the platforms: HTTPS to named hosts only, no redirects, no proxies of the environment, everything bounded."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from assistant.faces.bots.contract import Answered, NoAnswer, NotSent

LARGEST_ANSWER = 1 << 20
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SECRETS = re.compile(r"((?:access_token|key|corpsecret|session|ticket|secret|sign|appsecret)=)[^&\s\"']+", re.IGNORECASE)


class Wire:
    """HTTP to the hosts given; plain http only to this machine. May be used from several threads."""

    def __init__(self, hosts: Iterable[str], *, connect: float = 5.0, total: float = 15.0):
        self._hosts = frozenset(h.lower() for h in hosts)
        self._client = httpx.Client(timeout=httpx.Timeout(total, connect=connect), follow_redirects=False, trust_env=False,
                                    limits=httpx.Limits(max_connections=32, max_keepalive_connections=8))

    def call(self, method: str, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None,
             data: Any = None, files: Mapping[str, tuple[str, bytes]] | None = None) -> Answered:
        """One call. Raises NotSent when it was not made, NoAnswer when it was and nothing whole came back."""
        if not allowed(url, self._hosts):
            raise NotSent(f"{redacted(url)} is not an allowed address")
        more: dict[str, Any] = {}
        if files:
            more = {"files": dict(files), **({"data": data} if data else {})}
        elif data is not None:
            more = {"content": json.dumps(data, ensure_ascii=False).encode(), "headers": {"content-type": "application/json; charset=utf-8", **(headers or {})}}
        try:
            with self._client.stream(method, url, params=params, **{"headers": headers, **more}) as response:
                body = b""
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > LARGEST_ANSWER:
                        raise NoAnswer("the answer is too large")
                return Answered(response.status_code, body, {k.lower(): v for k, v in response.headers.items()})
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise NotSent(type(error).__name__) from None
        except httpx.HTTPError as error:
            raise NoAnswer(type(error).__name__) from None

    def close(self) -> None:
        self._client.close()


def allowed(url: str, hosts: Iterable[str]) -> bool:
    """Whether a place may be called: a named host over TLS, or this machine where it is named.

    >>> allowed("https://oapi.dingtalk.com/robot", {"oapi.dingtalk.com"}), allowed("https://oapi.dingtalk.com@169.254.169.254/", {"oapi.dingtalk.com"})
    (True, False)
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if "@" in parts.netloc or "\\" in url or not url.isprintable() or " " in url:
        return False
    named = host in hosts or f"{host}:{port}" in hosts
    return named and (parts.scheme == "https" and (port in (None, 443) or f"{host}:{port}" in hosts) or parts.scheme == "http" and host in LOOPBACK)


def redacted(text: str) -> str:
    """A text without the secrets that stand in addresses.

    >>> redacted("https://x.cn/send?key=abc&a=1")
    'https://x.cn/send?key=***&a=1'
    """
    return SECRETS.sub(r"\1***", text)


class Tokens:
    """An access token kept until 90 % of its life is over; asked for once however many need it."""

    def __init__(self, fetch: Callable[[Any], tuple[str, float]]):
        self._fetch, self._lock = fetch, threading.Lock()
        self._token, self._until = "", 0.0

    def get(self, http: Any, now: float) -> str:
        """The token; ``fetch`` may raise NotSent, NoAnswer or Denied."""
        with self._lock:
            if not self._token or now >= self._until:
                self._token, life = self._fetch(http)
                self._until = now + life * 0.9
            return self._token

    def drop(self, token: str) -> None:
        """Forget a token that was refused; another that came meanwhile stays."""
        with self._lock:
            if token == self._token:
                self._token = ""


class Denied(Exception):
    """The platform said no to a token or a call; ``code`` is its own, ``message`` in its own words (shortened)."""

    def __init__(self, code: int | str, message: str):
        super().__init__(f"{code} {message}"[:200])
        self.code, self.message = code, message[:200]


def data_of(answered: Answered) -> dict[str, Any]:
    """The JSON object of an answer. Raises NoAnswer when it is none."""
    try:
        found = json.loads(answered.body)
    except (ValueError, RecursionError):
        raise NoAnswer(f"status {answered.status} without JSON") from None
    if not isinstance(found, dict):
        raise NoAnswer("no JSON object")
    return found
