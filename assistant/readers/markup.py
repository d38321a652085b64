"""A page's visible lines read in one linear pass, without building a tree: slow for no input, deep or long.

It is the yardstick for the main-text extraction, and stands in for it when that loses text.
"""

from __future__ import annotations

import re
from html import unescape

_TOKEN = re.compile(r"<!--|<[!?][^>]{0,2000}>|<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})([^<>]*)>|[^<]+|<")
_BLOCK = frozenset("address article aside blockquote body br center dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
                   "header hr html li main nav ol option p pre section select table tbody tfoot thead title tr ul".split())
_DROPPED = frozenset("script style noscript template iframe svg canvas object nav select button textarea head".split())
_WRAPPED = re.compile(r"(?<=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef”’])[ \t]*\r?\n\s*(?=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef“‘])")
"""A source line that ends between two Chinese characters: a browser shows a blank there, which no one wrote."""
_CLOSED = {name: re.compile(rf"</{name}[^>]{{0,100}}>", re.I) for name in ("script", "style")}
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_UNSEEN = re.compile(r"""style\s*=\s*["'][^"']*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|["']))""", re.I)


def lines_of(source: str, *, everything: bool = False) -> tuple[list[str], list[str]]:
    """The visible lines of a page in order (table cells joined by `` | ``), and the texts of hidden elements.

    ``everything`` keeps hidden elements, menus and the like too, and leaves out only scripts and styles.

    >>> lines_of("<p>第一条</p><table><tr><td>甲<td>乙</table><p style='display:none'>密")
    (['第一条', '甲 | 乙'], ['密'])
    """
    lines: list[str] = []
    hidden: list[str] = []
    line: list[str] = []
    cells = 0
    skipped: list[str] = []  # open elements from the one that is dropped or hidden inwards
    unseen = False
    counters: list[int | None] = []
    at, end = 0, len(source)

    def finish() -> None:
        nonlocal cells
        text = _WRAPPED.sub("", unescape("".join(line)).replace("\xa0", " "))
        text = " ".join(text.split())
        text = re.sub(r"^(?:\| ?)+|(?: ?\|)+$", "", text).strip()
        if text:
            lines.append(text)
        line.clear()
        cells = 0

    # Line ends count where nothing else divides the text, and within <pre>.
    kept = 0 if re.search(r"<[a-zA-Z/]", source) else 1

    while at < end:
        m = _TOKEN.match(source, at)
        at = m.end()
        token = m[0]
        if token == "<!--":
            close = source.find("-->", at)
            at = end if close < 0 else close + 3
            continue
        name = (m[2] or "").lower()
        if token[:2] in ("<!", "<?"):
            continue
        if not name:
            if not skipped:
                pieces = token.split("\n") if kept else [token]
                for piece in pieces[:-1]:
                    line.append(piece)
                    finish()
                line.append(pieces[-1])
            elif unseen and token.strip():
                hidden.append(" ".join(unescape(token).split()))
            continue
        closing, rest = bool(m[1]), m[3] or ""
        if name in ("script", "style") and not closing and not rest.endswith("/"):
            close = _CLOSED[name].search(source, at)
            at = close.end() if close else end
            continue
        if name == "body" and not closing:
            skipped.clear()
        if skipped:
            if name in _VOID or rest.endswith("/"):
                continue
            if closing:
                if name in skipped:
                    while skipped and skipped.pop() != name:
                        pass
                elif name in ("body", "html"):
                    skipped.clear()
            elif name == skipped[0] or name not in ("p", "li", "td", "th", "tr", "option"):
                skipped.append(name)
            continue
        if not everything and not closing and name not in _VOID and (name in _DROPPED or _unseen(rest)):
            if not rest.endswith("/"):
                skipped.append(name)
                unseen = name not in _DROPPED
            continue
        if name in ("td", "th") and not closing:
            if cells:
                line.append(" | ")
            cells += 1
        elif name in _BLOCK and not cells or name in ("tr", "table"):
            finish()
        elif name in _BLOCK:
            line.append(" ")
        if name == "pre":
            kept = max(0, kept + (-1 if closing else 1))
        if name in ("ol", "ul"):
            if closing:
                counters and counters.pop()
            else:
                start = re.search(r"start\s*=\s*[\"']?(\d{1,4})", rest)
                counters.append((int(start[1]) if start else 1) if name == "ol" else None)
        elif name == "li" and not closing and counters and counters[-1] is not None:
            if not re.match(r"\s*(?:<[^>]{0,200}>\s*)*[(（]?[\d一二三四五六七八九十]{1,3}[.、．)）]", source[at:at + 400]):
                line.append(f"{counters[-1]}. ")
            counters[-1] += 1
    finish()
    return lines, hidden


def _unseen(attributes: str) -> bool:
    return bool(attributes) and (bool(_UNSEEN.search(attributes)) or bool(
        re.search(r"\shidden(?=[\s=/]|$)", re.sub(r""""[^"]*"|'[^']*'""", "", attributes))))


def prose(line: str) -> bool:
    """Whether a line reads like running text and not like a menu entry."""
    return len(line) >= 10 and line[-1] in "。；：！？…”）;:" or len(line) >= 60


def expected(source: str) -> int:
    """About how many Chinese characters a page should give: those outside tags, comments, scripts and styles."""
    bare = re.sub(r"(?is)<!--.*?-->|<(script|style)\b.*?</\1|<[^<>]{1,5000}>", " ", source) if len(source) < 3_000_000 else re.sub(
        r"<[^<>]{1,5000}>", " ", source)
    return len(re.findall(r"[\u3400-\u9fff]", bare))
