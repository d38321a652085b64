"""What a claim may rest on and what is found wrong with it."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.types import Document, Provision


@dataclass(frozen=True)
class Ground:
    """What a claim may rest on.

    ``provisions`` were fetched by the caller for the asker; an item of a list needs the clause that holds its lead among them.
    ``question`` and ``case`` are the user's own words, ``shown`` what our own code calculated and showed.
    """

    provisions: tuple[tuple[Provision, Document], ...]
    question: str = ""
    case: str = ""
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What is wrong: ``rule`` is existence, in_force, region, quote, number, modality, exception, entity, support, instruction or markup.

    ``thing`` are the words it hangs on; they may be a lie and must never be shown to a user.
    """

    rule: str
    thing: str
