"""A Word file as it is laid out: page, paragraphs with their type and indents, headers and footers, what it says of itself.

For checking a layout. Styles are followed down to what a paragraph really looks like (ECMA-376 part 1, 17.7.2). Made in the
child process like every parse, and carried out of it as JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property

from assistant.readers.docx import Package
from assistant.readers.extract import MIB, Limits, Refused
from assistant.readers.numbering import Numbering, attribute, child, local

LIMITS = Limits(file=20 * MIB, inflated=128 * MIB, part=16 * MIB, entries=2000, chars=500_000)
"""A notice is small: what is larger is refused."""

_MOST = 200_000
_DEEPEST = 200
_OFF = ("0", "false", "off", "none")
_SKIPPED = frozenset("pPr rPr del moveFrom delText tblPr trPr tcPr sectPr proofErr bookmarkStart bookmarkEnd rt Fallback".split())


@dataclass(frozen=True)
class Run:
    """Text of one look. ``size`` is in points, ``color`` a hexadecimal RGB or "", ``spacing`` between characters in twips."""

    text: str
    east_asian: str = ""
    latin: str = ""
    size: float = 10.0
    color: str = ""
    bold: bool = False
    spacing: int = 0


@dataclass(frozen=True)
class Line:
    """A paragraph. ``text`` has its automatic number; ``first``, ``left``, ``right`` are indents in twips (``first`` negative
    when hanging), ``first_chars`` the same in hundredths of a character where the file says so; ``pitch`` is the line
    spacing in twips with its ``rule`` (exact, atLeast, auto); ``rule_below`` and ``rule_above`` are (colour, eighths of a point).
    ``place`` is where it stands: body, table, box, frame, header:first …"""

    text: str
    runs: tuple[Run, ...] = ()
    align: str = ""
    first: int = 0
    left: int = 0
    right: int = 0
    first_chars: int = 0
    pitch: int = 240
    rule: str = "auto"
    before: int = 0
    after: int = 0
    rule_above: tuple[str, int] | None = None
    rule_below: tuple[str, int] | None = None
    new_page: bool = False
    place: str = "body"
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """One section's page in twips; ``grid`` is (type, line pitch, extra width of a character in 1/4096 pt)."""

    width: int = 0
    height: int = 0
    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0
    gutter: int = 0
    first_differs: bool = False
    grid: tuple[str, int, int] = ("", 0, 0)


@dataclass(frozen=True)
class Sheet:
    """The whole file. ``edges`` are the paragraphs of headers and footers by "header:default", "footer:even" …;
    ``properties`` core and custom ones by name; ``pictures`` how many drawings the body holds."""

    lines: tuple[Line, ...]
    sections: tuple[Section, ...]
    edges: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    odd_even: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)
    pictures: int = 0

    @cached_property
    def text(self) -> str:
        """The body's text, a paragraph a line."""
        return "\n".join(line.text for line in self.lines)


def perform(data: bytes, limits: Limits) -> bytes:
    """The sheet as JSON, for the way out of the child process. Raises Refused."""
    return json.dumps(asdict(read(data, limits)), ensure_ascii=False).encode("utf-8", "replace")


def load(data: bytes) -> Sheet:
    """What :func:`perform` wrote, as a Sheet."""
    given = json.loads(data)
    return Sheet(tuple(map(_line, given["lines"])), tuple(Section(**{**s, "grid": tuple(s["grid"])}) for s in given["sections"]),
                 {k: tuple(map(_line, v)) for k, v in given["edges"].items()}, given["odd_even"], given["properties"], given["pictures"])


def _line(given: dict) -> Line:
    edges = {k: tuple(given[k]) if given[k] else None for k in ("rule_above", "rule_below")}
    return Line(**{**given, **edges, "runs": tuple(Run(**r) for r in given["runs"]), "fields": tuple(given["fields"])})


def read(data: bytes, limits: Limits = LIMITS) -> Sheet:
    """Read a .docx. Raises Refused for what no layout can be read from."""
    package = Package(data, limits)
    looks = _Looks(package.part(package.folder + "styles.xml"), _theme(package))
    numbering = Numbering(package.part(package.folder + "numbering.xml"), package.part(package.folder + "styles.xml"))
    body = _Walk(looks, numbering, limits.chars)
    root = child(package.part(package.main), "body")
    if root is None:
        raise Refused("里面没有正文；请用 WPS 或 Word 打开检查，另存为 .docx 再导入")
    body.blocks(root, "body")
    settings = package.part(package.folder + "settings.xml")
    sections = list(_sections(root))
    return Sheet(tuple(body.lines), tuple(map(_section, sections)), dict(_edges(package, sections, looks, limits)),
                 _on(child(settings, "evenAndOddHeaders")), dict(_properties(package)), body.pictures)


def _theme(package: Package) -> dict[str, str]:
    """Theme font names by slot: major and minor, East Asian and Latin."""
    name = next((n for n in package.names if re.fullmatch(re.escape(package.folder) + r"theme/theme\d*\.xml", n)), "")
    fonts = child(package.part(name), "themeElements", "fontScheme") if name else None
    out = {}
    for slot in ("major", "minor"):
        holder = child(fonts, slot + "Font")
        scripts = [e for e in holder if local(e) == "font"] if holder is not None else []
        hans = next((attribute(e, "typeface") for e in scripts if attribute(e, "script") == "Hans"), "")
        out[slot + "EastAsia"] = attribute(child(holder, "ea"), "typeface") or hans
        out[slot + "HAnsi"] = out[slot + "Ascii"] = attribute(child(holder, "latin"), "typeface")
    return out


class _Looks:
    """What a paragraph and a run look like once defaults, styles and their own properties are laid over each other."""

    def __init__(self, styles, theme: dict[str, str]):
        self.theme = theme
        self.chain = Numbering(None, styles).style_chain
        defaults = child(styles, "docDefaults")
        self.paragraph_default = child(defaults, "pPrDefault", "pPr")
        self.run_default = child(defaults, "rPrDefault", "rPr")

    def paragraph(self, properties) -> list:
        """Property elements, nearest first."""
        style = attribute(child(properties, "pStyle"), "val")
        return [e for e in (properties, *(child(s, "pPr") for s in self.chain(style)), self.paragraph_default) if e is not None]

    def run(self, properties, paragraph) -> list:
        own = attribute(child(properties, "rStyle"), "val")
        of_paragraph = attribute(child(paragraph, "pStyle"), "val")
        return [e for e in (properties, *((child(s, "rPr") for s in self.chain(own)) if own else ()),
                            *(child(s, "rPr") for s in self.chain(of_paragraph)), self.run_default) if e is not None]

    def font(self, chain: list, slot: str) -> str:
        for element in chain:
            fonts = child(element, "rFonts")
            if fonts is None:
                continue
            theme = attribute(fonts, slot + "Theme")
            if theme and self.theme.get(theme):
                return self.theme[theme]
            if attribute(fonts, slot):
                return attribute(fonts, slot)
        return ""


def _value(chain: list, name: str, key: str = "val") -> str:
    return next((attribute(child(e, name), key) for e in chain if attribute(child(e, name), key)), "")


def _on(element) -> bool:
    return element is not None and attribute(element, "val") not in _OFF


def _whole(text: str, default: int = 0) -> int:
    try:
        return max(-_MOST, min(round(float(text)), _MOST))
    except (ValueError, OverflowError):
        return default


class _Walk:
    """Collects paragraphs in order; text boxes come before the paragraph they hang on."""

    def __init__(self, looks: _Looks, numbering: Numbering | None, most: int):
        self.looks, self.numbering, self.left = looks, numbering, most
        self.lines: list[Line] = []
        self.pictures = 0
        self._break = False

    def blocks(self, parent, place: str, depth: int = 0) -> None:
        if depth > _DEEPEST:
            raise Refused("文档嵌套过深（可能是有意构造），未读取；请用 WPS 或 Word 另存为 .docx 再导入")
        for element in parent if parent is not None else ():
            name = local(element)
            if name == "p":
                self._paragraph(element, place, depth)
            elif name == "tbl":
                self.blocks(element, "table", depth + 1)
            elif name not in _SKIPPED:
                self.blocks(element, place, depth + 1)

    def _paragraph(self, paragraph, place: str, depth: int) -> None:
        properties = child(paragraph, "pPr")
        runs: list[Run] = []
        fields: list[str] = []
        started = self._break
        self._break = False
        self._inline(paragraph, properties, runs, fields, depth)
        text = "".join(r.text for r in runs)
        label = self.numbering.label(properties) if self.numbering and text.strip() else ""
        self.left -= len(text) + 1
        if self.left < 0:
            raise Refused("文字太多，不像一份公文；请只检查公文本身，附件另行检查")
        chain = self.looks.paragraph(properties)
        pitch = _value(chain, "spacing", "line")
        borders = next((child(e, "pBdr") for e in chain if child(e, "pBdr") is not None), None)
        framed = child(properties, "framePr") is not None
        left, right = (_whole(_value(chain, "ind", side)) or _whole(_value(chain, "ind", other)) for side, other in (("left", "start"), ("right", "end")))
        self.lines.append(Line(
            label + text, _joined(runs), _value(chain, "jc"), _first(chain), left, right, _whole(_value(chain, "ind", "firstLineChars")),
            _whole(pitch, 240), _value(chain, "spacing", "lineRule") or "auto", _whole(_value(chain, "spacing", "before")),
            _whole(_value(chain, "spacing", "after")), _border(borders, "top"), _border(borders, "bottom"),
            started or _on(child(properties, "pageBreakBefore")), "frame" if framed and place == "body" else place, tuple(fields)))
        section = child(properties, "sectPr")
        if section is not None and attribute(child(section, "type"), "val") != "continuous":
            self._break = True

    def _inline(self, parent, paragraph, out: list[Run], fields: list[str], depth: int) -> None:
        if depth > _DEEPEST:
            raise Refused("文档嵌套过深（可能是有意构造），未读取；请用 WPS 或 Word 另存为 .docx 再导入")
        for element in parent:
            name = local(element)
            if name == "r":
                self._run(element, paragraph, out, fields, depth)
            elif name == "fldSimple":
                fields.append(attribute(element, "instr").strip())
                self._inline(element, paragraph, out, fields, depth + 1)
            elif name not in _SKIPPED:
                self._inline(element, paragraph, out, fields, depth + 1)

    def _run(self, run, paragraph, out: list[Run], fields: list[str], depth: int) -> None:
        text = "".join(self._pieces(run, fields, depth))
        if not text:
            return
        chain = self.looks.run(child(run, "rPr"), paragraph)
        if _on(next((child(e, "vanish") for e in chain if child(e, "vanish") is not None), None)):
            return
        bold = next((child(e, "b") for e in chain if child(e, "b") is not None), None)
        color = _value(chain, "color").upper()
        out.append(Run(text, self.looks.font(chain, "eastAsia"), self.looks.font(chain, "ascii"), _whole(_value(chain, "sz"), 20) / 2,
                       "" if color == "AUTO" else color, _on(bold), _whole(_value(chain, "spacing"))))

    def _pieces(self, run, fields: list[str], depth: int) -> Iterator[str]:
        if depth > _DEEPEST:
            raise Refused("文档嵌套过深（可能是有意构造），未读取；请用 WPS 或 Word 另存为 .docx 再导入")
        for element in run:
            name = local(element)
            if name == "t":
                yield element.text or ""
            elif name == "instrText":
                fields.append((element.text or "").strip())
            elif name in ("tab", "ptab"):
                yield "\t"
            elif name in ("br", "cr"):
                if attribute(element, "type") == "page":
                    self._break = True
                else:
                    yield "\n"
            elif name == "noBreakHyphen":
                yield "-"
            elif name == "txbxContent":
                self.blocks(element, "box", depth + 1)
            elif name not in _SKIPPED:
                self.pictures += name == "pic"
                yield from self._pieces(element, fields, depth + 1)


def _joined(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Neighbours of the same look as one run."""
    out: list[Run] = []
    for run in runs:
        if out and {**vars(out[-1]), "text": ""} == {**vars(run), "text": ""}:
            out[-1] = Run(out[-1].text + run.text, *list(vars(run).values())[1:])
        else:
            out.append(run)
    return tuple(out)


def _first(chain: list) -> int:
    for element in chain:
        given = child(element, "ind")
        if attribute(given, "hanging"):
            return -_whole(attribute(given, "hanging"))
        if attribute(given, "firstLine"):
            return _whole(attribute(given, "firstLine"))
    return 0


def _border(borders, side: str) -> tuple[str, int] | None:
    element = child(borders, side)
    if element is None or attribute(element, "val") in ("", "none", "nil"):
        return None
    return attribute(element, "color").upper(), _whole(attribute(element, "sz"))


def _sections(body) -> Iterator:
    for paragraph in body.iter():
        if local(paragraph) == "sectPr":
            yield paragraph


def _section(element) -> Section:
    size, margins, grid = child(element, "pgSz"), child(element, "pgMar"), child(element, "docGrid")
    return Section(_whole(attribute(size, "w")), _whole(attribute(size, "h")), *(_whole(attribute(margins, side)) for side in
                   ("top", "bottom", "left", "right", "gutter")), _on(child(element, "titlePg")),
                   (attribute(grid, "type"), _whole(attribute(grid, "linePitch")), _whole(attribute(grid, "charSpace"))))


def _edges(package: Package, sections: list, looks: _Looks, limits: Limits) -> Iterator[tuple[str, tuple[Line, ...]]]:
    """Headers and footers of the last section that has them, by kind and page."""
    relations = package.part(f"{package.folder}_rels/{package.main.rpartition('/')[2]}.rels")
    targets = {attribute(r, "Id"): attribute(r, "Target") for r in relations} if relations is not None else {}
    for section in sections:
        for reference in section:
            kind = local(reference).removesuffix("Reference")
            if kind not in ("header", "footer"):
                continue
            name = f"{kind}:{attribute(reference, 'type') or 'default'}"
            target = targets.get(attribute(reference, "id"), "").lstrip("/")
            root = package.part(target if target in package.names else package.folder + target)
            walk = _Walk(looks, None, limits.chars)
            walk.blocks(root, name)
            yield name, tuple(walk.lines)


def _properties(package: Package) -> Iterator[tuple[str, str]]:
    for name in ("docProps/core.xml", "docProps/custom.xml"):
        root = package.part(name)
        for element in root if root is not None else ():
            value = "".join(element.itertext()).strip()
            if value:
                yield attribute(element, "name") if name.endswith("custom.xml") else local(element), value
