"""Names of people in a text: by surname and given name, by the words beside them and by how often they come.

Every place where a surname could begin is weighed; what reaches ``ENOUGH`` is a name. A name found once is one everywhere in the text.
Forms that name nobody (李某, 王某某, 张XX) and forms of address (老王, 小李) stay, unless a person of that name is known.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import resources
from math import log10
from typing import NamedTuple

from assistant import words
from assistant.masking.found import Found
from assistant.regions import gazetteer

ENOUGH = 3.5
COMMON = 300
"""From this frequency in general Chinese a name is also a word, and needs evidence at every place."""
ALONE = 1.0
"""What it adds that the surname belongs to no word."""
BESIDE = 1.5
"""What standing in a row with a sure name adds."""
_JOINTS = frozenset("、和与及,")
_GIVEN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]*(?<![县区镇乡村省市局站组厅办院委部科处所某氏姓化])(?<!某.)")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_BLANK = " \t:\"“”‘’*()[]【】《》"
_DOTTED = re.compile("[\u4e00-\u9fff]{1,12}(?:·[\u4e00-\u9fff]{1,12}){1,3}")


@lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    """Every section of the lists beside this file; the sections named for characters hold characters."""
    out: dict[str, set[str]] = defaultdict(set)
    for name in ("surnames", "given", "contexts", "foreign"):
        section = ""
        for line in resources.files(__package__).joinpath(f"{name}.txt").read_text("utf-8").splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if re.fullmatch("[a-z-]+", line.strip()):
                section = line.strip()
            else:
                out[section].update(*line.split()) if section in ("plain", "common", "joints", "typical", "poor", "never", "sounds") else out[section].update(line.split())
    out["common"] -= out["compound"]
    out["plain"] -= out["common"]
    out["typical"] -= out["never"]
    out["posts"] = out["before"] | out["after"]
    out["no-name"] |= out["kept"] | {term for term, _ in words.terms()}
    return {section: frozenset(held) for section, held in out.items()}


def family(name: str) -> str:
    """The surname a name begins with.

    >>> family("欧阳明远"), family("邱德厚")
    ('欧阳', '邱')
    """
    return name[:2] if len(name) > 2 and name[:2] in _lists()["compound"] else name[:1]


class _Candidate(NamedTuple):
    start: int
    end: int
    score: float
    context: float
    row: bool = False


def names(text: str, known: Iterable[str] = ()) -> list[Found]:
    """The names in a text of plain width, those in ``known`` too wherever they stand; no two overlap."""
    if not _HAN.search(text):
        return []
    inside = _inside(text)
    dotted = list(_dotted(text))
    weighed = [c for c in _weigh(text, inside)]
    counted = Counter(text[c.start:c.end] for c in weighed if c.context > 0)
    weighed = [c._replace(score=c.score + min(1.5, 0.75 * (counted[text[c.start:c.end]] - 1))) for c in weighed]
    for _ in range(3):
        told = {text[c.start:c.end] for c in weighed if c.score >= ENOUGH}
        sure = {edge for c in weighed if text[c.start:c.end] in told for edge in (("from", c.start), ("to", c.end))}
        sure |= {edge for start, end in dotted for edge in (("from", start), ("to", end))}
        weighed = [c._replace(score=c.score + BESIDE, row=True) if not c.row and _beside(text, c, sure) else c for c in weighed]
    best = sorted((c for c in weighed if c.score >= ENOUGH), key=lambda c: (-c.score, c.start))
    taken = bytearray(len(text))
    spans: list[tuple[int, int]] = []

    def take(start: int, end: int) -> None:
        if not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            spans.append((start, end))

    for start, end in dotted:
        take(start, end)
    for c in best:
        take(c.start, c.end)
    for start, end in _everywhere(text, {text[a:b] for a, b in spans} | set(known), inside):
        take(start, end)
    return [Found("name", start, end, text[start:end]) for start, end in sorted(spans)]


def _beside(text: str, c: _Candidate, sure: set[tuple[str, int]]) -> bool:
    """Whether a candidate stands in a row with a sure name (甲、乙和丙)."""
    return text[c.end:c.end + 1] in _JOINTS and ("from", c.end + 1) in sure or text[c.start - 1:c.start] in _JOINTS and ("to", c.start - 1) in sure


def _row(text: str, i: int, j: int) -> bool:
    """Whether a place lies between marks that divide the parts of a row."""
    return text[i - 1:i] in ("、", ":", "\u3000") or text[j:j + 1] == "、"


def _inside(text: str) -> bytearray:
    """For each place, whether a known word runs over it: 1 a word of two characters or more, 2 a frequent one."""
    out = bytearray(len(text) + 1)
    at = 0
    for word in words.known(text):
        if len(word) > 1 and _HAN.match(word):
            out[at + 1:at + len(word)] = (b"\x02" if words.common(word) >= 50 else b"\x01") * (len(word) - 1)
        at += len(word)
    return out


def _weigh(text: str, inside: bytearray) -> Iterator[_Candidate]:
    held = _lists()
    for i, c in enumerate(text):
        pair = text[i:i + 2]
        if pair in held["compound"]:
            for n in (4, 3):
                if found := _judge(text, i, n, 2, 2.0, inside):
                    yield found
        if c in held["plain"] or c in held["common"]:
            for n in (3, 2):
                if found := _judge(text, i, n, 1, 1.5 if c in held["plain"] else 0.0 if c in held["joints"] else 0.5, inside):
                    yield found


def _judge(text: str, i: int, n: int, first: int, score: float, inside: bytearray) -> _Candidate | None:
    """Weigh ``text[i:i + n]``, whose surname has ``first`` characters; None when it cannot be a name or nothing beside it says so."""
    held = _lists()
    j = i + n
    whole, given = text[i:j], text[i + first:j]
    if len(given) < n - first or not _GIVEN.fullmatch(given) or held["no-name"] & {whole, whole[:2]} or held["posts"] & {given, whole[:2], whole[:3]}:
        return None
    if any(text[j:j + k] in held["place-after"] for k in (1, 2, 3)):
        return None
    left, right = _left(text, i), _right(text, j)
    if left <= 0 and right <= 0:
        return None
    joint = first == 1 and text[i] in held["joints"]
    if text[i] == "和" and _HAN.match(text[i - 1:i]) and right < 3:
        return None
    if joint and (left + right < 2.5 or n == 2 and max(left, right) < 3 and not _row(text, i, j)):
        return None
    rare = text[i] in held["common"] and first == 1
    if (rare or n == 2) and right < 3 and words.common(whole[:2]) >= 1000:
        return None
    rate = sum(1.0 if c in held["typical"] else -1.0 if c in held["poor"] else -4.0 if c in held["never"] else 0.0 for c in given)
    score += rate if len(given) == 1 else rate * 0.75
    doubt = _wordiness(text, i, j, first, rate, rare)
    if left >= 3 and right > 0 or right >= 3 and left > 0:
        doubt, score = doubt / 2, score + 0.75
    if not inside[i] and not inside[i + first] and not joint:
        score += ALONE
    doubt += 1.5 * inside[i] + (0.6 if left >= 3 or right >= 2 else 1.25) * inside[j]
    return _Candidate(i, j, score - doubt + left + right, left + right)


def _wordiness(text: str, i: int, j: int, first: int, rate: float, rare: bool) -> float:
    """How much speaks for words of the language, or a place, where a name is supposed."""
    whole, given = text[i:j], text[i + first:j]
    out = 0.5 if j - i == 2 else 0.0
    if frequency := words.common(whole):
        out += min(4.0, (1.0 if rare else 0.8) * log10(1 + frequency)) if j - i == 2 or frequency >= COMMON else 0.0
    if first == 1 and j - i > 2:
        beginning = words.common(whole[:2])
        out += (2.5 if rare else 1.5) if beginning >= (100 if rare else COMMON) else 0.0
    if len(given) == 2 and (frequency := words.common(given)):
        if rare:
            out += max(0.0, 1.2 * log10(frequency / 60))
        elif rate <= 0 and frequency >= 100 or rate < 2 and frequency >= 2000:
            out += 3.0 if rate <= 0 and frequency >= 2000 else 1.5
    if first == 1 and text[i:i + 2] in _lists()["compound"]:
        out += 2.0
    return out + _place(text, i, j, rare)


def _place(text: str, i: int, j: int, rare: bool) -> float:
    """What speaks for a division's name: the candidate is one, begins with one or ends with one."""
    listed = gazetteer.listed()
    if any(n.strength == 2 for k in (2, 3, 4, 5) for n in listed.get(text[i:i + k], ())):
        return 4.0
    if text[i:i + 2] in listed or text[i:j] in listed:
        return 3.0 if j - i == 2 else 2.0
    return 1.5 if rare and j - i > 2 and text[i + 1:j] in listed else 0.0


def _left(text: str, i: int) -> float:
    held = _lists()
    k = i
    while k > 0 and i - k < 3 and text[k - 1] in _BLANK:
        k -= 1
    for n in (5, 4, 3, 2):
        if k >= n and (text[k - n:k] in held["before"] or k != i and text[k - n:k] in held["before-sheet"]):
            return 3.0
    if k != i and ":" in text[k:i]:
        return 2.0
    if k == 0 or not _HAN.match(text[k - 1]):
        return 1.5 if k == 0 or text[k - 1] not in "0123456789" else 0.5
    for n in (4, 3, 2, 1):
        if k >= n and text[k - n:k] in held["before-weak"]:
            return 1.25
    return 0.0


def _right(text: str, j: int) -> float:
    held = _lists()
    if re.match(r" ?[(,] ?(?:男|女)(?![一-鿿])", text[j:j + 5]) or re.match(r"[(,] ?(?:\d{2}岁|身份证|中共党员|汉族|手机|电话|时任|原任|现任|系|住)", text[j:j + 8]):
        return 3.0
    k = j
    while k < len(text) and k - j < 2 and text[k] in "\"” *":
        k += 1
    for n in (4, 3, 2):
        if text[k:k + n] in held["after"]:
            return 3.0
    if text[k:k + 1] == "的" and any(text[k + 1:k + 1 + n] in held["kin"] for n in (2, 3)):
        return 2.5
    if k == len(text) or not _HAN.match(text[k]):
        return 1.25
    for n in (3, 2, 1):
        if text[k:k + n] in held["after-weak"]:
            return 2.0 if n > 1 else 1.25
    return 0.0


def _dotted(text: str) -> Iterator[tuple[int, int]]:
    """Names of several parts with dots between, and the parts of Tibetan and Uyghur names that stand without one."""
    held = _lists()
    for m in _DOTTED.finditer(text):
        first, last = m.start() + m[0].index("·"), m.start() + m[0].rindex("·")
        start, end = first, last + 1
        while start > m.start() and text[start - 1] in held["sounds"]:
            start -= 1
        while end < m.end() and text[end] in held["sounds"] and end - last <= 6:
            end += 1
        if first - start >= 1 and end - last >= 2:
            yield start, end
    longest = max(map(len, held["parts"]))
    i = 0
    while i < len(text):
        j, count = i, 0
        while step := next((n for n in range(min(longest, len(text) - j), 1, -1) if text[j:j + n] in held["parts"]), 0):
            j, count = j + step, count + 1
        if count >= 2 or count == 1 and _left(text, i) + _right(text, j) >= 2.5:
            yield i, j
        i = max(j, i + 1)


def _everywhere(text: str, found: Iterable[str], inside: bytearray) -> Iterator[tuple[int, int]]:
    """Every further place of the names found, and of their short forms where only one of them has it."""
    held = _lists()
    people = {name for name in found if "·" not in name and 2 <= len(name) <= 4}
    surnames = {name: family(name) for name in people}
    for start, end in _places(text, sorted(found, key=len, reverse=True)):
        name = text[start:end]
        plain = not inside[start] if len(name) == 2 else words.common(name) < COMMON
        if plain and words.common(name) < (COMMON if len(name) > 2 else 20) or not (inside[start] or inside[end]) and _left(text, start) > 0 and _right(text, end) > 0:
            yield start, end
    given = Counter(name[len(surnames[name]):] for name in people)
    short = [g for g, n in given.items() if n == 1 and len(g) == 2 and words.common(g) < COMMON and g not in gazetteer.listed()]
    for start, end in _places(text, short):
        if not inside[start] and not inside[end]:
            yield start, end
    alone = {f for f, n in Counter(surnames.values()).items() if n == 1}
    for f in sorted(alone):
        for m in re.finditer(rf"[老小]{f}(?!区|时|学|说|学|镇|村|河|城)|{f}(?={_POSTS})", text):
            leads = m.start() == 0 or not _HAN.match(text[m.start() - 1]) or text[m.start() - 1] in "和与由向对跟及的让找问说叫给是经"
            if not inside[m.start()] and (leads or m[0][0] != f and f in held["plain"]):
                yield m.span()


_POSTS = "(?:书记|镇长|乡长|县长|区长|市长|局长|主任|院长|校长|站长|所长|科长|处长|股长|部长|厅长|队长|组长|总经理|经理|主席|医生|律师|老师|教授|法官|师傅|工程师|同志|总)"


def _places(text: str, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    listed = [re.escape(name) for name in names]
    for k in range(0, len(listed), 200):
        for m in re.finditer("|".join(listed[k:k + 200]), text):
            yield m.span()
