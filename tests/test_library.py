"""Files in: what is good is kept whole, what is bad is named, and nothing of it stays."""

import io
import zipfile
from datetime import date

import pytest

from assistant.errors import BadInput
from assistant.library import corpus_version, prepare
from assistant.readers import Extract
from assistant.types import LOCAL

RULE = """示例复核办法

第一条　对结论有异议的，可以在12日内申请复核。

第二条　复核由原机关受理。

第三条　本办法自2024年3月1日起施行。
"""

TALKS = """某市激励干部经验交流发言材料

抓好“三个关口” 激励干部担当
浙江省临水区委组织部

近年来，临水区委组织部把激励干部作为头等大事来抓。

一、把好选拔关口。坚持以实绩选人，去年选拔干部31名。

二、把好培养关口。选派17名干部到一线锻炼。

用好“两张清单” 让干部放手干事
湖南省清溪县委

清溪县委坚持严管厚爱结合。

一、用好正面清单。列出鼓励事项12项。

二、用好负面清单。列出禁止事项9项。

打造“一支队伍” 提升干部能力
甘肃省白水县委组织部

白水县委组织部着力提升干部能力。

一、办好夜校。每月办班2期。

二、抓好跟班。选派干部23名跟班学习。

建立“五项机制” 为干部撑腰鼓劲
青海省黑石县纪委监委

黑石县纪委监委坚持三个区分开来。

一、建立澄清机制。为14名干部澄清正名。

二、建立回访机制。回访干部8名。
"""


def extract(text, name="办法.txt", front=None):
    return Extract(name, text, "txt", "0" * 64, front or {})


def by_name(reports):
    return {r.name.rpartition("/")[2]: r for r in reports}


def contents(home):
    return b"".join(p.read_bytes() for p in home.rglob("*") if p.is_file())


# -- one file to its documents ----------------------------------------------------------------------------------


def test_a_document_without_number_is_called_by_its_title():
    (prepared,) = prepare(extract(RULE))
    assert prepared.document.id == "示例复核办法"
    assert [p.id for p in prepared.provisions if p.level == "条"] == [f"示例复核办法#第{n}条" for n in "一二三"]
    assert prepared.document.effective == date(2024, 3, 1) and prepared.document.version == "2024-03-01"


def test_the_front_matter_wins_over_the_text():
    (prepared,) = prepare(extract(RULE, front={"title": "另一办法", "number": "示发[2025]3号", "issuer": "示例局", "region": "甘肃省", "effective": "2025-05-01",
                                               "kind": "normative", "level": "province", "audience": ("县纪委",)}))
    d = prepared.document
    assert (d.id, d.title, d.number, d.issuer, d.region, d.effective) == ("示发〔2025〕3号", "另一办法", "示发〔2025〕3号", "示例局", "甘肃省", date(2025, 5, 1))
    assert (d.kind, d.level, d.audience, d.version) == ("normative", "province", frozenset({"县纪委"}), "2025-05-01")


def test_the_audience_of_the_batch_is_added_to_the_files_own():
    (prepared,) = prepare(extract(RULE, front={"audience": ("县纪委",)}), audience=frozenset({"县委办"}))
    assert prepared.document.audience == {"县纪委", "县委办"}


def test_four_talks_in_one_file_are_four_documents_of_that_file():
    prepared = prepare(extract(TALKS, "经验材料.txt"))
    assert len(prepared) == 4
    assert len({p.document.id for p in prepared}) == 4
    assert {p.document.source for p in prepared} == {"经验材料.txt"} and {p.raw for p in prepared} == {TALKS}
    assert [figure in "".join(n.own for n in p.provisions) for p, figure in zip(prepared, ("31名", "12项", "2期", "14名"), strict=True)] == [True] * 4
    assert [sum(f in "".join(n.own for n in p.provisions) for f in ("31名", "12项", "2期", "14名")) for p in prepared] == [1, 1, 1, 1]
    assert {p.document.kind for p in prepared} == {"talk"}


def test_a_span_points_back_into_the_file_as_it_came():
    text = "首页 > 政务公开 > 正文\n\n" + RULE.replace("第二条　复核", "第二条　　复核")
    (prepared,) = prepare(extract(text))
    for p in prepared.provisions:
        if p.level == "条":
            assert "".join(text[slice(*p.span)].split()) == "".join(p.text.split())


@pytest.mark.parametrize("line", ["关于值班的通知", "请各单位周五前报送", "会议定于2024年3月1日 15:00在县委会议室召开", "第一条 甲"])
def test_a_document_of_one_line_is_a_document(line):
    (prepared,) = prepare(extract(line))
    assert [p.text for p in prepared.provisions] == [line]


def test_a_file_of_page_furniture_only_is_no_document():
    with pytest.raises(BadInput, match="没有正文"):
        prepare(extract("首页 > 政务公开 > 正文\n浏览次数：123"))


def test_a_span_ends_with_the_clause_and_not_with_what_was_taken_out_behind_it():
    page = ("当前位置：首页 > 政策 > 正文\n\n# 示例激励措施\n\n字体：【大 中 小】\n\n一、总体要求\n\n严管厚爱结合。\n\n— 1 —\n\n示例.jpg\n\n二、**主要**措施\n\n（一）完善机制。\n\n"
            "发布时间：2024-03-01 10:00\n\n<!-- 注 -->\n\n（二）落实责任。每半年评一次。  \n\n— 2 —\n\n责任编辑：张三\n\n【打印】 【关闭】\n\n版权所有：某网\n")
    (prepared,) = prepare(extract(page))
    shown = {p.id.rpartition("#")[2]: page[slice(*p.span)] for p in prepared.provisions}
    assert {k: v for k, v in shown.items() if k in ("一", "二.（一）", "二.（二）")} == {
        "一": "一、总体要求\n\n严管厚爱结合。", "二.（一）": "（一）完善机制。", "二.（二）": "（二）落实责任。每半年评一次。"}
    assert not any(w in shown["二"] for w in ("版权", "打印", "张三", "— 2 —"))
    assert all(shown[p.id.rpartition("#")[2]][-1] == p.text.rstrip()[-1] for p in prepared.provisions)


def test_provisions_joined_are_the_text():
    (prepared,) = prepare(extract(RULE))
    assert "".join("".join(p.own for p in prepared.provisions).split()) == "".join(RULE.split())


def test_a_digest_says_of_each_clause_how_well_it_was_checked():
    (prepared,) = prepare(extract(RULE, front={"kind": "digest", "of": "normative", "verified": "true", "partial": ("第二条",)}))
    held = {p.id.rpartition("#")[2]: p.verified for p in prepared.provisions if p.level == "条"}
    assert held == {"第一条": "true", "第二条": "partial", "第三条": "true"}


def test_the_corpus_version_changes_with_a_letter_and_with_a_name(tmp_path):
    (tmp_path / "documents").mkdir()
    path = tmp_path / "documents" / "a.md"
    path.write_text("甲", "utf-8")
    first = corpus_version(tmp_path)
    assert corpus_version(tmp_path) == first
    path.write_text("乙", "utf-8")
    second = corpus_version(tmp_path)
    path.rename(path.with_name("b.md"))
    assert len({first, second, corpus_version(tmp_path)}) == 3


# -- many files -------------------------------------------------------------------------------------------------


@pytest.fixture
def batch(tmp_path):
    folder = tmp_path / "batch"
    folder.mkdir()
    (folder / "01好.txt").write_text(RULE, "utf-8")
    (folder / "02空.txt").write_bytes(b"")
    (folder / "03坏.docx").write_bytes(b"not a docx")
    (folder / "04密.txt").write_text("秘密★5年\n\n关于代号青竹行动的通知\n\n青竹行动由专班负责。\n", "utf-8")
    (folder / "05头.md").write_text("---\ntitle: 甲办法\nissued: 明天\n---\n\n第一条　紫藤事项由专班负责。\n", "utf-8")
    (folder / "06图.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (folder / "07好.txt").write_text(RULE.replace("示例复核办法", "示例申诉办法").replace("12日", "25日"), "gb18030")
    return folder


def test_a_mixed_batch_keeps_the_good_and_names_the_bad(own_office, batch):
    seen = []
    reports = own_office.ingest([batch, batch / "没有.txt"], progress=seen.append)
    told = by_name(reports)
    assert {n: r.status for n, r in told.items()} == {
        "01好.txt": "added", "02空.txt": "failed", "03坏.docx": "failed", "04密.txt": "blocked", "05头.md": "failed",
        "06图.jpg": told["06图.jpg"].status, "07好.txt": "added", "没有.txt": "failed"}
    assert told["06图.jpg"].status in {"failed", "skipped"}
    assert all(r.reason for r in reports if r.status not in {"added"}) and sorted(map(id, seen)) == sorted(map(id, reports))
    assert told["01好.txt"].documents == ("示例复核办法",) and told["01好.txt"].provisions >= 4
    assert own_office.provision("示例申诉办法#第一条")[0].text.startswith("第一条　对结论有异议的，可以在25日内")
    assert "12日" in own_office.ask("示例复核办法规定多少日内可以申请复核？").text


def test_of_a_bad_file_nothing_is_stored(own_office, batch):
    before = {d.document.id for d in own_office.documents()}
    own_office.ingest([batch])
    assert {d.document.id for d in own_office.documents()} - before == {"示例复核办法", "示例申诉办法"}


def test_a_blocked_file_leaves_no_words_in_the_home(own_office, batch):
    home = own_office.settings.home
    own_office.ingest([batch])
    own_office.ingest_bytes("青竹行动方案.txt", "机密★10年\n青竹行动由专班负责。".encode())
    own_office.close()
    held = contents(home)
    assert "复核由原机关受理".encode() in held
    for word in ("青竹", "紫藤"):
        assert word.encode() not in held and word.encode("utf-16-le") not in held, word


def test_a_mark_in_the_file_name_blocks_too(own_office):
    (report,) = own_office.ingest_bytes("机密★10年 示例办法.txt", RULE.encode())
    assert report.status == "blocked"


def test_an_internal_mark_is_taken_in_with_a_warning(own_office):
    (report,) = own_office.ingest_bytes("办法.txt", ("内部资料 注意保存\n\n" + RULE).encode())
    assert report.status == "added" and any("内部" in n for n in report.notices)


def test_an_archive_with_a_bad_member_gives_the_others(own_office):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.txt", RULE)
        archive.writestr("b.docx", b"broken")
    told = own_office.ingest_bytes("c.zip", held.getvalue())
    assert {r.name: r.status for r in told} == {"c.zip/a.txt": "added", "c.zip/b.docx": "failed"}


def test_the_same_file_again_changes_nothing(own_office, tmp_path):
    path = tmp_path / "办法.txt"
    path.write_text(RULE, "utf-8")
    assert [r.status for r in own_office.ingest([path])] == ["added"]
    before, hits = own_office.documents(), own_office.search("申请复核")
    assert [r.status for r in own_office.ingest([path])] == ["unchanged"]
    assert own_office.documents() == before and own_office.search("申请复核") == hits


def test_a_corrected_file_of_the_same_day_takes_the_place_of_the_old(own_office):
    own_office.ingest_bytes("办法.txt", RULE.encode())
    (report,) = own_office.ingest_bytes("办法.txt", RULE.replace("12日", "18日").encode())
    assert report.status == "updated"
    assert [d.version for d in own_office.store.versions("示例复核办法", LOCAL)] == ["2024-03-01"]
    assert "18日" in own_office.provision("示例复核办法#第一条")[0].text
    assert not any("12日" in h.passage for h in own_office.search("对结论有异议的可以在12日内申请复核", k=50))


@pytest.mark.parametrize("text", ["---\ntitle: 甲办法\n---\n", " \n\n　\n", "首页 > 政务公开 > 正文\n浏览次数：123"])
def test_a_file_without_body_is_refused_by_name(own_office, text):
    (report,) = own_office.ingest_bytes("页.md", text.encode())
    assert report.status == "failed" and report.reason and "页.md" in (report.name, report.reason)
    assert "甲办法" not in {d.document.id for d in own_office.documents()}


@pytest.mark.parametrize("line", ["audience: [县纪委", "audeince: [县纪委]"])
def test_a_document_whose_audience_cannot_be_read_is_not_taken_in(own_office, line):
    (report,) = own_office.ingest_bytes("甲.md", f"---\ntitle: 甲办法\n{line}\n---\n\n第一条　事项由专班负责。\n".encode())
    assert report.status == "failed" and "第 3 行" in report.reason and "audience" in report.reason and "甲.md" in report.reason
    assert "甲办法" not in {d.document.id for d in own_office.documents()}
