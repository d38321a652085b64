"""A Notice as a Word file in the official layout (GB/T 9704—2012); the figures are in measures.py, the styles in styles.py.

Seals are never drawn: the end leaves room for one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from assistant import words
from assistant.drafting import measures as m
from assistant.drafting import metadata, styles, titles
from assistant.drafting.inert import inert
from assistant.drafting.nouns import Notice, numbers

_NUMBER_LIFT = 283
"""5 mm: puts the dash of the page number 7 mm below the type area (7.5)."""
_MOST_KEPT = 7 * m.CHARACTERS
"""Characters of a paragraph that may go to the next page for the sake of the signature."""
_ENDS = re.compile(r"[。；;，,、.：:]+$")


def docx(notice: Notice, cut: Callable[[str], Sequence[str]] = words.cut) -> bytes:
    """The notice as a .docx. ``cut`` divides a title into words.

    >>> from assistant.drafting.nouns import Block
    >>> docx(Notice("", "通知", "关于开会的通知", (Block("请准时参加。"),)), cut=list)[:2]
    b'PK'
    """
    page = _Page(notice, cut)
    page.headers()
    if notice.style == "document":
        page.head()
    elif notice.style == "letter":
        page.letter_number()
    page.title()
    page.body()
    page.attachments()
    page.end()
    page.together()
    page.imprint()
    metadata.write(page.document, notice)
    out = io.BytesIO()
    page.document.save(out)
    return out.getvalue()


def head_name(notice: Notice) -> str:
    """What the head says: the issuer with 文件, in a letter the issuer alone (7.2.4, 10.1)."""
    return notice.issuer if notice.style == "letter" or notice.issuer.endswith("文件") else notice.issuer + "文件"


class _Page:
    """One file in the making; every method adds what comes next on the page."""

    def __init__(self, notice: Notice, cut: Callable[[str], Sequence[str]]):
        self.notice, self.cut = notice, cut
        self.document = styles.blank()
        self.closing_at = 0

    def add(self, style: str, *runs: str | tuple[str, str], properties: str = "", to=None):
        """A paragraph; a run is text or (text, run properties)."""
        paragraph = (to or self.document).add_paragraph(style=style)
        styles.arrange(paragraph._p, properties)
        for run in runs:
            text, formed = (run, "") if isinstance(run, str) else run
            made = paragraph.add_run(inert(text))
            if formed:
                made._r.insert(0, parse_xml(f"<w:rPr {nsdecls('w')}>{formed}</w:rPr>"))
        return paragraph

    def gap(self, lines: int) -> None:
        for _ in range(lines):
            self.add("公文空行")

    def headers(self) -> None:
        """The draft mark above, the page number below: odd pages right, even pages left, a letter's first page without one."""
        section = self.document.sections[0]
        letter = self.notice.style == "letter"
        section.different_first_page_header_footer = letter
        tops = [section.header, section.even_page_header] + ([section.first_page_header] if letter else [])
        for header in tops:
            header.is_linked_to_previous = False
            _restyle(header.paragraphs[0], self.document.styles["草稿标记"]).add_run(self.notice.label)
        for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
            footer.is_linked_to_previous = False
            paragraph = _restyle(footer.paragraphs[0], self.document.styles["公文页码"])
            styles.arrange(paragraph._p, f'<w:ind w:{side}Chars="100" w:{side}="280"/><w:jc w:val="{side}"/>')
            for xml in ('<w:r {}><w:t xml:space="preserve">— </w:t></w:r>', '<w:r {}><w:fldChar w:fldCharType="begin"/></w:r>',
                        '<w:r {}><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>', '<w:r {}><w:fldChar w:fldCharType="separate"/></w:r>',
                        '<w:r {}><w:t>1</w:t></w:r>', '<w:r {}><w:fldChar w:fldCharType="end"/></w:r>',
                        '<w:r {}><w:t xml:space="preserve"> —</w:t></w:r>'):
                paragraph._p.append(parse_xml(xml.format(nsdecls("w"))))
            # The footer's foot is that of a letter's lower rule; this lifts the number to its place.
            self.add("公文页码", properties=f'<w:spacing w:line="{_NUMBER_LIFT}" w:lineRule="exact"/>', to=footer)
        if letter:
            self._letter_rules(section)

    def head(self) -> None:
        """发文机关标志, 发文字号 (with 签发人 upwards), red rule, two lines of air (7.2.4–7.2.7)."""
        name = head_name(self.notice)
        size = _fitting(name, 52)
        before = m.mm(m.HEAD_TOP) - round(size * 20 * 0.12)
        self.add("公文发文机关标志", (name, f'<w:sz w:val="{round(size * 2)}"/>'),
                 properties=f'<w:spacing w:before="{before}" w:line="{round(size * 24)}" w:lineRule="exact"/>')
        self.gap(2)
        if self.notice.kind in m.UPWARD and self.notice.signer:
            tab = m.PAGE[0] - m.LEFT - m.RIGHT - m.CHARACTER
            paragraph = self.add("公文发文字号", self.notice.number, properties=(
                f'<w:tabs><w:tab w:val="right" w:pos="{tab}"/></w:tabs><w:ind w:leftChars="100" w:left="{m.CHARACTER}"/><w:jc w:val="left"/>'))
            paragraph.add_run().add_tab()
            paragraph.add_run("签发人：")
            paragraph.add_run(inert(self.notice.signer))._r.insert(0, parse_xml(f"<w:rPr {nsdecls('w')}>{styles.fonts(m.KAI)}</w:rPr>"))
        else:
            self.add("公文发文字号", self.notice.number)
        self.add("公文空行", properties=(f'<w:pBdr><w:bottom w:val="single" w:sz="8" w:space="0" w:color="{styles.RED}"/></w:pBdr>'
                                     f'<w:spacing w:line="{m.mm(m.RULE_GAP)}" w:lineRule="exact"/>'))
        self.gap(2)

    def letter_number(self) -> None:
        """文号 of a letter: at the right edge below the upper rule, then two lines (10.1)."""
        self.add("公文发文字号", self.notice.number, properties='<w:jc w:val="right"/>')
        self.gap(2)

    def _letter_rules(self, section) -> None:
        """Head and upper double rule in the first page's header, lower double rule in its footer (10.1).

        The header grows with the head, so that the text below begins under the rule in every word processor.
        """
        wide = f'<w:ind w:left="{m.mm(20) - m.LEFT}" w:right="{m.mm(20) - m.RIGHT}"/>'
        header, footer = section.first_page_header, section.first_page_footer
        size = _fitting(self.notice.issuer, 44)
        above = m.mm(m.LETTER_TOP) - m.mm(15) - 320 - round(size * 20 * 0.12)
        self.add("公文发文机关标志", (self.notice.issuer, f'<w:sz w:val="{round(size * 2)}"/>'), to=header, properties=(
            f'<w:pBdr><w:bottom w:val="thickThinSmallGap" w:sz="24" w:space="{round(m.mm(m.RULE_GAP) / 20)}" w:color="{styles.RED}"/></w:pBdr>'
            f'<w:spacing w:before="{above}" w:after="{m.mm(4)}" w:line="{round(size * 24)}" w:lineRule="exact"/>{wide}'))
        footer.is_linked_to_previous = False
        styles.arrange(_restyle(footer.paragraphs[0], self.document.styles["公文页码"])._p, (
            f'<w:pBdr><w:bottom w:val="thinThickSmallGap" w:sz="24" w:space="0" w:color="{styles.RED}"/></w:pBdr>'
            f'<w:spacing w:line="20" w:lineRule="exact"/>{wide}'))

    def title(self) -> None:
        """Title in a trapezoid, one line of air, 主送 flush left with its colon (7.3.1, 7.3.2)."""
        paragraph = self.add("公文标题")
        for i, line in enumerate(titles.lines(inert(self.notice.title), self.cut)):
            if i:
                paragraph.add_run().add_break()
            paragraph.add_run(line)
        self.gap(1)
        if self.notice.addressees:
            self.add("公文主送机关", "，".join(_ENDS.sub("", a) for a in self.notice.addressees) + "：")

    def body(self) -> None:
        """Paragraphs with their numbers; at levels 1 and 2 the heading up to the first 。 in its own type (7.3.3)."""
        blocks = self.notice.body
        for block, number in zip(blocks, numbers(b.level for b in blocks), strict=True):
            head, *rest = block.text.replace("\r\n", "\n").split("\n")
            if block.level in (1, 2):
                style = "公文一级标题" if block.level == 1 else "公文二级标题"
                heading, stop, run_in = head.partition("。")
                if run_in:
                    self.add(style, number + heading + stop, (run_in, styles.fonts(m.FANGSONG)))
                else:
                    # A heading alone goes along with what it heads.
                    self.add(style, number + head, properties="<w:keepNext/>" if block is not blocks[-1] else "")
            else:
                self.add("公文正文", number + head)
            for line in rest:
                if line.strip():
                    self.add("公文正文", line)

        # 特此通知 alone is little text, so what stands before it goes along; a long paragraph would leave too large a hole.
        going = 2 if blocks and len(blocks[-1].text) <= 12 else 1
        self.closing_at = len(self.document.paragraphs)
        for block in list(reversed(blocks))[:going]:
            if len(block.text) > _MOST_KEPT or "\n" in block.text:
                break
            self.closing_at -= 1

    def attachments(self) -> None:
        """附件说明 one line below the text, two characters in, names without a mark at their end (7.3.4)."""
        names = [_ENDS.sub("", a) for a in self.notice.attachments]
        if not names:
            return
        self.gap(1)
        digit = 240 if len(names) > 1 else 0
        left, label = 5 * m.CHARACTER + digit, 3 * m.CHARACTER
        for i, name in enumerate(names, 1):
            shown = f"{i}.{name}" if len(names) > 1 else name
            hanging = digit + (label if i == 1 else 0)
            self.add("公文附件说明", ("附件：" if i == 1 else "") + shown,
                     properties=f'<w:ind w:left="{left}" w:hanging="{hanging}"/>' if hanging else f'<w:ind w:left="{left}"/>')

    def end(self) -> None:
        """署名 above the date, both with room for a seal; 附注 below in brackets (7.3.5.1, 7.3.6)."""
        signature, date = inert(self.notice.signature), inert(self.notice.date)
        if signature or date:
            self.gap(2)
        right = 4 * m.CHARACTER
        middle = right + titles.width(date) * m.CHARACTER / 2
        half = titles.width(signature) * m.CHARACTER / 2
        if half > middle:
            # Longer than the room above the date: the signature ends at the edge and the date is centred below it.
            right, middle = round(half - titles.width(date) * m.CHARACTER / 2), half
        if signature:
            self.add("公文署名", signature, properties=f'<w:ind w:right="{max(0, round(middle - half))}"/>')
        if date:
            self.add("公文署名", date, properties=f'<w:ind w:right="{round(right)}"/>')
        if self.notice.note:
            self.add("公文附注", f"（{self.notice.note.strip('（）()')}）")

    def together(self) -> None:
        """A page with nothing but 署名 and date must not come about (7.3.5.5): the end of the text goes along with them."""
        if self.notice.signature or self.notice.date:
            for paragraph in self.document.paragraphs[self.closing_at:]:
                styles.arrange(paragraph._p, "<w:keepNext/>")

    def imprint(self) -> None:
        """版记 at the foot of the last page, between rules (7.4); a letter has only 抄送 and no rules (10.1)."""
        letter = self.notice.style == "letter"
        rows = []
        if self.notice.copies:
            rows.append("抄送：" + "，".join(_ENDS.sub("", c) for c in self.notice.copies) + "。")
        if (self.notice.printer or self.notice.printed) and not letter:
            rows.append(self.notice.printer + ("\t" + self.notice.printed + "印发" if self.notice.printed else ""))
        if not rows:
            return
        width, character = m.PAGE[0] - m.LEFT - m.RIGHT, round(m.IMPRINT * 20)
        lines = "" if letter else "".join(f'<w:{side} w:val="single" w:sz="8" w:space="1" w:color="000000"/>' for side in ("top", "bottom"))
        # One frame needs the same borders and indents in all its paragraphs, or word processors take it apart;
        # so the blank before each row is a space, and the thin rule between rows an underlined tab.
        framed = (f'<w:framePr w:w="{width}" w:wrap="around" w:vAnchor="margin" w:hAnchor="margin" w:xAlign="left" w:yAlign="bottom"/>'
                  f'<w:pBdr>{lines}</w:pBdr><w:ind w:left="{4 * character}" w:hanging="{4 * character}"/>')
        for i, row in enumerate(rows):
            if i:
                rule = self.add("公文版记", ("", '<w:sz w:val="4"/><w:u w:val="single"/>'), properties=(
                    f'{framed}<w:tabs><w:tab w:val="left" w:pos="{width - 5}"/></w:tabs><w:spacing w:line="60" w:lineRule="exact"/>'))
                rule.runs[0].add_tab()
                rule.runs[0].add_tab()
            first, _, rest = row.partition("\t")
            paragraph = self.add("公文版记", "\u3000" + first,
                                 properties=f'{framed}<w:tabs><w:tab w:val="right" w:pos="{width - character}"/></w:tabs>')
            if rest:
                paragraph.add_run().add_tab()
                paragraph.add_run(inert(rest))
        # A frame hangs on the paragraph after it; this one takes no room.
        self.add("公文空行", properties='<w:spacing w:line="20" w:lineRule="exact"/>')


def _restyle(paragraph, style):
    paragraph.style = style
    return paragraph


def _fitting(name: str, largest: float) -> float:
    """Points in which a head fits into the type area's 156 mm, at least 3号."""
    return max(m.BODY, min(largest, m.AREA[0] * 72 / 25.4 / max(1.0, titles.width(name))) // 1)
