"""方案选择：用 eval/datasets/routing.jsonl 和 dev 案件训练，写出 assistant/classifying/routing.json；报告 dev 交叉验证和 test 的正确率。"""

from __future__ import annotations

import argparse
import json
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.classifying import routed, routing
from assistant.classifying.routed import Model, counts
from eval import cases, dataset

TEXTS = Path(__file__).parent / "datasets" / "routing.jsonl"
STRENGTH = 80.0
"""Inverse regularisation, chosen on the dev cases by situation."""
FEWEST = 3
"""Texts that a gram has to stand in."""
FOLDS = 5


@dataclass(frozen=True)
class Text:
    """A text, the scheme it is for (or ``question``) and the situation it tells: wordings of one situation stay together."""

    text: str
    label: str
    group: str


def written(path: Path = TEXTS) -> list[Text]:
    """The texts written for routing. Raises ValueError naming the line that is not one."""
    out = []
    for n, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            raw = json.loads(line)
            out.append(Text(raw["text"], raw["scheme"], f"routing-{n}"))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"line {n}: {error}") from None
    return out


def told(split: str) -> list[Text]:
    """The cases of a split that fit the scheme they were written for: none that lies outside it, no talk that nothing calls for."""
    return [Text(c.text, c.scheme, f"{c.scheme}-{c.situation}") for c in cases.load(split) if c.outcome not in ("not_applicable", ())]


def asked() -> list[Text]:
    """The general questions of the dev split."""
    return [Text(q.question, routed.QUESTION, f"question-{q.topic}") for q in dataset.load() if q.split == "dev"]


def train(given: Sequence[Text], plain) -> Model:
    """A linear model over the grams of the texts, every label weighing the same."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    bags = [counts(plain(t.text)) for t in given]
    held = Counter(gram for bag in bags for gram in bag)
    grams = {gram: i for i, gram in enumerate(sorted(g for g, n in held.items() if n >= FEWEST))}
    idf = np.array([np.log((1 + len(bags)) / (1 + held[g])) + 1 for g in grams], np.float32)
    index, values, ends = [], [], [0]
    for bag in bags:
        at = [grams[g] for g in bag if g in grams]
        row = np.array([1 + np.log(n) for g, n in bag.items() if g in grams]) * idf[at]
        index += at
        values += list(row / max(np.sqrt((row ** 2).sum()), 1e-9))
        ends.append(len(index))
    matrix = sparse.csr_matrix((values, index, ends), shape=(len(bags), len(grams)))
    fitted = LogisticRegression(C=STRENGTH, max_iter=1000, class_weight="balanced").fit(matrix, [t.label for t in given])
    return Model(tuple(map(str, fitted.classes_)), grams, idf, fitted.coef_.T.astype(np.float32), fitted.intercept_.astype(np.float32))


def write(model: Model, path: Path) -> None:
    """The model as JSON, weights in eight bits a label scale."""
    scales = np.maximum(np.abs(model.weights).max(axis=0), 1e-9) / 127
    packed = np.clip(np.rint(model.weights / scales), -127, 127).astype(np.int8)
    path.write_text(json.dumps({
        "labels": model.labels, "bias": [round(float(b), 5) for b in model.bias], "scales": [float(s) for s in scales],
        "grams": "\n".join(model.grams), "idf": b64encode(model.idf.astype("<f2").tobytes()).decode(),
        "weights": b64encode(packed.tobytes()).decode()}, ensure_ascii=False), encoding="utf-8")


def right(model: Model, given: Sequence[Text], plain, bound: frozenset[str]) -> list[tuple[str, str, float]]:
    """(expected, chosen, chance) of every text."""
    out = []
    for t in given:
        chances = model.chances(plain(t.text))
        chosen = routing.pick(chances, bound)
        out.append((t.label, chosen, chances[chosen]))
    return out


def table(title: str, judged: Sequence[tuple[str, str, float]], wrong: bool) -> str:
    lines = [f"== {title} N={len(judged)}  正确 {sum(a == b for a, b, _ in judged)}（{np.mean([a == b for a, b, _ in judged]):.1%}）"]
    for label in sorted({a for a, _, _ in judged}):
        missed = Counter(b for a, b, _ in judged if a == label and a != b)
        n = sum(a == label for a, _, _ in judged)
        lines.append(f"  {label:<16}{n - sum(missed.values())}/{n}" + ("  " + " ".join(f"{b}:{k}" for b, k in missed.most_common()) if wrong else ""))
    return "\n".join(lines)


def run(argv: Sequence[str]) -> int:
    """``python -m eval routing``: train, report and write the model; needs scikit-learn."""
    parser = argparse.ArgumentParser(prog="python -m eval routing", description=__doc__)
    parser.add_argument("--out", type=Path, default=routed.SHIPPED, help="写到此文件")
    options = parser.parse_args(argv)
    from sklearn.model_selection import GroupKFold

    from assistant import settings
    from assistant.classifying.classifier import Classifier

    classifier = Classifier(settings.shipped("corpus"), lambda *a: None, lambda text, others: [0.0] * len(others))
    bound, known = routing.bound(classifier), {}

    def plain(text: str) -> str:
        if text not in known:
            known[text] = classifier.read(classifier.ready(routing.DEFAULT), text).plain
        return known[text]

    dev, always = told("dev"), written() + asked()
    held: list[tuple[str, str, float]] = []
    for learnt, left in GroupKFold(FOLDS).split(dev, groups=[t.group for t in dev]):
        held += right(train([dev[i] for i in learnt] + always, plain), [dev[i] for i in left], plain, bound)
    print(table("dev（交叉验证）", held, True))
    write(train(dev + always, plain), options.out)
    print(table("test", right(Model.read(options.out), told("test"), plain, bound), False))
    print(f"{len(dev) + len(always)} 段文字，已写入 {options.out}（{options.out.stat().st_size // 1024} KB）")
    return 0
