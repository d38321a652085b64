"""What a document is: title, number, issuer, kind, level, region and dates, from its own text or its front matter.

Front matter wins over the text. What neither tells stays empty.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any, get_args

from assistant import frontmatter, masthead, regions
from assistant.chinese import CJK, NUMERAL, close_up, dates, document_number, fold
from assistant.errors import BadInput
from assistant.frontmatter import KEYS
from assistant.masthead import Head
from assistant.regions import applies, regions_in, same_region, within
from assistant.types import Document, Kind, Level

__all__ = ["applies", "describe", "document_id", "read_front", "regions_in", "same_region", "within"]

_CENTRE = re.compile(
    r"^(?:中共中央|中央|中组部|中纪委|中办|国办|国务院|全国|最高人民|中华人民共和国|国家|中国(?!共产党[^中])|"
    r"(?:外交|国防|教育|科学技术|科技|工业和信息化|公安|民政|司法|财政|人力资源(?:和)?社会保障|自然资源|生态环境|住房和城乡建设|交通(?:运输)?|水利|农业(?:农村)?|商务|"
    r"文化(?:和旅游)?|退役军人事务|应急管理|建设|铁道|卫生|劳动(?:和社会保障)?|人事|监察|审计)部|海关总署|审计署)")
_UNIT = re.compile(r"(?:公司|集团|大学|学院|学校|中学|小学|医院|银行|研究院|研究所)(?:党委|党组|党总支|支部|委员会|党工委|纪委|办公室)?$")
_RELATIVE = {"省": "province", "市": "city", "州": "city", "县": "county", "区": "county", "旗": "county"}


def describe(piece_text: str, headline: Sequence[str] = (), *, front: Mapping[str, Any] | None = None, name: str = "", whole: str = "") -> Document:
    """The document that one piece of a file is.

    ``headline`` are the title and byline lines as the structure sees them (may be empty), ``front`` the front matter,
    ``name`` the file's name, ``whole`` the file's whole text, which settles what the piece leaves open (region, page marks).
    Raises BadInput when the front matter has an unknown key or a value that cannot be read.
    """
    told = read_front(front or {}, name)
    text = frontmatter.without(piece_text)
    lines = masthead.lines_of(text)
    first = next((x for x in text.split("\n") if x.strip()), "")
    wanted = [x for x in masthead.lines_of("\n".join(headline)) if x]
    if wanted and wanted[0] not in lines[:40]:
        lines = [*wanted, "", *lines]
    head = masthead.read_head(lines, markdown=bool(re.match(r"\s*#\s", first)))
    page = masthead.lines_of(frontmatter.without(whole)) if whole else lines
    page_head = masthead.read_head(page) if whole and page != lines else head
    if whole and 2 * len(piece_text) > len(whole):
        head = replace(head, **{k: getattr(head, k) or getattr(page_head, k) for k in ("number", "order", "banner", "passed", "days", "meta")})

    stem, stem_day = masthead.strip_edition(PurePosixPath(name).stem)
    title, start = _title(head, lines)
    title, title_day = masthead.strip_edition(title)
    if start:
        inner = masthead.read_head(lines[start:])
        head = replace(head, end=start + inner.end, **{k: getattr(inner, k) or getattr(head, k) for k in ("number", "passed", "days", "addressee")})
    kind = _kind(title, head, page_head, lines, page)
    signer, signed, _ = masthead.signature(_tail_of(head, lines))
    issuer = told.get("issuer") or _issuer(kind, title, head, page_head, signer, lines)
    of_file = stem_day if stem_day and title and _key(stem) in (_key(title), _key(document_id(title, ""))) else None
    issued = told.get("issued") or _issued(kind, head, page_head, signed, lines, title_day, of_file)
    title = told.get("title") or title or stem
    kind = told.get("kind") or kind
    number = told.get("number") or (_number(head) if kind not in ("news", "talk") else "")
    region = regions.full(told["region"]) if "region" in told else _region(kind, issuer, title, lines, page)
    level = told.get("level") or _level(issuer, region, kind)
    return Document(
        id=document_id(title, number) or f"未命名-{hashlib.sha256(piece_text.encode()).hexdigest()[:8]}",
        title=title, number=number, issuer=issuer, kind=kind, of=told.get("of") or "", level=level, region=region,
        issued=issued, effective=told.get("effective") or (None if kind in ("news", "talk", "model") else _effective(text, head, issued)),
        repealed=told.get("repealed"), repealed_by=told.get("repealed_by", ""), source=told.get("source") or name,
        aliases=_aliases(title, issuer, told.get("aliases", ())), audience=frozenset(told.get("audience", ())))


def document_id(title: str, number: str) -> str:
    """The readable id: the document number when there is one, else the title in its shortest steady form.

    >>> document_id("无", "明委办[2022]020号"), document_id("《中华人民共和国公务员法》(2018-12-29)", "")
    ('明委办〔2022〕20号', '公务员法')
    """
    if number and (own := document_number(number)):
        return own
    bare = masthead.strip_edition(re.sub(r"\s+", "", close_up(title)))[0]
    if m := re.fullmatch(r"《([^《》]+)》", bare):
        bare = m[1]
    bare = re.sub(r"^中华人民共和国(?=.)", "", bare)
    return bare.translate(str.maketrans({":": "：", ",": "，", "(": "（", ")": "）", "?": "？", "!": "！", ";": "；",
                                         "#": "＃", "@": "＠", "「": "“", "」": "”"}))


def read_front(front: Mapping[str, Any], name: str = "") -> dict[str, Any]:
    """Front matter as typed values (dates, tuples of strings). Raises BadInput naming the key and the file."""
    out: dict[str, Any] = {}
    for key, value in front.items():
        if key not in KEYS:
            raise BadInput(f"{name or '文件'}：文件头里有不认识的项“{key}”；可用的项有 {'、'.join(sorted(KEYS))}，请改正后重新导入。")
        if value is None or value == "" or value == []:
            continue
        out[key] = _front_value(key, value, name or "文件")
    if "number" in out:
        out["number"] = document_number(out["number"]) or close_up(out["number"])
    return out


def _front_value(key: str, value: Any, name: str) -> Any:
    if key in ("aliases", "audience", "partial"):
        items = value if isinstance(value, (list, tuple)) else re.split(r"[,，;；]", str(value).strip("[]【】 "))
        return tuple(s for s in (str(v).strip().strip("\"'") for v in items) if s)
    if key in ("issued", "effective", "repealed"):
        return _front_day(key, value, name)
    if isinstance(value, bool):
        value = "true" if value else "false"
    if isinstance(value, (list, tuple)):
        value = "、".join(map(str, value))
    if not isinstance(value, (str, int, float, date)):
        raise BadInput(f"{name}：文件头的“{key}”应当是一行文字，请改正后重新导入。")
    value = str(value).strip()
    allowed = {"kind": get_args(Kind), "of": get_args(Kind), "level": get_args(Level)}.get(key)
    if allowed and value not in allowed:
        raise BadInput(f"{name}：文件头的“{key}”写着“{value}”，只能是 {'、'.join(a for a in allowed if a)} 之一，请改正后重新导入。")
    return value


def _front_day(key: str, value: Any, name: str) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    found = dates(text)
    if len(found) == 1 and found[0][2] - found[0][1] == len(text):
        return found[0][0]
    raise BadInput(f"{name}：文件头的“{key}”写着“{text}”，不是一个日期；请写成 2024-09-01 或 2024年9月1日 的样子，再重新导入。")


def _key(title: str) -> str:
    return fold(document_id(title, "").replace("中华人民共和国", ""))


def _title(head: Head, lines: Sequence[str]) -> tuple[str, int]:
    after, at = _reproduced(head, lines)
    if after and not (head.blocks and (head.number or head.addressee)):
        return after, at
    if not head.blocks:
        return "", 0
    formal = [b for b in head.blocks if masthead.is_formal(b)]
    if (head.number or head.banner or head.addressee) and formal:
        return formal[0], 0
    if head.byline and len(head.blocks) > 1:
        return head.blocks[-1], 0
    if masthead.is_talk_title(head.blocks[0]) and len(head.blocks) > 1 and re.search(r"材料|汇编|选登|选编|篇$", head.blocks[0]):
        return head.blocks[1], 0
    return next((b for b in head.blocks if not (masthead.ORGAN.search(b) and len(b) < 40)), head.blocks[0]), 0


def _reproduced(head: Head, lines: Sequence[str]) -> tuple[str, int]:
    """A title on a line of its own below a report or an order that names the document in 《》, and its line."""
    named: set[str] = set()
    body = [(i, close_up(x)) for i, x in enumerate(lines) if x and i >= head.end][:14]
    for i, line in body:
        if line.strip("《》") in named:
            return line.strip("《》"), i
        if masthead.NUMBERED.match(line):
            break
        named |= set(re.findall(r"《([^《》]{4,80})》", line))
    return "", 0


def _structure(lines: Sequence[str]) -> tuple[int, int]:
    """How many 条 and how many 一、/（一）/1. begin a line."""
    articles = sum(1 for x in lines if re.match(rf"^第[{NUMERAL}\d]+条", x))
    return articles, sum(1 for x in lines if re.match(rf"^(?:[{NUMERAL}]{{1,3}}[、．]|[（(][{NUMERAL}]{{1,3}}[）)]|\d{{1,2}}[.．、](?!\d|jpe?g|png|gif))", x))


def _kind(title: str, head: Head, page_head: Head, lines: Sequence[str], page: Sequence[str]) -> Kind:
    articles, numbered = _structure(lines)
    formal = masthead.is_formal(title)
    organ, signed, _ = masthead.signature(_tail_of(head, lines))
    if re.search(r"范本|示范文本|模板|样本|样式|样表|参考文本|参考格式", title):
        return "model"
    if head.number or head.order or head.banner or head.passed and (articles > 2 or formal):
        return "normative"
    if any(map(masthead.is_talk_title, head.blocks)) or (page_head is not head and any(map(masthead.is_talk_title, page_head.blocks))
                                                         and not head.addressee and not formal):
        return "talk"
    if formal and (head.addressee or organ and signed or articles > 2 or numbered > 2):
        return "normative"
    if articles > 4 and not _reports(head, page_head, page):
        return "normative"
    if _reports(head, page_head, page):
        return "news"
    if head.byline and numbered > 1 and not formal:
        return "talk"
    return ""


def _reports(head: Head, page_head: Head, page: Sequence[str]) -> bool:
    text = "\n".join(page)
    marks = [r"来源\s*[:：]", r"作者\s*[:：]", r"发布(?:时间|日期)\s*[:：]", r"浏览(?:次数|量)|点击(?:数|量)", r"当前位置|首页\s*[>＞]", r"(?:责任)?编辑\s*[:：/／]",
             r"本报讯|本报记者|新华社|[\(（]记者|通讯员|记者从", r"免责声明|转载请注明|版权(?:所有|归)", r"(?:^|\n)\s*(?:近日|日前|连日来)", r"据悉|记者(?:了解|获悉)",
             rf"[{CJK}]\s?摄(?:\n|$)", r"(?:^|\n)\s*(?:\d{4}年)?\d{1,2}月\d{1,2}日(?:上午|下午|晚)?[,，]", r"^.{4,50}(?:召开|举行|开幕|启动|揭牌|调研)\n"]
    return sum(bool(re.search(m, text)) for m in marks) >= 2 or bool(re.search(marks[6], "\n".join(page[:20])))


def _tail_of(head: Head, lines: Sequence[str]) -> Sequence[str]:
    """Where a signature may stand; an order (令) is signed before the text that it proclaims."""
    return lines if head.order else lines[head.end:]


def _number(head: Head) -> str:
    if head.number or not head.order:
        return head.number
    later = head.passed[[i for i, x in enumerate(head.passed) if "令" in x and re.search(r"号", x)][-1] + 1:] if any("号" in x for x in head.passed) else ()
    return "" if any(re.search(r"修[订正改]", x) for x in later) else head.order


_MEETING = re.compile(rf"第[{NUMERAL}\d]+届|第[{NUMERAL}\d]+次.*$|(?:全体|常务)?会议.*$")


def _issuer(kind: str, title: str, head: Head, page_head: Head, organ: str, lines: Sequence[str]) -> str:
    if kind == "talk":
        return head.byline
    if kind == "news":
        return _source(head) or _source(page_head)
    if organ and (not head.banner or organ.endswith(head.banner)):
        return organ
    if head.banner:
        return head.banner
    if by := _named_in(title):
        return by
    if head.passed and (by := _enacted(head.passed)):
        return by
    if head.order:
        return re.sub(r"(?:主席)?令第.*$", "", head.order)
    if head.byline and masthead.ORGAN.search(head.byline):
        return head.byline
    return _announced(title, lines)


def _named_in(title: str) -> str:
    """The organs that a title begins with: 甲、乙关于…."""
    m = re.match(rf"^([{CJK}、 \d]{{3,60}}?)(?:关于|印发|转发|批转)", title)
    parts = [re.sub(rf"第[{NUMERAL}\d]+届", "", p) for p in re.split("[、 ]|(?<=院)(?=最高)", m[1]) if p] if m else []
    return "、".join(parts) if parts and all(map(masthead.ORGAN.search, parts)) else ""


def _source(head: Head) -> str:
    for line in head.meta:
        if (m := re.search(r"(?:来源|发布机构|发文机关|发文单位)\s*[:：]\s*(\S+)", line)) and masthead.ORGAN.search(m[1]):
            return m[1]
    return ""


def _announced(title: str, lines: Sequence[str]) -> str:
    """近日，甲、乙联合出台《title》: who brought the document out, with a shared region written out for each."""
    for line in [x for x in lines if x][:10]:
        for m in re.finditer(rf"(?:^|[，,。；近日前])([{CJK}、和与]{{2,60}}?)(?:日前|近日)?(?:联合|共同)?(?:出台|印发|制定|发布|下发|颁布|公布)了?《([^《》]+)》", line):
            if _key(m[2]) != _key(title):
                continue
            parts = [p for p in re.split("[、和与]", re.sub(r"^(?:近日|日前)", "", m[1])) if p]
            if parts and all(masthead.ORGAN.search(p) for p in parts):
                return "、".join(_with_region(p, parts[0]) for p in parts)
    return ""


def _with_region(organ: str, leader: str) -> str:
    """省委组织部 beside 福建省纪委 is 福建省委组织部."""
    if organ[0] in _RELATIVE and (m := re.match(rf"^[{CJK}]*?(?=[{organ[0]}])", leader)) and m[0] and regions.seat(leader):
        return m[0] + organ
    return organ


def _enacted(passed: Sequence[str]) -> str:
    """The body that passed or proclaimed the text; one that only approved what another had passed is not its issuer."""
    for words in reversed(masthead.segments(passed)):
        m = re.match(rf"\s*([{CJK}、]+?)(?:令|公告)(?:第?[\d{NUMERAL}]+号)?(?:公布|发布|颁布|修订|修改|施行|$)", words) \
            or re.match(rf"\s*([{CJK}、\d]+?)(?:审议|讨论)?(?:修订|修正)?(?:通过|发布|公布|修订|修正|修改)", words)
        if not m or "批准" in m[1]:
            continue
        organ = re.sub(rf"第[{NUMERAL}\d]+届", "", m[1])
        organ = re.sub(rf"(?:第[{NUMERAL}\d]+次|政治局)?(?:全体|常务|常委会)?会议.*$|第[{NUMERAL}\d]+次.*$|公告.*$", "", organ)
        organ = re.sub(r"中华人民共和国(?=国务院|中央军事)|(?:审判|检察)委员会$|主席$", "", organ)
        organ = "全国" + organ if organ.startswith("人民代表大会") else organ.replace("人大常委会", "人民代表大会常务委员会")
        if len(organ) > 1:
            return organ
    return "国务院" if any("《国务院关于修改" in x for x in passed) else ""


def _issued(kind: str, head: Head, page_head: Head, signed: date | None, lines: Sequence[str], of_title: date | None, of_file: date | None) -> date | None:
    if made := [d for d in (masthead.events(head.passed).made, of_title, of_file) if d]:
        return max(made)
    if kind == "talk":
        return head.days[0] if head.days else None
    if kind != "news" and (found := signed or (head.days[0] if head.days else None) or masthead.printed(lines)):
        return found
    for line in (*head.meta, *(page_head.meta if page_head is not head else ())):
        if kind in ("news", "") or re.search(r"[成发印]文?[发文]?日期|发布|公布", line):
            if found := dates(line):
                return found[0][0]
    return head.days[0] if head.days and kind == "news" else None


def _effective(text: str, head: Head, issued: date | None) -> date | None:
    told = masthead.events(head.passed)
    if told.effect and (not issued or told.effect >= issued or not told.amended):
        return told.effect
    changed = told.amended or bool(told.made and issued and issued > told.made)
    stated = masthead.stated_effect(text, None if changed else issued)
    return None if stated and issued and stated < issued and (changed or told.made and (issued - stated).days > 366) else stated


def _region(kind: str, issuer: str, title: str, lines: Sequence[str], page: Sequence[str]) -> str:
    bare = re.sub(r"^(?:中共|中国共产党)", "", title)
    if kind == "news":
        named = regions.seat(bare) or _dateline(lines)
        return named or regions.seat(issuer)
    lead = issuer.split("、")[0]
    if lead and _CENTRE.match(lead):
        return regions.NATIONAL
    if lead and (seat := regions.seat(lead)):
        return seat
    if not regions.seat(lead) and (re.match(r"^(?:中华人民共和国|国务院|最高人民|全国人民代表大会|中国共产党)", title)):
        return regions.NATIONAL
    if seat := regions.seat(bare):
        return seat
    if lead and lead[0] in _RELATIVE:
        return _by_context(lead, page)
    articles = [x for x in lines if re.match(rf"^第[{NUMERAL}\d]+条", x)][:6]
    return regions.NATIONAL if kind == "normative" and any("中华人民共和国境内" in x or "中华人民共和国领域" in x for x in articles) else ""


def _dateline(lines: Sequence[str]) -> str:
    """The one place that the first paragraphs of a report speak of; several unrelated ones tell nothing."""
    text = "\n".join([x for x in lines if x][:8])
    found = [r for r in regions.regions_in(text) if r != regions.NATIONAL and regions.level(r)]
    deepest = [r for r in found if not any(o != r and regions.within(o, r) for o in found)]
    return deepest[0] if len(deepest) == 1 else ""


def _by_context(organ: str, page: Sequence[str]) -> str:
    """市发改委 belongs to the one city that the file clearly speaks of, if it speaks of one."""
    weight: dict[str, int] = {}
    want = {"省": 1, "市": 2, "州": 2}.get(organ[0], 3)
    for line in dict.fromkeys("\n".join(page)[:20000].split("\n")):
        for clause in re.split(r"[，。；、]", line):
            for region in regions.regions_in(clause):
                if part := regions.up_to(region, want):
                    weight[part] = weight.get(part, 0) + 1
    ranked = sorted(weight.items(), key=lambda kv: -kv[1])
    if ranked and ranked[0][1] > 1 and (len(ranked) == 1 or ranked[0][1] >= 3 * ranked[1][1]):
        return ranked[0][0]
    return ""


def _level(issuer: str, region: str, kind: str) -> Level:
    lead = issuer.split("、")[0]
    if kind != "news":
        if _UNIT.search(lead):
            return "unit"
        if re.search(r"(?:[镇乡]|街道)(?:党委|党工委|人民政府|办事处|办公室|委员会)?$", lead):
            return ""
    if region:
        return regions.level(region) or ""
    return _RELATIVE.get(lead[:1], "") if kind != "news" else ""


def _aliases(title: str, issuer: str, told: Sequence[str]) -> tuple[str, ...]:
    out = list(told)
    inner = masthead.inner_title(title)
    if inner:
        out.append(inner)
    if title.startswith("中华人民共和国"):
        out.append(title.removeprefix("中华人民共和国"))
    if (m := re.match(rf"^([{CJK}、 ]{{3,60}}?)(关于.+)$", title)) and masthead.ORGAN.search(m[1]):
        out.append(m[2])
    return tuple(a for a in dict.fromkeys(out) if a and a != title)
