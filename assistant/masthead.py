"""The words around a document's text that say what it is: banner, number, title, addressee, byline, signature, page marks.

Everything here reads; nothing is guessed. What stands nowhere comes back empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.chinese import CJK, DOCUMENT_NUMBER, NUMERAL, close_up, dates, document_number, number

GENRES = ("决议 决定 命令 公报 公告 通告 意见 通知 通报 报告 请示 批复 议案 函 纪要 条例 规定 办法 细则 规则 准则 方案 规划 计划 纲要 要点 "
          "章程 制度 措施 规程 规范 标准 清单 指引 指南 解释 安排 答复 法 修正案 宪法 法典 令").split()
_GENRE = "|".join(sorted(GENRES, key=len, reverse=True))
_TAIL = r"(?:[（(〔\[](?:试行|暂行|草案|修订|修正|征求意见稿|送审稿|[一二三四五六七八九十]{1,3}|\d{4}[^（）()]{0,12})[^（）()]{0,6}[）)〕\]])*"
FORMAL = re.compile(rf"(?:{_GENRE}){_TAIL}$")
_NEWS_TITLE = re.compile(r"出台|解读|图解|答记者问|一图|发布会|举行|召开|启动|纪实|综述|侧记|观察|[:：!！?？]|——")

ORGAN = re.compile(
    r"(?:党委|党组|党工委|党总支|支部|纪委|纪检组|监委|监察组|组织部|宣传部|统战部|政法委|[省市县区州旗]委|办公室|办公厅|委员会|常委会|代表大会|常务会议|"
    r"政府|国务院|中共中央|中央军委|法院|检察院|政协|总局|[局厅部署委院社处会]|公司|集团|中心|大学|学院|学校|医院|银行|研究所|协会|联合会|总工会|妇联|团委|"
    r"街道|镇|乡|中学|小学|总队|支队|大队|主席团)$")

NOISE = re.compile(r"^(?:当前位置|您?(?:现在)?的?位置|您当前|首页\s*[>＞›»]|欢迎(?:访问|光临)|.{0,12}[>＞›»].{0,20}[>＞›»]|字[体号][:：]|【?打印|分享到|\[?关闭|打印本页|扫一扫|"
                   r"[\W\d_]+$|[^，。《]{2,24}(?:门户网站|官网|网站|政务网|新闻网)$|第\s*\d+\s*页|[A-Za-z]{1,8}$|\S+\.(?:jpe?g|png|gif)$|<!--|---$|```)")
META = re.compile(r"(?:发布(?:时间|日期)|发文日期|成文日期|印发日期|生成日期|公开日期|更新时间|(?<![\u4e00-\u9fff])(?:时间|日期|来源|作者|撰稿|编辑|责编|责任编辑|供稿|审核|索引号|"
                  r"发布机构|发文机关|发文单位|制发机关|文号|发文字号|名称|标题|主题分类|有效性))\s*[:：]|浏览(?:次数|量)|点击(?:数|量|次数)|阅读(?:量|次数|数)?\s*[:：]?\s*\d*$|访问量")
_STAMP = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?")
_MARK = re.compile(r"^(?:特急|加急|急件|平急|\d{6}|(?:绝密|机密|秘密|内部)(?:★.*)?|内部资料.*|不予公开|主动公开|依申请公开|此件.*|（此件.*）|签发人.*)$")

_ORDINAL = rf"(?:第[{NUMERAL}\d]+[编章节条]|[{NUMERAL}]{{1,3}}[、．]|[（(][{NUMERAL}\d]{{1,3}}[）)]|\d{{1,2}}[.．、](?!\d))"
NUMBERED = re.compile(rf"^{_ORDINAL}")
ADDRESSEE = re.compile(r"^[^。；？！]{2,400}[：:]$")
_ADDRESSED = re.compile(r"各|[省市县区州旗]委|政府|局|厅|部|单位|党委|党组|支部|公司|法院|检察院|办公室|委员会|机关|学校|院|同志")
PASSED = re.compile(r"(?:通过|公布|发布|颁布|批准|修订|修正|修改|公告|印发)[）)。；\s]*(?:根据)?$")
_DAY = rf"\d{{4}}\s*[年\-./]\s*\d{{1,2}}\s*[月\-./]\s*\d{{1,2}}\s*日?|[〇○零一二三四五六七八九]{{4}}年[{NUMERAL}]{{1,3}}月[{NUMERAL}]{{1,3}}日"
_ONLY_DAY = re.compile(rf"^[（(]?\s*(?:{_DAY})\s*(?:印发)?\s*[）)]?$")
_ORDER = re.compile(rf"([{CJK}、]{{2,40}}?令)\s*[（(]?\s*第?\s*([\d{NUMERAL}]+)\s*号")
_TALK = re.compile(r"(?:发言|讲话|致辞|演讲|交流材料|汇报材料|经验材料|发言稿|讲话稿|发言提纲|交流发言|书面交流)(?:[（(][^（）()]*[）)]|摘要|摘录|提纲|材料|汇编|选登|选编|\d+篇|[一二三四五六七八九十]+篇|[:：].*)*$")
DATED_TITLE = re.compile(r"\s*[（(](\d{4})[-年./](\d{1,2})[-月./](\d{1,2})日?(?:修订|修正|公布|发布|通过|施行)?[）)]\s*$")
EDITION = re.compile(r"\s*[（(]\d{4}年?(?:\d{1,2}月)?(?:第[一二三四五六七八九十]+次)?(?:最新)?(?:修订|修正|修改)(?:版|本|稿)?[）)]\s*$")


_PERSON = re.compile(rf"^(?:[{CJK}]{{2,3}}|[{CJK}][ \u3000]+[{CJK}]|[{CJK}]{{2,6}}[·•][{CJK}]{{2,8}})$")
_OFFICE = re.compile(rf"^(?:代)?(?:省长|市长|县长|区长|旗长|州长|主席|主任|部长|局长|署长|总理|行长|厅长|院长|检察长)[：:\s\u3000]*[{CJK}][{CJK}·\s\u3000]{{1,7}}$")


@dataclass(frozen=True)
class Head:
    """The lines before the body, sorted by what they are; ``blocks`` are title candidates, wrapped lines already joined."""

    blocks: tuple[str, ...] = ()
    banner: str = ""
    number: str = ""
    order: str = ""
    byline: str = ""
    meta: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    addressee: str = ""
    preamble: tuple[str, ...] = ()
    markdown: bool = False
    end: int = 0


def lines_of(text: str) -> list[str]:
    """The lines of a text without markdown marks, outer spaces and odd blanks; empty lines stay, as "" ."""
    out = []
    for raw in text.split("\n"):
        line = raw.replace("\u00a0", " ").replace("\u200b", "").replace("\ufeff", "").strip(" \t\u3000\r")
        line = re.sub(r"\*\*|__", "", line)
        out.append(re.sub(r"^#{1,6}\s+", "", line).strip(" \t\u3000"))
    return out


def is_body(line: str) -> bool:
    """A sentence of the body rather than a line of the head."""
    if re.search(r"[。；！？!?]”?$", line) and not (len(line) < 40 and _NEWS_TITLE.search(line) and not line.endswith("。")):
        return True
    if re.match(r"^(?:近日|日前|近年来|连日来)[，,]", line) or re.search(r"。.*[：:]$|如下[：:]$", line):
        return True
    return len(line) > 130 or (len(line) > 60 and not FORMAL.search(line) and "。" in line)


def read_head(lines: Sequence[str], *, markdown: bool = False, depth: int = 60) -> Head:
    """Sort the lines before the body. ``lines`` come from ``lines_of``; at most ``depth`` non-empty ones are looked at."""
    blocks: list[list[str]] = []
    found: dict[str, str] = {"banner": "", "number": "", "order": "", "byline": "", "addressee": ""}
    meta: list[str] = []
    passed: list[str] = []
    days: list[date] = []
    open_block, gap, seen, order_organ = False, False, 0, ""
    end = len(lines)
    for i, line in enumerate(mended(lines, depth)):
        if not line:
            gap = True
            continue
        seen += 1
        if seen > depth or (NUMBERED.match(line) and not FORMAL.search(line)) or re.match(r"^目\s*[录次]$", line):
            end = i
            break
        if NOISE.match(line) or _MARK.match(close_up(line).replace(" ", "")):
            open_block = open_block and not NOISE.match(line)
            continue
        if line.startswith(("——", "--")):
            continue
        if _is_meta(line):
            meta.append(line)
            open_block = False
            continue
        if m := _ORDER.search(close_up(line)):
            if len(line) <= 60 and not FORMAL.search(line.split("号")[-1] or "x"):
                found["order"] = _order(m)
                passed.append(close_up(line))
                days += _days(line)
                open_block = False
                continue
        if order_organ and (m := re.match(rf"^第?\s*([\d{NUMERAL}]+)\s*号$", line)):
            found["order"] = f"{order_organ}第{number(m[1])}号"
            blocks, open_block, order_organ = [b for b in blocks if close_up("".join(b)) != order_organ], False, ""
            continue
        if own := _own_number(line):
            found["number"] = found["number"] or own
            found["banner"] = found["banner"] or _banner(line)
            open_block = False
            continue
        if banner := _banner(line):
            found["banner"] = banner
            blocks, open_block = [b for b in blocks if not banner.startswith("".join(b))] , False
            continue
        if line == "文件" and blocks:
            found["banner"] = close_up("".join(blocks.pop()))
            open_block = False
            continue
        if _ONLY_DAY.match(line):
            days += [d for d, _, _ in dates(line)]
            open_block = False
            continue
        if _passed(line):
            passed.append(close_up(line))
            open_block = False
            continue
        if ADDRESSEE.match(line) and _ADDRESSED.search(line) and blocks and not (len(blocks) == 1 and len(blocks[0][0]) < 3):
            found["addressee"] = line
            end = i
            break
        if is_body(line):
            end = i
            break
        if blocks and open_block and not (_PERSON.match(line) and is_talk_title(close_up("".join(blocks[-1])))) and _wraps(blocks[-1], line, gap):
            blocks[-1].append(line)
        elif blocks and not found["byline"] and (_is_byline(line) or is_talk_title(close_up("".join(blocks[-1]))) and _PERSON.match(line)):
            found["byline"] = close_up(line)
            open_block = False
        else:
            blocks.append([line])
            open_block = True
        order_organ = close_up(line) if re.fullmatch(rf"[{CJK} ]{{2,40}}令", line) else ""
        gap = False
    return Head(tuple(map(_joined, blocks)), meta=tuple(meta), passed=tuple(passed), days=tuple(days),
                markdown=markdown, end=end, **found)


def mended(lines: Sequence[str], depth: int = 60) -> list[str]:
    """The lines, with a proclamation note of the head that was broken inside a title or a date put together again.

    Places stay: what was moved up leaves "" behind.
    """
    out = list(lines)
    for i, line in enumerate(out[:3 * depth]):
        if not re.match(rf"^[（(]?(?:根据)?\s*(?:{_DAY})", line) or is_body(line):
            continue
        for j in range(i + 1, min(i + 12, len(out))):
            if not out[j]:
                continue
            broken = _open(out[i]) or re.search(r"\d{4}年\d{0,2}月?\d{0,2}$", out[i])
            if not broken or len(out[i]) > 600:
                break
            out[i], out[j] = out[i] + out[j], ""
    return out


@dataclass(frozen=True)
class Events:
    """What the notes under a statute's title tell: the last day it was made or changed, the day of effect, whether changed since."""

    made: date | None = None
    effect: date | None = None
    amended: bool = False


def segments(passed: Sequence[str]) -> list[str]:
    """What follows each date of the notes, titles in 《》 left out."""
    out = []
    for line in passed:
        bare = _untitled(line)
        found = dates(bare)
        out += [bare[end:found[k + 1][1] if k + 1 < len(found) else len(bare)] for k, (_, _, end) in enumerate(found)]
        out += [bare] if not found else []
    return out


def _untitled(line: str) -> str:
    return re.sub(r"《[^《》]*(?:《[^《》]*》[^《》]*)*》", "", line)


def events(passed: Sequence[str]) -> Events:
    """Read notes such as 2019年10月22日 国务院令第722号公布 / 2020年1月1日 施行, several of which may share a line.

    >>> events(["2018年3月1日 会议通过 2018年5月1日公布 自2018年7月1日起施行"])
    Events(made=datetime.date(2018, 5, 1), effect=datetime.date(2018, 7, 1), amended=False)
    """
    made: list[date] = []
    effect: list[date] = []
    amended = False
    for line in passed:
        bare = _untitled(line)
        found = dates(bare)
        for k, (day, _, end) in enumerate(found):
            words = bare[end:found[k + 1][1] if k + 1 < len(found) else len(bare)]
            if re.match(r"^\s*(?:起|开始)?\s*(?:正式)?[施实]行", words):
                effect.append(day)
            elif re.match(rf"^\s*(?:第|国务院|中华|最高|[{CJK}（(])", words) or not words.strip():
                made.append(day)
                amended = amended or bool(re.search(r"修[正改]", words) or "修订" in words and "决定》" in line)
    return Events(max(made, default=None), max(effect, default=None), amended)


def _joined(block: Sequence[str]) -> str:
    """A title's lines as one; organs set side by side before 关于 are parted by 、."""
    text = block[0]
    for a, b in zip(block, block[1:]):
        text += (" " if _is_byline(a) or re.search(r"[A-Za-z0-9]$", a) and re.match(r"[A-Za-z0-9]", b) else "") + b
    m = re.match(r"^([^《]+?)\s*(关于|印发|转发|批转)", text)
    organs = re.split(r"[\s、]+", m[1].strip()) if m else []
    if len(organs) > 1 and all(map(ORGAN.search, organs)):
        text = "、".join(organs) + text[m.start(2):]
    return close_up(text)


def _days(line: str) -> list[date]:
    return [d for d, _, _ in dates(line)]


def _is_meta(line: str) -> bool:
    if len(line) > 160:
        return False
    if META.search(line):
        return True
    if (m := DATED_TITLE.search(line)) and FORMAL.search(line[:m.start()]):
        return False
    return bool(_STAMP.search(line)) and len(_STAMP.sub("", line).strip()) <= 16 and not re.search(r"[通公发颁批修][过布准订正]", line)


def _order(m: re.Match[str]) -> str:
    organ = re.sub(r"^.*日", "", m[1].strip("、")).replace("、中华人民共和国", "、")
    return f"{organ.removeprefix('中华人民共和国')}第{number(m[2])}号"


def _own_number(line: str) -> str:
    """A number that stands by itself or under a label; a number inside a sentence or a title is only cited."""
    bare = re.sub(r"签发人\s*[:：].*$", "", line)
    bare = re.sub(r"^.{0,40}文件\s*", "", bare)
    bare = re.sub(r"^[\[【（(]?(?:发文字号|文\s*号|字\s*号|发文编号)[\]】）)]?\s*[:：]?\s*", "", bare).strip()
    bare = re.sub(r"^[（(](.+号)[）)]$", r"\1", bare)
    m = DOCUMENT_NUMBER.search(bare)
    return document_number(bare) if m and len(bare) - (m.end() - m.start()) <= 2 and bare.startswith(m[1][:1]) else ""


def _banner(line: str) -> str:
    bare = line.replace(" ", "").replace("\u3000", "")
    m = re.match(rf"^((?:中共|中国共产党)?[{CJK}、（）()]{{2,60}}?)(?:文件|（文件）)(?:$|(?=[{CJK}]{{1,12}}[〔\[（(]))", bare)
    return m[1] if m and ORGAN.search(m[1]) else ""


def _passed(line: str) -> bool:
    bare = close_up(line).strip("（）()〔〕 \u3000")
    if not re.match(rf"^(?:根据|经|{_DAY})", bare) and not re.search(rf"(?:{_DAY}).{{0,80}}(?:会议|令|公告|审判委员会|检察委员会)", bare):
        return False
    if PASSED.search(bare) or re.search(r"[施实]行$", bare):
        return True
    return bool(re.match(rf"^[（(](?:{_DAY})|^根据(?:{_DAY})", close_up(line))) and not line.endswith("。")


def _is_byline(line: str) -> bool:
    bare = close_up(line)
    if re.match(r"^(?:本报|本刊|新华社|记者|通讯员|文/|作者)", bare):
        return True
    return len(bare) <= 24 and not re.search(r"[，。；：“”《》、!？]", bare.replace("、", "")) and bool(ORGAN.search(bare)) \
        and not bare.startswith("关于") and not re.search(r"的|关于", bare)


def _wraps(block: Sequence[str], line: str, gap: bool) -> bool:
    """Whether a line goes on with the title that the block began."""
    text = "".join(block)
    if _open(text):
        return True
    if re.match(rf"^[（(](?:试行|暂行|草案|修订|征求意见稿|送审稿)", line):
        return True
    if _is_byline(block[-1]) and _is_byline(line) and all(map(_is_byline, block)):
        return True
    if (ORGAN.search(text) and re.match(r"^(?:关于|印发|转发|批转)", line)) or re.search(r"(?:[的和与及、]|关于|印发|转发)$", text):
        return True
    if FORMAL.search(text) or _TALK.search(text) or _is_byline(line) or gap and not (text.find("关于") >= 0 and FORMAL.search(line)):
        return False
    return len(text) + len(line) <= 90


def _open(text: str) -> bool:
    return any(text.count(a) > text.count(b) for a, b in ("《》", "〈〉", "<>", "“”", "（）", "()"))


def strip_edition(title: str) -> tuple[str, date | None]:
    """A title without the date or edition that a collection hangs on it, and that date.

    >>> strip_edition("公务员法(2018-12-29)")
    ('公务员法', datetime.date(2018, 12, 29))
    """
    day = None
    if m := DATED_TITLE.search(title):
        title = title[:m.start()]
        try:
            day = date(int(m[1]), int(m[2]), int(m[3]))
        except ValueError:
            day = None
    return EDITION.sub("", title).strip(), day


def is_formal(title: str) -> bool:
    """Whether a title reads like one of a normative document (关于…的通知, …条例), not like a headline about one."""
    bare = strip_edition(title)[0]
    return bool(FORMAL.search(bare)) and not _NEWS_TITLE.search(re.sub(r"《.*》", "", bare))


def is_talk_title(title: str) -> bool:
    """Whether a title says that the text is a speech or an exchange of experience."""
    return bool(_TALK.search(title))


def inner_title(title: str) -> str:
    """The document that a covering notice passes on: 关于印发《…》的通知 gives what stands in the marks.

    >>> inner_title("关于印发《甲〈乙〉方案》的通知")
    '甲〈乙〉方案'
    """
    m = re.search(r"(?:印发|转发|批转|颁发|颁布|发布|公布)《(.+)》(?:的|等)", title)
    if m and m[1].count("《") == m[1].count("》"):
        return m[1]
    m = re.search(r"(?:印发|转发|批转)([^《》]{4,80})的通知$", title)
    return m[1] if m and FORMAL.search(m[1]) else ""


def signature(lines: Sequence[str]) -> tuple[str, date | None, int]:
    """The first signature block: organ lines, then a line with nothing but a date. Returns organs, date and its line, or "", None, -1."""
    filled = [(i, close_up(x)) for i, x in enumerate(lines) if x]
    for at in range(1, len(filled)):
        line = filled[at][1]
        both = re.match(rf"^(.{{3,40}}?)\s*((?:{_DAY}))$", filled[at][1])
        if both and _signs(both[1]):
            return both[1].strip(), _days(both[2])[0] if _days(both[2]) else None, filled[at][0]
        if not _ONLY_DAY.match(line) or not _days(line) or line.endswith("印发"):
            continue
        if _OFFICE.match(filled[at - 1][1]):
            return "", _days(line)[0], filled[at][0]
        organs: list[str] = []
        for _, above in reversed(filled[max(0, at - 6):at]):
            parts = re.split(r"[\s\u3000]{1,}", above.strip("（）() "))
            if not all(_signs(p) for p in parts):
                break
            organs[:0] = parts
        if organs and at - len(organs) > 0:
            return "、".join(dict.fromkeys(organs)), _days(line)[0], filled[at][0]
    return "", None, -1


def _signs(line: str) -> bool:
    return 2 < len(line) <= 40 and bool(ORGAN.search(line)) and not re.search(r"[，。；：、:;,《》“”]|^关于|的", line)


def printed(lines: Sequence[str]) -> date | None:
    """The date of the imprint line at the end (某某办公室 2022年12月20日印发)."""
    for line in reversed([x for x in lines if x][-12:]):
        if re.search(r"日\s*印发$", line) and _days(line):
            return _days(line)[-1]
    return None


_SINCE = re.compile(
    rf"(?:^|[。；\n]|[{NUMERAL}\d][条、.．])\s*(?:[（(][{NUMERAL}]+[）)])?\s*(?:本[{CJK}]{{1,10}}?|《[^》]{{2,60}}》|上述[{CJK}]{{1,6}})?\s*(?:从|自)\s*(?P<when>{_DAY}|"
    rf"(?:公布|发布|颁布|印发|下发|通过|签发|发文)(?:之)?日|即日)(?:零时)?\s*(?:起|开始)\s*(?:(?P<later>[{NUMERAL}\d]+)\s*[个]?日后)?\s*(?:正式|开始|试)?\s*(?:施行|实施|执行|生效|试行|起施行)")


def stated_effect(text: str, issued: date | None) -> date | None:
    """The date of effect by the document's own last sentence about it; relative wordings count from ``issued``."""
    found = None
    for m in _SINCE.finditer(close_up(text)):
        if m["when"][0].isdigit() or m["when"][0] in "〇○零一二三四五六七八九":
            read = _days(m["when"])
            found = read[0] if read else found
        elif issued:
            found = issued + timedelta(days=number(m["later"]) if m["later"] else 0)
    return found
