"""The nouns of classification: schemes, what is read in a case, what is found, what is determined. Frozen, plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assistant.types import LABEL, Citation

State = Literal["met", "unmet", "unclear"]
STATES: tuple[State, ...] = ("met", "unmet", "unclear")
STATE_WORDS: dict[State, str] = {"met": "具备", "unmet": "不具备", "unclear": "不清楚"}
"""The states as a reader is told them."""

Truth = Literal["asserted", "denied", "doubted"]
Speaker = Literal["found", "reported", "self", "plain"]

SPEAKERS = {"found": "经查", "reported": "据反映", "self": "本人自述", "plain": "材料陈述", "silent": "材料未说明"}
"""Who says it, as a reader is told."""

OTHER_REGION, LIST_MISSING = "other_region", "list_missing"
"""Outcomes that the machinery gives by itself."""

Span = tuple[int, int]

@dataclass(frozen=True)
class Claim:
    """A proposition that a case makes: which signal, whether asserted, denied or doubted, who says so, and where.

    ``span`` is ``[start, end)`` of the matched words, ``quote`` that of the clauses around them.
    """

    signal: str
    truth: Truth
    speaker: Speaker
    span: Span
    quote: Span


@dataclass(frozen=True)
class Computed:
    """What a computation says of an element: its state, the words it rests on, how it was reckoned, and its values."""

    state: State
    spans: tuple[Span, ...] = ()
    note: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    speaker: Speaker = "plain"
    cite: tuple[str, ...] = ()


@dataclass(frozen=True)
class Element:
    """One question that a scheme asks of a case.

    ``met`` and ``unmet`` are conditions over signals; ``silence`` is what the decision takes when the case says nothing and
    ``asked`` does not hold; ``cured`` are conditions over signals under which evidence against does not count; ``trained`` is the name that
    the labels of the trained classifier have for the element ("" = patterns only), ``least`` the score from which
    a piece counts for it; ``self_counts`` and ``reported_counts``: whether that speaker alone is enough.
    """

    name: str
    title: str
    question: str
    cite: tuple[str, ...] = ()
    met: tuple = ()
    unmet: tuple = ()
    self_counts: bool = False
    reported_counts: bool = False
    silence: State = "unclear"
    asked: tuple | None = None
    cured: tuple = ()
    trained: str = ""
    least: float = -1.0
    compute: str = ""
    given: Mapping = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One line of a decision list; ``when`` None = otherwise; ``passes``: skipped instead of stopping when it cannot be settled."""

    outcome: str
    when: tuple | None = None
    because: str = ""
    cite: tuple[str, ...] = ()
    passes: bool = False
    line: int = 0


@dataclass(frozen=True)
class Outcome:
    """What a scheme can come to, and what follows: who decides, by what procedure, within what time."""

    name: str
    title: str
    who: str = ""
    how: str = ""
    within: str = ""
    cite: tuple[str, ...] = ()


@dataclass(frozen=True)
class Example:
    """A worked example of a scheme; every one of them is a test."""

    text: str
    outcome: tuple[str, ...]
    on: str = ""
    region: str = ""
    elements: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True)
class OfficeList:
    """The list of an office on which a scheme rests: what it is called, and the document to ask for."""

    title: str
    ask: str


@dataclass(frozen=True)
class Local:
    """What one region's own measure adds to a scheme: the clauses to cite, and elements that it also demands."""

    region: str
    cite: tuple[str, ...]
    demand: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scheme:
    """One kind of classification, as its file says. ``lines`` tells where each cited clause id stands, for error messages.

    ``samples``: sentences by label for evidence by likeness; ``needs``: the signal that a label's likeness needs; ``each``: every element by itself instead of the likest only;
    ``exclusive``: the likest label only, also against what patterns say of the others.
    """

    name: str
    title: str
    basis: tuple[str, ...] = ()
    region: tuple[str, ...] = ("全国",)
    every: bool = False
    unclear: str = "insufficient"
    route: tuple[str, ...] = ()
    signals: Mapping[str, tuple] = field(default_factory=dict)
    elements: Mapping[str, Element] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    office_list: OfficeList | None = None
    local: tuple[Local, ...] = ()
    examples: tuple[Example, ...] = ()
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)
    each: bool = False
    exclusive: bool = False
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    file: str = ""


@dataclass(frozen=True)
class Finding:
    """The state of one element, the words of the case behind it, who says them, and the clauses that ask for it.

    ``value`` is what the decision takes: the state, or for a silent element that is not asked for what its scheme assumes.
    A finding without a span is ``unclear``.
    """

    element: str
    title: str
    state: State
    quote: str = ""
    span: Span | None = None
    speaker: str = ""
    citations: tuple[Citation, ...] = ()
    value: State = "unclear"
    note: str = ""
    asked: bool = True
    cite: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """If these elements were shown to be so, the outcome would be that."""

    given: Mapping[str, State]
    outcome: str | tuple[str, ...]
    title: str = ""


@dataclass(frozen=True)
class Similar:
    """A case of the same asker's that lies near: its outcome, and the elements in which it differs."""

    case: str
    outcome: str | tuple[str, ...]
    differences: tuple[str, ...] = ()
    decided: str = ""


@dataclass(frozen=True)
class Determination:
    """A preliminary opinion: never a decision.

    ``outcome`` is a name of the scheme's outcomes, for schemes in which several may hold a tuple of them. ``parts`` holds one
    determination for each person or act when there are several; ``who`` names that part.
    """

    scheme: str
    outcome: str | tuple[str, ...]
    title: str
    findings: tuple[Finding, ...] = ()
    reasons: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    ask_next: str | None = None
    would_change: tuple[Change, ...] = ()
    citations: tuple[Citation, ...] = ()
    parts: tuple[Determination, ...] = ()
    follows: Mapping[str, str] = field(default_factory=dict)
    tendency: str | tuple[str, ...] | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    who: str = ""
    id: str = ""
    scheme_title: str = ""
    similar: tuple[Similar, ...] = ()
    label: str = LABEL
