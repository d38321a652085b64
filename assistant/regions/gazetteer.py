"""The list of the divisions of China from the province to the county, and how a name of one is read."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

NATIONAL = "全国"
_PEOPLES = ("乌孜别克 柯尔克孜 达斡尔 俄罗斯 鄂温克 鄂伦春 哈萨克 塔吉克 塔塔尔 维吾尔 蒙古 布依 朝鲜 土家 哈尼 傈僳 高山 拉祜 东乡 纳西 景颇 仫佬 "
            "布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 德昂 保安 裕固 独龙 赫哲 门巴 珞巴 基诺 各 回 藏 苗 彝 壮 满 侗 瑶 白 傣 黎 佤 畲 水 土 羌 怒 京").split()
_AUTONOMOUS = re.compile(rf"(.+?)(?:(?:{'|'.join(_PEOPLES)})族?)*自治([区州县旗])$")
CUT = {"区": "域别间块分划位段", "市": "场民价值容政", "旗": "帜下", "县": "", "州": "", "盟": "约友"}
_ORDINARY = frozenset("城区 郊区 矿区 东区 西区 南区 中区 北区 新区 市区 新城区 老城区 城中区 市中区 新市区 合作市 安居区".split())


class Place(NamedTuple):
    """Province, prefecture and county, each in full or empty (a county right under its province has no prefecture)."""

    province: str = ""
    city: str = ""
    county: str = ""

    def __str__(self) -> str:
        return self.province + self.city + self.county


class Name(NamedTuple):
    """One of the places that a name may stand for."""

    place: Place
    strength: int
    """2: the full name; 1: a stem that can hardly be anything else; 0: a stem that is also an ordinary word."""


def stem_of(name: str) -> str:
    """A division's name without its kind (佛山市 -> 佛山, 恩施土家族苗族自治州 -> 恩施)."""
    if m := re.match(r"(内蒙古|..).*自治区$", name):
        return m[1]
    if m := _AUTONOMOUS.match(name):
        return m[1]
    if m := re.match(rf"(.+?)(?:{'|'.join(_PEOPLES)})族区$", name):
        return m[1]
    return re.sub(r"(?:特别行政区|地区|林区|特区|新区|[省市县区旗盟州])$", "", name)


@lru_cache(maxsize=1)
def listed() -> dict[str, tuple[Name, ...]]:
    """Every name and stem of the list with the places it may stand for."""
    table: dict[str, list[Name]] = {}

    def add(name: str, place: Place, strength: int) -> None:
        held = table.setdefault(name, [])
        if all(n.place != place for n in held):
            held.append(Name(place, strength))

    province = ""
    for line in resources.files("assistant").joinpath("divisions.txt").read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if not line.startswith(" "):
            province = line.strip()
            add(province, Place(province), 2)
            add(stem_of(province), Place(province), 1)
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
    stem = stem_of(name)
    if m := _AUTONOMOUS.match(name):
        add(stem + m[2], place, 2)
    if len(stem) > 1:
        add(stem, place, 0 if marked.endswith("*") else 1)


@lru_cache(maxsize=1)
def longest_name() -> int:
    """How many characters the longest name of the list has."""
    return max(map(len, listed()))


@lru_cache(maxsize=4096)
def resolve(name: str) -> Place | None:
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
    place = resolve(name)
    return str(place) if place else name


def level(region: str) -> str:
    """national, province, city or county, by how far down a region's name goes; "" when that cannot be told.

    >>> [level(r) for r in ("全国", "福建省", "平顶山", "北京市海淀区", "某地")]
    ['national', 'province', 'city', 'county', '']
    """
    if region == NATIONAL:
        return "national"
    place = resolve(region)
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
    place = resolve(region)
    return str(Place(*place[:depth])) if place and place[depth - 1] else ""


def chain(text: str, start: int = 0) -> tuple[Place | str, int] | None:
    """The region that the text at ``start`` spells out (河南平顶山, 佛山市高明区), with its end; None if none begins there.

    Meant for places where a name is sure to begin: an issuer, a title, a region written by a person.
    A county name that several prefectures share comes back as a string, as told.
    """
    place, end, told = Place(), start, ""
    while True:
        step = next_step(text, end, place)
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


def next_step(text: str, at: int, above: Place) -> tuple[Place | str, int] | None:
    """The division below ``above`` that is named at a place of a text, with its end; a string when several fit; None when none does."""
    for length in range(min(longest_name(), len(text) - at), 1, -1):
        name = text[at:at + length]
        held = listed().get(name)
        if not held or (name[-1] in CUT and text[at + length:at + length + 1] in tuple(CUT[name[-1]])):
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


NOT_NAME = "委组部局厅府的各全本该所内外其有和与在是直属对规关干机纪党人市县区省乡镇村第两几多一二三四五六七八九十大小"
_UNLISTED = re.compile(rf"(?:[^{NOT_NAME}\W\d_]{{2,6}}?)(?:自治县|县|区|市|旗)(?![域别间块分划场民价])")
NOT_PLACE = re.compile(r"(?:[园社城地山小老特景辖片校厂库牧林矿灾新战禁误市郊街营保]区|功能区|开发区|示范区|试验区|自治区|保护区|(?:^|[大小中新老各])城市|[超门股上都夜楼]市|[级辖]市|[大强困点型]县)$")


def _unlisted(text: str, at: int) -> str:
    m = _UNLISTED.match(text, at)
    return m[0] if m and (not NOT_PLACE.search(m[0]) or m[0].endswith(("高新区", "经开区", "新区"))) else ""
