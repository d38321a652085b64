"""Finding provisions: n-gram and word BM25, dense vectors and clause numbers together, never past what the asker may see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache

import numpy as np

from assistant import words
from assistant.chinese import NUMERAL, fold, grams, number, numeral
from assistant.embedding import Embedder, ranking
from assistant.store import Entry
from assistant.store.catalogue import title_key
from assistant.types import Asker, Document, Hit

WEIGHTS = {"grams": 0.55, "words": 0.25, "dense": 0.20}
"""Share of each signal, each divided by its own best of the query, for passages too far down to be ranked."""
_WEIGHTS = np.array(list(WEIGHTS.values()))
_NOTHING = (np.empty(0, np.int64), np.empty(0))
RERANKED = 30
"""Provisions that an optional reranker reads."""
NARROW = 200
"""Up to this many documents are searched by their own ranges of passages instead of taking more of all and checking."""
EXACT = 6000
"""Up to this many passages the vectors are compared one by one instead of asking Chroma for neighbours of all."""


def terms(text: str) -> Mapping[str, list[str]]:
    """What the lexical index holds of a text, by field."""
    return {"grams": grams(text), "words": words.words(text)}


@dataclass(frozen=True)
class _Passages:
    """Passages side by side, sorted by rowid: vectors (zeros where a text has nothing to read) and lengths in characters."""

    rowids: np.ndarray
    vectors: np.ndarray
    lengths: np.ndarray


@dataclass(frozen=True)
class _Ground:
    """Where one search may look: the documents by version row, the ranges of their passages, these themselves in a small store."""

    documents: Mapping[int, Document]
    ranges: tuple[tuple[int, int], ...]
    few: _Passages | None

    @cached_property
    def _bounds(self) -> np.ndarray:
        return np.array(self.ranges, np.int64).T

    def holds(self, rowids: np.ndarray) -> np.ndarray:
        """Of each rowid whether it is a passage of these documents."""
        firsts, lasts = self._bounds
        at = np.searchsorted(firsts, rowids, side="right") - 1
        return (at >= 0) & (rowids <= lasts[at])


@dataclass(frozen=True)
class _Found:
    """Passages found, sorted by rowid: the score of each signal (0 where it did not name the passage), and who comes first in each."""

    rowids: np.ndarray
    scores: np.ndarray
    tops: tuple[np.ndarray, ...]


class Retriever:
    """Search over one store and its index. ``extra`` terms count less than the question's own."""

    def __init__(self, store, index, embedder: Embedder, rerank: Callable[[str, Sequence[str]], Sequence[float]] | None = None):
        self._store, self._index, self._embedder, self._rerank = store, index, embedder, rerank
        self._kept: tuple[int, _Passages | None] | None = None
        self._whole: tuple[object, object, _Ground] | None = None
        self._read = lru_cache(maxsize=16)(self._understood)

    def search(self, text: str, *, asker: Asker, k: int = 10, on: date | None = None,
               keep: Callable[[Document], bool] | None = None, extra: Sequence[str] = (), dormant: bool = False) -> tuple[Hit, ...]:
        """The ``k`` best provisions for a text, best first.

        ``keep`` narrows to some documents; ``extra`` are further wordings (official terms for lay ones).
        With ``dormant`` only what is not in force on the day is searched: to say so, never to answer from.
        """
        entries = self._store.entries(asker, on)
        if dormant:
            entries = {row: e for row, e in self._store.entries(asker, on, in_force=False).items() if row not in entries}
        ground = self._ground(entries, keep)
        if not ground.ranges:
            return ()
        weighted, vector = self._read(text, tuple(extra))
        within = ground.ranges if len(ground.documents) < min(len(entries), NARROW) or dormant else None
        signals = []
        for field in ("grams", "words"):
            signals.append(self._collect(lambda n, f=field: self._index.lexical(f, weighted[f], n, within), ground, k))
        signals.append(self._collect(self._nearest(vector, ground), ground, k) if vector.any() else _NOTHING)
        found = self._provisions(text, vector, _together(signals), asker, on, k, dormant)
        named = self._named(text, ground.documents, asker, on, dormant)
        if self._rerank and len(found) > 1:
            found = _reordered(found, self._rerank(text, [f"{h.passage}" for h in found[:RERANKED]]))
        return (*named, *(h for h in found if all(h.provision.id != n.provision.id or h.document != n.document for n in named)))[:k]

    def _understood(self, text: str, extra: tuple[str, ...]) -> tuple[dict[str, list[tuple[str, float]]], np.ndarray]:
        """The weighted terms by field, and the vector, of a text: one question is searched for in several places."""
        split, more = terms(text), terms(" ".join(extra)) if extra else {"grams": [], "words": []}
        return {field: _weighted(split[field], more[field]) for field in split}, self._embedder.encode([" ".join((text, *extra))])[0]

    def _ground(self, entries: Mapping[int, Entry], keep: Callable[[Document], bool] | None) -> _Ground:
        every = self._every()
        last = self._whole
        if keep is None and last is not None and last[0] is entries and last[1] is every:
            return last[2]
        inside = entries if keep is None else {row: e for row, e in entries.items() if keep(e.document)}
        ranges = _ranges(inside.values())
        few = None
        if every is not None:
            at = np.zeros(len(every.rowids), bool)
            for a, b in ranges:
                at[np.searchsorted(every.rowids, a):np.searchsorted(every.rowids, b, side="right")] = True
            few = _Passages(every.rowids[at], every.vectors[at], every.lengths[at])
        ground = _Ground({row: e.document for row, e in inside.items()}, ranges, few)
        if keep is None:
            self._whole = (entries, every, ground)
        return ground

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

    def _nearest(self, vector: np.ndarray, ground: _Ground) -> Callable[[int], list[tuple[int, float]]]:
        """Nearest passages: compared one by one where they are few (exact, and Chroma need not be loaded), else asked of Chroma."""
        if sum(b - a + 1 for a, b in ground.ranges) > EXACT:
            return lambda n: self._index.dense(vector, n)
        if ground.few is None:
            asked = [r for a, b in ground.ranges for r in range(a, b + 1)]
            return lambda n: self._index.dense_exact(vector, asked, n)
        rowids, scores = ground.few.rowids, ground.few.vectors @ vector
        order = np.argsort(-scores, kind="stable")
        return lambda n: list(zip(rowids[order[:n]].tolist(), scores[order[:n]].tolist(), strict=True))

    def _every(self) -> _Passages | None:
        """All passages of a small store, kept while nothing changes; None for a large one."""
        generation = self._store.generation
        kept = self._kept
        if kept is None or kept[0] != generation:
            rowids = self._store.rowids()
            kept = self._kept = (generation, self._all(rowids) if len(rowids) <= EXACT else None)
        return kept[1]

    def _all(self, rowids: np.ndarray) -> _Passages:
        filled, found = self._store.vectors(rowids)
        vectors = np.zeros((len(rowids), found.shape[1]), np.float32)
        vectors[np.searchsorted(rowids, filled)] = found
        rows = self._store.passages(rowids)
        return _Passages(rowids, vectors, np.array([len(rows[r].context) + len(rows[r].text) if r in rows else 1 for r in rowids.tolist()], np.int64))

    def _facts(self, pool: np.ndarray, dense: np.ndarray, vector: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The cosine to a question (``dense`` where the search for neighbours gave it, else 0 in it) and the length of passages."""
        every = self._every()
        if every is not None and len(every.rowids):
            at = np.minimum(np.searchsorted(every.rowids, pool), len(every.rowids) - 1)
            known = every.rowids[at] == pool
            return np.where(dense > 0, dense, np.where(known, every.vectors[at] @ vector, 0.0)), np.where(known, every.lengths[at], 1)
        if vector.any():
            unknown = np.flatnonzero(dense <= 0)
            cosines = dict(self._index.dense_exact(vector, pool[unknown].tolist()))
            dense[unknown] = [cosines.get(row, 0.0) for row in pool[unknown].tolist()]
        rows = self._store.passages(pool.tolist())
        return dense, np.array([len(rows[row].context) + len(rows[row].text) if row in rows else 1 for row in pool.tolist()])

    def _collect(self, ask: Callable[[int], list[tuple[int, float]]], ground: _Ground, k: int) -> tuple[np.ndarray, np.ndarray]:
        """(rowids, scores) of one signal, best first: over-fetched until enough may be shown; what may not never gets a score."""
        enough = max(ranking.DEPTH, 4 * k)
        fetch = enough * 3 // 2
        while True:
            found = ask(fetch)
            rowids, scores = np.array([r for r, _ in found], np.int64), np.array([s for _, s in found], np.float64)
            allowed = np.flatnonzero(ground.holds(rowids) & (scores > 0))[:enough]
            if len(allowed) >= enough or len(found) < fetch or fetch > 20000:
                return rowids[allowed], scores[allowed]
            fetch *= 4

    def _provisions(self, text: str, vector: np.ndarray, found: _Found, asker: Asker, on: date | None, k: int, dormant: bool) -> tuple[Hit, ...]:
        worth = self._ranked(text, vector, found)
        places = np.lexsort((found.rowids, -worth))[:4 * k].tolist()
        ranked = found.rowids[places].tolist()
        rows = self._store.passages(ranked)
        best: dict[tuple[int, str], int] = {}
        for place, rowid in zip(places, ranked, strict=True):
            if rowid in rows:
                best.setdefault((rows[rowid].version, rows[rowid].provision_id), place)
        keys = list(best)[:k]
        clauses = self._store.clauses(keys, asker, on, in_force=not dormant)
        return tuple(Hit(*clauses[key], round(float(worth[best[key]]), 6), tuple(sorted(via for via, s in zip(WEIGHTS, found.scores[best[key]], strict=True) if s > 0)),
                         rows[int(found.rowids[best[key]])].text) for key in keys if key in clauses)

    def _ranked(self, text: str, vector: np.ndarray, found: _Found) -> np.ndarray:
        """What each passage is worth, the best 1: by the ranker for those that a signal names first, below them by plain weights."""
        tops = found.scores.max(axis=0, initial=0.0)
        worth = 0.05 * (found.scores / np.where(tops > 0, tops, 1.0)) @ _WEIGHTS
        pool = np.unique(np.concatenate([top[:ranking.DEPTH] for top in found.tops]))
        if len(pool) < 2:
            return 20 * worth
        at = np.searchsorted(found.rowids, pool)
        grams, words, dense = found.scores[at].T
        dense, lengths = self._facts(pool, dense, vector)
        first = self._store.passages(pool[np.argsort(-grams, kind="stable")[:ranking.FIRST]].tolist())
        covered = ranking.covered(text, (f"{r.context} {r.text}" for r in first.values()))
        seen = ranking.shipped()(ranking.features(grams, words, dense, lengths, len(text), covered))
        worth[at] = 0.05 + 0.95 * np.exp(0.35 * (seen - seen.max()))
        return worth


def _together(signals: Sequence[tuple[np.ndarray, np.ndarray]]) -> _Found:
    rowids = np.unique(np.concatenate([rows for rows, _ in signals]))
    scores = np.zeros((len(rowids), len(signals)))
    for n, (rows, values) in enumerate(signals):
        scores[np.searchsorted(rowids, rows), n] = values
    return _Found(rowids, scores, tuple(rows for rows, _ in signals))


def _reordered(hits: tuple[Hit, ...], read: Sequence[float]) -> tuple[Hit, ...]:
    order = sorted(range(len(read)), key=lambda i: -read[i])
    return (*(replace(hits[i], score=hits[n].score, via=(*hits[i].via, "reranker")) for n, i in enumerate(order)), *hits[len(read):])


_REFERENCE = re.compile(rf"第\s*([{NUMERAL}]+|\d{{1,4}})\s*条(之[{NUMERAL}]+)?")


def _bare(text: str) -> str:
    return fold(text).replace("《", "").replace("》", "").replace("中华人民共和国", "").removesuffix("的")


def _ranges(entries: Iterable[Entry]) -> tuple[tuple[int, int], ...]:
    """The ranges of passages that document versions hold, those that touch made one."""
    out: list[tuple[int, int]] = []
    for first, last in sorted((e.first, e.last) for e in entries if e.last >= e.first):
        if out and first <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(last, out[-1][1]))
        else:
            out.append((first, last))
    return tuple(out)


def _weighted(own: Iterable[str], more: Iterable[str]) -> list[tuple[str, float]]:
    out: dict[str, float] = {}
    for term in own:
        out[term] = out.get(term, 0.0) + 1.0
    for term in more:
        if term not in out:
            out[term] = 0.4
    return list(out.items())
