"""Dates and lengths of time as a case tells them: full and partial dates, relative ones, spans of days.

What is told as a month is the range of its days; nothing is made more exact than the text.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.chinese import DIGITS, NUMERAL, number

_CN = f"[{NUMERAL}廿卅]"
_YEARS = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "前年": -2, "大前年": -3, "明年": 1}
_FOLLOWING = {"同年": 0, "当年": 0, "次年": 1, "翌年": 1, "第二年": 1}
_MONTHS = {"本月": 0, "上月": -1, "上个月": -1, "这个月": 0}
_PARTS = {"初": (1, 10), "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "底": (21, 31), "末": (21, 31)}

_MOMENT = re.compile(
    r"(?P<iso>(?<!\d)(?P<iy>(?:19|20)\d{2})\s*[-./]\s*(?P<im>\d{1,2})(?:\s*[-./]\s*(?P<id>\d{1,2}))?(?!\d|%|[-./]\d|[万亿元]))"
    rf"|(?:(?P<y>(?:19|20)\d{{2}}|[〇○零一二三四五六七八九]{{4}})\s*年|(?P<yw>大前年|今年|本年|去年|上年|前年|明年|同年|当年|次年|翌年|第二年)的?)"
    rf"(?:[，,]?\s*(?P<m>\d{{1,2}}|{_CN}{{1,3}})\s*月份?(?:\s*(?P<d>\d{{1,2}}|{_CN}{{1,3}})\s*[日号]|(?P<part>初|上旬|中旬|下旬|底|末))?|(?P<yp>年?[初底末]))?"
    rf"|(?<![\d个{NUMERAL}])(?P<bm>\d{{1,2}}|{_CN}{{1,3}})\s*月份?(?:\s*(?P<bd>\d{{1,2}}|{_CN}{{1,3}})\s*[日号]|(?P<bpart>初|上旬|中旬|下旬|底|末)|(?![内后前度均来一]))"
    r"|(?P<mw>本月|上个月|上月|这个月)(?:\s*(?P<wd>\d{1,2})\s*[日号])?")

_LENGTH = re.compile(
    rf"(?P<n>\d+(?:\.\d+)?|{_CN}+|半|数|几)\s*(?P<more1>多|余|来)?\s*(?P<unit>个月|个半月|年半|年|周|个星期|星期|天|日|个多月|个余月)(?P<half>半|零)?(?P<more>多|余)?"
    rf"(?:又?\s*(?P<n2>\d+|{_CN}+)\s*(?P<unit2>个月|天))?")


@dataclass(frozen=True)
class Moment:
    """A date as told: the first and the last day that it may be, and where it stands. ``exact`` when it is one day."""

    first: date
    last: date
    span: tuple[int, int]

    @property
    def exact(self) -> bool:
        """Whether the day itself is told."""
        return self.first == self.last


@dataclass(frozen=True)
class Length:
    """A length of time: the least and the most days it may be, whole months when told so, and where it stands."""

    least: int
    most: int
    months: int | None
    span: tuple[int, int]


def _year(text: str) -> int:
    return int(text) if text.isdecimal() else int("".join("0" if c == "○" else str(DIGITS[c]) for c in text))


def _days(year: int, month: int = 0, day: int = 0, part: str = "") -> tuple[date, date] | None:
    try:
        if not month:
            return date(year, 1, 1), date(year, 12, 31)
        end = monthrange(year, month)[1]
        if day:
            return date(year, month, day), date(year, month, day)
        first, last = _PARTS.get(part, (1, 31))
        return date(year, month, first), date(year, month, min(last, end))
    except ValueError:
        return None


def moments(text: str, on: date | None = None) -> tuple[Moment, ...]:
    """Every date told, in order; a date without a year takes that of the date before it, else the year that puts it before ``on``.

    >>> [(m.first.isoformat(), m.last.isoformat()) for m in moments("2023年3月15日立案，同年6月处分，次年1月2日恢复。", date(2025, 1, 1))]
    [('2023-03-15', '2023-03-15'), ('2023-06-01', '2023-06-30'), ('2024-01-02', '2024-01-02')]
    >>> [m.first.isoformat() for m in moments("去年9月3日", date(2025, 5, 1))]
    ['2024-09-03']
    """
    today, last_year, out = on or date.today(), None, []
    for m in _MOMENT.finditer(text):
        got = m.groupdict()
        try:
            if got["iso"]:
                year, month, day, part = int(got["iy"]), int(got["im"]), int(got["id"] or 0), ""
            elif got["y"] or got["yw"]:
                word = got["yw"]
                year = _year(got["y"]) if got["y"] else today.year + _YEARS[word] if word in _YEARS else (last_year or today.year) + _FOLLOWING[word]
                month, day, part = number(got["m"] or "0"), number(got["d"] or "0"), got["part"] or ""
                if got["yp"]:
                    month, part = (1, "") if "初" in got["yp"] else (12, "")
            elif got["bm"]:
                month, day, part = number(got["bm"]), number(got["bd"] or "0"), got["bpart"] or ""
                year = last_year or (today.year if (month, day or 1) <= (today.month, today.day) else today.year - 1)
            else:
                index = today.year * 12 + today.month - 1 + _MONTHS[got["mw"]]
                year, month, day, part = index // 12, index % 12 + 1, int(got["wd"] or 0), ""
            if got["yw"] and not month and got["yw"] in _FOLLOWING:
                continue
            days = _days(year, month, day, part)
        except ValueError:
            continue
        if days:
            last_year = year
            out.append(Moment(*days, m.span()))
    return tuple(out)


def lengths(text: str) -> tuple[Length, ...]:
    """Every length of time told.

    >>> [(x.least, x.most, x.months) for x in lengths("外出28天，一个半月后回来，又隔一年半，超过三个多月")]
    [(28, 28, None), (45, 47, None), (547, 550, 18), (94, 122, None)]
    """
    out = []
    for m in _LENGTH.finditer(text):
        word, unit = m["n"], m["unit"]
        if unit == "日" and not re.match(r"内|以上|之久|左右", text[m.end():]):
            continue
        if word in "数几":
            count = 3.0
        else:
            try:
                count = 0.5 if word == "半" else float(word) if word.replace(".", "").isdecimal() else float(number(word))
            except ValueError:
                continue
        if unit == "年" and (count >= 100 or text[m.end():m.end() + 1] in ("级", "度", "版")):
            continue
        more = bool(m["more1"] or m["more"] or "多" in unit or "余" in unit)
        half = bool(m["half"] == "半") or unit in ("个半月", "年半")
        if unit in ("年", "年半"):
            months = count * 12 + (6 if half else 0)
        elif "月" in unit:
            months = count + (0.5 if half else 0)
        else:
            days = count * (7 if unit in ("周", "个星期", "星期") else 1)
            out.append(Length(int(days), int(days) + (int(max(days * 0.3, 1)) if more else 0), None, m.span()))
            continue
        if m["n2"]:
            months += number(m["n2"]) / (1 if m["unit2"] == "个月" else 30.0)
        whole = int(months) if months == int(months) and not more else None
        room = (12 if unit.startswith("年") else 1) if more else 0
        most = months + room
        least = int(months * 30.5 + 1.5) + 1 if more else int(months * 30.4)
        out.append(Length(least, int(most * 30.5 + 1.5) if not more else int(most * 30.5), whole, m.span()))
    return tuple(out)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day of that month.

    >>> months_before(date(2024, 3, 31), 1).isoformat()
    '2024-02-29'
    """
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def since(length: Length, on: date) -> tuple[date, date]:
    """The days on which something may have begun that has lasted so long on a day: told "8个月", it is not yet nine."""
    if length.months is not None:
        return months_before(on, length.months + 1) + timedelta(days=1), months_before(on, length.months)
    return on - timedelta(days=length.most), on - timedelta(days=length.least)
