"""Which scheme a case is for when none is named, and whether a question tells a case at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.classifying.finding import raised
from assistant.classifying.reading.reader import pieces

if TYPE_CHECKING:
    from assistant.classifying.classifier import Classifier

DEFAULT = "tolerance"
TOLD = 3
"""Elements that a text has to say something of before it counts as a case told and not as a general question."""
LEAST = 40
"""Characters below which a text is a question."""
_SENTENCE = re.compile(r"[。！？!?；;\n]+")


def choose(classifier: Classifier, text: str) -> str:
    """The scheme whose own signals stand in the text most often; ``tolerance`` when none does better."""
    scores = {}
    for ready in classifier.all():
        reading = classifier.read(ready, text)
        scores[ready.scheme.name] = sum(raised(reading, name) for name in ready.scheme.route) / (len(ready.scheme.route) ** 0.5 or 1)
    best = max(scores, key=lambda name: (scores[name], name == DEFAULT))
    return best if scores[best] > 0 else DEFAULT


def might_tell(text: str) -> bool:
    """Whether a text is long enough to tell a case."""
    return len(text.strip()) >= LEAST and len(pieces(text.strip(), _SENTENCE)) >= 2


def tells_a_case(classifier: Classifier, text: str) -> bool:
    """Whether concrete facts of an act are told, so that the text should be classified instead of answered."""
    if not might_tell(text):
        return False
    from assistant.classifying.finding import find

    ready = classifier.ready(DEFAULT)
    found, _ = find(ready.scheme, classifier.read(ready, text), None, {})
    return sum(f.span is not None for f in found.values()) >= TOLD
