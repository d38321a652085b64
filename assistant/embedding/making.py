"""A training run from pairs to a model folder: two stages, hard negatives between them, and a curve of how it went."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from assistant.embedding import recipe, static
from assistant.embedding.bm25 import Bm25, top
from assistant.embedding.training import Examples, Table, Texts, run

BATCH, CLOSE_BATCH, SCALE = 768, 512, 20.0
RATE, CLOSE_RATE, DROP = 0.02, 0.04, 0.5
PASSES, NEGATIVES = 3, 24


@dataclass
class Curve:
    """What was seen along the way: loss by step, and recall and MRR of questions held back after each pass."""

    losses: list[tuple[int, str, float]]
    held: list[dict]

    def write(self, folder: Path) -> None:
        """``curve.json`` and, when matplotlib is there, ``curve.svg``."""
        (folder / "curve.json").write_text(json.dumps({"loss": self.losses, "held_back": self.held}, indent=None) + "\n", "utf-8")
        try:
            import matplotlib
        except ImportError:
            return
        matplotlib.use("Agg")
        from matplotlib import pyplot

        figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3))
        for stage in dict.fromkeys(s for _, s, _ in self.losses):
            points = [(n, loss) for n, s, loss in self.losses if s == stage]
            left.plot(*zip(*points, strict=True), label=stage)
        left.set_xlabel("step")
        left.set_ylabel("loss")
        left.legend(frameon=False)
        for name in dict.fromkeys(h["set"] for h in self.held):
            right.plot([h["after"] for h in self.held if h["set"] == name], [h["recall@10"] for h in self.held if h["set"] == name], "o-", label=name)
        right.set_ylabel("recall@10, held back")
        right.tick_params(axis="x", rotation=30)
        if self.held:
            right.legend(frameon=False, fontsize=7)
        figure.savefig(folder / "curve.svg", bbox_inches="tight", metadata={"Date": None})
        pyplot.close(figure)


def train(folder: Path, out: Path, *, name: str, fold: int = -1, folds: int = 20, seed: int = recipe.SEED,
          say: Callable[[str], None] = print) -> Curve:
    """Train a table on the pairs of ``folder`` and write it to ``out``. ``fold`` of ``folds`` is held back for the curve."""
    torch.manual_seed(seed)
    started = time.monotonic()
    material = recipe.prepare(folder, fold=fold, folds=folds)
    say(f"{sum(material.sizes.values())} pairs of {len(material.sizes)} sets, {len(material.vocabulary)} grams, {time.monotonic() - started:.0f} s")
    table = Table.fresh(material.idf, recipe.DIMENSION, seed)
    curve = Curve([], [])
    stages = Stages(material, table, curve, seed, say)
    stages.general()
    stages.close()
    static.write(out, table.weight.numpy(), material.vocabulary.keys, material.others, material.idf, name=name)
    curve.write(out)
    (out / "trained.json").write_text(json.dumps({
        "seed": seed, "sets": material.sizes, "seconds": round(time.monotonic() - started), "held_back": [fold, folds],
        "rates": [RATE, CLOSE_RATE], "batches": [BATCH, CLOSE_BATCH], "scale": SCALE, "drop": DROP, "passes": PASSES}, indent=1) + "\n")
    return curve


class Stages:
    """The two stages over one table."""

    def __init__(self, material: recipe.Material, table: Table, curve: Curve, seed: int, say: Callable[[str], None]):
        self._material, self._table, self._curve, self._seed, self._say = material, table, curve, seed, say
        self._rng = np.random.default_rng(seed)

    def general(self) -> None:
        """One pass over everything."""
        stage = self._material.general
        vocabulary = self._material.vocabulary
        examples = Examples(Texts(vocabulary, stage.questions), Texts(vocabulary, stage.passages, 300),
                            np.array([r[0] for r in stage.rows]), np.array([r[1] for r in stage.rows]))
        order = self._order([r[2] for r in stage.rows])
        run(self._table, examples, order, batch=min(BATCH, len(order)), rate=RATE, scale=SCALE, seed=self._seed, watch=self._watch("general", 1))

    def close(self) -> None:
        """Passes over the questions, with negatives that BM25 and the table so far take for right."""
        stage = self._material.close
        if not stage.rows:
            return
        questions = Texts(self._material.vocabulary, stage.questions)
        passages = Texts(self._material.vocabulary, stage.passages, recipe.LENGTH)
        asked, told = np.array([r[0] for r in stage.rows]), np.array([r[1] for r in stage.rows])
        self._measure("general", passages)
        examples = Examples(questions, passages, asked, told, self._negatives(stage, questions, passages))
        for n in range(PASSES):
            order = self._order([r[2] for r in stage.rows])
            run(self._table, examples, order, batch=min(CLOSE_BATCH, len(order)), rate=CLOSE_RATE * (1 if n == 0 else 0.5), scale=SCALE,
                hard=1, seed=self._seed + n, drop=DROP, last=0.3, watch=self._watch(f"close {n + 1}", 10))
            self._measure(f"close {n + 1}", passages)

    def _order(self, times: list[float]) -> np.ndarray:
        share = np.array(times)
        whole = np.floor(share).astype(int) + (self._rng.random(len(share)) < share % 1)
        return self._rng.permutation(np.repeat(np.arange(len(share)), whole))

    def _negatives(self, stage: recipe.Stage, questions: Texts, passages: Texts) -> np.ndarray:
        out = np.full((len(stage.rows), NEGATIVES), -1, np.int64)
        right: dict[int, set[int]] = {}
        for q, p, *_ in stage.rows:
            right.setdefault(q, set()).add(p)
        for name, pool in stage.pools.items():
            members = np.array(pool)
            lexical = Bm25((stage.passages[p] for p in pool), lambda t: self._material.vocabulary.bags([t])[0].tolist())
            vectors = self._table.encode(passages, members)
            rows: dict[int, list[int]] = {}
            for n, (q, _, _, wanted) in enumerate(stage.rows):
                if wanted.lstrip("~") == name:
                    rows.setdefault(q, []).append(n)
            asked = np.array(list(rows))
            found = self._table.encode(questions, asked) if len(asked) else np.zeros((0, 1))
            for q, vector in zip(asked.tolist(), found):
                near = top(vectors @ vector, NEGATIVES)
                mixed = [pool[i] for i in dict.fromkeys((*top(lexical.scores(stage.questions[q][:120], most=0.1), 14).tolist(), *near.tolist()))
                         if pool[i] not in right[q]]
                if stage.rows[rows[q][0]][3].startswith("~"):
                    # What BM25 guessed to be right may be wrong, and the next best may be right.
                    mixed = mixed[6:]
                if len(mixed) >= 8:
                    out[rows[q]] = (mixed * NEGATIVES)[:NEGATIVES]
            self._say(f"negatives of {name}: {len(asked)} questions")
        return out

    def _measure(self, after: str, passages: Texts) -> None:
        for name, asked in self._material.held.items():
            stage = self._material.close
            pool = stage.pools[recipe.ARTICLES] if name not in stage.pools and recipe.ARTICLES in stage.pools else stage.pools.get(name, [])
            figures = score(self._table, passages, np.array(pool), Texts(self._material.vocabulary, list(asked)), list(asked.values()))
            self._curve.held.append({"after": after, "set": name, "n": len(asked), **figures})
            self._say(f"{after}: {name} held back {figures}")

    def _watch(self, stage: str, every: int) -> Callable[[int, int, float], None]:
        started, before = time.monotonic(), len(self._curve.losses)

        def seen(n: int, steps: int, loss: float) -> None:
            self._curve.losses.append((before + n, stage.split()[0], round(loss, 4)))
            if n % max(1, min(every * 5, 10)) == 0 or n == steps:
                bar = "#" * (30 * n // steps)
                print(f"\r{stage:<8} [{bar:<30}] {n}/{steps} loss {loss:.3f} {time.monotonic() - started:.0f} s", end="\n" if n == steps else "",
                      file=sys.stderr, flush=True)

        return seen


def score(table: Table, passages: Texts, pool: np.ndarray, questions: Texts, right: list[set[int]]) -> Mapping[str, float]:
    """Recall@10 and MRR@10 of questions over a pool of passages."""
    vectors, asked = table.encode(passages, pool), table.encode(questions)
    recall, first = [], []
    for vector, wanted in zip(asked, right):
        found = [pool[i] in wanted for i in top(vectors @ vector, 10)]
        recall.append(sum(found) / len(wanted))
        first.append(next((1 / (n + 1) for n, hit in enumerate(found) if hit), 0.0))
    return {"recall@10": round(float(np.mean(recall)), 4), "mrr@10": round(float(np.mean(first)), 4)}
