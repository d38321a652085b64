"""What a model replied, as claims with the ids of the clauses they name: JSON as the prompt asks for, or plain text with ids in brackets.

Nothing in a reply is trusted here or later; this only takes it apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from assistant.verifying import sentences

MOST_CLAIMS, MOST_IDS, LONGEST = 12, 6, 400
"""Claims of one reply, ids of one claim, characters of one claim that are looked at; what lies beyond is dropped."""

_FENCED = re.compile(r"```(?:json)?\s*(.*?)```", re.S)
_IDS = re.compile(r"[\[［【〔（(]\s*([^\[\]［］【】〔〕（）()]*(?:〔\d{4}〕[^\[\]［］【】]*?|（[^（）]{1,12}）[^\[\]［］【】]*?)*#[^\[\]［］【】]+?)\s*[\]］】]")


@dataclass(frozen=True)
class Said:
    """One sentence that a model put out, and the clauses it says that the sentence rests on."""

    text: str
    provisions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reply:
    """``claims`` in order. Whatever else a model puts out is not looked at: it could not be checked."""

    claims: tuple[Said, ...] = ()


def parse(text: str, whole: Collection[str] = ()) -> Reply:
    """The reply in a model's last message; no claims when there is nothing to use. A claim that is one of ``whole`` is not cut up.

    >>> parse('{"claims": [{"text": "半年一次。", "provisions": ["某办法#三"]}]}')
    Reply(claims=(Said(text='半年一次。', provisions=('某办法#三',)),))
    >>> parse("半年一次[某办法#三]。由组织部负责［某办法#四］。").claims
    (Said(text='半年一次。', provisions=('某办法#三',)), Said(text='由组织部负责。', provisions=('某办法#四',)))
    """
    found = held(text, "claims")
    if found is not None:
        return Reply(tuple(_claims(found.get("claims"), whole)))
    return Reply(tuple(_plain(text)))


def held(text: str, key: str) -> dict[str, Any] | None:
    """The JSON object with a key that stands in a reply, alone or inside other words; None without one."""
    fenced = _FENCED.search(text)
    for candidate in ([fenced[1]] if fenced else []) + [text[text.find("{"):text.rfind("}") + 1]]:
        try:
            found = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and key in found:
            return found
    return None


def _claims(given: Any, whole: Collection[str]) -> Iterator[Said]:
    if not isinstance(given, list):
        return
    for one in given[:MOST_CLAIMS]:
        if isinstance(one, dict):
            ids = one.get("provisions")
            ids = [ids] if isinstance(ids, str) else ids if isinstance(ids, list) else []
            known = tuple(dict.fromkeys(i.strip() for i in ids if isinstance(i, str) and i.strip()))[:MOST_IDS]
            said = _string(one.get("text"))
            yield from (Said(sentence, known) for sentence in ([said] if said in whole else _sentences(said)))


def _plain(text: str) -> Iterator[Said]:
    """Sentences of plain text; a bracketed id belongs to its sentence, and to those before it that have none of their own."""
    waiting: list[str] = []
    # An id behind the full stop belongs to the sentence before it.
    text = re.sub(rf"([。！？；])\s*({_IDS.pattern})", r"\2\1", text[:MOST_CLAIMS * LONGEST])
    for sentence in _sentences(text):
        ids = tuple(m[1].strip() for m in _IDS.finditer(sentence))[:MOST_IDS]
        bare = _IDS.sub("", sentence).strip()
        if not ids:
            waiting.append(bare)
            continue
        yield from (Said(one, ids) for one in [*waiting, bare])
        waiting = []
    yield from (Said(one) for one in waiting)


def _sentences(text: str) -> list[str]:
    return [s for s in sentences(text) if any(c.isalnum() for c in s) and len(s) <= LONGEST][:MOST_CLAIMS]


def _string(given: Any) -> str:
    return given.strip() if isinstance(given, str) else ""
