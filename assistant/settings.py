"""One tree of settings, read from ``ASSISTANT_*`` environment variables; the defaults run offline.

>>> Settings(home="x", region="佛山市高明区").region
'佛山市高明区'
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
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
    max_question: int = Field(2000, ge=50, description="问题的最大字数")
    max_upload_mb: int = Field(50, ge=1, description="单次上传的最大兆字节数")
    corpus: Path | None = Field(None, description="随附语料目录，默认用安装包自带的")


def load(**given: object) -> Settings:
    """Settings from the environment, ``given`` values first. Raises BadSetting in words."""
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
    kinds = {"int_parsing": "应当是整数", "int_type": "应当是整数", "greater_than_equal": f"不能小于 {bound}", "less_than_equal": f"不能大于 {bound}",
             "extra_forbidden": "没有这个设置"}
    return kinds.get(error["type"], "写法不对")


def shipped(name: str) -> Path:
    """A folder that ships with the project (``corpus``, ``prompts``), in a checkout or an installed wheel."""
    packaged = Path(str(resources.files("assistant"))) / "shipped" / name
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[1] / name
