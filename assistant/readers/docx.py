"""Word documents (.docx): body in order with tables and automatic numbers, from the XML itself.

python-docx is not used for reading: it unpacks every part whatever its size, and leaves out tracked insertions,
content controls and automatic numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assistant.readers.encoding import unify
from assistant.readers.extract import Limits, Parsed, Refused
from assistant.readers.numbering import Numbering, attribute, child, local
from assistant.readers.packed import opened, unpacked

FORMAT = "docx"
SUFFIXES = (".docx",)

_SKIPPED = frozenset("del moveFrom instrText delText fldChar rPr pPr tblPr trPr tcPr sectPr proofErr bookmarkStart bookmarkEnd "
                     "commentReference annotationRef footnoteRef endnoteRef rt".split())
_DEEPEST = 200
_TOLD = frozenset("title subject keywords description category contentStatus Company Manager".split())


def parse(data: bytes, limits: Limits) -> Parsed:
    """Body text, one paragraph or table row a line; cells are joined by `` | ``."""
    package = Package(data, limits)
    names, folder = package.names, package.folder
    numbering = Numbering(package.part(folder + "numbering.xml"), package.part(folder + "styles.xml"))
    body = _Body(numbering, limits.chars)
    body.blocks(child(package.part(package.main), "body"))
    notices, marks = [], []
    for name in sorted(names):
        if re.fullmatch(re.escape(folder) + r"(?:header|footer)\d*\.xml", name):
            marks += _Body(None, limits.chars).text_of(package.part(name))
        elif name.startswith("docProps/") and name.endswith(".xml"):
            marks += _properties(package.part(name))
        elif name.rpartition("/")[2] in ("footnotes.xml", "endnotes.xml", "comments.xml") and name.startswith(folder):
            found = _Body(None, limits.chars).text_of(package.part(name))
            marks += found
            if found:
                what = {"f": "脚注", "e": "尾注", "c": "批注"}[name.rpartition("/")[2][0]]
                notices.append(f"{what} {len(found)} 段未收入正文")
    text = unify("\n".join(body.lines))
    boxes = [line for line in body.boxes if line.strip()]
    if len(re.sub(r"\s", "", text)) < 20 <= sum(map(len, boxes)):
        text, boxes = unify("\n".join([*body.lines, *boxes]).strip("\n")), []
        notices.append("正文写在文本框里，已按文本框的先后收入，顺序请核对")
    if not text.strip():
        if any("/media/" in name for name in names):
            raise Refused("文档里只有图片，没有文字；请先做文字识别（OCR），核对后存为 .docx 或 .txt 再导入")
        raise Refused("文档里没有文字；请检查文件是否完整")
    if boxes:
        notices.append(f"文本框中的 {sum(map(len, boxes))} 个字未收入正文")
    if body.hidden:
        notices.append(f"隐藏文字 {sum(map(len, body.hidden))} 个字（隐藏、白色或极小的字）未收入正文")
    if body.deleted:
        notices.append("文档带有修订记录，已按接受全部修订后的文字收入")
    if body.foreign:
        notices.append("文档嵌入了其他文档（altChunk），其中的文字未收入；请在 Word 中另存一次再导入")
    return Parsed(text, tuple(notices), tuple(unify(m) for m in [*marks, *boxes, *body.hidden] if m.strip()))


def _properties(part) -> list[str]:
    """What people write into a file's properties; custom ones with their names (密级：机密)."""
    out = []
    for element in part if part is not None else ():
        value = " ".join(t.strip() for t in element.itertext() if t.strip())
        if local(element) == "property" and value:
            out.append(f"{attribute(element, 'name')}：{value}")
        elif local(element) in _TOLD and value:
            out.append(value)
    return out


def _main_part(types, names) -> str:
    for override in types if types is not None else ():
        if attribute(override, "ContentType").endswith("wordprocessingml.document.main+xml"):
            return attribute(override, "PartName").lstrip("/")
    return "word/document.xml"


class Package:
    """The parts of a Word file, each unpacked when asked for. Raises Refused for what is broken, hostile, no Word file, or carries macros."""

    def __init__(self, data: bytes, limits: Limits):
        self.archive, self.limits = opened(data, limits), limits
        self.names = {entry.filename.lstrip("/"): entry for entry in self.archive.infolist()}
        types = self.part("[Content_Types].xml")
        if any("vbaproject" in name.lower() for name in self.names) or b"macroEnabled" in self.raw("[Content_Types].xml"):
            raise Refused("文档带有宏，出于安全不予打开；请用 WPS 或 Word 打开，另存为不带宏的 .docx 再导入")
        self.main = _main_part(types, self.names)
        if self.main not in self.names:
            raise Refused("里面没有 Word 正文（不是 Word 文档，或已损坏）；请用 WPS 或 Word 打开，另存为 .docx 再导入")
        self.folder = self.main.rpartition("/")[0] + "/" if "/" in self.main else ""

    def raw(self, name: str) -> bytes:
        """A part's bytes, b"" when there is none."""
        return unpacked(self.archive, self.names[name], self.limits, self.limits.part) if name in self.names else b""

    def part(self, name: str):
        """A part's root element, None when there is none; entities are refused."""
        from lxml import etree

        data = self.raw(name)
        if not data:
            return None
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True)
        try:
            root = etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise Refused("文档内部结构已损坏或有意构造，打不开；请用 WPS 或 Word 打开后另存为 .docx 再导入") from error
        if root.getroottree().docinfo.internalDTD is not None:
            raise Refused("文档内部含有 XML 实体声明（正常的 Word 文档没有），出于安全不予打开；请检查来源，用 WPS 或 Word 另存为 .docx 再导入")
        return root


@dataclass
class _Body:
    """Walks blocks in order. ``lines`` is the text; what stands outside it is kept apart."""

    numbering: Numbering | None
    most: int
    lines: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    deleted: bool = False
    foreign: bool = False
    size: int = 0

    def text_of(self, root) -> list[str]:
        """All lines under an element that is not a body (a header, the comments), boxes included."""
        if root is None:
            return []
        self.blocks(root)
        return [line for line in [*self.lines, *self.boxes, *self.hidden] if line.strip()]

    def blocks(self, parent, depth: int = 0, shaded: bool = False) -> None:
        if parent is None:
            return
        if depth > _DEEPEST:
            raise Refused("文档嵌套过深（可能是有意构造），未读取；请用 WPS 或 Word 另存为 .docx 再导入")
        for element in parent:
            name = local(element)
            if name == "p":
                self._add(self._paragraph(element, depth, shaded))
            elif name == "tbl":
                self._table(element, depth)
            elif name == "AlternateContent":
                self.blocks(_alternative(element), depth + 1, shaded)
            elif name == "altChunk":
                self.foreign = True
            elif name in ("del", "moveFrom"):
                self.deleted = True
            elif name not in _SKIPPED:
                # sdt, sdtContent, ins, customXml, footnote, comment ...: only wrappers.
                self.blocks(element, depth + 1, shaded)

    def _add(self, line: str) -> None:
        self.size += len(line) + 1
        if self.size > self.most:
            raise Refused(f"文字超过 {self.most // 10000} 万字的上限；请拆分后再导入")
        self.lines.append(line)

    def _table(self, table, depth: int) -> None:
        for row in _rows(table):
            cells = []
            for cell in row:
                inside = _Body(self.numbering, self.most, [], self.boxes, self.hidden)
                inside.blocks(cell, depth + 2, _shaded(child(cell, "tcPr")))
                self.deleted |= inside.deleted
                cells.append([line.strip() for line in inside.lines if line.strip()])
            filled = [cell for cell in cells if cell]
            if len(cells) == 1:
                for line in cells[0]:
                    self._add(line)
            elif filled:
                self._add(" | ".join(" ".join(cell) for cell in cells))

    def _paragraph(self, paragraph, depth: int, shaded: bool) -> str:
        properties = child(paragraph, "pPr")
        out: list[str] = []
        self._inline(paragraph, out, depth, shaded or _shaded(properties))
        text = "".join(out)
        label = self.numbering.label(properties) if self.numbering and (text.strip() or _empty_counts(properties)) else ""
        return label + text if text.strip() else ""

    def _inline(self, parent, out: list[str], depth: int, shaded: bool) -> None:
        if depth > _DEEPEST:
            raise Refused("文档嵌套过深（可能是有意构造），未读取；请用 WPS 或 Word 另存为 .docx 再导入")
        for element in parent:
            name = local(element)
            if name == "r":
                inner: list[str] = []
                self._inline(element, inner, depth + 1, shaded)
                if self._invisible(child(element, "rPr"), shaded):
                    if "".join(inner).strip():
                        self.hidden.append("".join(inner))
                else:
                    out += inner
            elif name == "t":
                out.append(element.text or "")
            elif name == "tab" or name == "ptab":
                out.append("\t")
            elif name in ("br", "cr"):
                out.append("\n" if attribute(element, "type") in ("", "textWrapping", "page", "column") else "")
            elif name == "noBreakHyphen":
                out.append("-")
            elif name == "sym":
                out.append(_symbol(element))
            elif name == "txbxContent":
                box = _Body(None, self.most, hidden=self.hidden)
                box.blocks(element, depth + 1)
                self.boxes += [*box.lines, *box.boxes]
            elif name == "textpath":
                # WordArt, the usual form of a watermark (内部资料) in a header.
                self.boxes.append(attribute(element, "string"))
            elif name == "AlternateContent":
                chosen = _alternative(element)
                if chosen is not None:
                    self._inline(chosen, out, depth + 1, shaded)
            elif name in ("del", "moveFrom"):
                self.deleted = True
            elif name not in _SKIPPED:
                self._inline(element, out, depth + 1, shaded)

    def _invisible(self, properties, shaded: bool) -> bool:
        style = attribute(child(properties, "rStyle"), "val")
        chain = [properties, *(child(s, "rPr") for s in self.numbering.style_chain(style))] if self.numbering and style else [properties]
        for given in chain:
            vanish = child(given, "vanish")
            if vanish is not None:
                return attribute(vanish, "val") not in ("0", "false", "off")
        size = attribute(child(properties, "sz"), "val")
        if size.isdecimal() and int(size) <= 4:
            return True
        white = attribute(child(properties, "color"), "val").lower() in ("ffffff", "fefefe")
        return white and not shaded and not _shaded(properties) and child(properties, "highlight") is None


def _rows(table):
    for row in table:
        if local(row) == "tr":
            yield [cell for cell in _cells(row)]
        elif local(row) in ("sdt", "sdtContent", "ins", "customXml"):
            yield from _rows(row)


def _cells(row):
    for cell in row:
        if local(cell) == "tc":
            # A cell merged downwards repeats nothing of its own.
            yield cell
        elif local(cell) in ("sdt", "sdtContent", "customXml"):
            yield from _cells(cell)


def _alternative(element):
    choice = child(element, "Choice")
    return choice if choice is not None else child(element, "Fallback")


def _shaded(properties) -> bool:
    fill = attribute(child(properties, "shd"), "fill").lower()
    return fill not in ("", "auto", "ffffff")


def _empty_counts(properties) -> bool:
    # Word numbers an empty list paragraph too, and the numbers after it go on from there.
    return child(properties, "numPr") is not None


def _symbol(element) -> str:
    try:
        code = int(attribute(element, "char") or "0", 16)
    except ValueError:
        return ""
    # Wingdings boxes and ticks are the ones that carry meaning in forms.
    return {0xF0FE: "☑", 0xF0A8: "□", 0xF052: "☑", 0xF0FC: "√", 0xF06C: "●", 0xF06E: "■", 0xF0AB: "★"}.get(
        code, "" if 0xE000 <= code <= 0xF8FF else chr(code) if 32 <= code <= 0xFFFF else "")
