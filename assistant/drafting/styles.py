"""An empty Word file with the page, the styles and the settings of GB/T 9704—2012; python-docx and its XML stay in this room."""

from __future__ import annotations

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Twips

from assistant.drafting import measures as m

RED = "FF0000"
GREY = "7F7F7F"

ORDER = ("pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs suppressAutoHyphens kinsoku "
          "wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents "
          "suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange").split()
"""The order the schema prescribes (ECMA-376 part 1, 17.3.1.26); Word refuses a file with another."""

_PLAIN = ('<w:widowControl w:val="0"/><w:overflowPunct w:val="0"/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:snapToGrid w:val="0"/>'
          f'<w:spacing w:before="0" w:after="0" w:line="{m.LINE}" w:lineRule="exact"/><w:jc w:val="both"/>')

_FIRST_LINE = f'<w:ind w:firstLineChars="200" w:firstLine="{2 * m.CHARACTER}"/>'

STYLES: dict[str, tuple[str, float, str, str]] = {
    # name: kind of type, size in points, paragraph properties, run properties
    "公文正文": (m.FANGSONG, m.BODY, _FIRST_LINE, ""),
    "公文一级标题": (m.HEI, m.BODY, _FIRST_LINE + '<w:outlineLvl w:val="0"/>', ""),
    "公文二级标题": (m.KAI, m.BODY, _FIRST_LINE + '<w:outlineLvl w:val="1"/>', ""),
    "公文空行": (m.FANGSONG, m.BODY, "", ""),
    "公文发文机关标志": (m.TITLE_SONG, m.BODY, '<w:jc w:val="center"/>', f'<w:color w:val="{RED}"/><w:spacing w:val="0"/>'),
    "公文发文字号": (m.FANGSONG, m.BODY, '<w:jc w:val="center"/>', ""),
    "公文标题": (m.TITLE_SONG, m.TITLE, '<w:jc w:val="center"/>', '<w:spacing w:val="0"/>'),
    "公文主送机关": (m.FANGSONG, m.BODY, "", ""),
    "公文附件说明": (m.FANGSONG, m.BODY, '<w:jc w:val="left"/>', ""),
    "公文署名": (m.FANGSONG, m.BODY, '<w:jc w:val="right"/>', ""),
    "公文附注": (m.FANGSONG, m.BODY, _FIRST_LINE, ""),
    "公文版记": (m.FANGSONG, m.IMPRINT, '<w:jc w:val="left"/>', '<w:spacing w:val="0"/>'),
    "公文页码": (m.SONG, m.IMPRINT, '<w:spacing w:line="360" w:lineRule="exact"/>', '<w:spacing w:val="0"/>'),
    "草稿标记": (m.HEI, 12.0, '<w:spacing w:line="320" w:lineRule="exact"/><w:jc w:val="center"/>',
             f'<w:color w:val="{GREY}"/><w:spacing w:val="0"/>'),
}
"""Styles are named in Chinese: staff who correct a draft see them in their word processor."""


def fonts(kind: str) -> str:
    """``w:rFonts`` for a kind of type; letters and digits in Times New Roman, in page numbers as the Chinese (7.5)."""
    latin = m.FONTS[kind] if kind == m.SONG else m.LATIN
    return f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{m.FONTS[kind]}" w:cs="{latin}"/>'


def arrange(paragraph, properties: str) -> None:
    """Put paragraph properties, given as XML, among those a paragraph or style element has, in the order of the schema."""
    given = paragraph.get_or_add_pPr()
    for element in parse_xml(f"<w:pPr {nsdecls('w')}>{properties}</w:pPr>"):
        for old in given.findall(element.tag):
            given.remove(old)
        given.append(element)
    given[:] = sorted(given, key=lambda e: ORDER.index(e.tag.rpartition("}")[2]))


def blank():
    """A python-docx document without content: page, grid, styles, settings, font table; nothing of python-docx's own template shows."""
    document = Document()
    _styles(document)
    _section(document.sections[0])
    _settings(document.settings.element)
    _font_table(document)
    for holder in (document.part, document.part.package):
        for key, relation in list(holder.rels.items()):
            # The template's picture, its second set of styles, its lists and its custom XML are nobody's text.
            if relation.reltype.rpartition("/")[2] in ("thumbnail", "stylesWithEffects", "customXml", "numbering"):
                holder.rels.pop(key)
    return document


def _styles(document) -> None:
    root = document.styles.element
    defaults = root.find(qn("w:docDefaults"))
    root.replace(defaults, parse_xml(
        f'<w:docDefaults {nsdecls("w")}><w:rPrDefault><w:rPr>{fonts(m.FANGSONG)}<w:spacing w:val="{m.SQUEEZE}"/>'
        '<w:sz w:val="32"/><w:szCs w:val="32"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
        '<w:pPrDefault/></w:docDefaults>'))
    for style in list(document.styles):
        if style.type == WD_STYLE_TYPE.TABLE and style.name != "Normal Table" or style.type == WD_STYLE_TYPE.PARAGRAPH and style.name not in (
                "Normal", "Header", "Footer") or style.type == WD_STYLE_TYPE.CHARACTER and style.name != "Default Paragraph Font":
            style.element.getparent().remove(style.element)
    for name in ("Normal", "Header", "Footer"):
        element = document.styles[name].element
        for part in ("w:rPr", "w:pPr"):
            for found in element.findall(qn(part)):
                element.remove(found)
        for found in element.findall(qn("w:link")):
            element.remove(found)
    arrange(document.styles["Normal"].element, _PLAIN)
    for name, (kind, size, paragraph, run) in STYLES.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        style.quick_style = True
        element = style.element
        element.set(qn("w:styleId"), f"Notice{list(STYLES).index(name) + 1}")
        arrange(element, paragraph)
        half = round(size * 2)
        element.append(parse_xml(f'<w:rPr {nsdecls("w")}>{fonts(kind)}{run}<w:sz w:val="{half}"/><w:szCs w:val="{half}"/></w:rPr>'))


def _section(section) -> None:
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Twips(m.PAGE[0]), Twips(m.PAGE[1])
    section.top_margin, section.bottom_margin = Twips(m.TOP), Twips(m.BOTTOM)
    section.left_margin, section.right_margin = Twips(m.LEFT), Twips(m.RIGHT)
    section.header_distance, section.footer_distance, section.gutter = Twips(m.mm(15)), Twips(m.mm(m.LETTER_BOTTOM)), Twips(0)
    for found in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(found)
    section._sectPr.append(parse_xml(f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{m.LINE}"/>'))


def _settings(element) -> None:
    """Settings written anew; their order is fixed by the schema (ECMA-376 part 1, 17.15.1.78)."""
    for found in list(element):
        element.remove(found)
    for xml in ('<w:zoom {} w:percent="100"/>', '<w:defaultTabStop {} w:val="420"/>', "<w:evenAndOddHeaders {}/>",
                '<w:characterSpacingControl {} w:val="doNotCompress"/>',
                '<w:compat {}><w:balanceSingleByteDoubleByteWidth/><w:compatSetting w:name="compatibilityMode" '
                'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>',
                '<w:themeFontLang {} w:val="en-US" w:eastAsia="zh-CN"/>'):
        element.append(parse_xml(xml.format(nsdecls("w"))))


def _font_table(document) -> None:
    """Which fonts are named, each with the name to take instead where it is missing."""
    rows = "".join(f'<w:font w:name="{font}"><w:altName w:val="{m.ALTERNATIVES[font]}"/><w:charset w:val="86"/></w:font>'
                   for font in m.FONTS.values())
    part = next(r.target_part for r in document.part.rels.values() if r.reltype == RELATIONSHIP_TYPE.FONT_TABLE)
    part._blob = ('<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
                  f'<w:fonts {nsdecls("w")}>{rows}<w:font w:name="{m.LATIN}"/></w:fonts>').encode()
