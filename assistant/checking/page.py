"""Checks of the page: size, margins, lines and characters, fonts, page numbers (GB/T 9704—2012 clauses 5 and 7)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.checking.anatomy import Anatomy, Part, red
from assistant.drafting import measures as m
from assistant.drafting.nouns import CheckFinding
from assistant.readers.sheet import Line, Section, Sheet


def page(sheet: Sheet, anatomy: Anatomy) -> Iterator[CheckFinding]:
    """What is wrong with page and type area, each section for itself."""
    for i, section in enumerate(sheet.sections, 1):
        place = "页面设置" if len(sheet.sections) == 1 else f"第{i}节页面设置"
        yield from _size(section, place)
    if not sheet.sections:
        yield CheckFinding("page.size", "规定", "文件没有页面设置。请把纸张设为 A4（210 毫米×297 毫米），天头 37 毫米，订口 28 毫米", "页面设置")
    yield from _lines(sheet, anatomy)
    yield from _first_page(sheet, anatomy)


def _size(section: Section, place: str) -> Iterator[CheckFinding]:
    width, height = section.width / m.MM, section.height / m.MM
    if section.width > section.height:
        # A wide table may stand across on a page of its own (5.2): its margins turn with it.
        if abs(width - 297) > 1 or abs(height - 210) > 1:
            yield CheckFinding("page.size", "规定", f"纸张是 {width:.0f}×{height:.0f} 毫米，应为 A4（横排 297×210 毫米）", place)
        return
    if abs(width - 210) > 1 or abs(height - 297) > 1:
        yield CheckFinding("page.size", "规定", f"纸张是 {width:.0f}×{height:.0f} 毫米，应为 A4（210×297 毫米）", place)
        return
    for name, given, meant in (("天头（上边距）", section.top, 37), ("订口（左边距）", section.left + section.gutter, 28)):
        if abs(given / m.MM - meant) > m.MARGIN_TOLERANCE + 0.05:
            yield CheckFinding("page.margins", "规定", f"{name}是 {given / m.MM:.1f} 毫米，应为 {meant} 毫米±1 毫米", place)
    area = (width - (section.left + section.gutter + section.right) / m.MM, height - (section.top + section.bottom) / m.MM)
    for name, given, meant, other in (("宽", area[0], m.AREA[0], "右边距"), ("高", area[1], m.AREA[1], "下边距")):
        if abs(given - meant) > 2 * m.MARGIN_TOLERANCE:
            yield CheckFinding("page.area", "规定", f"版心{name} {given:.1f} 毫米，应为 {meant} 毫米。请核对{other}", place)


def _lines(sheet: Sheet, anatomy: Anatomy) -> Iterator[CheckFinding]:
    """Lines a page and characters a line, from the spacing of the body's own paragraphs."""
    body = [p.line for p in anatomy.body if p.line.place == "body" and p.line.runs]
    if not body or not sheet.sections:
        return
    section = sheet.sections[0]
    height = section.height - section.top - section.bottom
    grid, pitch, extra = section.grid
    counts = [height / _pitch(line, grid, pitch) for line in body]
    usual = sorted(counts)[len(counts) // 2]
    if not m.LINES - 1 <= usual <= m.LINES + 1.3:
        yield CheckFinding("page.lines", "一般", f"按正文行距，每面约 {int(usual)} 行，一般为 {m.LINES} 行。请把行距设为固定值约 29 磅", "正文")
    width = section.width - section.left - section.right - section.gutter
    widths = [width / max(1.0, r.size * 20 + r.spacing + (extra / 4096 * 20 if grid in ("linesAndChars", "snapToChars") else 0))
              for line in body for r in line.runs if len(r.text) > 5]
    usual = sorted(widths)[len(widths) // 2] if widths else m.CHARACTERS
    if not m.CHARACTERS - 1 <= int(usual + 0.01) <= m.CHARACTERS + 1:
        yield CheckFinding("page.characters", "一般", f"按正文字号，每行约 {int(usual)} 字，一般为 {m.CHARACTERS} 字。请把正文设为 3 号字", "正文")


def _first_page(sheet: Sheet, anatomy: Anatomy) -> Iterator[CheckFinding]:
    """Whether what stands before the text fills the first page, so that no text shows on it (7.3.3)."""
    body = next((p.line for p in anatomy.body if p.line.place == "body"), None)
    if body is None or not sheet.sections:
        return
    section = sheet.sections[0]
    used, wide = 0.0, max(1, section.width - section.left - section.right)
    for line in sheet.lines:
        if line is body:
            break
        if line.place == "body":
            size = max((r.size for r in line.runs), default=m.BODY)
            rows = sum(-(-max(1, len(row)) * size * 20 // wide) for row in line.text.split("\n"))
            used += line.before + line.after + rows * _pitch(line, section.grid[0], section.grid[1])
    if used >= section.height - section.top - section.bottom:
        yield CheckFinding("page.first", "一般", "按行距推算，首页排不下正文；公文首页必须显示正文。请减少版头、标题和主送机关占的行数", "首页")


def _pitch(line: Line, grid: str, pitch: int) -> float:
    size = max((r.size for r in line.runs), default=m.BODY)
    if line.rule == "exact":
        return max(1, line.pitch)
    natural = pitch if grid and pitch >= size * 20 else size * 20 * 1.3
    return max(natural, line.pitch) if line.rule == "atLeast" else natural * max(1, line.pitch) / 240


_ELEMENTS = (
    # rule, what, kind of type, size, how the standard names it
    ("font.title", "标题", m.TITLE_SONG, m.TITLE, "2 号小标宋体"),
    ("font.level1", "一级标题", m.HEI, m.BODY, "3 号黑体"),
    ("font.level2", "二级标题", m.KAI, m.BODY, "3 号楷体"),
    ("font.body", "正文", m.FANGSONG, m.BODY, "3 号仿宋体"),
)


def fonts(anatomy: Anatomy) -> Iterator[CheckFinding]:
    """Each element in its type and size (5.2.2, 7.3.1, 7.3.3)."""
    body = [p for p in anatomy.body if p.line.place == "body"]
    first = [p for p in body if re.match(r"[一二三四五六七八九十]+、", p.text)]
    second = [p for p in body if re.match(r"[（(][一二三四五六七八九十]+[）)]", p.text)]
    plain = [p for p in body if p not in first and p not in second]
    for (rule, what, kind, size, named), parts in zip(_ELEMENTS, (anatomy.title, first, second, plain), strict=True):
        wrong = [p for p in parts if not _is(p, kind, size, heading=rule.startswith("font.level"))]
        if wrong:
            more = f"（共 {len(wrong)} 处）" if len(wrong) > 1 else ""
            yield CheckFinding(rule, "一般", f"{what}是{_shown(wrong[0])}，一般用{named}{more}", place(wrong[0]))
    if any(r.bold for p in anatomy.title for r in p.line.runs):
        yield CheckFinding("font.bold", "实务", "标题加了粗；小标宋体本身较重，一般不加粗", "标题")
    if anatomy.head and not any(red(p.line) for p in anatomy.head):
        yield CheckFinding("head.color", "推荐", "发文机关标志不是红色；推荐用红色小标宋体", place(anatomy.head[0]))


def _is(part: Part, kind: str, size: float, heading: bool) -> bool:
    runs = [r for r in part.line.runs if r.text.strip()]
    if heading and runs:
        # Only the heading itself is in its type; what runs on after the first 。 is body text.
        runs = runs[:1]
    count = sum(len(r.text) for r in runs)
    good = sum(len(r.text) for r in runs if m.type_of(r.east_asian) == kind and abs(r.size - size) < 0.6)
    return not count or good * 2 >= count


def _shown(part: Part) -> str:
    run = max(part.line.runs, key=lambda r: len(r.text))
    return f"{run.size:g} 磅{run.east_asian or '未指定字体'}"


def page_numbers(sheet: Sheet, anatomy: Anatomy) -> Iterator[CheckFinding]:
    """4号半角宋体, between dashes, odd pages right, even pages left (7.5)."""
    found = {name: [line for line in lines if any(re.match(r"PAGE\b", f.upper()) for f in line.fields)]
             for name, lines in sheet.edges.items() if name.startswith("footer")}
    usual = found.get("footer:default", [])
    if not usual:
        yield CheckFinding("pagenumber.missing", "一般", "页脚没有页码；一般在版心下边缘之下 7 毫米处用 4 号半角宋体编页码", "页脚")
        return
    line = usual[0]
    if not re.fullmatch(r"[—－–]\s*\S+\s*[—－–]", line.text.strip()):
        yield CheckFinding("pagenumber.dashes", "一般", f"页码写作“{line.text.strip()[:12]}”，一般左右各放一条一字线，如“— 1 —”", "页脚")
    if any(abs(r.size - m.IMPRINT) > 0.6 or m.type_of(r.latin) not in (m.SONG, "") and m.type_of(r.east_asian) != m.SONG
           for r in line.runs if r.text.strip()):
        yield CheckFinding("pagenumber.font", "一般", "页码一般用 4 号半角宋体", "页脚")
    even = found.get("footer:even", [])
    if not (sheet.odd_even and even and line.align in ("right", "end") and even[0].align in ("left", "start", "")):
        yield CheckFinding("pagenumber.sides", "一般", "页码一般单页居右、双页居左，各空一字。请设置奇偶页不同的页脚", "页脚")


def place(part: Part) -> str:
    """How a finding names a paragraph."""
    if not part.at:
        return "首页页眉"
    text = part.text
    return f"第 {part.at} 段“{text[:12]}{'……' if len(text) > 12 else ''}”"


def declared(sheet: Sheet) -> Sequence[str]:
    """The fonts that a file's text asks for, East Asian ones only."""
    edges = [line for name, lines in sheet.edges.items() for line in lines]
    return tuple(dict.fromkeys(r.east_asian for line in (*sheet.lines, *edges) for r in line.runs
                               if r.east_asian and re.search(r"[\u2e80-\uffef]", r.text)))
