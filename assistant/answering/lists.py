"""Lists in a clause: where N items stand, and whether a count comes without its list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from assistant.chinese import NUMERAL, number, sentences

_N = rf"(?:\d+|[{NUMERAL}]+)"
_MARKED = re.compile(rf"^\s*(?:[（(](?:{_N})[）)]|{_N}[、.．]|[①-⑳]|第?[{NUMERAL}]+[，、])", re.M)
_INLINE = re.compile(rf"[（(]([{NUMERAL}]{{1,3}}|\d{{1,2}})[）)]|([一二三四五六七八九十]{{1,2}})是|第([一二三四五六七八九十]{{1,2}})[，,、]|[①-⑳]")
_TAIL = re.compile(rf"(?:等)?(?:这)?{_N}?(?:个|种|项|类|大|方面|条)*(?:方面|情形|内容|等).*$")
_COUNT = re.compile(rf"(?<!第)(?<![{NUMERAL}\d第])({_N})\s*(?:个(?!月|工作日|小时)|大|种|项|类|条|点|必|款|位|有|我|名|方面|[“\"”])")


@dataclass(frozen=True)
class Listing:
    """A list found in a text: ``[start, end)`` of the words that hold it, and its items."""

    start: int
    end: int
    items: tuple[str, ...]


@lru_cache(maxsize=1024)
def find(text: str, start: int, end: int, count: int | None = None) -> Listing | None:
    """The list that belongs to the sentence ``text[start:end]``: in it, under it, or just after it.

    With ``count`` only a list of that many items is taken.

    >>> find("区分任期、培养、调任、回避交流轮岗等4种情形。", 0, 23, 4).items
    ('任期', '培养', '调任', '回避交流轮岗')
    >>> find("明确8种情形，对运行、能力、结构等方面了解。", 0, 22, 8) is None
    True
    """
    for a, b in _scopes(text, start, end):
        own = _told(text, start, end, count) if count and (a, b) == (start, end) else []
        for listing in chain(chain.from_iterable(kind(text, a, b) for kind in (_lines, _inline, _semicolons, _quoted, _stops)), own):
            if (len(listing.items) == count if count else len(listing.items) >= 2) and not _counts_themselves(listing.items):
                return listing
    return None


def _counts_themselves(items: tuple[str, ...]) -> bool:
    """Items that are numbers of other things (9种…、8种…) are no list of what those things are."""
    return sum(bool(re.search(rf"{_N}\s*(?:种|类|项)(?!目|别)", i)) for i in items) >= max(2, len(items) - 1)


def _scopes(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans = sentences(text)
    at = next((i for i, s in enumerate(spans) if s[0] <= start < s[1]), len(spans) - 1)
    after = spans[min(at + 2, len(spans) - 1)][1]
    return [(start, end), (start, after), (start, len(text))] if after > end else [(start, end), (start, len(text))]


def _lines(text: str, a: int, b: int) -> list[Listing]:
    """Numbered lines that follow the sentence."""
    block = text[a:b]
    marks = list(_MARKED.finditer(block))
    marks = [m for m in marks if m.start() > 0]
    if len(marks) < 2:
        return []
    kind = _kind(marks[0][0])
    marks = [m for m in marks if _kind(m[0]) == kind]
    ends = [m.start() for m in marks[1:]] + [_line_end(block, marks[-1].start())]
    items = tuple(block[m.start():e].strip() for m, e in zip(marks, ends, strict=True))
    return [Listing(a, a + len(block[:ends[-1]].rstrip()), items)] if len(items) >= 2 else []


def _line_end(block: str, start: int) -> int:
    stop = block.find("\n", start + 1)
    return len(block) if stop < 0 else stop


def _kind(mark: str) -> str:
    mark = mark.strip()
    return "(" if mark[0] in "（(" else "d" if mark[0].isdigit() else mark[0] if mark[0] in "①第" else "c"


def _inline(text: str, a: int, b: int) -> list[Listing]:
    """一是…二是…, （一）…；（二）… inside one paragraph."""
    block = text[a:b]
    out = []
    for group in (1, 2, 3):
        marks = [m for m in _INLINE.finditer(block) if m[group]]
        run = []
        for m in marks:
            try:
                value = number(m[group])
            except ValueError:
                continue
            if value == len(run) + 1:
                run.append(m)
        if len(run) >= 2:
            ends = [m.start() for m in run[1:]] + [_item_end(block, run[-1].end())]
            out.append(Listing(a, a + ends[-1], tuple(block[m.start():e].strip("；;，, \n") for m, e in zip(run, ends, strict=True))))
    return out


def _item_end(block: str, start: int) -> int:
    m = re.compile(r"[。\n]").search(block, start)
    return m.end() if m else len(block)


def _semicolons(text: str, a: int, b: int) -> list[Listing]:
    block = text[a:b]
    colon = max(block.find("："), block.find(":"))
    if colon < 0:
        return []
    items = [i.strip("。 \n") for i in re.split(r"[；;]", block[colon + 1:]) if i.strip("。 \n")]
    return [Listing(a, b, tuple(items))] if len(items) >= 2 else []


def _quoted(text: str, a: int, b: int) -> list[Listing]:
    items = list(dict.fromkeys(re.findall(r"(?<![种类项个])[“\"]([^“”\"]{1,20})[”\"]", text[a:b])))
    if items and re.match(rf"[{NUMERAL}]", items[0]) and len(items) > 2:
        items = items[1:]
    return [Listing(a, b, tuple(items))] if len(items) >= 2 else []


def _stops(text: str, a: int, b: int) -> list[Listing]:
    """Runs separated by 、 (the last item may be joined by 和, 以及 and carry 等N种情形)."""
    out = []
    for m in re.finditer(r"[^，,。；;：:！？\n（）()]+", text[a:b]):
        piece = m[0]
        if "、" not in piece:
            continue
        items = [i.strip() for i in piece.split("、")]
        last = items[-1]
        head = re.split(rf"等(?={_N}|方面|情形|内容|工作|$)|(?<=\w)(?={_N}(?:种|类|项|个|大))", last, maxsplit=1)[0]
        joined = re.split(r"以及|和|与|及(?!时)", head, maxsplit=1)
        variants = [(*items[:-1], head)]
        if len(joined) == 2 and all(joined):
            variants.append((*items[:-1], *joined))
        for variant in variants:
            first = re.split(r"(?:包括|分为|分成|区分|是|即|指|有|为|从|对|围绕|按|把|以|做到|提升|坚持|采取)", variant[0])[-1] or variant[0]
            out.append(Listing(a + m.start(), a + m.end(), (first, *variant[1:])))
    return out


_FULL_STOP = re.compile(r"[。！？][”’」』）)》]*|\n+")


def _told(text: str, start: int, end: int, count: int) -> list[Listing]:
    """As many sentences to the end of the paragraph as the sentence before them counts, or as many parts after its colon."""
    out = []
    sentence = text[start:end]
    if "：" in sentence:
        items = [i.strip("。；， \n") for i in re.split(r"[，,]", sentence[sentence.index("：") + 1:]) if i.strip("。；， \n")]
        out.append(Listing(start, end, tuple(items)))
    if any(value == count for value, _ in counts(sentence)):
        stop = text.find("\n", end)
        rest = [(x + end, y + end) for x, y in sentences(text[end:stop if stop >= 0 else len(text)], _FULL_STOP) if text[end + x:end + y].strip()]
        if len(rest) >= count and sentence.rstrip().endswith(("。", "：", ":")):
            rest = rest[:count] if _alike([text[x:y] for x, y in rest[:count]]) else rest if len(rest) == count else []
            if rest:
                out.append(Listing(start, rest[-1][1], tuple(text[x:y].strip() for x, y in rest)))
    return out


def _alike(items: list[str]) -> bool:
    """Whether sentences go on one way, as the items of a list do: they count themselves, or share words in the same place."""
    if all(re.match(rf"第?{_N}|[一二三四五六七八九十]是|其[一二三四五]", i.strip()) for i in items):
        return True
    common = set.intersection(*({i[k:k + 2] for k in range(len(i) - 1)} for i in items)) if items else set()
    return len(common) >= 3


def counts(text: str) -> list[tuple[int, int]]:
    """``(value, offset)`` of each count of kinds or items in a text.

    >>> counts("“立功”的8种情形及“有过”的10种情形")
    [(8, 5), (10, 15)]
    """
    out = []
    for m in _COUNT.finditer(text):
        try:
            out.append((number(m[1]), m.start()))
        except ValueError:
            continue
    return out
