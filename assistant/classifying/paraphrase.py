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
LEAST = 0.1
"""The likeness below which nothing is said."""
PIECE_NEAREST, PIECE_LEAST, PIECE_MARGIN = 2, 0.35, 0.1
"""The same where every piece is judged by itself: how many samples, how near, and how much nearer than the next label."""
NEUTRAL = 0.05
"""What neutral sentences are set back by: they are only there to keep off chance likenesses."""
WORDS = 0.15
"""What a pattern's evidence counts for among likenesses, where one label excludes the others."""
_ASKED = re.compile(r"^(?:请|问|想问|求助|能否|可否|是否|该不该|要不要|能不能|有人问|来问)|(?:吗|呢|行不行|可不可以|能不能|该不该|要不要|对不对)[^，。；]{0,12}[？?]?$")
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
        raw = {label: encode(list(given)) for label, given in samples.items() if given}
        self._middle = np.vstack(list(raw.values())).mean(axis=0)
        self._labels = {label: self._turned(vectors) for label, vectors in raw.items()}

    def _turned(self, vectors: np.ndarray) -> np.ndarray:
        """Without what all samples of the scheme have in common, so that the difference between labels counts."""
        moved = vectors - self._middle
        return moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)

    def likenesses(self, text: str, spans: Sequence[Span]) -> list[Likeness]:
        """Every label with the piece that lies nearest to it, the nearest label first."""
        if not spans:
            return []
        vectors = self._turned(self._encode([text[a:b] for a, b in spans]))
        out = []
        for label, held in self._labels.items():
            near = vectors @ held.T
            best = np.sort(near.max(axis=0))[-NEAREST:]
            out.append(Likeness(label, float(best.mean()), spans[int(near.max(axis=1).argmax())]))
        return sorted(out, key=lambda x: -x.score)

    def by_piece(self, text: str, spans: Sequence[Span]) -> list[Likeness]:
        """For every piece the label whose samples lie nearest to it, the best first; pieces that lie nearest to ``none`` are left out."""
        if not spans:
            return []
        vectors = self._turned(self._encode([text[a:b] for a, b in spans]))
        scores = {label: np.sort(vectors @ held.T, axis=1)[:, -PIECE_NEAREST:].mean(axis=1) for label, held in self._labels.items()}
        labels = list(scores)
        table = np.stack([scores[label] for label in labels])
        order = np.sort(table, axis=0)
        out = []
        for i, span in enumerate(spans):
            label = labels[int(table[:, i].argmax())]
            if label != NONE and order[-1, i] >= PIECE_LEAST and order[-1, i] - order[-2, i] >= PIECE_MARGIN:
                out.append(Likeness(label, float(order[-1, i]), span))
        return sorted(out, key=lambda x: -x.score)


def pieces(text: str, clauses: Sequence[Span], sentences: Sequence[Span]) -> list[Span]:
    """Sentences, clauses and pairs of neighbouring clauses that are long enough to say something; bare denials and questions are left out."""
    sentences, clauses = ([s for s in spans if not _ASKED.search(text[s[0]:s[1]].strip(" \n“”，。；："))] for spans in (sentences, clauses))
    out = [s for s in sentences if s[1] - s[0] > 5]
    long = [c for c in clauses if c[1] - c[0] >= 7 and not (c[1] - c[0] < 16 and _DENIED.match(text[c[0]:c[1]]))]
    out += long
    out += [(a[0], b[1]) for a, b in pairwise(clauses) if b[1] - a[0] <= 50]
    return list(dict.fromkeys(out))


def fill(scheme: Scheme, reading: Reading, found: Mapping[str, Finding], samples: Samples) -> dict[str, Finding]:
    """The findings with silent elements filled by what lies nearest: the one label, or with ``each`` one for every element."""
    spans = pieces(reading.plain, reading.clauses, reading.sentences)
    out = dict(found)
    barred = {label for label, needed in scheme.needs.items() if any(_lacks(reading, signal) for signal in needed.split())}
    if scheme.each:
        told = [f.span for f in found.values() if f.span]
        free = [s for s in spans if not any(a < s[1] and s[0] < b for a, b in told)]
        chosen = list({x.label[:-1]: x for x in reversed(samples.by_piece(reading.plain, free)) if x.label not in barred}.values())
    else:
        near = [x for x in samples.likenesses(reading.plain, spans) if x.label not in barred]
        near.sort(key=lambda x: (NEUTRAL if x.label == NONE else 0) - x.score - WORDS * (x.label != NONE and out[x.label[:-1]].state == STATES[x.label[-1]]))
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
            if reading.narrator == "self" and speaker != "found":
                speaker = "self"
            if x.label[-1] == "+" and (speaker == "self" and not element.self_counts or speaker == "reported" and not element.reported_counts):
                continue
            out[name] = replace(out[name], state=STATES[x.label[-1]], quote=reading.text[a:b], span=(a, b), speaker=SPEAKERS[speaker])
    return out


def _lacks(reading: Reading, signal: str) -> bool:
    truths = {c.truth for c in reading.signals(signal.removeprefix("!"))}
    return "asserted" in truths if signal.startswith("!") else not truths - {"denied"}


def _trimmed(text: str, a: int, b: int) -> Span:
    while a < b and text[a] in " \t\n　，。；：、":
        a += 1
    while b > a and text[b - 1] in " \t\n　，。；：、":
        b -= 1
    return a, b
