"""Conversations by rules: what carries over, what does not, what a driver does with it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from assistant import words
from assistant.answering.naming import Names
from assistant.conversing import Driver, Knowledge, Topic, after, dump, load, understand
from assistant.conversing.topic import MOST_EARLIER
from assistant.drafting.nouns import Field, Form
from assistant.errors import BadInput, NotFound
from assistant.lexicon import Lexicon
from assistant.types import Answer, Citation, Document, Provision

LOCAL_RULE = Document("甲办〔2022〕1号", "高明区干部管理办法", kind="normative", region="广东省佛山市高明区", number="甲办〔2022〕1号")
LAW = Document("政务处分法", "中华人民共和国公职人员政务处分法", kind="normative", region="全国", aliases=("政务处分法",))
OTHER_LAW = Document("公务员法", "中华人民共和国公务员法", kind="normative", region="全国", aliases=("公务员法",))
TEXTS = {
    "甲办〔2022〕1号#三": (LOCAL_RULE, "三、轮岗分为4种情形：任期轮岗、培养轮岗、调任轮岗、回避轮岗。"),
    "政务处分法#第八条": (LAW, "第八条 政务处分的期间为：（一）警告，六个月；（二）记过，十二个月；（三）记大过，十八个月；（四）降级、撤职，二十四个月。"),
    "政务处分法#第九条": (LAW, "第九条 " + "职工违法的，依法处理。" * 100),
}
FORM = Form("notice", "不予容错告知书", "告知书", "letter", "机关", "本人", tuple(Field(k) for k in ("姓名", "单位", "职务", "成文日期")), ())
KNOWN = Knowledge(Names([LOCAL_RULE, LAW, OTHER_LAW]), (LOCAL_RULE.region, "广东省江门市鹤山市"), Lexicon({}), words.known, lambda gram: 5.0,
                  lambda id: TEXTS[id][1] if id in TEXTS else "", lambda text: "镇长" in text and "经" in text, lambda: (FORM,))
ROTATION = Topic(question="高明轮岗分几种情形？", region="广东省佛山市高明区", document=LOCAL_RULE.title, provisions=("甲办〔2022〕1号#三",),
                 subject="轮岗", items=("任期轮岗", "培养轮岗", "调任轮岗", "回避轮岗"))
PENALTY = Topic(question="政务处分记过的期间是多久？", document=LAW.title, provisions=("政务处分法#第八条",), subject="政务处分 记过")
CASE = Topic(case="20260101-aa", provisions=("政务处分法#第八条",))
DRAFT = Topic(form="不予容错告知书", fields={"姓名": "张三"})


def read(message, topic):
    u = understand(message, topic, known=KNOWN)
    return u.kind, u.question


@pytest.mark.parametrize(("message", "topic", "question"), [
    ("那鹤山呢", ROTATION, "广东省江门市鹤山市轮岗分几种情形？"),
    ("换成鹤山", ROTATION, "广东省江门市鹤山市轮岗分几种情形？"),
    ("我说的是鹤山不是高明", ROTATION, "广东省江门市鹤山市轮岗分几种情形？"),
    ("福建的呢", PENALTY, "福建省政务处分记过的期间是多久？"),
    ("那记大过呢？", PENALTY, "政务处分记大过的期间是多久？"),
    ("撤职呢", PENALTY, "政务处分撤职的期间是多久？"),
    ("错了，我问的是撤职", PENALTY, "政务处分撤职的期间是多久？"),
    ("由谁决定？", ROTATION, "广东省佛山市高明区轮岗 由谁决定"),
    ("多久一次？", ROTATION, "广东省佛山市高明区轮岗 多久一次"),
    ("它由谁负责", ROTATION, "广东省佛山市高明区轮岗 由谁负责"),
])
def test_a_follow_up_is_made_a_question_of_its_own(message, topic, question):
    u = understand(message, topic, known=KNOWN)
    assert (u.kind, u.question, bool(u.carried)) == ("question", question, True)


@pytest.mark.parametrize("message", [
    "处分影响期多长？", "公务员奖励分哪几种？", "国家秘密分几级呢？", "福建干部多久体检一次", "今天天气怎么样", "公务员法第六十条讲什么", "我头疼发烧该吃什么药"])
@pytest.mark.parametrize("topic", [ROTATION, PENALTY, CASE, Topic()])
def test_a_question_of_its_own_takes_nothing_from_the_talk(message, topic):
    u = understand(message, topic, known=KNOWN)
    assert (u.kind, u.question, u.region, u.carried, u.otherwise) == ("question", message, "", (), ())
    assert u.topic == Topic(earlier=u.topic.earlier)


@pytest.mark.parametrize(("message", "topic", "kind", "provisions", "ordinal"), [
    ("上面那条的原文", ROTATION, "original", ("甲办〔2022〕1号#三",), None),
    ("把依据贴出来", ROTATION, "original", ("甲办〔2022〕1号#三",), None),
    ("依据是什么", PENALTY, "original", ("政务处分法#第八条",), None),
    ("第九条的全文", PENALTY, "original", ("政务处分法#第九条", "政务处分法#第八条"), 9),
    ("第三种是什么", ROTATION, "list", ("甲办〔2022〕1号#三",), 3),
    ("最后一个呢", ROTATION, "list", ("甲办〔2022〕1号#三",), -1),
    ("还有呢", ROTATION, "list", ("甲办〔2022〕1号#三",), None),
    ("详细说说", ROTATION, "explain", ("甲办〔2022〕1号#三",), None),
    ("那还缺什么？", CASE, "explain", (), None),
    ("为什么不能容错？", CASE, "explain", (), None),
    ("经查没有收钱", CASE, "case_fact", (), None),
    ("先出一版", DRAFT, "draft", (), None),
    ("你好", ROTATION, "greeting", (), None),
    ("好的，谢谢", ROTATION, "thanks", (), None),
    ("答非所问", ROTATION, "feedback", (), None),
    ("算了", DRAFT, "feedback", (), None),
])
def test_what_is_no_question_is_told_apart(message, topic, kind, provisions, ordinal):
    u = understand(message, topic, known=KNOWN)
    assert (u.kind, u.provisions, u.ordinal) == (kind, provisions, ordinal)


def test_fields_are_filled_over_turns():
    first = understand("帮我起草一份不予容错告知书", Topic(), known=KNOWN)
    second = understand("姓名张三，单位某镇政府，日期2024年5月1日", first.topic, known=KNOWN)
    third = understand("职务呢写副镇长", second.topic, known=KNOWN)
    assert [u.kind for u in (first, second, third)] == ["draft"] * 3
    assert third.topic.fields == {"姓名": "张三", "单位": "某镇政府", "成文日期": "2024年5月1日", "职务": "副镇长"}


def test_an_earlier_topic_is_returned_to_and_gone_on_with():
    topic = Topic(question="公务员奖励分哪几种", subject="公务员 奖励", earlier=(PENALTY, ROTATION))
    assert read("回到刚才轮岗的问题", topic) == ("question", "高明轮岗分几种情形？")
    u = understand("回到轮岗，由谁决定", topic, known=KNOWN)
    assert (u.question, [t.subject for t in u.topic.earlier]) == ("广东省佛山市高明区轮岗 由谁决定", ["公务员 奖励", "政务处分 记过"])


def test_a_fact_told_after_another_question_goes_to_the_case():
    u = understand("经查，镇长没有收钱。", Topic(question="处分影响期多长", subject="处分", earlier=(CASE,)), known=KNOWN)
    assert (u.kind, u.topic.case, u.carried) == ("case_fact", CASE.case, ("按前面说的案件",))


def test_a_topic_goes_through_json_and_back_and_what_is_odd_is_left_out():
    topic = Topic(question="问", region="福建省", items=("甲", "乙"), fields={"姓名": "张三"}, earlier=(PENALTY,))
    assert load(json.loads(json.dumps(dump(topic)))) == topic
    assert load({"question": 3, "items": ["甲", 4], "unknown": 1, "earlier": "x"}) == Topic(items=("甲",))
    assert load(None) == Topic()


def test_topics_left_are_kept_to_a_limit():
    topic = Topic()
    asked = [f"{thing}由哪个部门审批？" for thing in ("护照", "编制", "津贴", "档案", "公示", "借调", "挂职", "休假")]
    for question in asked:
        u = understand(question, topic, known=KNOWN)
        topic = after(u, Answer("答"), known=KNOWN)
    assert (topic.question, [t.question for t in topic.earlier]) == (asked[-1], asked[-2:-2 - MOST_EARLIER:-1])
    assert all(t.earlier == () for t in topic.earlier)


def test_a_classified_message_is_not_remembered():
    u = understand("机密★5年 公务员奖励分哪几种？", ROTATION, known=KNOWN)
    assert after(u, Answer("未处理", refusal="classified"), known=KNOWN).question == ""


@dataclass
class FakeDesk:
    """Answers questions about 轮岗 in 高明 and 记过 in the law; remembers what it was asked."""

    asked: list = field(default_factory=list)
    facts: list = field(default_factory=list)

    def known(self, on):
        return KNOWN

    def ask(self, question, *, on, region):
        self.asked.append((question, region))
        for word, id in (("轮岗", "甲办〔2022〕1号#三"), ("记过", "政务处分法#第八条")):
            document, text = TEXTS[id]
            if word in question and (document.region == "全国" or "高明" in question + region):
                return Answer(text, (Citation(id, id.split("#")[1], document, text),))
        return Answer("没有", refusal="out_of_corpus")

    def provision(self, id, *, on):
        if id not in TEXTS:
            raise NotFound("没有")
        document, text = TEXTS[id]
        return Provision(id, document.id, id.split("#")[1], text, text), document

    def classify(self, text, *, on, region):
        return Answer("初步意见", determination=_Determination("事实不足"))

    def add_fact(self, case, fact):
        self.facts.append((case, fact))
        return _Case(_Determination("可予容错"))

    def case(self, id):
        return _Case(_Determination("事实不足"))

    def draft(self, form, fields, case, *, on):
        if any("坏" in v for v in fields.values()):
            raise BadInput("字段“姓名”看不懂。")
        return _Notice(tuple(f.key for f in FORM.fields if f.key not in fields)), "全文"


@dataclass
class _Determination:
    title: str
    id: str = "20260101-aa"
    reasons: tuple = ("理由。",)
    missing: tuple = ("未谋私利",)
    ask_next: str = "有没有得到好处？"
    would_change: tuple = ()
    citations: tuple = ()
    notices: tuple = ()
    findings: tuple = ()
    follows: dict = field(default_factory=dict)


@dataclass
class _Case:
    determination: _Determination


@dataclass
class _Notice:
    missing: tuple


def talk(desk, *messages):
    topic, replied = Topic(), None
    for message in messages:
        replied = Driver(desk).reply(message, topic)
        topic = load(json.loads(json.dumps(dump(replied.topic))))
    return replied


def test_what_was_carried_over_is_said_in_a_notice():
    replied = talk(FakeDesk(), "高明轮岗分几种情形？", "由谁决定？")
    assert replied.answer.notices == ("按上文，问的是广东省佛山市高明区的“轮岗”",)
    assert replied.topic.provisions == ("甲办〔2022〕1号#三",)


def test_the_wording_is_read_out_letter_for_letter_and_a_long_clause_is_cut_at_a_sentence():
    said = talk(FakeDesk(), "高明轮岗分几种情形？", "原文呢").answer
    assert [c.quote for c in said.citations] == [TEXTS["甲办〔2022〕1号#三"][1]]
    long = talk(FakeDesk(), "政务处分记过的期间是多久？", "第九条的全文").answer
    whole = TEXTS["政务处分法#第九条"][1]
    assert whole.startswith(long.citations[0].quote) and long.citations[0].quote.endswith("。") and len(long.citations[0].quote) <= 800
    assert long.notices[0] == f"第九条较长，这里引到第 {len(long.citations[0].quote)} 字，全条 {len(whole)} 字。"


def test_one_of_several_is_told_and_one_too_many_is_not_made_up():
    assert talk(FakeDesk(), "高明轮岗分几种情形？", "倒数第二种呢").answer.text.startswith("第 3 项（共 4 项）：调任轮岗。")
    none = talk(FakeDesk(), "高明轮岗分几种情形？", "第九种呢").answer
    assert (none.refusal, none.text.split("\n")[0]) == ("not_listed", "上面列出的只有 4 项，没有第 9 项。")


def test_the_wording_of_nothing_is_asked_back():
    assert talk(FakeDesk(), "你好", "上面那条的原文").answer.refusal == "out_of_corpus"
    assert talk(FakeDesk(), "高明奖金有多少？", "原文呢").answer.refusal == "ambiguous"


def test_a_refused_question_leaves_its_subject_for_the_next_place():
    desk = FakeDesk()
    talk(desk, "鹤山轮岗分几种情形？", "那高明呢")
    assert desk.asked[-1] == ("广东省佛山市高明区轮岗分几种情形？", "")


def test_narrowing_to_years_refuses_what_is_older():
    replied = talk(FakeDesk(), "政务处分记过的期间是多久？", "只看2023年以后的")
    assert (replied.answer.refusal, replied.answer.text[:22]) == ("out_of_corpus", "2023年以后的文件中没有找到这一点的规定。")


def test_a_case_is_told_asked_about_and_added_to():
    desk = FakeDesk()
    told = "暴雨夜镇长未经会议动用应急资金抢修堤坝，次日书面向县政府报告，没有造成损失。这样能不能容错？"
    assert talk(desk, told).topic.case == "20260101-aa"
    assert "还需要核实：未谋私利" in talk(desk, told, "那还缺什么？").answer.text
    added = talk(desk, told, "处分影响期多长？", "经查没有收钱。")
    assert (desk.facts, added.topic.case, added.answer.text.split("\n")[:2]) == (
        [("20260101-aa", "经查没有收钱。")], "20260101-aa", ["已记入这个案件并重新分析。", "初步意见：可予容错。"])


def test_a_draft_asks_on_keeps_what_was_given_and_refuses_a_bad_value():
    desk = FakeDesk()
    first = talk(desk, "帮我起草一份不予容错告知书", "姓名张三，单位某镇政府")
    assert "还缺 2 项：" in first.answer.text
    bad = talk(desk, "帮我起草一份不予容错告知书", "姓名张三，单位某镇政府", "职务是坏的")
    assert (bad.answer.text, bad.topic.fields) == ("字段“姓名”看不懂。", {"姓名": "张三", "单位": "某镇政府"})
    shown = talk(desk, "帮我起草一份不予容错告知书", "姓名张三", "先出一版").answer
    assert shown.text.endswith("全文") and shown.trace["missing"] == ("单位", "职务", "成文日期")


def test_a_first_message_is_asked_as_it_stands():
    desk = FakeDesk()
    for message in ("那鹤山呢", "第三种是什么", "多久一次？", "不对，我问的是黄牌"):
        talk(desk, message)
    assert [q for q, _ in desk.asked] == ["那鹤山呢", "第三种是什么", "多久一次？", "黄牌"]


def test_a_very_long_message_is_no_follow_up():
    assert understand("那" * 5000 + "呢", ROTATION, known=KNOWN).fresh
