"""Evidence by likeness: what a case says in words that no pattern knows, told by sample sentences of the scheme.

A scheme may give ``samples``: for each label (``element+`` speaks for met, ``element-`` for unmet, ``none`` for neither) sentences as
cases tell them. The pieces of a case are compared with them by the embedding; the label that lies nearest speaks for its element
where the patterns found nothing. It is weak evidence: it fills silence, never overrules words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from assistant.classifying.nouns import SPEAKERS, Finding, Scheme, Span
from assistant.classifying.reading import Reading

Encode = Callable[[Sequence[str]], np.ndarray]
NONE = "none"
STATES = {"+": "met", "-": "unmet"}
NEAREST = 3
"""How many of a label's samples have to lie near: one alone may share a word by chance."""
LEAST = 0.16
"""The likeness below which nothing is said."""
WORDS = 0.15
"""What a pattern's evidence counts for among likenesses, where one label excludes the others."""
_DENIED = re.compile(r"^(?:也|又|均|都|并)?(?:没有|未|无|不存在|没|不是|并非)")


@dataclass(frozen=True)
class Likeness:
    """How near a label's samples lie to a case, and the piece of the case that lies nearest."""

    label: str
    score: float
    span: Span


class Samples:
    """The sample sentences of a scheme as vectors."""

    def __init__(self, samples: Mapping[str, Sequence[str]], encode: Encode):
        self._encode = encode
        self._labels = {label: encode(list(given)) for label, given in samples.items() if given}

    def likenesses(self, text: str, clauses: Sequence[Span], sentences: Sequence[Span]) -> list[Likeness]:
        """Every label, the nearest first."""
        spans = pieces(text, clauses, sentences)
        if not spans:
            return []
        vectors = self._encode([text[a:b] for a, b in spans])
        out = []
        for label, held in self._labels.items():
            near = vectors @ held.T
            best = np.sort(near.max(axis=0))[-NEAREST:]
            out.append(Likeness(label, float(best.mean()), spans[int(near.max(axis=1).argmax())]))
        return sorted(out, key=lambda x: -x.score)


def pieces(text: str, clauses: Sequence[Span], sentences: Sequence[Span]) -> list[Span]:
    """Sentences, clauses and pairs of neighbouring clauses that are long enough to say something; bare denials are left out."""
    out = [s for s in sentences if s[1] - s[0] > 5]
    long = [c for c in clauses if c[1] - c[0] >= 7 and not (c[1] - c[0] < 16 and _DENIED.match(text[c[0]:c[1]]))]
    out += long
    out += [(a[0], b[1]) for a, b in pairwise(clauses) if b[1] - a[0] <= 50]
    return list(dict.fromkeys(out))


def fill(scheme: Scheme, reading: Reading, found: Mapping[str, Finding], samples: Samples) -> dict[str, Finding]:
    """The findings with silent elements filled by what lies nearest: the one label, or with ``each`` one for every element."""
    near = samples.likenesses(reading.plain, reading.clauses, reading.sentences)
    out = dict(found)
    if scheme.each:
        floor = max([LEAST, *(x.score for x in near if x.label == NONE)])
        chosen, seen = [], set()
        for x in near:
            if x.score > floor and x.label != NONE and x.label[:-1] not in seen:
                seen.add(x.label[:-1])
                chosen.append(x)
    else:
        near.sort(key=lambda x: -x.score - WORDS * (x.label != NONE and out[x.label[:-1]].state == STATES[x.label[-1]]))
        chosen = [x for x in near[:1] if x.label != NONE and (x.score > LEAST or out[x.label[:-1]].span is not None)]
        for x in near[1:]:
            if chosen and x.label != NONE and x.label[:-1] != chosen[0].label[:-1] and out[x.label[:-1]].state == STATES[x.label[-1]] and scheme.exclusive:
                out[x.label[:-1]] = replace(out[x.label[:-1]], state="unclear")
    for x in chosen:
        name = x.label[:-1]
        if out[name].span is None and out[name].state == "unclear":
            a, b = reading.quote(x.span) if x.span not in reading.sentences else x.span
            a, b = _trimmed(reading.text, a, b)
            speaker, element = reading.judge.speaker(a), scheme.elements[name]
            if x.label[-1] == "+" and (speaker == "self" and not element.self_counts or speaker == "reported" and not element.reported_counts):
                continue
            out[name] = replace(out[name], state=STATES[x.label[-1]], quote=reading.text[a:b], span=(a, b), speaker=SPEAKERS[speaker])
    return out


def _trimmed(text: str, a: int, b: int) -> Span:
    while a < b and text[a] in " \t\n　，。；：、":
        a += 1
    while b > a and text[b - 1] in " \t\n　，。；：、":
        b -= 1
    return a, b
