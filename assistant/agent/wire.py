"""The bytes to and from the model: one connection per call, on which every wait ends at the deadline or when the asker leaves.

The timeouts of HTTP clients start anew with every byte, so a server that drips one a second holds them for ever. Here
each wait asks a :class:`Watch` how long it may last.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore2
import httpx2

from assistant.agent.limits import Deadline
from assistant.agent.place import Place

MAX_BYTES = 4 * 1024 * 1024
SLICE_S = 0.1
HEADERS = {b"authorization", b"content-type", b"content-length", b"transfer-encoding", b"accept"}
"""What else a client library adds (machine, versions, ids out of the environment) stays here."""


class Trouble(Exception):
    """What went wrong with a call, by ``kind`` (the keys of ``faults.KINDS``); never holds words of the server."""

    def __init__(self, kind: str, *, status: int = 0, wait: float | None = None):
        super().__init__(kind)
        self.kind, self.status, self.wait = kind, status, wait


class Watch:
    """How long the next wait of one call may last: the deadline of the answer, and ``gap`` seconds between signs of life."""

    def __init__(self, deadline: Deadline, cancelled: threading.Event, *, connect: float, gap: float):
        self.deadline, self.cancelled, self.connect = deadline, cancelled, connect
        self._gap, self._sign, self._begun = gap, time.monotonic(), False

    def alive(self) -> None:
        """The model put something out."""
        self._sign, self._begun = time.monotonic(), True

    def left(self) -> float:
        """Seconds, above 0. Raises Trouble when there are none, or when the asker has left."""
        if self.cancelled.is_set():
            raise Trouble("cancelled")
        total, gap = self.deadline.left(), self._sign + self._gap - time.monotonic()
        if total <= 0:
            raise Trouble("total")
        if gap <= 0:
            raise Trouble("stall" if self._begun else "first")
        return min(total, gap)


class Wire(httpx2.BaseTransport):
    """Sends requests to ``place`` and nowhere else; gives 200s back, anything else is a Trouble."""

    def __init__(self, place: Place, watch: Watch, tls: ssl.SSLContext | None, *, keyed: bool):
        self._place, self._watch, self._tls, self._keyed = place, watch, tls, keyed

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url, place = request.url, self._place
        if (url.scheme, url.host.strip("[]"), url.port or {"http": 80, "https": 443}.get(url.scheme)) != (place.scheme, place.host, place.port):
            raise Trouble("place")
        self._watch.left()
        kept = [(n, v) for n, v in request.headers.raw if n.lower() in HEADERS and (self._keyed or n.lower() != b"authorization")]
        headers = [(b"host", url.netloc), *kept, (b"accept-encoding", b"identity"), (b"user-agent", b"cadre-policy-assistant"), (b"connection", b"close")]
        pool = httpcore2.ConnectionPool(ssl_context=self._tls, max_connections=1, max_keepalive_connections=0, network_backend=_Network(self._watch))
        try:
            answer = pool.handle_request(httpcore2.Request(
                request.method, httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=headers, content=request.stream,
            ))
            _usable(answer)
        except (httpcore2.NetworkError, httpcore2.ProtocolError):
            pool.close()
            raise Trouble("reset") from None
        except BaseException:
            pool.close()
            raise
        return httpx2.Response(200, headers=answer.headers, stream=_Body(answer, pool))


def _usable(answer: httpcore2.Response) -> None:
    found = {name.lower(): value.decode("latin-1") for name, value in answer.headers}
    if answer.status != 200:
        raise Trouble("status", status=answer.status, wait=_seconds(found.get(b"retry-after", "")))
    if found.get(b"content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise Trouble("packed")


def _seconds(retry_after: str) -> float | None:
    """The seconds of a Retry-After header, which may also be a date; None when there is no sense in it."""
    try:
        return max(0.0, float(retry_after)) if float(retry_after) < 86400 else None
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


class _Body(httpx2.SyncByteStream):
    def __init__(self, answer: httpcore2.Response, pool: httpcore2.ConnectionPool):
        self._answer, self._pool = answer, pool

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._answer.stream
        except (httpcore2.NetworkError, httpcore2.ProtocolError):
            raise Trouble("cut") from None

    def close(self) -> None:
        self._answer.close()
        self._pool.close()


class _Network(httpcore2.NetworkBackend):
    def __init__(self, watch: Watch):
        self._watch = watch

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
                    socket_options: Iterable[Any] | None = None) -> _Stream:
        ends = time.monotonic() + min(self._watch.connect, self._watch.left())
        last = "connect"
        for family, address in _addresses(host, port, ends, self._watch):
            ip = ipaddress.ip_address(address[0].partition("%")[0])
            if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
                raise Trouble("place")
            sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                sock.settimeout(max(0.001, ends - time.monotonic()))
                sock.connect(address)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return _Stream(sock, self._watch, ends)
            except TimeoutError:
                last = "connect_timeout"
            except OSError:
                pass
            sock.close()
        raise Trouble(last)


def _addresses(host: str, port: int, ends: float, watch: Watch) -> list[tuple[int, tuple]]:
    """What a name resolves to. Looked up in a thread, because a resolver may take half a minute to give up."""
    found: queue.SimpleQueue[list | None] = queue.SimpleQueue()

    def look() -> None:
        try:
            found.put([(family, address) for family, *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)])
        except (OSError, UnicodeError):
            found.put(None)

    threading.Thread(target=look, daemon=True, name="model-lookup").start()
    while time.monotonic() < ends:
        try:
            answer = found.get(timeout=min(SLICE_S, watch.left()))
        except queue.Empty:
            continue
        if not answer:
            raise Trouble("dns")
        return answer
    raise Trouble("connect_timeout")


class _Stream(httpcore2.NetworkStream):
    def __init__(self, sock: socket.socket, watch: Watch, connected_by: float):
        self._sock, self._watch, self._connected_by, self._read = sock, watch, connected_by, 0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            self._sock.settimeout(min(SLICE_S, self._watch.left()))
            try:
                got = self._sock.recv(max_bytes)
            except TimeoutError:
                continue
            except OSError as error:
                raise httpcore2.ReadError(type(error).__name__) from None
            self._read += len(got)
            if self._read > MAX_BYTES:
                raise Trouble("size")
            return got

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        while rest:
            self._sock.settimeout(min(SLICE_S, self._watch.left()))
            try:
                rest = rest[self._sock.send(rest):]
            except TimeoutError:
                continue
            except OSError as error:
                raise httpcore2.WriteError(type(error).__name__) from None

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None) -> _Stream:
        left = min(self._watch.left(), max(0.001, self._connected_by - time.monotonic()))
        try:
            self._sock.settimeout(left)
            return _Stream(ssl_context.wrap_socket(self._sock, server_hostname=server_hostname), self._watch, self._connected_by)
        except TimeoutError:
            kind = "connect_timeout"
        except (ssl.SSLError, ssl.CertificateError):
            kind = "tls"
        except OSError:
            kind = "reset"
        self.close()
        raise Trouble(kind)

    def close(self) -> None:
        self._sock.close()

    def get_extra_info(self, info: str) -> Any:
        if info == "socket":
            return self._sock
        if info == "ssl_object" and isinstance(self._sock, ssl.SSLSocket):
            return self._sock
        return None
