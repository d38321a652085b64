"""WeCom's AI bot (企业微信智能机器人), callback mode: sealed JSON both ways, and the platform fetches the answer by asking again.

The first answer opens a stream; the platform asks for it until it is finished or six minutes have gone. Each answer holds the
whole text so far. What is not finished by then goes once to the message's ``response_url`` within an hour.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.faces.bots import rendering
from assistant.faces.bots.contract import (
    Again,
    Caps,
    Failed,
    Handshake,
    Http,
    Ignored,
    Incoming,
    Kind,
    Look,
    NoAnswer,
    NotSent,
    Opinion,
    Outcome,
    Parsed,
    Part,
    Poll,
    Refused,
    Request,
    Response,
    Sent,
    Snapshot,
    Unknown,
    Verified,
)
from assistant.faces.bots.rendering import Style
from assistant.faces.bots.replying import HELP
from assistant.faces.bots.sealing import Broken
from assistant.faces.bots.wecom import Envelope, echoed, explained
from assistant.faces.bots.wire import allowed, data_of

BYTES = 20480
STREAM_SECONDS = 360.0
RESPONSE_SECONDS = 3600.0
HOSTS = frozenset({"qyapi.weixin.qq.com"})
KINDS: dict[str, Kind] = {"image": "image", "file": "file", "video": "file"}


@dataclass(frozen=True)
class WecomBotConfig:
    """The settings of one AI bot; ``tenant`` names the company in accounts, since the callback does not."""

    name: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    tenant: str = "-"
    base_url: str = ""
    hosts: frozenset[str] = HOSTS


class WecomBot:
    """One AI bot."""

    channel = "wecom"
    caps = Caps(polls=True, poll_seconds=STREAM_SECONDS, late_seconds=RESPONSE_SECONDS)

    def __init__(self, given: WecomBotConfig, random16: Callable[[], bytes] = lambda: os.urandom(16)):
        self.given, self.bot, self._random = given, given.name, random16
        self.envelope = Envelope(given.token, given.aes_key, "")
        # The late lead and JSON's own quoting need some of the room.
        self._style = Style(BYTES * 9 // 10, parts=1, tables=True)

    def verify(self, request: Request, now: float) -> Verified | Refused:
        return self.envelope.verify(request, now, _sealed)

    def parse(self, verified: Verified) -> Parsed:
        if verified.request.method == "GET":
            return echoed(verified)
        try:
            of = json.loads(verified.plain)
        except (ValueError, RecursionError):
            return Ignored("plain text is not JSON")
        if not isinstance(of, dict):
            return Ignored("plain text is no object")
        kind, user = _word(of.get("msgtype")), _word(_inner(of, "from").get("userid"))
        if kind == "stream":
            return Poll(_word(_inner(of, "stream").get("id")))
        if kind == "event":
            return self._event(of, user, verified)
        id = _word(of.get("msgid"))
        if not id or not user:
            return Ignored("without an id or a sender")
        chat = _word(of.get("chatid")) if of.get("chattype") == "group" else ""
        if of.get("chattype") == "group" and not chat:
            return Ignored("a group without an id")
        text, known = _text(of, kind)
        if chat:
            text = re.sub(r"^\s*@\S+\s*", "", text)
        return Incoming(self.channel, self.bot, id, self.given.tenant, user, text.strip(), "text" if known else KINDS.get(kind, "other"), chat,
                        back={"url": _word(of.get("response_url"))})

    def _event(self, of: Mapping[str, Any], user: str, verified: Verified) -> Parsed:
        event = _inner(of, "event")
        kind = _word(event.get("eventtype"))
        if kind == "enter_chat":
            return Handshake(self._sealed({"msgtype": "text", "text": {"content": HELP}}, verified))
        if kind == "feedback_event" and user:
            said = _inner(event, "feedback_event")
            value = {1: "有用", 2: "没用"}.get(said.get("type") if isinstance(said.get("type"), int) else 0)
            if value:
                return Opinion(self.channel, self.bot, self.given.tenant, user, value, _word(said.get("id")), _word(said.get("content")))  # type: ignore[arg-type]
        return Ignored(f"event {kind[:40]}")

    def ack(self, verified: Verified, said: Snapshot | None, stream: str, now: float) -> Response:
        if said is None:
            return Response()
        content: dict[str, Any] = {"id": stream, "finish": said.final, "content": said.text}
        if stream and not _is_poll(verified):
            content["feedback"] = {"id": stream}
        return self._sealed({"msgtype": "stream", "stream": content}, verified)

    def _sealed(self, data: Mapping[str, Any], verified: Verified) -> Response:
        timestamp, nonce = verified.request.one("timestamp"), verified.request.one("nonce")
        plain = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
        sealed, signature = self.envelope.seal(plain, timestamp, nonce, self._random())
        body = json.dumps({"encrypt": sealed, "msgsignature": signature, "timestamp": int(timestamp), "nonce": nonce})
        return Response(body.encode(), kind="application/json")

    def parts(self, reply: Mapping[str, Any], back: Mapping[str, str]) -> tuple[Part, ...]:
        return tuple(Part("markdown", {"content": t}) for t in rendering.shown(reply, self._style, self.given.base_url, ask=False).texts)

    def words(self, text: str) -> Part:
        return Part("markdown", {"content": rendering.told(text, self._style.limit)})

    def file(self, name: str, data: bytes) -> Part:
        return Part("file", {"name": name, "hex": data.hex()}, False)

    def send(self, part: Part, back: Mapping[str, str], idem: str, http: Http, now: float) -> Outcome:
        url = back.get("url", "")
        if not allowed(url, self.given.hosts):
            return Failed("消息里没有可用的 response_url")
        try:
            answered = http.call("POST", url, data={"msgtype": "markdown", "markdown": {"content": part.content["content"]}})
            if answered.status >= 500 or answered.status == 429:
                return Again(f"HTTP {answered.status}")
            said = data_of(answered)
        except NotSent as error:
            return Again(f"连不上企业微信：{error}")
        except NoAnswer as error:
            return Unknown(f"没有收到企业微信的应答：{error}")
        code = said.get("errcode", 0)
        if code == 0:
            return Sent()
        words = explained(code, str(said.get("errmsg", "")))
        return Again(words) if code in (-1, 45009) else Failed(words)

    def looks(self, http: Http, now: float, to: str) -> tuple[Look, ...]:
        words = "智能机器人的答复由企业微信来取，不需要令牌，也不能主动发消息；请在企业微信里对它说一句话。"
        return (Look("取访问令牌", True, words),)


def _sealed(body: bytes) -> str:
    try:
        of = json.loads(body)
    except (ValueError, RecursionError):
        raise Broken("body is not JSON") from None
    sealed = of.get("encrypt") if isinstance(of, dict) else None
    if not isinstance(sealed, str):
        raise Broken("body has no sealed text")
    return sealed


def _text(of: Mapping[str, Any], kind: str) -> tuple[str, bool]:
    """The words of a message, and whether it has any: typed, spoken (the platform writes them down), or beside pictures."""
    if kind in ("text", "voice"):
        words = _word(_inner(of, kind).get("content"))
        return words, bool(words) or kind == "text"
    if kind == "mixed":
        items = _inner(of, "mixed").get("msg_item")
        found = [_word(_inner(i, "text").get("content")) for i in items if isinstance(i, dict)] if isinstance(items, list) else []
        words = "\n".join(w for w in found if w)
        return words, bool(words)
    return "", False


def _is_poll(verified: Verified) -> bool:
    return json.loads(verified.plain).get("msgtype") == "stream"


def _inner(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def _word(of: Any) -> str:
    return of if isinstance(of, str) else ""
