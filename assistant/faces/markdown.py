"""A reply as markdown, for programs that show nothing but its text: what it rests on, the notices and the label stand in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from assistant.classifying.nouns import STATE_WORDS
from assistant.faces import printing
from assistant.faces.shapes import Json
from assistant.types import DIGEST_NOTE

_LIVE = re.compile(r"<(?=[A-Za-z/!?])|!(?=\[)|\](?=[(\[])|^(\s*)\[(?=[^\]\n]*\]:)", re.M)
"""What would become a tag, a picture, a link or the target of one."""


@dataclass(frozen=True)
class Written:
    """``places``: where in the text each citation stands, in their order."""

    text: str
    places: tuple[tuple[int, int], ...]


def inert(text: str) -> str:
    """Text of others that shows as it is, and is neither tag nor link nor picture.

    >>> print(inert("见<img src=x>和![图](http://a.example)"))
    见\\<img src=x>和\\![图\\](http://a.example)
    """
    return _LIVE.sub(lambda m: (m[1] or "") + "\\" + m[0][len(m[1] or ""):], printing.clean(text))


def opens(base: str, provision: str) -> str:
    """Where a clause can be read, under the address ``base`` that the client reached the server by.

    >>> opens("http://127.0.0.1:8765", "甲#一")
    'http://127.0.0.1:8765/api/provisions/%E7%94%B2%23%E4%B8%80'
    """
    return f"{base.rstrip('/')}/api/provisions/{quote(provision, safe='')}"


def reply(of: Json, link: Callable[[str], str]) -> Written:
    """A reply (the shape of an answer) whole; ``link`` gives the address of a clause."""
    out = inert(of["text"].strip()) + _elements(of.get("determination"))
    places = []
    for number, one in enumerate(of["citations"], 1):
        out += "\n\n依据：\n\n" if number == 1 else "\n"
        line = _citation(number, one, link)
        places.append((len(out), len(out) + len(line)))
        out += line
    for notice in of["notices"]:
        out += f"\n\n提示：{inert(notice)}"
    return Written(f"{out}\n\n{of['label']}", tuple(places))


def _citation(number: int, of: Json, link: Callable[[str], str]) -> str:
    words = " ".join(inert(of["quote"]).split())
    if of["document"]["kind"] == "digest":
        shown = f"要点：{words}" + ("" if DIGEST_NOTE in words else DIGEST_NOTE)
    else:
        shown = f"“{words}”"
    id = inert(of["provision"]).replace("[", "\\[").replace("]", "\\]")
    return f"{number}. {inert(printing.title(of['document']))} {inert(of['path'])}：{shown}（条款编号：[{id}]({link(of['provision'])})）"


def _elements(of: Json | None) -> str:
    """The elements of a case, a line each; of every part where several acts were told."""
    if not of:
        return ""
    out = "".join(f"\n- {inert(f['title'])}：{STATE_WORDS[f['state']]}" + (f"（案情：“{inert(' '.join(f['quote'].split()))}”）" if f["span"] else "")
                  for f in of["findings"] if f["span"] or f["asked"])
    out = "\n\n要素：\n" + out if out else ""
    if of["id"]:
        out += f"\n\n案件编号：{of['id']}"
    for part in of["parts"]:
        out += f"\n\n{inert(part.get('who') or part['title'])}：{inert(part['title'])}" + _elements(part)
    return out
