"""How often one may try, and how often one may ask: in memory, bounded, safe to use from several threads."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from assistant.errors import TooMany


class Patience:
    """Failed tries of anyone (an account, an address): the first ``free`` cost nothing, then the delay doubles.

    A try counts as failed when it begins, so that a thousand at once are not a thousand tries.
    """

    def __init__(self, free: int, first: float = 5.0, most: float = 900.0, *, forget: float = 3600.0, room: int = 10_000,
                 clock: Callable[[], float] = time.monotonic):
        self.free, self.first, self.most, self.forget, self.room, self.clock = free, first, most, forget, room, clock
        self._tries: OrderedDict[str, tuple[int, float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, who: str) -> None:
        """Count a try. Raises TooMany while the delay of the last one runs: then nothing is counted."""
        with self._lock:
            at = self.clock()
            count, until, last = self._tries.get(who, (0, 0.0, at))
            if at < until:
                seconds = math.ceil(until - at)
                raise TooMany(f"试错太多，请等 {seconds} 秒后再试。", seconds)
            count = 1 if at - last > self.forget else count + 1
            delay = min(self.most, self.first * 2 ** min(count - self.free, 30)) if count >= self.free else 0.0
            self._tries[who] = count, at + delay, at
            self._tries.move_to_end(who)
            while len(self._tries) > self.room:
                self._tries.popitem(last=False)

    def forgive(self, who: str) -> None:
        """The try was right: all is forgotten."""
        with self._lock:
            self._tries.pop(who, None)

    def uncount(self, who: str) -> None:
        """The try was right, which says nothing of the other ones: it alone is taken back."""
        with self._lock:
            count, _, last = self._tries.get(who, (0, 0.0, 0.0))
            if count > 1:
                self._tries[who] = count - 1, 0.0, last
            else:
                self._tries.pop(who, None)


class Buckets:
    """Token buckets: ``burst`` at once, ``per_minute`` in the long run. 0 a minute is no limit."""

    def __init__(self, per_minute: int, burst: int, *, room: int = 10_000, clock: Callable[[], float] = time.monotonic):
        self.rate, self.burst, self.room, self.clock = per_minute / 60, float(burst), room, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, who: str) -> None:
        """Raises TooMany when ``who`` has none left."""
        if not self.rate:
            return
        with self._lock:
            at = self.clock()
            left, last = self._left.get(who, (self.burst, at))
            left = min(self.burst, left + (at - last) * self.rate)
            self._left[who] = (left - 1 if left >= 1 else left), at
            self._left.move_to_end(who)
            while len(self._left) > self.room:
                self._left.popitem(last=False)
        if left < 1:
            seconds = math.ceil((1 - left) / self.rate)
            raise TooMany(f"请求太频繁，这一个没有受理。请等 {seconds} 秒后再试。", seconds)
