"""Spans say kinds and counts, never words, and go nowhere unless a setting names a place."""

from __future__ import annotations

import pytest

from assistant.errors import BadSetting
from assistant.tracing import Tracer


class Kept:
    """An exporter that keeps the spans."""

    def __init__(self):
        self.spans = []

    def export(self, spans):
        self.spans += spans

    def shutdown(self):
        pass

    def force_flush(self, timeout_millis=0):
        return True


def test_a_span_tells_counts_and_leaves_words_out():
    kept = Kept()
    with Tracer("", kept).span("chat") as note:
        note(kind="case", citations=2, message="张三收了卡", refusal=None)
    assert [(s.name, dict(s.attributes)) for s in kept.spans] == [("chat", {"kind": "case", "citations": 2})]


def test_an_error_is_told_by_its_class_alone():
    kept = Kept()
    with pytest.raises(ValueError), Tracer("", kept).span("chat"):
        raise ValueError("张三")
    assert ([dict(s.attributes) for s in kept.spans], [s.events for s in kept.spans]) == ([{"error": "ValueError"}], [()])


def test_an_address_that_is_none_is_refused_in_words():
    with pytest.raises(BadSetting, match="ASSISTANT_TELEMETRY"):
        Tracer("collector")
