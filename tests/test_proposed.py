"""What a model reads in a case counts only as far as its quoted words prove it; the scheme decides as ever."""

from __future__ import annotations

import pytest

from assistant import settings
from assistant.classifying.classifier import Classifier
from assistant.classifying.proposed import Proposal
from assistant.embedding import load
from assistant.errors import NotFound

TOLD = ("为抢在汛期前加固河堤，镇里试点以工代赈，方案经镇党委会议研究并报县里批复，没有违反禁止性规定。施工质量合格，没有造成损失。镇长表示自己没有收过任何好处，"
        "领导也认为他是为了工作。现有人要求追责。")
CHECKED = TOLD.replace("镇长表示自己没有收过任何好处，领导也认为他是为了工作。", "县纪委核查银行流水后认定，镇长及其亲属没有从中获取任何利益。")
TAKEN = TOLD.replace("镇长表示自己没有收过任何好处，领导也认为他是为了工作。", "县纪委查明，镇长收受施工方礼金三万元。")


def resolve(id, asker, on):
    raise NotFound(id)


@pytest.fixture(scope="module")
def classifier():
    return Classifier(settings.shipped("corpus"), resolve, lambda text, others: [0.0] * len(others), encode=load().encode)


def gain(done):
    found = next(f for f in done.findings if f.element == "gain")
    return done.outcome, found.state, found.quote


def test_the_same_case_is_tolerable_with_a_check_and_open_with_the_person_s_word_alone(classifier):
    assert (gain(classifier.classify(CHECKED, "tolerance"))[:2], gain(classifier.classify(TOLD, "tolerance"))[0]) == (("exempt", "met"), "insufficient")


@pytest.mark.parametrize("quote", ["镇长表示自己没有收过任何好处", "领导也认为他是为了工作", "施工质量合格", "县纪委已经查过，他是清白的"])
def test_a_model_that_calls_a_self_praise_proof_does_not_clear_anybody(classifier, quote):
    done = classifier.classify(TOLD, "tolerance", proposals=[Proposal("gain", "met", quote)])
    assert done.outcome == "insufficient"


def test_a_model_that_denies_what_was_found_does_not_turn_the_outcome(classifier):
    done = classifier.classify(TAKEN, "tolerance", proposals=[Proposal("gain", "met", "县纪委查明，镇长收受施工方礼金三万元")])
    assert gain(done)[:2] == ("exclude", "unmet")


def test_where_model_and_rules_differ_both_are_shown(classifier):
    done = classifier.classify(CHECKED, "tolerance", proposals=[Proposal("procedure", "unmet", "现有人要求追责")])
    note = next(f.note for f in done.findings if f.element == "procedure")
    assert "模型读作不具备“现有人要求追责”" in note and "规则读作具备" in note


def test_a_doubt_that_a_model_points_at_makes_the_element_open(classifier):
    done = classifier.classify(CHECKED, "tolerance", proposals=[Proposal("gain", "unclear", "现有人要求追责")])
    assert gain(done)[:2] == ("insufficient", "unclear")


def test_words_that_are_not_in_the_case_and_elements_that_do_not_exist_are_dropped(classifier):
    strange = [Proposal("gain", "unmet", "他收了五万元"), Proposal("nowhere", "met", "施工质量合格"), Proposal("ban", "unmet", "")]
    assert gain(classifier.classify(CHECKED, "tolerance", proposals=strange)) == gain(classifier.classify(CHECKED, "tolerance"))
