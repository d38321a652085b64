"""What a language model reads in a case, taken in only as far as its quoted words prove it; the scheme's plain code decides as ever.

A proposal without words that stand in the case is dropped. Where the rules are silent, it counts when the trained classifier by itself
reads the same in the same words, else the words are shown and the element stays unclear. Where model and rules differ, both are shown,
and the element is unclear unless one side's words alone prove it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.classifying.learned import MARK, MARKS, Trained
from assistant.classifying.nouns import SPEAKERS, STATE_WORDS, STATES, Element, Finding, Scheme, Span, State
from assistant.classifying.reading import Reading

SHORTEST = 4
PROOF, CLEAR = 1.0, 1.0
"""The score that words have to have for a label to prove it, and how far the opposite and doubt have to lie below."""


@dataclass(frozen=True)
class Proposal:
    """One element as a model reads it, with the words it gives for it."""

    element: str
    state: State
    quote: str


Propose = Callable[[Scheme, str], Sequence[Proposal]]
"""Reads a case text for a scheme; raises nothing of a model's faults, an empty sequence instead."""


def merge(scheme: Scheme, reading: Reading, found: Mapping[str, Finding], proposals: Sequence[Proposal], trained: Trained | None) -> dict[str, Finding]:
    """The findings of the rules with what a model proposed beside them."""
    out = dict(found)
    for proposal in proposals:
        element = scheme.elements.get(proposal.element)
        span = _span(reading, proposal.quote)
        if element is None or element.compute or span is None or proposal.state not in STATES:
            continue
        own = out[element.name]
        if proposal.state != own.state:
            out[element.name] = _differing(element, own, proposal, span, reading, trained)
    return out


def _span(reading: Reading, quote: str) -> Span | None:
    quote = quote.strip()
    at = reading.text.find(quote) if len(quote) >= SHORTEST else -1
    return (at, at + len(quote)) if at >= 0 else None


def _differing(element: Element, own: Finding, proposal: Proposal, span: Span, reading: Reading, trained: Trained | None) -> Finding:
    quote = reading.text[span[0]:span[1]]
    speaker = SPEAKERS[reading.judge.speaker(span[1] - 1)]
    theirs = Finding(element.name, element.title, proposal.state, quote, span, speaker)
    if proposal.state == "unclear":
        # A doubt that a model sees in words of the case needs no proof: it only makes the assistant more careful.
        return replace(own, state="unclear", note=_note(own, theirs)) if own.span else replace(theirs, note="")
    if _proved(element, proposal.state, span, trained):
        if own.span is None or own.state == "unclear" or not _proved(element, own.state, own.span, trained):
            return replace(theirs, note=_note(own, theirs) if own.span and own.state != "unclear" else "")
        return replace(own, state="unclear", note=_note(own, theirs))
    if own.span is None:
        return replace(theirs, state="unclear", note="模型的读法没有得到印证，须核实。")
    if own.state != "unclear" and _proved(element, own.state, own.span, trained):
        return replace(own, note=_note(own, theirs))
    return replace(own, state="unclear", note=_note(own, theirs))


def _proved(element: Element, state: State, span: Span, trained: Trained | None) -> bool:
    """Whether the words alone, read by the trained classifier, say this and not the opposite or a doubt."""
    if trained is None or not element.trained or not trained.knows(element.name):
        return False
    scores = {m: trained.within(element.trained + m, span) for m in MARKS}
    mark = MARK[state]
    return scores[mark] >= PROOF and all(scores[mark] - scores[m] >= CLEAR for m in scores if m != mark)


def _note(own: Finding, theirs: Finding) -> str:
    return f"规则读作{STATE_WORDS[own.state]}“{own.quote}”，模型读作{STATE_WORDS[theirs.state]}“{theirs.quote}”，须人工核对。"
