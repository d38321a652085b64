"""What is known before anybody fills a form: from the case, its findings and determination, and the settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from assistant.chinese import sentences
from assistant.classifying.nouns import SPEAKERS, Determination, Finding
from assistant.drafting.values import Value

if TYPE_CHECKING:
    from assistant.drafting.facts import Fact

_HEARSAY = frozenset({"self", "reported", SPEAKERS["self"], SPEAKERS["reported"]})
_MARKS = "，。；：、"

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
    "determination.outcome": "初步结论的名称",
    "determination.title": "初步结论",
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
    """What a named person decided on a case, and on which day."""

    by: str
    on: str = ""


@dataclass(frozen=True)
class Known:
    """Values by source; ``decision`` is None until a named person has decided.

    ``outcomes`` are the names of what the case came to, the decision's before the preliminary ones; ``title`` is how they read.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    decision: Decision | None = None
    outcomes: tuple[str, ...] = ()
    title: str = ""


def of_case(text: str, determination: Determination | None = None, decided: tuple[str, str, str] | None = None) -> Known:
    """What a case tells: ``text`` with the facts added later, its newest determination, and ``decided`` as (outcome, by, day).

    Facts are exact spans of the text; what is only reported or said by the person is not among the facts found.
    """
    from assistant.drafting import facts

    found = facts.extract(text)
    single = {"case.person": found.person, "case.unit": found.unit, "case.post": found.post,
              "case.amount": _only(found.amounts), "case.date": _only(found.dates)}
    out: dict[str, Value] = {key: fact.value for key, fact in single.items() if fact}
    out["case.text"] = text.strip()
    outcomes: tuple[str, ...] = ()
    title = ""
    if determination is not None:
        outcomes = (determination.outcome,) if isinstance(determination.outcome, str) else tuple(determination.outcome)
        title = determination.title
        out |= _determined(text, determination, outcomes)
    decision = None
    if decided:
        outcome, by, day = decided
        outcomes, title = (outcome,), outcome if outcomes != (outcome,) else title
        decision = Decision(by, _day(day))
        out |= {"decision.by": by, "decision.on": _day(day)}
    return Known({key: value for key, value in out.items() if value}, decision, outcomes, title)


def _only(found: tuple[Fact, ...]) -> Fact | None:
    return found[0] if len({f.value for f in found}) == 1 else None


def _day(text: str) -> str:
    """The day of a time stamp as a notice writes it."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return ""
    return f"{day.year}年{day.month}月{day.day}日"


def _determined(text: str, of: Determination, outcomes: tuple[str, ...]) -> dict[str, Value]:
    told = {"met": "具备", "unmet": "不具备"}
    judged = {state: tuple(f"“{f.title}”一项{word}：“{f.quote.strip(_MARKS)}”" for f in of.findings if f.state == state and f.quote)
              for state, word in told.items()}
    return {
        "finding.facts": _sentences(text, [f for f in of.findings if f.quote and f.speaker not in _HEARSAY]),
        "finding.met": judged["met"], "finding.unmet": judged["unmet"],
        "finding.unclear": tuple(f"“{f.title}”尚未查清" for f in of.findings if f.state == "unclear" and f.asked),
        "determination.outcome": outcomes[0] if len(outcomes) == 1 else "", "determination.title": of.title,
        "determination.reason": "".join(r if r[-1] in "。；" else r + "。" for r in of.reasons if r),
        "determination.clauses": tuple(dict.fromkeys(c.provision for c in of.citations)), "determination.missing": of.missing,
    }


def _sentences(text: str, findings: Iterable[Finding]) -> str:
    """The whole sentences of a case in which the quotes of findings stand, in their order."""
    spans = [(at, at + len(f.quote)) for f in findings if (at := text.find(f.quote)) >= 0]
    return "".join(text[a:b].strip() for a, b in sentences(text) if any(a < end and start < b for start, end in spans))
