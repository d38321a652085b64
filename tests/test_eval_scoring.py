from datetime import date

import pytest

from assistant.types import DIGEST_NOTE, Answer, Citation, Document
from eval import dataset
from eval.dataset import Expected, Question
from eval.scoring import Score, fold, holds, is_document, is_provision, lacking, score, share, summarise, wilson

PLAN = Document(id="某办〔2022〕20号", title="某区干部实施方案", number="某办〔2022〕20号", kind="normative")
LAW = Document(id="公务员法", title="中华人民共和国公务员法", kind="normative")
NEWS = Document(id="某市激活干部队伍", title="某市：激活干部队伍", kind="news")
DIGEST = Document(id="某办〔2022〕20号", title="某区干部实施方案", kind="digest", of="normative")

CLAUSES = {"某办〔2022〕20号#三.（一）": "每半年开展一次考核评价，立功有8种情形。",
           "公务员法#第十条.2": "不得晋升职务。", "某市激活干部队伍#段3": "对25名干部作了调整。"}


def cite(document, path, quote):
    return Citation(f"{document.id}#{path}", path, document, quote)


def asked(expect, **more):
    return Question("t-1", "dev", "t", more.pop("group", "fact"), "问？", expect, **more)


def scored(expect, answer, **more):
    return score(asked(expect, **more), answer, CLAUSES.get)


GOOD = Answer("每半年开展一次。", (cite(PLAN, "三.（一）", "每半年开展一次考核评价"),))
WANT = Expected(all_of=(("每半年", "半年一次"),), provisions=("某办〔2022〕20号#三.（一）",))


def test_an_answer_with_the_fact_and_the_clause_is_right_and_cited():
    one = scored(WANT, GOOD)
    assert (one.right, one.cited, one.cited_first, one.both, one.unfounded, one.why) == (True, True, True, True, 0, ())


def test_a_fact_may_stand_in_the_first_quote_only():
    assert scored(Expected(all_of=(("8种",),)), Answer("见方案。", (cite(PLAN, "三.（一）", "立功有8种情形"),))).right


def test_a_fact_in_the_second_quote_does_not_count():
    answer = Answer("见方案。", (GOOD.citations[0], cite(PLAN, "三.（一）", "立功有8种情形")))
    assert scored(Expected(all_of=(("8种",),)), answer).why == ("缺少：8种",)


def test_a_missing_fact_a_forbidden_fact_and_a_wrong_refusal_are_each_named():
    expect = Expected(refusal=("not_listed",), all_of=(("8种",),), none_of=("10种",))
    assert scored(expect, Answer("有10种。")).why == ("拒答类型：应为 not_listed，得到 回答", "缺少：8种", "不应有：10种")


def test_a_quote_that_is_not_in_the_store_is_counted_and_is_no_support():
    one = scored(WANT, Answer("每半年一次。", (cite(PLAN, "三.（一）", "每半年评价一次"),)))
    assert (one.right, one.cited, one.unfounded) == (True, False, 1)


def test_a_clause_that_is_not_stored_supports_nothing():
    assert scored(WANT, Answer("每半年", (cite(PLAN, "九", "每半年"),))).unfounded == 1


def test_the_right_clause_as_second_citation_is_cited_but_not_first():
    answer = Answer("每半年一次。", (cite(LAW, "第十条.2", "不得晋升"), GOOD.citations[0]))
    one = scored(WANT, answer)
    assert (one.cited, one.cited_first) == (True, False)


def test_every_named_document_must_be_cited():
    expect = Expected(documents=("某办〔2022〕20号", "激活干部队伍"))
    news = cite(NEWS, "段3", "25名")
    assert [scored(expect, Answer("比较", c)).cited for c in (GOOD.citations, (*GOOD.citations, news))] == [False, True]


def test_an_unnumbered_report_is_cited_when_the_quote_holds_the_word():
    expect = Expected(provisions=("激活干部队伍#*",), quote_has=(("25名",),))
    assert scored(expect, Answer("据报道，25名。", (cite(NEWS, "段3", "对25名干部"),))).cited
    assert not scored(expect, Answer("据报道，25名。", (cite(NEWS, "段3", "作了调整"),))).cited


def test_a_notice_may_stand_in_the_text_or_in_the_notices():
    expect = Expected(refusal=("out_of_corpus",), notice_has=(("福建",),))
    answers = (Answer("没有。", refusal="out_of_corpus", notices=("福建有此规定。",)),
               Answer("没有，福建有。", refusal="out_of_corpus"), Answer("没有。", refusal="out_of_corpus"))
    assert [scored(expect, a).right for a in answers] == [True, True, False]


def test_several_refusals_may_be_right_and_none_means_answered():
    expect = Expected(refusal=("ambiguous", None))
    assert [scored(expect, Answer("x", refusal=r)).right for r in ("ambiguous", None, "out_of_corpus")] == [True, True, False]


def test_where_no_clause_is_called_for_cited_is_none_and_both_rests_on_right():
    one = scored(Expected(refusal=("out_of_scope",)), Answer("不是政策问题。", refusal="out_of_scope"))
    assert (one.cited, one.both) == (None, True)


def test_an_ordinary_question_refused_is_wrongly_refused():
    assert scored(WANT, Answer("没有。", refusal="out_of_corpus")).wrongly_refused
    assert not scored(Expected(refusal=("out_of_corpus",)), Answer("没有。", refusal="out_of_corpus")).wrongly_refused


def test_an_answer_from_a_digest_must_say_so():
    quote = cite(DIGEST, "三.（一）", "每半年开展一次考核评价")
    assert [scored(WANT, Answer(t, (quote,))).labelled for t in ("每半年", "每半年" + DIGEST_NOTE)] == [False, True]


@pytest.mark.parametrize("text, fact, there", [
    ("共有18种", "8种", False), ("共有8 种", "8种", True), ("十三年", "三年", False), ("2753名", "753", False),
    ("41.36%", "41.3%", False), ("精减率41.3％。", "41.3%", True), ("1.25亿", "25亿", False), ("第25名，", "25名", True),
    ("明委办[2022]20号", "明委办〔2022〕20号", True), ("县(市、区)党政正职", "县（市、区）党政正职", True), ("任意", "", True)])
def test_facts_are_found_whole_whatever_widths_and_punctuation(text, fact, there):
    assert holds(fold(text), fact) is there


def test_lacking_names_the_groups_not_met():
    assert lacking(["甲和乙"], (("甲",), ("丙", "丁"), ("戊", "乙"))) == ("丙|丁",)


@pytest.mark.parametrize("spec, document, same", [
    ("某办〔2022〕20号", PLAN, True), ("=公务员法", LAW, True), ("=公务员法", Document("行政机关公务员法草案", "x"), False),
    ("激活干部队伍", NEWS, True), ("公务员处分", LAW, False), ("=公务员法", Document("公务员法(2018-12-29)", "公务员法(2018-12-29)"), True)])
def test_a_document_is_named_by_part_or_all_of_its_id_or_title(spec, document, same):
    assert is_document(spec, document) is same


@pytest.mark.parametrize("spec, path, same", [
    ("公务员法#第十条", "第十条", True), ("公务员法#第十条", "第十条.2.（一）", True), ("公务员法#第十条", "第十条之一", False),
    ("公务员法#第十条.2", "第十条", False), ("公务员法#*", "第一章", True), ("公务员法#三.（一）", "三.(一)", True),
    ("公务员法#第十条", "第十条@2019-06-01", True)])
def test_a_clause_below_the_accepted_one_is_accepted_and_one_above_is_not(spec, path, same):
    assert is_provision(spec, cite(LAW, path, "x")) is same


def test_wilson_of_nothing_knows_nothing():
    assert wilson(0, 0) == (0.0, 1.0)


def test_share_gives_count_rate_and_interval():
    assert share([True, True, False, True]) == {"k": 3, "n": 4, "rate": 0.75, "low": 0.3006, "high": 0.9544}


def test_a_summary_counts_by_group_and_by_target():
    scores = [scored(WANT, GOOD), scored(WANT, Answer("没有。", refusal="out_of_corpus")),
              scored(Expected(refusal=("out_of_corpus",)), Answer("有。"), group="out_of_corpus"),
              scored(Expected(refusal=("not_listed",)), Answer("未列。", refusal="not_listed"), group="count_without_list")]
    summary = summarise(scores)
    targets = {name: (t["k"], t["n"]) for name, t in summary["targets"].items()}
    assert targets == {"answered_and_cited": (2, 4), "count_without_list": (1, 1), "out_of_corpus": (0, 1),
                       "wrongly_refused": (1, 2), "wrongly_answered": (1, 2), "quotes_not_in_store": (0, 1)}
    assert {name: g["both"]["k"] for name, g in summary["groups"].items()} == {"count_without_list": 1, "fact": 1, "out_of_corpus": 0}


def test_the_same_run_twice_gives_the_same_score():
    assert scored(WANT, GOOD) == scored(WANT, GOOD) and isinstance(scored(WANT, GOOD), Score)


def test_the_dataset_is_well_formed_and_its_topics_never_cross_splits():
    questions = dataset.load()
    assert len({q.id for q in questions}) == len(questions) >= 240
    splits = {}
    for q in questions:
        splits.setdefault(q.topic, set()).add(q.split)
    assert all(s in ({"dev"}, {"test"}) for s in splits.values())
    assert not {q.question for q in questions if q.split == "dev" and not q.on} & {q.question for q in questions if q.split == "test" and not q.on}


def test_the_dataset_has_enough_of_each_kind():
    questions = dataset.load()
    groups = {g: sum(q.group == g for q in questions) for g in {q.group for q in questions}}
    assert groups["out_of_corpus"] >= 35 and groups["out_of_scope"] >= 15 and groups["count_without_list"] >= 15
    assert 0.3 <= sum(q.split == "dev" for q in questions) / len(questions) <= 0.45


@pytest.mark.parametrize("line", ['{"id": 1}', "no json", '{"id":"a","split":"dev","topic":"t","group":"g","question":"q","expect":{"refusal":"maybe"}}',
                                  '{"id":"a","split":"dev","topic":"t","group":"g","question":"q","expect":{"facts":[]}}'])
def test_a_malformed_line_is_named(line):
    with pytest.raises(ValueError, match="line 2"):
        dataset.parse("\n" + line)


def test_a_question_may_carry_a_date_and_a_region():
    line = '{"id":"a","split":"dev","topic":"t","group":"g","question":"q","on":"2021-06-01","region":"某省","expect":{"refusal":["ambiguous",null]}}'
    assert dataset.parse(line) == (Question("a", "dev", "t", "g", "q", Expected(refusal=("ambiguous", None)), date(2021, 6, 1), "某省"),)
