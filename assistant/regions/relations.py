"""Which region lies in which, and where a document's rules hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from assistant.regions.gazetteer import NATIONAL, Place, full, listed, next_step, resolve, stem_of


def within(place: str, region: str) -> bool:
    """Whether one region is the other or lies in it; both may be short forms. Empty names are in nothing.

    >>> within("广东省佛山市高明区", "广东省"), within("佛山", "高明区"), within("鹤山市", "全国"), within("清溪县", "湖南省清溪县")
    (True, False, True, True)
    """
    if not place or not region:
        return False
    if region == NATIONAL:
        return True
    if place == NATIONAL:
        return False
    inner, outer = resolve(place), resolve(region)
    if inner is None or outer is None:
        return full(place).startswith(full(region)) or outer is None and _lies(parts_of(place), parts_of(region))
    return all(not b or a == b for a, b in zip(inner, outer, strict=True))


@lru_cache(maxsize=4096)
def parts_of(name: str) -> tuple[str, ...]:
    """The parts of a region that the list does not hold: those it does hold in full, then the rest by the grammar of …市…县."""
    at, place = 0, Place()
    while (step := next_step(name, at, place)) and isinstance(step[0], Place) and name[step[1]:step[1] + 1] not in tuple("省市县区旗州盟"):
        place, at = step
    return *filter(None, place), *_PART.findall(name[at:])


def _lies(inner: Sequence[str], outer: Sequence[str]) -> bool:
    """Whether the last part of ``outer`` is one of ``inner``, with nothing above the two that speaks against it."""
    if not inner or not outer or outer[-1] in listed():
        return False
    own = bare_stem(outer[-1])
    for k, part in enumerate(inner):
        if part == outer[-1] or part == own and len(own) > 1:
            above, told = inner[:k], outer[:-1]
            return above == told or len(own) > 1 and (_among(above, told) or _among(told, above))
    return False


def _among(few: Sequence[str], many: Sequence[str]) -> bool:
    rest = iter(many)
    return all(part in rest for part in few)


def bare_stem(part: str) -> str:
    """The stem of a part that the list does not hold; "" for a zone that is called by its kind alone (高新区)."""
    zone = _ZONE.search(part)
    return part[:zone.start()] if zone else stem_of(part)


def applies(document_region: str, place: str) -> bool:
    """Whether rules of ``document_region`` hold at ``place``: a higher authority's rules hold in all that lies in it.

    A document whose region is not told ("") applies nowhere for certain.

    >>> applies("福建省", "福州"), applies("全国", "高明"), applies("广东省佛山市高明区", "佛山市")
    (True, True, False)
    """
    return within(place, document_region)


def same_region(asked: str, of_document: str) -> bool:
    """Whether a document's rules hold at the place that was asked about, however short its name was written.

    >>> same_region("广东佛山高明区", "广东省佛山市高明区"), same_region("鹤山市", "广东省佛山市高明区")
    (True, False)
    """
    return applies(of_document, asked if resolve(asked) else _stem_of(asked, of_document))


def _stem_of(asked: str, of_document: str) -> str:
    """A bare stem (高明) that several places or an ordinary word may share is read as the document's own place."""
    own = resolve(of_document)
    for depth in (3, 2, 1):
        part = own[depth - 1] if own else ""
        if part and asked in (part, stem_of(part)):
            return str(Place(*own[:depth]))
    return asked


_ZONE = re.compile(r"(?:国家级|省级|高新|经济|经开|技术|产业|行政|工业|开发|综合|保税|自由|贸易|旅游|度假|生态|农业|示范|试验|实验|合作|功能|科技|园|城|新|区)+区$|新区$")
_PART = re.compile(r".{2,}?(?:自治[州县旗]|地区|[省市县区旗州盟](?!辖))|.+")
