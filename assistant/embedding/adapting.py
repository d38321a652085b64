"""Training the built-in model on from an office's own documents, kept only if it finds their clauses better than before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assistant.chinese import sentences
from assistant.chunking import passages, short_title
from assistant.embedding import static
from assistant.embedding.pairs import Pair, fold
from assistant.errors import BadInput, MissingExtra
from assistant.types import Document, Provision

FOLDS, LEAST = 10, 200
"""One part of ten is held back to judge by; fewer pairs than LEAST tell nothing."""
PASSES, RATE, DROP, SCALE, BATCH, SEED = 3, 0.01, 0.4, 20.0, 256, 9704


@dataclass(frozen=True)
class Adapted:
    """How the model did on pairs held back, before and after; ``folder`` is None when it was not better and was dropped."""

    pairs: int
    held_back: int
    before: Mapping[str, float]
    after: Mapping[str, float]
    folder: Path | None
    name: str


def pairs(documents: Iterable[tuple[Document, Sequence[Provision]]], synonyms: Mapping[str, Sequence[str]] = {}) -> list[Pair]:
    """Pairs from the structure of documents: heading → clause, title and path → clause, a sentence → the rest of its clause,
    and sentences in lay words (``synonyms``: lay word → official words) → the clause that says it officially."""
    lay: dict[str, list[str]] = {}
    for word, officials in synonyms.items():
        for official in officials:
            lay.setdefault(official, []).append(word)
    out: dict[tuple[str, str], Pair] = {}

    def add(query: str, positive: str, source: str) -> None:
        if len(query.strip()) >= 2 and len(positive.strip()) >= 6 and query.strip() != positive.strip():
            out.setdefault((query.strip(), positive.strip()), Pair(query.strip(), positive.strip(), source))

    for document, provisions in documents:
        title, by_id = short_title(document), {p.id: p for p in provisions}
        for passage in passages(document, provisions):
            clause, text = by_id[passage.provision], passage.text
            headings = " ".join((*clause.trail, clause.heading)).strip()
            if headings:
                add(headings, text, "heading")
            add(f"{title} {clause.path}", f"{title} {text}", "path")
            pieces = [text[a:b].strip() for a, b in sentences(text)]
            for n, piece in enumerate(pieces):
                rest = "".join(pieces[:n] + pieces[n + 1:])
                if len(piece) >= 8 and len(rest) >= 12:
                    add(piece, f"{passage.context} {rest}", "sentence")
                for official, words in lay.items():
                    if official in piece:
                        # The words of one group take turns, so that each is seen and no clause is seen for all of them.
                        word = words[int(hashlib.md5(piece.encode()).hexdigest(), 16) % len(words)]
                        add(piece.replace(official, word), f"{passage.context} {text}", "synonym")
    return list(out.values())


def adapt(given: Sequence[Pair], out: Path, *, base: Path = static.SHIPPED, say: Callable[[str], None] = lambda text: None) -> Adapted:
    """Train on from ``base`` on some pairs; write the new model to ``out`` when held-back MRR is better, else leave nothing.

    Raises BadInput when there are too few pairs, MissingExtra when torch is not installed.
    """
    try:
        from assistant.embedding import training
    except ImportError:
        raise MissingExtra("训练向量模型需要扩展 models。请运行：pip install 'cadre-policy-assistant[models]'") from None
    if len(given) < LEAST:
        raise BadInput(f"已导入的文件只能组成 {len(given)} 组训练样本，少于 {LEAST} 组，训练没有意义。请先导入更多文件。")
    model = static.StaticEmbedder(base)
    held = [p for p in given if fold(p.query, FOLDS) == 0]
    used = [p for p in given if fold(p.query, FOLDS) != 0]
    asked, told = _numbers(p.query for p in (*used, *held)), _numbers(p.positive for p in (*used, *held))
    questions, texts = (training.Texts(model.vocabulary, list(x), 400) for x in (asked, told))
    table = training.Table(model.table.astype(np.float32) * model.scales[:, None])
    right: dict[str, set[int]] = {}
    for p in held:
        right.setdefault(p.query, set()).add(told[p.positive])

    def judged() -> dict[str, float]:
        vectors = table.encode(texts)
        found = table.encode(questions, np.array([asked[q] for q in right])) @ vectors.T
        ranks = [1 + int((row > row[list(wanted)].max()).sum()) for row, wanted in zip(found, right.values())]
        return {"mrr": round(float(np.mean([1 / r for r in ranks])), 4), "recall@10": round(float(np.mean([r <= 10 for r in ranks])), 4)}

    before = judged()
    say(f"训练前：留出样本 MRR {before['mrr']:.3f}")
    examples = training.Examples(questions, texts, np.array([asked[p.query] for p in used]), np.array([told[p.positive] for p in used]))
    rng = np.random.default_rng(SEED)
    for n in range(PASSES):
        training.run(table, examples, rng.permutation(len(used)), batch=min(BATCH, len(used)), rate=RATE * 0.5 ** n, scale=SCALE, seed=SEED + n,
                     drop=DROP, both=True, last=0.3)
        say(f"第 {n + 1}/{PASSES} 轮：留出样本 MRR {judged()['mrr']:.3f}")
    after = judged()
    stamp = hashlib.sha256("\n".join(sorted(f"{p.query}\t{p.positive}" for p in given)).encode()).hexdigest()[:8]
    name = f"{model.name}-{stamp}"
    if after["mrr"] <= before["mrr"]:
        return Adapted(len(used), len(held), before, after, None, model.name)
    keys, others = model.vocabulary.keys, list(model.vocabulary.others)
    static.write(out, table.weight.numpy(), keys, others, model.idf, name=name)
    (out / "adapted.json").write_text(json.dumps({"base": model.name, "pairs": len(used), "held_back": len(held), "before": before,
                                                  "after": after}, indent=1) + "\n", "utf-8")
    return Adapted(len(used), len(held), before, after, out, name)


def _numbers(texts: Iterable[str]) -> dict[str, int]:
    return {text: n for n, text in enumerate(dict.fromkeys(texts))}
