"""Conditions of schemes as small trees: over signals (what the text says) and over elements (what has been found).

Trees are tuples: ``("signal", name, truth)``, ``("is", element, states)``, ``("raised", signal)``, ``("all", …)``, ``("any", …)``,
``("not", tree)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from assistant.classifying.nouns import STATES

TRUTHS = {"not": "denied", "doubtful": "doubted"}


def evidence(raw: Any, signals: Iterable[str]) -> tuple:
    """A condition over signals. Raises ValueError, in Chinese."""
    if isinstance(raw, str):
        head, _, rest = raw.partition(" ")
        truth, name = (TRUTHS[head], rest.strip()) if head in TRUTHS and rest else ("asserted", raw)
        if name not in signals:
            raise ValueError(f"没有信号“{name}”")
        return "signal", name, truth
    if isinstance(raw, Mapping) and len(raw) == 1:
        (key, inner), = raw.items()
        if key in ("all", "any") and isinstance(inner, list) and inner:
            return (key, *(evidence(i, signals) for i in inner))
    raise ValueError(f"证据“{raw}”看不懂")


def over_elements(raw: Any, elements: Iterable[str], signals: Iterable[str]) -> tuple:
    """A condition over elements. Raises ValueError, in Chinese."""
    if not isinstance(raw, Mapping) or not raw:
        raise ValueError(f"条件“{raw}”看不懂")
    trees = []
    for key, inner in raw.items():
        if key in ("all", "any"):
            if not isinstance(inner, list) or not inner:
                raise ValueError(f"{key} 后面要写条件的列表")
            trees.append((key, *(over_elements(i, elements, signals) for i in inner)))
        elif key == "not":
            trees.append(("not", over_elements(inner, elements, signals)))
        elif key == "signal":
            if inner not in signals:
                raise ValueError(f"没有信号“{inner}”")
            trees.append(("raised", inner))
        elif key == "in_region":
            trees.append(("raised", f"@{inner}"))
        else:
            states = tuple(inner) if isinstance(inner, list) else (inner,)
            if key not in elements:
                raise ValueError(f"没有要素“{key}”")
            if not states or not set(states) <= set(STATES):
                raise ValueError(f"要素 {key} 的取值“{'、'.join(map(str, states))}”不在 met、unmet、unclear 之中")
            trees.append(("is", key, states))
    return trees[0] if len(trees) == 1 else ("all", *trees)


def names(tree: tuple) -> Iterator[str]:
    """The signals or elements that a condition speaks of."""
    if tree[0] in ("signal", "is", "raised"):
        yield tree[1]
    else:
        for child in tree[1:]:
            yield from names(child)


def holds(tree: tuple, state: Callable[[str], str], raised: Callable[[str], bool]) -> bool | None:
    """Whether a condition over elements holds: True, False, or None where unclear elements leave it open (Kleene).

    >>> holds(("all", ("is", "a", ("met",)), ("is", "b", ("met",))), {"a": "unclear", "b": "unmet"}.get, bool)
    False
    >>> holds(("is", "a", ("unclear",)), {"a": "unclear"}.get, bool)
    True
    """
    kind = tree[0]
    if kind == "is":
        now = state(tree[1])
        if now in tree[2]:
            return True
        return None if now == "unclear" else False
    if kind == "raised":
        return raised(tree[1])
    if kind == "not":
        inner = holds(tree[1], state, raised)
        return None if inner is None else not inner
    found = [holds(child, state, raised) for child in tree[1:]]
    decisive = kind == "any"
    if decisive in found:
        return decisive
    return None if None in found else not decisive
