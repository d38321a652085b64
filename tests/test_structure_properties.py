"""What holds for any text: nothing lost, nothing twice, a way back to the source."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.structure import Hints, Offsets, clean, divide, pieces

BITS = ["第一条 ", "第二条", "第五条第一款规定的", "第十四条之一 ", "第一章 总 则", "第二节", "一、", "二、", "三、重点工作", "（一）", "（二）", "(三)", "1.", "2.", "１．",
        "（1）", "①", "附件", "附件：1.清单", "附件1", "目录", "2022年12月20日", "中共某区委办公室", "各镇（街道）党委：", "**", "## ", "# 标题", "<!-- 注 -->",
        "<!-- verified: partial -->", "---\ntitle: 某\n---\n", "\f", "— 3 —", "第3页 共8页", "首页 > 正文", "来源：某网", "张三 摄", "1.jpg", "版权所有", "编辑/李四",
        "；", "。", "，", "：", "“", "”", "\n", "\n\n", " ", "\u3000\u3000", "\u00a0", "\u200b", "\r", "|甲|乙|", "为了加强管理，", "应当依法办理", "8 项", "标题——", "决定", "abc"]
GENERATED = st.lists(st.sampled_from(BITS), max_size=40).map("".join)
ANY = st.one_of(GENERATED, st.text(max_size=200), st.lists(st.one_of(st.sampled_from(BITS), st.text(max_size=8)), max_size=30).map("".join))
QUICK = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def check(text: str, hints: Hints = Hints()) -> None:
    division = divide(text, hints=hints)
    nodes = division.nodes
    assert "".join(n.own for n in nodes) == text
    assert len({n.path_id for n in nodes}) == len(nodes)
    assert all(n.path_id and n.path and n.level for n in nodes)
    for n in nodes:
        assert n.order == nodes.index(n) or nodes[n.order] is n
        assert (n.own, n.start <= n.own_end <= n.end) == (text[n.start:n.own_end], True)
        assert n.end == nodes[n.last].own_end
        assert -1 <= n.parent < n.order
        if n.parent >= 0:
            assert nodes[n.parent].start <= n.start and n.last <= nodes[n.parent].last


@QUICK
@given(ANY)
def test_own_texts_joined_are_the_text_and_the_tree_is_sound(text):
    check(text)


@QUICK
@given(ANY, st.sampled_from(["txt", "md", "pdf"]))
def test_cleaning_keeps_characters_in_order_and_changes_nothing_the_second_time(text, format):
    cleaned = clean(text, format=format)
    origin = list(cleaned.origin)
    assert len(origin) == len(cleaned.text) + 1
    assert all(a < b for a, b in zip(origin, origin[1:]))
    assert not origin or 0 <= origin[0] and origin[-1] <= len(text)
    assert all(c == text[o] or c in "\n " for c, o in zip(cleaned.text, origin))
    assert clean(cleaned.text, format=format).text == cleaned.text


@QUICK
@given(ANY)
def test_pieces_are_slices_in_order_and_divide(text):
    cleaned = clean(text)
    at = 0
    for piece in pieces(cleaned):
        found = cleaned.text.index(piece.text, at)
        assert cleaned.text[at:found].strip("\n") == ""
        assert list(piece.origin) == list(cleaned.origin)[found:found + len(piece.text) + 1]
        at = found + len(piece.text)
        check(piece.text, piece.hints)
    assert cleaned.text[at:].strip("\n") == ""


@QUICK
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6)), max_size=12), st.data())
def test_offsets_behave_like_the_list_they_stand_for(steps, data):
    spans, at = [], 0
    for gap, length in steps:
        spans.append((at + gap, at + gap + length))
        at += gap + length
    offsets = Offsets.of(spans)
    plain = [i for a, b in spans for i in range(a, b)]
    assert list(offsets)[:-1] == plain and len(offsets) == len(plain) + 1
    a = data.draw(st.integers(0, len(offsets)))
    b = data.draw(st.integers(0, len(offsets)))
    assert list(offsets[a:b]) == list(offsets)[a:b]
    assert [offsets[i] for i in range(len(offsets))] == list(offsets)
