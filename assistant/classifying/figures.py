"""What schemes compute out of a case: periods, shares, lengths of absence, posts and their ranks.

Each computation takes a reading, the parameters of the element (``with:``) and the day, and says met, unmet or unclear
with the words it rests on; a computation that finds nothing leaves the element unclear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from assistant.classifying import periods, sanctions
from assistant.classifying.moments import Length, lengths, moments
from assistant.classifying.nouns import Computed
from assistant.classifying.reading import Reading

_PLANNED = re.compile(r"拟|截至|截止|目前|现在|现|打算|准备|提出|计划|研究")


def day_of(text: str, on: date | None) -> date:
    """The day a case is judged on: the one given, else the last date that the text names for what is planned, else today."""
    if on is not None:
        return on
    named = [m.last for m in moments(text)
             if _PLANNED.search(text[max(0, m.span[0] - 4):m.span[0]] + re.split(r"[，。；\n]", text[m.span[1]:])[0][:10])]
    return named[-1] if named else date.today()


def impact_period(reading: Reading, given: Mapping[str, Any], on: date | None) -> Computed:
    """Whether every impact period has ended: met = over (or the sanction was withdrawn), unmet = still running."""
    text = reading.plain
    today = day_of(text, on)
    told = sanctions.read(text, today)
    if told.withdrawn:
        return Computed("met", told.withdrawn, "处分已经撤销，没有影响期。")
    if not told.sanctions:
        spans = told.undated or told.unknown
        lacking = "没有说明处分批准或者决定的日期" if told.undated else "没有说明受的是哪一种处分、什么日期"
        return Computed("unclear", spans, f"{lacking}，影响期算不出来。" if spans else "")
    reckoned = periods.reckon(told.sanctions)
    spans = tuple(s.span for s in told.sanctions)
    over = reckoned.over(today)
    if told.undated:
        over = False if over is False else None
    values = {}
    first = reckoned.governing
    if first is not None and first.settled and not told.estimated and not told.undated and reckoned.settled:
        values = {"start": first.start[0].isoformat(), "end": first.end[0].isoformat()}
    elif first is not None and first.end[0] is not None and first.end[0] < date.max and not told.estimated:
        values = {"earliest": first.end[0].isoformat(), **({"latest": first.end[1].isoformat()} if first.end[1] else {})}
    note = reckoned.text + ("另有处分没有说明日期，先要补齐。" if told.undated else "")
    state = {True: "met", False: "unmet", None: "unclear"}[over]
    return _cited(Computed(state, spans, note, values), reckoned.clauses)


def lasting(reading: Reading, given: Mapping[str, Any], on: date | None) -> Computed:
    """How long something told has lasted: met = at most ``within`` (``12个月``, ``1个月``), unmet = longer.

    ``about``: words one of which stands in the sentence of the length; ``reach``: how far from it at most (characters).
    """
    text, limit = reading.plain, lengths(given["within"])[0]
    reach, about = int(given.get("reach", 24)), given["about"]
    told = []
    for length in lengths(text):
        first, last = next(s for s in reading.sentences if s[0] <= length.span[0] < s[1])
        near = text[max(first, length.span[0] - reach):min(last, length.span[1] + reach)]
        if any(word in near for word in about) and not re.match(r"前|内要|之内|以内", text[length.span[1]:]):
            told.append(length)
    if not told:
        return Computed("unclear")
    longest = max(told, key=lambda length: length.most)
    words = text[longest.span[0]:longest.span[1]]
    before = text[max(0, longest.span[0] - 4):longest.span[0]]
    at_least = bool(re.search(r"超过|逾|已?达|满|以上$", before) or text[longest.span[1]:].startswith(("以上", "有余", "出头")))
    short_of = bool(re.search(r"不到|不足|不满|未满|将近|近$|快$", before))
    over = not short_of and (longest.least > limit.most or _same(longest, limit) and (at_least or bool(given.get("inclusive")))
                             or longest.months is None and longest.least > limit.least + 1 or at_least and longest.least >= limit.least)
    return Computed("unmet" if over else "met", (longest.span,), f"材料说的时间是{words}，界限是{given['within']}。")


def _same(one: Length, other: Length) -> bool:
    return one.months is not None and one.months == other.months


def _cited(computed: Computed, clauses: tuple[str, ...]) -> Computed:
    from dataclasses import fields, replace

    return replace(computed, cite=clauses) if any(f.name == "cite" for f in fields(Computed)) else computed


COMPUTATIONS: dict[str, Callable[[Reading, Mapping[str, Any], date | None], Computed]] = {
    "impact_period": impact_period,
    "lasting": lasting,
}
"""By the name that ``compute:`` gives in a scheme file."""
