"""DingTalk robots (钉钉机器人): messages by Stream mode (a connection that we open) or, weaker, by HTTP; answers by webhook or API.

The sign of HTTP mode covers the time only, never the body: one pair that leaks would carry any message. So a pair carries at most
a few messages, and the address that a message names is called only on DingTalk's own hosts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.faces.bots import rendering, sealing
from assistant.faces.bots.contract import (
    FRESH_SECONDS,
    Again,
    Caps,
    Failed,
    Http,
    Ignored,
    Incoming,
    Kind,
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
from assistant.faces.bots.wire import Denied, Tokens, allowed, data_of

API, OLD_API = "https://api.dingtalk.com", "https://oapi.dingtalk.com"
BYTES = 8000
"""Well below the 20 000 of a body: its text stands in a JSON string inside of JSON."""
SESSION_SPARE = 60.0
TITLE = "政策文件助手"
KINDS: dict[str, Kind] = {"picture": "image", "audio": "voice", "file": "file", "video": "file"}
MEANING = {
    "InvalidAuthentication": "令牌无效。程序会自动重取；一再出现请核对 client_secret。",
    "invalidClientIdOrSecret": "client_id 或 client_secret 不对。请到钉钉开放平台的“凭证与基础信息”核对。",
    "Forbidden.AccessDenied.AccessTokenPermissionDenied": "应用没有发机器人消息的权限。请到“权限管理”开通“企业内机器人发送消息权限”。",
    "Forbidden.AccessDenied.ApiCountLimitForOrg": "本月的接口调用次数已用完。请到钉钉开放平台查看额度。",
    "Forbidden.AccessDenied.IpNotInWhiteList": "本机出口 IP 不在应用的服务器出口 IP 名单里。请到“安全设置”添加。",
    "resource.not.found": "没有这个机器人或会话。请核对 robot_code。",
    "300001": "会话的临时地址已过期。",
    "310000": "群机器人的安全设置没有通过：核对加签密钥、关键词或 IP 段。",
    "460101": "消息太长。请把这条报告给开发者。",
    "90018": "调用太频繁，被钉钉限制。",
    "90020": "本月的接口调用次数已用完。",
}
LATER = ("Throttling", "ServiceUnavailable", "InternalError", "90018", "QpsLimit")


@dataclass(frozen=True)
class DingTalkConfig:
    """The settings of one robot."""

    name: str
    client_id: str
    client_secret: str = field(repr=False)
    mode: str = "stream"
    robot_code: str = ""
    tenant: str = ""
    base_url: str = ""
    api_base: str = API
    old_api_base: str = OLD_API


class DingTalk:
    """One robot."""

    channel = "dingtalk"
    caps = Caps(gap=0.3)

    def __init__(self, given: DingTalkConfig):
        self.given, self.bot = given, given.name
        self._style = Style(BYTES * 9 // 10, parts=6)
        self._tokens = Tokens(self._fetch)
        self._hosts = frozenset(u.split("//", 1)[1] for u in (given.api_base, given.old_api_base))

    @property
    def streams(self) -> bool:
        """Whether messages come by a connection that we open."""
        return self.given.mode == "stream"

    def verify(self, request: Request, now: float) -> Verified | Refused:
        timestamp, sign = request.header("timestamp"), request.header("sign")
        if self.streams:
            return Refused("this robot listens in stream mode")
        if request.method != "POST" or not (timestamp.isascii() and timestamp.isdecimal() and 12 <= len(timestamp) <= 14 and sign):
            return Refused("headers are incomplete")
        if not sealing.same(sealing.dingtalk_sign(timestamp, self.given.client_secret), sign):
            return Refused("signature does not fit")
        if abs(now - int(timestamp) / 1000) > FRESH_SECONDS:
            return Refused("an old signature")
        return Verified(request.body, request, mark=timestamp)

    def parse(self, verified: Verified) -> Parsed:
        try:
            of = json.loads(verified.plain)
        except (ValueError, RecursionError):
            return Ignored("body is not JSON")
        if not isinstance(of, dict):
            return Ignored("body is no object")
        id, user, chat = _word(of, "msgId"), _word(of, "senderStaffId"), _word(of, "conversationId")
        tenant = _word(of, "senderCorpId") or _word(of, "chatbotCorpId")
        if not id or not chat:
            return Ignored("without an id")
        if not user:
            return Ignored("from outside of the company")
        if self.given.tenant and tenant != self.given.tenant or tenant != (_word(of, "chatbotCorpId") or tenant):
            return Ignored("from another company")
        group = of.get("conversationType") == "2"
        if not group and of.get("conversationType") != "1":
            return Ignored("neither private nor a group")
        if group and of.get("isInAtList") is not True:
            return Ignored("not spoken to")
        kind = _word(of, "msgtype")
        text, known = _text(of, kind)
        until = of.get("sessionWebhookExpiredTime")
        back = {"url": _word(of, "sessionWebhook"), "until": str(until if isinstance(until, int) else 0), "user": user, "chat": chat if group else "",
                "robot": _word(of, "robotCode") or self.given.robot_code or self.given.client_id}
        at = of.get("createAt")
        return Incoming(self.channel, self.bot, id, tenant or "-", user, text.strip(), "text" if known else KINDS.get(kind, "other"), chat if group else "",
                        at / 1000 if isinstance(at, int) else 0.0, back=back)

    def ack(self, verified: Verified, said: Snapshot | None, stream: str, now: float) -> Response:
        return Response(b"{}", kind="application/json")

    def parts(self, reply: Mapping[str, Any], back: Mapping[str, str]) -> tuple[Part, ...]:
        return tuple(self._text(text) for text in rendering.shown(reply, self._style, self.given.base_url).texts)

    def words(self, text: str) -> Part:
        return self._text(rendering.told(text, self._style.limit))

    def file(self, name: str, data: bytes) -> Part:
        return Part("file", {"name": name, "hex": data.hex()}, False)

    def _text(self, text: str) -> Part:
        # A single line break is none in this markdown.
        return Part("markdown", {"title": TITLE, "text": text.replace("\n", "  \n")})

    def send(self, part: Part, back: Mapping[str, str], idem: str, http: Http, now: float) -> Outcome:
        try:
            if part.kind == "markdown" and int(back.get("until") or 0) / 1000 > now + SESSION_SPARE and allowed(back.get("url", ""), self._hosts):
                said = http.call("POST", back["url"], data={"msgtype": "markdown", "markdown": dict(part.content)})
                if said.status >= 500 or said.status == 429:
                    return Again(f"HTTP {said.status}")
                if said.status < 400 and data_of(said).get("errcode", 0) == 0:
                    return Sent("sessionWebhook")
                # It said no, so nothing was shown: the other way is open.
            return self._by_api(part, back, http, now)
        except NotSent as error:
            return Again(f"连不上钉钉：{error}")
        except NoAnswer as error:
            return Unknown(f"没有收到钉钉的应答：{error}")
        except Denied as error:
            return Again(explained(error.code, error.message), 60.0)

    def _by_api(self, part: Part, back: Mapping[str, str], http: Http, now: float) -> Outcome:
        for last in (False, True):
            token = self._tokens.get(http, now)
            key, param = ("sampleMarkdown", dict(part.content)) if part.kind == "markdown" else ("sampleFile", self._upload(http, token, part))
            payload: dict[str, Any] = {"robotCode": back["robot"], "msgKey": key, "msgParam": json.dumps(param, ensure_ascii=False)}
            payload |= {"openConversationId": back["chat"]} if back.get("chat") else {"userIds": [back["user"]]}
            path = "/v1.0/robot/groupMessages/send" if back.get("chat") else "/v1.0/robot/oToMessages/batchSend"
            answered = http.call("POST", self.given.api_base + path, data=payload, headers={"x-acs-dingtalk-access-token": token})
            if answered.status >= 500:
                return Again(f"HTTP {answered.status}")
            said = data_of(answered)
            if answered.status < 400:
                lost = [*(said.get("invalidStaffIdList") or ()), *(said.get("flowControlledStaffIdList") or ())]
                return Again("被钉钉限流", 60.0) if said.get("flowControlledStaffIdList") else Failed("接收人无效") if lost else Sent(str(said.get("processQueryKey", "")))
            code = str(said.get("code", answered.status))
            if answered.status == 401 and not last:
                self._tokens.drop(token)
                continue
            words = explained(code, str(said.get("message", "")))
            return Again(words) if answered.status == 429 or code.startswith(LATER) else Failed(words)
        return Failed("unreachable")

    def looks(self, http: Http, now: float, to: str) -> tuple[Look, ...]:
        try:
            self._tokens.get(http, now)
        except Denied as error:
            return (Look("取访问令牌", False, explained(error.code, error.message)),)
        except (NotSent, NoAnswer) as error:
            return (Look("取访问令牌", False, f"连不上 {self.given.api_base}（{error}）。请检查网络、防火墙和 api_base。"),)
        out = [Look("取访问令牌", True, "成功")]
        if not self.streams:
            out.append(Look("接收方式", True, "HTTP 方式：签名不含消息内容，建议改用 mode = \"stream\""))
        if to:
            back = {"user": to, "robot": self.given.robot_code or self.given.client_id}
            outcome = self.send(self.words("这是 assistant bots doctor 发来的测试消息，收到即说明发送正常。"), back, "", http, now)
            out.append(Look("发一条消息", isinstance(outcome, Sent), f"已发给 {to}" if isinstance(outcome, Sent) else outcome.detail))
        return tuple(out)

    def _fetch(self, http: Http) -> tuple[str, float]:
        answered = http.call("POST", f"{self.given.api_base}/v1.0/oauth2/accessToken", data={"appKey": self.given.client_id, "appSecret": self.given.client_secret})
        said = data_of(answered)
        if answered.status >= 400 or not isinstance(said.get("accessToken"), str):
            raise Denied(str(said.get("code", answered.status)), str(said.get("message", "")))
        return said["accessToken"], float(said.get("expireIn", 7200))

    def _upload(self, http: Http, token: str, part: Part) -> dict[str, str]:
        name = str(part.content["name"])
        answered = http.call("POST", f"{self.given.old_api_base}/media/upload", params={"access_token": token, "type": "file"},
                             files={"media": (name, bytes.fromhex(str(part.content["hex"])))})
        said = data_of(answered)
        if said.get("errcode", 0) != 0 or not said.get("media_id"):
            raise Denied(str(said.get("errcode", -1)), str(said.get("errmsg", "")))
        return {"mediaId": str(said["media_id"]), "fileName": name, "fileType": name.rsplit(".", 1)[-1]}


def explained(code: int | str, message: str) -> str:
    """An error code in words, with the platform's own code for whoever looks it up."""
    meaning = MEANING.get(str(code))
    return f"{meaning}（{code}）" if meaning else f"钉钉返回 {code}：{message[:100]}"


def _text(of: Mapping[str, Any], kind: str) -> tuple[str, bool]:
    """The words of a message, and whether it has any; the platform writes spoken ones down."""
    inner = of.get(kind) if isinstance(of.get(kind), dict) else of.get("content")
    inner = inner if isinstance(inner, dict) else {}
    if kind == "text":
        return _word(inner, "content"), True
    if kind == "audio":
        return (words := _word(inner, "recognition")), bool(words)
    if kind == "richText":
        rich = inner.get("richText")
        words = "".join(_word(i, "text") for i in rich if isinstance(i, dict)) if isinstance(rich, list) else ""
        return words, bool(words.strip())
    return "", False


def _word(of: Mapping[str, Any], name: str) -> str:
    found = of.get(name)
    return found if isinstance(found, str) else ""
