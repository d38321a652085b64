"""``assistant bots doctor``: whether each bot would be heard and could answer, with what to do where it would not."""

from __future__ import annotations

import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from assistant.faces.bots import sealing
from assistant.faces.bots.config import Office
from assistant.faces.bots.contract import (
    Channel,
    Handshake,
    Http,
    Look,
    Refused,
    Request,
    Verified,
)
from assistant.faces.bots.dingtalk import DingTalk
from assistant.faces.bots.feishu import Feishu
from assistant.faces.bots.rehearsal import callers
from assistant.faces.bots.wecom_app import WecomApp
from assistant.faces.bots.wecom_bot import WecomBot


def looks(office: Office, path: Path, http: Http, now: float, only: str = "", to: str = "") -> Iterator[tuple[str, Look]]:
    """One line after another, each with the bot that it is about; ``only`` one channel, one message to ``to``."""
    mode = path.stat().st_mode
    exposed = bool(mode & (stat.S_IRGRP | stat.S_IROTH))
    yield "配置", Look(str(path), not exposed, "别人也能读到其中的密钥，请运行 chmod 600 " + str(path) if exposed else f"{len(office.channels)} 个机器人，{len(office.webhooks)} 个群推送")
    if office.channels and not any(c.given.base_url for c in office.channels):
        yield "配置", Look("base_url", False, "没有设置，答复里的条款没有链接，只有编号。请在文件开头写 base_url = \"https://…\"")
    for channel in office.channels:
        if only and channel.channel != only:
            continue
        name = f"{channel.channel}.{channel.bot}"
        yield name, address_check(channel, now)
        for look in channel.looks(http, now, to):
            yield name, look


def address_check(channel: Channel, now: float) -> Look:
    """The check of a callback address, as the platform would make it, against our own settings; and a forged one."""
    where = f"/bots/{channel.channel}/{channel.bot}"
    word = secrets.token_hex(8)
    request = _check(channel, word, now)
    if request is None:
        return Look("接收地址", True, "Stream 方式不需要接收地址")
    verified = channel.verify(request, now)
    parsed = channel.parse(verified) if isinstance(verified, Verified) else None
    right = isinstance(parsed, Handshake) and word.encode() in parsed.response.body if not isinstance(channel, DingTalk) else isinstance(verified, Verified)
    forged = channel.verify(Request(request.method, tuple((n, v[::-1]) for n, v in request.query), tuple((n, v[::-1]) for n, v in request.headers), b"{}"), now)
    if right and isinstance(forged, Refused):
        return Look("接收地址", True, f"模拟的地址校验通过，伪造的被拒绝；在平台上填 https://本单位的域名{where}")
    return Look("接收地址", False, "模拟的地址校验没有通过。请核对 token 和密钥是否与平台上的一致。")


def _check(channel: Channel, word: str, now: float) -> Request | None:
    match channel:
        case WecomApp() | WecomBot():
            e = channel.envelope
            return callers.wecom_request(e.token, e.aes_key, e.receiver, word.encode(), now, echo=True)
        case Feishu():
            g = channel.given
            return callers.feishu_request(g.encrypt_key, {"type": "url_verification", "challenge": word, "token": g.verification_token}, now, signed=False)
        case DingTalk() if not channel.streams:
            stamp = str(int(now * 1000))
            return Request("POST", (), (("timestamp", stamp), ("sign", sealing.dingtalk_sign(stamp, channel.given.client_secret))), b"{}")
    return None
