"""The five originals and the 300 statutes, where they lie beside the checkout."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from assistant.structure import clean, divide, pieces
from eval.structure import measure

SHARED = Path(__file__).parents[1].parent / "shared"
SEEDS = sorted((SHARED / "seeds").glob("*.txt"))
STATUTES = SHARED / "documents" / "statutes.tgz"


def divisions(number: int):
    cleaned = clean(SEEDS[number].read_text(encoding="utf-8"))
    return cleaned, [divide(p.text, hints=p.hints) for p in pieces(cleaned)]


def levels(division) -> dict[str, int]:
    out: dict[str, int] = {}
    for n in division.nodes:
        out[n.level] = out.get(n.level, 0) + 1
    return out


seeds = pytest.mark.skipif(len(SEEDS) < 5, reason="the five originals are not beside the checkout")


@seeds
def test_the_plan_has_four_parts_and_eight_sections_and_its_breaks_are_mended():
    cleaned, [found] = divisions(0)
    assert levels(found) == {"题头": 2, "导语": 2, "落款": 1, "一": 4, "（一）": 8}
    assert all(words in cleaned.text for words in ("护身符”，创造", "作用不明显、", "战斗力、凝聚力", "30、35、40岁", "8项正负面"))
    assert "*" not in cleaned.text and found.warnings == ()


@seeds
@pytest.mark.parametrize("number, subheads", [(1, 10), (2, 4)])
def test_news_has_subheads_and_no_invented_numbers(number, subheads):
    cleaned, [found] = divisions(number)
    assert set(levels(found)) == {"题头", "段", "小标题"} and levels(found)["小标题"] == subheads
    assert not any(word in cleaned.text for word in (".jpg", "浏览次数", "当前位置", "原文链接", "办公区", "摄\n"))
    assert number == 1 or "235.47亿元" in cleaned.text


@seeds
def test_the_twenty_measures_run_on_under_five_headings():
    cleaned, [found] = divisions(3)
    assert levels(found) == {"导语": 1, "题头": 1, "一": 5, "条": 20}
    assert [n.path for n in found.nodes if n.path_id == "四.14"] == ["四、14"] and found.warnings == () and "编辑" not in cleaned.text


@seeds
def test_four_talks_are_four_documents():
    cleaned, found = divisions(4)
    assert [levels(d)["一"] for d in found] == [3, 5, 5, 3]
    assert [p.headline[-1][-3:] for p in pieces(cleaned)] == ["组织部", "组织部", "委党组", "团党委"]


@pytest.mark.skipif(not STATUTES.exists(), reason="the statutes are not beside the checkout")
def test_nearly_every_article_of_300_statutes_is_found(tmp_path):
    with tarfile.open(STATUTES) as archive:
        archive.extractall(tmp_path, filter="data")
    result = measure(tmp_path)
    assert result["n"] == 300 and result["expected"] > 13000
    assert result["recall"] >= 0.999 and result["precision"] >= 0.999 and result["order_differs"] == []
