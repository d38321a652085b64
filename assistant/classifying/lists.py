"""An office's own list bound to a scheme by a file: the outcome then names 第N种.

``lists/*.yaml`` in the corpus or the home: ``scheme``, ``document`` (its title), ``region``, ``items`` with ``n``, ``text`` and ``outcome``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.chinese import number
from assistant.classifying.yamlfile import Source

NEAR_ENOUGH = 0.4
"""Cosine of the built-in embedding from which a situation counts as the one that the list names."""


@dataclass(frozen=True)
class Item:
    n: int
    text: str
    outcome: str = ""


@dataclass(frozen=True)
class Bound:
    """A list: for which scheme, of which document and region."""

    scheme: str
    document: str
    region: str
    items: tuple[Item, ...]


def load(folders: Iterable[Path]) -> dict[str, Bound]:
    """The bound lists by scheme; a later folder wins. Raises BadScheme with file and line."""
    out = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
            source = Source(path)
            data = source.data
            if not isinstance(data, dict) or not all(data.get(k) for k in ("scheme", "document", "items")) or not isinstance(data["items"], list):
                raise source.fail((), "清单要写 scheme、document 和 items")
            items = []
            for i, raw in enumerate(data["items"]):
                try:
                    items.append(Item(number(str(raw["n"])), raw["text"], raw.get("outcome") or ""))
                except (KeyError, TypeError, ValueError, AttributeError):
                    raise source.fail(("items", i), "清单的每一种要写 n（数字）和 text") from None
            out[data["scheme"]] = Bound(data["scheme"], data["document"], data.get("region") or "", tuple(items))
    return out


def match(bound: Bound, sentences: Sequence[str], near: Callable[[str, Sequence[str]], Sequence[float]]) -> tuple[Item, int] | None:
    """The kind of situation that a case comes nearest to, and the sentence it rests on; None when none is near enough."""
    best: tuple[float, Item, int] | None = None
    for item in bound.items:
        for i, score in enumerate(near(item.text, sentences)):
            if best is None or score > best[0]:
                best = float(score), item, i
    return (best[1], best[2]) if best and best[0] >= NEAR_ENOUGH else None
