"""Known answers: what is asked and what a right answer must hold, read from ``datasets/answers.jsonl``."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

ANSWERS = Path(__file__).parent / "datasets" / "answers.jsonl"
REFUSALS = frozenset({"out_of_corpus", "not_listed", "ambiguous", "not_in_force", "out_of_scope", "classified"})

Alternatives = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Expected:
    """What a right answer holds.

    ``refusal``: the kinds that are right (None = answered). ``all_of``: of each group one alternative stands in
    the answer text or the first citation's quote. ``none_of``: never in the answer text. ``notice_has``: of each
    group one alternative stands in text or notices. ``provisions``: ``DOCUMENT#PATH`` that may be cited, where
    DOCUMENT is part of the document's id or title (``=DOCUMENT``: all of it) and PATH is the clause or one above
    it (``*``: any). ``quote_has``: of each group one alternative stands in that citation's quote.
    ``documents``: each of them is cited.
    """

    refusal: tuple[str | None, ...] = (None,)
    all_of: Alternatives = ()
    none_of: tuple[str, ...] = ()
    notice_has: Alternatives = ()
    provisions: tuple[str, ...] = ()
    quote_has: Alternatives = ()
    documents: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One known answer. Questions of one ``topic`` are all in the same ``split``."""

    id: str
    split: str
    topic: str
    group: str
    question: str
    expect: Expected
    on: date | None = None
    region: str = ""


def expected(raw: dict) -> Expected:
    unknown = set(raw) - {f.name for f in fields(Expected)}
    if unknown:
        raise ValueError(f"unknown expectation {sorted(unknown)[0]!r}")
    refusal = raw.get("refusal")
    kinds = tuple(refusal) if isinstance(refusal, list) else (refusal,)
    if bad := [k for k in kinds if k is not None and k not in REFUSALS]:
        raise ValueError(f"unknown refusal {bad[0]!r}")
    groups = {name: tuple(tuple(group) for group in raw.get(name, ()))
              for name in ("all_of", "notice_has", "quote_has")}
    return Expected(refusal=kinds, none_of=tuple(raw.get("none_of", ())), provisions=tuple(raw.get("provisions", ())),
                    documents=tuple(raw.get("documents", ())), **groups)


def parse(text: str) -> tuple[Question, ...]:
    """Questions from JSON lines. Raises ValueError with the line number when a line is not one."""
    questions = []
    for n, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            on = date.fromisoformat(raw["on"]) if raw.get("on") else None
            questions.append(Question(raw["id"], raw["split"], raw["topic"], raw["group"], raw["question"],
                                      expected(raw["expect"]), on, raw.get("region", "")))
        except (ValueError, KeyError) as error:
            raise ValueError(f"line {n}: {error}") from None
    return tuple(questions)


def load(path: Path = ANSWERS, split: str = "all") -> tuple[Question, ...]:
    """The questions of a split (``dev``, ``test`` or ``all``)."""
    return tuple(q for q in parse(path.read_text(encoding="utf-8")) if split in ("all", q.split))


def version(path: Path = ANSWERS) -> str:
    """A short hash that changes with the dataset."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
