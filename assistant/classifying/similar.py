"""Cases of the same asker's that lie near, so that equal cases get equal answers: agreement of the findings, element by element."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.classifying.nouns import STATE_WORDS, Determination, Similar

ALIKE, MOST = 0.6, 3


def similar(of: Determination, others: Iterable[tuple[Determination, str]]) -> tuple[Similar, ...]:
    """The nearest of other determinations of the same scheme (with what was decided, "" = nothing), nearest first."""
    mine = {f.element: f for f in of.findings}
    found = []
    for other, decided in others:
        if other.scheme != of.scheme or not mine:
            continue
        theirs = {f.element: f for f in other.findings}
        told = [e for e in mine if e in theirs and (mine[e].span or theirs[e].span)]
        alike = sum(mine[e].state == theirs[e].state for e in told)
        if told and alike / len(told) >= ALIKE:
            differences = tuple(f"{mine[e].title}：本案{STATE_WORDS[mine[e].state]}，该案{STATE_WORDS[theirs[e].state]}"
                                for e in told if mine[e].state != theirs[e].state)
            found.append((alike / len(told), Similar(other.id, other.outcome, differences, decided)))
    found.sort(key=lambda pair: -pair[0])
    return tuple(one for _, one in found[:MOST])
