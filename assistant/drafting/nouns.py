"""The nouns of drafting: a form as the corpus describes it, a notice as it goes out, a finding of the check.

Plain data: frozen dataclasses, no library, no file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from assistant.chinese import numeral
from assistant.types import LABEL

FieldKind = Literal["text", "date", "amount", "person", "list", "choice", "phone", "int"]

Style = Literal["document", "letter", "plain"]
"""How a notice is laid out: with the red head of a document, as a letter (函, clause 10.1), or without a head
(an application, a record of a talk)."""

Says = Literal["frame", "fact", "view", "clause"]
"""What a field's value is: who, when and how to reach them; what happened; how it is judged; the clauses it is judged by."""

Strength = Literal["规定", "一般", "推荐", "实务"]
"""How much a rule binds, strongest first; only what breaks a 规定 makes a file wrong."""

UNCHECKED = "【待核原文】"
"""Stands after a clause that is known only as a digest."""

PARTIES = ("case", "finding", "determination", "settings")
"""Where a field's value may come from besides the person who fills the form."""


def blank(what: str) -> str:
    """What stands in a notice for a fact that nobody gave.

    >>> blank("成文日期")
    '【待填：成文日期】'
    """
    return f"【待填：{what}】"


@dataclass(frozen=True)
class Field:
    """One fact a form asks for. ``key`` is shared across forms (姓名, 单位 …); ``choices`` only for kind ``choice``.

    ``sources`` are paths into what a case knows (``case.agency``), tried in order when nobody gives the value.
    ``says`` keeps facts and evaluation apart: no paragraph of a form may hold both. ``limit`` is the most characters of a
    value, or of each item of a list.
    """

    key: str
    kind: FieldKind = "text"
    required: bool = True
    sources: tuple[str, ...] = ()
    hint: str = ""
    choices: tuple[str, ...] = ()
    says: Says = "frame"
    limit: int = 200


@dataclass(frozen=True)
class Form:
    """A notice form of ``corpus/notices``: what it is, who sends it to whom, what it asks, what it says.

    ``kind`` is the kind of document (文种) it goes out as; ``body`` are lines of (level, text with 【key】 or other
    placeholders as the loader defines them); ``basis`` are ids of provisions; ``rules`` wording rules for people;
    ``example`` field values that fill it completely; ``serves`` the kinds of case it
    can be drafted from, as scheme or scheme.outcome, () = any.
    """

    name: str
    title: str
    kind: str
    style: Style
    sender: str
    receiver: str
    fields: tuple[Field, ...]
    body: tuple[Block, ...]
    basis: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    example: Mapping[str, object] = field(default_factory=dict)
    heading: str = ""
    addressees: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    note: str = ""
    serves: tuple[str, ...] = ()
    signature: str = "【发文机关】"
    date: str = "【成文日期】"


@dataclass(frozen=True)
class Block:
    """One paragraph of a body. ``level`` 0 is running text; 1..4 are 一、（一）1.（1）, whose number is not in ``text``.

    At levels 1 and 2 the text up to the first 。 is the heading. ``citations`` are ids of the provisions it rests on.
    """

    text: str
    level: int = 0
    citations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Basis:
    """A clause a notice rests on: its id, how the notice names it (《…》第十四条), and whether only a digest of it is known."""

    provision: str
    shown: str
    digest: bool = False


@dataclass(frozen=True)
class Notice:
    """A draft as it would go out; everything is text as it is printed, missing facts as 【待填：…】.

    ``issuer`` is the name in the head, ``number`` the 文号 (明委办〔2022〕20号), ``signer`` the 签发人 of a report upwards,
    ``addressees`` the 主送, ``attachments`` names without numbers, ``signature`` and ``date`` the end, ``note`` the 附注
    without its parentheses, ``copies`` the 抄送, ``printer`` and ``printed`` organ and date of the 版记.
    ``missing`` lists what 【待填】 stands for; ``basis`` the clauses; ``label`` the mark of a draft; ``values`` what each field holds,
    given or taken from the case.
    """

    form: str
    kind: str
    title: str
    body: tuple[Block, ...]
    style: Style = "document"
    issuer: str = ""
    number: str = ""
    signer: str = ""
    addressees: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    signature: str = ""
    date: str = ""
    note: str = ""
    copies: tuple[str, ...] = ()
    printer: str = ""
    printed: str = ""
    missing: tuple[str, ...] = ()
    basis: tuple[Basis, ...] = ()
    label: str = LABEL
    values: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class CheckFinding:
    """One thing the check found: a stable rule id, how much the rule binds, what is wrong and what to do, and where."""

    rule: str
    strength: Strength
    message: str
    place: str = ""


def numbers(levels: Iterable[int]) -> tuple[str, ...]:
    """The number each block carries in print, "" for running text.

    >>> numbers([1, 2, 2, 0, 1, 3, 4])
    ('一、', '（一）', '（二）', '', '二、', '1.', '（1）')
    """
    counts, out = [0, 0, 0, 0], []
    for level in levels:
        if not level:
            out.append("")
            continue
        counts[level - 1] += 1
        counts[level:] = [0] * (4 - level)
        n = counts[level - 1]
        out.append({1: f"{numeral(n)}、", 2: f"（{numeral(n)}）", 3: f"{n}.", 4: f"（{n}）"}[level])
    return tuple(out)
