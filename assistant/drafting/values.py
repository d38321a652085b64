"""What may stand in a field: each kind reads what a person typed, keeps the characters, and refuses what is of another kind."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from assistant.chinese import CJK, NUMERAL, dates
from assistant.drafting.nouns import Field
from assistant.errors import BadInput

MOST_ITEMS = 50
TOTAL = 30_000
"""The most characters all fields of one notice may have together."""

Value = str | tuple[str, ...]

_DROPPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]")
_AMOUNT = re.compile(
    rf"(?:约|共|共计|合计)?(?:人民币)?(?:[\d,，]+(?:\.\d+)?|[{NUMERAL}拾佰仟壹贰叁肆伍陆柒捌玖]+)(?:余|多)?[十百千]?[万亿]*(?:余|多)?(?:元|美元|港元)(?:整|人民币)?")
_MONTH = re.compile(r"\d{4}年(?:[1-9]|1[0-2])月(?:上旬|中旬|下旬|初|底)?")
_ISO_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_PERSON = re.compile(rf"[{CJK}○×*＊X某]{{1,8}}(?:[·•.][{CJK}]{{1,12}}){{0,3}}(?:等(?:\d+|[{NUMERAL}]+)?人)?|[A-Za-z][A-Za-z .'\-]{{1,40}}")
_PHONE = re.compile(r"[+＋]?[\d][\d\s\-—－()（）]{4,24}(?:(?:转|-)\d{1,6})?(?:[、，,/]\s*[\d][\d\s\-—()（）]{4,24})?")
_INT = re.compile(rf"\d{{1,9}}|[{NUMERAL}]{{1,8}}")


def clean(text: str) -> str:
    """A value without characters that are no text (control, zero-width, turning the direction), line ends alike.

    >>> clean("张\\x07三\\r\\n<b>")
    '张三\\n<b>'
    """
    return _DROPPED.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")).strip()


def read(field: Field, given: object) -> Value:
    """The value of a field as it will be printed; "" or () when nothing was given.

    Characters stay as they are; only a date written in figures (2024-05-01) becomes the form of GB/T 9704 (2024年5月1日).
    Raises BadInput that names the field, what is wrong with it and what would be right.
    """
    if given is None:
        return () if field.kind == "list" else ""
    if field.kind == "list":
        items = given if isinstance(given, (list, tuple)) else str(given).split("\n")
        out = tuple(text for item in items if (text := _one(field, item)))
        if len(out) > MOST_ITEMS:
            raise BadInput(f"字段“{field.key}”有 {len(out)} 项，最多 {MOST_ITEMS} 项。请合并或分成几份文书。")
        return out
    if isinstance(given, (list, tuple)):
        if len(given) != 1:
            raise BadInput(f"字段“{field.key}”只能填一个值，给了 {len(given)} 个。请只留一个。")
        given = given[0]
    text = _one(field, given)
    return _READERS.get(field.kind, _text)(field, text) if text else ""


def _one(field: Field, given: object) -> str:
    if isinstance(given, bool) or not isinstance(given, (str, int, float, date)):
        raise BadInput(f"字段“{field.key}”的值应是文字，给的是别的结构。请写成一句话{'，或列表' if field.kind == 'list' else ''}。")
    text = given.isoformat() if isinstance(given, date) else str(given)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadInput(f"字段“{field.key}”里有认不出的字符。请改用 UTF-8 编码后再试。") from None
    text = clean(text)
    if len(text) > field.limit:
        raise BadInput(f"字段“{field.key}”有 {len(text)} 个字，超过 {field.limit} 字的上限。请缩短，详细材料作为附件。")
    if "\n" in text and field.limit <= 200:
        raise BadInput(f"字段“{field.key}”里有换行。请写成一行。")
    return text


def _text(_: Field, text: str) -> str:
    return text


def _date(field: Field, text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    if re.fullmatch(r"(?:19|20)\d{6}", plain):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    if len(found := dates(plain)) == 1 and found[0][1:] == (0, len(plain)):
        day = found[0][0]
        return f"{day.year}年{day.month}月{day.day}日"
    if m := _ISO_MONTH.fullmatch(plain):
        return f"{m[1]}年{int(m[2])}月"
    if _MONTH.fullmatch(text):
        return text
    raise _wrong(field, text, "日期", "2024年5月1日 或 2024-05-01")


def _pattern(pattern: re.Pattern[str], what: str, right: str):
    def check(field: Field, text: str) -> str:
        if not pattern.fullmatch(text):
            raise _wrong(field, text, what, right)
        return text
    return check


def _choice(field: Field, text: str) -> str:
    if text not in field.choices:
        raise BadInput(f"字段“{field.key}”不能填“{text[:20]}”。可填的有：{'、'.join(field.choices)}。")
    return text


def _wrong(field: Field, text: str, what: str, right: str) -> BadInput:
    return BadInput(f"字段“{field.key}”应是{what}，看不懂“{text[:20]}”。请写成 {right} 这样的形式。")


_READERS = {
    "date": _date,
    "amount": _pattern(_AMOUNT, "金额", "8万元 或 12,000元（要写明单位）"),
    "person": _pattern(_PERSON, "姓名", "张三"),
    "phone": _pattern(_PHONE, "电话号码", "0757-88880000 或 13800000000"),
    "int": _pattern(_INT, "整数", "15"),
    "choice": _choice,
}


def total(values: Mapping[str, Value]) -> None:
    """Raises BadInput when the fields together are longer than a notice can be."""
    size = sum(len(v) if isinstance(v, str) else sum(map(len, v)) for v in values.values())
    if size > TOTAL:
        raise BadInput(f"各字段合计 {size} 个字，超过 {TOTAL} 字的上限。请缩短，详细材料作为附件。")
