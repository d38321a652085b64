"""The bots of an office, from ``bots.toml`` in the home (or where ASSISTANT_BOTS says): one section a bot, ``[channel.name]``.

A secret that is missing, a setting that is unknown or of another kind, refuses to start and is named. A value ``env:NAME`` is
read from the environment.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.errors import BadSetting
from assistant.faces.bots.contract import Channel
from assistant.faces.bots.dingtalk import DingTalk, DingTalkConfig
from assistant.faces.bots.feishu import Feishu, FeishuConfig
from assistant.faces.bots.webhooks import Webhook, WebhookConfig
from assistant.faces.bots.wecom_app import WecomApp, WecomAppConfig
from assistant.faces.bots.wecom_bot import WecomBot, WecomBotConfig
from assistant.faces.bots.who import Policy
from assistant.faces.bots.wire import LOOPBACK

FILE = "bots.toml"
OFFICE = {"base_url": str, "unmapped": str}
EVERY = {"unmapped": str, "group_units": list}


@dataclass(frozen=True)
class Spec:
    """The settings of a channel: name → (kind, pattern, what it is); ``needed`` must be there."""

    needed: Mapping[str, tuple[type, str, str]]
    free: Mapping[str, tuple[type, str, str]]


_AES = (str, r"[A-Za-z0-9+/]{43}", "EncodingAESKey，43 个字符")
_ADDRESS = (str, r"https?://[^\s?#]+", "接口地址")
SPECS = {
    "wecom": Spec({"token": (str, r"\S{3,64}", "Token"), "aes_key": _AES}, {"tenant": (str, r"\S{1,64}", "企业 ID"), "api_base": _ADDRESS}),
    "wecom-app": Spec({"corp_id": (str, r"\S{3,64}", "企业 ID"), "agent_id": (int, "", "应用编号 AgentId"), "secret": (str, r"\S{8,200}", "应用 Secret"),
                       "token": (str, r"\S{3,64}", "Token"), "aes_key": _AES}, {"api_base": _ADDRESS, "format": (str, "markdown|text", "markdown 或 text")}),
    "dingtalk": Spec({"client_id": (str, r"\S{3,100}", "Client ID（AppKey）"), "client_secret": (str, r"\S{8,200}", "Client Secret（AppSecret）")},
                     {"mode": (str, "stream|http", "stream 或 http"), "robot_code": (str, r"\S{3,100}", "机器人编码"), "tenant": (str, r"\S{1,64}", "企业 ID"),
                      "api_base": _ADDRESS, "old_api_base": _ADDRESS}),
    "feishu": Spec({"app_id": (str, r"\S{3,100}", "App ID"), "app_secret": (str, r"\S{8,200}", "App Secret"),
                    "encrypt_key": (str, r"\S{3,200}", "Encrypt Key"), "verification_token": (str, r"\S{3,200}", "Verification Token")},
                   {"open_id": (str, r"\S{3,100}", "机器人自己的 open_id，群里用"), "api_base": _ADDRESS}),
    "webhook": Spec({"platform": (str, "wecom|dingtalk|feishu", "wecom、dingtalk 或 feishu"), "url": (str, r"https?://\S+", "群机器人的地址")},
                    {"secret": (str, r"\S{3,200}", "加签密钥")}),
}


@dataclass(frozen=True)
class Office:
    """All bots of a file: those that answer, with their rules, and group webhooks by name. ``hosts`` is where they may call."""

    channels: tuple[Channel, ...] = ()
    policies: Mapping[tuple[str, str], Policy] = None  # type: ignore[assignment]
    webhooks: Mapping[str, Webhook] = None  # type: ignore[assignment]
    hosts: frozenset[str] = frozenset()
    streams: tuple[DingTalk, ...] = ()

    def policy(self, channel: str, bot: str) -> Policy:
        return self.policies[channel, bot]


def find(home: Path, named: Path | None) -> Path | None:
    """The file with the bots, None when there is none. Raises BadSetting for a named one that is missing."""
    if named is not None:
        if not named.is_file():
            raise BadSetting(f"设置 ASSISTANT_BOTS 所指的文件 {named} 不存在。请改正路径，或取消这个设置。")
        return named
    return home / FILE if (home / FILE).is_file() else None


def load(path: Path) -> Office:
    """Read the bots of a file. Raises BadSetting naming file, section and setting."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"机器人配置 {path} 读不了（{getattr(error, 'strerror', None) or '不是 UTF-8'}）。请检查文件。") from None
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"机器人配置 {path} 写法不对：{error}。请改正后再启动。") from None
    return read(raw, str(path))


def read(raw: Mapping[str, Any], where: str = FILE) -> Office:
    """Bots from plain data. Raises BadSetting naming section and setting."""
    general = {k: v for k, v in raw.items() if not isinstance(v, dict)}
    for name, value in general.items():
        if name not in OFFICE:
            raise BadSetting(f"{where} 里不认识设置 {name}。这里可用的有：{'、'.join(OFFICE)}；机器人写在 [渠道.名称] 里。")
        if not isinstance(value, OFFICE[name]):
            raise BadSetting(f"{where} 里设置 {name} 应当是文字。")
    base_url = general.get("base_url", "").rstrip("/")
    if base_url and not re.fullmatch(r"https?://[^\s?#]+", base_url):
        raise BadSetting(f"{where} 里设置 base_url 不是网址：{base_url[:60]}。请写成 https://policy.example.gov.cn 这样。")
    channels: list[Channel] = []
    policies, webhooks, hosts = {}, {}, set()
    for channel, bots in raw.items():
        if not isinstance(bots, dict):
            continue
        if channel not in SPECS:
            raise BadSetting(f"{where} 里不认识渠道 {channel}。可用的有：{'、'.join(SPECS)}。")
        for name, given in bots.items():
            section = f"{where} 的 [{channel}.{name}]"
            if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", name) or not isinstance(given, dict):
                raise BadSetting(f"{section} 写法不对：机器人要写成 [{channel}.名称]，名称用字母、数字、- 和 _。")
            values = _values(SPECS[channel], given, section)
            policies[channel, name] = _policy(given, general, section)
            if channel == "webhook":
                webhooks[name] = Webhook(WebhookConfig(name=name, **values))
                hosts.add(_host(values["url"]))
            else:
                made = MAKERS[channel](name, base_url, values)
                channels.append(made)
                hosts |= _HOSTS[channel] if "api_base" not in values else {_host(values["api_base"])}
                hosts |= {_host(values["old_api_base"])} if "old_api_base" in values else set()
    streams = tuple(c for c in channels if isinstance(c, DingTalk) and c.streams)
    return Office(tuple(channels), policies, webhooks, frozenset(hosts), streams)


def _values(spec: Spec, given: Mapping[str, Any], section: str) -> dict[str, Any]:
    known = {**spec.needed, **spec.free}
    for name in given:
        if name not in known and name not in EVERY:
            raise BadSetting(f"{section} 里不认识设置 {name}。可用的有：{'、'.join([*known, *EVERY])}。请改名或去掉它。")
    out = {}
    for name, (kind, pattern, what) in known.items():
        value = given.get(name)
        if isinstance(value, str) and value.startswith("env:"):
            value = os.environ.get(value[4:], "")
            if not value:
                raise BadSetting(f"{section} 的设置 {name} 要从环境变量 {given[name][4:]} 读取，可是它没有值。请设置后再启动。")
        if value is None or value == "":
            if name in spec.needed:
                raise BadSetting(f"{section} 缺少设置 {name}（{what}）。请到平台的管理后台找到它填上，再启动。")
            continue
        if kind is int and isinstance(value, str) and value.isdecimal():
            value = int(value)
        if type(value) is not kind or (pattern and not re.fullmatch(pattern, str(value))):
            raise BadSetting(f"{section} 的设置 {name} 的值不能用：应当是{what}。请改正后再启动。")
        if name in ("api_base", "old_api_base", "url"):
            parts = urlsplit(value)
            if parts.scheme == "http" and parts.hostname not in LOOPBACK:
                raise BadSetting(f"{section} 的设置 {name} 要用 https（只有本机地址可以用 http）。请改正后再启动。")
            value = value.rstrip("/")
        out[name] = value
    return out


def _policy(given: Mapping[str, Any], general: Mapping[str, Any], section: str) -> Policy:
    unmapped = given.get("unmapped", general.get("unmapped", "public"))
    if unmapped not in ("public", "refuse"):
        raise BadSetting(f"{section} 的设置 unmapped 只能是 public（没有绑定账号的人只看公开文件）或 refuse（不回答）。请改正后再启动。")
    units = given.get("group_units", [])
    if not isinstance(units, list) or not all(isinstance(u, str) and u.strip() for u in units):
        raise BadSetting(f"{section} 的设置 group_units 应当是单位名称的清单，如 [\"区委组织部\"]。请改正后再启动。")
    return Policy(unmapped, frozenset(u.strip() for u in units))


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _wecom(name: str, base_url: str, v: dict[str, Any]) -> Channel:
    hosts = {"hosts": frozenset({_host(v.pop("api_base"))})} if "api_base" in v else {}
    return WecomBot(WecomBotConfig(name=name, base_url=base_url, **v, **hosts))


MAKERS: dict[str, Callable[[str, str, dict[str, Any]], Channel]] = {
    "wecom": lambda name, base_url, v: _wecom(name, base_url, dict(v)),
    "wecom-app": lambda name, base_url, v: WecomApp(WecomAppConfig(name=name, base_url=base_url, **v)),
    "dingtalk": lambda name, base_url, v: DingTalk(DingTalkConfig(name=name, base_url=base_url, **v)),
    "feishu": lambda name, base_url, v: Feishu(FeishuConfig(name=name, base_url=base_url, **v)),
}
_HOSTS = {"wecom": {"qyapi.weixin.qq.com"}, "wecom-app": {"qyapi.weixin.qq.com"}, "dingtalk": {"api.dingtalk.com", "oapi.dingtalk.com"},
          "feishu": {"open.feishu.cn"}}
