"""Claims made by program from provisions: faithful ones in several ways, and each kind of lie made of them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.chinese import NUMERAL, number, numeral
from assistant.types import Document, Provision
from assistant.verifying import sentences
from assistant.words import cut

Held = tuple[Provision, Document]
FAITHFUL = ("as_is", "prefix", "dropped", "numerals", "list", "item")
_SKIP = ("题头", "章", "节", "编", "落款", "项", "目", "小标题")
_LABEL = re.compile(rf"^(?:第[{NUMERAL}]+条\s*|[（(][{NUMERAL}]+[）)]|[{NUMERAL}]+、|\d+[.．、])")
_UNITS = "个月|个工作日|年|月|日|次|种|项|类|个|名|人|元|万元|岁|期|倍|小时|步|方面"
_CN = re.compile(rf"(?<![第{NUMERAL}])([{NUMERAL}]+)(?={_UNITS})(?![^“]*”)(?<!进一)(?<!百)")
_ARABIC = re.compile(r"(?<![\d.])(\d{1,4})(?![\d.%])")
_ANY = re.compile(rf"(?<![\d第{NUMERAL}])(\d+(?:\.\d+)?|[{NUMERAL}]+)(?=余?(?:{_UNITS}|%|多))")


@dataclass(frozen=True)
class Claim:
    """A sentence, the way it was made, and what it rests on."""

    text: str
    way: str
    ground: tuple[Held, ...]


def _lines(p: Provision) -> list[str]:
    lines = [x.strip() for x in p.text.split("\n") if x.strip()]
    if lines and p.heading and p.heading in lines[0]:
        lines = lines[1:]
    return lines


def faithful(held: Sequence[Held]) -> list[Claim]:
    """Every faithful claim that the rules below make of a corpus."""
    out: list[Claim] = []
    for p, d in held:
        if p.level in _SKIP:
            continue
        ground = ((p, d),)
        lines = _lines(p)
        before = f"根据《{d.title}》{p.path if p.path.startswith('第') else ''}，"
        lead, items = "", []
        for line in [*lines, ""]:
            body = _LABEL.sub("", line).strip()
            if lead and re.match(rf"[（(][{NUMERAL}]+[）)]", line):
                items.append(body)
                continue
            if lead and items:
                out += _of_list(lead, items, ground, before)
            lead, items = (body, []) if body.endswith("：") else ("", [])
            if body and not lead:
                for s in sentences(body):
                    if len(s) >= 8 and re.search("[。；！？”）]$", s):
                        out += _of_sentence(s, ground, before)
    return out


def _of_sentence(s: str, ground: tuple[Held, ...], before: str) -> Iterator[Claim]:
    yield Claim(s, "as_is", ground)
    yield Claim(before + s, "prefix", ground)
    short = re.sub("，(?:使|以|从而|推动|让|形成|提升|促进|激励|消除)[^，。；：不但除]{2,30}(?=[。；]$)", "", s)
    if short != s and "：" not in s and len(short) > 8:
        yield Claim(short, "dropped", ground)
    if (short := re.sub("（[^（）不未除但]{2,20}）", "", s)) != s:
        yield Claim(short, "dropped", ground)
    arabic = _CN.sub(lambda m: str(number(m[1])), s)
    if arabic != s:
        yield Claim(arabic, "numerals", ground)
    chinese = re.sub(rf"(?<![\d.第〕])(\d{{1,3}})(?={_UNITS})", lambda m: numeral(int(m[1])), s)
    if chinese != s and not re.search(r"\d年|\d月", s):
        yield Claim(chinese, "numerals", ground)


def _of_list(lead: str, items: list[str], ground: tuple[Held, ...], before: str) -> Iterator[Claim]:
    bare = [re.sub("[；。，]$", "", i) for i in items]
    if not any("；" in i or "。" in i for i in bare):
        yield Claim(lead + "、".join(bare) + "。", "list", ground)
        yield Claim(before + lead + "；".join(bare) + "。", "list", ground)
    m = re.fullmatch("(.*?)有(?:下列|以下)[^，。；：]{0,4}情形之一(?:的)?，([^；。：]+)(?:；.*)?：", lead)
    if m:
        for item in bare:
            if "；" not in item and "。" not in item:
                yield Claim(f"{m[1]}{item}{'' if item.endswith('的') else '的'}，{m[2]}。", "item", ground)


def _each(pattern: str, s: str, swap: Callable[[re.Match[str]], Sequence[str]]) -> list[str]:
    return [s[:m.start()] + new + s[m.end():] for m in re.finditer(pattern, s) for new in swap(m) if new != m[0]]


def _digit(c: Claim, draw: random.Random, titles: Sequence[str]) -> list[str]:
    def other(m: re.Match[str]) -> list[str]:
        if m[1][0].isdigit():
            i = draw.randrange(len(m[1]))
            if m[1][i] == ".":
                i -= 1
            return [m[1][:i] + draw.choice([d for d in "123456789" if d != m[1][i]]) + m[1][i + 1:]]
        value = number(m[1])
        return [numeral((value + draw.randint(1, 8)) % 10000)]

    return _each(_ANY.pattern, c.text, other)


def _unit(c: Claim, draw: random.Random, titles: Sequence[str]) -> list[str]:
    change = {"年": "个月", "个月": "年", "日": "个工作日", "个工作日": "日", "月": "日", "次": "年", "种": "倍", "项": "年", "类": "次", "个": "万个", "名": "次",
              "人": "户", "元": "万元", "万元": "元", "岁": "年", "期": "年", "倍": "年", "小时": "日", "步": "年", "方面": "年", "%": "‰"}
    return _each(rf"(?<=[\d{NUMERAL}])(个月|个工作日|年|月|日|次|种|项|类|名|人|元|万元|岁|期|倍|小时|步|方面)", c.text, lambda m: [change[m[1]]])



def _modality(c: Claim, draw: random.Random, titles: Sequence[str]) -> list[str]:
    change = {"应当": ["可以", "不得", "不应当"], "可以": ["应当", "不得", "必须"], "必须": ["可以", "一般"], "不得": ["可以", "应当"], "禁止": ["允许"], "严禁": ["可以"], "一般": ["一律"],
              "原则上": [""], "优先": ["必须"], "可": ["应"], "应": ["可"]}
    return _each("应当|可以|必须|不得|禁止|严禁|一般|原则上|优先", c.text, lambda m: change[m[0]])


def _negation(c: Claim, draw: random.Random, titles: Sequence[str]) -> list[str]:
    change = {"不予": ["予以"], "免予": ["予以"], "予以": ["不予"], "给予": ["不给予"], "没有": ["有"], "未": ["已"], "不": [""], "无": ["有"], "非": [""], "拒不": ["主动"]}
    out = _each("不予|免予|予以|给予|没有|拒不|未(?=[经能按说予被])|不(?=[能再受服影合履作执报能适])|无(?=[法正])", c.text, lambda m: change[m[0]])
    return out + _each("(?<=[，、的])(?:负责|实行|建立|推动|加强|采取|提出|召开|公布|进行|处理|开展|履行)", c.text, lambda m: ["不" + m[0]])


def _proviso(c: Claim, draw: random.Random, titles: Sequence[str]) -> list[str]:
    out = []
    for pattern in ("，但(?:是)?[^。；]+(?=[。；]|$)", "，[^，。；]*除外(?=[。；]|$)", "；(?:法律[^。；]*)?另有规定[^。；]*(?=[。；]|$)", "；但[^。；]+(?=[。；]|$)", "，[^，。；]*另有规定[^，。；]*(?=[。；，]|$)",
                    "除[^，。；]*(?:以外|外)，", "，(?:最长|最多|累计)?(?:不得|不)超过[^，。；]*", "；另有规定的[^。；]*", "(?:情节|后果|性质)[^，。；、]{0,8}(?:严重|较重|轻微|恶劣)的，", "，经[^，。；]{2,10}(?:批准|同意)(?=[，。；可])"):
        out += [re.sub(pattern, "", c.text, count=1)] if re.search(pattern, c.text) else []
    return [y for x in out if len(x) > 6 for y in (x, "也就是说，" + x)]


def _value(text: str) -> str:
    try:
        return str(number(text))
    except ValueError:
        return text


def _list_swap(c: Claim, draw: random.Random, titles: Sequence[str]) -> list[str]:
    out = []
    found = list(_ANY.finditer(c.text))
    for a in range(len(found)):
        for b in range(a + 1, len(found)):
            x, y = found[a], found[b]
            if _value(x[1]) != _value(y[1]):
                out.append(c.text[:x.start()] + y[1] + c.text[x.end():y.start()] + x[1] + c.text[y.end():])
    parts = re.split("(?<=；)", c.text)
    pairs = [(i, p.partition("，")) for i, p in enumerate(parts) if p.count("，") and "的，" in p]
    for (i, (h1, _, t1)), (j, (h2, _, t2)) in pairwise(pairs):
        if t1.rstrip("；。") != t2.rstrip("；。"):
            new = list(parts)
            new[i], new[j] = f"{h1}，{t2.rstrip('；。')}；", f"{h2}，{t1.rstrip('；。')}。"
            out.append("".join(new))
    segs = re.split("(?<=[，；。])", c.text)
    subject = [(i, m) for i, s in enumerate(segs) if (m := re.fullmatch("(.{2,10}?)((?:应当|可以|负责|为|由|是|予以|给予|提供|实行|履行).{2,}?)([，；。])", s))]
    for (i, m), (j, k) in pairwise(subject):
        if m[1] != k[1] and m[2] != k[2]:
            new = list(segs)
            new[i], new[j] = m[1] + k[2] + m[3], k[1] + m[2] + k[3]
            out.append("".join(new))
    return out[:3]


def _roles(c: Claim, draw: random.Random, titles: Sequence[str]) -> list[str]:
    body = c.text.split("》")[-1]
    pieces = cut(body)
    out = []
    for i in range(1, len(pieces) - 1):
        if pieces[i] in ("向", "由", "对", "经", "报", "会同", "受", "被", "和", "给", "告知", "负责", "监督", "通报"):
            before = next((k for k in range(i - 1, -1, -1) if len(pieces[k]) > 1 and pieces[k] not in ("应当", "可以", "不得", "及时")), None)
            after = next((k for k in range(i + 1, len(pieces)) if len(pieces[k]) > 1), None)
            if before is None or after is None or i - before > 3 or after - i > 2 or pieces[i] == "和" or re.search("[，。；、]", "".join(pieces[before:after])):
                continue
            if pieces[before] != pieces[after]:
                new = list(pieces)
                new[before], new[after] = new[after], new[before]
                out.append(c.text[:len(c.text) - len(body)] + "".join(new))
    return out


def _article(c: Claim, draw: random.Random, titles: Sequence[str]) -> list[str]:
    p, d = c.ground[0]
    m = re.match(rf"第([{NUMERAL}]+)条", p.path)
    if c.way != "prefix" or not m:
        return []
    other = numeral(number(m[1]) + draw.choice([1, 2, 5, 10, 60]))
    body = c.text.split("》", 1)[1].split("，", 1)[1]
    out = [f"根据《{d.title}》第{other}条{p.path[m.end():]}，{body}", f"《{d.title}》第{other}条规定，{body}"]
    if "款" not in p.path:
        out.append(f"根据《{d.title}》{p.path}第九款，{body}")
    return out


def _document(c: Claim, draw: random.Random, titles: Sequence[str]) -> list[str]:
    d = c.ground[0][1]
    if c.way != "prefix":
        return []
    other = draw.choice([t for t in titles if t != d.title])
    return [c.text.replace(f"《{d.title}》", f"《{other}》", 1), f"按照{other}的规定，{c.text.split('，', 1)[1]}", c.text.replace(f"《{d.title}》", "《廉政建设责任办法》", 1)]


def _organisation(c: Claim, draw: random.Random, titles: Sequence[str]) -> list[str]:
    name = draw.choice(["省纪委监委", "市委编办", "高新区管委会", "国务院办公厅", "县总工会", "王建国同志", "区财政局", "上级党组织"])
    out = _each("区委组织部|组织部|监察机关|纪委监委|信访部门|机关、单位|机关|单位|上级|政府|党委|部门", c.text, lambda m: [name])[:2]
    segs = c.text.split("，")
    return [*out, "，".join([*segs[:-1], f"由{name}" + segs[-1]]), c.text.rstrip("。；") + f"，由{name}负责。"]


def _sentence(c: Claim, draw: random.Random, titles: Sequence[str]) -> list[str]:
    more = draw.choice(["并处五千元以下罚款", "情节轻微的可以免予处理", "有关人员可以放心", "该规定自发布之日起施行", "您的情况符合容错条件", "由上级机关批准后生效", "建议予以免责",
                        "经研究决定不予追究", "需要缴纳保证金", "但可以协商处理", "逾期视为同意"])
    bare = c.text.rstrip("。；")
    return [f"{bare}，{more}。", f"{bare}。{more}。", f"{more}，{c.text}"]


def _bound(c: Claim, draw: random.Random, titles: Sequence[str]) -> list[str]:
    change = {"以上": "以下", "以下": "以上", "不少于": "不超过", "不超过": "不少于", "不得超过": "不得少于", "以内": "以外", "至少": "至多", "不低于": "不高于", "超过": "低于", "最长": "最短", "之日起": "之日前",
              "日内": "日后", "年内": "年后", "期内": "期外", "以前": "以后", "之前": "之后", "以后": "以前", "期满": "期间", "以外": "以内", "期间": "期满后", "前，": "后，", "后，": "前，", "范围内": "范围外", "幅度": "数额",
              "每年": "每两年", "每半年": "每年", "每季度": "每年", "严重": "轻微", "较重": "较轻", "从轻": "从重", "减轻": "加重", "较轻": "较重", "轻微": "严重", "提前": "延后", "同时": "或者", "全部": "部分",
              "下一级": "上一级", "上一级": "下一级", "当场": "事后", "上级": "下级", "本级": "上级", "以来": "以前"}
    return _each("|".join(sorted(change, key=len, reverse=True)), c.text, lambda m: [change[m[0]]])


def _date(c: Claim, draw: random.Random, titles: Sequence[str]) -> list[str]:
    body = c.text.rindex("》") if "》" in c.text else 0
    def other(m: re.Match[str]) -> list[str]:
        year, month, day = int(m[1]), int(m[2] or 0), int(m[3] or 0)
        out = [f"{year + 1}年" + (f"{month}月" if month else "") + (f"{day}日" if day else ""), f"{year - 3}年" + (f"{month}月" if month else "") + (f"{day}日" if day else "")]
        if month:
            out.append(f"{year}年{month % 12 + 1}月" + (f"{day}日" if day else ""))
        if day:
            out.append(f"{year}年{month}月{day % 28 + 1}日")
        return out

    return [c.text[:body] + x for x in _each(r"(\d{4})年(?:(\d{1,2})月)?(?:(\d{1,2})日)?", c.text[body:], other)]


def _quote(c: Claim, draw: random.Random, titles: Sequence[str]) -> list[str]:
    body = c.text.rindex("》，") + 2 if "》，" in c.text else 0

    def other(m: re.Match[str]) -> list[str]:
        i = draw.randrange(1, len(m[0]) - 1)
        return [m[0][:i] + draw.choice([x for x in "天人大新好公正区高实" if x != m[0][i]]) + m[0][i + 1:]]

    out = [c.text[:body] + x for x in _each("“[^“”]{2,}”", c.text[body:], other)]
    if not out and len(c.text) > 14 and "“" not in c.text and "》" not in c.text:
        words = c.text.rstrip("。；")
        at = draw.randrange(2, len(words) - 2)
        if "\u4e00" <= words[at] <= "\u9fff":
            out = [f"“{words[:at]}{draw.choice([x for x in '天人大新好公正区高实' if x != words[at]])}{words[at + 1:]}。”"]
    return out


MUTATIONS: dict[str, Callable[[Claim, random.Random, Sequence[str]], list[str]]] = {
    "digit": _digit, "unit": _unit, "modality": _modality, "negation": _negation, "proviso": _proviso, "list_swap": _list_swap, "roles": _roles,
    "article": _article, "document": _document, "organisation": _organisation, "sentence": _sentence, "bound": _bound, "date": _date, "quote": _quote,
}
