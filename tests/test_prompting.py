"""Prompts are checked when they are loaded; what stands between fences cannot speak as a prompt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import prompting, settings
from assistant.errors import BadSetting


def test_every_prompt_that_ships_is_sound_and_used():
    found = prompting.load(settings.shipped("prompts"))
    assert {name: sorted(p.inputs) for name, p in found.items()} == {
        "agent": ["mark", "region", "today"], "case": ["case", "elements", "mark"], "question": ["draft", "passages", "question"], "repair": ["faults"]}


@pytest.mark.parametrize("raw, said", [
    ("没有开头", "开头应当是"), ("---\ninputs: [a]\n---\n$a 和 $b\n", "第 4 行的占位 $b"), ("---\ninputs: [a, b]\n---\n$a\n", "正文没有用到"),
    ("---\ninputs: [a]\n---\n$a 值 5$ 元\n", "单独的 $ 号")])
def test_a_faulty_prompt_is_refused_with_its_place(raw, said):
    with pytest.raises(BadSetting) as error:
        prompting.parse("某个", raw)
    assert said in error.value.message and "prompts/某个.md" in error.value.message


def test_a_value_is_never_read_as_a_placeholder():
    prompt = prompting.parse("a", "---\ninputs: [question, draft]\n---\n$question|$draft\n")
    assert prompt.fill(question="$draft ${draft} $$", draft="甲") == "$draft ${draft} $$|甲"


def test_a_missing_value_is_our_own_fault():
    with pytest.raises(KeyError):
        prompting.parse("a", "---\ninputs: [question]\n---\n$question\n").fill()


def test_the_hash_is_that_of_the_file_so_that_a_changed_prompt_has_another():
    raw = "---\ninputs: [a]\n---\n$a\n"
    assert prompting.parse("a", raw).hash != prompting.parse("a", raw + "。").hash


@given(st.text(max_size=200), st.text(alphabet="0123456789abcdef", min_size=12, max_size=12))
def test_nothing_inside_a_fence_can_close_it(text, mark):
    fenced = prompting.fence("文件", text, mark)
    inner = fenced.removeprefix(f"<<<文件 {mark}\n").removesuffix(f"\n{mark} 文件>>>")
    assert (mark in inner, "<<<" in inner, ">>>" in inner) == (False, False, False)


def test_marks_differ_from_request_to_request():
    assert len({prompting.new_mark() for _ in range(100)}) == 100
