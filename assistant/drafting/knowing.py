"""What is known before anybody fills a form: from the case, its findings and determination, and the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.drafting.values import Value

SOURCES = {
    "case.person": "当事人姓名",
    "case.unit": "当事人单位",
    "case.post": "当事人职务",
    "case.amount": "涉及金额",
    "case.date": "事发日期",
    "case.text": "案情原文",
    "finding.facts": "认定要素所依据的案情原话",
    "finding.met": "已具备的条件",
    "finding.unmet": "不具备的条件和触及的排除项",
    "finding.unclear": "尚未查清的要素",
    "determination.outcome": "初步结论",
    "determination.reason": "初步结论的理由",
    "determination.clauses": "结论所依据的条款编号",
    "determination.missing": "还缺的事实",
    "decision.by": "作出决定的人",
    "decision.on": "决定日期",
    "settings.unit": "本单位名称",
}
"""Where a form may take a value from, and what that is."""


@dataclass(frozen=True)
class Decision:
    """What a named person decided on a case."""

    by: str
    on: str = ""


@dataclass(frozen=True)
class Known:
    """Values by source; ``decision`` is None until a named person has decided."""

    values: Mapping[str, Value] = field(default_factory=dict)
    decision: Decision | None = None
