"""Both indexes from SQL: whole into a new folder that takes the old one's place, or only the passages that differ."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.index.health import DENSE, LEXICAL
from assistant.store import PassageRow, Store

if TYPE_CHECKING:
    from assistant.index.dense import Dense
    from assistant.index.lexical import Lexical

Terms = Callable[[str], Mapping[str, Sequence[str]]]
Progress = Callable[[int, int], None]

BATCH = 2000


class Stopped(Exception):
    """The process is closing; a rebuild goes no further."""


class Terming:
    """The terms of passages; a context is cut once for the passages that share it."""

    def __init__(self, terms: Terms):
        self._terms = terms
        self._context = ("", None)

    def __call__(self, row: PassageRow) -> dict[str, list[str]]:
        context, above = self._context
        if above is None or context != row.context:
            found = self._terms(row.context)
            above = {field: [_plain(t) for t in found[field]] for field in ("grams", "words")}
            self._context = (row.context, above)
        own = self._terms(row.text)
        return {"grams": above["grams"] + [_plain(t) for t in own["grams"]],
                "words": above["words"] + [_plain(t) for t in own["words"]], "title": above["grams"]}


def _plain(term: str) -> str:
    return term if term.isalnum() else "".join(term.split())


def fill_dense(index: Dense, rows: Sequence[PassageRow], vectors: np.ndarray) -> None:
    """Upsert passages that have a vector."""
    filled = vectors.any(axis=1)
    if filled.any():
        index.upsert([r.rowid for r, f in zip(rows, filled) if f], vectors[filled])


def fill_lexical(index: Lexical, rows: Sequence[PassageRow], terms: Terming) -> None:
    """Add passages by their terms."""
    for row in rows:
        index.add(row.rowid, terms(row))


def rebuild(home: Path, side: str, store: Store, terms: Terming, progress: Progress | None = None,
            stop: Callable[[], bool] = lambda: False) -> None:
    """Build an index anew from SQL beside the old one, then put it in its place.

    Raises Stopped, OSError, DenseBroken or LexicalBroken; the old folder is then as it was.
    """
    from assistant.index.lexical import Lexical

    new = home / f"{side}.new"
    shutil.rmtree(new, ignore_errors=True)
    total, done = len(store.rowids()), 0
    if side == LEXICAL:
        index = Lexical(new)
    else:
        from assistant.index.dense import Dense

        index = Dense(new)
    try:
        for batch in store.iterate(BATCH):
            if stop():
                raise Stopped
            if side == LEXICAL:
                fill_lexical(index, batch.rows, terms)
            else:
                fill_dense(index, batch.rows, batch.vectors)
            done += len(batch.rows)
            if progress:
                progress(done, total)
        if side == LEXICAL:
            index.commit()
    except BaseException:
        try:
            index.close()
        finally:
            shutil.rmtree(new, ignore_errors=True)
        raise
    index.close()
    take_place(home, side)


def take_place(home: Path, side: str) -> None:
    """Rename SIDE.new to SIDE."""
    live, old = home / side, home / f"{side}.old"
    shutil.rmtree(old, ignore_errors=True)
    if live.exists():
        live.rename(old)
    (home / f"{side}.new").rename(live)
    shutil.rmtree(old, ignore_errors=True)


def sweep(home: Path) -> None:
    """Clear away what a rebuild that was cut short has left."""
    for side in (DENSE, LEXICAL):
        for ending in ("new", "old"):
            shutil.rmtree(home / f"{side}.{ending}", ignore_errors=True)


def sample_terms(store: Store, terms: Terming, newest: int = 500, others: int = 100) -> list:
    """The newest passages and some of the others with their terms, for the lexical probe."""
    every = store.rowids().tolist()
    older = every[:-newest]
    chosen = every[-newest:] + random.sample(older, min(others, len(older)))
    return [(row.rowid, terms(row)) for batch in store.iterate(rowids=chosen) for row in batch.rows]
