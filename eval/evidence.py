"""证据分类器：用 eval/datasets/evidence.txt 的句子（和 dev 案件里标出的词句）训练，写出 assistant/classifying/evidence.json。"""

from __future__ import annotations

import argparse
import json
import random
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from assistant.classifying import features, learned
from assistant.classifying.learned import Model, Trained, summary
from assistant.classifying.reading import Reading
from eval import cases

SENTENCES = Path(__file__).parent / "datasets" / "evidence.txt"
STRENGTH, HEAD_STRENGTH = 2.0, 1.0
"""Inverse regularisation, chosen on the dev cases by situation."""
BESIDE = ("fitness", "clarification", "distinguish")
"""Schemes whose cases may tell an error in performing duties too, so that they say nothing of what lies outside."""
Read = Callable[[str], Reading]
Encode = Callable[[Sequence[str]], np.ndarray]


def sentences(path: Path = SENTENCES) -> list[tuple[str, str]]:
    """(label, sentence) of the file: ``# label`` heads the sentences below it, ``//`` is a remark."""
    out, label = [], ""
    for line in path.read_text("utf-8").splitlines():
        line = line.strip()
        if line.startswith("# "):
            label = line[2:].strip()
        elif line and not line.startswith("//"):
            out.append((label, line))
    return out


ELEMENTS = {"purpose": "situation"}
TRAINED = ("gain", "ban", "procedure", "consequence", "remedy", "diligence", "candour", "cause", "situation", "order")
_DISSENT, _LACKING = re.compile("反对|不同意|保留意见|异议"), re.compile("未|没|漏|缺|少")


def marked(case: cases.Case) -> list[tuple[str, str]]:
    """The words that a case of the dev split marks itself: what its outcome rests on, and what a turned fact reads like."""
    out = []
    states = dict(case.elements)
    for element, words in case.rests_on:
        label = ELEMENTS.get(element, element)
        if label not in TRAINED:
            continue
        state = states.get(element, "met") if label != "remedy" else "met"
        if label == "procedure" and state == "unmet" and not _LACKING.search(words):
            state = "met"
        label = "dissent" if label == "procedure" and _DISSENT.search(words) else label
        out.append((label + {"met": "+", "unmet": "-", "unclear": "?"}[state], words))
        turned = {"exclude": ("gain", "ban", "diligence"), "mitigate": ("procedure",)}.get(case.pivot[2], ()) if case.pivot else ()
        if label in turned and (words.strip("，。；") in case.pivot[0] or case.pivot[0] in words):
            out.append((f"{label}-", case.pivot[1]))
    return out


def matrix(texts: Sequence[str], read: Read, encode: Encode, signals: Iterable[str]):
    """The features of whole sentences, sparse."""
    from scipy import sparse

    signals = list(signals)
    index, values, ends = [], [], [0]
    for text in texts:
        at, value = features.row(features.marks(read(text), (0, len(text)), signals))
        index += at
        values += value
        ends.append(len(index))
    marks = sparse.csr_matrix((values, index, ends), shape=(len(texts), features.WIDTH))
    return sparse.hstack([marks, sparse.csr_matrix(encode(list(texts)) * features.VECTOR)]).tocsr()


def train(given: Sequence[tuple[str, str]], read: Read, encode: Encode, signals: Sequence[str]) -> Model:
    """A linear model over labelled sentences."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=STRENGTH, max_iter=500).fit(matrix([t for _, t in given], read, encode, signals), [label for label, _ in given])
    return Model(tuple(map(str, fitted.classes_)), tuple(signals), fitted.coef_.T.astype(np.float32), fitted.intercept_.astype(np.float32))


def scope_head(model: Model, given: Iterable[cases.Case], read: Read, encode: Encode) -> tuple[np.ndarray, float]:
    """Weights over :func:`learned.summary` that tell errors in performing duties from everything else that is told to an office."""
    from sklearn.linear_model import LogisticRegression

    rows, inside = [], []
    for case in given:
        if case.scheme not in BESIDE:
            for text in (case.text, cases.padded(case).text, *_shortened(case)):
                rows.append(summary(Trained(read(text), encode, model).chances))
                inside.append(case.scheme == "tolerance" and case.outcome != "not_applicable")
    fitted = LogisticRegression(C=HEAD_STRENGTH, max_iter=800, class_weight="balanced").fit(np.array(rows), inside)
    return fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0])


def _shortened(case: cases.Case) -> list[str]:
    """The case with some sentences left out: what is told badly is still told of the same thing."""
    chance = random.Random(f"{cases.SEED}{case.id}")
    sentences = re.findall(r"[^。！？\n]*[。！？\n]+|[^。！？\n]+$", case.text)
    return ["".join(s for s in sentences if chance.random() < 0.75) or case.text for _ in range(2)]


def write(model: Model, path: Path) -> None:
    """The model as JSON: weights of the features that were seen, in eight bits a label scale."""
    used = np.flatnonzero(np.abs(model.weights).sum(axis=1)).astype("<u2")
    kept = model.weights[used]
    scales = np.maximum(np.abs(kept).max(axis=0), 1e-9) / 127
    packed = np.clip(np.rint(kept / scales), -127, 127).astype(np.int8)
    path.write_text(json.dumps({
        "labels": model.labels, "signals": model.signals, "features": len(model.weights), "bias": [round(float(b), 5) for b in model.bias],
        "scales": [float(s) for s in scales], "used": b64encode(used.tobytes()).decode(), "weights": b64encode(packed.tobytes()).decode(),
        "heads": {n: {"weights": [round(float(x), 4) for x in w], "bias": round(b, 4)} for n, (w, b) in model.heads.items()}},
        ensure_ascii=False), encoding="utf-8")


def run(argv: Sequence[str]) -> int:
    """``python -m eval evidence``: train and write the model; needs scikit-learn."""
    parser = argparse.ArgumentParser(prog="python -m eval evidence", description=__doc__)
    parser.add_argument("--out", type=Path, default=learned.SHIPPED, help="写到此文件")
    options = parser.parse_args(argv)
    from dataclasses import replace

    from assistant import settings
    from assistant.classifying.classifier import Classifier
    from assistant.embedding import load

    encode = load().encode
    classifier = Classifier(settings.shipped("corpus"), lambda *a: None, lambda text, others: [0.0] * len(others))
    ready = classifier.ready("tolerance")
    given = sentences()
    dev, signals = cases.load("dev"), list(classifier.vocabulary.signals)

    def read(text: str) -> Reading:
        return classifier.read(ready, text)

    # The head is fitted on chances that a model without the dev cases gives them: those of a model that knows them are too sure.
    head = scope_head(train(given, read, encode, signals), dev, read, encode)
    given += [pair for case in dev if case.scheme == "tolerance" for pair in marked(case)]
    write(replace(train(given, read, encode, signals), heads={"scope": head}), options.out)
    print(f"{len(given)} 个句子，已写入 {options.out}（{options.out.stat().st_size // 1024} KB）")
    return 0
