"""Checks of a finished Word file against the official layout and the wording of its kind; see :func:`check`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import get_args

from assistant import chinese, readers, secrecy
from assistant.checking import citations, elements, fontfolder, language, page
from assistant.checking.anatomy import Anatomy, Part, dissect
from assistant.checking.citations import Shelf, StoreShelf
from assistant.drafting.nouns import CheckFinding, Strength
from assistant.errors import Classified, UnreadableFile
from assistant.readers import Unreadable
from assistant.readers.draftmark import AIGC
from assistant.readers.sheet import LIMITS, Sheet, load
from assistant.types import LABEL

__all__ = ["Report", "StoreShelf", "check", "marked", "parts", "sheet_of", "unmarked"]

STRENGTHS = get_args(Strength)


@dataclass(frozen=True)
class Report:
    """What the check of one file found, strongest first. ``draft`` says whether a draft mark stands in it."""

    file: str
    kind: str
    draft: bool
    findings: tuple[CheckFinding, ...]

    @property
    def passed(self) -> bool:
        """Whether no 规定 is broken."""
        return all(f.strength != "规定" for f in self.findings)


def sheet_of(name: str, data: bytes) -> Sheet:
    """A .docx as it is laid out. Raises UnreadableFile, or Classified for one with a secrecy mark."""
    found = readers.perform("sheet", name, data, limits=LIMITS)
    if isinstance(found, Unreadable):
        raise UnreadableFile(found.message + "。")
    sheet = load(found)
    outside = [*(line.text for lines in sheet.edges.values() for line in lines), *(f"{name}：{value}" for name, value in sheet.properties.items())]
    marking = secrecy.inspect(sheet.text, marks=outside)
    if marking.blocked:
        raise Classified(f"{marking.blocked}。未保存任何内容。")
    return sheet


def check(name: str, data: bytes, *, rules: Mapping[str, tuple[language.Phrase, ...]], shelf: Shelf | None = None, on: date | None = None) -> Report:
    """Check a .docx, whoever made it. ``rules`` are those of ``corpus/wording.yaml``, ``shelf`` is where cited clauses are
    looked up (None: not at all), on the day of the document or, without one, on ``on`` (today).

    Raises UnreadableFile for what is no sound .docx, Classified for a secrecy mark.
    """
    sheet = sheet_of(name, data)
    anatomy = dissect(sheet)
    found = [*page.page(sheet, anatomy), *page.fonts(anatomy), *page.page_numbers(sheet, anatomy),
             *elements.head(sheet, anatomy), *elements.title(anatomy), *elements.addressee(anatomy), *elements.levels(anatomy),
             *elements.attachments(anatomy), *elements.ending(anatomy), *elements.imprint(anatomy),
             *language.phrases(anatomy, rules), *language.blanks(parts(anatomy)), *language.marks(anatomy)]
    absent = fontfolder.missing(page.declared(sheet))
    if absent:
        found.append(CheckFinding("font.missing", "实务", f"本机没有安装字体：{'、'.join(absent)}。显示和打印会换成别的字体，请在装有这些字体的电脑上核对", "全文"))
    if shelf is not None:
        found += citations.citations(parts(anatomy), shelf, on or _day(anatomy) or date.today())
    found += _mark(sheet)
    return Report(name, anatomy.kind, marked(sheet), tuple(sorted(found, key=lambda f: STRENGTHS.index(f.strength))))


def parts(anatomy: Anatomy) -> tuple[Part, ...]:
    """Every paragraph that was given a part, in the order of the page."""
    one = (*anatomy.head, anatomy.number, *anatomy.title, anatomy.addressee, *anatomy.body, *anatomy.attachments, *anatomy.signature, anatomy.date,
           anatomy.note, *anatomy.rest, *anatomy.imprint, *anatomy.annexes)
    return tuple(p for p in one if p is not None)


def _day(anatomy: Anatomy) -> date | None:
    found = chinese.dates(anatomy.date.text) if anatomy.date else []
    return found[0][0] if found else None


def marked(sheet: Sheet) -> bool:
    """Whether any part of the draft mark stands: the label in a header or property, or the AIGC field."""
    return _labelled(sheet) or AIGC in sheet.properties or any(LABEL in v for v in sheet.properties.values())


def _labelled(sheet: Sheet) -> bool:
    return any(LABEL in line.text for name, lines in sheet.edges.items() if name.startswith("header") for line in lines)


def _mark(sheet: Sheet) -> list[CheckFinding]:
    """A mark of which one half is gone was not taken away by a release."""
    visible, hidden = _labelled(sheet), AIGC in sheet.properties
    if visible == hidden:
        return []
    gone = "页眉里的草稿标识" if hidden else "文件属性里的 AIGC 标识"
    return [CheckFinding("draft.mark", "规定", f"{gone}不见了，另一处还在。定稿请用 assistant release，由经办人去掉并留下记录", "页眉和文件属性")]


def unmarked(name: str, data: bytes) -> bytes:
    """The file without its draft mark. Raises UnreadableFile, also when it carries none."""
    found = readers.perform("unmark", name, data, limits=LIMITS)
    if isinstance(found, Unreadable):
        raise UnreadableFile(found.message + "。")
    return found
