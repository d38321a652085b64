"""A question made again of other words: another place, another document, another subject in the place of the one talked of."""

from __future__ import annotations

import re

from assistant.answering.question import asking, wanted
from assistant.chinese import fold
from assistant.conversing.knowing import Known
from assistant.conversing.phrasing import ASPECTS
from assistant.conversing.topic import Topic

_PLAIN = {"frequency": "多久一次", "duration": "多久"}
"""What asks without the deed that it was asked of (多久开一次)."""
_PART = re.compile(r".+?(?:特别行政区|自治[区州县旗]|地区|省|市|县|区|州|盟|旗)")


def names_of(place: str, text: str) -> str:
    """How a place is written in a text, the longest stretch; "" when it is not.

    >>> names_of("广东省佛山市高明区", "佛山高明的轮岗"), names_of("广东省江门市鹤山市", "鹤山呢"), names_of("福建省", "高明")
    ('佛山高明', '鹤山', '')
    """
    parts = _PART.findall(place) or [place]
    forms = [re.escape(p[:-1]) + f"(?:{re.escape(p[-1])})?" if len(p) > 2 else re.escape(p) for p in parts]
    return max((m[0] for m in re.finditer("(?:" + "|".join(forms) + ")+", text)), key=len, default="")


def similar(a: str, b: str) -> bool:
    """Whether two words share a character that tells (红牌 and 黄牌, 记过 and 记大过)."""
    return bool(set(a) & set(b))


class Rewriter:
    """The last question of a topic, with one thing in it changed."""

    def __init__(self, topic: Topic, known: Known):
        self.topic, self.known, self.question = topic, known, topic.question

    def whose(self) -> str:
        """The place as it begins a question (广东省佛山市高明区的), "" where none holds."""
        return self.topic.region

    def stem(self) -> str:
        """The question without its place and what asks in it."""
        asks = asking(self.question)
        return re.sub(r"[？?。]", "", self.without_place().replace(asks, " ") if asks else self.without_place()).strip()

    def without_place(self) -> str:
        said = names_of(self.topic.region, self.question) if self.topic.region else ""
        for place in (p for p in self.known.places(self.question) if not said):
            said = names_of(place, self.question)
        return self.question.replace(said, "", 1).lstrip("的，, ") if said else self.question

    def in_place(self, place: str) -> str:
        """The question asked of another place."""
        said = names_of(self.topic.region, self.question) if self.topic.region else ""
        if not said:
            said = next((n for p in self.known.places(self.question) if (n := names_of(p, self.question))), "")
        return self.question.replace(said, place, 1) if said else f"{place}{self._without_document()}"

    def in_document(self, name: str) -> str:
        """The question asked of another document."""
        return f"{name}{self._without_document()}"

    def _without_document(self) -> str:
        text = self.question
        for _, said in self.known.documents(self.question):
            text = re.sub(rf"《?{re.escape(said)}》?(?:里|中|对)?", "", fold(text), count=1)
        return text.lstrip("的，, ")

    def other_subject(self, new: str, words: list[str] | tuple[str, ...], place: str = "") -> list[str]:
        """The question asked of another thing: the likest word of it exchanged, or else the whole subject; the closest first."""
        base = self.in_place(place) if place else self.question if self.known.places(self.question) or not self.topic.region \
            else f"{self.topic.region}{self.question}"
        new = new.replace(names_of(place, new), "", 1).lstrip("的") if place else new
        out = []
        side = re.fullmatch(r"(.+?)的([\u4e00-\u9fff]{2,4})", new)
        if side and side[2] in base:
            new = side[1]
        old = self._parallel(new, words)
        if old and old in base and new not in base:
            out.append(base.replace(old, new, 1))
        asks = asking(self.question)
        where = place or self.topic.region
        context = [w for w in self.topic.subject.split() if w in fold(self.topic.document) and w not in new and not similar(w, new)]
        plain = _PLAIN.get(wanted(self.question), "")
        if asks and plain and plain not in asks:
            out.append(f"{where}{' '.join(context)} {new}{plain}？")
        if asks:
            side = " ".join(w for w in self.known.content(self.question) if w in ASPECTS)
            out.append(f"{where}{' '.join(context)} {new} {side}{asks}？")
        out.append(f"{where}{new}是怎么规定的？")
        out.append(f"{where}{' '.join(context)} {new}")
        return list(dict.fromkeys(out))

    def _parallel(self, new: str, words) -> str:
        """The word of the question in whose place the new one stands."""
        told = [w for w in self.topic.subject.split() if w in self.question]
        inside = [w for w in told if w in new]
        if inside:
            longest = max(inside, key=len)
            rest = [w for w in told if w not in inside and similar(w, new)]
            return rest[-1] if rest else longest
        alike = [w for w in told if similar(w, new) and w not in ASPECTS]
        if alike:
            return max(alike, key=lambda w: (len(set(w) & set(new)) / max(len(w), len(new)), told.index(w)))
        title = fold(self.topic.document)
        free = [w for w in told if w not in title and w not in ASPECTS]
        clause = " ".join(map(self.known.clause, self.topic.provisions[:3]))
        if new in clause:
            same = [w for w in free if w in clause and len(w) == len(new)] or [w for w in free if w in clause]
            return same[-1] if same else ""
        return free[0] if len(free) == 1 else ""
