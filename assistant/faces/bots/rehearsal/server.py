"""The rehearsed platforms over loopback HTTP, and DingTalk's gateway over a loopback connection."""

from __future__ import annotations

import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from assistant.faces.bots.contract import NoAnswer, NotSent
from assistant.faces.bots.rehearsal.platforms import Platform

LARGEST = 32 << 20


class Server:
    """``platform`` at ``address`` until :meth:`close`."""

    def __init__(self, platform: Platform):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _do(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(min(int(self.headers.get("content-length") or 0), LARGEST))
                try:
                    said = platform.handle(self.command, parts.path, dict(parse_qsl(parts.query)), {k.lower(): v for k, v in self.headers.items()}, body)
                except (NotSent, NoAnswer):
                    self.close_connection = True
                    return
                self.send_response(said.status)
                for name, value in {**said.headers, "content-length": str(len(said.body)), "content-type": "application/json"}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said.body)

            do_GET = do_POST = _do

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True, name="rehearsal").start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Gateway:
    """DingTalk's gateway: hands messages to whoever connected last, keeps the answers, can cut the line."""

    def __init__(self, platform: Platform):
        self.acks: list[dict[str, Any]] = []
        self.connected = threading.Event()
        self.connections = 0
        self._socket: ServerConnection | None = None
        self._server = serve(self._serve, "127.0.0.1", 0)
        self.port = self._server.socket.getsockname()[1]
        platform.gateway = f"ws://127.0.0.1:{self.port}/connect"
        threading.Thread(target=self._server.serve_forever, daemon=True, name="gateway").start()

    def say(self, data: dict[str, Any]) -> str:
        """Hand over a message; the id of its frame."""
        return self._frame("CALLBACK", "/v1.0/im/bot/messages/get", json.dumps(data, ensure_ascii=False))

    def system(self, topic: str) -> str:
        """``ping``, or ``disconnect``: please connect anew."""
        return self._frame("SYSTEM", topic, json.dumps({"opaque": secrets.token_hex(4)}))

    def cut(self, code: int = 1011) -> None:
        """Close the line."""
        if self._socket is not None:
            self.connected.clear()
            self._socket.close(code)

    def close(self) -> None:
        self._server.shutdown()

    def _frame(self, kind: str, topic: str, data: str) -> str:
        if not self.connected.wait(10) or self._socket is None:
            raise TimeoutError("nobody is connected")
        id = secrets.token_hex(8)
        headers = {"topic": topic, "messageId": id, "contentType": "application/json", "time": "0", "appId": "a", "connectionId": "c"}
        self._socket.send(json.dumps({"specVersion": "1.0", "type": kind, "headers": headers, "data": data}))
        return id

    def _serve(self, socket: ServerConnection) -> None:
        self._socket = socket
        self.connections += 1
        self.connected.set()
        try:
            for raw in socket:
                self.acks.append(json.loads(raw))
        except ConnectionClosed:
            pass
