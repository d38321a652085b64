"""Where the words of all word classes stand in a text: one pass over a tree of characters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Places = dict[str, list[tuple[int, int]]]


class Tree:
    """Many words under many keys, found in one pass.

    >>> Tree({"kin": ["妻弟", "弟"], "money": ["好处费"]}).scan("妻弟送来好处费")
    {'kin': [(0, 2), (1, 2)], 'money': [(4, 7)]}
    """

    def __init__(self, words: Mapping[str, Iterable[str]]):
        self._root: dict = {}
        for key, given in words.items():
            for word in given:
                node = self._root
                for c in word:
                    node = node.setdefault(c, {})
                node.setdefault("", []).append(key)

    def scan(self, text: str) -> Places:
        """``[start, end)`` of every occurrence, by key, in order; words that lie over each other are all given."""
        out: Places = {}
        root = self._root
        size = len(text)
        for start, c in enumerate(text):
            node = root.get(c)
            at = start
            while node is not None:
                at += 1
                for key in node.get("", ()):
                    out.setdefault(key, []).append((start, at))
                node = node.get(text[at]) if at < size else None
        return out
