"""The decision list: three values, never a guess; what would change it and what to ask first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.classifying.conditions import holds
from assistant.classifying.deciding import decide, missing, would_change
from assistant.classifying.nouns import Change, Element, Finding, Rule, Scheme

A, B, C = (("is", n, ("met",)) for n in "abc")
SCHEME = Scheme("probe", "试用", elements={n: Element(n, n, f"{n}？") for n in "abc"}, rules=(
    Rule("no", ("is", "a", ("unmet",)), passes=True), Rule("yes", ("all", A, B)), Rule("half", C), Rule("insufficient")))


def found(**values):
    return {n: Finding(n, n, values.get(n, "unclear"), value=values.get(n, "unclear")) for n in "abc"}


def never(signal):
    return False


def test_an_exclusion_wins_whatever_else_is_unclear():
    assert decide(SCHEME, {"a": "unmet", "b": "unclear", "c": "unclear"}, never).outcome == "no"


def test_unclear_on_the_way_is_insufficient_and_not_the_next_rule():
    assert decide(SCHEME, {"a": "met", "b": "unclear", "c": "met"}, never).outcome == "insufficient"


def test_what_is_asked_first_settles_most_and_what_would_change_is_the_smallest_set():
    findings = found(a="met", c="met")
    assert missing(SCHEME, findings, never) == ("b",)
    assert would_change(SCHEME, findings, never) == (Change({"b": "met"}, "yes"), Change({"b": "unmet"}, "half"))


def test_an_element_that_cannot_matter_is_not_asked_for():
    assert missing(SCHEME, found(a="unmet"), never) == ()


STATES = st.sampled_from(["met", "unmet", "unclear"])
TREES = st.recursive(st.sampled_from([A, B, C]), lambda inner: st.one_of(
    st.tuples(st.just("not"), inner), st.tuples(st.sampled_from(["all", "any"]), inner, inner)), max_leaves=6)


@given(TREES, st.fixed_dictionaries({n: STATES for n in "abc"}))
def test_a_condition_that_is_settled_stays_so_however_the_unclear_turn_out(tree, values):
    first = holds(tree, values.get, never)
    for state in ("met", "unmet"):
        later = {n: state if v == "unclear" else v for n, v in values.items()}
        assert first in (None, holds(tree, later.get, never))
