"""From the evidence chosen to the answer: one or two sentences, or a list as its items, each with its clause."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from assistant import metadata
from assistant.answering import compose, lists, refusing
from assistant.answering.evidence import JUDGED, Evidence, match, told_by
from assistant.answering.question import Question
from assistant.chinese import fold, number, numeral, sentences
from assistant.types import DIGEST_NOTE, Answer, Citation, Document

SHORT = 160
"""Characters of evidence an answer shows when it is not a list."""
CLOSE = 0.78
"""How near to the best, filled-in words counted, a sentence must come to be said beside it."""
FILLS = 0.8
"""What filling in all the lacking words is worth."""
LEAD = 24
"""A sentence shorter than this is said with the one after it."""


def tell(q: Question, e: Evidence, found: Sequence[Evidence], place: str, on: date | None) -> Answer:
    """The answer that an evidence gives; a count whose list is nowhere in the document gives ``not_listed``."""
    wants_list = q.want in {"list", "define"} or q.count is not None and q.want == "open"
    if wants_list:
        e = _over(e)
        count = q.count or _count_of(q, e)
        listing = _listing(q, e, found, count)
        apart = _apart(q, found, count) if listing is None and q.named and count else []
        if apart:
            return _answer(q, [(x, x.start, x.end) for x in apart], found, place, on)
        if listing is None and (count or q.named):
            fuller = _fuller(e, found, count) if count else None
            if fuller:
                return tell(q, fuller, found, place, on)
            told = next((x for x in (e, *found[:JUDGED]) if _counts(q, x, count) and x.coverage >= 0.8 * e.coverage), None)
            if told is None:
                return refusing.absent([e], f"现有文件没有写明{q.named or f'这{count}项'}，不能代为列举。")
            return not_listed(q, told, count or 0, on)
        inline = listing and not q.count and "\n" not in listing[0].hit.provision.text[listing[1].start:listing[1].end] and listing[0] is e and listing[1].end <= e.end
        if listing and not inline:
            holder, the_list = listing
            a = min(holder.start, the_list.start) if the_list.start - holder.start < 200 else the_list.start
            return _answer(q, [(holder, a, max(the_list.end, min(holder.end, the_list.end + 60)))], found, place, on)
    spans = [(e, *compose.trimmed(e, _words(q)))]
    spans = _with_items(q, e, found, _with_lead(e, spans))
    for _ in range(2):
        more = _with_second(q, e, found, spans)
        if more is spans:
            break
        spans = more
    return _answer(q, spans, found, place, on)


def _counts(q: Question, e: Evidence, count: int | None) -> bool:
    """Whether a sentence gives the number asked for, or its clause the name of the list."""
    return any(value == count for value, _ in lists.counts(e.text)) or bool(q.named) and q.named in fold(e.hit.provision.text)


def _over(e: Evidence) -> Evidence:
    """For an item, the line that introduces the items, so that the list is told from its beginning; else the evidence itself."""
    lead = lead_of(e)
    return replace(e, start=lead[0], end=lead[1]) if lead else e


def _words(q: Question) -> list[str]:
    return [w for u in q.units for w in (u.word, *u.alternatives)]


def _answer(q: Question, spans: Sequence[tuple[Evidence, int, int]], found: Sequence[Evidence], place: str, on: date | None) -> Answer:
    cites: list[Citation] = []
    claims: list[str] = []
    said: list[str] = []
    by_clause: dict[str, list[tuple[Evidence, int, int]]] = {}
    for span in spans:
        by_clause.setdefault(span[0].hit.provision.id, []).append(span)
    for group in by_clause.values():
        hit = group[0][0].hit
        texts = []
        for e, a, b in _joined(group):
            texts.append(hit.provision.text[a:b])
            cites.append(compose.citation(hit, a, b))
        claims.extend(texts)
        said.append(compose.said(hit, texts, local=not q.places and not q.mentions))
    first = spans[0][0].hit.provision.id
    cites.sort(key=lambda c: c.provision != first)
    documents = [c.document for c in cites]
    return Answer("\n".join(said), tuple(cites), None, (*whose(q, documents, place), *compose.notices(documents, on)),
                  trace={"claims": tuple(claims), "coverage": round(spans[0][0].coverage, 3), "score": round(spans[0][0].score, 3),
                         "passages": [x.hit.provision.id for x in found[:5]]})


def _joined(group: Sequence[tuple[Evidence, int, int]]) -> list[tuple[Evidence, int, int]]:
    """Spans of one clause in order, those that touch made one."""
    out: list[tuple[Evidence, int, int]] = []
    for e, a, b in sorted(group, key=lambda s: s[1]):
        if out and a <= out[-1][2] + 1:
            out[-1] = (out[-1][0], out[-1][1], max(b, out[-1][2]))
        else:
            out.append((e, a, b))
    return out


def lead_of(e: Evidence) -> tuple[int, int] | None:
    """Where the line stands that introduces the items of which a sentence is one; None when it is no item."""
    text = e.hit.provision.text
    before = text[:e.start]
    line = before.rfind("\n") + 1
    if not re.match(r"\s*[（(][一二三四五六七八九十]+[）)]", text[line:e.end]):
        return None
    leads = [m for m in re.finditer(r"[^\n]*[：:]\s*(?=\n)", before)]
    return (leads[-1].start(), leads[-1].end()) if leads else None


def _with_lead(e: Evidence, spans: list[tuple[Evidence, int, int]]) -> list[tuple[Evidence, int, int]]:
    """An item of an article is said with the words that stand over it (有下列行为之一的，予以警告……：)."""
    found = lead_of(e)
    if found is None:
        return spans
    text = e.hit.provision.text
    a, b = found
    parts = [s for s in sentences(text[a:b])]
    a = a + parts[-1][0] if parts and b - a > 160 else a
    return [*spans, (e, a, b)]


def _with_items(q: Question, e: Evidence, found: Sequence[Evidence], spans: list[tuple[Evidence, int, int]]) -> list[tuple[Evidence, int, int]]:
    """A line that only introduces a list is said with its items: all of them, or for a yes or no those that fit best."""
    text = e.hit.provision.text
    if not e.text.rstrip().endswith(("：", ":")) or not text[e.end:].strip() or len(spans) > 1:
        return spans
    the_list = lists.find(text, e.start, e.end)
    if the_list is None or the_list.end <= e.end:
        return spans
    if q.want not in {"modality", "duration", "money", "percent", "frequency", "when"} or the_list.end - e.end <= SHORT:
        return [(e, e.start, the_list.end)]
    room = SHORT - (e.end - e.start)
    for item in [x for x in found[:JUDGED] if x.hit.provision.id == e.hit.provision.id and e.end <= x.start < the_list.end][:2]:
        if item.end - item.start <= room:
            spans, room = [*spans, (item, item.start, item.end)], room - (item.end - item.start)
    return spans


def _with_second(q: Question, e: Evidence, found: Sequence[Evidence], spans: list[tuple[Evidence, int, int]]) -> list[tuple[Evidence, int, int]]:
    """One more sentence when there is room: what holds the words the first lacks, or one as good from the same clause."""
    used = sum(b - a for _, a, b in spans)
    told = "".join(fold(x.hit.provision.text[a:b]) for x, a, b in spans)
    lacking = [u for u in q.units if match(u, told) < 0.5]
    missing = sum(u.weight for u in lacking)
    heavy = missing >= 0.3 * (sum(u.weight for u in q.units) or 1)
    best: tuple[float, Evidence] | None = None
    for other in found[:14]:
        same = other.hit.provision.id == e.hit.provision.id
        if (other.hit.document.id != e.hit.document.id or other.hit.provision.level in {"题头", "落款", "目录"}
                or any(x.hit.provision.id == other.hit.provision.id and a <= other.start < b for x, a, b in spans)
                or used + other.end - other.start > SHORT + (50 if heavy else 0)):
            continue
        fills = sum(u.weight * match(u, fold(other.text)) for u in lacking) / (missing or 1) if heavy else 0.0
        close = other.score / max(e.score, 0.01)
        beside = same and (other.start == e.end or other.end == e.start)
        worth = close + FILLS * fills + (0.1 if beside else 0.0) - (0.0 if same else 0.3)
        if worth >= CLOSE and (best is None or worth > best[0]):
            best = (worth, other)
    if best is not None:
        return [*spans, (best[1], best[1].start, best[1].end)]
    follower = _following(e)
    if follower and len(spans) == 1 and used + follower[1] - follower[0] <= SHORT and len(e.text.strip()) < LEAD:
        return [*spans, (e, *follower)]
    return spans


def _following(e: Evidence) -> tuple[int, int] | None:
    """The next sentence of the same paragraph."""
    text = told_by(e.hit)
    spans = [s for s in sentences(text) if s[0] >= e.end]
    if not spans or "\n" in text[e.end - 1:spans[0][0] + 1] or not text[spans[0][0]:spans[0][1]].strip():
        return None
    return spans[0]


# -- lists ------------------------------------------------------------------------------------------------------


def _listing(q: Question, e: Evidence, found: Sequence[Evidence], count: int | None) -> tuple[Evidence, lists.Listing] | None:
    """The list asked for: at the evidence, or in a sentence of the same document that answers nearly as well."""
    best: tuple[float, Evidence, lists.Listing] | None = None
    for n, other in enumerate((e, *[x for x in found[:80] if x is not e])):
        if other.hit.document.id != e.hit.document.id or other.hit.document.version != e.hit.document.version:
            continue
        listing = lists.find(other.hit.provision.text, other.start, other.end, count)
        if listing is None:
            continue
        if q.named and count is None:
            continue
        if q.named:
            fit = max(_belongs(q.named, other, listing), 0.8 if any(v == count for v, _ in lists.counts(other.text)) else 0.0)
            if q.each:
                fit = float(sum(q.each in i for i in listing.items) >= 0.75 * len(listing.items))
        else:
            fit = 1.0 if n == 0 else 0.5 if count and n < 16 and other.coverage >= 0.8 * e.coverage and other.score >= 0.6 * e.score else 0.0
        if fit and (best is None or other.score + fit > best[0]):
            best = (other.score + fit, other, listing)
    return (best[1], best[2]) if best else None


def _apart(q: Question, found: Sequence[Evidence], count: int) -> list[Evidence]:
    """The items of a named list that stand each in a clause of its own (第一个区分…, 第二个区分…), all from one document."""
    core = re.sub(r"^[一二三四五六七八九十两\d]+(?:个|大|种|类|项|条)?", "", q.named)[:2]
    by_document: dict[str, dict[int, Evidence]] = {}
    for e in found[:80]:
        m = re.match(r"\s*第([一二三四五六七八九十])", e.text)
        if m and core and core in e.text:
            by_document.setdefault(e.hit.document.id, {}).setdefault(number(m[1]), e)
    return next(([items[n] for n in range(1, count + 1)] for items in by_document.values() if all(n in items for n in range(1, count + 1))), [])


def _fuller(e: Evidence, found: Sequence[Evidence], count: int) -> Evidence | None:
    """Another document of the same place that gives the same number and the list with it (a rule that carries a plan out)."""
    for other in found[:30]:
        d = other.hit.document
        if (d.id != e.hit.document.id and d.region == e.hit.document.region and other.coverage >= 0.7 * e.coverage
                and any(v == count for v, _ in lists.counts(other.text)) and lists.find(other.hit.provision.text, other.start, other.end, count)):
            return other
    return None


def _belongs(named: str, e: Evidence, listing: lists.Listing) -> float:
    """Whether a list is the one its name says: its items share a character of the name, or it stands right beside the name."""
    tail = re.split(r"[一二三四五六七八九十两]", named)[-1].lstrip("个")
    kin = max((sum(c in i for i in listing.items) / len(listing.items) for c in tail), default=0.0)
    text = fold(e.hit.provision.text[listing.start:listing.end])
    whole = fold(e.hit.provision.text[e.start:max(e.end, listing.end)])
    here = named in whole
    first = fold(listing.items[0])
    at, start = whole.find(named), whole.find(first)
    # Said just before the items, or at their end (甲、乙等四必访); a name inside an item counts another thing.
    beside = here and at >= 0 and start >= 0 and (0 <= start - at - len(named) <= 8 or abs(at + len(named) - start - len(text)) <= 4)
    if kin >= 0.75:
        return 1.0 if here else 0.6
    return 0.7 if beside else 0.0


def _count_of(q: Question, e: Evidence) -> int | None:
    """The count that the evidence gives for the very thing asked for, when the question itself has none."""
    for value, at in lists.counts(e.text):
        if not 2 <= value <= 60:
            continue
        after = e.text[at:at + 16]
        m = re.match(r"(?:\d+|[一二三四五六七八九十]+)\s*(?:个|大)?(种|项|类|条|方面)([^，。；、]{0,10})", after)
        asked = re.search(r"哪几个?(种|项|类|条|方面)|(?:什么|哪些)(方面)", q.text)
        if not m or asked and (asked[1] or asked[2]) != m[1]:
            continue
        tail = fold(m[2])
        before = fold(e.text[max(0, at - 14):at])
        # The things counted must be the things asked for, else the number is by the way.
        if any(u.word in tail or match(u, tail) >= 0.7 for u in q.units) or not tail and any(u.word in before for u in q.units) \
                or re.search(r"^(?:具体|典型)?(?:情形|清单|内容|条件|标准|措施|表现)", tail) and any(match(u, before) >= 0.6 for u in q.units):
            return value
    return None


def not_listed(q: Question, e: Evidence, count: int, on: date | None) -> Answer:
    """The number stands in the document, the list does not: say just that, and where the list would be."""
    lead = "据报道，" if compose.nature(e.hit.document) == "news" else ""
    a, b = compose.trimmed(e, [q.named] if q.named else [str(count), numeral(count)])
    issuer = f"（{e.hit.document.issuer}）" if e.hit.document.issuer else ""
    what = f"“{q.named}”这个提法" if q.named and (not count or str(count) not in e.text) else f"{_counted(e.text, count)}这个数量"
    text = (f"{lead}{compose.place_of(e.hit)}只写明{what}，没有列出明细，不能代为列举。"
            f"明细应查该文件的配套办法或清单，可向制发机关{issuer}索取。")
    note = DIGEST_NOTE if e.hit.document.kind == "digest" else ""
    return Answer(text + note, (compose.citation(e.hit, a, b),), "not_listed", compose.notices([e.hit.document], on),
                  trace={"claims": (), "coverage": round(e.coverage, 3)})


def _counted(sentence: str, count: int) -> str:
    for form in (str(count), numeral(count)):
        m = re.search(rf"(?<!第){form}\s*((?:个|种|项|类|条|大|名|方面|点)[^，。；、“”]{{0,12}})", sentence)
        if m:
            return form + re.split(r"以及|及|和|进行|，|的", m[1])[0]
    return f"{count}项"


def whose(q: Question, cited: Sequence[Document], place: str) -> tuple[str, ...]:
    """Whose rule it is, when nobody said for which place the question is meant."""
    if q.places or q.mentions:
        return ()
    local = [d for d in dict.fromkeys(cited) if d.region and d.region != "全国"]
    if place:
        return tuple(f"{place}没有本地规定可引，以上为{d.region}的文件。" for d in local if not metadata.applies(d.region, place))
    return tuple(f"以上为{d.region}的规定，只适用于该地区。" if compose.nature(d) == "normative"
                 else f"以上是{d.region}的情况。" for d in local)
