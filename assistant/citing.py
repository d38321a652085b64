"""Checks of what an answer rests on: plain code, no model, on every path before anything is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from assistant.chinese import folded, number
from assistant.errors import NotFound
from assistant.types import Answer, Document, Provision

Fetch = Callable[[str], tuple[Provision, Document]]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one citation or sentence: ``rule`` is existence, quote, in_force, number or modality."""

    rule: str
    thing: str


def find_quote(quote: str, text: str) -> tuple[int, int] | None:
    """Where a quote stands in a text, letter for letter but for width, spaces and kinds of brackets.

    A changed word, number or negation is not found.

    >>> find_quote("不予 容错", "凡谋私的，不予容错。")
    (5, 9)
    >>> find_quote("予以容错", "凡谋私的，不予容错。") is None
    True
    """
    needle, _ = folded(quote)
    hay, origin = folded(text)
    at = hay.find(needle) if needle else -1
    return None if at < 0 else (origin[at], origin[at + len(needle) - 1] + 1)


_NUMBER = re.compile(r"\d+(?:\.\d+)?%?|[〇零一二三四五六七八九十百千两]+(?=个|名|种|项|类|条|年|月|日|天|次|倍|元|分之)")
_MODAL = re.compile(r"不得不|不得|不予|予以|免予|应当|必须|可以|不可以|禁止|不准|严禁")


def numbers(text: str) -> set[str]:
    """The numerals of a text in one form, so that 三十日 and 30日 are the same.

    >>> sorted(numbers("三十日内，每年至少1次，两个月"))
    ['1', '2', '30']
    """
    out = set()
    for m in _NUMBER.finditer(text):
        try:
            out.add(str(number(m[0])))
        except ValueError:
            out.add(m[0])
    return out


def modals(text: str) -> set[str]:
    """The words that bind or allow: 应当, 可以, 不得, 不予 … as they stand."""
    return set(_MODAL.findall(text))


def faults(answer: Answer, fetch: Fetch, on: date) -> tuple[Fault, ...]:
    """Every citation that does not hold, and every claim of the text that no cited clause carries.

    A clause must exist for the asker, be in force on the day unless the answer is a refusal that says so,
    and hold the quoted words verbatim; numbers and modal words of the sentences must stand in a cited clause.
    """
    out: list[Fault] = []
    ground = []
    for c in answer.citations:
        try:
            provision, document = fetch(c.provision)
        except NotFound:
            out.append(Fault("existence", c.provision))
            continue
        if c.quote not in provision.text:
            out.append(Fault("quote", c.provision))
        if answer.refusal != "not_in_force" and not document.in_force(on):
            out.append(Fault("in_force", c.provision))
        ground.append(provision.text)
        ground.append(f"{document.title}{document.number}{provision.path}{document.issued or ''}{document.effective or ''}")
    if answer.refusal is None and answer.citations:
        claimed = answer.trace.get("claims", ())
        whole = "".join(ground)
        known = numbers(whole)
        for sentence in claimed:
            out.extend(Fault("number", n) for n in sorted(numbers(sentence) - known))
            out.extend(Fault("modality", m) for m in sorted(modals(sentence) - modals(whole)))
    return tuple(out)
