"""What an answer lists, taken from the words it quotes, so that 第三种 and 最后一个 can be told."""

from __future__ import annotations

import re

from assistant.chinese import NUMERAL, number
from assistant.types import Answer

MOST, LONGEST = 40, 300
_MARK = re.compile(rf"^\s*(?:[（(](?:[{NUMERAL}]{{1,3}}|\d{{1,2}})[）)]|\d{{1,2}}[.．、]|[①-⑳]|[-—·•]\s)\s*(.+?)\s*$", re.MULTILINE)
_SENTENCE = re.compile(r"[^。；\n]+")
_RUN = re.compile(r"(?:[^，：:、]{1,40}、)+[^，：:、]{1,40}")
_COUNT = re.compile(rf"(?<!第)(\d{{1,3}}|[{NUMERAL}]{{1,3}})(?=[\u4e00-\u9fff])(?![年月日时分])")
_LEAD = re.compile(r"^.*(?:分为|包括|分别是|就是|指的是|即|是|为|有|分|按照?)(?=[^、]{2,})")


def items_of(answer: Answer) -> tuple[str, ...]:
    """The items that an answer lists, in order; () when it lists none for sure. Each stands in a quote of the answer.

    Words with 、 between them are a list only where a colon leads to them or their sentence tells that number.

    >>> from assistant.types import Citation, Document
    >>> quoting = lambda quote: Answer(quote, (Citation("甲#一", "一", Document("甲", "甲"), quote),))
    >>> items_of(quoting("分为4种情形：任期交流、培养交流、调任交流和回避交流。"))
    ('任期交流', '培养交流', '调任交流', '回避交流')
    >>> items_of(quoting("明确适用容错、免责的8种情形。"))
    ()
    """
    quotes = [c.quote for c in answer.citations]
    for quote in quotes:
        marked = tuple(m[1].rstrip("；;。")[:LONGEST] for m in _MARK.finditer(quote) if m[1].strip())
        if len(marked) >= 2:
            return marked[:MOST]
    shown = answer.text.replace("\n", "")
    found = [items for quote in quotes for m in _SENTENCE.finditer(quote) for items in _runs(m[0]) if all(i in shown for i in items)]
    return max(found, key=len, default=())[:MOST]


def _runs(sentence: str) -> list[tuple[str, ...]]:
    counts = set()
    for m in _COUNT.finditer(sentence):
        try:
            counts.add(number(m[1]))
        except ValueError:
            continue
    out = []
    for m in _RUN.finditer(sentence):
        for items in _split(m[0]):
            if len(items) in counts or sentence[max(0, m.start() - 1):m.start()] in (":", "：") and len(items) > 2:
                out.append(items)
                break
    return out


def _split(run: str) -> list[tuple[str, ...]]:
    """The items of a run: with the last one divided at 和, and as it is."""
    parts = run.split("、")
    parts[0] = _LEAD.sub("", parts[0]) or parts[0]
    parts[-1] = re.sub(rf"(?:这?等)?(?:这)?(?:\d{{1,2}}|[{NUMERAL}]{{1,2}})[个种项类级条点]?$", "", parts[-1]) or parts[-1]
    ends = re.fullmatch(r"(.{2,}?)(?:和|以及|及|或者|与)(.{2,})", parts[-1])
    forms = [[*parts[:-1], ends[1], ends[2]]] if ends else []
    return [tuple(p.strip(" “”\"").removesuffix("等")[:LONGEST] for p in form if p.strip(" “”\"")) for form in (*forms, parts)]
