"""Scheme files: what ships is sound and its worked examples come out; what is broken is named with file and line."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from assistant import settings
from assistant.classifying import vocabulary
from assistant.classifying.classifier import Classifier
from assistant.embedding import load
from assistant.errors import BadScheme, NotFound

CORPUS = settings.shipped("corpus")


def classifier(corpus=CORPUS, **more):
    def resolve(id, asker, on):
        raise NotFound(id)

    return Classifier(corpus, resolve, lambda text, others: [0.0] * len(others), **more)


SHIPPED = classifier(encode=load().encode)
EXAMPLES = [(ready.scheme.name, e) for ready in SHIPPED.all() for e in ready.scheme.examples]


@pytest.mark.parametrize(("scheme", "example"), EXAMPLES, ids=[f"{name}-{e.line}" for name, e in EXAMPLES])
def test_a_worked_example_comes_out_as_its_scheme_says(scheme, example):
    on = date.fromisoformat(example.on) if example.on else None
    done = SHIPPED.classify(example.text, scheme, on=on, region=example.region)
    outcome = done.outcome if isinstance(done.outcome, tuple) else (done.outcome,)
    states = {f.element: f.state for f in done.findings}
    assert (sorted(outcome), {e: states[e] for e in example.elements}, {k: done.values.get(k) for k in example.dates}) == (
        sorted(o for o in example.outcome if o), dict(example.elements), dict(example.dates))


@pytest.mark.parametrize("name", SHIPPED.names)
def test_every_scheme_has_an_example_and_every_quote_is_verbatim(name):
    scheme = SHIPPED.ready(name).scheme
    assert scheme.examples
    for example in scheme.examples:
        for f in SHIPPED.classify(example.text, name, region=example.region).findings:
            assert f.span is None and f.quote == "" and f.state == "unclear" or example.text[f.span[0]:f.span[1]] == f.quote != ""


def test_the_clauses_that_schemes_cite_are_in_the_shipped_corpus(shipped_home):
    from assistant.assistant import Assistant

    with Assistant.open(home=shipped_home) as assistant:
        SHIPPED.check(assistant.store.known_clause)


@pytest.fixture
def corpus(tmp_path):
    for part in ("schemes", "evidence"):
        (tmp_path / part).mkdir()
    for path in (CORPUS / "evidence").iterdir():
        shutil.copy(path, tmp_path / "evidence")
    return tmp_path


GOOD = """name: probe
title: 试用
basis: ["某办法#第一条"]
elements:
  gain: {title: 未谋私利, question: 有没有谋利？, met: [not benefit], unmet: [benefit]}
decide:
  - when: {gain: unmet}
    outcome: no
  - when: {gain: met}
    outcome: yes
outcomes:
  yes: {title: 可以}
  no: {title: 不可以}
"""

FAULTS = [
    ("title: 试用", "title: 试用: 又", "第 2 行不是正确的 YAML"),
    ("title: 试用", "title: 试用\ntitle: 再来", "第 3 行：键“title”重复"),
    ("met: [not benefit]", "met: [not such]", "第 5 行：没有信号“such”"),
    ("{gain: unmet}", "{gone: unmet}", "第 7 行：没有要素“gone”"),
    ("{gain: unmet}", "{gain: maybe}", "第 7 行：要素 gain 的取值“maybe”不在"),
    ("outcome: no", "outcome: never", "第 7 行：结果“never”没有在 outcomes 里定义"),
    ("decide:", "decides:", "第 6 行：不认识的键“decides”"),
    ("outcomes:", "extra: 1\noutcomes:", "第 11 行：不认识的键“extra”"),
]


@pytest.mark.parametrize(("old", "new", "said"), FAULTS)
def test_a_broken_scheme_is_refused_with_its_line(corpus, old, new, said):
    (corpus / "schemes" / "probe.yaml").write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(BadScheme, match="probe.yaml") as caught:
        classifier(corpus).all()
    assert said in caught.value.message


def test_a_clause_that_does_not_exist_is_refused_with_its_line(corpus):
    (corpus / "schemes" / "probe.yaml").write_text(GOOD, "utf-8")
    with pytest.raises(BadScheme, match="probe.yaml 第 3 行引用的条款“某办法#第一条”在语料库里没有"):
        classifier(corpus).check(lambda id: False)


def test_a_pattern_of_an_unknown_class_is_refused_with_its_line(corpus):
    file = corpus / "evidence" / "signals.yaml"
    file.write_text(file.read_text("utf-8") + "odd:\n  - <nowhere> 钱\n", "utf-8")
    line = len(file.read_text("utf-8").splitlines())
    with pytest.raises(BadScheme, match=rf"signals.yaml 第 {line} 行：.*<nowhere>"):
        vocabulary.load(corpus / "evidence")


def test_a_bound_list_names_the_kind(corpus, tmp_path):
    (corpus / "schemes" / "probe.yaml").write_text(GOOD + "list: {title: 十种情形清单, ask: 配套办法}\n", "utf-8")
    text = "他收受礼金。"
    near = Classifier(corpus, lambda *a: (_ for _ in ()).throw(NotFound("")), lambda t, others: [0.9 if "礼" in o else 0.0 for o in others])
    missing = near.classify(text, "probe")
    (corpus / "lists").mkdir()
    (corpus / "lists" / "ten.yaml").write_text("scheme: probe\ndocument: 某配套办法\nitems:\n  - {n: 三, text: 收礼, outcome: no}\n", "utf-8")
    bound = Classifier(corpus, near._resolve, near._near).classify(text, "probe")
    assert (missing.outcome, missing.tendency, missing.ask_next, bound.outcome) == ("list_missing", "no", "能否提供配套办法？", "no")
    assert "《某配套办法》第3种“收礼”" in bound.reasons[0]
