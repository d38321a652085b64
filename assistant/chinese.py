"""Chinese text as policy documents write it: numerals, widths, sentences, grams. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache

DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10000, "亿": 100000000}
NUMERAL = "〇零一二三四五六七八九十百千两"
"""Characters of a Chinese numeral, for use inside a regular expression's class."""

CJK = "\u3400-\u4dbf\u4e00-\u9fff"

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"), None)
_QUOTES = str.maketrans({"「": "“", "」": "”", "『": "‘", "』": "’", "〔": "(", "〕": ")", "［": "(", "］": ")",
                         "[": "(", "]": ")", "【": "(", "】": ")", "—": "-", "–": "-", "―": "-", "─": "-", "〇": "零"})


def number(text: str) -> int:
    """Read a Chinese or Arabic numeral as it appears in provisions.

    Raises ValueError when the text is not a numeral.

    >>> [number(s) for s in ("十", "二十一", "一百〇三", "一百二十三", "２３", "两千零五", "廿三")]
    [10, 21, 103, 123, 23, 2005, 23]
    """
    text = unicodedata.normalize("NFKC", text).strip().replace("廿", "二十").replace("卅", "三十")
    if text.isdecimal():
        return int(text)
    if not text or any(c not in DIGITS and c not in UNITS for c in text):
        raise ValueError(f"not a numeral: {text!r}")
    if all(c in DIGITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text))
    total = section = digit = 0
    for c in text:
        if c in DIGITS:
            digit = DIGITS[c]
        elif UNITS[c] < 10000:
            section += (digit or (0 if section else 1)) * UNITS[c]
            digit = 0
        else:
            total = (total + section + digit) * UNITS[c]
            section = digit = 0
    return total + section + digit


def numeral(value: int) -> str:
    """Write 0..9999 the way articles are numbered.

    >>> [numeral(n) for n in (1, 10, 14, 20, 101, 110, 1260)]
    ['一', '十', '十四', '二十', '一百零一', '一百一十', '一千二百六十']
    """
    if not 0 <= value <= 9999:
        raise ValueError(f"out of range: {value}")
    if value == 0:
        return "零"
    out, pending = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            out += ("零" if pending and out else "") + "零一二三四五六七八九"[digit] + name
            pending = False
        else:
            pending = True
    return out[1:] if out.startswith("一十") else out


_FOLDS = {**_INVISIBLE, **_QUOTES}


@lru_cache(maxsize=4096)
def _fold_char(c: str) -> str:
    return unicodedata.normalize("NFKC", c).lower().translate(_INVISIBLE).translate(_QUOTES)


def fold(text: str) -> str:
    """The form two texts are compared in: NFKC, lower case, one kind of bracket, dash and zero, nothing invisible, no spaces.

    >>> fold("明委办［２０２２］ 20号，ＡＢ")
    '明委办(2022)20号,ab'
    """
    return "".join(unicodedata.normalize("NFKC", text).lower().translate(_FOLDS).split())


def folded(text: str) -> tuple[str, list[int]]:
    """``fold(text)`` and, for each of its characters, the offset in ``text`` that it came from.

    >>> folded("（一） ")
    ('(一)', [0, 1, 2])
    """
    out: list[str] = []
    origin: list[int] = []
    for i, c in enumerate(text):
        if not c.isspace():
            for piece in _fold_char(c):
                out.append(piece)
                origin.append(i)
    return "".join(out), origin


def close_up(text: str) -> str:
    """Take out the spaces that stand between Chinese characters (a line break in a title, a PDF's kerning).

    >>> close_up("构建活化 干部队伍体系 8 项 30、35、40 岁 GB 9704")
    '构建活化干部队伍体系8项30、35、40岁 GB 9704'
    """
    text = re.sub(rf"(?<=[{CJK}，。、；：“”（）《》])[ \t\u3000\u00a0]+(?=[{CJK}\d，。、；：“”（）《》])", "", text)
    return re.sub(rf"(?<=\d)[ \t\u3000\u00a0]+(?=[{CJK}])", "", text)


_STOP = re.compile(r"[。！？!?；;]+[”’」』）)》]*|\n+")


def sentences(text: str, stops: re.Pattern[str] = _STOP) -> list[tuple[int, int]]:
    """``[start, end)`` of each sentence, the closing mark included; together they cover the text.

    >>> [("甲。乙；丙"[a:b]) for a, b in sentences("甲。乙；丙")]
    ['甲。', '乙；', '丙']
    """
    out, start = [], 0
    for m in stops.finditer(text):
        if m.end() > start:
            out.append((start, m.end()))
            start = m.end()
    if start < len(text):
        out.append((start, len(text)))
    return out


def grams(text: str) -> list[str]:
    """Character unigrams and bigrams of the Chinese runs, and the whole of each Latin or digit run, in folded form.

    >>> grams("第14条 容错")
    ['第', '14', '条', '容', '错', '容错']
    """
    out: list[str] = []
    for run in re.findall(rf"[{CJK}]+|[a-z]+|[0-9]+(?:\.[0-9]+)?", soft_fold(text)):
        if run[0].isascii():
            out.append(run)
        else:
            out.extend(run)
            out.extend(run[i:i + 2] for i in range(len(run) - 1))
    return out


def soft_fold(text: str) -> str:
    """The form grams are cut from: NFKC, lower case, one zero, nothing invisible; spaces and punctuation stay.

    >>> soft_fold("第１４条 ＡＢ")
    '第14条 ab'
    """
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE).replace("〇", "零").lower()


DOCUMENT_NUMBER = re.compile(
    rf"([{CJK}]{{1,12}}?)\s*[〔［\[（(【]\s*(\d{{4}}|[〇零一二三四五六七八九]{{4}})\s*[〕］\]）)】]\s*第?\s*0*(\d+)\s*号")


def document_number(text: str) -> str:
    """The first document number (文号) in a text in its normal form, with 〔〕 and without 第 or leading zeros; "" if none.

    >>> document_number("明委办[2022] 第020号"), document_number("无")
    ('明委办〔2022〕20号', '')
    """
    m = DOCUMENT_NUMBER.search(unicodedata.normalize("NFKC", text).replace("﹝", "(").replace("﹞", ")"))
    if not m:
        return ""
    year = m[2] if m[2].isdecimal() else "".join(str(DIGITS[c]) for c in m[2])
    return f"{m[1]}〔{year}〕{m[3]}号"


_DATE = re.compile(r"(\d{4})\s*[年\-./]\s*(\d{1,2})\s*[月\-./]\s*(\d{1,2})\s*日?")
_CN_DATE = re.compile(r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日")


def dates(text: str) -> list[tuple[date, int, int]]:
    """Every full date in a text with its ``[start, end)``; impossible dates are passed over.

    >>> [d.isoformat() for d, _, _ in dates("2022年12月20日、二〇一五年七月十九日、2022-13-01")]
    ['2022-12-20', '2015-07-19']
    """
    out = []
    for m in _DATE.finditer(text):
        try:
            out.append((date(int(m[1]), int(m[2]), int(m[3])), m.start(), m.end()))
        except ValueError:
            continue
    for m in _CN_DATE.finditer(text):
        try:
            year = int("".join(str(DIGITS.get(c, 0)) for c in m[1]))
            out.append((date(year, number(m[2]), number(m[3])), m.start(), m.end()))
        except ValueError:
            continue
    return sorted(out, key=lambda item: item[1])
