"""The stretches of a clause that one claim may render: sentences, short runs of them, a list's lead with its items."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from assistant.chinese import NUMERAL
from assistant.types import Document, Provision
from assistant.verifying.normal import Tokens, plain, tokens
from assistant.verifying.wording import DEPENDENT, KINDS

_ARTICLE = re.compile(rf"^第[{NUMERAL}\d]+条(?:之[一二三四五])?[\s　]+")
_ITEM = re.compile(rf"^[（(]([{NUMERAL}\d]+)[）)]\s*|^(\d{{1,2}})[.．、]\s*")
_HEADING = re.compile(rf"^(?:[{NUMERAL}]+、|[（(][{NUMERAL}]+[）)]|第[{NUMERAL}]+[章节编])")
_FULL = re.compile(r"(?<=[。！？!?])[”’」』）)]*")
_SLOT = re.compile(r"有?(?:下列|以下)[^，。；：、]{0,14}?(?:情形|行为|情况|违法行为|问题)(?:之一)?(?:的)?")
RUN = 2
_PLAIN, _THING = "[^，。；：由负不未无可应经对向除但]", "[^，。；：由负不未无可应经向除但]"
Names = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True)
class Window:
    """``group`` numbers the part of each token (a ；-part, a lead, an item); ``items`` is how many items the list has in all, 0 for none.

    ``lead`` tells whether group 0 governs the others. ``after`` is the part that follows in the clause and may limit it.
    ``opens`` tells whether it begins a sentence. ``names`` are what its document, its clause and its list item are called, ``heads`` the headings over it.
    """

    toks: Tokens
    group: tuple[int, ...]
    items: int
    lead: bool
    after: str
    names: frozenset[str]
    heads: frozenset[str]
    document: int
    opens: bool = True

    @cached_property
    def grams(self) -> frozenset[str]:
        w = self.toks.words
        return frozenset(a + b for a, b in pairwise(w)) | frozenset(x for x in w if len(x) > 1)


@dataclass(frozen=True)
class _Part:
    text: str
    dependent: bool = False


def _parts(sentence: str) -> list[_Part]:
    pieces = [x for x in re.split("(?<=[；;])", sentence) if x.strip()]
    return [_Part(x, i > 0 and bool(DEPENDENT.match(x.strip()))) for i, x in enumerate(pieces)]


@dataclass
class _Block:
    """A paragraph with the items that follow it; ``number`` is which 款 it is."""

    text: str
    items: list[tuple[str, str]]
    number: int


def _blocks(provision: Provision) -> list[_Block]:
    lines = [x.strip() for x in provision.text.split("\n") if x.strip()]
    out: list[_Block] = []
    for i, line in enumerate(lines):
        whole = _ARTICLE.sub("", line)
        if whole != line and not whole or re.fullmatch(rf"第[{NUMERAL}]+条", line):
            continue
        if i == 0 and (line == provision.heading or _HEADING.match(line) or provision.level == "题头") and not re.search("[。；]$", line):
            continue
        if re.match(rf"^第[{NUMERAL}]+[章节编]", line):
            continue
        found = _ITEM.match(whole)
        if found and out and (out[-1].items or re.search("[：:]$", out[-1].text)):
            out[-1].items.append((found[1] or found[2], whole[found.end():]))
            continue
        out.append(_Block(whole[found.end():] if found else whole, [], len(out) + 1))
    return out


def _place(path: str) -> tuple[str, str, str]:
    m = re.match(rf"(第[{NUMERAL}\d]+条(?:之[一二三四五])?)(第[{NUMERAL}\d]+款)?(第[（(][{NUMERAL}\d]+[）)]项)?", path)
    return (m[1], m[2] or "", m[3] or "") if m else ("", "", "")


@lru_cache(maxsize=512)
def _document_names(document: Document) -> frozenset[str]:
    said = {document.title, document.id, document.number, *document.aliases, document.title.removeprefix("中华人民共和国"),
            document.title.removeprefix("中国共产党")}
    said |= {re.sub("[（(][^（）()]*[）)]", "", x) for x in said}
    if m := re.search("《([^《》]+)》", document.title):
        said.add(m[1])
    names = {plain(x) for x in said if x}
    names |= {plain(k) for k in KINDS if k in document.title} | {plain(p + k) for k in KINDS if k in document.title for p in ("该", "这部", "本", "这个", "这份", "上述")}
    if document.issuer:
        names |= {plain(document.issuer + v) for v in ("印发的", "制定的", "出台的", "发布的", "印发", "的")}
    if document.kind == "news" or document.of == "news":
        names |= {plain(x) for x in ("报道", "据报道", "该报道", "新闻报道", "文章")}
    if document.kind == "talk" or document.of == "talk":
        names |= {plain(x) for x in ("发言", "发言材料", "经验材料", "经验发言")}
    region = document.region
    if region and region != "全国":
        tails = [m.start() for m in re.finditer("(?<=[省市区州县])|^", region)]
        for at in tails:
            if place := region[at:]:
                names |= {plain(place), plain(re.sub("(?<=..)[省市县区]$", "", place))}
    return frozenset(names - {""})


def _path_names(article: str, para: str, item: str, number: int, only: bool) -> set[str]:
    if not article:
        return set()
    out = {plain(article)}
    paras = {para} if para else {f"第{number}款"} if not only or number == 1 else set()
    items = {item} if item else set()
    for p in paras:
        out |= {plain(article + p), plain(p)} | {plain(article + p + i) for i in items}
    return out | {plain(article + i) for i in items} | {plain(i) for i in items}


@lru_cache(maxsize=4096)
def windows(provision: Provision, document: Document, at: int, orphan: bool) -> tuple[Window, ...]:
    """Every window of a provision. ``orphan``: it is an item whose lead the ground does not hold, so it renders nothing alone."""
    if orphan or provision.level in ("章", "节", "编"):
        return ()
    out: list[Window] = []
    blocks = _blocks(provision)
    article, para, own_item = _place(provision.path)
    heads = {plain(re.sub(rf"^[{NUMERAL}（）()、]+", "", h)) for h in (provision.heading, *provision.trail) if h}
    base = _document_names(document) | {plain(provision.path)}
    titles = frozenset(h for h in heads if len(h) > 1)
    outer = re.match(r"^([一二三四五六七八九十]+)、?((?:（[一二三四五六七八九十]+）)?)", provision.path)
    if outer:
        base |= {plain(f"第{outer[1]}部分{outer[2]}"), plain(f"第{outer[1]}部分"), plain(f"{outer[1]}、")}
    for n, block in enumerate(blocks):
        def names(item: str = "", number: int = block.number) -> Names:
            label = own_item or (f"第（{item}）项" if item else "")
            return frozenset(base | _path_names(article, para, label, number, len(blocks) == 1)), titles

        following = _first(blocks[n + 1].text) if n + 1 < len(blocks) else ""
        if block.items:
            out += _listed(block.text, block.items, names, at, following)
        out += _running(block.text if not block.items else block.text.rstrip("：:"), names(), at, following)
    return tuple(out)


def _first(text: str) -> str:
    return _parts(_FULL.split(text)[0])[0].text if text else ""


def _window(parts: list[str], items: int, lead: bool, after: str, names: Names, at: int, opens: bool = True) -> Window:
    words: list[str] = []
    segment: list[int] = []
    listed: list[bool] = []
    depth: list[int] = []
    group: list[int] = []
    for i, part in enumerate(parts):
        t = tokens(part)
        base = segment[-1] + 1 if segment else 0
        words += t.words
        segment += [base + s for s in t.segment]
        listed += t.listed
        depth += t.depth
        group += [i] * len(t.words)
    return Window(Tokens(tuple(words), tuple(segment), tuple(listed), tuple(depth)), tuple(group), items, lead, after, names[0], names[1], at, opens)


def _listed(lead: str, items: list[tuple[str, str]], names: Callable[..., Names], at: int, following: str) -> list[Window]:
    out = []
    texts = [x for _, x in items]
    leads = _parts(lead)
    heads = ["".join(p.text for p in leads[:k]).rstrip("；;：:") for k in range(1, len(leads) + 1)]
    for k, head in enumerate(heads):
        after = leads[k + 1].text if k + 1 < len(leads) else following
        out.append(_window([head + "：", *texts], len(texts), True, after, names(), at))
        for label, text in items:
            slot = _SLOT.search(head)
            bare = re.sub("[；;。，,]+$", "", text)
            single = [head + "：" + bare]
            if slot and "应" not in slot[0]:
                end = "" if bare.endswith("的") else "的"
                comma = "" if head[slot.end():slot.end() + 1] in "，," else "，"
                if head[slot.end():]:
                    single.append(head[:slot.start()] + bare + end + comma + head[slot.end():])
            out += [_window([x], 0, False, after, names(label), at) for x in single]
    return out


def turned(sentence: str) -> list[str]:
    """A plain sentence told from its other end: 甲由乙负责 and 乙负责甲.

    >>> turned("用人需求由各单位提出。"), turned("组织部负责对接。"), turned("甲可以由乙提出，丙决定。")
    (['各单位提出用人需求'], ['对接由组织部负责'], [])
    """
    bare = re.sub("[。；;]$", "", sentence.strip())
    if m := re.fullmatch(f"({_THING}{{2,24}})由({_PLAIN}{{2,20}}?)(负责|提出|决定|审核|批准|受理|办理|承担|作出|制定|组织实施)", bare):
        return [m[2] + m[3] + m[1]]
    if m := re.fullmatch(f"({_PLAIN}{{2,16}}?)负责({_THING}{{2,30}})", bare):
        return [f"{m[2]}由{m[1]}负责"]
    return []


def _running(text: str, names: Names, at: int, following: str) -> list[Window]:
    out = []
    whole = [x for x in _FULL.split(text) if x.strip()]
    split = [_parts(s) for s in whole]
    for n, parts in enumerate(split):
        after = _first(whole[n + 1]) if n + 1 < len(whole) else following
        head, sep, rest = whole[n].partition("：")
        inner = [p.text for p in _parts(rest)] if sep else []
        if len(inner) > 1 and not re.search("[；;]", head):
            out.append(_window([head + "：", *inner], len(inner), True, after, names, at))
            continue
        first_dependent = bool(n and DEPENDENT.match(whole[n].strip()))
        for i in range(len(parts)):
            if parts[i].dependent or (i == 0 and first_dependent):
                continue
            for j in range(i + 1, min(len(parts), i + 6) + 1):
                then = parts[j].text if j < len(parts) else after
                out.append(_window([p.text for p in parts[i:j]], 0, False, then, names, at, i == 0))
                out += [_window([x], 0, False, then, names, at, i == 0) for x in turned(parts[i].text)] if j == i + 1 else []
        for more in range(2, RUN + 1):
            if n + more <= len(split) and not first_dependent:
                joined = [p.text for ps in split[n:n + more] for p in ps]
                then = _first(whole[n + more]) if n + more < len(whole) else following
                out.append(_window(joined, 0, False, then, names, at))
    return out
