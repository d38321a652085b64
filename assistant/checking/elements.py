"""Checks of the elements: head, number, title, addressee, numbering, attachments, signature, date, imprint (clause 7)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant import chinese
from assistant.checking.anatomy import Anatomy, Part, red_color
from assistant.checking.page import place
from assistant.drafting import measures as m
from assistant.drafting.nouns import CheckFinding
from assistant.readers.sheet import Sheet

_NUMBER = re.compile(rf"[{chinese.CJK}A-Za-z（）()·]{{1,20}}〔\d{{4}}〕[1-9]\d*号")
_DATE = re.compile(r"[12]\d{3}年(?:[1-9]|1[0-2])月(?:[1-9]|[12]\d|3[01])日")
_BLANK = re.compile(r"【待填：[^】]*】")


def head(sheet: Sheet, anatomy: Anatomy) -> Iterator[CheckFinding]:
    """Number with 〔〕, red rule below, 签发人 upwards (7.2.5–7.2.7)."""
    number = anatomy.number
    if number is not None:
        bare = re.split(r"\t|\s{2,}|\u3000|签发人", number.text)[0].strip()
        if not _NUMBER.fullmatch(bare) and not _BLANK.search(bare):
            yield CheckFinding("number.form", "规定", f"发文字号“{bare}”{_number_fault(bare)}。应写成“机关代字〔2024〕5号”", place(number))
    elif anatomy.head:
        yield CheckFinding("number.missing", "规定", "有发文机关标志而没有发文字号。请在标志下空两行居中编排", "版头")
    if anatomy.head and not anatomy.letter and number is not None and not _red_rule(sheet, anatomy):
        yield CheckFinding("head.rule", "规定", "发文字号之下没有红色分隔线（距 4 毫米、与版心等宽）", place(number))
    if anatomy.head and anatomy.kind in m.UPWARD and not anatomy.letter and not anatomy.signer:
        yield CheckFinding("head.signer", "一般", f"{anatomy.kind}是上行文，应当标注签发人，与发文字号同行居右", "版头")


def _number_fault(bare: str) -> str:
    faults = []
    if not re.search(r"〔[^〔〕]*〕", bare):
        faults.append("年份不是用六角括号〔〕括起")
    if not re.search(r"\d{4}|[〇○零一二三四五六七八九]{4}", bare):
        faults.append("年份没有标全称")
    if re.search(r"[〇○零一二三四五六七八九]{2,}", bare):
        faults.append("用了汉字数字")
    if "第" in bare:
        faults.append("加了“第”字")
    if re.search(r"[〕\]］)）】﹞第]\s*0+\d", bare):
        faults.append("序号编了虚位")
    if not bare.endswith("号"):
        faults.append("末尾没有“号”字")
    if re.search(r"\s", bare):
        faults.append("中间有空格")
    return "，".join(faults) or "写法不合规定"


def _red_rule(sheet: Sheet, anatomy: Anatomy) -> bool:
    """A red border between number and title, or a drawing there that may be one."""
    lines = list(sheet.lines)
    start = next((i for i, x in enumerate(lines) if x is anatomy.number.line), 0)
    end = next((i for i, x in enumerate(lines) if anatomy.title and x is anatomy.title[0].line), start + 4)
    near = lines[start:end + 1]
    coloured = any(edge and red_color(edge[0]) for x in near for edge in (x.rule_above, x.rule_below))
    return coloured or sheet.pictures > 0


def title(anatomy: Anatomy) -> Iterator[CheckFinding]:
    """A title that says what it is, without closing marks (7.3.1)."""
    text = anatomy.title_text
    if not text:
        yield CheckFinding("title.missing", "规定", "没有找到标题。标题编排于红色分隔线下空两行处，居中", "标题")
        return
    if re.search(r"[。，；：！？,.;:!?]$", text):
        yield CheckFinding("title.punctuation", "实务", f"标题末尾有“{text[-1]}”；标题中除法规、规章名称加书名号外，一般不用标点", place(anatomy.title[0]))
    if anatomy.formal and not anatomy.kind:
        yield CheckFinding("title.kind", "一般", "标题末尾没有文种（如通知、通报、报告、请示、函）", place(anatomy.title[0]))
    if re.search(r"请示报告$|报告请示$|请求的?报告$", text):
        yield CheckFinding("title.mixed", "规定", "“请示”和“报告”不能合用。需要批准的用请示，汇报情况的用报告", place(anatomy.title[0]))


def addressee(anatomy: Anatomy) -> Iterator[CheckFinding]:
    """主送 flush left, full-width colon at its end (7.3.2); a request goes to one organ (处理条例 第十五条)."""
    part = anatomy.addressee
    if part is None:
        if anatomy.formal and anatomy.kind in ("通知", "通报", "报告", "请示", "批复", "函", "意见"):
            strength = "规定" if anatomy.kind in ("请示", "报告", "函", "批复") else "一般"
            yield CheckFinding("addressee.missing", strength, f"{anatomy.kind}没有主送机关。请在标题下空一行、居左顶格写明", "主送机关")
        return
    if not part.text.endswith("："):
        said = "用了半角冒号" if part.text.endswith(":") else "后面没有冒号"
        yield CheckFinding("addressee.colon", "规定", f"主送机关{said}，末尾应当用全角冒号", place(part))
    if part.indented:
        yield CheckFinding("addressee.flush", "规定", "主送机关应当居左顶格，不空格", place(part))
    if anatomy.kind == "请示" and len(named := _organs(part.text)) > 1:
        yield CheckFinding("request.one_addressee", "规定", f"请示只主送一个上级机关，这里有 {len(named)} 个：{'、'.join(named[:4])}。请只留一个，其余用抄送", place(part))


def _organs(text: str) -> list[str]:
    return [o.strip() for o in re.split(r"[、，,；;]|和(?=[^平])", text.rstrip("：: ")) if o.strip()]


_LEVELS = (
    re.compile(r"([一二三四五六七八九十百]+)(、|[.．，,]|(?=[）)]))"), re.compile(r"[（(]([一二三四五六七八九十百]+)[）)](、|[.．，,]|)"),
    re.compile(r"(\d{1,3})([.．、]|[）)])(?![\d])"), re.compile(r"[（(](\d{1,3})[）)](、|[.．，,]|)"),
)
_RIGHT = ("、", "", ".", "")
_SHOWN = ("一、", "（一）", "1.", "（1）")


def levels(anatomy: Anatomy) -> Iterator[CheckFinding]:
    """一、（一）1.（1） one after another, none left out or twice, with their own marks (7.3.3)."""
    last = [0, 0, 0, 0]
    for part in anatomy.body:
        if part.line.place == "table":
            continue
        for depth, pattern in enumerate(_LEVELS):
            m_ = pattern.match(part.text)
            if not m_:
                continue
            value = chinese.number(m_[1])
            if value != last[depth] + 1 and value != 1:
                wanted = chinese.numeral(last[depth] + 1) if depth < 2 else str(last[depth] + 1)
                wanted = _SHOWN[depth].replace("一", wanted).replace("1", wanted)
                yield CheckFinding("levels.order", "一般", f"序号“{m_[0]}”不连续，应当是“{wanted}”", place(part))
            mark = m_[2].replace("．", ".")
            if mark != _RIGHT[depth]:
                yield CheckFinding("levels.mark", "一般", f"序号“{m_[0]}”写法不对，这一层写作“{_SHOWN[depth]}”", place(part))
            last[depth] = value
            last[depth + 1:] = [0] * (3 - depth)
            break


def attachments(anatomy: Anatomy) -> Iterator[CheckFinding]:
    """附件说明: names without a mark at their end, numbered when several (7.3.4); the annexes agree (7.3.7)."""
    parts = anatomy.attachments
    names = []
    for i, part in enumerate(parts):
        label = re.match(r"附\s*件?\s*([:：])\s*", part.text)
        if label and label[1] == ":":
            yield CheckFinding("attachment.colon", "规定", "“附件”后面应当用全角冒号", place(part))
        if label and not part.text.startswith("附件"):
            yield CheckFinding("attachment.label", "规定", "应当写“附件：”", place(part))
        name = part.text[label.end():] if label else part.text
        names.append(re.sub(r"^\d+\s*[.．、]\s*", "", name))
        if re.search(r"[。；;，,、.：:]$", name):
            yield CheckFinding("attachment.punctuation", "规定", f"附件名称后面不加标点，这里有“{name[-1]}”", place(part))
        number = re.match(r"(\d+|[一二三四五六七八九十]+)\s*([.．、])", name)
        if len(parts) > 1 and (not number or not number[1].isdecimal() or int(number[1]) != i + 1):
            yield CheckFinding("attachment.numbers", "规定", f"多个附件应当用阿拉伯数字依次编号，这里应为“{i + 1}.”", place(part))
        elif number and number[2] == "、":
            yield CheckFinding("attachment.mark", "一般", "附件序号后面用“.”，不用“、”", place(part))
    if parts and not parts[0].indented and parts[0].line.left <= 60:
        yield CheckFinding("attachment.indent", "规定", "附件说明应当左空二字", place(parts[0]))
    yield from _annexes(anatomy.annexes, names, bool(parts))


def _annexes(annexes: Sequence[Part], names: list[str], told: bool) -> Iterator[CheckFinding]:
    heads = [i for i, p in enumerate(annexes) if re.fullmatch(r"附\s*件\s*(?:\d+|[一二三四五六七八九十]+)?\s*[:：]?", p.text)]
    if heads and not told:
        yield CheckFinding("attachment.note", "规定", "后面有附件，正文下没有附件说明", place(annexes[heads[0]]))
    elif heads and len(heads) != len(names):
        yield CheckFinding("attachment.match", "规定", f"附件说明列了 {len(names)} 个，后面附了 {len(heads)} 个，应当一致", place(annexes[heads[0]]))
    for number, at in enumerate(heads):
        if number < len(names) and len(heads) == len(names) and at + 1 < len(annexes):
            shown = annexes[at + 1].text
            if chinese.fold(shown) not in chinese.fold(names[number]) and chinese.fold(names[number]) not in chinese.fold(shown + "".join(
                    p.text for p in annexes[at + 2:at + 4])):
                yield CheckFinding("attachment.title", "规定", f"附件标题“{shown[:20]}”与附件说明“{names[number][:20]}”不一致", place(annexes[at + 1]))


def ending(anatomy: Anatomy) -> Iterator[CheckFinding]:
    """署名 and 成文日期 (7.3.5): both there, the organ of the head, the date in Arabic numerals without leading zeros."""
    date = anatomy.date
    if date is None:
        passed = any(re.match(r"[（(][12]\d{3}年", p.text) for p in anatomy.body[:1])
        if anatomy.formal and anatomy.kind != "纪要" and not passed:
            yield CheckFinding("date.missing", "规定", "没有找到成文日期。请在署名之下写明，如“2024年5月1日”", "落款")
    elif not _DATE.fullmatch(date.text) and not _BLANK.search(date.text):
        yield CheckFinding("date.form", "规定", f"成文日期“{date.text}”{_date_fault(date.text)}。应写成“2024年5月1日”", place(date))
    elif not _BLANK.search(date.text) and not chinese.dates(date.text):
        yield CheckFinding("date.real", "规定", f"成文日期“{date.text}”不是真有的日子", place(date))
    if date is not None and anatomy.formal and not anatomy.signature:
        yield CheckFinding("signature.missing", "规定", "成文日期之上没有发文机关署名", place(date))
    organs = _head_organs(anatomy.head)
    for part in anatomy.signature if organs else ():
        # What an organ signs is its own name; a signature that stands for a person (7.3.5.3) names a post.
        if not _BLANK.search(part.text) and not any(same_organ(o, part.text) for o in organs):
            yield CheckFinding("signature.head", "规定", f"署名“{part.text}”与发文机关标志“{'、'.join(organs)}”不一致", place(part))
    if anatomy.signature and anatomy.gap < 1 and anatomy.formal:
        yield CheckFinding("signature.room", "实务", "署名之上没有空行，盖章时印章会压住正文。请空两行", place(anatomy.signature[0]))
    if anatomy.note is None and any(re.match(r"（|\(", p.text) for p in anatomy.rest):
        part = next(p for p in anatomy.rest if re.match(r"（|\(", p.text))
        yield CheckFinding("note.brackets", "规定", "附注应当用圆括号整个括起", place(part))


def _date_fault(text: str) -> str:
    faults = []
    if re.search(r"[〇○零ОO一二三四五六七八九十]", text):
        faults.append("用了汉字数字")
    if re.match(r"\D*\d{2}\D", text):
        faults.append("年份没有标全")
    if re.search(r"(?<!\d)0\d", text):
        faults.append("月、日编了虚位")
    if re.search(r"[./\-．]", text):
        faults.append("没有写“年月日”")
    elif not re.search(r"日$", text):
        faults.append("没有标全年、月、日")
    if re.search(r"\s", text):
        faults.append("中间有空格")
    return "，".join(faults) or "写法不合规定"


def _head_organs(parts: Sequence[Part]) -> list[str]:
    return [o for p in parts for o in re.split(r"\t|\s{2,}|\n", re.sub(r"文\s*件$", "", p.line.text.strip())) if o.strip() and not _BLANK.search(o)]


def same_organ(one: str, other: str) -> bool:
    """Whether two names can be one organ: equal, or one the standing abbreviation of the other (its characters in order).

    >>> same_organ("中共明城区委办公室", "区委办公室"), same_organ("明城区人民政府", "明城区政府"), same_organ("区委办公室", "区政府办公室")
    (True, True, False)
    """
    a, b = sorted((chinese.fold(one), chinese.fold(other)), key=len)
    at = iter(b)
    return len(a) >= 3 and all(c in at for c in a) and a[-1] == b[-1] or a == b


def imprint(anatomy: Anatomy) -> Iterator[CheckFinding]:
    """版记 in 4号, 抄送 closed with a full stop (7.4)."""
    for part in anatomy.imprint:
        text = part.text
        if text.startswith("抄送") and not text.endswith("。"):
            yield CheckFinding("imprint.stop", "推荐", "抄送机关末尾用句号", place(part))
        if re.match(r"抄送\s*:", text):
            yield CheckFinding("imprint.colon", "推荐", "“抄送”后面用全角冒号", place(part))
        if any(abs(r.size - m.IMPRINT) > 0.6 for r in part.line.runs if r.text.strip()):
            yield CheckFinding("imprint.font", "推荐", "版记用 4 号仿宋体", place(part))
        printed = re.search(r"(\S{6,20})\s*印发$", text)
        if printed and not re.search(r"[12]\d{3}年[1-9]\d?月[1-9]\d?日$", printed[1]) and not _BLANK.search(text):
            yield CheckFinding("imprint.date", "推荐", "印发日期用阿拉伯数字标全年、月、日，不编虚位", place(part))
