"""How long a sanction bars a cadre: impact periods (影响期) and sanction periods (处分期), by the clauses.

Party sanctions (中国共产党纪律处分条例第十条至第十三条) run 12, 18 or 24 months and, one inside another, add up without a cap
(第二十一条); government sanctions (公职人员政务处分法第八条) run 6, 12, 18 or 24 months, one inside another adds up to at most 48
(行政机关公务员处分条例第十条), and several of one kind decided at once leave the length to the authority (公职人员政务处分法第十五条).
Party and government sanctions bar side by side: the later end counts.

A period counts its first day in: one year from 2023-03-15 ends with 2024-03-14. A month that lacks the day ends the period with its
last day. What the rules or the facts leave open is a range of days, never one invented day. Pure functions over dates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Track = Literal["party", "government", "organisation"]

PARTY = "中国共产党纪律处分条例"
GOVERNMENT = "公职人员政务处分法"
EARLIER = "行政机关公务员处分条例"
COMPANY = "国有企业管理人员处分条例"
MEASURES = "中国共产党组织处理规定（试行）"

GOVERNMENT_SINCE = date(2020, 7, 1)
COMPANY_SINCE = date(2024, 9, 1)
CAP = 48
"""Months: the longest that a merged government sanction may run."""

_LONG_AGO, _NEVER = date.min, date.max


@dataclass(frozen=True)
class Kind:
    """A sanction: its name, its track, its rank among its own (heavier is higher), its months and the clause they stand in.

    ``months`` is None where the corpus holds no length, 0 where the sanction ends the service for good.
    """

    name: str
    track: Track
    rank: int
    months: int | None
    clause: str


KINDS = {kind.name: kind for kind in (
    Kind("党内警告", "party", 1, 12, f"{PARTY}#第十条"),
    Kind("党内严重警告", "party", 2, 18, f"{PARTY}#第十条"),
    Kind("撤销党内职务", "party", 3, 24, f"{PARTY}#第十一条"),
    Kind("留党察看", "party", 4, 24, f"{PARTY}#第十二条"),
    Kind("开除党籍", "party", 5, 60, f"{PARTY}#第十三条"),
    Kind("政务警告", "government", 1, 6, f"{GOVERNMENT}#第八条.1.（一）"),
    Kind("政务记过", "government", 2, 12, f"{GOVERNMENT}#第八条.1.（二）"),
    Kind("政务记大过", "government", 3, 18, f"{GOVERNMENT}#第八条.1.（三）"),
    Kind("政务降级", "government", 4, 24, f"{GOVERNMENT}#第八条.1.（四）"),
    Kind("政务撤职", "government", 5, 24, f"{GOVERNMENT}#第八条.1.（四）"),
    Kind("开除公职", "government", 6, 0, f"{GOVERNMENT}#第二十六条.1"),
    Kind("免职", "organisation", 3, 24, f"{MEASURES}#要点3"),
    Kind("停职检查", "organisation", 1, None, f"{MEASURES}#要点2"),
    Kind("调整职务", "organisation", 1, None, f"{MEASURES}#要点2"),
    Kind("责令辞职", "organisation", 2, None, f"{MEASURES}#要点2"),
    Kind("降职", "organisation", 4, None, f"{MEASURES}#要点2"),
    Kind("诫勉", "organisation", 0, None, "组织人事部门对领导干部进行提醒、函询和诫勉的实施细则#要点3"),
)}

EITHER_WARNING = "警告"
"""A warning of which it is not told whether the party or the government gave it."""


@dataclass(frozen=True)
class Sanction:
    """One sanction as it was decided.

    ``kind`` is a name of :data:`KINDS` or :data:`EITHER_WARNING`; ``on`` the first and the last day on which it may have been
    approved or taken effect (twice the same when the day is known); ``probation`` the months of 留党察看;
    ``restored`` the day the rights were restored after it; ``months`` the length that the authority itself set for several acts;
    ``acts`` how many sanctions of this kind were merged in one decision; ``company`` whether a state-owned enterprise's rules apply;
    ``leading`` for 免职: whether only a leading post (one year) is asked about, not a higher one (two years).
    """

    kind: str
    on: tuple[date, date]
    probation: int | None = None
    restored: date | None = None
    months: int | None = None
    acts: int = 1
    company: bool = False
    leading: bool = False
    span: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Period:
    """What one track amounts to: the day it counts from, the first and the last day on which it may end, clauses and wording.

    ``end`` holds the earliest and the latest last day of the bar; None stands for a day that cannot be told.
    """

    track: Track
    kinds: tuple[str, ...]
    start: tuple[date, date]
    end: tuple[date | None, date | None]
    clauses: tuple[str, ...]
    text: str

    @property
    def settled(self) -> bool:
        """Whether first and last day are each one known day."""
        return self.start[0] == self.start[1] and self.end[0] is not None and self.end[0] == self.end[1]

    def over(self, on: date) -> bool | None:
        """Whether the bar has ended on a day; None when that is open."""
        if self.end[1] is not None and self.end[1] < on:
            return True
        if self.end[0] is not None and self.end[0] >= on:
            return False
        return None


@dataclass(frozen=True)
class Reckoning:
    """All tracks together, the one that ends last first."""

    periods: tuple[Period, ...]

    @property
    def governing(self) -> Period | None:
        """The period that ends last, and so counts."""
        return self.periods[0] if self.periods else None

    @property
    def settled(self) -> bool:
        """Whether the end is one known day."""
        return bool(self.periods) and all(p.settled for p in self.periods)

    @property
    def clauses(self) -> tuple[str, ...]:
        """Every clause that the reckoning rests on, once."""
        return tuple(dict.fromkeys(c for p in self.periods for c in p.clauses))

    @property
    def text(self) -> str:
        """The reckoning in words."""
        said = "".join(p.text for p in self.periods)
        if len(self.periods) > 1 and self.settled:
            said += f"党纪、政务处分和组织处理的期限各算各的，以最后届满的{_day(self.periods[0].end[0])}为准。"
        return said

    def over(self, on: date) -> bool | None:
        """Whether every bar has ended on a day; None when that is open."""
        states = [p.over(on) for p in self.periods]
        return False if False in states else None if None in states else True


def free_from(start: date, months: int) -> date:
    """The first day after a period of whole months that counts its first day in.

    >>> free_from(date(2023, 3, 15), 12).isoformat(), free_from(date(2024, 2, 29), 12).isoformat()
    ('2024-03-15', '2025-03-01')
    >>> free_from(date(2023, 8, 31), 6).isoformat(), free_from(date(2022, 8, 31), 18).isoformat()
    ('2024-03-01', '2024-03-01')
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    try:
        return date(year, month + 1, start.day)
    except ValueError:
        return date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)


def last_day(start: date, months: int) -> date:
    """The last day of a period of whole months (民法典第二百零二条: without the corresponding day, the month's last).

    >>> [last_day(date(*d), n).isoformat() for *d, n in ((2023, 3, 15, 12), (2024, 2, 29, 12), (2023, 8, 31, 6))]
    ['2024-03-14', '2025-02-28', '2024-02-29']
    """
    return free_from(start, months) - timedelta(days=1)


def reckon(sanctions: Iterable[Sanction]) -> Reckoning:
    """When the bars of all sanctions of one person end. Raises KeyError for a sanction that is not in :data:`KINDS`.

    >>> both = reckon([Sanction("党内严重警告", (date(2023, 1, 10),) * 2), Sanction("党内警告", (date(2023, 11, 10),) * 2)])
    >>> both.governing.start[0].isoformat(), both.governing.end[0].isoformat()
    ('2023-11-10', '2025-07-09')
    >>> both.over(date(2025, 7, 9)), both.over(date(2025, 7, 10))
    (False, True)
    """
    given = sorted(dict.fromkeys(sanctions), key=lambda s: (s.on, s.kind))
    unknown = [s for s in given if s.kind == EITHER_WARNING]
    tracks: dict[Track, list[Sanction]] = {"party": [], "government": [], "organisation": []}
    for sanction in given:
        if sanction.kind != EITHER_WARNING:
            tracks[KINDS[sanction.kind].track].append(sanction)
    periods = [_party(tracks["party"])] if tracks["party"] else []
    periods += [_government(tracks["government"])] if tracks["government"] else []
    periods += [_measure(s) for s in tracks["organisation"]] + [_either(s) for s in unknown]
    return Reckoning(tuple(sorted(periods, key=lambda p: (p.end[1] or _NEVER, p.end[0] or _NEVER), reverse=True)))


def _party(given: list[Sanction]) -> Period:
    ends, starts, merged = [], [], False
    for bound in (0, 1):
        free: date | None = _LONG_AGO
        start = given[0].on[bound]
        for group in _at_once(given):
            heaviest = max(group, key=lambda s: KINDS[s.kind].rank)
            decided = heaviest.on[bound]
            running = free is None or decided < free
            merged |= running and free != _LONG_AGO
            rest = free - decided if free is not None and running else None
            start, free = _added(heaviest, bound, free, decided, running, rest)
            if free is None:
                break
        ends.append(free - timedelta(days=1) if free is not None else None)
        starts.append(start)
    clauses = [KINDS[s.kind].clause for s in given]
    said = "，".join(_told(s) for s in given)
    if merged:
        clauses.append(f"{PARTY}#第二十一条")
        said += "；影响期内又受处分，原处分没有执行完的影响期与新处分影响期相加，没有上限"
    if any(s.kind == "留党察看" for s in given):
        clauses.append(f"{PARTY}#第二十一条")
        said += "；留党察看的影响期从恢复党员权利之日起算" + ("" if all(s.restored for s in given if s.kind == "留党察看") else "，恢复的日期没有说明")
    return _period("party", given, (starts[0], starts[1]), (ends[0], ends[1]), clauses, said)


def _added(sanction: Sanction, bound: int, free: date | None, decided: date, running: bool, rest: timedelta | None
           ) -> tuple[date, date | None]:
    """The day a party period counts from and the first free day, once a sanction joins what still runs."""
    months = KINDS[sanction.kind].months or 0
    if sanction.kind != "留党察看":
        if not running or sanction.kind == "开除党籍":
            return decided, free_from(decided, months)
        return decided, free_from(free, months) if free is not None else None
    restored = sanction.restored
    if restored is None:
        if bound == 1:
            return decided, None
        restored = free_from(decided, sanction.probation or 12)
    return restored, free_from(restored, months) + (rest or timedelta(0))


def _government(given: list[Sanction]) -> Period:
    groups, ends, merged = _at_once(given), [], False
    for bound in (0, 1):
        free = _LONG_AGO
        for group in groups:
            months = _several(group)[bound]
            decided = max(s.on[bound] for s in group)
            alone = free_from(decided, months)
            merged |= decided < free
            free = min(free_from(free, months), free_from(decided, CAP)) if decided < free else alone
        ends.append(free - timedelta(days=1))
    newest = max(groups[-1], key=lambda s: KINDS[s.kind].rank)
    clauses = [_clause(s) for s in given]
    said = "，".join(_told(s) for s in given)
    if any(KINDS[s.kind].months == 0 for s in given):
        return _period("government", given, newest.on, (_NEVER, _NEVER), clauses, said + "；开除没有期满之说，人事关系已经解除")
    if any(len(g) > 1 or g[0].acts > 1 for g in groups):
        clauses.append(f"{COMPANY}#第九条" if newest.company and newest.on[0] >= COMPANY_SINCE
                       else f"{GOVERNMENT}#第十五条" if newest.on[1] >= GOVERNMENT_SINCE else f"{EARLIER}#第十条.1")
        if any(len({s.kind for s in g}) > 1 for g in groups):
            said += "；同时有几种不同的处分，执行最重的一种"
        if any(_several(g)[0] != _several(g)[1] for g in groups):
            said += "；几个同种处分合并，期限由处分机关在一个处分期以上、各期之和以下决定，最长四十八个月"
    if merged:
        clauses += [f"{EARLIER}#第十条.2", f"{EARLIER}#第十条.3"]
        said += "；处分期内又受新处分，原处分剩余期限加新处分期限，最长四十八个月"
    return _period("government", given, newest.on, (ends[0], ends[1]), clauses, said)


def _several(group: list[Sanction]) -> tuple[int, int]:
    """The least and the most months of what was decided at once (政务处分法第十五条)."""
    heaviest = max(group, key=lambda s: KINDS[s.kind].rank)
    one = KINDS[heaviest.kind].months or 0
    count = sum(s.acts for s in group if s.kind == heaviest.kind)
    most = max(one, min(one * count, CAP))
    told = next((s.months for s in group if s.months is not None and s.kind == heaviest.kind), None)
    return (told, told) if told is not None and one <= told <= most else (one, most)


def _measure(sanction: Sanction) -> Period:
    kind = KINDS[sanction.kind]
    if kind.months is None:
        said = f"{_told(sanction)}，本库收录的条款没有载明它的影响期，请查原文"
        return _period(kind.track, [sanction], sanction.on, (None, None), [kind.clause], said)
    months = 12 if sanction.leading else 24
    said = _told(sanction) + "，一年内不安排领导职务，二年内不得担任高于原职务层次的领导职务"
    return _period(kind.track, [sanction], sanction.on, (last_day(sanction.on[0], months), last_day(sanction.on[1], months)), [kind.clause], said)


def _either(sanction: Sanction) -> Period:
    party, government = KINDS["党内警告"], KINDS["政务警告"]
    said = f"{_told(sanction)}，没有说明是党内警告（影响期一年）还是政务警告（处分期六个月）"
    return _period("government", [sanction], sanction.on, (last_day(sanction.on[0], 6), last_day(sanction.on[1], 12)),
                   [party.clause, government.clause], said)


def _period(track: Track, given: list[Sanction], start: tuple[date, date], end: tuple[date | None, date | None], clauses: list[str],
            said: str) -> Period:
    if end[0] is not None and end[0] < _NEVER:
        if end[0] == end[1]:
            said += f"。算到{_day(end[0])}为止"
        else:
            said += f"。最早算到{_day(end[0])}，" + (f"最晚算到{_day(end[1])}" if end[1] else "最晚的日期现有事实算不出来")
    return Period(track, tuple(s.kind for s in given), start, end, tuple(dict.fromkeys(clauses)), said + "。")


def _at_once(given: list[Sanction]) -> list[list[Sanction]]:
    groups: dict[tuple[date, date], list[Sanction]] = {}
    for sanction in given:
        groups.setdefault(sanction.on, []).append(sanction)
    return [groups[on] for on in sorted(groups)]


def _clause(sanction: Sanction) -> str:
    kind = KINDS[sanction.kind]
    item = kind.clause.rpartition(".")[2]
    if sanction.company and sanction.on[0] >= COMPANY_SINCE and kind.months:
        return f"{COMPANY}#第八条.1.{item}"
    return kind.clause if sanction.on[1] >= GOVERNMENT_SINCE or not kind.months else f"{EARLIER}#第七条.{item}"


def _told(sanction: Sanction) -> str:
    first, last = sanction.on
    when = _day(first) if first == last else f"{_day(first)}至{_day(last)}之间"
    kind = KINDS.get(sanction.kind)
    length = "" if kind is None or not kind.months or kind.track == "organisation" else f"（{_length(kind.months)}）"
    return f"{when}受{sanction.kind}{length}"


def _length(months: int) -> str:
    return {6: "六个月", 12: "一年", 18: "一年半", 24: "二年", 60: "五年内不得重新入党"}[months]


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"
