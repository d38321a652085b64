"""拟合权重：哪句话答得上（assistant/answering/weighing.py），答不答得了（assistant/answering/support.py）。"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.answering import Answerer, support, telling, weighing
from assistant.answering.evidence import Evidence
from assistant.types import LOCAL, Citation, Hit
from eval import dataset
from eval.scoring import is_provision, lacking

TUNING = Path(__file__).with_name("datasets") / "tuning.jsonl"
WITHOUT = 0.3
"""What a question whose clause was taken away counts against one that nothing here answers."""
CANDIDATES = 120
"""Sentences of a question that are told apart."""


@dataclass(frozen=True)
class Examples:
    """Of some questions: ``features``, ``labels`` and ``counts`` of the best sentences, and for each answerable one the signs and gains of all."""

    features: np.ndarray
    labels: np.ndarray
    counts: np.ndarray
    ranked: tuple[tuple[np.ndarray, np.ndarray], ...]


def questions() -> list[dataset.Question]:
    """The dev questions and the further ones kept for tuning; none of the test split."""
    return [q for q in dataset.load() if q.split == "dev"] + list(dataset.parse(TUNING.read_text("utf-8")))


def _right(q: dataset.Question, hit: Hit) -> bool:
    cited = Citation(hit.provision.id, hit.provision.path, hit.document, "")
    return any(is_provision(p, cited) for p in q.expect.provisions)


def _told(e: Evidence) -> list[str]:
    """A sentence, and the line over it when it is an item, as they would be said together."""
    lead = telling.lead_of(e)
    return [e.text, e.hit.provision.text[lead[0]:lead[1]]] if lead else [e.text]


def examples(answerer: Answerer, asked: Sequence[dataset.Question]) -> Examples:
    """What is seen of the best sentence of each question, and whether it answers.

    A question that is answered is asked twice: as it is, and with the clauses that answer it taken away. So refusing is
    not learnt from how questions without an answer happen to be put.
    """
    rows, labels, counts, ranked = [], [], [], []
    for q in asked:
        if q.on is not None or q.group == "compare":
            continue
        answerable = None in q.expect.refusal or "not_listed" in q.expect.refusal
        found = answerer.evidence(q.question, asker=LOCAL, region=q.region)
        best = next((e for e in found[:8] if e.typed), None)
        if answerable:
            groups = q.expect.all_of
            gains = np.array([(1 - len(lacking(_told(e), groups)) / len(groups) if groups else 1.0) if _right(q, e.hit) else 0.0
                              for e in found[:CANDIDATES]])
            if gains.any():
                ranked.append((np.array([(*e.seen, max(e.near, 0.0)) for e in found[:CANDIDATES]]), gains))
            if best and _right(q, best.hit):
                rows.append(best.features), labels.append(1), counts.append(1.0)
            rest = answerer.evidence(q.question, asker=LOCAL, region=q.region, without=lambda h, q=q: _right(q, h))
            other = next((e for e in rest[:8] if e.typed), None)
            if other and q.expect.provisions and (not groups or all(lacking([e.text], groups) for e in rest[:4])):
                rows.append(other.features), labels.append(0), counts.append(WITHOUT)
        elif best and {"out_of_corpus", "out_of_scope"} & set(q.expect.refusal):
            rows.append(best.features), labels.append(0), counts.append(1.0)
    return Examples(np.array(rows, float), np.array(labels), np.array(counts), tuple(ranked))


def ranking(ranked: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Weights of the signs, that of likeness last: a logistic regression over what the best sentence has more of than each other one."""
    from sklearn.linear_model import LogisticRegression

    pairs, shares = [], []
    for seen, gains in ranked:
        top = seen[int(gains.argmax())]
        worse = seen[gains < gains.max()][:20]
        pairs.extend(top - w for w in worse)
        shares.extend([1 / len(worse)] * len(worse) if len(worse) else [])
    x, share = np.array(pairs), np.array(shares)
    spread = x.std(0) + 1e-6
    model = LogisticRegression(C=1.0, fit_intercept=False, max_iter=2000)
    model.fit(np.concatenate((x, -x)) / spread, np.repeat([1, 0], len(x)), sample_weight=np.concatenate((share, share)))
    weights = model.coef_[0] / spread
    # Kept on the scale of the present weights: other bounds are set on it.
    now = np.array((*weighing.WEIGHTS, weighing.NEAR))
    every = np.concatenate([s for s, _ in ranked])
    return weights * (every @ now).std() / (every @ weights).std()


def first(ranked: Sequence[tuple[np.ndarray, np.ndarray]], weights: np.ndarray) -> float:
    """Share of questions whose best sentence stands first."""
    return float(np.mean([g[int((s @ weights).argmax())] >= g.max() for s, g in ranked]))


def run(argv: Sequence[str]) -> int:
    """Fit and print the weights, with the AUROC by ten-fold cross-validation."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import KFold

    from assistant.assistant import Assistant

    parser = argparse.ArgumentParser(prog="python -m eval calibrate", description=__doc__)
    parser.add_argument("--documents", type=Path, help="另外读入的文件夹（原件）")
    args = parser.parse_args(argv)
    parts = []
    for documents in (None, args.documents) if args.documents else (None,):
        with tempfile.TemporaryDirectory() as home, Assistant.open(home=Path(home)) as assistant:
            if documents:
                assistant.ingest([documents])
            parts.append(examples(assistant.answerer, questions()))
    ranked = [r for p in parts for r in p.ranked]
    now, fitted = np.array((*weighing.WEIGHTS, weighing.NEAR)), ranking(ranked)
    print(f"选句 N={len(ranked)}：首句答对 现用 {first(ranked, now):.1%}，新拟合 {first(ranked, fitted):.1%}")
    print("weighing.WEIGHTS = (" + ", ".join(f"{w:.3f}" for w in fitted[:-1]) + f"); NEAR = {fitted[-1]:.3f}")

    x, y, n = (np.concatenate([getattr(p, k) for p in parts]) for k in ("features", "labels", "counts"))
    n = n * np.where(y == 1, 1 / n[y == 1].sum(), 1 / n[y == 0].sum()) * len(y)
    middle, spread = x.mean(0), x.std(0) + 1e-6
    z, held = (x - middle) / spread, np.zeros(len(y))
    model = LogisticRegression(C=0.3, max_iter=2000)
    for train, rest in KFold(10, shuffle=True, random_state=0).split(z):
        held[rest] = model.fit(z[train], y[train], sample_weight=n[train]).predict_proba(z[rest])[:, 1]
    model.fit(z, y, sample_weight=n)
    weights = model.coef_[0] / spread
    print(f"答不答得了 N={len(y)}（可答 {int(y.sum())}），十折 AUROC {roc_auc_score(y, held):.3f}，现用权重 AUROC "
          f"{roc_auc_score(y, [support.probability(row) for row in x]):.3f}")
    print("support.WEIGHTS = (" + ", ".join(f"{w:.3f}" for w in weights) + f"); BIAS = {model.intercept_[0] - weights @ middle:.3f}")
    for limit in (0.2, 0.25, 0.3, 0.4, 0.5):
        print(f"阈值 {limit}：误拒 {np.mean(held[y == 1] < limit):.1%}，误答 {np.mean(held[y == 0] >= limit):.1%}")
    return 0
