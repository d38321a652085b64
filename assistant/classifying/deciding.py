"""From findings to an outcome: the scheme's decision list and nothing else. Pure functions over three values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, product
from math import log2

from assistant.classifying import conditions
from assistant.classifying.nouns import Change, Finding, Rule, Scheme, State

Raised = Callable[[str], bool]
MOST_OPEN = 7
"""Unclear elements whose values are tried together; the first ones that the rules ask for."""


@dataclass(frozen=True)
class Decided:
    """An outcome (or several), the rules that gave it, and the unclear elements that it waits for, in the order of the rules."""

    outcome: str | tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    open: tuple[str, ...] = ()


def decide(scheme: Scheme, values: Mapping[str, State], raised: Raised) -> Decided:
    """Read the decision list. A rule that is neither true nor false stops the reading at the scheme's ``unclear``."""
    held: list[Rule] = []
    waiting: list[str] = []
    for rule in scheme.rules:
        truth = True if rule.when is None else conditions.holds(rule.when, values.__getitem__, raised)
        if truth is None and (scheme.every or rule.passes):
            waiting += _open(rule.when, values)
        elif truth is None:
            return Decided(scheme.unclear, (rule,), tuple(dict.fromkeys([*_open(rule.when, values), *waiting])))
        elif truth:
            held.append(rule)
            if not scheme.every:
                asked = dict.fromkeys([*(_open(rule.when, values) if rule.when else []), *waiting])
                return Decided(rule.outcome, (rule,), tuple(asked))
    if scheme.every:
        return Decided(tuple(dict.fromkeys(r.outcome for r in held)), tuple(held), tuple(dict.fromkeys(waiting)))
    return Decided(scheme.unclear, (), tuple(dict.fromkeys(waiting)))


def _open(when: tuple, values: Mapping[str, State]) -> list[str]:
    return [n for n in conditions.names(when) if values.get(n) == "unclear"]


def open_elements(scheme: Scheme, findings: Mapping[str, Finding], raised: Raised) -> tuple[str, ...]:
    """The unclear elements that can still matter for the outcome, those that the rules reach first in front."""
    values = {n: f.value for n, f in findings.items()}
    now = decide(scheme, values, raised)
    candidates = [n for n in dict.fromkeys([*now.open, *(e for r in scheme.rules if r.when for e in conditions.names(r.when))])
                  if n in values and values[n] == "unclear"][:MOST_OPEN]
    outcomes = _all(scheme, values, candidates, raised)
    return tuple(n for i, n in enumerate(candidates) if _matters(outcomes, i))


def _all(scheme: Scheme, values: Mapping[str, State], names: Iterable[str], raised: Raised) -> dict[tuple[str, ...], object]:
    """The outcome for every way of settling some elements."""
    names = list(names)
    return {way: decide(scheme, {**values, **dict(zip(names, way))}, raised).outcome
            for way in product(("met", "unmet"), repeat=len(names))}


def _matters(outcomes: Mapping[tuple[str, ...], object], i: int) -> bool:
    return any(outcomes[way] != outcomes[(*way[:i], "unmet", *way[i + 1:])] for way in outcomes if way[i] == "met")


def missing(scheme: Scheme, findings: Mapping[str, Finding], raised: Raised) -> tuple[str, ...]:
    """The unclear elements that matter, the one that settles most first (how much knowing it narrows the outcomes down)."""
    names = open_elements(scheme, findings, raised)
    values = {n: f.value for n, f in findings.items()}
    outcomes = _all(scheme, values, names, raised)

    def spread(ways: Iterable[tuple[str, ...]]) -> float:
        counts: dict[object, int] = {}
        for way in ways:
            counts[outcomes[way]] = counts.get(outcomes[way], 0) + 1
        total = sum(counts.values())
        return -sum(n / total * log2(n / total) for n in counts.values())

    def left(i: int) -> float:
        return sum(spread([w for w in outcomes if w[i] == s]) for s in ("met", "unmet"))

    return tuple(sorted(names, key=lambda n: (round(left(names.index(n)), 9), names.index(n))))


def would_change(scheme: Scheme, findings: Mapping[str, Finding], raised: Raised, most: int = 8) -> tuple[Change, ...]:
    """If these were shown, the outcome would be that: the smallest sets of unclear elements, singles before pairs and so on."""
    values = {n: f.value for n, f in findings.items()}
    now = decide(scheme, values, raised).outcome
    names = open_elements(scheme, findings, raised)
    out: list[Change] = []
    for size in range(1, len(names) + 1):
        for chosen in combinations(names, size):
            for way in product(("met", "unmet"), repeat=size):
                given = dict(zip(chosen, way))
                if any(c.given.items() <= given.items() for c in out):
                    continue
                outcome = decide(scheme, {**values, **given}, raised).outcome
                if outcome != now:
                    out.append(Change(given, outcome))
                    if len(out) >= most:
                        return tuple(out)
    return tuple(out)
