"""The small XML of WeCom callbacks, read without a general parser: one root, flat or nested elements, CDATA; nothing else.

Declarations, document types, entities beyond the five, processing instructions and attributes are refused.
"""

from __future__ import annotations

import re

from assistant.faces.bots.sealing import Broken

DEEPEST = 8
_TOKEN = re.compile(r"<!\[CDATA\[(?P<cdata>.*?)\]\]>|<(?P<close>/?)(?P<name>[A-Za-z_][\w.-]{0,63})\s*(?P<empty>/?)>|(?P<text>[^<]+)", re.DOTALL)
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{2,4}));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


def read(data: bytes) -> dict[str, str]:
    """The texts of the elements below the root, nested ones by their path (``ScanCodeInfo/ScanType``). Raises Broken.

    >>> read(b"<xml><A><![CDATA[1 < 2]]></A><B>x&amp;y</B></xml>")
    {'A': '1 < 2', 'B': 'x&y'}
    >>> read(b"<!DOCTYPE x [<!ENTITY e 'y'>]><xml><A>&e;</A></xml>")
    Traceback (most recent call last):
    ...
    assistant.faces.bots.sealing.Broken: not plain elements
    """
    try:
        text = data.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise Broken("not UTF-8") from None
    out: dict[str, str] = {}
    open_: list[str] = []
    at, rooted = 0, False
    while at < len(text):
        m = _TOKEN.match(text, at)
        if m is None or (rooted and not open_):
            raise Broken("not plain elements")
        at = m.end()
        if (name := m["name"]) is not None:
            if m["close"]:
                if not open_ or open_.pop() != name or m["empty"]:
                    raise Broken("elements do not close")
            elif m["empty"]:
                if not open_:
                    raise Broken("no root")
                _put(out, [*open_, name], "")
            else:
                open_.append(name)
                rooted = True
                if len(open_) > DEEPEST:
                    raise Broken("too deep")
                if len(open_) > 1:
                    _put(out, open_, "")
            continue
        words = m["cdata"] if m["cdata"] is not None else _plain(m["text"])
        if not open_:
            raise Broken("text outside of the root")
        if len(open_) > 1:
            path = "/".join(open_[1:])
            out[path] += words
        elif words.strip():
            raise Broken("text beside the elements")
    if open_ or not rooted:
        raise Broken("elements do not close")
    return out


def write(fields: dict[str, str | int]) -> bytes:
    """A flat answer; texts stand in CDATA.

    >>> write({"A": "x]]>y", "B": 1})
    b'<xml><A><![CDATA[x]]]]><![CDATA[>y]]></A><B>1</B></xml>'
    """
    inner = "".join(f"<{n}>{v}</{n}>" if isinstance(v, int) else f"<{n}><![CDATA[{v.replace(']]>', ']]]]><![CDATA[>')}]]></{n}>" for n, v in fields.items())
    return f"<xml>{inner}</xml>".encode()


def _put(out: dict[str, str], path: list[str], words: str) -> None:
    name = "/".join(path[1:])
    if name in out:
        raise Broken("an element stands twice")
    out[name] = words


def _plain(text: str) -> str:
    def one(m: re.Match[str]) -> str:
        code = int(m[1]) if m[1] else int(m[2], 16) if m[2] else None
        if code is not None:
            if not (code in (9, 10, 13) or 32 <= code < 0xD800 or 0xDFFF < code < 0x110000):
                raise Broken("no such character")
            return chr(code)
        if m[3] not in _NAMED:
            raise Broken("an entity that is not known")
        return _NAMED[m[3]]

    if "&" in _ENTITY.sub("", text):
        raise Broken("a lone ampersand")
    return _ENTITY.sub(one, text)
