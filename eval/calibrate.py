"""拒答信号：用开发题和调试题拟合“这句话答不答得了”的权重。"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from assistant.answering import Answerer, support
from assistant.types import LOCAL, Citation
from eval import dataset
from eval.scoring import is_provision

TUNING = Path(__file__).with_name("datasets") / "tuning.jsonl"


def questions() -> list[dataset.Question]:
    """The dev questions and the further ones kept for tuning; none of the test split."""
    return [q for q in dataset.load() if q.split == "dev"] + list(dataset.parse(TUNING.read_text("utf-8")))


def examples(answerer: Answerer, asked: Sequence[dataset.Question]) -> tuple[np.ndarray, np.ndarray]:
    """Features (n, 9) and labels (n,): the best sentence of a question that it answers, or of one that must be refused."""
    rows, labels = [], []
    for q in asked:
        if q.on is not None:
            continue
        e = answerer.best(q.question, asker=LOCAL, region=q.region)
        if e is None:
            continue
        hit = Citation(e.hit.provision.id, e.hit.provision.path, e.hit.document, "")
        if None in q.expect.refusal or "not_listed" in q.expect.refusal:
            if any(is_provision(p, hit) for p in q.expect.provisions):
                rows.append(e.features)
                labels.append(1)
        elif {"out_of_corpus", "out_of_scope"} & set(q.expect.refusal):
            rows.append(e.features)
            labels.append(0)
    return np.array(rows), np.array(labels)


def run(argv: Sequence[str]) -> int:
    """Fit and print the weights for assistant/answering/support.py, with the AUROC by ten-fold cross-validation."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import KFold, cross_val_predict

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
    x, y = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    model = LogisticRegression(C=1.0, max_iter=2000, class_weight="balanced")
    folds = KFold(10, shuffle=True, random_state=0)
    held = cross_val_predict(model, x, y, cv=folds, method="predict_proba")[:, 1]
    model.fit(x, y)
    print(f"N={len(y)}（可答 {int(y.sum())}），十折 AUROC {roc_auc_score(y, held):.3f}，现用权重 AUROC "
          f"{roc_auc_score(y, [support.probability(row) for row in x]):.3f}")
    print("WEIGHTS = (" + ", ".join(f"{w:.3f}" for w in model.coef_[0]) + ")")
    print(f"BIAS = {model.intercept_[0]:.3f}")
    for limit in (0.3, 0.4, 0.5, 0.6):
        print(f"阈值 {limit}：误拒 {np.mean(held[y == 1] < limit):.1%}，误答 {np.mean(held[y == 0] >= limit):.1%}")
    return 0
