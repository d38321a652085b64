"""Whether what was found answers at all: a calibrated chance that the corpus does not answer a question.

The best score alone cannot tell a passage on the right topic from one that answers. So the question's own grams are
looked at one by one: which of the telling ones stand in the passages, or near ones in meaning, together in one sentence,
and whether what is asked for (a number, a day, a person, a place) is there at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from assistant.chinese import sentences
from assistant.embedding import static

WEIGHTS = Path(__file__).with_name("doubt.json")
READ = 5
"""How many of the best passages are looked at."""
NAMES = ("cosine", "cosine_sentence", "covered", "covered_together", "near", "weakest", "weakest_sentence", "missing_rare", "asked_kind", "kind_there",
         "length", "fall")
_KINDS = (
    (r"多少|几[个名条项年天次人月种倍成元]|比例|百分|金额|价格|面积|多[大长高远重久]", r"[\d〇零一二两三四五六七八九十百千万亿]+"),
    (r"何时|什么时候|哪[一]?[年天日月]|几[月号日点]|时间|日期|期限", r"[\d一二三四五六七八九十〇]+\s*[年月日天时点]|期间|以内"),
    (r"谁|哪[位个]人|何人|哪[个家]?(?:公司|机构|单位|部门|机关)", r"[\u4e00-\u9fff]{2,}(?:局|部|委|院|会|公司|中心|大学|机关|政府|法院)|先生|女士|主任|总统|教练|导演|[\u4e00-\u9fff]·[\u4e00-\u9fff]"),
    (r"哪里|在哪|何处|什么地方|哪[个座]?(?:国家|城市|省|市|地区)", r"[\u4e00-\u9fff]{1,}(?:省|市|县|区|国|州|镇|乡|村|路|街)"),
)


def features(question: str, passages: Sequence[str], model: static.StaticEmbedder) -> np.ndarray:
    """What is seen of a question and the passages found for it, best first, float32 (len(NAMES),)."""
    out = np.zeros(len(NAMES), np.float32)
    passages = [p for p in passages[:READ] if p.strip()]
    asked = np.unique(model.vocabulary.bags([question])[0])
    if not passages or not len(asked):
        return out
    spans = [(n, p[a:b]) for n, p in enumerate(passages) for a, b in sentences(p) if p[a:b].strip()]
    texts = [s for _, s in spans]
    rows, ends = model.vocabulary.bags(texts)
    bags = np.split(rows, ends[:-1])
    whole = np.stack([np.isin(asked, b) for b in bags])
    idf = model.idf.astype(np.float32)[asked]
    double = np.array([r >= len(model.vocabulary.keys) or model.vocabulary.keys[r] > 0xFFFF for r in asked.tolist()])
    rare = idf * double if (idf * double).sum() else idf
    share = rare / rare.sum()
    owner = np.array([n for n, _ in spans])
    by_passage = np.stack([whole[owner == n].any(0) for n in dict.fromkeys(owner.tolist())])

    every, local = np.unique(rows, return_inverse=True)
    near = np.zeros((len(spans), len(asked)), np.float32)
    if len(every):
        q, v = (model.table[r].astype(np.float32) for r in (asked, every))
        q /= np.maximum(np.linalg.norm(q, axis=1, keepdims=True), 1e-9)
        v /= np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-9)
        spread = (q @ v.T).clip(0, 1)[:, local]
        starts = ends - np.array([len(b) for b in bags])
        filled = np.flatnonzero(ends > starts)
        near[filled] = np.maximum.reduceat(spread, starts[filled], axis=1).T
    near_passage = np.stack([near[owner == n].max(0) for n in dict.fromkeys(owner.tolist())])
    hard = np.argsort(-rare, kind="stable")[:8]
    weak = max(1, len(hard) // 2)
    vectors = model.encode([question, *texts, *passages])
    cosines, single = vectors[1 + len(texts):] @ vectors[0], vectors[1:1 + len(texts)] @ vectors[0]
    together = whole @ share
    best = texts[int((together + 0.5 * (near @ share)).argmax())]
    kind = next((there for what, there in _KINDS if re.search(what, question)), None)
    out[:] = (cosines.max(), single.max(), (by_passage @ share).max(), together.max(), (near_passage @ share).max(),
              np.sort(near_passage[:, hard], axis=1)[:, :weak].mean(1).max(), np.sort(near[:, hard], axis=1)[:, :weak].mean(1).max(),
              1 - by_passage.any(0) @ share, kind is not None, bool(kind and re.search(kind, best)), np.log(len(question) / 20 + 0.05),
              cosines[0] - cosines.mean())
    return out


class Doubt:
    """Chances from features; a logistic regression."""

    def __init__(self, stored: dict):
        if tuple(stored["names"]) != NAMES:
            raise ValueError("the weights are for other features")
        self._mean, self._spread, self._weights = (np.array(stored[k], np.float32) for k in ("mean", "spread", "weights"))
        self._bias = float(stored["bias"])

    def __call__(self, seen: np.ndarray) -> float:
        """The chance, 0..1, that a question with these features is not answered."""
        x = (seen - self._mean) / self._spread
        x = np.concatenate((x, x * x))
        return float(1 / (1 + np.exp(-(x @ self._weights + self._bias))))


@lru_cache(maxsize=1)
def _shipped() -> Doubt:
    return Doubt(json.loads(WEIGHTS.read_text("utf-8")))


def unanswered(question: str, passages: Sequence[str]) -> float:
    """The chance, 0..1, that none of the passages found (best first) answers the question; 1 when nothing was found."""
    if not any(p.strip() for p in passages):
        return 1.0
    return _shipped()(features(question, passages, static.shipped()))


def auroc(scores: Sequence[float], positive: Sequence[int]) -> float:
    """The chance that a positive scores above a negative, equal scores counting half.

    >>> auroc([0.9, 0.2, 0.5], [1, 0, 0])
    1.0
    """
    s, y = np.asarray(scores, float), np.asarray(positive, bool)
    a, b = s[y][:, None], s[~y][None, :]
    return float(((a > b).mean() + (a == b).mean() / 2)) if a.size and b.size else float("nan")
