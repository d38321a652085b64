"""What is found, and what may never be."""

from datetime import date

import pytest

from assistant.retrieval import terms
from assistant.types import LOCAL, Asker

INSIDER = Asker("纪", frozenset({"县纪委"}))
OUTSIDER = Asker("组", frozenset({"县组织部"}))


@pytest.fixture
def retriever(office):
    return office._retriever


def ids(hits):
    return [h.provision.id for h in hits]


def test_terms_are_grams_and_words_of_the_folded_text():
    split = terms("第１４条 容错")
    assert split["grams"] == ["第", "14", "条", "容", "错", "容错"]
    assert "容错" in split["words"]


@pytest.mark.parametrize("query, provision", [
    ("攀登星每季度评一次", "清办发〔2023〕15号#二.（一）"),
    ("清理挂牌事项", "甘组通〔2022〕8号#二.3"),
    ("实绩档案不予采信", "机关实绩档案管理条例#第四条"),
    ("导师帮带制度", "临水区“轮训田”让干部热起来#段3"),
])
def test_the_clause_that_says_it_comes_first(retriever, query, provision):
    hits = retriever.search(query, asker=LOCAL, k=5)
    assert ids(hits)[0] == provision
    assert hits[0].passage and set(hits[0].via) <= {"grams", "words", "dense"} and len(hits[0].via) >= 2


def test_hits_are_sorted_distinct_and_no_more_than_asked(retriever):
    hits = retriever.search("干部", asker=LOCAL, k=4)
    scores = [h.score for h in hits]
    assert len(hits) == 4 and scores == sorted(scores, reverse=True) and len(set(ids(hits))) == 4


def test_each_clause_found_stands_in_the_store_as_shown(office, retriever):
    for hit in retriever.search("干部 档案 回访 轮训", asker=LOCAL, k=20):
        provision, document = office.provision(hit.provision.id)
        assert (provision, document) == (hit.provision, hit.document) and hit.passage in provision.text


def test_a_search_can_be_narrowed_to_some_documents(retriever):
    hits = retriever.search("干部体检", asker=LOCAL, k=20, keep=lambda d: d.region == "青海省")
    assert hits and {h.document.region for h in hits} == {"青海省"}
    assert retriever.search("干部体检", asker=LOCAL, keep=lambda d: False) == ()


def test_official_terms_find_what_lay_words_do_not(retriever):
    alone = retriever.search("查身体", asker=LOCAL, k=20)
    helped = retriever.search("查身体", asker=LOCAL, k=20, extra=("健康体检",))
    wanted = "甘组通〔2022〕8号#一.1"
    assert wanted in ids(helped)[:2]
    assert wanted not in ids(alone)[:2] or ids(alone).index(wanted) >= ids(helped).index(wanted)


def test_only_the_version_of_the_day_is_found(retriever):
    def text(on):
        return next(h.provision.text for h in retriever.search("归集实绩档案", asker=LOCAL, on=on) if h.provision.id.endswith("#第三条"))

    assert "20日" in text(date(2019, 1, 1)) and "30日" in text(date(2022, 1, 1))
    assert not any(h.document.id == "机关实绩档案管理条例" for h in retriever.search("归集实绩档案", asker=LOCAL, on=date(2017, 1, 1), k=50))


def test_a_dormant_search_finds_only_what_is_not_in_force(retriever):
    day = date(2024, 1, 1)
    asleep = retriever.search("午间值守补休 实绩档案", asker=LOCAL, on=day, dormant=True, k=50)
    assert "机关午间值守暂行办法#第二条" in ids(asleep)
    assert all(not h.document.in_force(day) for h in asleep)
    assert all(h.document.in_force(day) for h in retriever.search("午间值守补休 实绩档案", asker=LOCAL, on=day, k=50))


@pytest.fixture
def crowded(own_office):
    """Two hundred clauses of one unit that all fit better than the one public clause."""
    body = "\n\n".join(f"第{n}条　紫藤巡查每{n}日开展一次，紫藤巡查结果归档。" for n in range(1, 201))
    own_office.ingest_bytes("紫藤.txt", f"紫藤巡查办法\n\n{body}\n".encode(), audience=frozenset({"县纪委"}))
    own_office.ingest_bytes("公开.txt", "公开办法\n\n第一条　公园里的紫藤由园林部门养护。\n\n第二条　本办法自2020年1月1日起施行。\n".encode())
    return own_office


def test_behind_two_hundred_hidden_clauses_the_public_one_is_found(crowded):
    assert "公开办法#第一条" in ids(crowded.search("紫藤巡查", asker=OUTSIDER, k=3))
    assert {h.document.id for h in crowded.search("紫藤巡查", asker=OUTSIDER, k=100)}.isdisjoint({"紫藤巡查办法"})
    assert {h.document.id for h in crowded.search("紫藤巡查", asker=INSIDER, k=20)} == {"紫藤巡查办法"}


def test_what_is_hidden_does_not_change_the_scores_of_what_is_shown(own_office):
    before = [(h.provision.id, h.via) for h in own_office.search("基层干部健康体检", asker=OUTSIDER, k=3)]
    own_office.ingest_bytes("密议.txt", "密议办法\n\n第一条　基层干部健康体检每月一次。\n".encode(), audience=frozenset({"县纪委"}))
    assert [(h.provision.id, h.via) for h in own_office.search("基层干部健康体检", asker=OUTSIDER, k=3)] == before


def test_a_rebuilt_index_finds_the_same(own_office):
    queries = ("攀登星每季度评一次", "干部体检", "不予采信", "补休")
    before = [own_office.search(q, k=10) for q in queries]
    own_office.rebuild_index()
    after = [own_office.search(q, k=10) for q in queries]
    assert [[(h.provision.id, h.via) for h in hits] for hits in after] == [[(h.provision.id, h.via) for h in hits] for hits in before]
    assert [[h.score for h in hits] for hits in after] == [pytest.approx([h.score for h in hits], abs=1e-4) for hits in before]
