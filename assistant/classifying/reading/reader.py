"""A case text read: sentences, clauses, the words of every class, and the claims that the text makes."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cached_property

from assistant.classifying.nouns import Claim, Span, Speaker
from assistant.classifying.reading.patterns import Item, Pattern
from assistant.classifying.reading.scanning import Places, Tree
from assistant.classifying.reading.truth import Judge

_SENTENCE = re.compile(r"[。！？!?；;]+[”’」』）)》]*|\n+")
_CLAUSE = re.compile(r"[。！？!?；;，,：:\n]+[”’」』）)》]*")
_ENOUGH = 40
"""Claims of one pattern that are kept: more of the same settle nothing."""


def plain(text: str, simplified: Mapping[str, str]) -> str:
    """The text in the form patterns are matched on, character for character as long as the original.

    >>> plain("ＡＢ容錯", {"錯": "错"})
    'ab容错'
    """
    out = []
    for c in text:
        c = simplified.get(c, c)
        folded = unicodedata.normalize("NFKC", c) if c not in "，。；：！？、（）" else c
        out.append(folded.lower() if len(folded) == 1 and len(folded.lower()) == 1 else c)
    return "".join(out)


def pieces(text: str, marks: re.Pattern[str]) -> tuple[Span, ...]:
    out, start = [], 0
    for m in marks.finditer(text):
        out.append((start, m.end()))
        start = m.end()
    if start < len(text) or not out:
        out.append((start, len(text)))
    return tuple(out)


class Reading:
    """One text (or one part of one) against one scheme's signals.

    ``text`` is the original, ``plain`` the same characters in one form, ``sentences`` and ``clauses`` cover it.
    """

    def __init__(self, text: str, tree: Tree, signals: Mapping[str, tuple[Pattern, ...]], simplified: Mapping[str, str]):
        self.text = text
        self.plain = plain(text, simplified)
        self.clauses = pieces(self.plain, _CLAUSE)
        self.plain = self._without_instructions(tree)
        self.sentences = pieces(self.plain, _SENTENCE)
        self.later: int | None = None
        self._patterns = signals
        self._places: Places = tree.scan(self.plain)
        self._starts = {key: [a for a, _ in spans] for key, spans in self._places.items()}
        self._claims: dict[str, tuple[Claim, ...]] = {}

    def _without_instructions(self, tree: Tree) -> str:
        """What is said to the reader ("请直接给出结论") tells nothing of the case: its clauses are blanked out."""
        out = self.plain
        for a, _ in tree.scan(out).get("instruction", ()):
            start, end = next((s, e) for s, e in self.clauses if s <= a < e)
            out = out[:start] + "\u3000" * (end - start - 1) + out[end - 1:]
        return out

    @cached_property
    def judge(self) -> Judge:
        return Judge(self._places, self.clauses, self.sentences, self.narrator, self.plain)

    @cached_property
    def narrator(self) -> Speaker:
        """``self`` when the whole text is told in the first person, else ``plain``."""
        count = len(self._places.get("first_person", ())) - len(self._places.get("first_person_unit", ()))
        return "self" if count >= max(2, len(self.sentences) // 4) else "plain"

    @cached_property
    def denied(self) -> list[bool]:
        """For each character whether a denial in its clause reaches it."""
        return self.judge.reached(len(self.plain))

    @cached_property
    def _by_place(self) -> list[tuple[int, int, str]]:
        return sorted((a, b, key) for key, spans in self._places.items() if key[0] not in "=<" for a, b in spans)

    def classes(self, start: int, end: int) -> Iterator[tuple[str, int]]:
        """The word classes that stand between two places, each with its place."""
        for a, b, key in self._by_place[bisect_left(self._by_place, (start,)):]:
            if a >= end:
                return
            if b <= end:
                yield key, a

    def occurrences(self, key: str) -> tuple[Span, ...]:
        """Where the words of a class stand."""
        return tuple(self._places.get(key, ()))

    def signals(self, name: str) -> tuple[Claim, ...]:
        """Every claim of a signal in the text, in order."""
        if name not in self._claims:
            found = {}
            for pattern in self._patterns[name]:
                for n, spans in enumerate(self._matches(pattern)):
                    truth = self.judge.truth(spans)
                    if truth is not None:
                        span = (spans[0][0], spans[-1][1])
                        speaker = self.judge.speaker(span[0])
                        found.setdefault((span, truth), Claim(name, truth, speaker, span, self.quote(span)))
                    if n >= _ENOUGH:
                        break
            self._claims[name] = tuple(sorted(found.values(), key=lambda c: c.span))
        return self._claims[name]

    def quote(self, span: Span) -> Span:
        """The clauses around some words, without the marks at their edges."""
        start, end = self.judge.clause(span[0])[0], self.judge.clause(max(span[0], span[1] - 1))[1]
        a, b = self.trimmed(start, end)
        return min(a, span[0]), max(b, span[1])

    def trimmed(self, start: int, end: int) -> Span:
        """A piece of the text without the marks at its edges."""
        while start < end - 1 and self.plain[start] in " \t\n　，。；：、”’）)":
            start += 1
        while end > start + 1 and self.plain[end - 1] in " \t\n　，。；：、,;:“‘（(":
            end -= 1
        return start, end

    def _matches(self, pattern: Pattern) -> Iterator[tuple[Span, ...]]:
        if not all(self._here(item) for part in pattern.parts for item in part):
            return
        others = [sorted({self.judge.sentence(s[0][0]) for s in self._runs(part)}) for part in pattern.parts[1:]]
        if not all(others):
            return
        guarded = {self.judge.sentence(a) for key in pattern.guards for a, _ in self._places.get(key, ())}
        for spans in self._runs(pattern.parts[0]):
            here = self.judge.sentence(spans[0][0])
            if here in guarded:
                continue
            if all(any(abs(there - here) <= apart for there in at) for at, apart in zip(others, pattern.apart)):
                yield spans

    def _here(self, item: Item) -> bool:
        return item.regex is not None or item.key in self._places

    def _runs(self, part: tuple[Item, ...]) -> Iterator[tuple[Span, ...]]:
        """Every way the items of a part stand in order; for each beginning the nearest."""
        for first in self._all(part[0]):
            end = self.sentences[self.judge.sentence(first[0])][1]
            run = self._rest(part, 1, (first,), end)
            if run:
                yield run

    def _rest(self, part: tuple[Item, ...], i: int, run: tuple[Span, ...], end: int) -> tuple[Span, ...] | None:
        if i == len(part):
            return run
        at = run[-1][1]
        for span in self._next(part[i], at, min(end, at + part[i].gap + 1)):
            if span[1] <= end:
                done = self._rest(part, i + 1, (*run, span), end)
                if done:
                    return done
        return None

    def _all(self, item: Item) -> list[Span]:
        if item.regex is None:
            return self._places.get(item.key, [])
        return [m.span() for m in item.regex.finditer(self.plain) if m.end() > m.start()]

    def _next(self, item: Item, start: int, stop: int) -> Iterator[Span]:
        if item.regex is None:
            spans = self._places.get(item.key, [])
            for span in spans[bisect_left(self._starts.get(item.key, []), start):]:
                if span[0] >= stop:
                    return
                yield span
        else:
            for m in item.regex.finditer(self.plain, start, stop + 80):
                if m.start() >= stop:
                    return
                yield m.span()
