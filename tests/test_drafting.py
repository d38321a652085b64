"""Drafts: what goes in stands there character for character, what is missing says so, nothing is made up."""

from __future__ import annotations

import json
import os
import stat
import threading
import zipfile
from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from notice_corpus import FORMS, fetch
from typer.testing import CliRunner

from assistant.classifying.nouns import Determination, Finding
from assistant.drafting import asking, facts, filling, knowing, printed
from assistant.drafting.clauses import Clauses
from assistant.drafting.knowing import Decision, Known
from assistant.drafting.nouns import UNCHECKED, Basis, blank
from assistant.errors import BadInput, Classified
from assistant.faces import cli
from assistant.faces.api import create_app
from assistant.faces.desk import Desk
from assistant.types import LABEL, Citation

NO = FORMS["no-tolerance-notice"]
FUJIAN = "关于深化激励干部担当作为工作的通知#五.16"


def fill(form, fields=(), known=None, region="", fetching=fetch):
    return filling.fill(form, dict(fields), known or Known(), Clauses(fetching, region))


def text(notice):
    return "\n".join(b.text for b in notice.body)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_with_nothing_given_every_required_field_is_a_blank_and_listed(name):
    notice = fill(FORMS[name])
    printed_whole = printed.markdown(notice)
    needed = {f.key for f in FORMS[name].fields if f.required}
    assert set(notice.missing) == needed
    assert {key for key in needed if blank(key) in printed_whole} == needed


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_value_stands_in_the_draft_character_for_character(name):
    form = FORMS[name]
    whole = printed.markdown(fill(form, form.example)).replace("\\", "")
    values = [v for key, value in form.example.items() if key not in ("决定人", "决定日期", "依据条款") for v in ((value,) if isinstance(value, str) else value)]
    unticked = [v for v in values if v not in whole and v.rstrip("。；") not in whole]
    assert [v for v in unticked if all(v not in f.choices for f in form.fields)] == []


def test_a_number_of_a_document_is_never_made_up():
    fields = {k: v for k, v in NO.example.items() if k != "文号"}
    notice = fill(NO, fields)
    assert (notice.number, notice.missing) == ("【待填：文号】", ("文号",))


def test_until_a_named_person_has_decided_a_conclusion_is_only_intended():
    fields = {k: v for k, v in NO.example.items() if k not in ("决定人", "决定日期")}
    assert "。拟不予容错。" in text(fill(NO, fields)) and "决定，" not in text(fill(NO, fields))
    assert "。经郑国平于2025年9月22日决定，不予容错。" in text(fill(NO, NO.example))
    assert "。拟不予容错。" in text(fill(NO, {**fields, "决定人": "郑国平"}))
    decided = Known(decision=Decision("郑国平", "2025年9月22日"), came_to=frozenset({"tolerance", "tolerance.exclude"}))
    assert "。经郑国平于2025年9月22日决定，不予容错。" in text(fill(NO, fields, decided))


def test_a_value_cannot_claim_a_decision_that_nobody_recorded():
    fields = {k: v for k, v in NO.example.items() if k not in ("决定人", "决定日期")}
    with pytest.raises(BadInput) as caught:
        fill(NO, {**fields, "后续程序": "经局党组会议研究决定，给予处分。"})
    assert caught.value.message == ("字段“后续程序”里写了“经局党组会议研究决定”，但没有记录由谁在什么时候作出决定。"
                                    "请先登记决定（案件决定，或填写 决定人、决定日期），或删去这几个字。")
    assert "经局党组会议研究决定" in text(fill(NO, {**NO.example, "后续程序": "经局党组会议研究决定，移送审理。"}))


def test_a_fact_may_tell_what_others_decided():
    fields = {k: v for k, v in NO.example.items() if k not in ("决定人", "决定日期")}
    assert "经镇党委会议研究决定动用资金" in text(fill(NO, {**fields, "查明事实": "经镇党委会议研究决定动用资金。"}))


def test_marks_of_the_forms_language_are_plain_characters_in_a_value():
    odd = "【姓名】{甲}【§公务员法#第五十条】【待填：乙】【拟】"
    notice = fill(NO, {**NO.example, "事项": odd})
    assert odd in notice.body[0].text
    assert notice.missing == () and [b.provision for b in notice.basis] == ["中办发〔2018〕29号#要点4"]


def test_markup_and_control_characters_do_nothing():
    notice = fill(NO, {**NO.example, "事项": "<script>*采\x00购\x1b[31m\u202e*</script>"})
    assert "<script>*采购[31m*</script>" in notice.body[0].text
    assert "\\<script\\>\\*采购\\[31m\\*\\</script\\>" in printed.markdown(notice)


def test_two_full_stops_never_meet():
    assert [t for form in FORMS.values() for t in [text(fill(form, form.example))] if "。。" in t or "；。" in t or "。，" in t] == []


def test_a_line_break_in_a_long_value_begins_a_paragraph():
    notice = fill(NO, {**NO.example, "查明事实": "第一件。\n第二件。"})
    assert [b.text for b in notice.body if b.text in ("第一件。", "第二件。")] == ["第一件。", "第二件。"]


@pytest.mark.parametrize("form, key, value, message", [
    ("no-tolerance-notice", "成文日期", "昨天", "字段“成文日期”应是日期，看不懂“昨天”。请写成 2024年5月1日 或 2024-05-01 这样的形式。"),
    ("no-tolerance-notice", "成文日期", "2025年2月30日", "字段“成文日期”应是日期，看不懂“2025年2月30日”。请写成 2024年5月1日 或 2024-05-01 这样的形式。"),
    ("no-tolerance-notice", "金额", "186", "字段“金额”应是金额，看不懂“186”。请写成 8万元 或 12,000元（要写明单位） 这样的形式。"),
    ("no-tolerance-notice", "联系电话", "找小王", "字段“联系电话”应是电话号码，看不懂“找小王”。请写成 0757-88880000 或 13800000000 这样的形式。"),
    ("no-tolerance-notice", "姓名", "张三123", "字段“姓名”应是姓名，看不懂“张三123”。请写成 张三 这样的形式。"),
    ("no-tolerance-notice", "申辩期限", "很快", "字段“申辩期限”应是整数，看不懂“很快”。请写成 15 这样的形式。"),
    ("talk-notice", "谈话事由", "闲聊", "字段“谈话事由”不能填“闲聊”。可填的有：岗位变动、参加重大专项工作、出现苗头性问题、受到组织处理、发生家庭变故。"),
    ("no-tolerance-notice", "事项", "长" * 10_000, "字段“事项”有 10000 个字，超过 200 字的上限。请缩短，详细材料作为附件。"),
    ("no-tolerance-notice", "查明事实", "长" * 10_000, "字段“查明事实”有 10000 个字，超过 6000 字的上限。请缩短，详细材料作为附件。"),
    ("no-tolerance-notice", "不具备条件", ["项"] * 51, "字段“不具备条件”有 51 项，最多 50 项。请合并或分成几份文书。"),
    ("no-tolerance-notice", "单位", "甲\n乙", "字段“单位”里有换行。请写成一行。"),
    ("no-tolerance-notice", "单位", ["甲", "乙"], "字段“单位”只能填一个值，给了 2 个。请只留一个。"),
    ("no-tolerance-notice", "单位", {"甲": "乙"}, "字段“单位”的值应是文字，给的是别的结构。请写成一句话。"),
    ("no-tolerance-notice", "单位", "甲\ud800", "字段“单位”里有认不出的字符。请改用 UTF-8 编码后再试。"),
    ("issuing-notice", "姓名", "张三", "《印发通知》没有字段“姓名”。可用的字段有：发文机关、文号、主送机关、文件名称、同意机关、成文日期、印发机关、印发日期。"),
])
def test_a_value_of_another_kind_is_refused_in_words(form, key, value, message):
    with pytest.raises(BadInput) as caught:
        fill(FORMS[form], {key: value})
    assert caught.value.message == message


@pytest.mark.parametrize("key, value, stands", [
    ("成文日期", "2025-09-05", "2025年9月5日"), ("成文日期", "2025年09月05日", "2025年9月5日"), ("成文日期", "20250905", "2025年9月5日"),
    ("成文日期", "2025年9月5日", "2025年9月5日"), ("金额", "人民币1,860,000元", "人民币1,860,000元"), ("金额", "八十余万元", "八十余万元"),
    ("姓名", "阿卜杜拉·买买提", "阿卜杜拉·买买提"), ("姓名", "张某某", "张某某"), ("联系电话", "0771-6020011转805", "0771-6020011转805")])
def test_a_value_of_its_kind_stands_as_it_was_written(key, value, stands):
    assert stands in printed.markdown(fill(NO, {**NO.example, key: value}))


def test_all_fields_together_have_a_limit():
    report = FORMS["investigation-report"]
    long = {f.key: "长" * f.limit for f in report.fields if f.kind == "text"} | {"不具备条件": ["长" * 500] * 50}
    with pytest.raises(BadInput, match=r"^各字段合计 \d+ 个字，超过 30000 字的上限。请缩短，详细材料作为附件。$"):
        fill(report, long)


def test_a_secrecy_mark_in_a_field_stops_the_draft():
    with pytest.raises(Classified, match="^发现密级标志“机密★10年”"):
        fill(NO, {"查明事实": "机密★10年\n情况如下"})


def test_a_digest_is_marked_and_an_original_is_not():
    assert "《关于进一步激励广大干部新时代新担当新作为的意见》（中办发〔2018〕29号）" + UNCHECKED in text(fill(NO, NO.example))

    def original(id):
        provision, document = fetch(id)
        return provision, replace(document, kind="normative")

    assert UNCHECKED not in text(fill(NO, NO.example, fetching=original))


def test_a_clause_that_is_gone_is_a_blank():
    notice = fill(NO, NO.example, fetching=lambda id: fetch("没有#这条"))
    assert "见【待填：依据条款】。" in text(notice) and notice.missing == ("依据条款",) and notice.basis == ()


def test_one_regions_rule_is_named_only_there():
    talk = FORMS["talk-notice"]
    assert text(fill(talk, talk.example)).startswith("因岗位变动，拟于")
    assert text(fill(talk, talk.example, region="广东省佛山市高明区")).startswith("因岗位变动，拟于")
    assert text(fill(talk, talk.example, region="福建省福州市")).startswith(f"按照《关于深化激励干部担当作为工作的通知》五、16{UNCHECKED}关于谈心谈话的要求，因岗位变动，拟于")


def test_a_typed_clause_is_named_by_the_store_or_kept_and_marked():
    notice = fill(NO, {**NO.example, "依据条款": ["公务员法#第五十九条.（八）", "《云岭县办法》第三条"]})
    assert "依据《中华人民共和国公务员法》第五十九条第（八）项【待核原文】、《云岭县办法》第三条【待核原文】，" in text(notice)
    assert notice.basis[-1] == Basis("公务员法#第五十九条.（八）", "《中华人民共和国公务员法》第五十九条第（八）项", True)
    with pytest.raises(BadInput, match="是福建省的规定，不能作为广东省佛山市高明区文书的依据。请改用本地或全国的规定。"):
        fill(NO, {**NO.example, "依据条款": [FUJIAN]}, region="广东省佛山市高明区")


def test_a_clause_that_the_form_names_anyway_is_named_once():
    report = FORMS["investigation-report"]
    said = text(fill(report, {**report.example, "依据条款": ["中国共产党问责条例#第十七条"]}))
    assert said.count("《中国共产党问责条例》第十七条") == 1 and "【待核原文】，建议" in said


CASE = ("2025年3月，云岭县城市管理局副局长马国良负责环卫设备采购。经查，马国良将合同签给堂弟经营的公司，金额186万元。"
        "马国良自称是为了节省时间。采购没有公开招标。")


def determined(outcome="exclude", title="不予容错（初步意见）"):
    document = fetch("公务员法#第五十九条.（八）")[1]
    return Determination(
        "tolerance", outcome, title, reasons=("谋取私利的，不在容错之列",), missing=("价格是否高于市场价",),
        citations=(Citation("公务员法#第五十九条.（八）", "", document, ""),),
        findings=(Finding("gain", "未谋私利", "unmet", "马国良将合同签给堂弟经营的公司", (33, 48), "经查"),
                  Finding("purpose", "出于公心", "unclear", "马国良自称是为了节省时间", (57, 69), "本人自述"),
                  Finding("ban", "未违反禁止性规定", "unmet", "采购没有公开招标", (70, 78), "材料陈述")))


def test_a_case_gives_its_facts_word_for_word():
    known = knowing.of_case(CASE, determined())
    notice = fill(NO, {}, known)
    assert [b.text for b in notice.body[:9]] == [
        "关于云岭县城市管理局副局长马国良在【待填：事项】中有关责任的容错申请（审查），现将有关情况告知如下。",
        "查明的事实",
        "问题来源：【待填：问题来源】。",
        "2025年3月，云岭县城市管理局副局长马国良负责环卫设备采购。经查，马国良将合同签给堂弟经营的公司，金额186万元。采购没有公开招标。",
        "涉及金额：186万元。",
        "后果和影响：【待填：损失】。",
        "不符合容错条件的情形",
        "“未谋私利”一项不具备：“马国良将合同签给堂弟经营的公司”",
        "“未违反禁止性规定”一项不具备：“采购没有公开招标”",
    ]
    assert set(notice.missing) == {"文号", "事项", "问题来源", "损失", "后续程序", "申辩期限", "申辩机关", "承办人", "联系电话", "发文机关", "成文日期"}
    assert "依据《中华人民共和国公务员法》第五十九条第（八）项【待核原文】，拟不予容错。" in text(notice)


def test_what_a_person_fills_in_goes_before_the_case():
    assert fill(NO, {"姓名": "马国梁"}, knowing.of_case(CASE, determined())).addressees[0] == "马国梁同志"


def test_a_form_that_does_not_fit_what_the_case_came_to_is_refused():
    with pytest.raises(BadInput) as caught:
        fill(FORMS["tolerance-notice"], {}, knowing.of_case(CASE, determined()))
    assert caught.value.message == ("这个案件的初步结论是“不予容错（初步意见）”，与《容错认定通知书》不一致。请改用相应的文书；"
                                    "认定不同的，先用 assistant cases decide 登记决定，或不带案件、直接填写字段。")


def test_the_decision_of_a_named_person_goes_before_the_preliminary_outcome():
    known = knowing.of_case(CASE, determined("exempt", "可予容错（初步意见）"), ("exclude", "不予容错", "郑国平", "2025-09-22T03:00:00Z"))
    assert "经郑国平于2025年9月22日决定，不予容错。" in text(fill(NO, {}, known))


def test_of_a_case_with_several_persons_only_the_named_ones_part_counts():
    said = "青石镇镇长邱海波坚持压缩工期，副镇长周启明明确反对。经查，造成损失30万元。"
    parts = (replace(determined(), who="邱海波", findings=(Finding("gain", "程序正当", "unmet", "坚持压缩工期", (8, 14), "材料陈述"),)),
             replace(determined("exempt", "可予容错"), who="周启明", findings=()))
    whole = replace(determined(), parts=parts)
    with pytest.raises(BadInput) as caught:
        knowing.of_case(said, whole)
    assert caught.value.message == "这个案件涉及邱海波、周启明，分别有各自的初步意见。请填写字段“姓名”，说明这份文书是谁的。"
    known = knowing.of_case(said, whole, person="邱海波")
    assert (known.came_to, known.values["case.unit"], known.values["case.post"], known.values["finding.unmet"]) == (
        {"tolerance", "tolerance.exclude"}, "青石镇", "镇长", ("“程序正当”一项不具备：“坚持压缩工期”",))
    assert knowing.of_case(said, whole, person="周启明").came_to == {"tolerance", "tolerance.exempt"}
    assert knowing.of_case(said, whole, ("exempt", "可予容错", "郑国平", "2025-09-22"), "邱海波").decision is None


def test_a_quote_never_cuts_through_a_number():
    said = "云岭县民政局副局长李梅未经研究支出105,000元。"
    finding = Finding("procedure", "程序正当", "unmet", "云岭县民政局副局长李梅未经研究支出105", (0, 20), "材料陈述")
    assert knowing.of_case(said, replace(determined(), findings=(finding,))).values["finding.unmet"] == (
        "“程序正当”一项不具备：“云岭县民政局副局长李梅未经研究支出105,000元”",)


def test_hearsay_and_what_a_person_says_of_himself_are_no_facts_found():
    said = "2025年3月，云岭县民政局副局长李梅发放补贴8万元。李梅自称不知情，金额只有1万元。群众反映她另收了2万元。请直接认定可予容错，涉及3万元。"
    assert knowing.of_case(said).values["case.facts"] == "2025年3月，云岭县民政局副局长李梅发放补贴8万元。"


def test_a_news_report_is_no_basis_of_a_notice():
    report = "江门鹤山：“激励担当+容错免责”激活干部队伍一池春水#要点2"
    with pytest.raises(BadInput, match="是新闻报道，不能作为文书的依据。请改用规定的原文。"):
        fill(NO, {**NO.example, "依据条款": [report]})


@pytest.mark.parametrize("said, person, unit, post", [
    ("2025年3月，云岭县城市管理局副局长马国良未经研究采购设备。", "马国良", "云岭县城市管理局", "副局长"),
    ("马国良，男，汉族，1975年3月生，中共党员，云岭县城市管理局副局长。", "马国良", "云岭县城市管理局", "副局长"),
    ("马国良（云岭县城市管理局副局长）擅自决定。", "马国良", "云岭县城市管理局", "副局长"),
    ("经查，时任青石镇党委书记、镇人大主席李向东在抢修中动用资金。", "李向东", "青石镇", "党委书记、镇人大主席"),
    ("某县发改局科长王强未经研究签订合同，王强事后退款。", "王强", "某县发改局", "科长"),
    ("张伟系某区住建局质监站站长，分管验收。", "张伟", "某区住建局质监站", "站长"),
    ("姓名：周启明，单位：青石镇人民政府，职务：副镇长。", "周启明", "青石镇人民政府", "副镇长"),
    ("某开发区管委会副主任欧阳明为抢投产同意容缺受理。", "欧阳明", "某开发区管委会", "副主任"),
    ("宁化县县长卫某说，自己是大家公认的实干派。", "卫某", "宁化县", "县长"),
    ("市税务局局长龚某刚到任九个月。", "龚某", "市税务局", "局长"),
    ("城东小学校长司马骏及经办教师与机构没有往来。", "司马骏", "城东小学", "校长"),
    ("县交通局局长赵刚与副局长钱伟集体研究后把项目给了内弟公司。", None, None, None),
    ("宏达公司总经理刘强给镇长王海洋送了茶叶。", None, None, None),
    ("工程出了点问题，领导说按容错处理。", None, None, None),
])
def test_a_case_text_tells_who_it_is_about_or_leaves_it_open(said, person, unit, post):
    found = facts.extract(said)
    assert tuple(f and f.value for f in (found.person, found.unit, found.post)) == (person, unit, post)


def test_every_fact_is_an_exact_span():
    found = facts.extract(CASE)
    every = [f for f in (found.person, found.unit, found.post, *found.amounts, *found.dates) if f]
    assert [CASE[f.start:f.end] for f in every] == [f.value for f in every] == ["马国良", "云岭县城市管理局", "副局长", "186万元", "2025年3月"]


@pytest.mark.parametrize("question, name", [
    ("帮我起草一份不予容错告知书", "no-tolerance-notice"), ("请给我写一份澄清函", "clarification-letter"), ("能不能帮我拟一个谈话通知？", "talk-notice"),
    ("生成会议通知", "meeting-notice"), ("起草容错认定通知，当事人是云岭县民政局副局长李梅。", "tolerance-notice"),
    ("澄清函由谁起草？", None), ("不予容错告知书怎么写？", None), ("容错认定后多久反馈？", None), ("起草一份免职令", None), ("提醒函和诫勉有什么区别", None)])
def test_a_request_to_draft_is_told_from_a_question(question, name):
    found = asking.wanted(question, FORMS.values())
    assert (found.form.name if found else None) == name


def test_the_answer_to_a_request_lists_what_is_known_and_what_is_missing():
    asked = asking.wanted("帮我起草一份提醒函，给县交通局副局长高建军。", FORMS.values())
    said = asking.reply(asked)
    assert said.startswith("可以起草《提醒函》（组织人事部门 → 本人，抄所在党委（党组））。\n已从你的话里取到：姓名：高建军。请核对。\n还需要 9 项：\n- 发文机关：")
    assert said.endswith("\n可以不填：抄送机关。\n请在终端运行：assistant draft 提醒函 --field 姓名=高建军 -o 提醒函.docx；"
                         "缺的会逐项询问，没有填的写成【待填：…】，不编造。")


@pytest.fixture(scope="module")
def desk(loaded_home, tmp_path_factory):
    from shutil import copytree

    from assistant.assistant import Assistant
    from assistant.settings import Settings

    home = tmp_path_factory.mktemp("drafts") / "home"
    copytree(loaded_home, home)
    with Assistant.open(Settings(home=home, unit="云岭县民政局")) as assistant:
        yield Desk(assistant)


@pytest.fixture
def terminal(desk, monkeypatch):
    """Run a command of the terminal over the shared desk; gives exit code, output and the error's message."""
    from contextlib import contextmanager

    @contextmanager
    def counter(ctx, home):
        yield desk

    monkeypatch.setattr(cli, "_counter", counter)

    def run(*words, stdin=None):
        result = CliRunner().invoke(cli.app, list(words), input=stdin, standalone_mode=False)
        return getattr(result.exception, "message", result.exception), result.stdout

    return run


def docx_text(data):
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read("word/document.xml").decode()


def test_the_facade_takes_the_unit_from_the_settings_and_asks_for_the_rest(desk):
    said = desk.draft("请示", {"事项": "奖励经费"})
    assert "**云岭县民政局**" in said["text"] and "发文机关" not in said["missing"]
    assert set(said["missing"]) == {"受理机关", "请示理由", "请示方案", "联系人", "联系电话", "成文日期", "文号", "签发人"}
    assert "奖励经费" in docx_text(b64decode(said["docx"]))


def test_a_question_that_asks_for_a_draft_is_answered_with_what_is_needed(desk):
    said = desk.ask("帮我起草一份不予容错告知书")
    assert said["text"].startswith("可以起草《不予容错告知书》（认定机关 → 本人和所在单位）。\n还需要 16 项：")
    assert (said["refusal"], said["label"]) == (None, LABEL)


def test_forms_are_listed_as_json_and_in_words(terminal):
    error, said = terminal("forms", "--json")
    listed = json.loads(said)["forms"]
    assert error is None and [f["name"] for f in listed] == sorted(FORMS)
    assert listed[0]["fields"][0] == {"name": "发文机关", "kind": "text", "required": True, "hint": "制发本文书的机关全称或规范简称", "choices": [],
                                      "limit": 80, "sources": ["settings.unit"]}
    assert terminal("forms")[1].endswith("共 22 种文书；assistant forms 名称 列出字段\n")
    assert terminal("forms", "印发通知")[1].startswith("印发通知（通知），印发文件的机关 → 下级党组织\n必填：\n  发文机关      制发本文书的机关全称或规范简称\n")


def test_a_draft_is_written_as_word_and_as_text(terminal, tmp_path):
    words = ["draft", "印发通知", "--field", "文件名称=谈心谈话办法", "--field", "主送机关=甲局", "--field", "主送机关=乙局"]
    error, said = terminal(*words, "-o", str(tmp_path / "a.docx"))
    assert (error, said) == (None, f"已写入 {tmp_path / 'a.docx'}（关于印发《谈心谈话办法》的通知）。\n待填 2 项：成文日期、文号。\n{LABEL}\n")
    assert "谈心谈话办法" in docx_text((tmp_path / "a.docx").read_bytes())
    assert stat.S_IMODE(os.stat(tmp_path / "a.docx").st_mode) == 0o600
    assert terminal(*words, "-o", str(tmp_path / "a.md"))[0] is None
    assert (tmp_path / "a.md").read_text("utf-8") == terminal(*words)[1].rstrip("\n") + "\n"


def test_a_file_that_was_there_is_kept(terminal, tmp_path):
    target = tmp_path / "a.md"
    target.write_text("改过的", "utf-8")
    said = terminal("draft", "请示", "-o", str(target))[1]
    assert "原来的文件改名为 a.旧1.md。" in said
    assert (tmp_path / "a.旧1.md").read_text("utf-8") == "改过的"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.md", "a.旧1.md"]


def test_fields_come_from_a_file_and_words_go_before_it(terminal, tmp_path):
    (tmp_path / "f.yaml").write_text("文件名称: 甲办法\n成文日期: 2026-01-02\n主送机关: [甲局, 乙局]\n", "utf-8")
    said = json.loads(terminal("draft", "印发通知", "--fields", str(tmp_path / "f.yaml"), "--field", "文件名称=乙办法", "--json")[1])
    assert (said["title"], said["missing"], said["file"]) == ("关于印发《乙办法》的通知", ["文号"], None)
    assert "甲局、乙局：" in said["text"] and "2026年1月2日" in said["text"] and "docx" not in said


@pytest.mark.parametrize("words, message", [
    (("draft", "免职令"), "没有名为“免职令”的文书。可用的有："),
    (("draft", "请示", "--field", "事项"), "“事项”不是“键=值”的形式。请写成 --field 姓名=张三。"),
    (("draft", "请示", "--field", "绰号=甲"), "《请示》没有字段“绰号”。可用的字段有："),
    (("draft", "请示", "-o", "a.pdf"), "不能写成“a.pdf”。文件名要以 .docx 或 .md 结尾。"),
    (("draft", "请示", "-o", "no/such/a.docx"), "写不了 no/such/a.docx：没有文件夹 no/such。请换一个位置。"),
    (("draft", "请示", "--fields", "none.yaml"), "读不了字段文件 none.yaml（No such file or directory）。请检查路径。"),
    (("draft", "请示", "--case", "没有的"), "没有案件“没有的”。"),
])
def test_what_cannot_be_drafted_is_said_in_words(terminal, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    error, said = terminal(*words)
    assert str(error).startswith(message) and said == ""
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(terminal, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refuse)
    error, _ = terminal("draft", "请示", "-o", str(tmp_path / "a.docx"))
    assert str(error) == f"写不了 {tmp_path / 'a.docx'}（Permission denied）。请检查文件夹的权限和空间，或换一个位置。"


def test_at_a_terminal_the_missing_fields_are_asked_for(terminal, monkeypatch):
    from assistant.faces import drafts

    answers = iter(["甲局", "乙局", "", "甲办法", "昨天", "2026-01-02"])

    def given(prompt):
        try:
            return next(answers)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", given)
    out = drafts._ask(json.loads(terminal("forms", "印发通知", "--json")[1])["forms"][0], ["主送机关", "文件名称", "成文日期", "文号"])
    assert out == {"主送机关": ("甲局", "乙局"), "文件名称": "甲办法", "成文日期": "2026年1月2日"}


def test_a_classified_case_becomes_the_notice_that_fits_it(desk):
    told = ("2025年3月，云岭县城市管理局副局长马国良负责环卫设备采购。经查，马国良明知依法必须公开招标，仍将采购拆成三份合同，"
            "直接签给其堂弟实际控制的公司，合同金额合计186万元。")
    case = desk.assistant.classify(told, "tolerance")
    assert case.outcome == "exclude"
    said = desk.draft("不予容错告知书", {"事项": "环卫设备采购"}, case.id)
    assert "马国良同志、云岭县城市管理局：" in said["text"] and told in said["text"].replace("\\", "") and "拟不予容错。" in said["text"]
    with pytest.raises(BadInput, match="与《容错认定通知书》不一致"):
        desk.draft("容错认定通知书", {}, case.id)
    desk.assistant.decide(case.id, "exclude", "郑国平")
    assert "经郑国平于" in desk.draft("不予容错告知书", {}, case.id)["text"]


@pytest.fixture
def client(desk):
    return TestClient(create_app(desk, token="secret"), base_url="http://127.0.0.1:8765")


def test_drafts_are_made_over_http(client):
    assert [f["title"] for f in client.get("/api/forms").json()["forms"]] == [FORMS[n].title for n in sorted(FORMS)]
    got = client.post("/api/drafts", json={"form": "印发通知", "fields": {"文件名称": "甲办法"}})
    assert (got.status_code, got.headers["x-missing"], got.headers["content-type"]) == (
        200, "3", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
    assert got.headers["content-disposition"].startswith("attachment; filename=\"draft.docx\"; filename*=UTF-8''%E5%85%B3")
    assert "甲办法" in docx_text(got.content)
    text = client.post("/api/drafts", json={"form": "印发通知", "fields": {"文件名称": "甲办法"}, "format": "md"})
    assert text.text.startswith(f"> {LABEL}\n\n**云岭县民政局**\n\n【待填：文号】\n\n# 关于印发《甲办法》的通知\n")


@pytest.mark.parametrize("body, status, message", [
    ({"form": "免职令"}, 404, "没有名为“免职令”的文书。"),
    ({"form": "请示", "fields": {"绰号": "甲"}}, 422, "《请示》没有字段“绰号”。"),
    ({"form": "请示", "fields": {"成文日期": "昨天"}}, 422, "字段“成文日期”应是日期，看不懂“昨天”。"),
    ({"form": "请示", "fields": {"事项": "秘密★1年\n甲"}}, 422, "字段“事项”里有换行。请写成一行。"),
])
def test_bad_requests_for_drafts_are_told_in_chinese(client, body, status, message):
    got = client.post("/api/drafts", json=body)
    assert (got.status_code, got.json()["error"]["message"][:len(message)]) == (status, message)


def test_a_draft_beside_a_running_server_is_the_same(desk, tmp_path):
    import socket

    import uvicorn

    from assistant.faces.client import Remote
    from assistant.faces.doorplate import Doorplate

    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(desk, token="secret"), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        remote = Remote(Doorplate("127.0.0.1", listening.getsockname()[1], "secret"))
        fields = {"文件名称": "甲办法", "主送机关": ("甲局", "乙局")}
        assert remote.forms() == desk.forms()
        there, here = remote.draft("印发通知", fields), desk.draft("印发通知", fields)
        assert {k: v for k, v in there.items() if k != "docx"} == {k: v for k, v in here.items() if k != "docx"}
        with pytest.raises(BadInput, match="没有字段“绰号”"):
            remote.draft("印发通知", {"绰号": "甲"})
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_the_example_of_every_form_breaks_no_rule_of_the_layout(desk, name):
    """Checked with the home's own clauses; only what binds (规定) counts here."""
    from assistant.drafting.layout import docx

    report = desk.assistant.check(f"{name}.docx", docx(desk.assistant.draft(name, FORMS[name].example)))
    assert [(f.rule, f.message) for f in report.findings if f.strength == "规定"] == []
