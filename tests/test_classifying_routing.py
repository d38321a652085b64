"""Which scheme a case is for when none is named."""

from __future__ import annotations

import pytest

from assistant import settings
from assistant.classifying import routed
from assistant.classifying.classifier import Classifier
from assistant.classifying.routing import choose, pick


@pytest.fixture(scope="module")
def classifier():
    return Classifier(settings.shipped("corpus"), lambda *a: None, lambda text, others: [0.0] * len(others))


def test_a_meeting_of_the_township_leaders_does_not_make_a_case_one_of_their_number(classifier):
    text = ("2023年春，双溪乡为给脱贫户增收，经乡党政班子会议集体研究，引进食用菌大棚项目。因气温反常，首批菌棒大面积坏死，损失三十一万元。"
            "经县纪委核查，乡长何某等人没有谋取私利，事后协调保险理赔二十万元，其余菌棒换种后已恢复出菇。")
    assert choose(classifier, text).scheme == "tolerance"


def test_a_text_that_says_nothing_of_a_case_goes_to_the_default(classifier):
    assert choose(classifier, "情况大家都知道，就不多说了，麻烦给看看吧。").scheme == "tolerance"


def test_what_nothing_speaks_for_is_left_to_the_default():
    assert pick({"stars": 0.1, "cards": 0.09, "tolerance": 0.05, routed.QUESTION: 0.76}, frozenset()) == "tolerance"


def test_a_scheme_of_one_region_has_to_win_clearly():
    chances = {"stars": 0.5, "tolerance": 0.4, routed.QUESTION: 0.1}
    assert [pick(chances, frozenset()), pick(chances, frozenset({"stars"}))] == ["stars", "tolerance"]


def test_the_chances_sum_to_one_and_an_empty_text_has_some_too():
    assert [round(sum(routed.shipped().chances(text).values()), 4) for text in ("", "干部调到邻县任职")] == [1.0, 1.0]


def test_the_model_knows_every_scheme_there_is(classifier):
    assert set(routed.shipped().labels) == {*classifier.names, routed.QUESTION}


