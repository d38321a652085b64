"""Which scheme a case is for when none is named."""

from __future__ import annotations

import pytest

from assistant import settings
from assistant.classifying import routed
from assistant.classifying.classifier import Classifier
from assistant.classifying.routing import choose, pick, tells_a_case
from assistant.errors import NotFound


def unknown(id, asker, on):
    raise NotFound(id)


@pytest.fixture(scope="module")
def classifier():
    return Classifier(settings.shipped("corpus"), unknown, lambda text, others: [0.0] * len(others))


def test_a_meeting_of_the_township_leaders_does_not_make_a_case_one_of_their_number(classifier):
    text = ("2023年春，双溪乡为给脱贫户增收，经乡党政班子会议集体研究，引进食用菌大棚项目。因气温反常，首批菌棒大面积坏死，损失三十一万元。"
            "经县纪委核查，乡长何某等人没有谋取私利，事后协调保险理赔二十万元，其余菌棒换种后已恢复出菇。")
    assert choose(classifier, text).scheme == "tolerance"


CLEAR = {
    "assessment": "高明区综治办干部曾某清理占道摊位，被摊主骂了半年，查过没有违规。年度考核有人给他打低分，问能不能不作负面评价、不影响提拔。",
    "award": "福建龙海一名公务员在台风夜救出十一名渔民，表现突出，没有受过处分，县里核实后想给他及时奖励、记三等功。",
    "cards": "平顶山市郏县一名局长对群众诉求推诿扯皮，督查组查实他半年没有办理，县委想给他亮黄牌。",
    "clarification": "有人匿名检举水务站长侵吞工程款。县纪委监委查账后认定反映失实，站长要求公开澄清、恢复名誉。",
    "distinguish": "福建某县一名副局长整天喝茶混日子，没有经济问题。请按“三个区分开来”四分法看属于哪一类。",
    "fitness": "县科技局局长连续三年民主测评垫底，工作长期打不开局面，组织部核实后研究他是否不适宜担任现职、要不要调整下来。",
    "intake": "县农机局把新增的农机年检统计交给各乡镇，没有报县委县政府审核，镇里问能不能不接。",
    "neighbour": "岳塘区一位邻长去海口过冬，两个月没有回来走访，社区问要不要换人。",
    "promotion": "福建某县一名镇党委书记，考察认定优秀，组织部拟把他直接提任为县政府副县长，问是否符合路径。",
    "ranking": "鹤山市年度考核结果公布，双合镇在同类镇里排最后一名，镇党委书记问会不会被诫勉。",
    "reserve": "湘潭县住建局总工，中共党员，四十五岁，注册建筑师，推荐入储备库，问归四类干部的哪一类。",
    "reuse": "某县干部2021年3月受党内严重警告，影响期早已满，认错诚恳、工作突出、群众认可，现在能不能提拔使用？",
    "rotation": "高明区财政局一名股长在同一岗位干了十年，这次轮岗到统计局，问属于哪一类交流轮岗。",
    "routing": "岳塘区某小区的居民说楼下路灯坏了要大家凑钱修，意见不统一，片长想知道按三事分流算小事还是大事。",
    "stars": "高明区荷城街道一名干部带队提前一个月完成征地签约，街道提出给他记一颗星。",
    "talks": "福建一名副镇长的妻子上月因车祸去世，他照常上班，情绪很差。按五必谈，领导该不该找他谈心谈话？",
    "tolerance": "镇里引种蓝莓，论证过也开了村民大会，没想到遇上百年一遇的冻害，亏了五十万元。干部没有谋私，事后追回保险赔款。",
    "township_ratio": "闽清县党政领导班子十二人，有乡镇党政正职经历的三人，够不够三分之一？",
}


@pytest.mark.parametrize("scheme", CLEAR)
def test_a_clear_text_goes_to_its_scheme(classifier, scheme):
    assert choose(classifier, CLEAR[scheme]).scheme == scheme


def test_there_is_a_clear_text_for_every_scheme(classifier):
    assert set(CLEAR) == set(classifier.names)


def test_a_close_second_is_named_in_the_notice(classifier, monkeypatch):
    monkeypatch.setattr("assistant.classifying.routed.Model.chances", lambda self, plain: {"tolerance": 0.5, "fitness": 0.4, "reuse": 0.1})
    assert classifier.classify("他推进项目时出了差错。").notices[0] == (
        "没有指定方案，按案情选用“容错认定”。也可能属于“能上能下（不适宜担任现职）”，如是请指定该方案。")


@pytest.mark.parametrize("question", [
    "我们在整理干部政策，想知道受了处分的人什么时候可以重新使用。各类处分的影响期分别是多长？",
    "公务员受撤职处分的，影响期一共多长？影响期内能不能晋升职务，解除以后能不能恢复原来的职务？",
    "周末想去爬山，请推荐几条路线。最好离市区近一些，适合带老人和孩子，沿途有吃饭的地方。",
])
def test_a_question_in_general_is_answered_however_long(classifier, question):
    assert not tells_a_case(classifier, question)


@pytest.mark.parametrize("scheme", ["tolerance", "reuse", "clarification"])
def test_a_case_told_in_a_question_is_classified(classifier, scheme):
    assert tells_a_case(classifier, CLEAR[scheme].replace("，现在能不能", "。现在能不能"))


def test_a_text_that_says_nothing_of_a_case_goes_to_the_default(classifier):
    assert choose(classifier, "情况大家都知道，就不多说了，麻烦给看看吧。").scheme == "tolerance"


def test_what_nothing_speaks_for_is_left_to_the_default():
    assert pick({"stars": 0.1, "cards": 0.09, "tolerance": 0.05, routed.QUESTION: 0.76}, frozenset()) == "tolerance"


def test_a_scheme_of_one_region_has_to_win_clearly():
    chances = {"stars": 0.46, "tolerance": 0.44, routed.QUESTION: 0.1}
    assert [pick(chances, frozenset()), pick(chances, frozenset({"stars"}))] == ["stars", "tolerance"]


def test_the_chances_sum_to_one_and_an_empty_text_has_some_too():
    assert [round(sum(routed.shipped().chances(text).values()), 4) for text in ("", "干部调到邻县任职")] == [1.0, 1.0]


def test_the_model_knows_every_scheme_there_is(classifier):
    assert set(routed.shipped().labels) == {*classifier.names, routed.QUESTION}


