"""Patterns over word classes: how a proposition is recognised. The notation is that of the files under ``corpus/evidence``.

Items in order, each within a gap of the one before: ``<class>`` (``<class|class|词>``: any of them), ``词|词``, ``/regex/``; ``..N`` sets the gap, ``~`` makes it 0;
``&`` (same sentence), ``&&`` (neighbouring sentences) and ``&&&`` (anywhere) divide parts; ``-<class>`` guards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GAP = 12
JOINS = {"&": 0, "&&": 1, "&&&": 10**6}
"""How many sentences two parts may lie apart."""


@dataclass(frozen=True)
class Item:
    """One item: the key of its words in the scan, or a regular expression; ``gap`` is the longest distance from the item before."""

    key: str = ""
    regex: re.Pattern[str] | None = None
    gap: int = GAP


@dataclass(frozen=True)
class Pattern:
    """``parts[0]`` carries truth and speaker; ``apart[i]`` is the reach of ``parts[i + 1]`` in sentences; ``guards`` must be absent."""

    text: str
    parts: tuple[tuple[Item, ...], ...]
    apart: tuple[int, ...] = ()
    guards: tuple[str, ...] = ()


def parse(text: str, classes: Mapping[str, Iterable[str]]) -> tuple[Pattern, dict[str, tuple[str, ...]]]:
    """A pattern, and the words of its literals by key.

    Raises ValueError, in Chinese, for an unknown class or a broken notation.
    """
    parts: list[list[Item]] = [[]]
    apart: list[int] = []
    guards: list[str] = []
    literals: dict[str, tuple[str, ...]] = {}
    gap = GAP
    for token in text.split():
        if token in JOINS:
            if not parts[-1]:
                raise ValueError(f"句式“{text}”里 {token} 前面没有内容")
            apart.append(JOINS[token])
            parts.append([])
            continue
        if token == "~":
            gap = 0
            continue
        if re.fullmatch(r"\.\.\d+", token):
            gap = int(token[2:])
            continue
        if len(token) > 2 and token[0] == token[-1] == "/":
            try:
                parts[-1].append(Item(regex=re.compile(token[1:-1]), gap=gap))
            except re.error as error:
                raise ValueError(f"句式“{text}”里的正则 {token} 写错了（{error}）") from None
        else:
            guard, bare = token[0] == "-", token.removeprefix("-")
            key = _key(bare, classes, literals, text)
            if guard:
                guards.append(key)
                continue
            parts[-1].append(Item(key, gap=gap))
        gap = GAP
    if not all(parts):
        raise ValueError(f"句式“{text}”有一部分是空的")
    return Pattern(text, tuple(map(tuple, parts)), tuple(apart), tuple(guards)), literals


def _key(token: str, classes: Mapping[str, Iterable[str]], literals: dict[str, tuple[str, ...]], text: str) -> str:
    if token.startswith("<") and token.endswith(">"):
        names = token[1:-1].split("|")
        if names[0] not in classes:
            raise ValueError(f"句式“{text}”用了没有定义的词类 {token}")
        if len(names) == 1:
            return token[1:-1]
        literals[token] = tuple(w for name in names for w in classes.get(name, (name,)))
        return token
    words = tuple(w for w in token.split("|") if w)
    if not words or any(c in "<>~&" for c in token):
        raise ValueError(f"句式“{text}”里的“{token}”看不懂")
    key = "=" + "|".join(words)
    literals[key] = words
    return key
