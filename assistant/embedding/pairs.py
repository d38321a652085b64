"""Training pairs: reading them, keeping evaluation questions out, holding some back, and finding hard negatives."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.chinese import soft_fold

TWIN = 0.7
"""Character 3-gram Jaccard from which two questions count as the same one."""


@dataclass(frozen=True)
class Pair:
    """A question (or heading, or lead) and a passage that answers it; ``source`` is the file's name."""

    query: str
    positive: str
    source: str = ""


def lines(path: Path) -> Iterator[dict]:
    """The objects of a JSON-lines file, plain or gzipped. Raises ValueError with the line that is not one."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for n, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise ValueError(f"{path.name}:{n}: {error}") from None


def files(folder: Path, kind: str) -> dict[str, Path]:
    """Name -> file of the ``X.KIND.jsonl[.gz]`` (or ``X.KIND.SPLIT.jsonl[.gz]``) files of a folder, by name."""
    pattern = re.compile(rf"(.+)\.{kind}(?:\.[^.]+)?\.jsonl(?:\.gz)?")
    return {m[1]: path for path in sorted(folder.iterdir()) if (m := pattern.fullmatch(path.name))}


def read(folder: Path) -> dict[str, list[Pair]]:
    """The pairs of each ``X.pairs.jsonl[.gz]`` of a folder."""
    return {name: [Pair(str(r["query"]), str(r["positive"]), name) for r in lines(path)]
            for name, path in files(folder, "pairs").items()}


def paraphrases(path: Path, least: float = 4) -> list[Pair]:
    """Sentence pairs of a tab-separated ``sentence, sentence, 0-5`` file that mean (nearly) the same."""
    out = []
    for line in path.read_text("utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) == 3 and float(fields[2]) >= least:
            out.append(Pair(fields[0], fields[1], path.name.split(".")[0]))
    return out


def _shingles(text: str) -> frozenset[str]:
    plain = re.sub(r"\W+", "", soft_fold(text))
    return frozenset(plain[i:i + 3] for i in range(max(1, len(plain) - 2)))


def twins(queries: Sequence[str], others: Iterable[str], threshold: float = TWIN) -> set[int]:
    """Which of ``queries`` have the same characters as one of ``others``, by 3-gram Jaccard.

    >>> twins(["多久谈一次话？", "处分期满能用吗"], ["多久谈一次话"])
    {0}
    """
    known = [_shingles(t) for t in dict.fromkeys(others)]
    holders: dict[str, list[int]] = defaultdict(list)
    for n, shingles in enumerate(known):
        for s in shingles:
            holders[s].append(n)
    found = set()
    for i, query in enumerate(queries):
        own = _shingles(query)
        shared = Counter(n for s in own for n in holders.get(s, ()))
        if any(c / (len(own) + len(known[n]) - c) >= threshold for n, c in shared.items()):
            found.add(i)
    return found


def fold(query: str, folds: int) -> int:
    """Which of ``folds`` parts a question falls into: the same on every machine and run."""
    return int(hashlib.md5(soft_fold(query).strip().encode()).hexdigest(), 16) % folds
