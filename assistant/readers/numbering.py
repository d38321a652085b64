"""Word's automatic numbers: what numbering.xml and styles.xml make Word print before a paragraph (一、 （一） 第三条 1.).

They are not in the paragraph's text, so a reader that ignores them loses every heading's number.
Source: ECMA-376 part 1, 17.9 (numbering) and 17.18.59 (number formats).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.chinese import numeral

CHINESE = frozenset("chineseCounting chineseCountingThousand taiwaneseCounting taiwaneseCountingThousand japaneseCounting "
                    "koreanCounting".split())
_LEGAL = str.maketrans("零一二三四五六七八九十百千", "零壹贰叁肆伍陆柒捌玖拾佰仟")


def local(element) -> str:
    """The tag without its namespace; "" for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element, name: str) -> str:
    """An attribute by local name, whichever of the two OOXML namespaces is used; "" when absent."""
    if element is not None:
        for key, value in element.attrib.items():
            if key.rpartition("}")[2] == name:
                return value
    return ""


def child(element, *names: str):
    """The element under ``element`` reached by local names, or None."""
    for name in names:
        if element is None:
            return None
        element = next((e for e in element if local(e) == name), None)
    return element


def written(value: int, form: str) -> str:
    """A number in one of Word's formats; decimal for formats not known.

    >>> [written(12, f) for f in ("chineseCounting", "decimal", "upperRoman", "lowerLetter", "decimalEnclosedCircle")]
    ['十二', '12', 'XII', 'l', '⑫']
    """
    if form in ("none", "bullet") or value < 0:
        return ""
    if form in CHINESE and value <= 9999:
        return numeral(value)
    if form == "ideographDigital" or form == "japaneseDigitalTenThousand" or form == "taiwaneseDigital":
        return "".join("〇一二三四五六七八九"[int(d)] for d in str(value))
    if form in ("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal") and value <= 9999:
        return numeral(value).translate(_LEGAL)
    if form == "ideographTraditional" and 1 <= value <= 10:
        return "甲乙丙丁戊己庚辛壬癸"[value - 1]
    if form == "ideographZodiac" and 1 <= value <= 12:
        return "子丑寅卯辰巳午未申酉戌亥"[value - 1]
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    if form == "decimalEnclosedParen" and 1 <= value <= 20:
        return chr(0x2474 + value - 1)
    if form == "decimalEnclosedFullstop" and 1 <= value <= 20:
        return chr(0x2488 + value - 1)
    if form == "ideographEnclosedCircle" and 1 <= value <= 10:
        return chr(0x3280 + value - 1)
    if form in ("upperRoman", "lowerRoman") and 0 < value < 4000:
        roman = ""
        for n, sign in zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
                           "M CM D CD C XC L XL X IX V IV I".split(), strict=True):
            roman, value = roman + sign * (value // n), value % n
        return roman if form == "upperRoman" else roman.lower()
    if form in ("upperLetter", "lowerLetter") and value > 0:
        letter = chr(ord("A") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter if form == "upperLetter" else letter.lower()
    if form == "decimalZero":
        return f"{value:02d}"
    if form in ("decimalFullWidth", "decimalFullWidth2"):
        return "".join(chr(0xFF10 + int(d)) for d in str(value))
    return str(value)


@dataclass
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass
class _List:
    abstract: str
    levels: dict[int, _Level]
    starts: dict[int, int] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)


class Numbering:
    """Counts list paragraphs in document order. ``numbering`` and ``styles`` are parsed XML roots or None."""

    def __init__(self, numbering, styles):
        self._lists: dict[str, _List] = {}
        self._counters: dict[tuple[str, int], int] = {}
        self._styles = {attribute(s, "styleId"): s for s in styles if local(s) == "style"} if styles is not None else {}
        self._default = next((i for i, s in self._styles.items() if attribute(s, "type") == "paragraph"
                              and attribute(s, "default") in ("1", "true", "on")), "")
        if numbering is not None:
            self._read(numbering)

    def _read(self, root) -> None:
        abstracts = {attribute(a, "abstractNumId"): a for a in root if local(a) == "abstractNum"}
        linked = {attribute(child(a, "styleLink"), "val"): a for a in abstracts.values() if child(a, "styleLink") is not None}
        for num in (n for n in root if local(n) == "num"):
            key = attribute(child(num, "abstractNumId"), "val")
            abstract = abstracts.get(key)
            link = attribute(child(abstract, "numStyleLink"), "val") if abstract is not None else ""
            if link in linked:
                abstract = linked[link]
                key = attribute(abstract, "abstractNumId")
            levels = dict(_levels(abstract)) if abstract is not None else {}
            made = _List(key, levels)
            for override in (o for o in num if local(o) == "lvlOverride"):
                at = _int(attribute(override, "ilvl"), 0)
                for at_, level in _levels(override):
                    levels[at_] = level
                start = attribute(child(override, "startOverride"), "val")
                if start:
                    made.starts[at] = _int(start, 1)
            self._lists[attribute(num, "numId")] = made

    def style_chain(self, style: str) -> Iterator:
        """The style elements that apply, nearest first."""
        style, seen = style or self._default, set()
        while style in self._styles and style not in seen:
            seen.add(style)
            yield self._styles[style]
            style = attribute(child(self._styles[style], "basedOn"), "val")

    def label(self, properties) -> str:
        """The number Word prints before a paragraph with these properties (w:pPr or None), with what parts it from the text."""
        number, depth = self._place(properties)
        made = self._lists.get(number)
        if made is None or depth not in made.levels:
            return ""
        level = made.levels[depth]
        key = (made.abstract, depth)
        if depth in made.starts and depth not in made.begun:
            self._counters[key] = made.starts[depth]
            made.begun.add(depth)
        else:
            self._counters[key] = self._counters.get(key, level.start - 1) + 1
        for deeper in [d for a, d in self._counters if a == made.abstract and d > depth]:
            restart = made.levels.get(deeper, level).restart
            if restart is None or 0 < restart and depth < restart:
                del self._counters[(made.abstract, deeper)]

        def shown(m: re.Match[str]) -> str:
            at = int(m[1]) - 1
            other = made.levels.get(at)
            if other is None:
                return ""
            value = self._counters.setdefault((made.abstract, at), other.start)
            return written(value, "decimal" if level.legal and at < depth else other.form)

        if level.form == "bullet":
            return ""
        text = re.sub(r"%([1-9])", shown, level.text)
        return text if not text or level.suffix == "nothing" or text[-1] in "、）)．，：" else text + " "

    def _place(self, properties) -> tuple[str, int]:
        own = child(properties, "numPr")
        number = attribute(child(own, "numId"), "val")
        depth = attribute(child(own, "ilvl"), "val")
        style = attribute(child(properties, "pStyle"), "val")
        if not number:
            for element in self.style_chain(style):
                given = child(element, "pPr", "numPr")
                if given is not None and attribute(child(given, "numId"), "val"):
                    number = attribute(child(given, "numId"), "val")
                    depth = depth or attribute(child(given, "ilvl"), "val") or self._by_style(number, element)
                    break
        return number, _int(depth, 0)

    def _by_style(self, number: str, style) -> str:
        made, name = self._lists.get(number), attribute(style, "styleId")
        return str(next((d for d, level in made.levels.items() if level.style == name), 0)) if made else "0"


def _levels(holder) -> Iterator[tuple[int, _Level]]:
    for lvl in (e for e in holder if local(e) == "lvl"):
        get = {local(e): e for e in lvl}
        restart = attribute(get.get("lvlRestart"), "val")
        # Word writes formats that this list does not know behind mc:AlternateContent; the fallback is decimal.
        yield _int(attribute(lvl, "ilvl"), 0), _Level(
            start=_int(attribute(get.get("start"), "val"), 0 if "start" not in get else 1),
            form=attribute(get.get("numFmt"), "val") or "decimal",
            text=attribute(get.get("lvlText"), "val"),
            suffix=attribute(get.get("suff"), "val") or "tab",
            restart=_int(restart, 0) if restart else None,
            legal="isLgl" in get and attribute(get["isLgl"], "val") not in ("0", "false", "off"),
            style=attribute(get.get("pStyle"), "val"))


def _int(text: str, default: int) -> int:
    try:
        return max(-1, min(int(text), 100_000))
    except ValueError:
        return default
