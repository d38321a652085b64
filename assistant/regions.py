"""Where a rule holds: the divisions of China from the province to the county, and which of them lie in which.

A region is written from the province down as far as it is known (广东省佛山市高明区); 全国 is the whole country.
A name that the list does not hold is kept as it was told, never placed by guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from assistant.chinese import CJK

NATIONAL = "全国"

_PEOPLES = ("乌孜别克 柯尔克孜 达斡尔 俄罗斯 鄂温克 鄂伦春 哈萨克 塔吉克 塔塔尔 维吾尔 蒙古 布依 朝鲜 土家 哈尼 傈僳 高山 拉祜 东乡 纳西 景颇 仫佬 "
            "布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 德昂 保安 裕固 独龙 赫哲 门巴 珞巴 基诺 各 回 藏 苗 彝 壮 满 侗 瑶 白 傣 黎 佤 畲 水 土 羌 怒 京").split()
_AUTONOMOUS = re.compile(rf"(.+?)(?:(?:{'|'.join(_PEOPLES)})族?)*自治([区州县旗])$")

_LEFT = "在和与跟同对问到去从把像比按照依给由及或查看找是叫下说讲请于为们用的了就我你他拿"
_RIGHT = "的有是市县区州盟旗省委政人干纪组这那怎能可对在如何什哪关容激担文方规办意、和与跟同及或呢吗了"
_INTENSE = "更最很不太真挺较"
_CUT = {"区": "域别间块分划位段", "市": "场民价值容政", "旗": "帜下", "县": "", "州": "", "盟": "约友"}
_ORDINARY = frozenset("城区 郊区 矿区 东区 西区 南区 中区 北区 新区 市区 新城区 老城区 城中区 市中区 新市区 合作市 安居区".split())


class Place(NamedTuple):
    """Province, prefecture and county, each in full or empty (a county right under its province has no prefecture)."""

    province: str = ""
    city: str = ""
    county: str = ""

    def __str__(self) -> str:
        return self.province + self.city + self.county


class _Name(NamedTuple):
    place: Place
    strength: int
    """2: the full name; 1: a stem that can hardly be anything else; 0: a stem that is also an ordinary word."""


def _stem(name: str) -> str:
    if m := re.match(r"(内蒙古|..).*自治区$", name):
        return m[1]
    if m := _AUTONOMOUS.match(name):
        return m[1]
    if m := re.match(rf"(.+?)(?:{'|'.join(_PEOPLES)})族区$", name):
        return m[1]
    return re.sub(r"(?:特别行政区|地区|林区|特区|新区|[省市县区旗盟州])$", "", name)


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[_Name, ...]]:
    table: dict[str, list[_Name]] = {}

    def add(name: str, place: Place, strength: int) -> None:
        held = table.setdefault(name, [])
        if all(n.place != place for n in held):
            held.append(_Name(place, strength))

    province = ""
    for line in resources.files("assistant").joinpath("divisions.txt").read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if not line.startswith(" "):
            province = line.strip()
            add(province, Place(province), 2)
            add(_stem(province), Place(province), 1)
            continue
        head, *counties = line.split()
        city = "" if head == "-" else head.rstrip("*")
        if city:
            _add_all(add, city, Place(province, city), head)
        for county in counties:
            _add_all(add, county.rstrip("*"), Place(province, city, county.rstrip("*")), county)
    return {name: tuple(held) for name, held in table.items()}


def _add_all(add, name: str, place: Place, marked: str) -> None:
    add(name, place, 2)
    stem = _stem(name)
    if m := _AUTONOMOUS.match(name):
        add(stem + m[2], place, 2)
    if len(stem) > 1:
        add(stem, place, 0 if marked.endswith("*") else 1)


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(map(len, _names()))


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
    inner, outer = _resolve(place), _resolve(region)
    if inner is None or outer is None:
        return full(place).startswith(full(region)) or outer is None and _lies(_parts(place), _parts(region))
    return all(not b or a == b for a, b in zip(inner, outer, strict=True))


@lru_cache(maxsize=4096)
def _parts(name: str) -> tuple[str, ...]:
    """The parts of a region that the list does not hold: those it does hold in full, then the rest by the grammar of …市…县."""
    at, place = 0, Place()
    while (step := _step(name, at, place)) and isinstance(step[0], Place) and name[step[1]:step[1] + 1] not in tuple("省市县区旗州盟"):
        place, at = step
    return *filter(None, place), *_PART.findall(name[at:])


def _lies(inner: Sequence[str], outer: Sequence[str]) -> bool:
    """Whether the last part of ``outer`` is one of ``inner``, with nothing above the two that speaks against it."""
    if not inner or not outer or outer[-1] in _names():
        return False
    own = _bare(outer[-1])
    for k, part in enumerate(inner):
        if part == outer[-1] or part == own and len(own) > 1:
            above, told = inner[:k], outer[:-1]
            return above == told or len(own) > 1 and (_among(above, told) or _among(told, above))
    return False


def _among(few: Sequence[str], many: Sequence[str]) -> bool:
    rest = iter(many)
    return all(part in rest for part in few)


def _bare(part: str) -> str:
    """The stem of a part that the list does not hold; "" for a zone that is called by its kind alone (高新区)."""
    zone = _ZONE.search(part)
    return part[:zone.start()] if zone else _stem(part)


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
    return applies(of_document, asked if _resolve(asked) else _stem_of(asked, of_document))


def _stem_of(asked: str, of_document: str) -> str:
    """A bare stem (高明) that several places or an ordinary word may share is read as the document's own place."""
    own = _resolve(of_document)
    for depth in (3, 2, 1):
        part = own[depth - 1] if own else ""
        if part and asked in (part, _stem(part)):
            return str(Place(*own[:depth]))
    return asked


@lru_cache(maxsize=4096)
def _resolve(name: str) -> Place | None:
    """The one place that a name spells out from its beginning to its end, or None."""
    found = chain(name)
    if found and found[1] == len(name) and isinstance(found[0], Place):
        return found[0]
    return None


def full(name: str) -> str:
    """The longest form of a region's name, or the name as told when it is unknown or fits several places.

    >>> full("江门鹤山"), full("高明区"), full("鼓楼区")
    ('广东省江门市鹤山市', '广东省佛山市高明区', '鼓楼区')
    """
    place = _resolve(name)
    return str(place) if place else name


def level(region: str) -> str:
    """national, province, city or county, by how far down a region's name goes; "" when that cannot be told.

    >>> [level(r) for r in ("全国", "福建省", "平顶山", "北京市海淀区", "某地")]
    ['national', 'province', 'city', 'county', '']
    """
    if region == NATIONAL:
        return "national"
    place = _resolve(region)
    if place is None:
        last = re.search(r"(自治[区州县旗]|[省市县区旗])$", region)
        depth = len(re.findall(r"[省市县区旗州盟]", region))
        return {"省": "province", "县": "county", "区": "county", "旗": "county"}.get(
            last[1][-1], "county" if depth > 2 else "city" if depth else "") if last else ""
    return "county" if place.county else "city" if place.city else "province"


def up_to(region: str, depth: int) -> str:
    """The province (1), prefecture (2) or county (3) that a region lies in or is; "" when it is not as deep.

    >>> up_to("湘潭县", 2), up_to("湖南省", 2)
    ('湖南省湘潭市', '')
    """
    place = _resolve(region)
    return str(Place(*place[:depth])) if place and place[depth - 1] else ""


def chain(text: str, start: int = 0) -> tuple[Place | str, int] | None:
    """The region that the text at ``start`` spells out (河南平顶山, 佛山市高明区), with its end; None if none begins there.

    Meant for places where a name is sure to begin: an issuer, a title, a region written by a person.
    A county name that several prefectures share comes back as a string, as told.
    """
    place, end, told = Place(), start, ""
    while True:
        step = _step(text, end, place)
        if step is None:
            break
        if isinstance(step[0], str):
            told, end = step
            break
        place, end = step
        if place.county:
            break
    if told:
        return str(place) + told, end
    if place == Place():
        return None
    if not place.county and (m := _unlisted(text, end)):
        return str(place) + m, end + len(m)
    return place, end


def seat(organ: str) -> str:
    """The region that an organ's own name begins with, by the list or else by the grammar of …省…市…县; "" if none.

    >>> seat("中共佛山市高明区委办公室"), seat("江城市青河区人民政府"), seat("市发改委党组")
    ('广东省佛山市高明区', '江城市青河区', '')
    """
    organ = re.sub(r"^(?:中共|中国共产党|共青团)", "", organ)
    if found := chain(organ):
        return str(found[0])
    m = _TOLD.match(organ)
    return m[0] if m and not _NOT_PLACE.search(m[0]) else ""


def _step(text: str, at: int, above: Place) -> tuple[Place | str, int] | None:
    for length in range(min(_longest(), len(text) - at), 1, -1):
        name = text[at:at + length]
        held = _names().get(name)
        if not held or (name[-1] in _CUT and text[at + length:at + length + 1] in tuple(_CUT[name[-1]])):
            continue
        fits = [n for n in held if _under(n.place, above)]
        full_names = [n for n in fits if n.strength == 2] or [n for n in fits if n.strength == 1] or fits
        top = [n for n in full_names if not n.place.county] or full_names
        if above == Place() and name in _ORDINARY:
            continue
        if len(top) == 1 and (above != Place() or top[0].strength or not top[0].place.county):
            return top[0].place, at + length
        if len(top) > 1 and top[0].strength == 2:
            return name, at + length
    return None


def _under(place: Place, above: Place) -> bool:
    return place != above and all(not b or a == b for a, b in zip(place, above, strict=True))


_ZONE = re.compile(r"(?:国家级|省级|高新|经济|经开|技术|产业|行政|工业|开发|综合|保税|自由|贸易|旅游|度假|生态|农业|示范|试验|实验|合作|功能|科技|园|城|新|区)+区$|新区$")
_PART = re.compile(r".{2,}?(?:自治[州县旗]|地区|[省市县区旗州盟](?!辖))|.+")
_NOT_NAME = "委组部局厅府的各全本该所内外其有和与在是直属对规关干机纪党人市县区省乡镇村第两几多一二三四五六七八九十大小"
_UNLISTED = re.compile(rf"(?:[^{_NOT_NAME}\W\d_]{{2,6}}?)(?:自治县|县|区|市|旗)(?![域别间块分划场民价])")
_NOT_PLACE = re.compile(r"(?:[园社城地山小老特景辖片校厂库牧林矿灾新战禁误市郊街营保]区|功能区|开发区|示范区|试验区|自治区|保护区|(?:^|[大小中新老各])城市|[超门股上都夜楼]市|[级辖]市|[大强困点型]县)$")


def _unlisted(text: str, at: int) -> str:
    m = _UNLISTED.match(text, at)
    return m[0] if m and (not _NOT_PLACE.search(m[0]) or m[0].endswith(("高新区", "经开区", "新区"))) else ""


def regions_in(text: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """The places named in a question, each in its longest form, in the order of their naming.

    ``known`` are regions of documents: their bare stems (高明, 鹤山) count as names too.
    """
    own = _known_stems(tuple(known))
    longest = max(_longest(), *map(len, own), 0)
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
        if open_place and inner != place and _resolve(inner):
            place = inner
        if open_place and within(place, open_place) and place != open_place:
            out.remove(open_place)
        if place not in out:
            out.append(place)
        open_place, at = place, end
    return _settle(out)


def _tail(place: str) -> str:
    resolved = _resolve(place)
    return (resolved.county or resolved.city or resolved.province) if resolved else place


def _settle(found: Sequence[str]) -> tuple[str, ...]:
    """A county name that several prefectures share is settled by a city or province named beside it."""
    out: list[str] = []
    for name in found:
        if _resolve(name) is None:
            inside = {full(other + name) for other in found if other != name and _resolve(other + name)}
            name = inside.pop() if len(inside) == 1 else name
        if name not in out:
            out.append(name)
    return tuple(out)


@lru_cache(maxsize=16)
def _known_stems(known: tuple[str, ...]) -> dict[str, str]:
    out: dict[str, str] = {}
    for region in known:
        place = _resolve(region)
        parts = [(_stem(p), str(Place(*place[:i + 1]))) for i, p in enumerate(place) if p] if place else _unlisted_names(region)
        for stem, name in parts:
            if len(stem) > 1:
                out[stem] = name if out.get(stem, name) == name else ""
    return {stem: name for stem, name in out.items() if name}


def _unlisted_names(region: str) -> list[tuple[str, str]]:
    """What a region that the list does not hold may be called by: its stems, and its endings as written."""
    out, whole = [], ""
    parts = _parts(region)
    for part in parts:
        whole += part
        place = _resolve(whole)
        out.append((_stem(part) if place else _bare(part), str(place or whole)))
    if whole == region:
        out += [(part, region) for part in dict.fromkeys((region, "".join(parts[-2:]), parts[-1])) if part not in _names()]
    return out


def _edges(text: str, start: int, end: int) -> tuple[bool, bool]:
    before, after = text[start - 1:start], text[end:end + 1]
    def open_to(c: str, allowed: str) -> bool:
        return not c or c in allowed or not re.match(rf"[{CJK}]", c)
    return open_to(before, _LEFT), open_to(after, _RIGHT)


def _named_at(text: str, at: int, own: dict[str, str], longest: int) -> tuple[str, int] | None:
    if text.startswith(NATIONAL, at) and text[at + 2:at + 3] not in tuple("人政各"):
        return NATIONAL, at + len(NATIONAL)
    names = _names()
    for length in range(min(longest, len(text) - at), 1, -1):
        name = text[at:at + length]
        if name not in own and name not in names:
            continue
        left, right = _edges(text, at, at + length)
        suffix = text[at + length:at + length + 1]
        if name in own and name[-1] in _CUT and own[name].endswith(name) and suffix not in tuple(_CUT[name[-1]]):
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
    return suffix in _CUT and _resolve(whole) is None and not whole.endswith(suffix) and text[end + 1:end + 2] not in tuple(_CUT[suffix])


def _deeper(text: str, at: int, whole: str, end: int) -> tuple[str, int]:
    found = chain(text, at)
    if found and found[1] > end and isinstance(found[0], Place) and within(str(found[0]), whole):
        return str(found[0]), found[1]
    return whole, end


def _stands(name: str, held: Sequence[_Name], left: bool, right: bool) -> bool:
    strength = max(n.strength for n in held)
    if strength == 2:
        return True
    broad = [n for n in held if not n.place.county]
    if not broad:
        return strength == 1 and left and right
    if not broad[0].place.city or len(name) > 2 and broad[0].strength:
        return True
    return (left or right) if broad[0].strength else (left and right)


_TOLD = re.compile(rf"((?:[^{_NOT_NAME}\W\d_]{{2,4}}省)?(?:[^{_NOT_NAME}\W\d_]{{2,4}}市)?(?:[^{_NOT_NAME}\W\d_]{{2,4}}(?:自治县|县|区|市)(?![场民价]))?)")


def _told(text: str, at: int) -> tuple[str, int] | None:
    """A place that the list does not hold, by the grammar of …省…市…县, where a word can begin."""
    if not _edges(text, at, at)[0]:
        return None
    m = _TOLD.match(text, at)
    if not m or not m[0] or not _edges(text, at, m.end())[1] or _NOT_PLACE.search(m[0]):
        return None
    if any(c in m[0] for c in _LEFT + "着过这那") or m[0].endswith("省") and len(m[0]) < 3:
        return None
    return m[0], m.end()
