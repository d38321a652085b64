"""Finding provisions: n-gram and word BM25, dense vectors and clause numbers together, never past what the asker may see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from assistant import ranking, words
from assistant.chinese import NUMERAL, fold, grams, number, numeral
from assistant.embedding import Embedder
from assistant.store.catalogue import title_key
from assistant.types import Asker, Document, Hit

WEIGHTS = {"grams": 0.55, "words": 0.25, "dense": 0.20}
"""Share of each signal, each divided by its own best of the query, for passages too far down to be ranked."""
RERANKED = 30
"""Provisions that an optional reranker reads."""
NARROW = 200
"""Up to this many documents are searched by their own ranges of passages instead of taking more of all and checking."""
EXACT = 6000
"""Up to this many passages the vectors are compared one by one instead of asking Chroma for neighbours of all."""


def terms(text: str) -> Mapping[str, list[str]]:
    """What the lexical index holds of a text, by field."""
    return {"grams": grams(text), "words": words.words(text)}


class Retriever:
    """Search over one store and its index. ``extra`` terms count less than the question's own."""

    def __init__(self, store, index, embedder: Embedder, rerank: Callable[[str, Sequence[str]], Sequence[float]] | None = None):
        self._store, self._index, self._embedder, self._rerank = store, index, embedder, rerank
        self._kept: tuple[int, np.ndarray, np.ndarray | None] | None = None

    def search(self, text: str, *, asker: Asker, k: int = 10, on: date | None = None,
               keep: Callable[[Document], bool] | None = None, extra: Sequence[str] = (), dormant: bool = False) -> tuple[Hit, ...]:
        """The ``k`` best provisions for a text, best first.

        ``keep`` narrows to some documents; ``extra`` are further wordings (official terms for lay ones).
        With ``dormant`` only what is not in force on the day is searched: to say so, never to answer from.
        """
        entries = self._store.entries(asker, on)
        if dormant:
            entries = {row: e for row, e in self._store.entries(asker, on, in_force=False).items() if row not in entries}
        documents = {row: e.document for row, e in entries.items() if keep is None or keep(e.document)}
        if not documents:
            return ()
        scores: dict[int, dict[str, float]] = {}
        split = terms(text)
        more = terms(" ".join(extra)) if extra else {"grams": [], "words": []}
        within = _ranges(e for row, e in entries.items() if row in documents) if len(documents) < min(len(entries), NARROW) or dormant else None
        if within == []:
            return ()
        for field in ("grams", "words"):
            weighted = _weighted(split[field], more[field])
            self._collect(scores, field, lambda n, f=field, w=weighted: self._index.lexical(f, w, n, within), documents, k)
        vector = self._embedder.encode([" ".join((text, *extra))])[0]
        if np.any(vector):
            self._collect(scores, "dense", self._nearest(vector, _ranges(e for row, e in entries.items() if row in documents)), documents, k)
        found = self._provisions(text, vector, scores, documents, asker, on, k, dormant)
        named = self._named(text, documents, asker, on, dormant)
        if self._rerank and len(found) > 1:
            found = _reordered(found, self._rerank(text, [f"{h.passage}" for h in found[:RERANKED]]))
        return (*named, *(h for h in found if all(h.provision.id != n.provision.id or h.document != n.document for n in named)))[:k]

    def _named(self, text: str, documents: Mapping[int, Document], asker: Asker, on: date | None, dormant: bool) -> tuple[Hit, ...]:
        """The articles that a text names with their law (某法第十四条), before anything that merely resembles them."""
        references = list(_REFERENCE.finditer(text))
        if not references:
            return ()
        titles: dict[str, list[int]] = {}
        for row, d in documents.items():
            for name in {title_key(n) for n in (d.title, *d.aliases)} - {""}:
                titles.setdefault(name, []).append(row)
        keys = []
        for m in references:
            before = _bare(text[:m.start()])
            # The longest title that ends where the number begins is the one meant.
            for start in range(len(before)):
                if before[start:] in titles:
                    keys += [(row, f"{documents[row].id}#第{numeral(number(m[1]))}条{m[2] or ''}") for row in titles[before[start:]]]
                    break
        clauses = self._store.clauses(keys, asker, on, in_force=not dormant) if keys else {}
        return tuple(Hit(*clauses[key], 1.0, ("number",), clauses[key][0].text) for key in dict.fromkeys(keys) if key in clauses)

    def _nearest(self, vector: np.ndarray, ranges: Sequence[tuple[int, int]]) -> Callable[[int], list[tuple[int, float]]]:
        """Nearest passages: compared one by one where they are few (exact, and Chroma need not be loaded), else asked of Chroma."""
        if sum(b - a + 1 for a, b in ranges) > EXACT:
            return lambda n: self._index.dense(vector, n)
        rowids, vectors = self._vectors()
        if vectors is None:
            asked = [r for a, b in ranges for r in range(a, b + 1)]
            return lambda n: self._index.dense_exact(vector, asked, n)
        inside = np.zeros(len(rowids), bool)
        for a, b in ranges:
            inside[np.searchsorted(rowids, a):np.searchsorted(rowids, b, side="right")] = True
        ids, scores = rowids[inside], vectors[inside] @ vector
        order = np.argsort(-scores, kind="stable")
        return lambda n: [(int(ids[i]), float(scores[i])) for i in order[:n]]

    def _vectors(self) -> tuple[np.ndarray, np.ndarray | None]:
        """All rowids and vectors of a small store, kept while nothing changes; no vectors of a large one."""
        generation = self._store.generation
        if self._kept is None or self._kept[0] != generation:
            rowids = self._store.rowids()
            self._kept = (generation, *(self._store.vectors(rowids) if len(rowids) <= EXACT else (rowids[:0], None)))
        return self._kept[1], self._kept[2]

    def _collect(self, scores: dict[int, dict[str, float]], via: str, ask: Callable[[int], list[tuple[int, float]]],
                 documents: Mapping[int, Document], k: int) -> None:
        """Over-fetch until enough of what is found may be shown; what may not never gets a score."""
        enough = max(ranking.DEPTH, 4 * k)
        fetch = enough
        while True:
            found = ask(fetch)
            rows = self._store.owners([rowid for rowid, _ in found])
            allowed = [(rowid, score) for rowid, score in found if rows.get(rowid) in documents and score > 0]
            if len(allowed) >= enough or len(found) < fetch or fetch > 20000:
                break
            fetch *= 6
        for rowid, score in allowed[:enough]:
            scores.setdefault(rowid, {})[via] = score

    def _provisions(self, text: str, vector: np.ndarray, scores: Mapping[int, Mapping[str, float]], documents: Mapping[int, Document],
                    asker: Asker, on: date | None, k: int, dormant: bool) -> tuple[Hit, ...]:
        worth = self._ranked(text, vector, scores)
        ranked = sorted(worth, key=lambda r: (-worth[r], r))[:4 * k]
        rows = self._store.passages(ranked)
        best: dict[tuple[int, str], int] = {}
        for rowid in ranked:
            if rowid in rows:
                best.setdefault((rows[rowid].version, rows[rowid].provision_id), rowid)
        keys = list(best)[:k]
        clauses = self._store.clauses(keys, asker, on, in_force=not dormant)
        return tuple(Hit(*clauses[key], round(worth[best[key]], 6), tuple(sorted(scores[best[key]])), rows[best[key]].text)
                     for key in keys if key in clauses)

    def _ranked(self, text: str, vector: np.ndarray, scores: Mapping[int, Mapping[str, float]]) -> dict[int, float]:
        """What each passage is worth, the best 1: by the ranker for those that a signal names first, below them by plain weights."""
        tops = {via: max((s[via] for s in scores.values() if via in s), default=1.0) for via in WEIGHTS}
        plain = {row: 0.05 * sum(WEIGHTS[via] * s / tops[via] for via, s in of.items()) for row, of in scores.items()}
        pool = sorted({row for via in WEIGHTS for row in sorted((r for r in scores if via in scores[r]), key=lambda r: -scores[r][via])[:ranking.DEPTH]})
        if len(pool) < 2:
            return {row: 20 * worth for row, worth in plain.items()}
        cosines = {row: scores[row]["dense"] for row in pool if "dense" in scores[row]}
        unknown = [row for row in pool if row not in cosines]
        if unknown and vector.any():
            cosines |= self._index.dense_exact(vector, unknown)
        rows = self._store.passages(pool)
        seen = ranking.features(*(np.array([scores[row].get(via, 0.0) for row in pool]) for via in ("grams", "words")),
                                np.array([cosines.get(row, 0.0) for row in pool]),
                                np.array([len(rows[row].context) + len(rows[row].text) if row in rows else 1 for row in pool]), len(text))
        found = ranking.shipped()(seen)
        return plain | dict(zip(pool, (0.05 + 0.95 * np.exp(0.35 * (found - found.max()))).tolist()))


def _reordered(hits: tuple[Hit, ...], read: Sequence[float]) -> tuple[Hit, ...]:
    order = sorted(range(len(read)), key=lambda i: -read[i])
    return (*(replace(hits[i], score=hits[n].score, via=(*hits[i].via, "reranker")) for n, i in enumerate(order)), *hits[len(read):])


_REFERENCE = re.compile(rf"第\s*([{NUMERAL}]+|\d{{1,4}})\s*条(之[{NUMERAL}]+)?")


def _bare(text: str) -> str:
    return fold(text).replace("《", "").replace("》", "").replace("中华人民共和国", "").removesuffix("的")


def _ranges(entries: Iterable) -> list[tuple[int, int]]:
    """The ranges of passages that document versions hold, those that touch made one."""
    out: list[tuple[int, int]] = []
    for first, last in sorted((e.first, e.last) for e in entries if e.last >= e.first):
        if out and first <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(last, out[-1][1]))
        else:
            out.append((first, last))
    return out


def _weighted(own: Iterable[str], more: Iterable[str]) -> list[tuple[str, float]]:
    out: dict[str, float] = {}
    for term in own:
        out[term] = out.get(term, 0.0) + 1.0
    for term in more:
        if term not in out:
            out[term] = 0.4
    return list(out.items())
