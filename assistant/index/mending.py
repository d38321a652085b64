"""Two indexes that are never trusted after an unclean end: judged, probed, brought in step or built anew."""

from __future__ import annotations

import contextlib
import logging
import secrets
import struct
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np

from assistant.errors import HomeBroken
from assistant.index import building, health
from assistant.index.building import Progress, Stopped, Terming, Terms
from assistant.index.dense import Dense, DenseBroken
from assistant.index.health import DENSE, LEXICAL, HomeLock
from assistant.index.lexical import Lexical, LexicalBroken
from assistant.store import Store

_log = logging.getLogger(__name__)

T = TypeVar("T")

_PAUSES = (0.1, 0.5, 2.0)
"""Seconds to wait before Chroma's files are found to be too short once more."""
_DATABASE = f"{DENSE}/chroma.sqlite3"
_REBUILDING = "语义检索的索引正在重建，暂以关键词检索作答；若一直如此，请停止服务后运行 assistant index --rebuild。"
_DOWN = "语义检索暂不可用（{why}），现以关键词检索作答。请释放磁盘空间或排除故障后运行 assistant index --rebuild。"


class Mending:
    """The handles of both sides, the dirty mark and the seal, and how a side that is wrong is put right.

    ``notice`` is a Chinese sentence while something does not work, else ""; ``mended`` names the sides that
    were built anew at the start.
    """

    def __init__(self, home: Path, store: Store, terms: Terms, lock: HomeLock):
        self.home, self.notice = home, ""
        self.mended: tuple[str, ...] = ()
        self._store, self._terms, self._lock = store, Terming(terms), lock
        # Order of taking: _write (changes), _gate (the handle of Chroma), _sealing (the seal's file).
        self._write, self._gate, self._sealing = threading.RLock(), threading.RLock(), threading.Lock()
        self._dense: Dense | None = None
        self._dense_up = True
        self._lexical: Lexical | None = None
        self._depth, self._dirty, self._stop = 0, False, False
        self._adding: dict[int, None] = {}
        self._removing: dict[int, None] = {}
        self._handled: set[int] = set()
        self._newest: list[int] = []
        self._highest: int | None = None
        self._worker: threading.Thread | None = None
        self._background = ThreadPoolExecutor(1, "dense")

    def _ask_back(self, dense: Dense) -> None:
        # A query makes Chroma apply its log now, inside the dirty mark, and not at some later search.
        ids, vectors = self._store.vectors(self._newest)
        if len(ids) and dense.forgets(ids, vectors):
            raise DenseBroken("passages do not find themselves")
        for pause in (*_PAUSES, None):
            try:
                if dense.written():
                    return
                why = "written short: no space left, or a limit on file sizes"
            except (OSError, struct.error) as error:
                why = str(error)
            if pause is None:
                raise DenseBroken(why)
            # Chroma may still be at it on a busy machine.
            time.sleep(pause)

    def _mark(self) -> None:
        if not self._dirty:
            self._store.set_notes(index_dirty="1")
            self._dirty = True

    def _seal(self, done: Sequence[int]) -> None:
        token = secrets.token_hex(8)
        _, known = health.read_seal(self.home)
        files = {**health.stamps(self.home, DENSE, known), **health.stamps(self.home, LEXICAL, known)}
        with self._sealing:
            health.write_seal(self.home, token, files)
        self._store.settle(done, index_dirty="0", index_seal=token)
        self._dirty = False
        self._handled.clear()
        self._newest.clear()

    def _reseal(self, *, whole: bool = False) -> None:
        """While nothing is dirty take over the stamp of Chroma's database, which opening it touches; ``whole``: of all its files."""
        with self._sealing, contextlib.suppress(OSError):
            token, known = health.read_seal(self.home)
            if token and not self._dirty and token == self._store.note("index_seal"):
                new = health.stamps(self.home, DENSE, known) if whole else {_DATABASE: health.stamp(self.home, _DATABASE, known)}
                files = {name: old for name, old in known.items() if not (whole and name.startswith(DENSE + "/"))} | new
                if files != known:
                    health.write_seal(self.home, token, files)

    def _start(self, patience: int) -> None:
        with self._write:
            building.sweep(self.home)
            states = self._states()
            self._dirty = self._store.note("index_dirty") == "1"
            if set(states.values()) != {"good"}:
                self.mended = self._mend(states, patience)
            elif self._store.pending():
                self.mended = self._mend({LEXICAL: "unsynced", DENSE: "unsynced"}, patience)

    def _states(self, *, read: bool = False) -> dict[str, str]:
        token, files = health.read_seal(self.home)
        present = {side: (self.home / side).exists() for side in (LEXICAL, DENSE)}
        if not any(present.values()) and not token:
            return dict.fromkeys(present, "broken" if len(self._store.rowids()) else "good")
        if self._store.note("index_dirty") == "1" or token != self._store.note("index_seal"):
            return {side: "unsure" if there else "broken" for side, there in present.items()}
        return {side: health.judge(self.home, side, files, read=read) for side in present}

    def _mend(self, states: dict[str, str], patience: int) -> tuple[str, ...]:
        """Bring both sides to what SQL holds; gives the sides that had to be built anew."""
        try:
            self._mark()
        except HomeBroken:
            # A full disk: what is sound still serves.
            self._dirty = True
        pending = [p[0] for p in self._store.pending()]
        size, anew = len(self._store.rowids()), []
        for side in (LEXICAL, DENSE):
            state = states[side]
            found = None
            if state == "unsure":
                sample = building.sample_terms(self._store, self._terms) if side == LEXICAL else None
                found = health.probe(self.home, side, sample, size=size)
                state = "unsynced" if found["ok"] and len(found["missing"]) <= size / 3 else "broken"
            if state == "unsynced":
                try:
                    self._reconcile(side)
                except (DenseBroken, LexicalBroken, OSError):
                    state = "broken"
            if state == "broken":
                anew.append(side)
                if side == LEXICAL:
                    self._rebuild_lexical()
                elif size > patience:
                    self._dense_up, self.notice = False, _REBUILDING
                    self._rebuild_later()
                else:
                    self._rebuild_dense()
        self._lexically().commit()
        if self._dense_up:
            try:
                self._seal(pending)
            except (HomeBroken, OSError):
                # Still dirty: looked at again at the next start.
                pass
        return tuple(anew)

    def _reconcile(self, side: str) -> None:
        index = self._lexically() if side == LEXICAL else self._densely()
        have, want = index.rowids(), self._store.rowids()
        if side == DENSE:
            want = np.setdiff1d(want, np.array(sorted(self._store.blank()), np.int64))
        missing, extra = np.setdiff1d(want, have).tolist(), np.setdiff1d(have, want).tolist()
        if extra:
            index.delete(extra)
        for batch in self._store.iterate(building.BATCH, rowids=missing):
            if side == LEXICAL:
                building.fill_lexical(index, batch.rows, self._terms)
            else:
                building.fill_dense(index, batch.rows, batch.vectors)
        if side == LEXICAL:
            index.commit()
            if not np.array_equal(index.rowids(), want):
                raise LexicalBroken("ids differ from the store's")
        else:
            self._newest = missing[-64:]
            self._ask_back(index)

    def _rebuild_lexical(self, progress: Progress | None = None) -> None:
        self._mark()
        if self._lexical is not None:
            try:
                self._lexical.close()
            except LexicalBroken:
                pass
        self._lexical, self._highest = None, None
        try:
            building.rebuild(self.home, LEXICAL, self._store, self._terms, progress)
        except (LexicalBroken, OSError) as error:
            raise self._unwritten(error) from error

    def _rebuild_dense(self, progress: Progress | None = None) -> None:
        self._mark()
        with self._gate:
            self._dense_up = False
            try:
                self._shut_dense()
            except DenseBroken:
                pass
        try:
            building.rebuild(self.home, DENSE, self._store, self._terms, progress, lambda: self._stop)
            with self._gate:
                self._dense_up, self.notice = True, ""
                self._newest = self._store.rowids()[-64:].tolist()
                self._dense_try(self._ask_back)
        except Stopped:
            self.notice = _REBUILDING
        except (DenseBroken, OSError) as error:
            _log.warning("the dense index could not be rebuilt: %s", error)
            self.notice = _DOWN.format(why=_why(error))

    def _rebuild_later(self) -> None:
        if self._worker is not None and self._worker.is_alive() or self._stop:
            return

        def work() -> None:
            with self._write:
                if self._dense_up or self._stop:
                    return
                done = [p[0] for p in self._store.pending()]
                self._rebuild_dense()
                if self._dense_up:
                    self._reconcile(LEXICAL)
                    self._seal(done)

        self._worker = threading.Thread(target=work, name="rebuild", daemon=True)
        self._worker.start()

    def _lexically(self) -> Lexical:
        found = self._lexical
        if found is None:
            with self._write:
                if self._lexical is None:
                    try:
                        self._lexical = Lexical(self.home / LEXICAL)
                    except LexicalBroken:
                        # Damaged, or of another version's schema: the truth is in SQL.
                        self._rebuild_lexical()
                        try:
                            self._lexical = Lexical(self.home / LEXICAL)
                        except LexicalBroken as error:
                            raise self._unwritten(error) from error
                found = self._lexical
        return found

    def _densely(self) -> Dense:
        with self._gate:
            if self._dense is None:
                sound = not self._dirty and health.judge(self.home, DENSE, health.read_seal(self.home)[1]) == "good"
                self._dense = Dense(self.home / DENSE)
                known = self._store.embedder
                if sound and known:
                    # Chroma's first query writes its files anew: it is asked here, where the seal can follow.
                    self._dense.query(np.ones(known[1], np.float32), 1)
                self._reseal(whole=sound)
            return self._dense

    def _shut_dense(self) -> None:
        with self._gate:
            dense, self._dense = self._dense, None
            if dense is not None:
                dense.close()

    def _dense_try(self, act: Callable[[Dense], T]) -> T | None:
        """What ``act`` gives, outside the gate, so that searches and a long write go on together; None when it failed."""
        for _ in range(2):
            dense = None
            try:
                with self._gate:
                    if not self._dense_up:
                        return None
                    dense = self._densely()
                return act(dense)
            except (DenseBroken, OSError) as error:
                with self._gate:
                    if dense is None or dense is self._dense:
                        self._fail_dense(error)
                        return None
        return None

    def _fail_dense(self, error: Exception) -> None:
        _log.warning("the dense index is given up until it is rebuilt: %s", error)
        self._dense_up, self.notice = False, _DOWN.format(why=_why(error))
        try:
            self._mark()
            self._shut_dense()
        except (DenseBroken, HomeBroken):
            pass

    def _unwritten(self, error: Exception) -> HomeBroken:
        return HomeBroken(f"关键词索引写不进数据目录 {self.home}（{_why(error)}）。文件内容已完整存入数据库，"
                          "请释放磁盘空间后运行 assistant index --rebuild。")


def _why(error: Exception) -> str:
    words = str(error).lower()
    if "no space" in words or "written short" in words or "disk" in words and "full" in words or "too large" in words:
        return "磁盘空间不足"
    return "索引文件损坏或读写失败"
