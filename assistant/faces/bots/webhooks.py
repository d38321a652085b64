"""Group webhooks (群机器人): notices pushed into a group of WeCom, DingTalk or Feishu. They cannot receive anything.

The address is a secret by itself: it is never shown. At most so many messages a minute go out, as the platforms want it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from assistant.faces.bots import dingtalk, feishu, sealing, wecom
from assistant.faces.bots.contract import (
    Again,
    Failed,
    Http,
    NoAnswer,
    NotSent,
    Outcome,
    Sent,
    Unknown,
)
from assistant.faces.bots.rendering import inert
from assistant.faces.bots.splitting import Piece, pack
from assistant.faces.bots.wire import data_of

LIMITS = {"wecom": 4096 * 9 // 10, "dingtalk": 8000, "feishu": 9000}
A_MINUTE = 15
"""Messages a minute of one webhook: the platforms drop or mute above 20."""


@dataclass(frozen=True)
class WebhookConfig:
    """One group webhook; ``secret`` signs where the platform was told to check (DingTalk, Feishu)."""

    name: str
    platform: str
    url: str = field(repr=False)
    secret: str = field(default="", repr=False)


class Webhook:
    """One group webhook."""

    def __init__(self, given: WebhookConfig):
        self.given = given
        self._sent: deque[float] = deque(maxlen=A_MINUTE)
        self._lock = threading.Lock()

    def push(self, title: str, text: str, http: Http, clock: Callable[[], float]) -> tuple[Outcome, ...]:
        """Push a notice, in parts when it is long, until one does not go through."""
        bodies = pack([Piece(inert(text))], LIMITS[self.given.platform] - 300)
        out: list[Outcome] = []
        for n, body in enumerate(bodies, 1):
            head = inert(title)[:60] + (f"（{n}/{len(bodies)}）" if len(bodies) > 1 else "")
            out.append(self._one(head, body, http, clock()))
            if not isinstance(out[-1], Sent):
                break
        return tuple(out)

    def _one(self, title: str, text: str, http: Http, now: float) -> Outcome:
        with self._lock:
            if len(self._sent) == A_MINUTE and now - self._sent[0] < 60:
                return Again(f"一分钟内已推送 {A_MINUTE} 条，请过一会儿再发", 60 - (now - self._sent[0]))
            self._sent.append(now)
        try:
            data, signed = self.body(title, text, now)
            url = self.given.url + ("&" + urlencode(signed) if signed else "")
            answered = http.call("POST", url, data=data)
            if answered.status >= 500 or answered.status == 429:
                return Again(f"HTTP {answered.status}")
            said = data_of(answered)
        except NotSent as error:
            return Again(f"连不上群机器人的地址：{error}")
        except NoAnswer as error:
            return Unknown(f"没有收到应答：{error}")
        code = said.get("errcode", said.get("code", said.get("StatusCode", -1)))
        explained = {"wecom": wecom.explained, "dingtalk": dingtalk.explained, "feishu": feishu.explained}[self.given.platform]
        return Sent() if code == 0 else Failed(explained(code, str(said.get("errmsg", said.get("msg", "")))))

    def body(self, title: str, text: str, now: float) -> tuple[dict[str, Any], dict[str, str]]:
        """What is posted, and what stands in the address besides."""
        secret = self.given.secret
        match self.given.platform:
            case "wecom":
                return {"msgtype": "markdown", "markdown": {"content": f"**{title}**\n{text}"}}, {}
            case "dingtalk":
                stamp = str(int(now * 1000))
                signed = {"timestamp": stamp, "sign": sealing.dingtalk_sign(stamp, secret)} if secret else {}
                return {"msgtype": "markdown", "markdown": {"title": title, "text": f"### {title}\n\n" + text.replace("\n", "  \n")}}, signed
            case _:
                stamp = str(int(now))
                card = {"schema": "2.0", "header": {"title": {"tag": "plain_text", "content": title}}, "body": {"elements": [{"tag": "markdown", "content": text}]}}
                signed = {"timestamp": stamp, "sign": sealing.feishu_webhook_sign(stamp, secret)} if secret else {}
                return {**signed, "msg_type": "interactive", "card": card}, {}
