"""What is known before anybody fills a form: from the case, its findings and determination, and the settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from assistant.chinese import sentences
from assistant.classifying.nouns import SPEAKERS, Determination
from assistant.drafting.values import Value
from assistant.errors import BadInput

if TYPE_CHECKING:
    from assistant.drafting.facts import Fact

_HEARSAY = frozenset({"self", "reported", SPEAKERS["self"], SPEAKERS["reported"]})
_SAID = re.compile(r"自称|自述|辩称|声称|本人(?:称|说|表示|认为|解释)|[据有]人?反映|说是|有人说|问(?=.{0,8}，)|[?？]|群众反映|举报|据称|据说|听说|传言|不能排除|疑似|请(?:直接|按|给|认定|问)|是否")
_FIGURE = re.compile(r"\d+(?:[.,，]\d+)*[余多]?[十百千]?[万亿]*(?:元|年|月|日|名|人|户|次|%)?")
_MARKS = "，。；：、"

SOURCES = {
    "case.person": "当事人姓名",
    "case.unit": "当事人单位",
    "case.post": "当事人职务",
    "case.amount": "涉及金额",
    "case.date": "事发日期",
    "case.facts": "案情中说明人、事、时间、金额和各要素的原话，传闻和自述除外",
    "finding.met": "已具备的条件",
    "finding.unmet": "不具备的条件和触及的排除项",
    "determination.outcome": "初步结论的名称",
    "determination.title": "初步结论",
    "determination.reason": "初步结论的理由",
    "determination.clauses": "结论所依据的条款编号",
    "determination.missing": "还缺的事实",
    "determination.follows": "接下来由谁按什么程序办理",
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

    ``came_to`` is the case's scheme and, as scheme.outcome, what it came to, the decision before the preliminary opinion;
    ``title`` is how that reads.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    decision: Decision | None = None
    came_to: frozenset[str] = frozenset()
    title: str = ""


def of_case(text: str, determination: Determination | None = None, decided: tuple[str, str, str, str] | None = None, person: str = "") -> Known:
    """What a case tells: ``text`` with the facts added later, its newest determination, and ``decided`` as (outcome, title, by, day).

    Facts are exact spans of the text; what is only reported or said by the person is not among the facts found. ``person`` says
    whose notice it is; of a case with several persons only that person's part counts. Raises BadInput when it does not say.
    """
    from assistant.drafting import facts

    if determination is not None and determination.parts:
        named = [p for p in determination.parts if p.who]
        if not person and named:
            raise BadInput(f"这个案件涉及{'、'.join(p.who for p in named)}，分别有各自的初步意见。请填写字段“姓名”，说明这份文书是谁的。")
        determination, decided = next((p for p in named if p.who == person), None), None
    found = facts.extract(text, person)
    single = {"case.person": found.person, "case.unit": found.unit, "case.post": found.post,
              "case.amount": _only(found.amounts), "case.date": _only(found.dates)}
    out: dict[str, Value] = {key: fact.value for key, fact in single.items() if fact}
    told = [f for f in (found.person, found.unit, found.post, *found.amounts, *found.dates) if f]
    out["case.facts"] = _told(text, [(f.start, f.end) for f in told])
    came_to: frozenset[str] = frozenset()
    title = ""
    if determination is not None:
        outcomes = (determination.outcome,) if isinstance(determination.outcome, str) else tuple(determination.outcome)
        title = determination.title
        came_to = _came_to(determination.scheme, outcomes)
        out |= _determined(text, determination, outcomes)
        shown = [(at, at + len(f.quote)) for f in determination.findings
                 if f.quote and f.speaker not in _HEARSAY and (at := text.find(f.quote)) >= 0]
        out["case.facts"] = _told(text, [*shown, *((f.start, f.end) for f in told)])
    decision = None
    if decided:
        outcome, title, by, day = decided
        decision = Decision(by, _day(day))
        came_to = _came_to(determination.scheme if determination else "", (outcome,))
        out |= {"decision.by": by, "decision.on": _day(day)}
    return Known({key: value for key, value in out.items() if value}, decision, came_to, title)


def _came_to(scheme: str, outcomes: Iterable[str]) -> frozenset[str]:
    return frozenset({scheme, *(f"{scheme}.{outcome}" for outcome in outcomes)})


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
    judged = {state: tuple(f"“{f.title}”一项{word}：“{_quoted(text, f.quote)}”" for f in of.findings if f.state == state and f.quote)
              for state, word in told.items()}
    lists = tuple(f"{f.title}：" for f in of.findings) + ("尚不清楚：",)
    follows = "".join((f"由{who}" if (who := of.follows.get("who", "")) else "", of.follows.get("how", "")))
    return {
        "finding.met": judged["met"], "finding.unmet": judged["unmet"],
        "determination.outcome": outcomes[0] if len(outcomes) == 1 else "", "determination.title": of.title,
        "determination.reason": "".join(r if r[-1] in "。；" else r + "。" for r in of.reasons if r and not r.startswith(lists)),
        "determination.clauses": tuple(dict.fromkeys(c.provision for c in of.citations)), "determination.missing": of.missing,
        "determination.follows": follows,
    }


def _quoted(text: str, quote: str) -> str:
    """The words of a quote, with the whole of a number that it cuts through."""
    at = text.find(quote)
    end = at + len(quote)
    for m in _FIGURE.finditer(text) if at >= 0 else ():
        if m.start() < end < m.end():
            end = m.end()
        if m.start() < at < m.end():
            at = m.start()
    return (text[at:end] if at >= 0 else quote).strip(_MARKS)


def _told(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The whole sentences in which the spans stand, in their order, but for hearsay and what people say of themselves."""
    spans = tuple(spans)
    return "".join(text[a:b].strip() for a, b in sentences(text)
                   if any(a < end and start < b for start, end in spans) and not _SAID.search(text, a, b))
