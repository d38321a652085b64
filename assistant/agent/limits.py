"""What bounds the use of a model: a deadline for a whole answer, a breaker after faults, slots, and counts per asker."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType

from assistant.errors import ModelBusy

Clock = Callable[[], float]

SLOT_WAIT_S = 0.5
ASKERS_KEPT = 1000


@dataclass(frozen=True)
class Deadline:
    """The moment by which all calls of one answer must be over, on ``clock``.

    >>> Deadline.after(5, clock=lambda: 100.0).left()
    5.0
    """

    ends: float
    clock: Clock = time.monotonic

    @classmethod
    def after(cls, seconds: float, clock: Clock = time.monotonic) -> Deadline:
        """A deadline ``seconds`` from now."""
        return cls(clock() + seconds, clock)

    def left(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self.ends - self.clock())


class Breaker:
    """Leaves a service alone for ``rest`` seconds after ``faults`` faults in a row; then one call may try it."""

    def __init__(self, faults: int = 3, rest: float = 30, clock: Clock = time.monotonic):
        self._most, self._rest, self._clock = faults, rest, clock
        self._row, self._until, self._trying = 0, 0.0, False
        self._lock = threading.Lock()

    @property
    def open(self) -> bool:
        """Whether a call now would be turned away."""
        with self._lock:
            return self._turned_away()

    def _turned_away(self) -> bool:
        return self._row >= self._most and (self._trying or self._clock() < self._until)

    def enter(self) -> None:
        """Before a call. Raises ModelBusy while open; every call let in ends in :meth:`leave`."""
        with self._lock:
            if self._turned_away():
                wait = max(1, round(self._until - self._clock()))
                raise ModelBusy(f"大模型连续 {self._most} 次没有用成，暂停使用，约 {wait} 秒后再试。这次先用离线回答。")
            self._trying = self._row >= self._most

    def leave(self, well: bool | None) -> None:
        """After a call: True it went well, False a fault of the service, None it tells nothing (the asker left)."""
        with self._lock:
            self._trying = False
            if well:
                self._row = 0
            elif well is False:
                self._row += 1
                self._until = self._clock() + self._rest


class Slots:
    """At most ``count`` answers use the model at once, apart from the lanes of search."""

    def __init__(self, count: int):
        self._free = threading.BoundedSemaphore(count)

    @contextmanager
    def take(self) -> Iterator[None]:
        """A slot for the time of the block. Raises ModelBusy when none is free within half a second."""
        if not self._free.acquire(timeout=SLOT_WAIT_S):
            raise ModelBusy("同时使用大模型的提问已满。这次先用离线回答，也可稍后再试。")
        try:
            yield
        finally:
            self._free.release()


@dataclass(frozen=True)
class Usage:
    """What one asker used so far. ``cost`` is in yuan, 0 when no price is set; a server that does not count tells no tokens."""

    calls: int = 0
    faults: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0


class Meter:
    """Counts per asker, for the askers seen last."""

    def __init__(self, prompt_price: float = 0, completion_price: float = 0):
        self._prices = prompt_price, completion_price
        self._kept: OrderedDict[str, Usage] = OrderedDict()
        self._lock = threading.Lock()

    def count(self, asker: str, *, calls: int = 0, faults: int = 0, prompt: int = 0, completion: int = 0) -> None:
        """Add to what ``asker`` used."""
        with self._lock:
            old = self._kept.pop(asker, Usage())
            cost = (prompt * self._prices[0] + completion * self._prices[1]) / 1_000_000
            self._kept[asker] = replace(
                old, calls=old.calls + calls, faults=old.faults + faults, prompt_tokens=old.prompt_tokens + prompt,
                completion_tokens=old.completion_tokens + completion, cost=old.cost + cost,
            )
            if len(self._kept) > ASKERS_KEPT:
                self._kept.popitem(last=False)

    def snapshot(self) -> Mapping[str, Usage]:
        """By asker; does not change when more is counted."""
        with self._lock:
            return MappingProxyType(dict(self._kept))
