"""One claim against one window: every edit between the two must be one that keeps the meaning."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

from assistant import words
from assistant.verifying.normal import Tokens, canon, plain
from assistant.verifying.nouns import Verdict
from assistant.verifying.windows import Window
from assistant.verifying.wording import (
    ACTOR,
    ADDED,
    BOUND,
    COME,
    COME_AT_EDGE,
    CONDITION,
    EXCEPTION,
    FAVOUR,
    GO,
    GROUPS,
    HEAD,
    KINDS,
    LIMIT,
    MODAL,
    ORGAN,
    PLAIN_WORDS,
    TIMES,
)

_GO, _COME, _EDGE = (frozenset(map(canon, s)) for s in (GO, COME, COME_AT_EDGE))
_HEAD = frozenset(plain(x) for x in HEAD)
_GROUPS = tuple(frozenset(map(canon, g)) for g in GROUPS)
_COUNT = re.compile(r"(?:一?共)?(?:有)?(?:以下|下列|如下|这)?(\d+)(?:种|项|个方面|方面|类|条|点|个)(?:情形|内容|要求|情况|方面)?")
_OPEN = re.compile(r"等|包括|其中|之一|例如|比如|如")
_SPEAKS = re.compile(r"(?:规定|明确|要求|提出|指出|载明|显示|介绍|条|款|项)$")
_LIMITS = re.compile(r"[不未无非仅只限免除但应可须]|\d\S{0,4}(?:内|以上|以下|超过)")
_TOPIC = frozenset(map(plain, ("的", "方面", "关于", "在", "对", "中", "上", "里", "有", "是")))
_REST = re.compile(r"\d")
_THIS = frozenset({"这1", "这一", "这", "该", "此", "本"})


def _built(text: str, lexicon: frozenset[str], names: frozenset[str] = frozenset()) -> bool:
    """Whether a text is made of the words of a lexicon and nothing else."""
    ends = {0}
    longest = max((len(x) for x in names), default=0)
    for i in range(len(text)):
        if i in ends:
            for j in range(i + 1, min(len(text), i + max(12, longest)) + 1):
                if text[i:j] in lexicon or text[i:j] in names:
                    ends.add(j)
    return len(text) in ends


@lru_cache(maxsize=4096)
def _cuts(text: str) -> frozenset[int]:
    """Offsets in characters where words of a text begin or end."""
    out, at = {0}, 0
    for word in words.cut(text):
        at += len(word)
        out.add(at)
    return frozenset(out)


def rule_of(came: str, went: str, *, tail: bool = False) -> str:
    """Which check an edit offends: of what was added and what was left out."""
    both = came + went
    if re.search(r"第\d+[条款项章]|《|第\d+部分", came):
        return "existence"
    if _REST.search(both) or re.search("[半双]", both):
        return "number"
    if EXCEPTION.search(went) or (not came and tail):
        return "exception"
    if MODAL.search(both) or BOUND.search(both) or re.fullmatch("[多少上下高低长短大小]{2}", both):
        return "modality"
    return "entity" if ORGAN.search(came) else "support"


class Judge:
    """The edits between a claim and a window, each looked at; ``faults`` is empty when all keep the meaning."""

    def __init__(self, claim: Tokens, window: Window, *, complete: bool = False):
        self.window, self.source, self.complete = window, window.toks, complete
        self.claim = claim = _without_heading(claim, window)
        self.faults: list[Verdict] = []
        matcher = SequenceMatcher(None, claim.words, self.source.words, autojunk=False)
        self.ops = [op for op in matcher.get_opcodes() if op[0] != "equal"]
        blocks = [b for b in matcher.get_matching_blocks() if b.size]
        self.first = blocks[0].a if blocks else len(claim.words)
        self.last = blocks[-1].a + blocks[-1].size if blocks else 0
        self.size = sum(b.size for b in blocks)
        self._matched = {b.b + k for b in blocks for k in range(b.size)}
        if self.size < 4:
            self.faults.append(Verdict("support", "".join(claim.words)))
            return
        self._moves()
        for _, a0, a1, b0, b1 in self.ops:
            self._edit(a0, a1, b0, b1)
        self._groups()
        self._after()
        self._commas(blocks)

    def _said(self, a0: int, a1: int) -> str:
        return "".join(self.claim.words[a0:a1])

    def _stood(self, b0: int, b1: int) -> str:
        return "".join(self.source.words[b0:b1])

    def _moves(self) -> None:
        """A time or frequency that stands elsewhere in the same stretch is no edit."""
        gone = {}
        for i, (_, _a0, _a1, b0, b1) in enumerate(self.ops):
            if b1 > b0 and TIMES.fullmatch(text := self._stood(b0, b1)):
                gone[text] = i
        for i, (_, a0, a1, b0, b1) in enumerate(self.ops):
            j = gone.get(self._said(a0, a1)) if a1 > a0 else None
            if j is not None and j != i:
                other = self.ops[j]
                near = self.source.segment[min(b0, len(self.source.segment) - 1)] == self.source.segment[other[3]]
                if near and not any(self.source.listed) and b1 == b0 and other[1] == other[2]:
                    self.ops = [op for k, op in enumerate(self.ops) if k not in (i, j)]
                    return

    def _edit(self, a0: int, a1: int, b0: int, b1: int) -> None:
        came, went = self._said(a0, a1), self._stood(b0, b1)
        outside = a1 <= self.first or a0 >= self.last
        if went and came and not outside and any(came in g and went in g for g in _GROUPS) and self._whole(b0, b1):
            return
        if went in _THIS and len(came) > 1 and not outside and any(came in name for name in self.window.names | self.window.heads):
            return
        if came and not self._may_come(came, a0, b0, b1, outside):
            self.faults.append(Verdict(rule_of(came, went), came))
            return
        if went and not self._may_go(b0, b1, came):
            self.faults.append(Verdict(rule_of("", went, tail=b1 == len(self.source.words) and bool(EXCEPTION.search(went))), went))

    def _may_come(self, came: str, a0: int, b0: int, b1: int, outside: bool) -> bool:
        if outside and _scaffold(came, self.window):
            return True
        if _built(came, _COME):
            return True
        edge = self._edge(b0) or self._edge(b1) or a0 == 0 or self.claim.segment[a0] != self.claim.segment[a0 - 1]
        if edge and _built(came, _COME | _EDGE):
            return True
        if came in ("和", "及") and b0 < len(self.source.words) and self.source.listed[b0]:
            return not any(w == "或" for w in self.source.words)
        m = _COUNT.fullmatch(came) if edge else None
        return bool(m and int(m[1]) == self._length(b0))

    def _length(self, b0: int) -> int:
        """How many things the list has that stands at an offset."""
        if self.window.items:
            return self.window.items
        at = self.source.segment[min(b0, len(self.source.segment) - 1)]
        return 1 + sum(1 for s, x in zip(self.source.segment, self.source.listed, strict=True) if s == at and x)

    def _edge(self, b: int) -> bool:
        return b in (0, len(self.source.words)) or self.source.segment[b] != self.source.segment[b - 1]

    def _whole(self, b0: int, b1: int) -> bool:
        """Whether a stretch of the window begins and ends with its words."""
        length = [0]
        for w in self.source.words:
            length.append(length[-1] + len(w))
        cuts = _cuts("".join(self.source.words))
        return length[b0] in cuts and length[b1] in cuts

    def _may_go(self, b0: int, b1: int, came: str) -> bool:
        return any(self._gone(b0 + s, b1 + s) for s in self._slides(b0, b1, came))

    def _slides(self, b0: int, b1: int, came: str) -> list[int]:
        """By how much a left-out stretch can be shifted without changing what remains."""
        out, w = [0], self.source.words
        if came:
            return out
        k = 0
        while b0 + k - 1 >= 0 and w[b0 + k - 1] == w[b1 + k - 1] and k > -8:
            k -= 1
            out.append(k)
        k = 0
        while b1 + k < len(w) and w[b0 + k] == w[b1 + k] and k < 8:
            k += 1
            out.append(k)
        return out

    def _gone(self, b0: int, b1: int) -> bool:
        text = self._stood(b0, b1)
        source = self.source
        if _built(text, _GO) and self._whole(b0, b1):
            return True
        if text == "本" and self._stood(b1, b1 + 2).startswith(KINDS):
            return True
        if text == "和" and b1 < len(source.words) or text == "由" and b0 > 0 and self._edge(b0):
            return True
        if all(d > 0 for d in source.depth[b0:b1]) and not _LIMITS.search(text) and (b1 == len(source.words) or source.depth[b1] == 0) \
                and (b0 == 0 or source.depth[b0 - 1] == 0):
            return True
        if b0 == 0 and _built(text, frozenset({"的"}), self.window.names) and self.first > 0:
            return True
        return not self.complete and (self._segments_gone(b0, b1) or self._elements_gone(b0, b1))

    def _segments_gone(self, b0: int, b1: int) -> bool:
        source, group = self.source, self.window.group
        if self._edge(b0) and not self._edge(b1) and self.source.words[b1 - 1] in ("并", "也", "还"):
            b1 -= 1
            if b0 == b1:
                return True
        carried = not self._edge(b0) and b1 < len(source.words) and source.words[b1 - 1] == "并" and self._edge(b1 - 1) \
            and source.segment[b0] == source.segment[b1 - 2]
        if carried:
            start = source.segment.index(source.segment[b0])
            return b0 - start <= 8 and not _critical(self._stood(b0, b1 - 1))
        if not (self._edge(b0) and self._edge(b1)):
            return False
        inner = range(b0, b1)
        if self.window.lead and self.window.items:
            touched = {group[i] for i in inner}
            if 0 not in touched and all(not any(group[k] == g for k in self._matched) for g in touched):
                return True
        if b1 < len(source.words) and group[b0] != group[b1 - 1]:
            return False
        if b0 > 0 and group[b0 - 1] != group[b0] and b1 < len(source.words) and group[b1] == group[b0]:
            return False
        if b1 == len(source.words) and b0 > 0 and group[b0 - 1] == group[b1 - 1]:
            return self._tail(b0)
        middle = b0 > 0 and b1 < len(source.words)
        for at in sorted({source.segment[i] for i in inner}):
            text = "".join(w for w, s in zip(source.words, source.segment, strict=True) if s == at)
            if _critical(text) or CONDITION.search(text) or (middle and ACTOR.search(text[:8])):
                return False
        return True

    def _tail(self, b0: int) -> bool:
        """What follows may be left out when it only adds: no limit, and no duty that comes with a favour."""
        tail, kept = self._stood(b0, len(self.source.words)), self._stood(0, b0)
        bare = PLAIN_WORDS.sub("", tail)
        if EXCEPTION.search(tail) or LIMIT.search(bare) or _REST.search(bare):
            return False
        if ADDED.match(tail) and not FAVOUR.search(kept):
            return True
        if FAVOUR.search(kept):
            return not (MODAL.search(bare) or BOUND.search(bare) or CONDITION.search(bare))
        return not re.search("[不未无没非免禁停]", bare)

    def _elements_gone(self, b0: int, b1: int) -> bool:
        """Things of a list joined by 、 may be left out where the claim says that it names only some."""
        source = self.source
        starts = source.listed[b0] or self._edge(b0) or source.words[b0 - 1] == "和" or source.words[b0 - 2:b0] == ("包", "括")
        ends = b1 == len(source.words) or source.listed[b1] or source.words[b1] in ("和", "等")
        text = self._stood(b0, b1)
        open_list = re.search("等", "".join(self.claim.words))
        return bool(starts and ends and open_list and source.segment[b0] == source.segment[b1 - 1] and not _critical(text)
                    and not re.search("同时|均|都|且|共同|会同", "".join(source.words)))

    def _groups(self) -> None:
        window = self.window
        if not window.items:
            return
        if not any(window.group[i] == 0 for i in self._matched):
            self.faults.append(Verdict("support", "".join(self.claim.words)))
            return
        named = len({window.group[i] for i in self._matched} - {0})
        said = "".join(self.claim.words)
        counted = [int(n) for n in re.findall(r"(\d+)(?:种|项|个方面|方面|类|条|点|个|款)", said[:self.last])]
        if 0 < named < window.items and window.items in counted and not _OPEN.search(said):
            self.faults.append(Verdict("number", str(window.items)))

    def _commas(self, blocks: list) -> None:
        """A comma moved by a few words gives them to the other half of the sentence."""
        claim, source = self.claim.segment, self.source.segment
        more, less = [], []
        for block in blocks:
            for k in range(1, block.size):
                here, there = claim[block.a + k] != claim[block.a + k - 1], source[block.b + k] != source[block.b + k - 1]
                if here != there:
                    (more if here else less).append(block.b + k)
        if any(abs(x - y) < 9 for x in more for y in less):
            self.faults.append(Verdict("support", "".join(self.claim.words)))

    def _after(self) -> None:
        """A limit that follows as a sentence of its own belongs to what it limits."""
        if re.match(r"\s*(?:但|不过|除(?![^，]*外，)|[^，。；]{0,12}另有规定|有.{0,12}除外)", self.window.after):
            self.faults.append(Verdict("exception", self.window.after))


def _without_heading(claim: Tokens, window: Window) -> Tokens:
    """The claim without what names the source before it speaks: 根据《问责条例》第三条， or 问责条例第三条规定."""
    text, cut, body = "", 0, "".join(window.toks.words)
    for i, word in enumerate(claim.words[:80]):
        if i + 1 == len(claim.words):
            break
        text += word
        ends = claim.segment[i + 1] != claim.segment[i]
        if not (ends or _SPEAKS.search(text)):
            continue
        named = any(len(n) > 2 and n in text and n not in body for n in window.names)
        if (named or ends and text not in body) and _scaffold(text, window):
            cut = i + 1
            if named and ends:
                break
        elif ends:
            break
    return Tokens(claim.words[cut:], claim.segment[cut:], claim.listed[cut:], claim.depth[cut:]) if cut else claim


def _scaffold(text: str, window: Window) -> bool:
    """Whether a text only names where it comes from; a heading may be named as a topic, not as a rule."""
    return _built(text, _HEAD, window.names) or _built(text, _TOPIC, window.heads)


def _critical(text: str) -> bool:
    text = PLAIN_WORDS.sub("", text)
    return bool(MODAL.search(text) or BOUND.search(text) or EXCEPTION.search(text) or _REST.search(text))
