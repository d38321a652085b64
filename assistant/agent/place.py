"""Where the model is: an address checked letter by letter, and what may be sent there."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from assistant.errors import BadSetting
from assistant.settings import Settings

ADDRESS = re.compile(r"(https?)://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?(/[A-Za-z0-9._~/-]*)?")
NAME = re.compile(r"openai:[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}")
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Place:
    """One endpoint. ``host`` is lower case and without brackets, ``path`` without a slash at its end."""

    scheme: str
    host: str
    port: int
    path: str
    model: str
    intranet: bool

    @classmethod
    def of(cls, settings: Settings) -> Place | None:
        """The place the settings name, None when no model is set.

        Raises BadSetting for a name that is not ``openai:…``, an address that is none, a host that is not
        allowed, or one outside to which the key would go unencrypted.
        """
        if not settings.model:
            return None
        if not NAME.fullmatch(settings.model):
            raise BadSetting("设置 ASSISTANT_MODEL 的值不能用：应当写成 openai:模型名，如 openai:deepseek-chat。请改正，或取消它改用离线回答。")
        found = ADDRESS.fullmatch(settings.model_base_url)
        if not found or (found[3] and not 0 < int(found[3]) < 65536):
            raise BadSetting("设置 ASSISTANT_MODEL_BASE_URL 的值不能用：应当是 http(s)://主机[:端口]/路径，不带用户名、密码和参数，"
                             "如 http://127.0.0.1:8000/v1。请改正后再试。")
        scheme, host = found[1], found[2].strip("[]").lower().rstrip(".")
        port = int(found[3] or PORTS[scheme])
        home = _loopback(host)
        intranet = home or _listed(host, port, settings.model_intranet)
        if not home and not _listed(host, port, settings.model_hosts):
            raise BadSetting(f"大模型主机 {host} 不在允许的名单里。确认可以使用后，把它加进设置 ASSISTANT_MODEL_HOSTS（逗号分隔）。")
        if scheme == "http" and not intranet:
            raise BadSetting(f"大模型主机 {host} 不在内网名单里，不能不加密地连接。请把 ASSISTANT_MODEL_BASE_URL 改为 https，"
                             "或确认它在内网后加进 ASSISTANT_MODEL_INTRANET。")
        return cls(scheme, host, port, (found[4] or "").rstrip("/"), settings.model.removeprefix("openai:"), intranet)

    @property
    def url(self) -> str:
        """The base address, put together again from its checked parts."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listed(host: str, port: int, names: str) -> bool:
    known = {name.strip().lower().rstrip(".") for name in names.replace("，", ",").split(",")} - {""}
    return bool(known & {host, f"[{host}]", f"{host}:{port}", f"[{host}]:{port}"})
