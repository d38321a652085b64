"""A title broken into lines: whole words, no short last line, the shape of a trapezoid or a diamond (GB/T 9704 clause 7.3.1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import combinations, pairwise

MOST = 20
"""Characters of 2号 that a line of 156 mm holds."""

_SPLITS = 4000
_NOT_FIRST = frozenset("的了和与及、，。：；！？）〕》】”’")
_NOT_LAST = frozenset("（〔《【“‘")


def lines(title: str, cut: Callable[[str], Sequence[str]], most: int = MOST) -> tuple[str, ...]:
    """The title in as few lines as hold it, broken between words and better outside 《》.

    >>> lines("关于做好工作的通知", list)
    ('关于做好工作的通知',)
    >>> lines("中共某某区委办公室关于印发干部容错纠错工作办法的通知", lambda t: ["中共", "某某", "区委", "办公室", "关于", "印发", "干部", "容错", "纠错", "工作", "办法", "的", "通知"])
    ('中共某某区委办公室', '关于印发干部容错纠错工作办法的通知')
    """
    title = title.strip()
    if width(title) <= most:
        return (title,)
    breaks = _breaks(title, [w for w in cut(title)])
    count = -(-_units(title) // (2 * most))
    for number in range(count, count + 3):
        best = _best(title, breaks, number, most)
        if best:
            return best
    return tuple(title[i:i + most] for i in range(0, len(title), most))


def width(text: str) -> float:
    """Characters a text takes, letters and digits as halves.

    >>> width("2022年")
    3.0
    """
    return _units(text) / 2


def _units(text: str) -> int:
    return sum(1 if c.isascii() else 2 for c in text)


def _breaks(title: str, words: Sequence[str]) -> dict[int, float]:
    """Offsets where a line may end, with the cost of ending it there."""
    out, at = {}, 0
    for word in words[:-1]:
        at += len(word)
        if title[at] in _NOT_FIRST or title[at - 1] in _NOT_LAST or title[at - 1].isdigit() and not title[at].isascii():
            continue
        inside = title.count("《", 0, at) > title.count("》", 0, at) or title.count("（", 0, at) > title.count("）", 0, at)
        cost = 6.0 if inside else 0.0
        if re.match("关于|《", title[at:]) or title[at - 1] == "的":
            cost -= 3.0
        if title[at:] in ("通知", "通报", "报告", "请示", "函", "公示", "决定", "意见", "批复"):
            cost += 8.0
        out[at] = cost
    return out


def _best(title: str, breaks: dict[int, float], count: int, most: int) -> tuple[str, ...]:
    found: tuple[float, tuple[str, ...]] = (float("inf"), ())
    for seen, at in enumerate(combinations(sorted(breaks), count - 1)):
        if seen > _SPLITS:
            break
        parts = tuple(title[a:b] for a, b in zip((0, *at), (*at, len(title)), strict=True))
        widths = [width(p) for p in parts]
        if max(widths) > most:
            continue
        cost = sum(breaks[i] for i in at) + _shape(widths)
        found = min(found, (cost, parts))
    return found[1]


def _shape(widths: Sequence[float]) -> float:
    """Small for a trapezoid or a diamond, large for a rectangle, an hourglass or a very short line."""
    mean = sum(widths) / len(widths)
    cost = sum(abs(w - mean) for w in widths) * 0.5 + sum(4.0 for w in widths if w < mean * 0.5)
    steps = [b - a for a, b in pairwise(widths)]
    cost += sum(2.0 for step in steps if abs(step) < 1)
    if any(a < 0 < b for a, b in pairwise(steps)):
        cost += 8.0
    return cost
