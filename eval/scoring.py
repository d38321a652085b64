"""Whether an answer is right and cites the right clause: pure functions over an Answer and a known answer."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assistant.types import DIGEST_NOTE, LABEL, Answer, Citation, Document
from eval.dataset import Alternatives, Expected, Question

_NUMERALS = "0-9〇零一二三四五六七八九十百千"
_DROP = re.compile(r"[^\w%.★]|_")


def fold(text: str) -> str:
    """Text as facts are compared: widths folded, spaces and punctuation gone, but numbers kept apart and whole.

    >>> fold("“8 种”，约 5.6 ％"), fold("30、35岁"), fold("9,000人次。")
    ('8种约5.6%', '30 35岁', '9000人次')
    """
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    text = _DROP.sub("\0", text)
    text = re.sub(r"(?<!\d)\.|\.(?!\d)", "\0", text)
    return re.sub("(?<=\\d)\0+(?=\\d)", " ", text).replace("\0", "")


def holds(text: str, fact: str) -> bool:
    """Whether a folded text holds a fact; numerals must match whole, so 8种 is not in 18种.

    >>> holds(fold("有18种情形"), "8种"), holds(fold("有8 种情形"), "8种"), holds(fold("十三年"), "三年")
    (False, True, False)
    """
    pattern = re.escape(fold(fact))
    if not pattern:
        return True
    head, tail = fold(fact)[0], fold(fact)[-1]
    before = "(?<![0-9.])" if head.isdigit() else f"(?<![{_NUMERALS}])" if re.match(f"[{_NUMERALS}]", head) else ""
    after = r"(?![0-9]|\.[0-9])" if tail.isdigit() else ""
    return re.search(before + pattern + after, text) is not None


def lacking(texts: Iterable[str], groups: Alternatives) -> tuple[str, ...]:
    """The groups none of whose alternatives stands in any of the texts, written ``a|b``."""
    folded = [fold(text) for text in texts]
    return tuple("|".join(group) for group in groups if not any(holds(t, fact) for t in folded for fact in group))


def _bare(text: str) -> str:
    return fold(text).removeprefix("中华人民共和国")


def is_document(spec: str, document: Document) -> bool:
    """Whether a document is the one a known answer names: part of its id or title, or with ``=`` all of one."""
    names = [_bare(n) for n in (document.id, document.title, *document.aliases) if n]
    names += [re.sub(r"\d{4} \d\d? \d\d?$", "", n) for n in names]
    if spec.startswith("="):
        return _bare(spec[1:]) in names
    return any(_bare(spec) in name for name in names)


def _path(provision: str) -> str:
    path = provision.partition("#")[2].split("@")[0]
    return re.sub(r"[\s（）()]", "", unicodedata.normalize("NFKC", path))


def is_provision(spec: str, citation: Citation) -> bool:
    """Whether a citation points at a clause (or one below it) that a known answer accepts."""
    document, _, path = spec.partition("#")
    if not is_document(document, citation.document):
        return False
    wanted, got = _path("#" + path), _path(citation.provision)
    return wanted == "*" or got == wanted or got.startswith((wanted + ".", wanted + "~"))


@dataclass(frozen=True)
class Score:
    """How one answer did. ``cited`` is None where no clause is called for; ``why`` names what was wrong."""

    id: str
    group: str
    split: str
    right: bool
    cited: bool | None
    cited_first: bool | None
    expected: tuple[str | None, ...]
    refusal: str | None
    quotes: int
    unfounded: int
    labelled: bool
    text: str
    seconds: float
    why: tuple[str, ...]

    @property
    def both(self) -> bool:
        """Right, and the right clause cited where one is called for."""
        return self.right and self.cited is not False

    @property
    def wrongly_refused(self) -> bool:
        """An ordinary question, whose answer stands in the documents, was refused."""
        return self.expected == (None,) and self.refusal is not None


def _supports(citation: Citation, expect: Expected, stored: Callable[[str], str | None]) -> bool:
    return (any(is_provision(spec, citation) for spec in expect.provisions)
            and not lacking([citation.quote], expect.quote_has)
            and bool(citation.quote) and citation.quote in (stored(citation.provision) or ""))


def _cited(citations: Sequence[Citation], expect: Expected, stored: Callable[[str], str | None]) -> bool | None:
    if not expect.provisions and not expect.documents:
        return None
    clause = not expect.provisions or any(_supports(c, expect, stored) for c in citations)
    return clause and all(any(is_document(d, c.document) for c in citations) for d in expect.documents)


def score(question: Question, answer: Answer, stored: Callable[[str], str | None], seconds: float = 0.0) -> Score:
    """Score one answer. ``stored`` gives the text of a stored provision by id, None when there is none."""
    expect, why = question.expect, []
    quote = answer.citations[0].quote if answer.citations else ""
    if answer.refusal not in expect.refusal:
        why.append(f"拒答类型：应为 {'或'.join(k or '回答' for k in expect.refusal)}，得到 {answer.refusal or '回答'}")
    why += [f"缺少：{fact}" for fact in lacking([answer.text, quote], expect.all_of)]
    why += [f"不应有：{fact}" for fact in expect.none_of if holds(fold(answer.text), fact)]
    why += [f"未说明：{fact}" for fact in lacking([answer.text, *answer.notices], expect.notice_has)]
    right = not why
    cited = _cited(answer.citations, expect, stored)
    first = _cited(answer.citations[:1], Expected(provisions=expect.provisions, quote_has=expect.quote_has), stored)
    unfounded = [c for c in answer.citations if not c.quote or c.quote not in (stored(c.provision) or "")]
    if cited is False:
        why.append("依据：" + ("、".join(c.provision for c in answer.citations) or "无"))
    why += [f"引文不在库中：{c.provision}" for c in unfounded]
    rests = answer.refusal in (None, "not_listed")
    digest = rests and any(c.document.kind == "digest" for c in answer.citations)
    shown = answer.text + "".join(answer.notices)
    labelled = answer.label == LABEL and (not digest or DIGEST_NOTE.strip("（）") in shown)
    return Score(question.id, question.group, question.split, right, cited, first, expect.refusal, answer.refusal,
                 len(answer.citations), len(unfounded), labelled, answer.text, seconds, tuple(why))


def wilson(k: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson 95 % interval of k out of n.

    >>> [round(x, 3) for x in wilson(92, 100)]
    [0.85, 0.959]
    """
    if not n:
        return 0.0, 1.0
    p, zz = k / n, z * z
    middle = (p + zz / (2 * n)) / (1 + zz / n)
    half = z * math.sqrt(p * (1 - p) / n + zz / (4 * n * n)) / (1 + zz / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def share(values: Iterable[bool]) -> dict:
    """``k`` of ``n``, the rate and its Wilson interval; the rate of nothing is None."""
    values = list(values)
    k, n = sum(values), len(values)
    low, high = wilson(k, n)
    return {"k": k, "n": n, "rate": round(k / n, 4) if n else None, "low": round(low, 4), "high": round(high, 4)}


def percentile(values: Sequence[float], p: float) -> float:
    """The p-th percentile (nearest rank) of some values; 0 of none.

    >>> percentile([1, 2, 3, 4], 50), percentile([1, 2, 3, 4], 95)
    (2, 4)
    """
    ordered = sorted(values)
    return ordered[max(0, math.ceil(p / 100 * len(ordered)) - 1)] if ordered else 0.0


def summarise(scores: Sequence[Score]) -> dict:
    """The figures of a run: overall, by group, and those that the project's targets are set on."""

    def figures(some: Sequence[Score]) -> dict:
        return {"right": share(s.right for s in some),
                "cited": share(s.cited for s in some if s.cited is not None),
                "cited_first": share(s.cited_first for s in some if s.cited_first is not None),
                "both": share(s.both for s in some)}

    groups = {name: figures([s for s in scores if s.group == name]) for name in sorted({s.group for s in scores})}
    ordinary = [s for s in scores if s.expected == (None,)]
    refusing = [s for s in scores if None not in s.expected]
    seconds = [s.seconds * 1000 for s in scores]
    return {
        "n": len(scores), "overall": figures(scores), "groups": groups,
        "targets": {
            "answered_and_cited": share(s.both for s in scores),
            "count_without_list": share(s.both for s in scores if s.group == "count_without_list"),
            "out_of_corpus": share(s.right for s in scores if s.group == "out_of_corpus"),
            "wrongly_refused": share(s.wrongly_refused for s in ordinary),
            "wrongly_answered": share(s.refusal is None for s in refusing),
            "quotes_not_in_store": {"k": sum(s.unfounded for s in scores), "n": sum(s.quotes for s in scores)},
        },
        "labelled": share(s.labelled for s in scores),
        "fact_over_160_characters": share(len(s.text) > 160 for s in ordinary if s.group not in ("list", "compare")),
        "latency_ms": {"p50": round(percentile(seconds, 50), 2), "p95": round(percentile(seconds, 95), 2),
                       "max": round(max(seconds, default=0.0), 2)},
    }
