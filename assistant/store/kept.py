"""Rows kept in memory between questions: what never changes under its key, up to a weight."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """At most ``limit`` weight of values; when that is full all are forgotten. May be used from several threads."""

    def __init__(self, limit: int, weigh: Callable[[V], int]):
        self._limit, self._weigh = limit, weigh
        self._lock = threading.Lock()
        self._state: tuple[object, dict[K, V]] = (None, {})
        self._weight = 0

    def fetch(self, keys: Iterable[K], load: Callable[[list[K]], Mapping[K, V]], stand: object = None) -> dict[K, V]:
        """The values of ``keys`` in their order, the unknown ones by ``load``; what it does not give is left out.

        ``stand`` names the state of the store that values hold for (its generation, read before this call):
        of another state nothing is used.
        """
        before, values = self._state
        known = values if before == stand else {}
        keys = list(keys)
        try:
            return {k: known[k] for k in keys}
        except KeyError:
            pass
        keys = list(dict.fromkeys(keys))
        missing = [k for k in keys if k not in known]
        loaded = load(missing)
        found = {k: known[k] if k in known else loaded[k] for k in keys if k in known or k in loaded}
        self._keep(loaded, stand)
        return found

    def _keep(self, loaded: Mapping[K, V], stand: object) -> None:
        weight = sum(map(self._weigh, loaded.values()))
        with self._lock:
            if self._state[0] != stand or self._weight + weight > self._limit:
                self._state, self._weight = (stand, {}), 0
            if weight <= self._limit:
                # Readers hold on to the dictionary they began with, which only grows.
                self._state[1].update(loaded)
                self._weight += weight
