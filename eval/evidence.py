"""证据分类器：用 eval/datasets/evidence.txt 的句子和 evidence-cases.txt 的逐句标注案件训练，写出 assistant/classifying/evidence.safetensors。"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from assistant.classifying import deciding, features, learned
from assistant.classifying.finding import assume, raised, settled, weigh
from assistant.classifying.learned import MARKS, Model, Settler, Trained
from assistant.classifying.nouns import Finding, Scheme, Span, State
from assistant.classifying.reading import Reading
from eval import cases

FOLDER = Path(__file__).parent / "datasets"
SENTENCES, TOLD = FOLDER / "evidence.txt", FOLDER / "evidence-cases.txt"
FOLDS = 3
STRENGTH, SETTLING = 1.0, 3.0
"""Inverse regularisation of the two models."""
LACKING = 0.2
"""The weight of a case from which the words of one condition were taken, beside a case as it was told."""
NAMES = ("scope", "gain", "ban", "forgery", "procedure", "diligence", "situation", "cause", "consequence", "fault", "remedy", "candour", "redline",
         "repeat", "order", "dissent")
LABELS = (*(name + mark for name in NAMES for mark in MARKS), "unknown", "none")
NEEDED = {"exempt": ("gain", "ban", "procedure", "consequence"), "mitigate": ("gain", "remedy")}
_LINE = re.compile(r"\[([^\]]+)\]\s?(.*)")
Read = Callable[[str], Reading]
Encode = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class Told:
    """A case marked piece by piece: ``states`` of its elements, ``pieces`` as (labels, words) in order."""

    id: str
    outcome: str
    situation: str
    states: Mapping[str, State]
    pieces: tuple[tuple[tuple[str, ...], str], ...]
    accepted: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(words for _, words in self.pieces)

    def spans(self) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        at = 0
        for labels, words in self.pieces:
            yield at, at + len(words), labels
            at += len(words)


def marked(line: str) -> tuple[tuple[str, ...], str] | None:
    """(labels, words) of a marked line, None for any other. Raises ValueError for an unknown label."""
    m = _LINE.fullmatch(line.rstrip("\n"))
    if not m:
        return None
    labels = tuple(label.strip() for label in m[1].split(","))
    if unknown := set(labels) - set(LABELS):
        raise ValueError(f"unknown label {sorted(unknown)[0]}: {line[:60]}")
    return labels, m[2]


def sentences(path: Path = SENTENCES) -> list[tuple[tuple[str, ...], str]]:
    """The marked sentences of the file; ``//`` begins a remark."""
    return [found for line in path.read_text("utf-8").splitlines() if (found := marked(line)) and found[1]]


def told(path: Path = TOLD) -> list[Told]:
    """The marked cases of the file."""
    out = []
    for block in re.split(r"\n(?=# )", path.read_text("utf-8")):
        lines = block.splitlines()
        head = lines[0][2:].split() if lines and lines[0].startswith("# ") else []
        if len(head) < 3:
            continue
        states = dict(pair.split("=") for line in lines if line.startswith("@") for pair in line[1:].split())
        out.append(Told(head[0], head[1], head[2], states, tuple(found for line in lines[1:] if (found := marked(line))), (head[1],)))
    return out


@dataclass
class Example:
    """A case as the models see it: its pieces, their features and labels, and after :func:`folds` the scores of a model without it."""

    told: Told
    reading: Reading
    spans: list[Span]
    rows: object
    labels: np.ndarray
    strong: np.ndarray
    scores: np.ndarray = field(default_factory=lambda: np.zeros((0, len(LABELS))))
    fold: int = -1


def matrix(parts: Iterable[tuple[Reading, Sequence[Span]]], encode: Encode, signals: Sequence[str]):
    """The features of pieces of texts, sparse."""
    from scipy import sparse

    at, values, ends, texts = [], [], [np.zeros(1, np.int64)], []
    for reading, spans in parts:
        found = features.rows(reading, spans, signals)
        at.append(found[0])
        values.append(found[1])
        ends.append(found[2][1:] + ends[-1][-1])
        texts += [reading.plain[a:b] for a, b in spans]
    marks = sparse.csr_matrix((np.concatenate(values), np.concatenate(at), np.concatenate(ends)), shape=(len(texts), features.WIDTH))
    return sparse.hstack([marks, sparse.csr_matrix(encode(texts) * features.VECTOR)]).tocsr().astype(np.float32)


def example(of: Told, read: Read, encode: Encode, signals: Sequence[str]) -> Example:
    """The pieces of a case with the labels of the marked words that they hold."""
    reading = read(of.text)
    spans = learned.pieces(reading)
    labels = np.zeros((len(spans), len(LABELS)), bool)
    for i, (a, b) in enumerate(spans):
        held = {label for x, y, given in of.spans() for label in given if (both := min(b, y) - max(a, x)) > 0 and (both >= 0.5 * (y - x) or both >= 0.9 * (b - a))}
        labels[i, [LABELS.index(label) for label in (held - {"none"} or held)]] = True
    strong = np.array([reading.judge.speaker(b - 1) in ("found", "plain") for _, b in spans], bool)
    return Example(of, reading, spans, matrix([(reading, spans)], encode, signals), labels, strong)


_given: tuple = ()


def _column(label: int) -> tuple[np.ndarray, float]:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=STRENGTH, max_iter=200, tol=2e-3, solver="liblinear").fit(_given[0], _given[1][:, label])
    return fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0])


def fit(rows, labels: np.ndarray, signals: Sequence[str]) -> Model:
    """The first model: for every label a logistic regression of its own, on both cores."""
    global _given
    _given = rows, labels
    enough = [i for i in range(len(LABELS)) if labels[:, i].sum() >= 3]
    weights, bias = np.zeros((rows.shape[1], len(LABELS)), np.float32), np.full(len(LABELS), -9.0, np.float32)
    with get_context("fork").Pool(2) as pool:
        for i, (column, constant) in zip(enough, pool.imap(_column, enough), strict=True):
            weights[:, i], bias[i] = column, constant
    return Model(LABELS, tuple(signals), weights, bias)


@dataclass(frozen=True)
class View:
    """An example as the second model sees it: what the classifier read in the ``whole`` text, what the patterns found in what remains of
    it (``reading``), the true states (None: not told)."""

    trained: Trained
    whole: Reading
    reading: Reading
    found: Mapping[str, Finding]
    truth: Mapping[str, State | None]
    accepted: tuple[str, ...]
    fold: int
    weight: float = 1.0


def view(of: Example, model: Model, scheme: Scheme, read: Read, without: str = "") -> View | None:
    """An example, or what remains of it when the words that speak for one condition are left out; None when they carry another, too."""
    given = of.told
    gone = [(a, b, labels) for a, b, labels in given.spans() if without and f"{without}+" in labels]
    if without and (not gone or any(set(labels) != {f"{without}+"} for *_, labels in gone)):
        return None
    kept = [i for i, (a, b) in enumerate(of.spans) if not any(a < y and x < b for x, y, _ in gone)]
    trained = Trained.of(model, [of.spans[i] for i in kept], of.scores[kept], of.strong[kept])
    reading = read("".join(c for i, c in enumerate(given.text) if not any(x <= i < y for x, y, _ in gone))) if gone else of.reading
    found = {e.name: weigh(e, reading) for e in scheme.elements.values() if not e.compute}
    truth = {e.name: _truth(given, e.name, e.trained) for e in scheme.elements.values() if e.trained}
    if without:
        truth = {n: "unclear" if scheme.elements[n].trained == without else s for n, s in truth.items()}
    return View(trained, of.reading, reading, found, truth, ("insufficient",) if without else given.accepted, of.fold, LACKING if without else 1.0)


def _truth(of: Told, name: str, label: str) -> State | None:
    """The state of an element as told, else as the labels say; a case of the evaluation set tells only its decisive ones."""
    said = {x for labels, _ in of.pieces for x in labels}
    if not said:
        return None if name != label else of.states.get(label)
    if name == "disclosed":
        return "met" if f"{label}+" in said else "unclear"
    if label in of.states:
        return of.states[label]
    if f"{label}-" in said and label not in ("consequence", "fault", "cause", "situation"):
        return None if f"{label}+" in said else "unmet"
    return "met" if f"{label}+" in said and not said & {f"{label}-", f"{label}?"} else "unclear"


def settlers(views: Sequence[View], scheme: Scheme) -> dict[str, Settler]:
    """The second model: for every trained element the chances of its states, fitted on scores of models that had not seen the case."""
    from sklearn.linear_model import LogisticRegression

    out: dict[str, Settler] = {}
    for element in scheme.elements.values():
        rows = [(v.trained.features(element.trained, v.found[element.name]), v.truth[element.name], v.weight) for v in views if v.truth.get(element.name)]
        telling = {"met": ("unmet",), "unmet": ("met",), "unclear": ("met", "unmet")}[element.silence]
        states = [state if state in telling else "unclear" for _, state, _ in rows]
        if len(set(states)) > 1:
            fitted = LogisticRegression(C=SETTLING, max_iter=3000).fit(np.array([r[0] for r in rows]), states, sample_weight=[r[2] for r in rows])
            weights, bias = fitted.coef_, fitted.intercept_
            if len(fitted.classes_) == 2:
                weights, bias = np.vstack([np.zeros_like(weights), weights]), np.array([0.0, bias[0]])
            out[element.name] = Settler(tuple(map(str, fitted.classes_)), weights.astype(np.float32), bias.astype(np.float32))
    return out


def outcome(of: View, scheme: Scheme, model: Model) -> str:
    """What the scheme's decision list makes of a view."""
    trained = Trained.of(model, of.trained.spans, of.trained.scores, of.trained.strong)
    found = {n: settled(scheme.elements[n], f, of.whole, trained) if trained.knows(n) else f for n, f in of.found.items()}
    values = {n: f.value for n, f in assume(scheme, of.reading, found).items()}
    return str(deciding.decide(scheme, values, lambda s: raised(of.reading, s)).outcome)


def report(views: Sequence[View], scheme: Scheme, model: Model, title: str) -> None:
    """Accuracy on cases that neither model has seen, by outcome."""
    right, total, unsafe = Counter(), Counter(), 0
    for fold in range(FOLDS):
        own = replace(model, settlers=settlers([v for v in views if v.fold != fold], scheme))
        for v in views:
            if v.fold == fold:
                said, kind = outcome(v, scheme, own), v.accepted[0] if v.weight == 1.0 else "少一项"
                total[kind] += 1
                right[kind] += said in v.accepted
                unsafe += said == "exempt" and said not in v.accepted and v.accepted[0] in ("exclude", "insufficient")
    told_of = sum(n for k, n in total.items() if k != "少一项")
    print(f"{title}：{sum(n for k, n in right.items() if k != '少一项')}/{told_of}，" + "，".join(f"{k} {right[k]}/{total[k]}" for k in sorted(total))
          + f"，危险错误 {unsafe}")


def train(scheme: Scheme, read: Read, encode: Encode, signals: Sequence[str], say: Callable[[str], None] = print) -> Model:
    """Both models: the second on scores that models without the case gave it."""
    from scipy import sparse

    given = sentences()
    single = matrix([(read(words), [(0, len(words))]) for _, words in given], encode, signals)
    labels = np.array([[label in own for label in LABELS] for own, _ in given])
    made = partial(example, read=read, encode=encode, signals=signals)
    examples = [made(t) for t in told()] + [made(t) for t in own_cases()]
    situations = sorted({e.told.situation for e in examples})
    random.Random(cases.SEED).shuffle(situations)
    for e in examples:
        e.fold = situations.index(e.told.situation) % FOLDS
    learning = [e for e in examples if e.labels.any()]
    more = [(situations.index(f"dev{case.situation}") % FOLDS, *pair) for case in cases.load("dev", "tolerance") for pair in rested(case)]
    resting = matrix([(read(words), [(0, len(words))]) for *_, words in more], encode, signals)
    rest_labels = np.array([[label in own for label in LABELS] for _, own, _ in more])

    def fitted(without: int = -1) -> Model:
        on, kept = [e for e in learning if e.fold != without], [i for i, (fold, *_) in enumerate(more) if fold != without]
        return fit(sparse.vstack([single, resting[kept], *(e.rows for e in on)]).tocsr(),
                   np.vstack([labels, rest_labels[kept], *(e.labels for e in on)]), signals)

    for fold in range(FOLDS):
        model = fitted(fold)
        for e in examples:
            if e.fold == fold:
                e.scores = e.rows @ model.weights + model.bias
        say(f"第 {fold + 1} 折完成")
    model = fitted()
    views = [v for e in examples for v in (view(e, model, scheme, read), *(view(e, model, scheme, read, n) for n in NEEDED.get(e.told.outcome, ())
                                                                        if e.labels.any() and e.told.states.get(n) == "met")) if v]
    report(views, scheme, model, "没有见过的案件")
    return replace(model, settlers=settlers(views, scheme))


ELEMENTS = {"purpose": "situation"}
RESTED = ("gain", "ban", "procedure", "consequence", "remedy", "diligence", "candour", "cause", "situation", "order")
_DISSENT, _LACKING = re.compile("反对|不同意|保留意见|异议"), re.compile("未|没|漏|缺|少")


def rested(case: cases.Case) -> list[tuple[tuple[str, ...], str]]:
    """The words that a case of the dev split marks itself: what its outcome rests on, and what a turned fact reads like."""
    out = []
    states = dict(case.elements)
    for element, words in case.rests_on:
        label = ELEMENTS.get(element, element)
        if label not in RESTED:
            continue
        state = states.get(element, "met") if label != "remedy" else "met"
        if label == "procedure" and state == "unmet" and not _LACKING.search(words):
            state = "met"
        label = "dissent" if label == "procedure" and _DISSENT.search(words) else label
        out.append(((label + {"met": "+", "unmet": "-", "unclear": "?"}[state],), words))
        turned = {"exclude": ("gain", "ban", "diligence"), "mitigate": ("procedure",)}.get(case.pivot[2], ()) if case.pivot else ()
        if label in turned and (words.strip("，。；") in case.pivot[0] or case.pivot[0] in words):
            out.append(((f"{label}-",), case.pivot[1]))
    return out


def own_cases() -> list[Told]:
    """The dev cases of the evaluation set: their texts carry no labels by piece, but their decisive elements have states."""
    out = []
    for case in cases.load("dev", "tolerance"):
        out.append(Told(case.id, str(case.outcome), f"dev{case.situation}", dict(case.elements), (((), case.text),), tuple(map(str, case.accepted))))
    return out


def run(argv: Sequence[str]) -> int:
    """``python -m eval evidence``: train and write the model; needs scikit-learn; some minutes on two cores."""
    parser = argparse.ArgumentParser(prog="python -m eval evidence", description=__doc__)
    parser.add_argument("--out", type=Path, default=learned.SHIPPED, help="写到此文件")
    options = parser.parse_args(argv)

    from assistant import settings
    from assistant.classifying.classifier import Classifier
    from assistant.embedding import load

    classifier = Classifier(settings.shipped("corpus"), lambda *a: None, lambda text, others: [0.0] * len(others))
    ready = classifier.ready("tolerance")
    model = train(ready.scheme, partial(classifier.read, ready), load().encode, list(classifier.vocabulary.signals))
    model.write(options.out)
    print(f"已写入 {options.out.name}（{options.out.stat().st_size // 1024} KB）")
    return 0
