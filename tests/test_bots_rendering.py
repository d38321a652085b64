"""What a chat platform shows: within its bytes, clauses whole, and nothing in it that acts."""

from __future__ import annotations

import json
import re

import pytest
from bots_scene import RAW
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.faces.bots import config, rendering
from assistant.faces.bots.rehearsal.platforms import Platform
from assistant.faces.bots.rendering import Style, inert
from assistant.faces.bots.splitting import Piece, cut, pack, size
from assistant.types import LABEL

BOTS = {c.channel: c for c in config.read(RAW).channels}
LIMITS = {"wecom-app": 2048, "wecom": 20480, "dingtalk": 20000, "feishu": 30000}
BASE = "https://policy.example.cn"


def clause(n, quote="应在7个工作日内反馈", title="某市容错纠错办法", path=None):
    return {"provision": f"某发〔2022〕{n}号#第{n}条", "path": path or f"第{n}条", "quote": quote,
            "document": {"id": f"某发〔2022〕{n}号", "title": title, "number": f"某发〔2022〕{n}号", "kind": "normative"}}


def reply(text="应在7个工作日内反馈。", citations=(), findings=None, notices=()):
    found = {"findings": findings} if findings is not None else None
    return {"text": text, "citations": list(citations), "notices": list(notices), "label": LABEL, "refusal": None, "trace": "20231114-00000000abcd",
            **({"determination": found} if found else {})}


def finding(n, state="met", quote="经集体研究决定"):
    return {"title": f"要素{n}", "state": state, "quote": quote}


def test_an_answer_stands_with_its_clauses_hints_label_and_number():
    (text,) = rendering.shown(reply(citations=[clause(3)], notices=["这是某市的规定"]), Style(2000), BASE).texts
    assert text == """应在7个工作日内反馈。

依据：
[1] 《某市容错纠错办法》（某发〔2022〕3号） 第3条
“应在7个工作日内反馈”
[查看条款原文](https://policy.example.cn/clauses/%E6%9F%90%E5%8F%91%E3%80%942022%E3%80%953%E5%8F%B7%23%E7%AC%AC3%E6%9D%A1)

提示：这是某市的规定
AI生成 · 初步意见 · 须经人工审核 · 编号 00000000abcd
回复“有用”或“没用”，告诉我们这次答得怎样。"""


def test_without_an_address_of_our_own_the_clause_is_named_by_its_id():
    assert "条款编号：某发〔2022〕3号#第3条" in rendering.shown(reply(citations=[clause(3)]), Style(2000)).texts[0]


@pytest.mark.parametrize("evil", [
    '<at user_id="all">所有人</at>', "<at id=all></at>", "<@all>", "<@userid>", "@所有人", "[点我](javascript:alert(1))", "[点我](https://evil.example)", "![图](http://a.b/c.png)",
    "<font color='warning'>红</font>", "<a href='http://x'>x</a>", "**粗** __x__ `码` ~~删~~", "# 标题", "> 引用", "| a | b |", "---", "&lt;at id=all&gt;", "[a]: http://x.cn",
    "<think>想</think>", "```\n码\n```", "dtmd://dingtalkclient/sendMessage?content=x", "\u202e反\u202c", "http://evil.example/x", "tel:110", "[a]\n(http://x.cn)", "<person id='x'>",
])
def test_words_of_documents_mention_nobody_and_carry_no_markup(evil):
    safe = inert(evil)
    assert not re.search(r"[<>@*`~|&\\_\u202a-\u202e]|\]\s*[(:\[]|!\[|(?m:^\s*[#>])|://|(?m:^---)|(?i:javascript|dtmd|tel):", safe)
    for channel, bot in BOTS.items():
        whole = reply(evil, [clause(1, quote=evil, title=evil, path=evil)], [finding(1, quote=evil)], [evil])
        for part in bot.parts(whole, {}):
            text = json.dumps(part.content, ensure_ascii=False)
            own = re.sub(r"\[查看条款原文\]\(https://policy\.example\.cn/clauses/[%A-Za-z0-9._~-]+\)", "", text)
            assert not re.search(r"<at|<@|<font|<a |<think|\]\(|evil\.example|://", own), channel


def test_what_is_harmless_is_shown_as_it_was():
    text = "第十四条　受到诫勉的，6个月（含）内不得提拔；比例为3.5%，见《办法》〔2022〕20号第1-2项。\n1. 一\n2、二"
    assert inert(text) == text


answers = st.text(st.characters(exclude_categories=("Cs",)), max_size=3000) | st.text("政策，。；😀👨‍👩‍👧🇨🇳 \n<@>*`[](", max_size=8000) | st.integers(1, 60).map(
    lambda n: "这是一句不短的话，用来填满一条消息的字节数。" * n * 20)


@settings(max_examples=120, deadline=None)
@given(answers, st.integers(0, 6), st.integers(0, 12), st.text(max_size=400))
def test_every_part_fits_its_platform_and_every_clause_is_whole(text, cited, elements, quote):
    given_ = reply(text, [clause(n, quote=quote) for n in range(1, cited + 1)], [finding(n) for n in range(elements)] if elements else None)
    for channel, bot in BOTS.items():
        parts = bot.parts(given_, {})
        platform = Platform()
        for n, part in enumerate(parts):
            if channel == "feishu":
                assert len(json.dumps(part.content, ensure_ascii=False).encode()) <= LIMITS[channel]
            elif channel == "dingtalk":
                assert len(json.dumps({"msgParam": json.dumps(dict(part.content), ensure_ascii=False)}, ensure_ascii=False).encode()) <= LIMITS[channel]
            else:
                assert size(part.content["content"]) <= LIMITS[channel]
            assert LABEL in json.dumps(part.content, ensure_ascii=False), (channel, n)
        shown = ["".join(_texts(p.content)) for p in parts]
        for n in range(1, cited + 1):
            link = rendering.clause_link(BASE, f"某发〔2022〕{n}号#第{n}条")
            (where,) = [t for t in shown if f"[{n}] 《某市容错纠错办法》" in t]
            assert link in where and where.index(f"[{n}] 《某市") < where.index(link)
        assert platform.refused == []


@settings(max_examples=150, deadline=None)
@given(answers, st.integers(32, 3000))
def test_cut_texts_are_whole_when_joined_and_never_break_a_sign(text, limit):
    parts = cut(text, limit)
    assert "".join(parts) == text and all(size(p) <= limit for p in parts)
    assert [p for p in parts[1:] if p[0] in "\u200d\ufe0f" and limit > 200] == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=200).map(lambda t: t + "|"), max_size=30))
def test_whole_pieces_are_never_cut(pieces):
    parts = pack([Piece(p, whole=True) for p in pieces], 900)
    assert "".join(parts) == "".join(pieces)
    assert all(size(p) > 900 or any(p in part for part in parts) for p in pieces)


def test_a_short_part_is_cut_where_a_sentence_ends():
    assert cut("第一句话。第二句话！第三句话？" * 3, 50)[0] == "第一句话。第二句话！第三句话？"[:15]


def test_an_answer_that_is_far_too_long_says_so_and_keeps_its_clauses():
    for bot in BOTS.values():
        parts = bot.parts(reply("很长的一句话，说了又说。" * 20_000, [clause(1)]), {})
        text = "".join("".join(_texts(p.content)) for p in parts)
        assert rendering.CUT.strip("（）") in text and "[1] 《某市容错纠错办法》" in text and len(parts) <= 8


def test_a_case_is_shown_with_its_elements_as_each_platform_can():
    of = reply("初步意见：可予容错。", [clause(1)], [finding(1), finding(2, "unclear", None)])
    card = BOTS["feishu"].parts(of, {})[0].content["body"]["elements"]
    assert [e["tag"] for e in card] == ["markdown", "table", "column_set"]
    assert card[1]["rows"] == [{"element": "要素1", "state": "具备", "words": "经集体研究决定"}, {"element": "要素2", "state": "不清楚", "words": "—"}]
    assert "| 要素1 | 具备 | 经集体研究决定 |" in BOTS["wecom"].parts(of, {})[0].content["content"]
    for channel in ("wecom-app", "dingtalk"):
        (part,) = BOTS[channel].parts(of, {})
        assert "**要素1**：具备（“经集体研究决定”）" in "".join(_texts(part.content)) and "|" not in "".join(_texts(part.content))


def test_the_buttons_of_a_card_name_the_answer_they_are_about():
    card = BOTS["feishu"].parts(reply(), {})[0].content
    values = [c["elements"][0]["behaviors"][0]["value"] for c in card["body"]["elements"][-1]["columns"]]
    assert values == [{"opinion": "有用", "about": "00000000abcd"}, {"opinion": "没用", "about": "00000000abcd"}]


def test_text_for_people_who_read_elsewhere_has_addresses_instead_of_links():
    raw = {**RAW, "wecom-app": {"main": {**RAW["wecom-app"]["main"], "format": "text"}}}
    bot = next(c for c in config.read(raw).channels if c.channel == "wecom-app")
    (part,) = bot.parts(reply(citations=[clause(1)], findings=[finding(1)]), {})
    assert part.kind == "text" and "条款原文：https://policy.example.cn/clauses/" in part.content["content"] and "**" not in part.content["content"]


def _texts(of):
    if isinstance(of, dict):
        for k, v in of.items():
            if k in ("content", "text") and isinstance(v, str):
                yield v
            else:
                yield from _texts(v)
    elif isinstance(of, (list, tuple)):
        for v in of:
            yield from _texts(v)
