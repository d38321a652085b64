"""What all schemes share: word classes, named signals, the words of negation and speaking, traditional characters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.classifying.reading.patterns import Pattern, parse
from assistant.classifying.reading.scanning import Tree
from assistant.classifying.reading.truth import KEYS
from assistant.classifying.yamlfile import Source


@dataclass(frozen=True)
class Vocabulary:
    """Word classes and patterns; ``tree`` finds all words of ``classes`` and all literals of ``signals``."""

    classes: Mapping[str, tuple[str, ...]]
    signals: Mapping[str, tuple[Pattern, ...]]
    literals: Mapping[str, tuple[str, ...]]
    simplified: Mapping[str, str]

    def tree(self) -> Tree:
        return Tree({**self.classes, **self.literals})

    def with_more(self, source: Source, words: Mapping, signals: Mapping) -> Vocabulary:
        """With a scheme's own words and signals. Raises BadScheme for a name taken or a pattern that cannot be read."""
        return Vocabulary(*_merged(self, source, words, signals), self.simplified)


def load(folder: Path) -> Vocabulary:
    """The vocabulary of ``corpus/evidence``. Raises BadScheme with file and line."""
    reading = Source(folder / "reading.yaml")
    bare = Vocabulary({}, {}, {}, _pairs(folder / "traditional.txt"))
    out = bare.with_more(reading, reading.data or {}, {})
    missing = [key for key in KEYS if key not in out.classes]
    if missing:
        raise reading.fail((), f"缺少词类 {missing[0]}")
    words = Source(folder / "words.yaml")
    out = out.with_more(words, words.data or {}, {})
    signals = Source(folder / "signals.yaml")
    return out.with_more(signals, {}, signals.data or {})


def _pairs(path: Path) -> dict[str, str]:
    """``traditional.txt``: lines of pairs, each a traditional character and its simplified form."""
    out = {}
    for line in path.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            out.update((pair[0], pair[1]) for pair in line.split())
    return out


def _merged(base: Vocabulary, source: Source, words: Mapping, signals: Mapping) -> tuple[dict, dict, dict]:
    own = bool(base.signals)
    classes, patterns, literals = dict(base.classes), dict(base.signals), dict(base.literals)
    for name, given in words.items():
        at = ("words", name) if own else (name,)
        if name in classes:
            raise source.fail(at, f"词类 {name} 已经有了")
        if not isinstance(given, list) or not all(isinstance(w, str) and w.strip() for w in given):
            raise source.fail(at, f"词类 {name} 要写成词的列表")
        spread = []
        for i, word in enumerate(given):
            if word.startswith("<") and word.endswith(">"):
                if word[1:-1] not in classes:
                    raise source.fail((*at, i), f"词类 {name} 引用了没有定义的词类 {word}")
                spread += classes[word[1:-1]]
            else:
                spread.append(word)
        classes[name] = tuple(dict.fromkeys(spread))
    for name, given in signals.items():
        at = ("signals", name) if own else (name,)
        if name in patterns:
            raise source.fail(at, f"信号 {name} 已经有了")
        if not isinstance(given, list) or not given or not all(isinstance(p, str) for p in given):
            raise source.fail(at, f"信号 {name} 要写成句式的列表")
        made = []
        for i, text in enumerate(given):
            try:
                pattern, found = parse(text, classes)
            except ValueError as error:
                raise source.fail((*at, i), str(error)) from None
            made.append(pattern)
            literals.update(found)
        patterns[name] = tuple(made)
    return classes, patterns, literals
