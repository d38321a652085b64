"""A conversation in the terminal with a bot over a platform of our own: ``assistant bots simulate``."""

from __future__ import annotations

import base64
import os
import secrets
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from assistant.accounts import LOCAL, Principal
from assistant.errors import BadInput, Unauthenticated
from assistant.faces.bots import config, opening
from assistant.faces.bots.contract import Request
from assistant.faces.bots.rehearsal import callers
from assistant.faces.bots.rehearsal.platforms import Platform
from assistant.faces.bots.rehearsal.server import Gateway, Server

if TYPE_CHECKING:
    from assistant.assistant import Assistant

CHANNELS = {"wecom": "企业微信智能机器人", "wecom-app": "企业微信自建应用", "dingtalk": "钉钉机器人（Stream 方式）", "feishu": "飞书机器人"}
USER, CHAT = "demo", "demo-group"
POLL_SECONDS = 0.3
PATIENCE = 120.0


class Everyone:
    """The one user of a rehearsal: this machine's own, or (``stranger``) someone who is not bound to an account."""

    def __init__(self, stranger: bool):
        self._stranger = stranger

    def resolve(self, platform: str, tenant: str, user: str) -> Principal | None:
        return None if self._stranger else LOCAL

    def bind(self, platform: str, tenant: str, user: str, code: str) -> Principal:
        raise Unauthenticated("预演里没有账号，不能绑定。")

    def unbind(self, platform: str, tenant: str, user: str, *, by: str) -> bool:
        return False


class Rehearsal:
    """One bot of one channel over the assistant, its platform beside it. Close it when done."""

    def __init__(self, assistant: Assistant, channel: str, *, group: bool = False, stranger: bool = False, base_url: str = "http://127.0.0.1:8765"):
        if channel not in CHANNELS:
            raise BadInput(f"没有渠道“{channel}”。可以预演的有：{'、'.join(CHANNELS)}。")
        self.platform, self.channel, self._chat = Platform(), channel, CHAT if group else ""
        self._server = Server(self.platform)
        self._gateway = Gateway(self.platform) if channel == "dingtalk" else None
        self._given = _settings(channel, self._server.address)
        office = config.read({"base_url": base_url, channel: {"demo": self._given}})
        self._bots = opening.over(assistant, office, Everyone(stranger))
        self._bots.start()
        self._seen = 0

    def say(self, text: str) -> Iterator[str]:
        """Say something to the bot; what a person would see, as it comes."""
        now = time.time()
        if self.channel == "wecom":
            yield from self._streamed(text, now)
            return
        if self._gateway is not None:
            session = f"{self._server.address}/robot/sendBySession?session=demo"
            self._gateway.say(callers.dingtalk_data(USER, text, now, chat=self._chat, robot=self._given["client_id"], session=session))
        else:
            said = self._bots.pipeline.receive(self.channel, "demo", self._request(text, now))
            if said.status != 200:
                yield f"（机器人没有受理：{said.status}）"
                return
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with self.platform.arrived:
                self.platform.arrived.wait(0.2)
            new, self._seen = self.platform.shown[self._seen:], len(self.platform.shown)
            yield from (one.text for one in new)
            if (new or self._seen) and self._bots.pipeline.settled() and len(self.platform.shown) == self._seen:
                return
        yield "（等了两分钟还没有答复）"

    def _request(self, text: str, now: float) -> Request:
        g = self._given
        if self.channel == "wecom-app":
            return callers.app_message(g["corp_id"], g["agent_id"], g["token"], g["aes_key"], USER, text, now)
        return callers.feishu_request(g["encrypt_key"], callers.feishu_event(g["app_id"], g["verification_token"], USER, text, now, chat=self._chat,
                                                                              mention=g["open_id"] if self._chat else ""), now)

    def _streamed(self, text: str, now: float) -> Iterator[str]:
        g, shown = self._given, ""
        where = f"{self._server.address}/cgi-bin/aibot/response?response_code={secrets.token_hex(8)}"
        request = callers.bot_message(g["token"], g["aes_key"], USER, text, now, chat=self._chat, response_url=where)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            stream: dict[str, Any] = callers.wecom_opened(g["aes_key"], self._bots.pipeline.receive("wecom", "demo", request))["stream"]
            if stream["content"] != shown:
                shown = stream["content"]
                yield shown
            if stream["finish"]:
                return
            time.sleep(POLL_SECONDS)
            request = callers.bot_poll(g["token"], g["aes_key"], stream["id"], time.time())
        yield "（等了两分钟还没有答复）"

    def close(self) -> None:
        self._bots.stop()
        if self._gateway is not None:
            self._gateway.close()
        self._server.close()


def converse(rehearsal: Rehearsal, read: Callable[[], str], write: Callable[[str], None]) -> None:
    """Line after line until an empty one."""
    while line := read().strip():
        for text in rehearsal.say(line):
            write(text)


def _settings(channel: str, address: str) -> dict[str, Any]:
    """Settings as an office writes them, with keys made for this one time."""
    aes = base64.b64encode(os.urandom(32)).decode().rstrip("=")
    secret, token = secrets.token_hex(16), secrets.token_hex(8)
    match channel:
        case "wecom":
            return {"token": token, "aes_key": aes, "tenant": "demo", "api_base": address}
        case "wecom-app":
            return {"corp_id": "wwdemo", "agent_id": 1000002, "secret": secret, "token": token, "aes_key": aes, "api_base": address}
        case "dingtalk":
            return {"client_id": "dingdemo", "client_secret": secret, "api_base": address, "old_api_base": address}
    return {"app_id": "cli_demo", "app_secret": secret, "encrypt_key": secret, "verification_token": token, "open_id": "ou_demo_bot", "api_base": address}

