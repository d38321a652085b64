"""Whether an evidence answers: a logistic regression over what is known of it.

Fitted on the dev questions and ``eval/datasets/tuning.jsonl``, never on test ones; ``python -m eval calibrate`` fits it again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

NAMES = ("coverage", "strict", "lost", "heaviest", "on_focus", "margin", "clear", "retrieval", "mass", "overlap", "near", "bound", "who", "how_many")
WEIGHTS = (-0.306, -0.723, -3.916, -0.055, 1.525, 3.457, 2.080, 1.547, 5.968, 3.347, -2.263, 0.496, -1.384, -1.093)
BIAS = -3.106


def probability(features: Sequence[float]) -> float:
    """Chance that a sentence with these features answers its question.

    >>> low, high = probability((0.2, 0.1, 0.7, 1, 0, 0, 0, 0.4, 0.1, 0.1, 0.3, 0, 0, 0)), probability((1, 1, 0, 0, 1, 0.3, 0.2, 1, 0.6, 0.5, 0.5, 0, 0, 0))
    >>> low < 0.4 < 0.8 < high
    True
    """
    return 1 / (1 + math.exp(-BIAS - sum(w * x for w, x in zip(WEIGHTS, features, strict=True))))
