"""What one line says about structure by its look: its leading number, whether it ends a sentence, reads like a title."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from assistant.chinese import CJK, NUMERAL, number, numeral

SPACE = r"[ \t\u3000\u00a0]"
_CN = f"[{NUMERAL}廿卅]"
_TERMINAL = "。！？；!?;：:…"
_CLOSING = "”’」』）)》】〕\""

UNITS = {"部分": 1, "编": 1, "篇": 1, "分编": 2, "章": 3, "节": 4}
"""Divisions above the article, by how far above."""

RANK = {**UNITS, "条": 5, "一": 6, "（一）": 7, "1": 8, "（1）": 9, "①": 10}
"""The usual order of numbers (GB/T 9704 7.3.3; 立法技术规范), highest first."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A number that begins a line (or a clean item inside one).

    ``kind`` is a key of RANK; ``value`` the number, ``extra`` the 之N; ``end`` the offset behind the mark in its line;
    ``label`` the canonical form in ids. ``sure``: written the way headings are; ``reference``: read on as 第五条第一款.
    """

    kind: str
    value: int
    extra: int
    end: int
    label: str
    sure: bool = True
    reference: bool = False


_LEAD = re.compile(rf"{SPACE}*(?:#{{1,6}}{SPACE}+)?")
_ORDINAL = re.compile(
    rf"第{SPACE}*((?:[{NUMERAL}廿卅\d－]{SPACE}*){{1,12}})([条條]|分[编編]|部分|[编編篇章节節])"
    rf"(?:{SPACE}?之{SPACE}?({_CN}{{1,3}}|\d{{1,2}})(?!间|前|后|内|外|日|一款|一项))?")
_SIMPLE = str.maketrans("條編節", "条编节")
_REFERENCE = re.compile(r"(?:[、，,；;。.）)》”]|第|款|项|目|之规定|规定|項|規定|所[述列称规稱規]|的|和|及|至|到|或|与|以[上下及]|修改|改为|删除|中的)")
_ARABIC = re.compile(r"(\d{1,3})\s*([.．、﹒)）])(?![\d０-９])(?!\s*(?:jpe?g|png|gif|bmp|webp|docx?|pdf|xlsx?)\b)", re.I)
_CHINESE = re.compile(rf"([{NUMERAL.replace('零', '').replace('〇', '').replace('两', '')}]{{1,4}}){SPACE}*([、．.﹒])(?!\d{{1,3}}[、．.%％)）])")
_PAREN = re.compile(rf"[（(]{SPACE}*({_CN}{{1,4}}|[\d０-９]{{1,3}}){SPACE}*[）)]")
_CHINESE_RUN = re.compile(r"[一二三四五六七八九][、．.][一二三四五六七八九十](?:[、级类产等期]|季度|线|审|次|者)")
_PAREN_REFERENCE = re.compile(r"(?:项|款|目|、[（(]|至[（(]|和[（(]|或者?[（(]|以及[（(])")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_PAREN_DIGITS = "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"
_DOT_DIGITS = "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛"
_PAREN_CHINESE = "㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩"
_SINGLE = {c: (kind, i) for kind, run in (("①", _CIRCLED), ("（1）", _PAREN_DIGITS), ("1", _DOT_DIGITS), ("（一）", _PAREN_CHINESE))
           for i, c in enumerate(run, 1)}
_FIRST = set("第（(" + NUMERAL + "廿卅0123456789０１２３４５６７８９ \t\u3000\u00a0#" + "".join(_SINGLE))


def label(kind: str, value: int, extra: int = 0) -> str:
    """The canonical label of a number.

    >>> label("条", 14, 1), label("（一）", 3), label("1", 4), label("（1）", 2), label("①", 2)
    ('第十四条之一', '（三）', '4', '（2）', '②')
    """
    if kind in UNITS or kind == "条":
        return f"第{numeral(value)}{kind}" + (f"之{numeral(extra)}" if extra else "")
    if kind == "一":
        return numeral(value)
    if kind == "（一）":
        return f"（{numeral(value)}）"
    if kind == "（1）":
        return f"（{value}）"
    if kind == "①" and 1 <= value <= len(_CIRCLED):
        return _CIRCLED[value - 1]
    return str(value)


def _value(text: str) -> int:
    text = re.sub(r"\s", "", text).replace("－", "一")
    try:
        value = number(text)
    except ValueError:
        return -1
    return value if 0 < value <= 9999 else -1


def mark(line: str) -> Mark | None:
    """The number a line begins with, or None.

    >>> m = mark("第十四条之一 为了")
    >>> (m.kind, m.value, m.extra, m.label, m.sure)
    ('条', 14, 1, '第十四条之一', True)
    >>> mark("第五条第一款规定的").reference, mark("1.jpg"), mark("2.5%"), mark("二、三产业")
    (True, None, None, None)
    """
    if not line or line[0] not in _FIRST:
        return None
    at = _LEAD.match(line).end()
    if at == len(line):
        return None
    c = line[at]
    if c == "第":
        return _ordinal(line, at)
    if c in "（(":
        m = _PAREN.match(line, at)
        if not m or (value := _value(m[1])) < 0 or _PAREN_REFERENCE.match(line, m.end()):
            return None
        kind = "（1）" if unicodedata.normalize("NFKC", m[1]).isdecimal() else "（一）"
        return Mark(kind, value, 0, m.end(), label(kind, value))
    if c in _SINGLE:
        kind, value = _SINGLE[c]
        end = at + 1
        if kind == "（一）" and line[end:end + 1] in "、．.":
            end += len(line[end:end + 1])
        return Mark(kind, value, 0, end, label(kind, value))
    if c.isdecimal():
        m = _ARABIC.match(line, at)
        if not m or (value := _value(m[1])) < 0:
            return None
        kind = "（1）" if m[2] in ")）" else "1"
        return Mark(kind, value, 0, m.end(), label(kind, value))
    m = _CHINESE.match(line, at)
    if not m or (value := _value(m[1])) < 0 or _CHINESE_RUN.match(line, at):
        return None
    return Mark("一", value, 0, m.end(), label("一", value))


def _ordinal(line: str, at: int) -> Mark | None:
    m = _ORDINAL.match(line, at)
    if not m or (value := _value(m[1])) < 0:
        return None
    extra = max(_value(m[3]), 0) if m[3] else 0
    rest, kind, end = line[m.end():], m[2].translate(_SIMPLE), m.end()
    if kind == "条":
        sure = not rest or rest[0].isspace() or rest[0] in "【[（(［〔：:"
        return Mark(kind, value, extra, end, label(kind, value, extra), sure, not sure and bool(_REFERENCE.match(rest)))
    if extra or len(rest) > 60 or re.search(r"[。；，,;]", rest) or _REFERENCE.match(rest):
        return None
    return Mark(kind, value, 0, end, label(kind, value), not rest or rest[0].isspace() or kind in "章编")


def stops(line: str) -> bool:
    """Whether a line ends where a sentence, a clause of a list or an opening ends.

    >>> stops("如下："), stops("他说“好。”"), stops("树立风向标——"), stops("总体要求")
    (True, True, True, False)
    """
    tail = line.rstrip(_CLOSING + " \t\u3000\u00a0")
    if not tail:
        return False
    return tail[-1] in _TERMINAL or tail.endswith(("——", "--", "──")) or tail[-1] in ".．" and bool(_CHINESE_END.search(tail))


_CHINESE_END = re.compile(rf"[{CJK}”」）)%％]\s*[.．]$")
_OPENERS = re.compile(r"(?:为|根据|按照|依据|近日|近年来|各|经|现将|遵照)")
_TITLE_END = re.compile(
    r"(?:方案|办法|规定|意见|通知|通报|细则|条例|规则|制度|要点|计划|规划|报告|纲要|决定|决议|公告|公报|指南|守则|准则|措施|纪要|讲话|发言"
    r"|解释|批复|函|清单|目录|标准|规范|规程|议案|请示|命令|意见稿|试行|暂行|修订)[”》）)]*$")
_SIGNER = re.compile(
    r"(?:委|部|局|办|厅|处|室|会|府|院|校|司|社|站|所|厂|团|组|党委|党组|政府|公司|集团|中心|街道|镇|乡|村|社区|银行|大学|法院|检察院|单位)"
    r"[）)]?$")
_DATE_LINE = re.compile(
    rf"[（(]?{SPACE}*(?:\d{{4}}{SPACE}*年{SPACE}*\d{{1,2}}{SPACE}*月(?:{SPACE}*\d{{1,2}}{SPACE}*日)?"
    rf"|[〇○零一二三四五六七八九]{{4}}年[一二三四五六七八九十]{{1,2}}月(?:[一二三四五六七八九十]{{1,3}}日)?"
    rf"|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}){SPACE}*[）)]?(?:{SPACE}*印发)?{SPACE}*$")
_ADOPTED = re.compile(r"^[（(]?\s*(?:\d{4}|[〇○零一二三四五六七八九]{4})\s*年.*(?:通过|修正|修订|公布|发布|施行|批准|废止|修改|令|号)")
_NUMBER_LINE = re.compile(r"^.{0,24}[〔［\[（(【]\s*\d{4}\s*[〕］\]）)】]\s*第?\s*\d+\s*号.{0,6}$")
_WORDS = re.compile(r"[^\W_].*[^\W_]", re.S)
_LIST_SENTENCE = re.compile(r"[，,].*[，,]|[；;]")


def opener(line: str) -> bool:
    """Whether a line begins the way a first paragraph does, never the middle of a sentence."""
    return bool(_OPENERS.match(line))


def title_like(line: str) -> bool:
    """Whether a line could be a title or heading by its look: short, no end of sentence, no item punctuation.

    >>> title_like("激励干部担当作为的实施方案"), title_like("这是一句话。")
    (True, False)
    """
    return 2 <= len(line) <= 70 and bool(_WORDS.search(line)) and not stops(line) and line[-1] not in "，、,（(《“" and not _LIST_SENTENCE.search(line)


def named_title(line: str) -> bool:
    """Title-like and ending with the name of a kind of document."""
    return title_like(line) and bool(_TITLE_END.search(line))


def date_line(line: str) -> bool:
    """A line that is a date and nothing else.

    >>> date_line("2022年12月20日"), date_line("二〇一五年七月十九日"), date_line("2022年12月20日起施行")
    (True, True, False)
    """
    return len(line) <= 30 and bool(_DATE_LINE.match(line))


def head_line(line: str) -> bool:
    """A line of the block above a text: a document number, a date, a note of adoption, an addressee."""
    return bool(_NUMBER_LINE.match(line)) or date_line(line) or len(line) <= 200 and not line.endswith("。") and bool(_ADOPTED.match(line))


def addressee(line: str) -> bool:
    """A line that ends with a colon and names who is written to."""
    return line[-1:] in "：:" and len(line) <= 200 and not re.search(r"[。；！？]|如下|下列|以下|包括|要求[：:]|条件[：:]", line)


def signer(line: str) -> bool:
    """A short line that could be the name of the body (or person) that signs.

    >>> signer("中共佛山市高明区委办公室"), signer("各单位要抓好落实。")
    (True, False)
    """
    return 2 <= len(line) <= 40 and not stops(line) and not re.search(r"[，。；、：:《]", line) and bool(_SIGNER.search(line))
