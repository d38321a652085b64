"""Evidence by likeness: it fills silence, quotes the case's own words, and gives way to what is said."""

import numpy as np

from assistant.classifying import schemes, vocabulary
from assistant.classifying.finding import find
from assistant.classifying.paraphrase import Samples, pieces
from assistant.classifying.reading import Reading
from assistant.settings import shipped

SCHEME = """
name: small
title: 小方案
signals: {slept: [睡觉], asked_for: [请求], worked: [苦干]}
elements:
  idle: {title: 懒散, question: 懒散吗？, met: [slept]}
  busy: {title: 勤快, question: 勤快吗？, met: [worked]}
decide: [{when: {idle: met}, outcome: idle}]
outcomes: {idle: {title: 懒散}, insufficient: {title: 不清}}
samples:
  idle+: [整天不见人影, 办公室里找不到他]
  busy+: [天天在工地上忙到半夜, 连轴转地赶进度]
  none: [请问怎么办]
"""


def encode(texts):
    """Bags of characters: enough for sentences that share words."""
    rows = np.zeros((len(texts), 512), dtype=np.float32)
    for i, text in enumerate(texts):
        for c in text:
            rows[i, ord(c) % 512] += 1
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def found(tmp_path, text, extra=""):
    path = tmp_path / "small.yaml"
    path.write_text(SCHEME + extra, "utf-8")
    ready = schemes.load_one(path, vocabulary.load(shipped("corpus") / "evidence"), {})
    reading = Reading(text, ready.tree, ready.scheme.signals, ready.simplified)
    findings, _ = find(ready.scheme, reading, None, {}, samples=Samples(ready.scheme.samples, encode))
    return {name: (f.state, f.quote) for name, f in findings.items()}


def test_what_no_pattern_knows_is_found_by_the_sample_that_lies_nearest(tmp_path):
    got = found(tmp_path, "他值班那几天，同事说整天不见人影，材料堆着。")
    assert (got["idle"][0], got["busy"]) == ("met", ("unclear", ""))
    assert "整天不见人影" in got["idle"][1]


def test_a_label_that_needs_a_signal_is_silent_without_it(tmp_path):
    text = "同事说他整天不见人影，材料堆着。"
    assert found(tmp_path, text, "needs: {idle+: worked}\n")["idle"] == ("unclear", "")
    assert found(tmp_path, text, 'needs: {idle+: "!worked"}\n')["idle"][0] == "met"


def test_words_come_before_likeness(tmp_path):
    got = found(tmp_path, "他上班睡觉。")
    assert got["idle"] == ("met", "他上班睡觉")


def test_questions_and_bare_denials_are_no_pieces():
    text = "请问能不能奖励他呢？没有发现问题，他在工地上忙到半夜才回家。"
    clauses = ((0, 10), (10, 17), (17, len(text)))
    assert [text[a:b] for a, b in pieces(text, clauses, ((0, 10), (10, len(text))))] == ["没有发现问题，他在工地上忙到半夜才回家。", "他在工地上忙到半夜才回家。"]
