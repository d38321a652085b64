"""Contrastive training of a table of gram vectors: in-batch softmax, Adam over the rows that a batch touches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import cross_entropy, embedding_bag, normalize

from assistant.embedding.tokens import Vocabulary


class Texts:
    """Texts as bags of rows, cut once. ``length`` characters of each are read."""

    def __init__(self, vocabulary: Vocabulary, texts: Sequence[str], length: int = 300):
        parts = [vocabulary.bags([t[:length] for t in texts[i:i + 5000]]) for i in range(0, len(texts), 5000)]
        self.rows = np.concatenate([rows for rows, _ in parts]) if parts else np.zeros(0, np.int32)
        sizes = [np.diff(ends, prepend=0) for _, ends in parts]
        self.starts = np.concatenate(([0], np.cumsum(np.concatenate(sizes)))) if sizes else np.zeros(1, np.int64)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, ids: np.ndarray, drop: float = 0.0, rng: np.random.Generator | None = None) -> tuple[np.ndarray, np.ndarray]:
        """(rows, offsets) of some texts; ``drop`` of their grams are left out at random."""
        sizes = self.starts[ids + 1] - self.starts[ids]
        offsets = np.concatenate(([0], np.cumsum(sizes)))
        at = np.arange(offsets[-1]) + np.repeat(self.starts[ids] - offsets[:-1], sizes)
        rows = self.rows[at]
        if drop and rng is not None:
            kept = rng.random(len(rows), np.float32) >= drop
            counted = np.concatenate(([0], np.cumsum(kept)))
            return rows[kept], counted[offsets[:-1]]
        return rows, offsets[:-1]


class Table:
    """The vectors in training, float32 (rows, dimension), with Adam's two moments for each."""

    def __init__(self, weight: np.ndarray):
        self.weight = torch.from_numpy(np.ascontiguousarray(weight, np.float32))
        self._first = torch.zeros_like(self.weight)
        self._second = torch.zeros_like(self.weight)
        self._step = 0

    @classmethod
    def fresh(cls, idf: np.ndarray, dimension: int, seed: int) -> Table:
        """Random directions, as long as the gram is telling."""
        drawn = np.random.default_rng(seed).standard_normal((len(idf), dimension)).astype(np.float32)
        return cls(drawn * (idf[:, None] / np.sqrt(dimension)))

    def encode(self, texts: Texts, ids: np.ndarray | None = None, batch: int = 2000) -> np.ndarray:
        """Unit vectors of texts."""
        ids = np.arange(len(texts)) if ids is None else ids
        out = [self._bag(self.weight, *texts.take(ids[i:i + batch])).numpy() for i in range(0, len(ids), batch)]
        return np.concatenate(out) if out else np.zeros((0, self.weight.shape[1]), np.float32)

    @staticmethod
    def _bag(weight: torch.Tensor, rows: np.ndarray, offsets: np.ndarray) -> torch.Tensor:
        bags = embedding_bag(torch.from_numpy(rows.astype(np.int64)), weight, torch.from_numpy(offsets), mode="sum")
        return normalize(bags, dim=1, eps=1e-6)

    def step(self, queries: tuple, passages: tuple, target: np.ndarray, mask: np.ndarray, *, rate: float, scale: float,
             both: bool = False) -> float:
        """One batch: query i's passage is ``target[i]``; ``mask`` (queries, passages) marks other right ones. Gives the loss."""
        rows = np.concatenate((queries[0], passages[0]))
        touched, local = np.unique(rows, return_inverse=True)
        index = torch.from_numpy(touched.astype(np.int64))
        weight = self.weight.index_select(0, index).requires_grad_()
        cut = len(queries[0])
        q, p = self._bag(weight, local[:cut], queries[1]), self._bag(weight, local[cut:], passages[1])
        scores = (q @ p.T * scale).masked_fill(torch.from_numpy(mask), -1e4)
        aim = torch.from_numpy(target)
        loss = cross_entropy(scores, aim)
        if both:
            back = (p.index_select(0, aim) @ q.T * scale).masked_fill(torch.from_numpy(mask[:, target].T & ~np.eye(len(target), dtype=bool)), -1e4)
            loss = (loss + cross_entropy(back, torch.arange(len(target)))) / 2
        loss.backward()
        self._adam(index, weight, rate)
        return float(loss.detach())

    def _adam(self, index: torch.Tensor, weight: torch.Tensor, rate: float, beta1: float = 0.9, beta2: float = 0.999) -> None:
        self._step += 1
        grad = weight.grad
        first = self._first.index_select(0, index).mul_(beta1).add_(grad, alpha=1 - beta1)
        second = self._second.index_select(0, index).mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        self._first.index_copy_(0, index, first)
        self._second.index_copy_(0, index, second)
        step = rate * np.sqrt(1 - beta2 ** self._step) / (1 - beta1 ** self._step)
        self.weight.index_copy_(0, index, weight.detach().addcdiv_(first, second.sqrt_().add_(1e-8), value=-step))


@dataclass
class Examples:
    """Pairs by number: ``query[i]`` and ``passage[i]`` index ``questions`` and ``passages``; ``right`` holds every right passage.

    ``negatives[i]`` are passages that look right and are not; may be empty.
    """

    questions: Texts
    passages: Texts
    query: np.ndarray
    passage: np.ndarray
    negatives: np.ndarray | None = None

    def __post_init__(self) -> None:
        keys = self.query.astype(np.int64) * len(self.passages) + self.passage
        self._right = np.unique(keys)

    def right(self, queries: np.ndarray, passages: np.ndarray) -> np.ndarray:
        """(queries, passages) bool: which passages answer which queries."""
        keys = queries[:, None].astype(np.int64) * len(self.passages) + passages[None, :]
        at = np.minimum(np.searchsorted(self._right, keys), len(self._right) - 1)
        return self._right[at] == keys


def run(table: Table, examples: Examples, order: np.ndarray, *, batch: int, rate: float, scale: float, hard: int = 0, seed: int = 0,
        drop: float = 0.0, both: bool = False, warm: int = 20, last: float = 0.1, watch: Callable[[int, int, float], None] | None = None) -> list[float]:
    """One pass over the examples in ``order``; ``hard`` negatives of each join the batch. The losses, batch by batch."""
    rng = np.random.default_rng(seed)
    steps = len(order) // batch
    losses = []
    for n in range(steps):
        chosen = order[n * batch:(n + 1) * batch]
        queries, passages = examples.query[chosen], examples.passage[chosen]
        if hard and examples.negatives is not None:
            columns = rng.integers(0, examples.negatives.shape[1], (len(chosen), hard))
            extra = np.take_along_axis(examples.negatives[chosen], columns, 1).ravel()
            passages = np.concatenate((passages, extra[extra >= 0]))
        pool, where = np.unique(passages, return_inverse=True)
        target = where[:len(chosen)]
        mask = examples.right(queries, pool)
        mask[np.arange(len(chosen)), target] = False
        now = rate * min(1.0, (n + 1) / warm) * (1 - (1 - last) * n / steps)
        losses.append(table.step(examples.questions.take(queries, drop, rng), examples.passages.take(pool, drop, rng), target, mask, rate=now, scale=scale, both=both))
        if watch:
            watch(n + 1, steps, losses[-1])
    return losses
