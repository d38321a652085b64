"""Passages are pieces of one clause, and together they are the document."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.chunking import LIMIT, passages, short_title
from assistant.library import prepare
from assistant.readers import Extract
from assistant.types import Document, Provision

DOCUMENT = Document("甲", "某办关于印发《甲方案》的通知")


def squeezed(text):
    return "".join(text.split())


def of_text(text, name="甲条例.txt"):
    (prepared,) = prepare(Extract(name, text, "txt", "0" * 64))
    return prepared


RULES = """示例档案管理条例

第一章　总则

第一条　为了管好档案，制定本条例。

第二条　有下列情形之一的，不予采信：

（一）没有凭证的；

（二）由他人代填的。

第二章　附则

第三条　机关应当在三十日内归集档案。

逾期归集的，书面催告。

第四条　本条例自2021年3月1日起施行。
"""

PLAN = """清溪县激励干部实施方案

为激励干部，制定本方案。

一、总体要求

用三年时间建成干部队伍。

二、主要任务

（一）建立制度。由县委组织部牵头。

1. 每季度评一次。

2. 每年总结一次。

（二）健全机制。县纪委明确容错的6种情形。
"""


def test_an_article_is_one_passage_with_its_paragraphs_and_items():
    held = {p.provision: p.text for p in of_text(RULES).passages}
    assert {k.rpartition("#")[2] for k in held} >= {"第一条", "第二条", "第三条", "第四条"}
    assert not any("." in k.rpartition("#")[2] for k in held)
    assert "（二）由他人代填的" in held["示例档案管理条例#第二条"]
    assert "书面催告" in held["示例档案管理条例#第三条"]


def test_no_passage_holds_words_of_two_articles():
    for passage in of_text(RULES).passages:
        assert sum(mark in passage.text for mark in ("第一条", "第二条", "第三条", "第四条")) <= 1, passage.text


def test_each_numbered_part_of_a_plan_is_a_passage_of_its_own():
    texts = {p.provision.rpartition("#")[2]: p.text for p in of_text(PLAN, "方案.txt").passages}
    assert squeezed(texts["二.（一）.1"]) == "1.每季度评一次。"
    assert "每季度" not in texts["二.（一）"]
    assert squeezed(texts["二.（二）"]) == "（二）健全机制。县纪委明确容错的6种情形。"


def test_a_passage_stands_verbatim_in_its_provision():
    prepared = of_text(RULES + "\n第五条　" + "凭证应当保存五年，不得涂改。" * 80)
    texts = {p.id: p.text for p in prepared.provisions}
    assert len(prepared.passages) > 5
    for passage in prepared.passages:
        assert passage.text in texts[passage.provision]


def test_a_long_article_is_cut_at_sentence_ends_and_numbered():
    long = "凭证应当保存五年，不得涂改。" * 80
    clause = Provision("甲#第一条", "甲", "第一条", long, long, "条")
    found = passages(DOCUMENT, [clause])
    assert [p.part for p in found] == list(range(len(found))) and len(found) > 1
    assert all(len(p.text) <= LIMIT and p.text.endswith("。") for p in found)
    assert "".join(p.text for p in found) == long


def test_the_context_is_the_short_title_and_the_headings():
    clause = Provision("甲#一.（一）", "甲", "一、（一）", "由县委组织部牵头。", "由县委组织部牵头。", "（一）", "建立制度", ("主要任务",))
    assert passages(DOCUMENT, [clause])[0].context == "甲方案 主要任务 建立制度"
    assert short_title(Document("x", "《乙办法》")) == "乙办法"


sentence = st.text(alphabet="干部应当不得可以每年三日内，、", min_size=1, max_size=300).map(lambda t: t + "。")


@given(st.lists(st.tuples(sentence, st.sampled_from(["条", "（一）", "段", "1"])), min_size=1, max_size=8))
def test_joined_passages_cover_every_clause_and_nothing_twice(items):
    clauses = [Provision(f"甲#{i}", "甲", str(i), text, text, level) for i, (text, level) in enumerate(items)]
    found = passages(DOCUMENT, clauses)
    for clause in clauses:
        assert squeezed("".join(p.text for p in found if p.provision == clause.id)) == squeezed(clause.text)


def test_the_passages_of_real_forms_cover_their_text():
    for text, name in ((RULES, "甲条例.txt"), (PLAN, "方案.txt")):
        prepared = of_text(text, name)
        said = squeezed("".join(p.text for p in prepared.passages))
        for line in (squeezed(x) for x in text.split("\n")):
            # Bare chapter headings travel in the context instead.
            assert line in said or any(line.endswith(squeezed(w)) for p in prepared.passages for w in p.context.split()[-2:]), line
