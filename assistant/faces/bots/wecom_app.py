"""WeCom's self-built app (企业微信自建应用): XML callbacks, answers by the message API.

A message must be accepted within five seconds or it comes again; an empty 200 accepts it. Answers carry the platform's own
check for duplicates, so a part whose outcome is unknown may be sent again; fixed words do not, for the same words may be due twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.faces.bots import flatxml, rendering
from assistant.faces.bots.contract import (
    Again,
    Caps,
    Failed,
    Http,
    Ignored,
    Incoming,
    Look,
    NoAnswer,
    NotSent,
    Outcome,
    Parsed,
    Part,
    Refused,
    Request,
    Response,
    Sent,
    Snapshot,
    Unknown,
    Verified,
)
from assistant.faces.bots.rendering import Style
from assistant.faces.bots.sealing import Broken
from assistant.faces.bots.wecom import (
    API,
    LATER_CODES,
    TOKEN_CODES,
    Envelope,
    echoed,
    explained,
)
from assistant.faces.bots.wire import Denied, Tokens, data_of

BYTES = 2048
KINDS = {"text": "text", "image": "image", "voice": "voice", "video": "file", "file": "file", "location": "other", "link": "other"}


@dataclass(frozen=True)
class WecomAppConfig:
    """The settings of one app. ``format`` is markdown, or text for people who read in WeChat, which does not show markdown."""

    name: str
    corp_id: str
    agent_id: int
    secret: str = field(repr=False)
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    base_url: str = ""
    api_base: str = API
    format: str = "markdown"


class WecomApp:
    """One self-built app."""

    channel = "wecom-app"
    caps = Caps(gap=0.3)

    def __init__(self, given: WecomAppConfig):
        self.given, self.bot = given, given.name
        self.envelope = Envelope(given.token, given.aes_key, given.corp_id)
        self._style = Style(BYTES * 9 // 10, parts=8, marks=given.format == "markdown")
        self._tokens = Tokens(self._fetch)

    def verify(self, request: Request, now: float) -> Verified | Refused:
        return self.envelope.verify(request, now, lambda body: flatxml.read(body).get("Encrypt", ""))

    def parse(self, verified: Verified) -> Parsed:
        if verified.request.method == "GET":
            return echoed(verified)
        try:
            of = flatxml.read(verified.plain)
        except Broken:
            return Ignored("plain text is not flat XML")
        user, kind, id = of.get("FromUserName", ""), of.get("MsgType", ""), of.get("MsgId", "")
        if of.get("ToUserName", self.given.corp_id) != self.given.corp_id or of.get("AgentID", str(self.given.agent_id)) != str(self.given.agent_id):
            return Ignored("for another app")
        if not user or user == "sys":
            return Ignored("from nobody")
        if kind == "event":
            return Ignored(f"event {of.get('Event', '')[:40]}")
        if not id:
            return Ignored("without an id")
        at = float(of["CreateTime"]) if of.get("CreateTime", "").isascii() and of.get("CreateTime", "").isdecimal() else 0.0
        return Incoming(self.channel, self.bot, id, self.given.corp_id, user, of.get("Content", "").strip(), KINDS.get(kind, "other"),
                        at=at, back={"user": user})

    def ack(self, verified: Verified, said: Snapshot | None, stream: str, now: float) -> Response:
        return Response()

    def parts(self, reply: Mapping[str, Any], back: Mapping[str, str]) -> tuple[Part, ...]:
        done = rendering.shown(reply, self._style, self.given.base_url)
        return tuple(self._text(text) for text in done.texts)

    def words(self, text: str) -> Part:
        return self._text(rendering.told(text, self._style.limit), once=False)

    def file(self, name: str, data: bytes) -> Part:
        return Part("file", {"name": name, "hex": data.hex()}, False)

    def _text(self, text: str, *, once: bool = True) -> Part:
        return Part(self.given.format, {"content": text}, once)

    def send(self, part: Part, back: Mapping[str, str], idem: str, http: Http, now: float) -> Outcome:
        try:
            for last in (False, True):
                token = self._tokens.get(http, now)
                content = dict(part.content)
                if part.kind == "file":
                    content = {"media_id": self._upload(http, token, str(content["name"]), bytes.fromhex(str(content["hex"])))}
                payload = {"touser": back["user"], "msgtype": part.kind, "agentid": self.given.agent_id, part.kind: content,
                           "enable_duplicate_check": int(part.once), "duplicate_check_interval": 1800}
                answered = http.call("POST", f"{self.given.api_base}/cgi-bin/message/send", params={"access_token": token}, data=payload)
                if answered.status >= 500 or answered.status == 429:
                    return Again(f"HTTP {answered.status}")
                said = data_of(answered)
                code = said.get("errcode", -1)
                if code == 0:
                    return Failed(f"没有送达：{explained(81013, '')}") if said.get("invaliduser") else Sent(str(said.get("msgid", "")))
                if code in TOKEN_CODES and not last:
                    self._tokens.drop(token)
                    continue
                words = explained(code, str(said.get("errmsg", "")))
                return Again(words, 60.0 if code in (45009, 60020) else 0.0) if code in LATER_CODES | TOKEN_CODES else Failed(words)
        except NotSent as error:
            return Again(f"连不上企业微信：{error}")
        except NoAnswer as error:
            return Unknown(f"没有收到企业微信的应答：{error}")
        except Denied as error:
            return Again(explained(error.code, error.message), 60.0)
        return Failed("unreachable")

    def looks(self, http: Http, now: float, to: str) -> tuple[Look, ...]:
        out = []
        try:
            self._tokens.get(http, now)
            out.append(Look("取访问令牌", True, "成功"))
        except Denied as error:
            return (Look("取访问令牌", False, explained(error.code, error.message)),)
        except (NotSent, NoAnswer) as error:
            return (Look("取访问令牌", False, f"连不上 {self.given.api_base}（{error}）。请检查网络、防火墙和 api_base。"),)
        if to:
            outcome = self.send(self.words("这是 assistant bots doctor 发来的测试消息，收到即说明发送正常。"), {"user": to}, f"doctor-{now}", http, now)
            ok = isinstance(outcome, Sent)
            out.append(Look("发一条消息", ok, f"已发给 {to}" if ok else outcome.detail))
        return tuple(out)

    def _fetch(self, http: Http) -> tuple[str, float]:
        said = data_of(http.call("GET", f"{self.given.api_base}/cgi-bin/gettoken",
                                 params={"corpid": self.given.corp_id, "corpsecret": self.given.secret}))
        if said.get("errcode", 0) != 0 or not isinstance(said.get("access_token"), str):
            raise Denied(said.get("errcode", -1), str(said.get("errmsg", "")))
        return said["access_token"], float(said.get("expires_in", 7200))

    def _upload(self, http: Http, token: str, name: str, data: bytes) -> str:
        said = data_of(http.call("POST", f"{self.given.api_base}/cgi-bin/media/upload", params={"access_token": token, "type": "file"},
                                 files={"media": (name, data)}))
        if said.get("errcode", 0) != 0 or not said.get("media_id"):
            raise Denied(said.get("errcode", -1), str(said.get("errmsg", "")))
        return str(said["media_id"])


def envelope_xml(corp_id: str, agent_id: int, sealed: str) -> bytes:
    """The outer XML as the platform posts it (for doctor and the rehearsal)."""
    return flatxml.write({"ToUserName": corp_id, "AgentID": str(agent_id), "Encrypt": sealed})


def message_xml(corp_id: str, agent_id: int, user: str, id: str, text: str, at: int) -> bytes:
    """The inner XML of a text message (for doctor and the rehearsal)."""
    return flatxml.write({"ToUserName": corp_id, "FromUserName": user, "CreateTime": at, "MsgType": "text", "Content": text, "MsgId": id,
                          "AgentID": str(agent_id)})


