"""What a case says of each element: state, exact words, speaker. Evidence against comes before evidence for; silence is unclear.

How strong a claim is depends on who makes it: what was found out (3), what the material states (2), what the person says against
himself (2), what the person says for himself or what is only reported (1, not enough by itself unless the element says so).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.classifying import conditions, paraphrase, proposed
from assistant.classifying.learned import AGAINST, MARK, MARKS, Trained
from assistant.classifying.nouns import SPEAKERS, Claim, Computed, Element, Finding, Scheme, State
from assistant.classifying.paraphrase import Samples
from assistant.classifying.proposed import Proposal
from assistant.classifying.reading import Reading

ENOUGH = 2
"""The strength from which evidence settles an element."""
TAKEN: dict[State, float] = {"met": 0.5, "unmet": 0.25}
"""The chance from which a state that the trained classifier settles is taken: what excludes sooner than what clears."""
TOLD, CERTAIN = 0.4, 0.97
"""The chance from which what is assumed not to hold is taken to hold, and from which words that the patterns take for a doubt are none."""
MIXED, PLAIN = 0.5, 1.0
"""The score from which words against an element that excludes keep it open, whatever else speaks for it, and from which they tell
against it when nothing speaks louder."""
CLEAR, LEAD = 2.0, 3.0
"""The score from which words tell for an element by themselves, and how far what speaks against it or leaves it open has to lie below."""
AGAINST_FROM = -1.5
"""The score that some piece of the case has to have to count against an element (``Element.least`` to count for it): a state is never
taken from what is said of other elements."""
SPOKEN, DOUBT = 0.0, 0.5
"""The score from which a piece counts as speaking of an element at all, and as leaving it open."""


@dataclass(frozen=True)
class Weighed:
    """Evidence that holds: how strong, and the claims it rests on."""

    strength: int
    claims: tuple[Claim, ...]


def find(scheme: Scheme, reading: Reading, on: date | None, computations: Mapping[str, Callable],
         demanded: frozenset[str] = frozenset(), samples: Samples | None = None,
         place: str = "", trained: Trained | None = None, proposals: Sequence[Proposal] = ()) -> tuple[dict[str, Finding], dict[str, str]]:
    """The findings by element, and the values of the scheme's computations. ``demanded`` elements are asked for even when silent;
    ``samples`` fill by likeness what the patterns left silent; ``place`` is where the case lies; ``proposals`` are what a model read."""
    found: dict[str, Finding] = {}
    values: dict[str, str] = {}
    for element in scheme.elements.values():
        if element.compute:
            computed: Computed = computations[element.compute](reading, {**element.given, "region": place}, on)
            values.update(computed.values)
            found[element.name] = _of_computed(element, computed, reading)
        else:
            found[element.name] = weigh(element, reading)
            if trained is not None and trained.knows(element.name):
                found[element.name] = settled(element, found[element.name], reading, trained)
    if samples is not None:
        found = paraphrase.fill(scheme, reading, found, samples)
    if proposals:
        found = proposed.merge(scheme, reading, found, proposals, trained)
    return assume(scheme, reading, found, demanded), values


def assume(scheme: Scheme, reading: Reading, found: Mapping[str, Finding], demanded: frozenset[str] = frozenset()) -> dict[str, Finding]:
    """What the decision takes for silent elements: their scheme's assumption, unless they are asked for."""
    def silent(name: str) -> bool:
        return found[name].span is None and found[name].state == "unclear" and name not in demanded

    first: dict[str, State] = {n: scheme.elements[n].silence if silent(n) else f.state for n, f in found.items()}
    out = {}
    for name, finding in found.items():
        element = scheme.elements[name]
        asked = not silent(name) or element.silence == "unclear" or element.asked is not None and conditions.holds(
            element.asked, first.__getitem__, lambda s: raised(reading, s)) is True
        out[name] = replace(finding, value=finding.state if asked else element.silence, asked=asked)
    return out


def raised(reading: Reading, signal: str) -> bool:
    """Whether anyone asserts a signal or leaves it in doubt."""
    return any(c.truth != "denied" for c in reading.signals(signal))


def weigh(element: Element, reading: Reading) -> Finding:
    """The state of an element by its signals."""
    against = _best(element.unmet, reading, lambda c: _against(element, c))
    for_it = _best(element.met, reading, lambda c: _for(element, c))
    doubt = _doubt(element, reading)
    if against and for_it and any(_holds(entry, reading, lambda c: 1) for entry in element.cured):
        against = None
    if against and against.strength >= ENOUGH:
        return _finding(element, "unmet", against.claims, reading)
    if doubt and doubt.strength >= ENOUGH and not _settled_later(reading, doubt, for_it):
        return _finding(element, "unclear", doubt.claims, reading)
    if for_it and for_it.strength >= ENOUGH:
        return _finding(element, "met", for_it.claims, reading)
    weak = against or doubt or for_it
    return _finding(element, "unclear", weak.claims if weak else (), reading)


def settled(element: Element, found: Finding, reading: Reading, trained: Trained) -> Finding:
    """The state that the trained classifier settles from the words and from what the patterns ``found``; what was added to a case
    later counts before what was told first."""
    later = trained.since(reading.later) if reading.later is not None else None
    if later is not None and max(later.top(element.trained + m) for m in "+-") >= DOUBT:
        state = _taken(element, found, later)
        if state != "unclear":
            return _shown(element, state, found, reading, later)
    return _shown(element, _taken(element, found, trained), found, reading, trained)


def _taken(element: Element, found: Finding, trained: Trained) -> State:
    chances = trained.settle(element.name, element.trained, found)
    scores = {mark: trained.top(element.trained + mark) for mark in MARKS}
    doubted = found.state == "unclear" and found.span is not None and found.speaker in (SPEAKERS["found"], SPEAKERS["plain"])
    enough = CERTAIN if doubted and element.silence == "met" else TAKEN["unmet"]
    if element.cured and found.state == "met":
        # What the patterns found cured (an emergency that was reported at once) is only overruled by what is likelier.
        enough = max(enough, chances.get("met", 0.0))
    if chances.get("unmet", 0.0) >= enough and scores["-"] >= AGAINST_FROM:
        return "unmet"
    if element.trained in AGAINST and scores["-"] >= PLAIN and scores["-"] > max(scores["+"], scores["?"]):
        return "unmet"
    if element.silence == "met":
        # That it holds is assumed; words that say so are shown, and count where the element is asked for.
        return "met" if scores["+"] >= max(DOUBT, scores["-"], scores["?"]) else "unclear"
    if element.trained in AGAINST and scores["-"] >= MIXED:
        return "unclear"
    if element.silence == "unclear" and scores["+"] >= CLEAR and scores["+"] - max(scores["-"], scores["?"]) >= LEAD:
        return "met"
    enough = TAKEN["met"] if element.silence == "unclear" else TOLD
    return "met" if chances.get("met", 0.0) >= enough and scores["+"] >= element.least else "unclear"


def _shown(element: Element, state: State, found: Finding, reading: Reading, trained: Trained) -> Finding:
    """A state with its words: those of the pattern that found the same, else the piece that says it best."""
    if found.span is not None and found.state == state != "unclear":
        return found
    tops = {mark: trained.top(element.trained + mark) for mark in MARKS}
    mark = MARK[state] if state != "unclear" else max(tops, key=tops.__getitem__)
    spoken = state != "unclear" or (tops[mark] >= SPOKEN if element.silence == "unclear" else mark == "?" and tops[mark] >= DOUBT)
    span = trained.best(element.trained + mark) if spoken else None
    if span is None:
        return replace(found, state="unclear") if element.silence == "unclear" else Finding(element.name, element.title, "unclear", speaker=SPEAKERS["silent"])
    a, b = reading.trimmed(*span)
    return Finding(element.name, element.title, state, reading.text[a:b], (a, b), SPEAKERS[reading.judge.speaker(b - 1)])


def _settled_later(reading: Reading, doubt: Weighed, answer: Weighed | None) -> bool:
    """A doubt of the first telling is settled by what was added to the case afterwards."""
    later = reading.later
    return later is not None and answer is not None and answer.strength >= ENOUGH and answer.claims[0].span[0] >= later > doubt.claims[0].span[0]


def _against(element: Element, claim: Claim) -> int:
    return {"found": 3, "plain": 2, "self": 2, "reported": ENOUGH if element.reported_counts else 1}[claim.speaker]


def _for(element: Element, claim: Claim) -> int:
    return {"found": 3, "plain": 2, "self": ENOUGH if element.self_counts else 1, "reported": ENOUGH if element.reported_counts else 1}[claim.speaker]


def _best(entries: tuple, reading: Reading, strength: Callable[[Claim], int]) -> Weighed | None:
    found = [w for entry in entries if (w := _holds(entry, reading, strength))]
    return max(found, key=lambda w: (w.strength, -w.claims[0].span[0]), default=None)


def _holds(tree: tuple, reading: Reading, strength: Callable[[Claim], int]) -> Weighed | None:
    if tree[0] == "signal":
        claims = [c for c in reading.signals(tree[1]) if c.truth == tree[2]]
        best = max(claims, key=lambda c: (strength(c), -c.span[0]), default=None)
        return Weighed(strength(best), (best,)) if best else None
    found = [_holds(child, reading, strength) for child in tree[1:]]
    if tree[0] == "any":
        return max((f for f in found if f), key=lambda w: w.strength, default=None)
    if not all(found):
        return None
    return Weighed(min(f.strength for f in found), tuple(c for f in found for c in f.claims))


def _doubt(element: Element, reading: Reading) -> Weighed | None:
    """A claim of any of the element's signals that the material itself leaves open."""
    explicit = {e[1] for e in (*element.met, *element.unmet) if e[0] == "signal" and e[2] == "doubted"}
    best: Weighed | None = None
    for name in dict.fromkeys(n for tree in (*element.unmet, *element.met) for n in _leaves(tree)):
        if name in explicit:
            continue
        for claim in reading.signals(name):
            if claim.truth == "doubted":
                strength = {"found": 3, "plain": 2, "self": 1, "reported": 1}[claim.speaker]
                if best is None or strength > best.strength:
                    best = Weighed(strength, (claim,))
    return best


def _leaves(tree: tuple) -> Iterator[str]:
    """The signals that an entry names outside of conjunctions: a doubt about half of a conjunction is no doubt about the element."""
    if tree[0] == "signal":
        yield tree[1]
    elif tree[0] == "any":
        for child in tree[1:]:
            yield from _leaves(child)


def _finding(element: Element, state: State, claims: tuple[Claim, ...], reading: Reading) -> Finding:
    if not claims:
        return Finding(element.name, element.title, "unclear", speaker=SPEAKERS["silent"])
    a, b = claims[0].quote
    return Finding(element.name, element.title, state, reading.text[a:b], (a, b), SPEAKERS[claims[0].speaker])


def _of_computed(element: Element, computed: Computed, reading: Reading) -> Finding:
    if not computed.spans:
        return Finding(element.name, element.title, "unclear", speaker=SPEAKERS["silent"], note=computed.note, cite=computed.cite)
    a, b = reading.quote(computed.spans[0])
    return Finding(element.name, element.title, computed.state, reading.text[a:b], (a, b), SPEAKERS[computed.speaker], note=computed.note,
                   cite=computed.cite)
