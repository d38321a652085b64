"""A lock that is fair: whoever waits longest is next. Python's own may keep one thread waiting for seconds while others come and go."""

from __future__ import annotations

import threading
from collections import deque


class Turns:
    """One thread at a time, in the order in which they came; the one that is in may enter again."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[tuple[int, threading.Lock]] = deque()
        self._owner, self._depth = 0, 0

    def __enter__(self) -> None:
        me = threading.get_ident()
        if self._owner == me:
            self._depth += 1
            return
        with self._mutex:
            if not self._owner:
                self._owner, self._depth = me, 1
                return
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append((me, gate))
        try:
            gate.acquire()
        except BaseException:
            self._leave((me, gate))
            raise

    def __exit__(self, *exc: object) -> None:
        self._depth -= 1
        if not self._depth:
            self._next()

    def _next(self) -> None:
        with self._mutex:
            if not self._waiting:
                self._owner = 0
                return
            self._owner, gate = self._waiting.popleft()
            self._depth = 1
            gate.release()

    def _leave(self, place: tuple[int, threading.Lock]) -> None:
        """Interrupted while waiting: give the place up, or the turn when it has just come."""
        with self._mutex:
            if place in self._waiting:
                self._waiting.remove(place)
                return
        self._next()
