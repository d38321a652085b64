"""Grams as numbers: the same units as ``chinese.grams``, found for many texts at once with array arithmetic.

A Chinese character is its code point, a pair is ``first << 16 | second``; Latin and digit runs are looked up as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from unicodedata import combining

import numpy as np

from assistant.chinese import soft_fold

_RUN = re.compile(rb"[a-z]+|\d+(?:\.\d+)?")
_BREAK, _SEAM = 1, "\x01"
_SLOW = 0xFFFF


def key(gram: str) -> int:
    """The number of a Chinese unigram or bigram.

    >>> key("容") == ord("容"), key("容错") == ord("容") << 16 | ord("错")
    (True, True)
    """
    return ord(gram) if len(gram) == 1 else ord(gram[0]) << 16 | ord(gram[1])


class Vocabulary:
    """Grams and the rows they stand for. ``keys`` is sorted uint32; row ``i`` belongs to ``keys[i]``.

    The Latin and digit runs of ``others`` have the rows after those.
    """

    def __init__(self, keys: np.ndarray, others: Sequence[str]):
        self.keys = np.ascontiguousarray(keys, np.uint32)
        self.others: Mapping[str, int] = {run: len(keys) + i for i, run in enumerate(others)}
        self._bits = max(10, int(np.ceil(np.log2(max(1, len(keys)) * 2.5))))
        self._slots, self._rows, self._probes = _hashed(self.keys, self._bits)

    def __len__(self) -> int:
        return len(self.keys) + len(self.others)

    def rows(self, keys: np.ndarray) -> np.ndarray:
        """The row of each key, int32; -1 where there is none."""
        keys = keys.astype(np.uint32, copy=False)
        at = _slot(keys, self._bits)
        found = self._slots[at]
        out = np.where(found == keys, self._rows[at], -1)
        # Most keys lie in their own slot; the rest walks on, fewer at each step.
        left = np.flatnonzero((found != keys) & (found != 0))
        mask = (1 << self._bits) - 1
        for _ in range(self._probes):
            if not len(left):
                break
            at[left] = (at[left] + 1) & mask
            found = self._slots[at[left]]
            hit = found == keys[left]
            out[left[hit]] = self._rows[at[left[hit]]]
            left = left[~hit & (found != 0)]
        return out

    def bags(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """(rows, ends): the rows of all texts one after another, int32, and where each text's rows end, int64.

        Grams that are not in the vocabulary are left out; one that occurs twice is there twice.
        """
        codes = _folded(texts)
        chinese = _CHINESE[codes]
        single = np.flatnonzero(chinese)
        double = np.flatnonzero(chinese[:-1] & chinese[1:])
        places = np.concatenate((single, double))
        rows = self.rows(np.concatenate((codes[single], codes[double] << np.uint32(16) | codes[double + 1])))
        if self.others and _LATIN[codes].any():
            runs = codes.astype(np.uint8) * (codes < 128)
            found = [(m.start(), self.others.get(m[0].decode(), -1)) for m in _RUN.finditer(runs.tobytes())]
            at, row = zip(*found)
            places = np.concatenate((places, np.array(at, places.dtype)))
            rows = np.concatenate((rows, np.array(row, rows.dtype)))
        known = rows >= 0
        rows, places = rows[known], places[known]
        if len(texts) == 1:
            return rows, np.array([len(rows)])
        owner = np.searchsorted(np.flatnonzero(codes == _BREAK), places)
        order = np.argsort(owner, kind="stable")
        return rows[order], np.cumsum(np.bincount(owner, minlength=len(texts)))


def _folded(texts: Sequence[str]) -> np.ndarray:
    """The code points of the texts as ``chinese.soft_fold`` leaves them, a break between two texts; 0 where none matters."""
    texts = [t.replace(_SEAM, " ") for t in texts]
    codes = _codes(texts)
    slow = np.flatnonzero(codes == _SLOW)
    if len(slow):
        for n in np.unique(np.searchsorted(np.flatnonzero(codes == _BREAK), slow)).tolist():
            texts[n] = soft_fold(texts[n])
        codes = _codes(texts)
        codes[codes == _SLOW] = 0
    return codes


def _codes(texts: Sequence[str]) -> np.ndarray:
    codes = np.frombuffer(_SEAM.join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    return _FOLD[np.minimum(codes, _SLOW)]


def _fold_table() -> np.ndarray:
    """For each code point of the basic plane the one that it folds to; _SLOW where more than one character takes part."""
    table = np.arange(1 << 16, dtype=np.uint32)
    for c in (*range(0x80, 0x3400), *range(0xA000, 0xAC00), *range(0xD800, 1 << 16)):
        folded = soft_fold(chr(c))
        table[c] = ord(folded) if len(folded) == 1 and ord(folded) < _SLOW and not combining(chr(c)) else _SLOW
    table[0x1100:0x1200] = table[0xD7B0:0xD800] = _SLOW
    for c in range(65, 91):
        table[c] = c + 32
    return table


_CHINESE = np.zeros(1 << 16, bool)
_CHINESE[0x3400:0x4DC0] = True
_CHINESE[0x4E00:0xA000] = True
_LATIN = np.zeros(1 << 16, bool)
_LATIN[[*range(48, 58), *range(97, 123)]] = True
_FOLD = _fold_table()


def _slot(keys: np.ndarray, bits: int) -> np.ndarray:
    return (keys * np.uint32(2654435769) >> np.uint32(32 - bits)).astype(np.int64)


def _hashed(keys: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray, int]:
    """An open-addressing table: slots of keys (0 = empty), their rows, and the longest walk."""
    size = 1 << bits
    slots, rows = np.zeros(size, np.uint32), np.full(size, -1, np.int32)
    left, at, probes = np.arange(len(keys)), _slot(keys, bits), 0
    while len(left):
        empty = slots[at] == 0
        trying, where = left[empty], at[empty]
        where, first = np.unique(where, return_index=True)
        slots[where], rows[where] = keys[trying[first]], trying[first]
        placed = rows[at] == left
        left, at = left[~placed], (at[~placed] + 1) & (size - 1)
        probes += 1
    return slots, rows, probes
