"""What the rules have to know of the home: its documents' names, its places, its words, its forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.answering.naming import Names
from assistant.answering.question import asking as asks
from assistant.answering.question import understand
from assistant.drafting import asking
from assistant.drafting.nouns import Form
from assistant.lexicon import Lexicon
from assistant.regions import NATIONAL, regions_in


class Known(Protocol):
    """What :func:`assistant.conversing.understand` asks; everything is told without a network, a model or a search."""

    def places(self, text: str) -> tuple[str, ...]:
        """The places named in a text, in full."""

    def documents(self, text: str) -> tuple[tuple[str, str], ...]:
        """(id, the words that name it) of each document named in a text."""

    def content(self, text: str) -> tuple[str, ...]:
        """The content words of a text in order, without places, documents and words that ask."""

    def clause(self, id: str) -> str:
        """The text of a clause, "" when there is none to be seen."""

    def tells_a_case(self, text: str) -> bool:
        """Whether a text tells concrete facts of an act."""

    def wanted(self, text: str) -> asking.Wanted | None:
        """The form that a text asks to be drafted."""

    def form(self, name: str) -> Form | None:
        """A form by name."""


@dataclass(frozen=True)
class Knowledge:
    """Known over the pieces that answer questions: names and regions of the documents an asker may see, lexicon, words, forms."""

    names: Names
    regions: Sequence[str]
    lexicon: Lexicon
    cut: Callable[[str], list[str]]
    idf: Callable[[str], float]
    text_of: Callable[[str], str] = lambda id: ""
    tells: Callable[[str], bool] = lambda text: False
    forms: Callable[[], Iterable[Form]] = tuple

    def places(self, text: str) -> tuple[str, ...]:
        return tuple(p for p in regions_in(text, self.regions) if p != NATIONAL)

    def documents(self, text: str) -> tuple[tuple[str, str], ...]:
        mentions, spoken, *_ = self.names.find(text)
        return tuple(zip(mentions, spoken, strict=True))

    def content(self, text: str) -> tuple[str, ...]:
        q = understand(text, names=self.names, places=self.places(text), lexicon=self.lexicon, cut=self.cut, idf=self.idf)
        return tuple(u.word for u in q.units if len(asks(u.word)) < 0.7 * len(u.word))

    def clause(self, id: str) -> str:
        return self.text_of(id)

    def tells_a_case(self, text: str) -> bool:
        return self.tells(text)

    def wanted(self, text: str) -> asking.Wanted | None:
        return asking.wanted(text, self.forms()) if asking.possible(text) else None

    def form(self, name: str) -> Form | None:
        return next((f for f in self.forms() if name in (f.name, f.title)), None)
