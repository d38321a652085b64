"""One tree of settings, read from ``ASSISTANT_*`` environment variables; the defaults run offline.

>>> Settings(home="x", region="佛山市高明区").region
'佛山市高明区'
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import BadSetting


def _default_home() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "cadre-policy-assistant"


class Settings(BaseSettings):
    """What an office may set. Unknown ``ASSISTANT_*`` names are refused by :func:`load`."""

    model_config = SettingsConfigDict(env_prefix="ASSISTANT_", extra="forbid", frozen=True)

    home: Path = Field(default_factory=_default_home, description="数据目录")
    region: str = Field("", description="本单位所在地区，如“广东省佛山市高明区”；提问中的“我们区”指它")
    unit: str = Field("", description="本单位名称")
    embedding: str = Field("builtin", description="builtin，或本机 sentence-transformers 模型目录")
    reranker: str = Field("", description="本机 CrossEncoder 重排模型目录，可不填")
    host: str = Field("127.0.0.1", description="服务监听地址")
    port: int = Field(8765, ge=0, le=65535, description="服务监听端口")
    hosts: str = Field("", description="服务另外应答的主机名，逗号分隔，如 policy.example.gov；本机地址和所监听的 IP 总是应答")
    session_hours: float = Field(12, gt=0, le=720, description="登录后多少小时要重新登录")
    rate_per_minute: int = Field(240, ge=0, description="每个账号每分钟的请求数上限，0 为不限")
    rate_burst: int = Field(120, ge=1, description="每个账号一时最多连续多少个请求")
    bots: Path | None = Field(None, description="机器人配置文件，默认是数据目录里的 bots.toml")
    max_question: int = Field(2000, ge=50, description="问题的最大字数")
    max_upload_mb: int = Field(50, ge=1, description="单次上传的最大兆字节数")
    telemetry: str = Field("", description="OpenTelemetry 收集器地址（OTLP/gRPC），如 http://127.0.0.1:4317；不填就不发送。不含提问和案情文字")
    corpus: Path | None = Field(None, description="随附语料目录，默认用安装包自带的")
    model: str = Field("", description="大模型，如 openai:deepseek-chat（openai 指接口的写法）；不填即离线回答")
    model_base_url: str = Field("", description="大模型服务地址，如 http://127.0.0.1:8000/v1")
    model_api_key: SecretStr = Field(SecretStr(""), description="大模型服务的密钥，只从环境变量读取")
    model_hosts: str = Field("", description="允许连接的大模型主机，逗号分隔，可带端口；本机总是允许")
    model_intranet: str = Field("", description="其中属于内网、可以看到案件文字的主机，逗号分隔")
    model_cases: Literal["never", "intranet", "always"] = Field("intranet", description="案件文字是否交给大模型：never 从不，intranet 仅本机和内网主机，always 总是")
    model_connect_s: float = Field(3, gt=0, le=60, description="连接大模型的秒数上限")
    model_first_token_s: float = Field(20, gt=0, le=600, description="等大模型第一个字、以及两段输出之间的秒数上限")
    model_total_s: float = Field(60, gt=0, le=600, description="一次回答里大模型全部用时的秒数上限")
    model_retries: int = Field(1, ge=0, le=5, description="连不上或服务忙时重试的次数")
    model_slots: int = Field(4, ge=1, le=64, description="同时使用大模型的回答数")
    model_price_prompt: float = Field(0, ge=0, description="每百万输入词元的价格（元），用于估算费用，可不填")
    model_price_completion: float = Field(0, ge=0, description="每百万输出词元的价格（元），用于估算费用，可不填")
    ask_with_model: bool = Field(False, description="普通提问是否也经过大模型")


def load(**given: object) -> Settings:
    """Settings from the environment, ``given`` values first. Raises BadSetting in words.

    A key is never ``given``: command lines and files are seen by others, so it comes from the environment only.
    """
    if given.get("model_api_key") is not None:
        raise BadSetting("大模型的密钥只能写在环境变量 ASSISTANT_MODEL_API_KEY 里。请从别处去掉它。")
    known = {f"ASSISTANT_{name.upper()}" for name in Settings.model_fields}
    unknown = sorted(n for n in os.environ if n.startswith("ASSISTANT_") and n not in known)
    if unknown:
        raise BadSetting(f"不认识环境变量 {unknown[0]}。可用的有：{'、'.join(sorted(known))}。请改名或取消它。")
    try:
        return Settings(**{k: v for k, v in given.items() if v is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "ASSISTANT_" + str(first["loc"][0]).upper()
        raise BadSetting(f"设置 {name} 的值不能用：{_fault(first)}。请改正后再试。") from None


def _fault(error: Mapping[str, Any]) -> str:
    bound = next(iter(error.get("ctx", {}).values()), "")
    kinds = {"int_parsing": "应当是整数", "int_type": "应当是整数", "float_parsing": "应当是数字", "float_type": "应当是数字",
             "greater_than": f"应当大于 {bound}", "greater_than_equal": f"不能小于 {bound}", "less_than_equal": f"不能大于 {bound}",
             "bool_parsing": "应当是 1 或 0", "literal_error": f"只能是 {str(bound).replace(' or ', ' 或 ')}", "extra_forbidden": "没有这个设置"}
    return kinds.get(error["type"], "写法不对")


def shipped(name: str) -> Path:
    """A folder that ships with the project (``corpus``, ``prompts``), in a checkout or an installed wheel."""
    packaged = Path(str(resources.files("assistant"))) / "shipped" / name
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[1] / name
