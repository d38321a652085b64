"""Questions over several places or documents: side by side, or whether one place may use another's rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant import metadata
from assistant.answering import compose
from assistant.answering.evidence import Evidence
from assistant.answering.question import Question
from assistant.types import Answer, Document

FOREIGN = re.compile(r"适用|套用|照搬|参照|拿.{0,12}(?:用|办|套)|能用|可以用|沿用|按.{0,14}(?:的|规定|标准|办法|清单)?(?:来|去)?(?:办|认定|处理|算|执行|容错|奖励|调整)")
COMPARES = re.compile(r"区别|不同|差异|差别|对比|相比|比较|一样|相同|异同|分别|各|一个.{1,20}一个|哪个更")


def of_place(places: Sequence[str], documents: Sequence[Document]) -> list[Document]:
    """The local documents of places: their own, of what lies in them, and of the authorities above them."""
    return [d for d in documents if d.region and d.region != "全国"
            and any(metadata.within(d.region, p) or metadata.applies(d.region, p) for p in places)]


def sides(q: Question, named: Sequence[Document], documents: Sequence[Document]) -> list[tuple[str, list[Document]]]:
    """What is compared: the documents named, or the places, each with its documents."""
    out = [(compose.name(d), [d]) for d in named]
    covered = {d.id for d in named}
    for p in q.places:
        pool = [d for d in of_place((p,), documents) if metadata.within(d.region, p)] or of_place((p,), documents)
        if not any(d.id in covered for d in pool):
            out.append((p, pool))
    return out


_TWO = re.compile(r"^(.{2,30}?)(?:和|与|跟|、|，|,)(.{2,30}?)[，,]?(?:分别|各自|各(?=是|有|要|需|多|几|什|选))(.*)$")


_DIFFER = re.compile(r"^(.{2,30}?)(?:和|与|跟)(.{2,30}?)的(.{1,12}?)(?:有什么|有啥|有何|有没有|是不是|是否)?(?:区别|不同|差别|差异|一样|相同|异同)")


def two_topics(text: str) -> tuple[str, str] | None:
    """The two questions in one that asks of two things what each is.

    >>> two_topics("信访的办结期限和辞职的审批期限，分别是多少日？")
    ('信访的办结期限是多少日？', '辞职的审批期限是多少日？')
    >>> two_topics("工作证和通行证的有效期有什么区别")
    ('工作证的有效期是什么', '通行证的有效期是什么')
    """
    m = _TWO.match(text)
    if m and m[3].strip("？?。 "):
        return m[1] + m[3], m[2] + m[3]
    m = _DIFFER.match(text)
    return (f"{m[1]}的{m[3]}是什么", f"{m[2]}的{m[3]}是什么") if m else None


def part_of(text: str, names: Sequence[str], own: int) -> str:
    """The stretch of a question that is about one side: from its name to the next one's, with what is common at the end.

    >>> part_of("高明对座谈会、福建对谈话，频次分别是", ("高明", "福建"), 1)
    '对谈话，频次分别是'
    """
    at = [(text.find(n), n) for n in names]
    if any(a < 0 for a, _ in at):
        return text
    order = sorted(at)
    start = text.find(names[own]) + len(names[own])
    later = [a for a, _ in order if a > start]
    end = min(later) if later else len(text)
    piece = text[start:end].strip("、，,和与跟及 的")
    tail = text[order[-1][0] + len(order[-1][1]):]
    common = re.split(r"[，,；;]", tail)[-1] if re.search(r"[，,；;]", tail) else ""
    if len(piece) < 2:
        return tail
    return piece if common and common in piece else f"{piece}，{common}" if common else piece


def side_by_side(labels: Sequence[str], found: Sequence[tuple[Evidence, list[tuple[int, int]]] | None], q: Question,
                 absent: Callable[[str], Answer]) -> Answer:
    """One statement a side; a side without a clause is said to have none."""
    parts, cites, claims, missing = [], [], [], []
    for label, one in zip(labels, found, strict=True):
        if one is None:
            missing.append(label)
            continue
        e, spans = one
        texts = [e.hit.provision.text[a:b] for a, b in spans]
        parts.append(compose.said(e.hit, texts, local=True))
        cites.extend(compose.citation(e.hit, a, b) for a, b in spans)
        claims.extend(texts)
    if not parts:
        return absent(f"语料中没有可供比较的条款（{'、'.join(missing)}）。")
    if missing:
        parts.append(f"{'、'.join(missing)}：语料中没有相应规定。")
    cited = [c.document for c in cites]
    extra = ("各地规定只在本地区适用，不能混用。",) if len(q.places) > 1 else ()
    return Answer("\n".join(parts), tuple(cites), None, (*compose.notices(cited, None), *extra), trace={"claims": tuple(claims)})


def foreign(q: Question, evidence: Sequence[Evidence]) -> Answer:
    """Whether one place may use another's rule: it may not, and whose rules there are is said."""
    cites = [compose.citation(e.hit, e.start, e.end) for e in evidence]
    lines = "".join(compose.said(e.hit, e.text, local=True) for e in evidence)
    whose = tuple(f"{e.hit.document.region}的{compose.name(e.hit.document)}只适用于{e.hit.document.region}。" for e in evidence)
    return Answer(f"{'、'.join(q.places)}的规定各自只在本地区适用，不能互相套用；是否符合条件要看本地区的文件。{lines}", tuple(cites), "out_of_corpus",
                  whose or ("一个地区的规定不适用于其他地区的干部。",), trace={"claims": ()})


CLOSE = 0.2
"""How much lower the clause of another place may stand and still be meant."""


def rival(q: Question, found: Sequence[Evidence], e: Evidence, fits: Callable[[Evidence], bool]) -> Evidence | None:
    """Another place's clause that answers as well, when no place was given and the answer would differ."""
    if e.hit.document.region in ("", "全国") or q.want not in {"how_many", "list", "frequency", "duration", "percent", "money"} and q.count is None:
        return None
    for other in found[:10]:
        d = other.hit.document
        if (d.region not in ("", "全国") and not metadata.within(d.region, e.hit.document.region)
                and not metadata.within(e.hit.document.region, d.region) and other.typed
                and other.score >= e.score - CLOSE and other.coverage >= e.coverage - 0.08 and fits(replace(other, margin=e.margin))):
            return other
    return None


def both_fit(e: Evidence, other: Evidence) -> Answer:
    """Two places' clauses fit: give both, ask which is meant."""
    lines = [f"{x.hit.document.region}：{compose.said(x.hit, x.text)}" for x in (e, other)]
    return Answer("不同地区有不同规定，请说明问的是哪个地区：\n" + "\n".join(lines),
                  tuple(compose.citation(x.hit, x.start, x.end) for x in (e, other)), "ambiguous",
                  compose.notices([x.hit.document for x in (e, other)], None), trace={"claims": ()})
