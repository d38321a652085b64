import json

import pytest

from assistant.errors import BadInput
from eval import report, speed, statutes
from eval.recipe import Recipe, versions
from eval.scoring import share


def test_statutes_are_put_together_in_the_order_of_their_articles(tmp_path):
    rows = [{"title": t, "text": t[-3:] + "。"} for t in ("甲法第十条", "乙法第一条", "甲法第九条", "甲法第九条之一", "没有条", "乙法第一条")]
    file = tmp_path / "c.jsonl"
    file.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
    found = statutes.load(file)
    assert [(s.title, [a.split(" ")[0] for a in s.articles]) for s in found] == [("甲法", ["第九条", "第九条之一", "第十条"]), ("乙法", ["第一条"]), ("乙法（另本）", ["第一条"])]
    assert sum(len(s.articles) for s in statutes.first(found, 2)) == 2
    assert statutes.write(found, tmp_path / "out") == 3
    assert (tmp_path / "out" / "00002-乙法.txt").read_text(encoding="utf-8") == "乙法\n\n第一条 第一条。\n"


def test_figures_are_in_milliseconds():
    assert speed.figures([0.001, 0.003, 0.002]) == {"n": 3, "mean": 2.0, "p50": 2.0, "p95": 3.0, "max": 3.0}


def test_the_clock_leaves_the_warm_up_out_and_counts_expected_refusals():
    calls = []

    def call(query):
        calls.append(query)
        raise BadInput("空")

    assert len(speed.clock(call, ["a", "b", "c"])) == 3 and len(calls) == 6


def test_faster_than_the_recipe_is_a_ratio_above_one():
    ours = {"search": {"p50": 2.0, "p95": 4.0}, "ask": {"p50": 4.0, "p95": 8.0}, "ingestion": {"seconds": 10.0}}
    theirs = {"search": {"p50": 8.0, "p95": 8.0}, "ingestion_seconds": 20.0}
    assert speed.compare(ours, theirs) == {"search_p50": 4.0, "ask_p50": 2.0, "search_p95": 2.0, "ask_p95": 1.0, "ingestion": 2.0}


def test_memory_is_read_in_megabytes():
    assert speed.resident()["peak"] >= speed.resident()["now"] >= 0


def test_the_recipe_finds_a_text_by_its_words(tmp_path):
    pytest.importorskip("langchain_community")
    pytest.importorskip("langchain_classic")
    from assistant import embedding

    texts = ["邻长外出超过一个月的要推选接替人选。", "年轻干部座谈会每季度召开一次。", "乡镇干部周转住房要多渠道筹措。"]
    made = Recipe.build(texts, embedding.load(), tmp_path / "chroma")
    assert made.chunks == 3 and made.search("年轻干部座谈会多久一次")[0] == texts[1]
    assert set(made.seconds) == {"jieba", "split", "embed_and_store", "bm25"} and all(versions().values())


def answered(day, commit, k):
    rate = share([True] * k + [False] * (10 - k))
    figures = {"right": rate, "cited": rate, "cited_first": rate, "both": rate}
    nothing = share([])
    return {"task": "answers", "date": day, "commit": commit, "split": "test", "documents": "digests", "n": 10, "overall": figures,
            "groups": {"fact": figures, "<b>": figures}, "latency_ms": {"p50": 1, "p95": 2, "max": 3},
            "targets": {"answered_and_cited": rate, "count_without_list": rate, "out_of_corpus": nothing, "wrongly_refused": rate,
                        "wrongly_answered": rate, "quotes_not_in_store": {"k": 0, "n": 9}}}


def timed(articles):
    return {"ours": {"ask": speed.figures([0.01]), "search": speed.figures([0.004]), "memory": {"now": 100.0, "peak": 120.0},
                     "ingestion": {"articles": articles, "seconds": articles / 400, "articles_per_second": 400.0}},
            "recipe": {"search": speed.figures([0.05]), "ingestion_seconds": 3.0, "articles_per_second": 300.0, "memory": {"now": 300.0, "peak": 300.0}}}


def test_the_report_is_one_page_with_its_plots_inside(tmp_path):
    results = [answered("2025-01-01T00:00:00Z", "abc", 8), answered("2025-01-02T00:00:00Z", "def", 10),
               {"task": "speed", "date": "2025-01-02", "commit": "def", "cold": {"median_seconds": 1.2, "n": 5, "heavy_imports": []},
                "shipped": timed(10), "sizes": [timed(100) | {"articles": 100}, timed(800) | {"articles": 800}]},
               {"task": "robustness", "date": "2025-01-03", "commit": "def", "kills": {"n": 20, "lost": 0}}]
    for n, result in enumerate(results):
        (tmp_path / f"{n}.json").write_text(json.dumps(result), encoding="utf-8")
    assert report.run(["--results", str(tmp_path)]) == 0
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert text.count("<svg") == 4 and "kills.lost" in text and "100.0%（10/10" in text and "<b>" not in text
    assert "src=" not in text and "<link" not in text


def test_a_report_of_nothing_says_what_to_run(tmp_path):
    report.run(["--results", str(tmp_path / "none")])
    assert "还没有结果" in (tmp_path / "none" / "report.html").read_text(encoding="utf-8")


def test_only_the_newest_of_each_kind_is_shown():
    rows = [{"split": "dev", "n": 1}, {"split": "test", "n": 2}, {"split": "dev", "n": 3}]
    assert [r["n"] for r in report.latest(rows, "split")] == [3, 2]


def test_retrieval_is_reported_by_set_and_system_with_its_plot(tmp_path):
    figures = {"recall@1": 0.5, "recall@10": 0.75, "recall@100": 1.0, "mrr@10": 0.6, "ndcg@10": 0.625}
    systems = ("bm25_jieba", "bm25_ngram", "dense", "fused")
    result = {"task": "retrieval", "commit": "abc", "date": "2026-01-01T00:00:00Z", "model": {"name": "m", "dimension": 2},
              "sets": {"甲": dict.fromkeys(systems, figures)}, "intervals": {"甲": dict.fromkeys(systems, {"ndcg@10": [0.5, 0.75]})},
              "questions": {"甲": {"n": 7}}, "likeness": {"sts": {"n": 3, "spearman": 0.5}},
              "costs": {"encoding": {"one_question_ms": 0.1, "questions_per_s": 1000, "passages_per_s": 500}, "model_load_s": 0.2,
                        "resident_after_load_mb": 90}}
    page = report.page([result])
    assert page.count("<svg") == 1 and page.count("甲（7 问）") == 4 and "0.500–0.750" in page and "Spearman 相关 0.5（3 对）" in page
