"""Web pages: the main text without navigation, with tables, numbers and title; never an empty success.

trafilatura says where on the page the main text stands; the text itself is taken from a linear reading of the page,
since trafilatura drops the numbers of lists, headings and lines after tables, and moves what it is unsure of to the end.
"""

from __future__ import annotations

import re
from html import unescape

from assistant.readers.encoding import damage, decode, garbled
from assistant.readers.extract import Limits, Parsed, Refused
from assistant.readers.markup import expected, lines_of, prose

FORMAT = "html"
SUFFIXES = (".html", ".htm", ".shtml", ".xhtml")

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,20})|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]{2,20})""", re.I)
_LONGEST, _DEEPEST = 500_000, 200
"""Characters and nesting above which a page is read linearly only: tree builders need minutes or give nothing, silently."""


def parse(data: bytes, limits: Limits) -> Parsed:
    """Main text, title first; the whole page's text with a notice when the main text cannot be told apart."""
    said = _CHARSET.search(data[:4096])
    source, _ = decode(data, (said[1] or said[2]).decode("ascii", "ignore") if said else "", share=0.01)
    whole, hidden = lines_of(source)
    notices, wanted = [], expected(source)
    if sum(map(len, whole)) < wanted * 0.5:
        # Unclosed menus and content that a script would unfold swallow the page otherwise.
        whole, hidden = lines_of(source, everything=True)
    if not whole:
        raise Refused("网页里没有文字（可能由脚本生成）；请在浏览器中打开，复制正文存为 .txt 或 .docx 再导入")
    if sum(map(len, whole)) < wanted * 0.5:
        raise Refused("网页文字取不全（结构异常）；请在浏览器中打开，复制正文存为 .txt 或 .docx 再导入")
    if hidden:
        notices.append(f"网页中隐藏的文字 {sum(map(len, hidden))} 个字未收入")
    found, title, date = _located(source)
    lines = _region(whole, found, title)
    if _missing(whole, lines) > 0.1:
        lines = whole
        if len(whole) > 1:
            notices.append("正文与栏目、导航等未能分开，已收入页面全部文字，请核对")
    head = re.sub(r"\s", "", "".join(lines[:12]))
    lead = [title] if title and re.sub(r"\s", "", title) not in head else []
    if date and not any(form in head for form in _forms(date)):
        lead.append(f"发布日期：{date}")
    kept = set(lines)
    left = [line for line in whole if line not in kept and ("密" in line or "内部" in line)][:200]
    text = "\n".join([*lead, *lines])
    if len(text) > limits.chars:
        raise Refused(f"文字超过 {limits.chars // 10000} 万字的上限；请拆分后再导入")
    if garbled(text):
        raise Refused("网页正文有乱码；请在浏览器中打开，确认文字正常后复制正文存为 .txt 或 .docx 再导入")
    return Parsed(text, (*notices, *damage(text)), tuple(m for m in [title, *_described(source), *hidden, *left] if m))


def _located(source: str) -> tuple[str, str, str]:
    """What trafilatura takes for the main text, its title and its date (ISO); empty strings for what it does not find."""
    title = date = text = ""
    if len(source) <= _LONGEST and _depth(source) < _DEEPEST:
        import trafilatura

        try:
            text = trafilatura.extract(source, favor_recall=True, include_tables=True, include_comments=False) or ""
            about = trafilatura.extract_metadata(source, date_config={"extensive_search": False, "original_date": True})
            title, date = (about.title or "", about.date or "") if about else ("", "")
        except (RecursionError, ValueError, TypeError, AttributeError):
            pass
    return text, " ".join((title or _titled(source)).split()), date


def _key(line: str) -> str:
    return re.sub(r"[\s|]|^-(?=\s)|^\d+\. ", "", line)


def _region(whole: list[str], found: str, title: str) -> list[str]:
    """The page's lines from the title (or the first line found) to the last line found, with attachments named below it."""
    have = {_key(line) for line in found.split("\n")} - {""}
    run = _key(found.replace("\n", ""))
    hits = [i for i, line in enumerate(whole) if (key := _key(line)) and (key in have or len(key) >= 8 and key in run)]
    solid = [i for i in hits if prose(whole[i])] or hits
    if not solid:
        return []
    # A crumb or a footer that was taken along stands apart from the rest.
    start = end = solid[0]
    for i in reversed([i for i in hits if i < start]):
        if start - i > 6:
            break
        start = i
    for i in (i for i in hits if i > end):
        if i - end > 40 and i - end > len(hits):
            break
        end = i
    named = [i for i in range(max(0, solid[0] - 25), solid[0] + 1) if title and _key(title) in _key(whole[i])]
    if named:
        start = named[-1] if named[-1] <= solid[0] else start
    while end + 1 < len(whole) and re.match(r"附件|附[:：]|\d{1,2}[.．、]|[^。]{0,30}\d{4}年\d{1,2}月\d{1,2}日$", whole[end + 1]):
        end += 1
    return whole[start:end + 1]


def _missing(whole: list[str], lines: list[str]) -> float:
    """The share of the page's prose that ``lines`` lack, 0..1; of all its text when there is hardly any prose."""
    kept, wanted = set(lines), [line for line in whole if prose(line)]
    total = sum(map(len, wanted))
    if total < 40:
        return 0.0 if lines else 1.0
    return sum(len(line) for line in wanted if line not in kept) / total


def _titled(source: str) -> str:
    m = re.search(r"<h1[^>]{0,300}>(.{1,400}?)</h1>", source[:400_000], re.I | re.S) or re.search(
        r"<title[^>]{0,100}>([^<]{1,400})", source[:50_000], re.I)
    return unescape(re.sub(r"<[^>]{0,300}>", "", m[1])) if m else ""


def _described(source: str) -> list[str]:
    named = re.findall(r"<title[^>]{0,100}>([^<]{1,400})", source[:50_000], re.I)
    return [unescape(m).strip() for m in named + re.findall(
        r"""<meta[^>]{0,100}?name\s*=\s*["']?(?:keywords|description|subject|title)["']?[^>]{0,20}?content\s*=\s*["']([^"'>]{1,500})""",
        source[:20_000], re.I)]


def _forms(date: str) -> tuple[str, ...]:
    year, month, day = (int(part) for part in date.split("-"))
    return (date, f"{year}年{month}月{day}日", f"{year}年{month:02d}月{day:02d}日", f"{year}/{month}/{day}", f"{year}/{month:02d}/{day:02d}",
            f"{year}.{month}.{day}", f"{year}.{month:02d}.{day:02d}", f"{year}-{month}-{day}")


def _depth(source: str) -> int:
    deepest = depth = 0
    for m in re.finditer(r"<(/?)(?:div|span|table|ul|ol|blockquote|section|article|font|b|i|em|strong)\b", source, re.I):
        depth += -1 if m[1] else 1
        deepest = max(deepest, depth)
    return deepest
