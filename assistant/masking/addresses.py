"""Where people live: road and house, building and room, hamlet and number. The region before them stays: rules are found by it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.masking.found import Found

_HAN = "\u4e00-\u9fff"
_N = r"(?:[甲乙丙丁附东西南北]{0,2}[A-Za-z]?\d{1,6}(?:[-之/]\d{1,5})?|[一二三四五六七八九十百零〇]{1,5}|[A-Za-z]\d{0,3}|[甲乙丙丁])"
_STOP = "，。；：、！？,;:!?（）()“”\"《》 \n\t"
_ROAD = "(?:路|大街|街道|街|大道|道|巷|里弄|弄|胡同|公路|环路|马路)"
_HAMLET = "(?:村委会|村民小组|自然村|新村|村|屯|寨|庄|社区|居委会|坊|围|圩|坑|塘|岗|小区|花园|家园|公寓|苑|城|府|湾|广场|大厦|宿舍|家属院|大院|里|院)"
_UNIT = r"(?:号院|号楼|号房|号铺|号|栋|幢|座|单元|室|房|户|楼|层|排|组|队|社|期|区|弄|巷|门)"

_BY_ROAD = re.compile(rf"{_ROAD}(?:[东西南北中][段路]?|[一二三四五六七八九十]{{1,2}}(?:路|街|巷|横|段))?(?P<rest>{_N}{_UNIT})")
_MORE = re.compile(rf"[ ]?(?:(?:之|附)?{_N}{_UNIT}|[{_HAN}]{{2,8}}?(?=[A-Za-z]?\d{{1,4}}(?:栋|幢|座|号楼|期|区|单元|室|房|号))|[{_HAN}]{{2,8}}(?:宿舍|小区|花园|家园|公寓|大厦)(?![{_HAN}]{{0,2}}\d)|[A-Za-z]?\d{{1,5}}(?![\d年月日元万人户.%]))")
_BY_BUILDING = re.compile(rf"(?P<it>(?:[A-Za-z]?\d{{1,4}}|[一二三四五六七八九十]{{1,3}})(?:号楼|栋|幢|座)(?:{_N}(?:单元|梯|门))?[ ]?{_N}(?:室|房|号|户)?)(?![{_HAN}]?\d)")
_BY_HAMLET = re.compile(rf"{_HAMLET}(?:[{_HAN}]{{0,5}}?(?:组|队|社|围|巷|坊|里|村|屯))?(?P<rest>{_N}(?:号|排|队|组|社|栋|幢|座|巷)(?:{_N}?{_UNIT})*)")
_LIVES = re.compile(rf"(?:家庭住址|家庭地址|现?住址|户籍地址|户籍所在地|通讯地址|联系地址|收件地址|地址|现住|家住|居住在|居住于|现居住于|现居住在|现居于?|租住在?|住在|住于|户籍地|籍贯地址)(?:[是为]|[: ]){{0,3}}"
                    rf"(?P<it>[^{_STOP}]{{2,40}})")
_REGION = re.compile(rf"(?:[{_HAN}]{{2,12}}?(?:省|自治区|特别行政区))?(?:[{_HAN}]{{1,11}}?(?:市|自治州|州|盟|地区))?(?:[{_HAN}]{{1,10}}?(?:自治县|县|区|旗|市))?(?:[{_HAN}]{{1,8}}?(?:镇|乡|苏木))?(?:[{_HAN}]{{1,6}}?街道(?!\d))?")
_BREAKS = frozenset("省市区县旗镇乡州盟在于住到从址是为至往的把将，。；：、！？,;:!?（）()“”\"《》 \n\t0123456789")
_HOUSE = re.compile(rf"\d|[一二三四五六七八九十]{{1,3}}(?:号|栋|幢|座|室|单元|组|队|社)|{_ROAD}|村|小区|花园|宿舍|公寓|苑|家属院")


def addresses(text: str) -> Iterator[Found]:
    """The personal part of every address in a text of plain width; finds may overlap."""
    for m in _BY_ROAD.finditer(text):
        start = _name_start(text, m.start())
        if start < m.start():
            end = _on(text, m.end())
            yield Found("address", start, end, text[start:end])
    for m in _LIVES.finditer(text):
        region = _REGION.match(m["it"])
        start = m.start("it") + (region.end() if region else 0)
        rest = re.match(rf"[^{_STOP}]{{0,40}}?(?=的(?!{_HAMLET})|持有|联系|可通过|职业|，|$)", text[start:m.end("it")])
        told = _up_to_house(rest[0] if rest else "")
        if told and _HOUSE.search(told):
            yield Found("address", start, start + len(told), told)
    for m in _BY_HAMLET.finditer(text):
        start = _name_start(text, m.start())
        if start < m.start() and re.search(r"\d", m["rest"]) and re.search(r"[号排栋幢座]", m["rest"]):
            end = _on(text, m.end())
            yield Found("address", start, end, text[start:end])
    for m in _BY_BUILDING.finditer(text):
        if re.search(r"[室房户号]$|\d{3,}$", m["it"]):
            yield Found("address", *m.span("it"), m["it"])


def _up_to_house(told: str) -> str:
    """An address without the words that follow its last house, room or hamlet."""
    ends = [m.end() for m in re.finditer(rf"{_N}{_UNIT}|{_ROAD}|{_HAMLET}", told)]
    return told[:ends[-1]] if ends else ""


def _name_start(text: str, at: int) -> int:
    """Where the name that ends before ``at`` begins: after the region or the word that leads to it."""
    start = at
    while start > 0 and at - start < 10 and text[start - 1] not in _BREAKS and "\u4e00" <= text[start - 1] <= "\u9fff":
        start -= 1
        if text[start:start + 2] == "街道" and start + 2 <= at and at - start > 2:
            return start + 2
    return start


def _on(text: str, at: int) -> int:
    """The end of an address whose first house number ends at ``at``."""
    for _ in range(8):
        m = _MORE.match(text, at)
        if not m:
            return at
        at = m.end()
    return at


def without_region(address: str) -> str:
    """An address without the region and town it begins with.

    >>> without_region("浙江省杭州市西湖区文三路826号")
    '文三路826号'
    """
    region = _REGION.match(address)
    return address[region.end():] if region else address
