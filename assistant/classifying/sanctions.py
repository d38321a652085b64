"""Sanctions as a case tells them: what kind, since when, decided by whom, merged or withdrawn; ready for :mod:`periods`."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date

from assistant.chinese import number
from assistant.classifying.moments import Moment, lengths, moments, since
from assistant.classifying.periods import EITHER_WARNING, KINDS, Sanction

_KIND = re.compile(
    r"(?P<strip>撤销(?:其|了)?(?:一切)?党内[^，。；、]{0,8}?职务)|(?P<probation>留党察看(?:[（(]?(?P<years>[一二两12])年)?)|(?P<expel>开除(?:其)?党籍)"
    r"|(?P<severe>(?:党内|党纪)?严重警告)|(?P<party>(?:党内|党纪)警告)|(?P<government>(?:政务|行政)警告)"
    r"|(?P<great>(?:政务|行政)?记大过)|(?P<demerit>(?:政务|行政)记过|(?<![登忘标书笔日铭牢传])记过(?!程|账))"
    r"|(?P<lower>(?:政务|行政)降级|降级(?=[^，。；]{0,8}处分)|(?<=受)降级|(?<=受到)降级|(?<=给予)降级)"
    r"|(?P<dismiss>(?:政务|行政)?撤职|撤销行政职务|撤销(?:其)?(?:行政)?[^，。；党内处]{1,10}职务(?=[^，。；]{0,4}处分))"
    r"|(?P<out>开除公职|政务开除|行政开除|开除(?=处分))|(?P<either>警告)"
    r"|(?P<removed>免职|(?:被|予以|给予)?免去[^，。；]{0,16}职务?)|(?P<suspend>停职检查)|(?P<shift>调整职务|调离(?:原)?岗位)|(?P<resign>责令辞职)|(?P<demote>降职)"
    r"|(?P<admonish>诫勉)")

_NAMES = {"strip": "撤销党内职务", "probation": "留党察看", "expel": "开除党籍", "severe": "党内严重警告", "party": "党内警告", "government": "政务警告",
          "great": "政务记大过", "demerit": "政务记过", "lower": "政务降级", "dismiss": "政务撤职", "out": "开除公职", "either": EITHER_WARNING,
          "removed": "免职", "suspend": "停职检查", "shift": "调整职务", "resign": "责令辞职", "demote": "降职", "admonish": "诫勉"}
_MEASURES = {"removed", "suspend", "shift", "resign", "demote", "admonish"}

_SANCTION = re.compile(r"处分|处理|受到?|给予|处以|予以|被|问责|批准|追究|影响期|背着|吃了|挨了")
_NOT = re.compile(r"(?:未|没有|没|不|免予|免于|无须|无需|尚未|从未|不曾|不予|并非|不是)[^，。；]{0,8}$|(?:拟|建议|可能|是否|如果|如|若|假如|倘若|应当?|讨论|考虑|相当于|轻于|重于)(?:再?给予|对其|给|处以|受到?|不)?[^，。；]{0,4}$")
_RULE = re.compile(r"^[^，。；]{0,6}(?:的?(?:影响期|处分期间?|期间|期限)(?:应当|是|为|按|规定|一般))")
_SPOKEN, _TO_SOMEONE = re.compile(r"(?:黄牌|口头|严正|发出|提出|书面|连连|预警|多次|反复)$"), re.compile(r"[牌信他她你我说道线标]|其(?!他)|对方|过")
_WITHDRAWN = re.compile(
    r"(?:处分(?:决定)?|该决定|原决定)[^，。；党]{0,14}(?:被|已|予以|依法|决定)[^，。；党]{0,12}(?:撤销|推翻|取消)|(?:撤销|撤回|取消)(?:了|对)?(?:该|原|其|这一|这个|上述|此|他的|她的|对[^，。；]{0,6}的)[^，。；]{0,8}处分")
_CHANGED = re.compile(r"(?:变更|改|更改|减轻|调整)为[^，。；]{0,4}$")
_EXEMPT = re.compile(r"(?:免予|免于|不予)(?:党纪|政务|纪律)?(?:、?政务)?处分")
_DECIDED = re.compile(r"批准|生效|起算|起计算|之日起")
_GIVEN = re.compile(r"给予|受到?|处以|予以|作出|决定|处分|研究|会议|讨论|吃了|挨了|背|通过")
_ELSEWHERE = re.compile(r"立案|初核|举报|违规|违纪|醉|拟|提拔|推荐|公示|任职|担任|提任|宣布|送达|通报|调查|恢复|期满|届满|解除|到期|满期|现在|截至|目前|考察|申诉|为止|影响期到|参加工作|入党|出生|事发|发生")
_AFRESH = re.compile(r"又|再|另|第二次|第二个|再次|二次|新的|新问题")
_RESTORED = re.compile(r"恢复(?:了|其)?(?:党员|党内)?(?:的)?(?:各项|一切)?权利")
_MERGED = re.compile(r"(?:合并|并处|决定|确定|定为|处分期|期限|期间)[^，。；]{0,14}?(?:(?P<n>\d+|[一二三四五六七八九十]+)个月|(?P<y>[一二两三四])年(?P<h>半)?)")
_TWICE = re.compile(r"(?P<n>[两二三四五2-5])(?:个|次|项|份|起)[^，。；]{0,14}?(?:记大过|记过|警告|降级|撤职)|(?:记大过|记过|警告|降级|撤职)(?:处分)?(?P<m>[两二三四五2-5])(?:个|次|项|份)")
_COMPANY = re.compile(r"国企|国有|公司|集团|企业(?:管理|中层|领导)")
_HIGHER = re.compile(r"提拔|高一层次|更高层次|上一层次|高层次|升一级|升职|升为|提升|正职|高于原|高半级|更高|晋升|升任|高一级|高于|进一步使用|重用|提任|上一级")
_NOT_HIGHER = re.compile(r"(?:不|未|没有)(?:是|属于|得)?(?:高于|提拔|晋升|更高|升)|平级|同级|同职级|原层次|原职务层次|同一?层次")
_PARTY_ORGAN = re.compile(r"党内|党纪|党员|支部|党委|纪委(?!监委)|党组|党工委")
_STATE_ORGAN = re.compile(r"政务|行政处分|监委|监察|人社|人事局|政府|任免机关|公务员")


MOST = 60
"""Mentions of sanctions that are looked at: no one has more, and a text that repeats them says nothing new."""


@dataclass(frozen=True)
class Told:
    """What a case tells of sanctions.

    ``undated``: where sanctions stand without a day; ``unknown``: where it is only said that there was one;
    ``withdrawn``: where it is said that the sanction was taken back.
    """

    sanctions: tuple[Sanction, ...] = ()
    undated: tuple[tuple[int, int], ...] = ()
    unknown: tuple[tuple[int, int], ...] = ()
    withdrawn: tuple[tuple[int, int], ...] = ()
    estimated: bool = False


def read(text: str, on: date | None = None) -> Told:
    """The sanctions that one case tells of one person.

    >>> told = read("2022年3月10日被给予党内警告处分，2022年11月5日又受严重警告处分，2025年1月拟提拔。")
    >>> [(s.kind, s.on[0].isoformat()) for s in told.sanctions]
    [('党内警告', '2022-03-10'), ('党内严重警告', '2022-11-05')]
    >>> read("张某没有受过警告处分。").sanctions
    ()
    """
    days = moments(text, on)
    sentences = [(m.start(), m.end()) for m in re.finditer(r"[^。！？!?\n]+[。！？!?\n]*", text)]
    mentions = [m for m in _KIND.finditer(text) if _counts(text, m)][:MOST]
    found: list[Sanction] = []
    undated: list[tuple[int, int]] = []
    estimated = False
    for m in mentions:
        group = m.lastgroup if m.lastgroup != "years" else "probation"
        name = _name(text, m, group or "", sentences)
        moment = _when(text, m.span(), mentions, days, sentences)
        if moment is None and on is not None and (span := _elapsed(text, m.end(), sentences)):
            moment, estimated = Moment(*since(span, on), span.span), True
        if found and _CHANGED.search(text[max(0, m.start() - 10):m.start()]):
            track = [s for s in found if _track(s.kind) == _track(name)]
            if track:
                found.remove(track[-1])
                found.append(replace(track[-1], kind=name, span=m.span()))
                continue
        same = [s for s in found if _like(s.kind, name)]
        if moment is None:
            if not same:
                undated.append(m.span())
            continue
        if any(s.on == (moment.first, moment.last) or not _fresh(text, m, s, moment) for s in same):
            continue
        probation = 12 * number(m["years"]) if m["years"] else None
        for each in (*_listed_with(text, moment, m.start(), days), moment):
            if not any(s.kind == name and s.on == (each.first, each.last) for s in found):
                found.append(_sanction(text, name, each, m, probation))
    undated = [u for u in undated if not any(_like(s.kind, _NAMES[g]) for s in found for g in [_group_at(text, u)])]
    found = [_completed(text, s, days) for s in found]
    unknown = tuple(m.span() for m in re.finditer(r"受过?到?(?:党纪|政务|纪律|组织)?(?:、?政务)?处[分理]|处分期|影响期", text)) if not found and not undated else ()
    if unknown and re.search(r"(?:未|没有?|不曾|从未|无)(?:有|受|被)?[^，。；]{0,8}处分", text):
        unknown = ()
    withdrawn = [m.span() for m in _WITHDRAWN.finditer(text)]
    withdrawn += [m.span() for m in _EXEMPT.finditer(text) if not found and not undated]
    return Told(tuple(found), tuple(undated), () if withdrawn else unknown, tuple(withdrawn), estimated)


def _sanction(text: str, name: str, moment: Moment, m: re.Match[str], probation: int | None) -> Sanction:
    higher = _HIGHER.search(text) and not _NOT_HIGHER.search(text)
    return Sanction(name, (moment.first, moment.last), probation=probation, span=m.span(), company=bool(_COMPANY.search(text)),
                    leading=name == "免职" and not higher)


def _listed_with(text: str, moment: Moment, kind: int, days: tuple[Moment, ...]) -> list[Moment]:
    """The other dates of a list that ends with this one, where it is said that each brought the sanction (先后两次)."""
    out: list[Moment] = []
    if re.search(r"先后|分别|[两二三四]次", text[moment.span[1]:kind]):
        at = moment.span[0]
        for day in reversed([d for d in days if d.span[1] <= at]):
            if not re.fullmatch(r"[、，,和及与]{1,2}", text[day.span[1]:at]):
                break
            out.insert(0, day)
            at = day.span[0]
    return out


def _counts(text: str, m: re.Match[str]) -> bool:
    """Whether a sanction's name stands for one that was given, not for a rule, a wish or a denial."""
    clause = re.split(r"[，。；：！？\n]", text[max(0, m.start() - 80):m.start()])[-1]
    after = re.split(r"[。；！？\n]", text[m.end():m.end() + 80])[0]
    merged = "合并" in text and re.search(r"应当?(?:受到?|给予|予以|予|分别)?[^，。；]{0,4}$", clause)
    if _NOT.search(clause) and not merged or _RULE.match(text[m.end():]):
        return False
    if m.lastgroup == "either" and (_SPOKEN.search(clause) or _TO_SOMEONE.match(after)):
        return False
    if m.lastgroup in _MEASURES:
        near = text[max(0, m.start() - 30):m.end() + 14]
        if m.lastgroup == "removed":
            return bool(re.search(r"组织处理|免职处理|问责|失职|违纪|违规|处理决定|因[^，。；]{2,24}(?:被|予以)?免", near)) and not re.search(r"到龄|退休|转任|调任|辞去", near)
        return bool(_SANCTION.search(near))
    return m.lastgroup != "lower" or bool(_SANCTION.search(clause + after[:12]) or "处分" in text)


def _name(text: str, m: re.Match[str], group: str, sentences: list[tuple[int, int]]) -> str:
    if group != "either":
        return _NAMES[group]
    first, last = next((s for s in sentences if s[0] <= m.start() < s[1]), (0, len(text)))
    for scope in (re.split(r"[，；、]", text[first:m.start()])[-1] + text[m.start():m.end() + 4], text[first:last], text):
        party, state = _PARTY_ORGAN.search(scope), _STATE_ORGAN.search(scope)
        if re.search(r"严重警告", scope) and not state:
            party = party or re.search("严重警告", scope)
        if bool(party) != bool(state):
            return "党内警告" if party else "政务警告"
    return EITHER_WARNING


def _like(one: str, other: str) -> bool:
    return one == other or {one, other} <= {EITHER_WARNING, "党内警告", "政务警告"} and EITHER_WARNING in (one, other)


def _track(kind: str) -> str:
    return KINDS[kind].track if kind in KINDS else "government"


def _group_at(text: str, span: tuple[int, int]) -> str:
    m = _KIND.match(text, span[0])
    return (m.lastgroup if m and m.lastgroup != "years" else "probation") or "probation"


def _fresh(text: str, m: re.Match[str], earlier: Sanction, moment: Moment) -> bool:
    """Whether a second mention of the same kind is a second sanction: it is said so, or it was given on quite another day."""
    given = moment.span[1] <= m.start() and re.search(r"受到?(?!过)|给予|处以|被处", text[moment.span[1]:m.start()])
    apart = abs((moment.first - earlier.on[0]).days) > 45
    return bool(_AFRESH.search(text[earlier.span[1]:m.start()])) or bool(given) and apart


def _when(text: str, kind: tuple[int, int], mentions: list[re.Match[str]], days: tuple[Moment, ...], sentences: list[tuple[int, int]]
          ) -> Moment | None:
    """The date from which a sanction runs: the one whose own words speak of deciding or giving, in the sanction's sentence or beside it."""
    place = _sentence(sentences, kind[0])
    reach = sentences[max(0, place - 1)][0], sentences[min(len(sentences) - 1, place + 1)][1]
    best: tuple[float, Moment] | None = None
    for i, day in enumerate(days):
        if not reach[0] <= day.span[0] < reach[1]:
            continue
        where = _sentence(sentences, day.span[0])
        end = min(days[i + 1].span[0] if i + 1 < len(days) else len(text), sentences[where][1])
        stop = text.find("；", day.span[1], end)
        end = stop if stop >= 0 else end
        own = text[day.span[1]:end]
        before = re.split(r"[，。；：（(\n]", text[max(0, day.span[0] - 12):day.span[0]])[-1]
        head = re.split(r"[，。；）)]", own)[0]
        holds = day.span[0] <= kind[0] < end or day.span[1] <= kind[0] < end
        other = [k for k in mentions if day.span[0] <= k.start() < end and k.span() != kind]
        gap = text[kind[1]:day.span[0]] if day.span[0] >= kind[1] else "。"
        start = max(sentences[place][0], *(text.rfind(mark, 0, kind[0]) for mark in "；。\n"))
        follows = len(gap) <= 14 and not re.search(r"[。；]", gap) and not re.match(r"(?:讨论|研究|宣布|送达|通报)", head) and not any(start <= d.span[0] < kind[0] for d in days)
        score = 3.0 * holds + 2.0 * follows - 1.5 * abs(where - place) - 0.01 * abs(kind[0] - day.span[0]) / 10
        led = bool(re.search(r"(?:批准|生效|起算|决定|作出|落款|签发)(?:之?日期?|时间|时)?[：:为是于]{0,2}$", text[max(0, day.span[0] - 9):day.span[0]]))
        score += 2.5 * bool(led or _DECIDED.search(head) or re.search(r"自$|从$|批准|生效|起算", before)) + 1.0 * bool(_GIVEN.search(head))
        score -= 3.0 * bool(_ELSEWHERE.search(head.replace("违纪处分", "")) and not _DECIDED.search(head) and not (holds and day.span[1] <= kind[0] and _KIND.search(head)))
        score -= 3.0 * bool(re.search(r"(?:因|由于|对|至|到|截至|满)[^，。；]{0,3}$", before)) + 2.0 * bool(re.match(r"(?:期间|以来|至|到\d|届满|期满|为止)", own))
        score -= 2.5 * bool(other and not holds)
        if holds and other and any(k.start() < kind[0] and _AFRESH.search(text[k.end():kind[0]]) for k in other):
            score -= 3.0
        if day.span[0] > kind[1] and where == place and not follows and not led and not _DECIDED.search(head) and not re.search(r"^[^，。；]{0,12}[（(，,]?[^，。；]{0,8}$", text[kind[1]:day.span[0]]):
            score -= 1.5
        if best is None or score > best[0]:
            best = (score, day)
    return best[1] if best and best[0] > 0.2 else None


def _sentence(sentences: list[tuple[int, int]], at: int) -> int:
    return max(0, bisect_right(sentences, at, key=lambda s: s[0]) - 1)


def _elapsed(text: str, end: int, sentences: list[tuple[int, int]]):
    """A length of time that has gone by since a sanction ("警告处分后8个月")."""
    last = next((s[1] for s in sentences if s[0] <= end - 1 < s[1]), len(text))
    for length in lengths(text[end:last]):
        a, b = length.span
        before, after = text[end:end + a], text[end + b:end + b + 4]
        if re.search(r"(?:处分|受处分|至今|到现在|已经?|后|过了?|满|才|刚)[^，。；]{0,6}$", before) and not re.search(r"(?:影响期|处分期|期限|期间)(?:为|是|定为|确定为)?$|不满$|定为$", before) or re.match(r"了|前", after):
            return replace(length, span=(end + a, end + b))
    return None


def _completed(text: str, sanction: Sanction, days: tuple[Moment, ...]) -> Sanction:
    """The restored rights, the merged acts and the length the authority set, put to the sanction they belong to."""
    if sanction.kind == "留党察看":
        later = [d for d in days if d.exact and d.first > sanction.on[0]]
        named = [d for d in later if re.search(r"恢复[^，。；]{0,10}$", text[:d.span[0]])]
        beside = [d for d in later if _RESTORED.search(re.split(r"[，。；\n]", text[d.span[1]:d.span[1] + 80])[0])]
        near = [d for d in later if _RESTORED.search(re.split(r"[。；\n]", text[d.span[1]:d.span[1] + 80])[0][:20])]
        if restored := (named or beside or near):
            sanction = replace(sanction, restored=restored[-1].first)
        return replace(sanction, probation=sanction.probation or _probation(text))
    if KINDS.get(sanction.kind) and KINDS[sanction.kind].track == "government":
        name = sanction.kind.removeprefix("政务")
        for m in _TWICE.finditer(text):
            dated = [d for d in days if max(0, m.start() - 12) <= d.span[0] and d.span[1] <= m.end() + 12]
            if len(dated) <= 1 and (m[0].endswith(name) or m["m"] and m[0].startswith(name)):
                sanction = replace(sanction, acts=number(m["n"] or m["m"]))
        if sanction.acts > 1 and (m := _MERGED.search(text)):
            sanction = replace(sanction, months=number(m["n"]) if m["n"] else 12 * number(m["y"]) + (6 if m["h"] else 0))
    return sanction


def _probation(text: str) -> int | None:
    m = re.search(r"留党察看[^，。；]{0,8}?([一二两12])年|察看期(?:限)?为?([一二两12])年", text)
    return 12 * number(m[1] or m[2]) if m else None
