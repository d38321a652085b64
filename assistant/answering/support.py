"""Whether an evidence answers: a logistic regression over what is known of it.

Fitted on the dev questions and ``eval/datasets/tuning.jsonl``, never on test ones; ``python -m eval calibrate`` fits it again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

NAMES = ("coverage", "strict", "lost", "heaviest", "on_focus", "margin", "clear", "retrieval", "mass")
WEIGHTS = (1.429, 0.901, -0.772, -0.660, 1.485, 0.905, -0.158, 2.317, 4.302)
BIAS = -4.711
OFF_FOCUS = 0.6
"""What is left when the very thing asked for is not spoken of."""


def probability(features: Sequence[float]) -> float:
    """Chance that a sentence with these features answers its question.

    >>> low, high = probability((0.2, 0.1, 0.7, 1, 0, 0, 0, 0.4, 0.1)), probability((1, 1, 0, 0, 1, 0.3, 0.2, 1, 0.6))
    >>> low < 0.4 < 0.8 < high
    True
    """
    sure = 1 / (1 + math.exp(-BIAS - sum(w * x for w, x in zip(WEIGHTS, features, strict=True))))
    return sure if features[NAMES.index("on_focus")] else sure * OFF_FOCUS
