"""Secrecy marks in a text: 密级★期限 and its variants block, 内部 and 工作秘密 marks warn, ordinary mention passes.

This is a detector of marks, not a classifier: it sees what someone has written on a document, and cannot know whether
unmarked content is a state secret. A text without a mark is not thereby free to be used.

A mark is told from a mention by its form, not by its words: a level joined to a term or a star, a level behind a 密级
field, or a line that consists of nothing but the parts of a mark (level, star, term, copy number, urgency, brackets).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Marking:
    """``blocked``: a Chinese sentence naming the mark found and what to do, or None. ``warned``: such sentences for lesser marks."""

    blocked: str | None = None
    warned: tuple[str, ...] = ()


_S = r"[ \t]{0,6}"
_JOIN = r"[ \t·._\-]{0,6}"
LEVEL = rf"(?:绝|機|机|秘|絕){_JOIN}密"
_STAR = r"[★☆✩✪✫✬✭✮✯✰⭐🌟⋆✦✧✱✲*﹡∗※٭⁎]"
_N = r"(?:\d{1,3}|[〇零一二三四五六七八九十百两]{1,5})"
_DATE = rf"(?:至|到)?{_S}(?:\d{{4}}|[〇零一二三四五六七八九]{{4}}){_S}[年.\-/]{_S}(?:{_N}{_S}[月.\-/]?{_S}(?:{_N}{_S}日?)?)?"
_EVENT = r"(?:[一-鿿]{0,10}(?:前|后解密|后公开)|解密|公开后解密)"
TERM = (rf"(?:(?:保密(?:期限)?{_S}[:：]?{_S})?(?:{_N}{_S}(?:个{_S}月|年|月|天|日)(?:以[内上])?|长{_S}期|永{_S}久|{_DATE}{_S}(?:前|起|止|解密|公开)?|"
        rf"启{_S}用{_S}(?:并使用完毕)?{_S}前|{_EVENT}))")
_OPEN, _CLOSE = r"[(\[【〔《「『<{“\"']", r"[)\]】〕》」』>}”\"']"

_STARRED = re.compile(rf"(?P<mark>(?P<level>{LEVEL}){_S}级?{_S}{_CLOSE}?{_S}{_STAR}+{_S}(?P<term>{TERM})?)(?P<rest>.?)", re.S)
_FIELD = re.compile(
    rf"(?P<mark>(?:密{_S}级|密{_S}别|(?:保密|秘密|涉密|定密|文件|国家秘密){_S}(?:等级|级别|密级|程度)|定{_S}密)(?:标识|标志|情况)?(?:是|为)?{_S}(?:及保密期限|和保密期限|及期限|[/、]保密期限)?{_S}(?P<colon>[:：|=]|\t)?{_S}"
    rf"(?P<before>(?:[☑☒■√✓✔●◉⊠▣□○☐◯\[({{【“\"' \t]|[xX](?=[\])]))*)(?P<level>{LEVEL})(?P<after>.{{0,12}}))")
_DECLARED = re.compile(
    rf"(?P<mark>(?:本|此|该|这)(?:份|个|一)?(?:文件|件|文|资料|材料|报告|档案|图纸|文稿|稿件|通知|方案|电报|函|纪要|会议|卷|U盘|光盘|载体)[^。；;，,？?\n]{{0,8}}?"
    rf"(?:为|是|系|属于?|定为|列为|标为|标注为?|确定为|密级为?|[:：])[^。；;，,？?\n]{{0,4}}?(?P<level>{LEVEL}))(?P<after>[^。；;，,？?\n]{{0,6}})")
_DENIED = re.compile("是否|不属于|不是|不得|不能|非|未|可能|如果|如|应当|凡|若|能否|尚|没有|并不|吗|怎么")
_QUOTING = re.compile("(?:例如|比如|譬如|如[“\"]|格式|样式|写法|示例|举例|隔开|黑体|什么意思|含义|何意|指什么|怎么写|如何(?:标|写|理解)|标注方法|标注规则|标识方法|字样|表示|应当?(?:在|标|标注|作出|写))")

# What may stand on a line that is nothing but a mark.
_BOXES = r"[☑☒■√✓✔●◉⊠▣]"
_PARTS = {
    "state": rf"国家秘密(?=[ (\[]*{LEVEL})",
    "level": rf"(?:国家秘密)?{_OPEN}*{LEVEL}{_S}级?{_S}{_CLOSE}*",
    "star": rf"{_STAR}+",
    "field": rf"(?:文件|公文|本件|本文|材料|项目)?(?:密{_S}级|密别|保密级别|保密等级|秘密等级|涉密等级|定密级别|涉密级别)"
             rf"(?:及保密期限|和保密期限|及期限)?{_S}[:：=|]?",
    "term": rf"(?:保密期限|保密期|解密时间|解密日期|解密条件|期限){_S}[:：=|]?{_S}(?:为)?{_S}{TERM}|{TERM}",
    "copy": rf"(?:份号|编号|文件编号|序号|份数|流水号)?{_S}[:：]?{_S}(?:№|[Nn][Oo][.．:：]?)?{_S}(?:第{_S})?\d{{4,8}}{_S}(?:号|份)?(?!年)|"
            rf"第{_S}{_N}{_S}份|共{_S}{_N}{_S}份|(?:份号|编号|文件编号){_S}[:：]?",
    "urgent": rf"特{_S}急|加{_S}急|急{_S}件|特{_S}提|平{_S}急|紧急(?:程度[:：]?)?|限时送达",
    "kind": r"(?:级)?(?:文件|公文|资料|材料|文电|件|卷|档案|载体|试题|试卷|电报|明传|内部)",
    "order": r"(?:注意|妥善)(?:保存|保管|保密)|"
             r"(?:不得|严禁|禁止|请勿|不准|勿)(?:外传|外泄|复制|复印|翻印|摘抄|扩散|转发|拍照|转载|上网|公开|、|和|或){1,6}|"
             r"阅后(?:即?焚|销毁|收回|退回|清退)|用后收回|会后收回|妥为保管",
    "owner": rf"(?:定密(?:责任人|依据|单位)|知悉范围|签发){_S}[:：][^。；]{{0,24}}",
    "glue": r"[ \t,，。.;；:：|/、!！\-—_~·•▲△◆◇●()\[\]【】〔〕《》<>“”\"'#=+√]",
}
_PART = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PARTS.items()))

_INTERNAL = {
    "name": rf"内{_S}部{_S}(?:资料|文件|材料|刊物|参考|传阅|使用|发行|掌握|讨论稿?|交流|情况|通报|简报|文稿|会议材料|电报|学习|阅读|★|\*)?|内参|"
            rf"工{_S}作{_S}秘{_S}密|警务工作秘密|敏感信息|商密|非密内部|涉密(?:文件|资料|材料|载体)?|商业秘密|"
            r"CONFIDENTIAL|Confidential|INTERNAL(?: USE ONLY)?|TOP SECRET|SECRET|RESTRICTED|INTERNAL ONLY|FOR INTERNAL USE ONLY",
    "order": _PARTS["order"] + r"|(?:仅)?(?:供|限)?(?:[一-鿿]{0,6})?内部(?:使用|传阅|参考|掌握|交流|学习|阅读)|"
             r"仅供(?:[一-鿿]{0,8})(?:参考|使用|参阅|审阅|传阅)|限(?:[一-鿿]{1,10})(?:阅读|使用|掌握|传阅|知悉)|"
             r"(?:此|本|该)件(?:不予?公开(?:发布)?|不登报|不上网|不得公开|内部掌握|发至[一-鿿]{1,8}级?|可发至[一-鿿]{1,8})|"
             r"不予?公开(?:发布)?|不得?上网|不登报|发至县团级|发至县处级|版权所有",
    "field": rf"(?:信息)?公开(?:方式|形式|属性|类型|类别|选项){_S}[:：]{_S}(?:不予?公开|内部)|密{_S}级{_S}[:：]{_S}(?:内{_S}部|工作秘密|敏感)|"
             rf"保密期限{_S}[:：]{_S}{TERM}|(?:管控|敏感|管理)级别?{_S}[:：]{_S}(?:内部|工作秘密)",
    **{name: _PARTS[name] for name in ("term", "star", "copy", "urgent", "owner")},
    "kind": "级|文件|资料|材料|信息|事项",
    "glue": _PARTS["glue"],
}
_INTERNAL_PART = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _INTERNAL.items()))
_BRACKETED = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]{2,24})[)\]】〕]")

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2063\ufeff\u00ad\ufe0f\ufe0e"), None)
_HEAD = 12
"""Lines from the top, not counting empty ones, in which a bare level is a mark: copy number, level, urgency, head, number, title."""


def inspect(text: str, *, marks: Iterable[str] = ()) -> Marking:
    """Look for marks in a document's text or a question.

    ``marks`` is text that stands outside the body (file name, header, footer, text box, metadata): there a bare level
    is enough.

    >>> inspect("机密★10年\\n关于某事的通知").blocked
    '发现密级标志“机密★10年”，已停止处理：涉密内容不得存入或交由本系统处理，请立即联系本单位保密工作机构'
    >>> inspect("泄露国家秘密、工作秘密的，给予处分。")
    Marking(blocked=None, warned=())
    """
    warned: dict[str, None] = {}
    for source, outside in [(text, False), *((re.sub(r"\.[A-Za-z]{2,8}$", "", m), True) for m in marks)]:
        lines = list(_lines(source))
        found = _blocking(lines, outside)
        if found:
            return Marking(f"发现密级标志“{_short(found)}”，已停止处理：涉密内容不得存入或交由本系统处理，请立即联系本单位保密工作机构")
        for mark in _warning(lines, outside):
            warned.setdefault(f"发现“{_short(mark)}”标记：请确认本系统的使用范围允许处理这份内容")
    return Marking(None, tuple(warned)[:5])


def _short(mark: str) -> str:
    mark = " ".join(mark.split()).strip(" ,，。:：;；|")
    return mark if len(mark) <= 24 else mark[:23] + "…"


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """(position among non-empty lines, line) for lines in which a mark could stand, in one width and script."""
    at = 0
    for raw in re.split(r"[\n\r\f\v\x85\u2028\u2029]+", text):
        if not raw.strip():
            continue
        if len(raw) <= 60 or "密" in raw or "内部" in raw or "公开" in raw:
            line = unicodedata.normalize("NFKC", raw).translate(_INVISIBLE).replace("\u3000", " ").replace("\xa0", " ")
            line = re.sub(r"\s", " ", line).replace("機", "机").replace("絕", "绝").replace("級", "级").replace("長", "长").replace("啟", "启")
            line = line.replace("∶", ":").replace("・", "·")
            line = re.sub(r"[(\[] *[)\]]", "□", re.sub(r"[(\[] *[√✓✔☑vVxX] *[)\]]", "☑", line))
            yield at, re.sub(r"\*\*|__|^#+ |^> ?", "", line).strip()
        at += 1


def _blocking(lines: list[tuple[int, str]], outside: bool) -> str:
    for at, line in lines:
        if "密" not in line:
            continue
        for found in (_starred(line), _fielded(line), _declared(line)):
            if found:
                return found
        titled = re.match(rf"[(\[【〔] *{LEVEL} *级?件? *[)\]】〕](?=.{{4}})", line)
        if titled and (outside or at < _HEAD) and not re.search("[?？]|什么|是指|指的是", line):
            return titled[0]
        parts = _consists(line)
        if parts and _is_mark(parts, line, outside or at < _HEAD, alone=len(lines) == 1 and not outside):
            return line
    return _broken_over_lines(lines, outside)


def _starred(line: str) -> str:
    for m in _STARRED.finditer(line):
        if re.search(rf"(?:工{_S}作|商{_S}业|商){_S}$", line[:m.start()]):
            continue
        star_only_footnote = not m["term"] and "*" in m["mark"] and len(line) > 12
        before, after = line[:m.start()], line[m.end("mark"):]
        begins = not re.search(r"[一-鿿]", re.sub(r"份号|编号|密级|特急|加急|第|号|份|文件|国家", "", before))
        ends = not after or after[0] in " )]】〕》”\"'，。,;；|"
        if star_only_footnote or not (m["term"] or begins or ends):
            continue
        if _quoted(line, m.start(), m.end("mark")) and _QUOTING.search(line):
            continue
        return m["mark"]
    return ""


def _quoted(line: str, start: int, end: int) -> bool:
    return bool(re.search(r"[“\"'「『‘(][^”\"'」』’)]{0,4}$", line[:start]) and re.match(r"[^“\"]{0,6}[”\"'」』’)]", line[end:]))


def _fielded(line: str) -> str:
    for m in _FIELD.finditer(line):
        ticked = re.search(_BOXES + r"|[xX√](?=[\])])", m["before"])
        if re.search(r"[□○☐◯]\s*$", m["before"]) and not ticked:
            # An empty box: a blank form; a ticked one further on counts.
            further = re.search(rf"{_BOXES}{_S}(?P<level>{LEVEL})", line[m.start():])
            if further:
                return further[0]
            continue
        after = m["after"].strip()
        listed = re.match(rf"级?{_S}(?:[、/,，及和或与|]|□|○|☐){_S}(?:[□○☐]{_S})?(?:{LEVEL}|内部|公开|非密|工作)", after) and not ticked
        if listed or not m["colon"] and not (m.start() == 0 and m.end() == len(line) and re.match(rf"级?{_S}(?:{_STAR}|{TERM})?$", after)):
            continue
        if re.match(r"级?(?:的|以上|及以|事项|国家秘密的|的文件)", after) or re.search(r"[?？]|什么|怎么", line[m.end():][:6]):
            continue
        if _quoted(line, m.start(), m.end("level")) and _QUOTING.search(line):
            continue
        return line[m.start():m.end("level")] + re.match(rf"级?{_S}(?:{_STAR}*{_S}{TERM})?", m["after"])[0]
    return ""


def _declared(line: str) -> str:
    for m in _DECLARED.finditer(line):
        sentence = re.split("[。；;\n]", line[:m.start()])[-1][-12:] + m["mark"] + m["after"]
        if re.match("该|这", m["mark"]) and len(line) > 40:
            # A report tells of another document; only a short line speaks of this one.
            continue
        if not _DENIED.search(sentence) and not re.match(r"的?(?:范围|管理|工作|制度|规定|事项|问题|法|员|局|办|厅|书|电|性|度)", m["after"]):
            return m["mark"]
    return ""


def _consists(line: str) -> list[tuple[str, str]]:
    """The parts of a line that is nothing but a mark; empty when anything else stands on it."""
    if len(line) > 80:
        return []
    out, at = [], 0
    while at < len(line):
        m = _PART.match(line, at)
        if not m or m.end() == at:
            return []
        if m.lastgroup != "glue":
            out.append((m.lastgroup, m[0]))
        at = m.end()
    return out if any(name == "level" for name, _ in out) else []


def _is_mark(parts: list[tuple[str, str]], line: str, at_head: bool, alone: bool) -> bool:
    names = [name for name, _ in parts]
    levels = names.count("level")
    if levels > 1:
        # 绝密、机密、秘密: an enumeration or a blank form; one ticked box makes it a mark.
        return len(re.findall(rf"{_BOXES}{_S}{LEVEL}", line)) == 1
    if re.search(rf"[□○☐]{_S}{LEVEL}", line):
        return False
    if {"star", "term", "copy", "urgent", "owner", "order"} & set(names):
        return True
    level = next(part for name, part in parts if name == "level")
    bracketed = bool(re.match(_OPEN, level) and re.search(_CLOSE + "$", level) and not re.match("[《<]", level))
    if "field" in names:
        return not alone or bool(re.search("[:：|]", line))
    if "kind" in names:
        return _bracketed(line) or at_head and not alone
    return bracketed and not re.match("[“\"']", level) or at_head and not alone and names == ["level"]


def _bracketed(line: str) -> bool:
    """Whether a line is one bracketed word."""
    return bool(re.match(r"[(\[【〔].*[)\]】〕]$", line))


def _broken_over_lines(lines: list[tuple[int, str]], outside: bool) -> str:
    """A mark whose parts stand on lines of their own, as narrow table cells and text boxes give them."""
    for i, (at, first) in enumerate(lines):
        if len(first) > 8:
            continue
        joined, last = first, at
        for nxt, line in lines[i + 1:i + 5]:
            if nxt != last + 1 or len(line) > 10:
                break
            joined, last = f"{joined} {line}", nxt
            if "密" not in joined:
                continue
            parts = _consists(joined)
            names = {name for name, _ in parts}
            if parts and len([n for n, _ in parts if n == "level"]) == 1 and (
                    {"star", "term", "copy", "urgent", "field"} & names) and not re.search("[□○☐]", joined):
                return joined
    return ""


def _warning(lines: list[tuple[int, str]], outside: bool) -> Iterator[str]:
    for at, line in lines:
        if len(line) <= 60 and _internal(line, whole=True, near=outside or at < _HEAD):
            yield line
            continue
        for m in _BRACKETED.finditer(line):
            if _internal(m[1], whole=False, near=True):
                yield m[0]
        for m in _STARRED.finditer(line):
            if "**" not in m[0] and m["term"]:
                yield m["mark"]
        named = re.search(rf"工作秘密{_S}{_STAR}{_S}{TERM}?|内部{_S}{_STAR}{_S}{TERM}", line)
        if named:
            yield named[0]


def _internal(line: str, whole: bool, near: bool) -> bool:
    at, names = 0, []
    while at < len(line):
        m = _INTERNAL_PART.match(line, at)
        if not m or m.end() == at:
            return False
        if m.lastgroup != "glue":
            names.append((m.lastgroup, m[0]))
        at = m.end()
    kinds = {name for name, _ in names}
    if not kinds & {"name", "order", "field"} or all(part == "版权所有" for _, part in names):
        return False
    if kinds <= {"name", "kind"} and whole:
        words = "".join(part for _, part in names)
        if re.sub(r"\s", "", words) in ("内部", "商业秘密", "涉密", "敏感信息", "SECRET", "内部情况", "内部学习", "内部交流", "内部阅读"):
            return near and bool(re.match(r"[(\[【〔]", line))
        return near or bool(re.match(r"[(\[【〔]", line))
    return True
