"""What WeCom's self-built app and AI bot have in common: the sealed envelope, its signature, and what error codes mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.faces.bots import sealing
from assistant.faces.bots.contract import (
    FRESH_SECONDS,
    Handshake,
    Refused,
    Request,
    Response,
    Verified,
)
from assistant.faces.bots.sealing import Broken

API = "https://qyapi.weixin.qq.com"
TOKEN_CODES = frozenset({40001, 40014, 42001})
LATER_CODES = frozenset({-1, 45009, 45033, 60020})
"""Busy, limited, or a setting that the operator can still mend before the answer is too old."""
MEANING = {
    40001: "secret 不对，或令牌已失效。请到企业微信管理后台核对这个应用的 Secret。",
    40013: "企业 ID（corp_id）不对。请到“我的企业”页面核对。",
    40014: "令牌无效。程序会自动重取；一再出现请核对 secret。",
    40056: "应用编号（agent_id）不对。请到应用详情页核对。",
    40058: "参数不合要求，多半是消息太长。请把这条报告给开发者。",
    42001: "令牌已过期。程序会自动重取。",
    45009: "调用太频繁，被企业微信限制。请稍后再试。",
    48002: "这个应用没有调用该接口的权限。请到管理后台给应用开通。",
    60011: "应用没有权限操作这个成员。请把他加进应用的可见范围。",
    60020: "本机出口 IP 不在“企业可信IP”里。请到应用详情页的“企业可信IP”添加它（要先填好可信域名或接收消息的地址）。",
    60111: "没有这个成员的账号（UserID）。请到通讯录核对。",
    81013: "接收人都无效：不在应用的可见范围内，或账号不对。",
    82001: "接收人、部门、标签全部无效。",
    846605: "回复的请求编号无效。",
    846608: "这条流式消息已过期（超过 6 分钟）。",
}


@dataclass(frozen=True)
class Envelope:
    """Token, key and receiver of one callback address."""

    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    receiver: str = ""

    def verify(self, request: Request, now: float, sealed_of: Callable[[bytes], str]) -> Verified | Refused:
        """Open a callback; ``sealed_of`` finds the sealed text in its body (raising Broken). Old ones are marked stale."""
        try:
            signature, timestamp, nonce = request.one("msg_signature"), request.one("timestamp"), request.one("nonce")
            if not (signature and timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12 and nonce and len(nonce) <= 128):
                return Refused("query is incomplete")
            # A plus that a proxy made a space is one again: base64 has no spaces.
            sealed = request.one("echostr").replace(" ", "+") if request.method == "GET" else sealed_of(request.body)
            if not sealed or not sealing.same(sealing.wecom_signature(self.token, timestamp, nonce, sealed), signature):
                return Refused("signature does not fit")
            stale = abs(now - int(timestamp)) > FRESH_SECONDS
            if stale and request.method == "GET":
                return Refused("an old address check")
            return Verified(sealing.wecom_open(sealing.wecom_key(self.aes_key), sealed, self.receiver), request, stale)
        except (Broken, UnicodeError) as error:
            return Refused(f"cannot be opened: {error}", 400)

    def seal(self, plain: bytes, timestamp: str, nonce: str, random16: bytes) -> tuple[str, str]:
        """A sealed answer and its signature."""
        sealed = sealing.wecom_seal(sealing.wecom_key(self.aes_key), plain, self.receiver, random16)
        return sealed, sealing.wecom_signature(self.token, timestamp, nonce, sealed)


def echoed(verified: Verified) -> Handshake:
    """The answer to an address check: the plain text, nothing around it."""
    return Handshake(Response(verified.plain))


def explained(code: int | str, message: str) -> str:
    """An error code in words, with the platform's own code for whoever looks it up."""
    meaning = MEANING.get(code) if isinstance(code, int) else None
    return f"{meaning}（{code}）" if meaning else f"企业微信返回 {code}：{message[:100]}"
