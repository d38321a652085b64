"""``assistant doctor``: home, corpus, indexes, schemes and model, each in one line that says what was seen and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assistant.errors import AssistantError


@dataclass(frozen=True)
class Check:
    """One line: what was looked at, whether it is well, and what was seen."""

    name: str
    ok: bool
    detail: str


def look(assistant: Any, connection: Callable[[], Any]) -> tuple[Check, ...]:
    """Look at everything of an :class:`assistant.assistant.Assistant`; a model that is set is called once."""
    checks = [Check("数据目录", True, str(assistant.settings.home))]
    documents = assistant.documents()
    checks.append(Check("文件", bool(documents), f"{len(documents)} 份现行文件，{sum(d.provisions for d in documents)} 个条款"))
    health = assistant.index.check(full=True)
    checks.append(Check("索引", health.ok, health.notice or "向量索引与关键词索引和数据库一致"))
    checks.append(_tried("分类方案", lambda: f"{assistant.check_schemes()} 个方案，所引条款都在"))
    checks.append(Check("向量模型", True, f"{assistant.embedder.name}，{assistant.embedder.dimension} 维"))
    try:
        model = connection()
    except AssistantError as error:
        return (*checks, Check("大模型", False, error.message))
    if model is None:
        return (*checks, Check("大模型", True, "未配置，离线回答"))
    found = model.check()
    return (*checks, Check("大模型", found.ok, found.detail))


def _tried(name: str, work: Callable[[], str]) -> Check:
    try:
        return Check(name, True, work())
    except AssistantError as error:
        return Check(name, False, error.message)
