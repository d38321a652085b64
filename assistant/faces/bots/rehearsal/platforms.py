"""The three platforms' interfaces as far as bots call them, in one object: tokens, sending, uploading, with the papers' limits.

``faults`` are played one a send: "500", "429", "timeout" (taken, but no answer), "unsent" (no connection), "token" (revoked early).
"""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from assistant.faces.bots.contract import Answered, NoAnswer, NotSent


@dataclass(frozen=True)
class Shown:
    """A message that a person sees: where, what kind, its text, and the whole content."""

    platform: str
    to: str
    kind: str
    text: str
    content: Mapping[str, Any] = field(repr=False)


class Platform:
    """WeCom, DingTalk and Feishu on this machine. May be used from several threads."""

    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self.refused: list[str] = []
        self.faults: deque[str] = deque()
        self.tokens = 0
        self.calls = 0
        self.gateway = ""
        self.arrived = threading.Condition()
        self._token = ""
        self._seen: set[str] = set()
        self._used: set[str] = set()

    def call(self, method: str, url: str, *, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None,
             data: Any = None, files: Mapping[str, tuple[str, bytes]] | None = None) -> Answered:
        """A call as :class:`contract.Http` makes it, without a network."""
        parts = urlsplit(url)
        query = {**dict(parse_qsl(parts.query)), **(params or {})}
        body = b"file" if files else json.dumps(data, ensure_ascii=False).encode() if data is not None else b""
        return self.handle(method, parts.path, query, {k.lower(): v for k, v in (headers or {}).items()}, body)

    def handle(self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> Answered:
        """A call as it comes over HTTP. Raises NotSent and NoAnswer when a fault says so."""
        with self.arrived:
            self.calls += 1
            self.arrived.notify_all()
            fetched = self._fetched(path)
            if fetched is not None:
                return _said(fetched)
            if path.endswith(("/media/upload", "/im/v1/files")):
                return _said({"errcode": 0, "code": 0, "media_id": "media-1", "data": {"file_key": "file-1"}})
            if path.endswith("/gateway/connections/open"):
                return _said({"endpoint": self.gateway, "ticket": secrets.token_hex(8)})
            if path.endswith("/bot/v3/info"):
                return _said({"code": 0, "bot": {"open_id": "ou_bot", "app_name": "预演"}})
            fault = self.faults.popleft() if self.faults else ""
            if fault == "unsent":
                raise NotSent("rehearsed")
            if fault == "500":
                return Answered(500, b"oops")
            if fault == "429":
                return Answered(429, b'{"code": 99991400, "errcode": 45009}', {"x-ogw-ratelimit-reset": "5"})
            if fault == "token":
                self._token = ""
            given = headers.get("authorization", "").removeprefix("Bearer ") or headers.get("x-acs-dingtalk-access-token", "") or query.get("access_token", "")
            answered = self._sent(path, query, given, json.loads(body) if body else {})
            if fault == "timeout":
                raise NoAnswer("rehearsed")
            return answered

    def _fetched(self, path: str) -> dict[str, Any] | None:
        if path.endswith(("/gettoken", "/oauth2/accessToken", "/tenant_access_token/internal")):
            self.tokens += 1
            self._token = f"token-{secrets.token_hex(8)}"
            return {"errcode": 0, "code": 0, "access_token": self._token, "accessToken": self._token, "tenant_access_token": self._token,
                    "expires_in": 7200, "expireIn": 7200, "expire": 7200}
        return None

    def _sent(self, path: str, query: Mapping[str, str], token: str, of: dict[str, Any]) -> Answered:
        if path.endswith("/cgi-bin/message/send"):
            if token != self._token:
                return _said({"errcode": 40014, "errmsg": "invalid access_token"})
            return self._wecom_app(of)
        if path.endswith("/response"):
            return self._wecom_bot(query, of)
        if path.endswith("/robot/sendBySession"):
            return self._dingtalk("session", of.get("msgtype", ""), of.get("markdown", {}))
        if "/v1.0/robot/" in path:
            if token != self._token:
                return Answered(401, b'{"code": "InvalidAuthentication", "message": "token"}')
            return self._dingtalk(of.get("openConversationId") or ",".join(of.get("userIds", ())), of["msgKey"], json.loads(of["msgParam"]))
        if "/im/v1/messages" in path:
            if token != self._token:
                return _said({"code": 99991663, "msg": "invalid token"})
            return self._feishu(path, of)
        if path.endswith(("/webhook/send", "/robot/send")) or "/bot/v2/hook/" in path:
            text = json.dumps(of, ensure_ascii=False)
            return self._show(Shown("webhook", path, str(of.get("msgtype") or of.get("msg_type")), text, of), {"errcode": 0, "code": 0})
        return Answered(404, b"{}")

    def _wecom_app(self, of: dict[str, Any]) -> Answered:
        kind = of["msgtype"]
        text = str(of[kind].get("content", ""))
        if len(text.encode()) > 2048:
            return self._refuse({"errcode": 40058, "errmsg": "exceed max length"})
        # What the platform takes as the same message is everything but the token.
        same = json.dumps(of, sort_keys=True, ensure_ascii=False)
        if of.get("enable_duplicate_check") and same in self._seen:
            return _said({"errcode": 0, "errmsg": "ok", "msgid": "same"})
        self._seen.add(same)
        return self._show(Shown("wecom-app", of["touser"], kind, text or json.dumps(of[kind]), of), {"errcode": 0, "errmsg": "ok", "msgid": secrets.token_hex(4)})

    def _wecom_bot(self, query: Mapping[str, str], of: dict[str, Any]) -> Answered:
        code, text = query.get("response_code", ""), str(of.get("markdown", {}).get("content", ""))
        if not code or code in self._used or len(text.encode()) > 20480:
            return self._refuse({"errcode": 846605, "errmsg": "response_url is used"})
        self._used.add(code)
        return self._show(Shown("wecom", code, of["msgtype"], text, of), {"errcode": 0})

    def _dingtalk(self, to: str, kind: str, content: dict[str, Any]) -> Answered:
        if len(json.dumps(content, ensure_ascii=False).encode()) > 20000:
            return self._refuse({"errcode": 460101, "code": "460101", "message": "message too long"})
        return self._show(Shown("dingtalk", to, kind, str(content.get("text", "")) or json.dumps(content), content), {"errcode": 0, "processQueryKey": "q"})

    def _feishu(self, path: str, of: dict[str, Any]) -> Answered:
        content = json.loads(of["content"])
        elements = content.get("body", {}).get("elements", [])
        if len(of["content"].encode()) > (30_000 if of["msg_type"] == "interactive" else 150_000):
            return self._refuse({"code": 230025, "msg": "too long"})
        if sum(e.get("tag") == "table" for e in elements) > 5 or len(of["uuid"]) > 50:
            return self._refuse({"code": 230099, "msg": "bad card"})
        if of["uuid"] in self._seen:
            return _said({"code": 0, "data": {"message_id": "same"}})
        self._seen.add(of["uuid"])
        text = content.get("text") or "\n".join(_element(e) for e in elements) or of["content"]
        to = (m[1] if (m := re.search(r"/messages/([^/]+)/reply", path)) else str(of.get("receive_id")))
        return self._show(Shown("feishu", to, of["msg_type"], text, content), {"code": 0, "data": {"message_id": "om_" + secrets.token_hex(4)}})

    def _show(self, one: Shown, said: dict[str, Any]) -> Answered:
        self.shown.append(one)
        return _said(said)

    def _refuse(self, said: dict[str, Any]) -> Answered:
        self.refused.append(json.dumps(said))
        return _said(said)


def _element(of: Mapping[str, Any]) -> str:
    if of.get("tag") == "table":
        return "\n".join(" | ".join(str(v) for v in row.values()) for row in of["rows"])
    if of.get("tag") == "column_set":
        return "　".join(f"[{e['text']['content']}]" for c in of["columns"] for e in c["elements"])
    return str(of.get("content", ""))


def _said(data: Mapping[str, Any]) -> Answered:
    return Answered(200, json.dumps(data, ensure_ascii=False).encode())


