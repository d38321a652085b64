"""What the structure package gives back: cleaned text, pieces, nodes; and offsets kept as runs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain


class Offsets(Sequence[int]):
    """For each character of a derived text the offset it came from, and one more entry for the end.

    Kept as runs of consecutive offsets, so that a file of a million characters costs a few thousand integers.

    >>> list(Offsets.of([(0, 2), (5, 7)]))
    [0, 1, 5, 6, 7]
    """

    __slots__ = ("_at", "_from", "_length")

    def __init__(self, at: list[int], source: list[int], length: int):
        self._at, self._from, self._length = at, source, length

    @classmethod
    def of(cls, spans: Iterable[tuple[int, int]]) -> Offsets:
        """From the ``[start, end)`` spans of the source, in order, that the text is made of."""
        at, source, length, end = [], [], 0, 0
        for a, b in spans:
            if b <= a:
                continue
            if not source or a != end:
                at.append(length)
                source.append(a)
            length, end = length + b - a, b
        if not source:
            return cls([0], [0], 1)
        return cls(at, source, length + 1)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index):
        if isinstance(index, slice):
            start, stop, step = index.indices(self._length)
            if step != 1:
                return [self[i] for i in range(start, stop, step)]
            return self._cut(start, max(start, stop))
        if index < 0:
            index += self._length
        if not 0 <= index < self._length:
            raise IndexError(index)
        k = bisect_right(self._at, index) - 1
        return self._from[k] + index - self._at[k]

    def __iter__(self):
        bounds = [*self._at, self._length]
        return chain.from_iterable(range(s, s + b - a) for s, a, b in zip(self._from, bounds, bounds[1:]))

    def __eq__(self, other):
        if isinstance(other, Offsets):
            return (self._at, self._from, self._length) == (other._at, other._from, other._length)
        return NotImplemented

    __hash__ = None

    def __repr__(self) -> str:
        return f"Offsets({self._length} in {len(self._at)} runs)"

    def _cut(self, start: int, stop: int) -> Offsets:
        if start >= stop:
            return Offsets([0], [0], 0)
        k = bisect_right(self._at, start) - 1
        at, source = [0], [self._from[k] + start - self._at[k]]
        for j in range(k + 1, bisect_right(self._at, stop - 1)):
            at.append(self._at[j] - start)
            source.append(self._from[j])
        return Offsets(at, source, stop - start)

    def spans(self) -> list[tuple[int, int]]:
        """The spans of the source, the end entry left out."""
        bounds = [*self._at, self._length]
        out = [(s, s + b - a) for s, a, b in zip(self._from, bounds, bounds[1:])]
        a, b = out[-1]
        out[-1] = (a, b - 1)
        return [(a, b) for a, b in out if b > a]

    def through(self, inner: Offsets) -> Offsets:
        """These offsets seen through an earlier step: ``result[i] == inner[self[i]]``."""
        return Offsets.of(chain.from_iterable(inner[a:b + 1].spans() for a, b in self.spans()))


@dataclass(frozen=True)
class Hints:
    """What the source's markup said and the cleaned text no longer shows.

    ``headings``: starts of the lines that were Markdown headings.
    ``verified``: (offset, value) of each ``<!-- verified: value -->``; it holds for the clause it stands in.
    """

    headings: tuple[int, ...] = ()
    verified: tuple[tuple[int, str], ...] = ()

    def within(self, start: int, end: int) -> Hints:
        """The hints of one slice of the text, counted from its start."""
        return Hints(tuple(h - start for h in self.headings if start <= h < end),
                     tuple((at - start, value) for at, value in self.verified if start < at <= end))


NO_HINTS = Hints()


@dataclass(frozen=True)
class Clean:
    """Cleaned text: paragraphs divided by one line feed, nothing in it that is not a character of the source.

    ``origin`` has ``len(text) + 1`` entries: the offset in the source of each character, and of the end.
    ``removed`` are the lines taken out as noise.
    """

    text: str
    origin: Sequence[int]
    removed: tuple[str, ...] = ()
    hints: Hints = NO_HINTS


@dataclass(frozen=True)
class Piece:
    """One document of a file. ``headline`` are its title and byline lines, as far as there are any."""

    text: str
    origin: Sequence[int]
    headline: tuple[str, ...] = ()
    hints: Hints = NO_HINTS


@dataclass(frozen=True)
class Node:
    """One addressable part. ``own`` is ``text[start:own_end]``; ``text[start:end]`` includes all below it.

    ``parent`` is the order of the parent (-1: none), ``last`` the order of the last node below it (or its own).
    """

    path_id: str
    path: str
    level: str
    heading: str
    own: str
    start: int
    own_end: int
    end: int
    parent: int
    order: int
    last: int
    verified: str = ""


@dataclass(frozen=True)
class Division:
    """The nodes in the order of the text; their ``own`` joined is the text. ``warnings`` are Chinese sentences."""

    nodes: tuple[Node, ...] = ()
    warnings: tuple[str, ...] = field(default=())
