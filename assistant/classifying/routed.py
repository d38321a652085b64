"""What a case text is about: the chance of every scheme, and of none, when the text asks in general and tells no case.

A linear model over character grams, trained by ``python -m eval routing`` on texts written for it (``eval/datasets/routing.jsonl``)
and the dev cases; numpy alone at run time.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

SHIPPED = Path(__file__).with_name("routing.json")
QUESTION = "question"
"""The label of a text that tells no case."""
LONGEST_GRAM = 3
MOST = 3000
"""Characters of a text that are looked at: what a case is about is said at its beginning."""
_NUMBERS, _SPACES = re.compile(r"[0-9][0-9.,]*"), re.compile(r"\s+")


@dataclass(frozen=True)
class Model:
    """``weights`` float32 (grams, labels), ``bias`` (labels,); ``grams`` gives the row of a gram, ``idf`` its weight in a text."""

    labels: tuple[str, ...]
    grams: Mapping[str, int]
    idf: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    @classmethod
    def read(cls, path: Path = SHIPPED) -> Model:
        raw = json.loads(path.read_text("utf-8"))
        packed = np.frombuffer(b64decode(raw["weights"]), np.int8).reshape(-1, len(raw["labels"])).astype(np.float32)
        return cls(tuple(raw["labels"]), {g: i for i, g in enumerate(raw["grams"].split("\n"))},
                   np.frombuffer(b64decode(raw["idf"]), "<f2").astype(np.float32), packed * np.array(raw["scales"], np.float32),
                   np.array(raw["bias"], np.float32))

    def chances(self, plain: str) -> dict[str, float]:
        """The chance of every label for a text in the form that patterns are matched on; they sum to 1."""
        counted = {i: n for gram, n in counts(plain).items() if (i := self.grams.get(gram)) is not None}
        scores = self.bias.copy()
        if counted:
            at = np.fromiter(counted, np.int64)
            values = (1 + np.log(np.fromiter(counted.values(), np.float32))) * self.idf[at]
            scores += (values / np.sqrt((values ** 2).sum())) @ self.weights[at]
        scores = np.exp(scores - scores.max())
        return dict(zip(self.labels, (scores / scores.sum()).tolist(), strict=True))


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model that ships, read once."""
    return Model.read()


def counts(plain: str) -> Counter[str]:
    """How often every gram of one to three characters stands in a text; every number is ``0``, spaces are none.

    >>> counts("补贴12.5 万")["贴0"], counts("")
    (1, Counter())
    """
    plain = _NUMBERS.sub("0", _SPACES.sub("", plain[:MOST]))
    return Counter(plain[i:i + n] for n in range(1, LONGEST_GRAM + 1) for i in range(len(plain) - n + 1))
