"""Word files for the tests of layout and check: notices of ours, and documents as people make them with direct formatting."""

from __future__ import annotations

import io
from dataclasses import replace

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from assistant.drafting.nouns import Block, Notice

LONG = "为进一步完善谈心谈话制度，推动干部担当作为，结合本区实际，现就有关事项通知如下。"

NOTICE = Notice(
    form="", kind="通知", title="中共明城区委组织部关于做好干部谈心谈话和回访教育工作的通知", issuer="中共明城区委组织部", number="明组发〔2024〕5号",
    addressees=("各镇（街道）党（工）委", "区直各单位党组织"),
    body=(Block(LONG), Block("总体要求", 1), Block("应谈尽谈。分级负责，不漏一人。", 2), Block("明确对象。", 2), Block("各级领导班子成员。", 3),
          Block("受处分干部。", 3), Block("影响期内的。", 4), Block("工作安排。年底前完成。", 1), Block("特此通知。")),
    attachments=("谈心谈话记录表", "回访教育记录表"), signature="中共明城区委组织部", date="2024年3月1日", note="此件公开发布",
    copies=("区纪委监委", "区委办公室"), printer="中共明城区委组织部办公室", printed="2024年3月1日")

LETTER = replace(NOTICE, kind="函", style="letter", title="关于张明同志有关问题的澄清函", number="明组函〔2024〕3号", addressees=("中共青石镇委员会",),
                 body=(Block("2024年2月1日收到反映张明同志的检举控告。经核查，反映的问题不属实。"), Block("特此函告。")), attachments=(), note="", printer="",
                 printed="", copies=("区纪委监委",))

REQUEST = replace(NOTICE, kind="请示", title="关于给予防汛抢险先进集体及时奖励的请示", number="明组报〔2024〕8号", signer="李维", addressees=("中共明城区委员会",),
                  body=(Block("现将有关事项请示如下。"), Block("妥否，请批示。")), attachments=(), note="联系人：王宁，电话：0757-12345678", copies=())


def by_hand(*, head="明城区委组织部文件", number="明组发〔2024〕5号", title=("关于做好2024年度", "干部谈心谈话工作的通知"), to="各镇（街道）党（工）委，区直各单位：",
            body=(LONG, "一、总体要求", "坚持分级负责，应谈尽谈。", "（一）谈话对象", "各级领导班子成员。", "（二）谈话内容", "思想、工作情况。", "二、工作安排",
                  "1.制定计划。", "2.组织实施。", "特此通知。"),
            attachments=("附件：谈心谈话记录表",), signature="明城区委组织部", date="2024年3月1日", note="", imprint=("抄送：区委办公室。",), after=(),
            margins=(37, 28, 26, 35), red_rule=True) -> bytes:
    """A document made with python-docx and direct formatting, as a person would; every part can be given anew."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.left_margin, section.right_margin, section.bottom_margin = map(Mm, margins)

    def add(text, font="仿宋", size=16, *, align=None, first=True, color=None, right=None):
        paragraph = document.add_paragraph()
        form = paragraph.paragraph_format
        form.space_after, form.line_spacing = Pt(0), Pt(max(28.9, size))
        if align is not None:
            paragraph.alignment = align
        elif first:
            form.first_line_indent = Pt(32)
        if right:
            form.right_indent = Pt(right)
        run = paragraph.add_run(text)
        run.font.size, run.font.name = Pt(size), "Times New Roman"
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
        if color:
            run.font.color.rgb = RGBColor.from_string(color)
        return paragraph

    if head:
        add(head, "方正小标宋简体", 48, align=ALIGN.CENTER, color="FF0000")
    if number:
        numbered = add(number, align=ALIGN.CENTER)
        if red_rule:
            numbered._p.get_or_add_pPr().append(parse_xml(
                f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="12" w:space="1" w:color="C00000"/></w:pBdr>'))
    for line in ("", *title):
        add(line, "方正小标宋_GBK", 22, align=ALIGN.CENTER)
    add("")
    if to:
        add(to, first=False)
    for line in body:
        add(line, "黑体" if line[1:2] == "、" and line[0] in "一二三四" else "楷体_GB2312" if line[0] == "（" else "仿宋")
    for line in ("", *attachments, "", ""):
        add(line)
    if signature:
        add(signature, align=ALIGN.RIGHT, right=50)
    if date:
        add(date, align=ALIGN.RIGHT, right=64)
    if note:
        add(note)
    for line in imprint:
        add(line, size=14)
    for line in after:
        add(line, first=False)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
