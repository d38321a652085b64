"""Lay wording and the official terms it stands for, from ``corpus/synonyms.txt``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assistant.errors import BadSetting
from assistant.settings import shipped


@dataclass(frozen=True)
class Lexicon:
    """``groups`` maps a lay word to the official words that may stand in its place."""

    groups: dict[str, tuple[str, ...]]

    def lookup(self, text: str) -> tuple[tuple[int, int, tuple[str, ...]], ...]:
        """``(start, end, official words)`` of each lay word in a text, the longest first, none overlapping.

        >>> Lexicon({"搞砸": ("失误",), "砸": ("坏",)}).lookup("试点搞砸了")
        ((2, 4, ('失误',)),)

        A filler may stand between the characters of a short word, as people put it (换个岗位, 派了新活).

        >>> Lexicon({"派活": ("交办",)}).lookup("派了新活")
        ((0, 4, ('交办',)),)
        """
        out, at = [], 0
        while at < len(text):
            end, word = self._longest(text, at)
            if word:
                out.append((at, end, self.groups[word]))
            at = end
        return tuple(out)

    def _longest(self, text: str, at: int) -> tuple[int, str]:
        """Where the longest lay word that begins at an offset ends, and the word; a word as it stands goes before a loose one."""
        loose = (at + 1, "")
        for word in self._by_first.get(text[at], ()):
            if text.startswith(word, at):
                return at + len(word), word
            end = _loosely(word, text, at)
            if end > loose[0]:
                loose = (end, word)
        return loose

    @cached_property
    def _by_first(self) -> dict[str, list[str]]:
        out: dict[str, list[str]] = {}
        for word in sorted(self.groups, key=len, reverse=True):
            out.setdefault(word[0], []).append(word)
        return out


_FILLERS = frozenset("个了过新的点些下次回")


def _loosely(word: str, text: str, at: int) -> int:
    """Where a short word ends in a text that puts up to two fillers between its characters; 0 when it is not there."""
    if not 2 <= len(word) <= 4:
        return 0
    at += 1
    for c in word[1:]:
        skipped = 0
        while at < len(text) and text[at] != c and skipped < 2 and text[at] in _FILLERS:
            at, skipped = at + 1, skipped + 1
        if at >= len(text) or text[at] != c:
            return 0
        at += 1
    return at


def load(path: Path | None = None) -> Lexicon:
    """Read a synonyms file: ``lay lay = official official`` a line, # for comments.

    Raises BadSetting naming file and line when a line has no ``=``.
    """
    path = path or shipped("corpus") / "synonyms.txt"
    groups: dict[str, tuple[str, ...]] = {}
    if path.is_file():
        for n, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            line = line.split("#", 1)[0].strip()
            if not line:
                continue
            left, sep, right = line.partition("=")
            if not sep or not left.split() or not right.split():
                raise BadSetting(f"{path.name} 第 {n} 行缺少“=”或其一侧为空。请写成“口语词 = 正式词”。")
            for word in left.split():
                groups[word] = tuple(dict.fromkeys((*groups.get(word, ()), *right.split())))
    return Lexicon(groups)
