"""Which scheme a case is for when none is named, and whether a question tells a case at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.classifying import routed
from assistant.classifying.reading.reader import pieces

if TYPE_CHECKING:
    from assistant.classifying.classifier import Classifier

DEFAULT = "tolerance"
ENOUGH = 0.15
"""Chance of the likeliest scheme below which nothing speaks for any."""
CLEARLY = 1.2
"""How many times likelier than the default a scheme of one region has to be."""
CLOSE = 0.4
"""Chance of the second scheme, as a share of the first's, from which it is named too."""
ASKED = 0.3
"""Chance of being a general question from which a text is answered and not classified."""
STATED = 16
"""Characters that a case told has to state, beside what it asks."""
LEAST = 40
"""Characters below which a text is a question."""
_SENTENCE = re.compile(r"[。！？!?；;\n]+")


@dataclass(frozen=True)
class Choice:
    """The scheme chosen and, when it is close, the one that would fit too ("" when none does)."""

    scheme: str
    other: str = ""


def bound(classifier: Classifier) -> frozenset[str]:
    """The schemes that hold in one region only."""
    return frozenset(ready.scheme.name for ready in classifier.all() if ready.scheme.region != ("全国",))


def ranked(chances: Mapping[str, float], bound: frozenset[str]) -> list[tuple[str, float]]:
    """The schemes, the likeliest first; the default stands first when no other clearly wins."""
    found = {name: chance for name, chance in chances.items() if name != routed.QUESTION}
    if max(found.values()) < ENOUGH:
        found[DEFAULT] = 1.0
    weighed = {name: chance / CLEARLY if name in bound else chance for name, chance in found.items()}
    return sorted(weighed.items(), key=lambda pair: (-pair[1], pair[0] != DEFAULT))


def pick(chances: Mapping[str, float], bound: frozenset[str]) -> str:
    """The scheme of a text by the chances of :meth:`routed.Model.chances`."""
    return ranked(chances, bound)[0][0]


def choose(classifier: Classifier, text: str) -> Choice:
    """The scheme that the text is likeliest for; ``tolerance`` when nothing speaks for another."""
    plain = classifier.read(classifier.ready(DEFAULT), text).plain
    known = {n: c for n, c in routed.shipped().chances(plain).items() if n in classifier.names}
    if not known:
        return Choice(DEFAULT)
    (first, chance), *others = ranked(known, bound(classifier))
    second = others[0] if others else ("", 0.0)
    return Choice(first, second[0] if second[1] >= chance * CLOSE else "")


def might_tell(text: str) -> bool:
    """Whether a text is long enough to tell a case."""
    return len(text.strip()) >= LEAST and len(pieces(text.strip(), _SENTENCE)) >= 2


def statements(text: str) -> str:
    """The sentences of a text that do not ask.

    >>> statements("他收了礼。怎么办？谢谢！")
    '他收了礼。谢谢！'
    """
    return "".join(text[a:b] for a, b in pieces(text, _SENTENCE) if not {"?", "？"} & set(text[a:b]))


def tells_a_case(classifier: Classifier, text: str) -> bool:
    """Whether concrete facts of an act are told, so that the text should be classified instead of answered."""
    if not might_tell(text) or len(statements(text).strip()) < STATED:
        return False
    plain = classifier.read(classifier.ready(DEFAULT), text).plain
    chances = dict(routed.shipped().chances(plain))
    return chances.pop(routed.QUESTION) < ASKED and max(chances.values()) >= ENOUGH
