"""Checks of the words: what a kind of document must not or must say, blanks left, half-width marks. The rules are data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import get_args

from assistant.checking.anatomy import Anatomy, Part
from assistant.checking.page import place
from assistant.chinese import CJK
from assistant.drafting.nouns import UNCHECKED, CheckFinding, Strength
from assistant.errors import BadSetting

EVERY = "全部"
_BLANK = re.compile(r"【待填(?:[：:][^】]*)?】")
_QUOTED = re.compile(r"《[^《》]*》|“[^“”]*”")
_KEYS = {"rule", "never", "one_of", "strength", "why"}


@dataclass(frozen=True)
class Phrase:
    """A rule of wording: words that must ``never`` stand in a kind of document, or of which ``one_of`` must."""

    rule: str
    strength: Strength
    why: str
    never: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()


@lru_cache(maxsize=8)
def load(path: Path) -> Mapping[str, tuple[Phrase, ...]]:
    """The rules by kind of document. Raises BadSetting naming the faulty entry."""
    import yaml

    try:
        given = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadSetting(f"{path.name} 读不出来（{type(error).__name__}）。请检查文件，或恢复随附的那一份。") from error
    if not isinstance(given, dict) or not all(isinstance(rows, list) for rows in given.values()):
        raise BadSetting(f"{path.name} 应当是“文种: 规则列表”。请改正。")
    return {kind: tuple(_phrase(path, kind, row) for row in rows) for kind, rows in given.items()}


def _phrase(path: Path, kind: str, row: object) -> Phrase:
    def fault(text: str) -> BadSetting:
        return BadSetting(f"{path.name} 中“{kind}”的一条规则{text}。请改正。")

    if not isinstance(row, dict) or set(row) - _KEYS or not isinstance(row.get("rule"), str) or not isinstance(row.get("why"), str):
        raise fault(f"写法不对，可用的键有：{'、'.join(sorted(_KEYS))}")
    if row.get("strength") not in get_args(Strength):
        raise fault(f"（{row['rule']}）的强度不对，可用：{'、'.join(get_args(Strength))}")
    words = [row.get(key) or [] for key in ("never", "one_of")]
    if not all(isinstance(w, list) and all(isinstance(x, str) and x for x in w) for w in words) or not any(words):
        raise fault(f"（{row['rule']}）没有写词语")
    return Phrase(row["rule"], row["strength"], row["why"], *map(tuple, words))


def phrases(anatomy: Anatomy, rules: Mapping[str, tuple[Phrase, ...]]) -> Iterator[CheckFinding]:
    """What the kind of document must not say, or does not say though it must."""
    bodies = [*anatomy.body, *anatomy.imprint]
    chosen = [r for kind in (EVERY, *(k for k in rules if k != EVERY and anatomy.kind and _applies(k, anatomy))) for r in rules.get(kind, ())]
    for rule in chosen:
        for part in bodies:
            text = _QUOTED.sub("", part.text)
            word = next((w for w in rule.never if w in text), None)
            if word:
                yield CheckFinding(rule.rule, rule.strength, f"{anatomy.kind or '文中'}不用“{word}”：{rule.why}", place(part))
                break
        if rule.one_of and bodies and not any(w in p.text for w in rule.one_of for p in bodies):
            yield CheckFinding(rule.rule, rule.strength, rule.why, "正文")


def _applies(kind: str, anatomy: Anatomy) -> bool:
    return kind == anatomy.kind or len(kind) > 1 and anatomy.title_text.endswith(kind)


def blanks(parts: Iterator[Part] | tuple[Part, ...]) -> Iterator[CheckFinding]:
    """【待填】 and 【待核原文】 that still stand."""
    for part in parts:
        found = _BLANK.findall(part.text)
        if found:
            yield CheckFinding("blank.left", "规定", f"还有没填的内容：{'、'.join(dict.fromkeys(found))}", place(part))
        if UNCHECKED in part.text:
            yield CheckFinding("clause.unchecked", "一般", "条款只据要点整理，引用前请核对原文，核对后删去“【待核原文】”", place(part))


_HALF = re.compile(rf"(?<=[{CJK}])[,;:!?](?=[{CJK}]|$)|(?<=[{CJK}])\((?=[{CJK}])|(?<=[{CJK}])\)(?=[{CJK}，。]|$)")
_RANGE = re.compile(r"\d+(?:\.\d+)?\s*[~～—-]\s*\d+(?:\.\d+)?[%％]")


def marks(anatomy: Anatomy) -> Iterator[CheckFinding]:
    """Half-width marks between Chinese characters, a percentage whose first end lacks its sign."""
    for part in (*anatomy.title, *anatomy.body):
        found = _HALF.findall(part.text)
        if found:
            yield CheckFinding("marks.width", "实务", f"中文里用了半角标点“{found[0]}”，请改为全角", place(part))
        ranged = _RANGE.search(part.text)
        if ranged:
            yield CheckFinding("marks.percent", "实务", f"“{ranged[0]}”两端都要写百分号", place(part))
