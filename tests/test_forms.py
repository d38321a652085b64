"""The forms of notices as data: what ships, what it says by itself, what a faulty file is told."""

from __future__ import annotations

import pytest
from notice_corpus import CORPUS, FORMS, GOLDEN, fetch, provisions

from assistant import citing
from assistant.drafting import filling, forms, printed, wording
from assistant.drafting.clauses import Clauses
from assistant.drafting.knowing import Known
from assistant.drafting.wording import Piece, Segment
from assistant.errors import BadInput, BadSetting, NotFound

TITLES = {
    "容错申请书", "容错申请受理（补正）告知书", "容错调查核实报告", "容错认定通知书", "不予容错告知书", "从轻减轻处理意见", "澄清函", "澄清通报",
    "谈话通知（五必谈）", "谈话记录", "提醒函", "函询通知书", "能上能下调整建议", "及时奖励公示", "任前公示", "回访教育记录", "诫勉书",
    "亮牌记星告知（待对照清单）", "受处分干部使用分析报告", "会议通知", "印发通知", "请示",
}
NAMES = sorted(FORMS)


def templates(form):
    return [b.text for b in form.body] + [form.heading, form.note, form.signature, form.date, *form.addressees, *form.attachments, *form.copies]


def test_twenty_two_forms_ship():
    assert {form.title for form in FORMS.values()} == TITLES


@pytest.mark.parametrize("name", NAMES)
def test_every_example_fills_its_form_and_reads_as_the_golden_text(name):
    notice = filling.fill(FORMS[name], FORMS[name].example, Known(), Clauses(fetch))
    assert notice.missing == ()
    assert printed.markdown(notice) == (GOLDEN / f"{name}.md").read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_clause_of_a_form_ships(name):
    assert [c for c in FORMS[name].basis if c not in provisions()] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_form_itself_says_no_number_that_its_clauses_do_not(name):
    form = FORMS[name]
    said = {n for t in templates(form) for n in citing.numbers(wording.literal(t))}
    ground = {n for c in form.basis for n in citing.numbers(provisions()[c][0].text)}
    assert said - ground == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_form_itself_never_says_that_something_was_decided(name):
    text = "".join(wording.literal(t) for t in templates(FORMS[name]))
    assert [w for w in ("研究决定", "研究认定", "研究同意", "业经", "已决定") if w in text] == []


def test_letters_order_nobody_and_reports_ask_for_nothing():
    ends = {"通知": "特此通知。", "通报": "特此通报。", "函": "特此函告。", "报告": "特此报告。", "请示": "妥否，请批示。"}
    for form in FORMS.values():
        text = "".join(wording.literal(t) for t in templates(form))
        if form.kind in ends:
            assert form.body[-1].text == ends[form.kind], form.title
        assert not (form.kind == "函" and [w for w in ("遵照执行", "务必", "特此通知") if w in text]), form.title
        assert not (form.kind == "报告" and "请批示" in text), form.title
        assert form.kind != "请示" or (len(form.addressees) == 1 and form.copies == ()), form.title


@pytest.mark.parametrize("asked, name", [
    ("不予容错告知书", "no-tolerance-notice"), ("no-tolerance-notice", "no-tolerance-notice"), ("《请示》", "request"), ("谈话通知", "talk-notice")])
def test_a_form_is_found_by_name_title_or_words_of_its_title(asked, name):
    assert forms.find(FORMS, asked).name == name


def test_an_unknown_form_is_told_which_there_are():
    with pytest.raises(NotFound) as caught:
        forms.find(FORMS, "免职令")
    assert caught.value.message == "没有名为“免职令”的文书。可用的有：" + "、".join(f.title for f in FORMS.values()) + "。"
    with pytest.raises(NotFound, match="没有名为“澄清”的文书。相近的有：澄清通报、澄清函。"):
        forms.find(FORMS, "澄清")


FIELDS = """\
姓名: {kind: person}
事实: {kind: text, says: fact}
意见: {kind: text, says: view}
结论: {kind: choice, choices: [可, 否]}
发文机关: {kind: text}
成文日期: {kind: date}
"""
FORM = """\
title: 告知书
kind: 告知书
style: plain
from: 甲
to: 乙
heading: 告知书
fields: [姓名, 事实, 意见？, 发文机关, 成文日期]
body:
  - 【姓名】：【事实】
  - "{【意见】}"
example: {姓名: 张三, 事实: 有事, 成文日期: 2026-01-02}
"""


def loaded(folder, form=FORM, fields=FIELDS):
    (folder / "fields.yaml").write_text(fields, "utf-8")
    (folder / "tell.yaml").write_text(form, "utf-8")
    return forms.load(folder)


def test_a_small_form_loads(tmp_path):
    form = loaded(tmp_path)["tell"]
    assert (form.title, [(f.key, f.required) for f in form.fields], dict(form.example)) == (
        "告知书", [("姓名", True), ("事实", True), ("意见", False), ("发文机关", True), ("成文日期", True)],
        {"姓名": "张三", "事实": "有事", "成文日期": "2026年1月2日"})


@pytest.mark.parametrize("old, new, message", [
    ("[姓名, 事实", "[姓名, 绰号, 事实", "tell.yaml 第 7 行：不认识字段“绰号”。可用的有：姓名、事实、意见、结论、发文机关、成文日期。"),
    ("from: 甲", "sender: 甲", "tell.yaml 第 4 行：不认识键“sender”。可用的有：title、kind、style、from、to、heading、addressees、fields、body、"
     "attachments、copies、note、signature、date、rules、example、serves。"),
    ("from: 甲\n", "", "tell.yaml 第 1 行：缺少“from”。文书要有：title、kind、style、from、to、heading、fields、body、example。"),
    ("plain", "poster", "tell.yaml 第 3 行：版式“poster”不能用。可用的有：document、letter、plain。"),
    ("【姓名】：【事实】", "【姓名】：【事实】，{【意见】}", "tell.yaml 第 9 行：一段里既有事实又有评价。请分成两段。"),
    ("\"{【意见】}\"", "【意见】", "tell.yaml 第 10 行：字段“意见”可以不填，要写在花括号 { } 里。"),
    ("\"{【意见】}\"", "\"{【意见】\"", "tell.yaml 第 10 行：花括号 { } 没有成对，或套了两层。"),
    ("【姓名】：", "【姓名：", "tell.yaml 第 9 行：用了字段“姓名：【事实”，但它不在这份文书的 fields 里。这份文书的字段有：姓名、事实、意见、发文机关、成文日期。"),
    ("【姓名】：", "【单位】：", "tell.yaml 第 9 行：用了字段“单位”，但它不在这份文书的 fields 里。这份文书的字段有：姓名、事实、意见、发文机关、成文日期。"),
    ("意见？,", "意见？, 结论,", "tell.yaml 第 7 行：字段“结论”没有用在任何地方。请用上或删去。"),
    ("2026-01-02", "明天", "tell.yaml 第 11 行：字段“成文日期”应是日期，看不懂“明天”。请写成 2024年5月1日 或 2024-05-01 这样的形式。"),
    ("姓名: 张三", "绰号: 张三", "tell.yaml 第 11 行：不认识字段“绰号”。可用的有：姓名、事实、意见、发文机关、成文日期。"),
    ("to: 乙", "to: 乙\nto: 丙", "tell.yaml 第 6 行：“to”写了两次。请只留一处。"),
    ("to: 乙", "to: [乙", "tell.yaml 第 6 行：不是有效的 YAML。请检查缩进、引号和冒号。"),
    (FORM, "", "tell.yaml：文件是空的。请写入内容或删去它。"),
    (FORM, "- 一\n- 二\n", "tell.yaml 第 1 行：文书要写成“键: 值”。"),
])
def test_a_fault_in_a_form_names_file_and_line(tmp_path, old, new, message):
    with pytest.raises(BadSetting) as caught:
        loaded(tmp_path, FORM.replace(old, new))
    assert caught.value.message == message


@pytest.mark.parametrize("old, new, message", [
    ("kind: person", "kind: name", "fields.yaml 第 1 行：字段类型“name”不能用。可用的有：text、date、amount、person、list、choice、phone、int。"),
    ("says: fact", "says: rumour", "fields.yaml 第 2 行：says“rumour”不能用。可用的有：frame、fact、view、clause。"),
    ("kind: person", "kind: person, from: [case.mood]", "fields.yaml 第 1 行：不认识来源“case.mood”。可用的有："),
    ("kind: person", "kind: person, size: 3", "fields.yaml 第 1 行：不认识字段属性“size”。可用的有：kind、from、hint、choices、says、limit。"),
])
def test_a_fault_in_the_shared_fields_names_its_line(tmp_path, old, new, message):
    with pytest.raises(BadSetting) as caught:
        loaded(tmp_path, fields=FIELDS.replace(old, new, 1))
    assert caught.value.message.startswith(message)


def test_two_forms_of_one_title_are_refused(tmp_path):
    (tmp_path / "again.yaml").write_text(FORM, "utf-8")
    with pytest.raises(BadSetting, match="^tell.yaml：标题“告知书”与 again.yaml 重复。请改成不同的标题。$"):
        loaded(tmp_path)


def test_wording_is_read_into_segments():
    assert wording.parse("【姓名】{，【§甲#第一条】}{结论=可|【拟】准}") == (
        Segment((Piece("field", "姓名"),)),
        Segment((Piece("text", "，"), Piece("clause", "甲#第一条")), True),
        Segment((Piece("pending", "拟"), Piece("text", "准")), True, ("结论", "可")))


def test_every_shared_field_is_used_by_some_form():
    shared = forms._guarded(CORPUS / "notices" / "fields.yaml", forms._fields)
    assert set(shared) - {f.key for form in FORMS.values() for f in form.fields} == set()


@pytest.mark.parametrize("text, message", [
    ("姓名: &a 张三\n单位: *a\n", "f.yaml 第 1 行用了不支持的写法（锚点 &、引用 * 或标签 !）。请给这一行的值加上引号。"),
    ("姓名: !!python/object:os.system x\n", "f.yaml 第 1 行用了不支持的写法（锚点 &、引用 * 或标签 !）。请给这一行的值加上引号。"),
    ("姓名: 张三\n姓名: 李四\n", "f.yaml 第 2 行：“姓名”写了两次。请只留一处。"),
    ("姓名: {一: 二}\n", "f.yaml 第 1 行：值要写成文字。"),
    ("姓名: [张三\n", "f.yaml 第 2 行不是有效的 YAML。每行写成“键: 值”（英文冒号后空一格）。"),
    ("张三\n", "f.yaml 第 1 行：字段文件要写成“键: 值”。"),
    ("姓名: " + "长" * 300_000, "f.yaml 超过 256 KB。请只留字段，详细材料作为附件。"),
])
def test_a_faulty_file_of_fields_is_told_where(text, message):
    with pytest.raises(BadInput) as caught:
        forms.typed(text, "f.yaml")
    assert caught.value.message == message


def test_a_file_of_fields_keeps_every_character():
    assert forms.typed("成文日期: 2026-01-02\n申辩期限: 010\n证据目录: [甲 , '乙: 丙']\n", "f.yaml") == {
        "成文日期": "2026-01-02", "申辩期限": "010", "证据目录": ("甲", "乙: 丙")}


def test_every_kind_of_case_that_a_form_serves_is_one_of_the_schemes():
    import yaml

    schemes = {p.stem: yaml.safe_load(p.read_text("utf-8")) for p in (CORPUS / "schemes").glob("*.yaml")}
    known = set(schemes) | {f"{name}.{outcome}" for name, scheme in schemes.items() for outcome in scheme["outcomes"]}
    assert {s for form in FORMS.values() for s in form.serves} - known == set()
