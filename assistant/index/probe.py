"""``python -m assistant.index.probe HOME SIDE N``: what health.probe runs in a process of its own."""

from __future__ import annotations

import json
import random
import resource
import sys
from pathlib import Path

import numpy as np

from assistant.index.health import DENSE, LEXICAL

NEWEST, OTHERS = 2000, 300


def dense(home: Path) -> dict:
    """Compare every id and vector, then ask the newest and a sample of the others for themselves."""
    from assistant.index.dense import Dense
    from assistant.store import Store

    store = Store.open(home)
    index = Dense(home / DENSE)
    have, want = index.rowids(), np.setdiff1d(store.rowids(), np.array(sorted(store.blank()), np.int64))
    common = np.intersect1d(have, want)
    report = {"ok": True, "why": "", "missing": np.setdiff1d(want, have).tolist(), "extra": np.setdiff1d(have, want).tolist()}
    for i in range(0, len(common), 5000):
        ids, right = store.vectors(common[i:i + 5000])
        found, vectors = index.vectors(ids)
        if len(found) != len(ids) or vectors.shape != right.shape:
            return report | {"ok": False, "why": "vectors missing"}
        cosines = (_unit(vectors[np.argsort(found)]) * _unit(right)).sum(axis=1)
        if not (cosines > 0.999).all():
            return report | {"ok": False, "why": "vectors differ"}
    older = common[:-NEWEST].tolist()
    sample = sorted(random.sample(older, min(OTHERS, len(older)))) + common[-NEWEST:].tolist()
    if index.forgets(*store.vectors(sample)):
        return report | {"ok": False, "why": "passages do not find themselves"}
    index.close()
    return report


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def lexical(home: Path, sample: list) -> dict:
    """Compare every id, then look each sampled passage up by all its terms."""
    from assistant.index.lexical import Lexical
    from assistant.store import Store

    index = Lexical(home / LEXICAL)
    have, want = index.rowids(), Store.open(home).rowids()
    report = {"ok": True, "why": "", "missing": np.setdiff1d(want, have).tolist(), "extra": np.setdiff1d(have, want).tolist()}
    if len(np.unique(have)) != len(have):
        return report | {"ok": False, "why": "ids twice"}
    there = set(have.tolist())
    for rowid, terms in sample:
        if rowid in there and not index.holds(rowid, terms):
            return report | {"ok": False, "why": f"passage {rowid} is not found by its terms"}
    return report


def main() -> None:
    home, side, size = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    # A damaged link list once grew to 51 GB of real disk before it crashed its reader.
    limit = (256 << 20) + size * 16384
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sample = json.loads(sys.stdin.read() or "null")
    try:
        report = dense(home) if side == DENSE else lexical(home, sample or [])
    except Exception as error:
        report = {"ok": False, "why": f"{type(error).__name__}: {error}", "missing": [], "extra": []}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
