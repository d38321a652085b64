"""A loopback server that speaks as OpenAI-compatible endpoints do, well or badly, by the name of the model asked for.

>>> with Rehearsal() as server:
...     server.base_url.startswith("http://127.0.0.1:")
True
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

Reply = Callable[[list[dict[str, Any]], list[dict[str, Any]], Any], dict[str, Any]]
"""Messages, tools and response format as sent, into ``{"content": …, "tool_calls": [{"name", "arguments"}]}``."""

SCRIPTED = ("coop", "liar")
FAULTS = ("refused", "hang", "drip", "429", "500", "cut", "badjson", "empty", "huge", "encoding", "falsetools", "redirect",
          "flaky", "length", "silent-after-start", "packed", "surrogate")
MAX_REQUEST = 20 * 1024 * 1024
HUGE = 10 * 1024 * 1024
PIECE = 6


def plain(messages: list[dict[str, Any]], tools: list[dict[str, Any]], response_format: Any) -> dict[str, Any]:
    """What ``coop`` says when no script is given."""
    return {"content": "这是演练服务，后面没有大模型。"}


class Rehearsal:
    """The server; a context manager. ``base_url`` is what ASSISTANT_MODEL_BASE_URL wants.

    ``replies`` gives the scripts of ``coop`` and ``liar`` (one function for both, or one per name). With a ``key``, other
    keys get 401. ``drip_s`` is the time between two bytes of ``drip``. ``seen`` keeps the last requests as they came,
    ``headers`` theirs, ``calls`` counts them by model, ``elsewhere`` the redirects that were followed.
    """

    def __init__(self, replies: Reply | Mapping[str, Reply] = plain, *, key: str = "", port: int = 0, drip_s: float = 1.0):
        self.replies = replies if isinstance(replies, Mapping) else dict.fromkeys(SCRIPTED, replies)
        self.key, self.drip_s = key, drip_s
        self.seen: deque[dict[str, Any]] = deque(maxlen=2000)
        self.headers: deque[dict[str, str]] = deque(maxlen=2000)
        self.calls: Counter[str] = Counter()
        self.elsewhere = self.dropped = 0
        self.stopped = threading.Event()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.rehearsal = self
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/v1"

    @property
    def models(self) -> tuple[str, ...]:
        """The names that are answered; others get 404."""
        return (*self.replies, *FAULTS)

    def __enter__(self) -> Rehearsal:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True, name="rehearsal").start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads, block_on_close, request_queue_size = True, False, 128
    rehearsal: Rehearsal

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is what is rehearsed, not worth a traceback."""
        self.rehearsal.dropped += 1


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Requests hold questions; nothing of them is logged."""

    @property
    def rehearsal(self) -> Rehearsal:
        return self.server.rehearsal

    def do_GET(self) -> None:
        if self.path == "/v1/models":
            return self._json(200, {"object": "list", "data": [{"id": name, "object": "model"} for name in self.rehearsal.models]})
        return self._refuse(404, "no such path")

    def do_POST(self) -> None:
        if self.path == "/elsewhere/chat/completions":
            self.rehearsal.elsewhere += 1
        elif self.path != "/v1/chat/completions":
            return self._refuse(404, "no such path")
        size = int(self.headers.get("content-length") or 0)
        if size > MAX_REQUEST:
            return self._refuse(413, "too large")
        try:
            asked = json.loads(self.rfile.read(size))
            model, messages = str(asked["model"]), list(asked["messages"])
        except (ValueError, KeyError, TypeError):
            return self._refuse(400, "not a request")
        if self.rehearsal.key and self.headers.get("authorization") != f"Bearer {self.rehearsal.key}":
            return self._refuse(401, "wrong key: " + str(self.headers.get("authorization")))
        self.rehearsal.calls[model] += 1
        self.rehearsal.seen.append(asked)
        self.rehearsal.headers.append(dict(self.headers.items()))
        tools, form = asked.get("tools") or [], asked.get("response_format")
        if script := self.rehearsal.replies.get(model):
            return self._say(asked, script(messages, tools, form))
        if model not in FAULTS:
            return self._refuse(404, "no such model")
        return getattr(self, f"_{model.replace('-', '_')}")(asked)

    def _json(self, status: int, body: Any, **headers: str) -> None:
        self._raw(status, "application/json", json.dumps(body, ensure_ascii=False).encode(), **headers)

    def _refuse(self, status: int, words: str, **headers: str) -> None:
        self._json(status, {"error": {"message": words, "type": "rehearsal"}}, **headers)

    def _raw(self, status: int, kind: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status == 200 and kind != "text/event-stream":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _say(self, asked: dict[str, Any], said: dict[str, Any], *, reason: str = "", until: int | None = None) -> None:
        """A whole answer, streamed or not; ``until`` cuts a stream after so many chunks, without a word."""
        calls = [_call(index, call) for index, call in enumerate(said.get("tool_calls") or ())]
        message = {"role": "assistant", "content": said.get("content") or ("" if not calls else None)}
        if calls:
            message["tool_calls"] = calls
        reason = reason or ("tool_calls" if calls else "stop")
        usage = {"prompt_tokens": len(json.dumps(asked["messages"], ensure_ascii=False)), "completion_tokens": len(json.dumps(said, ensure_ascii=False))}
        usage["total_tokens"] = sum(usage.values())
        if not asked.get("stream"):
            body = {"object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": reason}], "usage": usage}
            return self._json(200, self._named(asked, body))
        events = [self._event(asked, delta) for delta in _deltas(message)]
        events.append(self._event(asked, {}, reason))
        events.append(b"data: " + json.dumps(self._named(asked, {"object": "chat.completion.chunk", "choices": [], "usage": usage})).encode() + b"\n\n")
        whole = [*events, b"data: [DONE]\n\n"]
        return self._raw(200, "text/event-stream", b"".join(whole if until is None else whole[:until]))

    def _named(self, asked: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
        return {"id": f"chatcmpl-{uuid.uuid4().hex[:8]}", "created": 0, "model": asked["model"], **body}

    def _event(self, asked: dict[str, Any], delta: dict[str, Any], reason: str | None = None) -> bytes:
        body = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
        return b"data: " + json.dumps(self._named(asked, body), ensure_ascii=False).encode() + b"\n\n"

    def _start(self) -> None:
        self._raw(200, "text/event-stream", b"")

    # Faults, each by the name of its model.

    def _refused(self, asked: dict[str, Any]) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _hang(self, asked: dict[str, Any]) -> None:
        self.rehearsal.stopped.wait(600)

    def _drip(self, asked: dict[str, Any]) -> None:
        self._start()
        for byte in self._event(asked, {"content": "一" * 400}):
            self.wfile.write(bytes([byte]))
            if self.rehearsal.stopped.wait(self.rehearsal.drip_s):
                return

    def _silent_after_start(self, asked: dict[str, Any]) -> None:
        self._start()
        self.wfile.write(self._event(asked, {"role": "assistant", "content": "根据"}))
        self.rehearsal.stopped.wait(600)

    def _429(self, asked: dict[str, Any]) -> None:
        self._refuse(429, "slow down", Retry_After="1")

    def _500(self, asked: dict[str, Any]) -> None:
        self._refuse(500, "boom")

    def _flaky(self, asked: dict[str, Any]) -> None:
        if self.rehearsal.calls["flaky"] % 2:
            return self._500(asked)
        return self._say(asked, {"content": "第二次好了。"})

    def _cut(self, asked: dict[str, Any]) -> None:
        if asked.get("stream"):
            return self._say(asked, {"content": "根据《考核办法》第三条，干部每半年考核一次，由组织部门实施。"}, until=4)
        return self._raw(200, "application/json", b'{"choices": [{"index": 0, "message": {"role": "assistant", "content": "\xe6\xa0\xb9')

    def _length(self, asked: dict[str, Any]) -> None:
        self._say(asked, {"content": "根据《考核办法》第三条，干部"}, reason="length")

    def _badjson(self, asked: dict[str, Any]) -> None:
        if self.rehearsal.calls["badjson"] % 2:
            return self._raw(200, "text/event-stream", self._event(asked, {"content": "根据"}) + b'data: {"choices": [{"delta": \n\ndata: [DONE]\n\n')
        return self._raw(200, "text/html", b"<html><body>It works!</body></html>")

    def _empty(self, asked: dict[str, Any]) -> None:
        self._say(asked, {"content": ""})

    def _huge(self, asked: dict[str, Any]) -> None:
        self._start()
        event = self._event(asked, {"content": "干部" * 20_000})
        for _ in range(HUGE // len(event) + 1):
            self.wfile.write(event)
        self.wfile.write(self._event(asked, {}, "stop") + b"data: [DONE]\n\n")

    def _encoding(self, asked: dict[str, Any]) -> None:
        text = self._event(asked, {"content": "干部任用"}) + self._event(asked, {}, "stop") + b"data: [DONE]\n\n"
        self._raw(200, "text/event-stream", text.decode().encode("gb18030"))

    def _surrogate(self, asked: dict[str, Any]) -> None:
        text = self._event(asked, {"content": "HALF"}) + self._event(asked, {}, "stop") + b"data: [DONE]\n\n"
        self._raw(200, "text/event-stream", text.replace(b"HALF", b"\\ud83d"))

    def _packed(self, asked: dict[str, Any]) -> None:
        self._raw(200, "text/event-stream", b"\x1f\x8b\x08\x00", Content_Encoding="gzip")

    def _falsetools(self, asked: dict[str, Any]) -> None:
        known = [tool["function"]["name"] for tool in asked.get("tools") or []]
        if known and self.rehearsal.calls["falsetools"] % 2:
            return self._say(asked, {"tool_calls": [{"name": known[0], "arguments": '{"query": "干部'}]})
        return self._say(asked, {"tool_calls": [{"name": "delete_all_documents", "arguments": {"sure": True}}]})

    def _redirect(self, asked: dict[str, Any]) -> None:
        self._refuse(307, "go away", Location=f"http://localhost:{self.server.server_port}/elsewhere/chat/completions")


def _call(index: int, call: Mapping[str, Any]) -> dict[str, Any]:
    arguments = call.get("arguments", {})
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return {"id": call.get("id") or f"call_{uuid.uuid4().hex[:8]}_{index}", "type": "function", "function": {"name": call["name"], "arguments": text}}


def _deltas(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A message in the pieces in which a stream brings it."""
    yield {"role": "assistant", "content": ""}
    text = message["content"] or ""
    for at in range(0, len(text), PIECE):
        yield {"content": text[at : at + PIECE]}
    for index, call in enumerate(message.get("tool_calls", ())):
        function = call["function"]
        yield {"tool_calls": [{"index": index, "id": call["id"], "type": "function", "function": {"name": function["name"], "arguments": ""}}]}
        for at in range(0, len(function["arguments"]), PIECE * 4):
            yield {"tool_calls": [{"index": index, "function": {"arguments": function["arguments"][at : at + PIECE * 4]}}]}
