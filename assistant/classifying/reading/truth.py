"""Whether a case asserts, denies or doubts a proposition, and who says so: negation and its scope, doubt, speakers.

The words are data (``corpus/evidence/reading.yaml``); here is how far each kind of word reaches.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from assistant.classifying.nouns import Speaker, Truth
from assistant.classifying.reading.scanning import Places

REACH = {"deny_far": 30, "deny": 16, "deny_short": 7, "deny_near": 2}
"""Characters between a word of denial and what it denies, within one clause."""
DOUBT_REACH, AFTER_REACH, PLAN_REACH = 30, 18, 4
SPEAKING: dict[str, Speaker] = {"say_found": "found", "say_reported": "reported", "say_self": "self"}
KEYS = (*REACH, "masked", "break_hard", "break_soft", "doubt_before", "doubt_after", "deny_after", "suppose", "plan", "norm", *SPEAKING,
        "first_person", "instruction")
"""The classes that ``reading.yaml`` has to give."""


class Judge:
    """Truth and speaker of matches in one text."""

    def __init__(self, places: Places, clauses: Sequence[tuple[int, int]], sentences: Sequence[tuple[int, int]], narrator: Speaker, text: str):
        self._clauses, self._sentences, self._narrator, self._text = clauses, sentences, narrator, text
        masked = places.get("masked", [])
        inside = {i for a, b in masked for i in range(a, b)}
        self._at = {key: [s for s in places.get(key, []) if not (s[0] in inside and s[1] - 1 in inside and s not in masked)] for key in KEYS}
        self._denials = _longest([(a, b, key) for key in REACH for a, b in self._at[key]])
        self._speakers = _longest([(a, b, key) for key in SPEAKING for a, b in self._at[key]])
        self._clause_starts = [a for a, _ in clauses]
        self._sentence_starts = [a for a, _ in sentences]

    def clause(self, at: int) -> tuple[int, int]:
        return self._clauses[bisect_left(self._clause_starts, at + 1) - 1]

    def sentence(self, at: int) -> int:
        return bisect_left(self._sentence_starts, at + 1) - 1

    def speaker(self, at: int) -> Speaker:
        """Who says the words at a place: the last speaker named before it since the last full stop, else the narrator."""
        start = max(self._text.rfind(mark, 0, at) for mark in "。！？!?\n") + 1
        said = [key for a, b, key in self._speakers if start <= a and b <= at + 1]
        return SPEAKING[said[-1]] if said else self._narrator

    def truth(self, spans: Sequence[tuple[int, int]]) -> Truth | None:
        """Truth of a match with these item spans; None when it is only supposed, planned or a rule's wording."""
        first, last = spans[0][0], spans[-1][1]
        start = self.clause(first)[0]
        if self._before("suppose", start, first, DOUBT_REACH, spans) or self._before("plan", start, first, PLAN_REACH, spans) \
                or self._before("norm", start, first, PLAN_REACH, spans):
            return None
        end = self._sentences[self.sentence(last - 1)][1]
        if self._before("doubt_before", start, first, DOUBT_REACH, spans) or self._within("doubt_before", spans) \
                or self._after("doubt_after", last, end):
            return "doubted"
        count = sum(self._denied(spans, i) for i in range(len(spans)))
        count += self._after("deny_after", last, end)
        return "denied" if count % 2 else "asserted"

    def reached(self, size: int) -> list[bool]:
        """For each character whether an odd number of denials reaches it."""
        out = [False] * size
        for a, b, key in self._denials:
            end = min(self.clause(a)[1], b + REACH[key])
            for x, _ in (*self._at["break_hard"], *(s for s in self._at["break_soft"] if s[0] >= b + 3)):
                if b <= x < end:
                    end = x
            for i in range(b, end):
                out[i] = not out[i]
        return out

    def _before(self, key: str, start: int, at: int, reach: int, spans: Sequence[tuple[int, int]]) -> bool:
        return any(start <= a and b <= at and at - b <= reach and not self._broken(b, at) for a, b in self._at[key])

    def _within(self, key: str, spans: Sequence[tuple[int, int]]) -> bool:
        return any(x[1] <= a and b <= y[0] for x, y in pairwise(spans) for a, b in self._at[key])

    def _after(self, key: str, last: int, end: int) -> bool:
        """A word of the kind follows, in the same clause or right at the beginning of the next one."""
        here = self.clause(last - 1)[1]
        for a, b in self._at[key]:
            if last <= a and b <= end and a - last <= AFTER_REACH and (a < here or a - here <= 4):
                return True
        return False

    def _denied(self, spans: Sequence[tuple[int, int]], i: int) -> int:
        """How many denials govern an item: they stand in its clause, after the item before it, within their reach, nothing breaking in."""
        at = spans[i][0]
        start = max(self.clause(at)[0], spans[i - 1][1] if i else 0)
        found = 0
        for a, b, key in self._denials:
            if start <= a and b <= at and at - b <= REACH[key] and not self._broken(b, at):
                found += 1
        return found

    def _broken(self, start: int, end: int) -> bool:
        if any(start <= a and b <= end for a, b in self._at["break_hard"]):
            return True
        return any(start + 3 <= a and b <= end for a, b in self._at["break_soft"])


def _longest(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Of words that lie over each other the longest alone, so that 也没 and 没有 in 也没有 are one denial."""
    out: list[tuple[int, int, str]] = []
    for a, b, key in sorted(found, key=lambda f: (f[0] - f[1], f[0])):
        if all(b <= x or y <= a for x, y, _ in out):
            out.append((a, b, key))
    return sorted(out)
