"""What schemes compute out of a case: periods, shares, lengths of absence, posts and their ranks.

Each computation takes a reading, the parameters of the element (``with:``) and the day, and says met, unmet or unclear
with the words it rests on; a computation that finds nothing leaves the element unclear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from assistant.chinese import NUMERAL, number
from assistant.classifying import periods, posts, sanctions
from assistant.classifying.moments import Length, lengths, moments
from assistant.classifying.nouns import Computed
from assistant.classifying.periods import free_from
from assistant.classifying.reading import Reading

_PLANNED = re.compile(r"拟|截至|截止|目前|现在|现|打算|准备|提出|计划|研究")

_UNTIL = re.compile(r"(?:影响期|处分期)[^，。；]{0,8}(?:到|至|截至|截止到?)(?:于)?")
_RUNNING = re.compile(r"(?:刚|刚刚|新近|近日|上月|上个月|本月|正|正在)(?:被|受|受到|给予)[^，。；]{0,10}(?:处分|警告|记过|记大过|察看|降级|撤职)|(?:处分|影响期|处分期)[^，。；]{0,8}(?:要到|要等|须到|到)[^，。；]{0,10}(?:才|方)(?:能?满|到期|结束|解除|届满)|(?:尚|还|仍|正|处于|处在|现)在?[^，。；没未]{0,6}(?:影响期|处分期)(?!已|满|届满)|(?:影响期|处分期)[^，。；满]{0,4}(?:还|尚|仍)?(?:没有|没|未)(?:满|过|届满|到期|结束)")

_N = rf"(\d+|[{NUMERAL}]+)"
_LAST = re.compile(r"倒数|末位(?!倒逼|淘汰|机制|约谈|调整)|(?:总分|得分|分数|排名|名次|成绩)(?:最低|最差|最后)|垫底|末尾|最后一名|最末|末名|排名靠后|名次靠后|靠后|排在最后|列最后|排最后|位列最后|包尾|末[两二三]位")
_OF = re.compile(rf"{_N}(?:个|家|名|户)[^。；]{{0,24}}?(?:第|排第|列第|排名第|位列第|居第){_N}(?:名|位)?")
_FRONT = re.compile(rf"(?<!倒数)第{_N}(?:名|位)?|前列|中游|中等|靠前|居中|前{_N}名?|首位|榜首|中间")
_CORRECTED = re.compile(r"改正|更正|复核后|复核(?:发现|认定|结果)|重新公布|重新核算|重新计分|申诉后|纠正后|修正后|最终(?:公布|名次|排名)?")
_AGE = re.compile(rf"(?:年龄)?{_N}(?:周)?岁(?!以[上下]|左右的要求)|((?:19|20)?\d\d|[〇零一二三四五六七八九]{{2}}(?:[〇零一二三四五六七八九]{{2}})?)年(?:\d+月|[一二三四五六七八九十]+月)?(?:出)?生|年龄(?:为|是)?{_N}")
_PEOPLE = re.compile(rf"(?<![第\d{NUMERAL}]){_N}\s*(?:名|人|位|个(?!月|职务|镇|乡|县))(?!次)")
_PERCENT = re.compile(rf"(\d+(?:\.\d+)?)\s*[%％]|百分之({'[' + NUMERAL + ']'}+)")
_COUNTED_ONCE = re.compile(rf"(?:按人(?:头)?(?:算|计)|去重后?|剔除重复[^，。；]{{0,4}}|扣除重复[^，。；]{{0,4}}|不重复计算|实际(?:为|是|有)?|实有|合计|总共|按人数算)(?:的?(?:人数)?(?:是|为)?)?{_N}\s*(?:人|名|位)(?!次)")


def day_of(text: str, on: date | None) -> date:
    """The day a case is judged on: the one given, else the last date that the text names for what is planned, else today."""
    if on is not None:
        return on
    named = [m.last for m in moments(text)
             if _PLANNED.search(text[max(0, m.span[0] - 4):m.span[0]] + re.split(r"[，。；\n]", text[m.span[1]:m.span[1] + 80])[0][:10])]
    return named[-1] if named else date.today()


def impact_period(reading: Reading, given: Mapping[str, Any], on: date | None) -> Computed:
    """Whether every impact period has ended: met = over (or the sanction was withdrawn), unmet = still running."""
    text = reading.plain
    today = day_of(text, on)
    told = sanctions.read(text, today)
    if told.withdrawn:
        return Computed("met", told.withdrawn, "处分已经撤销，或者免予、不予处分，没有影响期。")
    if not told.sanctions and (stated := _stated_end(text, today)):
        return stated
    if not told.sanctions and (running := _RUNNING.search(text)):
        return Computed("unmet", (running.span(),), "材料说明影响期（处分期）还没有满。")
    if not told.sanctions:
        spans = told.undated or told.unknown
        lacking = "没有说明处分批准或者决定的日期" if told.undated else "没有说明受的是哪一种处分、什么日期"
        return Computed("unclear", spans, f"{lacking}，影响期算不出来。" if spans else "")
    reckoned = periods.reckon(told.sanctions)
    spans = tuple(s.span for s in told.sanctions)
    over = reckoned.over(today)
    if on is None and over and _RUNNING.search(text):
        over = None
    if told.undated and over:
        over = None
    if over is None and _RUNNING.search(text):
        over = False
    values = {}
    first = reckoned.governing
    if first is not None and first.settled and first.end[0] < date.max and not told.estimated and not told.undated and reckoned.settled:
        values = {"start": first.start[0].isoformat(), "end": first.end[0].isoformat()}
    elif first is not None and first.end[0] is not None and first.end[0] < date.max and not told.estimated:
        values = {"earliest": first.end[0].isoformat(), **({"latest": first.end[1].isoformat()} if first.end[1] else {})}
    note = reckoned.text + ("另有处分没有说明日期，先要补齐。" if told.undated else "")
    state = {True: "met", False: "unmet", None: "unclear"}[over]
    return _cited(Computed(state, spans, note, values), reckoned.clauses)


def lasting(reading: Reading, given: Mapping[str, Any], on: date | None) -> Computed:
    """How long something told has lasted: met = at most ``within`` (``12个月``, ``1个月``; less with ``inclusive``), unmet = longer.

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
    more = bool(re.search(r"超过|逾$", before) or text[longest.span[1]:].startswith(("以上", "有余", "出头")))
    short_of = bool(re.search(r"不到|不足|不满|未满|将近|近$|快$", before))
    over = not short_of and (longest.least > limit.most or longest.months is None and longest.least > limit.least + 1
                             or _same(longest, limit) and (more or bool(given.get("inclusive"))))
    return Computed("unmet" if over else "met", (longest.span,), f"材料说的时间是{words}，界限是{given['within']}。")


def _same(one: Length, other: Length) -> bool:
    return one.months is not None and one.months == other.months


def apart(reading: Reading, given: Mapping[str, Any], on: date | None) -> Computed:
    """Like :func:`lasting`, where no length is told but a day of leaving and a day of coming back, or of still being away."""
    told = lasting(reading, given, on)
    days = [m for m in moments(reading.plain, on) if m.exact or not m.exact and (m.last - m.first).days < 32]
    if told.spans or len(days) < 2 or not any(word in reading.plain for word in given["about"]):
        return told
    months = lengths(given["within"])[0].months or 1
    sure, open_ = free_from(days[0].last, months) < days[-1].first, free_from(days[0].first, months) < days[-1].last
    note = f"从{days[0].first.isoformat()}到{days[-1].last.isoformat()}，界限是{given['within']}。"
    return Computed("unmet" if sure else "unclear" if open_ else "met", (days[0].span, days[-1].span), note)


def age(reading: Reading, given: Mapping[str, Any], on: date | None) -> Computed:
    """Whether the age told is at most ``at_most`` years."""
    m = _AGE.search(reading.plain)
    if m is None:
        return Computed("unclear")
    years = day_of(reading.plain, on).year - _born(m[2]) if m[2] else number(m[1] or m[3])
    if not 16 <= years <= 100:
        return Computed("unclear")
    return Computed("met" if years <= int(given["at_most"]) else "unmet", (m.span(),), f"年龄{years}岁，界限是{given['at_most']}岁。",
                    {"age": str(years)})


def _born(told: str) -> int:
    year = number(told)
    return year if year > 100 else year + (1900 if year > 30 else 2000)


def share(reading: Reading, given: Mapping[str, Any], on: date | None) -> Computed:
    """Whether a part makes up ``at_least`` (``1/3``) of a whole; people are counted once.

    ``whole``: words beside the number of the whole; ``part``: words of the experience that counts; ``less``: words that do not count.
    """
    least = Fraction(given["at_least"])
    text = reading.plain
    percent = next((m for m in _PERCENT.finditer(text) if any(w in _around(reading, m.span()) for w in given["part"])
                    and not re.search(r"要求|规定|不少于|不低于", text[max(0, m.start() - 6):m.start()])), None)
    if percent is not None:
        value = Fraction(percent[1]) / 100 if percent[1] else Fraction(number(percent[2]), 100)
        return _compared(value, least, (percent.span(),), percent[0])
    counted = _listed(text, given) or _numbers(reading, given)
    if counted is None or counted[0] is None:
        return Computed("unclear", counted[2] if counted else (), "人数没有说清，比例算不出来。" if counted else "")
    part, whole, spans = counted
    if part is None or not whole or part > whole:
        return Computed("unclear", spans, "人数没有说清，比例算不出来。")
    return _compared(Fraction(part, whole), least, spans, f"{part}人占{whole}人")


def place_in_order(reading: Reading, given: Mapping[str, Any], on: date | None) -> Computed:
    """Whether a unit stands at the end of its order: met = it does. After a correction only what follows counts."""
    text = reading.plain
    corrected = _CORRECTED.search(text)
    start = corrected.end() if corrected else 0
    told: list[tuple[tuple[int, int], bool]] = []
    for m in _LAST.finditer(text, start):
        if re.search(r"升|跃|前移|追到|赶上|提升|进位|脱", re.split(r"[。；\n]", text[m.end():m.end() + 80])[0][:10]):
            continue
        told.append((m.span(), not re.search(r"(?:不是|并非|没有|不在|未|摆脱|退出)[^，。；]{0,4}$", text[max(0, m.start() - 8):m.start()])))
    for m in _OF.finditer(text, start):
        whole, at = number(m[1]), number(m[2])
        if 0 < at <= whole:
            told.append((m.span(), at == whole or at > 2 and whole - at <= whole // 8))
    if not told:
        for m in _FRONT.finditer(text, start):
            told.append((m.span(), False))
    if not told:
        return Computed("unclear")
    span, low = max(told, key=lambda t: t[0][0]) if corrected else max(told, key=lambda t: t[1])
    return Computed("met" if low else "unmet", (span,))


def _compared(value: Fraction, least: Fraction, spans: tuple, told: str) -> Computed:
    note = f"{told}，合{float(value) * 100:.1f}%，要求不少于{least.numerator}/{least.denominator}。"
    return Computed("met" if value >= least else "unmet", spans, note, {"share": f"{float(value):.4f}"})


def _around(reading: Reading, span: tuple[int, int]) -> str:
    first, last = next(s for s in reading.sentences if s[0] <= span[0] < s[1])
    return reading.plain[first:last]


def _numbers(reading: Reading, given: Mapping[str, Any]) -> tuple[int | None, int | None, tuple] | None:
    """How many have the experience, of how many, and where that is told."""
    text = reading.plain
    people = [(number(m[1]), m) for m in _PEOPLE.finditer(text)]
    whole = next(((n, m) for n, m in people if _beside(text, m, given["whole"], 14) and not _beside_own(text, m, given["part"])), None)
    named = _enumerated(text, given)
    parts = [(n, m) for n, m in people if (whole is None or m.span() != whole[1].span()) and _beside_own(text, m, given["part"])
             and not any(w in _clause(text, m) for w in ("其余", "其他", "余下", "另外", "都没有", "均无", "没有"))]
    none = re.search(r"(?:一个也没有|一人也没有|没有一人|没有一个|无一人|没有人|均无|都没有|一个都没有)", text)
    if whole is None:
        return None
    summed = next(((number(m[1]), m) for m in _COUNTED_ONCE.finditer(text) if not m.start() <= whole[1].start() < m.end()), None)
    if summed:
        return summed[0], whole[0], (summed[1].span(), whole[1].span())
    exact = [(n, m) for n, m in parts if not any(w in _clause(text, m) for w in given["less"])]
    if exact:
        several = sum(n for n, _ in exact) if len(exact) > 1 and not re.search(r"其中|包括", text[exact[0][1].end():exact[1][1].start()]) else exact[0][0]
        return several, whole[0], (exact[0][1].span(), whole[1].span())
    if named:
        return len(named), whole[0], (named[0], whole[1].span())
    if parts or none:
        return 0, whole[0], ((parts[0][1] if parts else none).span(), whole[1].span())
    return None, whole[0], (whole[1].span(),)


def _listed(text: str, given: Mapping[str, Any]) -> tuple[int | None, int | None, tuple] | None:
    """A roll of members with what each has been in brackets: 县长李某（曾任镇长）、副县长吴某（曾任副镇长）……"""
    entries = list(re.finditer(r"[（(]([^（()）]{2,30})[）)]", text))
    rest = re.search(rf"(?:其余|其他|余下)(?:的)?{_N}(?:名|人|位)", text)
    if len(entries) < 3 or len(entries) > 2 and not rest and _PEOPLE.search(text):
        return None
    have = [m for m in entries if any(w in m[1] for w in given["part"]) and not any(w in m[1] for w in given["less"])
            and not re.search(r"(?:未|没有?)(?:当|任|担任|做)过", m[1])]
    return len(have), len(entries) + (number(rest[1]) if rest else 0), (entries[0].span(),)


def _clause(text: str, m: re.Match[str]) -> str:
    return re.split(r"[，。；：\n]", text[max(0, m.start() - 80):m.start()])[-1] + re.split(r"[，。；：\n]", text[m.start():m.start() + 80])[0]


def _beside(text: str, m: re.Match[str], words: list[str], reach: int) -> bool:
    near = re.split(r"[。；\n]", text[max(0, m.start() - reach):m.start()])[-1]
    return any(w in near for w in words)


def _beside_own(text: str, m: re.Match[str], words: list[str]) -> bool:
    return any(w in _clause(text, m) for w in words)


def _enumerated(text: str, given: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Persons named one by one with the experience in brackets or behind 曾任."""
    return [m.span() for m in re.finditer(r"(?:曾任|曾担任|当过|任过|做过|干过)[^，。；、）)]{0,12}", text)
            if any(w in m[0] for w in given["part"]) and not any(w in m[0] for w in given["less"])]


def _stated_end(text: str, today: date) -> Computed | None:
    """The end of a period as the material itself states it, where the sanction's own day is not told."""
    for m in _UNTIL.finditer(text):
        day = next((d for d in moments(text, today) if m.end() - 1 <= d.span[0] <= m.end() + 1), None)
        if day is not None:
            state = "unmet" if day.first >= today else "met" if day.last < today else "unclear"
            return Computed(state, ((m.start(), day.span[1]),), "按材料所说的影响期（处分期）截止日期。", {"end": day.first.isoformat()} if day.exact else {})
    return None


def _cited(computed: Computed, clauses: tuple[str, ...]) -> Computed:
    from dataclasses import fields, replace

    return replace(computed, cite=clauses) if any(f.name == "cite" for f in fields(Computed)) else computed


COMPUTATIONS: dict[str, Callable[[Reading, Mapping[str, Any], date | None], Computed]] = {
    "impact_period": impact_period,
    "age": age,
    "apart": apart,
    "lasting": lasting,
    "place_in_order": place_in_order,
    "route": posts.route,
    "share": share,
}
"""By the name that ``compute:`` gives in a scheme file."""
