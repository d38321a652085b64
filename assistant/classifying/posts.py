"""Posts and the routes between them: who holds which post, which one is meant for him, and how he was assessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from assistant import regions
from assistant.classifying.nouns import Computed
from assistant.classifying.reading import Reading

_PIVOT = re.compile(r"直接提任|提任|直接(?:任|当|升任|担任|提拔|出任|进入|到)|拟任|提拔|升任|破格|推荐|出任|提名|任命为|拟担任|兼任|拟兼任|进入|提为|提到")
_PAST = re.compile(r"(?:曾任|曾经|当过|担任过|历任|任过|干过|从未当过|没有当过|未当过|没当过|不曾)[^，。；）)]*")
_NOT_STANDING = re.compile(r"(?:不是|并非|非|未进|没有进|还不是|不属|不在)[^，。；]{0,6}?常委(?:会)?")

_HELD = {
    "standing": r"[县区市]委常委|县级党委常委|常委(?!会)",
    "government": r"副[县区市]长|政府班子成员|政府党组成员|政府领导班子成员",
    "county_chief": r"(?<!副)(?<!务副)[县区]长(?!助理)|[县区]委书记|(?<!副)市长|(?<!直)市委书记|[县区]党政正职|(?:县|区|市、区）|市区)党政(?:主要|一把手)",
    "town_secretary": r"[镇乡](?:党委|党委的)?书记|[镇乡]委书记|乡镇[^，。；]{0,4}书记|街道(?:党工委|工委)?书记|党工委书记|乡镇党政正职",
    "town_head": r"(?<!副)[镇乡]长|街道(?:办事处|办)?主任|办事处主任|乡镇党政正职",
    "city_deputy": r"市直[^，。；]{0,12}副(?:职|局长|主任|部长|院长)|市[^县区镇乡街，。；、]{1,8}副(?:局长|主任|部长|秘书长)",
    "city_section": r"正科级[^，。；]{0,10}(?:中层正职|科长|主任|正职)|市直[^，。；]{0,14}(?:科长|科科长|中层正职|处长)|市[^县区镇乡街副，。；、]{1,9}科(?:科)?长",
}
_MEANT = {
    "special": r"专职副书记|常务副[县区市]长|(?:政府)?常务副职",
    "chief": r"(?<!副)(?<!务副)[县区]长(?!助理)|[县区市]委书记|(?<!副)(?<!务副)市长|党政正职|党政一把手",
    "deputy": r"(?:党委|[县区市]委|领导|[县区市]级)?班子副职|[县区市]委副书记|[县区市]委常委|领导班子副职|[县区市]级领导副职",
    "government": r"(?<!常务)副[县区市]长",
    "other": r"[局厅部院校]长|主任|主席|处长|书记|调研员|镇长|乡长|科长|委员",
}
_ANY_POST = re.compile(r"(?:副|正)?(?:[镇乡局科所站股校院队处部厅]长|主任|书记|委员|经理|主席|秘书长|干事|调研员|主任科员|科员)")
_HIGH = re.compile(r"特别优秀")
_NOT_HIGH = re.compile(r"(?:不是|并非|并不是|没有|未|不算|谈不上|够不上|达不到|未达到|不属于|没达到|称不上|缺|没写|没提|而非|而不是)[^，。；]{0,10}特别优秀")
_GOOD = re.compile(r"优秀|三连优|实绩突出|出类拔萃")
_NOT_GOOD = re.compile(r"(?:不|没有?|未|并非)[^，。；特]{0,5}优秀|表现平平|表现一般|排名靠后|基本称职|不称职|(?:评定|考核|考察|结论|评价|等次)[^，。；优]{0,8}(?:为|是|“)?称职")
_UNCHECKED = re.compile(r"(?:没有|未|尚未|还没有?|没)(?:组织|进行|开展|经)?[^，。；]{0,4}(?:考察|考核材料|考核|认定)|自认为|自称|自己说|说自己|自己认为|大家公认|据说|听说|没有(?:考察|考核)(?:材料|结论)|考察(?:还)?(?:没|未|尚未)")


def route(reading: Reading, given: Mapping[str, Any], on: date | None) -> Computed:
    """Whether post held, post meant and assessment lie on one of ``routes``: lists of [posts held, post meant, level, assessment].

    Posts are names of this module's tables; level ``county`` or ``city``; assessment 优秀 or 特别优秀.
    """
    text = reading.plain
    pivot = _PIVOT.search(text)
    before, after = (text[:pivot.start()], text[pivot.start():]) if pivot else (text, "")
    held, where = _held(before)
    if not held and after:
        held, where = _held(re.split(r"[。；？！]", after, maxsplit=1)[-1])
    meant, level, aim = _meant(re.split(r"[。；？！]", after)[0], reading)
    spans = tuple(s for s in (where, (pivot.start() + aim[0], pivot.start() + aim[1]) if pivot and aim else None) if s)
    if not held or meant is None:
        return Computed("unclear", spans, "现任职务或者拟任岗位没有说清，路径无从核对。")
    fitting = [r for r in given["routes"] if held & set(r[0]) and meant == r[1] and (level in ("", r[2]) or r[2] == "")]
    if not fitting:
        return Computed("unmet", spans, "现任职务到拟任岗位不在规定的直接提任路径上。")
    states = {_assessed(text, r[3]) for r in fitting}
    state = "met" if "met" in states else "unclear" if "unclear" in states else "unmet"
    note = {"met": "现任职务、拟任岗位和考察评价符合规定的路径。", "unmet": f"路径要求{fitting[0][3]}，考察评价没有达到。",
            "unclear": f"路径要求{fitting[0][3]}，考察评价没有说清或者没有经过考察。"}[state]
    return Computed(state, spans, note)


def _blank(m: re.Match[str]) -> str:
    return "　" * len(m[0])


def _held(text: str) -> tuple[set[str], tuple[int, int] | None]:
    gone = _NOT_STANDING.sub(_blank, _PAST.sub(_blank, text))
    found = {kind: m for kind, pattern in _HELD.items() if (m := re.search(pattern, gone))}
    if not found and (m := _ANY_POST.search(gone)):
        found["other"] = m
    first = min(found.values(), key=lambda m: m.start(), default=None)
    return set(found), first.span() if first else None


def _meant(text: str, reading: Reading) -> tuple[str | None, str, tuple[int, int] | None]:
    text = _PAST.sub(_blank, text)
    for kind, pattern in _MEANT.items():
        if m := re.search(pattern, text):
            phrase = text[max(0, m.start() - 8):m.end()]
            level = "" if kind == "other" else "county" if re.search(r"[县区]", phrase[-12:]) else "city" if "市" in phrase else ""
            if level == "city" and any(r.endswith("市") and regions.level(r) == "county" for r in regions.regions_in(reading.plain[:600])):
                level = "county"
            return kind, level, m.span()
    return None, "", None


def _assessed(text: str, needed: str) -> str:
    if _UNCHECKED.search(text):
        return "unclear"
    high = bool(_HIGH.search(text)) and not _NOT_HIGH.search(text)
    good = bool(_GOOD.search(text)) and not _NOT_GOOD.search(text)
    if needed == "特别优秀":
        return "met" if high else "unmet" if good or _NOT_HIGH.search(text) or _NOT_GOOD.search(text) else "unclear"
    return "met" if high or good else "unmet" if _NOT_GOOD.search(text) else "unclear"
