"""The check of a Word file, ours or a person's: what it finds, how strong, and what it does with hostile files; the release."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from docx import Document
from fastapi.testclient import TestClient
from made_files import docx as raw
from made_files import p
from made_notices import LETTER, LONG, NOTICE, REQUEST, by_hand
from notice_corpus import FORMS, fetch
from typer.testing import CliRunner

from assistant.assistant import Assistant
from assistant.checking import check, citations, fontfolder, language, marked, releasing, sheet_of
from assistant.checking.anatomy import dissect
from assistant.drafting import filling, layout
from assistant.drafting.clauses import Clauses
from assistant.drafting.knowing import Known
from assistant.drafting.nouns import Block
from assistant.errors import BadInput, BadSetting, Classified, UnreadableFile
from assistant.faces import cli
from assistant.faces.api import create_app
from assistant.faces.desk import Desk
from assistant.readers import sheet
from assistant.settings import Settings
from assistant.types import Asker
from assistant.types import Document as Instrument

WORDING = Path(__file__).parents[1] / "corpus/wording.yaml"
RULES = language.load(WORDING)
HERE = {"font.missing", "pagenumber.missing"}
"""What depends on this machine, and what every document made by hand lacks."""


def found(data, **more):
    """(rule, strength) of what a check finds, in order of strength."""
    return [(f.rule, f.strength) for f in check("a.docx", data, rules=RULES, **more).findings if f.rule not in HERE]


@pytest.mark.parametrize("notice", [NOTICE, LETTER, REQUEST, replace(NOTICE, style="plain", kind="", issuer="", number="")])
def test_what_we_lay_out_has_no_finding(notice):
    report = check("a.docx", layout.docx(notice), rules=RULES)
    assert (report.draft, report.passed, [f for f in report.findings if f.rule != "font.missing"]) == (True, True, [])


def test_a_sound_document_made_by_hand_lacks_only_its_page_numbers():
    report = check("a.docx", by_hand(), rules=RULES)
    assert (report.kind, report.draft, report.passed, [f.rule for f in report.findings if f.rule != "font.missing"]) == (
        "通知", False, True, ["pagenumber.missing"])


@pytest.mark.parametrize("fault, expected", [
    ({"number": "明组发[2024]5号"}, [("number.form", "规定")]),
    ({"number": "明组发（2024）第05号"}, [("number.form", "规定")]),
    ({"number": "明组发24-5号"}, [("number.form", "规定")]),
    ({"number": "明组发〔二〇二四〕五号"}, [("number.form", "规定")]),
    ({"number": ""}, [("number.missing", "规定")]),
    ({"red_rule": False}, [("head.rule", "规定")]),
    ({"date": "二〇二四年三月一日"}, [("date.form", "规定")]),
    ({"date": "2024年03月01日"}, [("date.form", "规定")]),
    ({"date": "2024.3.1"}, [("date.form", "规定")]),
    ({"date": "2024年3月"}, [("date.form", "规定")]),
    ({"date": "2024年2月30日"}, [("date.real", "规定")]),
    ({"date": ""}, [("date.missing", "规定")]),
    ({"signature": "明城区委办公室"}, [("signature.head", "规定")]),
    ({"signature": "中共明城区委组织部"}, []),
    ({"signature": ""}, [("signature.missing", "规定")]),
    ({"to": "各镇党委:"}, [("addressee.colon", "规定")]),
    ({"to": "各镇（街道）党（工）委"}, [("addressee.colon", "规定")]),
    ({"to": "　　各镇（街道）党（工）委："}, [("addressee.flush", "规定")]),
    ({"attachments": ("附件：谈心谈话记录表。",)}, [("attachment.punctuation", "规定")]),
    ({"attachments": ("附件：1.甲表", "2.乙表；")}, [("attachment.punctuation", "规定")]),
    ({"attachments": ("附件：1.甲表", "3.乙表")}, [("attachment.numbers", "规定")]),
    ({"attachments": ("附件:甲表",)}, [("attachment.colon", "规定")]),
    ({"after": ("附件", "谈心谈话记录表", "姓名：")}, []),
    ({"after": ("附件", "另一张表")}, [("attachment.title", "规定")]),
    ({"after": ("附件1", "谈心谈话记录表", "附件2", "乙")}, [("attachment.match", "规定")]),
    ({"attachments": (), "after": ("附件", "谈心谈话记录表")}, [("attachment.note", "规定")]),
    ({"margins": (25.4, 28, 26, 35)}, [("page.margins", "规定"), ("page.area", "规定")]),
    ({"margins": (37, 31.8, 26, 35)}, [("page.margins", "规定"), ("page.area", "规定"), ("page.characters", "一般")]),
    ({"margins": (38, 27, 27, 34)}, []),
    ({"to": "各镇党委，" * 200 + "各单位："}, [("page.first", "一般")]),
    ({"body": ("现通知如下。", "一、甲", "三、乙", "特此通知。")}, [("levels.order", "一般")]),
    ({"body": ("现通知如下。", "一、甲", "（一）甲", "（二）乙", "二、乙", "（一）丙", "1.丁", "特此通知。")}, []),
    ({"body": ("现通知如下。", "一、甲", "1、丙", "特此通知。")}, [("levels.mark", "一般")]),
    ({"body": ("请于【待填：日期】前报送。",)}, [("blank.left", "规定")]),
    ({"body": ("依据《某办法》第三条【待核原文】办理。",)}, [("clause.unchecked", "一般")]),
    ({"body": ("责任率为10~20%，请核对,并报送。",)}, [("marks.width", "实务"), ("marks.percent", "实务")]),
    ({"title": ("关于给予奖励的请示",), "to": "区委、区政府：", "body": ("妥否，请批示。",)}, [("request.one_addressee", "规定"), ("head.signer", "一般")]),
    ({"title": ("关于给予奖励的请示",), "to": "区委：", "number": "明组报〔2024〕5号　　　签发人：李四", "body": ("妥否，请批示。",)}, []),
    ({"title": ("关于有关情况的报告",), "to": "区委：", "body": ("以上报告妥否，请批示。",)}, [("report.request", "规定"), ("head.signer", "一般")]),
    ({"title": ("关于《请批示件》办理情况的报告",), "to": "区委：", "body": ("《关于经费请批示的函》已办结。",)}, [("head.signer", "一般")]),
    ({"title": ("关于奖励的请示报告",), "to": "区委：", "body": ("现报告如下。",)}, [("title.mixed", "规定"), ("head.signer", "一般")]),
    ({"title": ("关于商请支持的函",), "to": "区财政局：", "body": ("请遵照执行。",)}, [("letter.command", "规定")]),
    ({"title": ("关于商请支持的函",), "to": "区财政局：", "body": ("请予支持。", "特此通知。")}, [("letter.wording", "规定")]),
    ({"title": ("关于商请支持的函",), "to": "区财政局：", "body": ("请予支持。", "特此函告。")}, []),
    ({"head": "", "number": "", "title": ("谈话记录",), "to": "", "signature": "", "date": "", "imprint": (), "attachments": ()}, []),
    ({"title": ("关于开会的通知。",)}, [("title.kind", "一般"), ("title.punctuation", "实务")]),
    ({"imprint": ("抄送:区委办公室",)}, [("imprint.stop", "推荐"), ("imprint.colon", "推荐")]),
    ({"imprint": ("抄送：区委办公室。", "主题词：干部　谈话")}, [("words.keywords", "实务")]),
])
def test_each_fault_is_found_and_nothing_else(fault, expected):
    assert found(by_hand(**fault)) == expected


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda f: f.name)
def test_the_example_of_every_form_breaks_no_rule(form):
    notice = filling.fill(form, form.example, Known({}), Clauses(fetch))
    report = check("a.docx", layout.docx(notice), rules=RULES)
    assert (report.draft, [f for f in report.findings if f.rule not in {"font.missing", "clause.unchecked"}]) == (True, [])


def test_a_finding_says_what_is_wrong_where_and_what_to_do():
    [one] = [f for f in check("a.docx", by_hand(number="明组发[2024]第05号"), rules=RULES).findings if f.rule == "number.form"]
    assert (one.place, one.message) == (
        "第 2 段“明组发[2024]第05……”", "发文字号“明组发[2024]第05号”年份不是用六角括号〔〕括起，加了“第”字，序号编了虚位。应写成“机关代字〔2024〕5号”")


def test_fonts_that_are_not_installed_are_named(monkeypatch):
    monkeypatch.setattr(fontfolder, "installed", lambda: frozenset({"仿宋_gb2312", "黑体", "楷体_gb2312"}))
    report = check("a.docx", layout.docx(replace(NOTICE, body=(Block(LONG),))), rules=RULES)
    assert [(f.rule, f.strength, f.message) for f in report.findings] == [
        ("font.missing", "实务", "本机没有安装字体：方正小标宋简体。显示和打印会换成别的字体，请在装有这些字体的电脑上核对")]


def test_font_names_are_read_from_font_files_and_other_files_have_none(tmp_path):
    name = "仿宋_GB2312".encode("utf-16-be")
    table = b"\x00\x00\x00\x01\x00\x12" + b"\x00\x03\x00\x01\x08\x04\x00\x01" + len(name).to_bytes(2, "big") + b"\x00\x00" + name
    where = (28).to_bytes(4, "big") + len(table).to_bytes(4, "big")
    (tmp_path / "a.ttf").write_bytes(b"\x00\x01\x00\x00\x00\x01" + bytes(6) + b"name" + bytes(4) + where + table)
    (tmp_path / "b.ttf").write_bytes(b"nothing")
    assert fontfolder.installed((tmp_path,)) == {"仿宋_gb2312"}
    assert fontfolder.missing(["黑体", "仿宋_GB2312", "黑体", ""], fontfolder.installed((tmp_path,))) == ("黑体",)


def test_word_defaults_are_measured_through_styles_and_theme():
    document = Document()
    document.add_heading("关于召开座谈会的通知", 0)
    for text in ("各单位：", "定于明天开会，请各单位主要负责人准时参加。", "办公室", "2024年5月6日"):
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    assert found(out.getvalue()) == [("page.size", "规定"), ("page.lines", "一般"), ("page.characters", "一般"), ("font.title", "一般"), ("font.body", "一般")]


def test_parts_are_found_where_spaces_stand_for_layout():
    body = "".join(p(t, '<w:jc w:val="center"/>' if i == 0 else "") for i, t in enumerate((
        "关于开展回访教育的函", "县教育局：", "　　现将有关事项函告如下，请支持。", "　　特此函告。", "　" * 18 + "县纪委监委", "　" * 17 + "2024年5月6日", "（联系人：王五）")))
    parts = dissect(sheet_of("a.docx", raw(body)))
    assert (parts.title_text, parts.kind, parts.addressee.text, [b.text for b in parts.body], [s.text for s in parts.signature],
            parts.date.text, parts.note.text) == (
        "关于开展回访教育的函", "函", "县教育局：", ["现将有关事项函告如下，请支持。", "特此函告。"], ["县纪委监委"], "2024年5月6日", "（联系人：王五）")


class Shelf:
    """Two instruments: an original law with three articles, repealed in 2025, and a digest that knows one article."""

    law = Instrument("甲法", "中华人民共和国甲法", kind="normative", effective=date(2020, 1, 1), repealed=date(2025, 1, 1), repealed_by="乙法")
    digest = Instrument("明委办〔2022〕20号", "关于容错的办法（试行）", number="明委办〔2022〕20号", kind="digest", effective=date(2022, 12, 20))

    def documents(self):
        return (self.law, self.digest)

    def paths(self, document, on):
        return frozenset({"甲法": {"第一条", "第二条", "第十条第一款"}, self.digest.id: {"第五条", "三、（三）"}}[document.id])


@pytest.mark.parametrize("text, expected", [
    ("依据《甲法》第二条、第10条办理。", []),
    ("依据《中华人民共和国甲法》第二条和第十一条办理。", [("clause.missing", "规定", "《中华人民共和国甲法》里没有第十一条")]),
    ("依据《关于容错的办法》（明委办〔2022〕20号）第五条办理。", []),
    ("依据《关于容错的办法》（明委办〔2022〕20号）三、（三）办理。", []),
    ("依据《关于容错的办法（试行）》第六条办理。",
     [("clause.undigested", "实务", "《关于容错的办法（试行）》在库里只有要点整理，其中没有第六条；请核对原文")]),
    ("依据《关于容错的办法》（明委办〔2022〕21号）第五条办理。",
     [("clause.number", "规定", "《关于容错的办法》的文号是明委办〔2022〕20号，这里写作明委办〔2022〕21号")]),
    ("依据《丙条例》第一条办理。", [("clause.unknown", "实务", "库里没有《丙条例》，没有核对；请自行核对原文")]),
    ("请填写《谈话记录表》。", []),
])
def test_cited_clauses_must_exist(text, expected):
    data = layout.docx(replace(NOTICE, body=(Block(text),)))
    assert [(f.rule, f.strength, f.message) for f in check("a.docx", data, rules=RULES, shelf=Shelf()).findings if f.rule not in HERE] == expected


def test_clauses_are_judged_on_the_day_of_the_document_or_the_day_asked_for():
    cited = Block("依据《甲法》第二条办理。")
    old, new = (layout.docx(replace(NOTICE, date=day, printed=day, body=(cited,))) for day in ("2024年3月1日", "2025年3月1日"))
    assert found(old, shelf=Shelf()) == []
    assert found(new, shelf=Shelf()) == found(old, shelf=Shelf(), on=date(2025, 3, 1)) == [("clause.not_in_force", "规定")]
    [one] = [f for f in check("a.docx", new, rules=RULES, shelf=Shelf()).findings if f.strength == "规定"]
    assert one.message == "《甲法》在 2025-03-01 不是有效的规定：2025-01-01 起失效（乙法）"


def test_citations_are_taken_with_their_number_and_all_their_articles():
    assert list(citations.cited("依据《甲法》（某发〔2020〕1号）第一条、第二条第一款，参照《乙法》。")) == [
        citations.Cited("甲法", "某发〔2020〕1号", ("第一条", "第二条")), citations.Cited("乙法", "", ())]


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b" " * (100 << 20))
    return out.getvalue()


def rezipped(data, **changed):
    """The same file with some parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, changed.get(entry.filename.replace("/", "__").replace(".", "_"), old.read(entry)))
    return out.getvalue()


@pytest.mark.parametrize("name, data, said", [
    ("a.docx", b"", "a.docx：文件是空的（0 字节）；请检查是否保存完整。"),
    ("a.doc", b"x", "a.doc：不是 .docx 文件；请用 WPS 或 Word 打开，另存为 .docx 再试。"),
    ("a.docx", b"PK\x03\x04broken", None),
    ("a.docx", layout.docx(NOTICE)[:4000], "a.docx：压缩结构已损坏或不完整；请用原软件打开后另存，或重新下载再试。"),
    ("a.docx", bomb(), None),
    ("a.docx", rezipped(layout.docx(NOTICE), word__document_xml=b"<w:document"), "a.docx：文档内部结构已损坏或有意构造，打不开；请用 WPS 或 Word 打开后另存为 .docx 再试。"),
    ("a.docx", raw("<w:sdt>" * 220 + p("甲") + "</w:sdt>" * 220), "a.docx：文档嵌套过深（可能是有意构造），未读取；请用 WPS 或 Word 另存为 .docx 再试。"),
    ("a.docx", raw(p("&a;"), prolog='<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), None),
    ("a.docx", raw(p("甲"), word__vbaProject_bin="x"), "a.docx：文档带有宏，出于安全不予打开；请用 WPS 或 Word 打开，另存为不带宏的 .docx 再试。"),
    ("a.docx", raw(p("".join(chr(0x4E00 + i * 7919 % 20_000) for i in range(600_000)))), "a.docx：文字太多，不像一份公文；请只检查公文本身，附件另行检查。"),
])
@pytest.mark.parametrize("use", [sheet_of, releasing.release])
def test_a_hostile_or_broken_file_is_refused_in_words(name, data, said, use):
    with pytest.raises(UnreadableFile) as told:
        use(name, data)
    assert said is None and told.value.message.startswith(name + "：") and told.value.message.endswith("。") or told.value.message == said


@pytest.mark.parametrize("mark", ["秘密★1年", "机密★长期"])
def test_a_file_with_a_secrecy_mark_is_not_looked_at(mark):
    with pytest.raises(Classified):
        check("a.docx", by_hand(head=mark), rules=RULES)


def test_no_part_at_all_is_still_a_report():
    assert [f.rule for f in check("a.docx", raw("<w:p/>"), rules=RULES).findings] == ["page.size", "title.missing", "pagenumber.missing"]


@pytest.mark.parametrize("text, said", [
    ("请示: {}", "wording.yaml 应当是“文种: 规则列表”。请改正。"),
    ("请示:\n  - {rule: a, why: b, strength: 必须, never: [甲]}", "wording.yaml 中“请示”的一条规则（a）的强度不对，可用：规定、一般、推荐、实务。请改正。"),
    ("请示:\n  - {rule: a, why: b, strength: 规定}", "wording.yaml 中“请示”的一条规则（a）没有写词语。请改正。"),
    ("请示:\n  - {rule: a, why: b, strength: 规定, neverr: [甲]}", "wording.yaml 中“请示”的一条规则写法不对，可用的键有：never、one_of、rule、strength、why。请改正。"),
    ("请示: [", "wording.yaml 读不出来（ParserError）。请检查文件，或恢复随附的那一份。"),
])
def test_a_faulty_wording_file_is_named_with_its_fault(tmp_path, text, said):
    (tmp_path / "wording.yaml").write_text(text, "utf-8")
    with pytest.raises(BadSetting) as told:
        language.load(tmp_path / "wording.yaml")
    assert told.value.message == said


class Store:
    """Keeps what is recorded; knows no documents."""

    def __init__(self):
        self.records = []

    def any_account(self):
        return False

    def record(self, who, what, subject):
        self.records.append((who, what, subject))

    def entries(self, asker, on=None, *, in_force=True):
        return {}

    def close(self):
        pass


@pytest.fixture
def assistant(tmp_path):
    return Assistant(Settings(home=tmp_path), Store())


def test_a_release_takes_the_mark_away_and_keeps_who_which_draft_and_the_files_hash(assistant):
    from hashlib import sha256

    from assistant.drafting.metadata import produce_id

    data = layout.docx(NOTICE)
    final = assistant.release("a.docx", data, " 王芳 ")
    before, after = sheet.read(data), sheet.read(final)
    assert (marked(before), marked(after), after.text == before.text, after.lines == before.lines) == (True, False, True, True)
    assert (after.properties["title"], {k for k in before.properties if k not in after.properties}) == (
        NOTICE.title, {"AIGC", "标识", "description", "keywords", "contentStatus"})
    assert assistant.store.records == [("王芳", "released", f"{produce_id(NOTICE)} {sha256(final).hexdigest()}")]
    assistant.release("a.docx", data, "王芳", asker=Asker("u7"))
    assert assistant.store.records[1][0] == "u7：王芳"
    changed = {n for n in zipfile.ZipFile(io.BytesIO(data)).namelist()
               if zipfile.ZipFile(io.BytesIO(data)).read(n) != zipfile.ZipFile(io.BytesIO(final)).read(n)}
    assert changed == {"docProps/core.xml", "docProps/custom.xml", "word/header1.xml", "word/header2.xml"}


@pytest.mark.parametrize("notice, by, said", [
    (NOTICE, "", "请用 --by 写明定稿人的姓名（2 到 20 个汉字），例如 --by 张三。"),
    (NOTICE, "1\n2", "请用 --by 写明定稿人的姓名（2 到 20 个汉字），例如 --by 张三。"),
    (replace(NOTICE, date="【待填：成文日期】"), "王芳",
     "a.docx 还不能定稿，有 1 处没有完成：第 17 段“【待填：成文日期】”，还有没填的内容：【待填：成文日期】。请改好后再试；assistant check 可列出全部。"),
    (replace(NOTICE, body=(Block("依据《甲》第三条【待核原文】。"),)), "王芳",
     "a.docx 还不能定稿，有 1 处没有完成：第 5 段“依据《甲》第三条【待核原……”，条款只据要点整理，引用前请核对原文，核对后删去“【待核原文】”。请改好后再试；"
     "assistant check 可列出全部。"),
])
def test_what_is_unfinished_or_nobodys_is_not_released(assistant, notice, by, said):
    with pytest.raises(BadInput) as told:
        assistant.release("a.docx", layout.docx(notice), by)
    assert (told.value.message, assistant.store.records) == (said, [])


def test_a_file_without_the_mark_is_not_released_twice(assistant):
    final = assistant.release("a.docx", layout.docx(NOTICE), "王芳")
    for data in (final, by_hand()):
        with pytest.raises(UnreadableFile, match="没有草稿标记"):
            assistant.release("a.docx", data, "王芳")
    assert len(assistant.store.records) == 1


def test_a_mark_of_which_half_is_gone_is_told():
    data = layout.docx(NOTICE)
    header = zipfile.ZipFile(io.BytesIO(data)).read("word/header1.xml")
    bare = header.replace("AI生成 · 初步意见 · 须经人工审核".encode(), b"")
    torn = rezipped(data, word__header1_xml=bare, word__header2_xml=bare)
    assert found(torn) == [("draft.mark", "规定")]
    assert check("a.docx", torn, rules=RULES).draft


def test_the_label_is_found_over_several_runs(assistant):
    data = layout.docx(NOTICE)
    header = zipfile.ZipFile(io.BytesIO(data)).read("word/header1.xml").decode()
    split = header.replace("AI生成 · 初步意见", "甲AI生成 </w:t></w:r><w:r><w:t>· 初步意见").replace("须经人工审核", "须经人工审核乙").encode()
    final = sheet.read(assistant.release("a.docx", rezipped(data, word__header1_xml=split), "王芳"))
    assert {line.text for name, lines in final.edges.items() if name.startswith("header") for line in lines} == {"甲乙", ""}


@pytest.fixture
def client(assistant):
    return TestClient(create_app(Desk(assistant), token="secret"), base_url="http://127.0.0.1:8765")


def test_check_over_http_gives_the_report_and_release_the_file(client, assistant):
    data = layout.docx(replace(NOTICE, date="2024年03月01日"))
    said = client.post("/api/drafts/check", files={"file": ("通知.docx", data)}).json()
    assert {**said, "findings": [f for f in said["findings"] if f["rule"] != "font.missing"]} == {
        "file": "通知.docx", "kind": "通知", "draft": True, "passed": False, "findings": [
            {"rule": "date.form", "strength": "规定", "place": "第 17 段“2024年03月01日”", "message": "成文日期“2024年03月01日”月、日编了虚位。应写成“2024年5月1日”"}]}
    released = client.post("/api/drafts/release", files={"file": ("通知.docx", data)}, data={"by": "王芳"})
    assert (released.status_code, marked(sheet.read(released.content)), released.headers["content-disposition"]) == (
        200, False, "attachment; filename=\"final.docx\"; filename*=UTF-8''%E9%80%9A%E7%9F%A5.docx")
    assert len(assistant.store.records) == 1


@pytest.mark.parametrize("path", ["/api/drafts/check", "/api/drafts/release"])
def test_bad_uploads_are_told_over_http(client, path):
    assert client.post(path).json()["error"] == {"code": "bad_input", "message": "没有收到文件。请用 multipart/form-data 的 file 字段上传。"}
    broken = client.post(path, files={"file": ("a.docx", b"PK\x03\x04broken")}, data={"by": "王芳"})
    assert (broken.status_code, broken.json()["error"]["code"]) == (422, "unreadable_file")


@pytest.fixture
def terminal(assistant, monkeypatch):
    monkeypatch.setattr(cli, "_open", lambda settings: Desk(assistant))
    return lambda *words: CliRunner().invoke(cli.app, list(map(str, words)), catch_exceptions=True)


def test_check_at_the_terminal_ends_with_1_when_a_rule_is_broken(terminal, tmp_path):
    good, bad = tmp_path / "好.docx", tmp_path / "坏.docx"
    good.write_bytes(layout.docx(NOTICE))
    bad.write_bytes(layout.docx(replace(NOTICE, number="明组发[2024]5号")))
    assert terminal("check", good, "--home", tmp_path / "home").exit_code == 0
    said = terminal("check", bad, "--home", tmp_path / "home")
    assert said.exit_code == 1
    assert [line for line in said.output.splitlines() if "font.missing" not in line and "发现" not in line] == [
        "[规定] 第 2 段“明组发[2024]5号”：发文字号“明组发[2024]5号”年份不是用六角括号〔〕括起。应写成“机关代字〔2024〕5号”（number.form）",
        "“规定”一级的问题应当改正后再发出。"]
    as_json = terminal("check", bad, "--json", "--home", tmp_path / "home")
    assert (as_json.exit_code, [f["rule"] for f in json.loads(as_json.output)["findings"] if f["strength"] == "规定"]) == (1, ["number.form"])


def test_release_at_the_terminal_keeps_the_draft_under_another_name(terminal, tmp_path, assistant):
    file = tmp_path / "通知.docx"
    draft = layout.docx(NOTICE)
    file.write_bytes(draft)
    said = terminal("release", file, "--by", "王芳", "--home", tmp_path / "home")
    assert (said.exit_code, said.output) == (
        0, f"已定稿：{file}。草稿标记已去掉，由 王芳 定稿，已记入审计。\n原来的文件改名为 通知.旧1.docx。\n")
    assert (marked(sheet.read(file.read_bytes())), (tmp_path / "通知.旧1.docx").read_bytes() == draft) == (False, True)


def test_a_refused_release_leaves_the_file_as_it_was(terminal, tmp_path, assistant):
    file = tmp_path / "通知.docx"
    file.write_bytes(draft := layout.docx(replace(NOTICE, date="【待填：成文日期】")))
    said = terminal("release", file, "--by", "王芳", "--home", tmp_path / "home")
    assert (isinstance(said.exception, BadInput), file.read_bytes() == draft) == (True, True)
    assert [f.name for f in tmp_path.glob("*.docx")] == ["通知.docx"]
