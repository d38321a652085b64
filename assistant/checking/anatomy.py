"""The parts of an official document found in a Word file: which paragraph is the head, the number, the title, the date …

Found by form and place, so that files made by anyone are understood; what is not found stays empty. A wrong number or date
is still recognised as one, or it could not be called wrong.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.chinese import CJK
from assistant.drafting.measures import KINDS
from assistant.readers.sheet import Line, Sheet
from assistant.types import LABEL

NUMBER_LIKE = re.compile(
    rf"第?[{CJK}A-Za-z（）()·]{{1,20}}?\s*(?:[〔\[［(（【﹝{{]\s*)?(?:\d{{2,4}}|[〇○零一二三四五六七八九]{{2,4}})\s*(?:年度?)?(?:[-－—/]\s*)?(?:[〕\]］)）】﹞}}]\s*)?(?:第\s*)?"
    r"(?:\d{1,6}|[〇零一二三四五六七八九十百]{1,6})\s*号?")
DATE_LIKE = re.compile(r"(?:公元)?(?:\d{2,4}|[〇○零ОO一二三四五六七八九]{2,4})\s*[年./\-．]\s*(?:\d{1,2}|[〇零一二三四五六七八九十]{1,3})\s*(?:[月./\-．]\s*"
                       r"(?:(?:\d{1,2}|[〇零一二三四五六七八九十]{1,3})\s*[日号]?)?)?")
SPECIAL = ("通知书", "告知书", "申请书", "承诺书", "审批表", "公示", "记录", "方案", "说明", "函询", "诫勉书", "分析")
_ORGAN_END = re.compile(r"(?:委员会|党委|党组|党总支|党支部|工委|政府|办公室|组织部|[委局部厅室院会镇乡区县市省校站所处科组庭队司社团]|街道|单位|组织|同志|公司|中心|机关|先生|女士|负责人|领导)$")
_URGENT = re.compile(r"\s*(?:特\s*急|加\s*急|特\s*提|平\s*急)\s*")
_BLANK = re.compile(r"【待填：[^】]*】")


@dataclass(frozen=True)
class Part:
    """A paragraph and its place: ``at`` counts the paragraphs that hold text, from 1; 0 stands for a header."""

    at: int
    line: Line

    @property
    def text(self) -> str:
        return self.line.text.replace("\n", "").strip(" \u3000\t")

    @property
    def indented(self) -> bool:
        return self.line.first > 60 or self.line.first_chars > 50 or self.line.text.startswith(("\u3000", "  "))


@dataclass(frozen=True)
class Anatomy:
    """The parts in the order of the page; an empty tuple or None for what is not there.

    ``kind`` is the kind of document its title ends with, ``gap`` how many empty lines stand before the signature.
    """

    head: tuple[Part, ...] = ()
    number: Part | None = None
    title: tuple[Part, ...] = ()
    addressee: Part | None = None
    body: tuple[Part, ...] = ()
    attachments: tuple[Part, ...] = ()
    signature: tuple[Part, ...] = ()
    date: Part | None = None
    note: Part | None = None
    imprint: tuple[Part, ...] = ()
    annexes: tuple[Part, ...] = ()
    rest: tuple[Part, ...] = ()
    letter: bool = False
    signer: bool = False
    kind: str = ""
    gap: int = 0
    notes: tuple[str, ...] = field(default=())

    @property
    def formal(self) -> bool:
        """Whether it goes out as a document of an organ, under a head or a number."""
        return bool(self.head or self.number)

    @property
    def title_text(self) -> str:
        return "".join(p.text for p in self.title)


def dissect(sheet: Sheet) -> Anatomy:
    """Find the parts of a sheet."""
    parts = _parts(sheet.lines)
    number_at = _number(parts)
    letter_head = _letter_head(sheet)
    head, start = _head(parts, number_at)
    title = _title(parts, start)
    after = parts.index(title[-1]) + 1 if title else start
    end = _main_end(parts, after)
    imprint = tuple(p for p in parts[after:end] if _is_imprint(p))
    main = [p for p in parts[after:end] if p not in imprint]
    date_at = _date(main)
    addressee = _addressee(main)
    if addressee is not None and date_at is not None and main.index(addressee) + 1 >= date_at:
        addressee = None
    first = main.index(addressee) + 1 if addressee is not None else 0
    signature = _signature(main, date_at, first)
    close = main.index(signature[0]) if signature else len(main) if date_at is None else date_at
    attachments = _attachments(main[first:close])
    stop = main.index(attachments[0]) if attachments else close
    later = main[(close if date_at is None else date_at + 1):]
    note = next((p for p in later if re.fullmatch(r"[（(].+[）)]", p.text)), None)
    title_text = "".join(p.text for p in title)
    return Anatomy(
        head=head or letter_head, number=parts[number_at] if number_at is not None else None, title=title, addressee=addressee,
        body=tuple(main[first:stop]), attachments=attachments, signature=signature, date=main[date_at] if date_at is not None else None, note=note,
        imprint=imprint, annexes=tuple(p for p in parts[end:] if not _is_imprint(p)), rest=tuple(p for p in later if p is not note),
        letter=bool(letter_head and not head), signer=number_at is not None and "签发人" in "".join(p.text for p in parts[:number_at + 2]),
        kind=kind_of(title_text), gap=_gap(sheet.lines, signature[0].line) if signature else 0)


def kind_of(title: str) -> str:
    """The kind of document a title ends with, one of the fifteen or a form of its own; "" when it names none.

    >>> kind_of("关于开会的通知"), kind_of("容错认定通知书"), kind_of("工作总结（2024年）")
    ('通知', '通知书', '')
    """
    bare = _BLANK.sub("", re.sub(r"[（(][^（）()]*[）)]$", "", title.strip()))
    return next((k for k in sorted((*KINDS, *SPECIAL), key=len, reverse=True) if bare.endswith(k)), "")


def _parts(lines: Sequence[Line]) -> list[Part]:
    return [Part(i, line) for i, line in enumerate((x for x in lines if x.text.strip(" \u3000\t\n")), 1)]


def _number(parts: Sequence[Part]) -> int | None:
    for i, part in enumerate(parts[:10]):
        bare = re.split(r"\t|\s{2,}|\u3000|签发人", part.text)[0].strip()
        if NUMBER_LIKE.fullmatch(bare) and re.search(r"号$|[〔\[［﹝]", bare) or re.fullmatch(r"【待填：(?:发文字号|文号)】", bare):
            return i
    return None


def _letter_head(sheet: Sheet) -> tuple[Part, ...]:
    return tuple(Part(0, line) for line in sheet.edges.get("header:first", ()) if line.text.strip() and LABEL not in line.text
                 and any(r.size >= 20 or red_color(r.color) for r in line.runs))


def red_color(color: str) -> bool:
    """Whether a hexadecimal RGB is a red, whichever an office takes.

    >>> red_color("FF0000"), red_color("C00000"), red_color("000000")
    (True, True, False)
    """
    if not re.fullmatch(r"[0-9A-F]{6}", color):
        return False
    r, g, b = (int(color[i:i + 2], 16) for i in (0, 2, 4))
    return r >= 150 and g < 90 and b < 90


def red(line: Line) -> bool:
    """Whether most of a paragraph's text is red."""
    return sum(len(r.text) for r in line.runs if red_color(r.color)) * 2 > len(line.text.strip())


def _head(parts: Sequence[Part], number_at: int | None) -> tuple[tuple[Part, ...], int]:
    """The head and the index after head, number and signer."""
    if number_at is None:
        red_ones = [p for p in parts[:4] if red(p.line)]
        return tuple(red_ones), (parts.index(red_ones[-1]) + 1 if red_ones else 0)
    before = [p for p in parts[:number_at] if not re.fullmatch(r"\d{6}", p.text) and not _URGENT.fullmatch(p.text)]
    head = tuple(p for p in before if red(p.line) or p.text.endswith("文件") or any(r.size >= 24 for r in p.line.runs) or _ORGAN_END.search(p.text))
    start = number_at + 1
    while start < len(parts) and parts[start].text.startswith("签发人"):
        start += 1
    return head, start


def _title(parts: Sequence[Part], start: int) -> tuple[Part, ...]:
    window = parts[start:start + 6]
    for i, part in enumerate(window):
        if part.line.align == "center" and part.line.place in ("body", "box", "frame"):
            size = _size(part)
            out = [part]
            for more in window[i + 1:]:
                ended = kind_of("".join(p.text for p in out))
                if ended or more.line.align != "center" or abs(_size(more) - size) > 1 or re.match(r"[（(]", more.text):
                    break
                out.append(more)
            return tuple(out)
    for part in window:
        if kind_of(part.text) and len(part.text) <= 80 or _size(part) >= 18:
            return (part,)
    return tuple(window[:1]) if window and len(window[0].text) <= 60 and "。" not in window[0].text else ()


def _size(part: Part) -> float:
    return max((r.size for r in part.line.runs), default=0.0)


def _main_end(parts: Sequence[Part], after: int) -> int:
    """Where the annexes begin: a paragraph that says 附件 or 附件1 and nothing else."""
    return next((i for i in range(after, len(parts)) if re.fullmatch(r"附\s*件\s*(?:\d+|[一二三四五六七八九十]+)?\s*[:：]?", parts[i].text)), len(parts))


def _is_imprint(part: Part) -> bool:
    return bool(re.match(r"(?:抄送|抄报|主题词)\s*[:：]", part.text) or re.search(r"\d\s*日\s*印发$|年.{1,8}印发$", part.text) and len(part.text) < 60)


def _date(main: Sequence[Part]) -> int | None:
    found = [i for i, p in enumerate(main) if DATE_LIKE.fullmatch(p.text) or re.fullmatch(r"【待填：(?:成文)?日期】", p.text)]
    return found[-1] if found else None


def _addressee(main: Sequence[Part]) -> Part | None:
    if not main:
        return None
    part, text = main[0], main[0].text
    named = _ORGAN_END.search(re.sub(r"[：:，,、。]+$", "", text))
    if part.line.align == "center" or re.match(r"[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|\d+[.．、]", text):
        return None
    if text.endswith(("：", ":")):
        return part if not part.indented or (named and len(text) <= 60) else None
    if not part.indented and named and len(text) <= 200 and not re.search(r"[。；]", text):
        return part
    return None


def _signature(main: Sequence[Part], date_at: int | None, first: int) -> tuple[Part, ...]:
    """The short paragraphs at the right before the date."""
    if date_at is None:
        return ()
    out: list[Part] = []
    for part in reversed(main[first:date_at]):
        line = part.line
        aside = line.align in ("right", "end", "center") or max(line.left, line.first) > 2000 or line.text.startswith("\u3000" * 6)
        if re.search(r"[。；]$", part.text) or len(part.text) > 40 or not (aside or not out) or re.match(r"附件?\s*[:：]|\d+[.．]", part.text):
            break
        if not aside and not (_ORGAN_END.search(part.text) or _BLANK.search(part.text)):
            break
        out.append(part)
    return tuple(reversed(out))


def _attachments(before: Sequence[Part]) -> tuple[Part, ...]:
    for i, part in enumerate(before):
        if re.match(r"附\s*件?\s*[:：]", part.text) and i >= len(before) - 20:
            following = []
            for more in before[i + 1:]:
                if not re.match(r"\d+\s*[.．、]|[一二三四五六七八九十]+\s*[.．、]", more.text):
                    break
                following.append(more)
            return (part, *following)
    return ()


def _gap(lines: Sequence[Line], before: Line) -> int:
    """Empty lines before a paragraph, space above it counted in lines."""
    at = next(i for i, line in enumerate(lines) if line is before)
    count = 0
    while at - count - 1 >= 0 and not lines[at - count - 1].text.strip(" \u3000\t\n"):
        count += 1
    return count + before.before // 500
