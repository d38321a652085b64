"""The Word file of a notice: figures in its XML, and geometry read back from the rendered page."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace

import pytest
from lxml import etree
from made_notices import LETTER, LONG, NOTICE, REQUEST

from assistant import checking
from assistant.drafting import measures, styles, titles
from assistant.drafting.layout import docx
from assistant.drafting.metadata import produce_id
from assistant.drafting.nouns import Block, numbers
from assistant.readers.sheet import Section, read
from assistant.types import LABEL

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
LIBREOFFICE = shutil.which("soffice")


def looks(line):
    """Text, place, alignment, first-line indent, and each run's type and size."""
    return line.text, line.align, line.first, tuple((measures.type_of(r.east_asian), r.size) for r in line.runs)


def part(data, name):
    return zipfile.ZipFile(io.BytesIO(data)).read(name).decode()


def test_the_page_has_the_figures_of_the_standard():
    sheet = read(docx(NOTICE))
    assert sheet.sections == (Section(11906, 16838, 2098, 1984, 1587, 1474, 0, False, ("lines", 579, 0)),)
    assert sheet.odd_even
    assert {(line.pitch, line.rule) for line in sheet.lines if line.text and line.runs[0].size == 16} == {(579, "exact")}
    assert (measures.PAGE[1] - measures.TOP - measures.BOTTOM) // measures.LINE == 22
    assert (measures.PAGE[0] - measures.LEFT - measures.RIGHT) // measures.CHARACTER == 28


def test_a_document_stands_in_order_each_element_in_its_type_and_size():
    sheet = read(docx(NOTICE))
    body, plain = (("仿宋", 16.0),), "both"
    assert [looks(line) for line in sheet.lines if line.text.strip()] == [
        ("中共明城区委组织部文件", "center", 0, (("小标宋", 40.0),)),
        ("明组发〔2024〕5号", "center", 0, body),
        ("中共明城区委组织部关于做好干部\n谈心谈话和回访教育工作的通知", "center", 0, (("小标宋", 22.0),)),
        ("各镇（街道）党（工）委，区直各单位党组织：", plain, 0, body),
        (LONG, plain, 630, body),
        ("一、总体要求", plain, 630, (("黑体", 16.0),)),
        ("（一）应谈尽谈。分级负责，不漏一人。", plain, 630, (("楷体", 16.0), ("仿宋", 16.0))),
        ("（二）明确对象。", plain, 630, (("楷体", 16.0),)),
        ("1.各级领导班子成员。", plain, 630, body),
        ("2.受处分干部。", plain, 630, body),
        ("（1）影响期内的。", plain, 630, body),
        ("二、工作安排。年底前完成。", plain, 630, (("黑体", 16.0), ("仿宋", 16.0))),
        ("特此通知。", plain, 630, body),
        ("附件：1.谈心谈话记录表", "left", -1185, body),
        ("2.回访教育记录表", "left", -240, body),
        ("中共明城区委组织部", "right", 0, body),
        ("2024年3月1日", "right", 0, body),
        ("（此件公开发布）", plain, 630, body),
        ("\u3000抄送：区纪委监委，区委办公室。", "left", -1120, (("仿宋", 14.0),)),
        ("\u3000中共明城区委组织部办公室\t2024年3月1日印发", "left", -1120, (("仿宋", 14.0),)),
    ]


def test_the_red_rule_lies_4_mm_below_the_number_and_the_head_35_mm_below_the_type_area():
    lines = read(docx(NOTICE)).lines
    number = next(i for i, line in enumerate(lines) if line.text.startswith("明组发"))
    assert [(line.text, line.pitch, line.rule_below) for line in lines[1:number + 2]] == [
        ("", 579, None), ("", 579, None), ("明组发〔2024〕5号", 579, None), ("", 227, ("FF0000", 8))]
    assert lines[0].before + round(40 * 20 * 0.12) == measures.mm(35)
    assert [r.color for r in lines[0].runs] == ["FF0000"]


def test_upward_the_number_goes_left_and_the_signer_right_his_name_in_kai():
    line = next(line for line in read(docx(REQUEST)).lines if line.text.startswith("明组报"))
    assert (line.text, line.left, [(r.text, r.east_asian) for r in line.runs]) == (
        "明组报〔2024〕8号\t签发人：李维", 315, [("明组报〔2024〕8号\t签发人：", "仿宋_GB2312"), ("李维", "楷体_GB2312")])


def test_a_letter_has_its_head_between_red_rules_and_no_number_on_its_first_page():
    sheet = read(docx(LETTER))
    assert sheet.sections[0].first_differs
    head = sheet.edges["header:first"][1]
    assert (head.text, head.rule_below, head.runs[0].color) == ("中共明城区委组织部", ("FF0000", 24), "FF0000")
    assert round((measures.LEFT + head.left) / measures.MM), round((measures.RIGHT + head.right) / measures.MM) == (20, 20)
    assert [line.text for line in sheet.edges["footer:first"]] == [""]
    assert sheet.edges["footer:first"][0].rule_below == ("FF0000", 24)
    assert [(line.text, line.align) for line in sheet.lines if line.text.strip()][:2] == [
        ("明组函〔2024〕3号", "right"), ("关于张明同志有关问题的澄清函", "center")]
    assert [line.text for line in sheet.lines if line.place == "frame"] == ["\u3000抄送：区纪委监委。"]


def test_page_numbers_stand_between_dashes_odd_right_even_left_in_half_width_song():
    edges = read(docx(NOTICE)).edges
    assert [(name, edges[name][0].text, edges[name][0].align, edges[name][0].fields, {(r.latin, r.size) for r in edges[name][0].runs})
            for name in ("footer:default", "footer:even")] == [
        ("footer:default", "— 1 —", "right", ("PAGE",), {("宋体", 14.0)}), ("footer:even", "— 1 —", "left", ("PAGE",), {("宋体", 14.0)})]


@pytest.mark.parametrize("notice", [NOTICE, LETTER, replace(NOTICE, style="plain", issuer="", number="")])
def test_the_draft_mark_stands_in_every_header_and_in_what_the_file_says_of_itself(notice):
    sheet = read(docx(notice))
    headers = {name: lines[0].text for name, lines in sheet.edges.items() if name.startswith("header")}
    assert set(headers) >= {"header:default", "header:even"}
    assert set(headers.values()) == {LABEL}
    assert {k: sheet.properties[k] for k in ("title", "description", "keywords", "标识")} == {
        "title": notice.title, "description": LABEL, "keywords": LABEL, "标识": LABEL}
    assert json.loads(sheet.properties["AIGC"]) == {
        "Label": "1", "ContentProducer": "cadre-policy-assistant", "ProduceID": produce_id(notice), "ReservedCode1": "", "ContentPropagator": "",
        "PropagateID": "", "ReservedCode2": ""}
    assert "creator" not in sheet.properties


def test_the_signature_is_centred_above_the_date_with_room_for_a_seal_and_none_is_drawn():
    data = docx(NOTICE)
    lines = read(data).lines
    at = next(i for i, line in enumerate(lines) if line.align == "right")
    signature, date = lines[at], lines[at + 1]
    assert [line.text for line in lines[at - 2:at]] == ["", ""]
    assert date.right == 4 * measures.CHARACTER
    middle = [line.right + titles.width(line.text) * measures.CHARACTER / 2 for line in (signature, date)]
    assert abs(middle[0] - middle[1]) <= 1
    assert [n for n in zipfile.ZipFile(io.BytesIO(data)).namelist() if "media" in n] == []
    assert not re.search(r"<w:(?:drawing|pict)|seal|印章", part(data, "word/document.xml"))


def test_a_signature_longer_than_the_room_ends_at_the_edge_and_the_date_is_centred_below():
    long = "中共明城区纪律检查委员会明城区监察委员会案件审理室"
    signature, date = (line for line in read(docx(replace(NOTICE, signature=long))).lines if line.align == "right")
    assert signature.right == 0
    assert abs(date.right + titles.width(date.text) * measures.CHARACTER / 2 - titles.width(long) * measures.CHARACTER / 2) <= 1


def test_fonts_are_declared_with_the_name_to_take_where_they_are_missing():
    assert re.findall(r'w:name="([^"]+)"><w:altName w:val="([^"]+)"', part(docx(NOTICE), "word/fontTable.xml")) == [
        ("仿宋_GB2312", "仿宋"), ("楷体_GB2312", "楷体"), ("黑体", "SimHei"), ("方正小标宋简体", "华文中宋"), ("宋体", "SimSun")]


def test_no_theme_font_overrides_the_declared_ones():
    data = docx(NOTICE)
    assert [n for n in zipfile.ZipFile(io.BytesIO(data)).namelist()
            if re.match(r"word/[^/]+\.xml", n) and re.search(r'(?:eastAsia|ascii|hAnsi)Theme="', part(data, n))] == []


@pytest.mark.parametrize("notice", [NOTICE, LETTER, REQUEST])
def test_paragraph_properties_stand_in_the_order_of_the_schema(notice):
    archive = zipfile.ZipFile(io.BytesIO(docx(notice)))
    wrong = []
    for name in archive.namelist():
        if re.match(r"word/[^/]+\.xml", name):
            for properties in etree.fromstring(archive.read(name)).iter(W + "pPr"):
                places = [styles.ORDER.index(e.tag.removeprefix(W)) for e in properties]
                if places != sorted(places) or len(set(places)) < len(places):
                    wrong.append((name, [e.tag for e in properties]))
    assert wrong == []


def test_markup_and_control_characters_are_plain_text():
    sheet = read(docx(replace(NOTICE, title="<w:t>关于\x00甲&乙\u202e的通知", body=(Block("</w:p>{{甲}}\x1b[31m\tA\ud800乙\n第二段"),))))
    assert "".join(line.text for line in sheet.lines if line.runs and line.runs[0].size == 22).replace("\n", "") == "<w:t>关于甲&乙的通知"
    assert [line.text for line in sheet.lines if line.first == 630][:2] == ["</w:p>{{甲}}[31m A乙", "第二段"]


def test_ten_thousand_characters_and_no_text_at_all_are_laid_out():
    assert len(read(docx(replace(NOTICE, body=(Block("字" * 10_000),), title="题" * 300))).text) > 10_000
    empty = replace(NOTICE, body=(), title="", issuer="", number="", addressees=(), attachments=(), signature="", date="", note="", copies=(),
                    printer="", printed="")
    assert read(docx(empty)).text.strip() == "文件"


def test_the_end_of_the_text_goes_along_with_the_signature():
    body = etree.fromstring(zipfile.ZipFile(io.BytesIO(docx(NOTICE))).read("word/document.xml"))[0]
    kept = ["".join(p.itertext()) for p in body.iter(W + "p") if p.find(f"{W}pPr/{W}keepNext") is not None]
    assert [t for t in kept if t] == ["一、总体要求", "（二）明确对象。", "二、工作安排。年底前完成。", "特此通知。", "附件：1.谈心谈话记录表", "2.回访教育记录表", "中共明城区委组织部", "2024年3月1日", "（此件公开发布）"]


def test_titles_break_between_words_in_the_shape_of_a_trapezoid():
    words = ["中共", "明城", "区委", "办公室", "关于", "印发", "《", "明城", "区", "干部", "容错", "纠错", "工作", "实施", "办法", "》", "的", "通知"]
    assert titles.lines("".join(words), lambda t: words) == ("中共明城区委办公室关于印发", "《明城区干部容错纠错工作实施办法》的通知")


def test_numbers_go_on_within_a_level_and_start_anew_below():
    assert numbers([1, 2, 2, 1, 2, 3, 3, 4, 3, 0, 4]) == ("一、", "（一）", "（二）", "二、", "（一）", "1.", "2.", "（1）", "3.", "", "（1）")


needs_office = pytest.mark.skipif(LIBREOFFICE is None, reason="LibreOffice is not installed")


def rendered(folder, form, **files):
    """Files opened and saved by LibreOffice in another form."""
    for name, data in files.items():
        (folder / f"{name}.docx").write_bytes(data)
    out = folder / form
    subprocess.run([LIBREOFFICE, "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", form, "--outdir", str(out),
                    *(str(folder / f"{name}.docx") for name in files)], check=True, capture_output=True, timeout=180)
    return {name: (out / f"{name}.{form}").read_bytes() for name in files}


def page_lines(data, page):
    """Lines of a page: text, left and right edge, upper and lower ink edge in mm."""
    pdfium = pytest.importorskip("pypdfium2")
    sheet = pdfium.PdfDocument(data)[page]
    text, height = sheet.get_textpage(), sheet.get_height()
    lines = []
    for i in range(text.count_chars()):
        char = text.get_text_range(i, 1)
        if not char.strip():
            continue
        left, bottom, right, _ = (x * 25.4 / 72 for x in text.get_charbox(i, loose=True))
        _, low, _, high = (height * 25.4 / 72 - x * 25.4 / 72 for x in text.get_charbox(i))
        base = height * 25.4 / 72 - bottom
        if lines and abs(lines[-1]["base"] - base) < 1.5:
            lines[-1]["text"] += char
            lines[-1].update(right=right, top=min(lines[-1]["top"], high), bottom=max(lines[-1]["bottom"], low))
        else:
            lines.append({"text": char, "left": left, "right": right, "top": high, "bottom": low, "base": base})
    return lines


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    if LIBREOFFICE is None:
        pytest.skip("LibreOffice is not installed")
    full = replace(NOTICE, body=(Block("字" * 2000),))
    return rendered(tmp_path_factory.mktemp("pages"), "pdf", full=docx(full), letter=docx(LETTER), notice=docx(NOTICE))


def test_a_full_page_holds_22_lines_of_28_characters_within_the_margins(pages):
    lines = [line for line in page_lines(pages["full"], 1) if "字" in line["text"]]
    assert (len(lines), {len(line["text"]) for line in lines}) == (22, {28})
    assert abs(min(line["left"] for line in lines) - 28) < 1
    assert abs(max(line["right"] for line in lines) - 184) < 1
    assert 37 <= lines[0]["top"] <= 37 + 4.5 and 262 - 4.5 <= lines[-1]["bottom"] <= 262
    pitch = (lines[-1]["base"] - lines[0]["base"]) / 21
    assert abs(pitch - 225 / 22) < 0.05


def test_head_page_number_and_imprint_are_rendered_in_their_places(pages):
    lines = page_lines(pages["notice"], 0)
    head = next(line for line in lines if line["text"].endswith("文件"))
    assert abs(head["top"] - (37 + 35)) < 1
    number = next(line for line in lines if re.fullmatch("—1—", line["text"]))
    assert abs((number["top"] + number["bottom"]) / 2 - (262 + 7)) < 1
    assert abs(number["right"] - (184 - 14 * 25.4 / 72)) < 1
    last = page_lines(pages["notice"], 1)
    imprint = next(line for line in last if line["text"].endswith("印发"))
    assert 262 - 4.5 < imprint["bottom"] < 262
    even = next(line for line in last if re.fullmatch("—2—", line["text"]))
    assert abs(even["left"] - (28 + 14 * 25.4 / 72)) < 1


def test_a_letters_head_begins_30_mm_below_the_edge_of_the_page(pages):
    head = next(line for line in page_lines(pages["letter"], 0) if line["text"] == "中共明城区委组织部")
    assert abs(head["top"] - 30) < 1
    assert [line["text"] for line in page_lines(pages["letter"], 0) if "—" in line["text"]] == []


@needs_office
def test_opening_and_saving_in_an_office_program_keeps_layout_mark_and_metadata(tmp_path):
    before = {"notice": docx(NOTICE), "letter": docx(LETTER)}
    after = rendered(tmp_path, "docx", **before)
    for name in before:
        old, new = read(before[name]), read(after[name])
        assert [s.__dict__ | {"grid": s.grid[:2]} for s in new.sections] == [s.__dict__ | {"grid": s.grid[:2]} for s in old.sections]
        shown = [[(line.text, line.pitch, line.rule, [(r.text, r.east_asian, r.size) for r in line.runs]) for line in s.lines
                  if line.text.strip()] for s in (old, new)]
        assert shown[0] == shown[1]
        assert {k: new.properties.get(k) for k in ("AIGC", "标识", "description", "keywords", "title")} == {
            k: old.properties[k] for k in ("AIGC", "标识", "description", "keywords", "title")}
        assert {k: v[0].text for k, v in new.edges.items() if k.startswith("header")} == {k: LABEL for k in old.edges if k.startswith("header")}
        final = read(checking.unmarked("a.docx", after[name]))
        assert not checking.marked(final) and final.text == new.text


def test_settings_stand_in_the_order_of_the_schema():
    root = etree.fromstring(zipfile.ZipFile(io.BytesIO(docx(NOTICE))).read("word/settings.xml"))
    assert [e.tag.removeprefix(W) for e in root] == [
        "zoom", "defaultTabStop", "evenAndOddHeaders", "characterSpacingControl", "compat", "themeFontLang"]
