"""Source text -> cleaned text with a way back: markup off, noise lines out, broken lines mended."""

from __future__ import annotations

import re
from bisect import bisect_left

from assistant.chinese import CJK
from assistant.frontmatter import behind
from assistant.structure.marks import mark, stops
from assistant.structure.mending import Line, joins
from assistant.structure.noise import credit, noise
from assistant.structure.nodes import Clean, Hints, Offsets

_MARKUP = re.compile(r"<!--|\*{2,}|[\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a-\u202e]|&(?:nbsp|ensp|emsp|thinsp|#160|#12288);")
_VERIFIED = re.compile(r"<!--\s*verified:\s*(\w+)\s*-->")
_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPACES = " \t\u3000\u00a0\u2002\u2003\u2009\x1f"
_HEADING = re.compile(r"#{1,6}[ \t\u3000]+(?=\S)")
_GAP = re.compile(rf"(?<=[{CJK}，。；：、（“])[ \u00a0]+(?=\d)|(?<=\d)[ \u00a0]+(?=[{CJK}，。；：、）”])")
_PASSES = 40


def clean(source: str, *, format: str = "txt") -> Clean:
    """Take out what is not the document and mend broken lines. Never raises; cleaning its own text again changes nothing.

    Every character of the result is one of the source (a line break may stand as "\\n" or a space for it), in order;
    ``origin`` says which. ``format`` is the reader's name of the format; "md" also drops escapes and quote marks.
    """
    text, origin = source, Offsets.of([(0, len(source))])
    removed: list[str] = []
    headings: set[int] = set()
    verified: dict[int, str] = {}
    for _ in range(_PASSES):
        bare, steps = _unmarked(text, origin, verified, format)
        kept, spans, dropped = _paragraphs(bare, headings, steps)
        removed.extend(dropped)
        changed = kept != text
        text, origin = kept, Offsets.of(spans).through(steps)
        if not changed:
            break
    return Clean(text, origin, tuple(removed), _hints(text, origin, headings, verified))


def _unmarked(text: str, origin: Offsets, verified: dict[int, str], format: str) -> tuple[str, Offsets]:
    """Comments, front matter, emphasis and invisible characters off; the offsets of what stays."""
    spans, at = [], behind(text)
    close = 0
    for m in _MARKUP.finditer(text, at):
        end = m.end()
        if m.start() < at or close < 0 and m[0] == "<!--":
            continue
        if m[0] == "<!--":
            close = text.find("-->", end)
            if close < 0:
                continue
            end = close + 3
            if v := _VERIFIED.fullmatch(text, m.start(), end):
                verified[origin[m.start()]] = v[1]
        spans.append((at, m.start()))
        at = end
    spans.append((at, len(text)))
    if format == "md" and "\\" in text:
        spans = [part for a, b in spans for part in _unescaped(text, a, b)]
    offsets = Offsets.of(spans)
    return "".join(text[a:b] for a, b in spans), offsets.through(origin)


def _unescaped(text: str, a: int, b: int) -> list[tuple[int, int]]:
    out = []
    for m in re.finditer(r"\\(?=[.()\[\]*_#~`>+-])", text[a:b]):
        out.append((a, a + m.start()) if not out else (out[-1][1] + 1, a + m.start()))
    return [*out, (out[-1][1] + 1 if out else a, b)]


def _lines(text: str) -> tuple[list[tuple[int, int]], list[bool], list[int]]:
    """The stripped span of each line that is not blank, whether a blank line stands before it, its page."""
    spans, blanks, pages = [], [], []
    at, blank, page = 0, False, 0
    for m in _BREAK.finditer(text + "\n"):
        raw = text[at:m.start()]
        stripped = raw.strip(_SPACES)
        if stripped:
            a = at + len(raw) - len(raw.lstrip(_SPACES))
            spans.append((a, a + len(stripped)))
            blanks.append(blank)
            pages.append(page)
            blank = False
        elif m.start() > at or m[0] != "\f":
            blank = True
        page += m[0] == "\f"
        at = m.end()
    return spans, blanks, pages


def _paragraphs(text: str, headings: set[int], origin: Offsets) -> tuple[str, list[tuple[int, int]], list[str]]:
    spans, blanks, pages = _lines(text)
    for k, (a, b) in enumerate(spans):
        if text[a] == "#" and (m := _HEADING.match(text, a, b)):
            a = m.end()
            b = a + len(text[a:b].rstrip("#" + _SPACES)) or b
            headings.add(origin[a])
            spans[k] = (a, b)
        elif text[a] == ">" and text[a:a + 2] == "> ":
            spans[k] = (a + 2 + len(text[a + 2:b]) - len(text[a + 2:b].lstrip(_SPACES)), b)
    lines = [text[a:b] for a, b in spans]
    drop = noise(lines, pages)
    removed, kept = [], []
    for k, line in enumerate(lines):
        if drop[k]:
            if line:
                removed.append(line)
            continue
        end = credit(line)
        if end < len(line):
            removed.append(line[end:].strip())
            line = line[:end].rstrip(_SPACES)
        if line:
            kept.append((k, line))
    indents = [_indent(text, spans[k][0]) for k, _ in kept]
    joined = joins([Line(line, blanks[k] or (j > 0 and any(blanks[kept[j - 1][0] + 1:k])), j > 0 and pages[k] != pages[kept[j - 1][0]] or
                         j > 0 and k - kept[j - 1][0] > 1, indents[j]) for j, (k, line) in enumerate(kept)])
    return *_written(text, [(spans[k][0], line) for k, line in kept], joined), removed


def _indent(text: str, at: int) -> int:
    """Columns of white space before a line, two for a wide space."""
    n = 0
    while at > 0 and text[at - 1] in _SPACES:
        at -= 1
        n += 2 if text[at] in "\u3000\u2003\t" else 1
    return n


def _written(text: str, lines: list[tuple[int, str]], joined: list[bool]) -> tuple[str, list[tuple[int, int]]]:
    parts, spans = [], []
    for j, (a, line) in enumerate(lines):
        if j:
            before = lines[j - 1][0] + len(lines[j - 1][1])
            if not joined[j]:
                parts.append("\n")
                spans.append((before, before + 1))
            elif text[before - 1].isascii() and text[before - 1].isalnum() and line[0].isascii() and line[0].isalnum():
                parts.append(" ")
                spans.append((before, before + 1))
        start = 0
        for m in _gaps(line):
            parts.append(line[start:m.start()])
            spans.append((a + start, a + m.start()))
            start = m.end()
        parts.append(line[start:])
        spans.append((a + start, a + len(line)))
    return "".join(parts), spans


def _gaps(line: str) -> list[re.Match[str]]:
    """The stray spaces around numbers in a sentence ("8 项"); not the one behind a leading number or in a table."""
    if (" " not in line and "\u00a0" not in line) or not stops(line) or "|" in line or "\t" in line:
        return []
    found = mark(line)
    return [m for m in _GAP.finditer(line) if not found or m.start() > found.end]


def _hints(text: str, origin: Offsets, headings: set[int], verified: dict[int, str]) -> Hints:
    heads = []
    for h in sorted(headings):
        at = bisect_left(origin, h)
        if at < len(text) and origin[at] == h and (at == 0 or text[at - 1] == "\n"):
            heads.append(at)
    return Hints(tuple(heads), tuple((bisect_left(origin, v), verified[v]) for v in sorted(verified)))
