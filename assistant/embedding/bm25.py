"""Okapi BM25 over a fixed set of texts, in numpy: for mining hard negatives and for measuring against."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

import numpy as np


class Bm25:
    """Scores of all texts for a query. ``cut`` turns a text into its terms; Lucene's idf, k1 1.2, b 0.75.

    >>> Bm25(["甲乙", "乙丙"], list).scores("甲").argmax()
    np.int64(0)
    """

    def __init__(self, texts: Iterable[str], cut: Callable[[str], Iterable[Hashable]], k1: float = 1.2, b: float = 0.75):
        self._cut, self._known = cut, {}
        terms, owners, counts, lengths = [], [], [], []
        for n, text in enumerate(texts):
            found: dict[int, int] = {}
            for term in cut(text):
                number = self._known.setdefault(term, len(self._known))
                found[number] = found.get(number, 0) + 1
            terms.append(np.fromiter(found, np.int32, len(found)))
            counts.append(np.fromiter(found.values(), np.float32, len(found)))
            owners.append(np.full(len(found), n, np.int32))
            lengths.append(sum(found.values()))
        self.size = len(lengths)
        term, owner, count = (np.concatenate(x) if x else np.zeros(0, np.int32) for x in (terms, owners, counts))
        length = np.array(lengths, np.float32)
        present = np.bincount(term, minlength=len(self._known))
        self.idf = np.log(1 + (self.size - present + 0.5) / (present + 0.5)).astype(np.float32)
        norm = k1 * (1 - b + b * length[owner] / max(float(length.mean()) if len(length) else 1.0, 1e-9))
        order = np.argsort(term, kind="stable")
        self._owners = owner[order]
        self._values = (self.idf[term] * count * (k1 + 1) / (count + norm))[order].astype(np.float32)
        self._starts = np.concatenate(([0], np.cumsum(present)))

    def scores(self, query: str, most: float = 1.0) -> np.ndarray:
        """The score of every text, float32; terms that stand in more than ``most`` of the texts are passed over."""
        out = np.zeros(self.size, np.float32)
        asked: dict[int, int] = {}
        for term in self._cut(query):
            number = self._known.get(term)
            if number is not None:
                asked[number] = asked.get(number, 0) + 1
        for number, times in asked.items():
            a, b = self._starts[number], self._starts[number + 1]
            if b - a <= most * self.size:
                # A term is in a text's list once, so plain assignment adds up.
                out[self._owners[a:b]] += times * self._values[a:b]
        return out


def top(scores: np.ndarray, k: int) -> np.ndarray:
    """Where the ``k`` largest of a row of scores are, best first, equal ones in their order."""
    k = min(k, len(scores))
    part = np.argpartition(-scores, k - 1)[:k] if k else np.zeros(0, np.int64)
    return part[np.lexsort((part, -scores[part]))]
