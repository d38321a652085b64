"""Words by jieba with the project's own terms; the only room that names jieba."""

from __future__ import annotations

import logging
import os
import re
import threading
from pathlib import Path

from assistant.chinese import CJK, fold
from assistant.settings import shipped

_lock = threading.Lock()
_tokenizer = None


def _load():
    global _tokenizer
    with _lock:
        if _tokenizer is None:
            import jieba

            jieba.setLogLevel(logging.WARNING)
            tokenizer = jieba.Tokenizer()
            cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cadre-policy-assistant"
            try:
                # jieba unmarshals its cache: it must lie where nobody else can write.
                cache.mkdir(mode=0o700, parents=True, exist_ok=True)
                tokenizer.tmp_dir = str(cache)
            except OSError:
                tokenizer.tmp_dir = None
            tokenizer.initialize()
            for term, freq in terms():
                tokenizer.add_word(term, freq)
            _tokenizer = tokenizer
    return _tokenizer


def terms(path: Path | None = None) -> list[tuple[str, int]]:
    """The terms of art in ``corpus/terms.txt`` with their frequencies."""
    path = path or shipped("corpus") / "terms.txt"
    if not path.is_file():
        return []
    out = []
    for line in path.read_text("utf-8").splitlines():
        fields = line.split()
        if fields and not line.startswith("#"):
            out.append((fields[0], int(fields[1]) if len(fields) > 1 and fields[1].isdecimal() else 1000))
    return out


_WORD = re.compile(rf"[{CJK}a-z0-9]")


def words(text: str) -> list[str]:
    """The words of a text in folded form, long ones also in their parts, punctuation left out."""
    tokenizer = _load()
    return [w for w in map(fold, tokenizer.cut_for_search(text)) if w and _WORD.search(w)]


def cut(text: str) -> list[str]:
    """The words of a text, each once and in order, joined giving the text back."""
    return list(_load().cut(text))


def known(text: str) -> list[str]:
    """The words of a text as :func:`cut`, but none made up: what no list holds stays single characters."""
    return list(_load().cut(text, HMM=False))


def common(word: str) -> int:
    """How often a word stands in general Chinese, by jieba's list; 0 for one that it does not hold."""
    return _load().FREQ.get(word, 0) or 0
