"""Lay wording finds the official words."""

import pytest

from assistant.errors import BadSetting
from assistant.lexicon import Lexicon, load
from assistant.settings import shipped


def test_the_longest_lay_word_wins_and_none_overlap():
    lexicon = Lexicon({"砸": ("坏",), "搞砸": ("失误",), "砸了": ("破",)})
    assert lexicon.lookup("试点搞砸了") == ((2, 4, ("失误",)),)


def test_every_occurrence_is_found_in_order():
    assert Lexicon({"派活": ("交办",)}).lookup("派活又派活") == ((0, 2, ("交办",)), (3, 5, ("交办",)))


def test_a_filler_inside_a_short_word_does_not_hide_it():
    assert Lexicon({"换岗": ("轮岗",)}).lookup("想换个岗") == ((1, 4, ("轮岗",)),)
    assert Lexicon({"换岗": ("轮岗",)}).lookup("换一个好岗") == ()


def test_an_empty_lexicon_finds_nothing():
    assert Lexicon({}).lookup("试点搞砸了") == ()


def test_words_of_a_pattern_are_taken_literally():
    assert Lexicon({"a.c": ("甲",)}).lookup("abc a.c") == ((4, 7, ("甲",)),)


def test_a_file_is_read_with_comments_and_repeated_words_joined(tmp_path):
    path = tmp_path / "synonyms.txt"
    path.write_text("# 注释\n搞砸 办砸 = 失误 偏差  # 说明\n\n搞砸 = 失误 过失\n", "utf-8")
    assert load(path).groups == {"搞砸": ("失误", "偏差", "过失"), "办砸": ("失误", "偏差")}


@pytest.mark.parametrize("line", ["搞砸 失误", "= 失误", "搞砸 ="])
def test_a_line_without_two_sides_is_refused_with_file_and_line(tmp_path, line):
    path = tmp_path / "synonyms.txt"
    path.write_text(f"办砸 = 失误\n{line}\n", "utf-8")
    with pytest.raises(BadSetting, match="synonyms.txt 第 2 行"):
        load(path)


def test_a_missing_file_is_an_empty_lexicon(tmp_path):
    assert load(tmp_path / "none.txt").groups == {}


def test_the_shipped_file_loads_and_gives_official_words():
    lexicon = load(shipped("corpus") / "synonyms.txt")
    assert len(lexicon.groups) > 50
    assert lexicon.lookup("试点搞砸了") == ((2, 5, lexicon.groups["搞砸了"]),)
