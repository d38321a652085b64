"""Training: pairs, twins, folds, BM25, the loop itself, the ranker and adapting to an office's documents."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from assistant.embedding import ranking
from assistant.chinese import grams
from assistant.embedding import adapting, pairs, static
from assistant.embedding.bm25 import Bm25, top
from assistant.errors import BadInput
from assistant.types import Document, Provision

torch = pytest.importorskip("torch")


def test_pairs_are_read_plain_and_gzipped(tmp_path):
    (tmp_path / "a.pairs.jsonl").write_text(json.dumps({"query": "问", "positive": "答"}) + "\n", "utf-8")
    with gzip.open(tmp_path / "b.pairs.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps({"query": "甲", "positive": "乙", "law": "x"}) + "\n")
    assert pairs.read(tmp_path) == {"a": [pairs.Pair("问", "答", "a")], "b": [pairs.Pair("甲", "乙", "b")]}


def test_a_bad_line_is_named(tmp_path):
    (tmp_path / "a.pairs.jsonl").write_text('{"query": "问", "positive": "答"}\n{', "utf-8")
    with pytest.raises(ValueError, match="a.pairs.jsonl:2"):
        pairs.read(tmp_path)


def test_twins_are_found_whatever_the_punctuation():
    assert pairs.twins(["干部多久谈一次话", "干部，多久谈一次话？", "谁来考核"], ["干部多久谈一次话？"]) == {0, 1}


def test_folds_do_not_depend_on_width_or_space():
    assert pairs.fold("第14条 ", 7) == pairs.fold("第１４条", 7)


def test_bm25_gives_the_textbook_score():
    texts = ["甲乙", "乙丙丙", "丁"]
    idf, average = np.log(1 + (3 - 1 + 0.5) / 1.5), 2.0
    expected = idf * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 3 / average))
    assert Bm25(texts, list).scores("丙") == pytest.approx([0, expected, 0])


def test_top_gives_the_best_first_and_equal_ones_in_order():
    assert top(np.array([0.1, 0.9, 0.9, 0.5]), 3).tolist() == [1, 2, 3]


def toy(tmp_path, n=60):
    lay, official = "搞砸办坏乱告瞎报拖着躺平偷懒多久", "失误过错诬告谎报延误懈怠怠工期限"
    rows = [{"query": f"{lay[i % 16]}{lay[(i + 3) % 16]}{i}怎么办", "positive": f"{official[i % 16]}{official[(i + 3) % 16]}的，按第{i}项处理，由机关决定。"}
            for i in range(n)]
    (tmp_path / "toy.pairs.jsonl").write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    return tmp_path


def test_training_is_the_same_twice_and_writes_a_model_with_its_curve(tmp_path, capsys):
    from assistant.embedding.__main__ import main

    data = toy(tmp_path)
    for out in ("one", "two"):
        assert main(["train", "--pairs", str(data), "--out", str(tmp_path / out), "--hold", "none", "--name", "toy-256"]) == 0
    one, two = (static.StaticEmbedder(tmp_path / out) for out in ("one", "two"))
    assert np.array_equal(one.table, two.table)
    assert (one.name, one.dimension) == ("toy-256", 256)
    assert json.loads((tmp_path / "one" / "curve.json").read_text())["loss"]


def test_training_without_pairs_says_what_is_missing(tmp_path, capsys):
    from assistant.embedding.__main__ import main

    assert main(["train", "--pairs", str(tmp_path), "--out", str(tmp_path / "x")]) == 2
    assert "pairs.jsonl" in capsys.readouterr().out


def test_evaluation_questions_never_enter_training(tmp_path):
    from assistant.embedding import recipe

    data = toy(tmp_path)
    asked = json.loads((data / "toy.pairs.jsonl").read_text("utf-8").splitlines()[5])["query"]
    (data / "x.queries.dev.jsonl").write_text(json.dumps({"id": "1", "text": asked + "？"}, ensure_ascii=False) + "\n", "utf-8")
    material = recipe.prepare(data)
    assert material.sizes == {"toy": 59} and asked not in material.general.questions


def test_a_step_brings_a_pair_together_and_touches_no_other_row():
    from assistant.embedding.training import Table

    weight = np.random.default_rng(0).standard_normal((6, 4)).astype(np.float32)
    table = Table(weight.copy())
    before = weight[[0, 1]] / np.linalg.norm(weight[[0, 1]], axis=1, keepdims=True)
    for _ in range(20):
        table.step((np.array([0, 2]), np.array([0, 1])), (np.array([1, 3]), np.array([0, 1])), np.array([0, 1]), np.zeros((2, 2), bool), rate=0.05, scale=10)
    after = table.weight.numpy()[[0, 1]]
    after /= np.linalg.norm(after, axis=1, keepdims=True)
    assert after[0] @ after[1] > before[0] @ before[1]
    assert np.array_equal(table.weight.numpy()[4:], weight[4:])


def office(n=40):
    document = Document("某办〔2024〕1号", "某区容错办法")
    clauses = tuple(Provision(f"{document.id}#第{i}条", document.id, f"第{i}条", text, text, "条", f"事项{i}", order=i, last=i)
                    for i in range(n) for text in [f"对第{i}类先行先试中的失误，应当予以容错。由{grams('甲乙丙丁戊己庚辛')[i % 8]}机关在{i + 3}日内核实并作出结论。"])
    return [(document, clauses)]


def test_pairs_come_from_headings_paths_sentences_and_lay_words():
    made = adapting.pairs(office(1), {"搞砸": ["失误"]})
    assert {p.source: p.query for p in made} == {
        "heading": "事项0", "path": "某区容错办法 第0条", "sentence": "由甲机关在3日内核实并作出结论。",
        "synonym": "对第0类先行先试中的搞砸，应当予以容错。"}


def test_too_few_documents_are_refused(tmp_path):
    with pytest.raises(BadInput, match="先导入"):
        adapting.adapt(adapting.pairs(office(2)), tmp_path / "m")


def test_adapting_keeps_a_better_model_and_only_that(tmp_path):
    made = adapting.pairs(office(60), {"搞砸": ["失误"]})
    found = sorted({g for p in made for t in (p.query, p.positive) for g in grams(t)})
    chinese = sorted((g for g in found if not g.isascii()), key=lambda g: adapting.static.key(g))
    weight = np.random.default_rng(3).standard_normal((len(found), 32)).astype(np.float32)
    static.write(tmp_path / "base", weight, np.array([static.key(g) for g in chinese], np.uint32), [g for g in found if g.isascii()],
                 np.ones(len(found), np.float32), name="base-32")
    done = adapting.adapt(made, tmp_path / "new", base=tmp_path / "base")
    assert done.pairs + done.held_back == len(made) and done.held_back > 0
    assert (done.folder is not None) == (done.after["mrr"] > done.before["mrr"]) == (tmp_path / "new" / static.WEIGHTS).is_file()


def test_the_ranker_puts_agreement_first():
    seen = ranking.features(np.array([9.0, 1, 5, 0]), np.array([8.0, 1, 0, 0]), np.array([0.8, 0.1, 0.3, 0.2]), np.array([80, 90, 100, 60]), 15, 0.7)
    scores = ranking.shipped()(seen)
    assert seen.shape == (4, len(ranking.NAMES)) and scores.argmax() == 0 and np.isfinite(scores).all()


def test_ranking_one_or_equal_candidates_is_finite():
    for n in (1, 3):
        seen = ranking.features(np.zeros(n), np.zeros(n), np.zeros(n), np.full(n, 50), 5, 0.0)
        assert np.isfinite(seen).all() and np.isfinite(ranking.shipped()(seen)).all()
