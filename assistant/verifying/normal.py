"""A text as a row of tokens in one spelling: a number with its unit, a Latin word, else one character."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from assistant.chinese import CJK, number
from assistant.verifying.wording import CANON

UNITS = ("个工作日|工作日|个自然日|个月|季度|小时|分钟|人次|平方米|公里|万元|亿元|元|环节|方面|部分|年|月|日|天|周|次|种|项|类|条|款|目|章|名|个|人|倍|岁|级|档|批|件|份|家|届|位|票|成|期|"
         "轮|代|支|场|张|步|号|%|点|层|米|亩|户|例|起|篇|块|字|套|所|座|只|颗|枚|星|分|对|道|大类|级别|处|倍以上|人以上|余名")
_CN = "〇零一二三四五六七八九十百千万亿两廿"
_SCAN = re.compile(
    rf"百分之(?P<cent>[{_CN}]+|\d+(?:\.\d+)?)|(?P<whole>[{_CN}]+|\d+)分之(?P<part>[{_CN}]+|\d+)|"
    rf"(?P<arabic>\d[\d,]*(?:\.\d+)?)(?P<scale>[万亿]?)(?P<more>[余多]?)(?P<unit>{UNITS})?|"
    rf"(?P<cn>[{_CN}]+)(?P<cnmore>[余多]?)(?P<cnunit>{UNITS})|\((?P<label>[{_CN}]+)\)|(?P<latin>[a-z]+)|(?P<char>[{CJK}])|(?P<mark>[^\s])")
_BREAK = {",", ";", ":", "。", "!", "?", "…", "—", "-"}
_QUOTES = re.compile("[“”‘’\"'「」『』《》〈〉*]")
_YEAR = re.compile(r"[〇○零一二三四五六七八九]{4}(?=年)")


@dataclass(frozen=True)
class Tokens:
    """``words`` in order; for each the number of its ``segment`` (between commas), whether a 、 stands before it (``listed``), and its depth in brackets."""

    words: tuple[str, ...]
    segment: tuple[int, ...]
    listed: tuple[bool, ...]
    depth: tuple[int, ...]


def canon(text: str) -> str:
    """One width, one spelling, no quotation marks.

    >>> canon("应当按照《问责条例》予以问责")
    '应按问责条例予问责'
    """
    text = _QUOTES.sub("", unicodedata.normalize("NFKC", text).replace("〔", "(").replace("〕", ")").lower())
    for said, same in CANON:
        text = text.replace(said, same)
    return text


def _value(text: str) -> str:
    try:
        return str(number(text))
    except ValueError:
        return text


def _numeral(m: re.Match[str]) -> str:
    if m["cent"]:
        return _value(m["cent"]) + "%"
    if m["whole"]:
        return f"{_value(m['part'])}/{_value(m['whole'])}"
    if m["arabic"]:
        value, unit = m["arabic"].replace(",", ""), m["unit"] or ""
        scale = m["scale"] or (unit[0] if unit[:1] in "万亿" and unit else "")
        unit = unit.lstrip("万亿")
        if scale:
            value = f"{float(value) * {'万': 10000, '亿': 100000000}[scale]:g}" if "." in value else str(int(value) * {"万": 10000, "亿": 100000000}[scale])
        return (value.lstrip("0") or "0") + m["more"] + unit
    return _value(m["cn"]) + m["cnmore"] + m["cnunit"]


@lru_cache(maxsize=4096)
def tokens(text: str) -> Tokens:
    """The tokens of a text; 三十日 and 30日 are the same token, 30日 and 30天 are not.

    >>> tokens("应当在三十日内，报区委备案").words
    ('应', '在', '30日', '内', '报', '区', '委', '备', '案')
    """
    text = _YEAR.sub(lambda m: "".join(_value(c) for c in m[0].replace("○", "零")), canon(text))
    words: list[str] = []
    segment: list[int] = []
    listed: list[bool] = []
    depths: list[int] = []
    at, comma, depth = 0, False, 0
    for m in _SCAN.finditer(text):
        mark = m["mark"]
        if mark:
            if mark in "([":
                depth += 1
            elif mark in ")]":
                depth = max(0, depth - 1)
            elif mark == "、":
                comma = True
            elif mark in _BREAK and words and segment[-1] == at and not depth:
                at += 1
            if mark not in "()[]、·" and mark not in _BREAK:
                words.append(mark)
                segment.append(at)
                listed.append(False)
                depths.append(depth)
            continue
        word = m["latin"] or m["char"] or (_value(m["label"]) if m["label"] else _numeral(m))
        words.append(word)
        segment.append(at)
        listed.append(comma)
        depths.append(depth)
        comma = False
    return Tokens(tuple(words), tuple(segment), tuple(listed), tuple(depths))


def plain(text: str) -> str:
    """The tokens joined: what names are compared by."""
    return "".join(tokens(text).words)
