"""Training the ranker of :mod:`assistant.embedding.ranking` on questions that the table has not been trained on."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from assistant import words
from assistant.chinese import grams
from assistant.embedding import pairs as reading
from assistant.embedding import ranking, recipe
from assistant.embedding.bm25 import Bm25, top
from assistant.embedding.static import StaticEmbedder

HIDDEN, NETS, EPOCHS, RATE, DECAY = 12, 4, 12, 0.01, 0.05
LEARNED = tuple(name for name in ranking.NAMES if name != "covered")
"""What the network sees; how much of a question stands in the texts is weighed outside of it (``ranking.CAUTION``)."""
EACH = 800
"""Questions taken of a set; every set weighs the same."""


@dataclass(frozen=True)
class Judged:
    """The candidates of one question: what the ranker sees, which are right, and how many right ones there are at all."""

    seen: np.ndarray
    right: np.ndarray
    all_right: int


def gather(folder: Path, model: Path, fold: int, folds: int, say: Callable[[str], None] = print) -> dict[str, list[Judged]]:
    """Candidates of the questions of ``fold``, and of news leads that the recipe leaves out; ``model`` must not have seen them."""
    embedder = StaticEmbedder(model)
    return {name: _judge(name, texts, asked, embedder, say) for name, (texts, asked) in unseen(folder, fold, folds).items()}


def unseen(folder: Path, fold: int, folds: int) -> dict[str, tuple[list[str], dict[str, set[int]]]]:
    """Sets that a model trained without ``fold`` has not seen: the texts to search, and which of them answer each question."""
    material = recipe.prepare(folder, fold=fold, folds=folds)
    stage = material.close
    sets: dict[str, tuple[list[str], dict[str, set[int]]]] = {}
    for name, asked in material.held.items():
        pool = stage.pools[name if name in stage.pools else recipe.ARTICLES]
        place = {p: i for i, p in enumerate(pool)}
        sets[name] = [stage.passages[p] for p in pool], {q: {place[p] for p in right} for q, right in asked.items()}
    seen = set(material.general.questions)
    spare = [p for p in reading.read(folder).get("news_lead", ()) if p.query not in seen][:6000]
    if spare:
        bodies = list(dict.fromkeys(p.positive[:recipe.LENGTH] for p in spare))
        place = {t: i for i, t in enumerate(bodies)}
        sets["news_lead"] = bodies, {p.query: {place[p.positive[:recipe.LENGTH]]} for p in spare[:EACH]}
    return sets


def _judge(name: str, texts: Sequence[str], asked: dict[str, set[int]], embedder: StaticEmbedder, say: Callable[[str], None]) -> list[Judged]:
    by_grams, by_words, vectors = Bm25(texts, grams), Bm25(texts, words.words), embedder.encode(texts)
    lengths = np.array([len(t) for t in texts], np.float32)
    out = []
    for query in random.Random(1).sample(sorted(asked), min(EACH, len(asked))):
        scores = [by_grams.scores(query), by_words.scores(query), vectors @ embedder.encode([query])[0]]
        named = [top(s, ranking.DEPTH) for s in scores]
        chosen = np.array(list(dict.fromkeys(np.concatenate(named).tolist())))
        lexical = [np.where(np.isin(chosen, n), s[chosen], 0) for s, n in zip(scores[:2], named)]
        covered = ranking.covered(query, (texts[i] for i in top(scores[0], ranking.FIRST).tolist()))
        seen = ranking.features(*lexical, scores[2][chosen], lengths[chosen], len(query), covered)
        out.append(Judged(seen, np.array([i in asked[query] for i in chosen.tolist()]), len(asked[query])))
    say(f"{name}: {len(out)} questions, {len(texts)} passages")
    return out


def fit(sets: dict[str, list[Judged]], seed: int = 0) -> dict:
    """A ranker, as it is stored, by listwise softmax over the candidates of each question."""
    examples = [(j, 300 / len(judged)) for judged in sets.values() for j in judged if j.right.any()]
    every = np.concatenate([j.seen[:, :len(LEARNED)] for j, _ in examples])
    mean, spread = every.mean(0), every.std(0) + 1e-4
    ready = [(torch.from_numpy((j.seen[:, :len(LEARNED)] - mean) / spread), torch.from_numpy(j.right.astype(np.float32)), w) for j, w in examples]
    nets = [_fit(ready, seed + n) for n in range(NETS)]
    return {"names": LEARNED, "mean": _plain(mean), "spread": _plain(spread), "nets": nets}


def _fit(ready: list, seed: int) -> dict:
    torch.manual_seed(seed)
    line = torch.nn.Linear(len(LEARNED), 1, bias=False)
    inner, outer = torch.nn.Linear(len(LEARNED), HIDDEN), torch.nn.Linear(HIDDEN, 1, bias=False)
    optimizer = torch.optim.AdamW([*line.parameters(), *inner.parameters(), *outer.parameters()], lr=RATE, weight_decay=DECAY)
    rng, n = np.random.default_rng(seed), 0
    for _ in range(EPOCHS):
        for i in rng.permutation(len(ready)):
            seen, right, weight = ready[i]
            chances = torch.log_softmax((line(seen) + outer(torch.tanh(inner(seen))))[:, 0], 0)
            (-(chances * right).sum() / right.sum() * weight / 16).backward()
            n += 1
            if n % 16 == 0:
                optimizer.step()
                optimizer.zero_grad()
        for group in optimizer.param_groups:
            group["lr"] *= 0.8
    return {"line": _plain(line.weight[0]), "inner": _plain(inner.weight), "shift": _plain(inner.bias), "outer": _plain(outer.weight[0])}


def _plain(values) -> list:
    array = values.detach().numpy() if isinstance(values, torch.Tensor) else values
    return np.round(array.astype(np.float64), 5).tolist()


def cross_check(sets: dict[str, list[Judged]], parts: int = 4, leave_out: bool = False) -> dict[str, dict[str, float]]:
    """nDCG@10 of the ranker on questions it was not fitted on, beside each signal alone.

    With ``leave_out`` each set is ranked by a network that has seen no question of that set.
    """
    scores: dict[str, list[np.ndarray]] = {name: [np.zeros(0)] * len(judged) for name, judged in sets.items()}
    if leave_out:
        for name, judged in sets.items():
            ranker = ranking.Ranker(fit({k: v for k, v in sets.items() if k != name}))
            scores[name] = [ranker(j.seen) for j in judged]
    else:
        for part in range(parts):
            ranker = ranking.Ranker(fit({k: [j for i, j in enumerate(v) if i % parts != part] for k, v in sets.items()}))
            for name, judged in sets.items():
                for i, j in enumerate(judged):
                    if i % parts == part:
                        scores[name][i] = ranker(j.seen)
    out = {}
    for name, judged in sets.items():
        ways = {"grams": [j.seen[:, 0] for j in judged], "words": [j.seen[:, 1] for j in judged], "dense": [j.seen[:, 2] for j in judged],
                "ranked": scores[name]}
        out[name] = {way: round(float(np.mean([ndcg(s, j) for s, j in zip(each, judged)])), 4) for way, each in ways.items()}
    return out


def ndcg(scores: np.ndarray, judged: Judged, depth: int = 10) -> float:
    """nDCG of one question with right and wrong passages only."""
    order = np.argsort(-scores, kind="stable")[:depth]
    gains = judged.right[order] / np.log2(np.arange(len(order)) + 2)
    ideal = (1 / np.log2(np.arange(min(depth, judged.all_right)) + 2)).sum()
    return float(gains.sum() / ideal)


def train(folder: Path, model: Path, fold: int, folds: int, out: Path, say: Callable[[str], None] = print) -> None:
    """Fit on everything gathered, say how it does on questions and sets it has not seen, and write ``out``."""
    sets = gather(folder, model, fold, folds, say)
    checks = {"questions_unseen": cross_check(sets), "sets_unseen": cross_check(sets, leave_out=True)}
    for kind, found in checks.items():
        for name, row in found.items():
            say(f"{kind} {name} {row}")
    out.write_text(json.dumps({**fit(sets), "ndcg@10": checks}, separators=(",", ":")) + "\n", "utf-8")
