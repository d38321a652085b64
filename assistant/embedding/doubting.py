"""Fitting :mod:`assistant.embedding.doubt`: questions with their answers in the corpus, with them taken out, and put to another corpus."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from assistant import words
from assistant.chinese import grams
from assistant.embedding import doubt, ranking
from assistant.embedding.bm25 import Bm25, top
from assistant.embedding.static import StaticEmbedder
from assistant.embedding.weighing import unseen

EACH, STRANGE = 300, 100
"""Questions of each set, and how many of another set's are put to it."""


class _Search:
    def __init__(self, texts: Sequence[str], model: StaticEmbedder):
        self.texts, self._model = texts, model
        self._grams, self._words, self._vectors = Bm25(texts, grams), Bm25(texts, words.words), model.encode(texts)

    def best(self, query: str, without: set[int] = frozenset()) -> list[int]:
        scores = [self._grams.scores(query), self._words.scores(query), self._vectors @ self._model.encode([query])[0]]
        for s in scores:
            s[list(without)] = -1
        named = [top(s, ranking.DEPTH) for s in scores]
        chosen = np.array(list(dict.fromkeys(np.concatenate(named).tolist())))
        lexical = [np.where(np.isin(chosen, n), s[chosen], 0) for s, n in zip(scores[:2], named)]
        lengths = np.array([len(self.texts[i]) for i in chosen.tolist()])
        covered = ranking.covered(query, (self.texts[i] for i in top(scores[0], ranking.FIRST).tolist()))
        worth = ranking.shipped()(ranking.features(*lexical, scores[2][chosen], lengths, len(query), covered))
        return chosen[np.argsort(-worth, kind="stable")][:doubt.READ].tolist()


def gather(folder: Path, model: StaticEmbedder, fold: int, folds: int, say: Callable[[str], None]) -> dict[str, list[tuple[np.ndarray, int, str]]]:
    """(features, 1 for unanswered, why) of each set: ``there``, ``taken out`` or ``strange``."""
    sets = unseen(folder, fold, folds)
    out: dict[str, list[tuple[np.ndarray, int, str]]] = {}
    rng = random.Random(2)
    every = {name: rng.sample(sorted(asked), min(EACH, len(asked))) for name, (_, asked) in sets.items()}
    for name, (texts, asked) in sets.items():
        search = _Search(texts, model)

        def seen(query: str, found: list[int], texts: Sequence[str] = texts) -> np.ndarray:
            return doubt.features(query, [texts[i] for i in found], model)

        rows = []
        for query in every[name]:
            found = search.best(query)
            if asked[query] & set(found):
                rows.append((seen(query, found), 0, "there"))
            rows.append((seen(query, search.best(query, asked[query])), 1, "taken out"))
        for query in rng.sample([q for other, qs in every.items() if other != name for q in qs], STRANGE):
            rows.append((seen(query, search.best(query)), 1, "strange"))
        out[name] = rows
        say(f"{name}: {len(rows)}")
    return out


def fit(sets: dict[str, list[tuple[np.ndarray, int, str]]]) -> dict:
    """Weights as they are stored; every set counts the same, answered and unanswered too."""
    rows = [(x, y, 1 / sum(1 for r in found if r[1] == y)) for found in sets.values() for x, y, _ in found]
    x, y, w = (np.array([r[i] for r in rows], np.float64) for i in range(3))
    mean, spread = x.mean(0), x.std(0) + 1e-4
    z = (x - mean) / spread
    z = np.column_stack((z, z * z, np.ones(len(z))))
    w *= len(w) / w.sum()
    weights = np.zeros(z.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-z @ weights))
        slope = z.T @ (w * (chance - y)) + 3.0 * np.r_[weights[:-1], 0]
        weights -= np.linalg.solve((z * (w * chance * (1 - chance))[:, None]).T @ z + 3.0 * np.eye(z.shape[1]), slope)
    return {"names": doubt.NAMES, "mean": mean.round(5).tolist(), "spread": spread.round(5).tolist(), "weights": weights[:-1].round(5).tolist(),
            "bias": round(float(weights[-1]), 5)}


def train(folder: Path, model: Path, fold: int, folds: int, out: Path, say: Callable[[str], None] = print) -> None:
    """Fit on all sets, say how each set fares when the fit has not seen it, and write ``out``."""
    sets = gather(folder, StaticEmbedder(model), fold, folds, say)
    checks = {}
    for name, rows in sets.items():
        judge = doubt.Doubt(fit({k: v for k, v in sets.items() if k != name}))
        row = {}
        for why in ("taken out", "strange"):
            chosen = [r for r in rows if r[2] in (why, "there")]
            y = [r[1] for r in chosen]
            row[why] = {"chance": round(doubt.auroc([judge(r[0]) for r in chosen], y), 3), "cosine": round(doubt.auroc([-r[0][0] for r in chosen], y), 3)}
        checks[name] = row
        say(f"AUROC, set unseen: {name} {row}")
    out.write_text(json.dumps({**fit(sets), "auroc": checks}) + "\n", "utf-8")
