"""Feishu bots (飞书机器人): events by HTTP, sealed and signed; answers as cards that show headings, tables and buttons.

An event that is not acknowledged within three seconds comes again for seven hours; it is told by its message id. Sending takes an
id of ours for an hour, so a part whose outcome is unknown may be sent again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.faces.bots import rendering, sealing
from assistant.faces.bots.contract import (
    FRESH_SECONDS,
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
    Recalled,
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
from assistant.faces.bots.wire import Denied, Tokens, data_of

API = "https://open.feishu.cn"
BYTES = 9000
"""Of one card's text; a card may have 30 KB, its text stands in a JSON string inside of JSON."""
TOKEN_CODES = frozenset({99991663, 99991661, 99991668, 99991664})
LATER_CODES = frozenset({99991400, 230020, 11232, 2200, 11246})
RECALLED = frozenset({230011, 230110, 230111})
MEANING = {
    10003: "app_id 或 app_secret 不对。请到飞书开放平台的“凭证与基础信息”核对。",
    10014: "app_secret 不对。请到飞书开放平台的“凭证与基础信息”核对。",
    99991663: "令牌无效。程序会自动重取。",
    99991672: "应用没有所需的权限。请到“权限管理”开通 im:message:send_as_bot，并发布新版本。",
    99991679: "应用没有所需的权限。请到“权限管理”开通 im:message:send_as_bot，并发布新版本。",
    99991400: "调用太频繁，被飞书限制。",
    230001: "消息内容不合要求。请把这条报告给开发者。",
    230002: "机器人不在这个群里。请把它加进群。",
    230006: "应用没有开启机器人能力。请到“应用能力”添加机器人，并发布新版本。",
    230013: "用户不在应用的可用范围内。请到“版本管理与发布”调整可用范围。",
    230020: "发给同一会话太频繁，被飞书限制。",
    230022: "消息含有飞书判定的敏感内容，没有发成。",
    230025: "消息太长。请把这条报告给开发者。",
    230028: "消息没有通过本单位的数据防泄漏检查。",
    230035: "机器人在这个群里被禁言。",
    230099: "卡片不合要求。请把这条报告给开发者。",
}


@dataclass(frozen=True)
class FeishuConfig:
    """The settings of one bot; ``open_id`` is its own, without which it does not know when a group speaks to it."""

    name: str
    app_id: str
    app_secret: str = field(repr=False)
    encrypt_key: str = field(repr=False)
    verification_token: str = field(repr=False)
    open_id: str = ""
    base_url: str = ""
    api_base: str = API


class Feishu:
    """One bot."""

    channel = "feishu"
    caps = Caps(gap=0.25)

    def __init__(self, given: FeishuConfig):
        self.given, self.bot = given, given.name
        self._style = Style(BYTES, parts=5, tables=True)
        self._tokens = Tokens(self._fetch)

    def verify(self, request: Request, now: float) -> Verified | Refused:
        try:
            outer = json.loads(request.body)
            sealed = outer.get("encrypt") if isinstance(outer, dict) else None
            if request.method != "POST" or not isinstance(sealed, str):
                return Refused("body is not sealed")
            timestamp, nonce, signature = (request.header(f"x-lark-{n}") for n in ("request-timestamp", "request-nonce", "signature"))
            signed = bool(timestamp and nonce and signature) and sealing.same(
                sealing.feishu_signature(timestamp, nonce, self.given.encrypt_key, request.body), signature)
            if signature and not signed:
                return Refused("signature does not fit")
            plain = sealing.feishu_open(self.given.encrypt_key, sealed)
            of = json.loads(plain)
        except Broken as error:
            return Refused(f"cannot be opened: {error}")
        except (ValueError, RecursionError, UnicodeError):
            return Refused("body is not JSON", 400)
        if not isinstance(of, dict):
            return Refused("plain text is no object", 400)
        checks = of.get("type") == "url_verification"
        header = of.get("header") if isinstance(of.get("header"), dict) else {}
        token = of.get("token") if checks else header.get("token")
        # The address check comes unsigned; everything else has both the signature and the token.
        if not isinstance(token, str) or not sealing.same(token, self.given.verification_token) or not (signed or checks):
            return Refused("signature or token is missing")
        if checks:
            return Verified(plain, request)
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
            return Refused("timestamp is no number")
        return Verified(plain, request, abs(now - int(timestamp)) > FRESH_SECONDS)

    def parse(self, verified: Verified) -> Parsed:
        of = json.loads(verified.plain)
        if of.get("type") == "url_verification":
            challenge = of.get("challenge")
            return Handshake(_json({"challenge": challenge})) if isinstance(challenge, str) else Ignored("no challenge")
        header, event = _inner(of, "header"), _inner(of, "event")
        if header.get("app_id") != self.given.app_id:
            return Ignored("for another app")
        tenant = _word(header, "tenant_key") or "-"
        match _word(header, "event_type"):
            case "im.message.receive_v1":
                return self._message(event, tenant)
            case "im.message.recalled_v1":
                return Recalled(_word(event, "message_id"))
            case "card.action.trigger":
                return self._click(event, tenant)
            case kind:
                return Ignored(f"event {kind[:40]}")

    def _message(self, event: Mapping[str, Any], tenant: str) -> Parsed:
        sender, message = _inner(event, "sender"), _inner(event, "message")
        user, id = _word(_inner(sender, "sender_id"), "open_id"), _word(message, "message_id")
        if _word(sender, "sender_type") != "user" or not user or _word(sender, "tenant_key") not in ("", tenant):
            return Ignored("not from a person of the company")
        if not id:
            return Ignored("without an id")
        group = _word(message, "chat_type") == "group"
        raw = message.get("mentions")
        mentions = [m for m in raw if isinstance(m, dict)] if isinstance(raw, list) else []
        if group and not (self.given.open_id and any(_word(_inner(m, "id"), "open_id") == self.given.open_id for m in mentions)):
            return Ignored("not spoken to" if self.given.open_id else "a group message, but the bot's open_id is not set")
        text, kind = _text(_word(message, "message_type"), _word(message, "content"))
        for mention in mentions:
            own = _word(_inner(mention, "id"), "open_id") == self.given.open_id
            text = text.replace(_word(mention, "key") or "\0", "" if own else _word(mention, "name"))
        at = _word(message, "create_time")
        return Incoming(self.channel, self.bot, id, tenant, user, re.sub(r"@_user_\d+|@_all", "", text).strip(), kind,
                        _word(message, "chat_id") if group else "", int(at) / 1000 if at.isascii() and at.isdecimal() else 0.0,
                        back={"message": id, "chat": _word(message, "chat_id"), "user": user})

    def _click(self, event: Mapping[str, Any], tenant: str) -> Parsed:
        value, user = _inner(_inner(event, "action"), "value"), _word(_inner(event, "operator"), "open_id")
        if user and value.get("opinion") in ("有用", "没用"):
            return Opinion(self.channel, self.bot, tenant, user, value["opinion"], _word(value, "about"))
        return Ignored("a click that is not ours")

    def ack(self, verified: Verified, said: Snapshot | None, stream: str, now: float) -> Response:
        if _word(_inner(json.loads(verified.plain), "header"), "event_type") == "card.action.trigger":
            return _json({"toast": {"type": "success", "content": "谢谢，已记下。"}})
        return _json({})

    def parts(self, reply: Mapping[str, Any], back: Mapping[str, str]) -> tuple[Part, ...]:
        done = rendering.shown(reply, self._style, self.given.base_url, with_table=False, ask=False)
        out = []
        for n, text in enumerate(done.texts, 1):
            elements: list[dict[str, Any]] = [{"tag": "markdown", "content": text}]
            if n == 1 and reply.get("determination"):
                elements.append(_table(rendering.table(reply["determination"])))
            if n == len(done.texts) and done.about:
                elements.append(_buttons(done.about))
            out.append(_card(elements))
        return tuple(out)

    def words(self, text: str) -> Part:
        return Part("text", {"text": rendering.told(text, self._style.limit)}, True)

    def file(self, name: str, data: bytes) -> Part:
        return Part("file", {"name": name, "hex": data.hex()}, True)

    def send(self, part: Part, back: Mapping[str, str], idem: str, http: Http, now: float) -> Outcome:
        # The platform remembers this id for an hour; it must not be that of another bot or home.
        uuid = hashlib.sha256(f"{self.given.app_id} {back.get('message', '')} {idem}".encode()).hexdigest()[:40]
        try:
            for last in (False, True):
                token = self._tokens.get(http, now)
                content = dict(part.content)
                if part.kind == "file":
                    content = {"file_key": self._upload(http, token, str(content["name"]), bytes.fromhex(str(content["hex"])))}
                payload = {"msg_type": part.kind, "content": json.dumps(content, ensure_ascii=False), "uuid": uuid}
                outcome = self._posted(http, token, payload, back)
                if isinstance(outcome, Denied) and outcome.code in TOKEN_CODES and not last:
                    self._tokens.drop(token)
                    continue
                if isinstance(outcome, Denied):
                    words = explained(outcome.code, outcome.message)
                    return Again(words) if outcome.code in TOKEN_CODES else Failed(words)
                return outcome
        except NotSent as error:
            return Again(f"连不上飞书：{error}")
        except NoAnswer as error:
            return Unknown(f"没有收到飞书的应答：{error}")
        except Denied as error:
            return Again(explained(error.code, error.message), 60.0)
        return Failed("unreachable")

    def _posted(self, http: Http, token: str, payload: dict[str, Any], back: Mapping[str, str]) -> Outcome | Denied:
        """Reply to the message; when it was recalled, say it in the chat."""
        base, headers = f"{self.given.api_base}/open-apis/im/v1/messages", {"authorization": f"Bearer {token}"}
        ways: list[tuple[str, dict[str, str] | None, dict[str, Any]]] = []
        if back.get("message"):
            ways.append((f"{base}/{back['message']}/reply", None, payload))
        if back.get("chat"):
            ways.append((base, {"receive_id_type": "chat_id"}, {**payload, "receive_id": back["chat"]}))
        elif back.get("user"):
            ways.append((base, {"receive_id_type": "open_id"}, {**payload, "receive_id": back["user"]}))
        denied = Denied(0, "no way to answer")
        for url, params, data in ways:
            answered = http.call("POST", url, params=params, headers=headers, data=data)
            wait = answered.headers.get("x-ogw-ratelimit-reset", "")
            if answered.status >= 500:
                return Again(f"HTTP {answered.status}")
            said = data_of(answered)
            code = said.get("code", -1)
            if code == 0:
                return Sent(_word(_inner(said, "data"), "message_id"))
            if answered.status == 429 or code in LATER_CODES:
                return Again(explained(code, str(said.get("msg", ""))), float(wait) if wait.isascii() and wait.isdecimal() else 0.0)
            denied = Denied(code, str(said.get("msg", "")))
            if code not in RECALLED:
                break
        return denied

    def looks(self, http: Http, now: float, to: str) -> tuple[Look, ...]:
        try:
            token = self._tokens.get(http, now)
            said = data_of(http.call("GET", f"{self.given.api_base}/open-apis/bot/v3/info", headers={"authorization": f"Bearer {token}"}))
        except Denied as error:
            return (Look("取访问令牌", False, explained(error.code, error.message)),)
        except (NotSent, NoAnswer) as error:
            return (Look("取访问令牌", False, f"连不上 {self.given.api_base}（{error}）。请检查网络、防火墙和 api_base。"),)
        out = [Look("取访问令牌", True, "成功")]
        own = _word(_inner(said, "bot"), "open_id")
        if said.get("code") != 0 or not own:
            out.append(Look("机器人信息", False, explained(said.get("code", -1), str(said.get("msg", "")))))
        elif own != self.given.open_id:
            out.append(Look("机器人信息", False, f"群里用时请在 bots.toml 里写 open_id = \"{own}\"；没有它，群消息一律不回答。"))
        else:
            out.append(Look("机器人信息", True, f"open_id 正确（{own}）"))
        if to:
            outcome = self.send(self.words("这是 assistant bots doctor 发来的测试消息，收到即说明发送正常。"), {"user": to}, f"doctor-{now}", http, now)
            out.append(Look("发一条消息", isinstance(outcome, Sent), f"已发给 {to}" if isinstance(outcome, Sent) else outcome.detail))
        return tuple(out)

    def _fetch(self, http: Http) -> tuple[str, float]:
        said = data_of(http.call("POST", f"{self.given.api_base}/open-apis/auth/v3/tenant_access_token/internal",
                                 data={"app_id": self.given.app_id, "app_secret": self.given.app_secret}))
        if said.get("code") != 0 or not isinstance(said.get("tenant_access_token"), str):
            raise Denied(said.get("code", -1), str(said.get("msg", "")))
        return said["tenant_access_token"], float(said.get("expire", 7200))

    def _upload(self, http: Http, token: str, name: str, data: bytes) -> str:
        said = data_of(http.call("POST", f"{self.given.api_base}/open-apis/im/v1/files", headers={"authorization": f"Bearer {token}"},
                                 data={"file_type": "stream", "file_name": name}, files={"file": (name, data)}))
        key = _word(_inner(said, "data"), "file_key")
        if said.get("code") != 0 or not key:
            raise Denied(said.get("code", -1), str(said.get("msg", "")))
        return key


def explained(code: int | str, message: str) -> str:
    """An error code in words, with the platform's own code for whoever looks it up."""
    meaning = MEANING.get(code) if isinstance(code, int) else None
    return f"{meaning}（{code}）" if meaning else f"飞书返回 {code}：{message[:100]}"


def _card(elements: list[dict[str, Any]]) -> Part:
    return Part("interactive", {"schema": "2.0", "config": {"update_multi": True}, "body": {"elements": elements}}, True)


def _table(rows: tuple[tuple[str, str, str], ...]) -> dict[str, Any]:
    columns = [{"name": n, "display_name": d, "data_type": "text"} for n, d in (("element", "要素"), ("state", "情况"), ("words", "案情中的话"))]
    return {"tag": "table", "page_size": 10, "row_height": "low", "columns": columns,
            "rows": [{"element": a[:40], "state": b, "words": c[:80]} for a, b, c in rows[:30]]}


def _buttons(about: str) -> dict[str, Any]:
    columns = [{"tag": "column", "width": "auto", "elements": [
        {"tag": "button", "text": {"tag": "plain_text", "content": word}, "behaviors": [{"type": "callback", "value": {"opinion": word, "about": about}}]}]}
        for word in ("有用", "没用")]
    return {"tag": "column_set", "columns": columns}


def _text(kind: str, content: str) -> tuple[str, Kind]:
    """The words of a message by its kind; rich text loses its looks."""
    try:
        of = json.loads(content)
    except (ValueError, RecursionError):
        of = None
    if not isinstance(of, dict):
        return "", "other"
    if kind == "text":
        return _word(of, "text"), "text"
    if kind == "post":
        rows = of.get("content") if isinstance(of.get("content"), list) else []
        lines = ["".join(_word(i, "text") if i.get("tag") != "at" else _word(i, "user_id") for i in row if isinstance(i, dict))
                 for row in rows if isinstance(row, list)]
        return "\n".join([_word(of, "title"), *lines]).strip(), "text"
    kinds: dict[str, Kind] = {"image": "image", "audio": "voice", "file": "file", "media": "file"}
    return "", kinds.get(kind, "other")


def _json(data: Mapping[str, Any]) -> Response:
    return Response(json.dumps(data, ensure_ascii=False).encode(), kind="application/json")


def _inner(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def _word(of: Mapping[str, Any], name: str) -> str:
    found = of.get(name)
    return found if isinstance(found, str) else ""
