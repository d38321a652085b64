"""The places that a question or an organ's name speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from assistant.chinese import CJK
from assistant.regions.gazetteer import CUT, NATIONAL, NOT_NAME, NOT_PLACE, Name, Place, chain, full, listed, longest_name, resolve, stem_of
from assistant.regions.relations import bare_stem, parts_of, within

_LEFT = "在和与跟同对问到去从把像比按照依给由及或查看找是叫下说讲请于为们用的了就我你他拿"
_RIGHT = "的有是市县区州盟旗省委政人干纪组这那怎能可对在如何什哪关容激担文方规办意、和与跟同及或呢吗了"
_INTENSE = "更最很不太真挺较"


def seat(organ: str) -> str:
    """The region that an organ's own name begins with, by the list or else by the grammar of …省…市…县; "" if none.

    >>> seat("中共佛山市高明区委办公室"), seat("江城市青河区人民政府"), seat("市发改委党组")
    ('广东省佛山市高明区', '江城市青河区', '')
    """
    organ = re.sub(r"^(?:中共|中国共产党|共青团)", "", organ)
    if found := chain(organ):
        return str(found[0])
    m = _TOLD.match(organ)
    return m[0] if m and not NOT_PLACE.search(m[0]) else ""


def regions_in(text: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """The places named in a question, each in its longest form, in the order of their naming.

    ``known`` are regions of documents: their bare stems (高明, 鹤山) count as names too.
    """
    own = _known_stems(tuple(known))
    longest = max(longest_name(), *map(len, own), 0)
    out: list[str] = []
    at, open_place = 0, ""
    while at < len(text):
        found = _named_at(text, at, own, longest)
        if found is None:
            open_place = open_place if text[at] == "的" and open_place else ""
            at += 1
            continue
        place, end = found
        inner = full(open_place + _tail(place)) if open_place else place
        if open_place and inner != place and resolve(inner):
            place = inner
        if open_place and within(place, open_place) and place != open_place:
            out.remove(open_place)
        if place not in out:
            out.append(place)
        open_place, at = place, end
    return _settle(out)


def _tail(place: str) -> str:
    resolved = resolve(place)
    return (resolved.county or resolved.city or resolved.province) if resolved else place


def _settle(found: Sequence[str]) -> tuple[str, ...]:
    """A county name that several prefectures share is settled by a city or province named beside it."""
    out: list[str] = []
    for name in found:
        if resolve(name) is None:
            inside = {full(other + name) for other in found if other != name and resolve(other + name)}
            name = inside.pop() if len(inside) == 1 else name
        if name not in out:
            out.append(name)
    return tuple(out)


@lru_cache(maxsize=16)
def _known_stems(known: tuple[str, ...]) -> dict[str, str]:
    out: dict[str, str] = {}
    for region in known:
        place = resolve(region)
        parts = [(stem_of(p), str(Place(*place[:i + 1]))) for i, p in enumerate(place) if p] if place else _unlisted_names(region)
        for stem, name in parts:
            if len(stem) > 1:
                out[stem] = name if out.get(stem, name) == name else ""
    return {stem: name for stem, name in out.items() if name}


def _unlisted_names(region: str) -> list[tuple[str, str]]:
    """What a region that the list does not hold may be called by: its stems, and its endings as written."""
    out, whole = [], ""
    parts = parts_of(region)
    for part in parts:
        whole += part
        place = resolve(whole)
        out.append((stem_of(part) if place else bare_stem(part), str(place or whole)))
    if whole == region:
        out += [(part, region) for part in dict.fromkeys((region, "".join(parts[-2:]), parts[-1])) if part not in listed()]
    return out


def _edges(text: str, start: int, end: int) -> tuple[bool, bool]:
    before, after = text[start - 1:start], text[end:end + 1]
    def open_to(c: str, allowed: str) -> bool:
        return not c or c in allowed or not re.match(rf"[{CJK}]", c)
    return open_to(before, _LEFT), open_to(after, _RIGHT)


def _named_at(text: str, at: int, own: dict[str, str], longest: int) -> tuple[str, int] | None:
    if text.startswith(NATIONAL, at) and text[at + 2:at + 3] not in tuple("人政各"):
        return NATIONAL, at + len(NATIONAL)
    names = listed()
    for length in range(min(longest, len(text) - at), 1, -1):
        name = text[at:at + length]
        if name not in own and name not in names:
            continue
        left, right = _edges(text, at, at + length)
        suffix = text[at + length:at + length + 1]
        if name in own and name[-1] in CUT and own[name].endswith(name) and suffix not in tuple(CUT[name[-1]]):
            return _deeper(text, at, own[name], at + length)
        if name in own and (left or right) and text[at - 1:at] not in tuple(_INTENSE) and not _elsewhere(text, at + length, own[name]):
            whole = own[name]
            if suffix and whole.endswith(name + suffix):
                return whole, at + length + 1
            if not (suffix in tuple("市县区旗州") and name + suffix in names):
                return _deeper(text, at, whole, at + length)
        held = names.get(name)
        if not held:
            continue
        found = chain(text, at)
        if found is None:
            continue
        place, end = found
        if isinstance(place, str):
            return place, end
        if end > at + length or _stands(name, held, left, right):
            return str(place), end
    return _told(text, at)


def _elsewhere(text: str, end: int, whole: str) -> bool:
    """Whether the character behind a stem makes another place of it: 清溪镇, and 清溪市 beside 湖南省清溪县."""
    suffix = text[end:end + 1]
    if suffix in tuple("镇乡村街"):
        return True
    return suffix in CUT and resolve(whole) is None and not whole.endswith(suffix) and text[end + 1:end + 2] not in tuple(CUT[suffix])


def _deeper(text: str, at: int, whole: str, end: int) -> tuple[str, int]:
    found = chain(text, at)
    if found and found[1] > end and isinstance(found[0], Place) and within(str(found[0]), whole):
        return str(found[0]), found[1]
    return whole, end


def _stands(name: str, held: Sequence[Name], left: bool, right: bool) -> bool:
    strength = max(n.strength for n in held)
    if strength == 2:
        return True
    broad = [n for n in held if not n.place.county]
    if not broad:
        return strength == 1 and left and right
    if not broad[0].place.city or len(name) > 2 and broad[0].strength:
        return True
    return (left or right) if broad[0].strength else (left and right)


_TOLD = re.compile(rf"((?:[^{NOT_NAME}\W\d_]{{2,4}}省)?(?:[^{NOT_NAME}\W\d_]{{2,4}}市)?(?:[^{NOT_NAME}\W\d_]{{2,4}}(?:自治县|县|区|市)(?![场民价]))?)")


def _told(text: str, at: int) -> tuple[str, int] | None:
    """A place that the list does not hold, by the grammar of …省…市…县, where a word can begin."""
    if not _edges(text, at, at)[0]:
        return None
    m = _TOLD.match(text, at)
    if not m or not m[0] or not _edges(text, at, m.end())[1] or NOT_PLACE.search(m[0]):
        return None
    if any(c in m[0] for c in _LEFT + "着过这那") or m[0].endswith("省") and len(m[0]) < 3:
        return None
    return m[0], m.end()
