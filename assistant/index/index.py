"""The two derived indexes of a home: kept in step with the store, never trusted after an unclean end."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from assistant.errors import HomeBroken, IndexMismatch
from assistant.index import building
from assistant.index.building import Progress, Terms
from assistant.index.dense import DenseBroken
from assistant.index.health import DENSE, LEXICAL, Health, HomeLock
from assistant.index.lexical import LexicalBroken
from assistant.index.mending import Mending
from assistant.store import Store

# Less than what Store.put wants free, so that it is the one to refuse, before anything is stored.
_RESERVE, _PASSAGE = 2 << 20, 6 << 10


class Index(Mending):
    """Made by :meth:`open`, which takes the home's lock. May be used from several threads; changes go one at a time."""

    @classmethod
    def open(cls, home: Path, store: Store, *, terms: Terms, patience: int = 5000) -> Index:
        """Take the lock, and look whether the indexes are sound: by file sizes and times after a clean end, else by a probe.

        What is broken is rebuilt from SQL; a dense index of more than ``patience`` passages in the background, while
        :meth:`dense` gives nothing and ``notice`` says so. ``terms(text)`` gives {"grams": [...], "words": [...]}.
        Raises HomeBusy when another process has the home.
        """
        home = Path(home)
        lock = HomeLock(home)
        index = cls(home, store, terms, lock)
        try:
            index._start(patience)
        except BaseException:
            lock.release()
            raise
        return index

    def close(self) -> None:
        """Finish what was begun, seal the files, give the lock back. A rebuild in the background is given up."""
        self._stop = True
        self.wait()
        try:
            with self._write:
                self._settle()
            with self._write, self._gate:
                if self._lexical:
                    self._lexical.close()
                self._shut_dense()
                self._reseal()
        except (DenseBroken, HomeBroken, LexicalBroken, OSError):
            # Still dirty: the next start looks closely.
            pass
        finally:
            self._background.shutdown()
            self._lock.release()

    def wait(self) -> None:
        """Until a rebuild in the background has ended."""
        worker = self._worker
        if worker is not None and worker is not threading.current_thread():
            worker.join()

    # Search

    def lexical(self, field: str, weighted_terms: Sequence[tuple[str, float]], k: int,
                within: Sequence[tuple[int, int]] | None = None) -> list[tuple[int, float]]:
        """The ``k`` best passages by BM25 over ``grams``, ``words`` or ``title`` as (rowid, score).

        ``within`` keeps to ranges of rowids (both ends included); else nothing is filtered: take more than
        needed and check the rows against ``Store.visible``.
        """
        try:
            return self._lexically().search(field, weighted_terms, k, within)
        except LexicalBroken:
            # One rebuild: a file may have been damaged under a running process.
            with self._write:
                self._rebuild_lexical()
            return self._lexically().search(field, weighted_terms, k, within)

    def dense(self, vector: np.ndarray, k: int) -> list[tuple[int, float]]:
        """The ``k`` nearest passages as (rowid, cosine similarity); nothing while the dense side is down.

        Nothing is filtered: take more than needed, or ask :meth:`dense_exact` when filtering leaves too few.
        """
        vector = np.asarray(vector, np.float32)
        known = self._store.embedder
        if known and vector.shape[-1] != known[1]:
            raise IndexMismatch(f"索引由向量模型 {known[0]}（{known[1]} 维）建立，与当前模型的 {vector.shape[-1]} 维不同。"
                                "请运行 assistant index --rebuild。")
        if k < 1 or not vector.any():
            return []
        found = self._dense_try(lambda d: d.query(vector, k)[0])
        if found is None:
            self._rebuild_later()
        return found or []

    def dense_exact(self, vector: np.ndarray, rowids: Sequence[int], k: int = 0) -> list[tuple[int, float]]:
        """Cosine similarity to each of ``rowids`` from the vectors in SQL, best first (all, or ``k``)."""
        vector = np.asarray(vector, np.float32)
        ids, vectors = self._store.vectors(rowids)
        if not len(ids) or not vector.any():
            return []
        scores = vectors @ (vector / np.linalg.norm(vector)) / np.linalg.norm(vectors, axis=1)
        order = np.argsort(-scores, kind="stable")[:k or None]
        return list(zip(ids[order].tolist(), scores[order].tolist()))

    # Changes

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Several :meth:`add` and :meth:`remove` as one: written in large pieces, searchable by keyword at the end."""
        with self._write:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if not self._depth:
                    self._settle()

    def add(self, rowids: Sequence[int]) -> None:
        """Take over passages that the store has. Raises HomeBroken when the keyword index cannot be written."""
        with self.batch():
            self._adding.update(dict.fromkeys(map(int, rowids)))
            self._handled.update(map(int, rowids))
            if len(self._adding) >= building.BATCH:
                self._flush()

    def remove(self, rowids: Sequence[int]) -> None:
        """Forget passages that the store has dropped."""
        with self.batch():
            for rowid in map(int, rowids):
                self._adding.pop(rowid, None)
                self._removing[rowid] = None
                self._handled.add(rowid)

    def _flush(self) -> None:
        adding, removing = list(self._adding), list(self._removing)
        if not adding and not removing:
            return
        if shutil.disk_usage(self.home).free < _RESERVE + len(adding) * _PASSAGE:
            raise self._unwritten(OSError("no space left"))
        self._mark()
        try:
            lexical = self._lexically()
            if self._highest is None:
                self._highest = int(lexical.rowids()[-1:].sum())
            # Rowids only grow: what is above the highest cannot be there twice.
            lexical.delete(removing + [r for r in adding if r <= self._highest])
            if removing:
                self._dense_try(lambda d: d.delete(removing))
            for batch in self._store.iterate(building.BATCH, rowids=adding):
                side = self._background.submit(
                    self._dense_try, lambda d, b=batch: building.fill_dense(d, b.rows, b.vectors))
                try:
                    building.fill_lexical(lexical, batch.rows, self._terms)
                finally:
                    side.result()
        except (LexicalBroken, OSError) as error:
            raise self._unwritten(error) from error
        self._highest = max([self._highest, *adding])
        self._newest = (self._newest + adding)[-64:]
        self._adding.clear()
        self._removing.clear()

    def _settle(self) -> None:
        self._flush()
        if not self._dirty:
            return
        try:
            self._lexically().commit()
        except (LexicalBroken, OSError) as error:
            self._lexical = None
            raise self._unwritten(error) from error
        self._dense_try(self._ask_back)
        if not self._dense_up:
            # Still dirty: the next start, or a rebuild, brings the dense side back.
            return
        done = [seq for seq, a, b, _ in self._store.pending() if all(r in self._handled for r in range(a, b + 1))]
        self._seal(done)

    def rebuild(self, progress: Progress | None = None) -> int:
        """Both indexes anew from SQL, and how many passages they hold; ``progress(done, total)`` counts over both.

        Raises HomeBroken when there is no room.
        """
        self.wait()
        with self._write:
            self._mark()
            pending = [p[0] for p in self._store.pending()]
            self._adding.clear()
            self._removing.clear()
            self._rebuild_lexical(progress and (lambda done, total: progress(done, 2 * total)))
            self._rebuild_dense(progress and (lambda done, total: progress(total + done, 2 * total)))
            if not self._dense_up:
                raise HomeBroken(self.notice)
            self._seal(pending)
            return len(self._store.rowids())

    def check(self, full: bool = False) -> Health:
        """What is known to be wrong; with ``full=True`` every file is read and both indexes are probed and mended."""
        if not full:
            return Health(not self.notice, self.notice)
        self.wait()
        with self._write:
            self._settle()
        with self._write, self._gate:
            try:
                self._shut_dense()
            except DenseBroken:
                pass
            self._reseal()
            states = {s: "unsure" if v == "good" else v for s, v in self._states(read=True).items()}
            if not len(self._store.rowids()) and not (self.home / LEXICAL).exists():
                return Health(True)
            self._lexical, self._dense_up, self.notice = None, True, ""
            anew = self._mend(states, patience=1 << 60)
        names = "、".join({LEXICAL: "关键词索引", DENSE: "语义索引"}[s] for s in anew)
        return Health(not self.notice and not anew, self.notice or (f"{names}有损坏，已按数据库重建。" if names else ""))
