"""DingTalk's Stream mode: a connection that we open and the platform sends messages down; no callback address is needed.

Each message is claimed before it is acknowledged, like a callback; a connection that falls silent or is closed is opened anew, after
waiting longer each time.
"""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from assistant.errors import AssistantError
from assistant.faces.bots.contract import Http, NoAnswer, NotSent, Request, Verified
from assistant.faces.bots.dingtalk import DingTalk, explained
from assistant.faces.bots.pipeline import Pipeline
from assistant.faces.bots.wire import LOOPBACK, data_of

TOPIC = "/v1.0/im/bot/messages/get"
SILENT_SECONDS = 90.0
"""The platform pings more often than this; a connection without a sign of life is half dead."""
LONGEST_WAIT = 60.0
LARGEST_FRAME = 1 << 20

log = logging.getLogger("assistant.bots")


class Stream:
    """One robot's connection, in a thread of its own."""

    def __init__(self, channel: DingTalk, pipeline: Pipeline, http: Http, *, pause: Callable[[float], Any] | None = None, silent: float = SILENT_SECONDS):
        self._channel, self._pipeline, self._http, self._silent = channel, pipeline, http, silent
        self._ending = threading.Event()
        self._pause = pause or self._ending.wait
        self._thread = threading.Thread(target=self._run, name="bot-stream", daemon=True)
        self.state = "未连接"

    def start(self) -> None:
        self._thread.start()

    def stop(self, patience: float = 3.0) -> None:
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join(patience)

    def _run(self) -> None:
        tries = 0
        while not self._ending.is_set():
            began = time.monotonic()
            try:
                self.once()
            except (NotSent, NoAnswer, OSError, WebSocketException, ValueError) as error:
                self.state = f"断开（{type(error).__name__}）"
                log.warning("dingtalk stream %s: %s", self._channel.bot, type(error).__name__)
            except AssistantError as error:
                log.error("dingtalk stream %s: %s", self._channel.bot, error.message)
            tries = 0 if time.monotonic() - began > 60 else tries + 1
            if not self._ending.is_set():
                self._pause(min(LONGEST_WAIT, 2.0 ** min(tries, 6) / 2) * (0.75 + random.random() / 2))

    def once(self) -> None:
        """Open a connection and serve it until it ends or the platform asks for another. Raises what the network says."""
        with connect(self.ticket(), open_timeout=10, close_timeout=2, max_size=LARGEST_FRAME, proxy=None, ping_interval=20, ping_timeout=20) as socket:
            self.state = "已连接"
            heard = time.monotonic()
            while not self._ending.is_set():
                try:
                    raw = socket.recv(timeout=1.0)
                except TimeoutError:
                    if time.monotonic() - heard > self._silent:
                        raise OSError("silent for too long") from None
                    continue
                heard = time.monotonic()
                answer, goes_on = self.heard(raw)
                if answer:
                    socket.send(json.dumps(answer, ensure_ascii=False))
                if not goes_on:
                    return

    def ticket(self) -> str:
        """Where to connect to. Raises NotSent when the platform names a place that is not its own."""
        given = self._channel.given
        said = data_of(self._http.call("POST", f"{given.api_base}/v1.0/gateway/connections/open", data={
            "clientId": given.client_id, "clientSecret": given.client_secret, "ua": "cadre-policy-assistant", "localIp": "127.0.0.1",
            "subscriptions": [{"type": "CALLBACK", "topic": TOPIC}]}))
        endpoint, ticket = said.get("endpoint"), said.get("ticket")
        if not isinstance(endpoint, str) or not isinstance(ticket, str):
            raise NoAnswer(explained(str(said.get("code", "")), str(said.get("message", ""))))
        parts = urlsplit(endpoint)
        host = parts.hostname or ""
        ours = host in LOOPBACK and urlsplit(given.api_base).hostname in LOOPBACK
        if not (parts.scheme == "wss" and (host.endswith(".dingtalk.com") or host == urlsplit(given.api_base).hostname) or parts.scheme == "ws" and ours):
            raise NotSent("the gateway names another place")
        return f"{endpoint}{'&' if parts.query else '?'}ticket={quote(ticket, safe='')}"

    def heard(self, raw: str | bytes) -> tuple[dict[str, Any] | None, bool]:
        """The answer to a frame, and whether the connection goes on. A message is claimed before its answer is made."""
        try:
            frame = json.loads(raw)
        except (ValueError, RecursionError):
            return None, True
        headers = frame.get("headers") if isinstance(frame, dict) else None
        data = frame.get("data") if isinstance(frame, dict) else None
        if not isinstance(headers, dict) or not isinstance(data, str):
            return None, True
        id, topic, kind = headers.get("messageId", ""), headers.get("topic"), frame.get("type")
        if kind == "SYSTEM":
            return _answer(id, data) if topic == "ping" else None, topic != "disconnect"
        if kind == "CALLBACK" and topic == TOPIC:
            said = self._pipeline.take(self._channel, Verified(data.encode("utf-8", "replace"), Request("STREAM")))
            return _answer(id, json.dumps({"response": None}), said.status if said.status != 200 else 200), True
        if kind == "EVENT":
            return _answer(id, json.dumps({"status": "SUCCESS", "message": ""})), True
        return _answer(id, "", 404), True


def _answer(id: Any, data: str, code: int = 200) -> dict[str, Any]:
    return {"code": code, "headers": {"messageId": id, "contentType": "application/json"}, "message": "OK" if code == 200 else "", "data": data}
