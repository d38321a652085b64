"""The built-in model: grams as numbers, equal vectors on both paths, settings that name a model, speed of the format."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import embedding
from assistant.chinese import grams
from assistant.embedding import static
from assistant.embedding.tokens import Vocabulary, key
from assistant.errors import BadSetting

TEXTS = ["试点搞砸了能不能容错", "第14条 ＡＢ 12.5万元", "", "，。！", "处分期满能用吗" * 40]


def vocabulary(texts):
    found = {g for t in texts for g in grams(t)}
    chinese = sorted((g for g in found if not g.isascii()), key=key)
    others = sorted(g for g in found if g.isascii())
    return Vocabulary(np.array([key(g) for g in chinese], np.uint32), others), [*chinese, *others]


@pytest.fixture
def folder(tmp_path):
    known, names = vocabulary(TEXTS)
    weight = np.random.default_rng(1).standard_normal((len(names), 16)).astype(np.float32)
    static.write(tmp_path / "m", weight, known.keys, list(known.others), np.ones(len(names), np.float32), name="small-16")
    return tmp_path / "m"


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.one_of(st.sampled_from("容错试点第十四条〇零AbＺ１2.５ \n\u200b，。①㈠é\u0301ﬁ𠀀\x01"), st.characters()), max_size=40), min_size=1, max_size=5))
def test_rows_stand_for_the_grams_of_each_text(texts):
    known, names = vocabulary(texts)
    rows, ends = known.bags(texts)
    parts = np.split(rows, ends[:-1])
    assert [Counter(names[r] for r in part) for part in parts] == [Counter(grams(t)) for t in texts]


def test_grams_outside_the_vocabulary_are_left_out():
    known, names = vocabulary(["容错"])
    rows, ends = known.bags(["容忍错误 99", "x"])
    assert ([names[r] for r in rows], ends.tolist()) == (["容", "错"], [2, 2])


def test_vectors_are_unit_and_empty_texts_zero(folder):
    vectors = static.StaticEmbedder(folder).encode(TEXTS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 1, 0, 0, 1], atol=1e-6)


def test_a_text_has_one_vector_alone_or_among_others(folder):
    model = static.StaticEmbedder(folder)
    assert np.allclose(model.encode(TEXTS), np.concatenate([model.encode([t]) for t in TEXTS]), atol=1e-6)


def test_rows_are_rounded_within_half_a_step():
    weight = np.random.default_rng(0).standard_normal((50, 8)).astype(np.float32)
    table, scales = static.rounded(weight)
    assert table.dtype == np.int8 and (np.abs(table * scales[:, None] - weight) <= scales[:, None] * 0.501).all()


def test_a_folder_of_our_own_is_read_without_torch(folder):
    model = embedding.load(str(folder))
    assert (type(model), model.name, model.dimension) == (static.StaticEmbedder, "small-16", 16)


def test_a_broken_model_folder_says_what_to_do(folder):
    (folder / static.WEIGHTS).write_bytes(b"no")
    with pytest.raises(BadSetting, match="ASSISTANT_EMBEDDING"):
        static.StaticEmbedder(folder)


def test_a_missing_folder_says_what_to_do():
    with pytest.raises(BadSetting, match="不存在"):
        embedding.load("/nowhere/at-all")


def test_sentence_transformers_gives_the_same_vectors(folder):
    module = pytest.importorskip("sentence_transformers")
    from assistant.embedding.bag import GramBag

    theirs = module.SentenceTransformer(modules=[GramBag.load(str(folder))], device="cpu").encode(TEXTS)
    assert np.allclose(theirs, static.StaticEmbedder(folder).encode(TEXTS), atol=1e-6)


def test_sentence_transformers_loads_the_folder_by_its_path(folder):
    module = pytest.importorskip("sentence_transformers")
    theirs = module.SentenceTransformer(str(folder), device="cpu", local_files_only=True, **{"trust_remote_code": True})
    assert np.allclose(theirs.encode(TEXTS), static.StaticEmbedder(folder).encode(TEXTS), atol=1e-6)


def test_a_saved_module_is_read_again(folder, tmp_path):
    pytest.importorskip("sentence_transformers")
    from assistant.embedding.bag import GramBag

    GramBag.load(str(folder)).save(str(tmp_path / "again"))
    assert np.allclose(static.StaticEmbedder(tmp_path / "again").encode(TEXTS), static.StaticEmbedder(folder).encode(TEXTS), atol=1e-6)


@pytest.mark.skipif(not (static.SHIPPED / static.WEIGHTS).is_file(), reason="the weights are not in this checkout")
def test_the_shipped_model_is_small_and_brings_lay_words_near_official_ones():
    model = embedding.load()
    config = json.loads((static.SHIPPED / "config.json").read_text())
    asked, right, wrong = model.encode(["公司不给加班费怎么办", "用人单位安排加班的，应当支付高于正常工作时间工资的报酬", "公民有受教育的权利和义务"])
    assert (static.SHIPPED / static.WEIGHTS).stat().st_size <= 60_000_000
    assert (model.name, model.dimension) == (config["name"], config["dimension"])
    assert asked @ right > asked @ wrong + 0.1
