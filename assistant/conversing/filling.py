"""What a message gives for the fields of the form being drafted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_SET = r"\s*(?:呢|的话|一栏|字段|那栏|这一?项)?[，,]?\s*(?:改成|改为|换成|应该是|应当是|写成|写上|填成|填上|填写|就写|就填|写|填|为|是|叫|：|:|=)?\s*"
_PIECE = re.compile(r"[，,；;。\n]+")


def fields_in(text: str, keys: Sequence[str], missing: Sequence[str] = ()) -> dict[str, str]:
    """The fields that a message fills, by key, the values as they were written.

    A key may be said short (日期 for 成文日期) when only one field, or one missing field, ends with it. A piece without a key
    goes on the value before it; a message without any key fills the only field that is missing.

    >>> fields_in("姓名张三，单位某镇政府，日期2024年5月1日", ("姓名", "单位", "决定日期", "成文日期"), ("成文日期",))
    {'姓名': '张三', '单位': '某镇政府', '成文日期': '2024年5月1日'}
    >>> fields_in("职务呢写副镇长", ("姓名", "职务"))
    {'职务': '副镇长'}
    """
    out: dict[str, str] = {}
    last = ""
    # Said with keys all along, or not at all: a plain sentence that happens to begin with 单位 is no field.
    names = _names(keys, missing)
    for piece in _joined(_PIECE.split(text.strip(" 。！!")), names):
        found = _key(piece, names)
        if found:
            last, value = found
            out[last] = value
        elif last and piece.strip():
            out[last] += "，" + piece.strip()
    if not out and len(missing) == 1 and text.strip() and not re.search(r"[？?]|吗$|呢$|什么|怎么", text):
        out[missing[0]] = text.strip(" 。")
    return out


def _names(keys: Sequence[str], missing: Sequence[str]) -> Mapping[str, str]:
    """What a field may be called, and its key: the key itself, and its end where that leaves no doubt."""
    out = {k: k for k in keys}
    ends: dict[str, list[str]] = {}
    for k in keys:
        for n in range(2, len(k)):
            ends.setdefault(k[-n:], []).append(k)
    for end, held in ends.items():
        lacking = [k for k in held if k in missing]
        if end not in out and (len(held) == 1 or len(lacking) == 1):
            out[end] = held[0] if len(held) == 1 else lacking[0]
    return out


def _joined(pieces: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Pieces of a message; 职务呢，写副镇长 is one."""
    out: list[str] = []
    for piece in pieces:
        if out and re.fullmatch(rf"\s*(?:{'|'.join(map(re.escape, names))})(?:呢|的话)?\s*", out[-1]):
            out[-1] = out[-1].strip() + piece.strip()
        elif piece.strip():
            out.append(piece)
    return out


def _key(piece: str, names: Mapping[str, str]) -> tuple[str, str] | None:
    piece = re.sub(r"^\s*(?:那|把|将|还有|另外|再加上|对了|哦|嗯|他的?|她的?|其|本人的?|当事人的?)*\s*", "", piece)
    for name in sorted(names, key=len, reverse=True):
        m = re.match(re.escape(name) + _SET, piece)
        if m and piece[m.end():].strip():
            value = piece[m.end():].strip(" “”\"'")
            return names[name], re.sub(r"(?:吧|就行|就好|即可)$", "", value)
    return None
